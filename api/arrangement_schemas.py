"""The shapes of programmes, arrangements and recognitions in answers and requests."""

from functools import reduce
from operator import or_
from typing import Annotated, Literal, Self

from pydantic import Field

from api.schemas import AsOfOut, Id, MemberCode, Moment, Schema, hexed_or_none
from ledger import operators
from ledger.aeo.days import edge, last_moment
from ledger.aeo.words import directions_words, role_named
from ledger.arranging import Arranged
from ledger.facts import AsOf
from ledger.operators import (
    ALL_ROLES,
    ArrangementKind,
    Direction,
    Mutual,
    OperatorRole,
    ParticipationState,
    ProgrammeKind,
    RecognitionTerms,
)
from ledger.writes import DeclareArrangement, DeclareProgramme

_CODE = Field(min_length=1, max_length=32, pattern="^[A-Z0-9][A-Z0-9-]*$", examples=["AAMRA"])
_TITLE = Field(min_length=1, max_length=200)
When = Annotated[
    str,
    Field(
        max_length=40,
        description="A day (its first second, UTC; as an end its last) or a moment.",
        examples=["2026-11-22", "2026-11-22T08:00:00Z"],
    ),
]
ProgrammeKindName = Literal["safe-aeo", "compliance"]
StateName = Literal["comparing", "joint-validation", "signed", "pilot", "in-force", "suspended", "withdrawn"]
DirectionName = Literal["import", "export"]


def worded(name: str) -> str:
    """Return the name of an enumerated value as the wire has it."""
    return name.lower().replace("_", "-")


def _numbered(word: str) -> str:
    return word.upper().replace("-", "_")


class ProgrammeOut(Schema):
    """A programme under which a member authorises operators."""

    number: int
    member: MemberCode
    code: str
    name: str
    kind: str = Field(examples=["safe-aeo"])
    levels: int
    since: Moment

    @classmethod
    def from_domain(cls, one: operators.Programme) -> Self:
        """Show a programme."""
        return cls(
            number=one.id,
            member=one.member,
            code=one.code,
            name=one.name,
            kind=worded(one.kind.name),
            levels=one.levels,
            since=one.since,
        )


class ProgrammeList(Schema):
    """The programmes of all members."""

    programmes: list[ProgrammeOut]
    as_of: AsOfOut


class ArrangementOut(Schema):
    """An arrangement on mutual recognition."""

    number: int
    code: str
    kind: str = Field(examples=["plurilateral"])
    title: str
    declared_by: MemberCode
    other: MemberCode | None = Field(None, description="Of a bilateral one, the other party.")
    text_hash: Id | None = Field(None, description="Keccak-256 of its text, where that was at hand.")
    since: Moment

    @classmethod
    def from_domain(cls, one: operators.Arrangement) -> Self:
        """Show an arrangement."""
        return cls(
            number=one.id,
            code=one.code,
            kind=worded(one.kind.name),
            title=one.title,
            declared_by=one.member,
            other=one.other,
            text_hash=hexed_or_none(one.text_hash) if any(one.text_hash) else None,
            since=one.since,
        )


class ArrangementList(Schema):
    """The arrangements."""

    arrangements: list[ArrangementOut]
    as_of: AsOfOut


class ParticipationOut(Schema):
    """How far a member is, from some time on."""

    member: MemberCode
    state: str = Field(examples=["in-force"])
    effective_from: Moment
    recorded_at: Moment


class RecognitionRowOut(Schema):
    """Whom a member recognises under an arrangement."""

    number: int
    grantor: MemberCode
    partner: MemberCode
    programme: str = Field(description="Code of the partner's programme.")
    min_level: int
    roles: list[str]
    directions: list[str]
    effective_from: Moment
    until: Moment | None = None
    ended_from: Moment | None = None
    recorded_at: Moment

    @classmethod
    def from_domain(cls, row: operators.Recognition, programme: str) -> Self:
        """Show a recognition."""
        return cls(
            number=row.id,
            grantor=row.grantor,
            partner=row.partner,
            programme=programme,
            min_level=row.min_level,
            roles=[str(role.name) for role in row.roles],
            directions=directions_words(row.directions),
            effective_from=row.effective_from,
            until=row.until,
            ended_from=row.ended_from,
            recorded_at=row.recorded_at,
        )


