"""A ledger on which everything has happened, and one whose blocks can be taken back."""

from collections.abc import Iterator
from dataclasses import dataclass

import _ganache
import _setup
import pytest

from tests import anvil
from tests.replicas import Recorded, make_busy
from tests.worlds import ChainWorld, network_of


@dataclass(frozen=True, slots=True)
class Busy:
    """The world with all that happened in it."""

    world: ChainWorld
    asked: list[tuple[bytes, bytes, bytes]]
    """Ids, roots and references about which the ledger has something to say, or nothing."""


@pytest.fixture(scope="session")
def busy() -> Iterator[Busy]:
    """Lend a ledger on a development chain of its own, on which everything has happened that can."""
    _setup.npm_folder("ganache")
    with _ganache.running() as node:
        world = ChainWorld.deployed(network_of(node))
        world.rpc.ask("evm_mine", {"blocks": 90})
        asked = make_busy(world)
        world.rpc.ask("evm_mine", {"blocks": 30})
        yield Busy(world, asked)


@pytest.fixture
def recorded(busy: Busy) -> Recorded:
    """Return what its node answers, to be answered again."""
    return Recorded(busy.world.profile)


@pytest.fixture
def forkable() -> Iterator[anvil.AnvilWorld]:
    """Lend a ledger on a chain whose newest blocks can be replaced by others."""
    with anvil.running() as node:
        world = anvil.AnvilWorld.deployed(network_of(node))
        world.assemble()
        yield world
