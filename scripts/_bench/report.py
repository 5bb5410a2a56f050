"""What a run says: the machine, a table for people, and the same as JSON."""

import os
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import _setup

from _bench.figures import OURS, Outcome
from _bench.samples import SEED
from _bench.targets import MEBIBYTE, Target

Json = dict[str, Any]
_REACHED = {True: "yes", False: "no", None: "–"}  # noqa: RUF001


def machine() -> Json:
    """Return what the run ran on, and what else kept it busy at the start."""
    node = subprocess.run([*_setup.node_command(), "--version"], capture_output=True, text=True, check=False)
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "processor": _processor(),
        "python": platform.python_version(),
        "node": node.stdout.strip(),
        "loadAverage": [round(load, 2) for load in os.getloadavg()],
        "asal": version("asal"),
        "seed": SEED,
    }


def rows(outcomes: Sequence[Outcome]) -> list[Json]:
    """Return each contestant of each figure.

    `oursTimes` is how many times its rate ours is, `oursTimesByCpu` the same with the processor time that
    one thing takes, which other work on the machine disturbs less.
    """
    ours = {outcome.figure.name: outcome for outcome in outcomes if outcome.who == OURS}
    found: list[Json] = [
        {
            "figure": outcome.figure.name,
            "unit": outcome.figure.unit,
            "target": str(outcome.figure.target),
            "reached": None,
            "who": outcome.who,
            "perSecond": round(outcome.rate, 1),
            "slowestRound": round(outcome.rates[0], 1),
            "fastestRound": round(outcome.rates[-1], 1),
            "rounds": len(outcome.laps),
            "done": sum(lap.done for lap in outcome.laps),
            "p50Ms": _rounded(outcome.percentile(50)),
            "p99Ms": _rounded(outcome.percentile(99)),
            "maxMs": _rounded(outcome.percentile(100)),
            "cpuMicroseconds": round(outcome.cpu, 1),
            "peakMebibytes": round(outcome.peak / MEBIBYTE, 1),
            **_ratios(ours[outcome.figure.name], outcome),
            "more": {name: round(value, 2) for name, value in outcome.more.items()},
        }
        for outcome in outcomes
    ]
    _judge(found, {outcome.figure.name: outcome.figure.target for outcome in outcomes})
    return found


def table(found: Sequence[Json]) -> str:
    """Return two tables: the comparison, and what it rests on."""
    head = f"{'':41}{'ours/s':>11}  {'peer':16}{'peer/s':>11}{'times':>8}{'by CPU':>8}  {'reached':8}target"
    lines = [head, *_comparison(found), ""]
    lines.append(
        f"{'':41}{'who':16}{'per second':>12}{'slowest':>11}{'fastest':>11}"
        f"{'p50 ms':>10}{'p99 ms':>10}{'max ms':>10}{'CPU µs':>10}{'peak MiB':>10}  more"
    )
    return "\n".join([*lines, *_details(found)])


def _judge(found: Sequence[Json], targets: Mapping[str, Target]) -> None:
    """Write down beside each of ours whether it reached its target."""
    for ours in (row for row in found if row["who"] == OURS):
        others = [row for row in found if row["figure"] == ours["figure"] and row is not ours]
        ours["reached"] = targets[ours["figure"]].reached(ours, others)


def _comparison(found: Sequence[Json]) -> Iterator[str]:
    for ours in (row for row in found if row["who"] == OURS):
        peers = [row for row in found if row["figure"] == ours["figure"] and row["who"] != OURS]
        target = f"{_REACHED[ours['reached']]:8}{ours['target']}"
        start = f"{ours['figure']:41}{_number(ours['perSecond']):>11}  "
        if not peers:
            yield f"{start}{'':43}  {target}".rstrip()
        for peer in peers:
            rate, times, by_cpu = _number(peer["perSecond"]), peer["oursTimes"], peer["oursTimesByCpu"] or 0
            yield f"{start}{peer['who']:16}{rate:>11}{times:>8.2f}{by_cpu:>8.2f}  {target}".rstrip()
            start, target = " " * len(start), ""


def _details(found: Sequence[Json]) -> Iterator[str]:
    last = ""
    for row in found:
        name = row["figure"] if row["figure"] != last else ""
        last = row["figure"]
        rates = (row["perSecond"], row["slowestRound"], row["fastestRound"])
        times = "".join(f"{_time(row[key]):>10}" for key in ("p50Ms", "p99Ms", "maxMs"))
        more = ", ".join(f"{label} {_number(value)}" for label, value in row["more"].items())
        yield (
            f"{name:41}{row['who']:16}{_number(rates[0]):>12}{_number(rates[1]):>11}{_number(rates[2]):>11}"
            f"{times}{_number(row['cpuMicroseconds']):>10}{row['peakMebibytes']:>10.0f}  {more}"
        ).rstrip()


def _ratios(ours: Outcome, other: Outcome) -> Json:
    if other is ours:
        return {"oursTimes": None, "oursTimesByCpu": None}
    by_cpu = round(other.cpu / ours.cpu, 2) if ours.cpu else None
    return {"oursTimes": round(ours.rate / other.rate, 2), "oursTimesByCpu": by_cpu}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _time(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}" if value < 1 else f"{value:.1f}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"  # noqa: PLR2004


def _processor() -> str:
    """Return the name of the processor, where the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 - a pseudo file
            named = next((line for line in lines if line.startswith("model name")), "")
    except OSError:
        return platform.processor()
    return named.partition(":")[2].strip()
