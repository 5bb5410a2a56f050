"""Verification cases as pages of both sides show them: how they stand, what happened, what may be done.

Pure but for the statements and the names of authorities, which are asked of the ledger.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from api.pages.case_words import DONE, DUE_WORDS, GROUND_NAMES, STEP_FORMS, StepShown
from api.pages.words import member
from ledger.checking_again import OfCase, case_events
from ledger.checking_turns import STEPS, SUSPEND, allowed, may_deny, turn_of, word
from ledger.deadlines import Deadline, deadlines_of
from ledger.errors import ReplicaNeeded, Unavailable
from ledger.events import CaseConcluded, CaseOpened, CaseStepped, Occurrence, SuspensionSet, moment
from ledger.facts import Issuer
from ledger.origin.facts import CaseFacts, Step
from ledger.origin.lines import lines_of, named
from ledger.origin.steps import Side
from ledger.ports import Ledger
from ledger.procedures_port import ProcedureLists
from ledger.said import Said, said
from ledger.statement_exchange import spoken
from ledger.statements import statement_hash


@dataclass(frozen=True, slots=True)
class DueShown:
    """What is due in a case."""

    what: Said
    """A sentence without its date."""
    due: datetime
    days: int
    """Left, or late where it is overdue."""
    overdue: bool
    rule: str
    yours: bool


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list."""

    number: int
    certificate: bytes
    asks: bool
    """Whether the member that looks is the one that asks."""
    other: str
    """The member on the other side."""
    lines: tuple[int, ...]
    original: bool
    """Whether the issuer of an original behind the certificate is asked, not the one of the certificate."""
    stands: Said
    ground: Said
    open: bool
    stepped_at: datetime
    due: DueShown | None


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened in a case."""

    turn: int
    title: Said
    at: datetime
    who: Issuer | None
    lines: tuple[tuple[Said, str], ...]
    """Goods lines by what became of them."""
    due: datetime | None
    """When the next step was due from then."""
    text: str
    reasons: tuple[str, ...]
    evidence: tuple[str, ...]
    statement: str
    """Hash of what was said, where that is kept here; else nothing."""

    @property
    def kept(self) -> bool:
        """Whether what was said is kept here."""
        return bool(self.statement)


@dataclass(frozen=True, slots=True)
class CaseShown:
    """A case whole."""

    row: CaseRow
    about: bytes
    """The certificate whose issuer is asked, where that is an original behind the one presented."""
    suspended: tuple[int, ...]
    confirmed: tuple[int, ...]
    denied: tuple[int, ...]
    turn: int
    happened: tuple[Happened, ...]
    dues: tuple[DueShown, ...]
    steps: tuple[StepShown, ...]
    """Those that the member may take now, by its side in the case."""
    may_suspend: bool
    may_conclude: bool
    may_deny: bool


def listed(  # noqa: PLR0913 - which cases, and how many
    who: str, ledger: Ledger, *, side: Side, closed: bool = False, after: int = 0, limit: int = 50
) -> Sequence[CaseRow]:
    """Return cases in which a member asks, or is asked, by number; raises `ReplicaNeeded`."""
    lists, now, found = ledger.procedures, ledger.clock(), list[CaseRow]()
    if not isinstance(lists, ProcedureLists):
        raise ReplicaNeeded
    while len(found) < limit:
        some = lists.cases(member=who, open_only=not closed, after=after, limit=limit)
        found += (row_of(case, who, now) for case in some if _side(case, who) is side)
        if len(some) < limit:
            break
        after = some[-1].id
    return found[:limit]


def row_of(case: CaseFacts, who: str, now: datetime) -> CaseRow:
    """Return a case as a list shows it to a member."""
    asks = _side(case, who) is Side.ASKING
    dues = _dues(case, who, now)
    return CaseRow(
        number=case.id,
        certificate=case.certificate,
        asks=asks,
        other=case.exporting if asks else case.importing,
        lines=tuple(sorted(case.lines)),
        original=case.about != case.certificate,
        stands=DONE[case.step],
        ground=GROUND_NAMES[case.ground],
        open=case.open,
        stepped_at=case.stepped_at,
        due=dues[0] if dues else None,
    )


def case_shown(case: CaseFacts, who: str, ledger: Ledger) -> CaseShown:
    """Return a case whole, as one of its two members sees it now."""
    now = ledger.clock()
    happened = tuple(_happened(one, turn, ledger) for turn, one in enumerate(case_events(case, ledger), 1))
    words = allowed(case, who, now)
    row = row_of(case, who, now)
    return CaseShown(
        row=row,
        about=case.about if row.original else b"",
        suspended=tuple(sorted(case.suspended)),
        confirmed=tuple(sorted(case.confirmed)),
        denied=tuple(sorted(case.denied)),
        turn=len(happened),
        happened=happened,
        dues=_dues(case, who, now),
        steps=tuple(STEP_FORMS[STEPS[one]] for one in words if one in STEPS),
        may_suspend=SUSPEND in words,
        may_conclude=word(Step.CONCLUDED) in words,
        may_deny=may_deny(case, now) and who == case.importing,
    )


def due_shown(one: Deadline, who: str, now: datetime, what: Said) -> DueShown:
    """Return one thing that is due; `what` says what to do."""
    return DueShown(what, one.due, abs(one.days(now)), one.overdue(now), one.rule, one.by == who)


def step_todo(case: CaseFacts) -> Said:
    """Return who is to do what next in an open case."""
    turn = turn_of(case)
    assert turn is not None  # noqa: S101 - of an open case
    first, *more = (DUE_WORDS[step] for step in turn.steps)
    either = reduce(lambda one, other: said("{one} or {other}", one=one, other=other), more, first)
    return said("{member} is to {do}", member=member(turn.member), do=either)


def whole_todo(case: CaseFacts) -> Said:
    """Return who is to bring an open case to its end."""
    return said("{member} is to conclude the case", member=member(case.importing))


def _dues(case: CaseFacts, who: str, now: datetime) -> tuple[DueShown, ...]:
    """Return what is due: the next step, and the end where that is another matter."""
    due = deadlines_of(case)
    whats = (step_todo(case), whole_todo(case))[-len(due) :] if due else ()
    return tuple(due_shown(one, who, now, what) for one, what in zip(due, whats, strict=True))


def _side(case: CaseFacts, who: str) -> Side:
    """Return on which side a member is; one that asks itself is asked too, and counts as asking."""
    return Side.ASKING if case.importing == who else Side.ASKED


def _happened(one: Occurrence, turn: int, ledger: Ledger) -> Happened:
    event = one.event
    assert isinstance(event, OfCase)  # noqa: S101 - the events of a case
    statement, who = spoken(event, ledger), None
    with suppress(Unavailable):
        key = ledger.members.signer(event.key)
        who = ledger.members.issuer(key.authority) if key else None
    body = statement.body if statement else {}
    return Happened(
        turn=turn,
        title=_title(event),
        at=moment(one.at),
        who=who,
        lines=tuple(_lines(event)),
        due=moment(event.due) if isinstance(event, CaseOpened | CaseStepped) else None,
        text=str(body.get("text", "")),
        reasons=_texts(body.get("reasons")),
        evidence=_texts(body.get("evidence")),
        statement=f"0x{statement_hash(statement).hex()}" if statement else "",
    )


def _texts(value: object) -> tuple[str, ...]:
    """Return a list of texts of a statement, which the other side may have written as it liked."""
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _title(event: OfCase) -> Said:
    match event:
        case CaseOpened():
            return DONE[Step.OPENED]
        case CaseStepped(step=step):
            return DONE[Step(step)]
        case SuspensionSet():
            return said("Suspension of preference changed")
        case CaseConcluded():
            return DONE[Step.CONCLUDED]


def _lines(event: OfCase) -> Sequence[tuple[Said, str]]:
    told: tuple[tuple[Said, int], ...] = ()
    match event:
        case CaseOpened(lines=lines, suspended=suspended):
            told = (said("In question"), lines), (said("Preference suspended"), suspended)
        case SuspensionSet(suspended=suspended):
            told = ((said("Preference suspended"), suspended),)
        case CaseConcluded(confirmed=confirmed, denied=denied):
            told = (said("Confirmed"), confirmed), (said("Denied"), denied)
    return [(name, named(lines_of(bits))) for name, bits in told if bits]
