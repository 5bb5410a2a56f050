"""What every request and every answer have in common."""

import logging
import re

import pytest

from tests.api.desk import Desk, problem

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_a_harmless_request_id_is_kept(desk: Desk) -> None:
    """It comes back in the answer and stands in problems."""
    answer = desk.ask("GET", "/nowhere", headers={"X-Request-ID": "trace-0123ABC"})
    assert problem(answer, 404, "not-found")["request_id"] == "trace-0123ABC"


@pytest.mark.parametrize(
    "given", ["short", "x" * 65, "with space 1", "line\\nbreak1", "<script>alert", "{jndi:ldap}", ""]
)
def test_any_other_request_id_is_replaced(desk: Desk, given: str) -> None:
    """It would end up in logs."""
    answer = desk.ask("GET", "/livez", headers={"X-Request-ID": given})
    assert UUID.fullmatch(answer.headers["x-request-id"])


def test_each_request_without_an_id_gets_its_own(desk: Desk) -> None:
    """Twenty requests, twenty ids."""
    assert len({desk.ask("GET", "/livez").headers["x-request-id"] for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/livez"), ("GET", "/nowhere"), ("PUT", "/livez"), ("GET", "/docs"), ("GET", "/v1/api-keys")],
)
def test_every_answer_carries_the_security_headers(desk: Desk, method: str, path: str) -> None:
    """Errors and pages too."""
    headers = desk.ask(method, path, by=None).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "server" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/v1",
        "/v1/certificates/",
        "/v1/certificates/x/y/z",
        "/docs/",
        "/v1//members",
        "/v2/members",
    ],
)
def test_nothing_at_an_address_is_a_problem(desk: Desk, path: str) -> None:
    """Also a slash too many, which is not mended by a redirect."""
    problem(desk.ask("GET", path), 404, "not-found")


def test_the_bare_address_leads_to_the_page_about_the_service(desk: Desk) -> None:
    """A person who opens it in a browser finds a page, not a problem."""
    answer = desk.ask("GET", "/")
    assert "text/html" in answer.headers["content-type"]


def test_a_method_that_an_address_does_not_take_is_a_problem(desk: Desk) -> None:
    """Allow names those it takes."""
    answer = desk.ask("PUT", "/v1/verifications")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"
    both = desk.ask("PATCH", "/v1/certificates", by=None)
    assert problem(both, 405, "method-not-allowed")
    assert both.headers["allow"] == "GET, POST"


def test_a_fault_of_ours_is_a_problem_and_shows_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the answer nor the log repeats the exception's text; the log names id, class and place."""

    def broken(*_: object) -> None:
        message = "FOB 1200.50 of Cong ty"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(desk.world.ledger, "members", broken)
    with caplog.at_level(logging.ERROR):
        answer = desk.ask("GET", "/v1/members", headers={"X-Request-ID": "trace-0123ABC"})
    problem(answer, 500, "internal")
    assert "1200.50" not in answer.text + caplog.text
    assert "trace-0123ABC" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_the_documentation_page_takes_nothing_from_elsewhere(desk: Desk) -> None:
    """No script, no style, no image, and no link that leaves the service."""
    page = desk.ask("GET", "/docs", by=None)
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"<(script|link|img|iframe|style)|https?://|//", page.text)
    assert "issueCertificate" in page.text
