"""The answers of the verify page in other languages: nothing that it says is left in English."""

import copy
import json
from typing import Any

import pytest

from api.pages.links import certificate_link
from api.pages.speech import COOKIE, PSEUDO
from ledger.presented import redacted
from ledger.scopes import Scope
from tests.api.desk import Desk, a_new_document
from tests.api.test_pages import TYPED, VECTORS, upload
from tests.api.test_speech import english_in

PSEUDO_COOKIE = f"{COOKIE}={PSEUDO}"


def asked(desk: Desk, envelope: dict[str, Any]) -> list[str]:
    """Return what is left in English of the answer to a file."""
    answer = upload(desk, envelope, Cookie=PSEUDO_COOKIE)
    assert "⟦" in answer.text
    return english_in(answer.text)


def test_the_answer_to_a_file_is_said_in_the_visitors_language(desk: Desk) -> None:
    """Valid with a party and what customs did, redacted, altered, and of nobody."""
    document = {"exporter": {"name": "A", "address": "B", "country": "VN", "operator": "VN0312345678"}}
    made = desk.issued(**document)
    headers = {"Authorization": f"Bearer {desk.token('TH customs', Scope.READ, Scope.DECIDE)}"}
    desk.ask("POST", "/v1/receipts", by=None, headers=headers, json=made["envelope"])
    changed = copy.deepcopy(made["envelope"])
    changed["data"]["items"]["1"]["quantity"]["value"] += "9"
    del changed["data"]["items"]["1"]["marks"]
    for envelope in (made["envelope"], redacted(made["envelope"], ["consignee", "items.1"]), changed):
        assert asked(desk, envelope) == []


@pytest.mark.parametrize("name", ["another-chain", "never-issued", "valid-sg-my-pepper-back-to-back"])
def test_the_answer_to_a_strangers_file_is_said_in_the_visitors_language(desk: Desk, name: str) -> None:
    """Of another ledger, and of none."""
    envelope = json.loads((VECTORS / f"{name}.json").read_bytes())["envelope"]
    assert asked(desk, envelope) == []


def test_what_is_wrong_with_a_question_is_said_in_the_visitors_language(desk: Desk) -> None:
    """But for what the reader of files says of its places."""
    headers = {"Cookie": PSEUDO_COOKIE}
    for answer in (
        desk.client.post("/verify", data={}, headers=headers),
        upload(desk, b"{}", **headers),
        upload(desk, b"%PDF-1.7", **headers),
        desk.client.get("/q/abc", headers=headers),
    ):
        assert english_in(answer.text) == []


def test_the_answer_to_a_paper_is_said_in_the_visitors_language(desk: Desk) -> None:
    """On its way, recorded, and unknown; by reference and by link."""
    headers = {"Cookie": PSEUDO_COOKIE}
    desk.hold()
    waiting = desk.issue(prefer="respond-async").json()
    desk.issue(a_new_document(reference="VN-TH 26/02/77777"), prefer="respond-async")
    for identifier in (waiting["id"], f"0x{'07' * 32}"):
        link = certificate_link("", bytes.fromhex(identifier[2:]))
        assert english_in(desk.client.get(link, headers=headers).text) == []
    assert english_in(desk.client.post("/verify", data=TYPED, headers=headers).text) == []
    desk.release()


def test_the_page_of_a_certificate_is_said_in_the_officers_language(desk: Desk) -> None:
    """On both desks."""
    made = desk.issued()
    for browser in (
        desk.at_work("VN issuing", Scope.ISSUE, Scope.READ),
        desk.at_work("TH customs", Scope.DECIDE, Scope.READ),
    ):
        browser.cookies.set(COOKIE, PSEUDO)
        answer = browser.get(f"/desk/certificates/{made['id']}")
        assert answer.status_code == 200
        assert english_in(answer.text) == []
