"""Who exports to whom, drawn on the server: a square for each pair of members, darker for a larger share.

Places across are shares of the width and places down are in `em`, as in the bar charts.  Each square says its
share in figures too, so no colour has to be told apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_LABEL: Final = 10.0
"""Hundredths of the width that the codes of exporting members have."""
_WIDEST: Final = 8.5
"""Hundredths of the width that a square has at most."""
_HEAD, _STEP, _HIGH = 1.9, 2.1, 1.95
"""Heights in em: of the codes of importing members, from row to row, of a square."""
_TONES: Final = ((0.0, "none"), (0.25, "little"), (0.5, "half"), (0.75, "much"), (1.0, "most"))
"""Up to which share a square has which colour."""


@dataclass(frozen=True, slots=True)
class Share:
    """What is known of a pair."""

    rate: float
    """From 0 to 1."""
    text: str
    """All of it, in words."""


@dataclass(frozen=True, slots=True)
class Name:
    """A member's code beside its row or above its column, in its place."""

    code: str
    across: float
    base: float


@dataclass(frozen=True, slots=True)
class Square:
    """A pair in its place."""

    tone: str
    left: float
    middle: float
    top: float
    base: float
    share: str
    """In hundredths."""
    text: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix, ready to be written down."""

    names: tuple[Name, ...]
    squares: tuple[Square, ...]
    width: float
    """Of a square, in hundredths of the picture's."""
    height: float
    said: str
    """All of it in words."""
    high: float = _HIGH
    left_out: int = 0
    """Pairs that are only in the table: none."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.squares


def matrix_of(shares: Mapping[tuple[str, str], Share]) -> Matrix:
    """Return the matrix of shares by the codes of exporting and importing member."""
    down, across = (sorted({pair[side] for pair in shares}) for side in (0, 1))
    step = min((100 - _LABEL) / max(len(across), 1), _WIDEST)
    left = {code: _LABEL + step * place for place, code in enumerate(across)}
    top = {code: _HEAD + _STEP * place for place, code in enumerate(down)}
    names = [Name(code, round(left[code] + step / 2, 2), 1.2) for code in across]
    names += [Name(code, _LABEL / 2, round(top[code] + 1.3, 2)) for code in down]
    squares = [
        Square(
            next(tone for most, tone in _TONES if share.rate <= most),
            round(left[importing], 2),
            round(left[importing] + step / 2 - 0.2, 2),
            round(top[exporting], 2),
            round(top[exporting] + 1.3, 2),
            f"{share.rate * 100:.0f}",
            share.text,
        )
        for (exporting, importing), share in sorted(shares.items())
    ]
    said = "; ".join(share.text for share in shares.values())
    return Matrix(
        tuple(names), tuple(squares), round(step - 0.4, 2), round(_HEAD + _STEP * len(down), 2), said
    )
