"""The shapes of the lists of operators, changes and delays that customs and AEO authorities ask for."""

from typing import Any, Self

from pydantic import Field

from api.recognition_schemas import BasisOut, MembershipOut, StateOut, note_text
from api.schemas import AsOfOut, Moment, Schema
from ledger.aeo.words import directions_words, role_code, word
from ledger.operators import Direction, OperatorRole
from ledger.recognition_lists import Benefit, Benefits, Change, Changes, Latency


class GrantOut(Schema):
    """A role in which an operator has benefits, and the directions."""

    role: str
    directions: list[str]


class BenefitOut(Schema):
    """A partner's operator whose benefits apply in the host now."""

    operator: str
    name: str | None
    name_note: str | None = None
    member: StateOut
    granted: list[GrantOut]
    programme: MembershipOut | None = None
    valid_until: Moment | None = None
    arrangement: BasisOut | None = None

    @classmethod
    def from_domain(cls, row: Benefit) -> Self:
        """Show a row."""
        directions: dict[OperatorRole, Direction] = {}
        for role, direction in row.granted:
            directions[role] = directions.get(role, Direction(0)) | direction
        return cls(
            operator=row.operator,
            name=row.name,
            name_note=note_text(row.name_note),
            member=StateOut.of(row.operator[:2]),
            granted=[
                GrantOut(role=role_code(role), directions=directions_words(both))
                for role, both in directions.items()
            ],
            programme=MembershipOut.of(row.programme, row.level),
            valid_until=row.valid_until,
            arrangement=BasisOut.of(row.arrangement),
        )


class BenefitsOut(Schema):
    """A page of operators whose benefits apply, by code."""

    host: StateOut
    at: Moment
    operators: list[BenefitOut]
    next: str | None = Field(None, description="`after` of the next page; absent at the end.")
    as_of: AsOfOut

    @classmethod
    def from_domain(cls, host: str, page: Benefits) -> Self:
        """Show a page."""
        return cls(
            host=StateOut.of(host),
            at=page.at,
            operators=[BenefitOut.from_domain(row) for row in page.rows],
            next=page.next,
            as_of=AsOfOut.from_domain(page.as_of),
        )

    def document(self) -> dict[str, Any]:
        """Return it as JSON members, as `RecognitionOut.document` does."""
        whole = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {**whole, "operators": [{"name": None, **row} for row in whole["operators"]]}


class ChangeOut(Schema):
    """A status change; of an operator that does not agree to the exchange, only that there was one."""

    operator: str
    name: str | None = None
    member: StateOut
    recorded_at: Moment
    withheld: bool
    version: int | None = None
    status: str | None = Field(None, description="As recorded; expiry is not a change.")
    ground: str | None = None
    roles: list[str] | None = None
    programme: MembershipOut | None = None
    effective_from: Moment | None = None
    until: Moment | None = Field(
        None, description="End of validity; of a revocation, until when it may not apply."
    )
    place: str = Field(description="Block and position of its event.", examples=["1234-0"])

    @classmethod
    def from_domain(cls, row: Change) -> Self:
        """Show a change."""
        one, change = row.recorded, row.recorded.change
        bare: dict[str, Any] = {
            "operator": one.operator,
            "member": StateOut.of(one.operator[:2]),
            "recorded_at": change.recorded_at,
            "withheld": row.withheld,
            "place": place_text(one.place),
        }
        if row.withheld:
            return cls(**bare)
        return cls(
            **bare,
            name=row.name,
            version=change.version,
            status=word(change.status),
            ground=word(change.ground),
            roles=[role_code(role) for role in OperatorRole if role in change.roles],
            programme=MembershipOut.of(row.programme, change.level),
            effective_from=change.effective_from,
            until=change.until,
        )


def place_text(place: tuple[int, int]) -> str:
    """Return a place as the wire has it."""
    return f"{place[0]}-{place[1]}"


class ChangesOut(Schema):
    """A page of changes in the order in which they were recorded."""

    changes: list[ChangeOut]
    next: str | None = Field(None, description="`after` for what follows, also what is recorded later.")
    as_of: AsOfOut

    @classmethod
    def from_domain(cls, page: Changes) -> Self:
        """Show a page."""
        return cls(
            changes=[ChangeOut.from_domain(row) for row in page.rows],
            next=place_text(page.next) if page.next else None,
            as_of=AsOfOut.from_domain(page.as_of),
        )


class LatencyRow(Schema):
    """How late a member recorded its changes, in seconds."""

    member: StateOut
    status: str = Field(description="A status, or `all` for all but annulments, which reach back.")
    changes: int
    ahead: int = Field(description="Recorded before they took effect, which counts as not late.")
    median_seconds: int
    p90_seconds: int
    longest_seconds: int

    @classmethod
    def from_domain(cls, row: Latency) -> Self:
        """Show a row."""
        return cls(
            member=StateOut.of(row.member),
            status=word(row.status) if row.status else "all",
            changes=row.changes,
            ahead=row.ahead,
            median_seconds=int(row.median.total_seconds()),
            p90_seconds=int(row.p90.total_seconds()),
            longest_seconds=int(row.longest.total_seconds()),
        )


class LatencyOut(Schema):
    """How late changes of a period were recorded, by member and status."""

    since: Moment
    until: Moment
    members: list[LatencyRow]
    as_of: AsOfOut
