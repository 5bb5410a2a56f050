"""What is drawn on a page, in millimetres from its top left corner."""

from dataclasses import dataclass
from typing import Final, TypeAlias

WIDE: Final = 210.0
HIGH: Final = 297.0
"""A4."""
EDGE: Final = 12.0
"""Left and right; printers leave 5 mm white or more."""
INNER: Final = WIDE - 2 * EDGE


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text."""

    x: float
    y: float
    """Top of the line."""
    high: float
    """Of the line."""
    text: str
    size: float
    """Points."""
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle."""

    x: float
    y: float
    wide: float
    high: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x: float
    y: float
    to_x: float
    to_y: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """A QR code."""

    x: float
    y: float
    side: float
    """Without its quiet zone."""
    modules: tuple[tuple[bool, ...], ...]


Mark: TypeAlias = Text | Frame | Rule | Pattern
Page: TypeAlias = list[Mark]
