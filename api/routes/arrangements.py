"""Programmes and arrangements on mutual recognition: anybody reads them, AEO authorities write their own."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from api.arrangement_schemas import (
    ArrangedOut,
    ArrangementBody,
    ArrangementList,
    ArrangementOut,
    ArrangementWithMembers,
    EndBody,
    ParticipationBody,
    ProgrammeBody,
    ProgrammeList,
    ProgrammeOut,
    RecognitionBody,
)
from api.dependencies import Caller, Done, LedgerDep, OnceAeoDep, WaitDep
from api.openapi import AUTHENTICATED, problems
from api.schemas import AsOfOut
from api.strict import StrictRoute
from ledger import arranging
from ledger.aeo.days import edge
from ledger.arranging import Actor, Arranged
from ledger.ports import Ledger
from ledger.writes import AddRecognition, EndRecognition

router = APIRouter(prefix="/v1", tags=["arrangements"], route_class=StrictRoute)
_READING = problems("chain-unreachable", "recognition-not-named")
_SAYING = (
    *AUTHENTICATED,
    "body",
    "chain",
    "idempotency-key-missing",
    "idempotency-in-flight",
    "idempotency-key-reused",
    "recognition-not-named",
)
_MORE: dict[str, Any] = {"status_code": 201, "response_model": ArrangedOut}
Which = Annotated[str, Path(max_length=40, description="Code or number of the arrangement.")]


@router.get("/programmes", operation_id="listProgrammes", responses=_READING)
def list_programmes(ledger: LedgerDep) -> ProgrammeList:
    """List the programmes of all members."""
    as_of, mutual = ledger.recognitions.mutual()
    found = [ProgrammeOut.from_domain(one) for one in mutual.programmes.values()]
    return ProgrammeList(programmes=found, as_of=AsOfOut.from_domain(as_of))


@router.post(
    "/programmes",
    operation_id="declareProgramme",
    responses=problems(*_SAYING, "programme-already-declared"),
    **_MORE,
)
def declare_programme(once: OnceAeoDep, body: ProgrammeBody, wait: WaitDep, ledger: LedgerDep) -> Response:
    """Declare a programme of the caller's member."""
    return _once(once, "/v1/programmes", lambda who: arranging.say(body.to_domain(), who, ledger, wait))


@router.get(
    "/arrangements",
    operation_id="listArrangements",
    response_model_exclude_none=True,
    responses=_READING,
)
def list_arrangements(ledger: LedgerDep) -> ArrangementList:
    """List the arrangements on mutual recognition."""
    as_of, mutual = ledger.recognitions.mutual()
    found = [ArrangementOut.from_domain(one) for one in mutual.arrangements.values()]
    return ArrangementList(arrangements=found, as_of=AsOfOut.from_domain(as_of))


@router.get(
    "/arrangements/{arrangement}",
    operation_id="getArrangement",
    response_model_exclude_none=True,
    responses=_READING | problems("arrangement-unknown", "invalid-request"),
)
def get_arrangement(arrangement: Which, ledger: LedgerDep) -> ArrangementWithMembers:
    """Fetch an arrangement: how far each member is and from when, and who recognises whom."""
    as_of, mutual = ledger.recognitions.mutual()
    found = mutual.arrangements[arranging.number_of(arrangement, mutual)]
    return ArrangementWithMembers.read(found, mutual, as_of)


@router.post(
    "/arrangements",
    operation_id="declareArrangement",
    responses=problems(
        *_SAYING, "arrangement-already-declared", "other-party-invalid", "too-many-arrangements"
    ),
    **_MORE,
)
def declare_arrangement(
    once: OnceAeoDep, body: ArrangementBody, wait: WaitDep, ledger: LedgerDep
) -> Response:
    """Declare an arrangement; with another party it is bilateral, else open to all members."""
    where = f"/v1/arrangements/{body.code}"
    return _once(once, where, lambda who: arranging.say(body.to_domain(), who, ledger, wait))


@router.post(
    "/arrangements/{arrangement}/participations",
    operation_id="participate",
    responses=problems(
        *_SAYING,
        "question-malformed",
        "arrangement-unknown",
        "not-a-party",
        "participation-out-of-turn",
        "participation-date-invalid",
    ),
    **_MORE,
)
def participate(
    arrangement: Which, once: OnceAeoDep, body: ParticipationBody, wait: WaitDep, ledger: LedgerDep
) -> Response:
    """Say how far the caller's member is with an arrangement, from some time on."""

    def act(who: Actor) -> Arranged:
        number, begins = _number(arrangement, ledger), edge(body.effective_from, "effectiveFrom")
        return arranging.participate(number, body.how_far, begins, actor=who, ledger=ledger, wait=wait)

    return _once(once, f"/v1/arrangements/{arrangement}", act)


@router.post(
    "/arrangements/{arrangement}/recognitions",
    operation_id="addRecognition",
    responses=problems(
        *_SAYING,
        "question-malformed",
        "arrangement-unknown",
        "not-a-party",
        "partner-invalid",
        "programme-not-of-member",
        "programme-not-recognisable",
        "min-level-invalid",
        "recognition-dates-invalid",
        "recognition-already-added",
        "too-many-recognitions",
    ),
    **_MORE,
)
def add_recognition(
    arrangement: Which, once: OnceAeoDep, body: RecognitionBody, wait: WaitDep, ledger: LedgerDep
) -> Response:
    """Recognise operators of a partner."""

    def act(who: Actor) -> Arranged:
        terms = body.to_domain(_number(arrangement, ledger))
        return arranging.say(AddRecognition(terms), who, ledger, wait)

    return _once(once, f"/v1/arrangements/{arrangement}", act)


@router.post(
    "/recognitions/{recognition}/end",
    operation_id="endRecognition",
    responses=problems(
        *_SAYING,
        "question-malformed",
        "recognition-unknown",
        "recognition-not-yours",
        "recognition-already-ended",
        "end-date-invalid",
    ),
    **_MORE,
)
def end_recognition(
    recognition: Annotated[int, Path(ge=1, le=2**32 - 1)],
    once: OnceAeoDep,
    body: EndBody,
    wait: WaitDep,
    ledger: LedgerDep,
) -> Response:
    """End a recognition of the caller's member, from some time on."""

    def act(who: Actor) -> Arranged:
        write = EndRecognition(recognition, edge(body.effective_from, "effectiveFrom"))
        return arranging.say(write, who, ledger, wait)

    return _once(once, "/v1/arrangements", act)


def _number(arrangement: str, ledger: Ledger) -> int:
    return arranging.number_of(arrangement, ledger.recognitions.mutual()[1])


def _once(once: OnceAeoDep, where: str, act: Callable[[Actor], Arranged]) -> Response:
    """Carry a write out once for the caller; 202 when the chain has not taken it in time."""

    def carried_out(caller: Caller) -> Done:
        done = act(Actor(caller.authority, caller.account))
        status = HTTPStatus.CREATED if done.written else HTTPStatus.ACCEPTED
        return Done(status, where, ArrangedOut.from_domain(done))

    return once(carried_out)
