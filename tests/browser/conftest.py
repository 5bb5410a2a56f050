"""A demonstration, a Chromium that looks at it, and pages in it with scripts and without.

Both last only while the tests of this folder run: Playwright keeps an event loop in the thread it was
started in, and tests elsewhere start loops of their own.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import _chromium
import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright

from tests.browser.looking import DESKTOP, watch
from tests.browser.site import Site, running

_HERE = Path(__file__).parent
_START_MS = 120_000
_WAIT_MS = 60_000
"""How long a page may take to show something, on a machine that does other things; none waits so long."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, so that they can be left out."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a demonstration that is up."""
    with running(tmp_path_factory.mktemp("site")) as demonstration:
        yield demonstration


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Return a headless Chromium; where none can be had tests are skipped, in CI they fail."""
    with sync_playwright() as playwright:
        try:
            browser = _started(playwright)
        except _chromium.ChromiumMissing as missing:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(missing))
        expect.set_options(timeout=_WAIT_MS)
        yield browser
        browser.close()


def _started(playwright: Playwright) -> Browser:
    """Start the first Chromium that starts."""
    for candidate in _chromium.candidates():
        for sandboxed in _chromium.sandboxes():
            with contextlib.suppress(Error):
                return playwright.chromium.launch(
                    executable_path=candidate.path,
                    chromium_sandbox=sandboxed,
                    env={**os.environ, **candidate.environment},
                    timeout=_START_MS,
                )
    raise _chromium.ChromiumMissing(f"no Chromium that starts: {_chromium.FIX}")


@contextlib.contextmanager
def _looking(chromium: Browser, site: Site, *, scripts: bool) -> Iterator[Page]:
    """Open a page in a browser of its own, and see afterwards that nothing went wrong in it."""
    context = chromium.new_context(
        base_url=site.base,
        java_script_enabled=scripts,
        locale="en-GB",
        viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]},
        reduced_motion="reduce",
    )
    context.set_default_timeout(_WAIT_MS)
    faults = watch(context, site.base)
    try:
        yield context.new_page()
    finally:
        context.close()
    assert faults == []


@pytest.fixture(params=["with-scripts", "without-scripts"])
def browsing(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[Page]:
    """Return a page of the site in a browser with scripts and, in another run of the test, without."""
    with _looking(chromium, site, scripts=request.param == "with-scripts") as page:
        yield page


@pytest.fixture
def scripted(chromium: Browser, site: Site) -> Iterator[Page]:
    """Return a page of the site in a browser with scripts."""
    with _looking(chromium, site, scripts=True) as page:
        yield page


@pytest.fixture
def unscripted(chromium: Browser, site: Site) -> Iterator[Page]:
    """Return a page of the site in a browser without scripts."""
    with _looking(chromium, site, scripts=False) as page:
        yield page
