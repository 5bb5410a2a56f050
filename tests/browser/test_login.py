"""Logging in with one click, and out again, as a person does it in a browser."""

import re

from playwright.sync_api import Page, expect

from tests.browser.looking import see_accessible, see_no_sideways, see_one_heading, shot

ROLE = "MY issuing"
"""An officer whom no other test of this folder is."""


def test_an_officer_comes_in_with_one_click_and_leaves(browsing: Page) -> None:
    """From the desk asked for to the login, to the desks, to the door; afterwards the desk is closed."""
    browsing.goto("/desk/issuing")
    browsing.wait_for_url(re.compile("/login[?]back="))
    see_one_heading(browsing)
    browsing.get_by_role("button", name=ROLE, exact=True).click()
    browsing.wait_for_url("**/desk/issuing")
    expect(browsing.get_by_text("You work for")).to_be_visible()
    browsing.goto("/verify")
    expect(browsing.locator("header").get_by_text(ROLE)).to_be_visible()
    browsing.get_by_role("button", name="Log out").click()
    expect(browsing.get_by_role("status")).to_contain_text("You are logged out")
    browsing.goto("/desk")
    expect(browsing.get_by_role("heading", name="Log in", exact=True)).to_be_visible()


def test_the_login_and_the_front_of_the_desks_are_for_everybody(scripted: Page) -> None:
    """Nothing grave by axe-core, nothing wider than a phone; with pictures."""
    scripted.goto("/login")
    see_accessible(scripted)
    see_no_sideways(scripted)
    shot(scripted, "login")
    shot(scripted, "login", phone=True)
    scripted.get_by_role("button", name="SG customs", exact=True).click()
    scripted.wait_for_url("**/desk")
    see_one_heading(scripted)
    see_accessible(scripted)
    see_no_sideways(scripted)
    shot(scripted, "desk")


def test_the_login_works_from_the_keyboard(scripted: Page) -> None:
    """Every role is reached with the tab key, and shows that it is."""
    scripted.goto("/login")
    button = scripted.get_by_role("button", name="SG AEO", exact=True)
    button.focus()
    assert scripted.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    scripted.keyboard.press("Enter")
    scripted.wait_for_url("**/desk")
