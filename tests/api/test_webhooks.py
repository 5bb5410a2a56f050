"""The service tells watchers what has become final, from one process at a time."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from standardwebhooks import Webhook

from api.app import create_app
from api.watch import Watch as Looking
from api.webhooks import Telling, Webhooks
from ledger.delivering import written
from ledger.keeping_watch import Keeper
from ledger.outbox import AlarmName
from ledger.outgoing import Allowed, Sender
from ledger.replica import FollowState, Progress
from ledger.replica_port import ReplicaHead
from ledger.watch_port import DeliveryState, Outcome
from tests.api.desk import Desk
from tests.receiver import Receiver
from tests.watched import Chronicle


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver on loopback."""
    with Receiver() as running:
        yield running


@pytest.fixture
def chronicle(desk: Desk) -> Chronicle:
    """Return a ledger whose replica is in the service's archive, told up to its newest block."""
    desk.clock.now = datetime.now(UTC)  # receivers compare the time with their own
    chronicle = Chronicle(desk.rooms.replica, desk.rooms.watches)
    chronicle.tell()
    return chronicle


@pytest.fixture
def running() -> Iterator[ExitStack]:
    """Return what ends services after a test."""
    with ExitStack() as stack:
        yield stack


def a_telling() -> Telling:
    """Return how a service tells receivers on loopback."""
    return Telling(sender=Sender(Allowed.of("127.0.0.1"), seconds=20))


def a_service(desk: Desk, running: ExitStack, telling: Telling | None = None) -> Any:
    """Run the service with its tasks; returns its app."""
    app = create_app(desk.ledger, desk.rooms, telling=telling or a_telling())
    running.enter_context(TestClient(app))
    return app


def watched(chronicle: Chronicle, receiver: Receiver, name: str = "w1") -> None:
    """Let a receiver watch everything."""
    chronicle.watches.change(replace(chronicle.watch(name), url=receiver.url(f"/{name}")))


def added(telling: Telling, chronicle: Chronicle) -> None:
    """Let the follower say that it has added a block."""
    head = chronicle.replica.head()
    assert isinstance(head, ReplicaHead)
    telling.heard(Progress.ADDED, head)


def test_a_change_reaches_its_receiver_signed(
    desk: Desk, chronicle: Chronicle, receiver: Receiver, running: ExitStack
) -> None:
    """From the block to the request, verified as a receiver does it; the figures count it."""
    telling = a_telling()
    app = a_service(desk, running, telling)
    watched(chronicle, receiver)
    chronicle.block(chronicle.status())
    added(telling, chronicle)
    (received,) = receiver.wait(1)
    told = Webhook(written(b"k" * 32)).verify(received.body, dict(received.headers))
    assert (told["type"], told["data"]["operator"]) == ("operator.status.changed", "MYAEO1")
    running.close()
    registry = app.state.services.metrics.registry
    assert registry.get_sample_value("asal_webhook_attempts_total", {"outcome": "delivered"}) == 1
    assert registry.get_sample_value("asal_webhook_seconds_count") == 1
    assert registry.get_sample_value("asal_webhooks_pending") == 0


def test_what_nobody_rings_for_is_told_all_the_same(
    desk: Desk, chronicle: Chronicle, receiver: Receiver, running: ExitStack
) -> None:
    """Another process follows the chain into the archive; one looks now and then."""
    a_service(desk, running)
    watched(chronicle, receiver)
    chronicle.block(chronicle.status())
    assert len(receiver.wait(1)) == 1


def test_a_test_that_is_queued_is_sent(
    desk: Desk, chronicle: Chronicle, receiver: Receiver, running: ExitStack
) -> None:
    """Whichever process queued it."""
    a_service(desk, running)
    watched(chronicle, receiver)
    Keeper(1, "TH", desk.rooms.watches, Sender()).test("w1", desk.clock())
    (received,) = receiver.wait(1)
    assert b'"watch.test"' in received.body


def test_of_several_services_on_one_archive_one_tells(
    desk: Desk, chronicle: Chronicle, receiver: Receiver, running: ExitStack
) -> None:
    """Each change once; when the one ends, the other goes on."""
    first, second = ExitStack(), a_telling()
    with first:
        a_service(desk, first)
        a_service(desk, running, second)
        watched(chronicle, receiver)
        for _ in range(5):
            chronicle.block(chronicle.status())
        receiver.wait(5)
    chronicle.block(chronicle.status())
    received = receiver.wait(6)
    assert len({one.headers["webhook-id"] for one in received}) == 6
    assert len(received) == 6


