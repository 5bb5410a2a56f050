"""Declarations are held to the exporter's listing, when they are registered and when a copy is verified."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ledger.bulk.rows import Desk, Faulty, drawn_row
from ledger.certificate import Certificate
from ledger.declared import listing_of
from ledger.declaring import declare
from ledger.documents import document_of
from ledger.envelope import canonical
from ledger.errors import CertificateRefused, ChainUnreachable, ReferenceAlreadyFiled
from ledger.exporter_acts import ExporterAct
from ledger.exporter_refused import ExporterRecordNotHeld
from ledger.exporters import record_at_hand, take
from ledger.issuing import Issued, issue
from ledger.ports import Ledger
from ledger.presented import examined, opened, redacted
from ledger.procedures_port import NoProcedures
from ledger.refusals import NotAuthorised
from ledger.terms import Scheme
from ledger.verdict import Check, Outcome, Verdict, VerdictCode
from ledger.verifying import verify, verify_at_once, verify_reference
from tests.builders import a_certificate, an_authorisation, an_item, an_origin_declaration
from tests.exporting import (
    CODE,
    COMPETENT,
    ISSUES_ONLY,
    ISSUING,
    KEY,
    MEMBER,
    PARTICULARS,
    SECOND,
    THAI,
    THAI_COMPETENT,
    Office,
    an_action,
)
from tests.offices import ADMIN


@pytest.fixture
def office() -> Office:
    """Return an authority that has authorised the usual exporter."""
    office = Office()
    office.does(ExporterAct.AUTHORISE)
    return office


def declared(office: Office, declaration: Certificate | None = None, **more: Any) -> Issued:
    """Register a declaration for the usual exporter."""
    given: dict[str, Any] = {"authority": COMPETENT, "account": KEY, "ledger": office.ledger, "wait": 5}
    return declare(declaration or an_origin_declaration(), **given | more)


def another(number: str = "INV-2026/119", **overrides: Any) -> Certificate:
    """Return a declaration on another invoice."""
    return an_origin_declaration(authorisation=an_authorisation(document_number=number), **overrides)


def refused(office: Office, declaration: Certificate | None = None) -> list[tuple[str, str, str]]:
    """Return rule, place and source of what a declaration is refused for."""
    with pytest.raises(CertificateRefused) as refusal:
        declared(office, declaration)
    return [(found.rule, found.pointer, found.source) for found in refusal.value.findings]


def a_partner(office: Office, *, with_record: bool = True) -> Ledger:
    """Return the archive of another member, which has taken the exporter's record or not."""
    partner = office.archive()
    if with_record:
        take(record_at_hand(MEMBER, CODE, office.ledger), partner)
    return partner


def exporter_line(verdict: Verdict) -> Check:
    """Return what a verdict says of the exporter."""
    return next(check for check in verdict.checks if check.name == "exporter")


def test_a_declaration_of_a_listed_exporter_is_registered_and_good_elsewhere(office: Office) -> None:
    """Exporter, signatory and goods are looked at where the record was taken."""
    done = declared(office)
    assert done.recorded
    verdict = verify(done.envelope, a_partner(office))
    assert verdict.code is VerdictCode.VALID
    assert exporter_line(verdict) == Check(
        "exporter",
        Outcome.PASSED,
        "The exporter was authorised on 2 November 2026, with this signatory and these products.",
    )


def test_a_suspended_exporter_declares_nothing(office: Office) -> None:
    """Fraud: the exporter was suspended, and declares as before."""
    office.does(ExporterAct.SUSPEND)
    assert refused(office) == [
        ("EXPORTER-NOT-AUTHORISED", "/authorisation/exporterCode", "ATIGA OCP Rule 2.6")
    ]


def test_a_signatory_who_is_not_listed_signs_nothing(office: Office) -> None:
    """Fraud: somebody of the company signs who may not."""
    forged = an_origin_declaration(authorisation=an_authorisation(signatory="Trần Văn Bình"))
    assert refused(office, forged) == [
        ("SIGNATORY-NOT-LISTED", "/authorisation/signatory", "ATIGA OCP Rule 2.6")
    ]


def test_goods_that_are_not_listed_are_not_declared(office: Office) -> None:
    """Fraud: the exporter is certified for coffee and declares tea; each line is named."""
    lines = tuple(
        an_item(number, hs_code=code, marks=None, packages=None, invoices=())
        for number, code in ((1, "09011130"), (2, "09024010"))
    )
    assert refused(office, an_origin_declaration(items=lines)) == [
        ("PRODUCT-NOT-LISTED", "/items/2/hsCode", "ATIGA OCP Rule 2.6")
    ]


