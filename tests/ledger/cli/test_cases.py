"""Verification cases on the command line: from the question to the conclusion, on a real chain."""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.facts import Address, Role
from tests.ledger.cli.conftest import Desk, Said

pytestmark = pytest.mark.chain
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Court:
    """Customs of Thailand and the issuing authority of Viet Nam, at one desk."""

    desk: Desk
    certificate: str

    @property
    def customs(self) -> Address:
        """The key of Thai customs."""
        return self.desk.founded.office("TH", Role.CUSTOMS).account

    def asks(self, *words: str) -> Said:
        """Type a command as Thai customs."""
        return self.desk.asal("case", *words, account=self.customs)

    def answers(self, *words: str) -> Said:
        """Type a command as the issuing authority."""
        return self.desk.asal("case", *words, account=self.desk.issuing("VN"))

    def opened(self) -> str:
        """Open a case on line 1; returns its number."""
        said = self.asks(
            "open", self.certificate, "--lines", "1", "--suspend", "1", "--ground", "doubt", "--text", "Why?"
        )
        assert said.code == 0, said.talk
        return str(said.json["case"]["case"])


@pytest.fixture
def court(desk: Desk) -> Court:
    """A certificate of Viet Nam that Thai customs has received."""
    issued = desk.issued(f"VN-TH 26/09/{next(_NUMBERS):05}")
    envelope = next(Path(desk.folder / "envelopes").glob("*.json"))
    customs = desk.founded.office("TH", Role.CUSTOMS).account
    received = desk.asal("certificate", "receive", str(envelope), account=customs)
    assert received.code == 0, received.talk
    return Court(desk, str(issued["id"]))


def test_a_check_goes_from_the_question_to_the_conclusion(court: Court) -> None:
    """Each answer has the statement to hand over, and says who is to do what until when."""
    number = court.opened()
    acknowledged = court.answers("ack", number)
    assert acknowledged.json["case"]["allowed"] == ["replied"]
    assert acknowledged.json["case"]["due"]["by"] == "VN"
    assert acknowledged.json["statement"]["body"]["case"] == number
    assert court.answers("reply", number, "--text", "It originates.").code == 0
    again = court.answers("reply", number, "--text", "It originates.")
    assert (again.code, again.json["repeated"]) == (0, True)
    assert court.asks("suspend", number, "--lines", "none").json["case"]["suspended"] == []
    done = court.asks("conclude", number, "--confirm", "1")
    assert (done.code, done.json["case"]["step"]) == (0, "concluded")
    told = court.answers("show", number).json
    assert [one["step"] for one in told["events"]][-1] == "concluded"
    assert told["events"][0]["said"]["body"]["text"] == "Why?"


def test_a_visit_is_notified_postponed_held_and_determined(court: Court) -> None:
    """By the words of the command line for each step."""
    number = court.opened()
    assert court.answers("reply", number, "--text", "See there.").code == 0
    assert court.asks("ask", number, "--reason", "No costing.").code == 0
    assert court.answers("reply", number, "--text", "Costing enclosed.").code == 0
    assert court.asks("visit", number, "--text", "The factory, on 4 January.").code == 0
    assert court.answers("postpone", number).code == 0
    assert court.answers("consent", number).code == 0
    assert court.asks("visited", number).code == 0
    assert court.asks("determine", number, "--text", "Line 1 does not originate.").code == 0
    assert court.answers("comment", number, "--text", "We do not agree.").code == 0
    assert court.asks("conclude", number, "--deny", "1").code == 3
    assert court.asks("conclude", number, "--deny", "1", "--text", "No origin.").code == 0


def test_a_step_out_of_turn_is_refused_with_what_is_due(court: Court) -> None:
    """Exit code 3, and nothing is written; wrong words are usage."""
    number = court.opened()
    said = court.asks("visit", number, "--text", "Now.")
    assert said.code == 3
    told = " ".join(said.talk.split())
    assert "acknowledged or replied is due from VN until" in told
    assert court.asks("decline", number).code == 3
    assert court.asks("conclude", number, "--confirm", "2").code == 3
    assert court.asks("conclude", number, "--confirm", "one").code == 2
    assert court.asks("open", court.certificate, "--lines", "2", "--ground", "hunch").code == 2
    assert court.asks("show", "4000000000").code == 3
    assert len(court.asks("show", number).json["events"]) == 1


def test_cases_and_deadlines_are_listed_from_the_replica(court: Court) -> None:
    """After it has caught up with the chain."""
    number = court.opened()
    assert court.desk.asal("replica", "follow", "--once").code == 0
    listed: list[dict[str, Any]] = court.answers("list").json
    assert number in [one["case"] for one in listed]
    due = court.desk.asal("deadlines", account=court.desk.issuing("VN")).json
    mine = [one for one in due if one["case"] == number]
    assert [(one["kind"], one["by"], one["rule"]) for one in mine] == [
        ("step", "VN", "OCP Rule 18(b)"),
        ("case", "TH", "OCP Rule 18(d)"),
    ]
    late = court.desk.asal("deadlines", "--overdue", account=court.customs)
    assert (late.code, json.loads(late.out)) == (0, [])
