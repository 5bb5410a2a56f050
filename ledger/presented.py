"""Reading an envelope that somebody presents: what it claims, and whether it still says what was issued.

Nothing here asks the outside.  `opened` reads the structure, `examined` recomputes every hash and rebuilds
the terms; what the chain says about the result is for `ledger.verdict` to judge.
"""

import base64
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from eth_utils.address import to_checksum_address

from ledger.envelope import MANDATORY, VERSION, Data, leaf_hash, leaves
from ledger.errors import EnvelopeMalformed, FieldNotRedactable, Problem
from ledger.facts import Address, LedgerName
from ledger.hashing import keccak, pair
from ledger.merkle import climb
from ledger.salting import HASH_BYTES, hash_of_fingerprints
from ledger.terms import Scheme, Terms, reference_key, terms_hash
from ledger.visible import Visible, visible

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
_BINDING_SET = frozenset(_BINDING)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A presented envelope, read but not yet examined."""

    visible: Visible
    """The fields it shows."""
    hidden: tuple[bytes, ...]
    """Hashes of fields that were redacted."""
    document_hash: bytes
    """The document hash it claims."""
    proof: tuple[bytes, ...]
    """From the document hash up to the root; the first step is the hash of the terms."""
    root: bytes
    fingerprints: bytes
    """Field hashes as issued, one after the other; empty in envelopes made by other software."""


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
    fields = visible(document.get("data"))
    if not isinstance(fields, Visible):
        problems += fields
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
    if problems or not isinstance(fields, Visible):
        raise EnvelopeMalformed(tuple(problems))
    return Envelope(fields, hidden, target[0], proof, root[0], fingerprints)


def examined(envelope: Envelope) -> Examination:
    """Recompute the hashes of an envelope and rebuild the terms it speaks of."""
    # 1. Hash every visible field, and all of them together with the hidden ones.
    seen = envelope.visible
    hashes = list(map(keccak, seen.texts))
    whole = _document_hash([*envelope.hidden, *hashes]) == envelope.document_hash
    # 2. Name the fields that differ, where the fingerprints prove what was issued.
    altered, removed = ((), 0) if whole else _proved_differences(envelope, hashes)
    # 3. Rebuild the terms and follow the proof.
    try:
        terms, ledger = _claims(seen.fields, envelope.document_hash)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError):
        if whole:
            raise EnvelopeMalformed(_unreadable(seen.paths)) from None
        terms, ledger = None, None
    if whole and not _BINDING_SET.issubset(seen.paths):
        raise EnvelopeMalformed(_unreadable(seen.paths))
    hash_of_terms = terms_hash(terms) if terms else b""
    if whole and terms and not _proof_fits(envelope, hash_of_terms):
        altered = ("signature",)
    if whole and terms and not _reference_fits(seen.fields, terms):
        altered = ("reference",)
    return Examination(
        altered=altered,
        removed=removed,
        located=whole or bool(altered or removed),
        hidden=len(envelope.hidden),
        fields=seen.fields,
        terms=terms,
        certificate=pair(envelope.document_hash, hash_of_terms) if terms else bytes(32),
        root=envelope.root,
        ledger=ledger,
    )


def redacted(document: Mapping[str, Any], paths: Sequence[str]) -> Data:
    """Return a copy with the fields at and below the dotted paths hidden; the copy still verifies.

    Raises `FieldNotRedactable` for a mandatory field or one that is not there, `EnvelopeMalformed` as
    `opened`.
    """
    hidden = [one.hex() for one in opened(document).hidden]
    data: Data = document["data"]
    for path in paths:
        below = [(at, value) for at, value in leaves(data) if at == path or at.startswith(f"{path}.")]
        if path.split(".", 1)[0] in MANDATORY:
            raise FieldNotRedactable(path, "it binds the certificate to the ledger")
        if not below:
            raise FieldNotRedactable(path, "the document has no such field, or it is hidden already")
        hidden += [leaf_hash(at, value) for at, value in below]
        data = _without(data, path.split("."))
    return {**document, "data": data, "privacy": {"obfuscatedData": sorted(hidden)}}


def _document_hash(hashes: Collection[bytes]) -> bytes:
    """Return the 32 bytes that stand for the fields with these hashes."""
    return hash_of_fingerprints(b"".join(sorted(hashes)))


def _proved_differences(envelope: Envelope, hashes: Sequence[bytes]) -> tuple[tuple[str, ...], int]:
    """Return the paths whose hash was not issued, and how many issued fields nothing accounts for.

    Nothing is returned where the fingerprints do not prove what was issued.
    """
    packed = envelope.fingerprints
    listed = [packed[start : start + HASH_BYTES] for start in range(0, len(packed), HASH_BYTES)]
    if _document_hash(listed) != envelope.document_hash:
        return (), 0
    issued, hidden, shown = set(listed), set(envelope.hidden), set(hashes)
    found = [path for path, one in zip(envelope.visible.paths, hashes, strict=True) if one not in issued]
    altered = tuple(sorted(found, key=_canonical_order))
    removed = max(0, len(issued - shown - hidden) - len(altered))
    if not hidden <= issued or len(hidden) < len(envelope.hidden) or hidden & shown:
        altered = (*altered, "privacy")
    return altered, removed


def _canonical_order(path: str) -> list[str]:
    """Return what sorts a path to where its field stands in canonical JSON."""
    return path.split(".")


def _claims(fields: Data, document: bytes) -> tuple[Terms, LedgerName]:
    """Return the terms and the ledger that the mandatory fields name."""
    ledger = _ledger_named(fields["network"]["chainId"], fields["issuers"][0]["documentStore"])
    return _terms(fields, document), ledger


@lru_cache(maxsize=16)  # a service is asked about one ledger, and checksums cost as much as all other names
def _ledger_named(chain_id: str, address: str) -> LedgerName:
    """Return the ledger with this chain id and this address in whatever letters."""
    return LedgerName(
        int(_matching(_CHAIN_ID, chain_id)), Address(to_checksum_address(_matching(_ADDRESS, address)))
    )


def _reference_fits(fields: Data, terms: Terms) -> bool:
    """Whether the reference number people read is the one the terms hold."""
    office, number = str(fields.get("issuingOffice", "")), str(fields.get("reference", ""))
    return reference_key(terms.scheme, terms.exporting, office, number) == terms.reference_key


def _unreadable(paths: Collection[str]) -> tuple[Problem, ...]:
    """Say which binding fields of an unaltered envelope are hidden, or that they cannot be read."""
    hidden = [path.replace(".", "/") for path in _BINDING if path not in paths]
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


def _proof_fits(envelope: Envelope, hash_of_terms: bytes) -> bool:
    """Whether the proof begins with the hash of these terms and ends at the root the envelope names."""
    return (
        envelope.proof[:1] == (hash_of_terms,)
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


def _hashes(values: object, pointer: str, problems: list[Problem]) -> tuple[bytes, ...]:
    if isinstance(values, list) and all(
        isinstance(value, str) and _HASH.fullmatch(value) for value in values
    ):
        return tuple(map(bytes.fromhex, values))
    problems.append(Problem(pointer, "envelope.hash", "must be 64 lower-case hex digits, without 0x"))
    return (b"",)


def _fingerprints(text: object, problems: list[Problem]) -> bytes:
    try:
        packed = base64.b64decode(text, validate=True) if isinstance(text, str) else b"?"
    except ValueError:  # not base64, or not even ASCII
        packed = b"?"
    if len(packed) % HASH_BYTES:
        problems.append(Problem("/fingerprints", "envelope.fingerprints", "must be base64 of 32-byte hashes"))
        return b""
    return packed
