"""Reading an envelope that somebody presents: what it claims, and whether it still says what was issued.

Nothing here asks the outside.  `opened` reads the structure, `examined` recomputes every hash and rebuilds
the terms; what the chain says about the result is for `ledger.verdict` to judge.
"""

import base64
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from eth_utils.address import to_checksum_address

from ledger.envelope import MANDATORY, VERSION, Data, document_hash, leaf_hash, leaves
from ledger.errors import EnvelopeMalformed, FieldNotRedactable, Problem
from ledger.facts import Address, LedgerName
from ledger.merkle import climb
from ledger.strict_json import MAX_DEPTH
from ledger.terms import Scheme, Terms, certificate_id, reference_key, terms_hash

_SALTED = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}:(?:string:(.*)|boolean:(true|false))",
    re.DOTALL,
)
_HASH = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"0x[0-9a-f]{64}")
_MEMBER = re.compile(r"[A-Z]{2}")
_DAY = re.compile(
    r"(?:19[7-9]|[2-9][0-9]{2})[0-9]-[0-9]{2}-[0-9]{2}"
)  # from 1970: the chain's time is unsigned
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_CHAIN_ID = re.compile(r"[1-9][0-9]{0,18}")
_BINDING = (
    *(name for name in MANDATORY if name not in {"terms", "issuers", "network"}),
    "terms.referenceKey",
    "issuers.0.name",
    "issuers.0.documentStore",
    "issuers.0.identityProof.type",
    "issuers.0.identityProof.location",
    "network.chain",
    "network.chainId",
)
"""Paths of the fields that a copy must show: the mandatory ones, with all that is in them."""
MAX_FIELDS = 10_000
MAX_PATH = 200
"""Characters of a field's path.  It repeats the names above the field, so without a bound a file of one
megabyte would need gigabytes to be hashed, and to be told what is altered in it."""
MAX_PROBLEMS = 100
"""How many faults of the fields are told."""
_WANTED_NAME = "a field name is empty, not printable or has one of . / ~"
_WANTED_PATH = f"the names of a field and of all above it must have at most {MAX_PATH} characters in all"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A presented envelope, read but not yet examined."""

    data: Data
    """Salted fields."""
    hidden: tuple[str, ...]
    """Hashes of fields that were redacted (hex)."""
    document_hash: bytes
    """The document hash it claims."""
    proof: tuple[bytes, ...]
    """From the document hash up to the root; the first step is the hash of the terms."""
    root: bytes
    fingerprints: tuple[str, ...]
    """Field hashes as issued (hex); empty in envelopes made by other software."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What the envelope alone tells, without asking the ledger."""

    altered: tuple[str, ...]
    """Dotted paths of fields that are not as issued; `signature` when the proof does not fit the terms,
    `privacy` when a hash that stands for a hidden field was never issued."""
    removed: int
    """How many issued fields are missing without having been redacted properly."""
    located: bool
    """Whether `altered` and `removed` are proved by the fingerprints, or nothing is wrong."""
    hidden: int
    """How many fields were redacted."""
    fields: Data
    """The visible fields without their salts."""
    terms: Terms | None
    """The terms the fields speak of; None when the mandatory fields cannot be read."""
    certificate: bytes
    """The id it claims to be recorded under; zeros without terms."""
    root: bytes
    ledger: LedgerName | None
    """The ledger it names."""

    @property
    def intact(self) -> bool:
        """Whether every visible field is as it was issued."""
        return not self.altered and not self.removed and self.located


