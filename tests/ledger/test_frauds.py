"""Eighteen frauds and errors with certificates of origin, each committed here, and what stops or flags it.

`docs/explanation/frauds.md` has the table: it names these tests, and says what each stands for.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ledger.certificate import Certificate, Money, Replaced
from ledger.deadlines import overdue
from ledger.deciding import decide
from ledger.deciding_asked import Asked, DecisionRefused, Grant
from ledger.declaring import declare
from ledger.errors import CertificateRefused, ReferenceAlreadyFiled, Severity
from ledger.exporter_acts import ExporterAct
from ledger.facts import Reason
from ledger.issuing import Issued, cancel, issue, replace_certificate
from ledger.kept_port import NotKept
from ledger.origin.facts import LateGround, Step
from ledger.procedures_refusals import NotTheImportingMember
from ledger.receiving import NotReceivable
from ledger.refusals import NotAuthorised, ParentExpiresEarlier, ParentNotAddressedHere, ReferenceAlreadyUsed
from ledger.rules import check
from ledger.terms import certificate_id
from ledger.tree import tree_of
from ledger.verdict import VerdictCode
from ledger.verifying import verify
from tests.builders import an_authorisation, an_item, an_origin_declaration, ticked
from tests.checks import Checking
from tests.exporting import COMPETENT, KEY
from tests.exporting import Office as Exporters
from tests.trade import Trade, a_shipment, address, envelope_in, re_exported

DAY = date(2026, 11, 3)
COFFEE = ("100", "50")


@pytest.fixture
def trade() -> Trade:
    """Return four members and their offices."""
    return Trade()


def issued(trade: Trade, reference: str = "VN-TH 1", to: str = "TH", **more: Any) -> Issued:
    """Let Viet Nam issue 100 and 50 kilograms."""
    return trade["VN"].issue(a_shipment("VN", to, reference, *COFFEE, **more))


def asked(certificate: bytes, declaration: str, lines: Mapping[int, str], **more: Any) -> Asked:
    """Return a wish to grant quantities."""
    return Asked(
        certificate=certificate,
        declaration=declaration,
        presented_on=more.pop("presented_on", DAY),
        lines={line: Grant(Decimal(quantity), more.get("unit", "KGM")) for line, quantity in lines.items()},
        office="Bangkok Port",
        **{name: value for name, value in more.items() if name != "unit"},
    )


def granting(trade: Trade, wish: Asked, member: str = "TH") -> None:
    """Let customs of a member decide."""
    office = trade[member]
    decide(wish, authority=office.customs, account=office.customs_key, ledger=office.ledger, wait=2)


def refusals(trade: Trade, wish: Asked) -> list[str]:
    """Return the rules for which customs cannot decide so."""
    with pytest.raises(DecisionRefused) as refused:
        granting(trade, wish)
    return [finding.rule for finding in refused.value.findings]


def found(certificate: Certificate, severity: Severity) -> set[str]:
    """Return the rules that find something of a severity."""
    return {one.rule for one in check(certificate, on=certificate.issued_on) if one.severity is severity}


# 1 ------------------------------------------------------------------------------------------ never issued


def test_a_certificate_that_was_never_issued_is_not_found(trade: Trade) -> None:
    """Made up whole, with hashes that fit each other; here on a ledger of the forger's own."""
    forged = envelope_in(issued(Trade()))
    assert verify(forged, trade["TH"].ledger).code is VerdictCode.NOT_FOUND
    with pytest.raises(NotReceivable):
        trade["TH"].receive(forged)


# 2 ----------------------------------------------------------------------------------------------- altered


def test_an_altered_quantity_is_named(trade: Trade) -> None:
    """The same reference with another quantity, as in the cases that came to court."""
    forged = envelope_in(issued(trade))
    salted = forged["data"]["items"]["1"]["quantity"]
    salted["value"] = salted["value"].replace("100", "900")
    verdict = verify(forged, trade["TH"].ledger)
    assert (verdict.code, verdict.altered) == (VerdictCode.ALTERED, ("items.1.quantity.value",))


# 3 ---------------------------------------------------------------------------------------- forged signer


