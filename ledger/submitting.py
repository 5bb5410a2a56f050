"""Bringing what was accepted onto the chain: one submitter per key, which commits in groups.

Whoever waits for a write drives the outbox of its key: takes the key's one tenure, goes rounds (see
`ledger.rounds`), and finds its own write carried out among the others.  While a transaction is under way
others queue up, and the next round takes them all as one anchor; so light load gives each certificate an
entry of its own at once, and heavy load batches by itself.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Any, Final

from ledger.errors import ArchiveUnavailable, ClockSkewed, LedgerError, SubmitterStopped, Unavailable
from ledger.facts import Address
from ledger.key_alarms import heed
from ledger.outbox import Dispatch, DispatchState
from ledger.ports import Ledger
from ledger.rounds import Office, Policy

_LOG = logging.getLogger(__name__)
DONE: Final = frozenset({DispatchState.RECORDED, DispatchState.REFUSED})
_FIRST_PAUSE, _LONGEST_PAUSE = 0.002, 0.5
"""Seconds between two rounds in which nothing happened."""
_TAKEN_FOR: Final = 0.1
"""Seconds for which a tenure that another process holds is not asked for again."""


class Submitter:
    """The one that submits for a key while it holds the key's tenure; kept from the first round to `close`.

    Safe to share between threads: one of those who wait goes the round for all of them.
    """

    def __init__(self, ledger: Ledger, account: Address, policy: Policy) -> None:
        """Prepare for a key; nothing is held before the first round."""
        self._ledger, self._account, self._policy = ledger, account, policy
        self._lock = threading.Lock()
        self._held = ExitStack()
        self._office: Office | None = None
        self._ask_at = 0.0
        self.newest: datetime | None = None
        """The time of the newest block that was met."""

    def round(self) -> bool:
        """Go one round; whether anything moved.  False also while another process submits for the key.

        Raises `SubmitterStopped`, or `Unavailable` when chain, signer or archive did not answer.
        """
        with self._lock:
            return self._round()

    def in_office(self) -> bool:
        """Take the tenure if it is free, and return whether it is held here."""
        with self._lock:
            self._ask_at = 0.0
            return self._in_office() is not None

    def close(self) -> None:
        """Give the tenure up, so that another process may submit for the key."""
        with self._lock:
            self._give_up()

    def turn(self, look: Callable[[], Dispatch | None], within: float) -> bool:
        """Go a round, unless somebody saw to the write while we waited for our turn; whether it moved."""
        if not self._lock.acquire(timeout=max(within, 0)):
            return False
        try:
            dispatch = look()
            if dispatch is None or dispatch.state in DONE:
                return True
            return self._round()
        except SubmitterStopped:
            raise
        except Unavailable as silent:
            _LOG.info("the outbox of %s waits: %s", self._account, type(silent).__name__)
            return False
        finally:
            self._lock.release()

    def _round(self) -> bool:
        """Go one round; a key that an alarm stops is given up, so that it can be reconciled beside us."""
        if self._office is None:
            heed(self._ledger, self._account)
        office = self._in_office()
        try:
            return office.round() if office else False
        except SubmitterStopped:
            self._give_up()
            raise
        finally:
            self.newest = office.newest if office and office.newest else self.newest

    def _in_office(self) -> Office | None:
        """Return the office of the key; None while another process holds it."""
        if self._office is not None and self._office.tenure.alive():
            return self._office
        self._give_up()
        if time.monotonic() < self._ask_at:  # many may wait; asking can cost a connection each time
            return None
        tenure = self._held.enter_context(self._ledger.outbox.tenure(self._account))
        if tenure is None:
            self._held.close()
            self._ask_at = time.monotonic() + _TAKEN_FOR
            return None
        self._office = Office(self._ledger, self._account, self._policy, tenure)
        return self._office

    def _give_up(self) -> None:
        self._office = None
        self._held.close()


def assembled(policy: Policy | None = None, **parts: Any) -> Ledger:  # noqa: ANN401 - the fields of Ledger
    """Return the outside, bundled, with submitters of its own that carry what is accepted to the chain.

    `parts` are the fields of `Ledger` but the carrier.
    """
    ledger = Ledger(**parts, carrier=Submitters(lambda: ledger, policy))
    return ledger


class Submitters:
    """The submitters of the keys at hand, one each; made once per process."""

    def __init__(self, ledger: Callable[[], Ledger], policy: Policy | None = None) -> None:
        """Prepare for a ledger, which is asked for when it is first needed."""
        self._ledger, self.policy = ledger, policy or Policy()
        self._submitters: dict[Address, Submitter] = {}
        self._lock = threading.Lock()

    @property
    def most_waiting(self) -> int:
        """How many certificates may wait before no more are accepted."""
        return self.policy.waiting

    def check_clock(self) -> None:
        """Raise `ClockSkewed` when our clock is behind the newest block seen, as far as that asks nobody.

        Only a block ahead of our clock is judged: where blocks are made for transactions alone, the newest
        may be old.  A block seen earlier is behind a clock that has been set right, so nothing need be reset.
        """
        ledger = self._ledger()
        with self._lock:
            times = [each.newest for each in self._submitters.values() if each.newest is not None]
        if ledger.registry.local:
            times.append(ledger.registry.head().time)
        ahead = (max(times) - ledger.clock()).total_seconds() if times else 0.0
        if ahead > self.policy.clock_skew:
            raise ClockSkewed(ahead, self.policy.clock_skew)

    def carried_out(self, look: Callable[[], Dispatch | None], within: float) -> Dispatch:
        """Return a write once it is recorded or refused, or as it is when the time is over (seconds).

        Raises `SubmitterStopped` while an alarm keeps its key from submitting, and `ArchiveUnavailable`
        when the write is not in the outbox.
        """
        deadline, pause = time.monotonic() + within, 0.0
        while True:
            dispatch = look() or look()  # a certificate goes from its write to that of a batch in between
            left = deadline - time.monotonic()
            if dispatch is None:
                raise ArchiveUnavailable("a write that was accepted is not in the outbox; restore a backup")
            if dispatch.state in DONE or left <= 0:
                return dispatch
            moved = self.of(dispatch.account).turn(look, left)
            pause = 0.0 if moved else min(max(pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
            time.sleep(max(0.0, min(pause, left)))

    def in_office(self, account: Address) -> bool:
        """Take the right to submit for a key if it is free; whether it is held here."""
        return self.of(account).in_office()

    def of(self, account: Address) -> Submitter:
        """Return the submitter of a key."""
        with self._lock:
            if account not in self._submitters:
                self._submitters[account] = Submitter(self._ledger(), account, self.policy)
            return self._submitters[account]

    def rounds(self) -> Iterator[tuple[Address, bool | LedgerError]]:
        """Go one round for every key at hand that has open writes; yields what came of it for each."""
        ledger = self._ledger()
        for account in ledger.outbox.accounts():
            if ledger.registry.holds(account):
                try:
                    yield account, self.of(account).round()
                except LedgerError as error:
                    yield account, error
                except Exception:  # noqa: BLE001 - a fault of ours with one key is no reason to leave the others
                    _LOG.exception("a round of %s broke off", account)
                    yield account, False

    def close(self) -> None:
        """Give all tenures up."""
        with self._lock:
            submitters, self._submitters = self._submitters, {}
        for submitter in submitters.values():
            submitter.close()
