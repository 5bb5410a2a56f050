"""Salting, hashing and writing the fields of a certificate, all in one pass.

Issuing in bulk spends most of its time here, so each field is visited once and its text is written once: the
same bytes go into its hash and into the envelope.  What depends only on the names of the fields is kept
between certificates, because most documents of an office have the same names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import shake_128
from itertools import chain, count, repeat
from typing import Any, Final, TypeAlias

import orjson

from ledger.hashing import keccak

HASH_BYTES: Final = 32
_SALT_BYTES: Final = 16
_BETWEEN: Final = b",\n  "
"""What separates the elements of an indented list; no text has it inside, for JSON escapes line breaks."""

# What a version 4 UUID makes of the bytes 6 and 8 of a salt: four bits the version, two bits the variant.
_VERSION: Final = bytes(0x40 | byte & 0x0F for byte in range(256))
_VARIANT: Final = bytes(0x80 | byte & 0x3F for byte in range(256))

_MOST_KEPT: Final = 400
"""Fields of a document whose form is kept; larger documents are rare, and hashing them takes long anyway."""
_CONTAINERS: Final = (dict, list)

Shape: TypeAlias = tuple[Any, ...]
"""Of an object its names in order, of a list its length; then each member that is a container, as its name
and its shape."""


@dataclass(frozen=True, slots=True)
class Salted:
    """The salted fields of a certificate and the hashes that follow from them."""

    data: bytes
    """`data` of the envelope as canonical JSON."""
    fingerprints: bytes
    """The field hashes, 32 bytes each, ascending."""
    document_hash: bytes
    """The 32 bytes that stand for all fields."""


def salt(data: Mapping[str, Any], seed: bytes) -> Salted:
    """Salt the fields with UUIDs of version 4, from SHAKE-128 of the seed in canonical order, and hash them.

    Raises `TypeError` for a value that is neither text nor boolean, nor a container of such.
    """
    # 1. Take the values out, and find or make the form that documents of this shape have.
    given: list[Any] = []
    shape = _taken(data, given)
    form = _kept_form(shape) if len(given) <= _MOST_KEPT else _Form(shape)
    # 2. Write each value with its salt; one list, taken apart again, is written faster than its elements.
    salted = [
        f"{salt}:string:{value}" if type(value) is str else f"{salt}:{_with_type(value)}"
        for salt, value in zip(salts(seed, len(given)), map(given.__getitem__, form.order), strict=True)
    ]
    texts = orjson.dumps(salted, option=orjson.OPT_INDENT_2)[4:-2].split(_BETWEEN) if salted else []
    # 3. Hash each, and put the texts between the names.
    messages = map(b"".join, zip(form.heads, texts, repeat(b"}")))
    fingerprints = b"".join(sorted([*map(keccak, messages), *form.hashes]))
    written = b"".join(chain.from_iterable(zip(form.gaps, texts, strict=True)))
    return Salted(written + form.end, fingerprints, hash_of_fingerprints(fingerprints))


def salts(seed: bytes, count: int) -> list[str]:
    """Return the salts of as many fields: version 4 UUIDs in a row."""
    octets = bytearray(shake_128(seed).digest(_SALT_BYTES * count))
    octets[6::16] = octets[6::16].translate(_VERSION)
    octets[8::16] = octets[8::16].translate(_VARIANT)
    # Groups of four digits, of which a UUID joins the first two and the last three.
    digits = bytearray(octets.hex("-", 2), "ascii")
    del digits[4::40]
    del digits[28::39]
    del digits[32::38]
    digits[36::37] = b" " * max(0, count - 1)
    return digits.decode("ascii").split()


def hash_of_fingerprints(fingerprints: bytes) -> bytes:
    """Return the document hash: that of the field hashes in hex, ascending, as a list in JSON."""
    if not fingerprints:
        return keccak(b"[]")
    return keccak(b'["%b"]' % fingerprints.hex(",", HASH_BYTES).replace(",", '","').encode("ascii"))


def _with_type(value: object) -> str:
    """Return what follows the salt of a value."""
    if isinstance(value, bool):
        return "boolean:true" if value else "boolean:false"
    if isinstance(value, str):
        return f"string:{value}"
    raise TypeError(f"a document holds text and booleans only, not {type(value).__name__}")


def _taken(part: Any, given: list[Any]) -> Shape:  # noqa: ANN401 - JSON
    """Return the shape of an object or a list, and append its values as they come."""
    listed = isinstance(part, list)
    shape: list[Any] = [len(part) if listed else tuple(part)]
    take = given.append
    for key, value in enumerate(part) if listed else part.items():
        if type(value) is not str and isinstance(value, _CONTAINERS):
            shape += (key, _taken(value, given))
        else:
            take(value)
    return tuple(shape)


class _Form:
    """What documents of one shape have in common, in canonical order of their fields."""

    __slots__ = ("end", "gaps", "hashes", "heads", "order")

    def __init__(self, shape: Shape) -> None:
        self.order: list[int] = []
        """Where each field is among the values as they come."""
        self.heads: list[bytes] = []
        """How the text that is hashed begins, of each field."""
        self.gaps: list[bytes] = []
        """What the envelope has before each field: names, brackets and commas."""
        self.hashes: list[bytes] = []
        """Hashes of the fields that get no salt: empty objects and lists."""
        self.end = self._collect(_numbered(shape, count()), "", b"")
        """What the envelope has after the last field."""

    def _collect(self, part: Any, path: str, gap: bytes) -> bytes:  # noqa: ANN401 - numbers, nested
        """Take down an object or a list; returns what the envelope has after its last field."""
        listed = isinstance(part, list)
        gap += b"[" if listed else b"{"
        for number, (key, value) in enumerate(enumerate(part) if listed else sorted(part.items())):
            inner = f"{path}.{key}" if path else f"{key}"
            head = b"{%b:" % orjson.dumps(inner)
            gap += (b"," if number else b"") + (b"" if listed else orjson.dumps(key) + b":")
            if isinstance(value, int):
                self.order.append(value)
                self.heads.append(head)
                self.gaps.append(gap)
                gap = b""
            elif value:
                gap = self._collect(value, inner, gap)
            else:
                empty = orjson.dumps(value)
                self.hashes.append(keccak(head + empty + b"}"))
                gap += empty
        return gap + (b"]" if listed else b"}")


def _numbered(shape: Shape, numbers: Iterator[int]) -> Any:  # noqa: ANN401 - JSON
    """Return a document of this shape, with the number of each value in its place."""
    keys, inner = shape[0], dict(zip(shape[1::2], shape[2::2], strict=True))
    listed = isinstance(keys, int)
    part = {
        key: _numbered(inner[key], numbers) if key in inner else next(numbers)
        for key in (range(keys) if listed else keys)
    }
    return list(part.values()) if listed else part


_kept_form = lru_cache(maxsize=256)(_Form)
