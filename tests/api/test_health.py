"""Whether the process lives, and whether all it needs is there."""

from datetime import timedelta
from typing import Any

import pytest

from api.services import Limits
from ledger.errors import ArchiveUnavailable, ChainUnreachable, LedgerMismatch
from tests.api.desk import Desk, a_desk, problem


def _failing(desk: Desk) -> set[str]:
    body = problem(desk.ask("GET", "/readyz", by=None), 503, "not-ready")
    return {check["name"] for check in body["checks"] if not check["ok"]}


def test_a_ready_service_names_what_it_looked_at(desk: Desk) -> None:
    """Archive, migrations, chain, contract and clock."""
    checks = desk.ask("GET", "/readyz", by=None).json()["checks"]
    assert [check["name"] for check in checks] == ["archive", "migrations", "chain", "contract", "clock"]
    assert all(check["ok"] for check in checks)
    assert str(desk.world.ledger.ledger.chain_id) in checks[2]["detail"]


def test_an_older_schema_is_not_ready(desk: Desk) -> None:
    """The archive answers, the migrations are missing."""
    desk.rooms.database.downgrade("base")
    assert _failing(desk) == {"migrations"}


def test_a_silent_archive_is_not_ready(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of its address is told."""
    monkeypatch.setattr(
        type(desk.rooms.database), "reading", _raising(ArchiveUnavailable("postgres://secret"))
    )
    assert _failing(desk) == {"archive", "migrations"}
    assert "secret" not in desk.ask("GET", "/readyz", by=None).text


def test_a_silent_chain_is_not_ready_and_the_process_lives(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restart would not help, so /livez stays green."""
    monkeypatch.setattr(desk.world.ledger, "head", _raising(ChainUnreachable("no answer")))
    assert _failing(desk) == {"chain", "clock"}
    assert desk.ask("GET", "/livez", by=None).json() == {"status": "alive"}


def test_an_address_without_a_ledger_is_not_ready(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The node answers, and another chain is behind it."""
    monkeypatch.setattr(desk.world.ledger, "members", lambda: ())
    assert _failing(desk) == {"contract"}
    monkeypatch.setattr(desk.world.ledger, "members", _raising(LedgerMismatch("other code")))
    assert _failing(desk) == {"contract"}


def test_a_clock_far_behind_the_chain_is_not_ready(desk: Desk) -> None:
    """Blocks of the future mean that one clock is wrong."""
    desk.clock.now -= timedelta(seconds=119)
    assert desk.ask("GET", "/readyz", by=None).status_code == 200
    desk.clock.now -= timedelta(seconds=2)
    assert _failing(desk) == {"clock"}


def test_an_old_block_matters_only_where_blocks_are_regular(desk: Desk) -> None:
    """A chain that waits for work may be silent for hours."""
    regular = a_desk(desk.world, desk.rooms, desk.clock, Limits(block_seconds=5))
    desk.clock.advance(timedelta(hours=1))
    assert desk.ask("GET", "/readyz", by=None).status_code == 200
    assert _failing(regular) == {"clock"}


def _raising(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail
