"""Decisions at import over HTTP: by the right customs, with every problem named, told to both sides alone."""

from typing import Any

import pytest
from httpx2 import Response

from ledger.archive import Scope
from tests.api.desk import Desk, a_new_document, problem
from tests.builders import altered

DECISION: dict[str, Any] = {
    "declaration": "A0241191101234",
    "presentedOn": "2026-11-03",
    "office": "Bangkok Port",
    "lines": {
        "1": {"decision": "granted", "quantity": "1200.50", "unit": "KGM"},
        "2": {"decision": "refused", "reasons": ["ORIGIN-DOUBTED"], "text": "Where was it milled?"},
    },
}
ANSWER: dict[str, Any] = {"lines": ["2"], "text": "At the mill in Buôn Ma Thuột.", "evidence": []}


def ask(  # noqa: PLR0913 - each is a part of the request
    desk: Desk,
    method: str,
    path: str,
    body: object = None,
    *,
    by: str = "TH customs",
    scope: Scope = Scope.DECIDE,
    prefer: str = "wait=5",
) -> Response:
    """Ask as an authority of the cast with one scope."""
    headers = {"Prefer": prefer, "Authorization": f"Bearer {desk.token(by, scope)}"}
    more: dict[str, Any] = {} if method == "GET" else {"json": body}
    return desk.ask(method, path, by=None, headers=headers, **more)


@pytest.fixture
def presented(desk: Desk) -> str:
    """Issue a certificate of two lines to Thailand, whose customs receives it; returns its id."""
    document = a_new_document()
    issued = desk.issue(altered(document, "/items/2", document["items"]["1"]))
    assert issued.status_code == 201, issued.text
    certificate: str = issued.json()["id"]
    envelope = issued.json()["envelope"]
    received = ask(desk, "POST", "/v1/receipts", envelope)
    assert received.status_code == 200, received.text
    return certificate


def decide(desk: Desk, certificate: str, body: object = DECISION, **more: Any) -> Response:
    """Decide as Thai customs."""
    return ask(desk, "POST", f"/v1/certificates/{certificate}/decisions", body, **more)


