"""The development chain starts as its options say, and never outlives whoever started it."""

import json
import socket
import subprocess
from pathlib import Path

import _ganache
import _setup
import httpx2
import pytest


def ask(rpc: str, method: str, *params: object) -> object:
    """Return the result of one JSON-RPC call."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return httpx2.post(rpc, json=body).json()["result"]


@pytest.mark.chain
def test_the_chain_has_the_id_and_the_accounts_of_its_options(ganache: _ganache.Node) -> None:
    """Chain id 1337 and 48 accounts, the first one that of the public test mnemonic."""
    accounts = ask(ganache.rpc, "eth_accounts")
    assert ask(ganache.rpc, "eth_chainId") == hex(1337) == hex(ganache.chain_id)
    assert isinstance(accounts, list)
    assert len(accounts) == 48
    assert accounts[0] == "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"


@pytest.mark.chain
def test_a_chain_with_a_data_folder_remembers_its_blocks(tmp_path: Path) -> None:
    """A block mined before a stop is there after the next start."""
    _setup.npm_folder("ganache")
    with _ganache.running(data=tmp_path) as node:
        ask(node.rpc, "evm_mine")
    assert node.process.returncode == 0
    with _ganache.running(data=tmp_path) as node:
        assert ask(node.rpc, "eth_blockNumber") == "0x1"


@pytest.mark.chain
def test_a_taken_port_is_an_error_and_leaves_nothing_running() -> None:
    """Whoever asks for a port that is taken learns it at once."""
    _setup.npm_folder("ganache")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(_ganache.ChainDidNotStart), _ganache.running(port=taken.getsockname()[1]):
            pass


@pytest.mark.chain
@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "localhost.example"])  # noqa: S104 - refused is the point
def test_a_host_that_is_not_loopback_is_refused(host: str) -> None:
    """The accounts are public, so the chain must not be reachable from another machine."""
    _setup.npm_folder("ganache")
    start = [*_setup.node_command(), str(_ganache.START), "--host", host]
    done = subprocess.run(start, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert "not a loopback address" in done.stderr


@pytest.mark.chain
def test_standard_output_carries_one_line_of_json_and_nothing_else() -> None:
    """A script may read the address from the first line without looking for it."""
    _setup.npm_folder("ganache")
    start = [*_setup.node_command(), str(_ganache.START)]
    with subprocess.Popen(start, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        rest, _ = process.communicate()
    assert sorted(json.loads(first)) == ["chainId", "pid", "rpc"]
    assert rest == ""
