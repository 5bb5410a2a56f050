"""One suite for the port `Watches`, run on the store in memory and on both databases."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.archive import open_archive
from ledger.memory_watches import MemoryWatches
from ledger.operators import OperatorCode
from ledger.watch_port import (
    FIELDS,
    GIVEN_UP,
    HUSHED,
    MOST_WATCHES,
    Cursor,
    Delivery,
    DeliveryState,
    DeliveryUnknown,
    EventType,
    Interest,
    Outcome,
    Part,
    Pending,
    Secrets,
    TooManyWatches,
    Watch,
    Watches,
    WatchUnknown,
)

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, UTC)
HOUR = timedelta(hours=1)
CURSOR = Cursor(10, 3, 9)


@dataclass
class Shelf:
    """A store, and a way for another process to use the same."""

    watches: Watches
    another: Callable[[], Watches]


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of store in turn, the one in memory too."""
    return str(request.param)


@pytest.fixture
def shelf(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Shelf]:
    """Return an empty store."""
    if database_kind == "memory":
        watches = MemoryWatches()
        yield Shelf(watches, lambda: watches)
        return
    url = request.getfixturevalue("archive_url")
    with ExitStack() as opened:

        def another() -> Watches:
            rooms = open_archive(url, migrate=False)
            opened.callback(rooms.close)
            return rooms.watches

        yield Shelf(another(), another)


@pytest.fixture
def watches(shelf: Shelf) -> Watches:
    """Return an empty store alone."""
    return shelf.watches


def a_watch(name: str = "w1", **overrides: Any) -> Watch:
    """Return a watch of authority 7 of TH."""
    fields: dict[str, Any] = {
        "id": name,
        "authority": 7,
        "member": "TH",
        "url": "https://customs.example/hook?x=1",
        "label": "Laem Chabang",
        "interest": Interest(
            operators=frozenset({OperatorCode("MYAEO1"), OperatorCode("VNAEO2")}),
            members=frozenset({"SG", "PH"}),
            hosts=frozenset({"TH"}),
        ),
        "secrets": Secrets(current=b"k" * 32),
        "created_at": NOON,
    }
    return Watch(**fields | overrides)


def a_delivery(event: str = "evt_1", watch: str = "w1", **overrides: Any) -> Delivery:
    """Return a message that is due at noon."""
    fields: dict[str, Any] = {
        "watch": watch,
        "event": event,
        "type": EventType.STATUS,
        "subject": "MYAEO1",
        "body": b'{"id":"evt_1"}',
        "created_at": NOON,
        "next_at": NOON,
    }
    return Delivery(**fields | overrides)


def failed(next_at: datetime | None = None, **overrides: Any) -> Outcome:
    """Return the outcome of an attempt that failed an hour after noon."""
    fields: dict[str, Any] = {
        "state": DeliveryState.PENDING if next_at else DeliveryState.FAILED,
        "at": NOON + HOUR,
        "status": 500,
        "error": "it answered 500",
        "next_at": next_at,
    }
    return Outcome(**fields | overrides)


def taken(at: datetime = NOON + HOUR) -> Outcome:
    """Return the outcome of an attempt that went well."""
    return Outcome(state=DeliveryState.DELIVERED, at=at, status=204)


def test_a_watch_comes_back_as_it_was_kept(watches: Watches) -> None:
    """With its interest and its secrets, for its authority alone."""
    secrets = Secrets(current=b"a" * 32, previous=b"b" * 32, previous_until=NOON + HOUR)
    watch = a_watch(secrets=secrets)
    watches.add(watch)
    assert watches.find(7, "w1") == watch
    assert (watches.find(8, "w1"), watches.find(7, "w2")) == (None, None)
    assert watches.of(7) == watches.live() == (watch,)
    assert watches.of(8) == ()


def test_watches_are_listed_oldest_first(watches: Watches) -> None:
    """Whatever their ids are."""
    for hours, name in ((2, "a"), (1, "b"), (3, "c")):
        watches.add(a_watch(name, created_at=NOON + hours * HOUR))
    assert [watch.id for watch in watches.of(7)] == ["b", "a", "c"]
    assert [watch.id for watch in watches.live()] == ["b", "a", "c"]


def test_an_authority_has_only_so_many_watches(watches: Watches) -> None:
    """Others are not hindered by it."""
    for number in range(MOST_WATCHES):
        watches.add(a_watch(f"w{number}"))
    with pytest.raises(TooManyWatches):
        watches.add(a_watch("more"))
    watches.add(a_watch("other", authority=8))


