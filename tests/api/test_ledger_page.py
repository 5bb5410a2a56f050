"""The page of the ledger: what the search box leads to, the newest events, the figures and their files."""

import csv
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from httpx2 import Response

from api.pages.links import token_of
from api.services import Limits
from ledger.archive import Scope, open_archive
from ledger.errors import ChainUnreachable
from ledger.events import Event
from ledger.facts import Reason
from tests.api.desk import Desk, HandClock, a_desk, a_world_in_memory
from tests.api.seen import Seen
from tests.api.test_pages import looked_at
from tests.api.test_speech import english_in
from tests.ports.test_figures_port import CUSTOMS, ended
from tests.ports.test_replica_port import NOW, block, filled, happened, issued
from tests.procedures_told import decided, opened, received, the_id

LIFE: tuple[tuple[int, Event], ...] = (
    *CUSTOMS,
    (2, issued("a")),
    (2, issued("b")),
    (2, issued("c", "TH", "VN")),
    (3, received("a")),
    (4, decided("a")),
    (5, ended("b", Reason.REPLACED)),
    (6, opened(1, "a")),
)
_FILES = ("/ledger/figures/activity?format=csv", "/ledger/figures/times?format=json")


@pytest.fixture
def public(tmp_path: Path, empty_archive: Path) -> Iterator[Desk]:
    """Return a service that shows its figures to everybody, and has a replica in which something happened."""
    clock = HandClock(NOW)
    path = shutil.copy(empty_archive, tmp_path / "public.sqlite3")
    rooms = open_archive(f"sqlite:///{path}", migrate=False)
    desk = a_desk(a_world_in_memory(clock), rooms, clock, Limits(ledger_page="public"))
    filled(rooms.replica, *LIFE)
    desk.ledger = replace(desk.ledger, figures=rooms.replica)
    desk.__post_init__()
    yield desk
    rooms.close()


def search(desk: Desk, text: str) -> Response:
    """Search for a text."""
    return desk.client.get("/ledger/search", params={"q": text}, follow_redirects=False)


def led_to(desk: Desk, text: str) -> str:
    """Return where a search leads at once."""
    answer = search(desk, text)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def look(desk: Desk, path: str, status: int = 200) -> Seen:
    """Return a page."""
    return looked_at(desk.client.get(path), status)


def rows_of(answer: Response) -> list[list[str]]:
    """Return the rows of a file for spreadsheets."""
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


# ---------------------------------------------------------------------------------------------- searching


def test_a_certificate_is_found_by_its_id_and_by_the_link_in_its_qr_code(desk: Desk) -> None:
    """Both lead to what the ledger says of it, without a particular of it."""
    body = desk.issued()
    certificate = body["id"]
    for text in (certificate, f"https://a.example/q/{token_of(bytes.fromhex(certificate[2:]))}"):
        assert led_to(desk, text) == f"/ledger/certificates/{certificate}"
    page = look(desk, f"/ledger/certificates/{certificate}")
    for told in ("In force", "Viet Nam (VN)", "Thailand (TH)", "As of", "What happened to it", certificate):
        assert told in page.text
    reference = body["envelope"]["data"]["reference"].split(":", 2)[2]
    exporter = body["envelope"]["data"]["exporter"]["name"].split(":", 2)[2]
    assert reference not in page.text
    assert exporter not in page.text
    links = [one["href"] for one in page.all("a")]
    assert f"/q/{token_of(bytes.fromhex(certificate[2:]))}" in links


def test_a_transaction_leads_to_its_block(desk: Desk) -> None:
    """Also where no certificate has this id."""
    body = desk.issued()
    entry = desk.ask("GET", f"/v1/certificates/{body['id']}").json()
    transaction = next(re.finditer(r"0x[0-9a-f]{64}", str(entry.get("transaction")))).group()
    assert re.fullmatch("/ledger/blocks/[0-9]+", led_to(desk, transaction))


