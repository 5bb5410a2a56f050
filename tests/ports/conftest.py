"""One world on each ledger for every test."""

from collections.abc import Iterator

import _ganache
import pytest

from tests.replicas import ReplicatedWorld
from tests.worlds import ChainWorld, MemoryWorld, World, network_of, undone


@pytest.fixture(scope="session")
def assembled_and_peopled(ganache: _ganache.Node) -> ChainWorld:
    """Return the world of `assembled` with a revoked key and a suspended member besides."""
    world = ChainWorld.deployed(network_of(ganache))
    world.assemble()
    world.people()
    return world


LEDGERS = [
    "memory",
    pytest.param("chain", marks=pytest.mark.chain),
    pytest.param("replica", marks=pytest.mark.chain),
]


def lent(request: pytest.FixtureRequest, assembled: str) -> Iterator[World]:
    """Lend a world in memory, or the assembled one of a chain, which is as before afterwards."""
    if request.param == "memory":
        in_memory = MemoryWorld()
        in_memory.assemble()
        yield in_memory
        return
    with undone(request.getfixturevalue(assembled)) as on_chain:
        yield ReplicatedWorld(on_chain) if request.param == "replica" else on_chain


@pytest.fixture(params=LEDGERS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Lend the assembled world: in memory, on a chain, or on one that is read through a replica."""
    yield from lent(request, "assembled")


@pytest.fixture(params=LEDGERS[:2])
def sending(request: pytest.FixtureRequest) -> Iterator[World]:
    """Lend the assembled world where transactions are sent: in memory, or on a chain."""
    yield from lent(request, "assembled")


@pytest.fixture(params=LEDGERS[:2])
def peopled(request: pytest.FixtureRequest) -> Iterator[World]:
    """Lend the world with a revoked key of VN and with MY suspended."""
    for one in lent(request, "assembled_and_peopled"):
        if isinstance(one, MemoryWorld):
            one.people()
        yield one
