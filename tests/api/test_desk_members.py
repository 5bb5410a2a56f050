"""The desk of a member's administrator, as a browser without scripts uses it."""

import csv
import html
import io
import re
import shlex
from datetime import timedelta
from typing import Any

import pytest
import typer
from fastapi.testclient import TestClient
from httpx2 import Response

from ledger.archive import ActOutcome, DeskAct, Scope
from ledger.cli import app as command_line
from ledger.facts import Address, ProposalKind, Role
from ledger.memory import MemoryLedger
from tests.api.desk import Desk
from tests.api.seen import Seen
from tests.api.test_pages import looked_at
from tests.worlds import account_of

BASE = "/desk/members"
ASEAN_DOMAIN = "customs.example"
HOSTILE_TEXT = '<script>alert(1)</script>" onx="'


@pytest.fixture
def admin(desk: Desk) -> TestClient:
    """Return the browser of the administrator of VN."""
    return desk.administrator("VN")


def asked(browser: TestClient, act: str, /, **form: Any) -> Response:
    """Send the form of an act for the first time."""
    answer = browser.post(f"{BASE}/{act}", data=form)
    looked_at(answer)
    return answer


def carried(shown: Response) -> dict[str, Any]:
    """Return what the page that asks for a confirmation sends when its button is pressed."""
    fields: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([A-Za-z]+)" value="([^"]*)">', shown.text):
        fields.setdefault(name, []).append(value)
    return fields


def done(browser: TestClient, act: str, /, **form: Any) -> Seen:
    """Do an act and look at the page that it leads to."""
    answer = browser.post(f"{BASE}/{act}", data=carried(asked(browser, act, **form)))
    assert answer.status_code == 303, answer.text
    return looked_at(browser.get(answer.headers["location"]))


def test_the_front_shows_the_member_and_what_waits_for_its_vote(desk: Desk, admin: TestClient) -> None:
    """What its authorities do, the other members, and of a vote how many are missing and whether ours is."""
    desk.world.ledger.propose(
        ProposalKind.ADMIT, "LA", desk.world.account("admin LA"), desk.world.admin("TH")
    )
    text = looked_at(admin.get(BASE)).text
    assert "VN issuing office" in text
    assert "Issues certificates of origin" in text
    assert "TH issuing office" not in text
    assert "Thailand (TH)" in text
    assert "Admit Lao PDR (LA)" in text
    assert "1 of 2 votes · yours is missing" in text
    assert "Agreed so far: Thailand (TH)" in text


def test_two_members_admit_a_third(desk: Desk, admin: TestClient) -> None:
    """One proposes and the other votes; the page of the vote says what it leads to, and that it decides."""
    account = account_of("admin LA")
    text = done(admin, "propose", kind="admit", member="la", admin=account).text
    assert "The vote is open, and your member has agreed." in text
    assert "1 of 2 votes · your member has agreed" in text
    other = desk.administrator("TH")
    shown = looked_at(asked(other, "vote", proposal="1")).text
    assert "It becomes a member" in shown
    assert "With your vote it has the votes that are needed" in shown
    assert "Carried on 3 November 2026" in done(other, "vote", proposal="1").text
    member = desk.ledger.members.member("LA")
    assert member is not None
    assert member.admin == account
    acts = [(one.member, one.act, one.about) for one in desk.rooms.acts.acts("TH")]
    assert acts == [("TH", "member vote", "proposal 1")]


def test_a_vote_is_cast_once_however_often_it_is_sent(desk: Desk, admin: TestClient) -> None:
    """The same confirmation leads to the same page; a new one is refused by the ledger."""
    desk.world.ledger.propose(ProposalKind.SUSPEND, "MY", None, desk.world.admin("TH"))
    shown = asked(admin, "vote", proposal="1")
    again = asked(admin, "vote", proposal="1")
    first = admin.post(f"{BASE}/vote", data=carried(shown))
    second = admin.post(f"{BASE}/vote", data=carried(shown))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    refused = admin.post(f"{BASE}/vote", data=carried(again))
    assert "enacted" in looked_at(refused, 409).text
    assert [one.outcome for one in desk.rooms.acts.acts("VN")] == [ActOutcome.REFUSED, ActOutcome.DONE]


def test_a_vote_that_has_its_votes_by_now_is_carried_out(desk: Desk, admin: TestClient) -> None:
    """After a suspension fewer votes are needed, and any administrator may say so."""
    ledger, world = desk.world.ledger, desk.world
    ledger.vote(
        ledger.propose(ProposalKind.ADMIT, "LA", world.account("admin LA"), world.admin("VN")),
        world.admin("TH"),
    )
    number = ledger.propose(ProposalKind.ADMIT, "KH", world.account("admin KH"), world.admin("VN"))
    ledger.vote(number, world.admin("TH"))
    suspending = ledger.propose(ProposalKind.SUSPEND, "MY", None, world.admin("VN"))
    ledger.vote(suspending, world.admin("TH"))
    ledger.vote(suspending, world.account("admin LA"))
    assert "Has the votes it needs" in looked_at(admin.get(f"{BASE}/votes")).text
    assert "It is carried out." in done(admin, "enact", proposal=str(number)).text
    assert ledger.member("KH") is not None


@pytest.mark.parametrize(
    ("form", "control"),
    [
        ({"member": "LA"}, "propose-kind"),
        ({"kind": "suspend", "member": "Lao"}, "propose-member"),
        ({"kind": "admit", "member": "LA", "admin": ""}, "propose-admin"),
        ({"kind": "admit", "member": "LA", "admin": "0x" + "g" * 40}, "propose-admin"),
        ({"kind": "replace-admin", "member": "TH", "admin": "admin"}, "propose-admin"),
        ({"kind": "suspend", "member": "TH", "admin": account_of("admin LA")}, "propose-admin"),
        ({"kind": "admit", "member": "LA", "admin": account_of("admin LA").swapcase()}, "propose-admin"),
    ],
)
def test_a_question_that_cannot_be_put_says_at_which_control(
    desk: Desk, admin: TestClient, form: dict[str, str], control: str
) -> None:
    """With the form as it was filled in, and nothing on the ledger."""
    answer = admin.post(f"{BASE}/propose", data=form)
    page = looked_at(answer, 422)
    assert f'href="#{control}"' in answer.text
    assert page.text.startswith("Error: ") or "There is a problem" in page.text
    assert not form.get("member") or f'value="{form["member"]}"' in answer.text
    assert desk.ledger.members.proposals() == []


def test_a_question_put_before_is_told_of(desk: Desk, admin: TestClient) -> None:
    """Whoever is about to open the same vote again is asked whether that is meant."""
    desk.world.ledger.propose(ProposalKind.SUSPEND, "MY", None, desk.world.admin("TH"))
    text = looked_at(asked(admin, "propose", kind="suspend", member="MY")).text
    assert "The same question was put to the vote before" in text
    assert "None of its keys can write any more" in text


def test_an_authority_is_named_and_given_a_key(desk: Desk, admin: TestClient) -> None:
    """With two roles; it writes with the key, which can be replaced, and ends with the authority."""
    form = {"name": "Chamber of Commerce", "domain": "VCCI.example", "roles": ["issuing", "competent"]}
    text = done(admin, "authority-add", **form).text
    assert "The authority is named. Give it a key next." in text
    assert "none: it cannot write" in text
    added = desk.ledger.members.authorities()[-1]
    assert (added.name, added.domain, added.roles) == (
        "Chamber of Commerce",
        "vcci.example",
        Role.ISSUING | Role.COMPETENT,
    )
    account, other = account_of("new key"), account_of("newer key")
    assert account in done(admin, "key-add", authority=str(added.id), account=account.lower()).text
    assert other in done(admin, "key-rotate", key=account, account=other).text
    assert [key.account for key in desk.ledger.members.keys(added.id)] == [other]
    assert "withdrawn on" in done(admin, "authority-withdraw", authority=str(added.id)).text
    assert desk.ledger.members.keys(added.id) == []


def test_an_authority_of_the_same_name_is_asked_about_and_made_once(desk: Desk, admin: TestClient) -> None:
    """The page says that there is one; sent twice, one is made."""
    form = {"name": "VN issuing office", "domain": ASEAN_DOMAIN, "roles": "issuing"}
    before = len(desk.ledger.members.authorities())
    shown = asked(admin, "authority-add", **form)
    assert "has named an authority of this name before" in looked_at(shown).text
    for _ in range(2):
        assert admin.post(f"{BASE}/authority-add", data=carried(shown)).status_code == 303
    assert len(desk.ledger.members.authorities()) == before + 1
    changed = carried(shown) | {"name": "Another name"}
    assert admin.post(f"{BASE}/authority-add", data=changed).status_code == 422
    assert len(desk.ledger.members.authorities()) == before + 1


def test_what_is_wrong_with_an_authority_is_said_at_once(desk: Desk, admin: TestClient) -> None:
    """Name, domain and roles in one go; what was typed is kept, and inert."""
    answer = admin.post(f"{BASE}/authority-add", data={"name": HOSTILE_TEXT, "domain": "https://x"})
    page = looked_at(answer, 422)
    for control in ("domain", "roles"):
        assert f'href="#authority-add-{control}"' in answer.text
    assert "<script>alert" not in answer.text
    assert "Enter its web domain without https://" in page.text
    assert all(one.name != HOSTILE_TEXT for one in desk.ledger.members.authorities())


def test_a_key_is_revoked(desk: Desk, admin: TestClient) -> None:
    """The page of the key offers no second revocation."""
    account = desk.world.account("VN issuing")
    done(admin, "key-revoke", key=account)
    key = desk.ledger.members.key(account)
    assert key is not None
    assert key.revoked_at is not None
    page = admin.get(f"{BASE}/keys/{account}")
    assert "Revoked on 3 November 2026" in looked_at(page).text
    assert "/key-revoke" not in page.text


def test_a_compromised_key_takes_its_certificates_with_it(desk: Desk, admin: TestClient) -> None:
    """From the moment named, in UTC; a moment to come is refused."""
    issued, account = desk.issued(), desk.world.account("VN issuing")
    for since in ("", "yesterday", "2026-12-01T00:00"):
        answer = admin.post(f"{BASE}/key-compromised", data={"key": account, "since": since})
        assert 'href="#key-compromised-since"' in answer.text
        looked_at(answer, 422)
    shown = asked(admin, "key-compromised", key=account, since="2026-11-01T10:30")
    assert "1 November 2026, 10:30 UTC" in looked_at(shown).text
    done(admin, "key-compromised", key=account, since="2026-11-01T10:30")
    verdict = desk.ask("POST", "/v1/verifications", by=None, json=issued["envelope"]).json()
    assert verdict["code"] == "ISSUER_NOT_AUTHORISED"
    assert "Compromised: nothing" in looked_at(admin.get(f"{BASE}/keys/{account}")).text


def test_nothing_of_other_members_can_be_seen_or_changed(desk: Desk, admin: TestClient) -> None:
    """Their authorities, keys and officers are not there: 404, as what does not exist."""
    other, account = desk.authority("TH issuing"), desk.world.account("TH issuing")
    desk.at_work("TH issuing", Scope.ISSUE)
    (stranger,) = desk.rooms.officers.officers("TH")
    for path in (f"authorities/{other}", "authorities/999", f"keys/{account}", "keys/0x1", "keys/nobody"):
        looked_at(admin.get(f"{BASE}/{path}"), 404)
    forms: list[tuple[str, dict[str, Any]]] = [
        ("authority-withdraw", {"authority": str(other)}),
        ("key-add", {"authority": str(other), "account": account_of("new key")}),
        ("key-rotate", {"key": account, "account": account_of("new key")}),
        ("key-revoke", {"key": account}),
        ("key-compromised", {"key": account, "since": "2026-11-01T10:30"}),
        ("officer-end", {"officer": stranger.id}),
        ("officer-enrol", ENROLLED | {"office": account}),
        ("vote", {"proposal": "7"}),
        ("authority-withdraw", {"authority": "x"}),
        ("found-the-ledger", {}),
    ]
    for act, form in forms:
        looked_at(admin.post(f"{BASE}/{act}", data=form | {"request": "0" * 32}), 404)
    assert desk.rooms.officers.officers("TH") == (stranger,)
    assert [key.account for key in desk.ledger.members.keys(other)] == [account]


ENROLLED: dict[str, Any] = {
    "name": "Nguyễn Văn A",
    "issuer": "https://login.example",
    "subject": "a-1",
    "scopes": ["issue", "read"],
}


def test_an_officer_is_enrolled_and_ended(desk: Desk, admin: TestClient) -> None:
    """For the authority whose key was chosen, with the rights that were ticked; the end is at once."""
    account = desk.world.account("VN issuing")
    text = done(admin, "officer-enrol", **ENROLLED, office=account).text
    assert "The officer is enrolled." in text
    (made,) = desk.rooms.officers.of_identity("https://login.example", "a-1")
    assert (made.member, made.authority, made.account) == ("VN", desk.authority("VN issuing"), account)
    assert made.scopes == {Scope.ISSUE, Scope.READ}
    assert "ended on 3 November 2026" in done(admin, "officer-end", officer=made.id).text
    assert desk.rooms.officers.of_identity("https://login.example", "a-1") == ()


def test_another_administrator_is_enrolled_with_that_right_alone(desk: Desk, admin: TestClient) -> None:
    """Whatever else was ticked; nobody ends the own work."""
    done(admin, "officer-enrol", **ENROLLED, office="administrator")
    (made,) = desk.rooms.officers.of_identity("https://login.example", "a-1")
    assert (made.authority, made.account) == (0, desk.world.admin("VN"))
    assert made.scopes == {Scope.ADMIN}
    (own,) = desk.rooms.officers.of_identity("https://login.example", "VN administrator")
    answer = admin.post(f"{BASE}/officer-end", data={"officer": own.id})
    assert "This is you" in looked_at(answer, 422).text


@pytest.mark.parametrize(
    ("wrong", "control"),
    [
        ({"name": ""}, "name"),
        ({"issuer": "x" * 201}, "issuer"),
        ({"subject": "a\u202eb"}, "subject"),
        ({"office": ""}, "office"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["admin"]}, "scopes"),
    ],
)
def test_an_officer_that_cannot_be_enrolled_says_why(
    desk: Desk, admin: TestClient, wrong: dict[str, Any], control: str
) -> None:
    """At its control; an officer of an authority is never given the administrator's right."""
    form = ENROLLED | {"office": desk.world.account("VN issuing")} | wrong
    answer = admin.post(f"{BASE}/officer-enrol", data=form)
    looked_at(answer, 422)
    assert f'href="#officer-enrol-{control}"' in answer.text
    assert desk.rooms.officers.of_identity("https://login.example", "a-1") == ()


def test_the_page_of_an_authority_shows_who_works_for_it(desk: Desk, admin: TestClient) -> None:
    """Its keys, its officers, and its API keys without their secrets."""
    token = desk.token("VN issuing")
    desk.at_work("VN issuing", Scope.ISSUE)
    answer = admin.get(f"{BASE}/authorities/{desk.authority('VN issuing')}")
    text = looked_at(answer).text
    assert desk.world.account("VN issuing") in text
    assert "VN issuing read issue" in text  # the label of the API key
    assert token not in answer.text
    assert "Issue certificates" in text


def test_what_was_done_can_be_read_and_had_as_a_file(desk: Desk, admin: TestClient) -> None:
    """Who, what and with which outcome; of the own member alone, and no cell is a formula."""
    desk.at_work("VN issuing", Scope.ISSUE).get("/desk/aeo")
    desk.at_work("TH issuing", Scope.ISSUE).get("/desk/aeo")
    done(admin, "authority-add", name="=HYPERLINK(1)", domain=ASEAN_DOMAIN, roles="customs")
    text = looked_at(admin.get(f"{BASE}/acts")).text
    assert "VN issuing" in text
    assert "TH issuing" not in text
    assert "desk-not-yours" in text
    file = admin.get(f"{BASE}/acts?format=csv")
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert [row[1] for row in rows] == ["officer", "VN administrator", "VN issuing"]
    assert rows[1][4:] == ["member authority-add", "'=HYPERLINK(1)", "done", ""]
    assert rows[2][6:] == ["refused", "desk-not-yours"]


def acts_in(admin: TestClient, **asked: str) -> list[dict[str, str]]:
    """Return the rows of the file of acts."""
    file = admin.get(f"{BASE}/acts", params={"format": "csv", **asked})
    return list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))


