"""Loading national lists as people do it: files on a desk, statuses on a real chain."""

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.connect import ChainLedger
from ledger.facts import Address, Role
from ledger.operators import Consent, Operator, OperatorCode, OperatorRole, OperatorStatus, ProgrammeKind
from ledger.writes import DeclareProgramme
from tests.ledger.cli.conftest import Desk, Said
from tests.ledger.lists.samples import row, text_of

pytestmark = pytest.mark.chain

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
            row(code=self.code(number), programme=self.programme, name=f"Operator {number}", **cells)
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
