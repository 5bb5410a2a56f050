"""The visible fields of a presented envelope: read in one walk, or refused with every reason.

Verifying spends most of its time on these fields, so an envelope as our own software makes it is walked once.
Where anything is out of the ordinary the quick walk gives up, and the careful reading decides: it names what
is not as the format has it, or reads what is allowed all the same, such as an empty object.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from ledger.envelope import Data, leaves
from ledger.errors import Problem
from ledger.strict_json import MAX_DEPTH

_SALT: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_SALTED_TEXT: Final = re.compile(f"{_SALT}:string:")
_TEXT_AT: Final = 44
"""Where the text of a salted field begins: after 36 characters of salt and the name of its type."""
_SALTED_TICK: Final = re.compile(f"{_SALT}:boolean:(true|false)")
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
    values: list[Any]
    """As they are hashed: salted text, or an empty object."""
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
    found = list(leaves(dict(data)))
    return Visible([path for path, _ in found], [value for _, value in found], unsalted(data))


def unsalted(data: Any) -> Any:  # noqa: ANN401 - JSON
    """Return salted fields as the issuer wrote them; a field that lost its salt is returned as it is."""
    match data:
        case Mapping():
            return {key: unsalted(value) for key, value in data.items()}
        case list():
            return [unsalted(value) for value in data]
        case str() if _SALTED_TEXT.match(data):
            return data[_TEXT_AT:]
        case str() if found := _SALTED_TICK.fullmatch(data):
            return found[1] == "true"
        case _:
            return data


class _Unusual(Exception):
    """The quick walk met something that it leaves to the careful reading."""


class _Walk:
    """One walk through the fields; keeps the names it has seen, to look at all of them at once."""

    __slots__ = ("names", "paths", "values")

    def __init__(self) -> None:
        self.names: list[str] = []
        self.paths: list[str] = []
        self.values: list[str] = []

    def through(self, data: Data) -> Visible | None:
        """Return the fields, or None when anything is out of the ordinary."""
        try:
            issuer = _only_issuer(data)
            fields = self._into({**data, "issuers": issuer}, "", MAX_DEPTH)
        except _Unusual:
            return None
        fields["issuers"] = [fields["issuers"]]
        usual = len(self.paths) <= MAX_FIELDS and max(map(len, self.paths)) <= MAX_PATH
        if not (usual and _all_plain(self.names) and _all_encodable(self.values)):
            return None
        return Visible(self.paths, self.values, fields)

    def _into(self, part: Data, prefix: str, levels: int) -> Data:
        """Take down the fields of an object; returns it without salts."""
        if not levels or len(prefix) > MAX_PATH or not part:
            raise _Unusual
        self.names += part
        fields: Data = {}
        for name, value in part.items():
            if type(value) is str:
                self.paths.append(prefix + name)
                self.values.append(value)
                fields[name] = value[_TEXT_AT:] if _SALTED_TEXT.match(value) else unsalted(value)
            elif type(value) is dict:
                # `issuers` is the one list of the format; its only element has the name 0.
                inner = f"{prefix}{name}." if prefix or name != "issuers" else "issuers.0."
                fields[name] = self._into(value, inner, levels - 1)
            else:
                raise _Unusual
        return fields


def _only_issuer(data: Data) -> Data:
    match data.get("issuers"):
        case [dict() as issuer]:
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
        case str() if _all_encodable([value]):
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


def _all_encodable(texts: list[str]) -> bool:
    """Whether no text has half of a surrogate pair, which cannot be written as UTF-8."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True
