"""For customs: whose benefits apply here today, what has changed since, and how late changes are recorded.

All are answered from the statuses in order, which a replica of the ledger keeps; without one they raise
`ReplicaNeeded`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from ledger.aeo.recognition import recognised, status_at
from ledger.aeo.told import NameNote, Told, consent_of, told
from ledger.aeo.words import ROLE_WORDS
from ledger.errors import ReplicaNeeded
from ledger.facts import AsOf
from ledger.operators import (
    Arrangement,
    Consent,
    Direction,
    Found,
    Mutual,
    Operator,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    Programme,
    Question,
)
from ledger.ports import Ledger
from ledger.recognising import names_of
from ledger.recognition_port import OperatorLists, Recorded

_AT_ONCE: Final = 500
"""Operators or changes that are taken from the replica in one look."""
_SCANNED: Final = 5_000
"""Operators that one page of benefits looks through; a page may be shorter than asked for, and go on."""
_LAST_PLACE: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """A partner's operator to which the host grants benefits."""

    operator: OperatorCode
    name: str | None
    name_note: NameNote | None
    granted: tuple[tuple[OperatorRole, Direction], ...]
    """In which roles, and for which directions as the host sees them."""
    programme: Programme | None
    level: int
    valid_until: datetime | None
    arrangement: Arrangement | None


@dataclass(frozen=True, slots=True)
class Benefits:
    """A page of benefits, by operator code."""

    as_of: AsOf
    at: datetime
    rows: tuple[Benefit, ...]
    next: OperatorCode | None
    """Where the next page begins; None at the end."""


@dataclass(frozen=True, slots=True)
class Change:
    """A status change in a list."""

    recorded: Recorded
    name: str | None
    programme: Programme | None
    withheld: bool
    """Whether the operator does not agree that more than its code is told outside its own member."""


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of changes in the order in which they were recorded."""

    as_of: AsOf
    rows: tuple[Change, ...]
    next: tuple[int, int] | None
    """Place after which the next page begins; also at the end, for whoever asks again later."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How late a member records what it decides, over a period."""

    member: str
    status: OperatorStatus | None
    """Changes to this status; None for all but annulments, which reach back by their nature."""
    changes: int
    ahead: int
    """How many of them were recorded before they took effect; these count as not late at all."""
    median: timedelta
    p90: timedelta
    """Nine of ten were recorded within this time (nearest rank)."""
    longest: timedelta


def lists_of(ledger: Ledger) -> OperatorLists:
    """Return what answers lists; raises `ReplicaNeeded`."""
    if not isinstance(ledger.recognitions, OperatorLists):
        raise ReplicaNeeded
    return ledger.recognitions


def benefits(
    host: str,
    ledger: Ledger,
    *,
    partner: str | None = None,
    after: OperatorCode | None = None,
    limit: int = 100,
) -> Benefits:
    """Return the partners' operators that a host recognises now, by code, going on after a code."""
    # 1. Only partners of whom the host recognises anything are worth a look.
    lists, at = lists_of(ledger), ledger.clock().replace(microsecond=0)
    as_of, mutual = ledger.recognitions.mutual()
    partners = sorted(
        other
        for grantor, other in mutual.matrix
        if grantor == host and partner in {None, other} and other >= (after or "")[:2]
    )
    # 2. Go through theirs until the page is full, or long enough.
    found: dict[OperatorCode, tuple[Operator, list[Question]]] = {}
    seen, next_ = 0, None
    last = after
    for operator in _operators(lists, partners, after):
        if len(found) == limit or seen == _SCANNED:
            next_ = last
            break
        seen, last = seen + 1, operator.code
        if granted := list(_granted(operator, host, at, mutual)):
            found[operator.code] = operator, granted
    # 3. Name them, as far as they agree.
    here = Found(as_of, {code: operator for code, (operator, _) in found.items()}, mutual)
    names = names_of(here, ledger, at)
    rows = [_benefit(granted, told(granted[0], here, names, at)) for _, granted in found.values()]
    return Benefits(as_of, at, tuple(rows), next_)


def _operators(
    lists: OperatorLists, partners: Sequence[str], after: OperatorCode | None
) -> Iterator[Operator]:
    """Yield the operators of partners, whose codes begin with the partner's, in the order of the codes."""
    for partner in partners:
        last = after if after and after[:2] == partner else None
        while page := lists.operators(member=partner, after=last, limit=_AT_ONCE):
            yield from page
            last = page[-1].code


