"""From a verdict to what its page says; pure functions, and no rule of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from api.pages.boxes import FORM_D, Field, field_at, field_of
from ledger.aeo.parties import Party
from ledger.errors import EnvelopeMalformed, Finding, InputMalformed, Severity
from ledger.origin.use_told import sentences
from ledger.said import said
from ledger.verdict import Check, Verdict, VerdictCode

SHOWN = 50
"""How many altered fields, notes, or places of a problem a page lists."""
NAMED = 3
"""How many altered fields the sentence itself names."""

TONES: Final = {
    VerdictCode.VALID: "good",
    VerdictCode.REPLACED: "care",
    VerdictCode.EXPIRED: "care",
    VerdictCode.NOT_FOUND: "care",
    VerdictCode.CANCELLED: "stop",
    VerdictCode.ALTERED: "stop",
    VerdictCode.ISSUER_NOT_AUTHORISED: "stop",
    VerdictCode.CONFLICTING: "stop",
    VerdictCode.PENDING: "wait",
    VerdictCode.CANNOT_CHECK: "wait",
}
"""Colour and icon by verdict; the words beside them say the same."""
_CHECKS: Final = {
    "content": said("Content as issued"),
    "record": said("On the ledger"),
    "issuer": said("Issuer entitled when it signed"),
    "exporter": said("Exporter, signatory and goods listed on its day"),
    "status": said("In force now"),
}
_OUTCOMES: Final = {"passed": said("Passed"), "failed": said("Failed"), "not-checked": said("Not checked")}
_TRADERS: Final = {"exporter": said("Exporter"), "consignee": said("Consignee")}
_RECOGNISED: Final[Mapping[bool | None, tuple[str, str]]] = {
    True: ("passed", said("Recognised")),
    False: ("failed", said("Not recognised")),
    None: ("not-checked", said("Cannot be checked")),
}
_STATUS: Final[Mapping[str, str]] = {
    "certified": said("Certified"),
    "suspended": said("Suspended"),
    "revoked": said("Revoked"),
    "surrendered": said("Surrendered"),
    "annulled": said("Annulled"),
    "expired": said("Expired"),
    "not-yet-effective": said("Not yet effective"),
}
NO_FIELDS: Final[Mapping[str, Any]] = {}
_LONGEST: Final = 300
"""Characters of an altered field that are shown."""
_ASK_AGAIN: Final = {VerdictCode.PENDING, VerdictCode.CANNOT_CHECK}
_VOUCHED: Final = {VerdictCode.VALID, VerdictCode.REPLACED, VerdictCode.CANCELLED, VerdictCode.EXPIRED}


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One of the checks."""

    title: str
    outcome: str
    word: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that is not as issued, with what the copy says in it now; what was issued nobody can tell."""

    field: Field
    says: str | None
    """None where the copy says nothing there, or the place is no field."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a rule says beside the verdict."""

    severity: str
    message: str
    field: Field
    source: str


@dataclass(frozen=True, slots=True)
class PartyLine:
    """How a trader stands, by the operator code that the certificate gives it."""

    title: str
    given: str
    operator: str
    """The code in its canonical form, where that is another text; else nothing."""
    outcome: str
    """passed, failed or not-checked, for the icon."""
    word: str
    sentence: str
    stands: str
    """Status and programme, as far as they are told."""


@dataclass(frozen=True, slots=True)
class Result:
    """A verdict as its page tells it."""

    code: str
    tone: str
    title: str
    sentence: str
    next_step: str
    ask_again: datetime | None
    """When another answer may be had; None for verdicts that stand."""
    checks: tuple[CheckLine, ...]
    altered: tuple[Changed, ...]
    unlisted: int
    """How many more fields are altered than are listed."""
    removed: int
    hidden: int
    notes: tuple[Note, ...]
    unlisted_notes: int
    parties: tuple[PartyLine, ...]
    imported: tuple[str, ...]
    """What importing customs has made of it, in sentences."""
    certificate: str
    replacement: str
    as_of: datetime | None
    """The moment it is true as of; None when the ledger was not asked."""
    block: int | None
    vouched: bool
    """Whether the ledger stands behind the particulars of an unaltered copy."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no verdict, and at which control of the form it is put right."""

    control: str
    """Its id on the page."""
    message: str
    details: tuple[str, ...] = ()


