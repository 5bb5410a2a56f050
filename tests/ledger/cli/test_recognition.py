"""Asking about recognition on the command line: the demonstration's operators on a chain of their own."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import _founding
import _ganache
import _operators
import pytest
from typer.testing import CliRunner

from ledger.archive import open_archive
from ledger.cli import app
from ledger.facts import Address, Role
from tests.dated import a_document
from tests.ledger.cli.conftest import Desk, Said

pytestmark = pytest.mark.chain
SUSPENDED, QUIET, GONE, LEVEL_1, LEVEL_2 = (
    "THSIAM0003",
    "SGHUSH00000004",
    "VNSONG0002",
    "PHLUZON0001",
    "PHLAGUNA0002",
)
PARTNER, NAME = "SGORCH00000002", "Orchid Components Pte. Ltd."


@pytest.fixture(scope="module")
def joined(ganache: _ganache.Node, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk of its own ledger, where members have joined and operators are recorded."""
    folder = tmp_path_factory.mktemp("recognition")
    profile = folder / "asal.toml"
    founded = _founding.found(ganache.rpc, ganache.chain_id, profile)
    rooms = open_archive(f"sqlite:///{folder / 'archive.sqlite3'}")
    _operators.join(founded)
    _operators.enrol(founded, rooms.operators, datetime.now(UTC))
    _operators.change(founded)
    rooms.close()
    desk = Desk(founded, folder, profile)
    assert desk.asal("replica", "follow", "--once").code == 0
    return desk


def asked(desk: Desk, *words: str, account: Address | None = None) -> Said:
    """Ask; the words after `asal recognise`."""
    return desk.asal("recognise", *words, account=account)


@pytest.mark.parametrize(
    ("operator", "host", "code", "reason"),
    [
        (PARTNER, "TH", 0, "recognised"),
        ("AEO-SG ORCH 0000 0002", "th", 0, "recognised"),
        (LEVEL_2, "SG", 0, "recognised"),
        (LEVEL_1, "SG", 10, "level-too-low"),
        (SUSPENDED, "SG", 10, "suspended"),
        (GONE, "SG", 10, "no-consent"),
        ("TLCOFFEE0001", "SG", 10, "home-not-participating"),
        ("SG999999999999", "TH", 14, "not-found"),
    ],
)
def test_the_exit_code_is_the_answer(joined: Desk, operator: str, host: str, code: int, reason: str) -> None:
    """And the JSON has the reason; `ask` need not be typed."""
    for words in (("ask", operator), (operator,)):
        said = asked(joined, *words, "--host", host)
        assert (said.code, said.json["reason"]) == (code, reason), said.talk


def test_a_person_reads_name_programme_and_next_step(joined: Desk) -> None:
    """Or why there is no name; nothing of one that does not agree to the exchange."""

    def shown(operator: str) -> str:
        environment = {"ASAL_PROFILE": str(joined.profile), "ASAL_ARCHIVE": _archive(joined)}
        done = CliRunner().invoke(app, ["recognise", operator, "--host", "TH"], env=environment)
        return " ".join(done.stdout.split())

    partner = shown(PARTNER)
    assert all(word in partner for word in ("RECOGNISED", PARTNER, NAME, "STP-PLUS", "AAMRA", "Next:"))
    assert "does not agree to the publication" in shown(QUIET)
    quiet = shown(GONE)
    assert "NOT RECOGNISED" in quiet
    assert not any(word in quiet for word in ("PRIORITY", "certified", "recorded"))


def _archive(desk: Desk) -> str:
    return f"sqlite:///{desk.folder / 'archive.sqlite3'}"


def test_without_an_archive_there_is_an_answer_without_a_name(joined: Desk) -> None:
    """The node is enough."""
    said = joined.asal("recognise", PARTNER, "--host", "TH", settings={"ASAL_ARCHIVE": ""})
    assert (said.code, said.json["name"], said.json["recognised"]) == (0, None, True)
    assert "not at hand" in said.json["nameNote"]


