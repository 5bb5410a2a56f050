"""An AEO authority in memory, with a clock that tests set, and an operator that nothing speaks against."""

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.aeo.acts import Act
from ledger.aeo.asked import Action
from ledger.authorising import Decided, decide
from ledger.facts import Address, Role
from ledger.memory import MemoryLedger
from ledger.memory.transactions import MemoryTransactions
from ledger.memory_archive import MemoryArchive
from ledger.memory_operator_files import MemoryOperatorFiles
from ledger.operators import Consent, Operator, OperatorCode, OperatorRole, ProgrammeKind, StatusChange
from ledger.ports import Ledger
from ledger.rounds import Policy
from ledger.submitting import assembled
from ledger.writes import DeclareProgramme

ADMIN = {"VN": Address(f"0x{'A1' * 20}"), "TH": Address(f"0x{'A2' * 20}")}
KEY, SECOND, THAI, ISSUING = (Address(f"0x{f'B{number}' * 20}") for number in range(1, 5))
AUTHORITY, THAI_AUTHORITY, ISSUING_AUTHORITY = 1, 2, 3
CODE = OperatorCode("VN0100109106")
DAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
BOTH = Consent.PUBLICATION | Consent.EXCHANGE
PARTICULARS: dict[str, Any] = {
    "name": "Cà phê Tây Nguyên JSC",
    "address": "12 Nguyễn Huệ\nHà Nội",
    "country": "VN",
    "national_id": "0100109106",
    "programme": "PE",
    "level": 1,
    "roles": OperatorRole.EXP | OperatorRole.MFR,
    "consent": BOTH,
}
TO_FIELD = (Act.ACCEPT, Act.BEGIN_DESK_VALIDATION, Act.BEGIN_FIELD_VALIDATION)
"""What leads from an application to the field validation."""


def an_action(act: Act, **more: Any) -> Action:
    """Return what an officer of Hà Nội asks about the usual operator."""
    given: dict[str, Any] = {"act": act, "operator": CODE, "office": "AEO unit, Hà Nội"}
    if act in {Act.APPLY, Act.ENTER}:
        given |= PARTICULARS
    return Action(**given | more)


def on(month: int, day: int, year: int = 2026) -> datetime:
    """Return noon of a day."""
    return datetime(year, month, day, 12, tzinfo=UTC)


@dataclass
class Office:
    """One archive and one ledger, and the processes that share them."""

    now: datetime = DAY
    chain: MemoryLedger = field(init=False)
    archive: MemoryArchive = field(default_factory=MemoryArchive)
    files: MemoryOperatorFiles = field(init=False)
    node: MemoryTransactions = field(init=False)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        """Found the ledger, declare the programmes and start a process."""
        self.chain = MemoryLedger(ADMIN, clock=lambda: self.now)
        parts = (("VN", Role.AEO, (KEY, SECOND)), ("TH", Role.AEO, (THAI,)), ("VN", Role.ISSUING, (ISSUING,)))
        for member, role, accounts in parts:
            number = self.chain.add_authority(role, "customs", "customs.example", ADMIN[member])
            for account in accounts:
                self.chain.add_key(number, account, ADMIN[member])
        self.chain.write(DeclareProgramme("PE", "Priority enterprise", ProgrammeKind.SAFE_AEO, 2), KEY)
        self.chain.write(DeclareProgramme("AEO", "Thai AEO", ProgrammeKind.SAFE_AEO, 1), THAI)
        self.node = MemoryTransactions(self.chain)
        self.files = MemoryOperatorFiles(self.archive.outbox)
        self.ledger = self.process()

    def process(self, **parts: Any) -> Ledger:
        """Start a process on the archive and the ledger."""
        mine: dict[str, Any] = {
            "members": self.chain,
            "registry": self.chain,
            "recognitions": self.chain,
            "transactions": self.node,
            "archive": self.archive,
            "outbox": self.archive.outbox,
            "operator_files": self.files,
            "clock": lambda: self.now,
        }
        return assembled(Policy(ask_again=0.0), **mine | parts)

    def asked(self, action: Action, *, wait: float = 5.0, **more: Any) -> Decided:
        """Do what an officer asks."""
        given: dict[str, Any] = {"authority": AUTHORITY, "account": KEY, "ledger": self.ledger}
        return decide(action, wait=wait, **given | more)

    def does(self, act: Act, *, wait: float = 5.0, **more: Any) -> Decided:
        """Act on the usual operator."""
        return self.asked(an_action(act, **more), wait=wait)

    def certified(self, **more: Any) -> Decided:
        """Certify the usual operator, as of 2 November 2026 unless told otherwise."""
        self.does(Act.APPLY, effective=DAY - timedelta(days=60))
        for act in TO_FIELD:
            self.does(act, effective=DAY - timedelta(days=30))
        return self.does(Act.CERTIFY, **{"effective": DAY} | more)

    @property
    def operator(self) -> Operator:
        """What the ledger holds of the usual operator."""
        return self.chain.found([CODE]).operators[CODE]

    @property
    def latest(self) -> StatusChange:
        """What was recorded last of it."""
        return self.operator.latest

    @property
    def status(self) -> str:
        """The status that was recorded last, in small letters."""
        return self.latest.status.name.lower()

    def later(self, **by: int) -> None:
        """Let time pass."""
        self.now += timedelta(**by)

    def hold(self) -> None:
        """Let the chain take no transaction."""
        self.node.held = True

    def release(self) -> None:
        """Let the chain take all that waits, and settle it."""
        self.node.held = False
        self.node.mine()
        for _ in range(20):
            if not self.archive.outbox.backlog().writes:
                return
            dict(self.ledger.carrier.rounds())


def without(action: Action, **fields: Any) -> Action:
    """Return an action with fields replaced."""
    return dataclasses.replace(action, **fields)
