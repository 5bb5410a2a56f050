"""Issuing, fetching, cancelling and replacing over HTTP."""

import dataclasses
from datetime import timedelta

import pytest

from ledger.errors import ChainUnreachable
from ledger.outbox import AlarmName
from ledger.rounds import Policy
from ledger.submitting import Submitters
from tests.api.desk import Desk, a_new_document, idempotent, problem, replacing

CANCEL = {"reason": "particulars-wrong"}


def test_an_issued_certificate_comes_with_its_envelope_and_where_it_is(desk: Desk) -> None:
    """The answer names the entry on the chain, and Location leads to the certificate."""
    answer = desk.issue()
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/certificates/{body['id']}"
    assert body["state"] == "recorded"
    assert body["transaction"].startswith("0x")
    assert body["envelope"]["signature"]["merkleRoot"] == body["id"][2:]
    assert set(body["asOf"]) == {"block", "time"}
    assert body["asOf"]["time"].endswith("Z")
    assert desk.ask("GET", answer.headers["location"]).status_code == 200


def test_the_warnings_of_the_rules_come_with_the_certificate(desk: Desk) -> None:
    """A soft finding does not stop it, and is told with its source."""
    document = a_new_document()
    document["items"]["1"]["hsEdition"] = "AHTN2017"
    body = desk.issue(document).json()
    assert body["findings"]
    assert all(finding["severity"] == "warning" and finding["source"] for finding in body["findings"])


def test_a_fetched_certificate_is_the_document_that_was_issued(desk: Desk) -> None:
    """What comes out is what went in, with its standing by the chain."""
    document = a_new_document()
    issued = desk.issue(document).json()
    found = desk.ask("GET", f"/v1/certificates/{issued['id']}").json()
    assert found["document"] == document
    assert (found["standing"], found["state"], found["reference"]) == (
        "valid",
        "recorded",
        document["reference"],
    )
    assert "seed" not in str(found)


def test_the_envelope_is_the_same_each_time(desk: Desk) -> None:
    """It is rebuilt from the archive to the byte."""
    issued = desk.issued()
    again = desk.ask("GET", f"/v1/certificates/{issued['id']}/envelope")
    assert again.json() == issued["envelope"]


def test_an_expired_certificate_is_shown_as_expired(desk: Desk) -> None:
    """Standing is of now, not of the last block."""
    issued = desk.issued()
    desk.clock.advance(timedelta(days=400))
    assert desk.ask("GET", f"/v1/certificates/{issued['id']}").json()["standing"] == "expired"


def test_a_clock_behind_the_chain_does_not_hide_a_new_certificate(desk: Desk) -> None:
    """The newest block is never in the future."""
    issued = desk.issued()
    desk.clock.advance(-timedelta(minutes=1))
    assert desk.ask("GET", f"/v1/certificates/{issued['id']}").json()["standing"] == "valid"


