"""Many certificates from one file at the desk: sending it, watching it, fetching what came of it."""

import re
import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.bulk import Places
from api.dependencies import Caller, ServicesDep
from api.desks.at_work import AtIssuing, DeskRoute, note, see_other
from api.desks.issuing_bulk import Rows, Work, claimed, is_table, rows_of, stored
from api.desks.issuing_bulk_told import envelopes, refused, shown
from api.desks.issuing_pages import ISSUING, name_of
from api.desks.posted import UNPROCESSABLE
from api.errors import ApiError, retry_after, told_of
from api.pages.present import Trouble
from api.pages.render import page
from api.pages.tabular import file_name
from api.services import Services
from ledger.archive import ActOutcome, BulkRun
from ledger.bulk.running import Outcome, Way, issue_in_bulk
from ledger.errors import InputMalformed
from ledger.issuing import admit
from ledger.said import said

PATH: Final = f"{ISSUING}/bulk"
router = APIRouter(include_in_schema=False, route_class=DeskRoute)
_TOKEN: Final = re.compile("[0-9a-f]{32}")
_LONGEST_NAME: Final = 80
_FULL_SECONDS: Final = 30
_BUSY: Final = said("A file of your authority is still being worked on; wait until it is done")
RunId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.get(PATH)
def ask_for_file(request: Request, caller: AtIssuing, services: ServicesDep) -> Response:
    """Show the form for a file, and the runs there were."""
    return _form(request, caller, services)


def _form(request: Request, caller: Caller, services: ServicesDep, *troubles: Trouble) -> Response:
    runs, now = services.rooms.bulk_runs, services.ledger.clock()
    return page(
        request,
        "desk/issuing_bulk.html",
        status=UNPROCESSABLE if troubles else 200,
        runs=[runs.seen(run, now=now) for run in runs.runs(caller.authority)],
        troubles=troubles,
        token=secrets.token_hex(16),
        most_rows=services.limits.bulk_rows,
        most_megabytes=services.limits.bulk_bytes // 1_000_000,
    )


@router.post(PATH)
async def send_file(request: Request, caller: AtIssuing, services: ServicesDep) -> Response:
    """Take a file and begin with it; sent twice it is one run, and there is one at a time for a desk."""
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=4)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError):  # also a text that cannot be read
        raise ApiError("invalid-request") from None
    file, token = form.get("file"), str(form.get("token", ""))
    if not isinstance(file, UploadFile) or not file.size or not _TOKEN.fullmatch(token):
        await form.close()
        return await run_in_threadpool(
            _form, request, caller, services, Trouble("file", said("Choose a file with rows in it"))
        )
    return await run_in_threadpool(_begun, request, caller, services, file, token)


def _begun(request: Request, caller: Caller, services: ServicesDep, file: UploadFile, token: str) -> Response:
    runs, authority = services.rooms.bulk_runs, caller.authority
    name = file_name((file.filename or "rows")[-_LONGEST_NAME:])
    there = see_other(f"{PATH}/{token}")

    def known() -> bool:
        return runs.find(token, authority) is not None

    with ExitStack() as ending, closing(file.file):
        if known() or not _at_work(request, authority, services, ending, known):
            return there if known() else _form(request, caller, services, Trouble("file", _BUSY))
        try:
            Rows(file.file, 0, table=is_table(name))
        except InputMalformed as error:
            wrong = Trouble("file", said("The file cannot be read as a table"), (told_of(error).detail,))
            return _form(request, caller, services, wrong)
        now = services.ledger.clock()
        sent = BulkRun(authority=authority, id=token, officer=name_of(caller), name=name, began_at=now)
        run = runs.begin(sent)
        if run is None:  # sent twice
            return there
        with ExitStack() as failing:
            failing.callback(runs.drop, run)
            run = stored(run, file.file, runs)
            rows, outcomes = _outcomes(run, caller, services)
            failing.pop_all()
        note(request, ActOutcome.DONE, act="bulk.begin", about=token)
        Work(run, runs, services.ledger.clock).begin(outcomes, rows, ending.pop_all().close)
    return there


