"""The desk of an issuing officer: drafts, checks, issuing, and what becomes of it."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.desks.issuing_bulk import stored
from api.desks.issuing_fields import CONTROLS, starred
from api.pages.render import POLICY
from api.services import Limits
from ledger.archive import ActOutcome, BulkRun, Scope, Told
from ledger.document_schema import CertificateDocument
from ledger.issuing import resume
from ledger.lookalikes import texts_in
from tests.api.desk import SECOND_OFFICE, Desk, a_new_document
from tests.api.seen import Seen, seen
from tests.api.test_speech import english_in

HERE = "/desk/issuing"
NEW = "0" * 32


@pytest.fixture
def officer(desk: Desk) -> TestClient:
    """Return an issuing officer of Viet Nam at work."""
    return desk.at_work("VN issuing", Scope.ISSUE, Scope.READ)


def looked_at(answer: Response, status: int = 200) -> Seen:
    """Return the page of an answer, after seeing that it is a page as all pages are."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), (
        answer.text
    )
    assert answer.headers["content-security-policy"] == POLICY
    page = seen(answer.text)
    assert page.faults == []
    return page


def led_to(answer: Response) -> str:
    """Return where a form led to."""
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def form_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Return a document as it is typed into the form."""
    typed = {pointer.strip("/").replace("/", "."): text for pointer, text in texts_in(document)}
    typed |= {f"endorsements.{name}": "true" for name, ticked in document["endorsements"].items() if ticked}
    return {name: text for name, text in typed.items() if starred(name) in CONTROLS}


def begun(officer: TestClient, token: str = NEW, scheme: str = "ATIGA-D") -> str:
    """Begin a draft; returns its address."""
    return led_to(officer.post(f"{HERE}/drafts", data={"scheme": scheme, "token": token}))


def saved(officer: TestClient, draft: str, document: Mapping[str, Any], version: int = 1, **more: str) -> str:
    """Save a draft; returns where that leads to."""
    return led_to(officer.post(draft, data=form_of(document) | {"version": str(version)} | more))


def drafted(officer: TestClient, document: Mapping[str, Any], token: str = NEW) -> str:
    """Return the address of a draft with this content."""
    draft = begun(officer, token)
    saved(officer, draft, document)
    return draft


def issued(officer: TestClient, document: Mapping[str, Any], token: str = NEW, version: str = "2") -> str:
    """Issue from a new draft; returns the address of the page that says how far it is."""
    draft = drafted(officer, document, token)
    return led_to(officer.post(f"{draft}/issue", data={"version": version}))


def test_an_empty_desk_says_what_to_do_first(officer: TestClient) -> None:
    """And offers it."""
    page = looked_at(officer.get(HERE))
    assert "has issued nothing here yet. Begin with a new draft" in page.text
    assert f"{HERE}/new" in [link["href"] for link in page.all("a")]


def test_the_form_has_a_control_for_every_field_that_can_be_drafted() -> None:
    """But for what is settled when the draft is begun, and what only declarations have."""
    settled = {"scheme", "exportingMember", "replaces", "authorisation"}
    assert {
        path for path in _paths(CertificateDocument.model_json_schema()) if path.split(".")[0] not in settled
    } == (set(CONTROLS))


def _paths(schema: dict[str, Any]) -> Iterator[str]:
    def below(part: dict[str, Any], path: str) -> Iterator[str]:
        part = schema["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        if "allOf" in part or "anyOf" in part:
            for one in [*part.get("allOf", []), *part.get("anyOf", [])]:
                yield from below(one, path)
        elif "properties" in part:
            for name, inner in part["properties"].items():
                yield from below(inner, f"{path}.{name}" if path else name)
        elif "patternProperties" in part or isinstance(part.get("additionalProperties"), dict):
            inner = part.get("additionalProperties") or next(iter(part["patternProperties"].values()))
            yield from below(inner, f"{path}.*")
        elif part.get("type") != "null":
            yield path

    yield from below(schema, "")


def test_a_draft_is_begun_saved_checked_and_issued(desk: Desk, officer: TestClient) -> None:
    """From the empty form to a certificate that the list of the desk shows."""
    draft = begun(officer)
    page = looked_at(officer.get(draft))
    assert "still to be filled in" in page.text
    document = a_new_document()
    assert saved(officer, draft, document, do="check") == f"{draft}?tried=true#findings"
    assert "Nothing stands in the way" in looked_at(officer.get(f"{draft}?tried=true")).text
    assert saved(officer, draft, document, 2, do="issue") == f"{draft}/issue"
    confirm = looked_at(officer.get(f"{draft}/issue"))
    assert "This cannot be undone" in confirm.text
    assert document["consignee"]["name"] in confirm.text
    there = led_to(officer.post(f"{draft}/issue", data={"version": "3"}))
    page = looked_at(officer.get(there))
    assert "Issued and recorded on the ledger. Block" in page.text
    assert document["reference"] in page.text
    assert document["reference"] in looked_at(officer.get(HERE)).text
    (filing,) = desk.ledger.archive.filings(desk.authority("VN issuing"))
    assert f"0x{filing.id.hex()}" in there


def test_issued_twice_it_is_one_certificate(desk: Desk, officer: TestClient) -> None:
    """The second press of the button leads to what the first one issued, and so does the draft."""
    draft = drafted(officer, a_new_document())
    first, second = (led_to(officer.post(f"{draft}/issue", data={"version": "2"})) for _ in range(2))
    assert first == second == led_to(officer.get(draft)) == led_to(officer.get(f"{draft}/issue"))
    assert saved(officer, draft, a_new_document(), 2) == first
    assert len(desk.ledger.archive.filings(desk.authority("VN issuing"))) == 1


def test_a_draft_begun_twice_is_one_draft(officer: TestClient) -> None:
    """By the token that its form carried."""
    assert begun(officer) == begun(officer) != begun(officer, "1" * 32)


def test_what_a_rule_refuses_is_told_at_its_box_and_not_issued(desk: Desk, officer: TestClient) -> None:
    """With the rule, its source and a link to the control; what was typed is kept."""
    document = a_new_document(validUntil="2030-01-01")
    draft = drafted(officer, document)
    assert led_to(officer.get(f"{draft}/issue")) == f"{draft}?tried=true"
    assert led_to(officer.post(f"{draft}/issue", data={"version": "2"})) == f"{draft}?tried=true"
    page = looked_at(officer.get(f"{draft}?tried=true"))
    assert "It cannot be issued yet" in page.text
    assert "#validUntil" in [link["href"] for link in page.all("a")]
    assert "/help/rules/ATIGA-R14-VALIDITY" in [link["href"] for link in page.all("a")]
    control = next(one for one in page.all("input") if one.get("id") == "validUntil")
    assert (control["value"], control["aria-invalid"]) == ("2030-01-01", "true")
    assert not desk.ledger.archive.filings(desk.authority("VN issuing"))


def test_the_check_says_beside_the_form_what_issuing_would_say(officer: TestClient) -> None:
    """To scripts as a fragment, to all others as a page, and keeps nothing."""
    draft = begun(officer)
    typed = form_of(a_new_document(validUntil="2030-01-01")) | {"version": "1"}
    fragment = officer.post(f"{draft}/check", data=typed, headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "<html" not in fragment.text
    assert "ATIGA-R14-VALIDITY" in fragment.text
    page = looked_at(officer.post(f"{draft}/check", data=typed))
    assert "2030-01-01" in [one.get("value") for one in page.all("input")]
    assert "2030-01-01" not in officer.get(draft).text


@pytest.mark.parametrize(
    "field", ["status", "issuer_id", "scheme", "exportingMember", "items.0.marks", "items.1"]
)
def test_a_field_that_the_form_does_not_have_is_refused(officer: TestClient, field: str) -> None:
    """Whoever sends a status or an issuer along changes nothing."""
    draft = begun(officer)
    for address in (draft, f"{draft}/check"):
        looked_at(officer.post(address, data={"version": "1", field: "VN"}), 422)
    assert saved(officer, draft, a_new_document()).startswith(draft)


def test_goods_lines_come_and_go_without_scripts(officer: TestClient) -> None:
    """A new one begins like the last; those after a removed one move up."""
    draft = drafted(officer, a_new_document())
    saved(officer, draft, a_new_document(), 2, **{"add-line": "items"})
    page = looked_at(officer.get(draft))
    typed = {one["id"]: one.get("value", "") for one in page.all("input") if "id" in one}
    assert typed["items.2.originCountry"] == "VN"
    assert typed["items.2.invoices.1.number"] == typed["items.1.invoices.1.number"]
    form = form_of(a_new_document()) | {"items.2.trademark": "Second", "version": "3"}
    officer.post(draft, data=form | {"remove-line": "items.1"})
    page = looked_at(officer.get(draft))
    assert {one["id"]: one.get("value", "") for one in page.all("input") if "id" in one}[
        "items.1.trademark"
    ] == ("Second")


def test_who_saves_an_old_version_loses_nothing_and_overwrites_nothing(
    desk: Desk, officer: TestClient
) -> None:
    """What was typed stands beside what another officer of the authority has saved."""
    draft = drafted(officer, a_new_document(reference="FIRST 1"))
    colleague = desk.at_work("VN issuing", Scope.ISSUE)
    saved(colleague, draft, a_new_document(reference="THEIRS 1"), 2)
    answer = officer.post(draft, data=form_of(a_new_document(reference="MINE 1")) | {"version": "2"})
    page = looked_at(answer, 409)
    assert "Somebody has saved this draft meanwhile" in page.text
    assert "MINE 1 THEIRS 1" in page.text
    assert next(one for one in page.all("input") if one.get("id") == "reference")["value"] == "MINE 1"
    assert "MINE 1" not in looked_at(officer.get(draft)).text
    saved(officer, draft, a_new_document(reference="MINE 1"), 3)
    assert "MINE 1" in officer.get(draft).text


@pytest.mark.parametrize("who", ["TH issuing", SECOND_OFFICE])
def test_a_draft_of_another_authority_is_not_there(desk: Desk, officer: TestClient, who: str) -> None:
    """Neither of another member nor of the own one; that somebody asked is kept."""
    draft = drafted(officer, a_new_document())
    stranger = desk.at_work(who, Scope.ISSUE, Scope.READ)
    looked_at(stranger.get(draft), 404)
    looked_at(stranger.get(f"{draft}/issue"), 404)
    for address in (draft, f"{draft}/check", f"{draft}/issue", f"{draft}/delete"):
        looked_at(stranger.post(address, data={"version": "2"}), 404)
    member = who[:2]
    acts = desk.rooms.acts.acts(member)
    refused = [
        act for act in acts if act.outcome is ActOutcome.REFUSED and act.about == draft.rpartition("/")[2]
    ]
    assert (len(refused), {act.why for act in refused}) == (6, {"not-found"})
    assert draft not in stranger.get(HERE).text
    assert officer.get(draft).status_code == 200


@pytest.mark.parametrize("scope", [Scope.DECIDE, Scope.AEO, Scope.READ])
def test_other_desks_have_no_drafts(desk: Desk, officer: TestClient, scope: Scope) -> None:
    """An officer of the same authority who may not issue sees none."""
    draft = drafted(officer, a_new_document())
    other = desk.at_work("VN issuing", scope)
    for address in (HERE, draft, f"{HERE}/new"):
        looked_at(other.get(address), 403)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Viet\u202eNam", "text.bidi"),
        ("Viet\u200bNam", "text.invisible"),
        ("Viet\x00Nam", "text.control"),
    ],
)
def test_characters_that_nobody_sees_are_refused_at_their_field(
    officer: TestClient, text: str, rule: str
) -> None:
    """The field is named, also while much is missing still, and the typed text comes back as it was."""
    draft = begun(officer)
    answer = officer.post(f"{draft}/check", data={"version": "1", "exporter.name": text})
    page = looked_at(answer)
    assert rule in page.text
    control = next(one for one in page.all("input") if one.get("id") == "exporter.name")
    assert control["aria-invalid"] == "true"
    assert control["value"] == text


def test_letters_in_another_form_are_normalised_and_lookalikes_warned_of(
    desk: Desk, officer: TestClient
) -> None:
    """The one is no matter of content; the other may be another company."""
    trader = {"address": "12 Nguyễn Tất Thành", "country": "VN"}
    decomposed = a_new_document(exporter=trader | {"name": "Ca\u0300 Phe\u0302"})
    issued(officer, decomposed)
    (filing,) = desk.ledger.archive.filings(desk.authority("VN issuing"))
    assert "Cà Phê".encode() in filing.document
    warned = looked_at(
        officer.get(drafted(officer, a_new_document(exporter=trader | {"name": "S\u0430igon"}), "1" * 32))
    )
    assert "Cyrillic letters, which look like Latin ones" in warned.text
    assert "Nothing stands in the way" in warned.text


def test_the_goods_lines_of_a_copied_certificate_stand_in_their_order(officer: TestClient) -> None:
    """The second line stands after the first, also where there is a tenth."""
    document = a_new_document()
    line = document["items"]["1"]
    document["items"] = {str(n): line | {"trademark": f"Mark {n}"} for n in range(1, 13)}
    own = issued(officer, document).removesuffix("/issued")
    draft = led_to(officer.post(f"{own}/draft", data={"token": "5" * 32}))
    names = [one.get("id", "") for one in looked_at(officer.get(draft)).all("input")]
    marks = [name for name in names if name.endswith("trademark")]
    assert marks == [f"items.{n}.trademark" for n in range(1, 13)]


def values_at(officer: TestClient, draft: str) -> dict[str, str]:
    """Return what stands in the fields of a draft's form."""
    page = looked_at(officer.get(draft))
    return {one["id"]: one.get("value", "") for one in page.all("input") if "id" in one}