def result_of(
    verdict: Verdict, again: datetime, scheme: str = FORM_D, fields: Mapping[str, Any] = NO_FIELDS
) -> Result:
    """Return what the page of a verdict says; `again` is when it would be worth asking again.

    `scheme` is the one that the copy claims, by whose form its fields are named; `fields` are those that the
    copy shows, of which only altered ones are repeated.
    """
    altered = tuple(Changed(field_at(path, scheme), _says(fields, path)) for path in verdict.altered[:SHOWN])
    return Result(
        code=verdict.code.value,
        tone=TONES[verdict.code],
        title=verdict.title,
        sentence=_sentence(verdict),
        next_step=verdict.next_step,
        ask_again=again if verdict.code in _ASK_AGAIN else None,
        checks=tuple(_check(check, verdict) for check in verdict.checks),
        altered=altered,
        unlisted=len(verdict.altered) - len(altered),
        removed=verdict.removed,
        hidden=verdict.hidden,
        notes=tuple(_note(finding, scheme) for finding in verdict.warnings[:SHOWN]),
        unlisted_notes=len(verdict.warnings[SHOWN:]),
        parties=tuple(_party(party) for party in verdict.parties),
        imported=tuple(sentences(verdict.use)) if verdict.use else (),
        certificate=f"0x{verdict.certificate.hex()}" if verdict.certificate else "",
        replacement=f"0x{verdict.replacement.hex()}" if verdict.replacement else "",
        as_of=verdict.as_of.time if verdict.as_of else None,
        block=verdict.as_of.block if verdict.as_of else None,
        vouched=verdict.code in _VOUCHED,
    )


def trouble_of(error: EnvelopeMalformed | InputMalformed) -> Trouble:
    """Return why a file could not be read as an envelope."""
    if isinstance(error, InputMalformed):
        return Trouble("envelope", said("The file could not be read"), (f"{_capital(error.message)}.",))
    places = tuple(
        f"{problem.pointer or 'The file'}: {problem.message}." for problem in error.problems[:SHOWN]
    )
    return Trouble("envelope", said("The file is not the envelope of a certificate"), places)


def _says(fields: Mapping[str, Any], path: str) -> str | None:
    """Return what a copy says at a dotted path."""
    found: object = fields
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    if isinstance(found, bool):
        return said("yes") if found else said("no")
    if not isinstance(found, str):
        return None
    return found if len(found) <= _LONGEST else f"{found[:_LONGEST]}…"


def _sentence(verdict: Verdict) -> str:
    """Return the sentence; altered fields by the names people know, or their number where they are many."""
    if not verdict.altered:
        return verdict.sentence
    names = [_spoken(field_at(path)) for path in verdict.altered[:NAMED]]
    match len(verdict.altered):
        case 1:
            return said("Not as issued: {first}.", first=names[0])
        case 2:
            return said("Not as issued: {first}, {second}.", first=names[0], second=names[1])
        case 3:
            three = dict(zip(("first", "second", "third"), names, strict=True))
            return said("Not as issued: {first}, {second}, {third}.", **three)
    return said("{number} fields are not as issued.", number=len(verdict.altered))


def _spoken(field: Field) -> str:
    name = field.name or field.path
    return said("{name} of goods line {line}", name=name, line=field.line) if field.line else name


def _check(check: Check, verdict: Verdict) -> CheckLine:
    evidence = _sentence(verdict) if check.name == "content" and verdict.altered else check.evidence
    outcome = check.outcome.value
    return CheckLine(_CHECKS.get(check.name, check.name), outcome, _OUTCOMES[outcome], evidence)


def _party(party: Party) -> PartyLine:
    outcome, word = _RECOGNISED[party.recognised]
    return PartyLine(
        title=_TRADERS.get(party.role, party.role),
        given=party.given,
        operator=party.operator if party.operator and party.operator != party.given else "",
        outcome=outcome,
        word=word,
        sentence=party.sentence,
        stands=_stands(party),
    )


def _stands(party: Party) -> str:
    """Return the status with the member that granted it, and the programme, as far as they are told."""
    status = _STATUS.get(party.status, party.status) if party.status else ""
    if status and party.programme:
        return said("{status} in {programme}", status=status, programme=party.programme)
    return status or party.programme or ""


def _note(finding: Finding, scheme: str) -> Note:
    refused = finding.severity is Severity.REFUSAL
    severity = said("Against a rule") if refused else said("Take note")
    return Note(severity, f"{_capital(finding.message)}.", field_of(finding.pointer, scheme), finding.source)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
