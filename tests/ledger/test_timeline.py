"""The life of a certificate as one readable timeline."""

from datetime import timedelta

import pytest

from ledger.facts import Reason
from ledger.issuing import cancel
from ledger.origin.facts import CaseGround, LateGround, Step
from ledger.origin.steps import ORDERS, Side
from ledger.statements import Statement, StatementKind, statement_hash
from ledger.timeline import STEPS, Row, timeline_of
from ledger.writes import Clarify, ConcludeCase, Decide, OpenCase, SetSuspension, TakeStep
from tests.trade import Trade, a_shipment, envelope_in, re_exported


@pytest.fixture
def trade() -> Trade:
    """Return four members and their offices."""
    return Trade()


def said(trade: Trade, certificate: bytes, text: str) -> Statement:
    """Return a statement of Thai customs."""
    return Statement(
        kind=StatementKind.DECISION,
        certificate=certificate,
        member="TH",
        authority="TH Customs",
        at=trade.now,
        body={"text": text},
        salt=bytes(32),
    )


def row_of(trade: Trade, certificate: bytes, what: str, seen_by: str = "VN") -> Row:
    """Return the only row of a kind."""
    (found,) = [row for row in timeline_of(certificate, trade[seen_by].ledger).rows if row.what == what]
    return found


def test_a_life_is_told_in_the_order_in_which_it_was_recorded(trade: Trade) -> None:
    """Who did what, on which lines, from when it counts, and what is due next."""
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100", "50", "20"))
    one = issued.filing.id
    trade["TH"].receive(envelope_in(issued))
    chain, customs, issuer = trade.chain, trade["TH"].customs_key, trade["VN"].issuing_key
    presented = chain.head().time - timedelta(hours=1)
    statement = said(trade, one, "line 3 in doubt")
    trade["TH"].ledger.statements.keep(statement)
    chain.write(
        Decide(
            certificate=one,
            declaration=b"\1" * 32,
            granted=(1, 2),
            used_up=(1,),
            refused=(3,),
            presented_at=presented,
            late=LateGround.NONE,
            statement=statement_hash(statement),
        ),
        customs,
    )
    chain.write(Clarify(certificate=one, lines=(3,), statement=b"\2" * 32), issuer)
    due = chain.head().time + timedelta(days=90)
    chain.write(
        OpenCase(
            certificate=one,
            about=one,
            lines=(3,),
            suspended=(3,),
            ground=CaseGround.DOUBT,
            due=due,
            conclude_due=due + timedelta(days=90),
            rules=b"\3" * 32,
            statement=b"\4" * 32,
        ),
        customs,
    )
    chain.write(
        TakeStep(case=1, step=Step.ACKNOWLEDGED, due=due, conclude_due=None, statement=b"\5" * 32), issuer
    )
    chain.write(SetSuspension(case=1, suspended=(), statement=b"\6" * 32), customs)
    chain.write(
        TakeStep(case=1, step=Step.REPLIED, due=None, conclude_due=None, statement=b"\7" * 32), issuer
    )
    chain.write(ConcludeCase(case=1, confirmed=(3,), denied=(), statement=b"\x08" * 32), customs)

    told = timeline_of(one, trade["VN"].ledger)
    assert [row.what for row in told.rows] == [
        "issued",
        "received",
        "decided",
        "refusal-clarified",
        "case-opened",
        "case-acknowledged",
        "case-suspension",
        "case-replied",
        "case-concluded",
    ]
    assert [row.who.member if row.who else None for row in told.rows] == [
        *("VN", "TH", "TH", "VN", "TH", "VN", "TH", "VN", "TH"),
    ]
    decided = told.rows[2]
    assert decided.lines == {"granted": (1, 2), "refused": (3,), "usedUp": (1,)}
    assert decided.sentence == "Customs granted preference for lines 1 and 2 and refused it for line 3."
    assert decided.effective == presented
    assert told.rows[4].due == due
    assert told.rows[8].sentence == "Customs confirmed the origin of line 3."
    assert [row.at for row in told.rows] == sorted(row.at for row in told.rows)


def test_what_was_said_stands_beside_its_row_where_it_is_kept(trade: Trade) -> None:
    """Elsewhere there is its hash, by which it is known when it is handed over."""
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100"))
    one, statement = issued.filing.id, said(trade, issued.filing.id, "as declared")
    trade["TH"].ledger.statements.keep(statement)
    trade.chain.write(
        Decide(
            certificate=one,
            declaration=b"\1" * 32,
            granted=(1,),
            used_up=(),
            refused=(),
            presented_at=trade.chain.head().time,
            late=LateGround.NONE,
            statement=statement_hash(statement),
        ),
        trade["TH"].customs_key,
    )
    here, there = (row_of(trade, one, "decided", member) for member in ("TH", "VN"))
    assert here.said is not None
    assert here.said["body"] == {"text": "as declared"}
    assert (there.said, there.statement) == (None, statement_hash(statement))


def test_links_and_ends_are_told_from_both_sides(trade: Trade) -> None:
    """The original tells of its child, and the child of its original."""
    document = a_shipment("VN", "SG", "VN-SG 1", "100")
    original = trade["VN"].issue(document)
    trade["SG"].keep(envelope_in(original))
    child = trade["SG"].issue(
        re_exported("SG", "TH", "SG-TH 1", [("60", [(document, original.filing.id, 1)])])
    )
    assert row_of(trade, original.filing.id, "based-on").other == child.filing.id
    assert row_of(trade, child.filing.id, "rests-on").other == original.filing.id
    office = trade["SG"]
    cancel(
        child.filing.id,
        Reason.GOODS_NOT_SHIPPED,
        authority=office.issuing,
        account=office.issuing_key,
        ledger=office.ledger,
        wait=2,
    )
    row = row_of(trade, child.filing.id, "cancelled")
    assert row.sentence == "The issuing member cancelled it: goods not shipped."


def test_a_certificate_of_which_nothing_is_recorded_has_no_rows(trade: Trade) -> None:
    """It is as of a block all the same."""
    told = timeline_of(b"\x09" * 32, trade["VN"].ledger)
    assert told.rows == ()
    assert told.as_of == trade.chain.head()


def test_a_revoked_key_still_tells_who_signed(trade: Trade) -> None:
    """Revoking a key takes back nothing of what it signed."""
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100"))
    admin = next(member.admin for member in trade.chain.members() if member.code == "VN")
    trade.chain.revoke_key(trade["VN"].issuing_key, admin)
    who = row_of(trade, issued.filing.id, "issued", "TH").who
    assert who is not None
    assert who.name == "VN Trade Office"


@pytest.mark.parametrize("step", ORDERS)
def test_a_step_is_told_of_the_side_that_takes_it(step: Step) -> None:
    """The contract knows whose turn each step is."""
    who = "The member that is asked " if ORDERS[step].side is Side.ASKED else "Customs "
    assert STEPS[step].startswith(who)
    assert set(STEPS) == set(ORDERS)
