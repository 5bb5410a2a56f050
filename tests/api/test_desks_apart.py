"""Each desk is for its own officers: every address, asked by everybody who has no business there.

The addresses are those that the service has, so that one added later is tried here too.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from ledger.archive import ActOutcome, ArchiveRooms, Scope, access, officers
from tests.api.desk import SECOND_OFFICE, Desk, idempotent

_PLACE = re.compile(r"\{(\w+)[^}]*\}")
KINDS = ("issuing", "importing", "aeo", "exporters", "members")
OPEN_TO = {
    "/desk": set(KINDS),
    "/desk/leave": set(KINDS),
    "/desk/issuing": {"issuing"},
    "/desk/importing": {"importing"},
    "/desk/certificates": {"issuing", "importing"},
    "/desk/statements": {"issuing", "importing"},
    "/desk/aeo": {"aeo"},
    "/desk/members": {"members"},
}
"""Which kinds of officers have business at the addresses that begin so; the longest beginning counts."""


@dataclass(frozen=True)
class Address:
    """A method at an address, its places filled in with what is nowhere."""

    method: str
    path: str
    template: str
    name: str

    @property
    def kinds(self) -> set[str]:
        """Who has business here."""
        fits = [begin for begin in OPEN_TO if self.path == begin or self.path.startswith(f"{begin}/")]
        return OPEN_TO[max(fits, key=len)]

    def ask(self, browser: TestClient, **headers: str) -> Response:
        """Ask as a browser does: what is sent is a form."""
        data = {"nothing": "1"} if self.method == "POST" else None
        return browser.request(
            self.method,
            self.path,
            data=data,
            headers={name.replace("_", "-"): v for name, v in headers.items()},
        )


def addresses(desk: Desk, **places: str) -> Sequence[Address]:
    """Return every method at every address of the desks."""
    nothing = f"0x{'00' * 32}"
    filled = {"certificate": nothing, "statement": nothing, "draft": "0" * 16} | places
    found = []
    for route in desk.app.state.routes:
        if route.path == "/desk" or route.path.startswith("/desk/"):
            path = _PLACE.sub(lambda place: filled.get(place[1], "1"), route.path)
            found += [Address(method, path, route.path, route.name) for method in sorted(route.methods)]
    return found


def at_desk(desk: Desk, kind: str, member: str = "VN") -> TestClient:
    """Return a browser with an officer of a kind."""
    match kind:
        case "issuing":
            return desk.at_work(f"{member} issuing", Scope.ISSUE, Scope.READ)
        case "importing":
            return desk.at_work(f"{member} customs", Scope.DECIDE, Scope.READ)
        case "aeo":
            return desk.at_work(f"{member} aeo", Scope.AEO, Scope.WATCH)
        case "exporters":
            return desk.at_work(f"{member} issuing", Scope.EXPORTERS)
    return desk.administrator(member)


def kept(rooms: ArchiveRooms, member: str = "VN") -> list[tuple[str, str]]:
    """Return name and reason of all that was refused, oldest first."""
    acts = rooms.acts.acts(member, most=500)
    return [(act.act, act.why) for act in reversed(acts) if act.outcome is ActOutcome.REFUSED]


def test_every_desk_has_addresses_and_every_address_its_officers(desk: Desk) -> None:
    """Nothing below passes because there was nothing to ask."""
    begins = {f"/desk/{address.path.split('/')[2]}" for address in addresses(desk) if address.path != "/desk"}
    assert begins <= set(OPEN_TO)
    assert {"/desk/issuing", "/desk/importing", "/desk/aeo", "/desk/certificates"} <= begins


def test_nobody_is_led_to_the_login_from_every_address(desk: Desk) -> None:
    """Pages and forms alike, and each attempt is kept; leaving needs nobody."""
    browser = TestClient(desk.app, raise_server_exceptions=False, follow_redirects=False)
    wanted = []
    for address in addresses(desk):
        answer = address.ask(browser)
        if address.path == "/desk/leave":
            continue
        back = address.path if address.method == "GET" else "/desk"
        assert (answer.status_code, answer.headers["location"]) == (303, f"/login?back={back}"), address
        wanted.append((address.name[:40], "unauthenticated"))
    assert kept(desk.rooms, "") == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_an_officer_of_another_desk_is_refused_at_every_address(desk: Desk, kind: str) -> None:
    """With a page, status 403, and a row among the acts for each; the own desk is open."""
    browser, wanted = at_desk(desk, kind), []
    for address in addresses(desk):
        if address.path == "/desk/leave":
            continue
        answer = address.ask(browser)
        if kind in address.kinds:
            assert answer.status_code not in {401, 403}, (address, answer.text[:3000])
            assert not answer.headers.get("location", "").startswith("/login"), address
            continue
        assert answer.status_code == 403, (address, answer.status_code)
        assert answer.headers["content-type"] == "text/html; charset=utf-8", address
        wanted.append((address.name[:40], "desk-not-yours"))
    assert [one for one in kept(desk.rooms) if one[1] == "desk-not-yours"] == wanted
    assert wanted


def test_an_administrator_whose_key_was_taken_over_administers_no_more(desk: Desk) -> None:
    """The member has another admin key by now; the session still stands."""
    browser = desk._logged_in("old administrator", "VN", 0, desk.world.account("VN issuing"), [Scope.ADMIN])
    for address in addresses(desk):
        if address.kinds == {"members"}:
            assert address.ask(browser).status_code == 403, address


def test_an_authority_that_was_withdrawn_has_no_desk_any_more(desk: Desk) -> None:
    """Its officers are still enrolled; the ledger stands above that."""
    browser = desk.at_work("VN issuing", Scope.ISSUE, Scope.READ)
    desk.world.ledger.withdraw_authority(desk.authority("VN issuing"), desk.world.admin("VN"))
    for address in addresses(desk):
        if address.kinds == {"issuing"}:
            assert address.ask(browser).status_code == 403, address


def test_a_certificate_of_others_is_not_there(desk: Desk) -> None:
    """For officers of a third member with every right: 404 as for one that does not exist, each time kept."""
    certificate = desk.issued()["id"]
    asked = [
        address for address in addresses(desk, certificate=certificate) if "{certificate" in address.template
    ]
    assert asked
    strangers = {
        "issuing": desk.at_work("MY issuing", Scope.ISSUE, Scope.READ),
        "importing": desk.at_work("MY issuing", Scope.DECIDE, Scope.READ),
    }
    for kind, browser in strangers.items():
        for address in asked:
            if kind in address.kinds:
                answer = address.ask(browser)
                assert answer.status_code == 404, (address, answer.status_code, answer.text[:2000])
    assert len([why for _, why in kept(desk.rooms, "MY") if why.endswith("not-found")]) >= len(asked)


def test_a_draft_of_others_is_not_there(desk: Desk) -> None:
    """Not even for another office of the same member."""
    own, token = at_desk(desk, "issuing"), "0123456789abcdef" * 2
    begun = own.post("/desk/issuing/drafts", data={"scheme": "ATIGA-D", "token": token})
    assert begun.status_code == 303
    (draft,) = desk.rooms.drafts.drafts(desk.authority("VN issuing"))
    asked = [address for address in addresses(desk, draft=draft.id) if "{draft" in address.template]
    assert asked
    for other in (SECOND_OFFICE, "TH issuing"):
        browser = desk.at_work(other, Scope.ISSUE, Scope.READ)
        for address in asked:
            assert address.ask(browser).status_code == 404, address
    (after,) = desk.rooms.drafts.drafts(desk.authority("VN issuing"))
    assert after == draft


def test_a_form_that_another_site_sent_is_refused_at_every_address(desk: Desk) -> None:
    """Whoever is logged in, at the login too; by what the browser says of where it comes from."""
    browsers = {kind: at_desk(desk, kind) for kind in KINDS}
    logins = [
        Address(method, route.path, route.path, route.name)
        for route in desk.app.state.routes
        if route.path.startswith("/login")
        for method in route.methods
    ]
    posts = [one for one in [*addresses(desk), *logins] if one.method == "POST"]
    for address in posts:
        kind = min(address.kinds) if address.path.startswith("/desk") else "issuing"
        for headers in ({"sec_fetch_site": "cross-site"}, {"origin": "https://evil.example"}):
            answer = address.ask(browsers[kind], **headers)
            assert answer.status_code == 403, (address, headers, answer.status_code)
            assert "Another site sent this request" in answer.text, address
    told = [name for name, why in kept(desk.rooms) if why == "sent-from-elsewhere"]
    assert told == [address.name[:40] for address in posts for _ in range(2)]
    assert browsers["issuing"].get("/desk").status_code == 200  # nobody was logged out


CLAIMED = {
    "status": "issued",
    "authority": "3",
    "issuer_id": "3",
    "member": "TH",
    "officer": "somebody else",
    "scopes": "admin",
    "account": "0x0000000000000000000000000000000000000001",
    "id": "0" * 16,
}
"""What a form might claim though it has no such controls (mass assignment)."""


def test_what_a_form_claims_beside_its_controls_changes_nothing(desk: Desk) -> None:
    """A draft is of the officer's own authority, by the officer, and a draft, whatever is sent with it."""
    browser, token = at_desk(desk, "issuing"), "fedcba9876543210" * 2
    browser.post("/desk/issuing/drafts", data={"scheme": "ATIGA-D", "token": token} | CLAIMED)
    others = [number for number in range(1, 10) if number != desk.authority("VN issuing")]
    assert [one for number in others for one in desk.rooms.drafts.drafts(number)] == []
    made = desk.rooms.drafts.drafts(desk.authority("VN issuing"))
    assert {(one.member, one.certificate) for one in made} <= {("VN", None)}
    assert "somebody else" not in {one.officer for one in made}


