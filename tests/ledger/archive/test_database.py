"""The database room: pragmas, migrations, permissions and what a fault turns into."""

import dataclasses
import os
import re
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from ledger.archive import ArchiveRooms, Database, open_archive
from ledger.archive.tables import metadata
from ledger.errors import ArchiveUnavailable
from tests.ledger.archive.filings import a_filing, a_receipt


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


def test_migrations_make_exactly_the_tables_of_the_code(rooms: ArchiveRooms) -> None:
    """Alembic sees no difference between the migrated schema and the tables."""
    with rooms.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        named = connection.execute(
            text("SELECT sql FROM sqlite_master WHERE name = 'uq_certificates_held_reference'")
        )
        assert "WHERE state != 'refused'" in named.scalar_one()


def test_tables_of_the_code_carry_the_same_sql_as_the_migrations(tmp_path: Path, rooms: ArchiveRooms) -> None:
    """Also what Alembic does not compare, such as conditions of indexes, is equal."""
    direct = create_engine(f"sqlite:///{tmp_path / 'direct.sqlite3'}")
    metadata.create_all(direct)
    query = text(
        "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite_%'"
    )
    with direct.connect() as made, rooms.database.reading() as migrated:
        ours, theirs = (
            {row.name: sorted(re.split(r"[\s,()]+", row.sql)) for row in connection.execute(query)}
            for connection in (made, migrated)
        )
    direct.dispose()
    assert ours == theirs


def test_migrations_go_down_and_up_again(rooms: ArchiveRooms) -> None:
    """Downgrading to the base leaves nothing, and upgrading makes all of it again."""
    assert rooms.database.revision() == rooms.database.newest_revision
    rooms.database.downgrade("base")
    assert rooms.database.revision() is None
    with rooms.database.reading() as connection:
        left = (
            connection.execute(text("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"))
            .scalars()
            .all()
        )
    assert left == ["alembic_version"]
    rooms.database.migrate()
    rooms.certificates.file(a_filing())


def test_migrating_twice_keeps_what_is_stored(tmp_path: Path, rooms: ArchiveRooms) -> None:
    """Every start of the service migrates."""
    filing = rooms.certificates.file(a_filing())
    again = open_archive(_url(tmp_path))
    assert again.certificates.find(filing.id) == filing
    again.close()


_OPENER = """
import sys, time
from ledger.archive import open_archive
time.sleep(max(0, float(sys.argv[2]) - time.time()))
open_archive(sys.argv[1]).close()
"""


def test_several_workers_can_make_a_new_archive_together(tmp_path: Path) -> None:
    """One makes the tables, and the others wait for it instead of failing."""
    command = [sys.executable, "-c", _OPENER, _url(tmp_path), str(time.time() + 2)]
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(subprocess.run, command, capture_output=True, check=False) for _ in range(4)]
    assert [(one.result().returncode, one.result().stderr) for one in done] == [(0, b"")] * 4


