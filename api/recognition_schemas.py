"""The shapes of questions about recognition, of their answers, and of the lists for customs."""

from typing import Annotated, Any, Self

from pydantic import Field, WithJsonSchema

from api.schemas import ELSEWHERE, AsOfOut, MemberCode, Moment, Schema
from ledger import operators
from ledger.aeo.told import NAME_NOTES, NameNote, Told
from ledger.aeo.words import direction_word, role_code
from ledger.codes.members import name_of
from ledger.partner_lists import MOST_ROWS, Line
from ledger.proving import Checked
from ledger.recognising import Asked

_CODE_EXAMPLE = "SG1234567890AB"
OperatorText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="The operator code as it is written, such as AEOSG1234567890AB.",
        examples=[_CODE_EXAMPLE],
    ),
]
StateText = Annotated[str, Field(pattern="^[A-Za-z]{2}$", description="ISO 3166 alpha-2.", examples=["TH"])]
_MOMENT = Field(max_length=40, examples=["2026-11-22T08:00:00Z"])


class Circumstances(Schema):
    """In which role and direction an operator is asked about, for when, and as known when."""

    role: Annotated[str, Field(max_length=20, description="`exporter` or `EXP`, and so on.")] = "exporter"
    direction: Annotated[
        str | None,
        Field(max_length=10, description="`import` or `export`, as the host sees it; else by the role."),
    ] = None
    on: Annotated[str | None, Field(max_length=10, description="A day; today means now.")] = None
    at: Annotated[str | None, _MOMENT] = None
    known: Annotated[str | None, _MOMENT] = None


class HostsQuestion(Circumstances):
    """Where an operator is recognised."""

    operator: OperatorText
    member: Annotated[StateText | None, Field(description="Whose code it is, if it does not say so.")] = None

    def to_domain(self) -> Asked:
        """Return what is asked."""
        return Asked(**self.model_dump())


class RecognitionQuestion(HostsQuestion):
    """Whether an operator is recognised in one member."""

    host: StateText


class ListCircumstances(Circumstances):
    """What holds for the rows of a list that say nothing else."""

    host: StateText | None = None

    def to_domain(self) -> Asked:
        """Return what is asked of every row."""
        return Asked(**{**self.model_dump(), "operator": "", "host": self.host or ""})


class PartnerRow(Schema):
    """A partner; what a row does not say is as in the request."""

    operator: Annotated[str, Field(max_length=200)]
    member: Annotated[str, Field(max_length=20)] = ""
    host: Annotated[str, Field(max_length=20)] = ""
    role: Annotated[str, Field(max_length=20)] = ""
    direction: Annotated[str, Field(max_length=20)] = ""


class PartnerList(Schema):
    """A list of partners."""

    rows: Annotated[list[PartnerRow], Field(min_length=1, max_length=MOST_ROWS)]


class StateOut(Schema):
    """A state by its code and its English name."""

    code: str = Field(examples=["SG"])
    name: str = Field(examples=["Singapore"])

    @classmethod
    def of(cls, code: str) -> Self:
        """Show a state."""
        return cls(code=code, name=name_of(code))


class MembershipOut(Schema):
    """The programme an operator belongs to, and its level there."""

    code: str = Field(examples=["STP-PLUS"])
    name: str
    level: int

    @classmethod
    def of(cls, programme: operators.Programme | None, level: int | None) -> Self | None:
        """Show a programme with a level."""
        return cls(code=programme.code, name=programme.name, level=level or 1) if programme else None


class BasisOut(Schema):
    """The arrangement that an answer rests on."""

    code: str = Field(examples=["AAMRA"])
    title: str

    @classmethod
    def of(cls, arrangement: operators.Arrangement | None) -> Self | None:
        """Show an arrangement."""
        return cls(code=arrangement.code, title=arrangement.title) if arrangement else None


