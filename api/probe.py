"""Looking at something that is not for free, such as writing to the disk: at most so often, whoever asks."""

import threading
import time
from collections.abc import Callable

from ledger.errors import LedgerError

EVERY = 5.0
"""Seconds for which what was found holds."""


class Probe:
    """Looks anew when the last look is too long ago; safe to share between threads."""

    def __init__(self, look: Callable[[], object], every: float | None = None) -> None:
        """Look by a call that raises a `LedgerError` when all is not well."""
        self._look, self._every = look, EVERY if every is None else every
        self._lock = threading.Lock()
        self._found: LedgerError | None = None
        self._looked = float("-inf")

    def problem(self) -> LedgerError | None:
        """Return what is wrong, None when nothing is."""
        with self._lock:
            if time.monotonic() - self._looked >= self._every:
                self._found = self._seen()
                self._looked = time.monotonic()
            return self._found

    def _seen(self) -> LedgerError | None:
        try:
            self._look()
        except LedgerError as error:
            return error
        return None
