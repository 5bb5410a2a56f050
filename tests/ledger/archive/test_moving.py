"""An archive moves between databases whole, and goes on where it was."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from ledger.archive import Scope, open_archive
from tests.ledger.archive.filings import ACCOUNT, NOON, a_filing


def test_a_moved_archive_is_the_same_and_goes_on_counting(
    new_archive_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """From SQLite to either database and back to SQLite; what is filed next comes after what was there."""
    back = f"sqlite:///{tmp_path_factory.mktemp('back') / 'back.sqlite3'}"
    first = f"sqlite:///{tmp_path_factory.mktemp('first') / 'first.sqlite3'}"
    rooms = open_archive(first)
    filed = [rooms.certificates.file(a_filing(number)) for number in range(1, 6)]
    _, token = rooms.keys.make(1, ACCOUNT, [Scope.READ], label="counter", now=NOON)
    rooms.close()
    moved = new_archive_url()
    for source, target in ((first, moved), (moved, back)):
        done = _move(source, target)
        assert (done.returncode, done.stderr) == (0, "")
        assert "5 certificates" in done.stdout
    for url in (moved, back):
        rooms = open_archive(url)
        assert rooms.certificates.filings(1) == tuple(filed)
        assert rooms.keys.holder(token) is not None
        later = rooms.certificates.file(a_filing(6))
        assert rooms.certificates.filings(1) == (*filed, later)
        assert later.dispatch > filed[-1].dispatch
        rooms.close()


def test_nothing_is_moved_over_what_is_there(new_archive_url: Callable[[], str]) -> None:
    """The command fails and both archives are as they were."""
    one, two = new_archive_url(), new_archive_url()
    for number, url in enumerate((one, two), 1):
        rooms = open_archive(url)
        rooms.certificates.file(a_filing(number))
        rooms.close()
    done = _move(one, two)
    assert done.returncode == 1
    assert "not empty" in done.stderr
    rooms = open_archive(two)
    assert [filing.id for filing in rooms.certificates.filings(1)] == [a_filing(2).id]
    rooms.close()


def _move(source: str, target: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ledger.archive.moving", source, target]
    return subprocess.run(command, check=False, capture_output=True, text=True)
