"""The page of the ledger in a browser: searching, events that appear by themselves, charts and tables."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Page, expect

from ledger.rules.calendar import last_valid_day
from tests.browser.looking import see_accessible, see_no_sideways, see_one_heading, shot
from tests.browser.site import Site
from tests.builders import a_document


def an_id(site: Site) -> str:
    """Return the id of a certificate on the ledger."""
    events = httpx.get(f"{site.base}/ledger/events?format=json", timeout=120).json()["events"]
    return next(str(one["id"]) for one in events if one["event"] == "issued")


def search(page: Page, text: str) -> None:
    """Type into the search box, and press enter."""
    page.goto("/ledger")
    box = page.get_by_role("searchbox", name="Search the ledger")
    box.fill(text)
    box.press("Enter")
    page.wait_for_load_state()


@pytest.mark.parametrize(
    ("text", "heading", "address"),
    [
        ("VN", "Viet Nam (VN)", "/ledger/members/VN"),
        ("VN-TH 26/02/00006", "Verify a certificate of origin", "/verify?reference="),
    ],
)
def test_a_search_leads_to_what_it_names(browsing: Page, text: str, heading: str, address: str) -> None:
    """A member to its page, and a reference number alone to the question for the rest."""
    search(browsing, text)
    expect(browsing.get_by_role("heading", level=1)).to_have_text(heading)
    assert address in browsing.url


def test_a_certificate_is_found_by_its_id(browsing: Page, site: Site) -> None:
    """The page says how it stands and what happened to it, and leads to the verdict."""
    search(browsing, an_id(site))
    expect(browsing.get_by_role("heading", level=1)).to_have_text("Certificate on the ledger")
    expect(browsing.get_by_role("heading", name="What happened to it")).to_be_visible()
    expect(browsing.get_by_role("link", name="Verify this certificate")).to_be_visible()


def test_several_things_of_one_name_are_offered(browsing: Page) -> None:
    """Each with what it is."""
    search(browsing, "Customs")
    expect(browsing.get_by_role("heading", name="It may be one of these")).to_be_visible()
    assert browsing.locator(".offers a").count() > 1


def test_nothing_found_says_what_can_be_searched_for(browsing: Page) -> None:
    """With examples."""
    search(browsing, "zzzzzz")
    expect(browsing.get_by_role("heading", name="Nothing was found")).to_be_visible()
    expect(browsing.get_by_role("heading", name="What can be searched for")).to_be_visible()


def test_the_newest_events_are_reached_without_scripts_too(browsing: Page) -> None:
    """Each leads to its block; older ones stand on further pages."""
    browsing.goto("/ledger")
    newest = browsing.locator("li.event").first
    expect(newest).to_be_visible()
    newest.get_by_role("link", name="Block").click()
    expect(browsing.get_by_role("heading", level=1)).to_contain_text("Block")
    browsing.goto("/ledger")
    browsing.get_by_role("link", name="Older events").click()
    expect(browsing.get_by_role("heading", level=1)).to_have_text("Events of the ledger")
    expect(browsing.locator("li.event").first).to_be_visible()


def test_a_new_event_appears_by_itself(scripted: Page, site: Site) -> None:
    """Somebody issues a certificate, and it stands on top without anybody asking for it."""
    scripted.goto("/ledger")
    newest = scripted.locator("li.event").first.inner_text()
    issue(site)
    expect(scripted.locator("li.event.fresh").first).to_contain_text("issued a certificate")
    assert newest in scripted.locator("ol.events").inner_text()


def issued_on(day: date) -> dict[str, Any]:
    """Return a document that is issued on a day, whichever it is."""
    document, told = a_document(), {"date": day.isoformat()}
    return document | {
        "issuedOn": day.isoformat(),
        "validUntil": last_valid_day(day).isoformat(),
        "transport": {"conveyance": "MV SAIGON STAR V.118N"},
        "declaration": document["declaration"] | told,
        "certification": document["certification"] | told,
    }


def issue(site: Site) -> None:
    """Issue a certificate through the API, under a reference that is new."""
    now = datetime.now(UTC)
    document = issued_on(now.date()) | {"reference": f"VN-TH 26/02/9{now:%H%M%S}"}
    keys = site.ready["apiKeys"]
    token = next(one["key"] for one in keys if one["member"] == "VN" and "ISSUING" in one["roles"])
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"ledger-{now.timestamp()}"}
    answer = httpx.post(f"{site.base}/v1/certificates", json=document, headers=headers, timeout=120)
    assert answer.status_code == 201, answer.text


def test_each_chart_has_its_table_and_its_file(browsing: Page, site: Site) -> None:
    """The table can be opened without scripts, and the file holds as many rows."""
    browsing.goto("/ledger/figures?days=365")
    for figure in ("activity", "utilisation", "times"):
        part = browsing.locator(f"section[aria-labelledby={figure}]")
        expect(part.get_by_role("img")).to_be_visible()
        part.get_by_text("The same as a table").click()
        expect(part.get_by_role("table")).to_be_visible()
        file = part.get_by_role("link", name="CSV").get_attribute("href")
        answer = httpx.get(f"{site.base}{file}", timeout=120)
        assert answer.headers["content-disposition"] == f'attachment; filename="asal-{figure}.csv"'
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert len(rows) - 1 == part.locator("tbody tr").count()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/ledger", "ledger"),
        ("/ledger/figures?days=365", "figures"),
        ("/ledger/members/VN", "member"),
        ("/ledger/search?q=Customs", "search"),
        ("/ledger/search?q=zzzzzz", "search-nothing"),
        ("/ledger/events", "events"),
    ],
)
def test_the_pages_of_the_ledger_are_for_everybody(scripted: Page, address: str, name: str) -> None:
    """Nothing that axe-core finds serious, one heading, and they fit a phone."""
    scripted.goto(address)
    for table in scripted.locator("details").all():
        table.evaluate("one => one.open = true")
    see_one_heading(scripted)
    see_accessible(scripted)
    see_no_sideways(scripted)
    scripted.goto(address)
    shot(scripted, name)
    shot(scripted, name, phone=True)


def test_the_page_of_a_certificate_is_for_everybody(scripted: Page, site: Site) -> None:
    """With all that happened to it."""
    scripted.goto(f"/ledger/certificates/{an_id(site)}")
    see_one_heading(scripted)
    see_accessible(scripted)
    see_no_sideways(scripted)
    shot(scripted, "ledger-certificate")
    shot(scripted, "ledger-certificate", phone=True)
