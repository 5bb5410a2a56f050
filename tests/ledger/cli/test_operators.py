"""Authorising operators on the command line: a life from application to revocation on a real chain."""

import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.connect import ChainLedger
from ledger.facts import Address, Role
from ledger.hashing import keccak
from ledger.operators import Consent, Operator, OperatorCode, OperatorStatus, ProgrammeKind
from ledger.writes import DeclareProgramme
from tests.ledger.cli.conftest import Desk, Said

pytestmark = pytest.mark.chain

_NUMBERS = itertools.count(1)
SOON = datetime.now(UTC).date() + timedelta(days=70)
"""Until when a suspension lasts; a year at most."""


@dataclass(frozen=True)
class Office:
    """The AEO authority of Viet Nam, with an operator of its own."""

    desk: Desk
    chain: ChainLedger
    account: Address
    programme: str
    code: OperatorCode

    def asal(self, *words: str, **more: Any) -> Said:
        """Type a command."""
        return self.desk.asal("operator", *words, **{"account": self.account} | more)

    def does(self, act: str, *words: str) -> Said:
        """Act on the operator."""
        return self.asal(act, self.code, *words, "--office", "AEO unit, Hà Nội")

    def application(self, **overrides: Any) -> str:
        """Write an application and return its path."""
        document = {
            "operator": self.code,
            "name": "Cà phê Tây Nguyên JSC",
            "address": "12 Nguyễn Huệ\nHà Nội",
            "country": "VN",
            "nationalId": "0100109106",
            "programme": self.programme,
            "level": 1,
            "roles": ["exporter"],
            "consent": ["publication", "exchange"],
        }
        return self.desk.file("application.json", document | overrides)

    def certified(self, *words: str) -> Said:
        """Take the operator from its application to the certificate."""
        applied = self.asal("apply", self.application(), "--office", "AEO unit, Hà Nội")
        assert applied.code == 0, applied.talk
        for act in ("accept", "desk-validation", "field-validation"):
            said = self.does(act)
            assert said.code == 0, said.talk
        said = self.does("certify", *words)
        assert said.code == 0, said.talk
        return said

    @property
    def held(self) -> Operator:
        """What the ledger holds of the operator."""
        return self.chain.found([self.code]).operators[self.code]


@pytest.fixture
def office(desk: Desk, chain: ChainLedger) -> Office:
    """An office whose programme and operator nobody else uses."""
    account = desk.founded.office("VN", Role.AEO).account
    number = next(_NUMBERS)
    programme = f"LIFE{number}"
    chain.write(DeclareProgramme(programme, "Programme of a life", ProgrammeKind.SAFE_AEO, 3), account)
    return Office(desk, chain, account, programme, OperatorCode(f"VN77000{number:05}"))


def test_an_operator_is_certified_suspended_and_revoked(office: Office) -> None:
    """Each act says where the case is and what is allowed next."""
    said = office.certified("--until", "2099-11-02")
    assert (said.json["state"], said.json["case"]["stage"]) == ("recorded", "certified")
    suspended = office.does("suspend", "--ground", "conditions-unmet", "--effective", "2026-11-01")
    assert "reinstate" in suspended.json["case"]["allowed"]
    assert office.does("reinstate").code == 0
    revoked = office.does("revoke", "--ground", "serious-infringement", "--until", "2099-06-30")
    assert revoked.json["case"]["stage"] == "revoked"
    assert [one.status.name for one in office.held.changes] == [
        "CERTIFIED",
        "SUSPENDED",
        "CERTIFIED",
        "REVOKED",
    ]
    until = office.held.latest.until
    assert until is not None
    assert f"{until:%Y-%m-%dT%H:%M:%S}" == "2099-06-30T23:59:59"


def test_a_repeated_command_changes_nothing(office: Office) -> None:
    """It says that it was done before."""
    office.certified()
    first = office.does("suspend", "--ground", "other", "--until", f"{SOON}")
    again = office.does("suspend", "--ground", "other", "--until", f"{SOON}")
    assert (first.code, again.code) == (0, 0)
    assert (first.json["repeated"], again.json["repeated"]) == (False, True)
    assert len(office.held.changes) == 3
    assert f"{office.held.latest.effective_from:%Y-%m-%dT%H:%M:%S}" == f"{SOON + timedelta(days=1)}T00:00:00"