class ArrangementWithMembers(ArrangementOut):
    """An arrangement with all that members have said under it, oldest first."""

    participations: list[ParticipationOut]
    recognitions: list[RecognitionRowOut]
    as_of: AsOfOut

    @classmethod
    def read(cls, one: operators.Arrangement, mutual: Mutual, as_of: AsOf) -> Self:
        """Show an arrangement with its members."""
        steps = [
            ParticipationOut(
                member=member,
                state=worded(step.state.name),
                effective_from=step.effective_from,
                recorded_at=step.recorded_at,
            )
            for (number, member), all_steps in sorted(mutual.participations.items())
            for step in all_steps
            if number == one.id
        ]
        rows = [
            RecognitionRowOut.from_domain(row, mutual.programmes[row.programme].code)
            for row in mutual.recognitions.values()
            if row.arrangement == one.id
        ]
        shown = ArrangementOut.from_domain(one).model_dump()
        return cls(**shown, participations=steps, recognitions=rows, as_of=AsOfOut.from_domain(as_of))


class ProgrammeBody(Schema):
    """A programme to be declared."""

    code: Annotated[str, _CODE]
    name: Annotated[str, _TITLE]
    kind: ProgrammeKindName = "safe-aeo"
    levels: Annotated[int, Field(ge=1, le=9)] = 1

    def to_domain(self) -> DeclareProgramme:
        """Return what is to be written."""
        return DeclareProgramme(self.code, self.name, ProgrammeKind[_numbered(self.kind)], self.levels)


class ArrangementBody(Schema):
    """An arrangement to be declared; bilateral when it names another party."""

    code: Annotated[str, _CODE]
    title: Annotated[str, _TITLE]
    other: MemberCode | None = None
    text_hash: Id | None = None

    def to_domain(self) -> DeclareArrangement:
        """Return what is to be written."""
        kind = ArrangementKind.BILATERAL if self.other else ArrangementKind.PLURILATERAL
        text_hash = bytes.fromhex(self.text_hash[2:]) if self.text_hash else bytes(32)
        return DeclareArrangement(kind, self.other, self.code, self.title, text_hash)


class ParticipationBody(Schema):
    """How far the caller's member is."""

    state: StateName
    effective_from: When

    @property
    def how_far(self) -> ParticipationState:
        """The state."""
        return ParticipationState[_numbered(self.state)]


class RecognitionBody(Schema):
    """Whom the caller's member recognises; what is left out is not limited."""

    partner: MemberCode
    programme: Annotated[int, Field(ge=1, le=65535, description="Number of the partner's programme.")]
    min_level: Annotated[int, Field(ge=1, le=9)] = 1
    roles: Annotated[list[str], Field(default_factory=list, max_length=10, examples=[["EXP", "MFR"]])]
    directions: Annotated[list[DirectionName], Field(default_factory=list, max_length=2)]
    effective_from: When
    until: When | None = None

    def to_domain(self, arrangement: int) -> RecognitionTerms:
        """Return the terms; raises `QuestionMalformed` for a role or time that is none."""
        directions = (Direction[one.upper()] for one in self.directions)
        return RecognitionTerms(
            arrangement=arrangement,
            partner=self.partner,
            programme=self.programme,
            min_level=self.min_level,
            roles=reduce(or_, map(role_named, self.roles), OperatorRole(0)) or ALL_ROLES,
            directions=reduce(or_, directions, Direction(0)) or Direction.IMPORT | Direction.EXPORT,
            effective_from=edge(self.effective_from, "effectiveFrom"),
            until=last_moment(self.until, "until") if self.until else None,
        )


class EndBody(Schema):
    """From when a recognition is over."""

    effective_from: When


class ArrangedOut(Schema):
    """What came of saying something about programmes, arrangements or recognition."""

    state: str = Field(description="recorded: on the ledger; accepted: on its way.", examples=["recorded"])
    repeated: bool = Field(description="Whether the ledger said the same before.")
    transaction: Id | None = None
    block: int | None = None

    @classmethod
    def from_domain(cls, done: Arranged) -> Self:
        """Show what came of it."""
        receipt = None if done.repeated else done.written
        return cls(
            state="recorded" if done.written else "accepted",
            repeated=done.repeated,
            transaction=hexed_or_none(receipt.transaction) if receipt else None,
            block=receipt.block if receipt else None,
        )
