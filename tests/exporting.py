"""A certified exporter of Viet Nam that nothing speaks against, and what is done about it."""

from datetime import UTC, date, datetime
from typing import Any

from ledger.exporter_acts import ExporterAct, ExporterAction, ExporterEvent
from ledger.exporter_records import ExporterRecord, ExporterScheme, Product, Signatory, record_hash
from ledger.facts import Address
from ledger.origin.facts import ExporterStatus

MEMBER, CODE = "VN", "0007/CE26"
KEY, SECOND = (Address(f"0x{f'B{number}' * 20}") for number in (1, 2))
NOW = datetime(2026, 11, 2, 9, 30, 15, tzinfo=UTC)
PARTICULARS: dict[str, Any] = {
    "scheme": "AWSC",
    "name": "Cà phê Tây Nguyên JSC",
    "address": "12 Nguyễn Huệ\nHà Nội",
    "nationalId": "0100109106",
    "office": "Origin unit, Hà Nội",
    "issuedOn": "2026-10-01",
    "expiresOn": "2028-09-30",
    "products": [{"description": "Coffee, not roasted", "hsCode": "090111", "hsEdition": "HS2022"}],
    "signatories": [{"name": "Nguyễn Thị Mai", "specimen": None}],
    "trader": False,
}
"""What is said of it to authorise it."""


def a_record(**overrides: Any) -> ExporterRecord:
    """Return its record."""
    fields: dict[str, Any] = {
        "member": MEMBER,
        "code": CODE,
        "scheme": ExporterScheme.AWSC,
        "name": PARTICULARS["name"],
        "address": PARTICULARS["address"],
        "national_id": PARTICULARS["nationalId"],
        "office": PARTICULARS["office"],
        "issued_on": date(2026, 10, 1),
        "expires_on": date(2028, 9, 30),
        "products": (Product(description="Coffee, not roasted", hs_code="090111", hs_edition="HS2022"),),
        "signatories": (Signatory(name="Nguyễn Thị Mai"),),
        "trader": False,
        "salt": b"\3" * 32,
    }
    return ExporterRecord(**fields | overrides)


def an_event(seq: int = 1, **overrides: Any) -> ExporterEvent:
    """Return its authorisation as it is filed."""
    fields: dict[str, Any] = {
        "member": MEMBER,
        "code": CODE,
        "seq": seq,
        "act": ExporterAct.AUTHORISE,
        "version": seq,
        "status": ExporterStatus.AUTHORISED,
        "effective_from": datetime(2026, 10, 1, tzinfo=UTC),
        "until": datetime(2028, 9, 30, 23, 59, 59, tzinfo=UTC),
        "record_hash": record_hash(a_record()),
        "note": "audited\nin August",
        "authority": 2,
        "account": KEY,
        "request": bytes([seq]) * 32,
        "filed_at": NOW,
    }
    return ExporterEvent(**fields | overrides)


def an_action(act: ExporterAct = ExporterAct.AUTHORISE, **more: Any) -> ExporterAction:
    """Return what an officer asks about it."""
    given: dict[str, Any] = {"act": act, "member": MEMBER, "code": CODE}
    if act is ExporterAct.AUTHORISE:
        given["particulars"] = PARTICULARS
    return ExporterAction(**given | more)
