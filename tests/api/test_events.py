"""What becomes of certificates is heard in a stream or read in pages, by the members concerned alone."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from api import streams
from api.ending import told_to_stop
from api.services import Limits
from ledger.archive import ArchiveRooms, Scope
from ledger.events import Ended
from tests.api.desk import Desk, problem
from tests.feeds import Annals, issued
from tests.listening import Served
from tests.procedures_told import DAYS, decided, received, the_id


@dataclass
class Station:
    """A service on a socket, the ledger it hears of, and what fills its feed."""

    desk: Desk
    annals: Annals
    served: Served

    def happen(self, *events: object) -> None:
        """Let a block with events be final and in the feed, and the streams know."""
        self.annals.block(*events)  # type: ignore[arg-type]
        self.annals.tell()
        self.desk.app.state.services.news.ring()

    def token(self, name: str, *scopes: Scope) -> str:
        """Return an API key of an authority."""
        return self.desk.token(name, *scopes or (Scope.READ,))


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Return a service whose authorities may open few streams, and many in all."""
    return Desk(desk.world, desk.rooms, desk.ledger, desk.clock, Limits(streams_per_authority=2, streams=5))


@pytest.fixture
def annals(desk: Desk) -> Annals:
    """Return a ledger that the service's feed is filled from."""
    rooms: ArchiveRooms = desk.rooms
    return Annals(rooms.replica, rooms.feed, rooms.watches)


@pytest.fixture
def station(desk: Desk, annals: Annals) -> Iterator[Station]:
    """Return the service on a socket."""
    served = Served(desk.app)
    yield Station(desk, annals, served)
    served.stop()


JSON = {"Accept": "application/json"}


def test_a_page_has_what_concerns_the_callers_member(desk: Desk, annals: Annals) -> None:
    """Oldest first, with the position to go on after."""
    annals.block(issued("a"), issued("foreign", "ID", "MY"), received("a"))
    annals.tell()
    page = desk.ask("GET", "/v1/events", by="VN issuing", headers=JSON).json()
    assert [one["type"] for one in page["events"]] == ["certificate.issued", "certificate.received"]
    assert page["next"] == page["events"][-1]["position"] == 3
    first = page["events"][0]
    assert set(first) == {"id", "position", "type", "timestamp", "data"}
    assert first["data"]["certificate"] == f"0x{the_id('a').hex()}"
    again = desk.ask("GET", "/v1/events?after=3", headers=JSON).json()
    assert again == {"events": [], "next": 3}


def test_a_third_member_sees_nothing(desk: Desk, annals: Annals) -> None:
    """Neither in pages nor, by any position it asks after, by their ids."""
    annals.block(issued("a"), received("a"), decided("a"))
    annals.tell()
    token = desk.token("MY aeo", Scope.READ)
    key = {"Authorization": f"Bearer {token}"} | JSON
    for after in range(4):
        answer = desk.client.get(f"/v1/events?after={after}", headers=key)
        assert answer.json() == {"events": [], "next": after}
    assert desk.client.get("/v1/unreported", headers=key).json()["certificates"] == []


def test_pages_lead_to_each_other(desk: Desk, annals: Annals) -> None:
    """Whoever follows the links reads each event once."""
    annals.block(*(issued(f"n{number}") for number in range(25)))
    annals.tell()
    found, path = list[str](), "/v1/events?limit=10"
    while path:
        answer = desk.ask("GET", path, headers=JSON)
        found += [one["data"]["certificate"] for one in answer.json()["events"]]
        path = answer.links["next"]["url"] if "next" in answer.links else ""
    assert found == [f"0x{the_id(f'n{number}').hex()}" for number in range(25)]


@pytest.mark.parametrize("scope", [Scope.READ, Scope.ISSUE, Scope.DECIDE, Scope.WATCH])
def test_any_key_for_certificates_may_listen(desk: Desk, annals: Annals, scope: Scope) -> None:
    """Whichever of the four it has."""
    assert annals.blocks
    key = {"Authorization": f"Bearer {desk.token('TH customs', scope)}"} | JSON
    assert desk.client.get("/v1/events", headers=key).status_code == 200


