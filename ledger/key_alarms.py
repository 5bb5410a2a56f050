"""The alarms about one key: raised, heeded, and taken back once it moves again."""

import logging
from typing import NoReturn

from ledger.errors import SubmitterStopped
from ledger.facts import Address
from ledger.outbox import STOPPING, AlarmName
from ledger.ports import Ledger

_LOG = logging.getLogger(__name__)


def heed(ledger: Ledger, account: Address) -> set[AlarmName]:
    """Return the alarms of a key in force; raises `SubmitterStopped` when one keeps it from submitting."""
    own = [alarm for alarm in ledger.outbox.alarms() if alarm.subject == account]
    for alarm in own:
        if alarm.name in STOPPING:
            raise SubmitterStopped(alarm.name, account, alarm.detail)
    return {alarm.name for alarm in own}


class KeyAlarms:
    """The alarms about a key, as its submitter sees them."""

    def __init__(self, ledger: Ledger, account: Address) -> None:
        """Start knowing of none."""
        self._ledger, self._account = ledger, account
        self._in_force: set[AlarmName] = set()

    def heed(self) -> None:
        """Look which are in force; raises `SubmitterStopped` when one keeps the key from submitting."""
        self._in_force = heed(self._ledger, self._account)

    def note(self, name: AlarmName, detail: str) -> None:
        """Raise an alarm, and go on."""
        _LOG.error("alarm %s: %s", name.value, detail)
        self._in_force.add(name)
        self._ledger.reports.alarmed(name, self._account)
        self._ledger.outbox.raise_alarm(name, self._account, detail, now=self._ledger.clock())

    def stop(self, name: AlarmName, detail: str) -> NoReturn:
        """Raise an alarm, and stop until an operator has looked at it."""
        self.note(name, detail)
        raise SubmitterStopped(name, self._account, detail)

    def over(self, *names: AlarmName) -> None:
        """Take alarms back that what just went well has put an end to."""
        for name in self._in_force.intersection(names):
            self._ledger.outbox.clear_alarm(name, self._account)
            self._in_force.discard(name)
            _LOG.info("alarm %s of %s is over", name.value, self._account)
