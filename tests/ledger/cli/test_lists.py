"""Loading national lists as people do it: files on a desk, statuses on a real chain."""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.archive import open_archive
from ledger.chain.connect import ChainLedger
from ledger.cli import app
from ledger.facts import Address, Role
from ledger.lists.fields import NEEDED
from ledger.operators import (
    Consent,
    Ground,
    Operator,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    ProgrammeKind,
)
from ledger.writes import DeclareProgramme
from tests.ledger.cli.conftest import Desk, Said
from tests.ledger.lists.samples import row, text_of
from tests.replicas import caught_up, follower_of

pytestmark = pytest.mark.chain

ASAL = (sys.executable, "-c", "from ledger.cli import app; app()")
ROOT = Path(__file__).resolve().parents[3]
KILLS = 5
SEED = os.environ.get("ASAL_FAULT_SEED", "2026")
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Office:
    """The AEO authority of Viet Nam with a programme of its own."""

    desk: Desk
    chain: ChainLedger
    programme: str
    account: Address

    def code(self, number: int) -> OperatorCode:
        """Return the code of one of the programme's operators."""
        return OperatorCode(f"VN{self.programme.removeprefix('LIST'):0>5}{number:05}")

    def rows(self, count: int, **cells: Any) -> list[dict[str, Any]]:
        """Return rows of the programme's first operators."""
        return [
            row(
                code=self.code(number),
                programme=self.programme,
                name=f"Operator {number}",
                **{"until": "2099-12-31"} | cells,
            )
            for number in range(1, count + 1)
        ]

    def file(self, rows: list[dict[str, Any]], name: str = "list.csv") -> str:
        """Write a list, and return its path."""
        path = self.desk.folder / name
        path.write_text(text_of(rows), encoding="utf-8")
        return str(path)

    def load(self, rows: list[dict[str, Any]], *options: str) -> Said:
        """Load a list."""
        return self.desk.asal("operator", "import", self.file(rows), *options, account=self.account)

    def spoken(self, *words: str) -> Said:
        """Run the command as a person does, without JSON."""
        done = CliRunner().invoke(app, ["operator", "import", *words], env=self.settings)
        return Said(done.exit_code, done.stdout, done.stderr)

    @property
    def settings(self) -> dict[str, str]:
        """Return the command's environment."""
        return {
            "ASAL_PROFILE": str(self.desk.profile),
            "ASAL_ARCHIVE": f"sqlite:///{self.desk.folder / 'archive.sqlite3'}",
            "ASAL_DEVELOPMENT_KEYS": "1",
            "ASAL_ACCOUNT": self.account,
        }

    def held(self, number: int) -> Operator:
        """Return what the ledger holds of an operator."""
        code = self.code(number)
        return self.chain.found([code]).operators[code]


@pytest.fixture
def office(desk: Desk, chain: ChainLedger) -> Office:
    """An office whose programme nobody else uses."""
    account = desk.founded.office("VN", Role.AEO).account
    programme = f"LIST{next(_NUMBERS)}"
    chain.write(DeclareProgramme(programme, "Programme of a list", ProgrammeKind.SAFE_AEO, 3), account)
    return Office(desk, chain, programme, account)


def test_a_batch_is_as_small_as_the_blocks_of_a_network_ask(office: Office) -> None:
    """Each batch is a transaction of its own."""
    said = office.load(office.rows(3), "--batch", "2")
    assert (said.code, said.json["recorded"]) == (0, 3), said.talk
    rooms = open_archive(f"sqlite:///{office.desk.folder / 'archive.sqlite3'}")
    first, second, third = (rooms.operators.events(office.code(number))[0] for number in (1, 2, 3))
    rooms.close()
    assert first.dispatch == second.dispatch != third.dispatch


