"""A name has one holder at a time, on both databases, and is free as soon as its holder is gone."""

import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import _postgres
import pytest

from ledger.archive import Database
from tests.databases import end_sessions, lent_database

PATIENCE = 20
"""Seconds in which a name must be free after its holder was killed."""


@pytest.fixture
def database(blank_url: str) -> Iterator[Database]:
    """Give a database."""
    database = Database(blank_url)
    yield database
    database.close()


@contextmanager
def _another_process(url: str, name: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process that holds a name until it is killed."""
    holder = (
        "import sys, time\n"
        "from ledger.archive import Database\n"
        "with Database(sys.argv[1]).exclusive(sys.argv[2]) as held:\n"
        "    print('held' if held else 'taken', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", holder, url, name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _gets(database: Database, name: str) -> bool:
    with database.exclusive(name) as held:
        return held is not None


def _gets_soon(database: Database, name: str) -> bool:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if _gets(database, name):
            return True
        time.sleep(0.01)
    return False


def test_a_held_name_is_refused_to_everybody_else_until_it_is_given_up(
    blank_url: str, database: Database
) -> None:
    """Also within one process, by the same object or by another."""
    other = Database(blank_url)
    with database.exclusive("key 0xAB") as held:
        assert held is not None
        assert held.alive()
        assert not _gets(database, "key 0xAB")
        assert not _gets(other, "key 0xAB")
    assert _gets(other, "key 0xAB")
    other.close()


def test_names_do_not_hinder_each_other(database: Database) -> None:
    """Not even those that differ in case or signs alone."""
    with database.exclusive("key 0xAB") as first, database.exclusive("key 0xab") as second:
        assert first is not None
        assert second is not None
        assert _gets(database, "key-0xab")


def test_a_name_is_given_up_when_its_block_fails(database: Database) -> None:
    """The error comes through."""
    with pytest.raises(RuntimeError, match="in between"), database.exclusive("key"):
        raise RuntimeError("in between")
    assert _gets(database, "key")


def test_of_many_threads_one_holds_a_name(blank_url: str) -> None:
    """Eight ask at once, each for itself, and nobody gives up before all have asked."""
    asked = threading.Barrier(8)

    def attempt(_: int) -> bool:
        database = Database(blank_url)
        with database.exclusive("key") as held:
            asked.wait(PATIENCE)
        database.close()
        return held is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_a_name_is_refused_to_another_process(blank_url: str, database: Database) -> None:
    """It says so at once and does not wait."""
    with database.exclusive("key") as held, _another_process(blank_url, "key") as other:
        assert held is not None
        assert _said(other) == "taken"


def test_a_name_is_free_once_its_holder_was_killed(blank_url: str, database: Database) -> None:
    """Kill -9 leaves nothing behind that stands in the way of the next."""
    with _another_process(blank_url, "key") as other:
        assert _said(other) == "held"
        assert not _gets(database, "key")
        other.kill()
        assert _gets_soon(database, "key")


def test_sqlite_keeps_a_name_in_a_private_file_beside_the_database(tmp_path: Path) -> None:
    """It is named after the database and the name, and is the same by whatever path one comes."""
    (tmp_path / "link.sqlite3").symlink_to(tmp_path / "archive.sqlite3")
    database, linked = (
        Database(f"sqlite:///{tmp_path / name}") for name in ("archive.sqlite3", "link.sqlite3")
    )
    with database.exclusive("submitter-17") as held:
        path = tmp_path / "archive.sqlite3.submitter-17.lock"
        assert held is not None
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not _gets(linked, "submitter-17")
    database.close()
    linked.close()


def test_a_database_in_memory_knows_exclusive_names_too() -> None:
    """Each such database is one of its own."""
    database, other = Database("sqlite://"), Database("sqlite://")
    with database.exclusive("key") as held:
        assert held is not None
        assert held.alive()
        assert not _gets(database, "key")
        assert _gets(other, "key")
    assert _gets(database, "key")
    database.close()
    other.close()


@pytest.mark.postgresql
def test_a_holder_learns_that_the_server_ended_its_claim(postgres_server: _postgres.Server) -> None:
    """It is told before it signs, others may hold the name from then on, and it never gets it back."""
    with lent_database(postgres_server) as url:
        database = Database(url)
        with database.exclusive("key") as held:
            assert held is not None
            assert held.alive()
            end_sessions(postgres_server, url)
            assert _gets_soon(database, "key")
            assert not held.alive()
            with database.exclusive("key") as next_holder:
                assert next_holder is not None
                assert next_holder.alive()
                assert not held.alive()
        database.close()
