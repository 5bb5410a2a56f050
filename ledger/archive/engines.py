"""How connections are opened: what SQLite is told, what PostgreSQL must be, how long a step may take."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from ledger.archive.prepared import driven
from ledger.errors import ArchiveUnavailable

CONNECTIONS = 10
"""Connections that one process keeps to PostgreSQL at most; each costs the server some megabytes."""
OLDEST_POSTGRESQL = 13
_SQLITE_PRAGMAS = (
    "page_size = 16384",  # documents are a few kB; small pages waste half the file
    "journal_mode = WAL",
    "synchronous = FULL",  # what was acknowledged survives a power cut
    "foreign_keys = ON",
    "busy_timeout = 5000",
    "wal_autocheckpoint = 4000",  # pages, 64 MB: pages that are written again and again are moved once
)
_SQLITE_WRITER = ("cache_size = -65536",)
"""In KiB.  A row goes to places all over the indexes; what is kept of them here need not be read again."""
_POSTGRESQL = {
    "application_name": "asal",
    "client_encoding": "utf8",
    "connect_timeout": "5",  # seconds, for each host of the address
    "keepalives_idle": "30",  # seconds; a server that is silent for a minute is given up
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",  # milliseconds
}
"""Parameters of libpq; those in the address come first."""
_POSTGRESQL_SESSION = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "5min",
}
"""Settings of the server for our sessions; `options` in the address comes after them and so prevails."""
_WRITES = "asal_writes"
POOL_TIMEOUT = 10
"""Seconds that a caller waits for one of the connections to be free."""


def make_engines(address: URL, connections: int = CONNECTIONS) -> tuple[Engine, Engine]:
    """Return an engine for reading and one for transactions that write.

    In a file of SQLite one connection does all writing of this process: callers take turns in the order they
    came, not as their naps end, and the pages it keeps stay good because nobody else changes them.
    """
    reading = make_engine(address, connections)
    if address.get_backend_name() != "sqlite" or address.database in {None, "", ":memory:"}:
        return for_reading(reading), for_writing(reading)
    one = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0, "pool_timeout": POOL_TIMEOUT}
    writing = create_engine(address, hide_parameters=True, **one)
    event.listen(writing, "connect", _prepare_sqlite)
    event.listen(writing, "connect", _prepare_sqlite_writer)
    event.listen(writing, "begin", _begin_sqlite)
    return reading, for_writing(writing)


def make_engine(address: URL, connections: int = CONNECTIONS) -> Engine:
    """Return an engine that keeps bound values out of its messages and logs."""
    if address.get_backend_name() == "sqlite":
        _made_private(address.database)
        engine = create_engine(address, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    pool = {"pool_size": connections, "max_overflow": 0, "pool_timeout": POOL_TIMEOUT}
    return _other_engine(address, pool_pre_ping=True, **pool)


def make_unpooled(address: URL) -> Engine:
    """Return an engine each of whose connections is a new one that commits by itself."""
    return _other_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")


def for_reading(engine: Engine) -> Engine:
    """Return the same engine for transactions that see one state.

    They are not declared read-only: the driver would declare the next one on the same connection read-write,
    even where an administrator has made the database read-only.
    """
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ")
    return engine


def for_writing(engine: Engine) -> Engine:
    """Return the same engine for transactions that write."""
    return engine.execution_options(**{_WRITES: True})


def _other_engine(address: URL, **options: Any) -> Engine:  # noqa: ANN401 - create_engine takes anything
    """Return an engine for a database server; of these, PostgreSQL is the one that is tested."""
    if address.get_backend_name() != "postgresql":
        return create_engine(address, hide_parameters=True, **options)
    session = " ".join(f"-c {name}={value}" for name, value in _POSTGRESQL_SESSION.items())
    given = dict(address.query)
    query = {**_POSTGRESQL, **given, "options": f"{session} {given.get('options', '')}".strip()}
    engine = create_engine(address.set(query=query), hide_parameters=True, **options)
    event.listen(engine, "connect", _check_postgresql, insert=True)
    return engine


def _check_postgresql(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Refuse a server that is too old, and a database that does not keep every name as it is written.

    The server says both when a connection is made, so nothing is asked.
    """
    told, lack = connection.info, None
    if told.server_version < OLDEST_POSTGRESQL * 10_000:
        lack = f"the database server is older than PostgreSQL {OLDEST_POSTGRESQL}"
    elif told.parameter_status("server_encoding") != "UTF8":
        lack = "the database's encoding is not UTF8; make it anew with ENCODING 'UTF8'"
    if lack:
        connection.close()
        raise ArchiveUnavailable(lack)


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Set the pragmas, and leave the beginning of transactions to `_begin_sqlite`."""
    connection.isolation_level = None
    _tell(connection, _SQLITE_PRAGMAS)


def _prepare_sqlite_writer(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Set the pragmas of the one connection that writes."""
    _tell(connection, _SQLITE_WRITER)


def _tell(connection: DBAPIConnection, pragmas: tuple[str, ...]) -> None:
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Begin a transaction: one that writes waits for its turn now, not when it has read something old."""
    writes = connection.get_execution_options().get(_WRITES)
    raw: Any = connection.connection.driver_connection
    with driven(connection.dialect):
        raw.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _made_private(path: str | None) -> None:
    """Make a new database file readable by its owner alone: it holds the seeds of all salts."""
    if path and path != ":memory:":
        os.close(os.open(Path(path), os.O_CREAT | os.O_RDWR, 0o600))
