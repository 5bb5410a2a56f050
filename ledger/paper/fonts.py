"""The fonts of the paper: one for each script of the region, what they can show, and how wide it gets.

All are vendored under `fonts/` with their licence, so that a certificate looks the same wherever it is made.
Text is shaped by HarfBuzz, because in Thai, Lao, Khmer and Burmese marks stack and consonants join: widths
are those of the shaped glyphs.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import uharfbuzz

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_FOLDER: Final = Path(__file__).parent / "fonts"
BREAK: Final = "\n"


@dataclass(frozen=True, slots=True)
class Font:
    """A font file, and the name and style it has in the PDF."""

    family: str
    file: str
    bold: bool = False

    @property
    def path(self) -> Path:
        """Where the file is."""
        return _FOLDER / self.file


REGULAR: Final = Font("noto", "NotoSans-Regular.ttf")
"""Latin with all letters of Vietnamese, Greek, Cyrillic, Devanagari."""
BOLD: Final = Font("noto", "NotoSans-Bold.ttf", bold=True)
OTHERS: Final = tuple(
    Font(f"noto{script.lower()}", f"NotoSans{script}-Regular.ttf")
    for script in ("Thai", "Lao", "Khmer", "Myanmar")
)
"""Asked in this order for what the first has not."""


@dataclass(frozen=True, slots=True)
class _Shaper:
    """A font as HarfBuzz reads it."""

    font: Any
    characters: frozenset[str]
    per_em: int


@cache
def _shaper(font: Font) -> _Shaper:
    face = uharfbuzz.Face(font.path.read_bytes())
    return _Shaper(uharfbuzz.Font(face), frozenset(map(chr, face.unicodes)), face.upem)


def inert(text: str) -> str:
    """Return a text with every character that no font shows, or nobody sees, by number: `[U+200B]`.

    A stranger writes the envelope; what prints alike must be alike.  Line breaks stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    if character == BREAK:
        return character
    if unicodedata.category(character) in _INVISIBLE or _font_of(character) is None:
        return f"[U+{ord(character):04X}]"
    return character


def _font_of(character: str, *, bold: bool = False) -> Font | None:
    """Return the first font that has a character."""
    first = BOLD if bold else REGULAR
    return next((font for font in (first, *OTHERS) if character in _shaper(font).characters), None)


def needed(texts: Iterable[str]) -> tuple[Font, ...]:
    """Return the fonts beside the first two that inert texts need, in the order in which they are asked."""
    characters = set().union(*texts) - _shaper(REGULAR).characters
    return tuple(font for font in OTHERS if characters & _shaper(font).characters)


def glyphs(text: str, *, bold: bool = False) -> Iterator[tuple[Font, list[int]]]:
    """Yield the runs of an inert text by font, each with the numbers of its glyphs; 0 is the empty box."""
    for font, run in runs(text, bold=bold):
        yield font, [info.codepoint for info in _shaped(font, run).glyph_infos]


@lru_cache(maxsize=8192)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide an inert text is when shaped, in millimetres; `size` in points."""
    advance = 0.0
    for font, run in runs(text, bold=bold):
        positions = _shaped(font, run).glyph_positions
        advance += sum(at.x_advance for at in positions) / _shaper(font).per_em
    return advance * size * 25.4 / 72


def runs(text: str, *, bold: bool = False) -> Iterator[tuple[Font, str]]:
    """Yield an inert text in pieces that are drawn with one font."""
    for font, run in groupby(text, lambda character: _font_of(character, bold=bold) or REGULAR):
        yield font, "".join(run)


def _shaped(font: Font, run: str) -> Any:  # noqa: ANN401 - the library has no types
    buffer = uharfbuzz.Buffer()
    buffer.add_str(run)
    buffer.guess_segment_properties()
    uharfbuzz.shape(_shaper(font).font, buffer)
    return buffer
