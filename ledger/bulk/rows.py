"""One row of a bulk run: from what was sent to a certificate drawn up, or to what is wrong with it.

Pure, and without the chain and the database, so that processes which do nothing else can do it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple, TypeAlias

from ledger import rules, strict_json
from ledger.certificate import Certificate
from ledger.documents import parse_document
from ledger.drawing import drawn_up_from
from ledger.envelope import canonical
from ledger.errors import (
    CertificateMalformed,
    CertificateRefused,
    InputMalformed,
    LedgerError,
    Problem,
    ReferenceAlreadyFiled,
    Severity,
)
from ledger.facts import LedgerName
from ledger.refusals import NotYourMember, ReferenceAlreadyUsed
from ledger.terms import Scheme, Terms, normalised

_BEFORE_ROOT: Final = b'"],"merkleRoot":"'
"""What an envelope has between its proof and its root; no text has it inside, for JSON escapes quotes."""
_ENDORSEMENTS: Final = "endorsements"
_SCHEMES: Final = {int(scheme): scheme for scheme in Scheme}
"""Looked up for every row, which calling the class would make slow."""
_BOOLEANS: Final = {"true": True, "false": False}
TICKS: Final = (
    "thirdCountryInvoicing",
    "exhibition",
    "accumulation",
    "deMinimis",
    "backToBack",
    "issuedRetroactively",
    "partialCumulation",
)

_DECLARED: Final = Problem(
    "/scheme",
    "scheme.declaration",
    "register declarations one by one; each is held to its exporter's listing",
)

Raw: TypeAlias = bytes | Sequence[str] | Problem
"""A row as it was read: JSON text, the cells of a table, or why it could not be read."""


@dataclass(frozen=True, slots=True)
class Desk:
    """For whom rows are drawn up."""

    member: str
    """The member whose authority issues (ISO 3166 alpha-2)."""
    issuer: tuple[str, str]
    """Name and domain of the authority."""
    ledger: LedgerName
    columns: tuple[str, ...] | None = None
    """Dotted path of the field in each column, when the rows come from a table."""


class Faulty(NamedTuple):
    """A row that is not issued."""

    reference: str | None
    """Its reference number, when it has the form of a certificate."""
    problems: tuple[Problem, ...]


class Prepared(NamedTuple):
    """A row drawn up; plain values, because it is handed from process to process."""

    id: bytes
    seed: bytes
    document: bytes
    """What the archive keeps: the unsalted `data` as canonical JSON."""
    given_reference: str
    office: str
    reference: str
    document_hash: bytes
    reference_key: bytes
    importing: str
    issued_on: date
    valid_until: date
    scheme: int
    parents: tuple[bytes, ...]
    head: bytes
    """Its envelope up to the first step of the proof."""
    tail: bytes
    """Its envelope after the root."""

    def terms(self, exporting: str) -> Terms:
        """Return what the chain must know of it."""
        return Terms(
            document_hash=self.document_hash,
            reference_key=self.reference_key,
            exporting=exporting,
            importing=self.importing,
            issued_on=self.issued_on,
            valid_until=self.valid_until,
            scheme=_SCHEMES[self.scheme],
            parents=self.parents,
        )

    def envelope(self, siblings: Sequence[bytes], root: bytes) -> bytes:
        """Return the finished envelope as JSON text, the same as `ledger.drawing.Drawn.envelope` gives."""
        steps = b"".join(siblings).hex(",", 32).replace(",", '","')
        proof = f'","{steps}"],"merkleRoot":"{root.hex()}' if siblings else f'"],"merkleRoot":"{root.hex()}'
        return b"".join((self.head, proof.encode("ascii"), self.tail))


Row: TypeAlias = Prepared | Faulty


def drawn_row(raw: Raw, desk: Desk, on: date) -> Row:
    """Check a row as issuing it alone would on that day, and draw it up."""
    if isinstance(raw, Problem):
        return Faulty(None, (raw,))
    reference = None
    try:
        document = _document(raw, desk.columns)
        certificate = parse_document(document)
        reference = certificate.reference
        findings = rules.check(certificate, on=on)
        if rules.refusals(findings):
            raise CertificateRefused(findings)
        if certificate.scheme.is_declaration:
            return Faulty(reference, (_DECLARED,))
        if certificate.exporting_member != desk.member:
            raise NotYourMember(certificate.exporting_member, desk.member)
    except LedgerError as error:
        return Faulty(reference, problems_of(error))
    return _prepared(document, certificate, desk)


def drawn_rows(raws: Sequence[Raw], desk: Desk, on: date) -> list[Row]:
    """Check and draw up rows, in their order."""
    return [drawn_row(raw, desk, on) for raw in raws]


def problems_of(error: LedgerError) -> tuple[Problem, ...]:
    """Return what is wrong with a row, each with the place and the rule, and never with a value."""
    match error:
        case CertificateMalformed(problems=problems):
            return problems
        case CertificateRefused(findings=findings):
            stopping = (finding for finding in findings if finding.severity is Severity.REFUSAL)
            return tuple(Problem(found.pointer, found.rule, found.message) for found in stopping)
        case InputMalformed(rule=rule, message=message, pointer=pointer):
            return (Problem(pointer, rule, message),)
        case ReferenceAlreadyFiled() | ReferenceAlreadyUsed():
            return (Problem("/reference", type(error).__name__, str(error)),)
        case NotYourMember():
            return (Problem("/exportingMember", type(error).__name__, str(error)),)
    return (Problem("", type(error).__name__, str(error)),)


def _prepared(document: dict[str, Any], certificate: Certificate, desk: Desk) -> Prepared:
    drawn = drawn_up_from(document, certificate, desk.issuer, desk.ledger)
    terms = drawn.terms
    head, _, rest = drawn.envelope((), drawn.id).rpartition(_BEFORE_ROOT)
    return Prepared(
        id=drawn.id,
        seed=drawn.seed,
        document=canonical(drawn.data),
        given_reference=certificate.reference,
        office=normalised(certificate.issuing_office),
        reference=normalised(certificate.reference),
        document_hash=terms.document_hash,
        reference_key=terms.reference_key,
        importing=terms.importing,
        issued_on=terms.issued_on,
        valid_until=terms.valid_until,
        scheme=int(terms.scheme),
        parents=terms.parents,
        head=head,
        tail=rest[2 * len(drawn.id) :],
    )


def _document(raw: bytes | Sequence[str], columns: tuple[str, ...] | None) -> dict[str, Any]:
    if isinstance(raw, bytes):
        document = strict_json.loads(raw)
        if not isinstance(document, dict):
            raise InputMalformed("json.object", "a row is one JSON object")
        return document
    return nested(columns or (), raw)


def nested(columns: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """Return the document that a row of a table describes: an empty cell is a field left out.

    Of the tick-boxes the ones left out are not ticked; of the transport nothing need be known.
    """
    if len(cells) != len(columns):
        raise InputMalformed("csv.cells", f"the row has {len(cells)} cells, and the header {len(columns)}")
    document: dict[str, Any] = {_ENDORSEMENTS: dict.fromkeys(TICKS, False), "transport": {}}
    for column, cell in zip(columns, cells, strict=True):
        if not cell:
            continue
        *path, last = column.split(".")
        part = document
        for step in path:
            part = part.setdefault(step, {})
            if not isinstance(part, dict):
                raise InputMalformed("csv.header", f"a column lies within the tick-box {step}")
        part[last] = _BOOLEANS.get(cell, cell) if path[:1] == [_ENDORSEMENTS] else cell
    return document
