"""The page on which anybody checks whether a partner is an authorised economic operator, and where."""

from fastapi import APIRouter, Request, Response

from api.dependencies import ServicesDep
from api.pages.operators import operators_page
from api.pages.operators_asked import PATH
from api.pages.operators_reasons import REASONS
from api.pages.render import page
from ledger.aeo.words import word

router = APIRouter(include_in_schema=False)


@router.get(PATH)
def check_operator(request: Request, services: ServicesDep) -> Response:
    """Show the form, the operators that a name fits, or all that may be told of one."""
    return operators_page(request, services)


@router.get(f"{PATH}/reasons")
def reasons(request: Request) -> Response:
    """Explain every answer: what it means, and what to do."""
    explained = [(word(reason), one) for reason, one in REASONS.items()]
    return page(request, "operators_reasons.html", reasons=explained)