def test_who_is_no_issuing_authority_writes_no_certificate(trade: Trade) -> None:
    """Customs of the same member, with a live key of its own; and a key once it was revoked."""
    office = trade["VN"]
    with pytest.raises(NotAuthorised):
        issue(
            a_shipment("VN", "TH", "VN-TH 1", "100"),
            authority=office.customs,
            account=office.customs_key,
            ledger=office.ledger,
            wait=2,
        )
    trade.chain.revoke_key(office.issuing_key, address("A", "VN"))
    with pytest.raises(NotAuthorised):
        issued(trade)


def test_what_a_stolen_key_signed_is_not_trusted(trade: Trade) -> None:
    """From the time since when it counts as compromised, also in the past."""
    envelope = envelope_in(issued(trade))
    trade.chain.mark_compromised(trade["VN"].issuing_key, trade.now - timedelta(hours=1), address("A", "VN"))
    assert verify(envelope, trade["TH"].ledger).code is VerdictCode.ISSUER_NOT_AUTHORISED


# 4 -------------------------------------------------------------------------------------- duplicate reference


def test_a_reference_number_is_used_once(trade: Trade) -> None:
    """In the archive, and on the ledger where another archive of the member has used it."""
    first = issued(trade)
    with pytest.raises(ReferenceAlreadyFiled):
        issued(trade, on=date(2026, 11, 3))
    other = replace(first.filing.terms, document_hash=b"\7" * 32)
    with pytest.raises(ReferenceAlreadyUsed):
        trade.chain.issue(other, trade["VN"].issuing_key)


# 5 and 6 ------------------------------------------------------------------------------- reuse and over-use


def test_one_certificate_in_several_declarations_draws_down_to_its_end(trade: Trade) -> None:
    """What is left is drawn, more is refused, and the same declaration is not used again."""
    one = issued(trade)
    trade["TH"].receive(envelope_in(one))
    granting(trade, asked(one.filing.id, "D-1", {1: "60"}))
    assert refusals(trade, asked(one.filing.id, "D-2", {1: "41"})) == ["DECISION-OVERUSE"]
    assert refusals(trade, asked(one.filing.id, "D-1", {1: "10"})) == ["DECISION-REUSE"]
    granting(trade, asked(one.filing.id, "D-2", {1: "40"}))
    assert trade.chain.use(one.filing.id).used_up == {1}


def test_a_quantity_in_another_unit_is_not_drawn(trade: Trade) -> None:
    """Or tonnes would be taken for kilograms."""
    one = issued(trade)
    trade["TH"].receive(envelope_in(one))
    assert refusals(trade, asked(one.filing.id, "D-1", {1: "60"}, unit="TNE")) == ["DECISION-UNIT"]


# 7 and 8 ------------------------------------------------------------------------------------- back-to-back


def original(trade: Trade) -> tuple[Certificate, bytes, int]:
    """Issue an original to Singapore, which keeps it."""
    document = a_shipment("VN", "SG", "VN-SG 1", *COFFEE)
    made = trade["VN"].issue(document)
    trade["SG"].keep(envelope_in(made))
    return document, made.filing.id, 1


def test_more_than_the_originals_hold_is_not_re_exported(trade: Trade) -> None:
    """To whichever members; and nothing on an original that was not presented."""
    source = original(trade)
    trade["SG"].issue(re_exported("SG", "TH", "SG-TH 1", [("70", [source])]))
    with pytest.raises(CertificateRefused) as refused:
        trade["SG"].issue(re_exported("SG", "MY", "SG-MY 1", [("31", [source])]))
    assert {one.rule for one in refused.value.findings} == {"R11-QUANTITY"}
    unseen = a_shipment("VN", "SG", "VN-SG 9", "10")
    made = trade["VN"].issue(unseen)
    with pytest.raises(NotKept):
        trade["SG"].issue(re_exported("SG", "TH", "SG-TH 9", [("10", [(unseen, made.filing.id, 1)])]))


def test_a_back_to_back_certificate_does_not_outlive_its_original(trade: Trade) -> None:
    """By the rules, and by the contract where somebody leaves the rules out."""
    document, one, line = original(trade)
    late = re_exported("SG", "TH", "SG-TH 1", [("10", [(document, one, line)])])
    late = replace(late, valid_until=document.valid_until + timedelta(days=1))
    assert "ATIGA-R11-EXPIRY" in found(late, Severity.REFUSAL)
    terms = replace(
        trade["VN"].ledger.archive.find(one).terms,  # type: ignore[union-attr]
        exporting="SG",
        importing="TH",
        parents=(one,),
        valid_until=late.valid_until,
    )
    with pytest.raises(ParentExpiresEarlier):
        trade.chain.issue(terms, trade["SG"].issuing_key)