def _granted(operator: Operator, host: str, at: datetime, mutual: Mutual) -> Iterator[Question]:
    """Yield in which of its roles, and for which directions, the host recognises an operator."""
    if Consent.EXCHANGE not in consent_of(operator, at, mutual):
        return
    force = status_at(operator, at)
    for role in ROLE_WORDS:
        if force is None or role not in force.roles:
            continue
        for direction in Direction:
            question = Question(operator=operator.code, host=host, role=role, direction=direction, at=at)
            if recognised(question, operator, mutual).recognised:
                yield question


def _benefit(granted: Sequence[Question], answer: Told) -> Benefit:
    return Benefit(
        operator=answer.operator,
        name=answer.name,
        name_note=answer.name_note,
        granted=tuple((question.role, question.direction) for question in granted),
        programme=answer.programme,
        level=answer.level or 0,
        valid_until=answer.valid_until,
        arrangement=answer.arrangement,
    )


def changes(  # noqa: PLR0913 - what a list is asked for
    viewer: str,
    ledger: Ledger,
    *,
    since: datetime | None = None,
    after: tuple[int, int] | None = None,
    member: str | None = None,
    limit: int = 100,
) -> Changes:
    """Return status changes as they were recorded, from a moment on or after a place.

    The viewer's own member sees all of its operators; of others, only what they agree to.
    """
    lists = lists_of(ledger)
    as_of, mutual = ledger.recognitions.mutual()
    if after is None and since is not None:
        after = _place_before(since, lists, as_of.block)
    page = lists.status_changes(after=after, member=member, limit=limit)
    found = ledger.recognitions.found({one.operator for one in page})
    now = ledger.clock()
    names = names_of(found, ledger, now)

    def row(one: Recorded) -> Change:
        operator = found.operators.get(one.operator)
        agreed = consent_of(operator, now, mutual) & one.change.consent if operator else Consent(0)
        withheld = Consent.EXCHANGE not in agreed and one.operator[:2] != viewer
        programme = None if withheld else mutual.programmes.get(one.change.programme)
        return Change(one, None if withheld else names.get(one.operator), programme, withheld)

    return Changes(as_of, tuple(map(row, page)), page[-1].place if page else after)


def _place_before(since: datetime, lists: OperatorLists, newest: int) -> tuple[int, int]:
    """Return the place after which everything was recorded from a moment on: times never fall along it."""
    low, high = 0, newest + 1
    while low < high:
        middle = (low + high) // 2
        first = lists.status_changes(after=(middle, _LAST_PLACE), limit=1)
        if not first or first[0].change.recorded_at >= since:
            high = middle
        else:
            low = middle + 1
    # All of a block is of one time, so what lies in block `low` is older.
    return low, _LAST_PLACE


def latency(begin: datetime, end: datetime, ledger: Ledger) -> tuple[AsOf, list[Latency]]:
    """Return how late changes of a period were recorded, by member and by status; `end` is not in it."""
    lists = lists_of(ledger)
    as_of, _ = ledger.recognitions.mutual()
    late: dict[tuple[str, OperatorStatus | None], list[timedelta]] = defaultdict(list)
    for one in _recorded(begin, end, lists, as_of.block):
        change = one.change
        delay = change.recorded_at - change.effective_from
        late[one.operator[:2], change.status].append(delay)
        if change.status is not OperatorStatus.ANNULLED:
            late[one.operator[:2], None].append(delay)
    order = sorted(late, key=lambda key: (key[0], key[1] or 0))
    return as_of, [_latency(member, status, late[member, status]) for member, status in order]


def _recorded(begin: datetime, end: datetime, lists: OperatorLists, newest: int) -> Iterator[Recorded]:
    """Yield the changes recorded in a period."""
    after = _place_before(begin, lists, newest)
    while page := lists.status_changes(after=after, limit=_AT_ONCE):
        for one in page:
            if one.change.recorded_at >= end:
                return
            if one.change.recorded_at >= begin:
                yield one
        after = page[-1].place


def _latency(member: str, status: OperatorStatus | None, delays: Sequence[timedelta]) -> Latency:
    none = timedelta()
    ordered = sorted(max(delay, none) for delay in delays)

    def rank(part: float) -> timedelta:
        return ordered[max(ceil(part * len(ordered)) - 1, 0)]

    ahead = sum(delay < none for delay in delays)
    return Latency(member, status, len(ordered), ahead, rank(0.5), rank(0.9), ordered[-1])