def test_what_was_done_is_found_by_officer_kind_outcome_and_day(desk: Desk) -> None:
    """The file has what the page has."""
    desk.at_work("VN issuing", Scope.ISSUE).get("/desk/aeo")
    desk.clock.advance(timedelta(days=1))
    admin = desk.administrator("VN")
    done(admin, "authority-add", name="Chamber", domain=ASEAN_DOMAIN, roles="customs")
    (issuing,) = (one.id for one in desk.rooms.officers.officers("VN") if one.name == "VN issuing")
    for asked, acts in (
        ({"officer": issuing}, ["operators"]),
        ({"act": "member authority-add"}, ["member authority-add"]),
        ({"outcome": "refused"}, ["operators"]),
        ({"since": "2026-11-04"}, ["member authority-add"]),
        ({"until": "2026-11-03"}, ["operators"]),
        ({"since": "2026-11-03", "until": "2026-11-04"}, ["member authority-add", "operators"]),
        ({"since": "2026-11-05"}, []),
        ({"officer": issuing, "outcome": "done"}, []),
        ({"officer": "nobody"}, []),
        ({"officer": "of TH"}, []),
        ({"since": "2026-02-31", "until": "9999-12-31"}, ["member authority-add", "operators"]),
    ):
        assert [one["act"] for one in acts_in(admin, **asked)] == acts, asked
        page = looked_at(admin.get(f"{BASE}/acts", params=asked))
        assert len(page.all("time")) == len(acts)
        assert ("Nothing fits." in page.text) == (not acts)