def test_an_archive_that_is_up_to_date_is_opened_without_writing(tmp_path: Path, rooms: ArchiveRooms) -> None:
    """Or nobody could look into it while another writes."""
    other = sqlite3.connect(tmp_path / "archive.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    again = open_archive(_url(tmp_path))
    assert again.database.revision() == rooms.database.newest_revision
    again.close()
    other.close()


def test_the_tables_can_be_made_on_postgresql() -> None:
    """The statements compile there, with the same condition on the index of references."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    tables = [str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables]
    assert any("position BIGSERIAL" in sql for sql in tables)
    indexes = [
        str(CreateIndex(index).compile(dialect=dialect))
        for t in metadata.sorted_tables
        for index in t.indexes
    ]
    assert any("WHERE state != 'refused'" in sql for sql in indexes)


@pytest.mark.parametrize("url", ["no url", "mysql+nothing://x", "sqlite:////nonexistent/folder/a.sqlite3"])
def test_an_address_that_cannot_be_used_is_unavailable_and_not_repeated(url: str) -> None:
    """An address may hold a password."""
    with pytest.raises(ArchiveUnavailable) as fault:
        open_archive(url)
    assert url not in str(fault.value)


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
    with rooms.database.reading() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    large = a_filing(2, document=b"x" * 200_000)
    with pytest.raises(ArchiveUnavailable, match="disk is full"):
        rooms.certificates.file(large)
    assert rooms.certificates.filings(1) == (first,)
    with rooms.database.reading() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    assert rooms.certificates.file(large) == large


def test_a_read_only_database_can_be_read_and_not_written(rooms: ArchiveRooms) -> None:
    """Reads go on; writes say that nothing was stored."""
    filing = rooms.certificates.file(a_filing(1))
    with rooms.database.reading() as connection:
        connection.execute(text("PRAGMA query_only = ON"))
    for write in (
        lambda: rooms.certificates.file(a_filing(2)),
        lambda: rooms.certificates.recorded(filing.id, a_receipt()),
        lambda: rooms.certificates.refused(filing.id),
    ):
        with pytest.raises(ArchiveUnavailable, match="nothing was stored"):
            write()
    assert rooms.certificates.filings(1) == (filing,)


def test_a_locked_database_is_unavailable_until_it_is_free(tmp_path: Path, rooms: ArchiveRooms) -> None:
    """Another process that holds the write lock is waited for, then reported."""
    with rooms.database.reading() as connection:
        connection.execute(text("PRAGMA busy_timeout = 50"))
    other = sqlite3.connect(tmp_path / "archive.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ArchiveUnavailable, match="locked"):
        rooms.certificates.file(a_filing())
    other.execute("ROLLBACK")
    other.close()
    assert rooms.certificates.file(a_filing()) == a_filing()


def test_a_failing_statement_shows_neither_sql_nor_values(rooms: ArchiveRooms) -> None:
    """Documents are confidential, also in a fault's message and its cause."""
    with rooms.database.writing() as connection:
        connection.execute(text("DROP TABLE certificates"))
    with pytest.raises(ArchiveUnavailable) as fault:
        rooms.certificates.file(a_filing(document=b"confidential"))
    shown = f"{fault.value!s} {fault.value!r} {fault.value.__cause__!r}"
    assert "confidential" not in shown
    assert "INSERT" not in shown


def test_an_unused_database_says_that_it_has_no_schema(tmp_path: Path) -> None:
    """The readiness check tells a missing migration from a missing database."""
    database = Database(_url(tmp_path))
    database.ping()
    assert database.revision() is None
    assert database.newest_revision is not None
    database.close()


_FILER = """
import sys
from ledger.archive import open_archive
from tests.ledger.archive.filings import a_filing
archive = open_archive(sys.argv[1]).certificates
number = 0
while True:
    number += 1
    print(archive.file(a_filing(number, document=b"x" * 5000)).id.hex(), flush=True)
"""


def test_what_was_filed_survives_kill_nine(tmp_path: Path) -> None:
    """A process is killed while it files; every id it had reported is found, whole, afterwards."""
    for reported in (3, 20):
        folder = tmp_path / str(reported)
        folder.mkdir()
        with subprocess.Popen(
            [sys.executable, "-c", _FILER, _url(folder)], stdout=subprocess.PIPE, text=True
        ) as filer:
            assert filer.stdout is not None
            ids = [filer.stdout.readline().strip() for _ in range(reported)]
            filer.kill()
            ids += [line.strip() for line in filer.stdout if len(line) == 65]
        rooms = open_archive(_url(folder))
        found = [rooms.certificates.find(bytes.fromhex(identity)) for identity in ids]
        assert all(filing is not None and filing.document == b"x" * 5000 for filing in found)
        with rooms.database.reading() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        rooms.close()


def test_a_row_that_can_never_be_stored_does_not_hold_the_archive_up(rooms: ArchiveRooms) -> None:
    """A constraint that no other filing explains ends as a fault."""
    broken = dataclasses.replace(a_filing(), seed=None)  # type: ignore[arg-type]
    with pytest.raises(ArchiveUnavailable):
        rooms.certificates.file(broken)
    assert rooms.certificates.filings(1) == ()
