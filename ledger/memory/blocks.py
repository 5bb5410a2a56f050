"""A chain of blocks reduced to what the rules see of it: a number, a time, and who signs."""

import threading
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from ledger.errors import KeyNotHeld
from ledger.events import Event, Occurrence
from ledger.facts import Address, AsOf, Written
from ledger.hashing import keccak
from ledger.ports import Clock


def wall_clock() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


_Chain = TypeVar("_Chain", bound="MemoryChain")
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def write(
    method: Callable[Concatenate[_Chain, _Given], _Result],
) -> Callable[Concatenate[_Chain, _Given], _Result]:
    """Let a write see no other one half done, for a block is made by one writer."""

    @wraps(method)
    def alone(self: _Chain, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
        with self._lock:
            return method(self, *args, **kwargs)

    return alone


class MemoryChain:
    """Blocks of one write each, whose times follow a clock that can be set forward.

    Safe to share between threads.  `held` are the accounts that can sign, `None` all.
    """

    def __init__(self, clock: Clock = wall_clock, held: Collection[str] | None = None) -> None:
        self._clock, self._held, self._ahead = clock, held, timedelta()
        self._lock = threading.Lock()
        self._reports: list[Event] = []
        """What the write that is being done reports."""
        self._occurrences: list[Occurrence] = []
        """What writes have reported."""
        self._head = AsOf(0, self._time())

    def head(self) -> AsOf:
        """Return the newest block that reads are answered from."""
        return self._head

    def holds(self, account: Address) -> bool:
        """Return whether the key of an account is at hand."""
        return self._held is None or account in self._held

    def advance(self, by: timedelta) -> None:
        """Set the clock forward, and make an empty block then."""
        with self._lock:
            self._ahead += by
            self._head = AsOf(self._head.block + 1, self._now())

    def _begin(self, account: Address) -> None:
        """Start a write: somebody must be able to sign it."""
        if not self.holds(account):
            raise KeyNotHeld(account)
        self._reports.clear()

    def _report(self, event: Event) -> None:
        """Report something in the block of this write, if no rule speaks against it after all."""
        self._reports.append(event)

    def _now(self) -> datetime:
        """Return the time of the block that a write would be in; time never runs backwards."""
        return max(self._time(), self._head.time)

    def _written(self) -> Written:
        """Make the block of a write that no rule spoke against."""
        self._head = AsOf(self._head.block + 1, self._now())
        at = int(self._head.time.timestamp())
        self._occurrences += [
            Occurrence(self._head.block, position, at, event) for position, event in enumerate(self._reports)
        ]
        self._reports.clear()
        return Written(keccak(self._head.block.to_bytes(32, "big")), self._head.block, self._head.time, 0)

    def _time(self) -> datetime:
        return (self._clock() + self._ahead).replace(microsecond=0)
