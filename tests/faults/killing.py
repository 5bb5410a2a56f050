"""Dying by SIGKILL at a chosen moment: before or after the n-th call of a port, or inside a transaction.

Nothing of this is in the product: a child process of a test wraps the adapters' methods before it starts, as
`ASAL_FAULT_KILL` says.  `outbox.keep/after/2` dies after the second call of `Outbox.keep` has returned;
`any/17` at the seventeenth moment of any kind; `none` counts the moments and dies at none.
"""

import functools
import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from ledger.archive import BulkRuns, Requests, SqlArchive, SqlOutbox
from ledger.chain.dispatching import ChainTransactions

VARIABLE = "ASAL_FAULT_KILL"
NEVER = "none"
PORTS: dict[str, tuple[type, tuple[str, ...]]] = {
    "archive": (SqlArchive, ("file", "file_batch")),
    "outbox": (SqlOutbox, ("put", "group", "keep", "settle", "refuse", "requeue", "note_foreign")),
    "transactions": (ChainTransactions, ("used", "sign", "send", "outcome")),
    "requests": (Requests, ("claim", "answer", "release")),
    "runs": (BulkRuns, ("store", "stored", "take_up", "journal", "end")),
}


class Moments:
    """Counts the moments at which the process could die, and lets it die at one."""

    def __init__(self, chosen: str, note: Path | None = None) -> None:
        self._any = int(chosen.removeprefix("any/")) if chosen.startswith("any/") else 0
        named, _, number = chosen.rpartition("/")
        self._named, self._number = (named, int(number)) if named not in {"", "any"} else ("", 0)
        self._counts: dict[str, itertools.count[int]] = {}
        self._note = note
        self.passed = 0

    def here(self, moment: str) -> None:
        """Pass a moment, or die."""
        self.passed += 1
        count = next(self._counts.setdefault(moment, itertools.count(1)))
        if self.passed == self._any or (moment == self._named and count == self._number):
            if self._note:
                self._note.write_text(moment, encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)


_LYING: list[Moments] = []


def moments_passed() -> int:
    """Return how many moments this process has passed."""
    return sum(moments.passed for moments in _LYING)


def lie_in_wait(moments: Moments) -> None:
    """Wrap the ports, and listen to the database."""
    _LYING.append(moments)
    for port, (kind, names) in PORTS.items():
        for name in names:
            setattr(kind, name, _watched(f"{port}.{name}", getattr(kind, name), moments))
    event.listen(Engine, "after_cursor_execute", lambda *_: moments.here("database/statement"))
    event.listen(Engine, "commit", lambda _: moments.here("database/commit"))


def _watched(name: str, call: Callable[..., Any], moments: Moments) -> Callable[..., Any]:
    @functools.wraps(call)
    def watched(*arguments: Any, **named: Any) -> Any:
        moments.here(f"{name}/before")
        answer = call(*arguments, **named)
        moments.here(f"{name}/after")
        return answer

    return watched
