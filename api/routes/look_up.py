"""The secured look-up for authorities of other members (RCEP Articles 3.17.7 and 3.21.5)."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import LedgerDep, LookingUp
from api.exporter_schemas import ApprovedList, ApprovedOut, Code, LookUpOut, ShownOut
from api.openapi import AUTHENTICATED, problems
from api.strict import StrictRoute
from ledger.field_checks import LONGEST_REFERENCE
from ledger.looking_up import look_exporter_up, look_up

router = APIRouter(prefix="/v1/look-up", tags=["look-up"], route_class=StrictRoute)


@router.get("", operation_id="lookUp", responses=problems(*AUTHENTICATED, "rate-limited"))
def look_number_up(
    caller: LookingUp,
    ledger: LedgerDep,
    number: Annotated[str, Query(min_length=1, max_length=LONGEST_REFERENCE, description="The CO number.")],
    issued_on: Annotated[date | None, Query(alias="issuedOn", description="Its date of issue.")] = None,
) -> LookUpOut:
    """Show the six particulars of certificates issued here, and how they stand.

    RCEP proofs are shown to every member, others to the members they name; what a caller may not see is as
    if it were not there.
    """
    found = look_up(number, ledger, asking=caller.member, issued_on=issued_on)
    return LookUpOut(certificates=[ShownOut.from_domain(one) for one in found])


@router.get(
    "/exporters",
    operation_id="lookUpExporter",
    response_model_exclude_none=True,
    responses=problems(*AUTHENTICATED, "rate-limited", "procedures-not-named"),
)
def look_approved_up(
    caller: LookingUp,  # noqa: ARG001 - any member's authority
    ledger: LedgerDep,
    code: Annotated[Code, Query(description="Authorisation code.")],
) -> ApprovedList:
    """Show approved exporters: name, address, code, dates, and the chapters of their goods."""
    return ApprovedList(exporters=[ApprovedOut.from_domain(one) for one in look_exporter_up(code, ledger)])
