"""From a verdict to what its page says; pure functions, and no rule of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.pages.boxes import FORM_D, Field, field_at, field_of
from ledger.aeo.parties import Party
from ledger.errors import EnvelopeMalformed, Finding, InputMalformed, Severity
from ledger.origin.use_told import sentences
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
    "content": "Content as issued",
    "record": "On the ledger",
    "issuer": "Issuer entitled when it signed",
    "exporter": "Exporter, signatory and goods listed on its day",
    "status": "In force now",
}
_OUTCOMES: Final = {"passed": "Passed", "failed": "Failed", "not-checked": "Not checked"}
_TRADERS: Final = {"exporter": "Exporter", "consignee": "Consignee"}
_RECOGNISED: Final[Mapping[bool | None, tuple[str, str]]] = {
    True: ("passed", "Recognised"),
    False: ("failed", "Not recognised"),
    None: ("not-checked", "Cannot be checked"),
}
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
    altered: tuple[Field, ...]
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


def result_of(verdict: Verdict, again: datetime, scheme: str = FORM_D) -> Result:
    """Return what the page of a verdict says; `again` is when it would be worth asking again.

    `scheme` is the one that the copy claims, by whose form its fields are named.
    """
    altered = tuple(field_at(path, scheme) for path in verdict.altered[:SHOWN])
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
        return Trouble("envelope", "The file could not be read", (f"{_capital(error.message)}.",))
    places = tuple(
        f"{problem.pointer or 'The file'}: {problem.message}." for problem in error.problems[:SHOWN]
    )
    return Trouble("envelope", "The file is not the envelope of a certificate", places)


def _sentence(verdict: Verdict) -> str:
    """Return the sentence; altered fields by the names people know, or their number where they are many."""
    if not verdict.altered:
        return verdict.sentence
    if len(verdict.altered) > NAMED:
        return f"{len(verdict.altered)} fields are not as issued."
    return f"Not as issued: {', '.join(_spoken(field_at(path)) for path in verdict.altered)}."


def _spoken(field: Field) -> str:
    name = field.name or field.path
    return f"{name} of goods line {field.line}" if field.line else name


def _check(check: Check, verdict: Verdict) -> CheckLine:
    evidence = _sentence(verdict) if check.name == "content" and verdict.altered else check.evidence
    outcome = check.outcome.value
    return CheckLine(_CHECKS.get(check.name, check.name), outcome, _OUTCOMES[outcome], evidence)


def _party(party: Party) -> PartyLine:
    outcome, word = _RECOGNISED[party.recognised]
    shown = (party.status, f"in {party.programme}" if party.programme else "")
    return PartyLine(
        title=_TRADERS.get(party.role, party.role),
        given=party.given,
        operator=party.operator if party.operator and party.operator != party.given else "",
        outcome=outcome,
        word=word,
        sentence=party.sentence,
        stands=_capital(" ".join(part for part in shown if part)),
    )


def _note(finding: Finding, scheme: str) -> Note:
    severity = "Against a rule" if finding.severity is Severity.REFUSAL else "Take note"
    return Note(severity, f"{_capital(finding.message)}.", field_of(finding.pointer, scheme), finding.source)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
