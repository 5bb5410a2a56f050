"""An authority keeps its own watches, and names no address of our network."""

import socket
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.webhooks import Telling
from ledger.archive import Scope
from ledger.delivering import written
from ledger.operators import OperatorCode
from ledger.outgoing import Allowed, Sender
from ledger.watch_port import Cursor, DeliveryState, Outcome
from tests.api.desk import START, Desk, problem

PUBLIC = "93.184.215.14"
WISH = {"url": "https://customs.example/hook", "operators": ["my aeo-2020-A"], "label": "gate 4"}


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name lead to a public address, and those of `.internal` to a private one."""

    def led(host: str, port: int, **_: Any) -> list[Any]:
        if host.endswith(".invalid"):
            raise socket.gaierror
        address = "10.0.0.8" if host.endswith(".internal") else PUBLIC
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr("ledger.outgoing.socket.getaddrinfo", led)


def ask(desk: Desk, method: str, path: str = "", *, by: str = "TH customs", **more: Any) -> Response:
    """Ask about watches with a key for that."""
    headers = {"Authorization": f"Bearer {desk.token(by, Scope.WATCH)}"}
    return desk.ask(method, f"/v1/watches{path}", by=None, headers=headers, **more)


def made(desk: Desk, **overrides: Any) -> dict[str, Any]:
    """Make a watch; returns the answer's body."""
    answer = ask(desk, "POST", json=WISH | overrides)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_watch_is_made_with_a_secret_that_is_shown_once(desk: Desk) -> None:
    """Codes are read as people write them; the host is one's own member unless told."""
    answer = ask(desk, "POST", json=WISH)
    body = answer.json()
    assert answer.headers["location"] == f"/v1/watches/{body['id']}"
    secret = body.pop("secret")
    assert secret.startswith("whsec_")
    assert body == {
        "id": body["id"],
        "url": "https://customs.example/hook",
        "label": "gate 4",
        "operators": ["MYAEO2020A"],
        "members": [],
        "everything": False,
        "hosts": ["TH"],
        "createdAt": "2026-11-03T08:00:00Z",
        "failing": False,
    }
    assert ask(desk, "GET", f"/{body['id']}").json() == body
    assert ask(desk, "GET").json() == {"watches": [body]}
    for path in ("", f"/{body['id']}", f"/{body['id']}/deliveries"):
        assert secret[6:] not in ask(desk, "GET", path).text


def test_a_watch_is_its_authoritys_alone(desk: Desk) -> None:
    """For another one, of the same member too, it is not there."""
    body = made(desk)
    path = f"/{body['id']}"
    for method, more in (
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/secret"),
        ("POST", "/test"),
        ("POST", "/resume"),
        ("GET", "/deliveries"),
        ("POST", "/deliveries/1/redeliver"),
    ):
        problem(ask(desk, method, path + more, by="TH issuing"), 404, "watch-not-found")
    problem(ask(desk, "PUT", path, by="TH issuing", json=WISH), 404, "watch-not-found")
    assert ask(desk, "GET", by="TH issuing").json() == {"watches": []}
    assert ask(desk, "GET", path).status_code == 200


def test_watching_needs_its_scope(desk: Desk) -> None:
    """A key for issuing or reading is not one for this."""
    problem(desk.ask("GET", "/v1/watches", by="TH customs"), 403, "scope-missing")
    problem(desk.ask("POST", "/v1/watches", by=None, json=WISH), 401, "unauthenticated")


@pytest.mark.parametrize(
    "url",
    [
        "http://customs.example/hook",
        "https://127.0.0.1/hook",
        "https://10.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/hook",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://registry.internal/hook",
        "https://nobody.invalid/hook",
        "https://user:word@customs.example/",
        "https://customs.example:22/",
        "gopher://customs.example/",
        "no url",
    ],
)
def test_addresses_of_our_network_are_refused_when_a_watch_is_made_or_changed(desk: Desk, url: str) -> None:
    """With a sentence that names the rule and not the address (attack 35)."""
    for answer in (
        ask(desk, "POST", json=WISH | {"url": url}),
        ask(desk, "PUT", f"/{made(desk)['id']}", json=WISH | {"url": url}),
    ):
        body = problem(answer, 422, "target-refused")
        assert url not in answer.text
        assert body["detail"].endswith(("address.", "https.", "form.", "on.", "backslash.", "signature.")), (
            body
        )


