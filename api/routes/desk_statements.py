"""Statements at the desks: a file to hand to the other side, and a page that takes one."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response

from api.dependencies import Caller, LedgerDep
from api.desks.at_work import DeskRoute, note, see_other
from api.desks.certificates import AtCertificates
from api.desks.posted import UNPROCESSABLE, PostedDep
from api.desks.statements import EMPTY, FILE, StatementShown, desk_of, readable, shown_to, taken
from api.errors import Told, told_of
from api.pages.present import Trouble
from api.pages.render import page
from api.schemas import Id
from ledger.archive import ActOutcome
from ledger.errors import InputMalformed
from ledger.origin.steps import Side
from ledger.statement_exchange import StatementNotOnLedger
from ledger.statements import StatementMalformed, statement_bytes, statement_hash

router = APIRouter(prefix="/desk/statements", include_in_schema=False, route_class=DeskRoute)
StatementHash = Annotated[Id, Path()]
_NAMED: Final = "^0x[0-9a-f]{64}$"


@router.get("")
def statements(
    request: Request,
    caller: AtCertificates,
    ledger: LedgerDep,
    named: Annotated[str, Query(alias="taken", pattern=_NAMED)] = "",
) -> Response:
    """Show the form that takes a statement, and what was taken with it just now."""
    if not named:
        return _page(request, caller)
    return _page(
        request, caller, shown_to(caller, readable(bytes.fromhex(named[2:]), caller, ledger), ledger)
    )


@router.post("")
def take_statement(request: Request, caller: AtCertificates, ledger: LedgerDep, sent: PostedDep) -> Response:
    """Keep a statement that the other side hands over; taken twice it is kept once."""
    if not sent.file:
        return _page(request, caller, troubles=(EMPTY,))
    try:
        done = taken(sent, caller, ledger)
    except (InputMalformed, StatementMalformed, StatementNotOnLedger) as error:
        told = told_of(error)
        note(request, ActOutcome.REFUSED, why=told.problem.code)
        return _page(request, caller, troubles=(_trouble(told),))
    named = f"0x{statement_hash(done).hex()}"
    note(request, ActOutcome.DONE, about=named)
    return see_other(f"/desk/statements?taken={named}")


@router.get("/{statement}")
def statement_file(statement: StatementHash, caller: AtCertificates, ledger: LedgerDep) -> Response:
    """Give a statement out whole, to be handed to the other side by any channel."""
    held = readable(bytes.fromhex(statement[2:]), caller, ledger)
    headers = {"Content-Disposition": f'attachment; filename="statement-{statement[2:12]}.json"'}
    return Response(statement_bytes(held), headers=headers, media_type="application/json")


def _trouble(told: Told) -> Trouble:
    places = tuple(f"{one.get('pointer', '')}: {one['detail']}".lstrip(": ") for one in told.places)
    return Trouble(FILE, told.detail, places)


def _page(
    request: Request,
    caller: Caller,
    taken_now: StatementShown | None = None,
    troubles: tuple[Trouble, ...] = (),
) -> Response:
    return page(
        request,
        "desk/statements.html",
        status=UNPROCESSABLE if troubles else 200,
        taken=taken_now,
        troubles=troubles,
        importing=desk_of(caller) is Side.ASKING,
    )
