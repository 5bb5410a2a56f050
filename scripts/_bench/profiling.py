"""Where the time goes: processor time by module, of a bulk worker and of the service that verifies."""

import json
import os
import signal
import time
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path

import _setup

from _bench.founding import EXPORTING
from _bench.samples import ISSUER, documents
from _bench.sampling import Sampler, Samples
from _bench.stand import Stand
from _bench.verifying import PATH, TOGETHER, VALID
from ledger.bulk.rows import Desk, Prepared, drawn_rows
from ledger.opening import now

SHOWN = 10
NAMED = 3
"""How many costs, and functions of each, are told in full."""
_WRITTEN_SECONDS = 10


class NotDrawnUp(RuntimeError):
    """A row that must be drawn up was not, so the profile would be of something else."""


def told(stand: Stand) -> str:
    """Return the profiles as text."""
    return "\n\n".join((_bulk_worker(stand), _verification(stand)))


def _bulk_worker(stand: Stand) -> str:
    """Profile what a worker of a bulk run does with its rows."""
    count = 50 * stand.effort.runs
    rows = [json.dumps(row).encode() for row in islice(documents("P"), count)]
    desk, today, sampler = Desk(EXPORTING, ISSUER, stand.founded.profile.ledger), now().date(), Sampler()
    drawn_rows(rows[:20], desk, today)
    spent = time.process_time()
    sampler.begin()
    made = drawn_rows(rows, desk, today)
    samples, spent = sampler.end(), time.process_time() - spent
    if not all(isinstance(row, Prepared) for row in made):
        raise NotDrawnUp
    return _shares("a bulk worker, for each row", samples, spent / count)


def _verification(stand: Stand) -> str:
    """Profile a service of its own while it verifies from its replica."""
    into, rooms, bodies = stand.folder / "service.prof", stand.rooms("profiled"), stand.bodies
    service = stand.serving("profiled", into)
    stand.ending.callback(service.close)
    stand.await_followed(rooms)
    order = {"port": service.port, "path": PATH, "file": str(bodies), "says": VALID}
    count, load = 50 * stand.effort.runs, stand.ours("load")
    load.lap("load", **order, count=20)
    os.kill(service.pid, signal.SIGUSR1)
    load.lap("load", **order, count=count, connections=TOGETHER)
    os.kill(service.pid, signal.SIGUSR2)
    ends = time.monotonic() + _WRITTEN_SECONDS
    while not into.exists() and time.monotonic() < ends:
        time.sleep(0.01)
    samples, spent = json.loads(into.read_text(encoding="utf-8"))
    return _shares("one verification over HTTP", samples, spent / count)


def _shares(title: str, samples: Samples, each: float) -> str:
    """Return the share of each module in what one thing takes, in microseconds, the largest first.

    Of the three largest costs it also tells the functions.
    """
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for file, function, times in samples:
        seen[_module(file)][function] += times
    whole = sum(functions.total() for functions in seen.values())
    lines = [f"{title}: {each * 1e6:,.0f} µs of processor time, {whole:,} samples"]
    largest = sorted(seen.items(), key=lambda entry: -entry[1].total())[:SHOWN]
    for number, (module, functions) in enumerate(largest):
        share = functions.total() / whole
        lines.append(f"  {module:34}{share * each * 1e6:>9,.1f} µs{share:>8.1%}")
        if number < NAMED:
            named = (f"{name} {times / whole:.0%}" for name, times in functions.most_common(NAMED))
            lines[-1] += f"   {', '.join(named)}"
    return "\n".join(lines)


def _module(name: str) -> str:
    """Return the module of a file: one of ours by its name, of a package the package."""
    file = Path(name)
    if not file.is_absolute():
        return "Python's imports and generated code"
    if "site-packages" in file.parts:
        return file.parts[file.parts.index("site-packages") + 1]
    if file.is_relative_to(_setup.ROOT):
        return ".".join(file.relative_to(_setup.ROOT).with_suffix("").parts)
    return f"Python's {file.stem if file.parent.name.startswith('python') else file.parent.name}"
