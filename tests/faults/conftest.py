"""Chains for the fault cases, and stations on them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import _ganache
import _setup
import pytest

from tests import anvil
from tests.faults.node import FaultyNode
from tests.faults.processes import Nursery, nursing
from tests.faults.station import Station, founded, network


@pytest.fixture(scope="session")
def strict_node() -> Iterator[_ganache.Node]:
    """Return a chain that minds nonces as networks do, and whose blocks can be taken back."""
    _setup.npm_folder("contracts")
    with anvil.running() as node:
        yield node


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Return what forks our processes."""
    with nursing(tmp_path_factory.mktemp("nursery")) as forking:
        yield forking


@pytest.fixture
def new_station(
    strict_node: _ganache.Node, nursery: Nursery, tmp_path: Path, new_archive_url: Callable[[], str]
) -> Iterator[Callable[..., Station]]:
    """Return a function that founds a ledger, on both databases; the chain is as before after the test."""
    made: list[Station] = []

    def make(**fields: Any) -> Station:
        profile, authority = founded(network(strict_node.rpc, **fields))
        station = Station(profile, authority, tmp_path, new_archive_url(), nursery)
        made.append(station)
        return station

    yield make
    for station in made[:1]:
        station.rpc("evm_setAutomine", True)  # noqa: FBT003 - a parameter of JSON-RPC


@pytest.fixture
def station(new_station: Callable[..., Station]) -> Station:
    """Return an authority whose blocks are final at once, on both databases."""
    return new_station()


@pytest.fixture
def faulty(strict_node: _ganache.Node) -> Iterator[FaultyNode]:
    """Return a node before the real one, which fails when told to."""
    with FaultyNode(strict_node.rpc) as node:
        yield node