def test_a_name_of_ours_and_one_that_nobody_has_are_refused_alike(desk: Desk) -> None:
    """So that our names cannot be found out by trying."""
    answers = [
        ask(desk, "POST", json=WISH | {"url": url}).json()
        for url in ("https://registry.internal/", "https://nobody.invalid/")
    ]
    assert len({(body["type"], body["detail"]) for body in answers}) == 1


def test_hosts_that_the_operator_of_the_service_names_are_taken(desk: Desk) -> None:
    """The owner of a watch cannot name them itself."""
    telling = Telling(sender=Sender(Allowed.of("receiver.internal:9000")))
    desk.app = create_app(desk.ledger, desk.rooms, telling=telling)
    desk.client = TestClient(desk.app, raise_server_exceptions=False)
    assert made(desk, url="http://receiver.internal:9000/")["url"] == "http://receiver.internal:9000/"
    answer = ask(desk, "POST", json=WISH | {"url": "http://receiver.internal:9001/"})
    problem(answer, 422, "target-refused")
    problem(ask(desk, "POST", json=WISH | {"allowed": ["10.0.0.1"]}), 422, "invalid-request")


def test_what_is_to_be_watched_is_checked_as_a_whole(desk: Desk) -> None:
    """Every place that is wrong is named, and no value repeated."""
    wish = {"url": WISH["url"], "operators": ["MYAEO1", "??", ""], "members": ["ZZ"], "hosts": ["TH", "QQ"]}
    problem(ask(desk, "POST", json=wish), 422, "invalid-request")
    wish["operators"] = ["MYAEO1", "?? 1"]
    body = problem(ask(desk, "POST", json=wish), 422, "watch-malformed")
    assert [one["pointer"] for one in body["errors"]] == ["/operators/1", "/members/0", "/hosts/1"]
    empty = problem(ask(desk, "POST", json={"url": WISH["url"]}), 422, "watch-malformed")
    assert [one["rule"] for one in empty["errors"]] == ["watch.nothing"]


def test_a_watch_can_be_changed_and_keeps_its_secret(desk: Desk) -> None:
    """Its receiver goes on verifying."""
    body = made(desk)
    changed = ask(
        desk, "PUT", f"/{body['id']}", json={"url": WISH["url"], "members": ["VN"], "hosts": ["MY"]}
    )
    assert (changed.json()["members"], changed.json()["hosts"], changed.json()["operators"]) == (
        ["VN"],
        ["MY"],
        [],
    )
    kept = desk.rooms.watches.find(desk.authority("TH customs"), body["id"])
    assert kept is not None
    assert written(kept.secrets.current) == body["secret"]


def test_a_secret_can_be_changed_and_both_are_good_for_a_day(desk: Desk) -> None:
    """The new one is shown once; the old one signs until the time that is told."""
    body = made(desk)
    answer = ask(desk, "POST", f"/{body['id']}/secret").json()
    assert answer["secret"] != body["secret"]
    assert answer["secretOverlapsUntil"] == "2026-11-04T08:00:00Z"
    kept = desk.rooms.watches.find(desk.authority("TH customs"), body["id"])
    assert kept is not None
    both = [written(secret) for secret in kept.secrets.valid(START + timedelta(hours=23))]
    assert both == [answer["secret"], body["secret"]]
    assert len(kept.secrets.valid(START + timedelta(hours=24))) == 1


def test_a_removed_watch_is_gone(desk: Desk) -> None:
    """With its deliveries; removing it again finds none."""
    path = f"/{made(desk)['id']}"
    assert ask(desk, "DELETE", path).status_code == 204
    problem(ask(desk, "DELETE", path), 404, "watch-not-found")
    assert ask(desk, "GET").json() == {"watches": []}


