"""Whether the ledger holds already what a write about a proof's use, a case or an exporter is to write."""

from ledger.events import ProofReceived, moment
from ledger.facts import Address, Written
from ledger.origin.facts import CaseFacts, Exporter, ExporterVersion
from ledger.origin.life import Life, told_in
from ledger.origin.lines import lines_of
from ledger.ports import Ledger
from ledger.procedures_refusals import (
    AlreadyReceived,
    ExporterVersionOutOfTurn,
    LinesAlreadyGranted,
    LinesInQuestion,
    StepOutOfTurn,
    SuspensionUnchanged,
)
from ledger.refusals import CertificateAlreadyIssued, ContractRefusal
from ledger.terms import certificate_id
from ledger.writes import (
    ConcludeCase,
    Enter,
    OfProcedures,
    Receive,
    RecordExporter,
    SetSplitUse,
    SetSuspension,
    TakeStep,
)


def held_already(write: OfProcedures | Enter, account: Address, ledger: Ledger) -> Written | None:
    """Return where the ledger holds for good what a write says, by an earlier try or another's.

    Whatever has a statement is known again by its hash, which has random salt in it.
    """
    match write:
        case Enter():
            return _entered(write, ledger)
        case RecordExporter():
            return _recorded(write, account, ledger)
        case SetSplitUse():
            return _set(write, account, ledger)
        case TakeStep() | SetSuspension() | ConcludeCase():
            case = ledger.procedures.case(write.case)
            return _told(ledger.procedures.life(case.certificate), write.statement) if case else None
        case Receive(certificate):
            return _told(ledger.procedures.life(certificate), None)
    return _told(ledger.procedures.life(write.certificate), write.statement)


def seen_too_early(
    write: OfProcedures | Enter, refusal: ContractRefusal, account: Address, ledger: Ledger
) -> bool:
    """Whether reads are from before, or not yet sure of, what the contract refuses a write for.

    Until they show it nobody knows whether it was an earlier try of the same.  To be asked when
    `held_already` has found nothing.
    """
    match refusal:
        case CertificateAlreadyIssued():
            return True
        case ExporterVersionOutOfTurn(expected=expected) if isinstance(write, RecordExporter):
            held = _exporter(write, account, ledger)
            return held is not None and len(held.versions) < expected - 1
        case StepOutOfTurn(case=number) | SuspensionUnchanged(case=number):
            case = ledger.procedures.case(number)
            if case is None or not _shown(refusal, write, case):
                return True
            return not ledger.procedures.life(case.certificate).final
        case (
            AlreadyReceived(id=certificate)
            | LinesAlreadyGranted(id=certificate)
            | LinesInQuestion(id=certificate)
        ):
            life = ledger.procedures.life(certificate)
            return not life.final or not _in_sight(refusal, life)
    return False


def _shown(refusal: ContractRefusal, write: OfProcedures | Enter, case: CaseFacts) -> bool:
    """Whether a case stands as a refusal says that it does."""
    if isinstance(refusal, StepOutOfTurn):
        return case.step is refusal.last
    return isinstance(write, SetSuspension) and case.suspended == frozenset(write.suspended)


def _in_sight(refusal: ContractRefusal, life: Life) -> bool:
    """Whether a life shows what is in the way."""
    story = told_in(life)
    match refusal:
        case LinesAlreadyGranted(lines=lines):
            granted = frozenset[int]().union(*(claim.granted for claim in story.claims.values()))
            return lines_of(lines) <= granted
        case LinesInQuestion(lines=lines):
            return lines_of(lines) <= story.use.questioned
    return story.use.received_at is not None


def _told(life: Life, statement: bytes | None) -> Written | None:
    """Return where a life has an event with a statement for good; without one, a receipt."""
    for one in life.occurrences:
        receipt = statement is None and isinstance(one.event, ProofReceived)
        same = statement is not None and getattr(one.event, "statement", None) == statement
        if life.final and (receipt or same):
            return Written(b"", one.block, moment(one.at), 0)
    return None


def _set(write: SetSplitUse, account: Address, ledger: Ledger) -> Written | None:
    """Return where the switch stands as it is to be set; it may have been set back since an earlier try."""
    key = ledger.members.key(account)
    if key is None or ledger.procedures.split_use(key.member) is not write.allowed:
        return None
    head = ledger.registry.head()
    return Written(b"", head.block, head.time, 0)


def _entered(write: Enter, ledger: Ledger) -> Written | None:
    evidence = ledger.registry.evidence(certificate_id(write.terms), write.root, write.terms.reference_key)
    if evidence.entry is None or not evidence.final:
        return None
    return Written(b"", evidence.as_of.block, evidence.entry.issued_at, 0)


def _recorded(write: RecordExporter, account: Address, ledger: Ledger) -> Written | None:
    held = _exporter(write, account, ledger)
    if held is None or len(held.versions) < write.version:
        return None
    found: ExporterVersion = held.versions[write.version - 1]
    same = (found.status, found.until, found.record_hash) == (write.status, write.until, write.record_hash)
    if not same or write.effective_from not in {None, found.effective_from}:
        return None
    return Written(b"", held.as_of.block, found.recorded_at, 0)


def _exporter(write: RecordExporter, account: Address, ledger: Ledger) -> Exporter | None:
    key = ledger.members.key(account)
    return ledger.procedures.exporter(key.member, write.code) if key else None
