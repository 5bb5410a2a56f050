"""An importing officer receives a certificate, decides on its lines and asks the issuer, in a browser."""

import re
import secrets

from playwright.sync_api import Page, expect

from tests.browser.looking import log_in, see_accessible, see_no_sideways, see_one_heading, shot
from tests.browser.site import Site

OFFICER = "PH customs"
GROCERIES = "vn-ph-groceries.json"
"""Eight goods lines from Viet Nam for the Philippines."""


def receive(page: Page, site: Site, sample: str = GROCERIES) -> None:
    """Receive a sample, from the front of the desk, and stand at its page."""
    page.goto("/desk/importing")
    page.get_by_role("link", name="Receive a certificate").click()
    page.get_by_label("File of the certificate").set_input_files(site.sample(sample))
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Certificate is valid")
    page.get_by_role("button", name="Receive it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Decide on a certificate")


def grant(page: Page, line: int, quantity: str) -> None:
    """Choose to grant a quantity of a line."""
    page.locator(f"#line-{line}").get_by_label("Grant").check()
    page.locator(f"#quantity-{line}").fill(quantity)


def test_a_certificate_is_received_and_decided_line_by_line(browsing: Page, site: Site) -> None:
    """Two lines are granted in part and one is refused; what is too much is told beside its line."""
    log_in(browsing, OFFICER)
    receive(browsing, site)
    expect(browsing.get_by_role("status").first).to_contain_text("received")
    declaration = f"PH-{secrets.token_hex(4)}"
    browsing.get_by_label("Number of the import declaration").fill(declaration)
    grant(browsing, 1, "999999999")
    grant(browsing, 3, "2")
    browsing.locator("#line-2").get_by_label("Refuse").check()
    browsing.get_by_label("The particulars differ from the goods").locator("visible=true").check()
    browsing.locator("#text-2").fill("The label says another net weight.")
    browsing.get_by_role("button", name="Decide").click()
    expect(browsing.get_by_role("alert")).to_contain_text("remain (ATIGA OCP Rules 16.1 and 16.3)")
    expect(browsing.locator("#text-2")).to_have_value("The label says another net weight.")
    browsing.get_by_role("alert").get_by_role("link", name=re.compile("remain")).click()
    expect(browsing.locator("#quantity-1")).to_be_in_viewport()
    browsing.locator("#quantity-1").fill("3")
    browsing.get_by_role("button", name="Decide").click()
    expect(browsing.get_by_role("status").first).to_contain_text("The decision is made.")
    made = browsing.get_by_role("region", name="Decisions so far")
    expect(made).to_contain_text(declaration)
    expect(made).to_contain_text("The label says another net weight.")


def test_a_check_is_opened_and_concluded(browsing: Page, site: Site) -> None:
    """The issuer is asked about a line, and the line is freed again."""
    log_in(browsing, OFFICER)
    receive(browsing, site)
    browsing.get_by_role("link", name="Open a check").click()
    browsing.locator("#lines input:not([disabled])").last.check()
    browsing.get_by_label("Reasonable doubt").check()
    browsing.get_by_label("What you ask").fill("Where was it packed?")
    browsing.get_by_role("button", name="Open the check").click()
    expect(browsing.get_by_role("heading", level=1)).to_contain_text("Check opened")
    expect(browsing.get_by_role("main")).to_contain_text(
        "Viet Nam (VN) is to acknowledge the request or reply"
    )
    browsing.locator("summary", has_text="Conclude the case").click()
    browsing.get_by_label("Confirmed: it originates as certified").check()
    browsing.get_by_role("button", name="Conclude the case").click()
    expect(browsing.get_by_role("heading", level=1)).to_contain_text("Concluded")
    browsing.goto("/desk/importing/cases?closed=true")
    expect(browsing.get_by_role("table").first).to_contain_text("Concluded")


def test_the_pages_of_the_desk_are_for_everybody(scripted: Page, site: Site) -> None:
    """Each has one heading, nothing that axe-core finds serious, and fits a phone."""
    log_in(scripted, OFFICER)
    receive(scripted, site)
    address = scripted.url.partition("?")[0]
    scripted.get_by_role("link", name="Open a check").click()
    shot(scripted, "importing-check")
    see_accessible(scripted)
    scripted.locator("#lines input:not([disabled])").first.check()
    scripted.get_by_label("At random").check()
    scripted.get_by_role("button", name="Open the check").click()
    case = scripted.url.partition("?")[0]
    for path, name in (
        ("/desk/importing", "importing"),
        (address, "decide"),
        (case, "case"),
        ("/desk/importing/receive", "importing-receive"),
        ("/desk/importing/cases", "importing-cases"),
        ("/desk/importing/deadlines", "deadlines"),
        ("/desk/importing/settings", "importing-settings"),
    ):
        scripted.goto(path)
        see_one_heading(scripted)
        see_accessible(scripted)
        see_no_sideways(scripted)
        shot(scripted, name)
        shot(scripted, name, phone=True)
    scripted.goto(case)
    scripted.locator("summary", has_text="Conclude the case").click()
    scripted.get_by_label("Confirmed: it originates as certified").check()
    scripted.get_by_role("button", name="Conclude the case").click()


def test_what_is_chosen_for_a_line_shows_what_is_needed(browsing: Page, site: Site) -> None:
    """A quantity for a granted line, reasons for a refused one; without scripts too."""
    log_in(browsing, OFFICER)
    receive(browsing, site)
    line = browsing.locator("#line-8")
    expect(browsing.locator("#quantity-8")).to_be_hidden()
    line.get_by_label("Grant").check()
    expect(browsing.locator("#quantity-8")).to_be_visible()
    line.get_by_label("Refuse").check()
    expect(browsing.locator("#quantity-8")).to_be_hidden()
    expect(browsing.locator("#text-8")).to_be_visible()
