"""Verifying in a browser, with scripts and without: by file, by PDF, by reference, by the code on a paper."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.pages.links import certificate_link
from ledger import paper, strict_json
from ledger.presented import Examination, examined, opened, redacted
from tests.browser.looking import log_in, see_accessible, see_no_sideways, shot
from tests.browser.site import Site


@pytest.fixture
def envelope(site: Site) -> Any:
    """Return a certificate from Viet Nam to Thailand."""
    return strict_json.loads(site.sample("coffee.json").read_bytes())


def seen_in(envelope: Any) -> Examination:
    """Return what a copy says."""
    return examined(opened(envelope))


def verify(page: Page, name: str, content: bytes) -> None:
    """Choose a file and have it verified."""
    page.goto("/verify")
    page.get_by_label("File of the certificate").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_role("button", name="Verify the file").click()


def saved(envelope: Any) -> bytes:
    """Return a copy as a file."""
    return json.dumps(envelope, ensure_ascii=False).encode()


def test_a_valid_file_is_shown_on_its_form(browsing: Page, envelope: Any) -> None:
    """One verdict, four checks, the form, and files to keep."""
    verify(browsing, "envelope.json", saved(envelope))
    expect(browsing.get_by_role("status")).to_contain_text("Certificate is valid")
    expect(browsing.locator(".checks > .passed")).to_have_count(4)
    exporter = seen_in(envelope).fields["exporter"]["name"]
    form = browsing.get_by_role("group", name="Form D")
    expect(form.get_by_role("heading", name="1. Goods consigned from")).to_be_visible()
    expect(form).to_contain_text(exporter)
    with browsing.expect_download() as kept:
        browsing.get_by_role("link", name="Receipt").click()
    receipt = json.loads(Path(kept.value.path()).read_bytes())
    assert receipt["verdict"]["code"] == "VALID"
    assert exporter not in json.dumps(receipt, ensure_ascii=False)


def test_an_altered_file_names_the_field_and_shows_what_it_says(browsing: Page, envelope: Any) -> None:
    """By the name people know it by, and its box."""
    salted = envelope["data"]["items"]["1"]["quantity"]
    salted["value"] += "99"
    verify(browsing, "envelope.json", saved(envelope))
    expect(browsing.get_by_role("status")).to_contain_text("Content does not match what was issued")
    altered = browsing.get_by_role("region", name="What is not as issued")
    expect(altered).to_contain_text("Quantity, goods line 1 (Form D, box 9)")
    expect(altered).to_contain_text(f"This copy says: {salted['value'].split(':', 2)[2]}")
    expect(browsing.get_by_role("group", name="Form D")).to_have_count(0)


def test_hidden_fields_are_marked_in_their_place(browsing: Page, envelope: Any) -> None:
    """And the copy is valid all the same."""
    verify(browsing, "envelope.json", saved(redacted(envelope, ["consignee.address", "items.1.marks"])))
    expect(browsing.get_by_role("status")).to_contain_text("Certificate is valid")
    consignee = browsing.locator(".cell.consignee")
    expect(consignee).to_contain_text("Address: hidden by the holder")


def test_our_pdf_is_verified_by_what_it_carries(browsing: Page, envelope: Any) -> None:
    """And gives the envelope out again."""
    verify(browsing, "certificate.pdf", paper.paper_of(envelope, link="https://asal.example/q/x"))
    expect(browsing.get_by_role("status")).to_contain_text("Certificate is valid")
    with browsing.expect_download() as kept:
        browsing.get_by_role("link", name="Envelope").click()
    assert json.loads(Path(kept.value.path()).read_bytes()) == envelope


def test_a_file_that_is_none_is_told_at_its_control(browsing: Page) -> None:
    """With the problem at the top."""
    verify(browsing, "scan.pdf", b"%PDF-1.7 a scan")
    expect(browsing.get_by_role("alert")).to_contain_text("The file could not be read")
    expect(browsing.get_by_label("File of the certificate")).to_have_attribute("aria-invalid", "true")


def test_a_reference_with_its_date_is_looked_up(browsing: Page, envelope: Any) -> None:
    """Without comparing the paper."""
    fields = seen_in(envelope).fields
    browsing.goto("/verify")
    browsing.get_by_label("Reference number").fill(fields["reference"])
    browsing.get_by_label("Exporting member").select_option(fields["exportingMember"])
    browsing.get_by_label("Date of issue").fill(fields["issuedOn"])
    browsing.get_by_role("button", name="Look it up").click()
    expect(browsing.get_by_role("status")).to_contain_text("Certificate is valid")
    expect(browsing.get_by_role("main")).to_contain_text("The content of your paper was not compared.")


def test_the_code_of_a_paper_leads_to_the_answer(browsing: Page, envelope: Any) -> None:
    """And on to what the verdict means."""
    browsing.goto(certificate_link("", seen_in(envelope).certificate))
    expect(browsing.get_by_role("status")).to_contain_text("Certificate is valid")
    browsing.get_by_role("link", name="What this verdict means").click()
    expect(browsing.get_by_role("heading", level=1)).to_be_visible()
    browsing.goto("/q/broken")
    expect(browsing.get_by_role("status")).to_contain_text("This link leads to no certificate")


def test_a_file_can_be_dropped(scripted: Page, envelope: Any) -> None:
    """Anywhere on its zone, where scripts run."""
    scripted.goto("/verify")
    data = scripted.evaluate_handle(
        "text => { const moved = new DataTransfer();"
        " moved.items.add(new File([text], 'envelope.json', {type: 'application/json'})); return moved; }",
        saved(envelope).decode(),
    )
    scripted.locator("[data-drop]").dispatch_event("drop", {"dataTransfer": data})
    scripted.get_by_role("button", name="Verify the file").click()
    expect(scripted.get_by_role("status")).to_contain_text("Certificate is valid")


def test_on_paper_everything_is_there_and_nothing_to_click(browsing: Page, envelope: Any) -> None:
    """The verdict, its evidence and the form are printed; buttons and navigation are not."""
    verify(browsing, "envelope.json", saved(envelope))
    browsing.emulate_media(media="print")
    expect(browsing.get_by_role("status")).to_be_visible()
    expect(browsing.locator(".sheet")).to_be_visible()
    for gone in (".rooms", ".languages", ".downloads", ".again"):
        expect(browsing.locator(gone)).to_be_hidden()


def test_the_answers_are_for_everybody(scripted: Page, envelope: Any) -> None:
    """Nothing that axe-core finds serious, on a phone too; as pictures."""
    scripted.goto("/verify")
    see_accessible(scripted)
    shot(scripted, "verify")
    altered = json.loads(saved(envelope))
    altered["data"]["consignee"]["name"] += " and Sons"
    for name, content in (("verify-valid", envelope), ("verify-altered", altered)):
        verify(scripted, "envelope.json", saved(content))
        expect(scripted.get_by_role("status")).to_be_visible()
        see_accessible(scripted)
        see_no_sideways(scripted)
        shot(scripted, name)
        shot(scripted, name, phone=True)


@pytest.mark.parametrize("role", ["VN issuing", "TH customs"])
def test_both_sides_have_the_page_of_a_certificate(browsing: Page, envelope: Any, role: str) -> None:
    """With its form, what happened to it, and its files."""
    log_in(browsing, role)
    browsing.goto(f"/desk/certificates/0x{seen_in(envelope).certificate.hex()}")
    expect(browsing.get_by_role("group", name="Form D")).to_be_visible()
    expect(browsing.get_by_role("region", name="What happened to it")).to_contain_text("It was entered")
    with browsing.expect_download() as kept:
        browsing.get_by_role("link", name="PDF to print").click()
    assert paper.is_pdf(Path(kept.value.path()).read_bytes())


def test_the_page_of_a_certificate_is_for_everybody(scripted: Page, envelope: Any) -> None:
    """Nothing that axe-core finds serious, on a phone too; as a picture."""
    log_in(scripted, "TH customs")
    scripted.goto(f"/desk/certificates/0x{seen_in(envelope).certificate.hex()}")
    see_accessible(scripted)
    see_no_sideways(scripted)
    shot(scripted, "certificate")
    shot(scripted, "certificate", phone=True)


def test_a_chosen_date_is_said_in_words(scripted: Page) -> None:
    """With the name of its month, for the order of figures is not the same in every country."""
    scripted.goto("/verify")
    scripted.get_by_label("Date of issue").fill("2026-03-04")
    expect(scripted.locator("output[for=issuedOn]")).to_have_text("4 March 2026")
    scripted.goto("/language?to=id&back=/verify")
    scripted.locator("#issuedOn").fill("2026-03-04")
    expect(scripted.locator("output[for=issuedOn]")).to_have_text("4 Maret 2026")
    scripted.locator("#issuedOn").fill("")
    expect(scripted.locator("output[for=issuedOn]")).to_have_text("")
