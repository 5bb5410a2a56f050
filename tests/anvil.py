"""Start and stop a development chain whose blocks can be taken back."""

import contextlib
import re
import select
import subprocess
from collections.abc import Iterator

import _setup
import pytest
from _ganache import Node

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
