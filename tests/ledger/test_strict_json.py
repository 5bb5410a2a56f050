"""What is not read the same by every reader is not read at all."""

import json
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.errors import InputMalformed
from ledger.strict_json import _UNSURE, MAX_DEPTH, MAX_INTEGER, _read_quickly, _read_slowly, loads

REFUSED = {
    "a key named twice": (b'{"a":1,"a":2}', "json.duplicate-key"),
    "a key named twice, once escaped": (rb'{"a":1,"\u0061":2}', "json.duplicate-key"),
    "a key named twice deep inside": (b'[{"b":{"a":1,"a":1}}]', "json.duplicate-key"),
    "not a number": (b"NaN", "json.float"),
    "infinity": (b'{"a":-Infinity}', "json.float"),
    "more than a double holds": (b"1e400", "json.float"),
    "a fraction": (b"0.1", "json.float"),
    "a whole fraction": (b"1.0", "json.float"),
    "an exponent": (b"1E2", "json.float"),
    "an integer beyond 2^53": (b"9007199254740992", "json.integer"),
    "an integer below -2^53": (b"-9007199254740992", "json.integer"),
    "ten thousand digits": (b"9" * 10_000, "json.integer"),
    "half a character": (rb'"\ud800"', "json.surrogate"),
    "half a character in a key": (rb'{"\udc00":1}', "json.surrogate"),
    "half a character in a list": (rb'["", "\ud83d"]', "json.surrogate"),
    "halves in the wrong order": (rb'"\ude00\ud83d"', "json.surrogate"),
    "Latin-1": (b'"C\xf4ng ty"', "json.utf-8"),
    "UTF-16": ("{}".encode("utf-16"), "json.utf-8"),
    "a surrogate in UTF-8": (b'"\xed\xa0\x80"', "json.utf-8"),
    "an overlong encoding": (b'"\xc0\xaf"', "json.utf-8"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "json.syntax"),
    "nothing": (b"", "json.syntax"),
    "a trailing comma": (b"[1,]", "json.syntax"),
    "a comment": (b"{}//", "json.syntax"),
    "two values": (b"{}{}", "json.syntax"),
    "single quotes": (b"{'a':1}", "json.syntax"),
    "a leading zero": (b"007", "json.syntax"),
    "a raw line break in text": (b'"a\nb"', "json.syntax"),
    "an open string": (b'{"a":"', "json.syntax"),
    "an open string that ends in a backslash": (b'"\\', "json.syntax"),
    "too deep a list": (b"[" * 33 + b"]" * 33, "json.depth"),
    "too deep an object": (b'{"a":' * 33 + b"1" + b"}" * 33, "json.depth"),
}

