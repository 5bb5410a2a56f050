"""Statements handed from desk to desk: two services on one ledger, each with an archive of its own."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from ledger.archive import ActOutcome, Scope, open_archive
from tests.api.desk import Desk, a_desk
from tests.api.test_desk_importing import (
    a_case,
    carried,
    decide,
    led,
    looked_at,
    refusing,
    three_lines,
)

STATEMENTS = "/desk/statements"


@dataclass(frozen=True)
class Sides:
    """The services of Viet Nam, which issues, and of Thailand, which imports, with their officers."""

    home: Desk
    abroad: Desk
    issuing: TestClient
    customs: TestClient

    def received(self) -> str:
        """Issue a certificate at home and receive it abroad; returns the address of its page there."""
        issued = self.home.issue(three_lines()).json()
        raw = json.dumps(issued["envelope"]).encode()
        shown = self.customs.post("/desk/importing/receive", files={"envelope": ("envelope.json", raw)})
        return led(self.customs.post("/desk/importing/receive", files=carried(shown)))


@pytest.fixture
def sides(desk: Desk, tmp_path: Path, empty_archive: Path) -> Iterator[Sides]:
    """Return both services; what is kept at one is unknown at the other."""
    path = shutil.copy(empty_archive, tmp_path / "abroad.sqlite3")
    rooms = open_archive(f"sqlite:///{path}", migrate=False)
    abroad = a_desk(desk.world, rooms, desk.clock)
    yield Sides(
        desk,
        abroad,
        desk.at_work("VN issuing", Scope.ISSUE, Scope.READ),
        abroad.at_work("TH customs", Scope.DECIDE, Scope.READ),
    )
    rooms.close()


def handed_out(officer: TestClient, address: str, which: int = -1) -> bytes:
    """Download a statement that a page offers, by default the newest."""
    page = looked_at(officer.get(address))
    links = [link["href"] for link in page.all("a") if "/statements/" in link["href"]]
    file = officer.get(links[which])
    assert file.headers["content-disposition"].startswith('attachment; filename="statement-')
    return file.content


def take(officer: TestClient, file: bytes) -> Response:
    """Upload a statement."""
    return officer.post(STATEMENTS, files={"statement": ("statement.json", file)})


def taken(officer: TestClient, file: bytes) -> str:
    """Upload a statement that is taken; returns what the page says of it."""
    answer = take(officer, file)
    assert answer.status_code == 303, answer.text
    return looked_at(officer.get(answer.headers["location"])).text


def test_a_refusal_and_its_answer_go_from_desk_to_desk_as_files(sides: Sides) -> None:
    """Each side reads what the other said only once it has its file, and both are kept among the acts."""
    address = sides.received()
    certificate = address.rpartition("/")[2]
    led(decide(sides.customs, address, refusing(2, "ORIGIN-DOUBTED", text="Where was it milled?")))
    answering = f"/desk/issuing/certificates/{certificate}/answer"
    before = looked_at(sides.issuing.get(answering)).text
    assert "ask it for its statement" in before
    assert "Where was it milled?" not in before
    told = taken(sides.issuing, handed_out(sides.customs, address))
    assert "The statement is the one that the ledger names, and is kept." in told
    assert "A decision of customs" in told
    after = looked_at(sides.issuing.get(answering)).text
    assert "Where was it milled?" in after
    assert "ask it for its statement" not in after
    led(sides.issuing.post(answering, data={"lines": "2", "text": "At the mill in Pleiku."}))
    assert "The answer is not kept here" in looked_at(sides.customs.get(address)).text
    assert "answer to a refusal" in taken(sides.customs, handed_out(sides.issuing, answering))
    assert "At the mill in Pleiku." in looked_at(sides.customs.get(address)).text
    for service, member in ((sides.home, "VN"), (sides.abroad, "TH")):
        acts = [one for one in service.rooms.acts.acts(member=member) if one.act == "take_statement"]
        assert [(one.outcome, one.about[:2]) for one in acts] == [(ActOutcome.DONE, "0x")]


def test_what_is_said_in_a_case_goes_from_desk_to_desk_as_files(sides: Sides) -> None:
    """A step is read at the other side with its file; a file taken twice is kept once."""
    case = a_case(sides.customs, sides.received())
    at_home = "/desk/issuing/cases/1"
    led(
        sides.customs.post(case, data={"step": "suspend", "turn": "1", "suspended": "1", "text": "Be quick."})
    )
    assert "What was said is not kept here" in looked_at(sides.issuing.get(at_home)).text
    for which in (0, 1, 1):
        told = taken(sides.issuing, handed_out(sides.customs, case, which))
        assert "What was said in a verification case" in told
        assert "Case 1" in told
    page = looked_at(sides.issuing.get(at_home)).text
    assert page.count("Be quick.") == 1
    assert "What was said is not kept here" not in page


def test_what_the_ledger_does_not_name_is_not_taken(sides: Sides) -> None:
    """A file that was changed, one that is no statement, and none: each is told at the control."""
    address = sides.received()
    led(decide(sides.customs, address, refusing(2, "EXPIRED", text="Why so?")))
    file = handed_out(sides.customs, address)
    changed = json.loads(file)
    changed["body"]["lines"]["2"]["text"] = "All is well."
    for content, status, why in (
        (json.dumps(changed).encode(), 422, "statement-not-on-ledger"),
        (b'{"schema": "asal-statement-1"}', 422, "statement-malformed"),
        (b"%PDF-1.7", 422, ""),
        (b"", 422, ""),
    ):
        page = looked_at(take(sides.issuing, content), status)
        assert "#statement" in [link["href"] for link in page.all("a")]
        if why:
            assert sides.home.rooms.acts.acts(member="VN")[0].why == why
    assert "All is well." not in looked_at(take(sides.issuing, json.dumps(changed).encode()), 422).text


def test_statements_are_for_the_members_concerned(sides: Sides) -> None:
    """A third member neither gets them nor can leave them here."""
    address = sides.received()
    led(decide(sides.customs, address, refusing(2, "EXPIRED", text="Why so?")))
    file = handed_out(sides.customs, address)
    taken(sides.issuing, file)
    page = looked_at(sides.customs.get(address))
    link = next(one["href"] for one in page.all("a") if "/statements/" in one["href"])
    named = link.rpartition("/")[2]
    stranger = sides.home.at_work("MY issuing", Scope.ISSUE)
    looked_at(stranger.get(f"{STATEMENTS}/{named}"), 404)
    looked_at(stranger.get(f"{STATEMENTS}?taken={named}"), 404)
    looked_at(take(stranger, file), 404)
    assert sides.issuing.get(f"{STATEMENTS}/{named}").content == file
    looked_at(sides.home.at_work("VN aeo", Scope.AEO).get(STATEMENTS), 403)
