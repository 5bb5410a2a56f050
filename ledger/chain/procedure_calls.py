"""What each write about a proof's use, a case or an exporter is for `OriginProcedures.sol`."""

from ledger.chain.values import begin_of, end_of, fits_a_word
from ledger.origin.lines import bits_of
from ledger.procedures_refusals import ExporterCodeInvalid
from ledger.writes import (
    Clarify,
    ConcludeCase,
    Decide,
    OfProcedures,
    OpenCase,
    Receive,
    RecordExporter,
    SetSplitUse,
    SetSuspension,
    TakeStep,
)


def procedure_call(write: OfProcedures) -> tuple[str, tuple[object, ...]]:
    """Return the function of the contract that does a write, and its arguments."""
    match write:
        case Receive(certificate):
            return "receiveProof", (certificate,)
        case Decide():
            return "decide", (_decision(write),)
        case Clarify():
            return "clarify", (write.certificate, bits_of(write.lines), write.statement)
        case SetSplitUse(allowed):
            return "setSplitUse", (allowed,)
        case RecordExporter():
            return "recordExporter", _exporter(write)
    return _of_case(write)


def word_of_code(code: str) -> bytes:
    """Return an exporter's code as the contract's word; `ExporterCodeInvalid` when it does not fit."""
    if not fits_a_word(code):
        raise ExporterCodeInvalid(code)
    return code.encode().ljust(32, b"\0")


def _of_case(write: OpenCase | TakeStep | SetSuspension | ConcludeCase) -> tuple[str, tuple[object, ...]]:
    match write:
        case OpenCase():
            return "openCase", (_opening(write),)
        case TakeStep():
            clocks = (end_of(write.due), end_of(write.conclude_due))
            return "takeStep", (write.case, int(write.step), *clocks, write.statement)
        case SetSuspension():
            return "setSuspension", (write.case, bits_of(write.suspended), write.statement)
        case ConcludeCase():
            lines = (bits_of(write.confirmed), bits_of(write.denied))
            return "conclude", (write.case, *lines, write.statement)


def _decision(write: Decide) -> tuple[object, ...]:
    """Return the struct `Decision`."""
    return (
        write.certificate,
        write.declaration,
        bits_of(write.granted),
        bits_of(write.used_up),
        bits_of(write.refused),
        begin_of(write.presented_at),
        int(write.late),
        write.statement,
    )


def _opening(write: OpenCase) -> tuple[object, ...]:
    """Return the struct `Opening`."""
    return (
        write.certificate,
        write.about,
        bits_of(write.lines),
        bits_of(write.suspended),
        int(write.ground),
        begin_of(write.due),
        begin_of(write.conclude_due),
        write.rules,
        write.statement,
    )


def _exporter(write: RecordExporter) -> tuple[object, ...]:
    return (
        word_of_code(write.code),
        write.version,
        int(write.status),
        end_of(write.effective_from),
        end_of(write.until),
        write.record_hash,
    )
