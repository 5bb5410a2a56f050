"""Whenever the process that fills the feed and tells is killed, nothing is lost and nothing doubled."""
# ruff: noqa: F811 - the fixture is imported

import subprocess
import time
from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest

from ledger.archive import ArchiveRooms, open_archive
from tests.faults.test_webhooks_killed import killed, telling  # noqa: F401 - a fixture
from tests.feeds import Annals, issued
from tests.procedures_told import the_id
from tests.receiver import Receiver

MANY = 600


def _filled(rooms: ArchiveRooms, count: int) -> None:
    """Wait until the feed has so many rows."""
    for _ in range(1200):
        if rooms.feed.newest() >= count:
            return
        time.sleep(0.05)
    raise AssertionError


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_between_the_feed_and_the_receiver(
    archive_url: str, telling: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """It is killed while it fills the feed, between that and delivering, and while it delivers."""
    rooms = open_archive(archive_url)
    annals = Annals(rooms.replica, rooms.feed, rooms.watches)
    names = [f"n{number}" for number in range(MANY)]
    with Receiver() as receiver:
        watch = annals.watch()
        rooms.watches.change(replace(watch, url=receiver.url()))
        for start in range(0, MANY, 100):
            annals.block(*map(issued, names[start : start + 100]))
        receiver.open.clear()
        for until in (1, 500, MANY):
            process = telling()
            _filled(rooms, until)
            killed(process)
        rows = rooms.feed.page("VN", limit=2 * MANY)
        assert [row.certificate for row in rows] == [the_id(name) for name in names]
        receiver.open.set()
        process = telling()
        receiver.wait(100, 60)
        killed(process)
        telling()
        _wait_for_all(receiver, MANY)
        said = {one.headers["webhook-id"]: orjson.loads(one.body)["data"] for one in receiver.received}
        assert sorted(data["event"] for data in said.values()) == sorted(row.event for row in rows)
        assert rooms.watches.told() == rows[-1].position
    rooms.close()


def _wait_for_all(receiver: Receiver, count: int) -> None:
    """Wait until as many different messages have come."""
    for _ in range(1200):
        if len({one.headers["webhook-id"] for one in list(receiver.received)}) >= count:
            return
        time.sleep(0.1)
    raise AssertionError
