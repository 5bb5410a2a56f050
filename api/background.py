"""What the service does beside answering: carry accepted writes to the chain, whoever waits for them."""

import logging
import threading
from collections.abc import Callable

from ledger.errors import LedgerError, SubmitterStopped
from ledger.ports import Ledger

_LOG = logging.getLogger("asal.api")
_IDLE = 0.2
"""Seconds between two looks for writes that nobody here waits for, such as those of a command."""
_AFTER_SILENCE = 2.0
"""The same while something does not answer."""


class Repeating:
    """Does something again and again in a thread of its own, until it is stopped."""

    def __init__(self, name: str, step: Callable[[], float]) -> None:
        """Prepare; `step` returns the seconds to pause after it, and what it raises ends nothing."""
        self._name, self._step = name, step
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin, beside the first requests."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step under way."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                pause = self._step()
            except Exception:  # noqa: BLE001 - or the service would go on without it until the next start
                _LOG.exception("the %s broke off, and goes on", self._name)
                pause = _AFTER_SILENCE


class Courier(Repeating):
    """Goes rounds for every key at hand until it is stopped; what an earlier process left comes first."""

    def __init__(self, ledger: Ledger) -> None:
        """Prepare; nothing is done before `start`."""
        super().__init__("courier", self._round)
        self._ledger = ledger
        self._told: set[str] = set()

    def stop(self) -> None:
        """End after the round under way, and give the keys up so that another process may take them."""
        super().stop()
        self._ledger.carrier.close()

    def _round(self) -> float:
        """Go one round; returns the seconds to pause."""
        try:
            outcomes = list(self._ledger.carrier.rounds())
        except LedgerError as silent:
            self._tell(f"the outbox cannot be read: {type(silent).__name__}")
            return _AFTER_SILENCE
        problems = [(account, what) for account, what in outcomes if isinstance(what, LedgerError)]
        for account, problem in problems:
            name = problem.alarm if isinstance(problem, SubmitterStopped) else type(problem).__name__
            self._tell(f"the writes of {account} wait: {name}")
        if not problems:
            self._told.clear()
        moved = any(what is True for _, what in outcomes)
        return 0.0 if moved else _AFTER_SILENCE if problems else _IDLE

    def _tell(self, sentence: str) -> None:
        """Log a sentence once until things are well again."""
        if sentence not in self._told:
            self._told.add(sentence)
            _LOG.warning(sentence)
