"""Start and stop a development chain whose blocks can be taken back."""

import contextlib
import re
import select
import subprocess
from collections.abc import Iterator, Mapping

import _setup
import pytest
from _ganache import Node

from ledger.chain.deploy import deploy
from ledger.chain.profile import ChainProfile
from ledger.chain.rpc import Rpc
from ledger.chain.signers import KeystoreSigner
from ledger.facts import Address
from tests.worlds import FOUNDERS, ChainWorld
from tests.worlds import _key as key

ANVIL = _setup.ROOT / "contracts/node_modules/.bin/anvil"
_READY_SECONDS = 30
_LISTENING = re.compile(r"Listening on (127\.0\.0\.1:\d+)")


@contextlib.contextmanager
def running() -> Iterator[Node]:
    """Run the chain on a free port while the block lasts; skips the test where npm has no anvil."""
    if not ANVIL.exists():
        pytest.skip("npm has no anvil for this platform")
    process = subprocess.Popen(
        [str(ANVIL), "--port", "0", "--chain-id", "1337", "--hardfork", "london", "--accounts", "1"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Node(rpc=f"http://{_listening(process)}", chain_id=1337, process=process)
    finally:
        process.kill()
        process.communicate()


def _listening(process: subprocess.Popen[str]) -> str:
    """Wait for the line that says where the chain answers."""
    assert process.stdout is not None
    while select.select([process.stdout], [], [], _READY_SECONDS)[0]:
        line = process.stdout.readline()
        if found := _LISTENING.search(line):
            return found[1]
        assert line, f"anvil ended with status {process.wait()}"
    raise AssertionError(f"no sign of life within {_READY_SECONDS} s")


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
