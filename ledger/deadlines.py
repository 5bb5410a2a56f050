"""What is due and overdue for a member: replies, visits, whole cases, grounds of refusals, clarifications.

Sources: ATIGA Annex 8 (OCP) Rules 13, 18, 19 and 30; RCEP Article 3.24.  Nothing here is stored: the ledger
has when things are due, and who is late is a matter of the moment at which it is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil, floor
from typing import Final

from ledger.checking_turns import turn_of, words
from ledger.errors import ReplicaNeeded
from ledger.events import Decided, Issued, RefusalClarified, moment
from ledger.origin.clocks import ATIGA, Clocks, clocks_for
from ledger.origin.facts import CaseFacts, Step
from ledger.origin.life import Life, told_in
from ledger.origin.lines import lines_of
from ledger.ports import Ledger
from ledger.procedures_port import ProcedureLists, RefusalLists, Unreported

_AT_ONCE: Final = 500
_DAY: Final = timedelta(days=1)


class DeadlineKind(StrEnum):
    """What is due."""

    STEP = "step"
    """The next step of a verification case."""
    CASE = "case"
    """The end of a verification case."""
    GROUNDS = "grounds"
    """A decision on a proof received; a refusal's grounds must reach the issuer in time."""
    GROUNDS_LATE = "grounds-late"
    """A refusal came later than that; it stays told while the refusal stands."""
    RECONSIDER = "reconsider"
    """The issuer has answered a refusal, which is to be reconsidered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One thing that is due."""

    kind: DeadlineKind
    rule: str
    """Where it is written."""
    due: datetime
    """The last second in which it is not late."""
    by: str
    """The member that is to do it."""
    certificate: bytes
    case: int | None = None
    lines: frozenset[int] = frozenset()
    todo: str
    """What to do."""

    def overdue(self, now: datetime) -> bool:
        """Whether the time is over."""
        return now > self.due

    def days(self, now: datetime) -> int:
        """Return whole days left, a day begun counted as none; when overdue days late, begun ones counted."""
        apart = (self.due - now) / _DAY
        return -ceil(-apart) if self.overdue(now) else floor(apart)


_RULES: Final[dict[Step, str]] = {
    Step.OPENED: "OCP Rule 18(b)",
    Step.ACKNOWLEDGED: "OCP Rule 18(b)",
    Step.REPLIED: "OCP Rule 18(d)",
    Step.ASKED_AGAIN: "OCP Rule 18(b)",
    Step.VISIT_NOTIFIED: "OCP Rule 19.5",
    Step.VISIT_POSTPONED: "OCP Rule 19.6",
    Step.VISIT_CONSENTED: "OCP Rule 19.10",
    Step.VISIT_DECLINED: "OCP Rule 19.10",
    Step.VISITED: "OCP Rule 19.10",
    Step.DETERMINED: "OCP Rule 19.9",
    Step.COMMENTED: "OCP Rule 19.9",
}
_VISIT: Final = frozenset(_RULES) - {Step.OPENED, Step.ACKNOWLEDGED, Step.REPLIED, Step.ASKED_AGAIN}


def deadlines_of(case: CaseFacts) -> tuple[Deadline, ...]:
    """Return what is due in a case: its next step, and its end where that is another matter."""
    turn = turn_of(case)
    if turn is None:
        return ()
    step = Deadline(
        kind=DeadlineKind.STEP,
        rule=_RULES[case.step],
        due=turn.due,
        by=turn.member,
        certificate=case.certificate,
        case=case.id,
        lines=case.lines,
        todo=f"in case {case.id}: {words(turn.steps)}",
    )
    whole = Deadline(
        kind=DeadlineKind.CASE,
        rule="OCP Rule 19.10" if case.step in _VISIT else "OCP Rule 18(d)",
        due=case.conclude_due,
        by=case.importing,
        certificate=case.certificate,
        case=case.id,
        lines=case.lines,
        todo=f"conclude case {case.id}: confirm or deny each line",
    )
    merged = turn.member == case.importing and turn.due >= case.conclude_due
    return (whole,) if merged else (step, whole)


def overdue(now: datetime, cases: Iterable[CaseFacts]) -> tuple[Deadline, ...]:
    """Return what is overdue in cases, soonest due first: steps, and whole cases."""
    found = (one for case in cases for one in deadlines_of(case) if one.overdue(now))
    return _sorted(found)


