"""What came back to the issuing desk, and how it is answered."""

from dataclasses import replace

import orjson
import pytest
from fastapi.testclient import TestClient

from ledger.archive import ActOutcome, ArchiveRooms, Scope
from ledger.checking import case_of
from ledger.memory import MemoryLedger
from tests.api.desk import Desk, idempotent
from tests.api.test_desk_issuing import HERE, led_to, looked_at
from tests.feeds import Annals, a_case, issued
from tests.listing import Listing
from tests.procedures_told import decided, received, the_id

DECLARED = {"declaration": "A0241191101234", "presentedOn": "2026-11-03", "office": "Bangkok Port"}


@pytest.fixture
def annals(desk: Desk) -> Annals:
    """Return a ledger that the service's feed is filled from."""
    rooms: ArchiveRooms = desk.rooms
    return Annals(rooms.replica, rooms.feed, rooms.watches)


@pytest.fixture
def court(desk: Desk) -> Desk:
    """Return the service of all members, with the lists of a replica."""
    chain = desk.world.ledger
    assert isinstance(chain, MemoryLedger)
    ledger = replace(desk.ledger, procedures=Listing(chain))
    return Desk(desk.world, desk.rooms, ledger, desk.clock, desk.limits)


def _officer(desk: Desk, name: str = "VN issuing") -> TestClient:
    return desk.at_work(name, Scope.ISSUE, Scope.READ)


def test_without_a_copy_of_the_ledger_the_page_says_so(desk: Desk) -> None:
    """And leads to where it is told instead."""
    assert "keeps no copy of the ledger" in looked_at(_officer(desk).get(f"{HERE}/events")).text


def test_events_are_told_newest_first_to_the_members_concerned(court: Desk, annals: Annals) -> None:
    """A third member is told nothing."""
    annals.block(issued("a"), received("a"), issued("foreign", "ID", "SG"))
    annals.block(decided("a"))
    annals.tell()
    page = looked_at(_officer(court).get(f"{HERE}/events"))
    told = [page.text.find(text) for text in ("has decided on", "has received it", "certificate was issued")]
    assert -1 < told[0] < told[1] < told[2]
    assert the_id("a").hex()[:8] in page.text
    assert "No customs administration asks your member" in page.text
    assert "Nothing has happened yet" in looked_at(_officer(court, "MY issuing").get(f"{HERE}/events")).text