def test_the_acts_page_on_without_one_twice_or_left_out(desk: Desk, admin: TestClient) -> None:
    """Newer acts that come in between shift nothing, and the choice stays; the file has all of them."""
    for number in range(120):
        note_act(desk, f"draft {number}")
        note_act(desk, "another", act="other")
    first = admin.get(f"{BASE}/acts?act=draft.read")
    found = re.findall(r"draft (\d+)<", first.text)
    note_act(desk, "draft 999")
    link = re.search(r'href="([^"]*before=[^"]*)"', first.text)
    assert link
    second = admin.get(html.unescape(link[1]))
    looked_at(second)
    found += re.findall(r"draft (\d+)<", second.text)
    assert found == [str(number) for number in reversed(range(120))]
    assert "before=" not in second.text
    assert len(acts_in(admin)) == 241


def test_acts_beyond_one_look_are_all_in_the_file(desk: Desk, admin: TestClient) -> None:
    """The archive is asked as often as it takes."""
    for number in range(501):
        note_act(desk, f"draft {number}")
    assert [one["about"] for one in acts_in(admin)] == [f"draft {number}" for number in reversed(range(501))]


def note_act(desk: Desk, about: str, act: str = "draft.read") -> None:
    """Keep an act of somebody of VN."""
    kept = DeskAct(
        at=desk.clock(),
        officer="somebody",
        member="VN",
        authority=1,
        act=act,
        about=about,
        outcome=ActOutcome.DONE,
    )
    desk.rooms.acts.note(kept)


