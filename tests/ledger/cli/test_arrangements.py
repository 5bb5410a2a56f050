"""Programmes and arrangements on the command line, on a chain."""

import json
from pathlib import Path

from ledger.facts import Address, Role
from tests.ledger.cli.conftest import Desk

DATA = Path(__file__).parents[3] / "ledger" / "aeo" / "data"


def aeo(desk: Desk, member: str) -> Address:
    """Return the account of a member's AEO authority."""
    return desk.founded.office(member, Role.AEO).account


def test_two_members_join_a_bilateral_arrangement_from_its_file(desk: Desk) -> None:
    """Each says what concerns it; what waits for the partner is written when that has joined."""
    looked = desk.asal("arrangement", "apply", "bilateral", "--dry-run", account=aeo(desk, "VN"))
    assert (looked.code, looked.json["done"]) == (0, [])
    assert len(looked.json["left"]) == 5
    first = desk.asal("arrangement", "apply", "bilateral", account=aeo(desk, "VN"))
    assert first.code == 0, first.talk
    assert [one["note"] for one in first.json["left"]] == ["waits until KH declares its programme AEO"]
    assert len(desk.asal("arrangement", "apply", "bilateral", account=aeo(desk, "KH")).json["done"]) == 4
    last = desk.asal("arrangement", "apply", "bilateral", account=aeo(desk, "VN")).json
    assert (len(last["done"]), last["left"]) == (1, [])
    shown = desk.asal("arrangement", "show", "VN-KH-DEMO").json
    assert {(row["grantor"], row["partner"]) for row in shown["recognitions"]} == {("VN", "KH"), ("KH", "VN")}
    assert set(shown["participations"]) == {"VN", "KH"}
    stranger = desk.asal("arrangement", "apply", "bilateral", account=aeo(desk, "SG"))
    assert (stranger.code, "ArrangementNotYours" in stranger.talk) == (3, True)


def test_an_authority_says_step_by_step_what_its_member_recognises(desk: Desk) -> None:
    """Programme, arrangement, participation, recognition and its end; each repeated one is found."""
    sg, my = aeo(desk, "SG"), aeo(desk, "MY")
    for account in (sg, my):
        declared = desk.asal("programme", "declare", "TEST", "A test", "--levels", "3", account=account)
        assert declared.json["state"] == "recorded", declared.talk
    again = desk.asal("programme", "declare", "TEST", "A test", "--levels", "3", account=my)
    assert again.json["repeated"]
    numbers = {
        one["member"]: one["id"] for one in desk.asal("programme", "list").json if one["code"] == "TEST"
    }
    assert desk.asal("arrangement", "declare", "STEPS", "Step by step", account=sg).code == 0
    for account in (sg, my):
        words = ("arrangement", "participate", "STEPS", "in-force", "--from", "2026-01-01")
        assert desk.asal(*words, account=account).code == 0
    row = ("arrangement", "recognise", "STEPS", "MY", str(numbers["MY"]), "--from", "2026-01-01")
    limits = ("--min-level", "2", "--role", "exporter", "--direction", "import", "--until", "2026-12-31")
    assert desk.asal(*row, *limits, account=sg).json["state"] == "recorded"
    (shown,) = desk.asal("arrangement", "show", "STEPS").json["recognitions"]
    assert (shown["minLevel"], shown["roles"], shown["directions"]) == (2, ["EXP"], ["IMPORT"])
    assert shown["until"] == "2026-12-31T23:59:59Z"
    end = ("arrangement", "end", str(shown["id"]), "--from", "2026-06-01T12:00:00Z")
    assert desk.asal(*end, account=my).code == 3
    assert desk.asal(*end, account=sg).json["state"] == "recorded"
    assert desk.asal(*end, account=sg).json["repeated"]
    listed = {one["code"] for one in desk.asal("arrangement", "list").json}
    assert "STEPS" in listed


def test_what_is_written_wrongly_is_told_before_anything_is_written(desk: Desk, tmp_path: Path) -> None:
    """A word, a day, a file or an arrangement that is none."""
    th = aeo(desk, "TH")
    participate = ("arrangement", "participate")
    assert desk.asal(*participate, "STEPS", "begun", "--from", "2026-01-01", account=th).code == 2
    assert desk.asal(*participate, "NONE", "signed", "--from", "2026-01-01", account=th).code == 3
    assert desk.asal("arrangement", "show", "NONE").code == 3
    assert desk.asal("arrangement", "declare", "X", "Y", "--text-hash", "0x12", account=th).code == 2
    assert desk.asal("arrangement", "apply", str(tmp_path / "none.json"), account=th).code == 2
    wrong = json.loads((DATA / "aamra.json").read_text("utf-8")) | {"schema": "other"}
    said = desk.asal("arrangement", "apply", desk.file("wrong.json", wrong), account=th)
    assert (said.code, "/schema" in said.talk) == (3, True)


def test_an_issuing_authority_says_nothing_about_recognition(desk: Desk) -> None:
    """The ledger would refuse it, and so do we before."""
    said = desk.asal("programme", "declare", "X", "Y", account=desk.issuing("TH"))
    assert (said.code, "NotAuthorised" in said.talk) == (3, True)
