"""An issuing authority in memory whose processes, nodes and blocks a test breaks as it likes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.errors import LedgerError
from ledger.facts import Address, Reason, Role
from ledger.fsck import Discrepancy, Examiner
from ledger.issuing import Issued, cancel, issue
from ledger.memory import MemoryLedger
from ledger.memory.transactions import MemoryTransactions
from ledger.memory_archive import MemoryArchive
from ledger.outbox import AlarmName, Answer, Dispatch, DispatchState, Failed, Mined, Signature
from ledger.ports import Filing, FilingState, Ledger
from ledger.rounds import Policy
from ledger.submitting import assembled
from ledger.writes import Write
from tests.builders import a_certificate

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ADMIN = {"VN": Address(f"0x{'A1' * 20}"), "TH": Address(f"0x{'A2' * 20}")}
KEY, SECOND, OTHER_KEY, FOREIGNER = (Address(f"0x{f'B{number}' * 20}") for number in range(1, 5))
VN, VN_OTHER, TH = 1, 2, 3


@dataclass
class Faulty(MemoryTransactions):
    """A node that drops, refuses, forgets and hesitates."""

    ledger: MemoryLedger
    answers: list[Answer] = field(default_factory=list)
    """What it says next, instead of taking the transaction."""
    unsigned: list[LedgerError] = field(default_factory=list)
    """What the signer says next, instead of signing."""
    failures: list[LedgerError] = field(default_factory=list)
    """Why the next transactions do nothing, beside the contract."""
    hesitant: bool = False
    """While set, no block is final."""
    free: bool = False
    """Whether gas costs nothing, so that no signature can pay more than another."""
    sent: list[Signature] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start with no transaction."""
        super().__init__(self.ledger)

    def sign(self, write: Write, account: Address, nonce: int, *, above: int = 0) -> Signature:
        """Sign, unless the signer has something else to say."""
        if self.unsigned:
            raise self.unsigned.pop(0)
        return super().sign(write, account, nonce, above=0 if self.free else above)

    def send(self, signature: Signature) -> Answer:
        """Take it, unless the node has something else to say."""
        self.sent.append(signature)
        return self.answers.pop(0) if self.answers else super().send(signature)

    def outcome(
        self, signatures: Sequence[Signature], write: Write, account: Address
    ) -> Mined | Failed | None:
        """Return what came of it, final or not."""
        match super().outcome(signatures, write, account):
            case Mined(written=written):
                return Mined(written, final=not self.hesitant)
            case Failed(refusal=refusal):
                return Failed(refusal, final=not self.hesitant)
        return None

    def drop(self) -> None:
        """Forget every transaction that waits for a block."""
        self.pool.clear()

    def resume(self) -> None:
        """Make blocks again."""
        self.held = False
        self.mine()

    def _did(self, transaction: bytes) -> Any:
        return self.failures.pop(0) if self.failures else super()._did(transaction)


@dataclass
class Station:
    """One archive and one chain, and the processes that share them."""

    policy: Policy = field(default_factory=lambda: Policy(ask_again=0.0))
    chain: MemoryLedger = field(init=False)
    node: Faulty = field(init=False)
    archive: MemoryArchive = field(default_factory=MemoryArchive)
    now: datetime = NOON
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        """Found the ledger, and start the first process."""
        self.chain = MemoryLedger(ADMIN, clock=lambda: NOON)
        for member, accounts in (("VN", (KEY, SECOND)), ("VN", (OTHER_KEY,)), ("TH", (FOREIGNER,))):
            authority = self.chain.add_authority(Role.ISSUING, "office", "office.example", ADMIN[member])
            for account in accounts:
                self.chain.add_key(authority, account, ADMIN[member])
        self.node = Faulty(self.chain)
        self.ledger = self.process()

    def process(self, **parts: Any) -> Ledger:
        """Start another process on the same archive and chain."""
        mine: dict[str, Any] = {
            "members": self.chain,
            "registry": self.chain,
            "transactions": self.node,
            "archive": self.archive,
            "outbox": self.archive.outbox,
            "clock": lambda: self.now,
        }
        return assembled(self.policy, **mine | parts)

    def restart(self) -> None:
        """End the first process and start it anew."""
        self.ledger.carrier.close()
        self.ledger = self.process()

    def issue(self, number: int = 1, *, wait: float = 0.0, key: Address = KEY, **overrides: Any) -> Issued:
        """Issue a certificate, told apart by its number."""
        authority = VN_OTHER if key == OTHER_KEY else VN
        one = a_certificate(reference=f"VN-TH 26/02/{number:05}", **overrides)
        return issue(one, authority=authority, account=key, ledger=self.ledger, wait=wait)

    def waiting(self, count: int, **overrides: Any) -> list[Filing]:
        """Let some certificates wait."""
        return [self.issue(number, **overrides).filing for number in range(1, count + 1)]

    def cancel(
        self, one: Filing, reason: Reason = Reason.OTHER, key: Address = KEY, wait: float = 0.0
    ) -> Any:
        """Cancel a certificate."""
        return cancel(one.id, reason, authority=VN, account=key, ledger=self.ledger, wait=wait)

    def round(self, ledger: Ledger | None = None) -> dict[Address, bool | LedgerError]:
        """Go one round for every key."""
        return dict((ledger or self.ledger).carrier.rounds())

    def rounds(self, most: int = 30) -> None:
        """Go rounds until nothing is open; fails when it never ends."""
        for _ in range(most):
            if not self.archive.outbox.backlog().writes:
                return
            self.round()
        still = [write for account in self.archive.outbox.accounts() for write in self.writes(account)]
        message = f"still open: {still}"
        raise AssertionError(message)

    def writes(self, account: Address = KEY) -> Sequence[Dispatch]:
        """Return the open writes of a key."""
        return self.archive.outbox.open(account, 10_000)

    @property
    def states(self) -> list[FilingState]:
        """How far each certificate of the authority is, in order of filing."""
        return [filing.state for filing in self.archive.filings(VN, limit=10_000)]

    @property
    def alarms(self) -> list[AlarmName]:
        """The alarms in force."""
        return [alarm.name for alarm in self.archive.outbox.alarms()]

    @property
    def entries(self) -> int:
        """How many entries the chain holds."""
        return len(self.chain._entries)

    @property
    def anchors(self) -> list[int]:
        """How many certificates each batch on the chain holds."""
        return [anchor.size for anchor in self.chain._anchors.values()]

    def write_of(self, certificate: bytes) -> Dispatch:
        """Return the write that carries a certificate."""
        filing = self.archive.find(certificate)
        assert filing is not None
        write = self.archive.outbox.find(filing.dispatch)
        assert write is not None
        return write

    def sound(self) -> bool:
        """Whether archive, chain and envelopes say the same; fails with what differs."""
        assert self.discrepancies() == []
        return True

    def discrepancies(self) -> list[Discrepancy]:
        """Return what differs between archive, chain and envelopes."""
        return list(Examiner(self.ledger).discrepancies())

    def later(self, seconds: float) -> None:
        """Let time pass for the processes."""
        self.now += timedelta(seconds=seconds)


def of_state(writes: Sequence[Dispatch], state: DispatchState) -> list[Dispatch]:
    """Return the writes that have come so far."""
    return [write for write in writes if write.state is state]
