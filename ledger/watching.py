"""Telling watchers: what has become final on the ledger is turned into deliveries, each exactly once.

The cursor and the deliveries move in one transaction.  Only final blocks are told of, so nothing told has
ever to be taken back: a change of blocks that were final stops the replica, and with it the telling.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Final

from ledger.aeo.gathering import gathered_mutual
from ledger.events import KeyCompromised, Occurrence, OfTerms, moment
from ledger.facts import AsOf, Role
from ledger.operators import Mutual, Operator, OperatorCode
from ledger.ports import Clock
from ledger.recognition_port import Recorded
from ledger.replica.people import gathered
from ledger.replica_port import Replica
from ledger.watch_events import (
    Happened,
    Shift,
    message,
    recognition_changed,
    shift_of,
    status_changed,
    withdraws,
)
from ledger.watch_port import Cursor, Delivery, Watch, Watches, after_block

PAGE: Final = 500
"""Status changes told in one transaction."""
_OFFICIALS: Final = Role.AEO | Role.CUSTOMS
_OPERATORS: Final = 1000
"""Operators looked at together."""


class Audience:
    """Who watches what; made anew for each page."""

    def __init__(self, watches: Iterable[Watch]) -> None:
        """Sort watches by what they name."""
        self._by_name = defaultdict[str, list[Watch]](list)
        self.everything: list[Watch] = []
        for watch in watches:
            if watch.interest.everything:
                self.everything.append(watch)
            else:
                for name in watch.interest.operators | watch.interest.members:
                    self._by_name[name].append(watch)

    def of(self, operator: OperatorCode) -> Collection[Watch]:
        """Return who watches an operator, each once."""
        found = (*self.everything, *self._by_name.get(operator, ()), *self._by_name.get(operator[:2], ()))
        return {watch.id: watch for watch in found}.values()

    @cached_property
    def members(self) -> Sequence[str]:
        """Members all of whose operators are watched by somebody."""
        return sorted(name for name in self._by_name if len(name) == 2)  # noqa: PLR2004 - a member's code

    @cached_property
    def operators(self) -> Sequence[OperatorCode]:
        """Operators that are watched by name alone."""
        members = set(self.members)
        names = (name for name in self._by_name if len(name) > 2 and name[:2] not in members)  # noqa: PLR2004
        return sorted(map(OperatorCode, names))


def hosts_of(watch: Watch) -> frozenset[str]:
    """Return the members whose recognition matters to a watcher: those it names, or its own."""
    return watch.interest.hosts or frozenset({watch.member})


class Teller:
    """Tells what a replica holds; one process at a time does."""

    def __init__(self, watches: Watches, replica: Replica, finality: int, clock: Clock) -> None:
        """Tell watchers of blocks that `finality` others follow."""
        self._watches, self._replica, self._finality, self._clock = watches, replica, finality, clock
        self._terms: tuple[int, Sequence[Occurrence]] = (-1, ())
        self._quiet = (-1, -1)

    def tell(self) -> bool:
        """Tell the next page; returns whether there may be more.  Raises `ArchiveUnavailable`."""
        head = self._replica.head()
        if head is None or head.halted or head.block is None:
            return False
        final = head.block.number - self._finality
        if final < 0 or (final, head.people) == self._quiet:
            return False
        cursor = self._watches.cursor()
        if cursor is None:  # what happened before anybody could be told is not told
            return self._watches.spread(None, after_block(final), ())
        if final >= cursor.block and self._statuses(cursor, final):
            return True
        cursor = self._watches.cursor() or cursor
        if self._recognition(cursor, final, moment(head.block.time)):
            return True
        self._quiet = (final, head.people)
        return False

    # ------------------------------------------------------------------------------------- statuses

    def _statuses(self, cursor: Cursor, final: int) -> bool:
        """Tell a page of status changes; returns whether there was one."""
        page = self._replica.status_changes(after=cursor.place, up_to=final, limit=PAGE)
        if not page:
            return False
        operators = self._looked_up({recorded.operator for recorded in page})
        audience, officials = Audience(self._watches.live()), self._officials()
        now = self._clock()
        deliveries = [
            message(watch, happened, now)
            for recorded in page
            for watch, happened in self._told(recorded, operators[recorded.operator], audience, officials)
        ]
        withdrawn = {one.operator for one in page if withdraws(one, operators[one.operator])}
        after = Cursor(*page[-1].place, cursor.mutual)
        self._watches.spread(cursor, after, deliveries, withdrawn)
        return True

    def _told(
        self, recorded: Recorded, operator: Operator, audience: Audience, officials: Collection[int]
    ) -> Iterator[tuple[Watch, Happened]]:
        """Yield who is told what of a status change; `officials` are told all of their member's operators."""
        for watch in audience.of(recorded.operator):
            home = watch.member if watch.authority in officials else ""
            happened = status_changed(recorded, operator, home)
            if happened is not None:
                yield watch, happened

    def _looked_up(self, codes: Collection[OperatorCode]) -> Mapping[OperatorCode, Operator]:
        look = self._replica.look_operators(codes) if codes else None
        return look.operators if look is not None else {}

    # ---------------------------------------------------------------------------------- recognition

    def _recognition(self, cursor: Cursor, final: int, now: datetime) -> bool:
        """Tell whom a change of the terms makes recognised, or no longer; returns whether one was found."""
        occurrences = self._gathered()
        new = [one for one in occurrences if cursor.mutual < one.block <= final and _matters(one)]
        if not new:
            return False
        as_of = AsOf(new[-1].block, moment(new[-1].at))
        shift = shift_of(_mutual_at(occurrences, cursor.mutual), _mutual_at(occurrences, final), as_of, now)
        audience = Audience(self._watches.live())
        deliveries = list(self._shifted(shift, audience, now))
        self._watches.spread(cursor, Cursor(cursor.block, cursor.position, final), deliveries)
        return True

    def _gathered(self) -> Sequence[Occurrence]:
        """Return the few events that recognition rests on; read anew when one of them came or went."""
        head = self._replica.head()
        if head is None or head.people != self._terms[0]:
            people, occurrences = self._replica.people()
            self._terms = (people, sorted(occurrences, key=lambda one: one.place))
        return self._terms[1]

    def _officials(self) -> Collection[int]:
        """Return the authorities that are told all of their member's operators, without consent too."""
        authorities = gathered(self._gathered()).authorities.values()
        return frozenset(one.id for one in authorities if one.roles & _OFFICIALS)

    def _shifted(self, shift: Shift, audience: Audience, known: datetime) -> Iterator[Delivery]:
        """Yield what is told of changed terms."""
        now = self._clock()
        for operator in self._watched(audience):
            watches = audience.of(operator.code)
            hosts = frozenset[str]().union(*map(hosts_of, watches))
            for host in sorted(one for one in hosts if shift.touches(one, operator.member)):
                happened = recognition_changed(shift, operator, host, known)
                if happened is not None:
                    yield from (message(one, happened, now) for one in watches if host in hosts_of(one))

    def _watched(self, audience: Audience) -> Iterator[Operator]:
        """Yield every watched operator that the ledger holds, once."""
        if audience.everything:
            yield from self._all_of(None)
            return
        for member in audience.members:
            yield from self._all_of(member)
        for start in range(0, len(audience.operators), _OPERATORS):
            yield from self._looked_up(audience.operators[start : start + _OPERATORS]).values()

    def _all_of(self, member: str | None) -> Iterator[Operator]:
        page = self._replica.operators(member=member, limit=_OPERATORS)
        while page:
            yield from page
            page = self._replica.operators(member=member, after=page[-1].code, limit=_OPERATORS)


def _matters(one: Occurrence) -> bool:
    return isinstance(one.event, OfTerms | KeyCompromised)


def _mutual_at(occurrences: Iterable[Occurrence], block: int) -> Mutual:
    """Return the terms as they were after a block."""
    until = [one for one in occurrences if one.block <= block]
    keys = gathered(until).keys.values()
    return gathered_mutual(
        until, {key.id: key.compromised_from for key in keys if key.compromised_from is not None}
    )