def test_other_keys_and_strangers_may_not(desk: Desk, annals: Annals) -> None:
    """A key for operators, and none."""
    assert annals.blocks
    key = {"Authorization": f"Bearer {desk.token('VN aeo', Scope.AEO)}"} | JSON
    problem(desk.client.get("/v1/events", headers=key), 403, "scope-missing")
    problem(desk.client.get("/v1/events", headers=JSON), 401, "unauthenticated")


def test_without_a_replica_there_is_no_feed(desk: Desk) -> None:
    """Neither as a stream nor in pages."""
    for accept in ("application/json", "text/event-stream"):
        problem(desk.ask("GET", "/v1/events", headers={"Accept": accept}), 409, "replica-needed")


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=501"])
def test_what_is_asked_for_is_checked(desk: Desk, query: str) -> None:
    """Each parameter by its rule."""
    problem(desk.ask("GET", f"/v1/events?{query}", headers=JSON), 422, "invalid-request")


def test_a_stream_tells_what_was_and_what_comes(station: Station) -> None:
    """Events carry their position as id and their type as event."""
    station.happen(issued("a"))
    with station.served.listening(station.token("VN issuing")) as stream:
        assert stream.answer.headers["content-type"].startswith("text/event-stream")
        (first,) = stream.take(1)
        assert (first.id, first.event, first.data["position"]) == ("1", "certificate.issued", 1)
        station.happen(received("a"), issued("foreign", "ID", "TH"))
        station.happen(decided("a"))
        assert [one.event for one in stream.take(2)] == ["certificate.received", "certificate.decided"]


def test_a_listener_that_comes_back_misses_nothing(station: Station) -> None:
    """It goes on after the last id it has seen, though its address names an earlier one."""
    station.happen(*(issued(f"n{number}") for number in range(300)))
    token, found = station.token("TH customs"), list[str]()
    for count in (1, 120, 150):
        seen = {"Last_Event_ID": found[-1]} if found else {}
        with station.served.listening(token, "/v1/events?after=0", **seen) as stream:
            found += [one.id for one in stream.take(count)]
    with station.served.listening(token, f"/v1/events?after={found[-1]}") as stream:
        station.happen(issued("last"))
        found += [one.id for one in stream.take(30)]
    assert found == [str(number) for number in range(1, 302)]


def test_a_slow_reader_loses_nothing(station: Station) -> None:
    """Much happens while it does not read; each event comes once, in order."""
    with station.served.listening(station.token("VN issuing")) as stream:
        for start in range(0, 2000, 200):
            station.happen(*(issued(f"n{number}") for number in range(start, start + 200)))
        heard = stream.take(2000)
    assert [one.id for one in heard] == [str(number) for number in range(1, 2001)]


def test_an_authority_has_so_many_streams(station: Station) -> None:
    """Another one has its own, until there are too many in all; a closed one makes room."""
    station.happen(issued("a"))
    key = {"Authorization": f"Bearer {station.token('VN issuing')}", "Accept": "text/event-stream"}
    with ExitStack() as opened:
        for name in ("VN issuing", "VN issuing", "TH customs", "TH customs", "TH issuing"):
            stream = opened.enter_context(station.served.listening(station.token(name)))
            if name != "TH issuing":
                stream.take(1)
        other = key | {"Authorization": f"Bearer {station.token('MY issuing')}"}
        for refused in (key, other):
            with station.served.client.stream("GET", "/v1/events", headers=refused) as answer:
                assert answer.status_code == 429, station.desk.app.state.streams.open
                answer.read()
            assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-many-streams")
            assert answer.headers["retry-after"] == "2"
        page = station.served.client.get("/v1/events", headers=key | JSON)
        assert page.status_code == 200
    _until(lambda: station.desk.app.state.streams.open == 0)
    with station.served.listening(station.token("VN issuing")) as stream:
        assert stream.take(1)[0].id == "1"


