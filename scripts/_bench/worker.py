"""Contestants in processes of their own, which take orders as JSON lines and answer each with one line.

A process lives as long as the run, so that contestants can take turns without starting anew, and does the
timing itself, so that handing over orders does not count.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import _setup

from _bench.measure import Lap, forget_peak, peak_of

_PATIENCE = 20
"""Seconds a process gets to end by itself once its input is closed."""


class WorkerFailed(RuntimeError):
    """A contestant's process ended, or said that it could not do what it was told."""


class Worker:
    """A process that takes orders."""

    def __init__(self, command: Sequence[str], errors: Path) -> None:
        """Start it; what it says on stderr goes to a file."""
        self._name, self._errors = command[-1], errors
        with errors.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=_setup.ROOT,
                env=os.environ | {"PYTHONPATH": str(_setup.ROOT / "scripts")},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def lap(self, order: str, **particulars: Any) -> Lap:  # noqa: ANN401 - whatever JSON can say
        """Let it carry out an order, and return what it took; raises `WorkerFailed`."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise WorkerFailed(self._name)
        forget_peak(self.pid)
        with contextlib.suppress(BrokenPipeError):
            stdin.write(json.dumps({"order": order, **particulars}) + "\n")
            stdin.flush()
        line = stdout.readline()
        answer: Any = json.loads(line) if line else {"error": self._last_words()}
        if "error" in answer:
            raise WorkerFailed(f"{self._name}: {order}: {answer['error']}")
        more = answer.get("more", {})
        each = tuple(answer.get("each", ()))
        return Lap(answer["done"], answer["seconds"], answer["cpu"], each, peak_of(self.pid), more)

    def close(self) -> None:
        """Close its input, which ends it; kill it when it has not ended in time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.communicate(timeout=_PATIENCE)
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def _last_words(self) -> str:
        return self._errors.read_text(encoding="utf-8", errors="replace")[-1000:]


Order = Callable[..., Mapping[str, Any]]
"""Carries out an order by its particulars; answers with `done`, `seconds` and, if known, `each`, `more`."""


def serve(orders: Mapping[str, Order]) -> None:
    """Take orders from stdin until it is closed: the other side of `Worker`, for processes in Python."""
    for line in sys.stdin:
        particulars = json.loads(line)
        act = orders[particulars.pop("order")]
        spent = time.process_time()
        try:
            answer = dict(act(**particulars))
        except Exception as problem:  # noqa: BLE001 - told to the one who ordered
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        answer.setdefault("cpu", time.process_time() - spent)
        print(json.dumps(answer), flush=True)


Start = Callable[[str, Path], Worker]
"""Starts a worker by its name, with a file for what it says on stderr."""


def python(script: str, errors: Path) -> Worker:
    """Start a worker of ours: a module of `_bench` by its name."""
    return Worker([sys.executable, "-m", f"_bench.{script}"], errors)


def node(library: str, errors: Path) -> Worker:
    """Start a worker around a published library of another project (see `tests/peers/bench_peer.mjs`)."""
    script = _setup.NPM_FOLDERS["peers"] / "bench_peer.mjs"
    return Worker([*_setup.node_command(), str(script), library], errors)
