"""Filling the feed: what has become final on the ledger becomes a row, each thing exactly once.

Events come from the replica in the order of the chain.  What was due and has not been done is looked for
once all of them are there, by the time of the newest block, never by a clock of this machine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from ledger.deadlines import DeadlineKind, of_life, overdue
from ledger.events import Block, MemberAdmitted, moment
from ledger.facts import AsOf
from ledger.feed_events import Overdue, row_of, row_of_overdue
from ledger.feed_port import Feed, FeedCursor, FeedRow
from ledger.origin.clocks import ATIGA
from ledger.origin.facts import CaseFacts
from ledger.origin.life import Life
from ledger.procedures_port import ProcedureLists, Unreported
from ledger.replica_port import Replica

PAGE: Final = 500
"""Events put into the feed in one transaction."""
_EVERY: Final = 60
"""Seconds of the chain between two looks at what is overdue."""
_OVERLAP: Final = timedelta(days=1)
"""How far each look goes back behind the last one: a step may have been seen done in a block that was undone.

What was told before is known by its id and not told again."""


class Replicated(Replica, ProcedureLists, Protocol):
    """A replica with its lists."""


class Feeder:
    """Fills the feed from a replica; one process at a time does."""

    def __init__(self, feed: Feed, replica: Replicated, finality: int) -> None:
        """Fill it with blocks that `finality` others follow."""
        self._feed, self._replica, self._finality = feed, replica, finality
        self._quiet: tuple[int, int] | None = None

    def fill(self) -> bool:
        """Add the next page; returns whether there may be more.  Raises `ArchiveUnavailable`."""
        head = self._replica.head()
        if head is None or head.halted or head.block is None:
            return False
        final = head.block.number - self._finality
        if final < 0 or (final, head.people) == self._quiet:
            return False
        before = self._feed.cursor()
        cursor = before or FeedCursor()
        found = self._replica.happenings(after=cursor.place, up_to=final, limit=PAGE)
        if found:
            rows = [row for row in map(row_of, found) if row is not None]
            block, position = found[-1].occurrence.place
            self._feed.fill(before, replace(cursor, block=block, position=position), rows)
            return True
        more = self._overdue(before, cursor, head.block)
        self._quiet = None if more else (final, head.people)
        return more

    # --------------------------------------------------------------------------------------- overdue

    def _overdue(self, before: FeedCursor | None, cursor: FeedCursor, block: Block) -> bool:
        """Add what has become overdue since the last look; returns whether there may be more."""
        if block.time < cursor.due + _EVERY:
            return False
        now = moment(block.time)
        since = moment(cursor.due) - _OVERLAP if cursor.due else moment(0)
        late = [row for case in self._cases(now) for row in self._of_case(case, since, block)]
        receipts, more = self._undecided(cursor.receipt, now)
        late += [row for one in receipts for row in self._of_receipt(one, block)]
        newest = receipts[-1].place if receipts else cursor.receipt
        due = cursor.due if more else block.time
        self._feed.fill(before, FeedCursor(*cursor.place, due, *newest), late)
        return more

    def _cases(self, now: datetime) -> Iterator[CaseFacts]:
        after = 0
        while page := self._replica.cases(due_before=now, after=after, limit=PAGE):
            yield from page
            after = page[-1].id

    def _of_case(self, case: CaseFacts, since: datetime, block: Block) -> Iterator[FeedRow]:
        """Yield what has become overdue in a case since a moment."""
        now = moment(block.time)
        for one in overdue(now, [case]):
            if one.due >= since:
                late = Overdue(
                    what=one.kind.value,
                    rule=one.rule,
                    due=one.due,
                    by=one.by,
                    certificate=case.certificate,
                    exporting=self._issuer(case),
                    importing=case.importing,
                    case=case.id,
                    step=case.step,
                    asked=case.exporting,
                )
                yield row_of_overdue(late, block.number, now)

    def _issuer(self, case: CaseFacts) -> str:
        """Return the member that issued the certificate presented; an original may have another issuer."""
        if case.about == case.certificate:
            return case.exporting
        look = self._replica.look(case.certificate, case.certificate, bytes(32))
        return look.entry.exporting if look is not None and look.entry is not None else case.exporting

    def _undecided(self, after: tuple[int, int], now: datetime) -> tuple[list[Unreported], bool]:
        """Return receipts after a place on which no decision came in time, and whether there may be more.

        Each member has a list of its own.  Where one is longer than a page, what stands behind its end is
        left for the next look, so that one place says how far all of them were seen.
        """
        before = now - timedelta(days=ATIGA.refusal)
        found: list[Unreported] = []
        end: tuple[int, int] | None = None
        for member in self._members():
            page = self._replica.undecided(member, received_before=before, after=after, limit=PAGE)
            found += page
            if len(page) == PAGE:
                end = min(end or page[-1].place, page[-1].place)
        known = [one for one in found if end is None or one.place <= end]
        return sorted(known, key=lambda one: one.place), end is not None

    def _of_receipt(self, one: Unreported, block: Block) -> Iterator[FeedRow]:
        """Yield that a proof was received long ago and nothing was decided on it."""
        look, now = self._replica.look_life(one.certificate), moment(block.time)
        life = Life(one.certificate, tuple(look.occurrences if look else ()), AsOf(block.number, now))
        for late in of_life(life, one.entry.importing):
            if late.kind is DeadlineKind.GROUNDS and late.overdue(now):
                told = Overdue(
                    what=late.kind.value,
                    rule=late.rule,
                    due=late.due,
                    by=late.by,
                    certificate=one.certificate,
                    exporting=one.entry.exporting,
                    importing=one.entry.importing,
                )
                yield row_of_overdue(told, block.number, now)

    def _members(self) -> Sequence[str]:
        _, occurrences = self._replica.people()
        return [one.event.member for one in occurrences if isinstance(one.event, MemberAdmitted)]
