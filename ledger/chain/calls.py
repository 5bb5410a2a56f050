"""What each write is for the contract: a function and its arguments, the same each time."""

from ledger.terms import abi_of, last_instant
from ledger.writes import Anchor, Cancel, Enter, Issue, Replace, Write


def call_of(write: Write) -> tuple[str, tuple[object, ...]]:
    """Return the function of the contract that does a write, and its arguments."""
    match write:
        case Issue(terms):
            return "issue", (abi_of(terms),)
        case Anchor(tree, size, valid_until):
            return "anchor", (tree, size, last_instant(valid_until))
        case Enter(terms, root, proof):
            return "enter", (abi_of(terms), root, tuple(proof))
        case Cancel(certificate, reason):
            return "cancel", (certificate, int(reason))
        case Replace(certificate, terms):
            return "replace", (certificate, abi_of(terms))
