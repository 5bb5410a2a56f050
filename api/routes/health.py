"""Whether the process lives, whether all it needs is there, and what is wrong in words for people."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.alarms import RUNBOOK
from api.errors import RETRY_SECONDS, ApiError, retry_after
from api.openapi import problems
from api.pages.render import page
from api.pages.status import shown
from api.readiness import Look, State
from api.schemas import Schema, instant
from api.shared import Shared

router = APIRouter(tags=["health"])


class Alive(Schema):
    """The process answers."""

    status: str


class ReadyCheck(Schema):
    """One thing the service needs."""

    name: str
    ok: bool
    state: State
    """`failing` takes the instance out of rotation, `degraded` does not."""
    detail: str


class AlarmOut(Schema):
    """An alarm in force."""

    name: str
    since: str
    runbook: str
    """Section of the operator's runbook, in the documentation of this release."""


class Ready(Schema):
    """What the service needs is there, as far as an instance can be left in rotation."""

    status: State
    checks: list[ReadyCheck]
    alarms: list[AlarmOut]


@router.get("/livez", operation_id="isAlive")
def livez() -> Alive:
    """Say that the process answers; asks nothing else."""
    return Alive(status="alive")


async def look_of(request: Request) -> Look:
    """Look at each thing the service needs, once for all who ask at the same time."""
    look: Shared[Look] = request.app.state.look
    return await look()


LookDep = Annotated[Look, Depends(look_of)]


@router.get("/readyz", operation_id="isReady", responses=problems("not-ready"))
def readyz(look: LookDep) -> Ready:
    """Say how archive, chain, clock, replica, outbox and signer are, and which alarms are in force.

    200 while the instance can be left in rotation, also degraded; else the problem `not-ready` with the same
    members.
    """
    ready = Ready(
        status=look.state,
        checks=[
            ReadyCheck(name=each.name, ok=each.state is State.OK, state=each.state, detail=each.detail)
            for each in look.checks
        ],
        alarms=[
            AlarmOut(
                name=alarm.name.value,
                since=instant(alarm.raised_at),
                runbook=f"{RUNBOOK}#{alarm.name.value}",
            )
            for alarm in look.alarms
        ],
    )
    if look.state is State.FAILING:
        members = ready.model_dump(mode="json", exclude={"status"})
        raise ApiError("not-ready", headers=retry_after(RETRY_SECONDS), **members)
    return ready


@router.get("/status", include_in_schema=False)
def status(request: Request, look: LookDep) -> Response:
    """Show the same in plain words; always 200, because it is people who read it."""
    return page(request, "status.html", look=shown(look))
