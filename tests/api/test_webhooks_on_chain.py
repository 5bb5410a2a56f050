"""From a transaction on a real chain, through the follower, to a receiver."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from standardwebhooks import Webhook

from api.app import create_app
from api.webhooks import Telling
from ledger.archive import ArchiveRooms, Scope, open_archive
from ledger.following import following_of
from ledger.operators import Ground, OperatorStatus, ParticipationState
from ledger.outgoing import Allowed, Sender
from ledger.writes import EndRecognition, Participate
from tests.api.desk import HandClock, a_desk
from tests.receiver import Receiver
from tests.recognitions import OPEN, OPERATOR, agreed, recorded, wrote
from tests.worlds import ChainWorld

pytestmark = pytest.mark.chain


@pytest.fixture
def told(world: ChainWorld, tmp_path: Path) -> Iterator[tuple[ChainWorld, Receiver, str]]:
    """Return a chain with an arrangement, and a receiver that watches VN for TH, with its secret."""
    agreed(world)
    rooms = open_archive(f"sqlite:///{tmp_path}/archive.sqlite3")
    clock = HandClock(datetime.now(UTC))
    telling = Telling(sender=Sender(Allowed.of("127.0.0.1")))
    following = following_of(replace(world.profile, poll_seconds=0.01), rooms, telling.heard)
    desk = a_desk(world, rooms, clock)
    app = create_app(desk.ledger, rooms, following=following, telling=telling)
    with Receiver() as receiver, TestClient(app) as client:
        key = {"Authorization": f"Bearer {desk.token('TH customs', Scope.WATCH)}"}
        wish = {"url": receiver.url(), "members": ["VN"]}
        answer = client.post("/v1/watches", json=wish, headers=key)
        assert answer.status_code == 201, answer.text
        _begun(rooms)
        yield world, receiver, answer.json()["secret"]
    rooms.close()


def _begun(rooms: ArchiveRooms) -> None:
    """Wait until the service has told up to the block it began with."""
    for _ in range(500):
        if rooms.watches.cursor() is not None:
            return
        time.sleep(0.02)
    raise AssertionError


def test_what_happens_on_the_chain_is_told(told: tuple[ChainWorld, Receiver, str]) -> None:
    """A certification, a suspension, and then that TH recognises nobody of VN any more."""
    world, receiver, secret = told
    recorded(world)
    since = world.now
    recorded(
        world,
        version=2,
        status=OperatorStatus.SUSPENDED,
        ground=Ground.CONDITIONS_UNMET,
        effective_from=since,
    )
    recorded(world, version=3, ground=Ground.CURED, effective_from=world.now)
    wrote(world, EndRecognition(1, world.now), "TH")
    wrote(world, Participate(OPEN, 2, ParticipationState.WITHDRAWN, world.now), "TH")
    messages = [Webhook(secret).verify(one.body, dict(one.headers)) for one in receiver.wait(4)]
    by_version = {one["data"].get("version", 9): one["data"] for one in messages}
    assert [by_version[version]["status"] for version in (1, 2, 3)] == ["certified", "suspended", "certified"]
    assert by_version[2]["statusBefore"] == "certified"
    assert by_version[2]["operator"] == OPERATOR
    last = by_version[9]
    assert {change["recognised"] for change in last["changes"]} == {False}
    assert (last["host"], {change["role"] for change in last["changes"]}) == ("TH", {"EXP", "MFR"})
    assert all(message["data"]["asOf"]["block"] <= world.ledger.head().block for message in messages)
