"""The page that the QR code of a paper leads to: what stands under an id, and nothing to try out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from api.pages.links import certificate_at, certificate_link, token_of
from api.services import Limits
from ledger.scopes import Scope
from tests.api.desk import Desk, a_desk, idempotent
from tests.api.seen import seen
from tests.api.test_pages import ask, looked_at


def link_of(certificate: dict[str, Any]) -> str:
    """Return where the paper of a certificate leads."""
    return certificate_link("", bytes.fromhex(certificate["id"][2:]))


def follow(desk: Desk, certificate: dict[str, Any]) -> Response:
    """Scan the paper of a certificate."""
    return desk.client.get(link_of(certificate))


def test_a_link_holds_the_id_and_nothing_else() -> None:
    """43 characters of an address, which lead back to the 32 bytes."""
    certificate = bytes(range(32))
    link = certificate_link("https://asal.example/", certificate)
    assert re.fullmatch(r"https://asal\.example/q/[A-Za-z0-9_-]{43}", link)
    assert certificate_at(link.rsplit("/", 1)[1]) == certificate


@pytest.mark.parametrize(
    "token", ["", "abc", "A" * 42, "A" * 44, "A" * 42 + "B", "A" * 42 + "=", "A" * 42 + "é", "../verify"]
)
def test_a_token_is_written_in_one_way_only(token: str) -> None:
    """Padding, other lengths and bits beyond the end are no id."""
    assert certificate_at(token) is None


@pytest.mark.parametrize("token", ["abc", "A" * 42 + "B", "%3Cscript%3E", "A" * 500])
def test_a_broken_link_is_explained(desk: Desk, token: str) -> None:
    """With what to do, and without repeating what was asked."""
    page = looked_at(desk.client.get(f"/q/{token}"), 404)
    assert "leads to no certificate" in page.text
    assert "script" not in page.text
    assert {"class": "button", "href": "/verify"} in page.all("a")


def test_a_paper_leads_to_how_its_certificate_stands(desk: Desk) -> None:
    """Without a field of it: what is on the paper was not compared, and the page says so."""
    page = looked_at(follow(desk, desk.issued()))
    assert "VALID Certificate is valid" in page.text
    assert "Content as issued: Not checked" in page.text
    assert "The content of your paper was not compared" in page.text
    assert "Công ty" not in page.text
    assert "VN-TH" not in page.text


def test_a_paper_tells_what_customs_did(desk: Desk) -> None:
    """As the file does."""
    made = desk.issued()
    headers = {"Authorization": f"Bearer {desk.token('TH customs', Scope.READ, Scope.DECIDE)}"}
    desk.ask("POST", "/v1/receipts", by=None, headers=headers, json=made["envelope"])
    shown = looked_at(follow(desk, made)).text
    assert "At import Customs of the importing member has received it." in shown


def test_a_paper_tells_of_an_end(desk: Desk) -> None:
    """When its certificate was cancelled."""
    made = desk.issued()
    body = {"reason": "goods-not-shipped"}
    desk.ask("POST", f"/v1/certificates/{made['id']}/cancel", json=body, headers=idempotent())
    assert "CANCELLED Certificate has been cancelled" in looked_at(follow(desk, made)).text


def test_an_answer_that_may_change_soon_asks_again_by_itself(desk: Desk) -> None:
    """With scripts; without, by a link."""
    desk.hold()
    made = desk.issue(prefer="respond-async").json()
    answer = follow(desk, made)
    page = looked_at(answer)
    assert "PENDING" in page.text
    (polling,) = [one for one in page.all("div") if "hx-get" in one]
    assert polling["hx-get"] == link_of(made)
    assert {"class": "screen", "href": link_of(made)} in page.all("a")
    assert int(answer.headers["retry-after"]) == 60
    desk.release()
    settled = looked_at(follow(desk, desk.issued()))
    assert not [one for one in settled.all("div") if "hx-get" in one]


def test_a_reference_that_is_pending_is_asked_again_as_it_was_typed(desk: Desk) -> None:
    """By a form that holds the question, for nothing is kept."""
    desk.hold()
    made = desk.issue(prefer="respond-async").json()
    reference = next(
        row["reference"]
        for row in desk.ask("GET", "/v1/certificates").json()["certificates"]
        if row["id"] == made["id"]
    )
    page = looked_at(ask(desk, reference=reference))
    assert "PENDING" in page.text
    held = {one["name"]: one["value"] for one in page.all("input") if one.get("type") == "hidden"}
    assert held == {"reference": reference, "exportingMember": "VN", "issuedOn": "2026-11-02"}
    desk.release()


def test_ids_and_references_cannot_be_tried_out(desk: Desk) -> None:
    """Both share one limit by address, and what is not there says nothing of what is."""
    few = a_desk(desk.world, desk.rooms, desk.clock, Limits(by_reference="3/minute"))
    pages = [looked_at(few.client.get(f"/q/{token_of(bytes([number]) * 32)}")).text for number in (7, 8)]
    assert pages[0] == pages[1]
    assert "NOT_FOUND" in pages[0]
    assert "NOT_FOUND" in looked_at(ask(few)).text
    for refused in (few.client.get(f"/q/{token_of(bytes(32))}"), few.client.get("/q/abc"), ask(few)):
        assert "Too many questions" in looked_at(refused, 429).text
        assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_a_reference_alone_tells_nothing(desk: Desk) -> None:
    """The date of issue is asked for too, and a wrong one reads like no certificate at all."""
    desk.issued(reference="VN-TH 26/02/77777")
    wrong = looked_at(ask(desk, issuedOn="2026-11-01")).text.replace("1 November", "2 November")
    nothing = looked_at(ask(desk, reference="VN-TH 26/02/99999")).text
    assert wrong.replace("vn th 26-02-77777", "X") == nothing.replace("VN-TH 26/02/99999", "X")


def test_the_page_is_filled_in_by_its_address(desk: Desk) -> None:
    """A search that found a reference leads to the form, where the date is still to be typed."""
    address = "/verify?reference=VN-TH+26%2F02%2F77777%22%3E%3Cscript%3E&exportingMember=VN&colour=red"
    answer = desk.client.get(address)
    page = looked_at(answer)
    typed = {one["name"]: one.get("value") for one in page.all("input") if one.get("type") == "text"}
    assert typed == {"reference": 'VN-TH 26/02/77777"><script>', "issuingOffice": ""}
    assert [one["value"] for one in page.all("option") if "selected" in one] == ["VN"]
    assert "<script>" not in answer.text


def test_an_expired_certificate_says_so_by_its_paper(desk: Desk) -> None:
    """By the clock of the service."""
    made = desk.issued()
    desk.clock.advance(timedelta(days=400))
    assert "EXPIRED" in seen(follow(desk, made).text).text
