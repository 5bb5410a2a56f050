"""The file that describes an arrangement with all its members; `aamra` comes with this software.

Each fact in it names its source and how sure it is; `docs/how-to/join-an-arrangement.md` describes the file.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import reduce
from importlib.resources import files
from operator import attrgetter, or_
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from ledger.aeo.joining import Described, Row, Step
from ledger.aeo.words import role_named
from ledger.errors import InputMalformed
from ledger.operators import (
    ArrangementKind,
    Direction,
    OperatorRole,
    ParticipationState,
    ProgrammeKind,
)
from ledger.strict_json import loads
from ledger.writes import DeclareArrangement, DeclareProgramme

SHIPPED: Final = ("aamra", "bilateral")
"""Names of the files that come with this software."""
MOST_BYTES: Final = 2**20

PROGRAMME_KINDS: Final[Mapping[str, ProgrammeKind]] = {
    kind.name.lower().replace("_", "-"): kind for kind in ProgrammeKind
}
STATES: Final[Mapping[str, ParticipationState]] = {
    state.name.lower().replace("_", "-"): state for state in ParticipationState
}
ARRANGEMENT_KINDS: Final[Mapping[str, ArrangementKind]] = {
    kind.name.lower(): kind for kind in ArrangementKind
}

_Member = Annotated[str, Field(pattern="^[A-Z]{2}$")]
_Code = Annotated[str, Field(min_length=1, max_length=32, pattern="^[A-Z0-9][A-Z0-9-]*$")]
_Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Fact(BaseModel):
    """Something that is known from somewhere."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, extra="forbid", frozen=True)

    source: Annotated[str, Field(min_length=1)]
    confidence: Literal["sourced", "inferred", "from memory, unverified", "invented for demonstration"]
    note: str | None = None


class _Programme(_Fact):
    member: _Member
    code: _Code
    name: _Name
    kind: Literal["safe-aeo", "compliance"]
    levels: Annotated[int, Field(ge=1, le=9)]

    def to_domain(self) -> tuple[str, DeclareProgramme]:
        """Return the member and what it declares."""
        kind = PROGRAMME_KINDS[self.kind]
        return self.member, DeclareProgramme(self.code, self.name, kind, self.levels)


class _Arrangement(_Fact):
    kind: Literal["plurilateral", "bilateral"]
    member: _Member | None = None
    other: _Member | None = None
    code: _Code
    title: _Name
    text_hash: Annotated[str, Field(pattern="^0x[0-9a-f]{64}$")] = f"0x{'00' * 32}"

    @model_validator(mode="after")
    def _parties(self) -> Self:
        if (self.kind == "bilateral") != (self.member is not None and self.other is not None):
            raise ValueError("a bilateral arrangement, and no other, names `member` and `other`")
        return self

    def to_domain(self) -> DeclareArrangement:
        """Return what is declared."""
        text_hash = bytes.fromhex(self.text_hash[2:])
        return DeclareArrangement(ARRANGEMENT_KINDS[self.kind], self.other, self.code, self.title, text_hash)


class _Participation(_Fact):
    member: _Member
    state: Literal["comparing", "joint-validation", "signed", "pilot", "in-force", "suspended", "withdrawn"]
    effective_from: Annotated[date, Field(alias="from")]

    def to_domain(self) -> Step:
        """Return the step."""
        return Step(self.member, STATES[self.state], first_second(self.effective_from))


class _Recognition(_Fact):
    grantors: Annotated[list[_Member], Field(min_length=1)]
    partner: _Member
    programme: _Code
    min_level: Annotated[int, Field(ge=1, le=9)]
    roles: Annotated[
        list[Literal["IMP", "EXP", "MFR", "BRK", "CAR", "FWD", "WHS", "TRM", "LOG", "OTH"]],
        Field(min_length=1),
    ]
    directions: Annotated[list[Literal["import", "export"]], Field(min_length=1)]
    effective_from: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None

    def to_domain(self, grantor: str, steps: list[Step]) -> Row:
        """Return a grantor's row; without a date it begins when the grantor's participation does."""
        begins = first_second(self.effective_from) if self.effective_from else _in_force(grantor, steps)
        return Row(
            grantor=grantor,
            partner=self.partner,
            programme=self.programme,
            min_level=self.min_level,
            roles=reduce(or_, map(role_named, self.roles), OperatorRole(0)),
            directions=reduce(or_, (Direction[one.upper()] for one in self.directions), Direction(0)),
            effective_from=begins,
            until=last_second(self.until) if self.until else None,
        )


class _File(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, extra="forbid", frozen=True)

    format: Annotated[Literal["asal-arrangement-1"], Field(alias="schema")]
    about: str
    arrangement: _Arrangement
    programmes: list[_Programme]
    participations: list[_Participation]
    recognitions: list[_Recognition]

    def to_domain(self) -> Described:
        """Return what the file describes; `ValueError` where one part of it does not fit another."""
        steps = sorted((one.to_domain() for one in self.participations), key=attrgetter("effective_from"))
        rows = [one.to_domain(grantor, steps) for one in self.recognitions for grantor in one.grantors]
        programmes = [one.to_domain() for one in self.programmes]
        known = {(member, write.code) for member, write in programmes}
        for row in rows:
            if (row.partner, row.programme) not in known:
                raise ValueError(f"programme {row.programme} of {row.partner} is recognised and not listed")
            if row.partner == row.grantor:
                raise ValueError(f"{row.grantor} recognises itself")
        return Described(self.arrangement.member, self.arrangement.to_domain(), programmes, steps, rows)


def read_arrangement(name: str) -> Described:
    """Return what a file describes, by its path or by the name of one that comes with this software.

    Raises `InputMalformed`, or `OSError` when the file cannot be read.
    """
    text = _shipped(name) if name in SHIPPED else _bounded(Path(name))
    value = loads(text)
    try:
        return _File.model_validate(value).to_domain()
    except ValidationError as error:
        first = error.errors()[0]
        pointer = "".join(f"/{step}" for step in first["loc"])
        raise InputMalformed("arrangement.field", first["msg"], pointer) from None
    except ValueError as error:
        raise InputMalformed("arrangement.parts", str(error)) from None


def first_second(day: date) -> datetime:
    """Return the moment from which something holds that holds from a day on."""
    return datetime.combine(day, time(), tzinfo=UTC)


def last_second(day: date) -> datetime:
    """Return the last moment of a day."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC)


def _shipped(name: str) -> bytes:
    return files("ledger.aeo").joinpath("data", f"{name}.json").read_bytes()


def _bounded(path: Path) -> bytes:
    with path.open("rb") as file:
        text = file.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise InputMalformed("arrangement.size", f"the file may have {MOST_BYTES} bytes")
    return text


def _in_force(grantor: str, steps: list[Step]) -> datetime:
    for step in steps:
        if step.member == grantor and step.state is ParticipationState.IN_FORCE:
            return step.effective_from
    raise ValueError(f"{grantor} recognises a partner without a date, and is not in force itself")
