"""What customs asks for when it decides, and whether that says what it must, whatever the certificate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

import orjson

from ledger.errors import Finding, Refused, Severity
from ledger.hashing import keccak
from ledger.origin.facts import LateGround
from ledger.origin.reasons import LATE_WORDS, REASONS
from ledger.texts import text

NUMBER: Final = 35
"""Characters of a declaration's number."""
OFFICE: Final = 80
TEXT: Final = 2000
MOST_REASONS: Final = 8
REFUSING: Final = "ATIGA OCP Rules 13.2, 13.3 and 30.3"
USING: Final = "ATIGA OCP Rule 30.2"
LATE: Final = "ATIGA OCP Rule 14(b) and (c)"


@dataclass(eq=False)
class DecisionRefused(Refused):
    """Rules speak against a decision, and nothing of it is done; carries a finding for each problem."""

    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        return "; ".join(f"{one.rule} at {one.pointer or '/'}: {one.message}" for one in self.findings)


@dataclass(frozen=True, slots=True)
class Grant:
    """Preference for a quantity of a line."""

    quantity: Decimal
    unit: str
    """UN/ECE Recommendation 20, the one that is certified."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """No preference for a line."""

    reasons: tuple[str, ...]
    """Codes of `ledger.origin.reasons`."""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A decision that customs asks for: lines that it does not name stay undecided."""

    certificate: bytes
    declaration: str
    """Number of the import declaration."""
    presented_on: date
    """Day on which the proof was presented, in UTC."""
    lines: Mapping[int, Grant | Refusal]
    office: str
    late: LateGround = LateGround.NONE
    """Why it is accepted though it was presented after its validity."""
    late_text: str = ""
    request: bytes = field(init=False)
    """The hash by which a repetition is recognised."""

    def __post_init__(self) -> None:
        """Work the hash out."""
        told = [
            self.certificate.hex(),
            self.declaration,
            self.presented_on.isoformat(),
            {str(number): _told(one) for number, one in self.lines.items()},
            self.office,
            LATE_WORDS[self.late],
            self.late_text,
        ]
        request = keccak(orjson.dumps(told, option=orjson.OPT_SORT_KEYS))
        object.__setattr__(self, "request", request)

    @property
    def granted(self) -> frozenset[int]:
        """Numbers of the lines it would grant."""
        return frozenset(number for number, one in self.lines.items() if isinstance(one, Grant))

    @property
    def refused(self) -> frozenset[int]:
        """Numbers of the lines it would refuse."""
        return frozenset(self.lines) - self.granted


def refusal(rule: str, pointer: str, message: str, source: str) -> Finding:
    """Return a finding that stops a decision."""
    return Finding(rule, Severity.REFUSAL, pointer, message, source)


def malformed(asked: Asked, today: date) -> Iterator[Finding]:
    """Yield what is wrong about what is asked, whatever the certificate says."""
    for pointer, value, limit in (
        ("/declaration", asked.declaration, NUMBER),
        ("/office", asked.office, OFFICE),
    ):
        if fault := text(limit)(value):
            yield refusal("DECISION-TEXT", pointer, fault[1], USING)
    yield from _long("/lateText", asked.late_text, LATE)
    if asked.late_text and asked.late is LateGround.NONE:
        message = "says why the proof is late, and no ground is given in `late`"
        yield refusal("DECISION-LATE", "/lateText", message, LATE)
    if not asked.lines:
        yield refusal("DECISION-EMPTY", "/lines", "grant or refuse one line at least", USING)
    if asked.presented_on > today:
        message = f"the proof cannot have been presented after today, {today}; days are those of UTC"
        yield refusal("DECISION-PRESENTED", "/presentedOn", message, "ATIGA OCP Rule 14(a)")
    for number, one in sorted(asked.lines.items()):
        if isinstance(one, Refusal):
            yield from _refused(f"/lines/{number}", one)


def _refused(pointer: str, one: Refusal) -> Iterator[Finding]:
    if not one.reasons or len(set(one.reasons)) < len(one.reasons) or len(one.reasons) > MOST_REASONS:
        message = f"give 1 to {MOST_REASONS} reasons, each once"
        yield refusal("DECISION-REASON", f"{pointer}/reasons", message, REFUSING)
    if any(code not in REASONS for code in one.reasons):
        message = f"use {', '.join(REASONS)}"
        yield refusal("DECISION-REASON", f"{pointer}/reasons", message, REFUSING)
    yield from _long(f"{pointer}/text", one.text, REFUSING)


def _long(pointer: str, value: str, source: str) -> Iterator[Finding]:
    if value and (fault := text(TEXT, lines=True)(value)):
        yield refusal("DECISION-TEXT", pointer, fault[1], source)


def _told(one: Grant | Refusal) -> list[object]:
    if isinstance(one, Grant):
        return ["granted", f"{one.quantity:f}", one.unit]
    return ["refused", list(one.reasons), one.text]
