"""Whether the process lives, whether all it needs is there, and what it raises alarms about by itself."""

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.alarms import RUNBOOK
from api.pages.status import _ALARMS, _MEANINGS, _TITLES
from api.probe import Probe
from api.readiness import _LOOKS
from api.services import Limits, Services
from api.shared import Shared
from api.watch import Watch
from ledger.errors import ArchiveUnavailable, ChainUnreachable, LedgerMismatch, SignerUnavailable
from ledger.events import Block
from ledger.facts import LedgerName
from ledger.outbox import STOPPING, AlarmName
from tests.api.desk import Desk, a_desk, problem
from tests.api.seen import seen

ROOT = Path(__file__).parents[2]


def _failing(desk: Desk) -> set[str]:
    body = problem(desk.ask("GET", "/readyz", by=None), 503, "not-ready")
    return {check["name"] for check in body["checks"] if check["state"] == "failing"}


def test_a_ready_service_names_what_it_looked_at(desk: Desk) -> None:
    """Archive, migrations, chain, contract and clock; replica, outbox and signer."""
    body = desk.ask("GET", "/readyz", by=None).json()
    checks = body["checks"]
    assert (body["status"], body["alarms"]) == ("ok", [])
    assert [check["name"] for check in checks] == [
        *("archive", "migrations", "chain", "contract", "clock"),
        *("replica", "outbox", "signer"),
    ]
    assert all(check["ok"] for check in checks)
    assert str(desk.world.ledger.ledger.chain_id) in checks[2]["detail"]


def test_however_many_ask_one_look_is_taken_at_a_time() -> None:
    """Anybody may ask, and a look may wait for a silent node: it must not hold all worker threads."""
    looks = []
    go_on = threading.Event()

    def slow() -> int:
        looks.append(1)
        go_on.wait(30)
        return len(looks)

    async def asked() -> list[int]:
        look = Shared(slow)
        asking = [asyncio.create_task(look()) for _ in range(100)]
        await asyncio.sleep(0)
        asking.pop().cancel()
        asyncio.get_running_loop().call_later(0.05, go_on.set)
        return [*await asyncio.gather(*asking), await look()]

    assert asyncio.run(asked()) == [1] * 99 + [2]


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


# ------------------------------------------------------------------------------------------- degraded


