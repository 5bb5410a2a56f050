"""From a transaction on a real chain to both members' feeds, an open stream and a signed webhook."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from api.app import create_app
from api.webhooks import Telling
from ledger.archive import Scope, open_archive
from ledger.following import following_of
from ledger.outgoing import Allowed, Sender
from ledger.terms import certificate_id
from ledger.writes import Receive
from tests.api.desk import Desk, HandClock, a_desk
from tests.listening import Served
from tests.procedures import a_decision, did
from tests.receiver import Receiver
from tests.worlds import ChainWorld

pytestmark = pytest.mark.chain
JSON = {"Accept": "application/json"}


@dataclass
class Told:
    """A chain, the service that follows it, and a receiver that watches for VN."""

    world: ChainWorld
    desk: Desk
    served: Served
    receiver: Receiver
    secret: str

    def page(self, name: str) -> list[dict[str, object]]:
        """Return what the feed has for an authority's member."""
        key = {"Authorization": f"Bearer {self.desk.token(name, Scope.READ)}"} | JSON
        found: list[dict[str, object]] = self.served.client.get("/v1/events", headers=key).json()["events"]
        return found


@pytest.fixture
def told(world: ChainWorld, tmp_path: Path) -> Iterator[Told]:
    """Return a chain and a receiver that watches certificates for VN."""
    rooms = open_archive(f"sqlite:///{tmp_path}/archive.sqlite3")
    telling = Telling(sender=Sender(Allowed.of("127.0.0.1")))
    following = following_of(replace(world.profile, poll_seconds=0.01), rooms, telling.heard)
    desk = a_desk(world, rooms, HandClock(datetime.now(UTC)))
    app = create_app(desk.ledger, rooms, following=following, telling=telling)
    served = Served(app)
    with Receiver() as receiver:
        key = {"Authorization": f"Bearer {desk.token('VN issuing', Scope.WATCH)}"}
        wish = {"url": receiver.url(), "certificates": True}
        answer = served.client.post("/v1/watches", json=wish, headers=key)
        assert answer.status_code == 201, answer.text
        yield Told(world, desk, served, receiver, answer.json()["secret"])
        served.stop()
    rooms.close()


def test_what_becomes_of_a_certificate_comes_back_to_its_issuer(told: Told) -> None:
    """Issued, received and decided: both members' feeds, a stream, and messages that the library verifies."""
    world, token = told.world, told.desk.token("VN issuing", Scope.READ)
    for _ in range(500):
        if told.desk.rooms.replica.head() is not None:
            break
        time.sleep(0.02)
    terms = world.terms()
    certificate = certificate_id(terms)
    kinds = ["certificate.issued", "certificate.received", "certificate.decided"]
    with told.served.listening(token) as stream:
        world.ledger.issue(terms, world.account("VN issuing"))
        did(world, Receive(certificate))
        did(world, a_decision(world, certificate))
        heard = stream.take(3)
    assert [one.event for one in heard] == kinds
    assert heard[2].data["data"]["granted"] == ["1"]
    messages = [Webhook(told.secret).verify(one.body, dict(one.headers)) for one in told.receiver.wait(3)]
    by_type = {one["type"]: one["data"] for one in messages}
    assert set(by_type) == set(kinds)
    assert by_type["certificate.decided"]["event"] == heard[2].data["id"]
    assert by_type["certificate.decided"]["certificate"] == f"0x{certificate.hex()}"
    for name in ("VN issuing", "TH customs"):
        assert [one["type"] for one in told.page(name)] == kinds
        assert [one["id"] for one in told.page(name)] == [one.data["id"] for one in heard]
    assert told.page("MY aeo") == []
