"""At least two hundred processes killed at drawn moments: nothing is lost, doubled or invented.

The seed is printed, and `ASAL_FAULT_SEED` repeats it; in CI it is fixed.
"""

import os
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import _ganache
import pytest

from ledger.archive import Database
from ledger.archive.tables import metadata
from tests.faults.processes import Nursery
from tests.faults.station import Station, founded, network
from tests.faults.trials import mining_late, tortured

pytestmark = [pytest.mark.chain, pytest.mark.slow]

Lend = Callable[[], AbstractContextManager[Station]]
SEED = os.environ.get("ASAL_FAULT_SEED") or ("2026" if os.environ.get("CI") else secrets.token_hex(4))


@pytest.fixture
def told(record_property: Callable[[str, object], None]) -> Callable[[Counter[str]], None]:
    """Return what tells the seed, and at which moments processes were killed, at the end of the run."""
    return lambda killed: record_property(
        "said at the end", f"ASAL_FAULT_SEED={SEED}: {killed.total()} killed, {dict(killed)}"
    )


@contextmanager
def emptied(url: str) -> Iterator[str]:
    """Lend a database with nothing in its tables; sooner had than a new one."""
    database = Database(url)
    with database.writing() as connection:
        tables = ", ".join(table.name for table in metadata.sorted_tables)
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    database.close()
    yield url


@pytest.fixture
def new_archive(
    request: pytest.FixtureRequest, database_kind: str, tmp_path: Path
) -> Callable[[], AbstractContextManager[str]]:
    """Return a function that lends an empty archive."""
    if database_kind == "postgresql":
        url: str = request.getfixturevalue("archive_url")
        return lambda: emptied(url)
    empty: Path = request.getfixturevalue("migrated_file")

    @contextmanager
    def copied() -> Iterator[str]:
        path = tmp_path / "archive.sqlite3"
        for old in tmp_path.glob("archive.sqlite3*"):
            old.unlink()
        yield f"sqlite:///{shutil.copy(empty, path)}"

    return copied


def lending(
    rpc: str,
    nursery: Nursery,
    folder: Path,
    new_archive: Callable[[], AbstractContextManager[str]],
    finality: int,
) -> Lend:
    """Return a function that lends a station whose chain and archive are as new each time."""
    profile, authority = founded(network(rpc, finality=finality, poll_seconds=0.01))

    @contextmanager
    def lend() -> Iterator[Station]:
        with new_archive() as archive:
            station = Station(profile, authority, folder, archive, nursery)
            snapshot = station.rpc("evm_snapshot")
            try:
                yield station
            finally:
                station.rpc("evm_revert", snapshot)

    return lend


def test_whoever_is_killed_whenever_nothing_is_lost_doubled_or_invented(
    strict_node: _ganache.Node,
    nursery: Nursery,
    tmp_path: Path,
    new_archive: Callable[[], AbstractContextManager[str]],
    told: Callable[[Counter[str]], None],
) -> None:
    """On a chain whose blocks come at once; both databases."""
    lend = lending(strict_node.rpc, nursery, tmp_path, new_archive, finality=0)
    told(tortured(lend, SEED, 50))


def test_nor_where_blocks_come_late_and_are_final_one_later(
    strict_node: _ganache.Node,
    nursery: Nursery,
    tmp_path: Path,
    new_archive: Callable[[], AbstractContextManager[str]],
    told: Callable[[Counter[str]], None],
) -> None:
    """So that processes die with transactions under way."""
    lend = lending(strict_node.rpc, nursery, tmp_path, new_archive, finality=1)
    with mining_late(strict_node.rpc, every=0.02):
        told(tortured(lend, SEED, 30))


def test_nor_on_a_chain_that_mines_used_nonces_again(
    ganache: _ganache.Node,
    nursery: Nursery,
    tmp_path: Path,
    new_archive: Callable[[], AbstractContextManager[str]],
    told: Callable[[Counter[str]], None],
) -> None:
    """As Ganache does."""
    lend = lending(ganache.rpc, nursery, tmp_path, new_archive, finality=0)
    told(tortured(lend, SEED, 24))
