"""The operator record: who an authorised operator is, kept off the ledger and bound to it by one hash.

    {"schema": "asal-operator-record-1", "operator": …, "name": …, "address": …, "country": …,
     "nationalId": …, "programme": …, "level": …, "roles": [...], "evidence": [...], "salt": …}

Its hash is keccak-256 of its canonical JSON (RFC 8785), and stands in the event of each status on the ledger.
So a record proves itself: whoever hands it over, and by whatever channel, it is the operator's if the ledger
names its hash.  The random salt keeps names from being guessed from the hash.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ledger.aeo.refused import OperatorMalformed
from ledger.errors import InputMalformed, Problem
from ledger.field_checks import ADDRESS, NAME
from ledger.hashing import keccak
from ledger.operators import OperatorCode, OperatorRole
from ledger.strict_json import loads
from ledger.texts import Check, country, printable, shaped, text

SCHEMA: Final = "asal-operator-record-1"
HASH_BYTES: Final = 32
HASH_PATTERN: Final = r"^0x[0-9a-f]{64}$"
CODE_PATTERN: Final = r"^[A-Z]{2}[A-Z0-9]{1,15}$"
NATIONAL_ID: Final = 35
PROGRAMME: Final = 35
HIGHEST_LEVEL: Final = 9
MOST_EVIDENCE: Final = 200
"""Files that one record names; each is a hash of 66 characters in it."""
MOST_BYTES: Final = 64 * 1024
"""Size of a record in a file; one that names all the files it may has a third of this."""

_HASH = shaped(HASH_PATTERN, "code.hash", "use 0x and 64 small hex digits")
_TEXTS: Final[Mapping[str, Check]] = {
    "operator": shaped(CODE_PATTERN, "code.operator", "use two letters of the member and 1 to 15 A-Z or 0-9"),
    "name": text(NAME),
    "address": text(ADDRESS, lines=True),
    "country": country,
    "nationalId": printable(NATIONAL_ID),
    "programme": printable(PROGRAMME),
    "salt": _HASH,
}
"""Per field that holds a text, what it must look like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRecord:
    """An operator as its authority knows it, at one version of its authorisation."""

    operator: OperatorCode
    name: str
    address: str
    country: str
    """ISO 3166 alpha-2 of the address."""
    national_id: str
    """Number in the national register, such as a tax or company number."""
    programme: str
    """Code of the programme, as its member declared it."""
    level: int
    roles: OperatorRole
    evidence: tuple[bytes, ...]
    """Keccak-256 of the files that the decision rests on, ascending."""
    salt: bytes
    """32 random bytes."""

    def document(self) -> dict[str, Any]:
        """Return the record as JSON members."""
        return {
            "schema": SCHEMA,
            "operator": self.operator,
            "name": self.name,
            "address": self.address,
            "country": self.country,
            "nationalId": self.national_id,
            "programme": self.programme,
            "level": self.level,
            "roles": role_names(self.roles),
            "evidence": [f"0x{one.hex()}" for one in self.evidence],
            "salt": f"0x{self.salt.hex()}",
        }


def record_bytes(record: OperatorRecord) -> bytes:
    """Return the canonical JSON (RFC 8785: its keys are ASCII, its numbers small whole ones)."""
    return orjson.dumps(record.document(), option=orjson.OPT_SORT_KEYS)


def record_hash(record: OperatorRecord) -> bytes:
    """Return what the ledger names the record by."""
    return keccak(record_bytes(record))


def record_in(data: bytes) -> OperatorRecord:
    """Return the record in JSON text of any layout.

    Raises `InputMalformed` when it is too long or no strict JSON, `OperatorMalformed` when it is no record.
    """
    if len(data) > MOST_BYTES:
        raise InputMalformed("record.too-long", f"a record has at most {MOST_BYTES} bytes")
    return record_of(loads(data))


def record_of(document: object) -> OperatorRecord:
    """Return the record that a JSON object is; raises `OperatorMalformed` with everything that is wrong."""
    problems = tuple(_problems(document))
    if problems or not isinstance(document, dict):
        raise OperatorMalformed(problems)
    return OperatorRecord(
        operator=OperatorCode(document["operator"]),
        name=document["name"],
        address=document["address"],
        country=document["country"],
        national_id=document["nationalId"],
        programme=document["programme"],
        level=document["level"],
        roles=roles_named(document["roles"]),
        evidence=tuple(bytes.fromhex(one[2:]) for one in document["evidence"]),
        salt=bytes.fromhex(document["salt"][2:]),
    )


def checked(record: OperatorRecord) -> OperatorRecord:
    """Return a record that was made here, or raise `OperatorMalformed` with everything that is wrong."""
    problems = tuple(_problems(record.document()))
    if problems:
        raise OperatorMalformed(problems)
    return record


def role_names(roles: OperatorRole) -> list[str]:
    """Return the codes of roles, in the order of their numbers."""
    return [role.name for role in OperatorRole if role in roles and role.name]


def roles_named(names: Sequence[str]) -> OperatorRole:
    """Return the roles with these codes, which are known ones."""
    return OperatorRole(sum({OperatorRole[name].value for name in names}))


def _problems(document: object) -> Iterator[Problem]:
    """Yield what is wrong with a record."""
    if not isinstance(document, dict):
        yield Problem("", "type.object", "must be an object")
        return
    known = {*_TEXTS, *_OTHERS, "schema"}
    yield from (
        Problem("", "field.unknown", "holds a field that is not documented") for _ in {*document} - known
    )
    if document.get("schema") != SCHEMA:
        yield Problem("/schema", "record.schema", f"must be {SCHEMA}")
    for name, check in _TEXTS.items():
        value = document.get(name)
        fault = check(value) if isinstance(value, str) else ("type.string", "must be a string")
        if fault:
            yield Problem(f"/{name}", *fault)
    for name, wanted in _OTHERS.items():
        fault = wanted(document.get(name))
        if fault:
            yield Problem(f"/{name}", *fault)


def _level(value: object) -> tuple[str, str] | None:
    if type(value) is int and 1 <= value <= HIGHEST_LEVEL:
        return None
    return "number.out-of-range", f"use a number from 1 to {HIGHEST_LEVEL}"


def _roles(value: object) -> tuple[str, str] | None:
    known = [role.name for role in OperatorRole]
    if isinstance(value, list) and value and all(one in known for one in value) and value == _in_order(value):
        return None
    return "code.roles", f"list one or more of {', '.join(map(str, known))} in this order, each once"


def _in_order(names: Sequence[str]) -> list[str]:
    return role_names(roles_named(names))


def _evidence(value: object) -> tuple[str, str] | None:
    if not isinstance(value, list) or len(value) > MOST_EVIDENCE:
        return "type.list", f"must be a list of at most {MOST_EVIDENCE} hashes"
    if all(isinstance(one, str) and _HASH(one) is None for one in value) and value == sorted(set(value)):
        return None
    return "code.hash", "list hashes, 0x and 64 small hex digits each, ascending and each once"


_OTHERS: Final[Mapping[str, Callable[[object], tuple[str, str] | None]]] = {
    "level": _level,
    "roles": _roles,
    "evidence": _evidence,
}
"""Per field that holds no text, what it must be."""
