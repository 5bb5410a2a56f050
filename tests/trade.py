"""Four members that trade with each other, each with an archive of its own on one ledger in memory.

Viet Nam issues, Singapore re-exports, Thailand and Malaysia import.  Each member has one authority that
issues and one of customs, which share an archive, as its services would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ledger.batch import batch_of
from ledger.certificate import Certificate, ItemOriginal, Original, Trader
from ledger.drawing import drawn_up
from ledger.envelope import Data
from ledger.facts import Address, Role
from ledger.issuing import Issued, filing_of, issue
from ledger.memory import MemoryLedger
from ledger.memory.transactions import MemoryTransactions
from ledger.memory_archive import MemoryArchive
from ledger.memory_decisions import MemoryDecisions
from ledger.memory_kept import MemoryKept
from ledger.memory_statements import MemoryStatements
from ledger.ports import Filing, Ledger
from ledger.receiving import Received, receive
from ledger.rules.calendar import last_valid_day
from ledger.submitting import assembled
from tests.builders import a_certificate, a_measure, an_item, ticked

MEMBERS = ("VN", "SG", "TH", "MY")
START = datetime(2026, 11, 3, 8, tzinfo=UTC)
WAIT = 2.0


def address(role: str, member: str) -> Address:
    """Return the account of a member's admin, issuing or customs key."""
    return Address(f"0x{f'{role}{MEMBERS.index(member)}' * 20}")


@dataclass
class Office:
    """One member's services: an archive, and the keys of its two authorities."""

    member: str
    ledger: Ledger
    issuing: int
    customs: int

    @property
    def issuing_key(self) -> Address:
        """The key that issues."""
        return address("B", self.member)

    @property
    def customs_key(self) -> Address:
        """The key that decides at import."""
        return address("C", self.member)

    def issue(self, certificate: Certificate) -> Issued:
        """Issue a certificate."""
        return issue(
            certificate, authority=self.issuing, account=self.issuing_key, ledger=self.ledger, wait=WAIT
        )

    def together(self, *certificates: Certificate) -> list[Filing]:
        """Issue certificates as one batch."""
        issuer = self.ledger.members.authority(self.issuing)
        assert issuer is not None
        names = issuer.name, issuer.domain
        drawn = [drawn_up(one, names, self.ledger.registry.ledger) for one in certificates]
        batch = batch_of((one.id for one in drawn), self.member)
        filings = [
            replace(
                filing_of(made, one, self.issuing, self.issuing_key, self.ledger),
                root=batch.root,
                siblings=batch.proof_of(made.id),
            )
            for made, one in zip(drawn, certificates, strict=True)
        ]
        write = self.ledger.archive.file_batch(filings, batch)
        self.ledger.carrier.carried_out(lambda: self.ledger.outbox.find(write), WAIT)
        found = [self.ledger.archive.find(filing.id) for filing in filings]
        return [filing for filing in found if filing is not None]

    def receive(self, envelope: Mapping[str, Any]) -> Received:
        """Let customs receive a presented copy."""
        return receive(
            envelope, authority=self.customs, account=self.customs_key, ledger=self.ledger, wait=WAIT
        )

    def keep(self, envelope: Mapping[str, Any]) -> Received:
        """Let the issuing authority keep a copy to re-export on it."""
        return receive(
            envelope, authority=self.issuing, account=self.issuing_key, ledger=self.ledger, wait=WAIT
        )


@dataclass
class Trade:
    """All offices on one ledger."""

    now: datetime = START
    chain: MemoryLedger = field(init=False)
    node: MemoryTransactions = field(init=False)
    offices: dict[str, Office] = field(init=False)

    def __post_init__(self) -> None:
        """Found the ledger and open the offices."""
        admins = {member: address("A", member) for member in MEMBERS}
        self.chain = MemoryLedger(admins, clock=lambda: self.now)
        self.node = MemoryTransactions(self.chain)
        self.offices = {member: self._opened(member, admins[member]) for member in MEMBERS}

    def __getitem__(self, member: str) -> Office:
        """Return a member's office."""
        return self.offices[member]

    def _opened(self, member: str, admin: Address) -> Office:
        numbers = []
        roles = ((Role.ISSUING | Role.COMPETENT, "B", "Trade Office"), (Role.CUSTOMS, "C", "Customs"))
        for role, key, name in roles:
            domain = f"{name.lower().replace(' ', '-')}.{member.lower()}.example"
            number = self.chain.add_authority(role, f"{member} {name}", domain, admin)
            self.chain.add_key(number, address(key, member), admin)
            numbers.append(number)
        archive = MemoryArchive()
        statements = MemoryStatements()
        ledger = assembled(
            members=self.chain,
            registry=self.chain,
            recognitions=self.chain,
            procedures=self.chain,
            transactions=self.node,
            archive=archive,
            outbox=archive.outbox,
            clock=lambda: self.now,
            kept=MemoryKept(),
            statements=statements,
            decisions=MemoryDecisions(archive, statements),
        )
        return Office(member, ledger, *numbers)

    def pass_days(self, days: float) -> None:
        """Let time pass."""
        self.now += timedelta(days=days)
        self.chain.advance(timedelta(0))


def a_shipment(
    exporting: str,
    importing: str,
    reference: str,
    *quantities: str,
    on: date = date(2026, 11, 2),
    **more: Any,
) -> Certificate:
    """Return a certificate of coffee with a goods line for each quantity (KGM)."""
    base = a_certificate()
    declaration, certification = base.declaration, base.certification
    assert declaration is not None
    assert certification is not None
    defaults: dict[str, Any] = {
        "reference": reference,
        "exporting_member": exporting,
        "importing_member": importing,
        "exporter": replace(base.exporter, country=exporting, operator=None),
        "consignee": Trader(name="Ban Kafae Co., Ltd.", address="9 Rama IV", country=importing),
        "items": tuple(
            an_item(number, quantity=a_measure(quantity)) for number, quantity in enumerate(quantities, 1)
        ),
        "issued_on": on,
        "transport": replace(base.transport, departure_date=None),
        "valid_until": last_valid_day(on),
        "declaration": replace(declaration, importing_country=importing, date=on),
        "certification": replace(certification, date=on),
    }
    return replace(base, **defaults | more)


def re_exported(
    exporting: str,
    importing: str,
    reference: str,
    lines: Sequence[tuple[str, Sequence[tuple[Certificate, bytes, int]]]],
    on: date = date(2026, 11, 3),
    **more: Any,
) -> Certificate:
    """Return a back-to-back certificate: for each line its quantity and the original lines it rests on."""
    originals = {one: certificate for _, sources in lines for certificate, one, _ in sources}
    items = tuple(
        an_item(
            number,
            quantity=a_measure(quantity),
            originals=tuple(
                ItemOriginal(
                    certificate=one,
                    reference=certificate.reference,
                    issued_on=certificate.issued_on,
                    item=line,
                )
                for certificate, one, line in sources
            ),
        )
        for number, (quantity, sources) in enumerate(lines, 1)
    )
    made = a_shipment(exporting, importing, reference, on=on, items=items)
    fields: dict[str, Any] = {
        "valid_until": min(certificate.valid_until for certificate in originals.values()),
        "originals": tuple(
            Original(
                certificate=one,
                reference=certificate.reference,
                issued_on=certificate.issued_on,
                exporting_member=certificate.exporting_member,
            )
            for one, certificate in originals.items()
        ),
        "endorsements": ticked("back_to_back"),
    }
    return replace(made, **fields | more)


def envelope_in(issued: Issued) -> Data:
    """Return the envelope that is handed out."""
    assert issued.recorded
    return issued.envelope
