"""Reading JSON so that what was signed is what is read.

Python's parser lets the last of two equal keys win, reads `NaN` and turns `1e400` into infinity.  Here all
of that is refused, and so is every number that is not an integer every reader agrees on (RFC 7493, I-JSON):
amounts and quantities travel as decimal strings.

Two readers stand behind `loads`.  The quick one reads with a compiled parser and then proves, by the types,
the depth and the number of strings of what it got, that nothing was lost on the way.  Whatever it cannot
vouch for goes to the slow one, which alone refuses, and by rule.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, Never

import orjson

from ledger.errors import InputMalformed

MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1
_MAX_QUICK = 2**18
"""Bytes that are read quickly.  The compiled parser takes thirteen times their length while it reads."""
# `*+` takes no turn back, of which the engine would else remember one for each character of a string.
_OUTSIDE_STRINGS = re.compile(rb'"(?:[^"\\]+|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def loads(data: bytes, *, max_depth: int = MAX_DEPTH) -> Any:  # noqa: ANN401 - JSON is any of six types
    """Return the value of strict JSON text; raises `InputMalformed` with the rule that was broken."""
    value = _read_quickly(data, max_depth)
    return _read_slowly(data, max_depth) if value is _UNSURE else value


_UNSURE: Final = object()


def _read_quickly(data: bytes, max_depth: int) -> Any:  # noqa: ANN401 - JSON
    """Return the value when nothing in it is refused or was lost in reading, else `_UNSURE`."""
    if len(data) > _MAX_QUICK:
        return _UNSURE
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return _UNSURE
    # Of two equal keys the parser keeps the last, and the value then has fewer strings than the text.
    return value if _strings_in(value, max_depth) == _strings_written(data) else _UNSURE


def _strings_written(data: bytes) -> int:
    """Count the strings of JSON text, keys among them, by their quotes; those in strings are escaped."""
    quotes = data.count(b'"')
    if b"\\" in data:
        quotes -= data.replace(rb"\\", b"").count(rb"\"")
    return quotes // 2


def _strings_in(value: Any, max_depth: int) -> int:  # noqa: ANN401 - JSON
    """Count the strings of a value, keys among them; -1 when it is too deep or holds a refused number."""
    found = 0
    level: list[Any] = [[value]]
    for _ in range(max_depth + 1):
        deeper: list[Any] = []
        for container in level:
            keyed = type(container) is dict
            found += len(container) if keyed else 0
            for part in container.values() if keyed else container:
                kind = type(part)
                if kind is str:
                    found += 1
                elif kind is dict or kind is list:
                    deeper.append(part)
                elif kind is float or (kind is int and abs(part) > MAX_INTEGER):
                    return -1
        if not deeper:
            return found
        level = deeper
    return -1


def _read_slowly(data: bytes, max_depth: int) -> Any:  # noqa: ANN401 - JSON
    """Return the value, or raise `InputMalformed` with the rule that was broken."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputMalformed("json.utf-8", "the input is not UTF-8 text") from None
    _refuse_depth(data, max_depth)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_not_a_float,
            parse_constant=_not_a_float,
        )
    except json.JSONDecodeError as error:
        message = f"the input is not JSON: line {error.lineno}, column {error.colno}"
        raise InputMalformed("json.syntax", message) from None
    _refuse_lone_surrogates(value)
    return value


def _refuse_depth(data: bytes, limit: int) -> None:
    """Count brackets before parsing, so that no depth of nesting can exhaust the parser."""
    depth = 0
    for token in _OUTSIDE_STRINGS.finditer(data):
        first = token[0][:1]
        if first in b"[{":
            depth += 1
            if depth > limit:
                raise InputMalformed("json.depth", f"the input is nested deeper than {limit} levels")
        elif first in b"]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise InputMalformed("json.duplicate-key", "an object names the same key twice")
    return value


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:  # noqa: PLR2004 - 16 digits and a sign
        raise InputMalformed("json.integer", "an integer lies outside ±(2^53-1); write it as a string")
    return int(text)


def _not_a_float(_: str) -> Never:
    raise InputMalformed(
        "json.float", "numbers with fractions or exponents are refused; write them as strings"
    )


def _refuse_lone_surrogates(value: object) -> None:
    """Refuse half characters, which cannot be written as UTF-8 and so cannot be signed."""
    match value:
        case str():
            if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
                raise InputMalformed("json.surrogate", "a string holds half of a surrogate pair")
        case Mapping():
            for key, inner in value.items():
                _refuse_lone_surrogates(key)
                _refuse_lone_surrogates(inner)
        case list():
            for inner in value:
                _refuse_lone_surrogates(inner)