def decided(desk: Desk, certificate: str, body: object = DECISION) -> dict[str, Any]:
    """Decide, and return the answer's body."""
    answer = decide(desk, certificate, body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def with_line(line: str, told: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a decision on one line."""
    return DECISION | {"lines": {line: told}} | more


def test_a_decision_is_recorded_and_answers_with_its_statement(desk: Desk, presented: str) -> None:
    """To be handed to the issuer, with what is left of each granted line."""
    body = decided(desk, presented)
    assert (body["state"], body["repeated"], body["remaining"]) == ("recorded", False, {"1": "17999.50"})
    assert body["document"]["kind"] == "decision"
    assert body["document"]["body"]["lines"]["1"]["quantity"] == "1200.50"
    again = decided(desk, presented)
    assert again == body | {"repeated": True}


def test_a_decision_that_the_chain_has_not_taken_is_accepted(desk: Desk, presented: str) -> None:
    """The same request later says that it is recorded."""
    desk.hold()
    answer = decide(desk, presented, prefer="respond-async")
    assert (answer.status_code, answer.json()["state"]) == (202, "accepted")
    assert answer.headers["retry-after"]
    desk.release()
    assert decided(desk, presented)["state"] == "recorded"


def test_problems_of_all_lines_are_told_with_their_rules(desk: Desk, presented: str) -> None:
    """And nothing of it is done, not even the good lines."""
    lines = {
        "1": {"decision": "granted", "quantity": "19200.01", "unit": "KGM"},
        "2": {"decision": "granted", "quantity": "1", "unit": "LTR"},
        "7": {"decision": "granted", "quantity": "1", "unit": "KGM"},
    }
    told = problem(decide(desk, presented, DECISION | {"lines": lines}), 422, "decision-refused")
    assert {one["pointer"]: one["rule"] for one in told["errors"]} == {
        "/lines/1/quantity": "DECISION-OVERUSE",
        "/lines/2/unit": "DECISION-UNIT",
        "/lines/7": "DECISION-LINE",
    }
    assert all(one["source"] for one in told["errors"])
    assert "KGM" in told["errors"][1]["detail"]
    assert "LTR" in told["errors"][1]["detail"]
    listed = ask(desk, "GET", f"/v1/certificates/{presented}/decisions", scope=Scope.READ).json()
    assert [line["state"] for line in listed["lines"]] == ["undecided", "undecided"]


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"decision": "granted"}, "/lines/1/quantity"),
        ({"decision": "granted", "quantity": "1", "unit": "KGM", "reasons": []}, "/lines/1/reasons"),
        ({"decision": "refused", "reasons": ["EXPIRED"], "quantity": "1"}, "/lines/1/quantity"),
        ({"decision": "refused"}, "/lines/1/reasons"),
    ],
)
def test_a_line_says_what_its_decision_takes(
    desk: Desk, presented: str, told: dict[str, Any], pointer: str
) -> None:
    """A quantity of a granted one, reasons of a refused one, and not the other way round."""
    answer = problem(decide(desk, presented, with_line("1", told)), 422, "decision-refused")
    assert pointer in {one["pointer"] for one in answer["errors"]}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/lines/1/quantity", 12),
        ("/lines/1/quantity", "1e3"),
        ("/lines/1/decision", "perhaps"),
        ("/lines/0", {"decision": "refused", "reasons": ["EXPIRED"]}),
        ("/presentedOn", "03.11.2026"),
        ("/late", "sleepy"),
        ("/colour", "red"),
    ],
)
def test_a_decision_of_another_shape_is_no_request(
    desk: Desk, presented: str, pointer: str, value: object
) -> None:
    """Refused before anything is looked at."""
    answer = decide(desk, presented, altered(DECISION, pointer, value))
    assert answer.json()["type"] == "/problems/invalid-request"


def test_customs_of_the_importing_member_alone_decides(desk: Desk, presented: str) -> None:
    """Not other customs, not other authorities, not a key without the scope, not without a key."""
    problem(decide(desk, presented, by="VN customs"), 403, "not-the-importing-member")
    problem(decide(desk, presented, by="TH issuing"), 403, "not-authorised")
    problem(decide(desk, presented, scope=Scope.READ), 403, "scope-missing")
    problem(
        desk.ask("POST", f"/v1/certificates/{presented}/decisions", by=None, json=DECISION),
        401,
        "unauthenticated",
    )
    problem(decide(desk, f"0x{'00' * 32}"), 409, "not-kept")


def test_a_declaration_is_reused_by_nobody(desk: Desk, presented: str) -> None:
    """Another quantity under the same number."""
    decided(desk, presented)
    grant = {"decision": "granted", "quantity": "1", "unit": "KGM"}
    told = problem(decide(desk, presented, with_line("1", grant)), 422, "decision-refused")
    assert [one["rule"] for one in told["errors"]] == ["DECISION-REUSE"]


def test_both_sides_see_who_granted_what_and_what_remains(desk: Desk, presented: str) -> None:
    """And nobody else does."""
    body = decided(desk, presented)
    path = f"/v1/certificates/{presented}/decisions"
    for by in ("TH customs", "VN issuing", "TH issuing"):
        told = ask(desk, "GET", path, by=by, scope=Scope.READ).json()
        first, second = told["lines"]
        assert (first["drawn"], first["remaining"], first["state"]) == ("1200.50", "17999.50", "granted")
        assert (second["state"], second["complete"], second["usedUp"]) == ("refused", True, False)
        (one,) = told["decisions"]
        assert one["who"] == {"member": "TH", "authority": "TH customs office"}
        assert (one["granted"], one["refused"], one["statement"]) == (["1"], ["2"], body["statement"])
        assert one["said"]["declaration"] == DECISION["declaration"]
    problem(ask(desk, "GET", path, by="MY issuing", scope=Scope.READ), 404, "certificate-not-found")


def test_the_issuer_answers_a_refusal_and_customs_reconsiders(desk: Desk, presented: str) -> None:
    """Only lines that are refused, only by the member that issued."""
    path = f"/v1/certificates/{presented}/clarifications"
    by_issuer: dict[str, Any] = {"by": "VN issuing", "scope": Scope.ISSUE}
    decided(desk, presented)
    problem(ask(desk, "POST", path, ANSWER | {"lines": ["1"]}, **by_issuer), 409, "lines-not-refused")
    problem(ask(desk, "POST", path, ANSWER | {"lines": []}, **by_issuer), 422, "lines-missing")
    problem(ask(desk, "POST", path, ANSWER | {"text": ""}, **by_issuer), 422, "decision-refused")
    problem(ask(desk, "POST", path, ANSWER, by="TH issuing", scope=Scope.ISSUE), 403, "not-your-certificate")
    problem(ask(desk, "POST", path, ANSWER, by="TH customs"), 403, "scope-missing")
    answer = ask(desk, "POST", path, ANSWER, **by_issuer)
    assert (answer.status_code, answer.json()["state"]) == (201, "recorded")
    assert ask(desk, "POST", path, ANSWER, **by_issuer).json()["repeated"]
    grant = {"decision": "granted", "quantity": "19200", "unit": "KGM"}
    assert decided(desk, presented, with_line("2", grant))["remaining"] == {"2": "0"}


def test_a_member_switches_split_use_off_for_itself(desk: Desk, presented: str) -> None:
    """Customs does, and every authority can look."""
    decided(desk, presented)
    problem(ask(desk, "PUT", "/v1/split-use", {"allowed": False}, by="TH issuing"), 403, "not-authorised")
    answer = ask(desk, "PUT", "/v1/split-use", {"allowed": False})
    assert answer.json() == {"member": "TH", "allowed": False, "state": "recorded"}
    assert ask(desk, "PUT", "/v1/split-use", {"allowed": False}).status_code == 200
    seen = ask(desk, "GET", "/v1/split-use?member=TH", by="VN issuing", scope=Scope.READ).json()
    assert not seen["allowed"]
    assert ask(desk, "GET", "/v1/split-use", by="VN issuing", scope=Scope.READ).json()["allowed"]
    grant = {"decision": "granted", "quantity": "1", "unit": "KGM"}
    told = problem(decide(desk, presented, with_line("1", grant, declaration="A2")), 422, "decision-refused")
    assert [one["rule"] for one in told["errors"]] == ["DECISION-SPLIT"]


def test_a_statement_is_taken_if_the_ledger_names_it(desk: Desk, presented: str) -> None:
    """Whoever gives it, as often as it is given; altered it is refused."""
    document = decided(desk, presented)["document"]
    path = "/v1/statements"
    for by, scope in (("VN issuing", Scope.READ), ("TH customs", Scope.DECIDE), ("VN customs", Scope.WATCH)):
        taken = ask(desk, "POST", path, document, by=by, scope=scope)
        assert taken.status_code == 201, taken.text
        assert taken.json()["kind"] == "decision"
    changed = altered(document, "/body/lines/1/quantity", "1.50")
    problem(ask(desk, "POST", path, changed, by="VN issuing"), 409, "statement-not-on-ledger")
    problem(ask(desk, "POST", path, document, by="MY issuing"), 404, "certificate-not-found")
    told = problem(ask(desk, "POST", path, document | {"at": "today"}), 422, "statement-malformed")
    assert [one["pointer"] for one in told["errors"]] == ["/at"]


def test_a_statement_is_shown_to_the_members_concerned(desk: Desk, presented: str) -> None:
    """For everybody else it does not exist."""
    body = decided(desk, presented)
    path = f"/v1/statements/{body['statement']}"
    for by in ("VN issuing", "TH customs"):
        assert ask(desk, "GET", path, by=by, scope=Scope.READ).json() == body["document"]
    problem(ask(desk, "GET", path, by="MY issuing", scope=Scope.READ), 404, "statement-not-found")
    unknown = f"/v1/statements/0x{'00' * 32}"
    problem(ask(desk, "GET", unknown, scope=Scope.READ), 404, "statement-not-found")
