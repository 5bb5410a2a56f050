"""What a competent authority keeps of certified exporters, and members of each other's: a port.

`ledger.archive` keeps it in the database, `ledger.memory_exporters` in this process;
`tests/ports/test_exporter_port.py` holds the two equal.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ledger.errors import ArchiveNotNamed
from ledger.exporter_acts import ExporterEvent
from ledger.exporter_records import ExporterRecord


class ExporterFiles(Protocol):
    """Acts on exporters and their records.  What `file` returned survives a crash."""

    def file(self, event: ExporterEvent, record: ExporterRecord | None, *, now: datetime) -> ExporterEvent:
        """Store an event and its record, and queue its write, in one transaction; returns it as stored.

        Raises `ExporterMovedOn` when its number is taken, and stores nothing.
        """

    def keep(self, record: ExporterRecord, *, now: datetime) -> None:
        """Store a record, such as a partner's; one that is there stays as it is."""

    def events(self, member: str, code: str) -> Sequence[ExporterEvent]:
        """Return the events of an exporter, oldest first, each with how far its write has come."""

    def records(self, hashes: Collection[bytes]) -> Mapping[bytes, ExporterRecord]:
        """Return those of these records that are here, by their hash."""

    def exporters(
        self, *, member: str | None = None, after: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[tuple[str, str]]:
        """Return member and code of exporters of which a record is here, in this order, after one."""


class NoExporterFiles:
    """The port where there is no archive: nothing is on file, and nothing can be filed."""

    def file(
        self,
        event: ExporterEvent,  # noqa: ARG002 - of the port
        record: ExporterRecord | None,  # noqa: ARG002 - of the port
        *,
        now: datetime,  # noqa: ARG002 - of the port
    ) -> ExporterEvent:
        """Raise `ArchiveNotNamed`."""
        raise ArchiveNotNamed

    def keep(self, record: ExporterRecord, *, now: datetime) -> None:  # noqa: ARG002 - of the port
        """Raise `ArchiveNotNamed`."""
        raise ArchiveNotNamed

    def events(self, member: str, code: str) -> Sequence[ExporterEvent]:  # noqa: ARG002 - of the port
        """Return none."""
        return ()

    def records(self, hashes: Collection[bytes]) -> Mapping[bytes, ExporterRecord]:  # noqa: ARG002 - of the port
        """Return none."""
        return {}

    def exporters(
        self,
        *,
        member: str | None = None,  # noqa: ARG002 - of the port
        after: tuple[str, str] | None = None,  # noqa: ARG002 - of the port
        limit: int = 100,  # noqa: ARG002 - of the port
    ) -> Sequence[tuple[str, str]]:
        """Return none."""
        return ()
