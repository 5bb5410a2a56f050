"""What each write is for its contract: a function and its arguments, the same each time."""

from ledger.chain.procedure_calls import procedure_call
from ledger.chain.values import begin_of, code_of, end_of, fits_a_word
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
    OfCertificates,
    OfProcedures,
    OfRecognition,
    Participate,
    RecordStatuses,
    Replace,
    Write,
)


def call_of(write: Write) -> tuple[str, tuple[object, ...]]:
    """Return the function of the contract that does a write, and its arguments."""
    if isinstance(write, OfProcedures):
        return procedure_call(write)
    return _said(write) if isinstance(write, OfRecognition) else _of_certificates(write)


def _of_certificates(write: OfCertificates) -> tuple[str, tuple[object, ...]]:
    """Return the same of a write about certificates."""
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
            return "participate", (arrangement, version, int(state), begin_of(effective_from))
        case AddRecognition(terms):
            return "addRecognition", (_recognition(terms),)
        case EndRecognition(recognition, ended_from):
            return "endRecognition", (recognition, begin_of(ended_from))


def word_of(operator: OperatorCode) -> bytes:
    """Return an operator code as the contract's word; `OperatorCodeInvalid` when it does not fit into one."""
    if not fits_a_word(operator):
        raise OperatorCodeInvalid(operator)
    return operator.encode().ljust(32, b"\0")


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
        begin_of(status.effective_from),
        end_of(status.until),
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
        begin_of(terms.effective_from),
        end_of(terms.until),
    )
