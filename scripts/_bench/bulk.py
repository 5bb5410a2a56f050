"""Issuing in bulk, end to end: the real command from a file of rows to a file of envelopes, anchored."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from itertools import count, islice
from pathlib import Path

import _founding
import _setup

from _bench.figures import OURS, figure
from _bench.measure import Contestant, Lap, cpu_of
from _bench.samples import documents
from _bench.stand import Stand

TARGET = "≥ 8 000/s on two cores, ≤ 300 MB for all processes"
SIZES = (1_000, 10_000, 100_000)
_LOOK_SECONDS = 0.05
_MARKS = count(1)
_KEY = _founding.SPARE_KEY - 1
"""Place of a development account that is nobody's key; the API has the next."""


def _family(pid: int) -> list[int]:
    """Return a process with all that descend from it."""
    try:
        told = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return [pid]
    return [pid, *(inner for text in told for child in text.split() for inner in _family(int(child)))]


def _held(pid: int) -> int:
    """Return the memory that a process holds, in bytes (VmRSS)."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS")), 0)


class _Watch:
    """Looks at a family of processes until they end: memory together, processor time each."""

    def __init__(self, pid: int) -> None:
        self.peak, self._cpu, self._pid = 0, dict[int, float](), pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._ended.set()
        self._thread.join()

    @property
    def cpu(self) -> float:
        """Processor seconds of all of them."""
        return sum(self._cpu.values())

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            family = _family(self._pid)
            self.peak = max(self.peak, sum(map(_held, family)))
            self._cpu |= {pid: spent for pid in family if (spent := cpu_of(pid))}


def _account(stand: Stand) -> str:
    """Return the account that issues in bulk, a key of its own: each lap has a new archive."""
    account = _founding.account(_KEY)
    if stand.founded.chain.key(account) is None:
        stand.founded.chain.add_key(stand.office.authority, account, stand.founded.admin("VN"))
    return account


def _lap(stand: Stand, size: int) -> Lap:
    """Run the command on new rows; starting and ending it count."""
    mark = f"bulk-{size}-{next(_MARKS)}"
    rows, out = stand.folder / f"{mark}.ndjson", stand.folder / f"{mark}-out.ndjson"
    with rows.open("w", encoding="utf-8") as stream:
        stream.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in islice(documents(mark), size))
    account = _account(stand)
    settings = {
        "ASAL_PROFILE": str(stand.folder / "asal.toml"),
        "ASAL_ARCHIVE": stand.archive(mark),
        "ASAL_DEVELOPMENT_KEYS": "1",
        "ASAL_ACCOUNT": account,
    }
    command = [sys.executable, "-c", "from ledger.cli import app; app()"]
    command += ["--json", "certificate", "issue", "--bulk", str(rows), "--out", str(out)]
    node, began = cpu_of(stand.node.process.pid), time.perf_counter()
    process = subprocess.Popen(command, cwd=_setup.ROOT, env=os.environ | settings, stdout=subprocess.PIPE)
    watch = _Watch(process.pid)
    told, _ = process.communicate()
    seconds = time.perf_counter() - began
    watch.close()
    issued = json.loads(told)["issued"] if process.returncode == 0 else -1
    if issued != size:
        raise RuntimeError(f"the command issued {issued} of {size} rows")
    rows.unlink()
    out.unlink()
    more = {"node CPU µs": (cpu_of(stand.node.process.pid) - node) / size * 1e6}
    return Lap(size, seconds, watch.cpu, peak=watch.peak, more=more)


def _of(size: int) -> None:
    @figure(f"issue in bulk, end to end, {size:_} rows".replace("_", " "), "certificates", TARGET, once=True)
    def by_command(stand: Stand) -> Mapping[str, Contestant]:
        """Rows in, envelopes out, anchored on the development chain."""
        return {OURS: lambda: _lap(stand, size)} if size <= stand.effort.largest else {}


for _size in SIZES:
    _of(_size)
