"""Texts in lines, and boxes around them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.paper import breaking, fonts
from ledger.paper.marks import Frame, Mark, Rule, Text
from ledger.paper.sheet import Box

PAD: Final = 1.2
"""Millimetres between a frame and what is in it."""
_SAFETY: Final = 0.99
"""Of the room: pieces of a word that are measured one by one may be wider together."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set."""

    size: float
    """Points."""
    leading: float
    """Millimetres from line to line; marks of Khmer and Burmese need half as much again as Latin."""
    bold: bool = False

    def width(self, text: str) -> float:
        """Return how wide a text is."""
        return fonts.width(text, self.size, bold=self.bold)

    def lines(self, text: str, room: float) -> list[str]:
        """Return a text in lines for a room; an empty text has none."""
        return breaking.lines(text, room * _SAFETY, self.width) if text else []

    def set(self, lines: Iterable[str], x: float, y: float) -> list[Mark]:
        """Return lines one below the other."""
        return [
            Text(x, y + number * self.leading, self.leading, line, self.size, self.bold)
            for number, line in enumerate(lines)
            if line
        ]


TITLE: Final = Style(6.0, 2.6)
BODY: Final = Style(7.5, 4.0)
STRONG: Final = Style(8.5, 4.2, bold=True)
SMALL: Final = Style(5.4, 2.5)
TICK: Final = 2.6
"""Side of a tick-box."""
_SQUARE: Final = 3.9
"""From one tick-box to the next below it."""


def ticked(x: float, y: float, words: Sequence[str], *, on: bool) -> list[Mark]:
    """Return a tick-box with the lines of its words; a ticked one has an X in it, readable as text too."""
    marks: list[Mark] = [Frame(x, y + 0.6, TICK, TICK)]
    if on:
        wide = STRONG.width("X")
        marks.append(Text(x + (TICK - wide) / 2, y - 0.15, STRONG.leading, "X", STRONG.size, bold=True))
    return [*marks, *BODY.set(words, x + TICK + 1, y)]


@dataclass(frozen=True, slots=True)
class Set:
    """A box with its text in lines, those that fit and those that go on elsewhere."""

    box: Box
    wide: float
    title: Sequence[str]
    strong: Sequence[str]
    lines: Sequence[str]
    more: Sequence[str]

    @property
    def high(self) -> float:
        """What the box needs."""
        lines = len(self.lines) * BODY.leading + sum(len(words) for words, _ in self._ticks) * _SQUARE
        return len(self.title) * TITLE.leading + len(self.strong) * STRONG.leading + lines + 2 * PAD

    def at(self, x: float, y: float, high: float) -> list[Mark]:
        """Return what is drawn of it."""
        marks: list[Mark] = [Frame(x, y, self.wide, high)]
        top, left = y + PAD, x + PAD
        for style, lines in ((TITLE, self.title), (STRONG, self.strong), (BODY, self.lines)):
            marks += style.set(lines, left, top)
            top += len(lines) * style.leading
        for words, on in self._ticks:
            marks += ticked(left, top, words, on=on)
            top += len(words) * _SQUARE
        return marks

    @property
    def _ticks(self) -> list[tuple[list[str], bool]]:
        room = self.wide - 2 * PAD - TICK - 1
        return [(BODY.lines(words, room), on) for words, on in self.box.ticks]


def boxed(box: Box, wide: float, most: int) -> Set:
    """Set a box with at most so many lines; what is more goes on elsewhere, and the last line says so."""
    room = wide - 2 * PAD
    lines = BODY.lines(box.text, room)
    more: list[str] = []
    if len(lines) > most:
        lines, more = [*lines[: most - 1], "(continued on a further sheet)"], lines[most - 1 :]
    return Set(box, wide, TITLE.lines(box.title, room), STRONG.lines(box.endorsement, room), lines, more)


def across(y: float, x: float, wide: float) -> Rule:
    """Return a line across."""
    return Rule(x, y, x + wide, y)
