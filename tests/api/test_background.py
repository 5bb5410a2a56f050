"""What the service does beside answering goes on, whatever happens in it."""

import threading

import pytest

from api import background
from api.background import Repeating


def test_a_step_that_breaks_off_is_taken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the service would carry nothing any more until somebody starts it anew."""
    steps, done = iter((ValueError("once"), None)), threading.Event()

    def step() -> float:
        broken = next(steps, None)
        if broken is not None:
            raise broken
        done.set()
        return 60.0

    monkeypatch.setattr(background, "_AFTER_SILENCE", 0.0)
    repeating = Repeating("trial", step)
    try:
        repeating.start()
        assert done.wait(20)
    finally:
        repeating.stop()


def test_what_was_never_started_can_be_stopped() -> None:
    """As when the service fails while it is put together."""
    Repeating("trial", lambda: 0.0).stop()
