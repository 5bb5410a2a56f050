"""Statements of others: hashes are public, and whoever names one in an event of its own gains nothing."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ledger.checking_told import whole
from ledger.deciding_told import decisions_of
from ledger.origin.facts import CaseGround, LateGround
from ledger.statement_exchange import concerned, told_to
from ledger.statements import Statement, StatementKind, StatementMalformed, statement_hash, statement_in
from ledger.timeline import seen_by, timeline_of
from ledger.writes import Decide, OpenCase
from tests.trade import Office, Trade, a_shipment, envelope_in

SECRET = {"lines": {"1": {"decision": "granted", "quantity": "40", "unit": "KGM"}}, "text": "confidential"}


@pytest.fixture
def trade() -> Trade:
    """Return four members and their offices."""
    return Trade()


def issued(trade: Trade, exporting: str, importing: str, *, kept_by: str) -> bytes:
    """Return a certificate whose copy a member keeps."""
    done = trade[exporting].issue(a_shipment(exporting, importing, f"{exporting}-{importing} 1", "100"))
    if importing == kept_by:
        trade[kept_by].receive(envelope_in(done))
    return done.filing.id


def said_by(office: Office, certificate: bytes, **more: Any) -> Statement:
    """Return a statement of a member's customs, kept by its services."""
    made = Statement(
        kind=StatementKind.DECISION,
        certificate=certificate,
        member=office.member,
        authority=f"{office.member} Customs",
        at=office.ledger.clock(),
        body=SECRET,
        salt=bytes(32),
    )
    return office.ledger.statements.keep(replace(made, **more))


def decide(trade: Trade, by: str, certificate: bytes, statement: bytes) -> None:
    """Let customs grant line 1 and name a statement."""
    write = Decide(
        certificate=certificate,
        declaration=b"\1" * 32,
        granted=(1,),
        used_up=(),
        refused=(),
        presented_at=trade.chain.head().time,
        late=LateGround.NONE,
        statement=statement,
    )
    trade.chain.write(write, trade[by].customs_key)


def open_case(trade: Trade, by: str, certificate: bytes, about: bytes, statement: bytes) -> None:
    """Let customs ask about a certificate and name a statement."""
    due = trade.chain.head().time + timedelta(days=90)
    write = OpenCase(
        certificate=certificate,
        about=about,
        lines=(1,),
        suspended=(),
        ground=CaseGround.DOUBT,
        due=due,
        conclude_due=due,
        rules=b"\3" * 32,
        statement=statement,
    )
    trade.chain.write(write, trade[by].customs_key)


def test_a_case_tells_nothing_that_was_not_said_in_it(trade: Trade) -> None:
    """Malaysia opens a case with the hash of what Thai customs decided on another certificate."""
    one, other = (issued(trade, "VN", to, kept_by="TH") for to in ("TH", "MY"))
    secret = said_by(trade["TH"], one)
    decide(trade, "TH", one, statement_hash(secret))
    open_case(trade, "MY", other, other, statement_hash(secret))
    case = trade.chain.case(1)
    assert case is not None
    told = whole(case, "MY", trade["TH"].ledger)
    assert [event["said"] for event in told["events"]] == [None]
    assert told_to(secret, trade["TH"].ledger) == {"VN", "TH"}


def test_whoever_asks_about_an_original_hears_nothing_else_of_it(trade: Trade) -> None:
    """Malaysia imports from Thailand, and says a certificate made out to Thailand is behind that."""
    one, other = issued(trade, "VN", "TH", kept_by="TH"), issued(trade, "TH", "MY", kept_by="TH")
    thai = trade["TH"].ledger
    secret = said_by(trade["TH"], one)
    decide(trade, "TH", one, statement_hash(secret))
    asking = said_by(trade["MY"], one, kind=StatementKind.CASE, body={"text": "Why?"})
    open_case(trade, "MY", other, one, statement_hash(asking))
    thai.statements.take(asking)
    assert "MY" in concerned(trade.chain.life(one))
    seen = {row.what: row.said for row in seen_by("MY", timeline_of(one, thai)).rows}
    assert seen["decided"] is None
    assert seen["case-opened"] == asking.document()
    assert told_to(secret, thai) == {"VN", "TH"}
    assert told_to(asking, thai) == {"VN", "TH", "MY"}
    seen = {row.what: row.said for row in seen_by("VN", timeline_of(one, thai)).rows}
    assert seen["decided"] == secret.document()


def test_naming_the_decision_in_a_case_does_not_open_it(trade: Trade) -> None:
    """Not even where both are about one certificate."""
    one, other = issued(trade, "VN", "TH", kept_by="TH"), issued(trade, "TH", "MY", kept_by="TH")
    secret = said_by(trade["TH"], one)
    decide(trade, "TH", one, statement_hash(secret))
    open_case(trade, "MY", other, one, statement_hash(secret))
    thai = trade["TH"].ledger
    assert all(row.said is None for row in seen_by("MY", timeline_of(one, thai)).rows)
    assert told_to(secret, thai) == {"VN", "TH"}


@pytest.mark.parametrize("kind", [StatementKind.DECISION, StatementKind.CASE])
def test_a_decision_is_not_told_or_counted_by_what_was_said_elsewhere(
    trade: Trade, kind: StatementKind
) -> None:
    """Neither by a decision on another certificate nor by what was said in a case."""
    one, other = issued(trade, "VN", "TH", kept_by="TH"), issued(trade, "VN", "SG", kept_by="TH")
    borrowed = said_by(trade["TH"], other if kind is StatementKind.DECISION else one, kind=kind)
    decide(trade, "TH", one, statement_hash(borrowed))
    told = decisions_of(one, trade["TH"].ledger)
    assert [(line.drawn, line.complete) for line in told.lines] == [(Decimal(0), False)]
    assert [decision.said for decision in told.decisions] == [None]


@pytest.mark.parametrize("quantity", ["-40", "0", "NaN", "Infinity", "1E+999999999", "4e1", 40, None])
def test_a_quantity_that_is_none_counts_as_not_told(trade: Trade, quantity: object) -> None:
    """Else a decision of another archive could give quantities back, or stop every answer."""
    one = issued(trade, "VN", "TH", kept_by="TH")
    body = {"lines": {"1": {"decision": "granted", "quantity": quantity, "unit": "KGM"}}}
    decide(trade, "TH", one, statement_hash(said_by(trade["TH"], one, body=body)))
    (line,) = decisions_of(one, trade["TH"].ledger).lines
    assert (line.drawn, line.complete) == (Decimal(0), False)


@pytest.mark.parametrize("word", [f"0x{' ' * 64}", f"0x{'AB' * 32}", f"0x{'ab' * 31} b"])
def test_a_hash_is_written_in_small_hex_digits_only(word: str) -> None:
    """What is too short would be looked for on the ledger as it is."""
    text = (
        f'{{"schema":"asal-statement-1","kind":"case","certificate":"{word}","member":"TH","authority":"A",'
        f'"at":"2026-11-02T08:00:00Z","body":{{}},"salt":"0x{"00" * 32}"}}'
    )
    with pytest.raises(StatementMalformed, match="/certificate"):
        statement_in(text.encode())
