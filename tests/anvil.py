"""Start and stop a development chain whose blocks can be taken back."""

import contextlib
from collections.abc import Iterator, Mapping

import _anvil
import pytest
from _ganache import Node

from ledger.chain.deploy import deploy
from ledger.chain.profile import ChainProfile
from ledger.chain.rpc import Rpc
from ledger.chain.signers import KeystoreSigner
from ledger.facts import Address
from tests.worlds import FOUNDERS, ChainWorld
from tests.worlds import _key as key


@contextlib.contextmanager
def running() -> Iterator[Node]:
    """Run the chain on a free port while the block lasts; skips the test where npm has no anvil."""
    if not _anvil.ANVIL.exists():
        pytest.skip("npm has no anvil for this platform")
    with _anvil.running() as node:
        yield node


class AnvilWorld(ChainWorld):
    """The world on such a chain."""

    @classmethod
    def deployed(cls, network: ChainProfile, founders: Mapping[str, Address] | None = None) -> "AnvilWorld":
        """Return the world of a new registry."""
        deployer = key("deployer")
        Rpc(network.rpc, network.rpc_timeout).ask("anvil_setBalance", deployer.address, hex(10**21))
        founders = founders or {member: Address(key(f"admin {member}").address) for member in FOUNDERS}
        return cls(deploy(network, founders, KeystoreSigner(deployer)))

    def account(self, name: str) -> Address:
        """Return the account of this name, with a balance; its key is at hand."""
        if name not in self._funded:
            self.rpc.ask("anvil_setBalance", key(name).address, hex(10**21))
            self.ledger.add_signer(KeystoreSigner(key(name)))
            self._funded.add(name)
        return Address(key(name).address)

    def afresh_on_anvil(self) -> "AnvilWorld":
        """Return the same ledger with nothing remembered of its transactions."""
        world = AnvilWorld(self.profile)
        for name in self._funded:
            world.account(name)
        return world

    def mine(self, blocks: int) -> None:
        """Add empty blocks."""
        self.rpc.ask("anvil_mine", hex(blocks))

    def reorganise(self, depth: int) -> None:
        """Replace the newest blocks by as many empty ones."""
        self.rpc.ask("anvil_reorg", depth, [])
