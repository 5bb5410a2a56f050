"""The pages of the AEO desk: what the routes show."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from fastapi import Request, Response

from api.dependencies import Caller
from api.desks import aeo_shown as shown
from api.desks.aeo_words import ACTS, CONSENTS, EVENT_STATES, GROUNDS, HAPPENED, STAGES
from api.pages.operators_told import STATUS_WORDS
from api.pages.present import Trouble
from api.pages.render import page
from api.pages.tabular import csv_response
from api.services import Services
from ledger.aeo.acts import STAGE_OF, Act
from ledger.aeo.cases import Case, EventState
from ledger.authorising import newest_record
from ledger.operators import OperatorCode, StatusChange
from ledger.ports import Ledger

_FRAGMENT = "HX-Request"


def front(request: Request, caller: Caller, ledger: Ledger, q: str, after: OperatorCode | None) -> Response:
    """Return the list of the member's operators, or those that a text finds."""
    found = (
        shown.searched(q, caller.member, ledger) if q else shown.listed(caller.member, ledger, after=after)
    )
    first = not q and after is None
    waits = shown.waiting(caller.member, ledger) if first else ()
    return page(request, "desk/aeo.html", found=found, waits=waits, q=q, first=first)


def front_csv(caller: Caller, ledger: Ledger) -> Response:
    """Return the member's operators as a table."""
    rows: list[shown.Row] = []
    after: OperatorCode | None = None
    while len(rows) < shown.MOST_ROWS:
        found = shown.listed(caller.member, ledger, after=after, limit=500)
        rows += found.rows
        after = found.more
        if after is None:
            break
    return csv_response(f"operators-{caller.member}", shown.HEADER, shown.table_of(rows))


def application(  # noqa: PLR0913 - what a form shows
    request: Request,
    caller: Caller,
    ledger: Ledger,
    troubles: Sequence[Trouble] = (),
    *,
    typed: Mapping[str, Any] | None = None,
    operator: str = "",
    status: int = 200,
) -> Response:
    """Return the form of a new application."""
    office = {"office": _office(caller, None, ledger), "country": caller.member, "operator": operator}
    begins = {
        **shown.begun_with(None, None, ""),
        **office,
        "level": 1,
        "consent": ["publication", "exchange"],
    }
    return page(
        request,
        "desk/aeo_new.html",
        status=status,
        troubles=troubles,
        form=shown.form_of(Act.APPLY),
        begins=begins,
        typed=typed or {},
        choices=shown.choices(),
        programmes=shown.programmes_of(caller.member, ledger),
        consents=CONSENTS,
    )


def one(  # noqa: PLR0913 - what a page shows
    request: Request,
    caller: Caller,
    case: Case,
    services: Services,
    troubles: Sequence[Trouble] = (),
    *,
    typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    """Return the page of an operator; asked by a script, only how it stands."""
    ledger, now = services.ledger, services.ledger.clock()
    record = newest_record(case, ledger)
    row, act_forms = shown.row_of(case, record, now), shown.forms_of(case, now)
    if request.headers.get(_FRAGMENT) and not troubles:
        return page(request, "desk/_aeo_stands.html", row=row)
    return page(
        request,
        "desk/aeo_operator.html",
        status=status,
        troubles=_placed(troubles, {form.act for form in act_forms}),
        row=row,
        record=record,
        agreed=[CONSENTS[name] for name in shown.begun_with(record, case, "")["consent"]],
        act_forms=act_forms,
        may_apply=Act.APPLY in case.allowed_at(now),
        begins=shown.begun_with(record, case, _office(caller, case, ledger)),
        typed=typed or {},
        choices=shown.choices(),
        programmes=shown.programmes_of(caller.member, ledger),
        consents=CONSENTS,
        statuses=_statuses(case),
        events=_events(case),
        done=ACTS.get(_act(request.query_params.get("done", ""))),
    )


def _placed(troubles: Sequence[Trouble], acts: Collection[str]) -> Sequence[Trouble]:
    """Return troubles at controls that the page has: those of an act that is not allowed, where acts are."""
    return [one if _form_of(one.control) in acts else replace(one, control="acts") for one in troubles]


def _form_of(control: str) -> str:
    return control.rpartition("-")[0]


def _act(text: str) -> Any:  # noqa: ANN401 - an act, or a text that is none
    with suppress(ValueError):
        return Act(text)
    return text


def _office(caller: Caller, case: Case | None, ledger: Ledger) -> str:
    """Return the office that forms begin with: the one that acted for the authority last, or its name."""
    mine = (
        event.office for event in reversed(case.events if case else ()) if event.authority == caller.authority
    )
    authority = ledger.members.authority(caller.authority)
    return next(mine, authority.name if authority else "")


def _statuses(case: Case) -> Sequence[Mapping[str, Any]]:
    """Return the statuses of a case, the newest first."""
    return [
        {
            "status": STATUS_WORDS[status.status.name.lower()],
            "stage": STAGE_OF[status.status].value,
            "begins": status.effective_from,
            "until": status.until,
            "level": status.level,
            "ground": GROUNDS[status.ground] if status.ground else "",
            "recorded": status.recorded_at if isinstance(status, StatusChange) else None,
        }
        for status in reversed(case.statuses)
    ]


def _events(case: Case) -> Sequence[Mapping[str, Any]]:
    """Return what happened, the newest first."""
    return [
        {
            "what": HAPPENED[event.act],
            "stage": STAGES[event.stage],
            "at": event.recorded_at,
            "effective": event.effective,
            "office": event.office,
            "ground": GROUNDS[event.ground] if event.ground else "",
            "note": event.note,
            "state": EVENT_STATES[event.state.value],
            "pending": event.state is EventState.ACCEPTED,
        }
        for event in reversed(case.events)
    ]
