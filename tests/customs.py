"""Customs of Thailand and the ministry of Viet Nam over one ledger in memory, each with its own archive."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ledger.archive import ArchiveRooms
from ledger.clarifying import Answer, Clarified, clarify
from ledger.deciding import Decided, decide
from ledger.deciding_asked import Asked, Grant, Refusal
from ledger.facts import Address, Role
from ledger.issuing import envelope_of, issue
from ledger.kept_copies import kept_of
from ledger.memory import MemoryLedger
from ledger.memory.transactions import MemoryTransactions
from ledger.memory_archive import MemoryArchive
from ledger.memory_decisions import MemoryDecisions
from ledger.memory_kept import MemoryKept
from ledger.memory_statements import MemoryStatements
from ledger.origin.facts import Use
from ledger.origin.life import told_in
from ledger.outbox import Transactions
from ledger.ports import Ledger
from ledger.receiving import receive
from ledger.rounds import Policy
from ledger.submitting import assembled
from tests.builders import a_certificate, a_measure, an_item

ADMIN = {member: Address(f"0x{f'A{number}' * 20}") for number, member in enumerate(("VN", "TH", "MY"), 1)}
MINISTRY, CUSTOMS, SECOND, MALAYSIA, OTHER_CUSTOMS = (
    Address(f"0x{f'B{number}' * 20}") for number in range(1, 6)
)
VN, TH, MY, TH_OTHER = 1, 2, 3, 4
"""Numbers of the authorities."""
DAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = DAY.date()
FIRST = "A0241191101234"
"""Number of an import declaration."""


@dataclass
class Archive:
    """What an office keeps, in this process or in a database."""

    rooms: ArchiveRooms | None = None
    parts: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Start empty."""
        if self.rooms is not None:
            self.parts = {
                "archive": self.rooms.certificates,
                "outbox": self.rooms.outbox,
                "kept": self.rooms.kept,
                "statements": self.rooms.statements,
                "decisions": self.rooms.decisions,
            }
            return
        archive, statements = MemoryArchive(), MemoryStatements()
        self.parts = {
            "archive": archive,
            "outbox": archive.outbox,
            "kept": MemoryKept(),
            "statements": statements,
            "decisions": MemoryDecisions(archive, statements),
        }


@dataclass
class Border:
    """The ledger and its two sides."""

    rooms: ArchiveRooms | None = None
    """Where customs keeps its archive; None for in this process."""
    now: datetime = DAY - timedelta(days=10)
    chain: MemoryLedger = field(init=False)
    node: Transactions = field(init=False)
    ministry: Ledger = field(init=False)
    customs: Ledger = field(init=False)
    numbers: int = 0

    def __post_init__(self) -> None:
        """Found the ledger and start a process on each side."""
        self.chain = MemoryLedger(ADMIN, clock=lambda: self.now)
        cast = (
            ("VN", Role.ISSUING, (MINISTRY,)),
            ("TH", Role.CUSTOMS, (CUSTOMS, SECOND)),
            ("MY", Role.CUSTOMS, (MALAYSIA,)),
            ("TH", Role.CUSTOMS | Role.ISSUING, (OTHER_CUSTOMS,)),
        )
        for member, role, accounts in cast:
            number = self.chain.add_authority(role, f"{member} office", f"{member}.example", ADMIN[member])
            for account in accounts:
                self.chain.add_key(number, account, ADMIN[member])
        self.node = MemoryTransactions(self.chain)
        self.ministry = self.process(Archive())
        self.customs = self.process(Archive(self.rooms))

    def process(self, archive: Archive, **parts: Any) -> Ledger:
        """Start a process on an archive and the ledger."""
        mine: dict[str, Any] = {
            "members": self.chain,
            "registry": self.chain,
            "procedures": self.chain,
            "recognitions": self.chain,
            "transactions": self.node,
            "clock": lambda: self.now,
            **archive.parts,
        }
        return assembled(Policy(ask_again=0.0), **mine | parts)

    def issued(self, *quantities: str, received: bool = True, **overrides: Any) -> bytes:
        """Issue a certificate with lines of some kilograms, and let customs receive it a while later."""
        self.numbers += 1
        items = tuple(
            an_item(number, quantity=a_measure(quantity)) for number, quantity in enumerate(quantities, 1)
        )
        fields: dict[str, Any] = {"reference": f"VN-TH 26/02/{self.numbers:05}"}
        fields |= {"items": items} if items else {}
        one = a_certificate(**fields | overrides)
        done = issue(one, authority=VN, account=MINISTRY, ledger=self.ministry)
        self.now = max(self.now, DAY)
        if received:
            self.receive(envelope_of(done.filing))
        return done.filing.id

    def anchored(self) -> bytes:
        """Issue two certificates in one batch, and keep a copy of the first, which has no entry yet."""
        for number in (90001, 90002):
            one = a_certificate(reference=f"VN-TH 26/02/{number}")
            issue(one, authority=VN, account=MINISTRY, ledger=self.ministry, wait=0.0)
        dict(self.ministry.carrier.rounds())
        self.now = max(self.now, DAY)
        filing = next(iter(self.ministry.archive.filings(VN)))
        assert filing.root != filing.id
        copy = kept_of(envelope_of(filing), kept_at=self.now, authority=TH)
        self.customs.kept.keep(copy)
        return filing.id

    def receive(self, envelope: Any, ledger: Ledger | None = None) -> None:
        """Let customs receive an envelope."""
        receive(envelope, authority=TH, account=CUSTOMS, ledger=ledger or self.customs)

    def decide(
        self,
        certificate: bytes,
        lines: dict[int, Grant | Refusal],
        declaration: str = FIRST,
        *,
        wait: float = 5.0,
        **more: Any,
    ) -> Decided:
        """Decide for Thai customs."""
        names = ("presented_on", "office", "late", "late_text")
        asked = an_asking(certificate, lines, declaration, **{n: more.pop(n) for n in names if n in more})
        given: dict[str, Any] = {"authority": TH, "account": CUSTOMS, "ledger": self.customs}
        return decide(asked, wait=wait, **given | more)

    def clarify(self, certificate: bytes, *lines: int, text: str = "It does.", **more: Any) -> Clarified:
        """Answer a refusal for the ministry."""
        answer = Answer(certificate=certificate, lines=lines, text=text, evidence=more.pop("evidence", ()))
        given: dict[str, Any] = {"authority": VN, "account": MINISTRY, "ledger": self.ministry}
        return clarify(answer, wait=5.0, **given | more)

    def use(self, certificate: bytes) -> Use:
        """Return what the ledger says of the use of a certificate."""
        return told_in(self.chain.life(certificate)).use


def an_asking(
    certificate: bytes, lines: dict[int, Grant | Refusal], declaration: str = FIRST, **overrides: Any
) -> Asked:
    """Return what an officer of Bangkok asks."""
    fields: dict[str, Any] = {
        "certificate": certificate,
        "declaration": declaration,
        "presented_on": TODAY,
        "lines": lines,
        "office": "Bangkok Port",
    }
    return Asked(**fields | overrides)


def kilograms(quantity: str, unit: str = "KGM") -> Grant:
    """Return the grant of a quantity."""
    return Grant(Decimal(quantity), unit)


DOUBTED = Refusal(("ORIGIN-DOUBTED",), "Where was it milled?")


def days_ago(days: int) -> date:
    """Return a day before today."""
    return TODAY - timedelta(days=days)