def test_a_question_that_is_not_clear_is_refused(joined: Desk) -> None:
    """With what to write instead."""
    for words in (("123456789012",), ("SG<1>",), (PARTNER, "--on", "22.11.2026"), (PARTNER, "--role", "x")):
        said = asked(joined, *words, "--host", "TH")
        assert (said.code, bool(said.talk)) == (3, True)
    assert asked(joined, PARTNER).code == 2


def test_nobody_to_ask_has_a_code_of_its_own(joined: Desk, tmp_path: Path) -> None:
    """It says nothing about the operator."""
    profile = tmp_path / "silent.toml"
    text = joined.profile.read_text("utf-8")
    node = joined.founded.profile.rpc[0]
    assert node in text
    profile.write_text(text.replace(node, "http://127.0.0.1:9"), "utf-8")
    said = joined.asal("recognise", PARTNER, "--host", "TH", settings={"ASAL_PROFILE": str(profile)})
    assert (said.code, said.out) == (20, "")


def test_the_reverse_question_goes_through_the_members(joined: Desk) -> None:
    """All but the operator's own."""
    said = asked(joined, "hosts", PARTNER)
    assert said.code == 0
    by_host = {one["host"]["code"]: one["recognised"] for one in said.json}
    assert by_host["TH"]
    assert not by_host["TL"]
    assert "SG" not in by_host
    assert asked(joined, "hosts", GONE).code == 10
    assert asked(joined, "hosts", "SG999999999999").code == 14


def test_a_list_is_answered_row_by_row(joined: Desk) -> None:
    """As CSV for people's spreadsheets, as JSON for programs; unreadable rows end it with 3."""
    file = joined.folder / "partners.csv"
    file.write_text(f"operator,host\n{PARTNER},\n{LEVEL_1},SG\n", "utf-8")
    said = asked(joined, "list", str(file), "--host", "TH")
    assert said.code == 0
    assert [row["answer"]["reason"] for row in said.json] == ["recognised", "level-too-low"]
    file.write_text(f"operator\n{PARTNER}\n=1+1\n", "utf-8")
    environment = {"ASAL_PROFILE": str(joined.profile), "ASAL_ARCHIVE": _archive(joined)}
    done = CliRunner().invoke(app, ["recognise", "list", str(file), "--host", "TH"], env=environment)
    first, second = csv.DictReader(io.StringIO(done.stdout))
    assert (done.exit_code, first["name"], second["given"]) == (3, NAME, "'=1+1")
    done = CliRunner().invoke(
        app, ["recognise", "list", "-", "--host", "TH"], input=f"operator\n{PARTNER}\n", env=environment
    )
    assert (done.exit_code, "recognised" in done.stdout) == (0, True)


def test_a_proof_is_written_and_verified_with_a_node_alone(joined: Desk) -> None:
    """Neither archive nor key is needed to verify; a changed file is found out."""
    path = joined.folder / "proof.json"
    customs = joined.founded.office("TH", Role.CUSTOMS).account
    said = asked(joined, PARTNER, "--host", "TH", "--proof", str(path), account=customs)
    assert said.code == 0, said.talk
    alone = {"ASAL_ARCHIVE": "", "ASAL_DEVELOPMENT_KEYS": ""}
    verified = joined.asal("recognise", "verify", str(path), settings=alone)
    assert (verified.code, verified.json["code"]) == (0, "GENUINE")
    assert verified.json["signer"]["member"] == "TH"
    assert verified.json["said"]["answer"]["name"] == NAME
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    document["typedData"]["message"]["answer"]["recognised"] = False
    path.write_text(json.dumps(document), "utf-8")
    changed = joined.asal("recognise", "verify", str(path), settings=alone)
    assert (changed.code, changed.json["code"], changed.json["signer"]) == (12, "ALTERED", None)
    path.write_text("{}", "utf-8")
    assert joined.asal("recognise", "verify", str(path), settings=alone).code == 3


