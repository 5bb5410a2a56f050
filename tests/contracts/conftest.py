"""A registry of its own for the tests of the contracts."""

from collections.abc import Iterator

import _ganache
import pytest

from tests.worlds import ChainWorld, network_of, undone


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
