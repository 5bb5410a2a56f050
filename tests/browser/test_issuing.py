"""The desk of an issuing officer in a browser, with scripts and without."""

import itertools
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, expect

from api.desks.issuing_fields import CONTROLS, Kind, starred
from ledger.document_example import EXAMPLE
from ledger.lookalikes import texts_in
from ledger.rules.calendar import last_valid_day
from tests.browser.looking import log_in, see_accessible, see_one_heading, shot

_ROLE = "VN issuing"
_NUMBERS = itertools.count(1)
_RUN = secrets.token_hex(3).upper()


def _document(day: str) -> dict[str, Any]:
    """Return a document of a shipment that is issued on a day, under a number of its own."""
    return EXAMPLE | {
        "reference": f"VN-TH {_RUN}/{next(_NUMBERS):05}",
        "issuedOn": day,
        "validUntil": _last_day(day),
        "transport": {"conveyance": "MV SAIGON STAR V.118N", "portOfLoading": "VNSGN"},
        "declaration": EXAMPLE["declaration"] | {"date": day},
        "certification": EXAMPLE["certification"] | {"date": day},
    }


def _field(page: Page, path: str) -> Any:
    return page.locator(f'[id="{path}"]')


def _type(page: Page, document: Mapping[str, Any]) -> None:
    """Fill the form of a draft in."""
    for pointer, text in texts_in(document):
        path = pointer.strip("/").replace("/", ".")
        control = CONTROLS.get(starred(path))
        if control is None or path == "validUntil":
            continue
        if control.kind in {Kind.CHOICE, Kind.MEMBER}:
            _field(page, path).select_option(text)
        else:
            _field(page, path).fill(text)


def _draft(page: Page) -> str:
    """Begin a draft; returns the day it is issued on."""
    log_in(page, _ROLE)
    page.goto("/desk/issuing/new")
    page.get_by_role("button", name="Begin (ATIGA Form D)").click()
    expect(page.get_by_role("heading", level=1, name="New draft")).to_be_visible()
    return str(_field(page, "issuedOn").input_value())


def _issued(page: Page, *, looked_at: bool = False) -> str:
    """Issue a certificate; returns its reference."""
    document = _document(_draft(page))
    _type(page, document)
    page.get_by_role("button", name="Go on to issue").click()
    if looked_at:
        see_accessible(page)
        shot(page, "issuing-confirm")
    page.get_by_role("button", name="Issue it").click()
    _recorded(page)
    return str(document["reference"])


def _recorded(page: Page) -> None:
    """Wait until the ledger holds it: a page without scripts is asked to look again."""
    status = page.get_by_text("Issued and recorded on the ledger")
    for _ in range(120):
        if status.is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(status).to_be_visible()


def test_a_draft_is_refused_mended_and_issued(browsing: Page) -> None:
    """From the empty form to the list of the desk."""
    day = _draft(browsing)
    document = _document(day)
    _type(browsing, document)
    _field(browsing, "validUntil").fill("2099-01-31")
    browsing.get_by_role("button", name="Go on to issue").click()
    expect(browsing.get_by_role("heading", name="It cannot be issued yet")).to_be_visible()
    browsing.get_by_role("alert").get_by_role("link", name="Last day of validity").click()
    right = _field(browsing, "validUntil")
    assert right.get_attribute("aria-invalid") == "true"
    right.fill(_last_day(day))
    browsing.get_by_role("button", name="Go on to issue").click()
    expect(browsing.get_by_text("This cannot be undone")).to_be_visible()
    browsing.get_by_role("button", name="Issue it").click()
    _recorded(browsing)
    browsing.goto("/desk/issuing")
    expect(browsing.get_by_role("row").filter(has_text=document["reference"])).to_contain_text("Valid")


def _last_day(day: str) -> str:
    return last_valid_day(date.fromisoformat(day)).isoformat()


def test_a_certificate_is_replaced_and_its_replacement_cancelled(browsing: Page) -> None:
    """By a draft with its content, and then for a reason."""
    old = _issued(browsing)
    browsing.goto("/desk/issuing")
    browsing.get_by_role("link", name=f"Replace, cancel, copy {old}").click()
    browsing.get_by_role("button", name="Draft a replacement").click()
    expect(browsing.get_by_text("It takes the place of certificate")).to_be_visible()
    new = f"{old}R"
    _field(browsing, "reference").fill(new)
    browsing.get_by_role("button", name="Go on to issue").click()
    browsing.get_by_role("button", name="Issue it").click()
    _recorded(browsing)
    browsing.goto("/desk/issuing")
    expect(browsing.get_by_role("row").filter(has_text=old).last).to_contain_text("Replaced")
    browsing.get_by_role("link", name=f"Replace, cancel, copy {new}").click()
    browsing.get_by_label("Why it is cancelled").select_option("particulars_wrong")
    browsing.get_by_label("I know that this cannot be undone").check()
    browsing.get_by_role("button", name="Cancel the certificate").click()
    expect(browsing.locator(".state")).to_have_text("Cancelled")


