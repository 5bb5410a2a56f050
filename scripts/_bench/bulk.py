"""Issuing in bulk, end to end: the real command from a file of rows to a file of envelopes, anchored."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from functools import partial
from itertools import count, islice
from pathlib import Path

import _setup

from _bench.figures import OURS, figure
from _bench.measure import Contestant, Lap, cpu_of
from _bench.samples import data_to_wrap, documents
from _bench.stand import Stand
from _bench.targets import NONE, Target

SIZES = (1_000, 10_000, 100_000)
AGAINST = 10_000
"""The size that is measured in rounds; the others, for growth, once."""
PEER, PEER_BATCH = "TradeTrust", 1_000
"""It wraps larger batches more slowly, see `draw up`."""
TARGETS = {
    AGAINST: Target(per_second=8_000, times=4, peer=PEER, peak=300),
    100_000: Target(per_second=8_000, peak=300),
}
_LOOK_SECONDS = 0.05
_MARKS = count(1)


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


class Watch:
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
    def command(self) -> float:
        """Processor seconds of the first of them."""
        return self._cpu.get(self._pid, 0.0)

    @property
    def cpu(self) -> float:
        """Processor seconds of all of them."""
        return sum(self._cpu.values())

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            family = _family(self._pid)
            self.peak = max(self.peak, sum(map(_held, family)))
            self._cpu |= {pid: spent for pid in family if (spent := cpu_of(pid))}


def _settings(stand: Stand, name: str) -> Mapping[str, str]:
    """Return the command's environment: an archive and a key of its own, the same ones in each lap."""
    account = stand.founded.key(name)
    return {
        "ASAL_PROFILE": str(stand.profile),
        "ASAL_ARCHIVE": stand.archive(name),
        "ASAL_DEVELOPMENT_KEYS": "1",
        "ASAL_ACCOUNT": account,
    }


def _lap(stand: Stand, size: int) -> Lap:
    """Run the command on new rows; starting and ending it count."""
    name, mark = f"bulk-{size}", f"bulk-{size}-{next(_MARKS)}"
    rows, out = stand.folder / f"{mark}.ndjson", stand.folder / f"{mark}-out.ndjson"
    with rows.open("w", encoding="utf-8") as stream:
        stream.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in islice(documents(mark), size))
    command = [sys.executable, "-c", "from ledger.cli import app; app()"]
    command += ["--json", "certificate", "issue", "--bulk", str(rows), "--out", str(out)]
    environment, node = os.environ | _settings(stand, name), stand.node.process.pid
    node_spent, began = cpu_of(node), time.perf_counter()
    process = subprocess.Popen(command, cwd=_setup.ROOT, env=environment, stdout=subprocess.PIPE)
    watch = Watch(process.pid)
    told, _ = process.communicate()
    seconds = time.perf_counter() - began
    watch.close()
    issued = json.loads(told)["issued"] if process.returncode == 0 else -1
    if issued != size:
        raise RuntimeError(f"the command issued {issued} of {size} rows")
    rows.unlink()
    out.unlink()
    parts = {
        "command": watch.command,
        "drawing": watch.cpu - watch.command,
        "node": cpu_of(node) - node_spent,
    }
    more = {f"{part} CPU µs": spent / size * 1e6 for part, spent in parts.items()}
    return Lap(size, seconds, watch.cpu, peak=watch.peak, more=more)


def _wrapping(stand: Stand, size: int) -> Lap:
    """Let TradeTrust wrap as many, in batches of the size that suits it best."""
    document, batch = data_to_wrap(stand.founded.profile.ledger), min(size, PEER_BATCH)
    worker = stand.peer("tradetrust")
    laps = [worker.lap("wrap", count=batch, document=document) for _ in range(size // batch)]
    seconds, cpu = sum(lap.seconds for lap in laps), sum(lap.cpu for lap in laps)
    return Lap(size, seconds, cpu, peak=max(lap.peak for lap in laps))


def by_command(stand: Stand, size: int) -> Mapping[str, Contestant]:
    """Rows in, envelopes out, anchored on the development chain; the peer wraps and does nothing else."""
    if size > max(stand.effort.largest, SIZES[0]):
        return {}
    ours: dict[str, Contestant] = {OURS: lambda: _lap(stand, size)}
    peer: dict[str, Contestant] = {PEER: lambda: _wrapping(stand, size)}
    return ours | peer if size <= AGAINST else ours


for _size in SIZES:
    _name = f"issue in bulk, end to end, {_size:,} rows"
    _target = TARGETS.get(_size, NONE)
    figure(_name, "certificates", _target, once=_size != AGAINST)(partial(by_command, size=_size))
