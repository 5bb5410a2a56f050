"""The page on which anybody checks a partner, as a browser without scripts and cookies uses it."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx2 import Response

from api.services import Limits
from ledger.aeo.words import word
from ledger.errors import ChainUnreachable
from ledger.operators import Consent, OperatorCode, OperatorStatus, Reason
from ledger.recognition_port import NoRecognitions
from tests.api.desk import Desk
from tests.api.seen import Seen
from tests.api.test_pages import looked_at
from tests.recognised import DAY, EXPORTER, NAME, Recognising, notary, recognising_on

PATH = "/operators"


@pytest.fixture
def at(desk: Desk) -> Recognising:
    """Return the small world behind the service."""
    return recognising_on(desk.world, desk.ledger, desk.clock)


def desk_of(desk: Desk, limits: Limits | None = None, *held: str, **parts: Any) -> Desk:
    """Return a desk over the same world with other limits, keys at hand or parts."""
    ledger = replace(desk.ledger, notary=notary(*held), **parts)
    return Desk(desk.world, desk.rooms, ledger, desk.clock, limits or desk.limits)


def ask(desk: Desk, **typed: str) -> Response:
    """Send the form."""
    return desk.client.get(PATH, params=typed)


def page_of(desk: Desk, status: int = 200, **typed: str) -> Seen:
    """Send the form and look at the page."""
    return looked_at(ask(desk, **typed), status)


def test_the_form_asks_for_code_or_name_and_offers_the_members(desk: Desk) -> None:
    """It asks the ledger nothing but who its members are."""
    page = page_of(desk)
    names = [control["name"] for control in page.all("input", "select")]
    assert names == ["code", "name", "country", "host", "on", "role"]
    assert page.text.count("Viet Nam (VN)") == 2
    assert "Check a business partner" in page.text


@pytest.mark.usefixtures("at")
def test_a_code_alone_is_answered_with_the_name_to_compare(desk: Desk) -> None:
    """A code is passed on easily; whose it is must be asked."""
    page = page_of(desk, code="aeo vn 0100-109-106")
    assert "Authorised, and recognised in one other member" in page.text
    assert "Is this your partner’s name?" in page.text
    assert f"{NAME} {EXPORTER}" in page.text
    assert "As of 3 November 2026, 08:00 UTC, block" in page.text
    assert "Doanh nghiệp ưu tiên DNUT, level 1 of 2" in page.text
    assert "exporter, manufacturer" in page.text
    assert "2 November 2026" in page.text


@pytest.mark.usefixtures("at")
def test_every_other_member_says_yes_or_why_not(desk: Desk) -> None:
    """With the arrangement that recognises, or came nearest."""
    page = page_of(desk, code=EXPORTER)
    assert (
        "Thailand (TH) Yes exporter (imports), manufacturer (imports) Arrangement: ASEAN MRA AAMRA"
        in page.text
    )
    assert (
        "Malaysia (MY) No Malaysia (MY) does not recognise the programme it belongs to. "
        "What this means: Malaysia (MY) Arrangement: ASEAN MRA AAMRA"
    ) in page.text


@pytest.mark.usefixtures("at")
def test_asked_about_one_member_the_answer_is_about_that_one(desk: Desk) -> None:
    """And begins with it."""
    assert "Recognised in Thailand (TH)" in page_of(desk, code=EXPORTER, host="TH").text
    refused = page_of(desk, code=EXPORTER, host="MY")
    assert "Not recognised in Malaysia (MY)" in refused.text
    assert "ask the customs of Malaysia (MY)" in refused.text


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("CÔNG TY TNHH CA PHE TAY NGUYEN", "The name you typed is the registered one"),
        ("Cà phê Tây Nguyên", "the registered name has more words"),
        ("Highland Coffee", "This code belongs to another name"),
    ],
)
def test_a_name_beside_the_code_is_compared(desk: Desk, typed: str, said: str) -> None:
    """The registered one is shown whatever was typed."""
    page = page_of(desk, code=EXPORTER, name=typed)
    assert said in page.text
    assert NAME in page.text
    assert ("Write the code into the declaration" in page.text) is ("another name" not in said)


@pytest.mark.usefixtures("at")
def test_a_name_and_a_country_lead_to_candidates(desk: Desk) -> None:
    """Each with a link that asks by its code, and compares the name."""
    page = page_of(desk, name="ca phe", country="VN")
    assert "One operator of Viet Nam (VN) has a name like this." in page.text
    (link,) = [one["href"] for one in page.all("a") if "code=" in one.get("href", "")]
    assert parse_qs(urlsplit(link).query) == {"code": [EXPORTER], "name": ["ca phe"], "country": ["VN"]}
    assert NAME in looked_at(desk.client.get(link)).text


def test_a_name_never_leads_to_a_list(desk: Desk, at: Recognising) -> None:
    """Too many, too short, or of no country: none is told."""
    for number in range(6):
        at.record(OperatorCode(f"VN020000000{number}"), f"Cà phê {number}")
    many = page_of(desk, name="ca phe", country="VN")
    assert "Too many names are like this" in many.text
    assert "Cà phê 1" not in many.text
    assert "Write at least four letters" in page_of(desk, 422, name="c", country="VN").text
    assert "names are looked for in one country" in page_of(desk, 422, name="ca phe").text
    assert "No name like this was found in Thailand (TH)" in page_of(desk, name="ca phe", country="TH").text


def test_a_suspension_changes_the_answer_and_stands_in_the_history(desk: Desk, at: Recognising) -> None:
    """The day before it, the operator was recognised."""
    desk.clock.advance(2 * DAY)
    at.record(status=OperatorStatus.SUSPENDED, effective_from=desk.clock())
    page = page_of(desk, code=EXPORTER)
    assert "Its authorisation is suspended" in page.text
    assert (
        "Suspended 5 November 2026 – DNUT level 1 5 November 2026, 08:00 UTC Authorised 2 November 2026"
        in page.text
    )
    assert "No other member recognises it on 5 November 2026, for the same reason as above." in page.text
    assert "without an end" not in page.text
    before = page_of(desk, code=EXPORTER, host="TH", on="2026-11-04")
    assert "Recognised in Thailand (TH)" in before.text


@pytest.mark.parametrize("consent", [Consent(0), Consent.PUBLICATION])
def test_without_consent_only_the_code_is_shown(desk: Desk, at: Recognising, consent: Consent) -> None:
    """No name, no status, no history, whatever is recorded."""
    at.record(consent=consent, status=OperatorStatus.SUSPENDED)
    page = page_of(desk, code=EXPORTER, name=NAME.upper())
    assert "Its status is not told" in page.text
    assert "The registered name is not shown" in page.text
    assert not any(
        word in page.text for word in (NAME, "DNUT", "AAMRA", "Suspended", "suspended", "What was recorded")
    )
    assert "No name like this" in page_of(desk, name="ca phe", country="VN").text


def test_without_consent_to_publication_the_status_is_shown_and_the_name_is_not(
    desk: Desk, at: Recognising
) -> None:
    """Nothing is compared then, so that nobody finds the name by trying."""
    at.record(consent=Consent.EXCHANGE)
    right, wrong = (page_of(desk, code=EXPORTER, name=name).text for name in (NAME, "Somebody else"))
    assert right == wrong
    assert "Authorised, and recognised in one other member" in right
    assert "does not agree to the publication of its name" in right


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"country": "VN"}, "Enter your partner's operator code"),
        ({"code": "VN$<script>alert(1)</script>"}, "only the letters A to Z"),
        ({"code": "123456789012"}, "in several ways. Write one of"),
        ({"code": "x" * 65}, "too long"),
        ({"code": EXPORTER, "country": "TH"}, "Write one of: THVN0100109106, VN0100109106"),
        ({"code": "SG1234567890AB", "country": "MY"}, "in several ways"),
        ({"code": EXPORTER, "country": "X"}, "country"),
        ({"code": EXPORTER, "host": "XX"}, "Choose a member"),
        ({"code": EXPORTER, "on": "yesterday"}, "Enter the day"),
        ({"code": EXPORTER, "role": "king"}, "Choose a role"),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_control(desk: Desk, typed: dict[str, str], said: str) -> None:
    """What was typed is kept, as text."""
    answer = ask(desk, **typed)
    page = looked_at(answer, 422)
    assert said in page.text
    assert page.text.startswith("Error:")
    assert "<script>alert" not in answer.text


def test_hostile_names_are_text(desk: Desk, at: Recognising) -> None:
    """Markup is shown as it is written, and characters that turn the writing round by their numbers.

    A registered name has none of those: its record would be refused.
    """
    at.record(EXPORTER, "<script>alert(1)</script> Ltd")
    answer = ask(desk, code=EXPORTER, name="</p><img src=x> \u202etxt")
    page = looked_at(answer)
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    assert "\u202e" not in answer.text
    assert "You typed </p><img src=x> [U+202E]txt" in page.text
    assert "<script>alert(1)</script> Ltd VN0100109106" in page.text


def test_trying_codes_out_is_throttled(desk: Desk, at: Recognising) -> None:
    """With a page that says when to come back; the form itself is always there."""
    few = desk_of(desk, Limits(recognition="2/minute"), recognitions=at.ledger.recognitions)
    for number in range(2):
        page_of(few, code=f"VN{number}")
    answer = ask(few, code="VN3")
    assert "Too many questions from your address" in looked_at(answer, 429).text
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert ask(few, name="ca phe", country="VN").status_code == 429
    page_of(few)


def test_while_the_chain_is_silent_the_page_says_whose_fault_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And when to come back."""

    def silent(*_: object) -> None:
        raise ChainUnreachable("no answer")

    monkeypatch.setattr(desk.world.ledger, "found", silent)
    answer = ask(desk, code=EXPORTER)
    assert "This is our fault" in looked_at(answer, 503).text
    assert answer.headers["retry-after"]


