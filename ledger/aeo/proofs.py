"""A signed answer that a third party can keep: typed data (EIP-712) in a JSON file.

    {"schema": "asal-recognition-proof-1", "typedData": {…}, "signature": "0x…"}

`typedData` is what `eth_signTypedData_v4` takes, so that any library for EIP-712 recovers the signer.  Its
domain names the chain and the recognition registry: a proof of one ledger is none of another.  Times are
seconds UTC; 0 and the empty text stand for what there is not.  A file holds nothing that is not signed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ledger.aeo.told import Told
from ledger.aeo.words import direction_named, direction_word, role_code, role_named
from ledger.errors import LedgerError, ProofMalformed
from ledger.facts import Address
from ledger.operators import OperatorCode, Question

SCHEMA: Final = "asal-recognition-proof-1"
_PRIMARY: Final = "RecognitionProof"
_TEXT, _TIME, _NUMBER = "string", "uint64", "uint32"
_MEMBERS: Final[Mapping[str, Mapping[str, str]]] = {
    "EIP712Domain": {
        "name": _TEXT,
        "version": _TEXT,
        "chainId": "uint256",
        "verifyingContract": "address",
    },
    _PRIMARY: {"question": "Question", "answer": "Answer", "asOf": "AsOf", "signer": "Signer"},
    "Question": {
        "operator": _TEXT,
        "host": _TEXT,
        "role": _TEXT,
        "direction": _TEXT,
        "at": _TIME,
        "known": _TIME,
    },
    "Answer": {
        "recognised": "bool",
        "reason": _TEXT,
        "name": _TEXT,
        "status": _TEXT,
        "programme": _TEXT,
        "level": "uint8",
        "validUntil": _TIME,
        "arrangement": _TEXT,
        "effectiveFrom": _TIME,
        "recordedAt": _TIME,
    },
    "AsOf": {"block": _TIME, "time": _TIME},
    "Signer": {"account": "address", "authority": _NUMBER, "member": _TEXT, "name": _TEXT},
}
_TYPES: Final = {
    name: [{"name": field, "type": kind} for field, kind in fields.items()]
    for name, fields in _MEMBERS.items()
}
_NAME, _VERSION = "Asal recognition", "1"
_ADDRESS: Final = re.compile("0x[0-9a-fA-F]{40}")
_SIGNATURE: Final = re.compile("0x[0-9a-f]{130}")
_LONGEST: Final = 512
"""Characters of a text in a proof; a name has at most 200."""
_LATEST: Final = 253_402_300_799
"""The last second of the year 9999."""
_MOST: Final = {"bool": 1, "uint8": 2**8 - 1, _NUMBER: 2**32 - 1, _TIME: _LATEST, "uint256": 2**53 - 1}


@dataclass(frozen=True, slots=True)
class Seal:
    """Who signs an answer."""

    account: Address
    authority: int
    """Number of the authority on the ledger."""
    member: str
    name: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof as it was read from a file; nothing of it is believed yet."""

    typed: Mapping[str, Any]
    signature: bytes
    chain_id: int
    contract: str
    """The recognition registry it names, in small letters."""
    question: Question
    answer: Mapping[str, Any]
    """What it says was answered, by the names in the file."""
    block: int
    time: datetime
    seal: Seal


def typed_data(told: Told, seal: Seal, chain_id: int, contract: Address) -> dict[str, Any]:
    """Return the typed data of an answer."""
    question = told.question
    return {
        "types": _TYPES,
        "primaryType": _PRIMARY,
        "domain": {
            "name": _NAME,
            "version": _VERSION,
            "chainId": chain_id,
            "verifyingContract": contract,
        },
        "message": {
            "question": {
                "operator": question.operator,
                "host": question.host,
                "role": role_code(question.role),
                "direction": direction_word(question.direction),
                "at": _seconds(question.at),
                "known": _seconds(question.known),
            },
            "answer": {**comparable(told), "name": told.name or ""},
            "asOf": {"block": told.as_of.block, "time": _seconds(told.as_of.time)},
            "signer": {
                "account": seal.account,
                "authority": seal.authority,
                "member": seal.member,
                "name": seal.name,
            },
        },
    }


def comparable(told: Told) -> dict[str, Any]:
    """Return what a proof says of an answer and the ledger can be asked again; the name is not on it."""
    return {
        "recognised": told.recognised,
        "reason": told.code,
        "status": told.status or "",
        "programme": told.programme.code if told.programme else "",
        "level": told.level or 0,
        "validUntil": _seconds(told.valid_until),
        "arrangement": told.arrangement.code if told.arrangement else "",
        "effectiveFrom": _seconds(told.effective_from),
        "recordedAt": _seconds(told.recorded_at),
    }


