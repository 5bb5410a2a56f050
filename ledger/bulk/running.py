"""A bulk run: rows in, outcomes out, in the order of the rows, while drawing up and anchoring go on beside.

1. See that the account may issue, once.
2. Draw rows up in processes of their own, a bounded number ahead.
3. Accept them batch by batch, each with its anchor in one transaction; wait while too much is under way.
4. Tell what became of the oldest batch as soon as the chain holds it.

Nothing is kept but the batches under way, so memory does not grow with the number of rows.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final, TypeAlias

import orjson

from ledger import envelope
from ledger.bulk.accepting import Accepted, Acceptor, Place
from ledger.bulk.drawers import Drawers
from ledger.bulk.following import Follower
from ledger.bulk.reading import chunked
from ledger.bulk.rows import Desk, Faulty, Raw, Row, problems_of
from ledger.errors import Overloaded, Problem, SubmitterStopped, Unavailable
from ledger.facts import Address
from ledger.issuing import entitled
from ledger.ports import Filing, FilingState, Ledger
from ledger.salting import salt
from ledger.terms import terms_hash

CHUNK: Final = 100
"""Rows handed to a drawing process at a time."""
BATCH: Final = 2_000
PATIENCE: Final = 60.0
_PAUSE: Final = 0.1
"""Seconds between two tries while something is silent or full."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a run goes about it."""

    batch: int = BATCH
    """Rows that are anchored together; each takes about 8 kB of memory while it is under way."""
    workers: int | None = None
    """Processes that draw up, by default one for each processor; with 1 this one does."""
    under_way: int = 3
    """Batches that are accepted and not told yet."""
    patience: float = PATIENCE
    """Seconds without any progress of the chain after which nobody waits any longer."""
    go_on: bool = False
    """Whether rows are still accepted then; else the run ends."""


@dataclass(frozen=True, slots=True)
class Issued:
    """The chain holds the certificate of a row."""

    row: int
    id: bytes
    reference: str
    envelope: bytes | None
    """Its envelope as JSON text; None when it was not wanted."""
    again: bool
    """Whether it was filed before, by an earlier run or row."""
    write: int
    """Position of the write that this run waited for; 0 when it was recorded already."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row is accepted; the chain does not hold it yet."""

    row: int
    id: bytes
    reference: str


@dataclass(frozen=True, slots=True)
class RowRefused:
    """A row is not issued."""

    row: int
    reference: str | None
    problems: tuple[Problem, ...]


@dataclass(eq=False)
class RunPaused(Unavailable):
    """The chain recorded nothing for so long that the run ended; what was accepted goes out later."""

    seconds: float

    def __str__(self) -> str:
        return (
            f"the ledger recorded nothing for {self.seconds:g} seconds; run the same command again to go on"
        )


Outcome: TypeAlias = Issued | Waiting | RowRefused
Wanted: TypeAlias = Callable[[bytes], bool]


def issue_in_bulk(  # noqa: PLR0913 - what, for whom, where, how
    rows: Iterable[Raw],
    *,
    columns: tuple[str, ...] | None = None,
    authority: int,
    account: Address,
    ledger: Ledger,
    way: Way | None = None,
    wanted: Wanted = lambda _: True,
) -> Generator[Outcome, None, None]:
    """Issue a certificate for each row; yields what came of them, in order.

    Whoever leaves before the last one closes it, which ends the processes and the thread.
    `wanted` says of an id whether its envelope is.  Raises what `ledger.issuing.entitled` raises, before
    anything is read; later `Unavailable` when the run cannot go on, after everything that was accepted has
    been told: the same rows again continue it.
    """
    issuer = entitled(authority, account, ledger)
    desk = Desk(issuer.member, (issuer.name, issuer.domain), ledger.registry.ledger, columns)
    acceptor = Acceptor(issuer, account, ledger)
    return _Run(account, acceptor, ledger, way or Way(), wanted).outcomes(rows, desk)