def test_a_proof_needs_a_key_of_the_right_authority(joined: Desk) -> None:
    """An issuing authority's key signs none."""
    path = joined.folder / "none.json"
    issuing = next(
        office for office in joined.founded.offices if not office.roles & (Role.AEO | Role.CUSTOMS)
    )
    said = asked(joined, PARTNER, "--host", "TH", "--proof", str(path), account=issuing.account)
    assert (said.code, path.exists()) == (3, False)


def test_customs_list_whose_benefits_apply(joined: Desk) -> None:
    """As of the replica's block, page by page."""
    said = asked(joined, "benefits", "--host", "TH")
    assert said.code == 0, said.talk
    found = {one["operator"]: one for one in said.json["operators"]}
    assert found[PARTNER]["name"] == NAME
    assert found[QUIET]["name"] is None
    assert not {SUSPENDED, GONE, LEVEL_1} & set(found)
    only = asked(joined, "benefits", "--host", "TH", "--partner", "PH").json["operators"]
    assert {one["operator"][:2] for one in only} == {"PH"}
    first = asked(joined, "benefits", "--host", "TH", "--limit", "1").json
    assert [one["operator"] for one in first["operators"]] == sorted(found)[:1]
    then = asked(joined, "benefits", "--host", "TH", "--after", first["next"]).json["operators"]
    assert [one["operator"] for one in then] == sorted(found)[1:]


def test_customs_list_changes_and_how_late_they_came(joined: Desk) -> None:
    """The own member's operators whatever they agree to."""
    said = asked(joined, "changes", "--since", "2020-01-01", "--member", "VN")
    gone = [one for one in said.json["changes"] if one["operator"] == GONE]
    assert [one["withheld"] for one in gone] == [True, True]
    assert "status" not in gone[0]
    own = joined.founded.office("VN", Role.AEO).account
    said = asked(joined, "changes", "--since", "2020-01-01", "--member", "VN", account=own)
    assert not any(one["withheld"] for one in said.json["changes"])
    rows = asked(joined, "latency").json["members"]
    suspended = [row for row in rows if (row["member"], row["status"]) == ("TH", "suspended")]
    assert [row["changes"] for row in suspended] == [1]
    assert suspended[0]["medianSeconds"] > 0


def test_lists_need_a_replica(joined: Desk, tmp_path: Path) -> None:
    """And say so."""
    settings = {"ASAL_ARCHIVE": f"sqlite:///{tmp_path / 'new.sqlite3'}"}
    said = joined.asal("recognise", "benefits", "--host", "TH", settings=settings)
    assert said.code == 1
    assert "replica" in said.talk


def test_a_verdict_shows_how_the_traders_stand(joined: Desk) -> None:
    """With the code as given, and in JSON for programs."""
    document = a_document()
    document["exporter"]["operator"] = "AEO VN AEO 0000417"
    document["consignee"]["operator"] = SUSPENDED
    file = joined.file("traders.json", document)
    out = str(joined.folder / "envelopes")
    said = joined.asal("certificate", "issue", file, "--out", out, account=joined.issuing("VN"))
    assert said.code == 0, said.talk
    envelope = str(next(Path(out).glob("*.json")))
    found = joined.asal("verify", envelope).json
    assert [(one["role"], one["reason"]) for one in found["parties"]][1] == ("consignee", "suspended")
    assert found["parties"][0]["operator"] == "VNAEO0000417"
    environment = {"ASAL_PROFILE": str(joined.profile), "ASAL_ARCHIVE": _archive(joined)}
    shown = CliRunner().invoke(app, ["verify", envelope], env=environment).stdout
    assert "exporter  AEO VN AEO 0000417 = VNAEO0000417" in shown
    assert f"✗ consignee {SUSPENDED}" in shown