@pytest.mark.parametrize(
    "asked", ["since=tomorrow", "outcome=maybe", "before=0", "before=x", "act=" + "x" * 41]
)
def test_a_choice_that_there_is_not_is_refused(admin: TestClient, asked: str) -> None:
    """With a page."""
    assert admin.get(f"{BASE}/acts?{asked}").status_code == 422


@pytest.fixture
def keyless(desk: Desk) -> Desk:
    """Return a service that holds no admin key, and a ledger on which there is a vote."""
    chain = desk.world.ledger
    assert isinstance(chain, MemoryLedger)
    chain.propose(ProposalKind.SUSPEND, "MY", None, desk.world.admin("TH"))
    chain._held = {desk.world.account("VN issuing")}
    return desk


def test_without_the_admin_key_each_act_ends_with_a_command_that_does_it(keyless: Desk) -> None:
    """The command line takes each as it is written there; confirmed all the same, nothing happens."""
    admin, world = keyless.administrator("VN"), keyless.world
    key, new = world.account("VN issuing"), account_of("new key")
    forms: list[tuple[str, dict[str, Any]]] = [
        ("propose", {"kind": "replace-admin", "member": "TH", "admin": new}),
        ("vote", {"proposal": "1"}),
        ("enact", {"proposal": "1"}),
        ("authority-add", {"name": "A name's", "domain": ASEAN_DOMAIN, "roles": ["issuing", "aeo"]}),
        ("authority-withdraw", {"authority": "1"}),
        ("key-add", {"authority": "1", "account": new}),
        ("key-rotate", {"key": key, "account": new}),
        ("key-revoke", {"key": key}),
        ("key-compromised", {"key": key, "since": "2026-11-01T10:30"}),
    ]
    assert "does not hold your admin key" in looked_at(admin.get(BASE)).text
    before = keyless.ledger.members.authorities(), keyless.ledger.members.proposals()
    for act, form in forms:
        shown = admin.post(f"{BASE}/{act}", data=form | {"request": "0" * 32})
        page = looked_at(shown)
        assert '<button type="submit">' not in shown.text.split("<main", 1)[1], act
        line = page.text.split("your keys: ", 1)[1].split(" Back", 1)[0]
        words = shlex.split(line)
        assert words[:3] == ["asal", "--as", world.admin("VN")]
        taken_by_the_command_line(words[3:])
    assert (keyless.ledger.members.authorities(), keyless.ledger.members.proposals()) == before