def opened(document: object) -> Envelope:
    """Read an envelope's structure; raises `EnvelopeMalformed` naming what is not as the format has it."""
    if not isinstance(document, Mapping):
        raise EnvelopeMalformed((Problem("", "envelope.object", "an envelope is a JSON object"),))
    problems: list[Problem] = []
    if document.get("version") != VERSION:
        problems.append(Problem("/version", "envelope.version", f"must be {VERSION}"))
    data = document.get("data")
    problems += _data_problems(data)
    signature = document.get("signature")
    signature = signature if isinstance(signature, Mapping) else {}
    if signature.get("type") != "SHA3MerkleProof":
        problems.append(Problem("/signature/type", "envelope.signature", "must be SHA3MerkleProof"))
    target = _hashes([signature.get("targetHash")], "/signature/targetHash", problems)
    root = _hashes([signature.get("merkleRoot")], "/signature/merkleRoot", problems)
    proof = _hashes(signature.get("proof"), "/signature/proof", problems)
    privacy = document.get("privacy", {})
    hidden = _hashes(
        privacy.get("obfuscatedData", []) if isinstance(privacy, Mapping) else None,
        "/privacy/obfuscatedData",
        problems,
    )
    fingerprints = _fingerprints(document.get("fingerprints", ""), problems)
    if problems:
        raise EnvelopeMalformed(tuple(problems))
    return Envelope(
        data=dict(data) if isinstance(data, Mapping) else {},
        hidden=hidden,
        document_hash=bytes.fromhex(target[0]),
        proof=tuple(bytes.fromhex(step) for step in proof),
        root=bytes.fromhex(root[0]),
        fingerprints=fingerprints,
    )


def examined(envelope: Envelope) -> Examination:
    """Recompute the hashes of an envelope and rebuild the terms it speaks of."""
    # 1. Hash every visible field, and all of them together with the hidden ones.
    visible = {path: leaf_hash(path, value) for path, value in leaves(envelope.data)}
    whole = document_hash([*envelope.hidden, *visible.values()]) == envelope.document_hash
    # 2. Name the fields that differ, where the fingerprints prove what was issued.
    proved = document_hash(envelope.fingerprints) == envelope.document_hash
    altered, removed = ((), 0) if whole or not proved else _differences(envelope, visible)
    # 3. Rebuild the terms and follow the proof.
    fields = unsalted(envelope.data)
    try:
        terms, ledger = _claims(fields, envelope.document_hash)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError):
        if whole:
            raise EnvelopeMalformed(_unreadable(visible)) from None
        terms, ledger = None, None
    if whole and any(path not in visible for path in _BINDING):
        raise EnvelopeMalformed(_unreadable(visible))
    if whole and terms and not _proof_fits(envelope, terms):
        altered = ("signature",)
    if whole and terms and not _reference_fits(fields, terms):
        altered = ("reference",)
    return Examination(
        altered=altered,
        removed=removed,
        located=whole or bool(altered or removed),
        hidden=len(envelope.hidden),
        fields=fields,
        terms=terms,
        certificate=certificate_id(terms) if terms else bytes(32),
        root=envelope.root,
        ledger=ledger,
    )


def redacted(document: Mapping[str, Any], paths: Sequence[str]) -> Data:
    """Return a copy with the fields at and below the dotted paths hidden; the copy still verifies.

    Raises `FieldNotRedactable` for a mandatory field or one that is not there, `EnvelopeMalformed` as
    `opened`.
    """
    envelope = opened(document)
    data, hidden = envelope.data, list(envelope.hidden)
    for path in paths:
        below = [(at, value) for at, value in leaves(data) if at == path or at.startswith(f"{path}.")]
        if path.split(".", 1)[0] in MANDATORY:
            raise FieldNotRedactable(path, "it binds the certificate to the ledger")
        if not below:
            raise FieldNotRedactable(path, "the document has no such field, or it is hidden already")
        hidden += [leaf_hash(at, value) for at, value in below]
        data = _without(data, path.split("."))
    return {**document, "data": data, "privacy": {"obfuscatedData": sorted(hidden)}}


def unsalted(data: Any) -> Any:  # noqa: ANN401 - JSON
    """Return salted fields as the issuer wrote them; a field that lost its salt is returned as it is."""
    match data:
        case Mapping():
            return {key: unsalted(value) for key, value in data.items()}
        case list():
            return [unsalted(value) for value in data]
        case str() if found := _SALTED.fullmatch(data):
            return found[1] if found[2] is None else found[2] == "true"
        case _:
            return data


def _differences(envelope: Envelope, visible: Mapping[str, str]) -> tuple[tuple[str, ...], int]:
    """Return the paths whose hash was not issued, and how many issued fields nothing accounts for."""
    issued, hidden = set(envelope.fingerprints), set(envelope.hidden)
    altered = tuple(path for path, value in visible.items() if value not in issued)
    missing = issued - set(visible.values()) - hidden
    removed = max(0, len(missing) - len(altered))
    if not hidden <= issued or len(hidden) < len(envelope.hidden) or hidden & set(visible.values()):
        altered = (*altered, "privacy")
    return altered, removed


