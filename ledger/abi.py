"""Values as the contract's ABI lays them out (Solidity documentation, "Contract ABI Specification").

A type is made ready once, as a `Coder`; reading an answer is then one walk over its bytes.  This covers the
types that our contracts use.  The tests hold it equal to eth_abi, which takes ten times as long.

Structs come back as dictionaries by the names of their fields, so nothing here or after depends on the
order in which a struct is declared.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Value = Any
"""What one value becomes in Python.  Its type follows from the ABI."""
Values = dict[str, Value]
"""Values by the names of the ABI."""
Component = Mapping[str, Any]
"""One input, output or struct field as the ABI describes it."""

_WORD = 32
_SIZED = re.compile(r"(uint|bytes)([0-9]+)")
_ACCOUNT = re.compile(r"0x([0-9a-fA-F]{40})")


@dataclass(frozen=True, slots=True)
class Coder:
    """How values of one type are written and read; both raise `ValueError` for what does not fit."""

    size: int
    """Bytes it takes in its place; what is dynamic leaves a pointer there."""
    dynamic: bool
    encode: Callable[[Value], bytes]
    decode: Callable[[bytes, int], Value]
    """Reads from bytes, beginning at a position."""


def type_of(component: Component) -> str:
    """Return a type as signatures spell it: structs as their fields in parentheses."""
    kind = str(component["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(type_of, component['components']))}){kind.removeprefix('tuple')}"


def coder_of(component: Component) -> Coder:
    """Make a type ready; `NotImplementedError` for one that our contracts do not use."""
    kind = str(component["type"])
    if kind.endswith("[]"):
        return _array({**component, "type": kind[:-2]})
    if sized := _SIZED.fullmatch(kind):
        number = int(sized[2])
        return _uint(number) if sized[1] == "uint" else _fixed_bytes(number)
    match kind:
        case "tuple":
            return struct_of(component["components"])
        case "bool":
            return Coder(_WORD, dynamic=False, encode=_encode_bool, decode=_decode_bool)
        case "address":
            return Coder(_WORD, dynamic=False, encode=_encode_address, decode=_decode_address)
        case "string":
            return Coder(_WORD, dynamic=True, encode=_encode_text, decode=_decode_text)
        case _:
            raise NotImplementedError(kind)


def struct_of(components: Sequence[Component]) -> Coder:
    """Make a struct ready, or the arguments or results of a function, which look like one."""
    coders = [coder_of(component) for component in components]
    names = [str(component.get("name")) or f"_{place}" for place, component in enumerate(components)]
    starts = [sum(coder.size for coder in coders[:place]) for place in range(len(coders))]
    fields = list(zip(names, starts, coders, strict=True))

    def encode(values: Value) -> bytes:
        if not isinstance(values, Sequence) or isinstance(values, str | bytes):
            raise ValueError("not a sequence")  # noqa: TRY004 -- to the caller, one kind of misfit
        return _laid_out(coders, values)

    def decode(data: bytes, at: int) -> Values:
        return {
            name: coder.decode(data, at + (_pointer(data, at + start) if coder.dynamic else start))
            for name, start, coder in fields
        }

    dynamic = any(coder.dynamic for coder in coders)
    size = _WORD if dynamic else sum(coder.size for coder in coders)
    return Coder(size, dynamic, encode, decode)


def _array(component: Component) -> Coder:
    item = coder_of(component)

    def encode(values: Value) -> bytes:
        if not isinstance(values, list | tuple):
            raise ValueError("not a list")  # noqa: TRY004 -- as above
        return len(values).to_bytes(_WORD) + _laid_out([item] * len(values), values)

    def decode(data: bytes, at: int) -> list[Value]:
        first = at + _WORD
        starts = range(first, first + _pointer(data, at) * item.size, item.size)
        if starts and starts[-1] + item.size > len(data):
            raise ValueError("longer than the data")
        return [
            item.decode(data, first + _pointer(data, start) if item.dynamic else start) for start in starts
        ]

    return Coder(_WORD, dynamic=True, encode=encode, decode=decode)


def _laid_out(coders: Sequence[Coder], values: Sequence[Value]) -> bytes:
    """Write values side by side, and after them what the dynamic ones point to."""
    parts = [coder.encode(value) for coder, value in zip(coders, values, strict=True)]
    tail = sum(coder.size for coder in coders)
    head = []
    for coder, part in zip(coders, parts, strict=True):
        head.append(tail.to_bytes(_WORD) if coder.dynamic else part)
        tail += len(part) if coder.dynamic else 0
    return b"".join(head) + b"".join(part for coder, part in zip(coders, parts, strict=True) if coder.dynamic)


def _word(data: bytes, at: int) -> bytes:
    word = data[at : at + _WORD]
    if len(word) != _WORD:
        raise ValueError("shorter than the type")
    return word


def _pointer(data: bytes, at: int) -> int:
    """Read a length, or a distance to where a dynamic value lies; none is larger than the data."""
    number = int.from_bytes(_word(data, at))
    if number > len(data):
        raise ValueError("points outside the data")
    return number


def _uint(bits: int) -> Coder:
    limit = 1 << bits

    def encode(value: Value) -> bytes:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < limit:
            raise ValueError("not a number of this size")
        return int(value).to_bytes(_WORD)

    def decode(data: bytes, at: int) -> int:
        number = int.from_bytes(_word(data, at))
        if number >= limit:
            raise ValueError("not a number of this size")
        return number

    return Coder(_WORD, dynamic=False, encode=encode, decode=decode)


def _fixed_bytes(size: int) -> Coder:
    padding = bytes(_WORD - size)

    def encode(value: Value) -> bytes:
        if not isinstance(value, bytes) or len(value) > size:
            raise ValueError("not bytes of this size")
        return value.ljust(_WORD, b"\0")

    def decode(data: bytes, at: int) -> bytes:
        word = _word(data, at)
        if word[size:] != padding:
            raise ValueError("not bytes of this size")
        return word[:size]

    return Coder(_WORD, dynamic=False, encode=encode, decode=decode)


def _encode_bool(value: Value) -> bytes:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")  # noqa: TRY004 -- as above
    return int(value).to_bytes(_WORD)


def _decode_bool(data: bytes, at: int) -> bool:
    number = int.from_bytes(_word(data, at))
    if number > 1:
        raise ValueError("neither true nor false")
    return bool(number)


def _encode_address(value: Value) -> bytes:
    found = _ACCOUNT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("not an account")
    return bytes.fromhex(found[1]).rjust(_WORD, b"\0")


def _decode_address(data: bytes, at: int) -> str:
    word = _word(data, at)
    if any(word[:12]):
        raise ValueError("not an account")
    return f"0x{word[12:].hex()}"


def _encode_text(value: Value) -> bytes:
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 -- as above
    octets = value.encode()
    return len(octets).to_bytes(_WORD) + octets + bytes(-len(octets) % _WORD)


def _decode_text(data: bytes, at: int) -> str:
    """Read a text; a contract takes any bytes for one, and those that are none become escapes."""
    size = _pointer(data, at)
    padded = data[at + _WORD : at + _WORD + size + -size % _WORD]
    if len(padded) != size + -size % _WORD or any(padded[size:]):
        raise ValueError("not a text")
    return padded[:size].decode("utf-8", "backslashreplace")
