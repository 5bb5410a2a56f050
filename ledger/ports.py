"""What the steps ask of the outside, as Protocols.

`ledger.memory` answers all of them without leaving the process, `ledger.chain` and `ledger.archive`
for real; one suite (`tests/ports/`) holds each pair equal.

Every write names the account that signs it.  Writes raise a twin of the contract's error (see
`ledger.refusals`), `KeyNotHeld` when no signer for the account is at hand, and `Unavailable` when the
outcome could not be learnt; reads answer `None` or empty for what is not there.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from ledger.batch import Batch
from ledger.decision_port import Decisions, NoDecisions
from ledger.draws import Drawing, OriginalDraw
from ledger.exporter_port import ExporterFiles, NoExporterFiles
from ledger.facts import (
    Address,
    AsOf,
    Authority,
    Evidence,
    Issuer,
    Key,
    LedgerName,
    Member,
    Proposal,
    ProposalKind,
    Reason,
    Records,
    Role,
    Standing,
    Written,
)
from ledger.figures import Figures, NoFigures
from ledger.kept_port import KeptCertificates, NoKept
from ledger.operator_files import NoOperatorFiles, OperatorFiles
from ledger.outbox import Carrier, Outbox, Transactions
from ledger.procedures_port import NoProcedures, Procedures
from ledger.recognition_port import NoNotary, NoRecognitions, Notary, Recognitions
from ledger.statement_port import NoStatements, Statements
from ledger.telemetry import Reports
from ledger.terms import Terms

Clock = Callable[[], datetime]
"""Returns the present moment, aware and in UTC."""


class Members(Protocol):
    """Who may write: members, their authorities and keys, and the votes among members."""

    def members(self) -> Sequence[Member]:
        """Return all members, in order of admission, suspended ones included."""

    def member(self, code: str) -> Member | None:
        """Return the member with this ISO 3166 alpha-2 code."""

    def authorities(self) -> Sequence[Authority]:
        """Return all authorities of all members, withdrawn ones included."""

    def authority(self, authority: int) -> Authority | None:
        """Return the authority with this id."""

    def issuer(self, authority: int) -> Issuer | None:
        """Return the name and member of the authority with this id, which never change."""

    def keys(self, authority: int) -> Sequence[Key]:
        """Return the authority's live keys."""

    def key(self, account: Address) -> Key | None:
        """Return what is known of an account that is or was a key."""

    def signer(self, number: int) -> Key | None:
        """Return the key behind the number that what it signed carries, live or not."""

    def proposals(self) -> Sequence[Proposal]:
        """Return all votes among members, oldest first."""

    def voters(self, proposal: int) -> frozenset[str]:
        """Return the members that agreed to a proposal, by code; those suspended since do not count."""

    def propose(self, kind: ProposalKind, member: str, admin: Address | None, account: Address) -> int:
        """Open a vote, casting the proposer's own; returns the proposal's id."""

    def vote(self, proposal: int, account: Address) -> Written:
        """Vote for a proposal; enacts it when that is enough."""

    def enact(self, proposal: int, account: Address) -> Written:
        """Enact a proposal whose threshold fell after the last vote."""

    def rotate_admin(self, admin: Address, account: Address) -> Written:
        """Hand the member's admin key over to another account."""

    def add_authority(self, roles: Role, name: str, domain: str, account: Address) -> int:
        """Add an authority to the account's member; returns its id."""

    def withdraw_authority(self, authority: int, account: Address) -> Written:
        """End an authority and revoke its keys."""

    def add_key(self, authority: int, key: Address, account: Address) -> Written:
        """Let an account write for an authority."""

    def rotate_key(self, retiring: Address, key: Address, account: Address) -> Written:
        """Revoke one key and add another in one step."""

    def revoke_key(self, key: Address, account: Address) -> Written:
        """End a key; what it signed stays good."""

    def mark_compromised(self, key: Address, since: datetime, account: Address) -> Written:
        """Distrust what a key signed from a moment on, which may lie in the past."""


