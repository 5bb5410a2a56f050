"""What an AEO authority keeps of operators: the events of their cases and their records; a port.

`ledger.archive` keeps them in the database, `ledger.memory_operator_files` in this process;
`tests/ports/test_operator_files_port.py` holds the two equal.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledger.aeo.cases import Event
from ledger.aeo.records import OperatorRecord
from ledger.errors import ArchiveNotNamed
from ledger.facts import Address
from ledger.operators import OperatorCode
from ledger.writes import RecordStatuses


@dataclass(frozen=True, slots=True)
class Step:
    """Events that happen together, and the write that carries their statuses, if they have any."""

    events: tuple[Event, ...]
    write: RecordStatuses | None
    account: Address
    """The key that signs the write."""


class OperatorFiles(Protocol):
    """Cases and records of operators.  What `file` returned survives a crash."""

    def file(
        self, steps: Sequence[Step], records: Sequence[OperatorRecord], *, now: datetime
    ) -> Sequence[Event]:
        """Store events and records, and queue the writes, in one transaction; returns the events as stored.

        Raises `CaseMovedOn` when an event's number in its case is taken, and stores nothing.
        """

    def keep(self, records: Sequence[OperatorRecord], *, now: datetime) -> None:
        """Store records, such as those of partners; one that is there stays as it is."""

    def events(self, operator: OperatorCode) -> Sequence[Event]:
        """Return the events of a case, oldest first, each with how far its write has come."""

    def records(self, hashes: Collection[bytes]) -> Mapping[bytes, OperatorRecord]:
        """Return those of these records that are here, by their hash."""

    def operators(
        self, *, member: str | None = None, after: OperatorCode | None = None, limit: int = 100
    ) -> Sequence[OperatorCode]:
        """Return the operators that have events, by code, of one member or of all, going on after a code."""

    def known(
        self, member: str, *, after: OperatorCode | None = None, limit: int = 100
    ) -> Sequence[OperatorCode]:
        """Return a member's operators that have events or records here, by code, going on after a code."""

    def named(self, member: str, words: Sequence[str], *, limit: int) -> Sequence[OperatorRecord]:
        """Return records of a member's operators whose names fit (`naming.fits`), by code; older ones too."""


class NoOperatorFiles:
    """The port where there is no archive: nothing is on file, and nothing can be filed."""

    def file(
        self,
        steps: Sequence[Step],  # noqa: ARG002 - of the port
        records: Sequence[OperatorRecord],  # noqa: ARG002 - of the port
        *,
        now: datetime,  # noqa: ARG002 - of the port
    ) -> Sequence[Event]:
        """Raise `ArchiveNotNamed`."""
        raise ArchiveNotNamed

    def keep(self, records: Sequence[OperatorRecord], *, now: datetime) -> None:  # noqa: ARG002 - of the port
        """Raise `ArchiveNotNamed`."""
        raise ArchiveNotNamed

    def events(self, operator: OperatorCode) -> Sequence[Event]:  # noqa: ARG002 - of the port
        """Return none."""
        return ()

    def records(self, hashes: Collection[bytes]) -> Mapping[bytes, OperatorRecord]:  # noqa: ARG002 - of the port
        """Return none."""
        return {}

    def operators(
        self,
        *,
        member: str | None = None,  # noqa: ARG002 - of the port
        after: OperatorCode | None = None,  # noqa: ARG002 - of the port
        limit: int = 100,  # noqa: ARG002 - of the port
    ) -> Sequence[OperatorCode]:
        """Return none."""
        return ()

    def known(
        self,
        member: str,  # noqa: ARG002 - of the port
        *,
        after: OperatorCode | None = None,  # noqa: ARG002 - of the port
        limit: int = 100,  # noqa: ARG002 - of the port
    ) -> Sequence[OperatorCode]:
        """Return none."""
        return ()

    def named(
        self,
        member: str,  # noqa: ARG002 - of the port
        words: Sequence[str],  # noqa: ARG002 - of the port
        *,
        limit: int,  # noqa: ARG002 - of the port
    ) -> Sequence[OperatorRecord]:
        """Return none."""
        return ()
