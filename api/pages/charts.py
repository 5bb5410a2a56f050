"""Bar charts drawn on the server: nothing but lengths, so that the template needs no arithmetic.

Lengths across are shares of the width and lengths down are in `em`, so that a chart fits a telephone as well
as a wall, and grows with the letters.  Each bar has its words beside it: no colour has to be told apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SHOWN: Final = 12
"""Groups in a chart; more than a screen full is for the table."""
_WIDEST: Final = 48.0
"""Hundredths of the width that the longest bar has; its words need the rest."""
_THINNEST: Final = 0.4
_LABEL, _STEP, _BAR, _GAP = 1.5, 1.5, 0.85, 1.0
"""Heights in em: of a group's name, from bar to bar, of a bar, between groups."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One value."""

    tone: str
    """Class of its colour."""
    value: float
    text: str
    """What it says, beside it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Bars that belong together, with their name."""

    name: str
    bars: tuple[Bar, ...]
    weight: float = 0
    """By which the most important ones are chosen; else the largest value."""

    @property
    def rank(self) -> float:
        """How important it is."""
        return self.weight or max((bar.value for bar in self.bars), default=0)


@dataclass(frozen=True, slots=True)
class BarDrawn:
    """A bar in its place."""

    tone: str
    top: float
    height: float
    width: float
    """Hundredths of the chart's."""
    text: str
    base: float
    """Where its words stand."""


@dataclass(frozen=True, slots=True)
class GroupDrawn:
    """A group in its place."""

    name: str
    base: float
    bars: tuple[BarDrawn, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, ready to be written down."""

    groups: tuple[GroupDrawn, ...]
    height: float
    said: str
    """All of it in words."""
    left_out: int
    """Groups that are only in the table."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.groups


def chart_of(groups: Sequence[Group]) -> Chart:
    """Return the chart of the most important groups."""
    chosen = sorted(groups, key=lambda one: -one.rank)[:SHOWN]
    longest = max((bar.value for one in chosen for bar in one.bars), default=0) or 1
    drawn, top = [], 0.0
    for one in chosen:
        drawn.append(_drawn(one, top, longest))
        top += _LABEL + _STEP * len(one.bars) + _GAP
    words = "; ".join(f"{one.name}: {', '.join(bar.text for bar in one.bars)}" for one in chosen)
    return Chart(tuple(drawn), round(max(top - _GAP, 0), 2), words, len(groups) - len(chosen))


def _drawn(group: Group, top: float, longest: float) -> GroupDrawn:
    bars = []
    for place, bar in enumerate(group.bars):
        start = top + _LABEL + place * _STEP
        width = max(_WIDEST * bar.value / longest, _THINNEST)
        bars.append(
            BarDrawn(
                bar.tone, round(start, 2), _BAR, round(width, 2), bar.text, round(start + _BAR - 0.12, 2)
            )
        )
    return GroupDrawn(group.name, round(top + 1.05, 2), tuple(bars))
