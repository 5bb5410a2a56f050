"""How browser tests look at a page: what went wrong on it, whether everybody can use it, a picture of it."""

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import _setup
from playwright.sync_api import BrowserContext, ConsoleMessage, Cookie, Page, Request, Response, expect

PHONE: Final = {"width": 390, "height": 844}
DESKTOP: Final = {"width": 1280, "height": 900}
_AXE = "node_modules/axe-core/axe.min.js"
_GRAVE: Final = frozenset({"serious", "critical"})
_ASKED: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_ANSWERED: Final = "Failed to load resource: the server responded with a status of 4"
"""What Chromium says of a page that is a refusal, which tests look at on purpose."""
_PAGES: Final = frozenset({"document", "fetch", "xhr"})
_SESSIONS: dict[tuple[str, str], list[Cookie]] = {}


def shots() -> Path:
    """Return the folder of the pictures."""
    return Path(os.environ.get("ASAL_SHOTS") or _setup.ROOT / "tests/browser/shots")


def watch(context: BrowserContext, base: str) -> list[str]:
    """Return a list that fills with what must not happen in a browser.

    That is: errors of scripts and of the content security policy, requests to anybody but `base`, missing
    files, and answers that say that the service failed.
    """
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_ANSWERED):
            faults.append(f"the console says: {message.text}")

    def asked(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob", "about"} and f"{parts.scheme}://{parts.netloc}" != base:
            faults.append(f"it asked somebody else: {request.url}")

    def answered(response: Response) -> None:
        if response.status >= 500 or (
            response.status >= 400 and response.request.resource_type not in _PAGES
        ):
            faults.append(f"{response.status} for {response.url}")

    context.on("console", heard)
    context.on("weberror", lambda error: faults.append(f"a script failed: {error.error}"))
    context.on("request", asked)
    context.on("response", answered)
    return faults


def log_in(page: Page, role: str) -> None:
    """Be an officer of the demonstration, such as `VN issuing`, and stand at the front of the desks.

    One session for each officer serves all tests while it lasts, because the service counts logins.
    """
    page.goto("/login")
    known = (page.url, role)
    if known in _SESSIONS:
        page.context.add_cookies([{**cookie} for cookie in _SESSIONS[known]])  # type: ignore[typeddict-item]
        page.goto("/desk")
        if urlsplit(page.url).path == "/desk":
            return
        page.goto("/login")
    page.get_by_role("button", name=role, exact=True).click()
    page.wait_for_url("**/desk")
    _SESSIONS[known] = page.context.cookies()


def see_accessible(page: Page) -> None:
    """Assert that axe-core finds nothing serious or critical, by WCAG 2.2 AA and good practice.

    It is a script that waits for timers, so scripts must run on the page: else it would wait for ever.
    """
    assert page.evaluate("matchMedia('(scripting: enabled)').matches"), "axe-core needs a page with scripts"
    page.evaluate((_setup.npm_folder("browser") / _AXE).read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": _ASKED}, "preload": False, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)
    grave = [_told(one) for one in found["violations"] if one["impact"] in _GRAVE]
    assert not grave, f"{page.url} is not for everybody:\n" + "\n".join(grave)


def _told(violation: dict[str, Any]) -> str:
    nodes = (f"    {node['html'][:300]}\n      {node['failureSummary']}" for node in violation["nodes"][:5])
    return "\n".join([f"  {violation['id']} ({violation['impact']}): {violation['help']}", *nodes])


def see_no_sideways(page: Page) -> None:
    """Assert that a person with a phone need not scroll sideways (WCAG 2.2, 1.4.10: at 320 px too)."""
    for width in (PHONE["width"], 320):
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{page.url} is {wide} px wide on a screen of {width} px"
    page.set_viewport_size({"width": DESKTOP["width"], "height": DESKTOP["height"]})


def see_one_heading(page: Page) -> None:
    """Assert that the page has one first heading, and its landmarks."""
    expect(page.locator("h1")).to_have_count(1)
    for role in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(role)).to_have_count(1)


def shot(page: Page, name: str, *, phone: bool = False) -> None:
    """Take a picture of the whole page: `name.png`, on a phone `name-phone.png`."""
    folder = shots()
    folder.mkdir(parents=True, exist_ok=True)
    size = PHONE if phone else DESKTOP
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.screenshot(
        path=folder / f"{name}{'-phone' if phone else ''}.png", full_page=True, animations="disabled"
    )
    page.set_viewport_size({"width": DESKTOP["width"], "height": DESKTOP["height"]})
