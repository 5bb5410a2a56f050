"""How members and texts of strangers are written on a page."""

import unicodedata
from collections.abc import Iterable
from typing import Final

from ledger.codes.members import NAMES, called
from ledger.facts import Member

_INVISIBLE: Final = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def member(code: str) -> str:
    """Return a member's or country's name and code, or the code alone where the name is not known here."""
    return called(code)


def choices(members: Iterable[Member]) -> tuple[tuple[str, str], ...]:
    """Return codes and names of members to choose from, by name; those of ASEAN when none are known."""
    codes = [one.code for one in members] or list(NAMES)
    return tuple(sorted(((code, member(code)) for code in codes), key=lambda choice: choice[1]))


def inert(text: str) -> str:
    """Return a text in which no character hides or turns the writing round: such are shown by number.

    A stranger writes the envelope; what prints alike must be alike.  Line breaks stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character != "\n" and unicodedata.category(character) in _INVISIBLE:
        return f"[U+{ord(character):04X}]"
    return character