def test_a_copied_certificate_is_certified_on_the_day_it_is_copied(desk: Desk, officer: TestClient) -> None:
    """Nobody gives out a certificate dated back because the one before it was of then."""
    own = issued(officer, a_new_document()).removesuffix("/issued")
    desk.clock.advance(timedelta(days=4))
    officer = desk.at_work("VN issuing", Scope.ISSUE, Scope.READ)
    for token, act in (("5" * 32, {}), ("6" * 32, {"replace": "yes"})):
        form = values_at(officer, led_to(officer.post(f"{own}/draft", data={"token": token} | act)))
        days = (form["issuedOn"], form["validUntil"], form["certification.date"], form["reference"])
        assert days == ("2026-11-07", "2027-11-06", "2026-11-07", "")
        assert form["certification.officer"] == "VN issuing"


def test_what_the_ledger_refused_late_is_taken_up_again_as_it_was(desk: Desk, officer: TestClient) -> None:
    """With its number, which is free again, and in place of the certificate it was to replace."""
    old = issued(officer, a_new_document()).removesuffix("/issued")
    draft = led_to(officer.post(f"{old}/draft", data={"token": "1" * 32, "replace": "yes"}))
    corrected = a_new_document()
    saved(officer, draft, corrected)
    desk.hold()
    there = led_to(officer.post(f"{draft}/issue", data={"version": "2"}))
    terms = desk.ledger.archive.filings(desk.authority("VN issuing"))[-1].terms
    desk.world.ledger.issue(replace(terms, document_hash=b"\1" * 32), desk.world.account("VN issuing"))
    desk.release()
    list(resume(desk.ledger, wait=2))
    assert "The ledger has refused it" in looked_at(officer.get(there)).text
    again = led_to(officer.post(there.replace("/issued", "/draft"), data={"token": "2" * 32}))
    assert values_at(officer, again)["reference"] == corrected["reference"]
    assert "takes the place of certificate" in looked_at(officer.get(again)).text
    officer.post(f"{old}/cancel", data={"reason": "other", "sure": "yes"})
    after = led_to(officer.post(there.replace("/issued", "/draft"), data={"token": "3" * 32}))
    assert "takes the place of certificate" not in looked_at(officer.get(after)).text


