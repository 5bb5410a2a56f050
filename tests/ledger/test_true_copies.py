"""Certified true copies: the same certificate once more, within a year, and no other."""

from datetime import date, timedelta

import pytest

from ledger.facts import Reason
from ledger.issuing import cancel
from ledger.refusals import CertificateNotLive, NotAuthorised, NotYourCertificate
from ledger.statements import statement_hash
from ledger.true_copies import TrueCopyTooLate, certify_copy, copies_of
from tests.trade import Trade, a_shipment, envelope_in


@pytest.fixture
def trade() -> Trade:
    """Return four members and their offices."""
    return Trade()


def test_a_true_copy_is_the_same_certificate_with_the_day_it_was_given_out(trade: Trade) -> None:
    """The envelope is the same to the byte, so it verifies as the original does."""
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100"))
    trade.pass_days(30)
    office = trade["VN"]
    copy = certify_copy(issued.filing.id, "lost at sea", authority=office.issuing, ledger=office.ledger)
    assert copy.envelope == envelope_in(issued)
    assert copy.endorsement == "CERTIFIED TRUE COPY, 3 December 2026"
    assert copy.number == 1


def test_copies_are_counted_and_a_repeated_request_is_the_same_one(trade: Trade) -> None:
    """On another day, or for another reason, it is another copy."""
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100"))
    office = trade["VN"]

    def given(reason: str) -> int:
        return certify_copy(issued.filing.id, reason, authority=office.issuing, ledger=office.ledger).number

    assert [given("lost"), given("lost"), given("stolen")] == [1, 1, 2]
    trade.pass_days(1)
    assert [given("lost"), given("lost")] == [3, 3]
    kept = copies_of(issued.filing.id, office.ledger)
    assert len({statement_hash(one) for one in kept}) == 3


def test_there_is_none_after_a_year(trade: Trade) -> None:
    """ATIGA OCP Rule 12 counts from the issue of the original."""
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100", on=date(2026, 11, 2)))
    office = trade["VN"]
    trade.now = trade.now.replace(year=2027, month=11, day=2, hour=23)
    certify_copy(issued.filing.id, "lost", authority=office.issuing, ledger=office.ledger)
    trade.now += timedelta(hours=2)
    with pytest.raises(TrueCopyTooLate) as refused:
        certify_copy(issued.filing.id, "stolen", authority=office.issuing, ledger=office.ledger)
    assert refused.value.until == date(2027, 11, 2)


def test_there_is_none_of_a_cancelled_certificate(trade: Trade) -> None:
    """It would be presented as good."""
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100"))
    office = trade["VN"]
    cancel(
        issued.filing.id,
        Reason.OTHER,
        authority=office.issuing,
        account=office.issuing_key,
        ledger=office.ledger,
        wait=2,
    )
    with pytest.raises(CertificateNotLive):
        certify_copy(issued.filing.id, "lost", authority=office.issuing, ledger=office.ledger)


def test_only_an_issuing_authority_of_the_same_member_gives_one_out(trade: Trade) -> None:
    """Customs does not, and another member neither."""
    issued = trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 1", "100"))
    ledger = trade["VN"].ledger
    with pytest.raises(NotAuthorised):
        certify_copy(issued.filing.id, "lost", authority=trade["VN"].customs, ledger=ledger)
    with pytest.raises(NotYourCertificate):
        certify_copy(issued.filing.id, "lost", authority=trade["TH"].issuing, ledger=ledger)