def test_whoever_was_never_authorised_declares_nothing(office: Office) -> None:
    """Under a code that the ledger does not know, or before the first day."""
    unknown = an_origin_declaration(authorisation=an_authorisation(exporter_code="0999/CE26"))
    assert [rule for rule, *_ in refused(office, unknown)] == ["EXPORTER-NOT-AUTHORISED"]
    early = date(2026, 9, 30)
    before = an_origin_declaration(
        authorisation=an_authorisation(document_date=early), issued_on=early, valid_until=date(2027, 9, 29)
    )
    assert [rule for rule, *_ in refused(office, before)] == ["EXPORTER-NOT-AUTHORISED"]


def test_an_authorisation_that_is_over_gives_no_declaration(office: Office) -> None:
    """From the day after its last one."""
    office.does(ExporterAct.AMEND, particulars={"expiresOn": "2026-11-02"})
    assert declared(office).recorded
    office.now = datetime(2026, 11, 3, 9, tzinfo=UTC)
    day = date(2026, 11, 3)
    late = an_origin_declaration(
        authorisation=an_authorisation(document_date=day), issued_on=day, valid_until=date(2027, 11, 2)
    )
    assert [rule for rule, *_ in refused(office, late)] == ["EXPORTER-NOT-AUTHORISED"]


def test_an_approved_exporter_of_rcep_is_no_certified_exporter_of_atiga(office: Office) -> None:
    """Each agreement has its own list."""
    code = "RC-1"
    office.asks(an_action(code=code, particulars=PARTICULARS | {"scheme": "RCEP"}))
    wrong = an_origin_declaration(authorisation=an_authorisation(exporter_code=code))
    assert [rule for rule, *_ in refused(office, wrong)] == ["EXPORTER-SCHEME"]


def test_a_document_is_declared_on_once(office: Office) -> None:
    """The same declaration again is the same; another one on the same invoice is refused."""
    first = declared(office)
    assert declared(office).filing.id == first.filing.id
    item = an_item(quantity=a_certificate().items[0].quantity, description="Coffee, more of it", marks=None)
    with pytest.raises(ReferenceAlreadyFiled):
        declared(office, an_origin_declaration(items=(replace(item, packages=None, invoices=()),)))
    assert declared(office, another()).filing.id != first.filing.id


def test_a_withdrawal_stops_the_next_declaration_and_leaves_the_earlier_ones_good(office: Office) -> None:
    """Also one of the same day, and a repetition of it."""
    early = declared(office)
    office.now += timedelta(minutes=5)
    office.does(ExporterAct.WITHDRAW, note="conditions no longer met")
    assert [rule for rule, *_ in refused(office, another())] == ["EXPORTER-NOT-AUTHORISED"]
    assert declared(office).filing.id == early.filing.id
    partner = a_partner(office)
    for days in (0, 30):
        office.now += timedelta(days=days)
        assert verify(early.envelope, partner).code is VerdictCode.VALID


def test_a_withdrawal_in_the_second_of_a_declaration_leaves_it_good(office: Office) -> None:
    """Which of the two blocks was first cannot be seen; the registering service has looked at the later."""
    done = declared(office)
    office.asks(an_action(ExporterAct.WITHDRAW))
    assert verify(done.envelope, a_partner(office)).code is VerdictCode.VALID


def test_a_withdrawal_stops_declarations_before_the_ledger_shows_it(office: Office) -> None:
    """It holds from the moment at which it is accepted here."""
    office.node.held = True
    office.asks(an_action(ExporterAct.WITHDRAW), wait=0)
    assert [rule for rule, *_ in refused(office)] == ["EXPORTER-NOT-AUTHORISED"]