def test_a_taken_reference_is_told_before_issuing(officer: TestClient) -> None:
    """With the problem that issuing would answer."""
    document = a_new_document()
    issued(officer, document)
    other = document | {"transport": {}}
    page = looked_at(officer.get(drafted(officer, other, "1" * 32)))
    assert "/help/problems/reference-already-filed" in [link["href"] for link in page.all("a")]


def test_a_certificate_is_replaced_by_a_corrected_one(desk: Desk, officer: TestClient) -> None:
    """The draft begins with its content and names it; when it is issued the old one ends."""
    old = issued(officer, a_new_document()).rpartition("/")[0]
    draft = led_to(officer.post(f"{old}/draft", data={"token": "1" * 32, "replace": "yes"}))
    page = looked_at(officer.get(draft))
    assert "takes the place of certificate" in page.text
    saved(officer, draft, a_new_document())
    there = led_to(officer.post(f"{draft}/issue", data={"version": "2"}))
    assert "In place of" in looked_at(officer.get(there)).text
    filings = desk.ledger.archive.filings(desk.authority("VN issuing"))
    assert [one.replaces for one in filings] == [None, filings[0].id]
    assert "Replaced" in looked_at(officer.get(HERE)).text
    assert "not in force" in looked_at(officer.get(f"{old}/change")).text