def test_a_ledger_without_operators_says_so(desk: Desk) -> None:
    """Nothing is wrong with the question."""
    bare = desk_of(desk, recognitions=NoRecognitions())
    assert "No operators are kept on this ledger" in page_of(bare, 404, code=EXPORTER).text


@pytest.mark.usefixtures("at")
def test_the_answer_can_be_kept_and_passed_on(desk: Desk) -> None:
    """As a link, a table, for programs, and signed where a key is at hand."""
    page = page_of(desk, code="aeo vn 0100-109-106", host="TH", on="2026-11-03")
    links = [one["href"] for one in page.all("a")]
    again = f"/operators?code={EXPORTER}&host=TH&on=2026-11-03"
    assert {again, f"{again}&format=csv"} <= set(links)
    assert not [one for one in links if "/proof" in one]
    rows = desk.client.get(f"{again}&format=csv").content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("operator,name,member,recognised,reason")
    assert [row.split(",")[2:5] for row in rows[1:]] == [
        ["VN", "yes", "recognised"],
        ["TH", "yes", "recognised"],
        ["MY", "no", "programme-not-recognised"],
    ]
    (json,) = [one for one in links if "/hosts" in one]
    assert desk.client.get(json).json()["recognisedIn"] == ["TH"]
    signing = desk_of(desk, None, "TH customs")
    proofs = [one["href"] for one in page_of(signing, code=EXPORTER).all("a") if "/proof" in one["href"]]
    assert len(proofs) == 2
    assert signing.client.get(proofs[0]).json()["typedData"]["message"]["question"]["host"] == "TH"


@pytest.mark.usefixtures("at")
def test_every_answer_leads_to_what_it_means(desk: Desk) -> None:
    """All reasons are explained on one page, each under its own address."""
    explained = looked_at(desk.client.get(f"{PATH}/reasons"))
    ids = {one.get("id") for one in explained.all("h2")}
    assert {word(reason) for reason in Reason} <= ids
    for typed in ({"code": EXPORTER}, {"code": "VN404"}, {"code": EXPORTER, "host": "MY"}):
        links = [one["href"] for one in page_of(desk, **typed).all("a") if "/reasons#" in one["href"]]
        assert links
        assert {link.partition("#")[2] for link in links} <= ids


def test_every_text_goes_through_the_language(desk: Desk, at: Recognising) -> None:
    """In the pseudo-locale only names, codes and numbers are as they were."""
    desk.client.cookies.set("asal-language", "qps")
    at.record(status=OperatorStatus.SUSPENDED)
    for typed in (
        {},
        {"code": EXPORTER, "name": "Else"},
        {"name": "ca phe", "country": "VN"},
        {"code": "VN404"},
    ):
        page = looked_at(ask(desk, **typed))
        assert not any(word in page.text for word in (" the ", " is ", " of ", "Operator", "Recognised"))
