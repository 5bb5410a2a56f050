"""What issuing would say of a document is what it says then."""

from dataclasses import replace
from typing import Any

import pytest

from ledger import rules
from ledger.documents import document_of, parse_document
from ledger.errors import CertificateMalformed, CertificateRefused, KeyNotHeld, LedgerError
from ledger.examining import Foreseen, foresee
from ledger.issuing import issue, replace_certificate
from ledger.ports import Ledger
from tests.builders import ABSENT, altered
from tests.trade import Office, Trade, a_shipment


@pytest.fixture
def office() -> Office:
    """Return an office of Viet Nam."""
    return Trade()["VN"]


def _document(reference: str = "VN-TH 1", **changes: Any) -> dict[str, Any]:
    document = document_of(a_shipment("VN", "TH", reference, "100"))
    for pointer, value in changes.items():
        document = altered(document, pointer.replace("__", "/"), value)
    return document


def _foreseen(office: Office, document: dict[str, Any], **more: Any) -> Foreseen:
    who: dict[str, Any] = {
        "authority": office.issuing,
        "account": office.issuing_key,
        "ledger": office.ledger,
    }
    return foresee(document, **who | more)


def _refused(office: Office, document: dict[str, Any]) -> LedgerError | None:
    try:
        certificate = parse_document(document)
        issue(certificate, authority=office.issuing, account=office.issuing_key, ledger=office.ledger, wait=2)
    except LedgerError as error:
        return error
    return None


def test_what_nothing_speaks_against_is_issued(office: Office) -> None:
    """And looking at it has issued nothing."""
    document = _document()
    assert _foreseen(office, document).issuable
    assert not office.ledger.archive.filings(office.issuing)
    assert _refused(office, document) is None
    assert _foreseen(office, document).issuable  # the same again is the same certificate


@pytest.mark.parametrize(
    "changes",
    [
        {"validUntil": "2030-01-01"},
        {"items__1__criterion": "XX"},
        {"importingMember": "CN"},
        {"endorsements__backToBack": True},
    ],
)
def test_a_rule_says_before_what_it_says_then(office: Office, changes: dict[str, Any]) -> None:
    """The same refusals at the same places."""
    document = _document(**changes)
    foreseen, refused = _foreseen(office, document), _refused(office, document)
    assert isinstance(refused, CertificateRefused)
    assert rules.refusals(foreseen.findings) == rules.refusals(refused.findings)
    assert not foreseen.issuable


def test_a_document_of_another_shape_is_told_place_by_place(office: Office) -> None:
    """Also characters that no text may have, although much is missing still."""
    document = _document(exporter__name="Viet\u202eNam", consignee=ABSENT, issuedOn="soon")
    foreseen, refused = _foreseen(office, document), _refused(office, document)
    assert isinstance(refused, CertificateMalformed)
    assert set(refused.problems) < set(foreseen.problems)
    told = {(problem.pointer, problem.rule) for problem in foreseen.problems}
    assert told == {("/exporter/name", "text.bidi"), ("/issuedOn", "date.format")}


def test_a_reference_that_is_taken_stands_in_the_way(office: Office) -> None:
    """By a certificate with other content."""
    assert _refused(office, _document()) is None
    other = _document(items__1__description="another thing")
    foreseen, refused = _foreseen(office, other), _refused(office, other)
    assert type(foreseen.obstacle) is type(refused)
    assert not foreseen.issuable


def test_a_key_that_is_not_at_hand_stands_in_the_way(office: Office) -> None:
    """Nothing could be signed."""
    foreseen = _foreseen(office, _document(), ledger=_keyless(office.ledger))
    assert isinstance(foreseen.obstacle, KeyNotHeld)


def test_a_replacement_names_what_it_replaces(office: Office) -> None:
    """As replacing demands it."""
    old = issue(
        parse_document(_document()),
        authority=office.issuing,
        account=office.issuing_key,
        ledger=office.ledger,
        wait=2,
    )
    new = _document("VN-TH 2")
    foreseen = _foreseen(office, new, replaces=old.filing.id)
    assert [one.rule for one in rules.refusals(foreseen.findings)] == ["REPLACES-NAMED"]
    named = new | {"replaces": {"reference": "VN-TH 1", "issuedOn": new["issuedOn"]}}
    assert _foreseen(office, named, replaces=old.filing.id).issuable
    who: dict[str, Any] = {"authority": office.issuing, "account": office.issuing_key}
    done = replace_certificate(old.filing.id, parse_document(named), **who, ledger=office.ledger, wait=2)
    assert done.recorded


def _keyless(ledger: Ledger) -> Ledger:
    """Return the ledger with no key at hand."""

    class Registry:
        def __getattr__(self, name: str) -> object:
            return getattr(ledger.registry, name)

        def holds(self, account: object) -> bool:  # noqa: ARG002 - of the port
            return False

    return replace(ledger, registry=Registry())  # type: ignore[arg-type]
