"""The connection to the database: how it is opened, written to in one piece, and brought up to date."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from ledger.errors import ArchiveUnavailable

_MIGRATIONS = Path(__file__).with_name("migrations")
_SQLITE_PRAGMAS = (
    "page_size = 16384",  # documents are a few kB; small pages waste half the file
    "journal_mode = WAL",
    "synchronous = FULL",  # what was acknowledged survives a power cut
    "foreign_keys = ON",
    "busy_timeout = 5000",
)


class Database:
    """One database; every use of it either happens whole or raises `ArchiveUnavailable`."""

    def __init__(self, url: str) -> None:
        """Prepare connections to an SQLAlchemy URL; nothing is opened yet."""
        try:
            address = make_url(url)
            self._engine = _engine(address)
        except (ArgumentError, ImportError, OSError) as error:
            # The URL may hold a password, so it is not repeated.
            message = f"its address cannot be used ({type(error).__name__})"
            raise ArchiveUnavailable(message) from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection whose reads see one state."""
        with _faults(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction: all of it is on disk when the block is left, or none of it.

        `IntegrityError` of a UNIQUE rule comes through for the caller to answer.
        """
        with _faults(), self._engine.begin() as connection:
            yield connection

    def migrate(self, revision: str = "head") -> None:
        """Bring the schema up to a revision; of several processes that start together, one does it."""
        if self.revision() == (self.newest_revision if revision == "head" else revision):
            return  # nothing to write, so whoever only reads need not wait for a writer
        with self.writing() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            command.upgrade(_config(connection), revision)

    def downgrade(self, revision: str) -> None:
        """Take the schema back to a revision, `base` for an empty one; data of later tables is lost."""
        with self.writing() as connection:
            command.downgrade(_config(connection), revision)

    def revision(self) -> str | None:
        """Return the revision the schema is at, `None` for a database without one."""
        with self.reading() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    @property
    def newest_revision(self) -> str | None:
        """The revision this software works with."""
        return ScriptDirectory(str(_MIGRATIONS)).get_current_head()

    def ping(self) -> None:
        """Raise `ArchiveUnavailable` unless the database answers."""
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _engine(address: URL) -> Engine:
    """Return an engine that keeps bound values out of its messages and logs."""
    engine = create_engine(
        address, hide_parameters=True, pool_pre_ping=address.get_backend_name() != "sqlite"
    )
    if address.get_backend_name() == "sqlite":
        _made_private(address.database)
        event.listen(engine, "connect", _apply_pragmas)
    return engine


def _made_private(path: str | None) -> None:
    """Make a new database file readable by its owner alone: it holds the seeds of all salts."""
    if path and path != ":memory:":
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _apply_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _faults() -> Iterator[None]:
    """Turn every fault of the database into `ArchiveUnavailable`, without the statement or its values."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        name = getattr(error.orig, "sqlite_errorname", type(error.orig).__name__)
        raise ArchiveUnavailable(_MEANINGS.get(name, f"the database reported {name}")) from None
    except (SQLAlchemyError, OSError) as error:
        message = f"the database reported {type(error).__name__}"
        raise ArchiveUnavailable(message) from None


_MEANINGS = {
    "SQLITE_FULL": "the disk is full; nothing was stored",
    "SQLITE_READONLY": "the database is read-only; nothing was stored",
    "SQLITE_BUSY": "the database is locked by another process; nothing was stored",
    "SQLITE_CORRUPT": "the database file is damaged; restore it from a backup",
    "SQLITE_NOTADB": "the file is not a database; restore it from a backup",
    "SQLITE_CANTOPEN": "the database file cannot be opened; check its folder and permissions",
}
