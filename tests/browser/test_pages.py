"""What holds of every page: nothing from elsewhere, for everybody, on a phone, by keyboard, light."""

import re

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.looking import log_in, see_accessible, see_no_sideways, see_one_heading, shot

PUBLIC = [
    "/verify",
    "/operators",
    "/ledger",
    "/ledger/figures",
    "/help",
    "/help/verdicts/VALID",
    "/help/problems",
    "/help/rules",
    "/login",
    "/status",
]
MOST = 100_000
"""Bytes that the page for verifying may weigh in all, scripts, styles and pictures included."""


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_page_is_for_everybody(address: str, scripted: Page) -> None:
    """Each public page has one heading, nothing that axe-core finds serious, and fits a phone."""
    answer = scripted.goto(address)
    assert answer
    assert answer.status == 200
    see_one_heading(scripted)
    see_accessible(scripted)
    see_no_sideways(scripted)
    name = address.strip("/").replace("/", "-")
    shot(scripted, name)
    shot(scripted, name, phone=True)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_page_needs_no_scripts(address: str, unscripted: Page) -> None:
    """Each public page shows its heading and its landmarks in a browser that runs no scripts."""
    answer = unscripted.goto(address)
    assert answer
    assert answer.status == 200
    see_one_heading(unscripted)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_first_stop_of_the_keyboard_skips_to_the_content(address: str, browsing: Page) -> None:
    """Whoever presses tab once and enter stands in the content, past the navigation."""
    browsing.goto(address)
    browsing.keyboard.press("Tab")
    skip = browsing.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    browsing.keyboard.press("Enter")
    expect(browsing).to_have_url(re.compile("#main$"))


_FOCUS = """() => {
  const at = document.activeElement;
  const control = at.closest('main') !== null && at.matches('input, button, select, textarea');
  // Of a date the browser marks the part that one types into, day or month or year, inside the control.
  const seen = at.type === 'date' || getComputedStyle(at).outlineStyle !== 'none';
  return [control, at.outerHTML.slice(0, 200), at.getBoundingClientRect().top + window.scrollY, seen];
}"""


def test_the_keyboard_alone_reaches_every_control_of_verifying(browsing: Page) -> None:
    """By tab one comes to each field and button of the page, and sees where one is."""
    browsing.goto("/verify")
    wanted = browsing.locator("main :is(input:not([type=hidden]), button, select, textarea):visible").count()
    reached = set()
    for _ in range(60):
        browsing.keyboard.press("Tab")
        control, html, top, seen = browsing.evaluate(_FOCUS)
        if control:
            assert seen, f"nobody sees that this has the focus: {html}"
            reached.add((html, top))
    assert wanted
    assert len(reached) == wanted


def test_the_page_for_verifying_weighs_little(scripted: Page) -> None:
    """The first visit costs less than 100 kB, with everything the page loads."""
    answers: list[Response] = []
    scripted.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - not a built-in
    scripted.goto("/verify", wait_until="networkidle")
    for answer in answers:
        answer.finished()
    sizes = {answer.url: answer.request.sizes() for answer in answers}
    weights = {url: size["responseBodySize"] + size["responseHeadersSize"] for url, size in sizes.items()}
    assert weights
    assert sum(weights.values()) < MOST, weights


def test_an_officer_of_the_demonstration_is_in_with_one_click(browsing: Page) -> None:
    """Whoever chooses a role stands at its desks; the page greets the officer."""
    log_in(browsing, "VN issuing")
    expect(browsing.get_by_role("banner")).to_contain_text("VN issuing")