def taken_by_the_command_line(words: list[str]) -> None:
    """See that a command with these words exists and takes its options; nothing is run."""
    command: Any = typer.main.get_command(command_line)
    context = None
    while hasattr(command, "commands"):
        name, *words = words
        command = command.commands[name]
        context = command.context_class(command, info_name=name, parent=context)
    assert command.parse_args(context, list(words)) == []


def test_an_officer_can_be_enrolled_without_the_admin_key(keyless: Desk) -> None:
    """Officers stand in the archive of this service, which needs no key for them."""
    admin = keyless.administrator("VN")
    done(admin, "officer-enrol", **ENROLLED, office=keyless.world.account("VN issuing"))
    assert len(keyless.rooms.officers.of_identity("https://login.example", "a-1")) == 1


def test_a_request_that_nobody_gave_is_refused(desk: Desk, admin: TestClient) -> None:
    """What confirms carries the name of a request as the page gave it."""
    form = {"key": desk.world.account("VN issuing"), "request": "1"}
    looked_at(admin.post(f"{BASE}/key-revoke", data=form), 422)
    assert desk.ledger.members.keys(desk.authority("VN issuing"))


def test_an_account_that_is_in_use_is_refused_with_a_page_about_it(desk: Desk, admin: TestClient) -> None:
    """The ledger's own rule, with the link to its help; the same form can be sent again."""
    used = Address(desk.world.account("TH issuing"))
    shown = asked(admin, "key-add", authority=str(desk.authority("VN issuing")), account=used)
    for _ in range(2):
        refused = admin.post(f"{BASE}/key-add", data=carried(shown))
        looked_at(refused, refused.status_code)
        assert refused.status_code == 409
        assert "/help/problems/key-already-known" in refused.text


def test_every_text_of_the_desk_goes_through_the_language(desk: Desk, admin: TestClient) -> None:
    """In the pseudo-locale only names, codes and numbers are as they were."""
    desk.world.ledger.propose(ProposalKind.SUSPEND, "MY", None, desk.world.admin("TH"))
    desk.token("VN issuing")
    done(admin, "authority-add", name="Xyz", domain=ASEAN_DOMAIN, roles="customs")
    number, account = desk.authority("VN issuing"), desk.world.account("VN issuing")
    admin.cookies.set("asal-language", "qps")
    paths = (
        "",
        "/votes",
        "/officers",
        "/acts",
        "/authorities/new",
        f"/authorities/{number}",
        f"/keys/{account}",
    )
    answers = [admin.get(f"{BASE}{path}") for path in paths]
    answers.append(admin.post(f"{BASE}/vote", data={"proposal": "1"}))
    answers.append(admin.post(f"{BASE}/key-compromised", data={"key": account, "since": "2026-11-01T10:30"}))
    for answer in answers:
        text = looked_at(answer).text
        words = (" the ", " is ", " of ", "Vote", "Key", "Officer", "Suspend", "Certificates")
        assert [word for word in words if word in text] == [], text
