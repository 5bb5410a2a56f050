"""Whether operators are recognised: for anybody; and lists for customs and AEO authorities."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.dependencies import LedgerDep, Reader, throttle_lists, throttle_proofs, throttle_recognition
from api.errors import ApiError
from api.openapi import AUTHENTICATED, problems
from api.recognition_list_schemas import BenefitsOut, ChangesOut, LatencyOut, LatencyRow, place_text
from api.recognition_schemas import (
    CheckedList,
    CheckedRow,
    HostsOut,
    HostsQuestion,
    ListCircumstances,
    PartnerList,
    ProofBody,
    ProofCheckOut,
    RecognitionOut,
    RecognitionQuestion,
    StateText,
)
from api.schemas import ELSEWHERE, AsOfOut, MemberCode
from api.strict import StrictRoute, refuse_other_media
from ledger import strict_json
from ledger.aeo.days import edge, span
from ledger.facts import Authority
from ledger.operators import OperatorCode
from ledger.partner_lists import Line, Row, checked, csv_of, rows_of, rows_of_csv
from ledger.proving import SIGNING_ROLES, check, prove
from ledger.recognising import hosts, recognise
from ledger.recognition_lists import benefits, changes, latency

router = APIRouter(prefix="/v1/recognition", tags=["recognition"], route_class=StrictRoute)
_ANSWERS: Final = (
    "invalid-request",
    "question-malformed",
    "operator-code-malformed",
    "operator-code-ambiguous",
    "recognition-not-named",
    "rate-limited",
    "chain-unreachable",
)
_LISTS: Final = (*AUTHENTICATED, "authority-role-missing", "recognition-not-named", "replica-needed")
_CSV, _JSON = "text/csv", "application/json"


@router.get(
    "",
    operation_id="recogniseOperator",
    dependencies=[Depends(throttle_recognition)],
    responses=problems(*_ANSWERS) | {200: {"model": RecognitionOut}},
)
def recognise_operator(question: Annotated[RecognitionQuestion, Query()], ledger: LedgerDep) -> Response:
    """Say whether a member recognises another's operator, why, and by what."""
    told = recognise(question.to_domain(), ledger)
    return _json(RecognitionOut.from_domain(told).document())


@router.get(
    "/hosts",
    operation_id="listHosts",
    dependencies=[Depends(throttle_recognition)],
    responses=problems(*_ANSWERS) | {200: {"model": HostsOut}},
)
def list_hosts(question: Annotated[HostsQuestion, Query()], ledger: LedgerDep) -> Response:
    """Say for every member but its own whether it recognises an operator."""
    found = hosts(question.to_domain(), ledger)
    return _json(
        {
            "operator": found[0].operator if found else question.operator,
            "recognisedIn": [told.question.host for told in found if told.recognised],
            "hosts": [RecognitionOut.from_domain(told).document() for told in found],
        }
    )


_ROWS: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "CSV with a column `operator`, and `member`, `host`, `role`, `direction` as needed.",
        "content": {
            _JSON: {"schema": {ELSEWHERE: "PartnerList"}},
            _CSV: {"schema": {"type": "string"}},
        },
    }
}
_CHECKED: Final[dict[str, Any]] = {
    "model": CheckedList,
    "description": "A row for each row, in their order; as CSV when that is accepted.",
    "content": {_CSV: {"schema": {"type": "string"}}},
}


@router.post(
    "/checks",
    operation_id="checkPartners",
    dependencies=[Depends(throttle_lists)],
    response_class=StreamingResponse,
    responses=problems("body", *_ANSWERS) | {200: _CHECKED},
    openapi_extra=_ROWS,
)
async def check_partners(
    request: Request, common: Annotated[ListCircumstances, Query()], ledger: LedgerDep
) -> Response:
    """Answer for each row of a list of partners, at most 10 000; one that cannot be read stops no other.

    CSV or JSON by `Content-Type`; the answer is of the kind in `Accept`, else of the kind that was sent.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _CSV:
        refuse_other_media(request)
    elif request.headers.get("content-encoding", "identity") != "identity":
        raise ApiError("unsupported-media-type")
    body = await request.body()
    lines = await run_in_threadpool(
        lambda: checked(rows_of_csv(body) if kind == _CSV else _rows(body), common.to_domain(), ledger)
    )
    accepted = request.headers.get("accept", "")
    if _CSV in accepted or (kind == _CSV and _JSON not in accepted):
        headers = {"Content-Disposition": 'attachment; filename="recognition.csv"'}
        return StreamingResponse(csv_of(lines), headers=headers, media_type=f"{_CSV}; charset=utf-8")
    return StreamingResponse(_told(lines), media_type=_JSON)


def _rows(body: bytes) -> list[Row]:
    """Return the rows of a JSON body; raises as for every body that is not as documented."""
    document = strict_json.loads(body)
    try:
        asked = PartnerList.model_validate(document)
    except ValidationError as error:
        places = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_input=False)]
        raise RequestValidationError(places) from None
    return rows_of(row.model_dump(exclude_defaults=True) for row in asked.rows)


def _told(lines: Iterator[Line]) -> Iterator[bytes]:
    """Yield a list as JSON while it is answered, and how many rows came out how."""
    counts = {"rows": 0, "recognised": 0, "notRecognised": 0, "errors": 0}
    yield b'{"rows":['
    for line in lines:
        kind = "errors" if line.told is None else "recognised" if line.told.recognised else "notRecognised"
        yield (b"," if counts["rows"] else b"") + orjson.dumps(CheckedRow.document(line))
        counts["rows"] += 1
        counts[kind] += 1
    yield b'],"summary":' + orjson.dumps(counts) + b"}"


@router.get(
    "/proof",
    operation_id="proveRecognition",
    dependencies=[Depends(throttle_proofs)],
    response_model=ProofBody,
    responses=problems(*_ANSWERS, "proof-not-offered", "signer-unavailable"),
)
def prove_recognition(question: Annotated[RecognitionQuestion, Query()], ledger: LedgerDep) -> Response:
    """Answer as `GET /v1/recognition` does, signed by an authority's key, as a file that others can keep."""
    document = prove(question.to_domain(), ledger)
    asked = document["typedData"]["message"]["question"]
    name = f"recognition-{asked['operator']}-{asked['host']}.json"
    return Response(
        orjson.dumps(document, option=orjson.OPT_INDENT_2),
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
        media_type=_JSON,
    )


