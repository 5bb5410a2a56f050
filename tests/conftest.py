"""What every test may ask for: a running development chain, and properties that repeat exactly in CI."""

import os
from collections.abc import Iterator

import _ganache
import _setup
import pytest
from hypothesis import settings
from xdist.remote import Producer

from tests.databases import (  # noqa: F401 - fixtures, for every test
    archive_shelf,
    archive_url,
    blank_url,
    database_kind,
    migrated_file,
    migrated_template,
    new_archive_url,
    new_blank_url,
    own_postgres,
    postgres_server,
)
from tests.spreading import ByRoom, rank
from tests.worlds import ChainWorld, network_of, undone

os.environ.pop("COLUMNS", None)  # set in processes of a spread run; our commands are as wide as a test says
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_xdist_auto_num_workers() -> int:
    """Say in how many processes a whole run works: one more than processors, for tests mostly wait."""
    return min((os.cpu_count() or 1) + 1, 8)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByRoom:
    """Spread tests so that what they share is started once in each process that needs it."""
    config.option.loadscopereorder = False
    return ByRoom(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes longest first where several processes share the work."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what tests left to be said, such as with which seed processes were killed."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, said in report.user_properties:
                if name == "said at the end":
                    terminalreporter.write_line(str(said))


@pytest.fixture(scope="session")
def ganache() -> Iterator[_ganache.Node]:
    """Return a development chain of this test run alone; deploy what a test needs afresh on it."""
    _setup.npm_folder("ganache")
    with _ganache.running() as node:
        yield node


@pytest.fixture(scope="session")
def assembled(ganache: _ganache.Node) -> ChainWorld:
    """Return a world on the chain that tests start from."""
    world = ChainWorld.deployed(network_of(ganache))
    world.assemble()
    return world


@pytest.fixture
def world(assembled: ChainWorld) -> Iterator[ChainWorld]:
    """Lend that world; the chain is as before after each test."""
    with undone(assembled) as on_chain:
        yield on_chain