def test_a_form_cannot_make_an_officer_more_than_was_enrolled(desk: Desk) -> None:
    """Claims beside any form of the own desk leave the officer as it was."""
    browser = at_desk(desk, "issuing")
    before = desk.rooms.officers.officers("VN")
    for address in addresses(desk):
        if address.method == "POST" and address.path != "/desk/leave":
            browser.post(address.path, data=CLAIMED)
    assert desk.rooms.officers.officers("VN") == before
    assert browser.get("/desk/aeo").status_code == 403
    assert desk.rooms.certificates.newest(desk.authority("VN issuing"), limit=10) == ()


def test_a_revoked_api_key_and_an_ended_officer_are_out_at_once(desk: Desk) -> None:
    """The next request of each is refused; nothing is kept in memory for a while."""
    browser = at_desk(desk, "issuing")
    (officer,) = desk.rooms.officers.officers("VN")
    token = desk.token("VN issuing")
    path = f"/v1/certificates/0x{'00' * 32}"
    assert desk.ask("GET", path).status_code == 404
    assert browser.get("/desk/issuing").status_code == 200
    desk.rooms.keys.revoke(desk.authority("VN issuing"), token.split("_")[1], now=desk.clock())
    desk.rooms.officers.end(officer.id, now=desk.clock())
    assert desk.ask("GET", path).status_code == 401
    assert desk.ask("POST", "/v1/certificates", json={}, headers=idempotent()).status_code == 401
    assert browser.get("/desk/issuing").headers["location"].startswith("/login")
    assert browser.post("/desk/issuing/drafts", data={}).headers["location"].startswith("/login")