def test_a_file_of_twenty_rows_with_a_bad_one_is_issued(browsing: Page, tmp_path: Path) -> None:
    """Nineteen are recorded, and the row that is not is named with what is wrong."""
    day = _draft(browsing)
    rows = [_document(day) | {"validUntil": _last_day(day)} for _ in range(20)]
    rows[6]["validUntil"] = "2099-01-31"
    file = tmp_path / "rows.ndjson"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    browsing.goto("/desk/issuing/bulk")
    browsing.get_by_label("File", exact=True).set_input_files(file)
    browsing.get_by_role("button", name="Issue the rows").click()
    for _ in range(240):
        if browsing.get_by_text("Done.").is_visible():
            break
        browsing.wait_for_timeout(500)
        with suppress(Error):  # with scripts the link goes when the file is done
            browsing.get_by_role("link", name="Look again").click(timeout=1000)
    expect(browsing.locator("dl")).to_contain_text("Recorded on the ledger19")
    expect(browsing.get_by_role("row").filter(has_text="ATIGA-R14-VALIDITY")).to_contain_text("7")
    shot(browsing, "bulk")


def test_with_scripts_the_check_follows_what_is_typed(scripted: Page) -> None:
    """Beside the form, without a page being loaded."""
    day = _draft(scripted)
    see_accessible(scripted)
    _type(scripted, _document(day))
    _field(scripted, "reference").press("Tab")
    expect(scripted.get_by_text("Nothing stands in the way")).to_be_visible()
    _field(scripted, "exporter.name").fill("S\u0430igon Coffee")
    _field(scripted, "validUntil").fill("2099-01-31")
    _field(scripted, "validUntil").press("Tab")
    expect(scripted.locator("#findings")).to_contain_text("ATIGA-R14-VALIDITY")
    expect(scripted.locator("#findings")).to_contain_text("Cyrillic")
    scripted.get_by_role("button", name="Save and check").click()
    see_accessible(scripted)
    shot(scripted, "draft")


def test_the_pages_of_the_desk_can_be_used_by_everybody(scripted: Page) -> None:
    """By axe-core, and as pictures to look at."""
    _issued(scripted, looked_at=True)
    see_accessible(scripted)
    shot(scripted, "issuing-issued")
    for address, name in (
        ("/desk/issuing", "issuing"),
        ("/desk/issuing/bulk", ""),
        ("/desk/issuing/new", ""),
    ):
        scripted.goto(address)
        see_accessible(scripted)
        if name:
            shot(scripted, name)
    scripted.get_by_role("button", name="Begin (ATIGA Form D)").click()
    scripted.goto("/desk/issuing")
    scripted.get_by_role("link", name="Replace, cancel, copy").first.click()
    see_accessible(scripted)
    shot(scripted, "issuing-change")


def test_a_draft_becomes_another_kind_of_certificate(browsing: Page) -> None:
    """What is typed is kept without saving it first, and what is lost is shown before it is."""
    _draft(browsing)
    number = f"VN-TH {_RUN}/{next(_NUMBERS):05}"
    _field(browsing, "reference").fill(number)
    browsing.locator("#box-exhibition summary").click()
    _field(browsing, "exhibition.name").fill("Thaifex")
    browsing.get_by_text("Make it another kind of certificate").click()
    browsing.get_by_role("button", name="RCEP certificate of origin").click()
    expect(browsing.get_by_role("row").filter(has_text="Name of the exhibition")).to_contain_text("Thaifex")
    see_one_heading(browsing)
    shot(browsing, "scheme")
    browsing.get_by_role("button", name="Change to RCEP certificate of origin").click()
    expect(_field(browsing, "reference")).to_have_value(number)
    expect(_field(browsing, "exhibition.name")).to_have_count(0)


def test_drafts_are_found_by_their_number(browsing: Page) -> None:
    """From the front of the desk."""
    _draft(browsing)
    number = f"VN-TH {_RUN}/{next(_NUMBERS):05}"
    _field(browsing, "reference").fill(number)
    browsing.get_by_role("button", name="Save the draft").last.click()
    browsing.goto("/desk/issuing")
    browsing.get_by_label("Find drafts and certificates").fill(number.lower().replace("/", ""))
    browsing.get_by_role("button", name="Find").click()
    expect(browsing.get_by_role("rowheader").get_by_role("link")).to_have_text([number])
    see_one_heading(browsing)
    shot(browsing, "found")