def _claims(fields: Data, document: bytes) -> tuple[Terms, LedgerName]:
    """Return the terms and the ledger that the mandatory fields name."""
    chain_id = int(_matching(_CHAIN_ID, fields["network"]["chainId"]))
    address = Address(to_checksum_address(_matching(_ADDRESS, fields["issuers"][0]["documentStore"])))
    return _terms(fields, document), LedgerName(chain_id, address)


def _reference_fits(fields: Data, terms: Terms) -> bool:
    """Whether the reference number people read is the one the terms hold."""
    office, number = str(fields.get("issuingOffice", "")), str(fields.get("reference", ""))
    return reference_key(terms.scheme, terms.exporting, office, number) == terms.reference_key


def _unreadable(visible: Collection[str]) -> tuple[Problem, ...]:
    """Say which binding fields of an unaltered envelope are hidden, or that they cannot be read."""
    hidden = [path.replace(".", "/") for path in _BINDING if path not in visible]
    if hidden:
        message = "this mandatory field is hidden; ask for a copy that shows it"
        return tuple(Problem(f"/data/{path}", "envelope.mandatory", message) for path in hidden)
    return (Problem("/data/terms", "envelope.terms", "the terms, the scheme or a date cannot be read"),)


def _terms(fields: Data, document: bytes) -> Terms:
    parents = fields["terms"].get("parents", {})
    return Terms(
        document_hash=document,
        reference_key=_word(fields["terms"]["referenceKey"]),
        exporting=_matching(_MEMBER, fields["exportingMember"]),
        importing=_matching(_MEMBER, fields["importingMember"]),
        issued_on=date.fromisoformat(_matching(_DAY, fields["issuedOn"])),
        valid_until=date.fromisoformat(_matching(_DAY, fields["validUntil"])),
        scheme=Scheme.named(fields["scheme"]),
        parents=tuple(_word(parents[str(number)]) for number in range(1, len(parents) + 1)),
    )


def _word(text: str) -> bytes:
    return bytes.fromhex(_matching(_WORD, text)[2:])


def _matching(form: re.Pattern[str], text: str) -> str:
    """Return the text when it has the form, or raise `ValueError`."""
    if not form.fullmatch(text):
        raise ValueError(form.pattern)
    return text


def _proof_fits(envelope: Envelope, terms: Terms) -> bool:
    """Whether the proof begins with the hash of these terms and ends at the root the envelope names."""
    return (
        envelope.proof[:1] == (terms_hash(terms),)
        and climb(envelope.document_hash, envelope.proof) == envelope.root
    )


def _without(data: Data, path: Sequence[str]) -> Data:
    """Return a copy without the subtree at a path; a parent left empty goes too, for it would be a field."""
    copy = dict(data)
    inner = _without(copy[path[0]], path[1:]) if len(path) > 1 else None
    if inner:
        copy[path[0]] = inner
    else:
        del copy[path[0]]
    return copy


def _data_problems(data: object) -> list[Problem]:
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
                if not _plain(key):
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


def _plain(name: str) -> bool:
    return bool(name) and not set(name) & set("./~") and name.isprintable()


def _encodable(text: str) -> bool:
    """Whether text has no half of a surrogate pair, which cannot be written as UTF-8."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _hashes(values: object, pointer: str, problems: list[Problem]) -> tuple[str, ...]:
    if isinstance(values, list) and all(
        isinstance(value, str) and _HASH.fullmatch(value) for value in values
    ):
        return tuple(values)
    problems.append(Problem(pointer, "envelope.hash", "must be 64 lower-case hex digits, without 0x"))
    return ("",)


def _fingerprints(text: object, problems: list[Problem]) -> tuple[str, ...]:
    try:
        packed = base64.b64decode(text, validate=True) if isinstance(text, str) else b"?"
    except ValueError:  # not base64, or not even ASCII
        packed = b"?"
    if len(packed) % 32:
        problems.append(Problem("/fingerprints", "envelope.fingerprints", "must be base64 of 32-byte hashes"))
        return ()
    return tuple(packed[start : start + 32].hex() for start in range(0, len(packed), 32))
