"""The shapes of what is asked and told of verification cases and of what is due."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from api.schemas import Id, MemberCode, Schema
from ledger.checking_said import GROUNDS, MOST_EVIDENCE, MOST_REASONS, NOTHING, TEXT, Opening, Words
from ledger.checking_turns import STEPS
from ledger.deadlines import DeadlineKind
from ledger.origin.facts import Step
from ledger.origin.lines import MOST_LINES

Line = Annotated[str, Field(pattern="^[1-9][0-9]?$", examples=["1"])]
Lines = Annotated[list[Line], Field(max_length=MOST_LINES, description="Numbers of goods lines.")]
Instant = Annotated[str, Field(examples=["2026-11-22T08:00:00Z"])]
CaseNumber = Annotated[str, Field(pattern="^[1-9][0-9]{0,9}$", examples=["7"])]


class CaseGroundName(StrEnum):
    """Why a check is opened (OCP Rule 18(a))."""

    RANDOM = "random"
    DOUBT = "doubt"


class CaseStepName(StrEnum):
    """A step in a case, any but the first and the last."""

    ACKNOWLEDGED = "acknowledged"
    REPLIED = "replied"
    ASKED_AGAIN = "asked-again"
    VISIT_NOTIFIED = "visit-notified"
    VISIT_CONSENTED = "visit-consented"
    VISIT_DECLINED = "visit-declined"
    VISIT_POSTPONED = "visit-postponed"
    VISITED = "visited"
    DETERMINED = "determined"
    COMMENTED = "commented"


class SayingBody(Schema):
    """What an officer says."""

    text: str = Field("", max_length=TEXT, description="For the other side; never on the ledger.")
    reasons: list[str] = Field(default_factory=list, max_length=MOST_REASONS)
    evidence: list[Id] = Field(
        default_factory=list, max_length=MOST_EVIDENCE, description="Hashes of files, handed over otherwise."
    )

    @property
    def words(self) -> Words:
        """What is said."""
        if not (self.text or self.reasons or self.evidence):
            return NOTHING
        evidence = tuple(bytes.fromhex(one[2:]) for one in self.evidence)
        return Words(text=self.text, reasons=tuple(self.reasons), evidence=evidence)


class OpeningBody(SayingBody):
    """A check that customs asks for."""

    certificate: Id = Field(description="The one presented.")
    about: Id | None = Field(None, description="An original behind it, whose issuer is to be asked instead.")
    lines: Lines
    suspended: Lines = Field(
        default_factory=list, description="Those of which no preference is given while the case is open."
    )
    ground: CaseGroundName = Field(description="doubt: say why in `text` or `reasons`.")

    def to_domain(self) -> Opening:
        """Return the check."""
        return Opening(
            certificate=bytes.fromhex(self.certificate[2:]),
            about=bytes.fromhex(self.about[2:]) if self.about else None,
            lines=numbers(self.lines),
            suspended=numbers(self.suspended),
            ground=GROUNDS[self.ground.value],
            words=self.words,
        )


class StepBody(SayingBody):
    """A step in a case."""

    step: CaseStepName
    turn: CaseNumber | None = Field(
        None,
        description="At which turn it is meant, from the case's `turn`; what is said twice at different "
        "turns is said twice. Without it, the last thing said in the case, said again, is a repetition.",
    )

    @property
    def which(self) -> Step:
        """The step."""
        return STEPS[self.step.value]


class SuspensionBody(SayingBody):
    """Of which lines preference is suspended."""

    suspended: Lines = Field(description="All of them; none to free every line.")
    turn: CaseNumber | None = Field(None, description="As of a step.")


class ConclusionBody(SayingBody):
    """How each line of a case is found to be."""

    confirmed: Lines = Field(default_factory=list)
    denied: Lines = Field(default_factory=list, description="Those found not to originate; say why.")


class CaseDueOut(Schema):
    """What is due next in an open case."""

    by: MemberCode
    steps: list[str] = Field(description="One of these.")
    due: Instant = Field(description="The last second in which it is not late.")
    overdue: bool


class OriginCaseBrief(Schema):
    """How a verification case stands."""

    case: CaseNumber
    certificate: Id
    about: Id
    importing: MemberCode
    exporting: MemberCode = Field(description="The member that is asked.")
    ground: str
    lines: list[str]
    suspended: list[str]
    confirmed: list[str]
    denied: list[str]
    step: str = Field(description="The last step.")
    opened_at: Instant
    stepped_at: Instant
    conclude_due: Instant
    overdue: bool = Field(description="Whether the case should have been concluded.")
    due: CaseDueOut | None = None
    allowed: list[str] = Field(description="What the caller's member may do now.")
    may_deny: bool = Field(description="Whether the caller's member may deny a line now.")


class SaidOut(Schema):
    """What was said, where its statement is kept here."""

    member: str
    authority: str
    body: dict[str, Any]


class HappenedOut(Schema):
    """One thing that happened in a case."""

    turn: str
    step: str
    at: Instant
    statement_hash: Id
    said: SaidOut | None = None


class OriginCaseOut(OriginCaseBrief):
    """A case with all that happened in it."""

    turn: str = Field(description="How many things have happened in it.")
    events: list[HappenedOut]


class OriginCaseList(Schema):
    """A page of cases by number."""

    cases: list[OriginCaseBrief]


class CheckedOut(Schema):
    """What came of a step."""

    state: str = Field(description="recorded: on the ledger; accepted: stored, and on its way there.")
    repeated: bool = Field(description="Whether the ledger had it before it was asked for.")
    case: OriginCaseOut | None = None
    statement_hash: Id
    statement: dict[str, Any] = Field(description="To hand to the other side (POST /v1/statements there).")


class DeadlineOut(Schema):
    """One thing that is due."""

    kind: DeadlineKind
    rule: str = Field(examples=["OCP Rule 18(b)"])
    due: Instant
    days: str = Field(description="Whole days left; below zero, days late with the one begun.")
    overdue: bool
    by: MemberCode
    yours: bool = Field(description="Whether the caller's member is to do it.")
    certificate: Id
    case: CaseNumber | None = None
    lines: list[str]
    todo: str


class DeadlineList(Schema):
    """All that is due, soonest first."""

    at: Instant
    deadlines: list[DeadlineOut]


def numbers(lines: list[str]) -> tuple[int, ...]:
    """Return line numbers as they were given."""
    return tuple(int(line) for line in lines)