def _at_work(
    request: Request, authority: int, services: Services, ending: ExitStack, sooner: Callable[[], bool]
) -> bool:
    """Take a place in this process, and the desk of the authority; raises `ApiError` without a place."""
    places: Places = request.app.state.bulk_places
    if not places.work.acquire(blocking=False):
        raise ApiError("overloaded", headers=retry_after(_FULL_SECONDS))
    ending.callback(places.work.release)
    return claimed(authority, services.rooms.bulk_runs, ending, sooner)


def _outcomes(
    run: BulkRun, caller: Caller, services: Services
) -> tuple[Rows, Generator[Outcome, None, None]]:
    """Begin to issue what is not done; raises what stands in the way of all rows."""
    limits, ledger = services.limits, services.ledger
    admit(caller.account, ledger)
    rows = rows_of(run, services.rooms.bulk_runs, limits.bulk_rows)
    outcomes = issue_in_bulk(
        rows,
        columns=rows.columns,
        authority=caller.authority,
        account=caller.account,
        ledger=ledger,
        way=Way(workers=limits.bulk_workers, patience=limits.wait, go_on=True),
        wanted=lambda _: False,
    )
    return rows, outcomes


@router.post(f"{PATH}/{{run}}/again")
def go_on(request: Request, run: RunId, caller: AtIssuing, services: ServicesDep) -> Response:
    """Take up a file that was broken off; twice, or by two officers, it is done once."""
    runs, there = services.rooms.bulk_runs, see_other(f"{PATH}/{run}")
    if not _may_go_on(_found(run, caller, services)):
        return there
    with ExitStack() as ending:
        if not _at_work(request, caller.authority, services, ending, lambda: False):
            return _watched(request, _found(run, caller, services), services, busy=True)
        found = _found(run, caller, services)
        if not _may_go_on(found):  # somebody was quicker
            return there
        rows, outcomes = _outcomes(found, caller, services)
        taken = runs.take_up(found, name_of(caller), now=services.ledger.clock())
        note(request, ActOutcome.DONE, act="bulk.go-on", about=run)
        Work(taken, runs, services.ledger.clock).begin(outcomes, rows, ending.pop_all().close)
    return there


def _may_go_on(run: BulkRun) -> bool:
    return run.whole and bool(run.problem)


@router.get(f"{PATH}/{{run}}")
def watch(request: Request, run: RunId, caller: AtIssuing, services: ServicesDep) -> Response:
    """Show how far a file is."""
    return _watched(request, services.rooms.bulk_runs.find(run, caller.authority), services)


def _watched(request: Request, found: BulkRun | None, services: Services, *, busy: bool = False) -> Response:
    runs = services.rooms.bulk_runs
    run = shown(runs.seen(found, now=services.ledger.clock()), runs) if found else None
    fragment = request.headers.get("hx-request") == "true"
    template = "desk/_issuing_bulk_run.html" if fragment else "desk/issuing_bulk_run.html"
    status = (HTTPStatus.CONFLICT if busy else HTTPStatus.OK) if found else HTTPStatus.NOT_FOUND
    return page(request, template, status=status, run=run, busy=busy and _BUSY)


@router.get(f"{PATH}/{{run}}/envelopes")
def hand_out_envelopes(run: RunId, caller: AtIssuing, services: ServicesDep) -> Response:
    """Hand out the envelopes of a run, one a line."""
    found, rooms = _found(run, caller, services), services.rooms
    content = envelopes(found, rooms.bulk_runs, services.ledger.archive)
    return _file(content, "application/x-ndjson", f"{found.name}-envelopes.ndjson")


@router.get(f"{PATH}/{{run}}/refused")
def hand_out_refused(run: RunId, caller: AtIssuing, services: ServicesDep) -> Response:
    """Hand out the refused rows of a run, each with what is wrong, as a table."""
    found = _found(run, caller, services)
    content = refused(found, services.rooms.bulk_runs)
    return _file(content, "text/csv; charset=utf-8", f"{found.name}-refused.csv")


def _found(run: str, caller: Caller, services: Services) -> BulkRun:
    runs = services.rooms.bulk_runs
    found = runs.find(run, caller.authority)
    if found is None:
        raise ApiError("not-found")
    return runs.seen(found, now=services.ledger.clock())


def _file(content: Iterator[bytes], media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(content, media_type=media_type, headers=headers)