def test_a_wrong_secret_takes_the_same_work_as_an_unknown_id(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One comparison of two digests of 32 bytes in constant time each, so that ids cannot be told apart."""
    made, token = desk.rooms.keys.make(
        1, desk.world.account("VN issuing"), [Scope.READ], label="", now=desk.clock()
    )
    compared: list[tuple[int, int]] = []

    def counted(one: Any, other: Any) -> bool:
        compared.append((len(one), len(other)))
        return hmac.compare_digest(one, other)

    for module in (access, officers):
        monkeypatch.setattr(module, "hmac", _Counting(counted))
    secret = token.rpartition("_")[2]
    wrong = sha256(secret.encode()).hexdigest()[:43]
    for tried in (token, f"asal_{made.id}_{wrong}", f"asal_{'0' * 16}_{wrong}", "nonsense"):
        compared.clear()
        assert (desk.rooms.keys.holder(tried) is not None) is (tried == token)
        assert compared == [(32, 32)], tried
    at_desk(desk, "issuing")
    for tried in ("nothing", wrong):
        compared.clear()
        assert desk.rooms.officers.at_work(tried, now=desk.clock()) is None
        assert compared == [(32, 32)], tried


@dataclass(frozen=True)
class _Counting:
    """`hmac` with a comparison that is watched."""

    compare_digest: Any


def test_nobody_fills_the_archive_with_refusals(desk: Desk) -> None:
    """Of somebody who is not logged in and asks without end some are kept; of an officer each is."""
    browser = TestClient(desk.app, raise_server_exceptions=False, follow_redirects=False)
    for _ in range(310):
        assert browser.get("/desk").status_code == 303
    assert kept(desk.rooms, "") == [("front", "unauthenticated")] * 300
    officer = at_desk(desk, "aeo")
    assert officer.get("/desk/issuing").status_code == 403
    assert kept(desk.rooms)[-1] == ("front", "desk-not-yours")


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "undefined"])
def test_texts_that_cannot_be_written_in_utf_8_are_refused_with_a_page(desk: Desk, charset: str) -> None:
    """Whatever a form says of how its texts are written; nothing of it is kept."""
    browser = at_desk(desk, "issuing")
    begun = browser.post("/desk/issuing/drafts", data={"scheme": "ATIGA-D", "token": "a" * 32})
    parts = {"version": b"1", "token": b"a" * 32, "reference": b"\\ud800 +2AA-"}
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in parts.items()
    )
    kind = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    for address in (begun.headers["location"], "/desk/issuing/bulk"):
        answer = browser.post(address, content=body + b"--x--\r\n", headers=kind)
        assert answer.status_code == 422, address
        assert answer.headers["content-type"].startswith("text/html"), address
    (draft,) = desk.rooms.drafts.drafts(desk.authority("VN issuing"))
    assert "reference" not in draft.document
