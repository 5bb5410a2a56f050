"""No receiver waits for another one, and nothing under way is forgotten."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.delivering import Deliverer
from ledger.delivery_lanes import Lanes
from ledger.errors import ArchiveUnavailable
from ledger.memory_watches import MemoryWatches
from ledger.outgoing import Allowed, Sender
from ledger.watch_port import (
    Delivery,
    DeliveryState,
    EventType,
    Interest,
    Outcome,
    Secrets,
    Watch,
)
from tests.receiver import Receiver

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Depot:
    """Watches in memory whose messages go to receivers on loopback."""

    watches: MemoryWatches = field(default_factory=MemoryWatches)
    said: list[tuple[Delivery, Outcome, Watch | None]] = field(default_factory=list)
    sender: Sender = field(default_factory=lambda: Sender(Allowed.of("127.0.0.1"), seconds=20))
    freed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __post_init__(self) -> None:
        """Open the lanes."""
        self.lanes = self.opened()

    def opened(self, **sizes: int) -> Lanes:
        """Return lanes over the same watches."""
        deliverer = Deliverer(self.sender, lambda: NOON)
        return Lanes(
            self.watches, deliverer, lambda *said: self.said.append(said), self.freed.release, **sizes
        )

    def watch(self, name: str, receiver: Receiver, **overrides: Any) -> None:
        """Add a watch whose receiver has done well."""
        fields: dict[str, Any] = {
            "id": name,
            "authority": 1,
            "member": "TH",
            "url": receiver.url(f"/{name}"),
            "label": "",
            "interest": Interest(everything=True),
            "secrets": Secrets(current=b"k" * 32),
            "created_at": NOON,
            "last_success": NOON,
        }
        self.watches.add(Watch(**fields | overrides))

    def queue(self, watch: str, count: int = 1) -> None:
        """Queue messages that are due."""
        for number in range(count):
            self.watches.put(
                Delivery(
                    watch=watch,
                    event=f"evt_{watch}_{number}",
                    type=EventType.STATUS,
                    subject="MYAEO1",
                    body=b"{}",
                    created_at=NOON,
                    next_at=NOON,
                )
            )

    def settled(self, count: int) -> None:
        """Wait until so many messages have made room."""
        for _ in range(count):
            assert self.freed.acquire(timeout=20)

    def states(self, watch: str) -> list[str]:
        """Return how far the messages of a watch are, oldest first."""
        return [one.state.value for one in self.watches.deliveries(watch)][::-1]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver that answers."""
    with Receiver() as running:
        yield running


@pytest.fixture
def silent() -> Iterator[Receiver]:
    """Return a receiver that takes requests and does not answer until it is opened."""
    with Receiver() as running:
        running.open.clear()
        yield running


@pytest.fixture
def depot() -> Iterator[Depot]:
    """Return an empty depot."""
    depot = Depot()
    yield depot
    depot.lanes.close()


def test_what_is_due_is_sent_and_kept_as_delivered(depot: Depot, receiver: Receiver) -> None:
    """And it is said what came of it."""
    depot.watch("w1", receiver)
    depot.queue("w1")
    assert depot.lanes.fill(NOON) == 1
    depot.settled(1)
    assert depot.states("w1") == ["delivered"]
    assert [(one.event, outcome.status, watch) for one, outcome, watch in depot.said] == [
        ("evt_w1_0", 204, None)
    ]
    assert depot.lanes.fill(NOON) == 0


def test_a_silent_receiver_does_not_delay_another(depot: Depot, receiver: Receiver, silent: Receiver) -> None:
    """All its messages are due first, and the other's arrive while it is waited for."""
    depot.watch("silent", silent)
    depot.watch("well", receiver)
    depot.queue("silent", 50)
    depot.queue("well", 10)
    depot.lanes.fill(NOON)
    silent.wait(1)
    while len(receiver.received) < 10:
        depot.settled(1)
        depot.lanes.fill(NOON)
    assert depot.states("silent") == ["pending"] * 50


def test_many_silent_receivers_do_not_take_the_fast_lane_from_others_for_long(
    depot: Depot, receiver: Receiver, silent: Receiver
) -> None:
    """Those that failed share another lane, however many they are and however much is due for them."""
    depot.lanes = depot.opened(fast=2, slow=2)
    for number in range(6):
        depot.watch(f"bad{number}", silent, failing=True)
        depot.queue(f"bad{number}", 5)
    depot.watch("well", receiver)
    depot.queue("well", 8)
    depot.lanes.fill(NOON)
    silent.wait(2)
    while len(receiver.received) < 8:
        depot.settled(1)
        depot.lanes.fill(NOON)
    assert len(silent.received) == 2


