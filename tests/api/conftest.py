"""One service for each test, over the ledger in memory and a database in a file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.archive import open_archive
from tests.api.desk import Desk, HandClock, a_desk, a_world_in_memory


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated database file with nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("archive") / "empty.sqlite3"
    open_archive(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def desk(tmp_path: Path, empty_archive: Path) -> Iterator[Desk]:
    """Return the service."""
    clock = HandClock()
    path = shutil.copy(empty_archive, tmp_path / "archive.sqlite3")
    rooms = open_archive(f"sqlite:///{path}", migrate=False)
    yield a_desk(a_world_in_memory(clock), rooms, clock)
    rooms.close()
