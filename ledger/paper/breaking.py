r"""Where a line may end: at spaces, else after signs or between syllables, and never inside a cluster.

Thai, Lao, Khmer and Burmese have no spaces between words.  Their words are in no list here: the light
libraries that know some know Thai alone, and part names of places.  So a line that is too long ends

* in Burmese between syllables, which its spelling shows: a consonant begins one unless it is killed (asat),
  stacked under another, or itself stands under another;
* in Thai and Lao before a vowel that is written in front of its consonant, which always begins a syllable;
* in all of them, where nothing else is left, between clusters: what is drawn as one piece stays one.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

_MARKS: Final = (
    "\u0300-\u036f"  # combining accents
    "\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962\u0963"  # Devanagari, with virama
    "\u0e30-\u0e3a\u0e45-\u0e4e\u0e2f"  # Thai: vowels after, above and below; tones; repetition and ellipsis
    "\u0eb0-\u0ebd\u0ec6-\u0ece\u0eaf"  # Lao, with the semivowel
    "\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u104a\u104b"
    "\u17b4-\u17d1\u17d3-\u17d7\u17dd"  # Khmer vowels and signs, and its full stops
    "\u200d\ufe00-\ufe0f"
)
_FRONT: Final = "\u0e40-\u0e44\u0ec0-\u0ec4"
"""Vowels of Thai and Lao that are written before their consonant."""
_STACKED: Final = "(?:\u17d2.|\u1039.|\u094d[\u0915-\u0939])"
"""A consonant under another: Khmer coeng, Burmese virama, Devanagari conjuncts."""
_CLUSTER: Final = re.compile(rf"\[U\+[0-9A-F]{{4,6}}\]|[{_FRONT}]*.(?:{_STACKED}|[{_MARKS}])*", re.DOTALL)
_BURMESE: Final = (
    r"(?<=[\u1000-\u109f])(?<!\u1039)(?=[\u1000-\u102a\u103f\u1040-\u1049\u104c-\u1055])"
    r"(?![\u1000-\u102a\u103f][\u1037\u1038]*[\u103a\u1039])(?<![\u1040-\u1049](?=[\u1040-\u1049]))"
)
_PIECES: Final = re.compile(rf"(?<=[-/,;:@_+&.)])(?=[^\s\d])|(?<=[-/,;])(?=\d)|(?=[{_FRONT}])|{_BURMESE}")

Width = Callable[[str], float]
"""How wide a text gets, in the unit that lines are given in."""


def clusters(text: str) -> list[str]:
    """Return the pieces of a text that are drawn as one."""
    return _CLUSTER.findall(text)


def lines(text: str, room: float, width: Width) -> list[str]:
    """Return a text in lines no wider than `room`, of which only a single cluster may be wider.

    Nothing but the spaces where a line ends is left out, and line breaks of the text stay.
    """
    return [line for paragraph in text.split("\n") for line in _wrapped(paragraph, room, width)]


def _wrapped(paragraph: str, room: float, width: Width) -> Iterator[str]:
    """Yield the lines of a paragraph, at least one."""
    line, used, gap = "", 0.0, width(" ")
    for word in paragraph.split(" "):
        needs = width(word)
        if line and used + gap + needs <= room:
            line, used = f"{line} {word}", used + gap + needs
            continue
        if line:
            yield line
        *full, line = _broken(word, room, width) if needs > room else [word]
        yield from full
        used = width(line)
    yield line


def _broken(word: str, room: float, width: Width) -> list[str]:
    """Return a word that is wider than a line in lines, after signs or between syllables where it can be."""
    made = [""]
    used = 0.0
    for piece in _PIECES.split(word):
        parts = [piece] if width(piece) <= room else clusters(piece)
        for part in parts:
            needs = width(part)
            if made[-1] and used + needs > room:
                made.append("")
                used = 0.0
            made[-1] += part
            used += needs
    return made
