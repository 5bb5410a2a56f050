"""Whether the ledger holds already what a write about operators or recognition is to write."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

from ledger.facts import Address, AsOf, Written
from ledger.operators import Mutual, Operator, OperatorCode, Status, StatusRecord
from ledger.ports import Ledger
from ledger.recognition_refusals import (
    ArrangementAlreadyDeclared,
    ParticipationOutOfTurn,
    ProgrammeAlreadyDeclared,
    RecognitionAlreadyAdded,
    RecognitionAlreadyEnded,
    VersionOutOfTurn,
)
from ledger.refusals import ContractRefusal
from ledger.writes import (
    AddRecognition,
    DeclareArrangement,
    DeclareProgramme,
    EndRecognition,
    OfRecognition,
    Participate,
    RecordStatuses,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_SAID = tuple(field.name for field in fields(Status))


def held_already(write: OfRecognition, account: Address, ledger: Ledger) -> Written | None:
    """Return where the ledger holds for good all that a write says, by an earlier try or another's."""
    if isinstance(write, RecordStatuses):
        found = ledger.recognitions.found([record.operator for record in write.statuses])
        times = [_recorded(record, found.operators.get(record.operator)) for record in write.statuses]
        return _written(found.as_of, times) if found.final else None
    key = ledger.members.key(account)
    as_of, mutual = ledger.recognitions.mutual()
    return _written(as_of, [next(_declared(write, key.member, mutual), None)]) if key else None


def seen_too_early(refusal: ContractRefusal, account: Address, ledger: Ledger) -> bool:
    """Whether reads are from before what the contract refuses a write for: nobody knows yet whose it is."""
    if isinstance(refusal, VersionOutOfTurn):
        code = OperatorCode(refusal.operator)
        operator = ledger.recognitions.found([code]).operators.get(code)
        return (len(operator.changes) if operator else 0) < refusal.expected - 1
    key = ledger.members.key(account)
    _, mutual = ledger.recognitions.mutual()
    return not _seen(refusal, key.member if key else "", mutual)


def _seen(refusal: ContractRefusal, member: str, mutual: Mutual) -> bool:
    """Whether what is in the way of a member's write is in sight, if anything is."""
    seen = True
    match refusal:
        case ProgrammeAlreadyDeclared(programme):
            seen = programme in mutual.programmes
        case ArrangementAlreadyDeclared(arrangement):
            seen = arrangement in mutual.arrangements
        case RecognitionAlreadyAdded(recognition):
            seen = recognition in mutual.recognitions
        case RecognitionAlreadyEnded(recognition):
            seen = recognition in mutual.recognitions and bool(mutual.recognitions[recognition].ended_from)
        case ParticipationOutOfTurn(arrangement, _, expected):
            seen = len(mutual.participations.get((arrangement, member), ())) >= expected - 1
    return seen


def _recorded(record: StatusRecord, operator: Operator | None) -> datetime | None:
    """Return when a status was recorded under its version, with the same content."""
    if operator is None or len(operator.changes) < record.version:
        return None
    held = operator.changes[record.version - 1]
    same = _like(record.status, held, *_SAID) and held.record_hash == record.record_hash
    return held.recorded_at if same else None


def _declared(write: OfRecognition, member: str, mutual: Mutual) -> Iterator[datetime]:
    """Yield when a member has said the same."""
    match write:
        case DeclareProgramme():
            same = [one for one in mutual.programmes.values() if one.member == member and _like(write, one)]
            yield from (one.since for one in same)
        case DeclareArrangement():
            texts = [
                one for one in mutual.arrangements.values() if one.member == member and _like(write, one)
            ]
            yield from (one.since for one in texts)
        case Participate(arrangement):
            steps = mutual.participations.get((arrangement, member), ())
            yield from (
                step.recorded_at for step in steps if _like(write, step, "version", "state", "effective_from")
            )
        case AddRecognition(terms):
            rows = [
                row for row in mutual.recognitions.values() if row.grantor == member and _like(terms, row)
            ]
            yield from (row.recorded_at for row in rows if row.ended_from is None)
        case EndRecognition(recognition, ended_from):
            row = mutual.recognitions.get(recognition)
            if row and row.grantor == member and row.ended_from == ended_from and row.end_recorded_at:
                yield row.end_recorded_at


def _like(said: "DataclassInstance", held: object, *names: str) -> bool:
    """Whether what is held has the same values as what was said, in all its fields unless some are named."""
    of = names or tuple(field.name for field in fields(said))
    return all(getattr(held, name) == getattr(said, name) for name in of)


def _written(as_of: AsOf, times: list[datetime | None]) -> Written | None:
    """Return the receipt of something that was written before, if all of it was."""
    known = [time for time in times if time is not None]
    return Written(b"", as_of.block, max(known), 0) if known and len(known) == len(times) else None
