"""Start and stop the development chain of `ganache-config/` for a demonstration, a measurement or a test."""

import contextlib
import json
import select
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import _setup

START = _setup.ROOT / "ganache-config/start.mjs"
READY_SECONDS = 60
STOP_SECONDS = 10


class ChainDidNotStart(RuntimeError):
    """Ganache ended or stayed silent before it was ready; its own words are on stderr."""


@dataclass(frozen=True, slots=True)
class Node:
    """A running development chain."""

    rpc: str
    """Address of its JSON-RPC, on loopback."""
    chain_id: int
    process: subprocess.Popen[str]


@contextlib.contextmanager
def running(data: Path | None = None, port: int = 0) -> Iterator[Node]:
    """Run the chain while the block lasts: on a free port unless told, in memory unless given a folder.

    Raises `ChainDidNotStart`, for example when the port is taken.
    """
    folder = ["--data", str(data)] if data else []
    process = subprocess.Popen(
        [*_setup.node_command(), str(START), "--port", str(port), *folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield _answering(process)
    finally:
        _stop(process)


def _answering(process: subprocess.Popen[str]) -> Node:
    """Wait for the line that says where the chain answers."""
    if process.stdout is None or not select.select([process.stdout], [], [], READY_SECONDS)[0]:
        raise ChainDidNotStart(f"no sign of life within {READY_SECONDS} s")
    line = process.stdout.readline()
    if not line:
        raise ChainDidNotStart(f"ended with status {process.wait()}")
    ready = json.loads(line)
    return Node(rpc=ready["rpc"], chain_id=ready["chainId"], process=process)


def _stop(process: subprocess.Popen[str]) -> None:
    """Close the chain's input, which ends it; kill it when it has not ended in time."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=STOP_SECONDS)
    if process.poll() is None:
        process.kill()
        process.communicate()
