"""Figures and the rounds they are measured in.

All contestants of a figure take turns (A B C, A B C, …), so that whatever else the machine does meets all of
them alike; one lap of each goes before and does not count, unless a quick look is all that is wanted.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from _bench.measure import Contestant, Lap
from _bench.stand import Stand
from _bench.targets import NONE, Target

OURS = "ours"
"""Name of our own contestant; the others are compared with it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing to be measured."""

    name: str
    unit: str
    """What is counted, in the plural."""
    target: Target
    """What it should come to."""
    contestants: Callable[[Stand], Mapping[str, Contestant]]
    once: bool = False
    """Whether one lap of each, without one before, is all: for sizes that take long."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the laps of one contestant came to."""

    figure: Figure
    who: str
    laps: tuple[Lap, ...]

    @property
    def rates(self) -> list[float]:
        """Things per second, lap by lap, slowest first."""
        return sorted(lap.done / lap.seconds for lap in self.laps)

    @property
    def rate(self) -> float:
        """Things per second in the median lap."""
        return statistics.median(self.rates)

    @property
    def cpu(self) -> float:
        """Processor microseconds per thing, in the median lap."""
        return statistics.median(lap.cpu / lap.done for lap in self.laps) * 1_000_000

    @property
    def peak(self) -> int:
        """The most memory of all laps, in bytes."""
        return max(lap.peak for lap in self.laps)

    @property
    def more(self) -> Mapping[str, float]:
        """The median of whatever else the laps tell."""
        return {name: statistics.median(lap.more[name] for lap in self.laps) for name in self.laps[0].more}

    def percentile(self, percent: float) -> float | None:
        """Return the milliseconds so many per cent of the things took at most; None if not told apart."""
        each = sorted(second for lap in self.laps for second in lap.each)
        return each[min(len(each) - 1, int(len(each) * percent / 100))] * 1000 if each else None


FIGURES: list[Figure] = []
"""All figures, in the order they are measured and printed."""

_Make = Callable[[Stand], Mapping[str, Contestant]]


def figure(name: str, unit: str, target: Target = NONE, *, once: bool = False) -> Callable[[_Make], _Make]:
    """Register a function that returns the contestants of a figure."""

    def register(make: _Make) -> _Make:
        FIGURES.append(Figure(name, unit, target, make, once))
        return make

    return register


def run(wanted: Figure, stand: Stand) -> Iterator[Outcome]:
    """Measure one figure, its contestants in turns."""
    began = time.monotonic()
    contestants = wanted.contestants(stand)
    if not contestants:
        return
    laps: dict[str, list[Lap]] = {who: [] for who in contestants}
    if stand.effort.warm and not wanted.once:
        for contestant in contestants.values():
            contestant()
    for _ in range(1 if wanted.once else stand.effort.rounds):
        for who, contestant in contestants.items():
            laps[who].append(contestant())
    print(f"bench: {wanted.name}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
    for who, run_laps in laps.items():
        yield Outcome(wanted, who, tuple(run_laps))
