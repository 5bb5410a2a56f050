"""What each write is for the contract: a function and its arguments, the same each time."""

from datetime import datetime

from ledger.chain.values import code_of, seconds_of
from ledger.operators import OperatorCode, RecognitionTerms, StatusRecord
from ledger.recognition_refusals import OperatorCodeInvalid
from ledger.terms import abi_of, last_instant
from ledger.writes import (
    AddRecognition,
    Anchor,
    Cancel,
    DeclareArrangement,
    DeclareProgramme,
    EndRecognition,
    Enter,
    Issue,
    OfRecognition,
    Participate,
    RecordStatuses,
    Replace,
    Write,
)


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
        case _:
            return _said(write)


def _said(write: OfRecognition) -> tuple[str, tuple[object, ...]]:
    """Return the same of a write about operators or recognition."""
    match write:
        case RecordStatuses(statuses):
            return "record", (tuple(map(_status, statuses)),)
        case DeclareProgramme(code, name, kind, levels):
            return "declareProgramme", (code, name, int(kind), levels)
        case DeclareArrangement(kind, other, code, title, text_hash):
            return "declareArrangement", (int(kind), code_of(other or ""), code, title, text_hash)
        case Participate(arrangement, version, state, effective_from):
            return "participate", (arrangement, version, int(state), _begin(effective_from))
        case AddRecognition(terms):
            return "addRecognition", (_recognition(terms),)
        case EndRecognition(recognition, ended_from):
            return "endRecognition", (recognition, _begin(ended_from))


def word_of(operator: OperatorCode) -> bytes:
    """Return an operator code as the contract's word; `OperatorCodeInvalid` when it does not fit into one."""
    if not fits_a_word(operator):
        raise OperatorCodeInvalid(operator)
    return operator.encode().ljust(32, b"\0")


def fits_a_word(code: str) -> bool:
    """Return whether a code, good or not, is told from all others by its word."""
    return code.isascii() and len(code) <= 32 and "\0" not in code  # noqa: PLR2004 -- bytes32


def _begin(time: datetime) -> int:
    """Return from when something holds; before 1970 there is no time, as for the contract."""
    return max(seconds_of(time), 0)


def _end(time: datetime | None) -> int:
    """Return until when something holds; only None is without end."""
    return max(seconds_of(time), 1) if time else 0


def _status(record: StatusRecord) -> tuple[object, ...]:
    """Return the struct `StatusWrite`."""
    status = record.status
    return (
        word_of(record.operator),
        record.version,
        int(status.status),
        status.level,
        int(status.roles),
        status.programme,
        int(status.ground),
        int(status.consent),
        _begin(status.effective_from),
        _end(status.until),
        record.record_hash,
    )


def _recognition(terms: RecognitionTerms) -> tuple[object, ...]:
    """Return the struct `RecognitionTerms`."""
    return (
        terms.arrangement,
        code_of(terms.partner),
        terms.programme,
        terms.min_level,
        int(terms.roles),
        int(terms.directions),
        _begin(terms.effective_from),
        _end(terms.until),
    )
