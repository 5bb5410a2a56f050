"""The page of one certificate on the desks of its two members."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.desks.certificates_shown import origin_shown
from ledger import paper
from ledger.archive import ActOutcome, Scope
from ledger.origin.facts import LateGround
from ledger.statements import Statement, StatementKind, statement_hash
from ledger.tree import tree_of
from ledger.writes import Decide
from tests.api.desk import Desk, idempotent
from tests.api.seen import Seen, seen
from tests.trade import Trade, a_shipment, envelope_in, re_exported

ISSUING = (Scope.ISSUE, Scope.READ)
CUSTOMS = (Scope.DECIDE, Scope.READ)
PARTS = ("", "/envelope", "/paper", "/timeline", "/timeline?format=csv")


def looked_at(answer: Response, status: int = 200) -> Seen:
    """Return the page of an answer, after seeing that its structure has no fault."""
    assert answer.status_code == status, answer.text
    page = seen(answer.text)
    assert page.faults == []
    return page


def at(certificate: dict[str, Any], part: str = "") -> str:
    """Return the address of a certificate on a desk."""
    return f"/desk/certificates/{certificate['id']}{part}"


@pytest.fixture
def issuing(desk: Desk) -> TestClient:
    """Return the browser of an issuing officer of VN."""
    return desk.at_work("VN issuing", *ISSUING)


@pytest.fixture
def customs(desk: Desk) -> TestClient:
    """Return the browser of a customs officer of TH."""
    return desk.at_work("TH customs", *CUSTOMS)


@pytest.fixture
def trade() -> Trade:
    """Return four members and their offices."""
    return Trade()


def test_both_sides_see_a_certificate_on_its_form(
    desk: Desk, issuing: TestClient, customs: TestClient
) -> None:
    """With its state, what happened to it, and what each side does next."""
    made = desk.issued()
    for browser in (issuing, customs):
        page = looked_at(browser.get(at(made)))
        assert "VALID" in page.text
        assert "1. Goods consigned from Công ty TNHH Cà Phê Tây Nguyên Xanh" in page.text
        assert "It was entered, addressed to TH." in page.text
    assert {"href": f"/desk/importing/{made['id']}", "class": "button"} in looked_at(
        customs.get(at(made))
    ).all("a")
    links = [link["href"] for link in looked_at(issuing.get(at(made))).all("a")]
    assert f"/desk/issuing/{made['id']}" in links
    assert f"/desk/importing/{made['id']}" not in links


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("who", "scopes"), [("MY issuing", ISSUING), ("MY issuing", CUSTOMS), ("TH aeo", (Scope.AEO,))]
)
def test_for_everybody_else_there_is_no_such_certificate(
    desk: Desk, who: str, scopes: tuple[Scope, ...], part: str
) -> None:
    """Nor for an AEO officer of its own member; each refusal is kept."""
    made = desk.issued()
    browser = desk.at_work(who, *scopes)
    answer = browser.get(at(made, part))
    assert answer.status_code == (403 if Scope.AEO in scopes else 404)
    assert "Công ty" not in answer.text
    (kept,) = desk.rooms.acts.acts(who[:2])
    assert kept.outcome is ActOutcome.REFUSED
    assert kept.about == made["id"]


def test_what_is_not_ones_own_reads_like_what_does_not_exist(desk: Desk) -> None:
    """So that nobody learns by asking."""
    made, browser = desk.issued(), desk.at_work("MY issuing", *CUSTOMS)
    theirs = browser.get(at(made)).text.replace(made["id"], "ID")
    nothing = f"0x{'07' * 32}"
    assert browser.get(f"/desk/certificates/{nothing}").text.replace(nothing, "ID") == theirs


def test_an_administrator_reads_no_certificates(desk: Desk) -> None:
    """Admin keys are for keys and votes."""
    made = desk.issued()
    assert desk.administrator("VN").get(at(made)).status_code == 403
    assert desk.rooms.acts.acts("VN")[0].outcome is ActOutcome.REFUSED


def test_who_is_not_logged_in_is_led_to_the_login(desk: Desk) -> None:
    """And from there back."""
    answer = desk.client.get(at(desk.issued()), follow_redirects=False)
    assert (answer.status_code, answer.headers["location"][:12]) == (303, "/login?back=")


def test_the_importing_side_sees_nothing_before_it_is_recorded(
    desk: Desk, issuing: TestClient, customs: TestClient
) -> None:
    """Its issuer sees that it is on its way, and hands nothing out."""
    desk.hold()
    made = desk.issue(prefer="respond-async").json()
    assert customs.get(at(made)).status_code == 404
    assert "PENDING" in looked_at(issuing.get(at(made))).text
    assert issuing.get(at(made, "/envelope")).status_code == 409
    assert issuing.get(at(made, "/paper")).status_code == 409
    desk.release()


def test_files_are_handed_out_as_attachments(desk: Desk, customs: TestClient) -> None:
    """The envelope to the byte, the PDF with the same inside, the timeline in two forms."""
    made = desk.issued()
    envelope = customs.get(at(made, "/envelope"))
    assert envelope.json() == made["envelope"]
    printed = customs.get(at(made, "/paper"))
    assert paper.is_pdf(printed.content)
    assert paper.envelope_in(printed.content) == envelope.content
    timeline = customs.get(at(made, "/timeline"))
    assert timeline.json()["rows"][0]["what"] == "issued"
    table = customs.get(at(made, "/timeline?format=csv"))
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert rows[0]["what"] == "issued"
    for answer in (envelope, printed, timeline, table):
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_ended_certificate_cannot_be_ended_again_from_here(
    desk: Desk, issuing: TestClient, customs: TestClient
) -> None:
    """Both sides read why it ended."""
    made = desk.issued()
    body = {"reason": "goods-not-shipped"}
    done = desk.ask("POST", f"/v1/certificates/{made['id']}/cancel", json=body, headers=idempotent())
    assert done.status_code == 200, done.text
    page = looked_at(issuing.get(at(made)))
    assert "CANCELLED" in page.text
    assert "The issuing member cancelled it: goods not shipped." in page.text
    assert f"/desk/issuing/{made['id']}" not in [link["href"] for link in page.all("a")]
    assert "CANCELLED" in looked_at(customs.get(at(made))).text


def test_what_customs_said_with_a_decision_is_shown_to_both_sides(
    desk: Desk, issuing: TestClient, customs: TestClient
) -> None:
    """Whatever it contains."""
    made = desk.issued()
    said = {"text": "<script>alert(1)</script>\u202e"}
    one = bytes.fromhex(made["id"][2:])
    statement = Statement(
        kind=StatementKind.DECISION,
        certificate=one,
        member="TH",
        authority="TH customs office",
        at=desk.clock(),
        body=said,
        salt=bytes(32),
    )
    desk.ledger.statements.keep(statement)
    decided = Decide(
        certificate=one,
        declaration=b"\1" * 32,
        granted=(1,),
        used_up=(),
        refused=(),
        presented_at=desk.world.now,
        late=LateGround.NONE,
        statement=statement_hash(statement),
    )
    desk.world.ledger.write(decided, desk.world.account("TH customs"))
    for browser in (issuing, customs):
        answer = browser.get(at(made))
        page = looked_at(answer)
        assert "Customs granted preference for line 1." in page.text
        assert "<script>alert(1)</script>[U+202E]" in page.text
        assert "<script>" not in answer.text


def test_a_chain_of_origin_is_a_tree_of_links(trade: Trade) -> None:
    """To certificates of one's own; of others the ledger's word only."""
    document = a_shipment("VN", "SG", "VN-SG 1", "100")
    original = trade["VN"].issue(document)
    trade["SG"].keep(envelope_in(original))
    made = re_exported("SG", "TH", "SG-TH 1", [("40", [(document, original.filing.id, 1)])])
    child = trade["SG"].issue(made)
    seen_by = {
        member: origin_shown(tree_of(original.filing.id, trade[member].ledger), member)
        for member in ("SG", "VN")
    }
    (ours,), (theirs,) = seen_by["SG"].children, seen_by["VN"].children
    assert (ours.id, ours.reference, ours.ours) == (f"0x{child.filing.id.hex()}", "SG-TH 1", True)
    assert (theirs.id, theirs.reference, theirs.ours) == (ours.id, "", False)
