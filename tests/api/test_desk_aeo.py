"""The AEO officer's desk: operators of the own member, each act once, and nobody else's."""

import html
import re
import socket
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from ledger.archive import ActOutcome, DeskAct, Scope
from ledger.authorising import case_of, newest_record
from ledger.memory import MemoryLedger
from ledger.operators import OperatorCode, ProgrammeKind
from ledger.writes import DeclareProgramme
from tests.api.desk import Desk
from tests.api.seen import Seen
from tests.api.test_pages import looked_at
from tests.recognised import EXPORTER, NAME, recognising_on

CODE = "VN0100109106"
PAGE = f"/desk/aeo/operators/{CODE}"
PARTICULARS: dict[str, Any] = {
    "name": "Cà phê Tây Nguyên JSC",
    "address": "12 Nguyễn Huệ\r\nHà Nội",
    "country": "VN",
    "nationalId": "0100109106",
    "programme": "PE",
    "level": "1",
    "roles": ["EXP", "MFR"],
    "consent": ["publication", "exchange"],
}
OFFICE = {"office": "AEO unit, Hà Nội"}


@pytest.fixture
def office(desk: Desk) -> Desk:
    """Return the service of a member that has a programme."""
    chain = desk.world.ledger
    assert isinstance(chain, MemoryLedger)
    write = DeclareProgramme("PE", "Priority enterprise", ProgrammeKind.SAFE_AEO, 2)
    chain.write(write, desk.world.account("VN aeo"))
    return desk


@pytest.fixture
def officer(office: Desk) -> TestClient:
    """Return the browser of an officer of VN."""
    return office.at_work("VN aeo", Scope.AEO)


def shown(officer: TestClient, path: str, status: int = 200) -> Seen:
    """Look at a page of the desk."""
    return looked_at(officer.get(path), status)


def request_in(officer: TestClient, path: str, act: str) -> str:
    """Return the name of the request that the form of an act carries."""
    form = officer.get(path).text.split(f'id="{act}-form"', 1)[1]
    found = re.search(r'name="request" value="([0-9a-f]+)"', form)
    assert found
    return found[1]


def send(officer: TestClient, act: str, request: str = "", **fields: Any) -> Response:
    """Send the form of an act as its page has it."""
    request = request or request_in(officer, PAGE, act)
    return officer.post(f"{PAGE}/{act}", data=OFFICE | {"request": request} | fields)


def apply(officer: TestClient, request: str = "", **fields: Any) -> Response:
    """Send an application."""
    request = request or request_in(officer, "/desk/aeo/new", "apply")
    given = {"operator": "AEO 0100-109-106", "request": request} | OFFICE | PARTICULARS | fields
    return officer.post("/desk/aeo/new", data=given)


def certified(officer: TestClient) -> None:
    """Certify the usual operator."""
    assert apply(officer).status_code == 303
    for act in ("accept", "desk-validation", "field-validation"):
        assert send(officer, act).status_code == 303
    answer = send(officer, "certify", until="2031-11-02", level="1", roles=["EXP", "MFR"])
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=certify")


def acts_of(desk: Desk, member: str = "VN") -> list[DeskAct]:
    """Return what officers of a member did and were refused, the newest first."""
    return list(desk.rooms.acts.acts(member))


def test_an_empty_desk_says_what_to_do_first(officer: TestClient) -> None:
    """With a link that does it."""
    page = shown(officer, "/desk/aeo")
    assert "No operators yet." in page.text
    assert "/desk/aeo/new" in [one.get("href") for one in page.all("a")]
    assert "Your member has a part in no arrangement yet" in shown(officer, "/desk/aeo/arrangements").text


def test_an_application_waits_for_its_decision(office: Desk, officer: TestClient) -> None:
    """It is on file under its code, and nothing of it on the ledger."""
    answer = apply(officer)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=apply")
    front = shown(officer, "/desk/aeo")
    assert "Waiting for a decision One application, not decided yet" in front.text
    page = shown(officer, f"{PAGE}?done=apply")
    assert "Done: Take in an application." in page.text
    assert "Accept the application as complete" in page.text
    assert "12 Nguyễn Huệ" in page.text
    assert office.ledger.recognitions.found([OperatorCode(CODE)]).operators == {}
    done = [one for one in acts_of(office) if one.outcome is ActOutcome.DONE]
    (kept,) = [one for one in done if not one.act.startswith("read ")]
    assert (kept.act, kept.about, kept.authority) == ("apply", CODE, office.authority("VN aeo"))


