"""Start and stop a development chain whose blocks can be taken back."""

import contextlib
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from typing import IO

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
    # It tells of every block, so it talks to a file: a pipe would have to be emptied.
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [str(ANVIL), "--port", "0", "--chain-id", "1337", "--hardfork", "london", "--accounts", "1"],
            stdin=subprocess.DEVNULL,
            stdout=said,
            text=True,
        )
        try:
            yield Node(rpc=f"http://{_listening(process, said)}", chain_id=1337, process=process)
        finally:
            process.kill()
            process.wait()


def _listening(process: subprocess.Popen[str], said: IO[bytes]) -> str:
    """Wait for the line that says where the chain answers."""
    ends = time.monotonic() + _READY_SECONDS
    while time.monotonic() < ends:
        if found := _LISTENING.search(os.pread(said.fileno(), 100_000, 0).decode()):
            return found[1]
        assert process.poll() is None, f"anvil ended with status {process.poll()}"
        time.sleep(0.05)
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