class _Run:
    """The batches under way of one run."""

    def __init__(
        self, account: Address, acceptor: Acceptor, ledger: Ledger, way: Way, wanted: Wanted
    ) -> None:
        self._account, self._acceptor, self._ledger, self._way, self._wanted = (
            account,
            acceptor,
            ledger,
            way,
            wanted,
        )
        self._under_way: deque[Accepted] = deque()
        self._silent_since = time.monotonic()
        self._given_up = False

    def outcomes(self, rows: Iterable[Raw], desk: Desk) -> Generator[Outcome, None, None]:
        """Yield what came of each row."""
        way, today = self._way, lambda: self._ledger.clock().date()
        with (
            closing(Drawers(desk, way.workers or os.cpu_count() or 1, today)) as drawers,
            closing(Follower(self._account, self._ledger)) as follower,
        ):
            batch: list[Row] = []
            first = 1
            trouble: Unavailable | None = None
            try:
                for drawn in drawers.drawn(chunked(rows, min(CHUNK, way.batch))):
                    batch += drawn
                    while len(batch) >= way.batch:
                        yield from self._accepted(first, batch[: way.batch], follower)
                        del batch[: way.batch]
                        first += way.batch
                    yield from self._recorded(follower)
                if batch:
                    yield from self._accepted(first, batch, follower)
            except Unavailable as error:
                trouble = error
            self._given_up |= isinstance(trouble, SubmitterStopped)
            while self._under_way:
                yield from self._oldest(follower, ending=True)
            if trouble := trouble or follower.stopped:
                raise trouble

    def _accepted(self, first: int, rows: list[Row], follower: Follower) -> Iterator[Outcome]:
        """Accept a batch as soon as there is room for it."""
        while len(self._under_way) >= self._way.under_way:
            yield from self._oldest(follower)
        while True:
            try:
                accepted = self._acceptor.accept(first, rows)
            except SubmitterStopped:
                raise
            except Overloaded as full:
                yield from self._made_room(follower, full)
            except Unavailable as silent:
                self._await_change(silent)
            else:
                break
        if not self._under_way:
            self._silent_since = time.monotonic()
        follower.follow(accepted)
        self._under_way.append(accepted)

    def _made_room(self, follower: Follower, full: Overloaded) -> Iterator[Outcome]:
        """Wait until the outbox has fewer certificates."""
        if self._under_way:
            yield from self._oldest(follower)
        else:
            self._await_change(full)

    def _await_change(self, trouble: Unavailable) -> None:
        """Pause, unless that was done long enough."""
        if time.monotonic() - self._silent_since > self._way.patience:
            raise trouble
        time.sleep(_PAUSE)

    def _recorded(self, follower: Follower) -> Iterator[Outcome]:
        """Tell of the batches that are done by now."""
        while self._under_way and follower.await_done(self._under_way[0], 0):
            yield from self._told(follower)

    def _oldest(self, follower: Follower, *, ending: bool = False) -> Iterator[Outcome]:
        """Tell of the oldest batch: when it is done, or as it is when we have waited long enough.

        Unless the run ends anyway or is to go on, that raises `RunPaused` or the alarm.
        """
        left = self._silent_since + self._way.patience - time.monotonic()
        no_use = self._given_up or follower.stopped is not None
        done = follower.await_done(self._under_way[0], 0 if no_use else max(0.0, left))
        self._given_up |= not done
        yield from self._told(follower)
        if not done and not ending and not self._way.go_on:
            raise follower.stopped or RunPaused(self._way.patience)

    def _told(self, follower: Follower) -> Iterator[Outcome]:
        accepted = self._under_way.popleft()
        if not accepted.waits:
            self._silent_since, self._given_up = time.monotonic(), False
        yield from self._outcomes_of(accepted, follower)

    def _outcomes_of(self, accepted: Accepted, follower: Follower) -> Iterator[Outcome]:
        """Yield what came of a batch's rows, with the envelopes that are wanted."""
        places = [row for row in accepted.rows if isinstance(row, Place)]
        open_writes = frozenset(accepted.waits)
        unrecorded = open_writes | follower.refusals.keys()
        rebuilt = self._filings([place for place in places if place.write not in unrecorded])
        for number, row in enumerate(accepted.rows, accepted.first):
            if isinstance(row, Faulty):
                yield RowRefused(number, row.reference, row.problems)
            elif row.write in open_writes:
                yield Waiting(number, row.id, row.reference)
            elif row.write in follower.refusals:
                yield RowRefused(number, row.reference, problems_of(follower.refusals[row.write]))
            else:
                yield self._issued(number, row, rebuilt.get(row.id))
        for write in {place.write for place in places} - open_writes:
            follower.refusals.pop(write, None)
        accepted.rows.clear()  # the follower may keep it a while

    def _filings(self, places: list[Place]) -> dict[bytes, Filing]:
        """Return what the archive holds of certificates whose envelopes are wanted and not at hand."""
        keys = {place.key: None for place in places if place.prepared is None and self._wanted(place.id)}
        found = self._ledger.archive.holders(list(keys)).values() if keys else ()
        return {filing.id: filing for filing in found if filing.state is FilingState.RECORDED}

    def _issued(self, number: int, place: Place, filing: Filing | None) -> Issued:
        text = None
        if filing is not None:
            text = envelope_text(filing)
        elif place.prepared is not None and self._wanted(place.id):
            text = place.prepared.envelope(place.siblings, place.root)
        return Issued(number, place.id, place.reference, text, place.again, place.write)


def envelope_text(filing: Filing) -> bytes:
    """Rebuild the envelope of a recorded certificate as JSON text, the same to the byte each time."""
    fields = salt(orjson.loads(filing.document), filing.seed)
    return envelope.sealed_json(fields, terms_hash(filing.terms), filing.siblings, filing.root)
