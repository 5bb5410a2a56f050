"""Checking a partner, and the AEO officer's desk, in a browser with scripts and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import log_in, see_accessible, see_no_sideways, see_one_heading, shot

RECOGNISED, NAME = "SGORCH00000002", "Orchid Components Pte. Ltd."
ACTED_ON = "SGSEAB00000003"


def check(page: Page, **typed: str) -> None:
    """Fill the form in by its labels, and send it."""
    page.goto("/operators")
    labels = {"code": "Operator code", "name": "Name"}
    choices = {"country": "Country that authorised it", "host": "Whose customs"}
    for control, label in labels.items():
        page.get_by_label(label, exact=True).fill(typed.get(control, ""))
    for control, label in choices.items():
        page.get_by_label(label, exact=True).select_option(typed.get(control, ""))
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_load_state()


def see_title(page: Page, text: str | re.Pattern[str]) -> None:
    """See what the answer begins with."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_a_code_alone_is_answered_with_the_name_to_compare(browsing: Page) -> None:
    """How it stands first, then whose it is, then where it is recognised."""
    check(browsing, code="AEO SG-ORCH 0000 0002")
    see_title(browsing, re.compile("Authorised, and recognised in [0-9]+ other members"))
    expect(browsing.get_by_role("heading", name="Is this your partner’s name?")).to_be_visible()
    expect(browsing.get_by_text(NAME)).to_be_visible()
    row = browsing.get_by_role("row").filter(has_text="Timor-Leste (TL)")
    expect(row).to_contain_text("No")
    expect(row).to_contain_text("does not apply the arrangement")


def test_a_name_in_a_country_leads_to_the_operator(browsing: Page) -> None:
    """By way of the names that fit."""
    check(browsing, name="orchid", country="SG", host="TH")
    see_title(browsing, "Is one of these your partner?")
    browsing.get_by_role("listitem").filter(has_text=NAME).get_by_role("link").click()
    see_title(browsing, "Recognised in Thailand (TH)")


def test_another_name_than_the_registered_one_comes_first(browsing: Page) -> None:
    """A code that was passed on is not recognised for whoever shows it."""
    check(browsing, code=RECOGNISED, name="Lotus Trading Pte Ltd")
    see_title(browsing, "This code belongs to another name")
    expect(browsing.get_by_text("You typed Lotus Trading Pte Ltd.")).to_be_visible()


def test_why_it_is_not_recognised_is_explained(browsing: Page) -> None:
    """With a link to what the reason means."""
    check(browsing, code="PHLUZON0001", host="TH")
    see_title(browsing, "Not recognised in Thailand (TH)")
    browsing.get_by_role("link", name="What this means", exact=True).first.click()
    expect(browsing.get_by_role("heading", name="Its level is too low there")).to_be_in_viewport()


def test_a_form_that_asks_nothing_is_shown_again(browsing: Page) -> None:
    """With what is missing, and a way there."""
    check(browsing, country="SG")
    expect(browsing.get_by_role("alert")).to_contain_text("There is a problem")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("operator-answer", {"code": RECOGNISED, "host": "TH"}),
        ("operator-mismatch", {"code": RECOGNISED, "name": "Lotus Trading"}),
        ("operator-suspended", {"code": "THSIAM0003"}),
        ("operator-untold", {"code": "VNSONG0002"}),
        ("operator-candidates", {"name": "บริษัท", "country": "TH"}),
        ("operator-error", {"name": "x", "country": "SG"}),
    ],
)
def test_answers_are_for_everybody(scripted: Page, name: str, typed: dict[str, str]) -> None:
    """On a wide screen and on a phone."""
    check(scripted, **typed)
    see_one_heading(scripted)
    see_accessible(scripted)
    see_no_sideways(scripted)
    shot(scripted, name)
    shot(scripted, name, phone=True)


def act(page: Page, title: str, ground: str) -> None:
    """Act on the operator at the desk."""
    page.goto(f"/desk/aeo/operators/{ACTED_ON}")
    page.locator("summary", has_text=re.compile(f"^{title}$")).click()
    form = page.locator("details[open] form")
    form.get_by_label("Ground", exact=True).select_option(label=ground)
    form.get_by_role("button", name=title, exact=True).click()
    expect(page.get_by_text(f"Done: {title}.")).to_be_visible()


def test_a_suspension_at_the_desk_changes_the_public_answer(browsing: Page) -> None:
    """And lifting it changes it back."""
    log_in(browsing, "SG AEO")
    browsing.goto("/desk/aeo")
    browsing.get_by_label("Find an operator of your member").fill("sea breeze")
    browsing.get_by_role("button", name="Find").click()
    browsing.get_by_role("link", name="Sea Breeze Fiction Forwarding Pte. Ltd.").click()
    act(browsing, "Suspend", "A breach is suspected")
    check(browsing, code=ACTED_ON)
    see_title(browsing, "Its authorisation is suspended")
    act(browsing, "Lift the suspension or end", "What led to it is mended")
    check(browsing, code=ACTED_ON)
    see_title(browsing, re.compile("^Authorised"))
    history = browsing.get_by_role("table").filter(has_text="Changes of its status")
    expect(history.get_by_role("rowheader", name="Suspended").first).to_be_visible()


def test_an_application_goes_from_the_form_to_the_list(
    browsing: Page, request: pytest.FixtureRequest
) -> None:
    """What is missing is said at its control; what was typed stays."""
    log_in(browsing, "SG AEO")
    browsing.goto("/desk/aeo/new")
    browsing.get_by_label("Operator code that it is to have").fill("TH0105500000001")
    browsing.get_by_label("Registered name").fill("Marina Bay Fiction Pte. Ltd.")
    browsing.get_by_label("Address", exact=True).fill("1 Marina Boulevard")
    browsing.get_by_label("Number in the national register").fill("201712345Z")
    browsing.get_by_label("exporter", exact=True).check()
    send = browsing.get_by_role("button", name="Take in the application")
    send.click()
    expect(browsing.get_by_role("alert")).to_be_visible()
    code = f"SGFICT{'W' if 'without' in request.node.name else 'S'}0000001"
    browsing.get_by_label("Operator code that it is to have").fill(code)
    send.click()
    see_title(browsing, "Marina Bay Fiction Pte. Ltd.")
    expect(browsing.get_by_text("Applied", exact=True).first).to_be_visible()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("aeo-desk", "/desk/aeo"),
        ("aeo-operator", f"/desk/aeo/operators/{RECOGNISED}"),
        ("aeo-new", "/desk/aeo/new"),
        ("aeo-arrangements", "/desk/aeo/arrangements"),
        ("aeo-watches", f"/desk/aeo/watches?operator={RECOGNISED}"),
    ],
)
def test_the_desk_is_for_everybody(scripted: Page, name: str, path: str) -> None:
    """On a wide screen and on a phone."""
    log_in(scripted, "SG AEO")
    scripted.goto(path)
    see_one_heading(scripted)
    if name == "aeo-operator":
        scripted.locator("summary", has_text="Amend").click()
    see_accessible(scripted)
    see_no_sideways(scripted)
    shot(scripted, name)
    shot(scripted, name, phone=True)
