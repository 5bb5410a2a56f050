"""The connection to the database: how it is written to in one piece, brought up to date, and held alone."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import ArgumentError

from ledger.archive.engines import CONNECTIONS, make_engines, make_unpooled
from ledger.archive.exclusive import Exclusive, InMemory, advisory_key, beside_file, on_server
from ledger.archive.faults import ArchiveLocked, faults
from ledger.archive.prepared import Found, Prepared
from ledger.errors import ArchiveUnavailable

_MIGRATIONS = Path(__file__).with_name("migrations")
_PATIENCE = 30.0
"""Seconds in which another process may bring the schema of an SQLite file up."""
_PAUSE = 0.05
_MIGRATING = "migrations"


class Database:
    """One database; every use of it either happens whole or raises `ArchiveUnavailable`."""

    def __init__(self, url: str, *, connections: int = CONNECTIONS) -> None:
        """Prepare connections to an SQLAlchemy URL; nothing is opened yet.

        `connections` is the size of each pool of connections to a server; SQLite goes by its own number.
        """
        try:
            self._address = _address(url)
            self._reading, self._writing = make_engines(self._address, connections)
        except (ArgumentError, ImportError, OSError) as error:
            # The URL may hold a password, so it is not repeated.
            message = f"its address cannot be used ({type(error).__name__})"
            raise ArchiveUnavailable(message) from None
        self._in_memory = InMemory()
        self.connections = connections
        """How many this process keeps to a server at most; the replica's looks have as many of their own."""

    @property
    def at_hand(self) -> bool:
        """Whether it is read in this process, and no server has to answer."""
        return self._address.get_backend_name() == "sqlite"

    @property
    def engine(self) -> Engine:
        """The engine, for the question that goes to the driver itself (`ledger.archive.replica_look`)."""
        return self._reading

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection whose reads see one state."""
        with faults(), self._reading.connect() as connection:
            yield connection

    def ask(self, question: Prepared, **values: object) -> list[Found]:
        """Answer one question, which sees one state; without a transaction, which would cost more than it."""
        with faults(), self._driven() as cursor:
            return question.run(cursor, self._reading.dialect, **values)

    def ask_each(self, question: Prepared, values: Iterable[Mapping[str, object]]) -> list[Found]:
        """Answer a question for each set of values on one connection; each answer sees its own state."""
        with faults(), self._driven() as cursor:
            answers = (question.run(cursor, self._reading.dialect, **each) for each in values)
            return list(chain.from_iterable(answers))

    @contextmanager
    def _driven(self) -> Iterator[DBAPICursor]:
        """Give a cursor of the driver each of whose statements stands for itself."""
        pooled = self._reading.raw_connection()
        connection: Any = pooled.driver_connection
        server = self._reading.dialect.name == "postgresql"  # SQLite's begin no transaction unasked
        try:
            if server:
                connection.autocommit = True
            yield pooled.cursor()
        finally:
            if server and not connection.closed:
                connection.autocommit = False
            pooled.close()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction: all of it is on disk when the block is left, or none of it.

        In SQLite it has the only turn to write from its beginning on.
        `IntegrityError` of a UNIQUE rule comes through for the caller to answer.
        """
        with faults(), self._writing.begin() as connection:
            yield connection

    def exclusive(self, name: str) -> AbstractContextManager[Exclusive | None]:
        """Hold a name while the block lasts, or get `None` at once when somebody else holds it.

        Of all processes and threads that use this database one at a time holds a name; the claim ends with
        its holder, also by kill -9.  A claim on a server ends with its connection, so a holder asks
        `Exclusive.alive` before each step that must not be done twice.  Raises `ArchiveUnavailable`.
        """
        file = self._address.database
        if self._address.get_backend_name() != "sqlite":
            return on_server(make_unpooled(self._address), name)
        if not file or file == ":memory:":
            return self._in_memory.claim(name)
        return beside_file(Path(file).resolve(), name)

    def migrate(self, revision: str = "head") -> None:
        """Bring the schema up to a revision; of several processes that start together, one does it.

        The others wait for it: in SQLite, where it has the file to itself, up to half a minute.
        """
        wanted = self.newest_revision if revision == "head" else revision
        patient_until = time.monotonic() + _PATIENCE
        while True:
            try:
                if self.revision() != wanted:  # else whoever only reads need not wait for a writer
                    with self._altering() as connection:
                        command.upgrade(_config(connection), revision)
            except ArchiveLocked:
                if time.monotonic() > patient_until:
                    raise
                time.sleep(_PAUSE)
            else:
                return

    def downgrade(self, revision: str) -> None:
        """Take the schema back to a revision, `base` for an empty one; data of later tables is lost."""
        with self._altering() as connection:
            command.downgrade(_config(connection), revision)

    @contextmanager
    def _altering(self) -> Iterator[Connection]:
        """Give a transaction that alters the schema, when it is our turn and for as long as it takes."""
        try:
            with self.writing() as connection:
                take_your_time(connection)
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SET LOCAL lock_timeout = '5min'"))
                    key = {"key": advisory_key(_MIGRATING)}
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)
                yield connection
        except CommandError:
            message = "its schema is not one that this release knows; use the release that made it"
            raise ArchiveUnavailable(message) from None

    def revision(self) -> str | None:
        """Return the revision the schema is at, `None` for a database without one."""
        with self.reading() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    @cached_property
    def newest_revision(self) -> str | None:
        """The revision this software works with."""
        return ScriptDirectory(str(_MIGRATIONS)).get_current_head()

    def ping(self) -> None:
        """Raise `ArchiveUnavailable` unless the database answers."""
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every connection that is not in use."""
        self._reading.dispose()
        self._writing.dispose()


def take_your_time(connection: Connection) -> None:
    """Let the statements of this transaction take as long as they need: those that go over all there is."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def _address(url: str) -> URL:
    """Return the address; `postgres://` and `postgresql://` both mean PostgreSQL by psycopg 3."""
    address = make_url(url)
    if address.drivername in ("postgres", "postgresql"):
        return address.set(drivername="postgresql+psycopg")
    return address


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