def test_a_watch_can_be_changed_and_disabled(watches: Watches) -> None:
    """What its owner decides is kept anew; a disabled one is told nothing."""
    watches.add(a_watch())
    changed = a_watch(
        url="https://other.example/", label="new", interest=Interest(everything=True), disabled_at=NOON
    )
    changed = replace(changed, disabled_why="gone", secrets=Secrets(current=b"n" * 32))
    watches.change(changed)
    assert watches.find(7, "w1") == changed
    assert watches.live() == ()
    with pytest.raises(WatchUnknown):
        watches.change(a_watch("nobody"))


@pytest.mark.parametrize("part", Part)
def test_only_the_part_that_is_changed_is_written(watches: Watches, part: Part) -> None:
    """Else a new address that was thought out before a rotation would bring the old secret back."""
    watches.add(a_watch())
    seen = a_watch(label="old", interest=Interest(everything=True), disabled_at=NOON)
    changed = replace(seen, disabled_why="gone", secrets=Secrets(current=b"n" * 32))
    watches.change(changed, part)
    found, before = watches.find(7, "w1"), a_watch()
    expected = {name: getattr(changed, name) for name in FIELDS[part]}
    assert found == replace(before, **expected)


def test_changing_a_watch_keeps_how_its_receiver_does(watches: Watches) -> None:
    """An attempt may end while its owner changes it."""
    watches.add(a_watch())
    sent = watches.put(a_delivery())
    watches.settle(sent, taken())
    watches.settle(watches.put(a_delivery("evt_2")), failed(NOON + HOUR))
    watches.change(a_watch(label="new"))
    found = watches.find(7, "w1")
    assert found is not None
    assert (found.label, found.last_success, found.failing) == ("new", NOON + HOUR, True)


def test_a_removed_watch_is_forgotten_with_its_deliveries(watches: Watches) -> None:
    """Only its own authority removes it."""
    watches.add(a_watch())
    watches.put(a_delivery())
    assert not watches.remove(8, "w1")
    assert watches.remove(7, "w1")
    assert not watches.remove(7, "w1")
    assert (watches.find(7, "w1"), watches.deliveries("w1")) == (None, ())
    assert watches.pending(NOON) == Pending(0, None)
    with pytest.raises(WatchUnknown):
        watches.put(a_delivery())


def test_deliveries_are_kept_with_the_cursor_or_not_at_all(watches: Watches) -> None:
    """Who finds the cursor elsewhere has told nothing."""
    watches.add(a_watch())
    assert watches.cursor() is None
    assert watches.spread(None, CURSOR, [a_delivery()])
    assert watches.cursor() == CURSOR
    later = Cursor(11, 0, 11)
    assert not watches.spread(None, later, [a_delivery("evt_2")])
    assert not watches.spread(Cursor(10, 2, 9), later, [a_delivery("evt_2")])
    assert (watches.cursor(), len(watches.deliveries("w1"))) == (CURSOR, 1)
    assert watches.spread(CURSOR, later, [a_delivery("evt_2"), a_delivery("evt_3")])
    assert watches.cursor() == later
    assert [one.event for one in watches.deliveries("w1")] == ["evt_3", "evt_2", "evt_1"]


def test_an_event_is_told_once_to_each_watch_and_to_none_that_is_gone(watches: Watches) -> None:
    """Also when it is spread again from an older cursor."""
    watches.add(a_watch())
    watches.add(a_watch("w2"))
    watches.spread(None, CURSOR, [a_delivery()])
    again = [a_delivery(), a_delivery(watch="w2"), a_delivery(watch="gone")]
    assert watches.spread(CURSOR, Cursor(11, 0, 11), again)
    assert len(watches.deliveries("w1")) == len(watches.deliveries("w2")) == 1
    assert watches.deliveries("gone") == ()


def test_of_two_processes_that_spread_the_same_one_does(shelf: Shelf) -> None:
    """The cursor moves once."""
    shelf.watches.add(a_watch())
    shelf.watches.spread(None, CURSOR, [])
    stores = [shelf.another() for _ in range(4)]
    after = Cursor(12, 0, 12)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda store: store.spread(CURSOR, after, [a_delivery()]), stores))
    assert sorted(done) == [False, False, False, True]
    assert len(shelf.watches.deliveries("w1")) == 1


def test_what_is_due_is_found_watch_by_watch_in_order(watches: Watches) -> None:
    """A message that waits for its next attempt, or is done, is not."""
    for name in ("w1", "w2", "w3"):
        watches.add(a_watch(name))
    first, second, third = (watches.put(a_delivery(f"evt_{number}")) for number in range(3))
    watches.put(a_delivery(watch="w2", next_at=NOON + HOUR))
    assert first.position < second.position < third.position
    assert set(watches.waiting(NOON)) == {"w1"}
    assert not watches.waiting(NOON - HOUR)
    assert watches.due("w1", NOON, 2) == (first, second)
    watches.settle(first, taken())
    watches.settle(second, failed(NOON + 2 * HOUR))
    assert watches.due("w1", NOON + HOUR, 9) == (third,)
    assert set(watches.waiting(NOON + HOUR)) == {"w1", "w2"}
    assert [one.event for one in watches.due("w1", NOON + 2 * HOUR, 9)] == ["evt_1", "evt_2"]