# 9 ----------------------------------------------------------------------------------------------- expired


def test_a_late_proof_needs_a_ground(trade: Trade) -> None:
    """Force majeure, causes beyond control, or goods that had come in time (OCP Rule 14(b) and (c))."""
    one = issued(trade)
    trade["TH"].receive(envelope_in(one))
    trade.pass_days(364)
    late = date(2027, 11, 2)
    wish = asked(one.filing.id, "D-1", {1: "60"}, presented_on=late)
    assert refusals(trade, wish) == ["DECISION-EXPIRED"]
    granting(
        trade,
        asked(
            one.filing.id,
            "D-1",
            {1: "60"},
            presented_on=late,
            late=LateGround.FORCE_MAJEURE,
            late_text="The port was closed after the flood.",
        ),
    )


# 10 ----------------------------------------------------------------------------------- cancelled, replaced


def test_nothing_is_granted_on_what_was_cancelled_or_replaced(trade: Trade) -> None:
    """Of a replaced one the successor is named."""
    office = trade["VN"]
    cancelled, old = issued(trade), issued(trade, "VN-TH 2")
    for one in (cancelled, old):
        trade["TH"].receive(envelope_in(one))
    who: dict[str, Any] = {
        "authority": office.issuing,
        "account": office.issuing_key,
        "ledger": office.ledger,
        "wait": 2,
    }
    cancel(cancelled.filing.id, Reason.GOODS_NOT_SHIPPED, **who)
    named = Replaced(reference="VN-TH 2", issued_on=old.filing.terms.issued_on)
    new = replace_certificate(
        old.filing.id, a_shipment("VN", "TH", "VN-TH 2R", "90", "50", replaces=named), **who
    )
    assert refusals(trade, asked(cancelled.filing.id, "D-1", {1: "1"})) == ["DECISION-CANCELLED"]
    with pytest.raises(DecisionRefused) as refused:
        granting(trade, asked(old.filing.id, "D-1", {1: "1"}))
    assert new.filing.id.hex() in str(refused.value)
    assert verify(envelope_in(old), trade["TH"].ledger).replacement == new.filing.id


# 11 ------------------------------------------------------------------------------------- wrong criterion


def one_line(**more: Any) -> Certificate:
    """Return a certificate of one goods line."""
    return a_shipment("VN", "TH", "VN-TH 1", items=(an_item(1, **more),))


@pytest.mark.parametrize("criterion", ["PE", "WO + CTH", "150%", "PC 40%", "PC 19%"])
def test_a_criterion_that_form_d_does_not_know_is_refused(criterion: str) -> None:
    """Codes of other agreements, combinations and percentages that are none."""
    assert found(one_line(criterion=criterion), Severity.REFUSAL)


def test_partial_cumulation_gives_no_preference(trade: Trade) -> None:
    """It is a good certificate, and counts for later cumulation only (Annex 6(c))."""
    one = trade["VN"].issue(replace(one_line(criterion="PC 25%"), endorsements=ticked("partial_cumulation")))
    trade["TH"].receive(envelope_in(one))
    assert refusals(trade, asked(one.filing.id, "D-1", {1: "10"})) == ["DECISION-PARTIAL-CUMULATION"]


def test_de_minimis_goes_with_a_tariff_shift_only() -> None:
    """There is nothing else it could excuse."""
    ticked_wrongly = replace(one_line(criterion="WO"), endorsements=ticked("de_minimis"))
    rules = found(ticked_wrongly, Severity.REFUSAL) | found(ticked_wrongly, Severity.WARNING)
    assert any("MINIMIS" in rule for rule in rules)


# 12 -------------------------------------------------------------------------------------- retroactive issue


def departed(certificate: Certificate, day: date) -> Certificate:
    """Return a certificate of goods that left on a day."""
    return replace(certificate, transport=replace(certificate.transport, departure_date=day))


def test_a_missing_retroactive_tick_is_flagged_and_more_than_a_year_refused() -> None:
    """OCP Rule 10.2; practice lags behind the text of 2021, so the tick is a warning."""
    shipped = one_line()
    assert "ATIGA-R10-TICK-MISSING" in found(departed(shipped, date(2026, 10, 1)), Severity.WARNING)
    assert "ATIGA-R10-ONE-YEAR" in found(departed(shipped, date(2025, 11, 1)), Severity.REFUSAL)