def test_a_list_is_loaded_and_the_same_list_again_changes_nothing(office: Office) -> None:
    """Each operator of a list gets a status once, however often the list is loaded."""
    said = office.load(office.rows(3))
    assert (said.code, said.json["recorded"], said.json["counts"]["new"]) == (0, 3, 3), said.talk
    held = office.held(2)
    assert (held.latest.version, held.latest.status) == (1, OperatorStatus.CERTIFIED)
    assert held.latest.roles == OperatorRole.EXP | OperatorRole.MFR
    assert held.latest.consent == Consent.EXCHANGE | Consent.PUBLICATION
    again = office.load(office.rows(3))
    assert (again.code, again.json["recorded"], again.json["counts"]["unchanged"]) == (0, 0, 3), again.talk
    assert office.held(2) == held


def test_a_dry_run_says_what_would_be_recorded_and_records_nothing(office: Office) -> None:
    """A person sees all of it before: who is new, what changes, and which columns are idle."""
    office.load(office.rows(2))
    rows = [{**one, "remarks": ""} for one in office.rows(3)]
    rows[0]["level"] = "2"
    said = office.load(rows, "--dry-run")
    assert said.code == 0, said.talk
    told = said.json
    assert (told["counts"]["new"], told["counts"]["changed"], told["counts"]["unchanged"]) == (1, 1, 1)
    assert told["unknownColumns"] == ["remarks"]
    changed = next(one for one in told["operators"] if one["kind"] == "changed")
    assert (changed["operator"], changed["line"], changed["version"]) == (office.code(1), 2, 2)
    assert changed["differences"][0] == {"field": "level", "before": 1, "after": 2}
    assert office.held(1).latest.level == 1
    assert office.code(3) not in office.chain.found([office.code(3)]).operators


def test_a_list_with_wrong_rows_is_refused_as_a_whole_with_all_of_them(office: Office) -> None:
    """Nothing is recorded while a row is in doubt."""
    rows = office.rows(4)
    rows[1]["until"], rows[2]["code"], rows[3]["level"] = "31/12/2028", "", "5"
    said = office.load(rows)
    assert (said.code, said.json["total"]) == (3, 3)
    assert [(one["line"], one["column"], one["rule"]) for one in said.json["problems"]] == [
        (3, "until", "date.format"),
        (4, "code", "cell.empty"),
        (5, "level", "level.range"),
    ]
    assert not office.chain.found([office.code(1)]).operators
    assert len(office.load(rows, "--max-errors", "2").json["problems"]) == 2


def test_a_person_reads_the_lines_and_what_to_do(office: Office) -> None:
    """On a terminal the same is said in sentences."""
    rows = office.rows(2)
    rows[1]["status"] = "Active"
    said = office.spoken(office.file(rows))
    assert said.code == 3
    talk = " ".join(said.talk.split())
    assert "line 3 status use certified, suspended" in talk
    said = office.spoken(office.file(office.rows(2)), "--dry-run")
    assert "new (2)" in said.out
    assert "2 new." in said.out


def test_consent_is_stated_in_the_list_or_for_all_of_it(office: Office) -> None:
    """Nobody is recorded because a column was forgotten."""
    rows = [{name: cell for name, cell in one.items() if name != "consent"} for one in office.rows(2)]
    said = office.load(rows)
    assert said.code == 3
    assert "consent" in said.talk
    said = office.load(rows, "--consent-source", "clause 7 of the application form of 2023")
    assert said.code == 0, said.talk
    assert office.held(1).latest.consent == Consent.EXCHANGE
    assert office.load(office.rows(2), "--consent-source", "clause 7").code == 2


