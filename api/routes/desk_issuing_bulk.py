"""Many certificates from one file at the desk: sending it, watching it, fetching what came of it."""

import re
import secrets
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.dependencies import Caller, ServicesDep
from api.desks.at_work import AtIssuing, DeskRoute, note, see_other
from api.desks.issuing_bulk import Rows, Run, Runs
from api.desks.issuing_pages import ISSUING
from api.desks.posted import UNPROCESSABLE
from api.errors import ApiError, retry_after, told_of
from api.pages.present import Trouble
from api.pages.render import page
from api.pages.tabular import file_name
from ledger.archive import ActOutcome
from ledger.bulk.running import Outcome, Way, issue_in_bulk
from ledger.errors import InputMalformed
from ledger.issuing import admit
from ledger.said import said

PATH: Final = f"{ISSUING}/bulk"
router = APIRouter(include_in_schema=False, route_class=DeskRoute)
_TOKEN: Final = re.compile("[0-9a-f]{32}")
_LONGEST_NAME: Final = 80
_FULL_SECONDS: Final = 30
RunId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


def _runs(request: Request) -> Runs:
    runs: Runs = request.app.state.desk_runs
    return runs


@router.get(PATH)
def ask_for_file(request: Request, caller: AtIssuing, services: ServicesDep) -> Response:
    """Show the form for a file, and the runs there were."""
    return _form(request, caller, services)


def _form(request: Request, caller: Caller, services: ServicesDep, *troubles: Trouble) -> Response:
    return page(
        request,
        "desk/issuing_bulk.html",
        status=UNPROCESSABLE if troubles else 200,
        runs=_runs(request).of(caller.authority),
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
    runs, places = _runs(request), request.app.state.bulk_places
    if runs.find(token, caller.authority):
        file.file.close()
        return see_other(f"{PATH}/{token}")
    name = file_name((file.filename or "rows")[-_LONGEST_NAME:])
    run = Run(token, caller.authority, name, services.ledger.clock())
    if not places.work.acquire(blocking=False):
        run.forget()
        file.file.close()
        raise ApiError("overloaded", headers=retry_after(_FULL_SECONDS))
    with ExitStack() as ending:
        ending.callback(file.file.close)
        ending.callback(places.work.release)
        if not runs.take(run):
            run.forget()
            busy = said("A file of your authority is still being worked on; wait until it is done")
            return _form(request, caller, services, Trouble("file", busy))
        ending.callback(runs.drop, run)
        try:
            rows = Rows(file.file, services.limits.bulk_rows, table=name.lower().endswith(".csv"))
        except InputMalformed as error:
            wrong = Trouble("file", said("The file cannot be read as a table"), (told_of(error).detail,))
            return _form(request, caller, services, wrong)
        outcomes = _outcomes(rows, caller, services)
        ending.pop_all()
    note(request, ActOutcome.DONE, act="bulk.begin", about=token)

    def ended() -> None:
        places.work.release()
        file.file.close()

    run.begin(outcomes, rows, ended)
    return see_other(f"{PATH}/{token}")


def _outcomes(rows: Rows, caller: Caller, services: ServicesDep) -> Generator[Outcome, None, None]:
    """Begin to issue; raises what stands in the way of all rows."""
    limits, ledger = services.limits, services.ledger
    admit(caller.account, ledger)
    return issue_in_bulk(
        rows,
        columns=rows.columns,
        authority=caller.authority,
        account=caller.account,
        ledger=ledger,
        way=Way(workers=limits.bulk_workers, patience=limits.wait, go_on=True),
    )


@router.get(f"{PATH}/{{run}}")
def watch(request: Request, run: RunId, caller: AtIssuing) -> Response:
    """Show how far a file is."""
    found = _runs(request).find(run, caller.authority)
    fragment = request.headers.get("hx-request") == "true"
    template = "desk/_issuing_bulk_run.html" if fragment else "desk/issuing_bulk_run.html"
    return page(request, template, status=200 if found else 404, run=found)


@router.get(f"{PATH}/{{run}}/envelopes")
def envelopes(request: Request, run: RunId, caller: AtIssuing) -> Response:
    """Hand out the envelopes of a run, one a line."""
    found = _found(request, run, caller)
    return _file(found.envelopes(), "application/x-ndjson", f"{found.name}-envelopes.ndjson")


@router.get(f"{PATH}/{{run}}/refused")
def refused(request: Request, run: RunId, caller: AtIssuing) -> Response:
    """Hand out the refused rows of a run, each with what is wrong, as a table."""
    found = _found(request, run, caller)
    return _file(found.refused(), "text/csv; charset=utf-8", f"{found.name}-refused.csv")


def _found(request: Request, run: str, caller: Caller) -> Run:
    found = _runs(request).find(run, caller.authority)
    if found is None:
        raise ApiError("not-found")
    return found


def _file(content: Iterator[bytes], media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(content, media_type=media_type, headers=headers)