# 13 and 14 ----------------------------------------------------------------------------- HS mismatch, FOB


def test_an_odd_hs_code_is_flagged_and_never_stops_a_certificate() -> None:
    """OCP Rule 16.2: a difference in classification is settled between customs and the importer."""
    odd = one_line(hs_code="77010000")
    assert any("HS" in rule for rule in found(odd, Severity.WARNING))
    assert not any("HS" in rule for rule in found(odd, Severity.REFUSAL))


def test_a_missing_fob_price_is_flagged_where_it_is_needed() -> None:
    """A regional value content in trade with Cambodia, Indonesia or Lao PDR (overleaf note 10)."""
    to_laos = a_shipment("VN", "LA", "VN-LA 1", items=(an_item(1, criterion="45%"),))
    price = Money(amount=Decimal(1000), currency="USD")
    priced = a_shipment("VN", "LA", "VN-LA 1", items=(an_item(1, criterion="45%", fob=price),))
    missing = found(to_laos, Severity.WARNING) - found(priced, Severity.WARNING)
    assert any("FOB" in rule for rule in missing)


# 15 --------------------------------------------------------------------------------- wrong importing state


def test_only_the_state_it_is_addressed_to_decides_on_it(trade: Trade) -> None:
    """In its archive, and by the contract."""
    one = issued(trade)
    trade["MY"].receive(envelope_in(one))
    with pytest.raises(NotTheImportingMember):
        granting(trade, asked(one.filing.id, "D-1", {1: "1"}), "MY")


# 16 ------------------------------------------------------------------------------------- certified exporters


@pytest.mark.parametrize(
    ("forgery", "rule"),
    [
        ({}, "EXPORTER-NOT-AUTHORISED"),
        ({"authorisation": an_authorisation(signatory="Somebody Else")}, "SIGNATORY-NOT-LISTED"),
        (
            {"items": (an_item(hs_code="09024010", marks=None, packages=None, invoices=()),)},
            "PRODUCT-NOT-LISTED",
        ),
    ],
    ids=["suspended exporter", "signatory not listed", "product not listed"],
)
def test_a_declaration_of_who_or_what_is_not_listed_is_not_honoured(
    forgery: dict[str, Any], rule: str
) -> None:
    """OCP Rule 2.6, by the database on the day of the declaration."""
    exporters = Exporters()
    exporters.does(ExporterAct.AUTHORISE)
    if not forgery:
        exporters.does(ExporterAct.SUSPEND)
    with pytest.raises(CertificateRefused) as refused:
        declare(
            an_origin_declaration(**forgery),
            authority=COMPETENT,
            account=KEY,
            ledger=exporters.ledger,
            wait=5,
        )
    assert [one.rule for one in refused.value.findings] == [rule]


# 17 ------------------------------------------------------------------------------------------ overdue steps


def test_a_step_that_is_not_taken_in_time_is_overdue_to_the_second() -> None:
    """90 days for a reply; then customs may deny, and not a second before."""
    checking = Checking().at(Step.ACKNOWLEDGED)
    last = checking.trade.now + timedelta(days=90)
    assert overdue(last, [checking.case]) == ()
    assert [one.by for one in overdue(last + timedelta(seconds=1), [checking.case])] == ["VN"]


# 18 ---------------------------------------------------------------------------------------------- carousel


def test_goods_do_not_go_round_in_a_circle_of_certificates(trade: Trade) -> None:
    """A member's own certificate is no original for it, and a child cannot be its parent's original."""
    document, one, line = original(trade)
    child = trade["SG"].issue(re_exported("SG", "TH", "SG-TH 1", [("10", [(document, one, line)])]))
    own = re_exported("VN", "TH", "VN-TH 5", [("10", [(document, one, line)])])
    assert "ATIGA-R11-OWN" in found(own, Severity.REFUSAL)
    with pytest.raises(ParentNotAddressedHere):
        trade.chain.issue(
            replace(child.filing.terms, exporting="VN", parents=(child.filing.id,), reference_key=b"\5" * 32),
            trade["VN"].issuing_key,
        )
    terms = replace(child.filing.terms, parents=(certificate_id(child.filing.terms),))
    assert certificate_id(terms) != child.filing.id  # an id covers its parents, so none can be its own
    tree = tree_of(child.filing.id, trade["SG"].ledger)
    assert set(tree.nodes) == {one, child.filing.id}
