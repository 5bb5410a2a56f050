"""Salting, hashing and writing the fields of a certificate, all in one pass.

Issuing in bulk spends most of its time here, so each field is visited once and its text is written once: the
same bytes go into its hash and into the envelope.  What depends only on the names of the fields is kept
between certificates, because most documents of an office have the same names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import shake_128
from itertools import chain, repeat
from typing import Any, Final, TypeAlias

import orjson

from ledger.hashing import keccak

HASH_BYTES: Final = 32
_SALT_BYTES: Final = 16
_BETWEEN: Final = b",\n  "
"""What separates the elements of an indented list; no text has it inside, for JSON escapes line breaks."""

_LEAVES: Final = (str, bool)
_BOOLEANS: Final = ("false", "true")

# What a version 4 UUID makes of the bytes 6 and 8 of a salt: four bits the version, two bits the variant.
_VERSION: Final = bytes(0x40 | byte & 0x0F for byte in range(256))
_VARIANT: Final = bytes(0x80 | byte & 0x3F for byte in range(256))

_Place: TypeAlias = tuple[Any, bytes, bytes, str]
"""Of a field: its key in what holds it, how the text that is hashed begins, how it begins in the envelope
(with the comma that parts it from the field before), and its dotted path."""


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
    # 1. Visit the fields in canonical order.
    fields = _Fields()
    end = fields.collect(data, "", b"")
    # 2. Write each with its salt; one list, taken apart again, is written faster than its elements.
    salted = [
        f"{salt}:string:{value}" if isinstance(value, str) else f"{salt}:boolean:{_BOOLEANS[value]}"
        for salt, value in zip(salts(seed, len(fields.values)), fields.values, strict=True)
    ]
    texts = orjson.dumps(salted, option=orjson.OPT_INDENT_2)[4:-2].split(_BETWEEN) if salted else []
    # 3. Hash each, and put the texts between the names.
    messages = map(b"".join, zip(fields.heads, texts, repeat(b"}")))
    fingerprints = b"".join(sorted([*map(keccak, messages), *fields.hashes]))
    written = b"".join(chain.from_iterable(zip(fields.gaps, texts, strict=True)))
    return Salted(written + end, fingerprints, hash_of_fingerprints(fingerprints))


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


class _Fields:
    """The fields of a document, taken down in canonical order."""

    __slots__ = ("gaps", "hashes", "heads", "values")

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        """How the text that is hashed begins, of each field."""
        self.gaps: list[bytes] = []
        """What the envelope has before each field: names, brackets and commas."""
        self.values: list[str | bool] = []
        """Each field without its salt."""
        self.hashes: list[bytes] = []
        """Hashes of the fields that get no salt: empty objects and lists."""

    def collect(self, part: Any, path: str, gap: bytes) -> bytes:  # noqa: ANN401 - JSON
        """Take down an object or a list; returns what the envelope has after its last field."""
        listed = isinstance(part, list)
        places = _elements(path, len(part)) if listed else _members(path, tuple(part))
        heads, gaps, values = self.heads.append, self.gaps.append, self.values.append
        gap += b"[" if listed else b"{"
        for key, head, name, inner in places:
            value = part[key]
            if isinstance(value, _LEAVES):
                heads(head)
                gaps(gap + name if gap else name)
                values(value)
                gap = b""
            else:
                gap = self._contain(value, head, inner, gap + name)
        return gap + (b"]" if listed else b"}")

    def _contain(self, value: object, head: bytes, path: str, gap: bytes) -> bytes:
        """Go into a container; an empty one is itself a field."""
        if not isinstance(value, dict | list):
            raise TypeError(f"a document holds text and booleans only, not {type(value).__name__}")
        if value:
            return self.collect(value, path, gap)
        empty = b"[]" if isinstance(value, list) else b"{}"
        self.hashes.append(keccak(head + empty + b"}"))
        return gap + empty


@lru_cache(maxsize=4096)
def _members(path: str, keys: tuple[str, ...]) -> tuple[_Place, ...]:
    """Return the places of an object's members, sorted by name."""
    names = sorted(keys)
    return _places(path, names, names, (orjson.dumps(name) + b":" for name in names))


@lru_cache(maxsize=64)
def _elements(path: str, count: int) -> tuple[_Place, ...]:
    """Return the places of a list's elements."""
    return _places(path, range(count), map(str, range(count)), [b""] * count)


def _places(
    path: str, keys: Iterable[Any], names: Iterable[str], written: Iterable[bytes]
) -> tuple[_Place, ...]:
    paths = (f"{path}.{name}" if path else name for name in names)
    return tuple(
        (key, b"{%b:" % orjson.dumps(inner), (b"," if number else b"") + name, inner)
        for number, (key, inner, name) in enumerate(zip(keys, paths, written, strict=True))
    )
