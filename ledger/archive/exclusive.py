"""Names of which one process at a time is the holder: who signs with a key, who migrates.

The claim lives in the operating system or the database server, so it ends with its holder, however that dies.
"""

import fcntl
import os
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from ledger.archive.faults import faults


class Exclusive(ABC):
    """A name that is held; it is given up when the block that claimed it ends."""

    @abstractmethod
    def alive(self) -> bool:
        """Return whether the name is still held; once it is not, it never is again."""


class _UntilReleased(Exclusive):
    """A claim that nobody can take away from a living process."""

    def alive(self) -> bool:
        """Return True."""
        return True


class _Session(Exclusive):
    """A claim that lives as long as a connection does."""

    def __init__(self, connection: Connection) -> None:
        """Keep the connection, and which server process it leads to."""
        self._connection = connection
        self._turn = threading.Lock()
        self._lost = False
        self._process = self._asked()

    def alive(self) -> bool:
        """Return whether the same server process still answers.

        Asks the server: one round trip, and at most half a minute when the network is silent.
        """
        with self._turn:
            try:
                self._lost = self._lost or self._asked() != self._process
            except (SQLAlchemyError, OSError):
                self._lost = True
            return not self._lost

    def _asked(self) -> int:
        return int(self._connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def advisory_key(name: str) -> int:
    """Return the number that PostgreSQL's advisory locks know a name by: the first 64 bits of its SHA-256."""
    return int.from_bytes(sha256(b"asal " + name.encode()).digest()[:8], "big", signed=True)


@contextmanager
def on_server(engine: Engine, name: str) -> Iterator[Exclusive | None]:
    """Claim a name by a session's advisory lock, on a connection used for nothing else.

    `engine` must not pool and must commit by itself; the server ends the claim with the connection.
    """
    key = {"key": advisory_key(name)}
    with faults():
        connection = engine.connect()
    try:
        with faults():
            free = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one()
            held = _Session(connection) if free else None
        yield held
        if held is not None and held.alive():
            with suppress(SQLAlchemyError, OSError):  # or the server is a moment late to see us gone
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
    finally:
        connection.invalidate()  # closes it without a word to a server that may be gone
        connection.close()


@contextmanager
def beside_file(database: Path, name: str) -> Iterator[Exclusive | None]:
    """Claim a name by `flock` on a file beside the database's, which stays there, empty.

    Each attempt opens the file anew, so threads of one process exclude each other as well.
    """
    path = database.with_name(f"{database.name}.{_slug(name)}.lock")
    with faults():
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        yield _UntilReleased() if _locked(handle) else None
    finally:
        os.close(handle)


class InMemory:
    """The names held of a database that lives in this process alone."""

    def __init__(self) -> None:
        """Start with none held."""
        self._turn = threading.Lock()
        self._held: set[str] = set()

    @contextmanager
    def claim(self, name: str) -> Iterator[Exclusive | None]:
        """Claim a name."""
        with self._turn:
            free = name not in self._held
            self._held.add(name)
        try:
            yield _UntilReleased() if free else None
        finally:
            if free:
                self._held.discard(name)


def _locked(handle: int) -> bool:
    """Return whether the lock on an open file could be had at once."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _slug(name: str) -> str:
    """Return a name as part of a file's name, with its hash where characters were lost."""
    slug = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")[:60]
    return slug if slug == name else f"{slug}-{sha256(name.encode()).hexdigest()[:12]}"
