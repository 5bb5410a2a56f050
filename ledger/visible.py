"""The visible fields of a presented envelope: read in one walk, or refused with every reason.

Verifying spends most of its time on these fields, so an envelope as our own software makes it is walked once.
Where anything is out of the ordinary the quick walk gives up, and the careful reading decides: it names what
is not as the format has it, or reads what is allowed all the same, such as an empty object.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

import orjson

from ledger.envelope import Data, leaves
from ledger.errors import Problem
from ledger.strict_json import MAX_DEPTH

_SALT: Final = 36
"""Characters of a salt, a UUID of version 4 in lower case; the type and the value of the field follow."""
_TEXT: Final = ":string:"
_TEXT_AT: Final = _SALT + len(_TEXT)
_TICKS: Final = {":boolean:true": True, ":boolean:false": False}
_BLANK_SALT: Final = b"00000000-0000-0000-0000-000000000000"
_BLANK: Final = bytes.maketrans(b"0123456789abcdef", b"0" * 16)
MAX_FIELDS = 10_000
MAX_PATH = 200
"""Characters of a field's path.  It repeats the names above the field, so without a bound a file of one
megabyte would need gigabytes to be hashed, and to be told what is altered in it."""
MAX_PROBLEMS = 100
"""How many faults of the fields are told."""
_WANTED_NAME = "a field name is empty, not printable or has one of . / ~"
_WANTED_PATH = f"the names of a field and of all above it must have at most {MAX_PATH} characters in all"


@dataclass(frozen=True, slots=True)
class Visible:
    """The fields that a copy shows, in no particular order."""

    paths: list[str]
    """Dotted paths."""
    texts: list[bytes]
    """What is hashed of each: `{"path":"salt:type:value"}`."""
    fields: Data
    """The same in their objects, without their salts."""


def visible(data: object) -> Visible | list[Problem]:
    """Return the fields of an envelope's `data`, or what keeps it from being read in one way only."""
    if isinstance(data, dict):
        quickly = _Walk().through(data)
        if quickly is not None:
            return quickly
    problems = _problems(data)
    if problems or not isinstance(data, Mapping):
        return problems
    return _read(dict(leaves(dict(data))), unsalted(data))


def _read(found: Data, fields: Data) -> Visible:
    return Visible(list(found), [orjson.dumps({path: value}) for path, value in found.items()], fields)


def unsalted(data: Any) -> Any:  # noqa: ANN401 - JSON
    """Return salted fields as the issuer wrote them; a field that lost its salt is returned as it is."""
    match data:
        case str():
            value = _value_of(data)
            return value if value is data or _all_salted([data]) else data
        case Mapping():
            return {key: unsalted(value) for key, value in data.items()}
        case list():
            return [unsalted(value) for value in data]
        case _:
            return data


def _value_of(field: str) -> str | bool:
    """Return the value of a salted field, whatever its salt; a field of no known type as it is."""
    return field[_TEXT_AT:] if field.startswith(_TEXT, _SALT) else _TICKS.get(field[_SALT:], field)


class _Unusual(Exception):
    """The quick walk met something that it leaves to the careful reading."""


