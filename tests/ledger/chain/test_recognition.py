"""Operators and recognition read from a chain: what is final, what is kept, and what is not believed."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ledger.chain.connect import ChainLedger, connect
from ledger.chain.rpc import Json, Request
from ledger.errors import ChainUnreachable
from ledger.operators import OperatorCode, ProgrammeKind
from ledger.writes import DeclareProgramme
from tests.recognitions import OPERATOR, declared, recorded, wrote
from tests.worlds import ChainWorld

pytestmark = pytest.mark.chain


def mined(world: ChainWorld, blocks: int) -> None:
    """Make empty blocks."""
    for _ in range(blocks):
        world.rpc.ask("evm_mine")


def with_finality(world: ChainWorld, blocks: int) -> ChainLedger:
    """Return the ledger as one whose blocks are final when so many follow."""
    return connect(replace(world.profile, finality=blocks))


def test_a_status_is_final_when_enough_blocks_follow(world: ChainWorld) -> None:
    """Until then it is told, and that it could still be undone."""
    declared(world)
    mined(world, 3)
    recorded(world)
    ledger = with_finality(world, 3)
    assert ledger.found([]).final
    looked = ledger.found([OPERATOR])
    assert looked.operators[OPERATOR].latest.version == 1
    assert not looked.final
    mined(world, 3)
    assert ledger.found([OPERATOR]).final


def test_terms_that_are_not_final_are_not_final_for_anybody(world: ChainWorld) -> None:
    """An operator's status may be old, and yet the answer rest on a recognition of just now."""
    declared(world)
    recorded(world)
    mined(world, 3)
    wrote(world, DeclareProgramme("NEW", "New", ProgrammeKind.SAFE_AEO, 1))
    assert not with_finality(world, 3).found([OPERATOR]).final


def test_terms_of_blocks_that_were_undone_are_forgotten(world: ChainWorld) -> None:
    """What is not final is read anew each time."""
    declared(world)
    mined(world, 5)
    ledger = with_finality(world, 5)
    snapshot = world.rpc.ask("evm_snapshot")
    wrote(world, DeclareProgramme("NEW", "New", ProgrammeKind.SAFE_AEO, 1))
    assert len(ledger.mutual()[1].programmes) == 4
    world.rpc.ask("evm_revert", snapshot)
    assert len(ledger.mutual()[1].programmes) == 3
    wrote(world.afresh(), DeclareProgramme("OTHER", "Other", ProgrammeKind.SAFE_AEO, 1))
    assert ledger.mutual()[1].programmes[4].code == "OTHER"


def test_terms_of_final_blocks_are_asked_for_once(world: ChainWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time only blocks that came since are searched."""
    declared(world)
    ledger = world.ledger
    before = ledger.mutual()[1]
    searched: list[str] = []
    ask_all = ledger._connection.rpc.ask_all

    def seen(requests: Sequence[Request]) -> list[Json]:
        searched.extend(params[0]["fromBlock"] for method, params in requests if method == "eth_getLogs")
        return ask_all(requests)

    monkeypatch.setattr(ledger._connection.rpc, "ask_all", seen)
    assert ledger.mutual()[1] == before
    assert searched == []
    written = wrote(world, DeclareProgramme("NEW", "New", ProgrammeKind.SAFE_AEO, 1))
    assert len(ledger.mutual()[1].programmes) == 4
    assert searched == [hex(written.block)]


def test_a_block_that_changes_while_it_is_asked_about_is_no_answer(
    world: ChainWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time would be told for events of another block."""
    declared(world)
    recorded(world)
    reader = world.ledger._reader
    blocks = reader.blocks

    def others(numbers: Sequence[int]) -> list[object]:
        return [replace(block, hash=bytes(32)) for block in blocks(numbers)]

    monkeypatch.setattr(reader, "blocks", others)
    with pytest.raises(ChainUnreachable, match="blocks changed"):
        world.ledger.found([OPERATOR])


def test_many_operators_are_searched_a_few_hundred_at_a_time(world: ChainWorld) -> None:
    """Those that the ledger lacks cost nothing but the search."""
    declared(world)
    recorded(world)
    codes = [OperatorCode(f"VN{number:010d}") for number in range(450)]
    assert set(world.ledger.found([*codes, OPERATOR]).operators) == {OPERATOR}