@pytest.mark.parametrize("text", ["VN", "viet nam", "Việt Nam"])
def test_a_member_is_found_by_name_and_code(desk: Desk, text: str) -> None:
    """And its page names its authorities."""
    assert led_to(desk, text) == "/ledger/members/VN"
    page = look(desk, "/ledger/members/VN")
    assert "Viet Nam (VN)" in page.text
    assert "issues certificates" in page.text
    assert "one key in force" in page.text


def test_an_operator_leads_to_the_page_of_operators(desk: Desk) -> None:
    """In the one form of its code; what looks like a reference too is offered as both."""
    links = {one["href"] for one in looked_at(search(desk, "AEO VN-0100109106")).all("a")}
    assert {"/operators?code=VN0100109106", "/verify?reference=AEO+VN-0100109106"} <= links


def test_a_reference_number_alone_finds_no_certificate(desk: Desk) -> None:
    """One that exists and one that does not lead to the same question, so numbers cannot be tried out."""
    reference = desk.issued()["envelope"]["data"]["reference"].split(":", 2)[2]
    there, strange = led_to(desk, reference), led_to(desk, "VN-TH 26/02/99999")
    assert there.startswith("/verify?reference=VN-TH")
    assert strange == "/verify?reference=VN-TH+26%2F02%2F99999"


def test_a_number_that_may_mean_several_things_is_offered_as_each(desk: Desk) -> None:
    """As a block and as a reference; whoever searched chooses."""
    answer = search(desk, "1")
    page = looked_at(answer)
    assert "It may be one of these" in page.text
    assert {one["href"] for one in page.all("a")} >= {"/ledger/blocks/1", "/verify?reference=1"}


def test_an_authority_is_found_by_a_part_of_its_name(desk: Desk) -> None:
    """Each leads to its place on its member's page."""
    name = desk.ledger.members.authorities()[0].name
    answer = search(desk, name[:6])
    target = answer.headers.get("location") or answer.text
    assert "/ledger/members/" in target
    assert "#authority-" in target


@pytest.mark.parametrize("text", ["0x" + "ab" * 32, "zzzzzz", "<script>alert(1)</script>", "?"])
def test_what_is_not_there_is_said_so_with_examples(desk: Desk, text: str) -> None:
    """What was typed stays in the box, and does nothing."""
    page = looked_at(search(desk, text), 404)
    assert "Nothing was found" in page.text
    assert "What can be searched for" in page.text
    assert text in [one.get("value") for one in page.all("input")]


def test_an_empty_search_says_what_can_be_searched_for(desk: Desk) -> None:
    """It is no error."""
    assert "What can be searched for" in look(desk, "/ledger/search").text


@pytest.mark.parametrize("path", ["/ledger/certificates/0x" + "ab" * 32, "/ledger/members/XX"])
def test_a_page_of_nothing_is_not_found(desk: Desk, path: str) -> None:
    """And offers to search on."""
    assert "Nothing was found" in look(desk, path, 404).text


def test_searching_is_throttled(tmp_path: Path, empty_archive: Path) -> None:
    """So that nobody tries out names by the thousand."""
    clock = HandClock()
    path = shutil.copy(empty_archive, tmp_path / "throttled.sqlite3")
    rooms = open_archive(f"sqlite:///{path}", migrate=False)
    desk = a_desk(a_world_in_memory(clock), rooms, clock, Limits(recognition="2/minute"))
    assert [search(desk, "VN").status_code for _ in range(3)] == [303, 303, 429]
    rooms.close()