def test_a_message_under_way_is_not_begun_again(depot: Depot, silent: Receiver) -> None:
    """Looking again while it is waited for starts nothing more than there is room for."""
    depot.watch("w1", silent)
    depot.queue("w1", 3)
    assert depot.lanes.fill(NOON) == 3
    assert depot.lanes.fill(NOON) == 0
    silent.open.set()
    depot.settled(3)
    assert depot.states("w1") == ["delivered"] * 3
    assert len(silent.received) == 3


def test_a_receiver_is_sent_only_so_many_messages_at_a_time(depot: Depot, silent: Receiver) -> None:
    """One that is new or does poorly, one."""
    depot.watch("well", silent)
    depot.watch("new", silent, last_success=None)
    depot.watch("poorly", silent, failing=True)
    for name in ("well", "new", "poorly"):
        depot.queue(name, 9)
    assert depot.lanes.fill(NOON) == 4 + 1 + 1
    silent.open.set()


def test_a_failed_message_is_due_later_and_a_disabled_watch_is_said(depot: Depot, receiver: Receiver) -> None:
    """The store says when; 410 ends the watch with all that waits for it."""
    receiver.status = 500
    depot.watch("w1", receiver)
    depot.queue("w1")
    depot.lanes.fill(NOON)
    depot.settled(1)
    (known,) = depot.watches.deliveries("w1")
    assert known.next_at is not None
    assert timedelta(seconds=5) <= known.next_at - NOON <= timedelta(seconds=5.5)
    assert depot.lanes.fill(NOON) == 0
    receiver.status = 410
    assert depot.lanes.fill(NOON + timedelta(minutes=1)) == 1
    depot.settled(1)
    disabled = depot.said[-1][2]
    assert disabled is not None
    assert disabled.id == "w1"
    assert depot.watches.live() == ()


def test_what_is_cut_off_at_the_end_is_due_again(depot: Depot, silent: Receiver) -> None:
    """No attempt is counted, and the next process sends it, under the same id."""
    depot.watch("w1", silent)
    depot.queue("w1", 2)
    depot.lanes.fill(NOON)
    silent.wait(2)
    depot.lanes.close()
    assert [(one.state, one.attempts) for one in depot.watches.deliveries("w1")] == [
        (DeliveryState.PENDING, 0)
    ] * 2
    after = Depot(depot.watches)
    silent.open.set()
    after.lanes.fill(NOON)
    after.settled(2)
    assert after.states("w1") == ["delivered"] * 2
    ids = [one.headers["webhook-id"] for one in silent.received]
    assert sorted(ids[:2]) == sorted(ids[2:])
    after.lanes.close()


def test_an_outcome_that_cannot_be_kept_leaves_the_message_due(
    depot: Depot, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is silent for a moment; the receiver gets it twice, under one id."""

    def unwritable(*_: object) -> None:
        message = "the disk is full"
        raise ArchiveUnavailable(message)

    depot.watch("w1", receiver)
    depot.queue("w1")
    with monkeypatch.context() as full:
        full.setattr(depot.watches, "settle", unwritable)
        depot.lanes.fill(NOON)
        depot.settled(1)
    assert depot.states("w1") == ["pending"]
    assert depot.lanes.fill(NOON) == 0, "it is left alone for a moment"
    depot.lanes._resting.clear()  # as if that moment were over
    depot.lanes.fill(NOON)
    depot.settled(1)
    assert depot.states("w1") == ["delivered"]
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1


def test_every_watch_has_its_turn(depot: Depot, receiver: Receiver) -> None:
    """With less room than watches, each look begins with another one."""
    depot.lanes = depot.opened(fast=1, slow=1)
    for number in range(5):
        depot.watch(f"w{number}", receiver)
        depot.queue(f"w{number}", 3)
    for _ in range(15):
        assert depot.lanes.fill(NOON) == 1
        depot.settled(1)
    assert {one.path for one in receiver.received[:5]} == {f"/w{number}" for number in range(5)}
    assert len(receiver.received) == 15