def of_life(life: Life, importing: str) -> tuple[Deadline, ...]:
    """Return what is due about refusals of one certificate (Rules 13.2 to 13.4 and 30.3, 30.4).

    A proof received and not decided on; a refusal that came too late and stands; lines whose refusal was
    answered and that were not decided on since.
    """
    use = told_in(life).use
    if use.received_at is None:
        return ()
    days = timedelta(days=clocks_of(life).refusal)
    due = use.received_at + days
    if use.decided_at is None:
        return (_decision(life.certificate, due, importing),)
    found = []
    late = _refused_after(life, due) & use.refused - use.denied
    if late:
        todo = "the refusal came after its time; tell the issuer its grounds at once"
        rule = "OCP Rules 13.2, 13.3 and 30.3"
        found.append(_about(DeadlineKind.GROUNDS_LATE, rule, due, importing, life.certificate, todo, late))
    answered = _answered(life)
    open_lines = answered.keys() & use.refused - use.denied
    if open_lines:
        first = min(answered[line] for line in open_lines)
        todo = "the issuer has answered the refusal: reconsider it, and decide again"
        rule = "OCP Rules 13.4 and 30.4"
        lines = frozenset(open_lines)
        found.append(
            _about(DeadlineKind.RECONSIDER, rule, first + days, importing, life.certificate, todo, lines)
        )
    return tuple(found)


def due_for(member: str, ledger: Ledger, *, overdue_only: bool = False) -> tuple[Deadline, ...]:
    """Return all that is due for a member and, in its cases, from partners, soonest due first.

    Raises `ReplicaNeeded` where no replica of the ledger keeps lists.
    """
    lists, now = ledger.procedures, ledger.clock()
    if not isinstance(lists, ProcedureLists) or not isinstance(lists, RefusalLists):
        raise ReplicaNeeded
    before = now if overdue_only else None
    found = [one for case in _cases(member, lists, before) for one in deadlines_of(case)]
    found += (decide_by(one, member) for one in _received(member, lists))
    for certificate in _contested(member, lists):
        found += of_life(ledger.procedures.life(certificate), member)
    return _sorted(one for one in found if not overdue_only or one.overdue(now))


def _about(  # noqa: PLR0913, PLR0917 - the fields of a deadline
    kind: DeadlineKind,
    rule: str,
    due: datetime,
    by: str,
    certificate: bytes,
    todo: str,
    lines: frozenset[int] = frozenset(),
) -> Deadline:
    return Deadline(kind=kind, rule=rule, due=due, by=by, certificate=certificate, lines=lines, todo=todo)


def clocks_of(life: Life) -> Clocks:
    """Return the clocks that hold for a certificate, by its scheme and date of issue."""
    for one in life.occurrences:
        if isinstance(one.event, Issued) and one.event.id == life.certificate:
            return clocks_for(one.event.scheme, moment(one.event.issued_on).date())
    return ATIGA


def _refused_after(life: Life, due: datetime) -> frozenset[int]:
    """Return the lines first refused after a moment."""
    first: dict[int, datetime] = {}
    for one in life.occurrences:
        if isinstance(one.event, Decided) and one.event.id == life.certificate:
            for line in lines_of(one.event.refused):
                first.setdefault(line, moment(one.at))
    return frozenset(line for line, at in first.items() if at > due)


def _answered(life: Life) -> dict[int, datetime]:
    """Return the lines whose refusal was answered and not decided on since, with when it first was."""
    found: dict[int, datetime] = {}
    for one in life.occurrences:
        match one.event:
            case RefusalClarified(id=life.certificate, lines=lines):
                for line in lines_of(lines):
                    found.setdefault(line, moment(one.at))
            case Decided(id=life.certificate, granted=granted, refused=refused):
                for line in lines_of(granted | refused):
                    found.pop(line, None)
    return found


def _cases(member: str, lists: ProcedureLists, due_before: datetime | None) -> Iterable[CaseFacts]:
    after = 0
    while page := lists.cases(member=member, due_before=due_before, after=after, limit=_AT_ONCE):
        yield from page
        after = page[-1].id


def _received(member: str, lists: ProcedureLists) -> Iterable[Unreported]:
    after = None
    while page := lists.undecided(member, after=after, limit=_AT_ONCE):
        yield from page
        after = page[-1].place


def decide_by(one: Unreported, member: str) -> Deadline:
    """Return what is due of a proof received and not decided on, as its life would tell."""
    assert one.received_at is not None  # noqa: S101 - of what is undecided it is told
    clocks = clocks_for(one.entry.scheme, one.entry.issued_at.date())
    return _decision(one.certificate, one.received_at + timedelta(days=clocks.refusal), member)


def _decision(certificate: bytes, due: datetime, member: str) -> Deadline:
    todo = "decide on it; the grounds of a refusal must reach the issuer by then"
    return _about(DeadlineKind.GROUNDS, "OCP Rules 13.2, 13.3 and 30.3", due, member, certificate, todo)


def _contested(member: str, lists: RefusalLists) -> Iterable[bytes]:
    after = None
    while page := lists.contested(member, ATIGA.refusal, after=after, limit=_AT_ONCE):
        yield from page
        after = page[-1]


def _sorted(found: Iterable[Deadline]) -> tuple[Deadline, ...]:
    return tuple(sorted(found, key=lambda one: (one.due, one.certificate, one.case or 0, one.kind)))
