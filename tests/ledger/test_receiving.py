"""Receiving presented certificates: what is confirmed, what is only kept, and what is not taken at all."""

from datetime import date

import pytest

from ledger.events import ProofReceived
from ledger.facts import Reason
from ledger.issuing import cancel, envelope_of
from ledger.kept_copies import CopyIncomplete
from ledger.presented import redacted
from ledger.receiving import NotReceivable
from ledger.verdict import VerdictCode
from tests.trade import Trade, a_shipment, envelope_in


@pytest.fixture
def trade() -> Trade:
    """Return four members and their offices."""
    return Trade()


def test_customs_confirms_a_receipt_once_and_its_issuer_sees_it(trade: Trade) -> None:
    """The second time changes nothing and tells the time of the first."""
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100"))
    first = trade["TH"].receive(envelope_in(issued))
    trade.pass_days(1)
    again = trade["TH"].receive(envelope_in(issued))
    assert (first.addressed, first.verdict.code) == (True, VerdictCode.VALID)
    assert again.received_at == first.received_at
    life = trade["VN"].ledger.procedures.life(issued.filing.id)
    assert [one.event for one in life.occurrences if isinstance(one.event, ProofReceived)] != []
    assert sum(isinstance(one.event, ProofReceived) for one in life.occurrences) == 1


def test_a_copy_addressed_elsewhere_is_kept_and_not_confirmed(trade: Trade) -> None:
    """As an original behind a certificate that was presented."""
    issued = trade["VN"].issue(a_shipment("VN", "SG", "VN-SG 1", "100"))
    received = trade["TH"].receive(envelope_in(issued))
    assert (received.addressed, received.received_at) == (False, None)
    assert issued.filing.id in trade["TH"].ledger.kept.kept([issued.filing.id])
    assert (
        trade["SG"].ledger.procedures.life(issued.filing.id).occurrences[-1].event.__class__
        is not ProofReceived
    )


def test_an_issuing_authority_keeps_a_copy_without_confirming_it(trade: Trade) -> None:
    """The receipt is for customs to confirm."""
    issued = trade["VN"].issue(a_shipment("VN", "SG", "VN-SG 1", "100"))
    assert trade["SG"].keep(envelope_in(issued)).addressed is False
    assert trade["SG"].receive(envelope_in(issued)).received_at is not None


def test_an_altered_copy_is_not_received(trade: Trade) -> None:
    """Nothing is kept of it."""
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100"))
    forged = envelope_in(issued)
    line = forged["data"]["items"]["1"]["quantity"]
    line["value"] = line["value"].replace("100", "900")
    with pytest.raises(NotReceivable) as refused:
        trade["TH"].receive(forged)
    assert refused.value.verdict.code is VerdictCode.ALTERED
    assert not trade["TH"].ledger.kept.kept([issued.filing.id])


def test_a_cancelled_certificate_is_received_so_that_its_issuer_hears_of_it(trade: Trade) -> None:
    """The verdict says what it is; deciding on it is another matter."""
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100"))
    vn = trade["VN"]
    cancel(
        issued.filing.id,
        Reason.OTHER,
        authority=vn.issuing,
        account=vn.issuing_key,
        ledger=vn.ledger,
        wait=2,
    )
    received = trade["TH"].receive(envelope_in(issued))
    assert received.verdict.code is VerdictCode.CANCELLED
    assert received.received_at is not None


def test_a_copy_that_hides_what_decisions_need_is_refused_by_name(trade: Trade) -> None:
    """A hidden gross weight does no harm, a hidden quantity does."""
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100"))
    with pytest.raises(CopyIncomplete) as refused:
        trade["TH"].receive(redacted(envelope_in(issued), ["items.1.quantity"]))
    assert [problem.pointer for problem in refused.value.problems] == ["/items/1/quantity"]


def test_a_certificate_of_a_batch_is_entered_before_its_receipt(trade: Trade) -> None:
    """Customs of the importing member enters it with its own key."""
    first, second = trade["VN"].together(
        a_shipment("VN", "TH", "VN-TH 1", "100"), a_shipment("VN", "TH", "VN-TH 2", "50")
    )
    received = trade["TH"].receive(envelope_of(first))
    assert received.received_at is not None
    evidence = trade.chain.evidence(first.id, first.root, first.terms.reference_key)
    assert evidence.entry is not None
    assert trade.chain.evidence(second.id, second.root, second.terms.reference_key).entry is None


def test_an_expired_certificate_is_received(trade: Trade) -> None:
    """Whether lateness has a ground is decided later."""
    issued = trade["VN"].issue(
        a_shipment("VN", "TH", "VN-TH 1", "100", on=date(2026, 11, 2), valid_until=date(2027, 11, 1))
    )
    trade.pass_days(400)
    assert trade["TH"].receive(envelope_in(issued)).verdict.code is VerdictCode.EXPIRED
