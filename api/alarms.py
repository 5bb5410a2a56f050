"""The alarms in force: those kept in the archive, those about this process alone, and the replica's.

What is wrong with this process (its clock, its way to the node, its way to write) is kept in it: another one
may be well, an archive that cannot be written cannot keep it, and it ends with the process.
"""

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ledger.archive import ArchiveRooms
from ledger.errors import LedgerError
from ledger.outbox import Alarm, AlarmName
from ledger.ports import Ledger
from ledger.replica_port import ReplicaHead

RUNBOOK: Final = "docs/how-to/runbook.md"


class LocalAlarms:
    """Alarms about this process; safe to share between threads."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._alarms: dict[AlarmName, Alarm] = {}

    def raised(self, name: AlarmName, detail: str, *, now: datetime) -> bool:
        """Raise an alarm; whether it was not in force before."""
        with self._lock:
            before = self._alarms.get(name)
            since = before.raised_at if before else now
            self._alarms[name] = Alarm(name, "", detail, since)
            return before is None

    def cleared(self, name: AlarmName) -> bool:
        """Take an alarm back; whether it was in force."""
        with self._lock:
            return self._alarms.pop(name, None) is not None

    def in_force(self) -> Sequence[Alarm]:
        """Return the alarms in force, oldest first."""
        with self._lock:
            return sorted(self._alarms.values(), key=lambda alarm: alarm.raised_at)


def alarm_of_replica(head: ReplicaHead | None) -> AlarmName | None:
    """Return the alarm that stopped a replica, which begins the reason it gives."""
    name = (head.halted or "").partition(":")[0] if head else ""
    return AlarmName(name) if name in set(AlarmName) else None


def alarms_of(ledger: Ledger, rooms: ArchiveRooms, local: LocalAlarms) -> Sequence[Alarm]:
    """Return all alarms in force, as far as the archive answers; those about this process always."""
    found = list(local.in_force())
    try:
        found += ledger.outbox.alarms()
        head = rooms.replica.head()
    except LedgerError:
        return found
    name = alarm_of_replica(head)
    if name is not None and head is not None:
        found.append(Alarm(name, "replica", head.halted or "", head.seen_at or ledger.clock()))
    return found