@router.post(
    "/proofs/verify",
    operation_id="verifyRecognitionProof",
    dependencies=[Depends(throttle_recognition)],
    responses=problems(
        "body", "proof-malformed", "rate-limited", "recognition-not-named", "chain-unreachable"
    )
    | {200: {"model": ProofCheckOut}},
)
def verify_proof(proof: ProofBody, ledger: LedgerDep) -> Response:
    """Say whose signature is under an answer, whether that key was entitled, and what the ledger says."""
    return _json(ProofCheckOut.from_domain(check(proof, ledger)).document())


def authority_of(caller: Reader, ledger: LedgerDep) -> Authority:
    """Return the caller's authority, which must be a customs or an AEO authority."""
    authority = ledger.members.authority(caller.authority)
    if authority is None or not authority.roles & SIGNING_ROLES:
        raise ApiError("authority-role-missing")
    return authority


Customs = Annotated[Authority, Depends(authority_of)]
Limit = Annotated[int, Query(ge=1, le=1000)]
_PLACE: Final = r"^(0|[1-9][0-9]{0,14})-(0|[1-9][0-9]{0,8})$"
_Moment = Annotated[
    str | None, Query(max_length=40, description="A day or a moment.", examples=["2026-11-01"])
]


@router.get(
    "/benefits",
    operation_id="listBenefits",
    responses=problems(*_LISTS, "question-malformed") | {200: {"model": BenefitsOut}},
)
def list_benefits(  # noqa: PLR0913, PLR0917 - what FastAPI hands over
    authority: Customs,
    ledger: LedgerDep,
    request: Request,
    host: Annotated[StateText | None, Query(description="The caller's member unless told.")] = None,
    partner: Annotated[StateText | None, Query(description="Only operators of this member.")] = None,
    after: Annotated[str | None, Query(pattern="^[A-Z]{2}[A-Z0-9]{1,15}$")] = None,
    limit: Limit = 100,
) -> Response:
    """List the operators of partners whose benefits apply in a member now, by code."""
    where = (host or authority.member).upper()
    page = benefits(
        where,
        ledger,
        partner=partner.upper() if partner else None,
        after=OperatorCode(after) if after else None,
        limit=limit,
    )
    headers = {"Link": _next(request, page.next)} if page.next else None
    return _json(BenefitsOut.from_domain(where, page).document(), headers)


@router.get(
    "/changes",
    operation_id="listStatusChanges",
    response_model_exclude_none=True,
    responses=problems(*_LISTS, "question-malformed"),
)
def list_changes(  # noqa: PLR0913, PLR0917 - what FastAPI hands over
    authority: Customs,
    ledger: LedgerDep,
    request: Request,
    response: Response,
    since: _Moment = None,
    after: Annotated[str | None, Query(pattern=_PLACE, description="Place of the last one seen.")] = None,
    member: Annotated[MemberCode | None, Query(description="Only operators of this member.")] = None,
    limit: Limit = 100,
) -> ChangesOut:
    """List status changes in the order in which they were recorded, since a moment or after a place."""
    page = changes(
        authority.member,
        ledger,
        since=edge(since, "since") if since else None,
        after=_place(after) if after else None,
        member=member,
        limit=limit,
    )
    if page.next and len(page.rows) == limit:
        response.headers["Link"] = _next(request, place_text(page.next))
    return ChangesOut.from_domain(page)


@router.get(
    "/latency",
    operation_id="reportLatency",
    response_model_exclude_none=True,
    responses=problems(*_LISTS, "question-malformed"),
)
def report_latency(
    authority: Customs,  # noqa: ARG001 - who may ask
    ledger: LedgerDep,
    since: _Moment = None,
    until: _Moment = None,
) -> LatencyOut:
    """Say how late each member records what it decides; over the last 30 days unless told."""
    begin, end = span(ledger.clock(), since, until)
    as_of, rows = latency(begin, end, ledger)
    return LatencyOut(
        since=begin,
        until=end,
        members=[LatencyRow.from_domain(row) for row in rows],
        as_of=AsOfOut.from_domain(as_of),
    )


def _place(text: str) -> tuple[int, int]:
    block, position = text.split("-")
    return int(block), int(position)


def _next(request: Request, after: str) -> str:
    """Return the header that leads to the next page."""
    there = request.url.include_query_params(after=after)
    return f'<{there.path}?{there.query}>; rel="next"'


def _json(document: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON that has its gaps where they are to be."""
    return Response(orjson.dumps(document), headers=headers, media_type=_JSON)
