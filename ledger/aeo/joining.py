"""What a member still has to say to join an arrangement, given a file that describes it and what is recorded.

The file is the same for all members; each carries out what concerns itself, with its own key.  Nothing that
is on the ledger is said again, and nothing is said that would speak over something newer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.operators import (
    Arrangement,
    Direction,
    Mutual,
    OperatorRole,
    Participation,
    ParticipationState,
    Programme,
    RecognitionTerms,
)
from ledger.writes import (
    AddRecognition,
    DeclareArrangement,
    DeclareProgramme,
    OfRecognition,
    Participate,
)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a member came with an arrangement, from some time on."""

    member: str
    state: ParticipationState
    effective_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Whom a grantor recognises; the programme by its code, because its number differs between ledgers."""

    grantor: str
    partner: str
    programme: str
    min_level: int
    roles: OperatorRole
    directions: Direction
    effective_from: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Described:
    """An arrangement with all its members, as a file describes it."""

    declared_by: str | None
    """Who declares it; None when any member may, which is then the first to join."""
    arrangement: DeclareArrangement
    programmes: Sequence[tuple[str, DeclareProgramme]]
    """Programmes by member."""
    steps: Sequence[Step]
    """In the order of their dates."""
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing that a file describes for a member."""

    about: str
    """In words."""
    write: OfRecognition | None
    """What is to be written; None while it cannot be, or need not be."""
    note: str = ""
    """Why there is nothing to write, or what to know."""


def todo(described: Described, member: str, mutual: Mutual) -> list[Todo]:
    """Return what a member has to write now, and what waits for something else, in order.

    What waits for an arrangement or a partner's programme can be written once that is on the ledger, so a
    caller asks again after each write.
    """
    arrangement = declared(mutual, described.arrangement.code)
    wanted = list(_programmes(described, member, mutual))
    if concerns(described, member):
        wanted += _arrangement(described, member, arrangement)
        wanted += _steps(described, member, arrangement, mutual)
        wanted += _rows(described, member, arrangement, mutual)
    return wanted


def concerns(described: Described, member: str) -> bool:
    """Whether a member has a part in an arrangement."""
    parties = {described.declared_by, described.arrangement.other}
    return member in parties | {step.member for step in described.steps}


def declared(mutual: Mutual, code: str) -> Arrangement | None:
    """Return the arrangement of this code, which is unique on the ledger."""
    return next((one for one in mutual.arrangements.values() if one.code == code), None)


def differences(described: Described, found: Arrangement) -> list[str]:
    """Return in what an arrangement on the ledger is another than the described one of the same code.

    Any member may declare an arrangement under a code that is free, so the code alone makes it no other's.
    """
    wanted = described.arrangement
    same = {
        "kind": found.kind is wanted.kind,
        "title": found.title == wanted.title,
        "text": wanted.text_hash in {found.text_hash, bytes(len(wanted.text_hash))},
        "parties": described.declared_by in {None, found.member} and wanted.other == found.other,
    }
    return [name for name, holds in same.items() if not holds]


def programme_of(mutual: Mutual, member: str, code: str) -> Programme | None:
    """Return a member's programme by its code."""
    found = (one for one in mutual.programmes.values() if (one.member, one.code) == (member, code))
    return next(found, None)


def _programmes(described: Described, member: str, mutual: Mutual) -> Iterator[Todo]:
    for of, write in described.programmes:
        if of == member and programme_of(mutual, member, write.code) is None:
            yield Todo(f"declare programme {write.code} ({write.name})", write)


def _arrangement(described: Described, member: str, found: Arrangement | None) -> Iterator[Todo]:
    if found is not None:
        return
    write = described.arrangement
    if described.declared_by in {None, member}:
        yield Todo(f"declare arrangement {write.code} ({write.title})", write)
    else:
        yield Todo(f"arrangement {write.code}", None, f"waits until {described.declared_by} declares it")


def _steps(described: Described, member: str, found: Arrangement | None, mutual: Mutual) -> Iterator[Todo]:
    """Yield the participations that come after the last one recorded.

    What is recorded last speaks for all times from its date on, so an earlier step is never added later.
    """
    mine = [step for step in described.steps if step.member == member]
    recorded = mutual.participations.get((found.id, member), ()) if found else ()
    latest = recorded[-1] if recorded else None
    version = len(recorded)
    for step in mine:
        if latest is not None and step.effective_from <= latest.effective_from:
            if not any(_said(step, one) for one in recorded):
                yield Todo(_words(step), None, "left out: something newer is recorded")
            continue
        version += 1
        write = Participate(found.id, version, step.state, step.effective_from) if found else None
        yield Todo(_words(step), write, "" if found else "after the arrangement is declared")


def _rows(described: Described, member: str, found: Arrangement | None, mutual: Mutual) -> Iterator[Todo]:
    """Yield the recognitions that are not recorded; one that was ended is not brought back."""
    for row in described.rows:
        if row.grantor != member:
            continue
        about = f"recognise {row.partner} {row.programme} from level {row.min_level}"
        programme = programme_of(mutual, row.partner, row.programme)
        if found is None:
            yield Todo(about, None, "after the arrangement is declared")
        elif programme is None:
            yield Todo(about, None, f"waits until {row.partner} declares its programme {row.programme}")
        else:
            yield from _unless_recorded(about, _terms(row, found.id, programme.id), member, mutual)


def _unless_recorded(about: str, terms: RecognitionTerms, member: str, mutual: Mutual) -> Iterator[Todo]:
    same = [one for one in mutual.matrix.get((member, terms.partner), ()) if same_terms(one, terms)]
    if not same:
        yield Todo(about, AddRecognition(terms))
    elif all(one.ended_from for one in same):
        yield Todo(about, None, f"left out: recognition {same[-1].id} of the same terms was ended")


def same_terms(one: RecognitionTerms, other: RecognitionTerms) -> bool:
    """Whether two recognitions say the same, whatever became of them."""
    return all(getattr(one, name) == getattr(other, name) for name in RecognitionTerms.__slots__)


def _terms(row: Row, arrangement: int, programme: int) -> RecognitionTerms:
    return RecognitionTerms(
        arrangement=arrangement,
        partner=row.partner,
        programme=programme,
        min_level=row.min_level,
        roles=row.roles,
        directions=row.directions,
        effective_from=row.effective_from,
        until=row.until,
    )


def _said(step: Step, one: Participation) -> bool:
    return (step.state, step.effective_from) == (one.state, one.effective_from)


def _words(step: Step) -> str:
    return f"say that it is {step.state.name.lower().replace('_', '-')} from {step.effective_from:%Y-%m-%d}"
