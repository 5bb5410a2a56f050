"""What the service does beside answering: carry accepted writes to the chain, whoever waits for them."""

import logging
import threading

from ledger.errors import LedgerError, SubmitterStopped
from ledger.ports import Ledger

_LOG = logging.getLogger("asal.api")
_IDLE = 0.2
"""Seconds between two looks for writes that nobody here waits for, such as those of a command."""
_AFTER_SILENCE = 2.0
"""The same while something does not answer."""


class Courier:
    """Goes rounds for every key at hand until it is stopped; what an earlier process left comes first."""

    def __init__(self, ledger: Ledger) -> None:
        """Prepare; nothing is done before `start`."""
        self._ledger = ledger
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._told: set[str] = set()

    def start(self) -> None:
        """Begin, beside the first requests."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round under way, and give the keys up so that another process may take them."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._ledger.carrier.close()

    def _run(self) -> None:
        while not self._stopping.wait(self._round()):
            pass

    def _round(self) -> float:
        """Go one round; returns the seconds to pause."""
        try:
            outcomes = list(self._ledger.carrier.rounds())
        except LedgerError as silent:
            self._tell(f"the outbox cannot be read: {type(silent).__name__}")
            return _AFTER_SILENCE
        except Exception:  # noqa: BLE001 - or nothing would carry writes any more until the next start
            _LOG.exception("a round over the keys broke off")
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
