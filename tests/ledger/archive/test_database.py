"""What every use of the database promises, on both kinds of it."""

import dataclasses
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from ledger.archive import ArchiveRooms, Database, open_archive
from ledger.errors import ArchiveUnavailable
from tests.ledger.archive.filings import NOON, a_filing


@pytest.fixture
def rooms(archive_url: str) -> Iterator[ArchiveRooms]:
    """Give an empty archive."""
    rooms = open_archive(archive_url)
    yield rooms
    rooms.close()


@pytest.mark.parametrize(
    "url",
    [
        "no url",
        "mysql+nothing://x",
        "sqlite:////nonexistent/folder/a.sqlite3",
        "postgresql://asal:open-sesame@127.0.0.1:1/asal",
        "postgresql://asal:open-sesame@127.0.0.1:1/asal?no_such_option=1",
        "postgresql+nothing://asal:open-sesame@127.0.0.1:1/asal",
    ],
)
def test_an_address_that_cannot_be_used_is_unavailable_and_not_repeated(url: str) -> None:
    """An address may hold a password."""
    with pytest.raises(ArchiveUnavailable) as fault:
        open_archive(url)
    shown = f"{fault.value!s} {fault.value!r} {fault.value.__cause__!r}"
    assert url not in shown
    assert "open-sesame" not in shown


def test_what_is_read_together_is_of_one_moment(archive_url: str, rooms: ArchiveRooms) -> None:
    """What another process stores in between is seen the next time."""
    count = text("SELECT count(*) FROM api_keys")
    other = open_archive(archive_url)
    with rooms.database.reading() as connection:
        assert connection.execute(count).scalar_one() == 0
        other.keys.make(1, a_filing().account, [], label="", now=NOON)
        assert connection.execute(count).scalar_one() == 0
    with rooms.database.reading() as connection:
        assert connection.execute(count).scalar_one() == 1
    other.close()


def test_a_failing_statement_shows_neither_sql_nor_values(rooms: ArchiveRooms) -> None:
    """Documents are confidential, also in a fault's message and its cause."""
    with rooms.database.writing() as connection:
        connection.execute(text("DROP TABLE certificates"))
    with pytest.raises(ArchiveUnavailable) as fault:
        rooms.certificates.file(a_filing(document=b"confidential"))
    shown = f"{fault.value!s} {fault.value!r} {fault.value.__cause__!r}"
    assert "confidential" not in shown
    assert "INSERT" not in shown


def test_an_unused_database_says_that_it_has_no_schema(blank_url: str) -> None:
    """The readiness check tells a missing migration from a missing database."""
    database = Database(blank_url)
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


@pytest.mark.parametrize("reported", [3, 20])
def test_what_was_filed_survives_kill_nine(archive_url: str, reported: int) -> None:
    """A process is killed while it files; every id it had reported is found, whole, afterwards."""
    command = [sys.executable, "-c", _FILER, archive_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as filer:
        assert filer.stdout is not None
        ids = [filer.stdout.readline().strip() for _ in range(reported)]
        filer.kill()
        ids += [line.strip() for line in filer.stdout if len(line) == 65]
    rooms = open_archive(archive_url)
    found = [rooms.certificates.find(bytes.fromhex(identity)) for identity in ids]
    assert all(filing is not None and filing.document == b"x" * 5000 for filing in found)
    if archive_url.startswith("sqlite"):
        with rooms.database.reading() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    rooms.close()


def test_a_row_that_can_never_be_stored_does_not_hold_the_archive_up(rooms: ArchiveRooms) -> None:
    """A constraint that no other filing explains ends as a fault."""
    broken = dataclasses.replace(a_filing(), seed=None)  # type: ignore[arg-type]
    with pytest.raises(ArchiveUnavailable):
        rooms.certificates.file(broken)
    assert rooms.certificates.filings(1) == ()
