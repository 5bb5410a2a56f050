"""Issuing many certificates in one request: rows of NDJSON in, what came of each out."""

from collections.abc import Generator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.bulk import Places, Rows, Spool, Spooled, spooled
from api.dependencies import Issuer, LedgerDep, ServicesDep, WaitDep
from api.errors import ApiError, retry_after
from api.openapi import AUTHENTICATED, problems
from api.schemas import ELSEWHERE
from ledger.bulk.running import Outcome, Way, issue_in_bulk
from ledger.issuing import admit

router = APIRouter(tags=["certificates"])
PATH: Final = "/v1/certificates:bulk"
MEDIA_TYPE: Final = "application/x-ndjson"
_MEDIA_TYPES: Final = {MEDIA_TYPE, "application/ndjson", "application/jsonl"}
_FULL_SECONDS: Final = 30

_ROW: Final[dict[str, Any]] = {
    "description": "One line for each row, in their order, and a summary as the last line.",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "properties": {
                    "row": {
                        "type": "integer",
                        "description": "From 1; empty lines do not count.",
                    },
                    "reference": {"type": "string"},
                    "id": {"type": "string", "pattern": "^0x[0-9a-f]{64}$"},
                    "state": {"type": "string", "enum": ["recorded", "accepted"]},
                    "envelope": {ELSEWHERE: "Envelope"},
                    "errors": {"type": "array", "items": {"type": "object"}},
                    "summary": {"type": "object"},
                },
            }
        }
    },
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "One certificate document a line.",
        "content": {MEDIA_TYPE: {"schema": {ELSEWHERE: "CertificateDocument"}}},
    }
}


@router.post(
    PATH,
    operation_id="issueInBulk",
    response_class=StreamingResponse,
    responses=problems(
        *AUTHENTICATED,
        "payload-too-large",
        "unsupported-media-type",
        "request-timeout",
        "not-authorised",
        "key-not-held",
        "submitter-stopped",
        "overloaded",
    )
    | {200: _ROW},
    openapi_extra=_BODY,
)
async def issue_rows(  # noqa: PLR0913, PLR0917 - what FastAPI hands over
    request: Request,
    caller: Issuer,
    ledger: LedgerDep,
    services: ServicesDep,
    wait: WaitDep,
    envelopes: Annotated[bool, Query(description="Whether the envelopes come with the answer.")] = True,  # noqa: FBT002
) -> StreamingResponse:
    """Issue a certificate for each line; each by itself, so that a row refused stops no other.

    Needs no `Idempotency-Key`: a row is known by its scheme, member, office and reference, and the same
    document again is the same certificate.  Rows are accepted while the body arrives, and stay accepted when
    the connection breaks; the answer begins after the body has ended.  A row that the chain does not hold in
    time is told as `accepted`; the same request again tells how far it is.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _MEDIA_TYPES or request.headers.get("content-encoding", "identity") != "identity":
        raise ApiError("unsupported-media-type")
    limits = services.limits
    rows, way = Rows(limits.bulk_rows), Way(workers=limits.bulk_workers, patience=wait, go_on=True)
    await run_in_threadpool(admit, caller.account, ledger)
    outcomes = await run_in_threadpool(
        issue_in_bulk,
        rows,
        authority=caller.authority,
        account=caller.account,
        ledger=ledger,
        way=way,
        wanted=lambda _: envelopes,
    )
    spool = _begun(request, outcomes, rows)
    try:
        await rows.read(aiter(request.stream()), limits.bulk_pause)
    except BaseException:
        spool.leave()  # nobody will read it; what was accepted stays
        raise
    return Spooled(spool, MEDIA_TYPE, limits.bulk_pause)


def _begun(request: Request, outcomes: Generator[Outcome, None, None], rows: Rows) -> Spool:
    """Take a place and begin to issue; `overloaded` when all places are taken, or too many answers unread."""
    places: Places = request.app.state.bulk_places
    spool = places.spool()
    if spool is None:
        raise ApiError("overloaded", headers=retry_after(_FULL_SECONDS))
    try:
        spooled(outcomes, rows, spool, places.work.release)
    except BaseException:
        places.work.release()
        spool.leave()
        spool.leave()
        raise
    return spool
