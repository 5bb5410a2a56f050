"""What a figure should come to, and whether it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Target:
    """Bounds that our own contestant is to keep; 0 means no bound."""

    per_second: float = 0
    """Things per second in the median round, at least."""
    p50: float = 0
    """Milliseconds that half of the things may take."""
    p99: float = 0
    """Milliseconds that 99 of 100 things may take."""
    peak: float = 0
    """MiB of memory, at most."""
    times: float = 0
    """How many times the rate of `peer` ours is, at least."""
    peer: str = ""
    most: Mapping[str, float] = field(default_factory=dict)
    """Bounds on what else the laps tell, by its name."""

    def __str__(self) -> str:
        """Say it in words."""
        words = [f"≥ {self.per_second:,.0f}/s"] * bool(self.per_second)
        words += [f"≥ {self.times:g} times {self.peer}"] * bool(self.times)
        words += [f"p50 ≤ {self.p50:g} ms"] * bool(self.p50)
        words += [f"p99 ≤ {self.p99:g} ms"] * bool(self.p99)
        words += [f"≤ {self.peak:g} MiB"] * bool(self.peak)
        return ", ".join([*words, *(f"{name} ≤ {bound:g}" for name, bound in self.most.items())])

    def reached(self, ours: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> bool | None:
        """Return whether the rows of a figure keep all bounds; None where there is none."""
        kept: list[bool] = []
        if self.per_second:
            kept.append(ours["perSecond"] >= self.per_second)
        for bound, name in ((self.p50, "p50Ms"), (self.p99, "p99Ms"), (self.peak, "peakMebibytes")):
            if bound:
                kept.append(ours[name] is not None and ours[name] <= bound)
        if self.times:
            kept += [row["oursTimes"] >= self.times for row in others if row["who"] == self.peer]
        kept += [ours["more"][name] <= bound for name, bound in self.most.items()]
        return all(kept) if kept else None


NONE = Target()
"""Nothing was promised."""
