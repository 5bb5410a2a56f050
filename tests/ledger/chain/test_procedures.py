"""Lives, cases and exporters read from a chain: what is final, what is undone, and what is not believed."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.chain.artefacts import ORIGIN_PROCEDURES, artefact
from ledger.chain.connect import ChainLedger, connect
from ledger.chain.procedure_events import OF_PROCEDURES
from ledger.errors import ChainUnreachable
from ledger.events import CaseStepped, Decided
from ledger.origin.facts import ExporterStatus, LateGround, Step
from ledger.writes import OfProcedures, Receive, SetSplitUse
from tests.procedures import (
    DAY,
    a_clarification,
    a_conclusion,
    a_decision,
    a_step,
    a_suspension,
    an_exporter,
    an_opening,
    did,
    opened,
)
from tests.worlds import ChainWorld

LONGEST = tuple(range(1, 65))


def mined(world: ChainWorld, blocks: int) -> None:
    """Make empty blocks."""
    for _ in range(blocks):
        world.rpc.ask("evm_mine")


def with_finality(world: ChainWorld, blocks: int) -> ChainLedger:
    """Return the ledger as one whose blocks are final when so many follow."""
    return connect(replace(world.profile, finality=blocks))


@pytest.mark.chain
def test_a_life_is_final_when_enough_blocks_follow_its_newest_event(world: ChainWorld) -> None:
    """Until then it is told, and that it could still be undone."""
    certificate, other = world.issued(), world.issued()
    mined(world, 3)
    did(world, Receive(certificate))
    ledger = with_finality(world, 3)
    assert ledger.life(other).final
    life = ledger.life(certificate)
    assert (len(life.occurrences), life.final) == (2, False)
    mined(world, 3)
    assert ledger.life(certificate).final
    assert not with_finality(world, 4).life(certificate).final


@pytest.mark.chain
def test_what_was_undone_is_told_no_more(world: ChainWorld) -> None:
    """Nothing is remembered between two looks."""
    certificate = world.issued()
    snapshot = world.rpc.ask("evm_snapshot")
    did(world, an_opening(world, certificate))
    did(world, an_exporter(), "VN competent")
    assert world.ledger.case(1) is not None
    world.rpc.ask("evm_revert", snapshot)
    assert len(world.ledger.life(certificate).occurrences) == 1
    assert world.ledger.case(1) is None
    assert world.ledger.exporter("VN", an_exporter().code).versions == ()


@pytest.mark.chain
def test_every_write_uses_at_most_two_thirds_of_the_gas_that_it_may(world: ChainWorld) -> None:
    """A write that runs out of gas would be refused for no reason of the contract's."""
    certificate = world.issued()
    decision = a_decision(
        world, certificate, granted=LONGEST[:32], used_up=LONGEST[:32], refused=LONGEST[32:]
    )
    opening = an_opening(world, certificate, lines=LONGEST, suspended=LONGEST)
    conclusion = a_conclusion(confirmed=LONGEST[:32], denied=LONGEST[32:])
    writes: tuple[tuple[OfProcedures, str], ...] = (
        (Receive(certificate), "TH customs"),
        (decision, "TH customs"),
        (a_clarification(certificate, lines=LONGEST[32:]), "VN issuing"),
        (SetSplitUse(allowed=False), "TH customs"),
        (opening, "TH customs"),
        (a_suspension(suspended=(1,)), "TH customs"),
        (a_step(Step.REPLIED, due=world.now + DAY, conclude_due=world.now + DAY), "VN issuing"),
        (conclusion, "TH customs"),
        (an_exporter(code="X" * 32, until=world.now + DAY), "VN competent"),
    )
    for write, by in writes:
        used = did(world, write, by).gas_used
        assert used * 3 <= allowed(world, write) * 2, type(write)


def allowed(world: ChainWorld, write: OfProcedures) -> int:
    """Return the most gas that a write may use."""
    from ledger.chain.calls import call_of  # noqa: PLC0415 - what is looked at

    function, arguments = call_of(write)
    return world.ledger._connection.call(function, *arguments).gas


def test_every_event_of_the_contract_has_a_reader() -> None:
    """Errors and functions of the registries that it asks are none of its events."""
    assert set(OF_PROCEDURES) == {
        item["name"] for item in artefact(ORIGIN_PROCEDURES).abi if item["type"] == "event"
    }


DECIDED: dict[str, Any] = {
    "id": b"\1" * 32,
    "declaration": b"\2" * 32,
    "key": 3,
    "granted": 5,
    "usedUp": 4,
    "refused": 2,
    "presentedAt": 900_000,
    "late": 3,
    "statement": b"\4" * 32,
}
STEPPED: dict[str, Any] = {
    "caseId": 7,
    "id": b"\1" * 32,
    "about": b"\2" * 32,
    "key": 3,
    "step": 8,
    "due": 2**48 - 1,
    "concludeDue": 900_000,
    "statement": b"\4" * 32,
}
RECORDED: dict[str, Any] = {
    "member": b"VN",
    "code": b"VN-CE/0012".ljust(32, b"\0"),
    "version": 1,
    "status": 1,
    "key": 3,
    "effectiveFrom": 900_000,
    "until": 0,
    "recordHash": b"\5" * 32,
}


def test_values_of_an_event_stand_where_they_belong() -> None:
    """A time beyond the year 9999 is kept as the contract counts it."""
    assert OF_PROCEDURES["Decided"](DECIDED) == Decided(
        id=b"\1" * 32,
        declaration=b"\2" * 32,
        key=3,
        granted=5,
        used_up=4,
        refused=2,
        presented_at=900_000,
        late=LateGround.IMPORTED_IN_TIME,
        statement=b"\4" * 32,
    )
    stepped = OF_PROCEDURES["CaseStepped"](STEPPED)
    assert isinstance(stepped, CaseStepped)
    assert (stepped.step, stepped.due) == (Step.VISIT_POSTPONED, 2**48 - 1)


@pytest.mark.parametrize(
    ("event", "values"),
    [
        ("Decided", DECIDED | {"late": 4}),
        ("CaseStepped", STEPPED | {"step": 0}),
        ("CaseStepped", STEPPED | {"step": 13}),
        ("ExporterRecorded", RECORDED | {"status": 0}),
        ("ExporterRecorded", RECORDED | {"status": 4}),
    ],
    ids=["late", "no step", "step", "no status", "status"],
)
def test_what_the_contract_cannot_have_reported_is_a_lie(event: str, values: dict[str, Any]) -> None:
    """The contract takes no value that its lists lack."""
    with pytest.raises(ChainUnreachable, match="does not exist"):
        OF_PROCEDURES[event](values)


@pytest.mark.chain
def test_a_case_with_a_step_that_does_not_exist_is_a_lie(
    world: ChainWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node may answer a view with anything."""
    opened(world)
    told = world.ledger._connection.read("caseOf", 1)
    monkeypatch.setattr(world.ledger._connection, "read", lambda *_: told | {"step": 99})
    with pytest.raises(ChainUnreachable, match="Step that does not exist"):
        world.ledger.case(1)


@pytest.mark.chain
def test_an_exporter_is_read_as_of_one_block(world: ChainWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions that came while it was asked for are not told as of the block before."""
    did(world, an_exporter(), "VN competent")
    head = world.ledger._connection.history.newest()
    did(world, an_exporter(version=2, status=ExporterStatus.SUSPENDED), "VN competent")
    monkeypatch.setattr(world.ledger._connection.history, "newest", lambda: head)
    found = world.ledger.exporter("VN", an_exporter().code)
    assert (len(found.versions), found.as_of.block) == (1, head.number)
