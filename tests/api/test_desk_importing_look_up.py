"""The secured look-up at the importing desk, as a browser without scripts uses it."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from ledger.archive import ActOutcome, Scope
from tests.api.desk import Desk, a_new_document
from tests.api.test_desk_importing import looked_at
from tests.api.test_exporters import a_ministry, act
from tests.builders import a_vector
from tests.exporting import PARTICULARS

LOOK_UP = "/desk/importing/look-up"


@pytest.fixture
def office(desk: Desk) -> Desk:
    """Return a service for a ministry that issues and authorises exporters."""
    return a_ministry(desk)


@pytest.fixture
def customs(desk: Desk) -> TestClient:
    """Return the browser of an officer of Thai customs."""
    return desk.at_work("TH customs", Scope.DECIDE, Scope.READ)


def test_an_rcep_certificate_shows_six_particulars_and_its_standing(desk: Desk, customs: TestClient) -> None:
    """To customs of any member, by the number as people write it; that it was asked is kept."""
    document = a_vector("vn-sg-seats-rcep")
    assert desk.issue(document).status_code == 201
    assert "Look it up" in looked_at(customs.get(LOOK_UP)).text
    page = looked_at(customs.post(LOOK_UP, data={"number": document["reference"].lower()}))
    item = document["items"]["1"]
    for shown in (
        document["reference"],
        document["exporter"]["name"],
        item["hsCode"],
        item["description"],
        f"{item['quantity']['value']} {item['quantity']['unit']}",
        "VALID Certificate is valid",
    ):
        assert shown in page.text
    assert document["consignee"]["name"] not in page.text
    assert "Compared with what you typed" not in page.text
    done = desk.rooms.acts.acts(member="TH")[0]
    assert (done.act, done.outcome) == ("look_up_one", ActOutcome.DONE)
    assert done.about == document["reference"].lower()


def test_what_a_paper_says_otherwise_stands_out(desk: Desk, customs: TestClient) -> None:
    """Each of the six particulars is compared, goods with each line; what was typed stays in the form."""
    document = a_vector("vn-sg-seats-rcep")
    assert desk.issue(document).status_code == 201
    item = document["items"]["1"]
    same = {
        "number": document["reference"],
        "issuedOn": document["issuedOn"],
        "exporter": document["exporter"]["name"].upper(),
        "hsCode": f"{item['hsCode'][:4]}.{item['hsCode'][4:6]}",
        "description": item["description"].split(",")[0].lower(),
        "quantity": f"{item['quantity']['value']}.0",
    }
    agreeing = looked_at(customs.post(LOOK_UP, data=same)).text.partition("Compared with what you typed")[2]
    assert (agreeing.count("agrees"), agreeing.count("differs")) == (5, 0)
    other = {
        "issuedOn": "2020-01-01",
        "exporter": "Somebody else",
        "hsCode": "010121",
        "description": "Horses",
        "quantity": "1",
    }
    page = looked_at(customs.post(LOOK_UP, data=same | other))
    assert page.text.count("differs") == 5
    typed = {one["name"]: one["value"] for one in page.all("input") if one["name"] in other}
    assert typed == other


def test_a_form_d_is_shown_only_to_the_members_it_names(desk: Desk, customs: TestClient) -> None:
    """For others it is as if it were not there."""
    issued = desk.issued(reference="VN-TH 26/02/71000")
    number = {"number": "VN-TH 26/02/71000"}
    assert "1 certificate found" in looked_at(customs.post(LOOK_UP, data=number)).text
    stranger = desk.at_work("MY issuing", Scope.DECIDE)
    nothing = looked_at(stranger.post(LOOK_UP, data=number))
    assert "0 certificates found" in nothing.text
    assert "may be shown to your member" in nothing.text
    desk.ask("POST", f"/v1/certificates/{issued['id']}/cancel", json={"reason": "other"})
    assert "CANCELLED" in looked_at(customs.post(LOOK_UP, data=number)).text


def test_what_cannot_be_compared_is_told_at_its_control(customs: TestClient) -> None:
    """All of it at once."""
    wrong = {"number": "", "issuedOn": "2 May", "hsCode": "94", "quantity": "1,200", "exporter": "x" * 501}
    answer = customs.post(LOOK_UP, data=wrong)
    links = {link["href"] for link in looked_at(answer, 422).all("a")}
    assert {"#number", "#issuedOn", "#hsCode", "#quantity", "#exporter"} <= links
    code = looked_at(customs.post(LOOK_UP, data={"code": "<script>"}), 422)
    assert "#code" in [link["href"] for link in code.all("a")]


def test_an_approved_exporter_is_shown_by_its_code(office: Desk, customs: TestClient) -> None:
    """With the chapters of its goods, and whether it may make out declarations now (RCEP Article 3.21.5)."""
    goods = [{"description": "Coffee", "hsCode": "090111", "hsEdition": "HS2022"}]
    particulars = PARTICULARS | {"scheme": "RCEP", "products": goods}
    assert act(office, "authorise", code="RC-1", particulars=particulars).status_code == 201
    page = looked_at(customs.post(LOOK_UP, data={"code": "RC-1"}))
    assert PARTICULARS["name"] in page.text
    assert "Chapters of its goods 09" in page.text
    assert "May make out declarations now Yes" in page.text
    act(office, "withdraw", code="RC-1")
    assert "declarations now No" in looked_at(customs.post(LOOK_UP, data={"code": "RC-1"})).text
    assert "No approved exporter has this code" in looked_at(customs.post(LOOK_UP, data={"code": "X"})).text


def test_look_ups_are_counted_with_those_of_programs(desk: Desk) -> None:
    """Per authority; who asks too often waits, and that is kept."""
    limits = replace(desk.limits, look_up="1/minute")
    limited = Desk(desk.world, desk.rooms, desk.ledger, desk.clock, limits)
    officer = limited.at_work("TH customs", Scope.DECIDE)
    looked_at(officer.post(LOOK_UP, data={"number": "1"}))
    refused = officer.post(LOOK_UP, data={"number": "1"})
    assert int(refused.headers["retry-after"]) > 0
    looked_at(refused, 429)
    assert desk.rooms.acts.acts(member="TH")[0].why == "rate-limited"


def test_only_customs_looks_up_here(desk: Desk) -> None:
    """Others are told so; who is not logged in is led to the login."""
    looked_at(desk.at_work("TH issuing", Scope.ISSUE).post(LOOK_UP, data={"number": "1"}), 403)
    nobody = desk.client.get(LOOK_UP, follow_redirects=False)
    assert nobody.headers["location"].startswith("/login?back=")


def test_names_that_strangers_wrote_are_inert(desk: Desk, customs: TestClient) -> None:
    """In what was issued and in what was typed."""
    document = a_new_document(reference="VN-TH 26/02/71001")
    document["exporter"]["name"] = '<script>alert(1)</script>" onx="'
    assert desk.issue(document).status_code == 201
    answer = customs.post(LOOK_UP, data={"number": document["reference"], "description": '"><img src=x>'})
    assert "&lt;script&gt;" in answer.text
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    looked_at(answer)
