"""What becomes of a certificate over HTTP: receipts, timelines, trees, balances and true copies."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from ledger.origin.facts import LateGround
from ledger.scopes import Scope
from ledger.statements import Statement, StatementKind, statement_hash
from ledger.writes import Decide
from tests.api.desk import Desk


def customs(desk: Desk, method: str, path: str, member: str = "TH", **more: Any) -> Response:
    """Ask as a customs authority that decides."""
    token = desk.token(f"{member} customs", Scope.READ, Scope.DECIDE)
    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=5"}
    return desk.ask(method, path, by=None, headers=headers, **more)


def received(desk: Desk, envelope: Any, member: str = "TH") -> Response:
    """Present an envelope to customs."""
    return customs(desk, "POST", "/v1/receipts", member, json=envelope)


@pytest.fixture
def issued(desk: Desk) -> dict[str, Any]:
    """Return a certificate from VN to TH."""
    return desk.issued()


def test_customs_receives_and_the_issuer_reads_it_in_the_timeline(desk: Desk, issued: dict[str, Any]) -> None:
    """Who, what, when on the ledger, when effective."""
    answer = received(desk, issued["envelope"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["addressed"] is True
    timeline = desk.ask("GET", f"/v1/certificates/{issued['id']}/timeline").json()
    assert [row["what"] for row in timeline["rows"]] == ["issued", "received"]
    assert timeline["rows"][0]["effective"] == "2026-11-02T00:00:00Z"
    assert timeline["rows"][1]["who"] == {"member": "TH", "authority": "TH customs office"}
    assert timeline["rows"][1]["recordedAt"] == answer.json()["receivedAt"]
    assert timeline["final"] is True


def test_a_receipt_that_the_chain_has_not_taken_yet_is_accepted(desk: Desk, issued: dict[str, Any]) -> None:
    """The same request says how far it is."""
    token = desk.token("TH customs", Scope.READ, Scope.DECIDE)
    headers = {"Authorization": f"Bearer {token}", "Prefer": "respond-async"}
    desk.hold()
    answer = desk.ask("POST", "/v1/receipts", by=None, headers=headers, json=issued["envelope"])
    assert (answer.status_code, "receivedAt" in answer.json()) == (202, False)
    assert answer.headers["Retry-After"]
    desk.release()
    assert received(desk, issued["envelope"]).json()["receivedAt"]


@pytest.mark.parametrize(
    ("scopes", "status"),
    [((Scope.READ,), 403), ((Scope.ISSUE,), 200), ((Scope.DECIDE,), 200)],
    ids=["read", "issue", "decide"],
)
def test_receiving_needs_a_scope_that_acts(
    desk: Desk, issued: dict[str, Any], scopes: tuple[Scope, ...], status: int
) -> None:
    """Reading is not receiving."""
    headers = {"Authorization": f"Bearer {desk.token('TH customs', *scopes)}", "Prefer": "wait=5"}
    answer = desk.ask("POST", "/v1/receipts", by=None, headers=headers, json=issued["envelope"])
    assert answer.status_code == status, answer.text


def test_a_forged_copy_is_not_received(desk: Desk, issued: dict[str, Any]) -> None:
    """The problem says what the verdict is."""
    forged = issued["envelope"]
    forged["data"]["reference"] = f"{forged['data']['reference']}9"
    answer = received(desk, forged)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-receivable")
    assert "Not as issued: reference" in answer.json()["detail"]


def test_reasons_and_quantities_are_told_to_the_members_concerned_only(
    desk: Desk, issued: dict[str, Any]
) -> None:
    """Others see that lines were decided on, as the ledger shows everybody."""
    one = bytes.fromhex(issued["id"][2:])
    statement = Statement(
        kind=StatementKind.DECISION,
        certificate=one,
        member="TH",
        authority="TH customs office",
        at=desk.clock(),
        body={"text": "confidential"},
        salt=bytes(32),
    )
    desk.ledger.statements.keep(statement)
    desk.world.ledger.write(
        Decide(
            certificate=one,
            declaration=b"\1" * 32,
            granted=(1,),
            used_up=(),
            refused=(),
            presented_at=desk.world.now,
            late=LateGround.NONE,
            statement=statement_hash(statement),
        ),
        desk.world.account("TH customs"),
    )
    path = f"/v1/certificates/{issued['id']}/timeline"
    own, other = desk.ask("GET", path), desk.ask("GET", path, by="MY issuing")
    assert own.json()["rows"][-1]["said"]["body"] == {"text": "confidential"}
    assert "said" not in other.json()["rows"][-1]
    assert other.json()["rows"][-1]["lines"] == {"granted": [1]}


@pytest.mark.parametrize("what", ["timeline", "tree", "balance"])
def test_a_certificate_that_nobody_knows_is_not_found(desk: Desk, what: str) -> None:
    """By whoever asks."""
    answer = desk.ask("GET", f"/v1/certificates/0x{'5a' * 32}/{what}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/certificate-not-found")


def test_a_balance_is_for_the_member_that_may_re_export(desk: Desk, issued: dict[str, Any]) -> None:
    """Quantities are nobody else's business."""
    path = f"/v1/certificates/{issued['id']}/balance"
    answer = desk.ask("GET", path, by="TH issuing").json()
    assert [(line["certified"], line["drawn"]) for line in answer["lines"]] == [("19200", "0")]
    assert desk.ask("GET", path, by="MY issuing").status_code == 404


