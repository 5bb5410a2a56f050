"""Administrators of two members at their desk, in a browser: authorities, keys, officers, and a vote."""

import re
import secrets
from string import ascii_uppercase

import pytest
from eth_utils.address import to_checksum_address
from playwright.sync_api import Page, expect

from tests.browser.looking import log_in, see_accessible, see_no_sideways, see_one_heading, shot

BASE = "/desk/members"
VIET_NAM, THAILAND = "VN administrator", "TH administrator"


def an_account() -> str:
    """Return an account that nobody has used."""
    return to_checksum_address(f"0x{secrets.token_hex(20)}")


def see(page: Page, name: str) -> None:
    """See that a page is for everybody, and take its pictures."""
    see_one_heading(page)
    see_accessible(page)
    see_no_sideways(page)
    shot(page, name)
    shot(page, name, phone=True)


def name_authority(page: Page) -> str:
    """Name an authority of VN, and stand at its page; returns its name."""
    name = f"Chamber {secrets.token_hex(4)}"
    page.goto(BASE)
    page.get_by_role("link", name="Name an authority").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Web domain").fill("chamber.example")
    page.get_by_label("Issues certificates of origin").check()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Name this authority?")
    page.get_by_role("button", name="Name the authority").click()
    expect(page.get_by_role("status")).to_contain_text("Give it a key next")
    page.get_by_role("link", name=name).click()
    return name


def test_one_member_proposes_and_another_agrees(browsing: Page) -> None:
    """Viet Nam puts an admission to the vote; Thailand sees that its vote is missing, and agrees."""
    code = f"X{secrets.choice(ascii_uppercase)}"
    account = an_account()
    log_in(browsing, VIET_NAM)
    browsing.goto(f"{BASE}/votes")
    browsing.get_by_label("Admit a new member").check()
    browsing.get_by_label("Member", exact=True).fill(code)
    browsing.get_by_label("Its new admin key").fill("0x12")
    browsing.get_by_role("button", name="Go on").click()
    expect(browsing.get_by_role("alert")).to_contain_text("Enter an account")
    expect(browsing.get_by_label("Member", exact=True)).to_have_value(code)
    browsing.get_by_label("Its new admin key").fill(account)
    browsing.get_by_role("button", name="Go on").click()
    expect(browsing.get_by_role("main")).to_contain_text("it has a vote in all that members decide")
    browsing.get_by_role("button", name="Open the vote").click()
    expect(browsing.get_by_role("status")).to_contain_text("The vote is open")
    ours = browsing.get_by_role("listitem").filter(has_text=account)
    expect(ours).to_contain_text("1 of 6 votes")
    expect(ours).to_contain_text("your member has agreed")

    log_in(browsing, THAILAND)
    browsing.goto(BASE)
    theirs = browsing.get_by_role("listitem").filter(has_text=account)
    expect(theirs).to_contain_text("yours is missing")
    theirs.get_by_role("button", name="Vote for it").click()
    expect(browsing.get_by_role("heading", level=1)).to_have_text("Vote for this?")
    expect(browsing.get_by_role("main")).to_contain_text(account)
    browsing.get_by_role("button", name="Vote for it").click()
    expect(browsing.get_by_role("status")).to_contain_text("Your member has voted.")
    theirs = browsing.get_by_role("listitem").filter(has_text=account)
    expect(theirs).to_contain_text("2 of 6 votes")
    expect(theirs).to_contain_text("Agreed so far: Thailand (TH), Viet Nam (VN)")
    expect(theirs.get_by_role("button")).to_have_count(0)


def test_an_authority_is_named_gets_a_key_and_loses_it(browsing: Page) -> None:
    """From naming it to a key that is added, marked as compromised, and listed no more."""
    log_in(browsing, VIET_NAM)
    name = name_authority(browsing)
    expect(browsing.get_by_role("heading", level=1)).to_have_text(name)
    account = an_account()
    browsing.get_by_label("Account of a new key").fill(account)
    browsing.get_by_role("button", name="Add the key").click()
    browsing.get_by_role("button", name="Add the key").click()
    expect(browsing.get_by_role("status")).to_contain_text("The key writes for the authority.")
    browsing.get_by_role("link", name=account).click()
    browsing.get_by_label("Since when, in UTC").fill("2026-11-01T08:30")
    browsing.get_by_role("button", name="Mark it as compromised").click()
    expect(browsing.get_by_role("main")).to_contain_text("1 November 2026, 08:30 UTC")
    browsing.get_by_role("button", name="Mark it as compromised").click()
    expect(browsing.get_by_role("status")).to_contain_text("Issue anew what was good.")
    expect(browsing.get_by_role("main")).to_contain_text("It has no key, so it writes nothing.")


def test_an_officer_is_enrolled_and_sent_away(browsing: Page) -> None:
    """Enrolled for an authority of the member, found in the list, and ended there."""
    log_in(browsing, VIET_NAM)
    person = f"Officer {secrets.token_hex(4)}"
    browsing.goto(f"{BASE}/officers")
    browsing.get_by_label("Name", exact=True).fill(person)
    browsing.get_by_label("Identity provider").fill("https://login.example")
    browsing.get_by_label("Number or name of the person there").fill(person)
    browsing.get_by_label("Works for").select_option(index=1)
    browsing.get_by_label("Read certificates").check()
    browsing.get_by_role("button", name="Go on").click()
    browsing.get_by_role("button", name="Enrol the officer").click()
    expect(browsing.get_by_role("status")).to_contain_text("The officer is enrolled.")
    browsing.get_by_role("row").filter(has_text=person).get_by_role("button", name="End").click()
    browsing.get_by_role("button", name="End the officer's work").click()
    expect(browsing.get_by_role("row").filter(has_text=person)).to_contain_text("ended on")
    browsing.goto(f"{BASE}/acts")
    expect(browsing.get_by_role("table")).to_contain_text("Ended an officer's work")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("", "members"),
        ("/votes", "votes"),
        ("/officers", "members-officers"),
        ("/acts", "members-acts"),
        ("/authorities/new", "members-new"),
    ],
)
def test_the_pages_are_for_everybody(scripted: Page, path: str, name: str) -> None:
    """Nothing grave by axe-core, nothing wider than a phone; with pictures."""
    log_in(scripted, VIET_NAM)
    scripted.goto(f"{BASE}{path}")
    see(scripted, name)


def test_the_pages_of_an_authority_and_of_a_key_are_for_everybody(scripted: Page) -> None:
    """And those with an error, and the one that asks for a confirmation."""
    log_in(scripted, VIET_NAM)
    scripted.goto(BASE)
    scripted.get_by_role("row").nth(1).get_by_role("link").click()
    see(scripted, "members-authority")
    scripted.get_by_role("link", name=re.compile("Replace, revoke")).first.click()
    see(scripted, "members-key")
    scripted.get_by_label("Account of the new key").fill("0x")
    scripted.get_by_role("button", name="Replace the key").click()
    see(scripted, "members-key-wrong")
    scripted.get_by_role("button", name="Revoke the key").click()
    see(scripted, "members-confirm")
    scripted.get_by_role("link", name="Do not").click()
    expect(scripted.get_by_role("heading", level=1)).to_be_visible()
