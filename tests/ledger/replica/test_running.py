"""Following without end: what is silent is waited for, however long."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ledger.errors import ChainUnreachable
from ledger.replica import running
from ledger.replica.running import Following, Held

SILENCES = 1_100
"""More often than a number can be doubled."""


class Claimed:
    """A claim that nobody takes away."""

    def alive(self) -> bool:
        """Return True."""
        return True


class Silent:
    """A follower whose node does not answer, until it is asked often enough."""

    def __init__(self) -> None:
        self.asked = 0
        self.following: Following | None = None

    def step(self) -> None:
        """Answer nothing."""
        self.asked += 1
        if self.asked == SILENCES and self.following is not None:
            self.following._stopping.set()
        raise ChainUnreachable("no answer")


def test_a_node_is_waited_for_however_long_it_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without beginning anew, or ending the command that follows."""
    monkeypatch.setattr(running, "_LONGEST_WAIT", 0.0)
    begun = []

    @contextmanager
    def claim() -> Iterator[Held | None]:
        yield Claimed()

    def begin() -> Any:
        begun.append(follower)
        return follower

    follower = Silent()
    follower.following = Following(claim, begin, 0.025)
    follower.following.run()
    assert (follower.asked, len(begun)) == (SILENCES, 1)
    assert "no answer" in str(follower.following.state().problem)
