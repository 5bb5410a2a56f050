"""What officers meant to do when their session was over: they log in again and go on where they were."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.desks.at_work import LASTING
from api.pages.visitor import COOKIE
from api.services import Limits
from ledger.archive import ActOutcome, ArchiveRooms, Scope
from tests.api.desk import Desk, HandClock, a_desk, a_world_in_memory
from tests.api.seen import Seen
from tests.api.test_pages import looked_at

NEW = "5a" * 16
IDLE = timedelta(minutes=30)
TYPED = {"scheme": "ATIGA-D", "note": "Tấm thép <b>&amp;", "several": ["one", "two"]}


@pytest.fixture
def officer(desk: Desk) -> TestClient:
    """Return the browser of an issuing officer."""
    return desk.at_work("VN issuing", Scope.ISSUE, Scope.READ)


def again(desk: Desk, browser: TestClient) -> None:
    """Log the same officer in again, in another window of the same browser."""
    (one,) = [one for one in desk.rooms.officers.officers("VN") if one.name == "VN issuing"]
    secret = desk.rooms.officers.begin(one.id, now=desk.clock(), lasting=LASTING)
    browser.cookies.clear()
    browser.cookies.set(COOKIE, secret)


def sent_again(page: Seen) -> tuple[str, dict[str, list[str]]]:
    """Return where the page's form goes, and the fields it holds."""
    (form,) = [one for one in page.all("form") if one["action"] != "/desk/leave"]
    assert form["method"] == "post"
    fields: dict[str, list[str]] = {}
    for one in page.all("input"):
        assert one["type"] == "hidden"
        fields.setdefault(one["name"], []).append(one["value"])
    return form["action"], fields


def test_a_session_ends_when_nothing_is_done_for_half_an_hour(desk: Desk, officer: TestClient) -> None:
    """Whoever comes to a computer that was left finds the login, and public pages greet nobody."""
    desk.clock.advance(IDLE - timedelta(seconds=1))
    assert officer.get("/desk/issuing").status_code == 200
    desk.clock.advance(IDLE - timedelta(seconds=1))
    assert "Log out" in officer.get("/verify").text
    desk.clock.advance(IDLE)
    assert "Log out" not in officer.get("/verify").text
    assert officer.get("/desk/issuing").status_code == 303


def test_the_operator_says_how_long_a_session_may_lie_idle(rooms: ArchiveRooms) -> None:
    """In minutes."""
    clock = HandClock()
    desk = a_desk(a_world_in_memory(clock), rooms, clock, Limits(idle_minutes=5))
    officer = desk.at_work("VN issuing", Scope.ISSUE)
    clock.advance(timedelta(minutes=4))
    assert officer.get("/desk").status_code == 200
    clock.advance(timedelta(minutes=5))
    assert officer.get("/desk").status_code == 303


@pytest.fixture
def rooms(desk: Desk) -> ArchiveRooms:
    """Return the archive."""
    return desk.rooms


def test_the_login_leads_back_to_the_page_with_its_question_and_says_why(
    desk: Desk, officer: TestClient
) -> None:
    """Also where a list was searched."""
    desk.clock.advance(IDLE)
    answer = officer.get("/desk/issuing/events?page=2&kind=x")
    assert answer.headers["location"] == "/login?back=/desk/issuing/events%3Fpage%3D2%26kind%3Dx&over=true"
    page = looked_at(officer.get(answer.headers["location"]))
    assert "Your session is over" in page.text
    long = officer.get(f"/desk/issuing?q={'x' * 300}")
    assert long.headers["location"] == "/login?back=/desk/issuing&over=true"