class RecognitionOut(Schema):
    """Whether a host recognises an operator, why, and by what; within the operator's consent."""

    operator: str = Field(examples=[_CODE_EXAMPLE])
    name: str | None = Field(description="Compare it with your partner's; null where it is not told.")
    name_note: str | None = Field(None, description="Why there is no name.")
    member: StateOut
    host: StateOut
    role: str = Field(examples=["EXP"])
    direction: str = Field(examples=["import"])
    at: Moment
    known_at: Moment | None = Field(None, description="As the ledger knew it then; absent for now.")
    recognised: bool
    reason: str = Field(examples=["recognised"])
    sentence: str
    next_step: str
    status: str | None = None
    programme: MembershipOut | None = None
    valid_until: Moment | None = Field(None, description="Absent also where it has no end.")
    arrangement: BasisOut | None = None
    effective_from: Moment | None = Field(None, description="Since when the status holds.")
    recorded_at: Moment | None = Field(None, description="When it was recorded.")
    as_of: AsOfOut
    final: bool = Field(description="False while a block that it rests on could still be undone.")

    @classmethod
    def from_domain(cls, told: Told) -> Self:
        """Show an answer."""
        question = told.question
        return cls(
            operator=told.operator,
            name=told.name,
            name_note=note_text(told.name_note),
            member=StateOut.of(told.operator[:2]),
            host=StateOut.of(question.host),
            role=role_code(question.role),
            direction=direction_word(question.direction),
            at=question.at,
            known_at=question.known,
            recognised=told.recognised,
            reason=told.code,
            sentence=told.sentence,
            next_step=told.next_step,
            status=told.status,
            programme=MembershipOut.of(told.programme, told.level),
            valid_until=told.valid_until,
            arrangement=BasisOut.of(told.arrangement),
            effective_from=told.effective_from,
            recorded_at=told.recorded_at,
            as_of=AsOfOut.from_domain(told.as_of),
            final=told.final,
        )

    def document(self) -> dict[str, Any]:
        """Return it as JSON members: without gaps, but a missing name is said to be that."""
        return {"name": None, **self.model_dump(mode="json", by_alias=True, exclude_none=True)}


def note_text(note: NameNote | None) -> str | None:
    """Return why there is no name, as a sentence."""
    return NAME_NOTES[note] if note else None


class HostsOut(Schema):
    """Where an operator is recognised: an answer for every member but its own."""

    operator: str = Field(examples=[_CODE_EXAMPLE])
    recognised_in: list[MemberCode]
    hosts: list[RecognitionOut]


class RowFault(Schema):
    """Why a row has no answer."""

    rule: str
    detail: str
    candidates: list[str] | None = Field(None, description="What an ambiguous code could be read as.")


class CheckedRow(Schema):
    """What is said of a row of a list: an answer, or an error."""

    line: int = Field(description="Line of the CSV file, or number of the row, from 1.")
    given: str
    answer: RecognitionOut | None = None
    error: RowFault | None = None

    @classmethod
    def document(cls, line: Line) -> dict[str, Any]:
        """Return a row as JSON members."""
        bare: dict[str, Any] = {"line": line.row.line, "given": line.row.given.get("operator", "")}
        if line.told is not None:
            return {**bare, "answer": RecognitionOut.from_domain(line.told).document()}
        fault = RowFault(
            rule=line.rule, detail=line.message, candidates=list(line.candidates) if line.candidates else None
        )
        return {**bare, "error": fault.model_dump(exclude_none=True)}


class ListSummary(Schema):
    """How many rows came out how."""

    rows: int
    recognised: int
    not_recognised: int
    errors: int


class CheckedList(Schema):
    """A list of partners, each answered."""

    rows: list[CheckedRow]
    summary: ListSummary


ProofBody = Annotated[dict[str, Any], WithJsonSchema({ELSEWHERE: "RecognitionProof"})]


class ProofSigner(Schema):
    """The authority whose key signed."""

    account: str
    authority: int
    member: StateOut
    name: str


class ProofCheckOut(Schema):
    """What a proof is worth."""

    code: str = Field(examples=["GENUINE"])
    sentence: str
    exit_code: int = Field(description="What `asal recognise verify` exits with.")
    signer: ProofSigner | None = Field(None, description="Only of a key that was entitled then.")
    said: dict[str, Any] = Field(description="What the proof says was asked and answered.")
    name_confirmed: bool | None = Field(
        None,
        description="Whether its name is that of the operator's record; absent if that cannot be seen.",
    )
    then: RecognitionOut | None = Field(None, description="What the ledger says, as it knew at that time.")
    today: RecognitionOut | None = Field(None, description="The same question by all that it knows now.")

    @classmethod
    def from_domain(cls, checked: Checked) -> Self:
        """Show what came of it."""
        message, seal, signer = checked.proof.typed["message"], checked.proof.seal, checked.signer
        return cls(
            code=checked.code.value,
            sentence=checked.sentence,
            exit_code=checked.exit_code,
            signer=ProofSigner(
                account=seal.account, authority=signer.id, member=StateOut.of(signer.member), name=signer.name
            )
            if signer
            else None,
            said={name: message[name] for name in ("question", "answer", "asOf")},
            name_confirmed=checked.name_confirmed,
            then=RecognitionOut.from_domain(checked.then) if checked.then else None,
            today=RecognitionOut.from_domain(checked.today) if checked.today else None,
        )

    def document(self) -> dict[str, Any]:
        """Return it as JSON members, as `RecognitionOut.document` does."""
        whole = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        answers = {"then": self.then, "today": self.today}
        return whole | {name: answer.document() for name, answer in answers.items() if answer}
