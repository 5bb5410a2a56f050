"""Decisions, verification cases and exporters in a world, with good defaults."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from ledger.facts import Written
from ledger.hashing import keccak
from ledger.origin.facts import CaseGround, ExporterStatus, LateGround, Step
from ledger.origin.steps import ORDERS, Side
from ledger.writes import (
    Clarify,
    ConcludeCase,
    Decide,
    OfProcedures,
    OpenCase,
    RecordExporter,
    SetSuspension,
    TakeStep,
)
from tests.worlds import World

DAY = timedelta(days=1)
DECLARATION, OTHER_DECLARATION = keccak(b"declaration"), keccak(b"other declaration")
STATEMENT = keccak(b"statement")
RULES = keccak(b"rules")
RECORD = keccak(b"record of an exporter")
CODE = "VN-CE/0012"


def did(world: World, write: OfProcedures, by: str = "TH customs") -> Written:
    """Do a write with the key of an authority of the cast."""
    return world.ledger.write(write, world.account(by))


def a_decision(world: World, certificate: bytes, **overrides: Any) -> Decide:
    """Return a decision that grants the first line, used up or not, presented now and in time."""
    made = Decide(
        certificate=certificate,
        declaration=DECLARATION,
        granted=(1,),
        used_up=(),
        refused=(),
        presented_at=world.now,
        late=LateGround.NONE,
        statement=STATEMENT,
    )
    return replace(made, **overrides)


def a_clarification(certificate: bytes, **overrides: Any) -> Clarify:
    """Return the answer to a refusal of the first line."""
    return replace(Clarify(certificate=certificate, lines=(1,), statement=STATEMENT), **overrides)


def an_opening(world: World, certificate: bytes, **overrides: Any) -> OpenCase:
    """Return a case about the first two lines with the clocks of the procedures; none is suspended."""
    made = OpenCase(
        certificate=certificate,
        about=certificate,
        lines=(1, 2),
        suspended=(),
        ground=CaseGround.DOUBT,
        due=world.now + 90 * DAY,
        conclude_due=world.now + 180 * DAY,
        rules=RULES,
        statement=STATEMENT,
    )
    return replace(made, **overrides)


def a_step(step: Step, **overrides: Any) -> TakeStep:
    """Return a step in the first case, after which the next is due with the whole of it."""
    made = TakeStep(case=1, step=step, due=None, conclude_due=None, statement=STATEMENT)
    return replace(made, **overrides)


def a_conclusion(**overrides: Any) -> ConcludeCase:
    """Return the conclusion of the first case that confirms its two lines."""
    return replace(ConcludeCase(case=1, confirmed=(1, 2), denied=(), statement=STATEMENT), **overrides)


def a_suspension(**overrides: Any) -> SetSuspension:
    """Return the suspension of the first line in the first case."""
    return replace(SetSuspension(case=1, suspended=(1,), statement=STATEMENT), **overrides)


def an_exporter(**overrides: Any) -> RecordExporter:
    """Return the first authorisation of an exporter, from now and without end."""
    made = RecordExporter(
        code=CODE,
        version=1,
        status=ExporterStatus.AUTHORISED,
        effective_from=None,
        until=None,
        record_hash=RECORD,
    )
    return replace(made, **overrides)


def side_of(step: Step) -> str:
    """Return the authority that takes a step in a case of TH about a certificate of VN."""
    return "TH customs" if ORDERS[step].side is Side.ASKING else "VN issuing"


def opened(world: World, **overrides: Any) -> bytes:
    """Issue a certificate of VN for TH, open the first case about it, and return its id."""
    certificate = world.issued()
    did(world, an_opening(world, certificate, **overrides))
    return certificate


def took(world: World, *steps: Step, **overrides: Any) -> None:
    """Take steps in the first case, each by whose turn it is; customs that asks leaves 40 days."""
    for step in steps:
        ahead = {"due": world.now + 40 * DAY} if ORDERS[step].side is Side.ASKING else {}
        did(world, a_step(step, **{**ahead, **overrides}), side_of(step))


def denied(world: World) -> bytes:
    """Let a case deny the first line of a certificate and confirm the second; returns its id."""
    certificate = opened(world)
    took(world, Step.REPLIED)
    did(world, a_conclusion(confirmed=(2,), denied=(1,)))
    return certificate
