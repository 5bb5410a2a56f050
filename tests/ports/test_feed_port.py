"""One suite for the port `Feed`, run on the store in memory and on both databases."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.archive import open_archive
from ledger.feed_port import Feed, FeedCursor, FeedRow
from ledger.memory_feed import MemoryFeed
from ledger.watch_port import EventType

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST, SECOND = FeedCursor(3, 1, 7, 2, 0), FeedCursor(5, 0, 9, 4, 1)


@dataclass
class Shelf:
    """A store, and a way for another process to use the same."""

    feed: Feed
    another: Callable[[], Feed]


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of store in turn, the one in memory too."""
    return str(request.param)


@pytest.fixture
def shelf(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Shelf]:
    """Return an empty store."""
    if database_kind == "memory":
        feed = MemoryFeed()
        yield Shelf(feed, lambda: feed)
        return
    url = request.getfixturevalue("archive_url")
    with ExitStack() as opened:

        def another() -> Feed:
            rooms = open_archive(url, migrate=False)
            opened.callback(rooms.close)
            return rooms.feed

        yield Shelf(another(), another)


@pytest.fixture
def feed(shelf: Shelf) -> Feed:
    """Return an empty store alone."""
    return shelf.feed


def a_row(event: str = "evt_1", **overrides: Any) -> FeedRow:
    """Return that TH received a certificate of VN."""
    fields: dict[str, Any] = {
        "event": event,
        "type": EventType.RECEIVED,
        "certificate": b"\x07" * 32,
        "exporting": "VN",
        "importing": "TH",
        "block": 3,
        "at": NOON,
        "body": b'{"certificate":"0x07"}',
    }
    return FeedRow(**fields | overrides)


def test_a_new_feed_is_empty(feed: Feed) -> None:
    """It has no cursor, no rows, and its newest position is 0."""
    assert (feed.cursor(), feed.newest(), feed.page()) == (None, 0, ())


def test_rows_come_back_as_they_were_added_under_growing_positions(feed: Feed) -> None:
    """Every field survives, and the order is that of adding."""
    rows = [
        a_row(),
        a_row("evt_2", type=EventType.EXPORTER, certificate=None, exporter="VN/CE-1.2", importing=None),
        a_row("evt_3", type=EventType.CASE_OPENED, asked="ID"),
    ]
    assert feed.fill(None, FIRST, rows)
    found = feed.page()
    assert [replace(one, position=0) for one in found] == rows
    assert [one.position for one in found] == sorted({one.position for one in found})
    assert feed.newest() == found[-1].position
    assert feed.cursor() == FIRST


def test_a_cursor_that_has_moved_on_adds_nothing(feed: Feed) -> None:
    """Two that look at the same events add them once."""
    assert feed.fill(None, FIRST, [a_row()])
    assert not feed.fill(None, SECOND, [a_row("evt_2")])
    assert not feed.fill(SECOND, FIRST, [a_row("evt_2")])
    assert [one.event for one in feed.page()] == ["evt_1"]
    assert feed.fill(FIRST, SECOND, [a_row("evt_2")])
    assert [one.event for one in feed.page()] == ["evt_1", "evt_2"]
    assert feed.cursor() == SECOND


def test_an_event_is_there_once(feed: Feed) -> None:
    """Also when it is found anew, or twice in one page."""
    feed.fill(None, FIRST, [a_row(), a_row()])
    feed.fill(FIRST, SECOND, [a_row(block=9), a_row("evt_2")])
    assert [(one.event, one.block) for one in feed.page()] == [("evt_1", 3), ("evt_2", 3)]


def test_a_member_sees_what_concerns_it(feed: Feed) -> None:
    """As the one that issued, that imports, or that is asked; nobody else does."""
    feed.fill(
        None,
        FIRST,
        [
            a_row("sold", exporting="VN", importing="TH"),
            a_row("bought", exporting="ID", importing="VN"),
            a_row("asked", exporting="TH", importing="MY", asked="VN"),
            a_row("both", exporting="VN", importing="TH", asked="VN"),
            a_row("others", exporting="ID", importing="TH"),
        ],
    )
    assert [one.event for one in feed.page("VN")] == ["sold", "bought", "asked", "both"]
    assert [one.event for one in feed.page("MY")] == ["asked"]
    assert feed.page("SG") == ()


def test_a_page_goes_on_after_a_position(feed: Feed) -> None:
    """Page by page everything that concerns a member comes once, in order."""
    rows = [a_row(f"evt_{number}", exporting=("VN", "ID")[number % 2]) for number in range(25)]
    feed.fill(None, FIRST, rows)
    found, after = list[str](), 0
    while page := feed.page("ID", after=after, limit=5):
        assert len(page) <= 5
        found += [one.event for one in page]
        after = page[-1].position
    assert found == [f"evt_{number}" for number in range(1, 25, 2)]
    assert [one.event for one in feed.page(after=0, limit=2)] == ["evt_0", "evt_1"]


def test_of_many_that_fill_at_once_one_does(shelf: Shelf) -> None:
    """Each moves the cursor from the same place."""
    stores = [shelf.another() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda one: one.fill(None, FIRST, [a_row()]), stores))
    assert sum(done) == 1
    assert len(shelf.feed.page()) == 1