def document_of(typed: Mapping[str, Any], signature: bytes) -> dict[str, Any]:
    """Return the file."""
    return {"schema": SCHEMA, "typedData": dict(typed), "signature": f"0x{signature.hex()}"}


def proof_in(document: object) -> Proof:
    """Read a file, as strictly as it was written; raises `ProofMalformed`."""
    top = _object(document, "", ("schema", "typedData", "signature"))
    if top["schema"] != SCHEMA:
        raise ProofMalformed("/schema", "proof.schema", f"must be {SCHEMA}")
    if not isinstance(top["signature"], str) or not _SIGNATURE.fullmatch(top["signature"]):
        raise ProofMalformed("/signature", "proof.signature", "must be 0x and 130 lower-case hex digits")
    typed = _object(top["typedData"], "/typedData", ("types", "primaryType", "domain", "message"))
    if typed["types"] != _TYPES or typed["primaryType"] != _PRIMARY:
        raise ProofMalformed("/typedData/types", "proof.types", f"must be the types of {SCHEMA}")
    domain = _fields(typed["domain"], "EIP712Domain", "/typedData/domain")
    if (domain["name"], domain["version"]) != (_NAME, _VERSION):
        raise ProofMalformed("/typedData/domain", "proof.domain", f"must be {_NAME}, version {_VERSION}")
    message = _fields(typed["message"], _PRIMARY, "/typedData/message")
    as_of, signer = message["asOf"], message["signer"]
    return Proof(
        typed=typed,
        signature=bytes.fromhex(top["signature"][2:]),
        chain_id=domain["chainId"],
        contract=domain["verifyingContract"].lower(),
        question=_question(message["question"]),
        answer=message["answer"],
        block=as_of["block"],
        time=datetime.fromtimestamp(as_of["time"], UTC),
        seal=Seal(Address(signer["account"]), signer["authority"], signer["member"], signer["name"]),
    )


def _question(asked: Mapping[str, Any]) -> Question:
    place = "/typedData/message/question"
    if not re.fullmatch("[A-Z]{2}[A-Z0-9]{1,15}", asked["operator"]):
        raise ProofMalformed(f"{place}/operator", "proof.operator", "must be a canonical operator code")
    if not re.fullmatch("[A-Z]{2}", asked["host"]):
        raise ProofMalformed(f"{place}/host", "proof.host", "must be an ISO 3166 code")
    try:
        role = role_named(asked["role"])
        direction = direction_named(asked["direction"] or "-", role)
    except LedgerError as error:
        raise ProofMalformed(place, "proof.question", "must name a role and a direction") from error
    return Question(
        operator=OperatorCode(asked["operator"]),
        host=asked["host"],
        role=role,
        direction=direction,
        at=datetime.fromtimestamp(asked["at"], UTC),
        known=datetime.fromtimestamp(asked["known"], UTC) if asked["known"] else None,
    )


def _object(value: object, pointer: str, names: Sequence[str]) -> dict[str, Any]:
    """Return an object that has these members and no others."""
    if not isinstance(value, dict) or set(value) != set(names):
        raise ProofMalformed(pointer, "proof.members", f"must be an object with {', '.join(names)} alone")
    return value


def _fields(value: object, type_: str, pointer: str) -> dict[str, Any]:
    """Return an object whose members are those of a type, each of its kind."""
    found = _object(value, pointer, list(_MEMBERS[type_]))
    for name, kind in _MEMBERS[type_].items():
        place = f"{pointer}/{name}"
        if kind in _MEMBERS:
            _fields(found[name], kind, place)
        elif not _is(found[name], kind):
            raise ProofMalformed(place, "proof.value", f"must be a value of {kind}")
    return found


def _is(value: object, kind: str) -> bool:
    """Whether a value is what a kind of EIP-712 takes, within the bounds of a proof."""
    if kind == _TEXT:
        return isinstance(value, str) and len(value) <= _LONGEST
    if kind == "address":
        return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None
    whole = isinstance(value, int) and isinstance(value, bool) == (kind == "bool")
    return whole and isinstance(value, int) and 0 <= value <= _MOST[kind]


def _seconds(at: datetime | None) -> int:
    return int(at.timestamp()) if at else 0