def test_no_declaration_is_dated_back_before_a_withdrawal(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fraud: withdrawn today, the exporter declares on an invoice of yesterday; no verifier honours it."""
    office.now += timedelta(days=1)
    office.does(ExporterAct.WITHDRAW)
    assert refused(office) == [
        ("EXPORTER-NOT-AUTHORISED", "/authorisation/exporterCode", "ATIGA OCP Rule 2.6")
    ]
    office.now += timedelta(minutes=1)
    verdict = verify(smuggled(office, monkeypatch, an_origin_declaration()), a_partner(office))
    assert verdict.code is VerdictCode.ISSUER_NOT_AUTHORISED
    assert "was withdrawn when the declaration of 2 November 2026 was registered" in verdict.sentence


def test_a_clock_that_is_behind_the_ledger_does_not_undo_a_withdrawal(office: Office) -> None:
    """Whichever is later counts."""
    office.does(ExporterAct.WITHDRAW)
    slow = replace(office.ledger, clock=lambda: office.now - timedelta(minutes=30))
    with pytest.raises(CertificateRefused):
        declared(office, ledger=slow)


def test_only_a_competent_authority_registers_declarations(office: Office) -> None:
    """An issuing authority without that role cannot, through whichever operation."""
    given: dict[str, Any] = {"authority": ISSUES_ONLY, "account": ISSUING, "ledger": office.ledger}
    for operation in (declare, issue):
        with pytest.raises(NotAuthorised):
            operation(an_origin_declaration(), **given)
    with pytest.raises(NotAuthorised):
        declared(office, authority=THAI_COMPETENT, account=THAI)
    with pytest.raises(CertificateRefused):
        declared(office, a_certificate())


def test_a_record_that_the_registering_service_has_not_must_be_taken_first(office: Office) -> None:
    """Signatory and products cannot be looked up without it."""
    with pytest.raises(ExporterRecordNotHeld):
        declared(office, ledger=office.archive())


def test_declarations_do_not_go_out_in_bulk(office: Office) -> None:
    """Where nobody looks at the exporter."""
    row = canonical(document_of(an_origin_declaration()))
    desk = Desk("VN", ("trade", "trade.example"), office.chain.ledger)
    told = drawn_row(row, desk, date(2026, 11, 2))
    assert isinstance(told, Faulty)
    assert [problem.rule for problem in told.problems] == ["scheme.declaration"]


# What a verifier elsewhere is told of declarations that never should have been registered.


def smuggled(
    office: Office, monkeypatch: pytest.MonkeyPatch, declaration: Certificate, **more: Any
) -> Mapping[str, Any]:
    """Register a declaration with software that does not look at the exporter."""
    monkeypatch.setattr("ledger.issuing.require_listed", lambda *_: None)
    envelope: Mapping[str, Any] = declared(office, declaration, **more).envelope
    return envelope


@pytest.mark.parametrize(
    ("declaration", "says"),
    [
        (
            an_origin_declaration(authorisation=an_authorisation(signatory="Trần Văn Bình")),
            "The signatory is not among those authorised on 2 November 2026 (ATIGA OCP Rule 2.6).",
        ),
        (
            an_origin_declaration(
                items=(an_item(hs_code="09024010", marks=None, packages=None, invoices=()),)
            ),
            "The goods of line 1 are not among the products listed on 2 November 2026 (ATIGA OCP Rule 2.6).",
        ),
        (
            an_origin_declaration(authorisation=an_authorisation(exporter_code="0999/CE26")),
            "The exporter was not authorised on 2 November 2026 (ATIGA OCP Rule 2.6).",
        ),
    ],
)
def test_a_verifier_honours_no_declaration_that_is_not_listed(
    office: Office, monkeypatch: pytest.MonkeyPatch, declaration: Certificate, says: str
) -> None:
    """Whatever the authority's software let through, and the sentence names the rule."""
    verdict = verify(smuggled(office, monkeypatch, declaration), a_partner(office))
    assert (verdict.code, verdict.sentence) == (VerdictCode.ISSUER_NOT_AUTHORISED, says)
    assert exporter_line(verdict).outcome is Outcome.FAILED


def test_a_verifier_honours_no_declaration_of_a_suspended_exporter(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger alone tells that; no record is needed."""
    office.does(ExporterAct.SUSPEND)
    office.now += timedelta(minutes=1)
    envelope = smuggled(office, monkeypatch, an_origin_declaration())
    verdict = verify(envelope, a_partner(office, with_record=False))
    assert verdict.code is VerdictCode.ISSUER_NOT_AUTHORISED
    assert verdict.sentence == "The exporter was suspended on 2 November 2026 (ATIGA OCP Rule 2.6)."


def test_a_verifier_honours_no_declaration_that_an_issuing_authority_alone_registered(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contract lets any issuing key write an entry; who may register declarations is looked at here."""
    forged = smuggled(office, monkeypatch, an_origin_declaration(), authority=ISSUES_ONLY, account=ISSUING)
    verdict = verify(forged, a_partner(office))
    assert verdict.code is VerdictCode.ISSUER_NOT_AUTHORISED
    issuer = next(check for check in verdict.checks if check.name == "issuer")
    assert "not a competent authority" in issuer.evidence


def test_without_the_record_the_verdict_says_what_is_left_to_check_and_how(office: Office) -> None:
    """The ledger has said that the exporter was authorised; the rest is in the record."""
    verdict = verify(declared(office).envelope, a_partner(office, with_record=False))
    line = exporter_line(verdict)
    assert (verdict.code, line.outcome) == (VerdictCode.VALID, Outcome.NOT_CHECKED)
    assert "ask its competent authority for the record" in line.evidence


@pytest.mark.parametrize(
    ("hidden", "says"),
    [
        ("authorisation.exporterCode", "hides the exporter's code"),
        ("authorisation.signatory", "hides the signatory or products"),
        ("items.1.hsCode", "hides the signatory or products"),
    ],
)
def test_what_a_copy_hides_is_not_checked(office: Office, hidden: str, says: str) -> None:
    """And the verdict says so."""
    copy = redacted(declared(office).envelope, [hidden])
    line = exporter_line(verify(copy, a_partner(office)))
    assert line.outcome is Outcome.NOT_CHECKED
    assert says in line.evidence


@pytest.mark.parametrize("number", ["²", "①"])
def test_goods_under_what_is_no_line_number_are_passed_over(office: Office, number: str) -> None:
    """A hostile document may name its lines as it likes; the verdict is given all the same."""
    examination = examined(opened(declared(office).envelope))
    items = {**examination.fields["items"], number: {"hsCode": "09024010", "hsEdition": "2022"}}
    strange = replace(examination, fields={**examination.fields, "items": items})
    assert listing_of(strange, office.now, a_partner(office)).outcome is Outcome.PASSED


def test_what_a_compromised_key_said_of_an_exporter_does_not_count(office: Office) -> None:
    """From the moment it counts as compromised, whoever registered the declaration."""
    envelope = declared(office, account=SECOND).envelope
    office.chain.mark_compromised(KEY, office.held.versions[0].recorded_at, ADMIN["VN"])
    verdict = verify(envelope, a_partner(office))
    assert verdict.code is VerdictCode.ISSUER_NOT_AUTHORISED
    assert "compromised" in verdict.sentence


def test_a_silent_ledger_vouches_for_no_exporter(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be said then."""
    envelope = declared(office).envelope

    def silent(*_: object) -> None:
        raise ChainUnreachable("no answer")

    monkeypatch.setattr(office.chain, "exporter", silent)
    assert verify(envelope, a_partner_of(office)).code is VerdictCode.CANNOT_CHECK


def a_partner_of(office: Office) -> Ledger:
    """Return the archive of another member without any record."""
    return a_partner(office, with_record=False)


def test_a_ledger_without_a_register_of_exporters_says_so(office: Office) -> None:
    """The declaration itself is as it was registered."""
    envelope = declared(office).envelope
    verdict = verify(envelope, replace(a_partner_of(office), procedures=NoProcedures()))
    assert (verdict.code, exporter_line(verdict).outcome) == (VerdictCode.VALID, Outcome.NOT_CHECKED)


def test_who_may_not_wait_is_not_answered_about_a_declaration(office: Office) -> None:
    """Its exporter is looked up."""
    assert verify_at_once(declared(office).envelope, office.ledger) is None


def test_a_declaration_looked_up_by_its_reference_says_that_nobody_showed_it(office: Office) -> None:
    """Its exporter is not looked at then."""
    done = declared(office)
    reference = an_origin_declaration().reference
    verdict = verify_reference("VN", reference, date(2026, 11, 2), office.ledger)
    assert (verdict.certificate, exporter_line(verdict).outcome) == (done.filing.id, Outcome.NOT_CHECKED)


def test_certificates_have_no_line_on_an_exporter(office: Office) -> None:
    """An authority has certified them."""
    given: dict[str, Any] = {"authority": COMPETENT, "account": KEY, "ledger": office.ledger}
    verdict = verify(issue(a_certificate(), **given).envelope, office.ledger)
    assert [check.name for check in verdict.checks] == ["content", "record", "issuer", "status"]
    assert a_certificate().scheme is Scheme.ATIGA_FORM_D