def test_streams_that_wait_keep_no_request_waiting(desk: Desk, annals: Annals) -> None:
    """More of them than there are threads for requests."""
    desk = Desk(desk.world, desk.rooms, desk.ledger, desk.clock, Limits(streams_per_authority=60))
    served = Served(desk.app)
    try:
        station = Station(desk, annals, served)
        with ExitStack() as opened:
            token = station.token("VN issuing")
            heard = [opened.enter_context(served.listening(token)) for _ in range(60)]
            health = served.client.get("/v1/members")
            assert health.status_code == 200
            station.happen(issued("a"))
            assert {stream.take(1)[0].id for stream in heard} == {"1"}
    finally:
        served.stop()


def test_a_silent_stream_is_kept_open_by_comments(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are no events."""
    monkeypatch.setattr(streams, "_BEAT", 0.05)
    with station.served.listening(station.token("VN issuing")) as stream:
        threading.Timer(0.5, station.happen, [issued("a")]).start()
        assert [one.id for one in stream.take(1)] == ["1"]
    assert stream.comments >= 1


def test_a_revoked_key_hears_no_more(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its stream ends."""
    monkeypatch.setattr(streams, "_BEAT", 0.05)
    monkeypatch.setattr(streams, "_CHECK", 0.1)
    rooms, clock = station.desk.rooms, station.desk.clock
    authority = station.desk.authority("VN issuing")
    account = station.desk.world.account("VN issuing")
    key, token = rooms.keys.make(authority, account, (Scope.READ,), label="leaves", now=clock())
    with station.served.listening(token) as stream:
        rooms.keys.revoke(authority, key.id, now=clock())
        assert list(stream) == []


def test_streams_end_with_the_service(station: Station) -> None:
    """So that the server need not wait for them."""
    station.happen(issued("a"))
    with station.served.listening(station.token("VN issuing")) as stream:
        stream.take(1)
        station.desk.app.state.streams.end()
        station.desk.app.state.services.news.ring()
        assert list(stream) == []


def test_the_app_hears_a_signal_before_the_server_waits() -> None:
    """Both are told, the app first; afterwards everything is as it was."""
    told: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: told.append("server"))
    try:
        with told_to_stop(lambda: told.append("app")):
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert told == ["app", "server", "server"]


def test_what_nobody_has_reported_on_is_listed_with_its_age(desk: Desk, annals: Annals) -> None:
    """Oldest first and counted by importing member, without what was received, decided or cancelled."""
    annals.block(*(issued(name) for name in "abcd"), issued("my", importing="MY"), issued("not", "ID", "TH"))
    annals.block(received("b"), decided("c"), Ended(the_id("d"), 1, 3, None), after=3 * DAYS + 5)
    body = desk.ask("GET", "/v1/unreported").json()
    assert body["counts"] == {"MY": 1, "TH": 1}
    assert [(one["id"], one["importing"], one["days"]) for one in body["certificates"]] == [
        (f"0x{the_id('a').hex()}", "TH", 3),
        (f"0x{the_id('my').hex()}", "MY", 3),
    ]
    only = desk.ask("GET", "/v1/unreported?importing=MY").json()
    assert (only["counts"], len(only["certificates"])) == ({"MY": 1}, 1)
    first = desk.ask("GET", "/v1/unreported?limit=1")
    second = desk.ask("GET", first.links["next"]["url"])
    assert second.json()["certificates"] == body["certificates"][1:]
    problem(desk.ask("GET", "/v1/unreported?after=1"), 422, "invalid-request")
    assert body["asOf"]["block"] == annals.blocks[-1].number


def _until(holds: object) -> None:
    """Wait until something holds."""
    for _ in range(500):
        if holds():  # type: ignore[operator]
            return
        threading.Event().wait(0.01)
    raise AssertionError
