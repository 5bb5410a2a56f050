"""`asal certificate receive, timeline, tree, balance, true-copy` against a real chain."""

import itertools
import json
from pathlib import Path

from ledger.facts import Address, Role
from tests.dated import a_document
from tests.ledger.cli.conftest import Desk

NUMBERS = (f"VN-TH 26/02/{number:05}" for number in itertools.count(40_000))


def customs(desk: Desk, member: str) -> Address:
    """Return the account of a member's customs."""
    return desk.founded.office(member, Role.CUSTOMS).account


def test_a_certificate_is_received_and_its_life_told(desk: Desk) -> None:
    """Receiving it again changes nothing."""
    issued = desk.issued(next(NUMBERS))
    for _ in range(2):
        said = desk.asal("certificate", "receive", issued["file"], account=customs(desk, "TH"))
        assert said.code == 0, said.talk
        assert (said.json[0]["addressed"], said.json[0]["verdict"]) == (True, "VALID")
    told = desk.asal("certificate", "timeline", issued["id"]).json
    assert [(row["what"], row["who"]["member"]) for row in told["rows"]] == [
        ("issued", "VN"),
        ("received", "TH"),
    ]


def test_a_copy_for_another_member_is_kept_only(desk: Desk) -> None:
    """The command says to whom it is addressed."""
    issued = desk.issued(next(NUMBERS))
    said = desk.asal("certificate", "receive", issued["file"], account=customs(desk, "MY"))
    assert (said.code, said.json[0]["addressed"], said.json[0]["receivedAt"]) == (0, False, None)


def test_an_altered_copy_is_refused_with_the_verdict(desk: Desk) -> None:
    """Exit code 3, and the field that differs."""
    issued = desk.issued(next(NUMBERS))
    forged = json.loads(Path(issued["file"]).read_text(encoding="utf-8"))
    forged["data"]["consignee"]["name"] += " Ltd"
    file = desk.file("forged.json", forged)
    said = desk.asal("certificate", "receive", file, account=customs(desk, "TH"))
    assert said.code == 3
    assert "consignee.name" in said.talk.replace("\n", "")


def test_balance_and_tree_tell_what_is_re_exported(desk: Desk) -> None:
    """And one that draws too much is refused."""
    issued = desk.issued(next(NUMBERS))
    document = a_document(
        reference=desk.asal("certificate", "show", issued["id"]).json["document"]["reference"]
    )
    named = {
        "certificate": issued["id"],
        "reference": document["reference"],
        "issuedOn": document["issuedOn"],
    }
    line = document["items"]["1"] | {
        "quantity": {"value": "19000", "unit": "KGM"},
        "originals": {"1": {**named, "item": "1"}},
    }
    child = document | {
        "reference": f"TH-MY {issued['id'][2:10]}",
        "exportingMember": "TH",
        "importingMember": "MY",
        "items": {"1": line},
        "originals": {"1": {**named, "exportingMember": "VN"}},
        "endorsements": document["endorsements"] | {"backToBack": True},
        "declaration": document["declaration"] | {"importingCountry": "MY"},
        "exporter": document["exporter"] | {"country": "TH"},
        "consignee": document["consignee"] | {"country": "MY"},
    }
    issue = ("certificate", "issue", "--out", str(desk.folder))
    done = desk.asal(*issue, desk.file("child.json", child), account=desk.issuing("TH"))
    assert done.code == 0, done.talk
    balance = desk.asal("certificate", "balance", issued["id"]).json
    assert [(row["drawn"], row["left"]) for row in balance] == [("19000", "200")]
    tree = desk.asal("certificate", "tree", done.json[0]["id"]).json
    assert set(tree["nodes"]) == {issued["id"], done.json[0]["id"]}
    more = child | {"reference": f"TH-MY {issued['id'][2:10]} B"}
    refused = desk.asal(*issue, desk.file("more.json", more), account=desk.issuing("TH"))
    assert refused.code == 3
    assert "R11-QUANTITY" in refused.talk


def test_a_true_copy_is_written_to_a_file(desk: Desk) -> None:
    """It is the envelope of the original."""
    issued = desk.issued(next(NUMBERS))
    said = desk.asal(
        *("certificate", "true-copy", issued["id"], "--reason", "lost", "--out", str(desk.folder)),
        account=desk.issuing("VN"),
    )
    assert said.code == 0, said.talk
    original = json.loads(Path(issued["file"]).read_text(encoding="utf-8"))
    assert json.loads(Path(said.json["file"]).read_text(encoding="utf-8")) == original
    assert said.json["endorsement"].startswith("CERTIFIED TRUE COPY, ")


def test_a_certificate_that_nobody_knows_has_no_timeline(desk: Desk) -> None:
    """Exit code 3."""
    assert desk.asal("certificate", "timeline", f"0x{'5a' * 32}").code == 3
    assert desk.asal("certificate", "tree", f"0x{'5a' * 32}").code == 3