def test_an_authority_has_only_so_many_watches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer says what to do."""
    monkeypatch.setattr("ledger.archive.watches.MOST_WATCHES", 2)
    made(desk)
    made(desk)
    problem(ask(desk, "POST", json=WISH), 409, "too-many-watches")


def test_a_test_is_queued_and_listed(desk: Desk) -> None:
    """Whoever tries a receiver looks at the delivery."""
    path = f"/{made(desk)['id']}"
    answer = ask(desk, "POST", f"{path}/test")
    assert answer.status_code == 202
    assert (answer.json()["type"], answer.json()["state"]) == ("watch.test", "pending")
    ask(desk, "POST", f"{path}/test")
    listed = ask(desk, "GET", f"{path}/deliveries").json()["deliveries"]
    assert len({one["event"] for one in listed}) == 2
    assert listed[1] == answer.json()


def test_deliveries_are_listed_page_by_page(desk: Desk) -> None:
    """Newest first; the link leads on."""
    path = f"/{made(desk)['id']}"
    ids = [ask(desk, "POST", f"{path}/test").json()["id"] for _ in range(5)]
    answer = ask(desk, "GET", f"{path}/deliveries?limit=2")
    assert [one["id"] for one in answer.json()["deliveries"]] == ids[:2:-1]
    link = answer.headers["link"].removeprefix("</v1/watches").partition(">")[0]
    assert [one["id"] for one in ask(desk, "GET", link).json()["deliveries"]] == ids[2:0:-1]


def test_a_delivery_can_be_sent_once_more(desk: Desk) -> None:
    """Under its id; one that is not there, or was taken back, is not."""
    path = f"/{made(desk)['id']}"
    queued = ask(desk, "POST", f"{path}/test").json()
    watch, watches = path[1:], desk.rooms.watches
    (kept,) = watches.deliveries(watch)
    watches.settle(kept, Outcome(state=DeliveryState.DELIVERED, at=START, status=204))
    (done,) = ask(desk, "GET", f"{path}/deliveries").json()["deliveries"]
    assert (done["state"], done["lastStatus"], done["deliveredAt"]) == (
        "delivered",
        204,
        "2026-11-03T08:00:00Z",
    )
    again = ask(desk, "POST", f"{path}/deliveries/{queued['id']}/redeliver")
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    assert again.json()["event"] == queued["event"]
    problem(ask(desk, "POST", f"{path}/deliveries/999/redeliver"), 404, "delivery-not-found")
    watches.put(replace(kept, event="evt_x", subject="MYAEO2020A"))
    watches.spread(watches.cursor(), Cursor(99, 1, 1), (), [OperatorCode("MYAEO2020A")])
    hushed = ask(desk, "GET", f"{path}/deliveries").json()["deliveries"][0]
    assert hushed["state"] == "failed"
    problem(ask(desk, "POST", f"{path}/deliveries/{hushed['id']}/redeliver"), 404, "delivery-not-found")


def test_a_disabled_watch_says_why_and_can_be_resumed(desk: Desk) -> None:
    """Until then it is not tried."""
    path = f"/{made(desk)['id']}"
    watches = desk.rooms.watches
    queued = ask(desk, "POST", f"{path}/test").json()
    (kept,) = watches.deliveries(path[1:])
    watches.settle(kept, Outcome(state=DeliveryState.FAILED, at=START, status=410, gone="gone (410)"))
    body = ask(desk, "GET", path).json()
    assert (body["disabledAt"], body["disabledWhy"]) == ("2026-11-03T08:00:00Z", "gone (410)")
    problem(ask(desk, "POST", f"{path}/test"), 409, "watch-disabled")
    problem(ask(desk, "POST", f"{path}/deliveries/{queued['id']}/redeliver"), 409, "watch-disabled")
    assert "disabledAt" not in ask(desk, "POST", f"{path}/resume").json()
    assert ask(desk, "POST", f"{path}/test").status_code == 202
