"""fsck of decisions at import: each way in which archive and ledger can differ is found, and nothing else."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.decision_port import Decision, DecisionState, LineDecided
from ledger.fsck import Examiner, Fault
from ledger.memory_decisions import MemoryDecisions
from ledger.memory_statements import MemoryStatements
from ledger.origin.facts import LateGround
from ledger.statements import statement_hash
from tests.customs import DOUBTED, OTHER_CUSTOMS, TH_OTHER, Archive, Border, kilograms


@pytest.fixture
def border() -> Border:
    """Return a border at which one certificate was decided on twice, and another once."""
    border = Border()
    first = border.issued("100", "50")
    border.decide(first, {1: kilograms("40"), 2: DOUBTED}, "A1")
    border.decide(first, {1: kilograms("60")}, "A2")
    border.decide(border.issued("100"), {1: DOUBTED}, "A3")
    return border


def filed(border: Border) -> list[Decision]:
    """Return the decisions of customs as its archive in memory has them."""
    decisions = border.customs.decisions
    assert isinstance(decisions, MemoryDecisions)
    return decisions._decisions


def alter(border: Border, which: int, **changes: Any) -> None:
    """Change a decision behind the archive's back."""
    filed(border)[which] = replace(filed(border)[which], **changes)


def faults(border: Border) -> list[tuple[Fault, bytes]]:
    """Return what fsck finds in the archive of customs."""
    return [(found.fault, found.subject) for found in Examiner(border.customs).discrepancies()]


def test_sound_decisions_give_nothing_and_are_counted(border: Border) -> None:
    """Granted in parts, refused, answered, and decided on again."""
    certificate = filed(border)[0].certificate
    border.clarify(certificate, 2)
    border.decide(certificate, {2: kilograms("50")}, "A1")
    examiner = Examiner(border.customs)
    assert list(examiner.discrepancies()) == []
    assert examiner.counts.decisions == 4


def test_a_decision_on_its_way_is_no_fault(border: Border) -> None:
    """The ledger may hold it or not."""
    border.decide(border.issued("100"), {1: kilograms("1")}, "A4", wait=0.0)
    assert faults(border) == []


def test_a_decision_that_the_ledger_lacks_is_lost(border: Border) -> None:
    """The archive says that it is recorded; its statement is one that the ledger does not name."""
    one = filed(border)[0]
    statement = border.customs.statements.statement(one.statement)
    assert statement is not None
    kept = border.customs.statements.take(replace(statement, salt=b"\7" * 32))
    alter(border, 0, statement=statement_hash(kept))
    assert set(faults(border)) == {
        (Fault.DECISION_NOT_ON_CHAIN, one.certificate),
        (Fault.NOT_IN_ARCHIVE, one.certificate),
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"declaration": b"\1" * 32},
        {"presented_on": date(2026, 11, 1)},
        {"late": LateGround.FORCE_MAJEURE},
        {
            "lines": (
                LineDecided(1, granted=True, quantity=Decimal(40), unit="KGM"),
                LineDecided(3, granted=False),
            )
        },
    ],
)
def test_a_decision_that_stands_otherwise_on_the_ledger_is_found(
    border: Border, changes: dict[str, Any]
) -> None:
    """Under another declaration, of another day, on another ground, or on other lines."""
    alter(border, 0, **changes)
    assert faults(border) == [(Fault.DECISION_DIFFERS, filed(border)[0].certificate)]


@pytest.mark.parametrize("quantity", ["39", "41"])
def test_a_draw_down_that_its_statement_does_not_grant_is_found(border: Border, quantity: str) -> None:
    """The ledger names the hash of the statement, so the quantity cannot be changed unseen."""
    changed = replace(filed(border)[0].lines[0], quantity=Decimal(quantity))
    alter(border, 0, lines=(changed, *filed(border)[0].lines[1:]))
    found = [Fault.DRAWN_DIFFERS] + [Fault.OVERDRAWN] * (quantity == "41")
    assert [fault for fault, _ in faults(border)] == found


def test_a_statement_that_is_gone_or_was_altered_is_found(border: Border) -> None:
    """Without it nobody can tell what was granted, or why not."""
    statements = border.customs.statements
    assert isinstance(statements, MemoryStatements)
    first, second, third = filed(border)
    kept = statements.statement(second.statement)
    assert kept is not None
    statements._by_hash[second.statement] = replace(kept, body={"lines": {}})
    del statements._by_hash[third.statement]
    found = {(Fault.STATEMENT_MISSING, one.certificate) for one in (second, third)}
    assert set(faults(border)) == found
    assert len(faults(border)) == 2
    assert first.certificate == second.certificate


def test_a_refused_decision_that_stands_on_the_ledger_is_found(
    border: Border, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its quantities would be free again here, and are not."""
    decisions = border.customs.decisions
    assert isinstance(decisions, MemoryDecisions)
    seen = decisions._seen

    def refused(one: Decision) -> Decision:
        return replace(seen(one), state=DecisionState.REFUSED) if one.position == 1 else seen(one)

    monkeypatch.setattr(decisions, "_seen", refused)
    assert faults(border) == [(Fault.REFUSED_BUT_ON_CHAIN, filed(border)[0].certificate)]


def test_a_decision_of_our_keys_that_the_archive_lacks_is_found(border: Border) -> None:
    """As after a backup was restored that is older than it."""
    lost = filed(border).pop(1)
    assert faults(border) == [(Fault.NOT_IN_ARCHIVE, lost.certificate)]


def test_decisions_of_another_authority_of_the_member_are_none_of_ours(border: Border) -> None:
    """It keeps an archive of its own."""
    certificate = border.issued("100")
    border.decide(certificate, {1: kilograms("10")}, "A5")
    other = border.process(Archive())
    kept = border.customs.kept.kept([certificate])[certificate]
    other.kept.keep(kept)
    statement = border.customs.statements.statement(filed(border)[-1].statement)
    assert statement is not None
    other.statements.take(statement)
    border.decide(
        certificate,
        {1: kilograms("5")},
        "A6",
        authority=TH_OTHER,
        account=OTHER_CUSTOMS,
        ledger=other,
    )
    assert faults(border) == []
    assert list(Examiner(other).discrepancies()) == []