def test_pages_that_look_again_by_themselves_keep_no_session_alive(desk: Desk, officer: TestClient) -> None:
    """They ask until it is over, and then change nothing on the page, on which something may be typed."""
    for _ in range(6):
        desk.clock.advance(timedelta(minutes=5) - timedelta(seconds=1))
        for path in ("/desk/issuing", "/ledger/events?after=0-0", "/ledger"):
            assert officer.get(path, headers={"HX-Request": "true"}).status_code < 300
        assert (
            officer.post("/verify", headers={"HX-Request": "true"}, data={"reference": ""}).status_code == 422
        )
    desk.clock.advance(timedelta(seconds=6))
    answer = officer.get("/desk/issuing", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert not desk.rooms.acts.acts("")
    assert officer.get("/desk/issuing").status_code == 303


def test_what_is_typed_in_a_draft_keeps_the_session_alive(desk: Desk, officer: TestClient) -> None:
    """It is checked while it is typed."""
    draft = officer.post("/desk/issuing/drafts", data={"scheme": "ATIGA-D", "token": NEW}).headers["location"]
    for _ in range(4):
        desk.clock.advance(IDLE - timedelta(minutes=1))
        answer = officer.post(f"{draft}/check", data={"version": "1"}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
    assert officer.get(draft).status_code == 200


def test_a_form_sent_too_late_is_sent_again_after_the_login(desk: Desk, officer: TestClient) -> None:
    """Nothing of it was done; after the login it is what it was, every field in its place."""
    draft = officer.post("/desk/issuing/drafts", data={"scheme": "ATIGA-D", "token": NEW}).headers["location"]
    typed = {"version": "1", "exporter.name": 'Công ty "A" <b>'}
    desk.clock.advance(IDLE)
    answer = officer.post(draft, data=typed)
    page = looked_at(answer, 403)
    assert (*sent_again(page),) == (draft, {name: [value] for name, value in typed.items()})
    (login,) = [link for link in page.all("a") if link.get("target")]
    assert login["href"] == "/login?back=/desk"
    again(desk, officer)
    assert "Công ty" not in officer.get(draft).text
    address, fields = sent_again(page)
    assert officer.post(address, data=fields).status_code == 303
    assert 'value="Công ty &#34;A&#34; &lt;b&gt;"' in officer.get(draft).text


def test_a_form_sent_too_late_is_kept_as_refused_and_without_its_fields(
    desk: Desk, officer: TestClient
) -> None:
    """Among the acts stands that nobody was there."""
    desk.clock.advance(IDLE)
    answer = officer.post("/desk/issuing/drafts?x=1", data=TYPED)
    address, fields = sent_again(looked_at(answer, 403))
    assert address == "/desk/issuing/drafts?x=1"
    assert fields == {name: value if isinstance(value, list) else [value] for name, value in TYPED.items()}
    (act,) = desk.rooms.acts.acts("")
    assert (act.outcome, act.why, act.about) == (ActOutcome.REFUSED, "unauthenticated", "")
    assert answer.headers["cache-control"] == "no-store"


def test_who_was_never_logged_in_gets_no_form_back(desk: Desk) -> None:
    """There was no work to lose; nor is anything shown that another site made a browser send."""
    nobody = TestClient(desk.app, raise_server_exceptions=False, follow_redirects=False)
    answer = nobody.post("/desk/issuing/drafts", data=TYPED)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?back=/desk")
    late = desk.at_work("VN issuing", Scope.ISSUE)
    desk.clock.advance(IDLE)
    forged = late.post("/desk/issuing/drafts", data=TYPED, headers={"Sec-Fetch-Site": "cross-site"})
    assert (forged.status_code, "Another site" in forged.text, "one" in forged.text.split()) == (
        403,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/desk/importing/receive", "/desk/importing/receive"),
        ("http://testserver/verify", "/desk"),
        ("https://evil.example/desk/importing", "/desk"),
        ("http://testserver//evil.example/desk", "/desk"),
        (f"http://testserver/desk/{'x' * 300}", "/desk"),
        ("", "/desk"),
    ],
)
def test_after_a_file_sent_too_late_the_login_leads_to_the_page_to_choose_it_on(
    desk: Desk, referer: str, back: str
) -> None:
    """A file is not held for the time of a login."""
    customs = desk.at_work("TH customs", Scope.DECIDE)
    desk.clock.advance(IDLE)
    answer = customs.post(
        "/desk/importing/receive", files={"envelope": ("a.json", b"{}")}, headers={"Referer": referer}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?back={back}&over=true")
