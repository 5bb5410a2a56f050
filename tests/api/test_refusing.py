"""Errors at the addresses of people are pages, at those of programs problem documents."""

import re
from collections.abc import Mapping

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from ledger.archive import Scope
from tests.api.desk import Desk, problem
from tests.api.seen import Seen, seen

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
PATHS = ("/verify", "/operators", "/ledger", "/help", "/login", "/desk", "/q")


def page_of(answer: Response, status: int, code: str) -> Seen:
    """Return the page of an error, after seeing that it is sound and leads on."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert "Accept" in answer.headers["vary"].split(", ")
    assert "default-src 'none'; script-src 'self'" in answer.headers["content-security-policy"]
    page = seen(answer.text)
    links = [link["href"] for link in page.all("a")]
    assert page.faults == []
    assert {f"/help/problems/{code}", "/verify", "/ledger", "/desk", "/help"} <= set(links)
    return page


@pytest.mark.parametrize("path", PATHS)
def test_what_is_nowhere_among_the_pages_is_a_page(desk: Desk, path: str) -> None:
    """Also for who says nothing of what it takes, as long as it does not ask for JSON."""
    for headers in ({}, {"Accept": "*/*"}, {"Accept": BROWSER}):
        answer = desk.client.get(f"{path}/no/where/at/all", headers=headers)
        page = page_of(answer, 404, "not-found")
        assert "See that the address is whole" in page.text
        assert "openapi.json" not in page.text


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("text/html;q=0.5", True),
        ("TEXT/HTML", True),
        ("text/html, application/json", True),
        ("text/html;q=0.5, application/json", False),
        ("application/json", False),
        ("application/problem+json, text/html;q=0.9", False),
        ("text/html;q=0", False),
        ("text/html;q=nan", False),
        ("*/*", False),
        ("", False),
        ("text/*", False),
        (",;=,q=1;text/html", False),
    ],
)
def test_an_address_that_is_nowhere_answers_as_it_is_asked(desk: Desk, accept: str, *, is_page: bool) -> None:
    """A person who mistypes finds a page, a program a document."""
    answer = desk.client.get("/nowhere", headers={"Accept": accept})
    if is_page:
        page_of(answer, 404, "not-found")
    else:
        problem(answer, 404, "not-found")


@pytest.mark.parametrize("path", ["/v1/nowhere", "/v1", "/v1/members/XX/x", "/openapi.json/x"])
def test_addresses_of_programs_answer_with_documents_whoever_asks(desk: Desk, path: str) -> None:
    """Also a browser."""
    problem(desk.client.get(path, headers={"Accept": BROWSER}), 404, "not-found")


@pytest.mark.parametrize("path", ["/verify/x", "/desk/x", "/ledger/x"])
def test_a_program_that_wants_json_at_a_page_gets_it(desk: Desk, path: str) -> None:
    """It says so."""
    problem(desk.client.get(path, headers={"Accept": "application/json"}), 404, "not-found")


@pytest.mark.parametrize("path", ["/verify", "/login", "/desk", "/ledger/search", "/help"])
def test_a_method_that_a_page_does_not_take_is_a_page_with_those_it_takes(desk: Desk, path: str) -> None:
    """The header names them, the page says what to do."""
    answer = desk.client.put(path, headers={"Accept": BROWSER})
    assert "Open the page itself" in page_of(answer, 405, "method-not-allowed").text
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/ledger/blocks/x", "/ledger/certificates/1", "/ledger/figures?days=many"])
def test_an_address_with_something_wrong_in_it_is_a_page_that_names_the_place(desk: Desk, path: str) -> None:
    """And does not repeat what stood there."""
    desk.at_work("VN issuing", Scope.ISSUE)
    page = page_of(desk.client.get(path), 422, "invalid-request")
    assert "Go back and put right what is named here" in page.text
    assert re.search(r"(path|query)\.\w+:", page.text)


@pytest.mark.parametrize("path", ["/desk/issuing/drafts", "/login/start", "/operators", "/nowhere"])
def test_a_body_that_is_too_large_for_a_page_is_a_page(desk: Desk, path: str) -> None:
    """Told before it is read; the connection ends, because the rest of it is not read."""
    large = {"Accept": BROWSER, "Content-Type": "application/x-www-form-urlencoded"}
    answer = desk.client.post(path, content=b"x" * (desk.limits.body_bytes + 1), headers=large)
    assert "send a smaller file" in page_of(answer, 413, "payload-too-large").text
    assert answer.headers["connection"] == "close"
    document = desk.client.post("/v1/receipts", content=b"x" * (desk.limits.body_bytes + 1), headers=large)
    problem(document, 413, "payload-too-large")


def test_a_page_in_the_language_of_the_visitor_says_what_is_wrong(desk: Desk) -> None:
    """Though no address was found whose page it could be."""
    answer = desk.client.get("/ledger/x/y/z", headers={"Accept-Language": "vi"})
    assert 'lang="vi"' in answer.text


def broken(*_: object, **__: object) -> None:
    """Fail as our own mistakes do."""
    message = "FOB 1200.50 of Cong ty"
    raise ZeroDivisionError(message)


@pytest.mark.parametrize("path", ["/operators", "/ledger", "/desk"])
def test_a_fault_of_ours_is_a_page_with_the_number_to_tell(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Also where it is what greets the officer that fails: the page asks it no more."""
    browser = desk.at_work("VN issuing", Scope.ISSUE)
    monkeypatch.setattr(desk.rooms.officers, "at_work", broken)
    answer = browser.get(path, headers={"X-Request-ID": "trace-0123ABC"})
    page = page_of(answer, 500, "internal")
    assert "this number: trace-0123ABC" in page.text
    assert "1200.50" not in answer.text


def test_a_fault_of_the_pages_themselves_is_a_document(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is always an answer."""
    monkeypatch.setattr("api.refusing.page", broken)
    monkeypatch.setattr("api.routes.help_page.page", broken)
    problem(desk.client.get("/help", headers={"Accept": BROWSER}), 500, "internal")


def test_too_many_questions_are_a_page_with_the_seconds_to_wait(desk: Desk) -> None:
    """The header says it to programs."""
    for _ in range(200):
        answer = desk.client.get("/ledger/search?q=x", headers={"Accept": BROWSER})
        if answer.status_code == 429:
            break
    page_of(answer, 429, "rate-limited")
    assert int(answer.headers["retry-after"]) > 0


def test_a_desk_answers_a_program_that_asks_for_json_with_a_document(desk: Desk) -> None:
    """What is refused there is refused in the same way, and kept."""
    browser: TestClient = desk.at_work("VN issuing", Scope.ISSUE)
    asked: Mapping[str, str] = {"Accept": "application/json"}
    problem(browser.get("/desk/aeo", headers=asked), 403, "desk-not-yours")
    page_of(browser.get("/desk/aeo", headers={"Accept": BROWSER}), 403, "desk-not-yours")
    assert [act.why for act in desk.rooms.acts.acts("VN")] == ["desk-not-yours"] * 2
