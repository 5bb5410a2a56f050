"""Statements that are handed over: taken only where the ledger names them, and says the same."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ledger.origin.facts import LateGround
from ledger.statement_exchange import StatementNotHeld, StatementNotOnLedger, statement_held, take_statement
from ledger.statements import StatementMalformed, declaration_key, statement_bytes, statement_hash
from ledger.writes import Clarify, Decide
from tests.customs import CUSTOMS, DOUBTED, FIRST, MINISTRY, Border, kilograms


def test_the_issuer_takes_what_customs_has_decided_and_customs_what_it_answers() -> None:
    """Twice is once; what is not kept here is asked of the other side."""
    border = Border()
    one = border.issued("100", "50")
    done = border.decide(one, {1: kilograms("40"), 2: DOUBTED})
    named = statement_hash(done.statement)
    with pytest.raises(StatementNotHeld):
        statement_held(named, border.ministry)
    for _ in range(2):
        assert take_statement(statement_bytes(done.statement), border.ministry) == done.statement
    assert statement_held(named, border.ministry) == done.statement
    answer = border.clarify(one, 2).statement
    assert take_statement(statement_bytes(answer), border.customs) == answer


def test_a_statement_that_the_ledger_does_not_name_is_not_taken() -> None:
    """A word or the salt changed is another statement."""
    border = Border()
    one = border.issued("100")
    said = border.decide(one, {1: kilograms("40")}).statement
    for forged in (replace(said, salt=b"\0" * 32), replace(said, body={**said.body, "office": "X"})):
        with pytest.raises(StatementNotOnLedger):
            take_statement(statement_bytes(forged), border.ministry)


def test_a_statement_that_says_something_else_than_its_event_is_refused() -> None:
    """Whoever wrote both: lines, declaration, day and speaker are compared."""
    border = Border()
    one = border.issued("100", "50")
    honest = border.decide(one, {1: kilograms("40")}).statement
    false = replace(honest, member="VN", salt=b"\7" * 32, body={**honest.body, "presentedOn": "2026-11-19"})
    border.chain.write(
        Decide(
            certificate=one,
            declaration=declaration_key(one, "TH", FIRST),
            granted=(2,),
            used_up=(),
            refused=(),
            presented_at=datetime(2026, 11, 20, tzinfo=UTC),
            late=LateGround.NONE,
            statement=statement_hash(false),
        ),
        CUSTOMS,
    )
    with pytest.raises(StatementMalformed) as refused:
        take_statement(statement_bytes(false), border.ministry)
    assert {one.pointer for one in refused.value.problems} == {
        "/member",
        "/body/declaration",
        "/body/lines",
        "/body/presentedOn",
    }


def test_a_line_number_of_any_length_is_a_difference_and_no_fault() -> None:
    """The issuer wrote it and put its hash on the ledger."""
    border = Border()
    one = border.issued("100")
    border.decide(one, {1: DOUBTED})
    honest = border.clarify(one, 1).statement
    false = replace(honest, salt=b"\7" * 32, body={**honest.body, "lines": ["9" * 5000]})
    border.chain.write(Clarify(certificate=one, lines=(1,), statement=statement_hash(false)), MINISTRY)
    with pytest.raises(StatementMalformed, match="/body/lines"):
        take_statement(statement_bytes(false), border.customs)
