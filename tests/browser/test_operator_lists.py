"""Lists at the desk of an AEO officer, and what an amendment changes, in a browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import log_in, see_accessible, see_no_sideways, see_one_heading, shot

LIST = (
    "code,name,address,national_id,programme,level,roles,status,effective,until,consent\n"
    "SGFICT00000077,Fictional Lists Pte. Ltd.,1 Example Road,2026,"
    "STP-PLUS,1,EXP,certified,on-recording,,both\n"
)


def see(page: Page, name: str) -> None:
    """See that a page is for everybody, and take its pictures."""
    see_one_heading(page)
    if page.evaluate("matchMedia('(scripting: enabled)').matches"):
        see_accessible(page)
    see_no_sideways(page)
    shot(page, name)
    shot(page, name, phone=True)


def choose(page: Page, content: str) -> None:
    """Choose a file."""
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )


def test_a_national_list_is_looked_at_first(browsing: Page) -> None:
    """A list with wrong rows says which, and nothing can be recorded."""
    log_in(browsing, "SG AEO")
    browsing.goto("/desk/aeo/list")
    see(browsing, "aeo-list")
    choose(browsing, LIST + LIST.splitlines()[1].replace(",1,EXP", ",77,EXP"))
    browsing.get_by_role("button", name="See what would change").click()
    expect(browsing.get_by_role("alert")).to_contain_text("wrong, so nothing of it is recorded")
    see(browsing, "aeo-list-wrong")
    browsing.goto("/desk/aeo/list")
    choose(browsing, LIST)
    browsing.get_by_role("button", name="See what would change").click()
    expect(browsing.get_by_role("heading", level=1)).to_have_text("What the list would change")
    see(browsing, "aeo-list-shown")


def test_a_partner_list_is_answered(browsing: Page) -> None:
    """Row by row, on the page."""
    log_in(browsing, "SG AEO")
    browsing.goto("/desk/aeo/partners")
    choose(browsing, "operator\nVN0100109106\n???\n")
    browsing.get_by_role("button", name="Check the list").click()
    expect(browsing.get_by_text("Rows that cannot be answered (1)")).to_be_visible()
    see(browsing, "aeo-partners")


@pytest.mark.parametrize("outcome", ["done", "refused"])
def test_an_administrator_looks_through_what_was_done(browsing: Page, outcome: str) -> None:
    """By outcome; the choice stays on the page."""
    log_in(browsing, "VN administrator")
    browsing.goto("/desk/members/acts")
    browsing.get_by_label("Outcome").select_option(outcome)
    browsing.get_by_role("button", name="Show", exact=True).click()
    expect(browsing.get_by_label("Outcome")).to_have_value(outcome)
    see(browsing, f"members-acts-{outcome}")
