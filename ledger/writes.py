"""What one transaction is to write about certificates, as plain values.

The outbox keeps them, a chain turns them into calldata and the ledger in memory does them.  The same write
always becomes the same calldata, so a transaction that was lost or underpriced can be made again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.facts import Reason
from ledger.terms import Terms


@dataclass(frozen=True, slots=True)
class Issue:
    """Write the entry of one certificate."""

    terms: Terms


@dataclass(frozen=True, slots=True)
class Anchor:
    """Commit a batch of certificates by the root of its tree."""

    tree: bytes
    """Root of the tree over the ids; the ledger joins it with the member, see `ledger.batch`."""
    size: int
    valid_until: date
    """The latest in the batch."""


@dataclass(frozen=True, slots=True)
class Enter:
    """Turn an anchored certificate into an entry."""

    terms: Terms
    root: bytes
    proof: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Cancel:
    """End a certificate."""

    certificate: bytes
    reason: Reason


@dataclass(frozen=True, slots=True)
class Replace:
    """End a certificate and write the entry of the one that takes its place."""

    certificate: bytes
    terms: Terms


Write = Issue | Anchor | Enter | Cancel | Replace
