"""Hearing that the server is told to stop, before it waits for answers that would go on."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_STOPS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def told_to_stop(then: Callable[[], object]) -> Iterator[None]:
    """Call `then` when the process is told to stop, and pass the signal on to the server.

    uvicorn waits for open answers before it tells the app to end, so the app must hear of it first.  Only
    the main thread hears signals; a server in another one is stopped by other means.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.getsignal(one) for one in _STOPS}

    def heard(number: int, frame: FrameType | None) -> None:
        then()
        passed_on = before[signal.Signals(number)]
        if callable(passed_on):
            passed_on(number, frame)

    ours = [one for one, handler in before.items() if callable(handler)]
    for one in ours:
        signal.signal(one, heard)
    try:
        yield
    finally:
        for one in ours:
            if signal.getsignal(one) is heard:
                signal.signal(one, before[one])