def test_nothing_is_due_for_a_disabled_watch_until_it_is_resumed(watches: Watches) -> None:
    """What waited then is sent."""
    watches.add(a_watch())
    sent = watches.put(a_delivery())
    watches.change(a_watch(disabled_at=NOON))
    assert not watches.waiting(NOON)
    assert watches.due("w1", NOON, 9) == ()
    assert watches.pending(NOON) == Pending(0, None)
    watches.change(a_watch())
    assert watches.due("w1", NOON, 9) == (sent,)


def test_an_attempt_leaves_its_traces(watches: Watches) -> None:
    """How often, when, what was answered, and when it is tried again."""
    watches.add(a_watch())
    sent = watches.put(a_delivery())
    assert watches.settle(sent, failed(NOON + 2 * HOUR)) is None
    (known,) = watches.deliveries("w1")
    assert known == replace(
        sent,
        attempts=1,
        next_at=NOON + 2 * HOUR,
        last_at=NOON + HOUR,
        last_status=500,
        last_error="it answered 500",
    )
    assert watches.settle(known, taken(NOON + 3 * HOUR)) is None
    (done,) = watches.deliveries("w1")
    assert (done.state, done.attempts, done.next_at) == (DeliveryState.DELIVERED, 2, None)
    assert (done.delivered_at, done.last_status, done.last_error) == (NOON + 3 * HOUR, 204, None)
    found = watches.find(7, "w1")
    assert found is not None
    assert (found.last_success, found.failing) == (NOON + 3 * HOUR, False)


def test_settling_what_was_removed_meanwhile_changes_nothing(watches: Watches) -> None:
    """Its owner removed the watch while the receiver was asked."""
    watches.add(a_watch())
    sent = watches.put(a_delivery())
    watches.remove(7, "w1")
    assert watches.settle(sent, taken()) is None


def test_a_receiver_that_is_gone_is_not_asked_again(watches: Watches) -> None:
    """The watch says why, and is returned once."""
    watches.add(a_watch())
    sent = watches.put(a_delivery())
    disabled = watches.settle(sent, failed(gone="the receiver says so"))
    assert disabled == watches.find(7, "w1")
    assert disabled is not None
    assert (disabled.disabled_at, disabled.disabled_why) == (NOON + HOUR, "the receiver says so")
    assert watches.settle(sent, failed(gone="again")) is None
    assert watches.find(7, "w1") == disabled


def test_a_watch_whose_receiver_took_nothing_for_days_is_disabled(watches: Watches) -> None:
    """Exhausted attempts for one message are enough when nothing went well since it was made."""
    watches.add(a_watch())
    sent = watches.put(a_delivery())
    disabled = watches.settle(sent, failed(exhausted=True))
    assert disabled is not None
    assert disabled.disabled_why == GIVEN_UP


def test_a_receiver_that_takes_other_messages_stays(watches: Watches) -> None:
    """One message that it cannot digest does not end the watch; a failed test neither."""
    watches.add(a_watch())
    sent, other = watches.put(a_delivery()), watches.put(a_delivery("evt_2"))
    watches.settle(other, taken())
    assert watches.settle(sent, failed(exhausted=True)) is None
    assert watches.settle(watches.put(a_delivery("evt_3")), failed()) is None
    assert [one.state for one in watches.deliveries("w1")] == ["failed", "delivered", "failed"]
    assert len(watches.live()) == 1


def test_a_delivery_can_be_sent_once_more(watches: Watches) -> None:
    """Whatever became of it; the attempts are counted anew, and the message is the same."""
    watches.add(a_watch())
    sent = watches.put(a_delivery())
    watches.settle(sent, taken())
    again = watches.again("w1", sent.position, NOON + 5 * HOUR)
    assert (again.state, again.attempts, again.next_at) == (DeliveryState.PENDING, 0, NOON + 5 * HOUR)
    assert (again.event, again.body) == (sent.event, sent.body)
    assert watches.due("w1", NOON + 5 * HOUR, 9) == (again,)
    for watch, position in (("w2", sent.position), ("w1", 99)):
        with pytest.raises(DeliveryUnknown):
            watches.again(watch, position, NOON)


def test_deliveries_are_listed_newest_first_page_by_page(watches: Watches) -> None:
    """A page begins before the last one seen."""
    watches.add(a_watch())
    made = [watches.put(a_delivery(f"evt_{number}")).position for number in range(5)]
    page = watches.deliveries("w1", limit=2)
    assert [one.position for one in page] == made[:-3:-1]
    assert [one.position for one in watches.deliveries("w1", before=page[-1].position)] == made[2::-1]


