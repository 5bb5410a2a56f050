"""Names of operators as people type them, beside the registered ones.  Pure rules.

Case, accents, punctuation and the width of letters do not tell two names apart: `CONG TY CA PHE` is
`Công ty Cà phê`.  Marks that are vowels, as in Thai, Lao, Khmer and Burmese, do.
"""

import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

_ACCENTS: Final = range(0x300, 0x370)
"""Combining marks of Latin letters."""
_ALIKE: Final = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l"})
"""Letters whose accent is a part of them."""
_APART: Final = ("P", "Z", "S", "C")
"""Categories of characters that stand between words: punctuation, spaces, signs, and what cannot be seen."""


class Likeness(StrEnum):
    """How a name that was typed stands to the registered one."""

    SAME = "same"
    PART = "part"
    """All its words are in the registered name, which has more."""
    OTHER = "other"


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name by which it is compared."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    kept = (_kept(character) for character in plain if ord(character) not in _ACCENTS)
    return tuple("".join(kept).translate(_ALIKE).split())


def letters_in(words: Sequence[str]) -> int:
    """Return how many letters and digits words have in all."""
    return sum(map(len, words))


def fits(words: Sequence[str], name: str) -> bool:
    """Whether each of these words begins one of a name's."""
    known = words_of(name)
    return bool(words) and all(any(one.startswith(word) for one in known) for word in words)


def likeness(typed: str, registered: str) -> Likeness:
    """Return how a name that was typed stands to the registered one."""
    words, known = words_of(typed), words_of(registered)
    if words == known:
        return Likeness.SAME
    return Likeness.PART if words and set(words) <= set(known) else Likeness.OTHER


def _kept(character: str) -> str:
    return " " if unicodedata.category(character)[0] in _APART else character
