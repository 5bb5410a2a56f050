"""Issuing, fetching, cancelling and replacing over HTTP."""

from datetime import timedelta

import pytest

from ledger.errors import ChainUnreachable
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


def test_a_silent_chain_is_a_problem_to_come_back_to(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with a pause, silent on where our node is; the same request completes what was accepted."""
    document = a_new_document()
    with monkeypatch.context() as silence:
        silence.setattr(desk.world.ledger, "issue", _silent)
        answer = desk.issue(document, key="k1")
    assert "secret-node" not in problem(answer, 503, "chain-unreachable")["detail"]
    assert int(answer.headers["retry-after"]) > 0
    (accepted,) = desk.ask("GET", "/v1/certificates").json()["certificates"]
    assert accepted["state"] == "accepted"
    again = desk.issue(document, key="k1")
    assert again.status_code == 201
    assert again.json()["id"] == accepted["id"]


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