def test_what_waits_is_counted_and_its_age_told(watches: Watches) -> None:
    """Only messages that are due have an age, to receivers that do not fail."""
    watches.add(a_watch())
    assert watches.pending(NOON) == Pending(0, None)
    watches.put(a_delivery("evt_1", next_at=NOON + HOUR))
    assert watches.pending(NOON) == Pending(1, None)
    sent = watches.put(a_delivery("evt_2", next_at=NOON - HOUR))
    assert watches.pending(NOON) == Pending(2, NOON - HOUR)
    watches.settle(sent, failed(NOON))
    assert watches.pending(NOON) == Pending(2, None)


def test_old_deliveries_that_ended_are_forgotten(watches: Watches) -> None:
    """What is still to be sent stays, however old."""
    watches.add(a_watch())
    old, newer, waiting = (watches.put(a_delivery(f"evt_{number}")) for number in range(3))
    watches.settle(old, taken())
    watches.settle(watches.put(a_delivery("late", created_at=NOON + 9 * HOUR)), taken())
    watches.settle(newer, failed())
    assert watches.forget(NOON + HOUR) == 2
    assert [one.event for one in watches.deliveries("w1")] == ["late", waiting.event]


def test_what_was_kept_of_an_operator_is_taken_back_when_it_is_hushed(watches: Watches) -> None:
    """Others than its own member are sent nothing of it any more; what is kept with that is sent."""
    watches.add(a_watch())
    watches.add(a_watch("own", member="MY"))
    sent = watches.put(a_delivery("evt_sent"))
    watches.settle(sent, taken())
    for watch in ("w1", "own"):
        watches.put(a_delivery("evt_waits", watch=watch))
    other = watches.put(a_delivery("evt_other", subject="VNAEO2"))
    told = a_delivery("evt_told", body=b'{"exchanged":false}')
    assert watches.spread(None, CURSOR, [told], [OperatorCode("MYAEO1")])
    newest, kept, hushed, delivered = watches.deliveries("w1")
    assert (newest.event, newest.state, newest.body) == ("evt_told", "pending", told.body)
    assert kept == other
    assert (hushed.state, hushed.next_at, hushed.last_error, hushed.body) == ("failed", None, HUSHED, b"")
    assert (delivered.state, delivered.body) == ("delivered", b"")
    assert [(one.state, one.body) for one in watches.deliveries("own")] == [("pending", sent.body)]
    with pytest.raises(DeliveryUnknown):
        watches.again("w1", delivered.position, NOON)


def test_an_attempt_that_ends_after_the_hush_changes_nothing(watches: Watches) -> None:
    """It was under way when consent was withdrawn, and is not tried again."""
    watches.add(a_watch())
    sent = watches.put(a_delivery())
    watches.spread(None, CURSOR, [], [OperatorCode("MYAEO1")])
    assert watches.settle(sent, failed(NOON + 2 * HOUR)) is None
    assert [(one.state, one.attempts) for one in watches.deliveries("w1")] == [("failed", 0)]


def test_which_certificates_are_watched_is_kept_and_changed(shelf: Shelf) -> None:
    """All that concern its member, or some by id; since which block is decided when the watch is made."""
    some = frozenset({b"\x07" * 32, b"\x08" * 32})
    watch = a_watch(interest=Interest(certificates=some, hosts=frozenset({"TH"})), since=41)
    shelf.watches.add(watch)
    assert shelf.another().find(7, "w1") == watch
    everything = replace(watch, interest=Interest(all_certificates=True), since=99)
    shelf.watches.change(everything, Part.WISH)
    assert shelf.another().live() == (replace(everything, since=41),)
    shelf.watches.change(replace(everything, interest=Interest(certificates=some)), Part.DISABLING)
    assert shelf.watches.of(7)[0].interest == everything.interest
    assert shelf.watches.remove(7, "w1")


def test_what_is_in_the_feed_is_spread_once(shelf: Shelf) -> None:
    """Deliveries are kept and the place in the feed is moved together, or neither is."""
    watches = shelf.watches
    watches.add(a_watch())
    assert watches.told() is None
    assert watches.spread_feed(None, 3, [a_delivery("evt_1"), a_delivery("evt_9", watch="gone")])
    assert not watches.spread_feed(None, 4, [a_delivery("evt_2")])
    assert not watches.spread_feed(2, 4, [a_delivery("evt_2")])
    assert watches.spread_feed(3, 5, [a_delivery("evt_1"), a_delivery("evt_2")])
    assert shelf.another().told() == 5
    assert [one.event for one in watches.deliveries("w1")] == ["evt_2", "evt_1"]
    assert watches.cursor() is None