SCALARS = (
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(st.characters(codec="utf-8"))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("what", REFUSED)
def test_input_that_readers_disagree_on_is_refused_by_rule(what: str) -> None:
    """Each refusal carries a stable code and repeats nothing of the input."""
    data, rule = REFUSED[what]
    with pytest.raises(InputMalformed) as refusal:
        loads(data)
    assert refusal.value.rule == rule
    assert "Infinity" not in str(refusal.value)
    assert "ng ty" not in str(refusal.value)


@given(VALUES)
def test_what_is_accepted_is_what_any_parser_reads(value: Any) -> None:
    """Nothing is changed on the way, and the value can be written again."""
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        assert loads(text.encode()) == json.loads(text) == value
        assert loads(json.dumps(loads(text.encode())).encode()) == value


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,\\u0123456789eE.-+truefalsn \n').map(str.encode))
def test_any_bytes_are_read_like_json_or_refused_by_name(data: bytes) -> None:
    """No other exception leaves the reader, whatever it is given."""
    with suppress(InputMalformed):
        assert loads(data) == json.loads(data)


PIECES = (
    *("{", "}", "[", "]", ",", ":", " ", "\t", "\r\n", "\ufeff", "\x0c", "\0", "/**/"),
    *('"', '""', '"a"', '"a":', '"a":1,', '{"a":1}', '{"a":[]}', "\\", "\\\\", '\\"', "\\u0061", "\\u006"),
    *("\\ud800", "\\udc00", "\\ud83d\\ude00", "\\/", "\\n", "\\x", "\n", "\x7f", "\u2028", "é", "\U0001f600"),
    *("0", "-0", "-", "+1", "01", "7", "0.0", "-0.0", "1e2", "1E400", "1.", ".5", str(MAX_INTEGER)),
    *(str(MAX_INTEGER + 1), str(-MAX_INTEGER - 1), str(2**64), "9" * 40, "NaN", "-Infinity", "nul"),
    *("null", "true", "false", "[" * 30, "]" * 30, '{"":' * 16, "}" * 16),
)
"""What JSON text is made of, and what only looks like it."""


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """Draw JSON text as some software or other writes it, mostly with something done to it afterwards."""
    value, indent = draw(VALUES), draw(st.sampled_from([None, 0, 2]))
    text = json.dumps(value, ensure_ascii=draw(st.booleans()), indent=indent)
    for _ in range(draw(st.integers(0, 3))):
        at, gone = draw(st.integers(0, len(text))), draw(st.sampled_from([0, 0, 1, 4]))
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[at + gone :]
    data = text.encode("utf-8", "surrogatepass")
    return draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xff", b" "])) + data


def outcome(read: Callable[[bytes, int], Any], data: bytes, depth: int) -> tuple[str, str]:
    """Return the value with its types and the order of its keys, or the rule it was refused by."""
    try:
        return "read", repr(read(data, depth))
    except InputMalformed as refusal:
        return refusal.rule, str(refusal)


@given(
    texts() | st.lists(st.sampled_from(PIECES)).map("".join).map(str.encode) | st.binary(max_size=40),
    st.sampled_from([1, 2, 3, MAX_DEPTH]),
)
@example(b'{"a":[],"a":1}', MAX_DEPTH)
@example(b'{"\\\\":1,"\\\\":2}', MAX_DEPTH)
@example(b'{"\\\\\\"":"\\\\\\"","b":{"":""}}', MAX_DEPTH)
@example(b'["", [[]]]', 2)
@example(b"[-0]", MAX_DEPTH)
def test_the_quick_reader_gives_what_the_slow_one_gives(data: bytes, depth: int) -> None:
    """The same value, down to its types and the order of its keys, and the same refusal."""
    slowly = outcome(_read_slowly, data, depth)
    assert outcome(lambda text, most: loads(text, max_depth=most), data, depth) == slowly
    if slowly[0] != "read":
        assert _read_quickly(data, depth) is _UNSURE


@given(VALUES, st.booleans(), st.sampled_from([None, 0, 2]))
def test_the_quick_reader_reads_whatever_common_software_writes(
    value: Any,
    ascii_only: bool,  # noqa: FBT001 - drawn
    indent: int | None,
) -> None:
    """Spaces, line breaks and escapes do not send a file to the slow one."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert _read_quickly(text.encode(), MAX_DEPTH) == value


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"":'], ids=["lists", "objects", "both"])
def test_a_hundred_thousand_levels_are_refused_at_once(opening: bytes) -> None:
    """Before the parser is entered, so its stack cannot be exhausted (0.1 s are a hundred times enough)."""
    data = opening * 100_000
    started = time.perf_counter()
    with pytest.raises(InputMalformed, match="nested deeper than 32 levels"):
        loads(data)
    assert time.perf_counter() - started < 0.1


def test_a_megabyte_of_quotes_and_backslashes_takes_no_longer_than_its_length() -> None:
    """The scan for brackets never goes back over what it has read."""
    started = time.perf_counter()
    with pytest.raises(InputMalformed):
        loads(b'"' + b"\\" * 1_000_001)
    assert time.perf_counter() - started < 1


def test_brackets_inside_text_do_not_count_as_depth() -> None:
    """Only what nests counts."""
    assert loads(b'"' + b"[" * 1000 + b'"') == "[" * 1000
    assert loads(rb'["\"[[", {"\\": "]"}]') == ['"[[', {"\\": "]"}]


def test_the_deepest_nesting_allowed_is_read() -> None:
    """32 levels, or as many as the caller says."""
    assert json.dumps(loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)).count("[") == MAX_DEPTH
    with pytest.raises(InputMalformed):
        loads(b"[[[]]]", max_depth=2)


@pytest.mark.parametrize("number", [MAX_INTEGER, -MAX_INTEGER, 0])
def test_integers_up_to_2_to_the_53_are_read(number: int) -> None:
    """RFC 7493: the integers that a double holds exactly."""
    assert loads(str(number).encode()) == number


def test_a_pair_of_escaped_halves_is_one_character() -> None:
    """Escapes of whole characters are read."""
    assert loads(rb'"\ud83d\ude00"') == "\N{GRINNING FACE}"


@pytest.mark.parametrize("text", [b"a" * 1_000_000, b'a\\"' * 300_000], ids=["plain", "escaped"])
def test_a_long_string_takes_little_more_memory_than_it_has(text: bytes) -> None:
    """A caller could else make the service take a hundred megabytes for one."""
    document = b'["' + text + b'"]'
    tracemalloc.start()
    loads(document)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * len(document)
