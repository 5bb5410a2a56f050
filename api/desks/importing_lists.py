"""What waits for an importing officer: proofs received, on their way, and refusals to reconsider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from heapq import merge
from typing import Final, Protocol, cast

from api.desks.cases_shown import DueShown, due_shown, step_todo, whole_todo
from ledger.checking import case_of
from ledger.deadlines import Deadline, DeadlineKind, deadlines_of, decide_by, of_life
from ledger.errors import ReplicaNeeded
from ledger.facts import Entry
from ledger.kept_port import Kept
from ledger.origin.clocks import ATIGA
from ledger.origin.lines import named
from ledger.ports import Ledger
from ledger.procedures_port import ProcedureLists, RefusalLists, Unreported
from ledger.said import Said, said

PAGE: Final = 25
"""Rows of a list at a time."""
MOST: Final = 5000
"""Rows of a list in a file."""
SOON: Final = timedelta(days=7)
"""What is due within this stands at the top."""
_MOST_DUE: Final = 10
_MOST_CONTESTED: Final = 50


class Group(StrEnum):
    """The lists of incoming certificates."""

    UNDECIDED = "undecided"
    """Received, and nothing decided on."""
    COMING = "coming"
    """Issued to the member, of which nothing has come back."""
    REFUSED = "refused"
    """Refusals that the issuer has answered, or that came late."""


_TODO: Final[Mapping[DeadlineKind, Said]] = {
    DeadlineKind.GROUNDS: said("Decide on the certificate: the grounds of a refusal must reach the issuer"),
    DeadlineKind.GROUNDS_LATE: said("The refusal came after its time: tell the issuer its grounds at once"),
    DeadlineKind.RECONSIDER: said("The issuer has answered the refusal: reconsider it, and decide again"),
}


@dataclass(frozen=True, slots=True)
class Incoming:
    """A certificate that is made out to the member."""

    certificate: bytes
    exporting: str
    issued_on: date | None
    """As the copy says; None where none is kept."""
    recorded_at: datetime
    valid_until: date
    days: int
    """Days left to its last day of validity; below zero, days since."""
    kept: bool
    reference: str = ""
    exporter: str = ""
    lines: int | None = None
    received_at: datetime | None = None
    due: DueShown | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A part of a list."""

    group: Group
    rows: tuple[Incoming, ...]
    more: str
    """Where it goes on; nothing at its end."""


@dataclass(frozen=True, slots=True)
class DueRow:
    """Something that is due, with what it is about."""

    due: DueShown
    by: str
    certificate: bytes
    reference: str
    case: int | None
    lines: tuple[int, ...]
    named: str = ""
    """The lines as people name them."""
    asks: bool = True
    """Whether the member of whoever looks asks in the case."""


def listed(group: Group, member: str, ledger: Ledger, *, after: str = "", limit: int = PAGE) -> Listed:
    """Return a part of one of the lists, after a place; raises `ReplicaNeeded` and `ValueError`."""
    match group:
        case Group.UNDECIDED:
            found = _lists(ledger).undecided(member, after=_place(after), limit=limit + 1)
            return _part(group, found, member, ledger, limit)
        case Group.COMING:
            return _part(group, _coming(member, ledger, _place(after), limit + 1), member, ledger, limit)
        case Group.REFUSED:
            return _refused(member, ledger, bytes.fromhex(after) or None, limit)


def soon(member: str, ledger: Ledger) -> tuple[DueRow, ...]:
    """Return what the member must do soon, or should have done, soonest first."""
    lists, now = _lists(ledger), ledger.clock()
    cases = lists.cases(member=member, due_before=now + SOON, limit=100)
    due = [one for case in cases for one in deadlines_of(case) if one.by == member]
    received = lists.undecided(
        member, received_before=now + SOON - timedelta(days=ATIGA.refusal), limit=_MOST_DUE
    )
    due += [decide_by(one, member) for one in received]
    for certificate in lists.contested(member, ATIGA.refusal, limit=_MOST_CONTESTED):
        due += of_life(ledger.procedures.life(certificate), member)
    near = sorted((one for one in due if one.due <= now + SOON), key=lambda one: one.due)
    return due_rows(near[:_MOST_DUE], member, ledger)