class Registry(Protocol):
    """Certificates on the ledger."""

    @property
    def ledger(self) -> LedgerName:
        """Return the ledger this is."""

    @property
    def local(self) -> bool:
        """Whether the next look at evidence will hardly ask a node; `evidence_at_hand` surely asks none."""

    def holds(self, account: Address) -> bool:
        """Return whether the key of an account is at hand, so that it can sign here."""

    def head(self) -> AsOf:
        """Return the newest block that reads are answered from."""

    def evidence(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence:
        """Return all that is recorded about an id, the root it climbs to and its reference, in one look."""

    def evidence_at_hand(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence | None:
        """Return the same, or None where a node would have to be asked for it."""

    def taken(self, exporting: str, reference_keys: Sequence[bytes]) -> frozenset[bytes]:
        """Return which of a member's references are held by entries, so that no other can be written."""

    def records(self, authorities: Collection[int]) -> Records:
        """Return all that the keys of these authorities have recorded; looks through the whole ledger."""

    def standing(self, certificate: bytes, at: datetime) -> Standing:
        """Return how the certificate stood at a moment, such as the lodging of a declaration."""

    def issue(self, terms: Terms, account: Address) -> Written:
        """Write the entry of one certificate."""

    def anchor(self, tree: bytes, size: int, valid_until: date, account: Address) -> Written:
        """Commit a batch by the root of its tree; `valid_until` is the latest in it.

        It is recorded under that root joined with the account's member, see `ledger.batch`.
        """

    def enter(self, terms: Terms, root: bytes, proof: Sequence[bytes], account: Address) -> Written:
        """Turn an anchored certificate into an entry; `proof` leads from its id to the batch's root."""

    def cancel(self, certificate: bytes, reason: Reason, account: Address) -> Written:
        """End a certificate."""

    def replace(self, certificate: bytes, terms: Terms, account: Address) -> Written:
        """End a certificate and write the entry of its replacement."""


class FilingState(StrEnum):
    """How far a filed certificate has come."""

    ACCEPTED = "accepted"
    """Stored here; the chain has not confirmed it yet."""
    RECORDED = "recorded"
    """The chain holds it."""
    REFUSED = "refused"
    """The chain said no; the reference is free again."""


@dataclass(frozen=True, slots=True)
class Filing:
    """A certificate in the issuing authority's archive, with all that its envelope is rebuilt from."""

    id: bytes
    """The certificate's id."""
    authority: int
    account: Address
    """The key that signs, or signed, its entry."""
    terms: Terms
    office: str
    """Issuing office, normalised."""
    reference: str
    """Reference number, normalised."""
    document: bytes
    """The unsalted `data` of the envelope as canonical JSON (RFC 8785)."""
    seed: bytes
    """32 secret bytes that the salts derive from; whoever holds them can guess hidden fields."""
    root: bytes
    """The id itself, or the root of the batch it was anchored in, as `ledger.batch` makes it."""
    siblings: tuple[bytes, ...]
    """Merkle proof from the id to the root, the member's node last; empty when issued singly."""
    state: FilingState
    filed_at: datetime
    recorded_at: datetime | None = None
    transaction: bytes | None = None
    replaces: bytes | None = None
    dispatch: int = 0
    """Position in the outbox of the write that carries it; given when it is filed."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds a reference, as far as a repetition is recognised by it."""

    id: bytes
    """The certificate's id."""
    authority: int
    document: bytes
    """The unsalted `data` of the envelope as canonical JSON (RFC 8785)."""
    dispatch: int
    """Position in the outbox of the write that carries it."""
    recorded: bool
    """Whether the chain holds it."""


class Archive(Protocol):
    """The documents of the authorities served here.  What `file` returned survives a crash.

    Filing a certificate and queueing the write that carries it to the chain is one transaction.
    """

    def file(self, filing: Filing, drawing: Drawing | None = None) -> Filing:
        """Store a filing with its write, or return the one already held for the same reference and document.

        With it is stored what it draws on its originals.  Raises `ReferenceAlreadyFiled` when the reference
        is held by a different document, and `OriginalOverdrawn` when the originals hold too little.
        """

    def draws_on(self, originals: Sequence[bytes]) -> Sequence[OriginalDraw]:
        """Return what filings draw on these originals, refused ones left out."""

    def holders(self, reference_keys: Sequence[bytes]) -> Mapping[bytes, Filing]:
        """Return the filings that hold these references, by reference key; refused ones hold nothing."""

    def held(self, reference_keys: Sequence[bytes]) -> Mapping[bytes, Holding]:
        """Return what holds these references, by reference key; much faster than `holders` for many."""

    def file_batch(self, filings: Sequence[Filing], batch: Batch) -> int:
        """Store filings that go out together as one anchor; returns the position of that write.

        Each has the root and the siblings of the batch already.  All or none are stored: raises
        `ReferenceAlreadyFiled` when one of the references, or of the ids, is held.
        """

    def find(self, certificate: bytes) -> Filing | None:
        """Return the filing with this id."""

    def find_reference(self, exporting: str, reference: str, issued_on: date) -> Sequence[Filing]:
        """Return filings with this (normalised) reference and date of issue, refused ones left out."""

    def find_number(self, exporting: str, reference: str) -> Sequence[Filing]:
        """Return filings with this (normalised) reference of any date, refused ones left out."""

    def filings(self, authority: int, *, after: bytes | None = None, limit: int = 100) -> Sequence[Filing]:
        """Return an authority's filings in the order they were filed, starting after an id."""

    def unconfirmed(self) -> Iterator[Filing]:
        """Yield filings in state ACCEPTED, oldest first."""

    def carried(self, dispatch: int, *, after: int = 0, limit: int = 1000) -> Sequence[Filing]:
        """Return filings that a write carries, in order of filing, without the first `after`."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The outside, bundled for the steps."""

    members: Members
    registry: Registry
    transactions: Transactions
    archive: Archive
    outbox: Outbox
    clock: Clock
    carrier: Carrier
    reports: Reports = field(default_factory=Reports)
    """Tells whoever watches what became of writes."""
    recognitions: Recognitions = field(default_factory=NoRecognitions)
    operator_files: OperatorFiles = field(default_factory=NoOperatorFiles)
    """Cases and records of operators."""
    notary: Notary = field(default_factory=NoNotary)
    """Signs answers for third parties."""
    procedures: Procedures = field(default_factory=NoProcedures)
    """What becomes of certificates after their issue, and certified exporters."""
    kept: KeptCertificates = field(default_factory=NoKept)
    """Copies of certificates that were presented here."""
    exporter_files: ExporterFiles = field(default_factory=NoExporterFiles)
    """What is kept of certified exporters."""
    statements: Statements = field(default_factory=NoStatements)
    """What was said of certificates, whole."""
    decisions: Decisions = field(default_factory=NoDecisions)
    """Decisions at import, with the quantities they draw down."""
    figures: Figures = field(default_factory=NoFigures)
    """What the events of the ledger add up to; only a replica tells."""