def test_a_certificate_is_cancelled_for_a_reason_and_knowingly(officer: TestClient) -> None:
    """Without both nothing happens."""
    own = issued(officer, a_new_document()).rpartition("/")[0]
    page = looked_at(officer.post(f"{own}/cancel", data={"reason": ""}), 422)
    assert {"#reason", "#sure"} <= {link["href"] for link in page.all("a")}
    given = {"reason": "particulars_wrong", "sure": "yes"}
    for _ in range(2):
        assert led_to(officer.post(f"{own}/cancel", data=given)) == f"{own}/change"
    assert "Cancelled" in looked_at(officer.get(f"{own}/change")).text


def test_a_true_copy_is_a_paper_with_its_endorsement(officer: TestClient) -> None:
    """And needs a reason."""
    own = issued(officer, a_new_document()).rpartition("/")[0]
    looked_at(officer.post(f"{own}/true-copy", data={"why": " "}), 422)
    answer = officer.post(f"{own}/true-copy", data={"why": "lost at sea"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize("who", ["TH issuing", SECOND_OFFICE])
def test_a_certificate_of_another_authority_is_not_there_to_change(
    desk: Desk, officer: TestClient, who: str
) -> None:
    """Neither read, cancelled, replaced nor copied."""
    own = issued(officer, a_new_document()).rpartition("/")[0]
    stranger = desk.at_work(who, Scope.ISSUE, Scope.READ)
    for act in ("change", "issued"):
        looked_at(stranger.get(f"{own}/{act}"), 404)
    for act in ("cancel", "draft", "true-copy"):
        looked_at(stranger.post(f"{own}/{act}", data={"reason": "other", "sure": "yes", "token": NEW}), 404)


def test_while_the_chain_is_slow_a_certificate_is_on_its_way(desk: Desk, officer: TestClient) -> None:
    """It is accepted, asks again by itself where scripts run, and is recorded later."""
    desk.hold()
    there = issued(officer, a_new_document())
    page = looked_at(officer.get(there))
    assert "Accepted, on its way to the ledger" in page.text
    assert "Accepted, on its way to the ledger" in looked_at(officer.get(HERE)).text
    desk.release()
    list(resume(desk.ledger, wait=2))
    fragment = officer.get(there, headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert "Issued and recorded on the ledger" in fragment


def test_a_deleted_draft_is_gone(officer: TestClient) -> None:
    """And nothing is on the ledger."""
    draft = drafted(officer, a_new_document())
    assert led_to(officer.post(f"{draft}/delete")) == HERE
    looked_at(officer.get(draft), 404)


def test_what_came_back_is_had_as_a_table(officer: TestClient) -> None:
    """In which no cell is a formula."""
    name = {"name": '=HYPERLINK("x")', "address": "88 Rama IV", "country": "TH"}
    issued(officer, a_new_document(consignee=name))
    answer = officer.get(f"{HERE}?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "'=HYPERLINK" in answer.text
    assert "Customs" in answer.text or "Nothing yet" in answer.text


def test_older_certificates_are_on_further_pages(
    officer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest first."""
    monkeypatch.setattr("api.routes.desk_issuing.SHOWN", 2)
    documents = [a_new_document() for _ in range(3)]
    for number, document in enumerate(documents):
        issued(officer, document, str(number) * 32)
    first = looked_at(officer.get(HERE))
    assert documents[0]["reference"] not in first.text
    (older,) = [link["href"] for link in first.all("a") if "before=" in link.get("href", "")]
    assert documents[0]["reference"] in looked_at(officer.get(older)).text


def test_drafts_are_on_further_pages(officer: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is hidden behind a number of them."""
    monkeypatch.setattr("api.desks.issuing_lists.SHOWN", 2)
    drafts = [begun(officer, f"{number:032x}") for number in range(5)]
    page, found = looked_at(officer.get(HERE)), set[str]()
    assert "5 drafts" in page.text
    while True:
        links = [link.get("href", "") for link in page.all("a")]
        found |= {link for link in links if link in drafts}
        more = [link for link in links if "drafts?after=" in link]
        if not more:
            break
        page = looked_at(officer.get(more[0]))
    assert found == set(drafts)


@pytest.mark.parametrize("as_typed", ["{number}", "  {short}", "bangkok TRADING", "trading  bangkok nothing"])
def test_drafts_and_certificates_are_found_by_reference_or_consignee(
    officer: TestClient, as_typed: str
) -> None:
    """In small letters or large, with or without the separators of the number."""
    trader = {"name": "Bangkok\u00a0Trading Co.", "address": "88 Rama IV", "country": "TH"}
    wanted, drafted_one = a_new_document(consignee=trader), a_new_document(consignee=trader)
    issued(officer, wanted)
    issued(officer, other := a_new_document(), "1" * 32)
    draft = drafted(officer, drafted_one | {"reference": wanted["reference"]}, "2" * 32)
    number = wanted["reference"]
    words = as_typed.format(number=number, short=number.replace("/", "").replace(" ", "").lower())
    page = looked_at(officer.get(HERE, params={"q": words}))
    links = [link.get("href", "") for link in page.all("a")]
    there = "nothing" not in words
    assert (draft in links) == there
    assert (number in page.text) == there
    assert other["reference"] not in page.text
    assert ("Nothing found." in page.text) != there
    assert (draft in str(looked_at(officer.get(f"{HERE}/drafts", params={"q": words})).all("a"))) == there


def test_a_search_says_how_far_it_has_looked(officer: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes on with older ones; a number is found however old its certificate is."""
    monkeypatch.setattr("api.desks.issuing_lists.LOOKED_THROUGH", 2)
    trader = {"name": "Siam Foods", "address": "88 Rama IV", "country": "TH"}
    old = a_new_document(consignee=trader)
    issued(officer, old)
    for number in range(1, 4):
        issued(officer, a_new_document(), str(number) * 32)
    page = looked_at(officer.get(HERE, params={"q": "siam"}))
    assert "Nothing found in 2 certificates" in page.text
    (older,) = [link["href"] for link in page.all("a") if "before=" in link.get("href", "")]
    assert old["reference"] in looked_at(officer.get(older)).text
    assert old["reference"] in looked_at(officer.get(HERE, params={"q": old["reference"]})).text


def test_a_draft_of_rcep_has_the_fields_of_rcep(officer: TestClient) -> None:
    """A producer and remarks, no exhibition, and only the ticks of its form."""
    page = looked_at(officer.get(begun(officer, scheme="RCEP-CO")))
    controls = {one.get("id", "") for one in page.all("input", "textarea", "select")}
    assert {"producer.name", "remarks", "items.1.tariffDifferential"} <= controls
    assert not {"exhibition.name", "endorsements.accumulation"} & controls


def test_a_draft_is_made_one_of_another_scheme(officer: TestClient) -> None:
    """What is typed is saved, what is lost is told before it is, and what both forms have is kept."""
    draft = begun(officer)
    document = a_new_document(
        exhibition={"name": "Thaifex", "address": "Bangkok"},
        endorsements=a_new_document()["endorsements"] | {"accumulation": True, "exhibition": True},
    )
    asked = saved(officer, draft, document, do="as-RCEP-CO")
    assert asked == f"{draft}/scheme?to=RCEP-CO"
    page = looked_at(officer.get(asked))
    assert "Name of the exhibition Thaifex" in page.text
    assert "Accumulation \u2611" in page.text
    assert "Nothing that is typed is lost" not in page.text
    form = {one["name"]: one["value"] for one in page.all("input") if one.get("type") == "hidden"}
    assert led_to(officer.post(f"{draft}/scheme", data=form)) == f"{draft}#saved"
    values = values_at(officer, draft)
    assert "RCEP certificate of origin" in looked_at(officer.get(draft)).text
    kept = {name: text for name, text in form_of(document).items() if name in values}
    shown = {name: values[name] for name in kept}
    assert {name for name in kept if kept[name] != shown[name]} <= {"endorsements.thirdCountryInvoicing"}
    assert not {name for name in values if name.startswith("exhibition")}
    assert values["items.1.hsCode"] == document["items"]["1"]["hsCode"]
    back = looked_at(officer.get(f"{draft}/scheme", params={"to": "ATIGA-D"}))
    assert "Nothing that is typed is lost" in back.text


def test_a_draft_that_was_changed_since_is_not_made_one_of_another_scheme(officer: TestClient) -> None:
    """Who wrote in it meanwhile may have written what would be lost; nor is it made a declaration."""
    draft = drafted(officer, a_new_document())
    for posted in ({"to": "RCEP-CO", "version": "1"}, {"to": "RCEP-DO", "version": "2"}):
        assert led_to(officer.post(f"{draft}/scheme", data=posted)) == f"{draft}/scheme?to={posted['to']}"
    assert led_to(officer.get(f"{draft}/scheme?to=RCEP-DO")) == draft
    assert "ATIGA Form D. It need not be complete" in looked_at(officer.get(draft)).text
    issued_one = led_to(officer.post(f"{draft}/issue", data={"version": "2"}))
    posted = {"to": "RCEP-CO", "version": "2"}
    assert led_to(officer.get(led_to(officer.post(f"{draft}/scheme", data=posted)))) == draft
    assert led_to(officer.get(draft)) == issued_one


def test_another_certificate_like_an_issued_one_is_drafted(desk: Desk, officer: TestClient) -> None:
    """With its content but for number and dates; the one before stays in force."""
    document = a_new_document()
    own = issued(officer, document).removesuffix("/issued")
    assert "Issue another like this" in looked_at(officer.get(f"{own}/change")).text
    draft = led_to(officer.post(f"{own}/draft", data={"token": "1" * 32}))
    values = values_at(officer, draft)
    assert values["reference"] == ""
    assert values["consignee.name"] == document["consignee"]["name"]
    assert values["items.1.hsCode"] == document["items"]["1"]["hsCode"]
    assert "takes the place" not in looked_at(officer.get(draft)).text
    saved(officer, draft, a_new_document())
    officer.post(f"{draft}/issue", data={"version": "2"})
    filings = desk.ledger.archive.filings(desk.authority("VN issuing"))
    assert [one.replaces for one in filings] == [None, None]


def test_every_text_is_said_in_the_visitors_language(officer: TestClient) -> None:
    """The pseudo-locale marks what went through the catalogue; nothing else is left in English."""
    officer.cookies.set("asal-language", "qps")
    own = issued(officer, a_new_document()).rpartition("/")[0]
    draft = drafted(officer, a_new_document(validUntil="2030-01-01"), "1" * 32)
    ready = drafted(officer, a_new_document(), "2" * 32)
    addresses = (
        *(
            HERE,
            f"{HERE}/new",
            f"{HERE}/drafts",
            f"{HERE}/drafts?q=none",
            f"{HERE}?q=none",
            draft,
            f"{draft}?tried=true",
            f"{draft}/scheme?to=RCEP-CO",
            f"{ready}/issue",
            f"{own}/issued",
            f"{own}/change",
        ),
        *(f"{HERE}/bulk", f"{HERE}/bulk/{NEW}", f"{HERE}/events", f"{own}/answer"),
    )
    typed = re.compile("(<textarea[^>]*>)[^<]*")
    left = {address: english_in(typed.sub(r"\1", officer.get(address).text)) for address in addresses}
    left |= {
        act: english_in(officer.post(f"{own}/{act}", data={"reason": ""}).text)
        for act in ("cancel", "true-copy", "answer")
    }
    assert {address: texts for address, texts in left.items() if texts} == {}


BULK = f"{HERE}/bulk"


def sent(officer: TestClient, content: bytes, name: str = "rows.ndjson", token: str = NEW) -> Response:
    """Send a file of certificates."""
    return officer.post(BULK, data={"token": token}, files={"file": (name, content)})


def done(officer: TestClient, run: str) -> Seen:
    """Return the page of a file as soon as it is done."""
    for _ in range(2000):
        page = looked_at(officer.get(run))
        if "Under way" not in page.text:
            return page
        time.sleep(0.05)
    raise AssertionError(page.text)


def rows_of(*documents: Mapping[str, Any]) -> bytes:
    """Return documents as NDJSON."""
    return b"\n".join(json.dumps(document).encode() for document in documents)


@pytest.fixture
def small(desk: Desk) -> TestClient:
    """Return an officer of a service that draws rows up without processes of its own."""
    app = create_app(desk.ledger, desk.rooms, Limits(bulk_workers=1, bulk_rows=30))
    officer = desk.at_work("VN issuing", Scope.ISSUE, Scope.READ)
    return TestClient(app, cookies=officer.cookies, raise_server_exceptions=False, follow_redirects=False)


def test_a_file_of_certificates_is_issued_row_by_row(desk: Desk, small: TestClient) -> None:
    """A bad row stops no other; what is wrong with it is told by its number, and had as a table."""
    documents = [a_new_document() for _ in range(20)]
    documents[6] |= {"validUntil": "2030-01-01"}
    run = led_to(sent(small, rows_of(*documents)))
    page = done(small, run)
    assert "Recorded on the ledger 19" in page.text
    assert "ATIGA-R14-VALIDITY" in page.text
    assert len(desk.ledger.archive.filings(desk.authority("VN issuing"))) == 19
    lines = small.get(f"{run}/envelopes").text.splitlines()
    assert len([json.loads(line) for line in lines]) == 19
    table = list(csv.reader(small.get(f"{run}/refused").text.splitlines()))
    assert [row[:4] for row in table[1:]] == [
        ["7", documents[6]["reference"], "/validUntil", "ATIGA-R14-VALIDITY"]
    ]
    assert "under way" not in looked_at(small.get(BULK)).text
    assert "<html" not in small.get(run, headers={"HX-Request": "true"}).text


def test_the_same_file_again_issues_nothing_twice(desk: Desk, small: TestClient) -> None:
    """Sent twice it is one run, and sent anew its rows are found."""
    content = rows_of(*(a_new_document() for _ in range(3)))
    run = led_to(sent(small, content))
    assert led_to(sent(small, content)) == run
    done(small, run)
    page = done(small, led_to(sent(small, content, token="1" * 32)))
    assert "3 (3 were issued before)" in page.text
    assert len(desk.ledger.archive.filings(desk.authority("VN issuing"))) == 3


def test_a_table_has_the_fields_names_in_its_first_row(small: TestClient) -> None:
    """A file in which they cannot be read is refused with the form."""
    document = form_of(a_new_document()) | {"scheme": "ATIGA-D", "exportingMember": "VN"}
    written = io.StringIO()
    csv.writer(written).writerows([document.keys(), document.values()])
    page = done(small, led_to(sent(small, written.getvalue().encode(), "rows.csv")))
    assert "Recorded on the ledger 1" in page.text
    page = looked_at(sent(small, b"a,a\n1,2\n", "rows.csv", "1" * 32), 422)
    assert "cannot be read as a table" in page.text
    looked_at(sent(small, b"", token="2" * 32), 422)
    run = led_to(sent(small, rows_of(a_new_document()), token="3" * 32))
    assert run == f"{BULK}/{'3' * 32}"
    done(small, run)


def test_a_file_has_a_most_of_rows(small: TestClient) -> None:
    """The rest is to be sent as another file."""
    page = done(small, led_to(sent(small, rows_of(*(a_new_document() for _ in range(31))))))
    assert "Recorded on the ledger 30" in page.text
    assert "more rows than are taken at once" in page.text


def test_another_process_shows_the_same_file(officer: TestClient, small: TestClient) -> None:
    """With its progress, its refused rows and its results."""
    bad = a_new_document() | {"validUntil": "2030-01-01"}
    run = led_to(sent(small, rows_of(a_new_document(), bad)))
    there = done(small, run)
    assert there.text == looked_at(officer.get(run)).text
    for result in ("envelopes", "refused"):
        assert small.get(f"{run}/{result}").content == officer.get(f"{run}/{result}").content
    assert "1 recorded, 1 refused" in looked_at(officer.get(BULK)).text


def test_a_file_that_broke_off_goes_on_behind_its_last_row(desk: Desk, small: TestClient) -> None:
    """Rows keep their numbers, also of a table; what is told already is not looked at again."""
    documents = [form_of(a_new_document()) | {"scheme": "ATIGA-D", "exportingMember": "VN"} for _ in range(4)]
    documents[3] |= {"validUntil": "2030-01-01"}
    written = io.StringIO()
    csv.writer(written).writerows([documents[0].keys(), *(one.values() for one in documents)])
    runs, authority = desk.rooms.bulk_runs, desk.authority("VN issuing")
    left = runs.begin(
        BulkRun(authority=authority, id=NEW, officer="x", name="rows.csv", began_at=desk.clock())
    )
    assert left is not None
    left = stored(left, io.BytesIO(written.getvalue().encode()), runs)
    runs.journal(replace(left, refused=1), [Told(1, None, b'{"reference": "", "problems": []}')])
    run = f"{BULK}/{NEW}"
    assert "The service that worked on it has ended" in looked_at(small.get(run)).text
    assert "It ended before all rows were done" in looked_at(small.get(BULK)).text
    for _ in range(2):
        assert led_to(small.post(f"{run}/again")) == run
    page = done(small, run)
    assert "Recorded on the ledger 2" in page.text
    assert "4 rows" in page.text
    table = list(csv.reader(small.get(f"{run}/refused").text.splitlines()))
    assert [row[0] for row in table] == ["Row", "4"]
    assert len(desk.ledger.archive.filings(authority)) == 2
    acts = desk.rooms.acts.acts("VN")
    assert [one.act for one in acts].count("bulk.go-on") == 1


def test_rows_that_were_on_their_way_are_told_as_they_are_by_now(desk: Desk) -> None:
    """A file ends when its rows are accepted; its page and its envelopes follow the ledger."""
    app = create_app(desk.ledger, desk.rooms, Limits(bulk_workers=1, wait=0.1))
    cookies = desk.at_work("VN issuing", Scope.ISSUE, Scope.READ).cookies
    officer = TestClient(app, cookies=cookies, follow_redirects=False)
    desk.hold()
    run = led_to(sent(officer, rows_of(a_new_document(), a_new_document())))
    assert "Accepted, on their way 2" in done(officer, run).text
    assert officer.get(f"{run}/envelopes").content == b""
    desk.release()
    list(resume(desk.ledger, wait=2))
    page = looked_at(officer.get(run))
    assert "Recorded on the ledger 2" in page.text
    assert len(officer.get(f"{run}/envelopes").content.splitlines()) == 2


def test_a_file_of_another_authority_is_not_there(desk: Desk, small: TestClient) -> None:
    """Neither its page nor its results; one that is not known any more says what to do."""
    run = led_to(sent(small, rows_of(a_new_document())))
    done(small, run)
    other = desk.at_work(SECOND_OFFICE, Scope.ISSUE)
    stranger = TestClient(small.app, cookies=other.cookies, follow_redirects=False)
    assert "send the same file again" in looked_at(stranger.get(run), 404).text
    for result in ("envelopes", "refused"):
        looked_at(stranger.get(f"{run}/{result}"), 404)
    looked_at(stranger.post(f"{run}/again"), 404)