def test_a_form_sent_twice_is_carried_out_once(office: Desk, officer: TestClient) -> None:
    """Both times the officer sees what was done."""
    request = request_in(officer, "/desk/aeo/new", "apply")
    answers = [apply(officer, request) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    request = request_in(officer, PAGE, "accept")
    answers = [send(officer, "accept", request) for _ in range(2)]
    assert [one.headers["location"] for one in answers] == [f"{PAGE}?done=accept"] * 2
    assert len(office.ledger.operator_files.events(OperatorCode(CODE))) == 2


def test_a_suspension_at_the_desk_changes_the_public_answer(office: Desk, officer: TestClient) -> None:
    """From the very next question on; lifting it changes it back."""
    certified(officer)

    def public() -> str:
        return looked_at(office.client.get("/operators", params={"code": CODE})).text

    assert "Authorised at home" in public()
    answer = send(officer, "suspend", ground="suspected-breach", note="Seals\r\nbroken")
    assert answer.status_code == 303
    assert "Its authorisation is suspended" in public()
    page = shown(officer, answer.headers["location"])
    assert "Done: Suspend." in page.text
    assert "A breach is suspected" in page.text
    assert "Seals" in page.text
    assert "Seals" not in public()
    assert send(officer, "reinstate", ground="cured").status_code == 303
    assert "Authorised at home" in public()


def test_what_is_not_allowed_is_said_where_it_was_asked(office: Desk, officer: TestClient) -> None:
    """With what is allowed instead; nothing is done, and it is kept."""
    apply(officer)
    request = request_in(officer, PAGE, "accept")
    page = looked_at(send(officer, "certify", request), 409)
    assert "is submitted, which does not allow `certify`; allowed now: accept, return" in page.text
    assert [one for one in page.all("div") if one.get("role") == "alert"]
    assert acts_of(office)[0].why == "act-not-allowed"
    assert len(office.ledger.operator_files.events(OperatorCode(CODE))) == 1


@pytest.mark.parametrize(
    ("fields", "said", "control"),
    [
        ({"ground": ""}, "Choose a ground", "suspend-ground"),
        ({"ground": "cured"}, "Choose a ground", "suspend-ground"),
        ({"office": ""}, "Enter the deciding office", "suspend-office"),
        ({"office": "x" * 81}, "Enter the deciding office", "suspend-office"),
        ({"effective": "tomorrow"}, "Enter a day", "suspend-effective"),
        ({"until": "2026-11-01"}, "Must be later than it begins", "suspend-until"),
    ],
)
def test_what_has_to_be_put_right_is_said_at_its_control(
    officer: TestClient, fields: dict[str, str], said: str, control: str
) -> None:
    """What was typed is kept, and the form stays open."""
    certified(officer)
    given = {"ground": "other", "note": "Typed with care"} | fields
    answer = send(officer, "suspend", **given)
    page = looked_at(answer, 422)
    assert said in page.text
    assert f"#{control}" in [one.get("href") for one in page.all("a")]
    assert "Typed with care" in page.text
    assert '<details class="act" id="suspend-form" open>' in answer.text


def amended(officer: TestClient, shown: Response) -> Response:
    """Press the button under what would change."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown.text)
    fields: dict[str, list[str]] = {}
    for name, value in found:
        fields.setdefault(name, []).append(html.unescape(value))
    return officer.post(f"{PAGE}/amend", data=fields)


def test_an_amendment_says_only_what_changed(office: Desk, officer: TestClient) -> None:
    """What the form repeats of the record is not said anew; with no change there is nothing to do."""
    certified(officer)
    same = looked_at(send(officer, "amend", **PARTICULARS), 422)
    assert "Say what is to be amended" in same.text
    shown = send(officer, "amend", **PARTICULARS | {"name": "Highland Coffee"})
    assert amended(officer, shown).status_code == 303
    assert "Highland Coffee" in shown_page(officer)
    assert "Highland Coffee VN0100109106" in looked_at(office.client.get("/operators?code=" + CODE)).text


def shown_page(officer: TestClient) -> str:
    """Return what the page of the operator says."""
    return shown(officer, PAGE).text


def test_an_amendment_is_seen_before_it_is_recorded(office: Desk, officer: TestClient) -> None:
    """From old to new, and nothing else; nothing is recorded without the button."""
    certified(officer)
    changed = {"name": 'Highland "Coffee"', "roles": ["EXP"], "address": "1 Phố Huế\r\nHà Nội"}
    shown = send(officer, "amend", **PARTICULARS | changed)
    page = looked_at(shown).text
    assert 'Registered name Cà phê Tây Nguyên JSC Highland "Coffee"' in page
    assert "Authorised as exporter, manufacturer exporter" in page
    assert "1 Phố Huế" in page
    assert "Number in the national register" not in page
    assert "Highland" not in shown_page(officer)
    assert amended(officer, shown).headers["location"] == f"{PAGE}?done=amend"
    record = newest_record(case_of(OperatorCode(CODE), office.ledger), office.ledger)
    assert record is not None
    assert (record.name, record.address) == ('Highland "Coffee"', "1 Phố Huế\nHà Nội")


def test_an_amendment_of_what_has_changed_since_is_seen_again(officer: TestClient) -> None:
    """Whoever was slower sees the record as it is now."""
    certified(officer)
    slower = send(officer, "amend", **PARTICULARS | {"name": "Slower"})
    amended(officer, send(officer, "amend", **PARTICULARS | {"name": "Faster"}))
    again = amended(officer, slower)
    assert "Registered name Faster Slower" in looked_at(again).text
    assert "has changed since" in again.text
    assert "Slower" not in shown_page(officer)
    assert amended(officer, again).status_code == 303
    assert "Slower" in shown_page(officer)


@pytest.mark.parametrize(
    ("emptied", "said"),
    [
        ({"name": ""}, "Enter the registered name"),
        ({"address": ""}, "Enter the address"),
        ({"country": ""}, "Enter the two letters"),
        ({"nationalId": ""}, "Enter the number in the national register"),
        ({"level": ""}, "Enter a level"),
        ({"roles": []}, "Choose one role or more"),
    ],
)
def test_a_field_that_was_emptied_is_not_passed_over(
    officer: TestClient, emptied: dict[str, Any], said: str
) -> None:
    """A record needs all of them, so the page says so instead of keeping what stood there."""
    certified(officer)
    page = looked_at(send(officer, "amend", **PARTICULARS | {"name": "Highland Coffee"} | emptied), 422)
    (name,) = emptied
    assert said in page.text
    assert f"amend-{name}-error" in [one.get("id") for one in page.all("p")]
    assert "What would change" not in page.text


def test_a_malformed_application_is_shown_again(officer: TestClient) -> None:
    """With each problem at its control."""
    page = looked_at(apply(officer, operator="TH0105500000001"), 403)
    assert "apply-operator-error" in [one.get("id") for one in page.all("p")]
    page = looked_at(apply(officer, name="", roles=[], level="9", nationalId=""), 422)
    assert {"apply-name-error", "apply-roles-error", "apply-nationalId-error"} <= {
        one.get("id") for one in page.all("p")
    }
    assert "12 Nguyễn Huệ" in page.text


def test_while_the_chain_is_busy_the_page_says_that_it_is_on_its_way(
    office: Desk, officer: TestClient
) -> None:
    """And looks again by itself, where there are scripts."""
    certified(officer)
    limits = type(office.limits)(wait=0.0)
    slow = Desk(office.world, office.rooms, office.ledger, office.clock, limits)
    waiting = slow.at_work("VN aeo", Scope.AEO)
    slow.hold()
    request = request_in(waiting, PAGE, "suspend")
    answer = send(waiting, "suspend", request, ground="other")
    assert answer.status_code == 303
    page = waiting.get(answer.headers["location"])
    assert "Accepted, and on its way to the ledger." in looked_at(page).text
    assert 'hx-trigger="load delay:2s"' in page.text
    part = waiting.get(PAGE, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "on its way" in part.text
    slow.release()
    assert send(officer, "suspend", request, ground="other").status_code == 303
    assert "on its way" not in waiting.get(PAGE, headers={"HX-Request": "true"}).text


def test_operators_are_found_by_code_and_by_name(desk: Desk) -> None:
    """Also those that only the ledger and the records know, as after an import."""
    at = recognising_on(desk.world, desk.ledger, desk.clock)
    at.record(OperatorCode("VN0200000003"), "Second Ltd")
    officer = desk.at_work("VN aeo", Scope.AEO)
    assert {NAME, "Second Ltd"} <= set(re.findall(r"<bdi>(.*?)</bdi>", officer.get("/desk/aeo").text))
    by_name, by_code = (shown(officer, f"/desk/aeo?q={q}").text for q in ("seco", "VN-0200 000003"))
    assert "Second Ltd" in by_name
    assert "Second Ltd" in by_code
    assert NAME not in by_name
    assert "No operator of your member" in shown(officer, "/desk/aeo?q=nobody").text
    rows = officer.get("/desk/aeo?format=csv").content.decode("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows] == ["operator", EXPORTER, "VN0200000003"]


def test_arrangements_show_both_directions(desk: Desk) -> None:
    """Whom the member recognises, and who recognises its operators."""
    recognising_on(desk.world, desk.ledger, desk.clock)
    vn, th = (
        shown(desk.at_work(name, Scope.AEO), "/desk/aeo/arrangements").text for name in ("VN aeo", "TH aeo")
    )
    assert "Your member: in force since 4 October 2026." in vn
    assert "Who recognises operators of your member" in vn
    assert "Whom your member recognises" in th


def test_each_officer_sees_operators_of_the_own_member_alone(office: Desk, officer: TestClient) -> None:
    """Another member's is not there, for reading and for acting; that it was tried is kept."""
    certified(officer)
    foreign = office.at_work("TH aeo", Scope.AEO)
    assert CODE not in shown(foreign, "/desk/aeo").text
    assert "No operator of your member" in shown(foreign, f"/desk/aeo?q={CODE}").text
    unknown = looked_at(foreign.get("/desk/aeo/operators/VN999"), 404)
    assert looked_at(foreign.get(PAGE), 404).text.replace(CODE, "") == unknown.text.replace("VN999", "")
    answer = foreign.post(f"{PAGE}/suspend", data=OFFICE | {"ground": "other", "request": "0" * 32})
    assert answer.status_code == 404
    kept = acts_of(office, "TH")[0]
    assert (kept.act, kept.about, kept.outcome, kept.why, kept.member) == (
        "act_on",
        f"{CODE} suspend",
        ActOutcome.REFUSED,
        "operator-not-on-file",
        "TH",
    )
    assert "Its authorisation is suspended" not in office.client.get(f"/operators?code={CODE}").text


@pytest.mark.parametrize(
    ("name", "scope", "status"),
    [("VN issuing", Scope.ISSUE, 403), ("VN customs", Scope.DECIDE, 403), ("VN issuing", Scope.AEO, 403)],
)
@pytest.mark.parametrize("path", ["/desk/aeo", "/desk/aeo/new", PAGE, "/desk/aeo/arrangements"])
def test_the_desk_is_for_officers_of_aeo_authorities(
    office: Desk, name: str, scope: Scope, status: int, path: str
) -> None:
    """A right that an authority gave without the role is none."""
    assert office.at_work(name, scope).get(path).status_code == status


@pytest.mark.parametrize("path", ["/desk/aeo", PAGE, "/desk/aeo/watches"])
def test_nobody_is_led_to_the_login(desk: Desk, path: str) -> None:
    """And from there back."""
    answer = desk.client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?back={path}")


def test_another_site_cannot_act(office: Desk, officer: TestClient) -> None:
    """A form that it made the browser send is refused."""
    certified(officer)
    data = OFFICE | {"ground": "other", "request": request_in(officer, PAGE, "suspend")}
    answer = officer.post(f"{PAGE}/suspend", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    without = officer.post(f"{PAGE}/suspend", data=OFFICE | {"ground": "other"})
    assert without.status_code == 422
    assert "suspended" not in office.client.get(f"/operators?code={CODE}").text.lower()


def test_hostile_particulars_are_text(officer: TestClient) -> None:
    """Markup is shown as written, and begins no formula in a table."""
    apply(officer, name="<script>alert(1)</script>", office="</td><b>office")
    page = officer.get(PAGE)
    assert "<script>alert" not in page.text
    assert "<b>office" not in page.text
    looked_at(page)
    send(officer, "accept", office="=HYPERLINK(1)")
    looked_at(officer.get(PAGE))
    second = {"operator": "VN0200000003", "name": "=HYPERLINK(1)", "nationalId": "02"}
    assert apply(officer, **second).status_code == 303
    assert "'=HYPERLINK(1)" in officer.get("/desk/aeo?format=csv").text
    bad = looked_at(apply(officer, operator="VN3", name="\u202egnp.exe"), 422)
    assert "\u202e" not in bad.text


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name lead to a public address."""

    def led(host: str, port: int, **_: Any) -> list[Any]:
        assert host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))]

    monkeypatch.setattr("ledger.outgoing.socket.getaddrinfo", led)


def watch(officer: TestClient, **fields: str) -> Response:
    """Send the form of a new watch."""
    token = re.search(r'name="request" value="([0-9a-f]+)"', officer.get("/desk/aeo/watches").text)
    assert token
    given = {"request": token[1], "operators": "my aeo-2020-A", "url": "https://customs.example/hook"}
    return officer.post("/desk/aeo/watches", data=given | fields)


@pytest.mark.usefixtures("receiver")
def test_a_watch_is_made_once_and_shows_its_secret_once(desk: Desk) -> None:
    """Sent twice it is one watch; what it watches can be added to, and it can be removed."""
    officer = desk.at_work("TH customs", Scope.WATCH)
    assert "watches no operator yet" in shown(officer, "/desk/aeo/watches").text
    answer = watch(officer, request="a" * 32)
    assert "whsec_" in looked_at(answer).text
    assert watch(officer, request="a" * 32).headers["location"] == "/desk/aeo/watches"
    (kept,) = desk.rooms.watches.of(desk.authority("TH customs"))
    page = shown(officer, "/desk/aeo/watches?operator=VN0100109106")
    assert "whsec_" not in page.text
    assert "Add VN0100109106" in page.text
    path = f"/desk/aeo/watches/{kept.id}"
    assert officer.post(f"{path}/add", data={"operator": "VN0100109106"}).status_code == 303
    (kept,) = desk.rooms.watches.of(desk.authority("TH customs"))
    assert kept.interest.operators == {"MYAEO2020A", "VN0100109106"}
    foreign = desk.at_work("VN customs", Scope.WATCH)
    looked_at(foreign.post(f"{path}/remove"), 404)
    assert desk.rooms.watches.of(desk.authority("TH customs"))
    assert officer.post(f"{path}/remove").status_code == 303
    assert not desk.rooms.watches.of(desk.authority("TH customs"))
    assert [one.act for one in acts_of(desk, "TH")] == ["remove_watch", "add_to_watch", "make_watch"]


@pytest.mark.usefixtures("receiver")
def test_a_watch_that_cannot_be_is_said_at_its_control(desk: Desk) -> None:
    """What was typed is kept; an address of our own network is none."""
    officer = desk.at_work("TH customs", Scope.WATCH)
    page = looked_at(watch(officer, operators="VN1\n???"), 422)
    assert "operators-error" in [one.get("id") for one in page.all("p")]
    assert "VN1" in page.text
    looked_at(watch(officer, url="http://customs.example/"), 422)
    looked_at(watch(officer, url=""), 422)
    assert officer.post("/desk/aeo/watches", data={"operators": "VN1"}).status_code == 422
    assert not desk.rooms.watches.of(desk.authority("TH customs"))
    assert desk.at_work("TH customs", Scope.DECIDE).get("/desk/aeo/watches").status_code == 403


def test_every_text_of_the_desk_goes_through_the_language(office: Desk, officer: TestClient) -> None:
    """In the pseudo-locale only names, codes and numbers are as they were."""
    certified(officer)
    send(officer, "suspend", ground="other")
    other = office.at_work("VN aeo", Scope.AEO, Scope.WATCH)
    other.cookies.set("asal-language", "qps")
    for path in (
        "/desk/aeo",
        "/desk/aeo?q=none",
        "/desk/aeo/new",
        PAGE,
        "/desk/aeo/arrangements",
        "/desk/aeo/watches",
    ):
        text = looked_at(other.get(path)).text.replace("Authorisation under the Union Customs Code", "")
        words = (" the ", " is ", " of ", "Operator", "Suspend", "Ground")
        assert [word for word in words if word in text] == [], text


def test_a_revoked_operator_may_apply_again_from_the_day_that_was_chosen(
    office: Desk, officer: TestClient
) -> None:
    """From the first second of that day, as its label says."""
    certified(officer)
    assert send(officer, "revoke", until="2027-02-01", ground="serious-infringement").status_code == 303
    case = case_of(OperatorCode(CODE), office.ledger)
    assert case.statuses[-1].until == datetime(2027, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize("level", ["9" * 5000, "-1", "two"])
def test_a_level_that_is_none_is_told_at_its_control(officer: TestClient, level: str) -> None:
    """However long it is."""
    page = looked_at(apply(officer, level=level), 422)
    assert "#apply-level" in [link.get("href") for link in page.all("a")]