def test_a_silent_ledger_is_our_fault_and_no_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes it for nothing found."""

    def silent(*_: object) -> None:
        raise ChainUnreachable("http://127.0.0.1:1")

    monkeypatch.setattr(desk.world.ledger, "evidence", silent, raising=False)
    monkeypatch.setattr(type(desk.world.ledger), "evidence", silent, raising=False)
    page = looked_at(search(desk, "0x" + "ab" * 32), 503)
    assert "our fault" in page.text


# ------------------------------------------------------------------------------------------------- events


def test_the_newest_events_stand_first_with_members_and_moments(public: Desk) -> None:
    """Each says what happened between whom, when and in which block, and leads on."""
    page = look(public, "/ledger")
    first = page.text.index("Thailand (TH) asked Viet Nam (VN) to verify a certificate: check 1")
    assert first < page.text.index("Viet Nam (VN) replaced a certificate for Thailand (TH)")
    assert "Thailand (TH) granted preference on a certificate of Viet Nam (VN)" in page.text
    assert "As of" in page.text
    links = {one["href"] for one in page.all("a")}
    assert {"/ledger/blocks/6", f"/ledger/certificates/0x{the_id('a').hex()}"} <= links


def test_a_page_that_looks_again_is_told_only_what_is_new(public: Desk) -> None:
    """Nothing, while nothing is; then the new event, and where to go on from."""
    newest = re.search(r"/ledger/events\?after=([0-9]+-[0-9]+)", public.client.get("/ledger").text)
    assert newest
    address, asking = f"/ledger/events?after={newest[1]}", {"HX-Request": "true"}
    assert public.client.get(address, headers=asking).status_code == 204
    again = happened((11, received("c")))
    public.rooms.replica.apply([block(11)], again, node_block=11, seen_at=NOW)
    answer = public.client.get(address, headers=asking)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert answer.text.count('<li class="event') == 1
    assert "received a certificate" in answer.text
    assert "/ledger/events?after=11-0" in answer.text


def test_older_events_are_reached_page_by_page(public: Desk) -> None:
    """Without scripts, with links alone."""
    page = look(public, "/ledger/events?before=3-0")
    assert "issued a certificate" in page.text
    assert "received a certificate" not in page.text
    assert "There are no events here" in look(public, "/ledger/events?before=0-1").text


def test_events_are_given_out_as_files(public: Desk) -> None:
    """For spreadsheets and for programs, newest first."""
    rows = rows_of(public.client.get("/ledger/events?format=csv"))
    assert rows[0][:4] == ["moment", "block", "position", "event"]
    assert rows[1][3] == "case-opened"
    told = public.client.get("/ledger/events?format=json").json()
    assert told["asOf"]["block"] == 10
    assert [one["event"] for one in told["events"]][:2] == ["case-opened", "ended"]
    assert told["events"][0]["id"] == f"0x{the_id('a').hex()}"


def test_a_block_shows_what_happened_in_it(public: Desk) -> None:
    """All of it and nothing else; a block that is not there yet is said so."""
    page = look(public, "/ledger/blocks/2")
    assert page.text.count("issued a certificate") == 3
    assert "received" not in page.text
    assert "Nothing of this ledger happened in this block" in look(public, "/ledger/blocks/9").text
    assert "no such block yet" in look(public, "/ledger/blocks/99").text


# ------------------------------------------------------------------------------------------------ figures


def test_figures_are_charts_with_the_same_as_tables(public: Desk) -> None:
    """Each chart is one picture with a name and words, and has its table and files below."""
    page = look(public, "/ledger/figures?days=0")
    charts = page.all("svg")
    assert len([one for one in charts if one.get("role") == "img"]) == 4
    assert len(page.all("caption")) == 4
    assert "50%: 1 of 2" in page.text
    assert "half: 2 seconds" in page.text
    links = {one["href"] for one in page.all("a")}
    for name in ("activity", "utilisation", "times", "overdue"):
        assert {f"/ledger/figures/{name}?days=0&format={kind}" for kind in ("csv", "json")} <= links


def test_a_figure_is_given_out_as_a_file(public: Desk) -> None:
    """With the numbers of its table."""
    assert rows_of(public.client.get("/ledger/figures/activity?days=0&format=csv")) == [
        ["Member", "Issued", "Cancelled", "Replaced", "Received", "Decided"],
        ["Thailand (TH)", "1", "0", "0", "1", "1"],
        ["Viet Nam (VN)", "2", "0", "1", "0", "0"],
    ]
    told = public.client.get("/ledger/figures/utilisation?days=0&format=json").json()
    assert told["figure"] == "utilisation"
    assert [(one["exporting"], one["importing"], one["rate"]) for one in told["rows"]] == [
        ("TH", "VN", 0.0),
        ("VN", "TH", 0.5),
    ]


def test_figures_of_a_period_leave_out_what_was_before(public: Desk) -> None:
    """All of this happened in another year."""
    page = look(public, "/ledger/figures?days=30")
    assert "Nothing was recorded in this period" in page.text
    assert "No certificate was issued in this period" in page.text


def test_open_checks_are_counted_for_both_sides(public: Desk) -> None:
    """And the step that is overdue for the member that is to take it."""
    told = public.client.get("/ledger/figures/overdue?format=json").json()["rows"]
    assert [(one["member"], one["cases"], one["steps"]) for one in told] == [("TH", 1, 0), ("VN", 1, 1)]


def test_a_figure_that_there_is_not_is_not_found(public: Desk) -> None:
    """Whatever is asked for."""
    assert public.client.get("/ledger/figures/lies").status_code == 404


# ----------------------------------------------------------------------------------------- who may see it


def test_events_and_figures_are_for_officers_unless_it_is_said_otherwise(public: Desk) -> None:
    """Searching and the register of members stay open to everybody."""
    officers = Desk(public.world, public.rooms, public.ledger, public.clock, Limits())
    page = look(officers, "/ledger")
    assert "Officers see the latest events" in page.text
    assert "issued a certificate" not in page.text
    for path in (
        "/ledger/events",
        "/ledger/events?format=csv",
        "/ledger/blocks/2",
        "/ledger/figures",
        *_FILES,
    ):
        assert "Log in" in look(officers, path, 403).text
    assert "What it did" not in look(officers, "/ledger/members/VN").text
    browser = officers.at_work("VN issuing", Scope.ISSUE)
    assert "issued a certificate" in browser.get("/ledger").text
    assert browser.get("/ledger/figures/activity?format=csv").status_code == 200


def test_a_service_without_a_replica_says_that_figures_need_one(desk: Desk) -> None:
    """It does not show zeros."""
    browser = desk.at_work("VN issuing", Scope.ISSUE)
    assert "need a replica" in browser.get("/ledger").text
    assert browser.get("/ledger/figures").status_code == 404
    assert "need a replica" in browser.get("/ledger/figures").text


def test_a_ledger_on_which_nothing_happened_says_how_it_begins(tmp_path: Path, empty_archive: Path) -> None:
    """An empty list would say nothing."""
    clock = HandClock()
    path = shutil.copy(empty_archive, tmp_path / "new.sqlite3")
    rooms = open_archive(f"sqlite:///{path}", migrate=False)
    desk = a_desk(a_world_in_memory(clock), rooms, clock, Limits(ledger_page="public"))
    desk.ledger = replace(desk.ledger, figures=rooms.replica)
    desk.__post_init__()
    assert "catching up" in look(desk, "/ledger").text
    rooms.replica.start(desk.ledger.registry.ledger)
    rooms.replica.apply([block(6)], [], node_block=6, seen_at=NOW)
    assert "Nothing has happened on this ledger yet" in look(desk, "/ledger").text
    rooms.close()


@pytest.mark.parametrize(
    "path",
    [
        "/ledger",
        "/ledger/events",
        "/ledger/blocks/2",
        "/ledger/figures?days=0",
        "/ledger/members/VN",
        "/ledger/search?q=1",
        "/ledger/search?q=zzzz",
    ],
)
def test_every_page_can_be_said_in_another_language(public: Desk, path: str) -> None:
    """Nothing on it is left in English."""
    answer = public.client.get(path, headers={"Cookie": "asal-language=qps"})
    assert english_in(answer.text) == []