def test_a_certificate_can_be_fetched_while_the_chain_is_silent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive answers; what only the chain knows is left out."""
    issued = desk.issued()
    monkeypatch.setattr(desk.world.ledger, "head", _silent)
    found = desk.ask("GET", f"/v1/certificates/{issued['id']}")
    assert found.status_code == 200
    assert "standing" not in found.json()


def _silent(*_: object, **__: object) -> None:
    raise ChainUnreachable("secret-node.internal:8545 refused the connection")


def test_what_the_chain_does_not_take_in_time_is_accepted(desk: Desk) -> None:
    """202 with a pause and where to ask; the same request tells in the end that it is done."""
    document = a_new_document()
    desk.hold()
    answer = desk.issue(document, key="k1", prefer="wait=0")
    assert (answer.status_code, answer.json()["state"]) == (202, "accepted")
    assert "envelope" not in answer.json()
    assert int(answer.headers["retry-after"]) > 0
    there = answer.headers["location"]
    assert desk.ask("GET", there).json()["state"] == "accepted"
    pending = desk.ask("GET", f"{there}/envelope")
    problem(pending, 409, "certificate-pending")
    assert int(pending.headers["retry-after"]) > 0
    desk.release()
    again = desk.issue(document, key="k1")
    assert (again.status_code, again.json()["id"]) == (201, answer.json()["id"])
    assert desk.ask("GET", f"{there}/envelope").json() == again.json()["envelope"]


@pytest.mark.parametrize(
    "prefer", ["respond-async", "wait=0", "wait=0, handling=strict", "respond-async, wait=9"]
)
def test_a_caller_may_prefer_not_to_wait(desk: Desk, prefer: str) -> None:
    """The certificate goes out all the same (RFC 7240)."""
    desk.hold()
    assert desk.issue(prefer=prefer).status_code == 202
    assert desk.ask("GET", "/v1/certificates").json()["certificates"][0]["state"] == "accepted"


def test_a_cancellation_that_the_chain_does_not_take_in_time_is_accepted(desk: Desk) -> None:
    """The certificate stands until the chain holds it."""
    issued = desk.issued()
    desk.hold()
    path, reason = f"/v1/certificates/{issued['id']}/cancel", {"reason": "other"}
    waiting = desk.ask("POST", path, json=reason, headers={"Prefer": "wait=0"})
    assert (waiting.status_code, waiting.json()["state"]) == (202, "accepted")
    desk.release()
    assert desk.ask("POST", path, json=reason).json()["state"] == "recorded"


def test_a_certificate_that_the_chain_refuses_after_the_answer_says_why(desk: Desk) -> None:
    """Its caller has left with 202; the reference is free again."""
    desk.hold()
    document = a_new_document()
    answer = desk.issue(document, prefer="wait=0")
    assert answer.status_code == 202
    [filing] = desk.ledger.archive.filings(desk.world.authority("VN issuing"))
    other = dataclasses.replace(filing.terms, document_hash=bytes(31) + b"\1")
    desk.world.ledger.issue(other, desk.world.account("VN issuing"))
    desk.release()
    while desk.ledger.outbox.backlog().writes:
        list(desk.ledger.carrier.rounds())
    found = desk.ask("GET", answer.headers["location"]).json()
    assert (found["state"], found["refusal"]) == (
        "refused",
        {"type": "/problems/reference-already-used", "title": "Reference already used"},
    )
    problem(desk.issue(document), 409, "reference-already-used")
    assert "refusal" not in desk.ask("GET", f"/v1/certificates/{desk.issued()['id']}").json()


def test_an_alarm_keeps_new_certificates_out_and_says_so(desk: Desk) -> None:
    """Those that are there are told as before."""
    issued = desk.issue(document := a_new_document()).json()
    account = desk.world.account("VN issuing")
    alarm = AlarmName.KEY_USED_ELSEWHERE
    desk.ledger.outbox.raise_alarm(alarm, account, "two processes", now=desk.clock())
    problem(desk.issue(a_new_document()), 503, "submitter-stopped")
    assert desk.issue(document).json()["id"] == issued["id"]
    desk.ledger.outbox.clear_alarm(alarm, account)
    assert desk.issue(a_new_document()).status_code == 201


def test_when_too_much_waits_no_more_is_accepted(desk: Desk) -> None:
    """The answer says when to come back."""
    assert isinstance(desk.ledger.carrier, Submitters)
    desk.ledger.carrier.policy = Policy(waiting=1)
    desk.hold()
    assert desk.issue(prefer="wait=0").status_code == 202
    answer = desk.issue(prefer="wait=0")
    problem(answer, 503, "overloaded")
    assert int(answer.headers["retry-after"]) > 0


def test_a_malformed_document_names_every_place(desk: Desk) -> None:
    """Two mistakes, two pointers."""
    document = a_new_document(issuedOn="02/11/2026")
    document["items"]["1"]["hsCode"] = "9"
    body = problem(desk.issue(document), 422, "certificate-malformed")
    assert {"/issuedOn"} <= {place["pointer"] for place in body["errors"]}
    assert all(place["rule"] and place["detail"] for place in body["errors"])


def test_a_document_against_the_rules_names_the_rule_and_its_source(desk: Desk) -> None:
    """A hard finding stops it, and nothing is stored."""
    body = problem(desk.issue(a_new_document(validUntil="2029-11-01")), 422, "certificate-refused")
    assert any(place["severity"] == "refusal" and place["source"] for place in body["errors"])
    assert desk.ask("GET", "/v1/certificates").json() == {"certificates": []}


def test_a_reference_can_be_used_once(desk: Desk) -> None:
    """Another document under it is refused, naming the certificate that holds it."""
    document = a_new_document()
    first = desk.issue(document).json()
    document["consignee"] = document["consignee"] | {"name": "Another Company Limited"}
    body = problem(desk.issue(document), 409, "reference-already-filed")
    assert body["certificate"] == first["id"]


@pytest.mark.parametrize("field", ["status", "issuer_id", "authority", "envelope"])
def test_a_field_that_is_not_documented_is_refused(desk: Desk, field: str) -> None:
    """Nothing is assigned that was not asked for."""
    problem(desk.issue(a_new_document() | {field: "x"}), 422, "certificate-malformed")


def test_a_cancelled_certificate_stays_cancelled(desk: Desk) -> None:
    """Cancelling again for the same reason changes nothing; for another reason it is refused."""
    path = f"/v1/certificates/{desk.issued()['id']}"
    first = desk.ask("POST", f"{path}/cancel", json=CANCEL)
    assert first.status_code == 200
    assert first.json()["transaction"].startswith("0x")
    again = desk.ask("POST", f"{path}/cancel", json=CANCEL)
    assert again.status_code == 200
    assert "transaction" not in again.json()
    problem(desk.ask("POST", f"{path}/cancel", json={"reason": "other"}), 409, "certificate-not-live")
    assert desk.ask("GET", path).json()["standing"] == "cancelled"


@pytest.mark.parametrize(
    "body", [{}, {"reason": "replaced"}, {"reason": 1}, {"reason": "other", "more": 1}, []]
)
def test_cancelling_takes_one_of_seven_reasons(desk: Desk, body: object) -> None:
    """A reason that only the contract sets, or none, is refused."""
    path = f"/v1/certificates/{desk.issued()['id']}"
    problem(desk.ask("POST", f"{path}/cancel", json=body), 422, "invalid-request")
    assert desk.ask("GET", path).json()["standing"] == "valid"


def test_a_replacement_ends_the_first_and_names_it(desk: Desk) -> None:
    """The old one reads as replaced, the new one as valid."""
    first = desk.issued()
    path = f"/v1/certificates/{first['id']}"
    answer = desk.ask("POST", f"{path}/replace", json=replacing(first), headers=idempotent())
    assert answer.status_code == 201, answer.text
    assert answer.json()["replaces"] == first["id"]
    assert desk.ask("GET", path).json()["standing"] == "replaced"
    assert desk.ask("GET", answer.headers["location"]).json()["standing"] == "valid"


def test_a_replacement_names_what_it_replaces(desk: Desk) -> None:
    """A document that does not say so is refused (ATIGA OCP Rule 29.4)."""
    path = f"/v1/certificates/{desk.issued()['id']}"
    answer = desk.ask("POST", f"{path}/replace", json=a_new_document(), headers=idempotent())
    problem(answer, 422, "certificate-refused")


def test_a_cancelled_certificate_cannot_be_replaced(desk: Desk) -> None:
    """The contract says no, and the reference of the new one is free again."""
    first = desk.issued()
    path = f"/v1/certificates/{first['id']}"
    desk.ask("POST", f"{path}/cancel", json=CANCEL)
    document = replacing(first)
    problem(
        desk.ask("POST", f"{path}/replace", json=document, headers=idempotent()), 409, "certificate-not-live"
    )
    del document["replaces"]
    assert desk.issue(document).status_code == 201


def test_a_list_goes_page_by_page_through_its_own(desk: Desk) -> None:
    """Following Link shows every certificate once, in the order of filing, and ends."""
    issued = [desk.issued()["id"] for _ in range(5)]
    desk.issue(by="VN issuing second")
    seen, path = [], "/v1/certificates?limit=2"
    while path:
        answer = desk.ask("GET", path)
        seen += [certificate["id"] for certificate in answer.json()["certificates"]]
        path = answer.headers.get("link", "").partition(">")[0].lstrip("<")
    assert seen == issued


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "after=0x12", "after=../etc", f"after=0x{'A' * 64}"]
)
def test_a_page_outside_the_bounds_is_refused(desk: Desk, query: str) -> None:
    """The parameter is named, its value is not repeated."""
    body = problem(desk.ask("GET", f"/v1/certificates?{query}"), 422, "invalid-request")
    assert body["errors"][0]["parameter"] == f"query.{query.partition('=')[0]}"


def test_a_cursor_that_was_never_given_out_is_not_found(desk: Desk) -> None:
    """Nor is one of another authority."""
    other = desk.issue(by="VN issuing second").json()["id"]
    problem(desk.ask("GET", f"/v1/certificates?after={other}"), 404, "certificate-not-found")
