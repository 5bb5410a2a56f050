"""The rules by which proofs of origin are judged, which are public: dated data, each set with its hash."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.dependencies import LedgerDep
from api.errors import ApiError
from api.openapi import problems
from api.schemas import Id, Schema, hexed
from api.strict import StrictRoute
from ledger import rules
from ledger.document_schema import Day, SchemeCode

router = APIRouter(prefix="/v1", tags=["rules"], route_class=StrictRoute)


class RuleSetOut(Schema):
    """One rule set, without its rules."""

    scheme: str = Field(examples=["ATIGA-D"])
    name: str = Field(examples=["ATIGA OCP, text of 2021"])
    since: date = Field(description="First day of issue that it applies to.")
    until: date | None = Field(
        default=None, description="Last day of issue; absent while there is no later text."
    )
    hash: Id = Field(description="keccak-256 of the canonical JSON (RFC 8785) of its document.")

    @classmethod
    def from_domain(cls, one: rules.Published) -> "RuleSetOut":
        """Return a rule set in the shape of the API."""
        chosen = one.rule_set
        return cls(
            scheme=one.scheme.code,
            name=chosen.edition.name,
            since=chosen.since,
            until=None if chosen.until == date.max else chosen.until,
            hash=hexed(one.hash),
        )


class RuleSetList(Schema):
    """Every rule set there is."""

    rule_sets: list[RuleSetOut]


class RuleSetDocument(RuleSetOut):
    """One rule set with all that it says."""

    document: dict[str, Any] = Field(description="What is hashed: figures, lists, parts and rules.")


@router.get("/rules", operation_id="listRuleSets", response_model_exclude_none=True, responses=problems())
def list_rule_sets() -> RuleSetList:
    """List the rule sets of all schemes."""
    return RuleSetList(rule_sets=[RuleSetOut.from_domain(one) for one in rules.all_published()])


@router.get(
    "/rules/{scheme}",
    operation_id="getRuleSet",
    response_model_exclude_none=True,
    responses=problems("rule-set-not-found", "invalid-request"),
)
def get_rule_set(
    scheme: SchemeCode,
    ledger: LedgerDep,
    on: Annotated[Day | None, Query(description="Date of issue; today when not given.")] = None,
) -> RuleSetDocument:
    """Fetch the rules for proofs of a scheme issued on a day."""
    found = rules.published(scheme, on or ledger.clock().date())
    if found is None:
        raise ApiError("rule-set-not-found")
    told = RuleSetOut.from_domain(found)
    return RuleSetDocument(**told.model_dump(), document=dict(found.document))
