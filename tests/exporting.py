"""A certified exporter of Viet Nam that nothing speaks against, and what is done about it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ledger.exporter_acts import ExporterAct, ExporterAction, ExporterEvent
from ledger.exporter_records import ExporterRecord, ExporterScheme, Product, Signatory, record_hash
from ledger.exporters import Acted, act_on
from ledger.facts import Role
from ledger.memory import MemoryLedger
from ledger.memory.transactions import MemoryTransactions
from ledger.memory_archive import MemoryArchive
from ledger.memory_exporters import MemoryExporterFiles
from ledger.origin.facts import Exporter, ExporterStatus
from ledger.ports import Ledger
from ledger.rounds import Policy
from ledger.submitting import assembled
from tests.offices import ADMIN, ISSUING, KEY, SECOND, THAI

__all__ = ["ISSUING", "KEY", "SECOND", "THAI"]

COMPETENT, THAI_COMPETENT, ISSUES_ONLY = 1, 2, 3
"""Authorities of `Office`: the first issues, too."""
MEMBER, CODE = "VN", "0123/CE26"
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
    "signatories": [{"name": "Nguyễn Thị Lan Anh", "specimen": None}],
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
        "signatories": (Signatory(name="Nguyễn Thị Lan Anh"),),
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


@dataclass
class Office:
    """A competent authority of Viet Nam that issues, too, one of Thailand, and the ledger between them."""

    now: datetime = datetime(2026, 11, 2, 9, 30, 15, tzinfo=UTC)
    chain: MemoryLedger = field(init=False)
    node: MemoryTransactions = field(init=False)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        """Found the ledger and open an archive."""
        self.chain = MemoryLedger(ADMIN, clock=lambda: self.now)
        both = Role.COMPETENT | Role.ISSUING
        parts = (
            ("VN", both, (KEY, SECOND)),
            ("TH", Role.COMPETENT, (THAI,)),
            ("VN", Role.ISSUING, (ISSUING,)),
        )
        for member, roles, accounts in parts:
            number = self.chain.add_authority(roles, "trade", "trade.example", ADMIN[member])
            for account in accounts:
                self.chain.add_key(number, account, ADMIN[member])
        self.node = MemoryTransactions(self.chain)
        self.ledger = self.archive()

    def archive(self) -> Ledger:
        """Open another archive on the same ledger."""
        archive = MemoryArchive()
        return assembled(
            Policy(ask_again=0.0),
            members=self.chain,
            registry=self.chain,
            procedures=self.chain,
            transactions=self.node,
            archive=archive,
            outbox=archive.outbox,
            exporter_files=MemoryExporterFiles(archive.outbox),
            clock=lambda: self.now,
        )

    def asks(self, action: ExporterAction, *, wait: float = 5.0, **more: Any) -> Acted:
        """Do what an officer asks."""
        given: dict[str, Any] = {"authority": COMPETENT, "account": KEY, "ledger": self.ledger}
        return act_on(action, wait=wait, **given | more)

    def does(self, act: ExporterAct, **more: Any) -> Acted:
        """Act on the usual exporter, a minute after the act before."""
        self.now += timedelta(minutes=1)
        return self.asks(an_action(act, **more))

    @property
    def held(self) -> Exporter:
        """What the ledger holds of the usual exporter."""
        return self.chain.exporter(MEMBER, CODE)
