"""An importing officer receives a certificate, decides on its lines and asks the issuer, in a browser."""

import json
import re
import secrets
from pathlib import Path

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
        ("/desk/importing/look-up", "importing-look-up"),
        ("/desk/statements", "importing-statements"),
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


def test_the_issuer_of_an_original_is_asked_and_its_words_travel_as_a_file(
    browsing: Page, site: Site, tmp_path: Path
) -> None:
    """Malaysia asks Viet Nam about pepper that Singapore re-exported; what was said is taken as a file."""
    log_in(browsing, "MY customs")
    receive(browsing, site, "sg-my-pepper-back-to-back.json")
    browsing.get_by_role("link", name="Open a check").click()
    browsing.locator("#lines input:not([disabled])").first.check()
    browsing.get_by_label(re.compile("The issuer of the original .*Viet Nam")).check()
    browsing.get_by_label("Reasonable doubt").check()
    words = f"Who grew it? {secrets.token_hex(4)}"
    browsing.get_by_label("What you ask").fill(words)
    browsing.get_by_role("button", name="Open the check").click()
    expect(browsing.get_by_role("main")).to_contain_text("You ask Viet Nam (VN)")
    expect(browsing.get_by_role("main")).to_contain_text("Asked about the original")
    case, opened = browsing.url.partition("?")[0], tmp_path / "statement.json"
    with browsing.expect_download() as download:
        browsing.get_by_role("link", name="The statement as a file").last.click()
    download.value.save_as(opened)
    browsing.get_by_role("link", name="Statements").click()
    browsing.get_by_label("File of the statement").set_input_files(opened)
    browsing.get_by_role("button", name="Take it").click()
    expect(browsing.get_by_role("status")).to_contain_text("is kept")
    expect(browsing.get_by_role("main")).to_contain_text("What was said in a verification case")
    shot(browsing, "statements")
    browsing.goto(case)
    expect(browsing.get_by_role("main")).to_contain_text(words)
    conclude(browsing)


def conclude(page: Page) -> None:
    """Free the lines of the case that a page shows, so that the next test finds them free."""
    page.locator("summary", has_text="Conclude the case").click()
    for line in page.get_by_label("Confirmed: it originates as certified").all():
        line.check()
    page.get_by_role("button", name="Conclude the case").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Concluded")


def test_what_was_typed_stays_when_a_check_has_moved_on(browsing: Page, site: Site) -> None:
    """A colleague suspends a line in another tab while the conclusion is written; then it can be sent."""
    log_in(browsing, OFFICER)
    receive(browsing, site)
    browsing.get_by_role("link", name="Open a check").click()
    browsing.locator("#lines input:not([disabled])").last.check()
    browsing.get_by_label("At random").check()
    browsing.get_by_role("button", name="Open the check").click()
    case = browsing.url.partition("?")[0]
    colleague = browsing.context.new_page()
    colleague.goto(case)
    colleague.locator("summary", has_text="Change of which lines").click()
    colleague.get_by_role("group", name="Suspend preference for").get_by_role("checkbox").first.check()
    colleague.get_by_label("What you say to the other side").locator("visible=true").last.fill("At once.")
    colleague.get_by_role("button", name="Set the suspension").click()
    expect(colleague.get_by_role("status").first).to_contain_text("The step is taken")
    colleague.close()
    browsing.locator("summary", has_text="Conclude the case").click()
    browsing.get_by_label("Confirmed: it originates as certified").check()
    browsing.locator("#conclude-text").fill("All is in order.")
    browsing.get_by_role("button", name="Conclude the case").click()
    expect(browsing.get_by_role("alert")).to_contain_text("Something was added since you opened this page")
    new = browsing.get_by_role("region", name="Added since you opened this page")
    expect(new).to_contain_text("At once.")
    expect(browsing.locator("#conclude-text")).to_have_value("All is in order.")
    see_one_heading(browsing)
    see_no_sideways(browsing)
    shot(browsing, "case-moved-on")
    browsing.get_by_role("button", name="Conclude the case").click()
    expect(browsing.get_by_role("heading", level=1)).to_contain_text("Concluded")


def test_a_certificate_is_looked_up_and_compared_with_its_paper(browsing: Page, site: Site) -> None:
    """Six particulars are shown to customs of another member of RCEP, and what the paper says otherwise."""
    document = json.loads(site.sample("vn-sg-seats-rcep.json").read_text("utf-8"))["data"]
    log_in(browsing, OFFICER)
    browsing.goto("/desk/importing")
    browsing.get_by_role("link", name="Look up").click()
    browsing.get_by_label("Number of the certificate").fill(document["reference"].split(":", 2)[2])
    browsing.get_by_label("HS code (optional)").fill("01.01.21")
    browsing.get_by_label("Name of the exporter").fill(document["exporter"]["name"].split(":", 2)[2])
    browsing.get_by_role("button", name="Look it up").click()
    found = browsing.get_by_role("region", name="1 certificate found")
    expect(found).to_contain_text("Certificate is valid")
    expect(found).to_contain_text("HS code: differs")
    expect(found).to_contain_text("Exporter: agrees")
    see_one_heading(browsing)
    see_no_sideways(browsing)
    shot(browsing, "look-up")