def test_older_events_are_on_further_pages(
    court: Desk, annals: Annals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each event is on one of them."""
    monkeypatch.setattr("api.desks.issuing_back.SHOWN", 4)
    monkeypatch.setattr("api.desks.issuing_back._WINDOW", 3)
    annals.block(*(issued(f"n{number}") for number in range(10)))
    annals.tell()
    officer, address, found = _officer(court), f"{HERE}/events", list[str]()
    while address:
        page = looked_at(officer.get(address))
        found += [href for link in page.all("a") if "/desk/certificates/" in (href := link["href"])]
        older = [link["href"] for link in page.all("a") if "before=" in link["href"]]
        address = older[0] if older else ""
    assert found == [f"/desk/certificates/0x{the_id(f'n{number}').hex()}" for number in range(9, -1, -1)]


def test_certificates_nobody_reported_on_are_listed(court: Desk, annals: Annals) -> None:
    """And counted on the front of the desk."""
    annals.block(issued("a"), issued("b"), received("b"))
    annals.tell()
    officer = _officer(court)
    assert "On 1 certificate nobody has reported back yet" in looked_at(officer.get(HERE)).text
    page = looked_at(officer.get(f"{HERE}/unreported"))
    assert the_id("a").hex()[:8] in page.text
    assert the_id("b").hex()[:8] not in page.text


def _received(court: Desk) -> str:
    """Issue a certificate that Thai customs has received; returns its id."""
    made = court.issued()
    key = {"Authorization": f"Bearer {court.token('TH customs', Scope.DECIDE)}"}
    answer = court.ask("POST", "/v1/receipts", by=None, json=made["envelope"], headers=key | idempotent())
    assert answer.status_code in {200, 201}, answer.text
    return str(made["id"])


def test_a_refusal_is_answered_for_its_lines(court: Desk) -> None:
    """What customs said is shown; an answer without lines or words is asked for again, and told once."""
    certificate = _received(court)
    officer, answer = _officer(court), f"{HERE}/certificates/{certificate}/answer"
    assert "No goods line of this certificate is refused now" in looked_at(officer.get(answer)).text
    customs = court.at_work("TH customs", Scope.DECIDE, Scope.READ)
    refusing = {"decide-1": "refused", "reasons-1": ["PARTICULARS-DIFFER"], "text-1": "The marks differ."}
    led_to(customs.post(f"/desk/importing/{certificate}", data=DECLARED | refusing))
    page = looked_at(officer.get(answer))
    assert "The marks differ." in page.text
    assert "The particulars differ from the goods" in page.text
    empty = looked_at(officer.post(answer, data={"text": ""}), 422)
    assert {"#lines", "#text"} <= {link["href"] for link in empty.all("a")}
    for wrong in (
        {"lines": "1", "text": "Kept \u202eall the same"},
        {"lines": "2", "text": "Kept all the same"},
        {"lines": "9" * 5000, "text": "Kept all the same"},
    ):
        again = looked_at(officer.post(answer, data=wrong), 422)
        assert "all the same" in again.text
    for _ in range(2):
        given = {"lines": "1", "text": "The marks were changed at the port."}
        assert led_to(officer.post(answer, data=given)) == f"{answer}?sent=yes"
    assert "Customs must now reconsider" in looked_at(officer.get(f"{answer}?sent=yes")).text
    assert "refused preference" in looked_at(officer.get(HERE)).text
    looked_at(_officer(court, "TH issuing").get(answer), 404)


def test_a_case_is_acknowledged_and_replied_to_by_the_side_asked(court: Desk) -> None:
    """With the steps that may be taken now; for a third member there is no case."""
    certificate = _received(court)
    customs = court.at_work("TH customs", Scope.DECIDE, Scope.READ)
    form = {"lines": ["1"], "ground": "doubt", "text": "The criterion does not fit."}
    led_to(customs.post(f"/desk/importing/{certificate}/check", data=form))
    officer, case = _officer(court), f"{HERE}/cases/1"
    page = looked_at(officer.get(case))
    assert "Acknowledge the request" in page.text
    assert "The criterion does not fit." in page.text
    turn = next(one["value"] for one in page.all("input") if one["name"] == "turn")
    empty = looked_at(officer.post(case, data={"step": "replied", "turn": turn}), 422)
    assert "#replied-text" in [link["href"] for link in empty.all("a")]
    reply = {"step": "replied", "turn": turn, "text": "See the records of the factory."}
    for _ in range(2):
        assert led_to(officer.post(case, data=reply)) == case
    assert looked_at(officer.get(case)).text.count("See the records of the factory.") == 1
    stranger = _officer(court, "MY issuing")
    looked_at(stranger.get(case), 404)
    looked_at(stranger.post(case, data=reply), 404)


def test_a_reply_that_comes_too_late_is_kept_to_be_copied(court: Desk) -> None:
    """Customs has concluded while it was written; the page says so, and the refusal is kept."""
    certificate = _received(court)
    customs = court.at_work("TH customs", Scope.DECIDE, Scope.READ)
    form = {"lines": ["1"], "ground": "random"}
    led_to(customs.post(f"/desk/importing/{certificate}/check", data=form))
    led_to(customs.post("/desk/importing/cases/1", data={"step": "conclude", "line-1": "confirmed"}))
    reply = {"step": "replied", "turn": "1", "text": "See the records of the factory."}
    answer = _officer(court).post(f"{HERE}/cases/1", data=reply)
    page = looked_at(answer, 409)
    assert "See the records of the factory.</textarea>" in answer.text
    assert "Concluded" in page.text.partition("Added since you opened this page")[2].partition("Not sent")[0]
    kept = court.rooms.acts.acts(member="VN")[0]
    assert (kept.act, kept.outcome, kept.why) == ("case.step", ActOutcome.REFUSED, "case-step-not-allowed")


def test_an_answer_to_a_refusal_that_was_taken_back_is_kept_to_be_copied(court: Desk) -> None:
    """Customs has granted the line while it was written."""
    certificate = _received(court)
    customs = court.at_work("TH customs", Scope.DECIDE, Scope.READ)
    for decision in (
        {"decide-1": "refused", "reasons-1": ["PARTICULARS-DIFFER"]},
        {"decide-1": "granted", "quantity-1": "1"},
    ):
        led_to(customs.post(f"/desk/importing/{certificate}", data=DECLARED | decision))
    given = {"lines": "1", "text": "The marks were changed at the port."}
    answer = _officer(court).post(f"{HERE}/certificates/{certificate}/answer", data=given)
    assert "#lines" in [link["href"] for link in looked_at(answer, 422).all("a")]
    assert "The marks were changed at the port.</textarea>" in answer.text


def test_who_answers_for_an_original_is_not_told_the_number_of_what_rests_on_it(
    court: Desk, annals: Annals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Malaysia is asked about a certificate between Viet Nam and Thailand, which is filed here as well."""
    certificate = _received(court)
    named = bytes.fromhex(certificate[2:])
    filing = court.ledger.archive.find(named)
    assert filing is not None
    number = orjson.loads(filing.document)["reference"]
    case = a_case(1, "child", "origin", importing="TH", exporting="MY")
    annals.block(issued("origin", "MY", "VN"), replace(issued("child"), id=named), replace(case, id=named))
    annals.tell()
    officer = _officer(court, "MY issuing")
    page = looked_at(officer.get(f"{HERE}/events"))
    assert "Customs asks for verification" in page.text
    assert number not in page.text
    assert number in looked_at(_officer(court).get(f"{HERE}/events")).text
    form = {"lines": ["1"], "ground": "doubt", "text": "The criterion does not fit."}
    customs = court.at_work("TH customs", Scope.DECIDE, Scope.READ)
    led_to(customs.post(f"/desk/importing/{certificate}/check", data=form))
    asked = replace(case_of(1, court.ledger), exporting="MY")
    for module in ("desk_issuing_back", "desk_importing"):
        monkeypatch.setattr(f"api.routes.{module}.case_of", lambda *_: asked)
    for browser, shown in (
        (officer.get(f"{HERE}/cases/1"), False),
        (court.at_work("MY issuing", Scope.DECIDE).get("/desk/importing/cases/1"), False),
        (customs.get("/desk/importing/cases/1"), True),
    ):
        assert (number in looked_at(browser).text) is shown