def test_a_map_makes_a_ministry_s_own_list_one_of_ours(office: Office) -> None:
    """Titles, words, days and the calendar are the list's own."""
    text = (
        "รายชื่อผู้ประกอบการ;;;\n"
        "AEO code;Company;Valid from;Valid to\n"
        f"{office.code(1)};บริษัท เอ จำกัด;1/2/2569;31/12/2570\n"
    )
    (office.desk.folder / "thai.csv").write_text(text, encoding="utf-16")
    (office.desk.folder / "map.toml").write_text(
        f"""
[list]
header = 2
dates = "D/M/YYYY"
calendar = "buddhist"
[columns]
code = "AEO code"
national_id = "AEO code"
name = "Company"
effective = "Valid from"
until = "Valid to"
[constants]
address = "not stated"
programme = "{office.programme}"
level = 1
roles = "IMP EXP"
status = "certified"
consent = "both"
""",
        encoding="utf-8",
    )
    paths = [str(office.desk.folder / name) for name in ("thai.csv", "map.toml")]
    said = office.desk.asal("operator", "import", paths[0], "--map", paths[1], account=office.account)
    assert said.code == 0, said.talk
    held = office.held(1).latest
    assert held.effective_from == datetime(2026, 2, 1, tzinfo=UTC)
    assert held.until == datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_key_of_another_kind_loads_no_list(office: Office) -> None:
    """Operators are an AEO authority's affair."""
    account = office.desk.issuing("VN")
    said = office.desk.asal("operator", "import", office.file(office.rows(1)), account=account)
    assert said.code == 3
    assert "NotAuthorised" in said.talk


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--complete",), "--complete and --ground belong together"),
        (("--ground", "ceased"), "--complete and --ground belong together"),
        (("--complete", "--ground", "weather"), "--ground is one of"),
        (("--complete", "--ground", "ceased", "--ended-as", "certified"), "--ended-as is one of"),
        (("--consent-source", "x", "--consent", "yes"), "--consent is one of"),
        (("--map", "nowhere.toml"), "cannot be read"),
    ],
)
def test_options_that_do_not_fit_are_told(office: Office, options: tuple[str, ...], reason: str) -> None:
    """Nothing is opened for a slip of the fingers."""
    said = office.load(office.rows(1), *options)
    assert (said.code, reason in said.talk) == (2, True), said.talk


class TestCompleteLists:
    """What a list lacks is known where a replica of the ledger is fresh."""

    @staticmethod
    def follow(office: Office) -> None:
        """Bring the desk's replica up to date."""
        rooms = open_archive(f"sqlite:///{office.desk.folder / 'archive.sqlite3'}")
        caught_up(follower_of(office.desk.founded.profile, rooms.replica))
        rooms.close()

    def test_operators_that_a_list_lacks_are_told(self, office: Office) -> None:
        """They may be missing by mistake, so nothing becomes of them."""
        office.load(office.rows(3))
        self.follow(office)
        said = office.load(office.rows(2))
        assert (said.code, said.json["counts"]["absent"]) == (0, 1), said.talk
        assert office.held(3).latest.version == 1

    def test_a_complete_list_ends_the_operators_that_it_lacks(self, office: Office) -> None:
        """With the ground and the status that the person names, and of this programme only."""
        office.load(office.rows(3))
        self.follow(office)
        ending = ("--complete", "--ground", "ceased")
        told = office.load(office.rows(2), *ending, "--dry-run").json
        assert [one["operator"] for one in told["operators"]] == [office.code(3)]
        said = office.load(office.rows(2), *ending)
        assert (said.code, said.json["recorded"]) == (0, 1), said.talk
        held = office.held(3).latest
        assert (held.status, held.ground) == (OperatorStatus.SURRENDERED, Ground.CEASED)
        self.follow(office)
        assert office.load(office.rows(2), *ending).json["recorded"] == 0

    def test_annulled_operators_that_a_list_lacks_are_void_from_the_start(self, office: Office) -> None:
        """An annulment leaves no day on which the operator was recognised."""
        office.load(office.rows(2, effective="2026-01-10"))
        self.follow(office)
        ending = ("--complete", "--ground", "false-information", "--ended-as", "annulled")
        said = office.load(office.rows(1, effective="2026-01-10"), *ending)
        assert (said.code, said.json["recorded"]) == (0, 1), said.talk
        first, ended = office.held(2).changes
        assert (ended.status, ended.effective_from) == (OperatorStatus.ANNULLED, first.effective_from)

    def test_a_list_that_was_cut_off_ends_nobody(self, office: Office) -> None:
        """A tenth of the operators, and at least ten, may be ended at once, or as many as the person says."""
        office.load(office.rows(13))
        self.follow(office)
        ending = ("--complete", "--ground", "ceased", "--ended-as", "suspended")
        said = office.load(office.rows(2), *ending)
        assert said.code == 3
        assert "TooManyAbsent" in said.talk
        said = office.load(office.rows(2), *ending, "--most-ended", "11")
        assert (said.code, said.json["recorded"]) == (0, 11), said.talk
        assert office.held(13).latest.status is OperatorStatus.SUSPENDED

    def test_roles_that_are_listed_elsewhere_are_kept(self, office: Office) -> None:
        """The exporter that is no broker any more stays an exporter."""
        office.load(office.rows(2, roles="EXP BRK"))
        self.follow(office)
        (office.desk.folder / "map.toml").write_text(
            '[list]\nspeaks_of = ["BRK"]\n[columns]\n' + "".join(f'{name} = "{name}"\n' for name in NEEDED),
            encoding="utf-8",
        )
        ending = ("--complete", "--ground", "ceased", "--map", str(office.desk.folder / "map.toml"))
        said = office.load(office.rows(1, roles="BRK"), *ending)
        assert (said.code, said.json["counts"]["changed"]) == (0, 1), said.talk
        held = office.held(2).latest
        assert (held.status, held.roles) == (OperatorStatus.CERTIFIED, OperatorRole.EXP)
        assert office.held(1).latest.roles == OperatorRole.EXP | OperatorRole.BRK

    def test_without_a_fresh_replica_nobody_is_ended(self, office: Office) -> None:
        """Nobody knows then which operators there are."""
        said = office.load(office.rows(2), "--complete", "--ground", "ceased")
        assert said.code == 1
        assert "ReplicaBehind" in said.talk
        assert office.load(office.rows(2)).json["absenceKnown"] is False