def test_an_archive_that_cannot_store_degrades_and_keeps_verifying(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issuing says so by itself; the instance stays in rotation, for certificates may still be verified."""
    monkeypatch.setattr("api.probe.EVERY", 0)
    desk.token("VN issuing")
    with desk.rooms.database.writing() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    _watch(desk).look()
    assert (_degraded(desk), _alarms(desk)) == ({"archive"}, {"archive-unwritable"})
    problem(desk.issue(), 503, "archive-unavailable")
    desk.rooms.database.close()  # the next connection may write again
    _watch(desk).look()
    assert (_degraded(desk), _alarms(desk)) == (set(), set())


def test_trying_to_store_leaves_nothing_behind(desk: Desk) -> None:
    """The write that is tried is taken back with it."""
    desk.rooms.outbox.see_writable()
    assert desk.rooms.outbox.alarms() == ()


def test_a_read_only_archive_is_found_out(desk: Desk) -> None:
    """Reading goes on, storing is refused by name."""
    with desk.rooms.database.writing() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    desk.rooms.database.ping()
    with pytest.raises(ArchiveUnavailable, match="read-only"):
        desk.rooms.outbox.see_writable()


def test_a_probe_asks_at_most_so_often_whoever_asks() -> None:
    """Anybody may ask /readyz; that must not write to the disk each time."""
    looks: list[int] = []
    probe = Probe(lambda: looks.append(1), every=1000)
    assert [probe.problem() for _ in range(50)] == [None] * 50
    assert len(looks) == 1


def test_a_write_that_waits_too_long_degrades_and_is_an_alarm_until_it_moves(desk: Desk) -> None:
    """The alarm is kept in the archive, once, and taken back when the write is recorded."""
    desk.world.transactions.held = True  # type: ignore[attr-defined]  # no blocks are made
    desk.issue(prefer="wait=0")
    desk.clock.advance(timedelta(seconds=299))
    _watch(desk).look()
    assert (_degraded(desk), _alarms(desk)) == (set(), set())
    desk.clock.advance(timedelta(seconds=2))
    for _ in range(2):
        _watch(desk).look()
    assert (_degraded(desk), _alarms(desk)) == ({"outbox"}, {"outbox-stuck"})
    assert [alarm.name for alarm in desk.rooms.outbox.alarms()] == [AlarmName.OUTBOX_STUCK]
    desk.world.transactions.held = False  # type: ignore[attr-defined]
    desk.issue(prefer="wait=5")
    _watch(desk).look()
    assert (_degraded(desk), _alarms(desk)) == (set(), set())


def test_a_chain_that_stays_silent_is_an_alarm_until_it_answers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One answer that fails is none yet."""
    watch = _watch(desk)
    with monkeypatch.context() as silence:
        silence.setattr(desk.world.ledger, "head", _raising(ChainUnreachable("no answer")))
        watch.look()
        desk.clock.advance(timedelta(seconds=29))
        watch.look()
        assert _services(desk).alarms() == []
        desk.clock.advance(timedelta(seconds=2))
        watch.look()
        assert [alarm.name for alarm in _services(desk).alarms()] == [AlarmName.CHAIN_SILENT]
    watch.look()
    assert _services(desk).alarms() == []


def test_clocks_that_differ_are_an_alarm_until_they_agree(desk: Desk) -> None:
    """A clock behind the chain's shows on every network."""
    desk.clock.now -= timedelta(minutes=10)
    _watch(desk).look()
    assert [alarm.name for alarm in _services(desk).alarms()] == [AlarmName.CLOCK_SKEW]
    assert _failing(desk) == {"clock"}
    desk.clock.now += timedelta(minutes=10)
    _watch(desk).look()
    assert _services(desk).alarms() == []


def test_an_alarm_about_a_key_degrades_and_leads_to_its_page(desk: Desk) -> None:
    """Other keys go on; neither account nor detail leaves the house."""
    account = desk.world.account("VN issuing")
    desk.rooms.outbox.raise_alarm(AlarmName.KEY_USED_ELSEWHERE, account, "the detail", now=desk.clock())
    answer = desk.ask("GET", "/readyz", by=None)
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["alarms"] == [
        {
            "name": "key-used-elsewhere",
            "since": "2026-11-03T08:00:00Z",
            "runbook": f"{RUNBOOK}#key-used-elsewhere",
        }
    ]
    assert account not in answer.text
    assert "the detail" not in answer.text


def test_a_signing_service_that_does_not_answer_degrades(desk: Desk) -> None:
    """Where keys are held elsewhere, it is asked; its address is not told."""
    asked = Probe(_raising(SignerUnavailable("vault.internal:9000", "did not answer")))
    desk.app.state.services = replace(_services(desk), signer=asked)
    assert _degraded(desk) == {"signer"}
    assert "vault" not in desk.ask("GET", "/readyz", by=None).text


def test_a_replica_that_is_behind_or_unheard_of_or_halted_degrades(desk: Desk) -> None:
    """Its block, its lag and its silence are told, and the alarm that halted it."""
    replica, ledger = desk.rooms.replica, LedgerName(1337, desk.world.ledger.ledger.address)
    replica.start(ledger)
    replica.apply(
        [Block(0, b"\1" * 32, bytes(32), int(desk.clock().timestamp()))],
        [],
        node_block=3,
        seen_at=desk.clock(),
    )
    assert _detail(desk, "replica") == "3 blocks behind"
    replica.touch(node_block=0, seen_at=desk.clock())
    assert _degraded(desk) == set()
    desk.clock.advance(timedelta(seconds=31))
    assert _detail(desk, "replica") == "has not heard of the node for 31 s"
    replica.halt("chain-mismatch: block 0 was 0x01 and is 0x02")
    assert _detail(desk, "replica") == "halted: chain-mismatch"
    assert _alarms(desk) == {"chain-mismatch"}


# ----------------------------------------------------------------------------------------- for people


def test_a_person_sees_that_all_is_well(desk: Desk) -> None:
    """With the block and the time that it is as of; the page is not kept anywhere."""
    answer = desk.ask("GET", "/status", by=None)
    page = seen(answer.text)
    assert (answer.status_code, answer.headers["cache-control"], page.faults) == (200, "no-store", [])
    assert "The service works" in page.text
    head = desk.world.ledger.head()
    assert f"As of 3 November 2026, 08:00 UTC, block {head.block}" in page.text


def test_a_person_sees_what_is_wrong_in_plain_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page answers whatever is wrong, and names neither accounts nor details."""
    account = desk.world.account("VN issuing")
    desk.rooms.outbox.raise_alarm(AlarmName.KEY_USED_ELSEWHERE, account, "the detail", now=desk.clock())
    monkeypatch.setattr(desk.world.ledger, "head", _raising(ChainUnreachable("no answer")))
    answer = desk.ask("GET", "/status", by=None)
    page = seen(answer.text)
    assert (answer.status_code, page.faults) == (200, [])
    assert "The service does not work at the moment" in page.text
    assert "Nothing can be verified." in page.text
    assert "key-used-elsewhere" in page.text
    assert account not in answer.text
    assert "the detail" not in answer.text


def test_every_check_and_every_alarm_has_its_words() -> None:
    """A new one cannot be forgotten on the page."""
    assert set(_LOOKS) == set(_TITLES) == set(_MEANINGS)
    assert set(_ALARMS) == set(AlarmName)
    assert set(AlarmName) >= STOPPING


def _services(desk: Desk) -> Services:
    services: Services = desk.app.state.services
    return services


def _watch(desk: Desk) -> Watch:
    return Watch(_services(desk))


def _body(desk: Desk) -> Mapping[str, Any]:
    answer = desk.ask("GET", "/readyz", by=None)
    assert answer.status_code == 200, answer.text
    body: Mapping[str, Any] = answer.json()
    return body


def _degraded(desk: Desk) -> set[str]:
    return {check["name"] for check in _body(desk)["checks"] if check["state"] == "degraded"}


def _alarms(desk: Desk) -> set[str]:
    return {alarm["name"] for alarm in _body(desk)["alarms"]}


def _detail(desk: Desk, name: str) -> str:
    return str(next(check["detail"] for check in _body(desk)["checks"] if check["name"] == name))


def _raising(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail
