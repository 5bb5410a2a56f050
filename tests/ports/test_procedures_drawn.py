"""Drawn sequences of calls, legal and not, end alike in memory and on a chain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.facts import Reason
from ledger.hashing import keccak
from ledger.origin.facts import CaseGround, ExporterStatus, LateGround
from ledger.origin.life import told_in
from ledger.origin.steps import ORDERS, Side
from ledger.refusals import ContractRefusal
from ledger.writes import OfProcedures, Receive, SetSplitUse
from tests.procedures import (
    a_clarification,
    a_conclusion,
    a_decision,
    a_step,
    a_suspension,
    an_exporter,
    an_opening,
)
from tests.worlds import ChainWorld, MemoryWorld, World, undone

pytestmark = pytest.mark.chain

DAY = timedelta(days=1)
Split = tuple[tuple[int, ...], ...]
"""Lines that are told apart."""
LINES = st.sets(st.integers(1, 3)).map(lambda lines: tuple(sorted(lines)))
SOME_LINES = st.sets(st.integers(1, 3), min_size=1).map(lambda lines: tuple(sorted(lines)))
PROOFS = st.sampled_from([0, 0, 0, 1, 2])
DECLARATIONS = st.sampled_from([keccak(b"one"), keccak(b"two")])
STATEMENTS = st.sampled_from([keccak(b"said")] * 9 + [bytes(32)])
DUES = st.sampled_from([30, 30, 90, 170, 28, 182])
"""Days; none so near to a limit that the second of the block counts."""
ACTORS = ("TH customs", "VN customs", "VN issuing", "TH issuing", "VN competent")
TIMES = ("presented_at", "due", "conclude_due", "effective_from", "until")


@dataclass(frozen=True)
class Move:
    """A call of which times and certificates are filled in when it is made."""

    make: Callable[[World, Sequence[bytes]], OfProcedures]
    by: str
    says: str
    """So that a failing sequence can be read."""

    def __repr__(self) -> str:
        return f"{self.by}: {self.says}"


@dataclass(frozen=True)
class Later:
    """Time passes."""

    days: int


@dataclass(frozen=True)
class Withdrawn:
    """The first certificate is cancelled."""


def _move(make: Callable[..., OfProcedures], right: str) -> Callable[..., st.SearchStrategy[Move]]:
    """Return a strategy of calls, one in seven of them by somebody else."""

    def drawn(proof: int = 0, by: str | None = None, **told: Any) -> Move:
        def filled(world: World, proofs: Sequence[bytes]) -> OfProcedures:
            ahead = {name: world.now + told[name] * DAY for name in TIMES if isinstance(told.get(name), int)}
            if "presented_at" in ahead:  # a second more or less would be another presentation
                ahead["presented_at"] = _midnight(ahead["presented_at"])
            behind = {"about": proofs[told["about"]]} if "about" in told else {}
            return make(world, proofs[proof], **{**told, **ahead, **behind})

        of_vn = 2 in {proof, told.get("case")} and right == "TH customs"
        usual = "VN customs" if of_vn else right
        return Move(filled, by or usual, f"{make.__name__} {proof} {told}")

    def strategy(**told: st.SearchStrategy[Any]) -> st.SearchStrategy[Move]:
        return st.builds(drawn, by=st.sampled_from([None] * 30 + list(ACTORS)), **told)

    return strategy


def receive(_: World, proof: bytes) -> OfProcedures:
    """Confirm a receipt."""
    return Receive(proof)


def switch(_world: World, _proof: bytes, **told: Any) -> OfProcedures:
    """Set the switch."""
    return SetSplitUse(**told)


def clarify(_: World, proof: bytes, **told: Any) -> OfProcedures:
    """Answer a refusal."""
    return a_clarification(proof, **told)


def step(_world: World, _proof: bytes, **told: Any) -> OfProcedures:
    """Take a step."""
    return a_step(**told)


def suspend(_world: World, _proof: bytes, **told: Any) -> OfProcedures:
    """Say what is suspended."""
    return a_suspension(**told)


def decide(world: World, proof: bytes, *, split: Split, **told: Any) -> OfProcedures:
    """Decide on lines."""
    granted, used_up, refused = split
    return a_decision(world, proof, granted=granted, used_up=used_up, refused=refused, **told)


def conclude(_world: World, _proof: bytes, *, split: Split, **told: Any) -> OfProcedures:
    """Conclude a case."""
    return a_conclusion(confirmed=split[0], denied=split[1], **told)


def exporter(_world: World, _proof: bytes, **told: Any) -> OfProcedures:
    """Record an exporter."""
    return an_exporter(**told)


CASES = st.sampled_from([1, 1, 1, 2, 2, 3])
DECISIONS = st.one_of(
    st.sampled_from(
        [((1,), (), ()), ((2,), (2,), ()), ((3,), (3,), (1,)), ((), (), (2, 3)), ((1, 2, 3), (), ())]
    ),
    st.tuples(LINES, LINES, LINES),
)
CONCLUSIONS = st.one_of(
    st.sampled_from([((1, 2), ()), ((1,), (2,)), ((), (1, 2)), ((1, 2, 3), ()), ((2, 3), (1,))]),
    st.tuples(LINES, LINES),
)
STEPS = [
    _move(step, "TH customs" if asking else "VN issuing")(
        step=st.sampled_from([one for one, order in ORDERS.items() if (order.side is Side.ASKING) is asking]),
        case=CASES,
        due=st.sampled_from([None, 30, 30, 28]),
        conclude_due=st.sampled_from([None, None, 60, 182]),
        statement=STATEMENTS,
    )
    for asking in (True, False)
]
MOVES = st.one_of(
    _move(receive, "TH customs")(proof=PROOFS),
    _move(decide, "TH customs")(
        proof=PROOFS,
        declaration=DECLARATIONS,
        split=DECISIONS,
        presented_at=st.sampled_from([0, 0, 0, -1, -20, 1]),
        late=st.sampled_from([LateGround.NONE] * 6 + list(LateGround)),
        statement=STATEMENTS,
    ),
    _move(clarify, "VN issuing")(proof=PROOFS, lines=LINES, statement=STATEMENTS),
    _move(switch, "TH customs")(allowed=st.booleans()),
    _move(an_opening, "TH customs")(
        proof=PROOFS,
        lines=SOME_LINES,
        suspended=st.sampled_from([(), (), (1,), (3,)]),
        ground=st.sampled_from(CaseGround),
        due=DUES,
        conclude_due=DUES,
        statement=STATEMENTS,
    ),
    _move(an_opening, "VN customs")(
        proof=st.just(2), about=st.sampled_from([0, 1, 2]), lines=SOME_LINES, suspended=st.just(())
    ),
    *STEPS,
    *STEPS,
    *STEPS,
    _move(suspend, "TH customs")(case=CASES, suspended=LINES, statement=STATEMENTS),
    _move(conclude, "TH customs")(case=CASES, split=CONCLUSIONS, statement=STATEMENTS),
    _move(exporter, "VN competent")(
        version=st.sampled_from([1, 1, 2, 2, 3]),
        status=st.sampled_from(ExporterStatus),
        effective_from=st.sampled_from([None, None, -10, 10, 400]),
        until=st.sampled_from([None, None, 5, 500]),
    ),
    st.builds(Later, st.sampled_from([1, 15, 35, 100])),
    st.builds(Withdrawn),
)


def plain(value: Any, proofs: Sequence[bytes]) -> Any:
    """Return a value without what differs between two ledgers: times, transactions and ids."""
    if isinstance(value, datetime):
        return "time"
    if isinstance(value, bytes):
        return proofs.index(value) if value in proofs else value
    if isinstance(value, dict):
        return {plain(key, proofs): plain(one, proofs) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, proofs) for one in value]
    if is_dataclass(value):
        told = {field.name: plain(getattr(value, field.name), proofs) for field in fields(value)}
        return type(value).__name__, told
    return value


def proofs_in(world: World) -> list[bytes]:
    """Issue one of VN for TH, one that ends soon, and one of TH for VN that rests on the first."""
    long = world.issued()
    soon = world.issued(valid_until=world.now.date() + 10 * DAY)
    return [long, soon, world.issued("TH issuing", exporting="TH", importing="VN", parents=(long,))]


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0)


def played(world: World, moves: Sequence[Move | Later | Withdrawn]) -> tuple[list[Any], Any]:
    """Make the calls after a decision and two cases; returns what came of each and how all ends."""
    proofs = proofs_in(world)
    for write, by in (
        (
            a_decision(world, proofs[0], granted=(1,), refused=(3,), presented_at=_midnight(world.now)),
            "TH customs",
        ),
        (an_opening(world, proofs[0]), "TH customs"),
        (an_opening(world, proofs[2], about=proofs[0], lines=(1, 2, 3)), "VN customs"),
    ):
        world.ledger.write(write, world.account(by))
    outcomes = []
    for move in moves:
        try:
            match move:
                case Later(days):
                    world.advance(days * DAY)
                case Withdrawn():
                    world.ledger.cancel(proofs[0], Reason.OTHER, world.account("VN issuing"))
                case Move():
                    world.ledger.write(move.make(world, proofs), world.account(move.by))
            outcomes.append("done")
        except ContractRefusal as refusal:
            outcomes.append(plain(refusal, proofs))
    return outcomes, stands(world, proofs)


def stands(world: World, proofs: list[bytes]) -> Any:
    """Return how certificates, cases, exporters and switches stand; lives and views must agree."""
    lives = [world.ledger.life(proof) for proof in proofs]
    for proof, life in zip(proofs, lives, strict=True):
        told = told_in(life)
        assert world.ledger.use(proof) == told.use
        assert {number: world.ledger.case(number) for number in told.cases} == told.cases
    return plain(
        (
            [told_in(life) for life in lives],
            [[_untimed(one.event) for one in life.occurrences] for life in lives],
            [world.ledger.exporter("VN", "VN-CE/0012").versions],
            [world.ledger.split_use(member) for member in ("TH", "VN")],
        ),
        proofs,
    )


def _untimed(event: Any) -> Any:
    """Return an event without what was counted from the time of a block, or made of a new number."""
    names = {*TIMES, "issued_at", "issued_on", "valid_until", "reference_key"}
    return replace(event, **{field.name: 0 for field in fields(event) if field.name in names})


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
@given(moves=st.lists(MOVES, min_size=12, max_size=30))
def test_drawn_calls_end_alike(assembled: ChainWorld, moves: list[Move | Later | Withdrawn]) -> None:
    """The same calls are taken or refused with the same words, and leave the same behind."""
    in_memory = MemoryWorld()
    in_memory.assemble()
    with undone(assembled) as on_chain:
        assert played(on_chain, moves) == played(in_memory, moves)