class _Walk:
    """One walk through the fields; keeps names and values, to look at all of them at once."""

    __slots__ = ("found", "names")

    def __init__(self) -> None:
        self.found: Data = {}
        self.names: list[str] = []

    def through(self, data: Data) -> Visible | None:
        """Return the fields, or None when anything is out of the ordinary."""
        try:
            fields = self._into({**data, "issuers": _only_issuer(data)}, "", MAX_DEPTH)
            read = _read(self.found, fields)
        except (_Unusual, orjson.JSONEncodeError):  # the latter at half of a surrogate pair
            return None
        if len(read.paths) > MAX_FIELDS or max(map(len, read.paths)) > MAX_PATH or not _all_plain(self.names):
            return None
        fields["issuers"] = [fields["issuers"]]
        # What is empty has no salt, and is the same without one.
        return (
            read if _all_salted(filter(None, self.found.values())) else replace(read, fields=unsalted(data))
        )

    def _into(self, part: Data, prefix: str, levels: int) -> Data:
        """Take down the fields of an object; returns it without salts."""
        if not levels or len(prefix) > MAX_PATH:
            raise _Unusual
        self.names += part
        fields: Data = {}
        for name, value in part.items():
            path = prefix + name
            if type(value) is str:
                fields[name] = value[_TEXT_AT:] if value[_SALT:_TEXT_AT] == _TEXT else _value_of(value)
            elif type(value) is dict:
                # `issuers` is the one list of the format; its only element has the name 0.
                inner = f"{path}." if path != "issuers" else "issuers.0."
                fields[name] = self._into(value, inner, levels - 1)
                if value:
                    continue
            else:
                raise _Unusual
            self.found[path] = value
        return fields


def _only_issuer(data: Data) -> Data:
    match data.get("issuers"):
        case [dict() as issuer] if issuer:
            return issuer
    raise _Unusual


def _problems(data: object) -> list[Problem]:
    """Check that fields nest in objects with plain names only, so that no two readings share one hash."""
    if not isinstance(data, Mapping):
        return [Problem("/data", "envelope.data", "must be an object of salted fields")]
    issuers = data.get("issuers", [])
    if not isinstance(issuers, list) or len(issuers) != 1 or not isinstance(issuers[0], Mapping):
        return [Problem("/data/issuers", "envelope.issuers", "must be a list of exactly one issuer")]
    found = _field_problems({**data, "issuers": issuers[0]}, "/data", MAX_DEPTH)
    problems = list(islice(found, MAX_PROBLEMS))
    if not problems and sum(1 for _ in islice(leaves(data), MAX_FIELDS + 1)) > MAX_FIELDS:
        problems.append(Problem("/data", "envelope.size", f"must have at most {MAX_FIELDS} fields"))
    return problems


def _field_problems(value: object, pointer: str, levels: int) -> Iterator[Problem]:
    """Find what would let two readings share one hash, and leaves that cannot be hashed at all."""
    match value:
        case Mapping() if not levels:
            yield Problem(pointer, "envelope.depth", f"must nest at most {MAX_DEPTH} levels deep")
        case Mapping():
            for key, inner in value.items():
                if not _all_plain([key]):
                    yield Problem(pointer, "envelope.key", _WANTED_NAME)
                elif len(pointer) + len(key) >= len("/data/") + MAX_PATH:
                    yield Problem(pointer, "envelope.path", _WANTED_PATH)
                else:
                    yield from _field_problems(inner, f"{pointer}/{key}", levels - 1)
        case list():
            yield Problem(
                pointer, "envelope.array", "must not be a list: hidden elements would not survive saving"
            )
        case str() if _encodable(value):
            return
        case _:
            yield Problem(pointer, "envelope.leaf", "must be salted text")


def _all_plain(names: list[str]) -> bool:
    """Whether each name is printable, not empty, and keeps apart from others in a path and a pointer."""
    together = "/".join(names)
    return (
        all(names)
        and together.isprintable()
        and together.count("/") == len(names) - 1
        and "." not in together
        and "~" not in together
    )


def _encodable(text: str) -> bool:
    """Whether text has no half of a surrogate pair, which cannot be written as UTF-8."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _all_salted(values: Iterable[str]) -> bool:
    """Whether each value begins with a UUID of version 4."""
    heads = [value[:_SALT] for value in values]
    try:
        salts = "".join(heads).encode("ascii")
    except UnicodeEncodeError:
        return False
    return (
        salts.translate(_BLANK) == _BLANK_SALT * len(heads)
        and salts[14::_SALT] == b"4" * len(heads)
        and not salts[19::_SALT].translate(None, b"89ab")
    )
