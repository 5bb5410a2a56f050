"""Start and stop the second development chain, which executes contracts as fast as nodes of real networks."""

import contextlib
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import IO

import _setup
from _ganache import ChainDidNotStart, Node

ANVIL = _setup.ROOT / "contracts/node_modules/.bin/anvil"
_READY_SECONDS = 30
_LISTENING = re.compile(r"Listening on (127\.0\.0\.1:\d+)")


@contextlib.contextmanager
def running(accounts: int = 1) -> Iterator[Node]:
    """Run the chain on a free port while the block lasts, with so many development accounts that have money.

    Raises `ChainDidNotStart`, also where npm has no anvil for the platform: see that `ANVIL` exists.
    """
    if not ANVIL.exists():
        raise ChainDidNotStart("npm has no anvil for this platform")
    options = ["--port", "0", "--chain-id", "1337", "--hardfork", "london", "--accounts", str(accounts)]
    # It tells of every block, so it talks to a file: a pipe would have to be emptied.  Past states go below
    # its home, gigabytes in a long run, and stay there when it is killed: so its home is its own.
    with tempfile.TemporaryFile() as said, tempfile.TemporaryDirectory(prefix="anvil-") as home:
        process = subprocess.Popen(
            [str(ANVIL), *options],
            stdin=subprocess.DEVNULL,
            stdout=said,
            text=True,
            env={**os.environ, "HOME": home},
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
        if process.poll() is not None:
            raise ChainDidNotStart(f"anvil ended with status {process.poll()}")
        time.sleep(0.05)
    raise ChainDidNotStart(f"no sign of life within {_READY_SECONDS} s")
