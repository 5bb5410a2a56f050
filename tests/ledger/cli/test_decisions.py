"""Decisions at import on the command line: granted, refused, answered and handed over on a real chain."""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.facts import Role
from tests.dated import these_days
from tests.ledger.cli.conftest import Desk, Said

pytestmark = pytest.mark.chain

_NUMBERS = itertools.count(1)
ISSUED = these_days("2026-11-02")
"""The day of issue."""


@dataclass(frozen=True)
class Import:
    """Thai customs with a certificate that it has received."""

    desk: Desk
    certificate: str

    def asal(self, *words: str, member: str = "TH", role: Role = Role.CUSTOMS) -> Said:
        """Type a command as an office."""
        return self.desk.asal(*words, account=self.desk.founded.office(member, role).account)

    def decide(self, *words: str, declaration: str = "A1") -> Said:
        """Decide on a proof that was presented on the day of its issue."""
        given = ("--declaration", declaration, "--presented-on", ISSUED, "--office", "Bangkok Port")
        return self.asal("certificate", "decide", self.certificate, *given, *words)


@pytest.fixture
def arrived(desk: Desk) -> Import:
    """Issue a certificate to Thailand and let its customs receive it."""
    issued = desk.issued(f"VN-TH 26/03/{next(_NUMBERS):05}")
    here = Import(desk, issued["id"])
    received = here.asal("certificate", "receive", issued["file"])
    assert received.code == 0, received.talk
    return here


def told(said: Said) -> Any:
    """Return the answer of a command that went well."""
    assert said.code == 0, said.talk
    return said.json


def test_a_line_is_granted_in_parts_and_both_sides_see_what_remains(arrived: Import) -> None:
    """Until nothing is left; what asks for more is told the rule."""
    first = told(arrived.decide("--grant", "1=1200.50 KGM"))
    assert (first["state"], first["remaining"]) == ("recorded", {"1": "17999.50"})
    assert told(arrived.decide("--grant", "1=1200.50 KGM"))["repeated"]
    more = arrived.decide("--grant", "1=18000 KGM", declaration="A2")
    assert more.code == 3
    assert "17999.50 KGM of 19200 KGM remain" in more.talk.replace("\n", " ")
    seen = told(arrived.asal("certificate", "decisions", arrived.certificate, member="VN", role=Role.ISSUING))
    assert [(line["drawn"], line["state"]) for line in seen["lines"]] == [("1200.50", "granted")]
    assert len(seen["decisions"]) == 1


def test_a_refusal_is_answered_and_reconsidered(arrived: Import) -> None:
    """The statements of both go over as files, which the other side takes."""
    refused = told(arrived.decide("--refuse", "1=ORIGIN-DOUBTED", "--text", "1=Which mill?"))
    file = str(arrived.desk.folder / "decision.json")
    told(arrived.asal("statement", "give", refused["statement"], "--out", file))
    issuer: dict[str, Any] = {"member": "VN", "role": Role.ISSUING}
    (taken,) = told(arrived.asal("statement", "take", file, **issuer))
    assert (taken["statement"], taken["kind"]) == (refused["statement"], "decision")
    shown = told(arrived.asal("statement", "show", refused["statement"], **issuer))
    assert shown["body"]["lines"]["1"]["text"] == "Which mill?"
    answer = ("certificate", "clarify", arrived.certificate, "--line", "1", "--text", "Buôn Ma Thuột.")
    assert told(arrived.asal(*answer, **issuer))["state"] == "recorded"
    assert told(arrived.decide("--grant", "1=19200 KGM"))["remaining"] == {"1": "0"}


def test_a_statement_that_was_changed_on_the_way_is_not_taken(arrived: Import) -> None:
    """The ledger does not name it."""
    done = told(arrived.decide("--grant", "1=5 KGM"))
    file = arrived.desk.folder / "decision.json"
    told(arrived.asal("statement", "give", done["statement"], "--out", str(file)))
    changed = json.loads(file.read_text(encoding="utf-8"))
    changed["body"]["lines"]["1"]["quantity"] = "4"
    Path(file).write_text(json.dumps(changed), encoding="utf-8")
    said = arrived.asal("statement", "take", str(file))
    assert said.code == 3
    assert "names no such statement" in said.talk.replace("\n", " ")


def test_customs_of_another_member_decides_nothing(arrived: Import) -> None:
    """The key says for whom it decides."""
    given = ("--declaration", "A1", "--presented-on", ISSUED, "--office", "X", "--grant", "1=1 KGM")
    said = arrived.asal("certificate", "decide", arrived.certificate, *given, member="MY")
    assert said.code == 3
    assert "only TH decides" in said.talk.replace("\n", " ")


@pytest.mark.parametrize(
    "words",
    [
        ("--grant", "1:5 KGM"),
        ("--grant", "1=5e3 KGM"),
        ("--grant", "1=five"),
        ("--grant", "1=5 KGM", "--refuse", "1=EXPIRED"),
        ("--grant", "1=5 KGM", "--text", "1=why"),
        ("--grant", "1=5 KGM", "--late", "sleepy"),
    ],
)
def test_what_cannot_be_read_is_wrong_usage(desk: Desk, words: tuple[str, ...]) -> None:
    """Before anything is opened."""
    given = ("--declaration", "A1", "--presented-on", ISSUED, "--office", "X")
    said = desk.asal("certificate", "decide", f"0x{'5a' * 32}", *given, *words)
    assert said.code == 2


def test_split_use_is_switched_by_customs(arrived: Import) -> None:
    """And told to whoever asks."""
    assert told(arrived.asal("certificate", "split-use"))["allowed"]
    assert not told(arrived.asal("certificate", "split-use", "--forbid"))["allowed"]
    assert not told(arrived.asal("certificate", "split-use"))["allowed"]
    assert told(arrived.asal("certificate", "split-use", "--allow"))["allowed"]
