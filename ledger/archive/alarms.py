"""Alarms in force: kept in the database, so that they outlive the process that raised them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.archive.database import Database
from ledger.archive.prepared import Prepared
from ledger.archive.tables import alarms
from ledger.outbox import Alarm, AlarmName

_ALL = Prepared(select(alarms).order_by(alarms.c.raised_at, alarms.c.name, alarms.c.subject))


class Alarms:
    """The alarms in a database."""

    def __init__(self, database: Database) -> None:
        """Keep the database the alarms are in."""
        self._database = database

    def raise_alarm(self, name: AlarmName, subject: str, detail: str, *, now: datetime) -> None:
        """Keep an alarm until it is cleared; repeating it changes its detail only."""
        same = (alarms.c.name == name.value) & (alarms.c.subject == subject)
        new = {"name": name.value, "subject": subject, "detail": detail, "raised_at": now}
        try:
            with self._database.writing() as connection:
                known = connection.execute(update(alarms).where(same).values(detail=detail))
                if known.rowcount == 0:
                    connection.execute(insert(alarms).values(new))
        except IntegrityError:  # another process raised it between our two statements
            with self._database.writing() as connection:
                connection.execute(update(alarms).where(same).values(detail=detail))

    def clear_alarm(self, name: AlarmName, subject: str) -> None:
        """Take an alarm back; nothing happens when there is none."""
        same = (alarms.c.name == name.value) & (alarms.c.subject == subject)
        with self._database.writing() as connection:
            connection.execute(delete(alarms).where(same))

    def alarms(self) -> Sequence[Alarm]:
        """Return the alarms in force, oldest first."""
        rows = self._database.ask(_ALL)
        return tuple(Alarm(AlarmName(row.name), row.subject, row.detail, row.raised_at) for row in rows)

    def see_writable(self) -> None:
        """Raise `ArchiveUnavailable` unless something can be stored.

        An alarm is written and taken back in one transaction: a full disk is met, and nobody sees the alarm.
        """
        new = {"name": "", "subject": "", "detail": "", "raised_at": datetime.fromtimestamp(0, UTC)}
        with self._database.writing() as connection:
            connection.execute(insert(alarms).values(new))
            connection.execute(delete(alarms).where(alarms.c.name == ""))