def test_evidence_is_hashed_and_stays_here(office: Office) -> None:
    """Files may be large; the record names their hashes."""
    report = office.desk.folder / "report.pdf"
    report.write_bytes(b"%PDF" * 1_000_000)
    office.certified("--evidence", str(report))
    record = office.asal("record", "export", office.code).json
    assert record["evidence"] == [f"0x{keccak(report.read_bytes()).hex()}"]
    missing = office.does("suspend", "--ground", "other", "--evidence", "nowhere.pdf")
    assert missing.code == 2


def test_an_act_that_is_not_allowed_ends_with_3_and_what_is(office: Office) -> None:
    """A rule said no; trying again changes nothing."""
    office.certified()
    said = office.does("certify", "--level", "2")
    assert said.code == 3
    assert "suspend" in said.talk
    early = office.does("suspend")
    assert (early.code, "/ground" in early.talk) == (3, True)
    assert office.does("suspend", "--ground", "boredom").code == 2


def test_an_amendment_takes_what_changes_from_a_file(office: Office) -> None:
    """And leaves the rest as it was."""
    office.certified()
    changes = office.desk.file("changes.json", {"level": 2, "name": "Cà phê Group"})
    said = office.does("amend", changes)
    assert said.code == 0, said.talk
    assert (said.json["case"]["name"], said.json["case"]["level"]) == ("Cà phê Group", 2)
    other = office.desk.file("other.json", {"operator": "VN1", "level": 1})
    assert office.does("amend", other).code == 2
    wrong = office.does("amend", office.desk.file("wrong.json", {"levels": 1}))
    assert wrong.code == 3


def test_consent_is_changed_by_part(office: Office) -> None:
    """What is not named stays as it was."""
    office.certified()
    assert office.does("consent", "--no-publication").code == 0
    assert office.held.latest.consent == Consent.EXCHANGE
    assert office.does("consent").code == 2


def test_an_annulment_reaches_back_to_the_beginning(office: Office) -> None:
    """The authorisation is void from its start."""
    office.certified("--effective", "2026-03-01")
    assert office.does("annul").code == 0
    newest = office.held.latest
    assert (newest.status, newest.effective_from.isoformat()) == (
        OperatorStatus.ANNULLED,
        "2026-03-01T00:00:00+00:00",
    )


def test_a_case_is_shown_and_listed(office: Office) -> None:
    """By code or by stage."""
    office.certified()
    shown = office.asal("show", f"AEO {office.code}")
    assert (shown.code, shown.json["operator"], len(shown.json["events"])) == (0, office.code, 5)
    listed = office.asal("list", "--stage", "certified").json
    assert [one["operator"] for one in listed] == [office.code]
    assert office.asal("list", "--stage", "suspended").json == []
    assert office.asal("list", "--late").json == []
    assert office.asal("show", "VN99").code == 3


def test_a_record_reaches_a_partner_by_any_channel(office: Office, tmp_path: Path) -> None:
    """The partner takes it in because the ledger names its hash, and no other."""
    office.certified()
    out = tmp_path / "record.json"
    assert office.asal("record", "export", office.code, "--out", str(out)).code == 0
    partner = {"ASAL_ARCHIVE": f"sqlite:///{tmp_path / 'partner.sqlite3'}"}
    before = office.asal("record", "export", office.code, settings=partner)
    assert before.code == 3
    taken = office.asal("record", "import", str(out), settings=partner)
    assert (taken.code, taken.json[0]["operator"]) == (0, office.code)
    assert office.asal("record", "export", office.code, settings=partner).json == json.loads(out.read_text())
    altered = json.loads(out.read_text()) | {"name": "Somebody else"}
    forged = office.asal("record", "import", office.desk.file("forged.json", altered), settings=partner)
    assert (forged.code, "hash" in forged.talk) == (3, True)


def test_another_members_authority_does_not_act_here(office: Office) -> None:
    """Its key is for its own operators."""
    office.certified()
    thai = office.desk.founded.office("TH", Role.AEO).account
    said = office.asal("suspend", office.code, "--ground", "other", "--office", "Bangkok", account=thai)
    assert said.code == 3
    assert len(office.held.changes) == 1


def test_fsck_says_that_archive_and_ledger_agree(office: Office) -> None:
    """Statuses, records and their hashes."""
    office.certified()
    office.does("suspend", "--ground", "other", "--until", f"{SOON}")
    said = office.desk.asal("fsck", account=office.account)
    assert (said.code, said.json["discrepancies"]) == (0, []), said.talk
