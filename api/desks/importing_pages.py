"""The pages of the importing desk: what they show, from what the ledger answers."""

from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import Request, Response

from api.dependencies import Caller
from api.desks import importing_lists as lists
from api.desks.cases_shown import listed as cases_listed
from api.desks.importing_asked import TOP
from api.desks.importing_lists import DueRow, Group, Incoming, Listed
from api.desks.importing_receive import Presented
from api.desks.importing_recent import recent
from api.desks.importing_shown import LATE_NAMES, on_desk
from api.desks.posted import UNPROCESSABLE, Posted
from api.pages.answered import ByFile, answered
from api.pages.present import Trouble
from api.pages.render import page
from api.pages.tabular import csv_response
from api.services import Services
from ledger.errors import ReplicaNeeded
from ledger.kept_port import Kept
from ledger.origin.reasons import LATE_WORDS, REASONS
from ledger.origin.steps import Side
from ledger.receiving import RECEIVED
from ledger.said import Said, said

CASES: Final = 50
"""Cases in a list at a time."""
INCOMPLETE: Final = said(
    "The copy hides fields that a decision needs. Ask for one in which nothing is hidden"
)
_HEADER: Final = (
    "group",
    "reference",
    "certificate",
    "exporting member",
    "exporter",
    "goods lines",
    "issued on",
    "valid until",
    "days left",
    "received at",
    "decide by",
)
_DUE_HEADER: Final = (
    "due",
    "days",
    "overdue",
    "by",
    "rule",
    "what",
    "reference",
    "certificate",
    "case",
    "lines",
)
DONE: Final[Mapping[str, Said]] = {
    "received": said("The certificate is received, and its issuer is told."),
    "receiving": said("The receipt is on its way to the ledger."),
    "kept": said("The copy is kept. It is not made out to your member, so no receipt is recorded."),
    "decided": said("The decision is made."),
    "accepted": said("Accepted, on its way to the ledger."),
    "repeated": said("The same was decided before: nothing was done twice."),
    "opened": said("The check is opened, and the other side is asked."),
    "opening": said("The check is on its way to the ledger; it will be in the list in a moment."),
    "stepped": said("The step is taken, and the other side sees it."),
    "stepping": said("The step is on its way to the ledger."),
    "set": said("The practice is changed."),
}
"""What a page says that is shown after an act, by the word in its address."""


def front(request: Request, caller: Caller, services: Services, group: Group | None, after: str) -> Response:
    """Show what waits: at the top what is due, then the lists, or one of them from a place on."""
    wanted = (group,) if group else tuple(Group)
    try:
        due = lists.soon(caller.member, services.ledger) if group is None else ()
        found = [lists.listed(one, caller.member, services.ledger, after=after) for one in wanted]
    except ReplicaNeeded:
        due, found = (), []
    above = {row.certificate for one in found for row in one.rows}
    lately = recent(caller.member, services) if group is None else ()
    return page(
        request,
        "desk/importing.html",
        due=due,
        lists=found,
        group=group,
        recent=[one for one in lately if one.certificate not in above],
        done=done_of(request),
    )


def front_csv(caller: Caller, services: Services) -> Response:
    """Return the lists as a file."""
    found = (lists.listed(group, caller.member, services.ledger, limit=lists.MOST) for group in Group)
    return csv_response(
        f"incoming {caller.member}", _HEADER, (_cells(one, row) for one in found for row in one.rows)
    )


def _cells(listed: Listed, row: Incoming) -> Sequence[object]:
    return (
        listed.group.value,
        row.reference,
        f"0x{row.certificate.hex()}",
        row.exporting,
        row.exporter,
        row.lines,
        row.issued_on,
        row.valid_until,
        row.days,
        row.received_at,
        row.due.due if row.due else None,
    )


def deadlines_csv(caller: Caller, rows: Sequence[DueRow]) -> Response:
    """Return what is due as a file."""
    return csv_response(
        f"deadlines {caller.member}",
        _DUE_HEADER,
        (
            (
                row.due.due,
                -row.due.days if row.due.overdue else row.due.days,
                row.due.overdue,
                row.by,
                row.due.rule,
                row.due.what,
                row.reference,
                f"0x{row.certificate.hex()}",
                row.case,
                ", ".join(map(str, row.lines)),
            )
            for row in rows
        ),
    )


def verdict_page(
    request: Request, caller: Caller, services: Services, given: Presented, troubles: Sequence[Trouble] = ()
) -> Response:
    """Show the verdict on what was presented as anybody sees it, with the button that receives it."""
    terms = given.seen.terms
    return answered(
        request,
        given.verdict,
        services,
        ByFile(given.seen, given.content, given.inside),
        template="desk/importing_verdict.html",
        status=422 if troubles else 200,
        copy=given.copy,
        ours=terms is not None and terms.importing == caller.member,
        importing=terms.importing if terms else "",
        receivable=given.verdict.code in RECEIVED,
        troubles=troubles,
    )


def decide_page(  # noqa: PLR0913 - what a form shows
    request: Request,
    kept: Kept,
    caller: Caller,
    services: Services,
    troubles: Sequence[Trouble] = (),
    *,
    typed: Posted | None = None,
    status: int = UNPROCESSABLE,
) -> Response:
    """Show a certificate with the form to decide on its lines; `status` is that of a page with troubles."""
    shown = on_desk(kept, services.ledger)
    if request.headers.get("hx-request") == "true" and not typed:
        return page(request, "desk/_importing_decided.html", shown=shown)
    issuer = services.ledger.members.issuer(caller.authority)
    return page(
        request,
        "desk/importing_decide.html",
        status=status if troubles else 200,
        shown=shown,
        typed=typed,
        troubles=troubles,
        top=TOP,
        office=issuer.name[:80] if issuer else "",
        reasons=tuple(REASONS.values()),
        grounds=tuple((LATE_WORDS[ground], name) for ground, name in LATE_NAMES.items()),
        done=done_of(request),
    )


def done_of(request: Request) -> Said | None:
    """Return what a page says of the act after which it is shown."""
    return DONE.get(request.query_params.get("done", ""))


def cases_page(request: Request, caller: Caller, services: Services, after: int, *, closed: bool) -> Response:
    """List the cases in which the member asks, from a number on, and those in which it is asked."""
    who, ledger = caller.member, services.ledger
    asking = cases_listed(who, ledger, side=Side.ASKING, closed=closed, after=after, limit=CASES + 1)
    asked = cases_listed(who, ledger, side=Side.ASKED, closed=closed, limit=CASES)
    return page(
        request,
        "desk/importing_cases.html",
        asking=asking[:CASES],
        asked=asked,
        closed=closed,
        more=asking[CASES - 1].number if len(asking) > CASES else 0,
        done=done_of(request),
    )
