"""The archive: documents of the authorities served here and their way to the chain; the only room with SQL.

`open_archive(url)` returns the database at its newest schema with everything that lives in it.  SQLite is the
embedded default; the same tables and statements run on PostgreSQL.  Nothing of SQLAlchemy leaves the room:
faults come out as `ArchiveUnavailable`, rows as the dataclasses of `ledger.ports` and of this package.
"""

from dataclasses import dataclass

from ledger.archive.access import ApiKey, ApiKeys
from ledger.archive.bulk_runs import BROKEN_OFF, BulkRun, BulkRuns, RunLost, Told
from ledger.archive.certificates import SqlArchive
from ledger.archive.database import Database
from ledger.archive.decisions import SqlDecisions
from ledger.archive.drafts import Drafts
from ledger.archive.exporters import SqlExporterFiles
from ledger.archive.feed import SqlFeed
from ledger.archive.kept import SqlKept
from ledger.archive.logins import Login, Logins
from ledger.archive.officers import ActOutcome, ActsWanted, DeskAct, DeskActs, Officer, Officers
from ledger.archive.operator_files import SqlOperatorFiles
from ledger.archive.outbox import SqlOutbox
from ledger.archive.replica import SqlReplica
from ledger.archive.requests import Answered, Claim, InFlight, Mine, OtherRequest, Requests
from ledger.archive.statements import SqlStatements
from ledger.archive.watches import SqlWatches
from ledger.scopes import Scope

__all__ = [
    "BROKEN_OFF",
    "ActOutcome",
    "ActsWanted",
    "Answered",
    "ApiKey",
    "ApiKeys",
    "ArchiveRooms",
    "BulkRun",
    "BulkRuns",
    "Claim",
    "Database",
    "DeskAct",
    "DeskActs",
    "Drafts",
    "InFlight",
    "Login",
    "Logins",
    "Mine",
    "Officer",
    "Officers",
    "OtherRequest",
    "Requests",
    "RunLost",
    "Scope",
    "SqlArchive",
    "SqlDecisions",
    "SqlExporterFiles",
    "SqlFeed",
    "SqlKept",
    "SqlOperatorFiles",
    "SqlOutbox",
    "SqlReplica",
    "SqlStatements",
    "SqlWatches",
    "Told",
    "open_archive",
]


@dataclass(frozen=True, slots=True)
class ArchiveRooms:
    """All that one database holds."""

    database: Database
    certificates: SqlArchive
    outbox: SqlOutbox
    keys: ApiKeys
    requests: Requests
    replica: SqlReplica
    operators: SqlOperatorFiles
    watches: SqlWatches
    kept: SqlKept
    statements: SqlStatements
    decisions: SqlDecisions
    exporters: SqlExporterFiles
    feed: SqlFeed
    officers: Officers
    acts: DeskActs
    drafts: Drafts
    logins: Logins
    bulk_runs: BulkRuns

    def close(self) -> None:
        """Close every connection."""
        self.replica.close()
        self.database.close()


def open_archive(url: str, *, migrate: bool = True) -> ArchiveRooms:
    """Open the database at an SQLAlchemy URL, such as `sqlite:////var/lib/asal/archive.sqlite3`.

    A missing SQLite file is made, readable by its owner alone.  With `migrate` the schema is brought to its
    newest version first.  Raises `ArchiveUnavailable`.
    """
    database = Database(url)
    if migrate:
        try:
            database.migrate()
        except BaseException:
            database.close()
            raise
    return ArchiveRooms(
        database,
        SqlArchive(database),
        SqlOutbox(database),
        ApiKeys(database),
        Requests(database),
        SqlReplica(database),
        SqlOperatorFiles(database),
        SqlWatches(database),
        SqlKept(database),
        SqlStatements(database),
        SqlDecisions(database),
        SqlExporterFiles(database),
        SqlFeed(database),
        Officers(database),
        DeskActs(database),
        Drafts(database),
        Logins(database),
        BulkRuns(database),
    )
