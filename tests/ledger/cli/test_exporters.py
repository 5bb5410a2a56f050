"""Self-certification on the command line: an exporter's life, a declaration and a look-up on a real chain."""

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _dated
import pytest

from ledger.chain.connect import ChainLedger
from ledger.documents import document_of
from ledger.facts import Address, Role
from tests import exporting
from tests.builders import an_authorisation, an_origin_declaration
from tests.dated import these_days
from tests.ledger.cli.conftest import Desk, Said

pytestmark = pytest.mark.chain

_NUMBERS = itertools.count(1)
PARTICULARS = _dated.dated(exporting.PARTICULARS)


@dataclass(frozen=True)
class Office:
    """The ministry of Viet Nam, with an exporter of its own."""

    desk: Desk
    account: Address
    code: str

    def asal(self, *words: str, **more: Any) -> Said:
        """Type a command."""
        return self.desk.asal(*words, **{"account": self.account} | more)

    def particulars(self, **overrides: Any) -> str:
        """Write what is said of the exporter, and return the path."""
        return self.desk.file("exporter.json", PARTICULARS | overrides)

    def authorised(self) -> Said:
        """Authorise the exporter."""
        return self.asal("exporter", "authorise", self.code, self.particulars(), "--note", "audited")


@pytest.fixture
def office(desk: Desk, chain: ChainLedger) -> Office:
    """Return the ministry, which issues and is competent, with an exporter that nobody knows yet."""
    account = desk.issuing("VN")
    key = chain.key(account)
    assert key is not None
    assert Role.COMPETENT in key.roles
    return Office(desk, account, f"CLI-{next(_NUMBERS)}")


def test_an_exporter_lives_from_authorisation_to_withdrawal(office: Office) -> None:
    """Each command says what came of it; what is not allowed ends with 3."""
    done = office.authorised()
    assert (done.code, done.json["version"], done.json["state"]) == (0, 1, "recorded"), done.talk
    assert office.authorised().json["repeated"]
    amended = office.asal("exporter", "amend", office.code, office.desk.file("a.json", {"trader": True}))
    assert amended.code == 0, amended.talk
    for act in ("suspend", "reinstate", "withdraw"):
        assert office.asal("exporter", act, office.code).code == 0
    told = office.asal("exporter", "show", office.code).json
    assert (told["status"], told["authorised"], len(told["versions"])) == ("withdrawn", False, 5)
    assert told["record"]["trader"] is True
    refused = office.asal("exporter", "reinstate", office.code)
    assert refused.code == 3
    assert "has a code of its own" in refused.talk
    listed = office.asal("exporter", "list").json
    assert [one["code"] for one in listed] == [office.code]


def test_a_record_is_given_and_taken_by_a_file(office: Office, tmp_path: Path) -> None:
    """Another archive takes it because the ledger names it, and nothing else."""
    office.authorised()
    file = tmp_path / "record.json"
    given = office.asal("exporter", "give", office.code, "--out", str(file))
    elsewhere = {"ASAL_ARCHIVE": f"sqlite:///{tmp_path / 'other.sqlite3'}"}
    taken = office.asal("exporter", "take", str(file), settings=elsewhere)
    assert (taken.code, taken.json[0]["hash"]) == (0, given.json["hash"]), taken.talk
    file.write_text(file.read_text("utf-8").replace('"trader":false', '"trader":true'), "utf-8")
    assert office.asal("exporter", "take", str(file), settings=elsewhere).code == 3


def test_a_declaration_is_registered_and_found_by_its_number(office: Office, tmp_path: Path) -> None:
    """Its envelope is written, and the look-up shows six particulars."""
    office.authorised()
    made = an_origin_declaration(authorisation=an_authorisation(exporter_code=office.code))
    document = _dated.dated(document_of(made))
    file, reference = office.desk.file("declaration.json", document), document["reference"]
    done = office.asal("declaration", "register", file, "--out", str(tmp_path / "envelopes"))
    assert done.code == 0, done.talk
    verified = office.asal("verify", done.json[0]["file"])
    assert verified.code == 0, verified.out
    (shown,) = office.asal("look-up", reference, "--issued-on", these_days("2026-11-02")).json
    assert (shown["number"], shown["standing"], len(shown["lines"])) == (reference, "VALID", 1)
    assert office.asal("look-up", reference, "--issued-on", these_days("2026-11-03")).json == []
    assert office.asal("look-up", "--exporter", office.code).json == []
    assert office.asal("look-up").code == 2
    wrong = an_origin_declaration(
        authorisation=an_authorisation(exporter_code=office.code, signatory="Trần Văn Bình")
    )
    refused = office.asal(
        "declaration", "register", office.desk.file("wrong.json", _dated.dated(document_of(wrong)))
    )
    assert refused.code == 3
