"""Verifying certificates; anybody may ask."""

from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool

from api.dependencies import ServicesDep, throttle
from api.errors import RETRY_SECONDS, retry_after
from api.openapi import problems
from api.schemas import ELSEWHERE, ReferenceQuestion, VerdictOut, verdict_json
from api.services import Services
from api.strict import RawRoute, StrictRoute, refuse_other_media
from ledger import strict_json
from ledger.ports import Ledger
from ledger.verdict import Verdict, VerdictCode
from ledger.verifying import verify, verify_at_once, verify_reference

router = APIRouter(prefix="/v1/verifications", tags=["verifications"], route_class=StrictRoute)

_ASK_AGAIN = {VerdictCode.CANNOT_CHECK, VerdictCode.PENDING}
_SMALL: Final = 32_768
"""Bytes of a body that is examined between two other requests: one as it was issued takes less than a
millisecond, the worst that can be sent some ten.  A certificate of fifteen lines is smaller."""
_ENVELOPE: Final = {"application/json": {"schema": {ELSEWHERE: "Envelope"}}}


def _pause(verdict: Verdict) -> dict[str, str]:
    """Return the header of a verdict that may soon be another: the time to ask again."""
    return retry_after(RETRY_SECONDS) if verdict.code in _ASK_AGAIN else {}


async def verify_envelope(request: Request) -> Response:
    """Judge an envelope. Whatever the verdict says, the answer is 200; nothing of the envelope is kept."""
    # The busiest address: it reads and answers bytes, and takes a worker thread only where it would hold
    # other requests up.
    services: Services = request.app.state.services
    refuse_other_media(request)
    body = await request.body()
    at_hand = services.rooms.database.at_hand
    verdict = _at_once(body, services.ledger) if at_hand and len(body) <= _SMALL else None
    if verdict is None:
        verdict = await run_in_threadpool(_in_time, body, services.ledger)
    services.metrics.verdict(verdict.code)
    return Response(verdict_json(verdict), headers=_pause(verdict), media_type="application/json")


router.add_api_route(
    "",
    verify_envelope,
    methods=["POST"],
    operation_id="verifyEnvelope",
    response_model=VerdictOut,
    openapi_extra={"requestBody": {"content": _ENVELOPE, "required": True}},
    responses=problems("body", "envelope-malformed"),
    route_class_override=RawRoute,
)


def _at_once(body: bytes, ledger: Ledger) -> Verdict | None:
    """Return the verdict where no other machine has to be waited for."""
    return verify_at_once(_envelope(body), ledger) if ledger.registry.local else None


def _in_time(body: bytes, ledger: Ledger) -> Verdict:
    return verify(_envelope(body), ledger)


def _envelope(body: bytes) -> dict[str, Any]:
    envelope = strict_json.loads(body)
    if not isinstance(envelope, dict):
        raise RequestValidationError([{"type": "dict_type", "loc": ("body",)}])
    return envelope


@router.post(
    "/by-reference",
    operation_id="verifyReference",
    dependencies=[Depends(throttle)],
    response_model_exclude_none=True,
    responses=problems("body", "rate-limited", "reference-ambiguous", "archive-unavailable"),
)
def verify_by_reference(question: ReferenceQuestion, services: ServicesDep, response: Response) -> VerdictOut:
    """Judge a certificate issued here by two of its particulars, without comparing its content."""
    verdict = verify_reference(
        question.exporting_member,
        question.reference,
        question.issued_on,
        services.ledger,
        office=question.issuing_office,
    )
    services.metrics.verdict(verdict.code)
    response.headers.update(_pause(verdict))
    return VerdictOut.from_domain(verdict)
