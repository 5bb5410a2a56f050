"""The site that browser tests look at: a demonstration, in a process of its own."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _setup

READY_SECONDS = 600
"""How long a demonstration may take to begin, on a machine that does other things."""
_TOLD = 3000
"""Characters of its output that a failure shows."""


@dataclass(frozen=True, slots=True)
class Site:
    """A demonstration that is up."""

    base: str
    """Where its pages are, such as `http://127.0.0.1:8000`."""
    ready: dict[str, Any]
    """What it says of itself: samples, API keys, officers, addresses."""

    def sample(self, ending: str) -> Path:
        """Return the sample envelope whose file name ends so."""
        files = [Path(one["file"]) for one in self.ready["samples"]]
        return next(file for file in files if file.name.endswith(ending))


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Site]:
    """Run a demonstration while the block lasts; raises `AssertionError` with its output if it ends early."""
    file, log = folder / "ready.json", folder / "demo.log"
    command = [sys.executable, str(_setup.ROOT / "scripts/demo"), "--data", str(folder / "demo")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--ready-file", str(file)], cwd=_setup.ROOT, stdout=output, stderr=output
        )
        try:
            deadline = time.monotonic() + READY_SECONDS
            while not file.exists() and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
            told = log.read_text(encoding="utf-8", errors="replace")[-_TOLD:]
            assert file.exists(), f"the demonstration did not become ready; it said:\n{told}"
            ready = json.loads(file.read_text(encoding="utf-8"))
            yield Site(ready["api"], ready)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=READY_SECONDS)
