"""Certified and approved exporters over HTTP: their competent authority acts, other members look."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.dependencies import (
    Caller,
    CompetentOfficer,
    Done,
    LedgerDep,
    OnceExporterDep,
    Reader,
    RecordTaker,
    WaitDep,
)
from api.exporter_schemas import (
    Code,
    ExporterActedOut,
    ExporterBody,
    ExporterList,
    ExporterOut,
    MemberCode,
    RecordBody,
    RecordTakenOut,
)
from api.openapi import AUTHENTICATED, problems
from api.schemas import hexed
from api.strict import StrictRoute
from ledger import exporters
from ledger.aeo.days import moment_asked
from ledger.exporter_acts import ExporterFile
from ledger.exporter_records import record_hash, record_of
from ledger.ports import Ledger

router = APIRouter(prefix="/v1/exporters", tags=["exporters"], route_class=StrictRoute)
_ACTING = problems(
    *AUTHENTICATED,
    "body",
    "chain",
    "authority-role-missing",
    "idempotency-key-missing",
    "idempotency-in-flight",
    "idempotency-key-reused",
    "exporter-malformed",
    "exporter-act-not-allowed",
    "exporter-moved-on",
    "exporter-record-not-held",
    "not-recorded-yet",
    "exporter-version-out-of-turn",
    "procedures-not-named",
)


@router.post(
    "", operation_id="actOnExporter", status_code=201, response_model=ExporterActedOut, responses=_ACTING
)
def act_on_exporter(once: OnceExporterDep, body: ExporterBody, wait: WaitDep, ledger: LedgerDep) -> Response:
    """Authorise, amend, suspend, reinstate or withdraw an exporter of the caller's member.

    202 when the chain has not taken it within the time to wait: it counts here already, and is not lost.
    """

    def act(caller: Caller) -> Done:
        action = body.to_domain(caller.member, once.key)
        done = exporters.act_on(
            action, authority=caller.authority, account=caller.account, ledger=ledger, wait=wait
        )
        status = HTTPStatus.CREATED if done.recorded else HTTPStatus.ACCEPTED
        shown = _shown(done.file, None, ledger)
        return Done(
            status,
            f"{router.prefix}/{action.member}/{action.code}",
            ExporterActedOut.from_domain(done.event, shown),
        )

    return once(act)


@router.get(
    "",
    operation_id="listExporters",
    response_model_exclude_none=True,
    responses=problems(*AUTHENTICATED, "authority-role-missing", "procedures-not-named"),
)
def list_exporters(
    response: Response,
    caller: CompetentOfficer,
    ledger: LedgerDep,
    after: Annotated[Code | None, Query(description="Code of the last one seen.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ExporterList:
    """List the exporters of the caller's member by code; follow `Link: rel="next"` for more."""
    start = (caller.member, after) if after else None
    found = exporters.exporters(ledger, member=caller.member, after=start, limit=limit)
    if len(found) == limit:
        following = f"{router.prefix}?after={found[-1].held.code}&limit={limit}"
        response.headers["Link"] = f'<{following}>; rel="next"'
    return ExporterList(exporters=[_shown(file, None, ledger) for file in found])


@router.post(
    "/records",
    operation_id="takeExporterRecord",
    responses=problems(
        *AUTHENTICATED, "body", "exporter-malformed", "exporter-record-not-named", "procedures-not-named"
    ),
)
def take_record(body: RecordBody, caller: RecordTaker, ledger: LedgerDep) -> RecordTakenOut:  # noqa: ARG001 - who asks
    """Take an exporter's record in, as its authority handed it over, if the ledger names it."""
    record = exporters.take(record_of(body), ledger)
    return RecordTakenOut(member=record.member, code=record.code, record_hash=hexed(record_hash(record)))


@router.get(
    "/{member}/{code:path}",
    operation_id="getExporter",
    response_model_exclude_none=True,
    responses=problems(*AUTHENTICATED, "exporter-not-found", "question-malformed", "procedures-not-named"),
)
def get_exporter(
    member: Annotated[MemberCode, Path()],
    code: Annotated[Code, Path()],
    caller: Reader,  # noqa: ARG001 - the database is for members' authorities alone
    ledger: LedgerDep,
    on: Annotated[str | None, Query(max_length=10, description="A day; now unless told.")] = None,
) -> ExporterOut:
    """Tell how an exporter of any member stands, or stood at the end of a day, with its record then."""
    return _shown(exporters.known(member, code, ledger), on, ledger)


def _shown(file: ExporterFile, on: str | None, ledger: Ledger) -> ExporterOut:
    at = moment_asked(file.present(ledger.clock()), on=on)
    held = file.held.at(at) or (file.held.versions[-1] if file.held.versions else None)
    wanted = held.record_hash if held else file.hashes[-1]
    return ExporterOut.from_domain(file, at, exporters.records_of(file, ledger).get(wanted))
