"""What a fault of the database means to the person who runs it: fixed words, by SQLite's name or by SQLSTATE.

Neither the statement nor its values nor the server's own message comes through: these may hold confidential
particulars, and the address may hold a password.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ledger.errors import ArchiveUnavailable


class ArchiveLocked(ArchiveUnavailable):
    """Another process has had the SQLite file to itself for longer than we wait for one turn."""


_BROKEN = "the connection to the database broke; what was under way may or may not have been stored"
_SQLITE = {
    "SQLITE_FULL": "the disk is full; nothing was stored",
    "SQLITE_READONLY": "the database is read-only; nothing was stored",
    "SQLITE_BUSY": "the database is locked by another process; nothing was stored",
    "SQLITE_CORRUPT": "the database file is damaged; restore it from a backup",
    "SQLITE_NOTADB": "the file is not a database; restore it from a backup",
    "SQLITE_CANTOPEN": "the database file cannot be opened; check its folder and permissions",
}
_SQLSTATE = {
    "22001": "a value is longer than its column; nothing was stored",
    "25006": "the database is read-only; nothing was stored",
    "25P03": "a transaction was left idle for too long; nothing was stored",
    "40001": "another transaction was in the way; nothing was stored, and trying again may help",
    "40P01": "two transactions waited for each other; nothing was stored, and trying again may help",
    "42501": "the database role lacks a permission for this; nothing was stored",
    "42P01": "a table is missing; bring the schema up to date",
    "53100": "the disk is full; nothing was stored",
    "53200": "the database server is out of memory; nothing was stored",
    "53300": "the database server takes no more connections",
    "55P03": "another transaction held a lock for too long; nothing was stored",
    "57014": "the statement took longer than statement_timeout allows; nothing was stored",
    "57P01": _BROKEN,
    "57P02": _BROKEN,
    "57P03": "the database server is starting or stopping",
    "58030": "the database server could not read or write its disk; what was under way may be lost",
    "XX001": "the database is damaged; restore it from a backup",
    "XX002": "an index of the database is damaged; have its administrator look at it",
}
"""Meanings by SQLSTATE (PostgreSQL manual, appendix A)."""


@contextmanager
def faults() -> Iterator[None]:
    """Turn every fault of the database into `ArchiveUnavailable`, without the statement or its values.

    `IntegrityError` of a UNIQUE rule comes through for the caller to answer.
    """
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise _unavailable(error.orig, _meaning(error)) from None
    except sqlite3.Error as error:  # as it is while a connection is being made
        raise _unavailable(error, _of_sqlite(error.sqlite_errorname)) from None
    except PoolTimeout:
        raise ArchiveUnavailable("all its connections are in use; nothing was stored") from None
    except (SQLAlchemyError, OSError) as error:
        message = f"the database reported {type(error).__name__}"
        raise ArchiveUnavailable(message) from None


def _unavailable(error: BaseException | None, message: str) -> ArchiveUnavailable:
    """Return the error for the caller, which can tell a file that is in use."""
    busy = getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")
    return (ArchiveLocked if busy else ArchiveUnavailable)(message)


def _meaning(error: DBAPIError) -> str:
    """Say what a driver's error means; one without a code comes from the driver, when there is no server."""
    told = error.orig
    if name := getattr(told, "sqlite_errorname", None):
        return _of_sqlite(name)
    if state := getattr(told, "sqlstate", None):
        unknown = _BROKEN if state.startswith("08") else f"the database reported SQLSTATE {state}"
        return _SQLSTATE.get(state, unknown)
    if hasattr(told, "sqlstate") and isinstance(error, OperationalError):
        return _without_code(error)
    return f"the database reported {type(told).__name__}"


def _of_sqlite(name: str) -> str:
    """Say what an error of SQLite means, by its name."""
    return _SQLITE.get(name, f"the database reported {name}")


def _without_code(error: DBAPIError) -> str:
    """Tell an established connection that broke from one that never was."""
    if error.statement is not None or error.connection_invalidated:
        return _BROKEN
    return "cannot connect to the database; check that it runs, its address, and the role and password given"
