"""What only SQLite does: pragmas, permissions of its files, its locks and its faults."""

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ledger.archive import ArchiveRooms, open_archive
from ledger.errors import ArchiveUnavailable
from tests.ledger.archive.filings import a_filing


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'archive.sqlite3'}"


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[ArchiveRooms]:
    """Give an empty archive in a file."""
    rooms = open_archive(_url(tmp_path))
    yield rooms
    rooms.close()


def test_sqlite_is_opened_durable_and_patient(rooms: ArchiveRooms) -> None:
    """WAL with full synchronisation, large pages, foreign keys and a busy timeout."""
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "page_size": 16384,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }
    with rooms.database.reading() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in wanted}
    assert found == wanted


def test_the_file_is_readable_by_its_owner_alone(tmp_path: Path, rooms: ArchiveRooms) -> None:
    """It holds the seeds that all salts derive from, and so do the files beside it."""
    rooms.certificates.file(a_filing())
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}


def test_an_archive_that_is_up_to_date_is_opened_without_writing(tmp_path: Path, rooms: ArchiveRooms) -> None:
    """Or nobody could look into it while another writes."""
    other = sqlite3.connect(tmp_path / "archive.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    again = open_archive(_url(tmp_path))
    assert again.database.revision() == rooms.database.newest_revision
    again.close()
    other.close()


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    """It is neither read as one nor overwritten."""
    path = tmp_path / "archive.sqlite3"
    path.write_bytes(b"something else entirely " * 1000)
    with pytest.raises(ArchiveUnavailable, match="not a database"):
        open_archive(_url(tmp_path))
    assert path.read_bytes() == b"something else entirely " * 1000


def test_a_damaged_database_is_unavailable(tmp_path: Path) -> None:
    """Overwritten pages come out as a fault, not as a wrong answer."""
    rooms = open_archive(_url(tmp_path))
    filing = rooms.certificates.file(a_filing())
    rooms.close()
    path = tmp_path / "archive.sqlite3"
    content = path.read_bytes()
    path.write_bytes(content[:16384] + os.urandom(len(content) - 16384))
    damaged = open_archive(_url(tmp_path), migrate=False)
    with pytest.raises(ArchiveUnavailable):
        damaged.certificates.find(filing.id)
    damaged.close()


def test_a_full_disk_stores_nothing_and_keeps_what_is_there(rooms: ArchiveRooms) -> None:
    """Every filing is on disk whole or not at all, and the archive goes on when there is room again."""
    first = rooms.certificates.file(a_filing(1))
    with rooms.database.writing() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    large = a_filing(2, document=b"x" * 200_000)
    with pytest.raises(ArchiveUnavailable, match="disk is full"):
        rooms.certificates.file(large)
    assert rooms.certificates.filings(1) == (first,)
    with rooms.database.writing() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    assert rooms.certificates.file(large).id == large.id


def test_a_read_only_database_can_be_read_and_not_written(rooms: ArchiveRooms) -> None:
    """Reads go on; writes say that nothing was stored."""
    filing = rooms.certificates.file(a_filing(1))
    with rooms.database.writing() as connection:
        connection.execute(text("PRAGMA query_only = ON"))
    with pytest.raises(ArchiveUnavailable, match="read-only; nothing was stored"):
        rooms.certificates.file(a_filing(2))
    assert rooms.certificates.filings(1) == (filing,)


def test_a_locked_database_is_unavailable_until_it_is_free(tmp_path: Path, rooms: ArchiveRooms) -> None:
    """Another process that holds the write lock is waited for, then reported."""
    with rooms.database.writing() as connection:
        connection.execute(text("PRAGMA busy_timeout = 50"))
    other = sqlite3.connect(tmp_path / "archive.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ArchiveUnavailable, match="locked"):
        rooms.certificates.file(a_filing())
    other.execute("ROLLBACK")
    other.close()
    assert rooms.certificates.file(a_filing()).id == a_filing().id


def test_a_first_start_waits_for_another_process_that_makes_the_tables(tmp_path: Path) -> None:
    """Longer than for one turn to write: making all of them on a busy machine takes a while."""
    path = tmp_path / "new.sqlite3"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("BEGIN IMMEDIATE")
    freed = threading.Timer(6, lambda: other.execute("ROLLBACK"))  # a turn is waited for 5 seconds
    freed.start()
    open_archive(f"sqlite:///{path}").close()
    freed.join()
    other.close()
