"""One world on each ledger for every test."""

from collections.abc import Iterator

import _ganache
import pytest

from ledger.chain.profile import ChainProfile, Fees
from ledger.chain.values import ZERO_ADDRESS
from tests.worlds import ChainWorld, MemoryWorld, World


def network_of(node: _ganache.Node, fees: Fees = Fees.EIP1559) -> ChainProfile:
    """Return the profile of a node on which nothing is deployed yet."""
    return ChainProfile(node.chain_id, (node.rpc,), ZERO_ADDRESS, fees=fees)


@pytest.fixture(scope="session")
def assembled(ganache: _ganache.Node) -> ChainWorld:
    """Return the world that every test on the chain starts from."""
    world = ChainWorld.deployed(network_of(ganache))
    world.assemble()
    return world


@pytest.fixture(params=["memory", pytest.param("chain", marks=pytest.mark.chain)])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return the assembled world, in memory or on a chain; the chain is as before after each test."""
    if request.param == "memory":
        in_memory = MemoryWorld()
        in_memory.assemble()
        yield in_memory
        return
    assembled: ChainWorld = request.getfixturevalue("assembled")
    snapshot = assembled.rpc.ask("evm_snapshot")
    yield assembled.afresh()
    assembled.rpc.ask("evm_revert", snapshot)