@pytest.mark.slow
def test_a_load_that_is_killed_again_and_again_ends_with_each_operator_once(office: Office) -> None:
    """Killed wherever it stands and run again, it loses nothing and repeats nothing."""
    rows = office.rows(450)
    words = ["--json", "operator", "import", office.file(rows)]
    chance = random.Random(SEED)  # noqa: S311 - moments to kill at
    for _ in range(KILLS):
        process = subprocess.Popen(
            [*ASAL, *words], env=os.environ | office.settings, cwd=ROOT, stdout=subprocess.DEVNULL
        )
        try:
            process.wait(chance.uniform(1.5, 8))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    said = office.load(rows)
    assert said.code == 0, said.talk
    assert office.load(rows).json["counts"]["unchanged"] == 450
    held = office.chain.found([office.code(number) for number in range(1, 451)]).operators
    assert len(held) == 450
    assert {len(one.changes) for one in held.values()} == {1}


@pytest.mark.slow
def test_a_load_that_is_told_to_end_says_how_to_go_on(office: Office) -> None:
    """Ctrl-C or a service manager ends it between two batches, with a summary and code 15."""
    rows = office.rows(1_200)
    words = ["--json", "operator", "import", office.file(rows)]
    process = subprocess.Popen(
        [*ASAL, *words], env=os.environ | office.settings, cwd=ROOT, stdout=subprocess.PIPE
    )
    rooms = open_archive(office.settings["ASAL_ARCHIVE"])
    ends = time.monotonic() + 60
    while not rooms.outbox.accounts() and time.monotonic() < ends:
        time.sleep(0.05)
    rooms.close()
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=120)
    assert (process.returncode, json.loads(told)["stopped"]) == (15, "interrupted")
    said = office.load(rows)
    assert (said.code, said.json["counts"]["unchanged"] > 0) == (0, True), said.talk
    assert len(office.held(1_200).changes) == 1
