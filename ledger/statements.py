"""Statements: what is said of a certificate off the ledger, bound to it by one hash.

    {"schema": "asal-statement-1", "kind": "decision", "certificate": "0x…", "member": "TH",
     "authority": "Thai Customs", "at": "2026-11-02T08:00:00Z", "body": {…}, "salt": "0x…"}

The hash is keccak-256 of the canonical JSON (RFC 8785) and stands in the event that the statement belongs to.
So whoever hands a statement over, and by whatever channel, it is the one if the ledger names its hash.  The
random salt keeps quantities and reasons, which can be guessed, from being found by their hash.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import orjson

from ledger.errors import InputMalformed, Problem, Refused
from ledger.hashing import keccak
from ledger.strict_json import loads
from ledger.terms import normalised

SCHEMA: Final = "asal-statement-1"
MOST_BYTES: Final = 64 * 1024
"""Size of a statement in a file."""
_FIELDS: Final = frozenset({"schema", "kind", "certificate", "member", "authority", "at", "body", "salt"})
_WORD: Final = re.compile(r"0x[0-9a-f]{64}")
_INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"


class StatementKind(StrEnum):
    """What a statement is about."""

    DECISION = "decision"
    """Lines, quantities and reasons of a decision at import."""
    CLARIFICATION = "clarification"
    """The issuer's answer to a refusal."""
    CASE = "case"
    """What is asked, replied or found in a step of a verification case."""
    TRUE_COPY = "true-copy"
    """A certified true copy was given out (OCP Rule 12); not on the ledger."""


@dataclass(eq=False)
class StatementMalformed(Refused):
    """A text is no statement; carries everything that is wrong."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Something said of a certificate."""

    kind: StatementKind
    certificate: bytes
    member: str
    authority: str
    """Name of who says it."""
    at: datetime
    body: Mapping[str, Any]
    """Its content as JSON members: strings, booleans, lists and objects only."""
    salt: bytes
    """32 random bytes."""

    def content(self) -> bytes:
        """Return all but the time and the salt as canonical JSON: what a repetition is recognised by."""
        told = self.document()
        del told["at"], told["salt"]
        return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)

    def document(self) -> dict[str, Any]:
        """Return the statement as JSON members."""
        return {
            "schema": SCHEMA,
            "kind": self.kind.value,
            "certificate": f"0x{self.certificate.hex()}",
            "member": self.member,
            "authority": self.authority,
            "at": self.at.strftime(_INSTANT),
            "body": dict(self.body),
            "salt": f"0x{self.salt.hex()}",
        }


def statement_bytes(statement: Statement) -> bytes:
    """Return the canonical JSON (RFC 8785: its keys are ASCII, and it holds no numbers)."""
    return orjson.dumps(statement.document(), option=orjson.OPT_SORT_KEYS)


def statement_hash(statement: Statement) -> bytes:
    """Return what the ledger names the statement by."""
    return keccak(statement_bytes(statement))


def statement_in(data: bytes) -> Statement:
    """Return the statement in JSON text of any layout.

    Raises `InputMalformed` when it is too long or no strict JSON, `StatementMalformed` when it is none.
    """
    if len(data) > MOST_BYTES:
        raise InputMalformed("statement.too-long", f"a statement has at most {MOST_BYTES} bytes")
    return statement_of(loads(data))


def statement_of(document: object) -> Statement:
    """Return the statement that a JSON object is; raises `StatementMalformed`."""
    if not isinstance(document, dict) or set(document) != _FIELDS or document.get("schema") != SCHEMA:
        problem = Problem("", "statement.shape", f"must be an object with {', '.join(sorted(_FIELDS))}")
        raise StatementMalformed((problem,))
    problems: list[Problem] = []
    certificate = _word(document["certificate"], "/certificate", problems)
    salt = _word(document["salt"], "/salt", problems)
    kinds = {kind.value: kind for kind in StatementKind}
    kind = kinds.get(document["kind"]) if isinstance(document["kind"], str) else None
    if kind is None:
        problems.append(Problem("/kind", "statement.kind", f"use one of {', '.join(kinds)}"))
    at = _instant(document["at"], "/at", problems)
    problems += [
        Problem(f"/{name}", "type.string", "must be a string")
        for name in ("member", "authority")
        if not isinstance(document[name], str)
    ]
    if not isinstance(document["body"], dict):
        problems.append(Problem("/body", "type.object", "must be an object"))
    if problems or kind is None or at is None:
        raise StatementMalformed(tuple(problems))
    return Statement(
        kind=kind,
        certificate=certificate,
        member=document["member"],
        authority=document["authority"],
        at=at,
        body=document["body"],
        salt=salt,
    )


def declaration_key(certificate: bytes, importing: str, number: str) -> bytes:
    """Return the hash by which the ledger knows an import declaration in which a certificate is used.

    It is made with the certificate's id, so that nobody can follow one declaration through several
    certificates; two services of a member make the same one of the same number.
    """
    told = ["asal.declaration.v1", certificate.hex(), importing, normalised(number)]
    return keccak(orjson.dumps(told))


def _instant(value: object, pointer: str, problems: list[Problem]) -> datetime | None:
    try:
        return datetime.strptime(str(value), _INSTANT).replace(tzinfo=UTC)
    except ValueError:
        problems.append(Problem(pointer, "time.format", "use YYYY-MM-DDThh:mm:ssZ"))
        return None


def _word(value: object, pointer: str, problems: list[Problem]) -> bytes:
    if isinstance(value, str) and _WORD.fullmatch(value):
        return bytes.fromhex(value[2:])
    problems.append(Problem(pointer, "code.hash", "use 0x and 64 small hex digits"))
    return b""