def due_rows(due: Sequence[Deadline], member: str, ledger: Ledger) -> tuple[DueRow, ...]:
    """Return deadlines with the references of certificates that are kept here."""
    now = ledger.clock()
    kept = ledger.kept.kept(list({one.certificate for one in due}))
    return tuple(
        DueRow(
            due=due_shown(one, member, now, _what(one, ledger)),
            by=one.by,
            certificate=one.certificate,
            reference=reference_for(member, kept.get(one.certificate)),
            case=one.case,
            lines=tuple(sorted(one.lines)),
            named=named(one.lines) if one.lines else "",
            asks=one.case is None or case_of(one.case, ledger).importing == member,
        )
        for one in due
    )


def _what(one: Deadline, ledger: Ledger) -> Said:
    """Return what is to be done; of a case its next step, or its end."""
    if one.case is None:
        return _TODO[one.kind]
    case = case_of(one.case, ledger)
    return step_todo(case) if one.kind is DeadlineKind.STEP and case.open else whole_todo(case)


class _Lists(ProcedureLists, RefusalLists, Protocol):
    """All lists that a replica keeps."""


def _lists(ledger: Ledger) -> _Lists:
    lists: object = ledger.procedures
    if not isinstance(lists, ProcedureLists) or not isinstance(lists, RefusalLists):
        raise ReplicaNeeded
    return cast(_Lists, lists)


def _coming(member: str, ledger: Ledger, after: tuple[int, int] | None, limit: int) -> Sequence[Unreported]:
    """Return entries made out to a member of which nothing has come back, in the order of the chain."""
    lists = _lists(ledger)
    others = (one.code for one in ledger.members.members() if one.code != member)
    found = (lists.unreported(one, importing=member, after=after, limit=limit) for one in others)
    return list(merge(*found, key=lambda one: one.place))[:limit]


def _part(group: Group, found: Sequence[Unreported], member: str, ledger: Ledger, limit: int) -> Listed:
    shown, now = found[:limit], ledger.clock()
    kept = ledger.kept.kept([one.certificate for one in shown])
    rows = []
    for one in shown:
        due = decide_by(one, member) if one.received_at else None
        told = due_shown(due, member, now, _TODO[due.kind]) if due else None
        copy = kept.get(one.certificate)
        rows.append(_row(one.certificate, one.entry, copy, now.date(), one.received_at, told))
    more = "-".join(map(str, shown[-1].place)) if len(found) > limit else ""
    return Listed(group, tuple(rows), more)


def _row(  # noqa: PLR0913, PLR0917 - what a row shows
    certificate: bytes,
    entry: Entry,
    kept: Kept | None,
    today: date,
    received_at: datetime | None = None,
    due: DueShown | None = None,
) -> Incoming:
    last = entry.valid_until.date()
    document = kept.certificate if kept else None
    return Incoming(
        certificate=certificate,
        exporting=entry.exporting,
        issued_on=document.issued_on if document else None,
        recorded_at=entry.issued_at,
        valid_until=last,
        days=(last - today).days,
        kept=kept is not None,
        reference=document.reference if document else "",
        exporter=document.exporter.name if document else "",
        lines=len(document.items) if document else None,
        received_at=received_at,
        due=due,
    )


def _refused(member: str, ledger: Ledger, after: bytes | None, limit: int) -> Listed:
    """Return certificates with a refusal that is late or to be reconsidered, by id."""
    ids = list(_lists(ledger).contested(member, ATIGA.refusal, after=after, limit=limit + 1))
    more = ids[limit - 1].hex() if len(ids) > limit else ""
    kept = ledger.kept.kept(ids)
    rows = (_contested_row(one, kept.get(one), member, ledger) for one in ids[:limit])
    return Listed(Group.REFUSED, tuple(row for row in rows if row), more)


def _contested_row(certificate: bytes, kept: Kept | None, member: str, ledger: Ledger) -> Incoming | None:
    """Return the row of a certificate; None where all its refused lines were granted since."""
    due = next(iter(of_life(ledger.procedures.life(certificate), member)), None)
    entry = ledger.registry.evidence(certificate, certificate, bytes(32)).entry
    if due is None or entry is None:
        return None
    now = ledger.clock()
    return _row(certificate, entry, kept, now.date(), due=due_shown(due, member, now, _TODO[due.kind]))


def reference_for(member: str, kept: Kept | None) -> str:
    """Return the reference of a copy that is kept, as far as it concerns the member."""
    return kept.certificate.reference if kept and member in _parties(kept) else ""


def _parties(kept: Kept) -> set[str]:
    return {kept.terms.importing, kept.terms.exporting}


def _place(after: str) -> tuple[int, int] | None:
    """Return a place on the chain; raises `ValueError` for what is none."""
    if not after:
        return None
    block, _, position = after.partition("-")
    return int(block), int(position)
