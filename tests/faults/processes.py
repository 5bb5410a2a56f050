"""The side of a test: order processes from the nursery, wait for them, kill them."""

import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_READY = 120
"""Seconds that importing everything may take on a busy machine."""


@dataclass(eq=False)
class Process:
    """One process that runs, or has ended."""

    pid: int
    stdout: Path
    stderr: Path
    _ended: threading.Event = field(default_factory=threading.Event)
    status: int | None = None
    """Exit code, or minus the signal that ended it."""

    def end(self, status: int) -> None:
        """Note that it has ended."""
        self.status = status
        self._ended.set()

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return not self._ended.is_set()

    def signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.running:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it by SIGKILL and wait until it has."""
        self.signal(signal.SIGKILL)
        self.wait(10)

    def wait(self, within: float = 60) -> int:
        """Return its status once it has ended by itself."""
        assert self._ended.wait(within), f"it still runs after {within} s; it said: {self.said()}"
        assert self.status is not None
        return self.status

    def out(self) -> str:
        """Return what it wrote to standard output."""
        return self.stdout.read_text(encoding="utf-8")

    def said(self) -> str:
        """Return what it wrote to standard error."""
        return self.stderr.read_text(encoding="utf-8")


class Nursery:
    """The warm process, and those it has forked."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process, self._folder = process, folder
        self._orders = itertools.count(1)
        self._running: dict[int, Process] = {}
        self._born: queue.Queue[dict[str, Any]] = queue.Queue()
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()
        assert "ready" in self._born.get(timeout=_READY), "the nursery did not start"

    def start(self, program: str, *arguments: str, folder: Path, environment: Mapping[str, str]) -> Process:
        """Start one of our programs as a process of its own."""
        with self._lock:
            number = next(self._orders)
            out, err = (self._folder / f"{number}.{name}" for name in ("out", "err"))
            order = {
                "order": number,
                "program": program,
                "arguments": arguments,
                "environment": dict(environment),
                "folder": str(folder),
                "stdout": str(out),
                "stderr": str(err),
            }
            out.touch()
            err.touch()
            self._write(json.dumps(order).encode() + b"\n")
            born = self._born.get(timeout=_READY)
            process: Process = born["process"]
            process.stdout, process.stderr = out, err
            return process

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            if "ended" in told:
                self._running.pop(told["ended"]).end(told["status"])
                continue
            if "born" in told:
                told["process"] = self._running[told["born"]] = Process(told["born"], Path(), Path())
            self._born.put(told)
        self._born.put({"ended": "the nursery"})


@contextmanager
def nursing(folder: Path) -> Iterator[Nursery]:
    """Run a nursery while the block lasts; what it has forked ends with it."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.nursery"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": f"{ROOT}"},
    ) as process:
        try:
            yield Nursery(process, folder)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(10)
