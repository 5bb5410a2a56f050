"""Goods lines as bits: line 1 is bit 0, and there are 64."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.origin.lines import MOST_LINES, bits_of, lines_of

LINES = st.frozensets(st.integers(1, MOST_LINES))


@pytest.mark.parametrize(
    ("lines", "word"), [((), 0), ((1,), 1), ((2, 1), 3), ((64,), 1 << 63), (tuple(range(1, 65)), 2**64 - 1)]
)
def test_a_line_is_the_bit_before_its_number(lines: tuple[int, ...], word: int) -> None:
    """In whatever order lines are named."""
    assert bits_of(lines) == word
    assert lines_of(word) == frozenset(lines)


@given(LINES)
def test_every_set_of_lines_is_read_back(lines: frozenset[int]) -> None:
    """A word fits 64 bits."""
    assert lines_of(bits_of(lines)) == lines
    assert 0 <= bits_of(lines) < 2**64


@given(LINES, LINES)
def test_words_join_and_meet_as_sets_do(one: frozenset[int], other: frozenset[int]) -> None:
    """So the contract's operations on words are those of the rules on lines."""
    assert lines_of(bits_of(one) | bits_of(other)) == one | other
    assert lines_of(bits_of(one) & bits_of(other)) == one & other
    assert lines_of(bits_of(one) & ~bits_of(other)) == one - other


@pytest.mark.parametrize("line", [0, -1, 65])
def test_there_is_no_line_beyond_the_word(line: int) -> None:
    """Nothing else is cut off silently."""
    with pytest.raises(ValueError, match="1 to 64"):
        bits_of((1, line))
