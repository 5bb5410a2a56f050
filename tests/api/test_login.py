"""How officers log in and out, as a browser does it."""


import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.portal import DEMO_ISSUER, Portal
from ledger.archive import Officer, Scope
from tests.api.desk import Desk
from tests.api.test_pages import looked_at


def enrolled(desk: Desk, subject: str, *, issuer: str = DEMO_ISSUER, name: str = "VN issuing") -> Officer:
    """Enrol a person for an authority of the cast."""
    authority = desk.ledger.members.authority(desk.authority(name))
    assert authority is not None
    return desk.rooms.officers.enrol(
        (issuer, subject),
        subject,
        member=authority.member,
        authority=authority.id,
        account=desk.world.account(name),
        scopes=[Scope.ISSUE, Scope.READ],
        now=desk.clock(),
    )


def browser(desk: Desk, portal: Portal, base_url: str = "http://testserver") -> TestClient:
    """Return a browser at a service with this way to log in."""
    app = create_app(desk.ledger, desk.rooms, desk.limits, portal=portal)
    return TestClient(app, base_url, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def demo(desk: Desk) -> TestClient:
    """Return a browser at a demonstration."""
    return browser(desk, Portal(demo_roles=True))


def test_one_click_is_a_login_in_a_demonstration(desk: Desk, demo: TestClient) -> None:
    """Each officer of the demonstration is a button, and leads to the page that was asked for."""
    officer = enrolled(desk, "VN issuing")
    asked = demo.get("/desk")
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?back=/desk")
    page = looked_at(demo.get("/login?back=/desk/issuing"))
    assert "Viet Nam (VN) VN issuing VN issuing office" in page.text
    (button,) = [one for one in page.all("button") if one.get("name") == "officer"]
    answer = demo.post("/login/demo", data={"officer": button["value"], "back": "/desk/issuing"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/issuing")
    front = looked_at(demo.get("/desk"))
    assert "You work for VN issuing office, Viet Nam (VN)" in front.text
    assert [act.about for act in desk.rooms.acts.acts("VN") if act.outcome == "done"] == [officer.id]
