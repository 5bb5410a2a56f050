"""Goods lines as bits of a 64-bit word, as the chain has them: bit 0 is line 1."""

from collections.abc import Collection
from typing import Final

from ledger.said import said

MOST_LINES: Final = 64


def bits_of(lines: Collection[int]) -> int:
    """Return the word of some lines; `ValueError` for a line that is not 1 to 64."""
    word = 0
    for line in lines:
        if not 1 <= line <= MOST_LINES:
            message = f"a certificate has goods lines 1 to {MOST_LINES}"
            raise ValueError(message)
        word |= 1 << (line - 1)
    return word


def lines_of(word: int) -> frozenset[int]:
    """Return the lines of a word."""
    return frozenset(place + 1 for place in range(word.bit_length()) if word >> place & 1)


def named(lines: Collection[int]) -> str:
    """Return lines as people name them, such as `lines 1, 2 and 4`; `no line` when there is none."""
    numbers = [str(line) for line in sorted(lines)]
    if len(numbers) > 1:
        return said("lines {lines} and {last}", lines=", ".join(numbers[:-1]), last=numbers[-1])
    return said("line {line}", line=numbers[0]) if numbers else said("no line")
