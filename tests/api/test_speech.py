"""The languages of the pages: which one a visitor is spoken to in, and that nothing is left in English."""

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import _catalogues
import pytest
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st

from api.pages.speech import COOKIE, NAMES, PSEUDO, Speech, pseudo, speech_in
from ledger.said import said
from ledger.scopes import Scope
from tests.api.desk import Desk

TEXTS = _catalogues.texts()
VOID = {"meta", "link", "input", "br", "hr", "img", "path", "circle", "rect", "line", "use", "source", "wbr"}
QUIET = {"code", "bdi", "time", "script", "kbd"}
"""Elements whose text is no language's."""


class _English(HTMLParser):
    """Gathers what a page says that did not go through the catalogue."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[bool, int]] = []
        """Of each open element: whether its text is no language's, and the brackets open before it."""
        self.depth = 0
        self.left: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        language = told.get("lang") or ""
        quiet = bool(self.open and self.open[-1][0]) or tag in QUIET or bool(language and tag != "html")
        if not quiet:
            shown = ("placeholder", "title", "aria-label", "data-label", "alt")
            for name in shown:
                self._see(*_outside(told.get(name) or "", 0))
        if tag not in VOID:
            self.open.append((quiet, self.depth))
            self.depth = 0

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Drawn parts say nothing."""

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - of the base class
        if self.open:
            self.depth = self.open.pop()[1]

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][0]):
            rest, self.depth = _outside(data, self.depth)
            self._see(rest, self.depth)

    def _see(self, rest: str, _: int) -> None:
        words = re.sub(r"\b(Asal|UTC|CSV|JSON|PDF|QR|API|AEO|[A-Z]{2})\b", "", rest)
        if re.search(r"[^\W\d_]{2,}", words):
            self.left.append(" ".join(rest.split()))


def _outside(text: str, depth: int) -> tuple[str, int]:
    """Return what stands outside the brackets of the pseudo-locale, and how many stay open."""
    left = []
    for character in text:
        depth += {"⟦": 1, "⟧": -1}.get(character, 0)
        if not depth and character != "⟧":
            left.append(character)
    return "".join(left), depth


def english_in(page: str) -> list[str]:
    """Return the texts of a page that no catalogue could say in another language."""
    reader = _English()
    reader.feed(page)
    return reader.left


def test_the_browsers_language_is_spoken_and_a_chosen_one_goes_before_it(desk: Desk) -> None:
    """As `Accept-Language` ranks them; the choice is a cookie that leads back to the page."""
    assert (
        'lang="vi"' in desk.client.get("/verify", headers={"Accept-Language": "fr, vi;q=0.8, en;q=0.5"}).text
    )
    chosen = desk.client.get("/language", params={"to": "id", "back": "/help"}, follow_redirects=False)
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/help")
    assert "HttpOnly" in chosen.headers["set-cookie"]
    assert 'lang="id"' in desk.client.get("/verify", headers={"Accept-Language": "vi"}).text


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "javascript:x"]
)
def test_choosing_a_language_leads_nowhere_else(desk: Desk, back: str) -> None:
    """The way back is a path of this service, whatever a link says."""
    answer = desk.client.get("/language", params={"to": "th", "back": back}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_a_language_that_there_is_not_is_not_kept(desk: Desk) -> None:
    """Nothing but the codes of the languages gets into the cookie."""
    answer = desk.client.get("/language", params={"to": "xx; Path=/"}, follow_redirects=False)
    assert "set-cookie" not in answer.headers


def test_dates_have_month_names_in_each_language() -> None:
    """So that no day is taken for a month."""
    at = date(2026, 3, 4)
    assert [speech_in(one).day(at) for one in ("en", "id", "vi", "th")] == [
        "4 March 2026",
        "4 Maret 2026",
        "4 tháng 3 năm 2026",
        "4 มีนาคม 2026",
    ]
    assert speech_in("en").moment(datetime(2026, 11, 2, 3, 4, tzinfo=UTC)) == "2 November 2026, 03:04 UTC"


def test_a_sentence_of_the_ledger_is_said_with_its_values() -> None:
    """The template is what is translated; dates in it are written as the language does."""
    sentence = said("Entered on {day}.", day=date(2026, 11, 2))
    assert sentence == "Entered on 2 November 2026."
    assert speech_in(PSEUDO).text(sentence) == "⟦Éñtéréd öñ ⟦2 November 2026⟧.⟧"


@given(st.text(st.characters(exclude_characters="{}"), min_size=1, max_size=40))
def test_the_pseudo_locale_keeps_every_place(text: str) -> None:
    """What is filled in stays what it was."""
    assert pseudo(text + "{name}").format(name="N") == f"{pseudo(text)[:-1]}N⟧"


@pytest.mark.parametrize("path", _catalogues.paths(), ids=lambda path: path.stem)
def test_a_catalogue_says_every_text_of_the_pages(path: Path) -> None:
    """None missing, none left over, with the same places; `scripts/catalogues` brings it up to date."""
    assert {one.stem for one in _catalogues.paths()} == set(NAMES) - {"en"}
    assert _catalogues.problems(path, TEXTS) == []


def _plain_pages(desk: Desk) -> list[str]:
    return sorted(
        route.path
        for route in desk.app.state.routes
        if isinstance(route, APIRoute)
        and "GET" in (route.methods or ())
        and not route.include_in_schema
        and "{" not in route.path
        and route.path not in {"/", "/language", "/docs", "/login/back"}
    )


def test_no_page_says_anything_that_is_not_in_the_catalogues(desk: Desk) -> None:
    """The pseudo-locale marks what went through them; what is left in English is marked as English."""
    desk.issued()
    browsers = {
        "/": desk.client,
        "/desk": desk.at_work("VN issuing", Scope.ISSUE, Scope.READ, Scope.WATCH),
        "/desk/importing": desk.at_work("TH customs", Scope.DECIDE, Scope.READ, Scope.WATCH),
        "/desk/aeo": desk.at_work("VN aeo", Scope.AEO),
        "/desk/members": desk.administrator("VN"),
    }
    left = {}
    for path in _plain_pages(desk):
        area = max((one for one in browsers if path.startswith(one)), key=len)
        answer = browsers[area].get(path, headers={"Cookie": _cookies(browsers[area])})
        if answer.headers.get("content-type", "").startswith("text/html"):
            found = english_in(answer.text)
            if found:
                left[path] = found
    assert left == {}


@pytest.mark.parametrize(
    "broken",
    ["{nombre} chứng nhận", "{} chứng nhận", "{number", "chứng nhận }", "{number.none}", "{number:x-}"],
)
def test_a_translation_whose_places_do_not_fit_is_said_in_english(broken: str) -> None:
    """A fault in a catalogue must not take a page away from its readers."""
    speech = Speech("vi", {"{number} certificates": broken}.__getitem__)
    assert speech.counted(3, "One certificate", "{number} certificates") == "3 certificates"
    assert speech.say("{number} certificates", number=3) == "3 certificates"
    assert speech.text(said("{number} certificates", number=3)) == "3 certificates"


def _cookies(browser: object) -> str:
    held = getattr(browser, "cookies", {})
    return "; ".join([f"{COOKIE}={PSEUDO}", *(f"{name}={value}" for name, value in held.items())])
