"""The shapes of decisions at import, of answers to refusals and of statements."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from api.life_schemas import SignerOut
from api.schemas import AsOfOut, Id, Moment, Schema, hexed
from ledger.clarifying import MOST_EVIDENCE, Answer, Clarified
from ledger.clarifying import TEXT as ANSWER
from ledger.deciding import Decided
from ledger.deciding_asked import NUMBER, OFFICE, TEXT, Asked, DecisionRefused, Grant, Refusal, refusal
from ledger.deciding_told import DecisionTold, LineUse, Utilisation
from ledger.document_schema import Amount, Day
from ledger.errors import Finding
from ledger.origin.facts import LateGround
from ledger.origin.lines import MOST_LINES
from ledger.origin.reasons import LATE_WORDS, REASONS
from ledger.statements import Statement, StatementKind, statement_hash

LineNumber = Annotated[str, Field(pattern="^[1-9][0-9]?$", examples=["1"])]
_EXAMPLE: dict[str, Any] = {
    "declaration": "A0241191101234",
    "presentedOn": "2026-11-20",
    "office": "Bangkok Port Customs Office",
    "lines": {
        "1": {"decision": "granted", "quantity": "1200.50", "unit": "KGM"},
        "3": {"decision": "refused", "reasons": ["ORIGIN-DOUBTED"], "text": "Where was it milled?"},
    },
}


class DecisionName(StrEnum):
    """What is decided on a line."""

    GRANTED = "granted"
    REFUSED = "refused"


class LateName(StrEnum):
    """On which ground a late proof is accepted (ATIGA OCP Rule 14(b) and (c))."""

    FORCE_MAJEURE = "force-majeure"
    BEYOND_CONTROL = "beyond-control"
    IMPORTED_IN_TIME = "imported-in-time"


class LineBody(Schema):
    """What is decided on one goods line: a quantity of a granted one, reasons of a refused one."""

    decision: DecisionName
    quantity: Amount | None = Field(None, description="granted: what this declaration draws down.")
    unit: str | None = Field(None, max_length=3, description="granted: the unit that is certified.")
    reasons: list[Annotated[str, Field(max_length=40)]] | None = Field(
        None, max_length=8, description=f"refused: of {', '.join(REASONS)}.", examples=[["ORIGIN-DOUBTED"]]
    )
    text: str | None = Field(None, max_length=TEXT, description="refused: in words.")

    def to_domain(self, pointer: str, findings: list[Finding]) -> Grant | Refusal:
        """Return what is decided; notes what is missing or not taken."""
        needed = ("quantity", "unit") if self.decision is DecisionName.GRANTED else ("reasons",)
        taken = {*needed, "decision"} | ({"text"} if self.decision is DecisionName.REFUSED else set())
        for name in type(self).model_fields:
            given = getattr(self, name) is not None
            if (name in needed and not given) or (given and name not in taken):
                wanted = (
                    "is missing" if name in needed else f"a {self.decision.value} line does not take this"
                )
                findings.append(refusal("DECISION-FIELDS", f"{pointer}/{name}", wanted, "the API"))
        if self.decision is DecisionName.GRANTED:
            return Grant(self.quantity or Decimal(0), self.unit or "")
        return Refusal(tuple(self.reasons or ()), self.text or "")


class DecisionBody(Schema):
    """A decision on goods lines under one import declaration; lines that are not named stay undecided."""

    declaration: str = Field(max_length=NUMBER, description="Number of the import declaration.")
    presented_on: Day = Field(description="Day on which the proof was presented, in UTC.")
    office: str = Field(max_length=OFFICE, description="The deciding office; stands in the statement.")
    late: LateName | None = Field(None, description="Why a proof is accepted after its validity.")
    late_text: str = Field("", max_length=TEXT)
    lines: dict[LineNumber, LineBody] = Field(max_length=MOST_LINES)

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    def to_domain(self, certificate: bytes) -> Asked:
        """Return what is asked; raises `DecisionRefused` for a line that does not say what it must."""
        findings: list[Finding] = []
        lines = {int(line): one.to_domain(f"/lines/{line}", findings) for line, one in self.lines.items()}
        if findings:
            raise DecisionRefused(tuple(findings))
        late = self.late.value if self.late else ""
        return Asked(
            certificate=certificate,
            declaration=self.declaration,
            presented_on=self.presented_on,
            lines=lines,
            office=self.office,
            late=next(ground for ground, word in LATE_WORDS.items() if word == late),
            late_text=self.late_text,
        )


class StatementDocument(Schema):
    """A statement: what was said of a certificate off the ledger, which names it by its hash."""

    schema_name: str = Field(alias="schema", examples=["asal-statement-1"])
    kind: StatementKind
    certificate: Id
    member: str = Field(examples=["TH"])
    authority: str = Field(examples=["Thai Customs"])
    at: str = Field(examples=["2026-11-20T09:00:00Z"])
    body: dict[str, Any] = Field(
        description="Strings, booleans, lists and objects only.", examples=[_EXAMPLE]
    )
    salt: Id

    @classmethod
    def from_domain(cls, statement: Statement) -> Self:
        """Show a statement whole."""
        return cls.model_validate(statement.document())


class DecidedOut(Schema):
    """What came of a decision."""

    certificate: Id
    declaration: str
    state: str = Field(description="recorded: on the ledger; accepted: on its way.", examples=["recorded"])
    repeated: bool = Field(description="Whether the same was decided before.")
    remaining: dict[LineNumber, str] = Field(
        description="What is left of the lines that it grants.", examples=[{"1": "18000"}]
    )
    statement: Id = Field(description="Hash of the statement, as the ledger names it.")
    document: StatementDocument = Field(description="The statement, to be handed to the issuing authority.")

    @classmethod
    def from_domain(cls, done: Decided) -> Self:
        """Show what came of it."""
        return cls(
            certificate=hexed(done.decision.certificate),
            declaration=done.decision.number,
            state=done.decision.state.value,
            repeated=done.repeated,
            remaining={str(line): f"{left:f}" for line, left in sorted(done.remaining.items())},
            statement=hexed(done.decision.statement),
            document=StatementDocument.from_domain(done.statement),
        )


class LineUseOut(Schema):
    """How a goods line stands, all declarations together."""

    line: LineNumber
    unit: str
    certified: str = Field(examples=["19200"])
    drawn: str = Field(description="Granted, as far as statements kept here say it.", examples=["1200.50"])
    remaining: str
    complete: bool = Field(description="Whether the statements of all its grants are kept here.")
    state: str = Field(description="undecided, granted, refused or denied.", examples=["granted"])
    used_up: bool
    suspended: bool

    @classmethod
    def from_domain(cls, line: LineUse) -> Self:
        """Show a line."""
        return cls(
            line=str(line.line),
            unit=line.unit,
            certified=f"{line.certified:f}",
            drawn=f"{line.drawn:f}",
            remaining=f"{line.remaining:f}",
            complete=line.complete,
            state=line.state,
            used_up=line.used_up,
            suspended=line.suspended,
        )


class DecisionOut(Schema):
    """One decision."""

    declaration: Id = Field(description="Hash of the declaration's number, as the ledger has it.")
    state: str = Field(examples=["recorded"])
    at: Moment
    who: SignerOut | None = None
    presented_on: str
    late: str = Field("", description="Ground of late presentation.")
    granted: list[LineNumber]
    refused: list[LineNumber]
    statement: Id
    said: dict[str, Any] | None = Field(None, description="Its statement's body, where that is kept here.")

    @classmethod
    def from_domain(cls, told: DecisionTold) -> Self:
        """Show a decision."""
        return cls(
            declaration=hexed(told.declaration),
            state=told.state.value,
            at=told.at,
            who=SignerOut.from_domain(told.who) if told.who else None,
            presented_on=told.presented_on.isoformat(),
            late="" if told.late is LateGround.NONE else LATE_WORDS[told.late],
            granted=[str(line) for line in told.granted],
            refused=[str(line) for line in told.refused],
            statement=hexed(told.statement),
            said=dict(told.said) if told.said is not None else None,
        )


class UtilisationOut(Schema):
    """Lines and decisions of a certificate."""

    certificate: Id
    lines: list[LineUseOut]
    decisions: list[DecisionOut]
    as_of: AsOfOut

    @classmethod
    def from_domain(cls, told: Utilisation) -> Self:
        """Show who granted what, and what remains."""
        return cls(
            certificate=hexed(told.certificate),
            lines=[LineUseOut.from_domain(line) for line in told.lines],
            decisions=[DecisionOut.from_domain(one) for one in told.decisions],
            as_of=AsOfOut.from_domain(told.as_of),
        )


class ClarificationBody(Schema):
    """What the issuing authority says about refused lines."""

    lines: list[LineNumber] = Field(max_length=MOST_LINES, examples=[["3"]])
    text: str = Field(max_length=ANSWER, examples=["The mill's invoice is enclosed."])
    evidence: list[Id] = Field(
        default_factory=list, max_length=MOST_EVIDENCE, description="Keccak-256 of files sent otherwise."
    )

    def to_domain(self, certificate: bytes) -> Answer:
        """Return the answer."""
        return Answer(
            certificate=certificate,
            lines=tuple(map(int, self.lines)),
            text=self.text,
            evidence=tuple(bytes.fromhex(one[2:]) for one in self.evidence),
        )


class ClarifiedOut(Schema):
    """What came of an answer."""

    state: str = Field(description="recorded: on the ledger; accepted: on its way.", examples=["recorded"])
    repeated: bool
    statement: Id
    document: StatementDocument = Field(description="The statement, to be handed to customs.")

    @classmethod
    def from_domain(cls, done: Clarified) -> Self:
        """Show what came of it."""
        return cls(
            state="recorded" if done.recorded else "accepted",
            repeated=done.repeated,
            statement=hexed(statement_hash(done.statement)),
            document=StatementDocument.from_domain(done.statement),
        )


class SplitUseBody(Schema):
    """Whether a line may be drawn down under several declarations."""

    allowed: bool


class SplitUseOut(Schema):
    """Whether a member lets a line be drawn down under several declarations."""

    member: str = Field(examples=["TH"])
    allowed: bool
    state: str = Field(description="recorded: on the ledger; accepted: on its way.", examples=["recorded"])


class StatementTakenOut(Schema):
    """A statement that is kept here now."""

    statement: Id
    kind: StatementKind
    certificate: Id
    at: datetime

    @classmethod
    def from_domain(cls, statement: Statement) -> Self:
        """Show what was taken."""
        return cls(
            statement=hexed(statement_hash(statement)),
            kind=statement.kind,
            certificate=hexed(statement.certificate),
            at=statement.at,
        )
