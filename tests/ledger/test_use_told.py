"""What importing customs made of a certificate stands beside its verdict, in words and as facts."""

from datetime import UTC, datetime

import pytest

from ledger.origin.facts import LateGround, Use
from ledger.origin.use_told import sentences
from ledger.verdict import VerdictCode
from ledger.verifying import verify
from ledger.writes import Decide
from tests.trade import Trade, a_shipment, envelope_in

NOW = datetime(2026, 11, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("use", "told"),
    [
        (Use(), []),
        (Use(received_at=NOW), ["Customs of the importing member has received it."]),
        (
            Use(granted=frozenset({1, 2}), received_at=NOW, decided_at=NOW, declarations=1),
            ["Customs granted preference for lines 1 and 2."],
        ),
        (
            Use(granted=frozenset({1}), used_up=frozenset({1}), declarations=2),
            [
                "Customs granted preference for line 1, under 2 declarations.",
                "The certified quantity of line 1 is used up.",
            ],
        ),
        (
            Use(
                refused=frozenset({3, 4}),
                denied=frozenset({4}),
                questioned=frozenset({3, 5}),
                suspended=frozenset({3}),
                declarations=1,
            ),
            [
                "A verification found that line 4 does not originate.",
                "Preference is suspended for line 3 while origin is verified.",
                "The origin of line 5 is being verified.",
                "Customs refused preference for line 3.",
            ],
        ),
    ],
    ids=["nothing", "received", "granted", "used up", "in question"],
)
def test_a_use_is_told_in_the_order_of_gravity(use: Use, told: list[str]) -> None:
    """What was found not to originate comes first."""
    assert list(sentences(use)) == told


def test_a_verdict_shows_what_customs_decided_and_stays_what_it_is() -> None:
    """A granted line makes no certificate better, and a refused one none worse."""
    trade = Trade()
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100", "50"))
    envelope = envelope_in(issued)
    assert verify(envelope, trade["MY"].ledger).use is None
    trade.chain.write(
        Decide(
            certificate=issued.filing.id,
            declaration=b"\1" * 32,
            granted=(1,),
            used_up=(),
            refused=(2,),
            presented_at=trade.chain.head().time,
            late=LateGround.NONE,
            statement=b"\2" * 32,
        ),
        trade["TH"].customs_key,
    )
    verdict = verify(envelope, trade["MY"].ledger)
    assert verdict.code is VerdictCode.VALID
    assert verdict.use is not None
    assert (verdict.use.granted, verdict.use.refused) == (frozenset({1}), frozenset({2}))
