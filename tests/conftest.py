"""What every test may ask for: a running development chain, and properties that repeat exactly in CI."""

import os
from collections.abc import Iterator

import _ganache
import _setup
import pytest
from hypothesis import settings

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
from tests.worlds import ChainWorld, network_of, undone

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


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
