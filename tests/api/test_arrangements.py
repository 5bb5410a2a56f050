"""Programmes and arrangements over HTTP, on the world in memory."""

import secrets
from typing import Any

import pytest
from httpx2 import Response

from ledger.archive import Scope
from tests.api.desk import Desk


def say(desk: Desk, path: str, body: dict[str, Any], *, by: str = "VN aeo", once: str = "") -> Response:
    """Send what an AEO authority says."""
    headers = {
        "Authorization": f"Bearer {desk.token(by, Scope.AEO)}",
        "Idempotency-Key": once or secrets.token_hex(8),
    }
    return desk.client.post(path, json=body, headers=headers)


@pytest.fixture
def joined(desk: Desk) -> Desk:
    """A desk at which VN and TH have declared a programme each and are in force, and TH recognises VN."""
    for by in ("VN aeo", "TH aeo"):
        said = say(desk, "/v1/programmes", {"code": "AEO", "name": "Authorised", "levels": 3}, by=by)
        assert said.status_code == 201, said.text
    assert say(desk, "/v1/arrangements", {"code": "PLURI", "title": "A text"}).status_code == 201
    for by in ("VN aeo", "TH aeo"):
        body = {"state": "in-force", "effectiveFrom": "2026-01-01"}
        assert say(desk, "/v1/arrangements/PLURI/participations", body, by=by).status_code == 201
    row = {
        "partner": "VN",
        "programme": 1,
        "minLevel": 2,
        "roles": ["exporter"],
        "effectiveFrom": "2026-01-01",
    }
    said = say(desk, "/v1/arrangements/1/recognitions", row | {"until": "2026-12-31"}, by="TH aeo")
    assert said.status_code == 201, said.text
    return desk


def test_anybody_reads_who_recognises_whom(joined: Desk) -> None:
    """Programmes, arrangements, participations and recognitions are public, with their times."""
    programmes = joined.ask("GET", "/v1/programmes", by=None).json()["programmes"]
    assert [(one["member"], one["code"], one["levels"]) for one in programmes] == [
        ("VN", "AEO", 3),
        ("TH", "AEO", 3),
    ]
    (listed,) = joined.ask("GET", "/v1/arrangements", by=None).json()["arrangements"]
    assert (listed["code"], listed["kind"], listed["declaredBy"]) == ("PLURI", "plurilateral", "VN")
    shown = joined.ask("GET", "/v1/arrangements/PLURI", by=None).json()
    assert {(one["member"], one["state"]) for one in shown["participations"]} == {
        ("VN", "in-force"),
        ("TH", "in-force"),
    }
    (row,) = shown["recognitions"]
    assert (row["grantor"], row["partner"], row["programme"], row["minLevel"]) == ("TH", "VN", "AEO", 2)
    assert (row["roles"], row["directions"]) == (["EXP"], ["import", "export"])
    assert (row["effectiveFrom"], row["until"]) == ("2026-01-01T00:00:00Z", "2026-12-31T23:59:59Z")


def test_what_was_said_before_is_not_said_again(joined: Desk) -> None:
    """Another request with the same content finds it on the ledger."""
    body = {"state": "in-force", "effectiveFrom": "2026-01-01"}
    again = say(joined, "/v1/arrangements/PLURI/participations", body)
    assert (again.status_code, again.json()) == (201, {"state": "recorded", "repeated": True})
    shown = joined.ask("GET", "/v1/arrangements/PLURI", by=None).json()
    assert len(shown["participations"]) == 2


def test_a_grantor_ends_its_recognition_and_nobody_else_does(joined: Desk) -> None:
    """The end is recorded beside the row, which stays."""
    end = {"effectiveFrom": "2026-10-01"}
    assert say(joined, "/v1/recognitions/1/end", end).json()["type"] == "/problems/recognition-not-yours"
    assert say(joined, "/v1/recognitions/1/end", end, by="TH aeo").status_code == 201
    (row,) = joined.ask("GET", "/v1/arrangements/PLURI", by=None).json()["recognitions"]
    assert row["endedFrom"] == "2026-10-01T00:00:00Z"
    unknown = say(joined, "/v1/recognitions/9/end", end)
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/recognition-unknown")


def test_only_an_aeo_key_speaks_for_its_member(desk: Desk) -> None:
    """Neither without a key, nor with one of an issuing authority, nor with another scope."""
    body = {"code": "AEO", "name": "Authorised"}
    assert desk.ask("POST", "/v1/programmes", by=None, json=body).status_code == 401
    assert desk.ask("POST", "/v1/programmes", by="VN issuing", json=body).status_code == 403
    wrong = say(desk, "/v1/programmes", body, by="VN issuing")
    assert (wrong.status_code, wrong.json()["type"]) == (403, "/problems/not-authorised")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/programmes", {"code": "small", "name": "x"}, 422),
        ("/v1/programmes", {"code": "AEO", "name": "x", "levels": 10}, 422),
        ("/v1/arrangements", {"code": "BI", "title": "x", "other": "VN"}, 422),
        ("/v1/arrangements/NONE/participations", {"state": "in-force", "effectiveFrom": "2026-01-01"}, 404),
        ("/v1/arrangements/PLURI/participations", {"state": "begun", "effectiveFrom": "2026-01-01"}, 422),
        ("/v1/arrangements/PLURI/participations", {"state": "signed", "effectiveFrom": "1 May"}, 422),
        ("/v1/arrangements/PLURI/participations", {"state": "signed", "effectiveFrom": "2031-01-01"}, 422),
        (
            "/v1/arrangements/PLURI/recognitions",
            {"partner": "TH", "programme": 2, "roles": ["chief"], "effectiveFrom": "2026-01-01"},
            422,
        ),
        (
            "/v1/arrangements/PLURI/recognitions",
            {"partner": "VN", "programme": 1, "effectiveFrom": "2026-01-01"},
            422,
        ),
    ],
)
def test_what_cannot_be_said_is_a_problem(joined: Desk, path: str, body: dict[str, Any], status: int) -> None:
    """By our own rules or by the contract's, with a status that says whose fault it is."""
    answer = say(joined, path, body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_request_is_carried_out_once(desk: Desk) -> None:
    """The same key gives the same answer; the same key with another body is refused."""
    body = {"code": "AEO", "name": "Authorised"}
    first = say(desk, "/v1/programmes", body, once="k1")
    assert say(desk, "/v1/programmes", body, once="k1").json() == first.json()
    other = say(desk, "/v1/programmes", {**body, "name": "Else"}, once="k1")
    assert other.json()["type"] == "/problems/idempotency-key-reused"


def test_an_unknown_arrangement_is_not_there(desk: Desk) -> None:
    """By code and by number."""
    for name in ("AAMRA", "7"):
        answer = desk.ask("GET", f"/v1/arrangements/{name}", by=None)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/arrangement-unknown")