def test_what_was_under_way_when_a_service_ended_is_sent_by_the_next(
    desk: Desk, chronicle: Chronicle, receiver: Receiver, running: ExitStack
) -> None:
    """Ending does not wait for a receiver that is silent; no attempt is counted."""
    receiver.open.clear()
    with ExitStack() as first:
        a_service(desk, first)
        watched(chronicle, receiver)
        chronicle.block(chronicle.status())
        receiver.wait(1)
    assert [(one.state, one.attempts) for one in chronicle.kept()] == [("pending", 0)]
    receiver.open.set()
    a_service(desk, running)
    first_time, again = receiver.wait(2)
    assert first_time.headers["webhook-id"] == again.headers["webhook-id"]


def test_a_service_leaves_telling_to_the_one_that_follows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which hears of a block first; only after a while does it do it itself."""

    class Elsewhere:
        """The chain is followed by another process."""

        def state(self) -> FollowState:
            """Say so."""
            return FollowState(following=False, problem="another process follows")

    app = create_app(desk.ledger, desk.rooms)
    telling = a_telling()
    webhooks = Webhooks(app.state.services, telling, Elsewhere())  # type: ignore[arg-type]
    claims: list[object] = []
    monkeypatch.setattr(webhooks, "_while_held", claims.append)
    pauses = [webhooks._tried() for _ in range(3)]
    assert len(claims) == 1
    assert all(pauses)


def test_an_app_that_is_not_told_how_tells_nobody(
    desk: Desk, chronicle: Chronicle, receiver: Receiver, running: ExitStack
) -> None:
    """Such as one without a replica."""
    app = create_app(desk.ledger, desk.rooms)
    running.enter_context(TestClient(app))
    watched(chronicle, receiver)
    chronicle.block(chronicle.status())
    assert app.state.webhooks is None
    assert receiver.received == []


def test_messages_that_nobody_sends_raise_an_alarm_and_sending_ends_it(
    desk: Desk, chronicle: Chronicle, receiver: Receiver
) -> None:
    """Those of receivers that fail are no concern of the operator's."""
    services = create_app(desk.ledger, desk.rooms).state.services
    looking = Looking(services)
    watched(chronicle, receiver)
    chronicle.block(chronicle.status())
    chronicle.tell()
    desk.clock.now = chronicle.now + timedelta(seconds=200)
    looking.look()
    assert AlarmName.WEBHOOKS_STUCK not in _alarms(desk)
    desk.clock.now = chronicle.now + timedelta(seconds=301)
    looking.look()
    assert AlarmName.WEBHOOKS_STUCK in _alarms(desk)
    desk.rooms.watches.remove(1, "w1")
    looking.look()
    assert AlarmName.WEBHOOKS_STUCK not in _alarms(desk)


def test_watches_of_a_withdrawn_authority_are_disabled_and_old_deliveries_forgotten(
    desk: Desk, chronicle: Chronicle
) -> None:
    """Whoever is no longer on the ledger is told nothing more."""
    app = create_app(desk.ledger, desk.rooms, telling=a_telling())
    chronicle.watch("of-1")
    chronicle.watches.change(replace(chronicle.watch("of-2"), label="stays"))
    other = replace(chronicle.watch("withdrawn"), id="of-th", authority=desk.world.authority("TH customs"))
    chronicle.watches.remove(1, "withdrawn")
    chronicle.watches.add(other)
    chronicle.block(chronicle.status())
    chronicle.tell()
    (sent,) = chronicle.kept("of-1")
    chronicle.watches.settle(sent, Outcome(state=DeliveryState.DELIVERED, at=desk.clock(), status=204))
    desk.world.ledger.withdraw_authority(other.authority, desk.world.admin("TH"))
    desk.clock.now = sent.created_at + timedelta(days=31)
    app.state.webhooks.tidy()
    assert [watch.id for watch in desk.rooms.watches.live()] == ["of-1", "of-2"]
    kept = desk.rooms.watches.find(other.authority, "of-th")
    assert kept is not None
    assert kept.disabled_why == "its authority is no longer on the ledger"
    assert (len(chronicle.kept("of-1")), len(chronicle.kept("of-2"))) == (0, 1)


def _alarms(desk: Desk) -> list[AlarmName]:
    return [alarm.name for alarm in desk.ledger.outbox.alarms()]