def test_a_tree_shows_particulars_to_the_two_members_and_links_to_all(
    desk: Desk, issued: dict[str, Any]
) -> None:
    """What the ledger shows everybody is no secret, what the copy shows is."""
    path = f"/v1/certificates/{issued['id']}/tree"
    mine, other = (desk.ask("GET", path, by=by).json()["nodes"][0] for by in ("VN issuing", "MY issuing"))
    assert mine["reference"].startswith("VN-TH 26/02/")
    assert mine["lines"][0]["reexported"] == "0"
    assert "reference" not in other
    assert (other["lines"], other["standing"]) == ([], "valid")


def test_a_true_copy_is_given_out_within_a_year(desk: Desk, issued: dict[str, Any]) -> None:
    """The same envelope, with the day of the copy beside it."""
    path = f"/v1/certificates/{issued['id']}/true-copies"
    answer = desk.ask("POST", path, json={"reason": "lost in the post"})
    assert answer.status_code == 201, answer.text
    copy = answer.json()
    assert (copy["number"], copy["endorsement"]) == (1, "CERTIFIED TRUE COPY, 3 November 2026")
    assert copy["envelope"] == issued["envelope"]
    assert desk.ask("POST", path, by="TH issuing", json={"reason": "x"}).status_code == 403
    desk.clock.advance(timedelta(days=366))
    late = desk.ask("POST", path, json={"reason": "stolen"})
    assert (late.status_code, late.json()["type"]) == (409, "/problems/true-copy-too-late")
    assert "2027-11-02" in late.json()["detail"]


def test_an_overdrawn_original_is_refused_with_what_is_left(desk: Desk, issued: dict[str, Any]) -> None:
    """The place in the document, the rule and its source."""
    document = desk.ask("GET", f"/v1/certificates/{issued['id']}").json()["document"]
    named = {
        "certificate": issued["id"],
        "reference": document["reference"],
        "issuedOn": document["issuedOn"],
    }
    line = {
        **document["items"]["1"],
        "quantity": {"value": "19201", "unit": "KGM"},
        "originals": {"1": {**named, "item": "1"}},
    }
    child = {
        **document,
        "reference": "TH-MY 1",
        "exportingMember": "TH",
        "importingMember": "MY",
        "items": {"1": line},
        "originals": {"1": {**named, "exportingMember": "VN"}},
        "endorsements": {**document["endorsements"], "backToBack": True},
        "declaration": {**document["declaration"], "importingCountry": "MY"},
        "exporter": {**document["exporter"], "country": "TH"},
        "consignee": {**document["consignee"], "country": "MY"},
    }
    answer = desk.issue(child, by="TH issuing")
    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["rule"]) for error in answer.json()["errors"]] == [
        ("/items/1/quantity/value", "R11-QUANTITY")
    ]
    line["quantity"] = {"value": "19200", "unit": "KGM"}
    assert desk.issue(child, by="TH issuing").status_code == 201
