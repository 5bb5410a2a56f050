"""What keeping a replica asks of its store: the ledger's events, and the questions they answer.

`ledger.memory_replica` and `ledger.archive.replica` both answer it; `tests/ports/test_replica_port.py` holds
them equal.  Events are only ever added, or taken off the end when the chain took them back; nothing is
changed.  So following a chain through every reorganisation, and reading it anew from its first block, leave
the same events.  Methods raise `ArchiveUnavailable` when the store does not answer.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledger.errors import Refused, Unavailable
from ledger.events import Block, Occurrence
from ledger.facts import Address, Anchor, Entry, LedgerName, Standing
from ledger.figures import Figures
from ledger.operators import Operator, OperatorCode
from ledger.origin.facts import CaseFacts
from ledger.procedures_port import ProcedureLists, RefusalLists
from ledger.recognition_port import OperatorLists

WINDOW = 64
"""How many of the newest blocks a store keeps at least, though nothing of the ledger is in them."""


@dataclass(eq=False)
class ReplicaOfAnotherLedger(Refused):
    """The database holds the replica of another ledger than the profile's."""

    held: LedgerName
    asked: LedgerName

    def __str__(self) -> str:
        return (
            f"the database holds a replica of {self.held.address} on chain {self.held.chain_id}, and the "
            f"profile names {self.asked.address} on chain {self.asked.chain_id}; use another database"
        )


@dataclass(eq=False)
class ReplicaOfOtherContracts(Refused):
    """The replica was read with another contract beside the registry than the profile's, or without one."""

    held: Address | None
    asked: Address | None
    contract: str = "recognition registry"

    def __str__(self) -> str:
        held = f"the {self.contract} {self.held}" if self.held else f"no {self.contract}"
        return (
            f"the replica was read with {held}, and the profile names {self.asked or 'none'}; stop the "
            "service and run `asal replica rebuild`, which reads the chain anew from its first block"
        )


@dataclass(eq=False)
class ReplicaFollowed(Refused):
    """Another process follows the chain into this database."""

    def __str__(self) -> str:
        return "another process follows the chain into this database; stop that one first"


@dataclass(eq=False)
class ReplicaHalted(Unavailable):
    """An alarm keeps the replica from answering."""

    reason: str

    def __str__(self) -> str:
        return f"the replica has stopped answering: {self.reason}"


@dataclass(eq=False)
class ReplicaBehind(Unavailable):
    """The replica is not up to date, and nobody else may be asked."""

    def __str__(self) -> str:
        return "the replica is behind the chain, or has not heard of the node for too long"


@dataclass(eq=False)
class ReplicaDisconnected(Unavailable):
    """Blocks were to be added that do not follow the newest one here."""

    def __str__(self) -> str:
        return "these blocks do not follow the newest one of the replica"


@dataclass(frozen=True, slots=True)
class ReplicaHead:
    """How far a replica is, and when that was last compared with a node."""

    ledger: LedgerName
    block: Block | None
    """The newest block in it; None before the first."""
    node_block: int
    """Number of the node's newest block, as last seen."""
    seen_at: datetime | None
    """When the node last answered."""
    halted: str | None
    """Name of the alarm that stopped it, with the reason; it then answers nothing."""
    people: int
    """Grows with every change of members, authorities, keys or votes, and of the terms of recognition:
    programmes, arrangements, participations and recognitions.  Statuses of operators do not move it."""
    recognition: Address | None = None
    """The recognition registry whose events it holds too."""
    procedures: Address | None = None
    """The contract of procedures whose events it holds too."""

    def check(
        self, ledger: LedgerName, recognition: Address | None = None, procedures: Address | None = None
    ) -> None:
        """Raise `ReplicaOfAnotherLedger` or `ReplicaOfOtherContracts` unless it is of these contracts."""
        if self.ledger != ledger:
            raise ReplicaOfAnotherLedger(self.ledger, ledger)
        if self.recognition != recognition:
            raise ReplicaOfOtherContracts(self.recognition, recognition)
        if self.procedures != procedures:
            raise ReplicaOfOtherContracts(self.procedures, procedures, "contract of procedures")

    @property
    def caught_up(self) -> bool:
        """Whether it holds all that the node had when last seen."""
        return self.block is not None and self.block.number >= self.node_block


@dataclass(frozen=True, slots=True)
class Look:
    """All that one look finds about a certificate, its root and its reference."""

    head: ReplicaHead
    entry: Entry | None
    anchor: Anchor | None
    holder: bytes | None
    replacement: bytes | None
    newest: int
    """The newest block in which any of this changed; 0 when there is nothing."""
    acted_on: bool = False
    """Whether customs has received the certificate, decided on it, or asked about it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry in a list."""

    certificate: bytes
    reference_key: bytes
    entry: Entry
    replacement: bytes | None
    place: tuple[int, int]
    """Block and position: where the list goes on after it."""


@dataclass(frozen=True, slots=True)
class OperatorsLook:
    """All that one look finds about some operators."""

    head: ReplicaHead
    operators: Mapping[OperatorCode, Operator]
    """Those that are there."""
    newest: int
    """The newest block in which something was recorded of them; 0 when there is nothing."""


@dataclass(frozen=True, slots=True)
class OperatorCounts:
    """How many operators a replica holds."""

    operators: int
    statuses: int
    """All that was ever recorded of them."""


@dataclass(frozen=True, slots=True)
class LifeLook:
    """All that one look finds about the life of a certificate."""

    head: ReplicaHead
    occurrences: Sequence[Occurrence]
    """As `ledger.origin.life.Life` has them."""


@dataclass(frozen=True, slots=True)
class ExporterLook:
    """All that one look finds about a certified exporter."""

    head: ReplicaHead
    occurrences: Sequence[Occurrence]


@dataclass(frozen=True, slots=True)
class ProcedureCounts:
    """How much of each kind a replica holds."""

    receipts: int
    decisions: int
    cases: int
    exporters: int


class Replica(OperatorLists, ProcedureLists, RefusalLists, Figures, Protocol):
    """The store of a replica.  One process at a time writes it; any number read it meanwhile."""

    def head(self) -> ReplicaHead | None:
        """Return how far it is; None before `start`."""

    def start(
        self, ledger: LedgerName, recognition: Address | None = None, procedures: Address | None = None
    ) -> None:
        """Make the store this ledger's with its recognition registry and procedures, or find that it is.

        Raises `ReplicaOfAnotherLedger` when it is another's, and `ReplicaOfOtherContracts` when it was read
        with another contract beside the registry, or without one, so that it lacks what happened before.
        """

    def clear(
        self, ledger: LedgerName, recognition: Address | None = None, procedures: Address | None = None
    ) -> None:
        """Forget everything, an alarm too, and start again with this ledger."""

    def apply(
        self,
        blocks: Sequence[Block],
        occurrences: Collection[Occurrence],
        *,
        node_block: int,
        seen_at: datetime,
        window: int = WINDOW,
    ) -> None:
        """Add blocks, in order, with all that happened in them, whole or not at all.

        Blocks with events and the first stay for good, others while they are among the newest `window`.
        Raises `ReplicaDisconnected` unless the first of the blocks follows the newest one here.
        """

    def touch(self, *, node_block: int, seen_at: datetime) -> None:
        """Note that the node answered, and with which newest block."""

    def roll_back(self, to_block: int) -> None:
        """Take back all blocks after one, with all that happened in them."""

    def halt(self, reason: str) -> None:
        """Stop answering for this reason until `clear`."""

    def hashes(self, newest: int) -> Mapping[int, bytes]:
        """Return the hashes of as many of the newest blocks, by number."""

    def first(self) -> Block | None:
        """Return the oldest block."""

    def look(self, certificate: bytes, root: bytes, reference_key: bytes) -> Look | None:
        """Return what is recorded about all three, as of one block; None before `start`."""

    def people(self) -> tuple[int, Sequence[Occurrence]]:
        """Return all events about members, authorities, keys, votes and the terms of recognition.

        With them comes `ReplicaHead.people`, which tells these from those of another moment.
        """

    def occurrences(self) -> Iterator[Occurrence]:
        """Yield all events in order."""

    def look_operators(self, codes: Collection[OperatorCode]) -> OperatorsLook | None:
        """Return these operators as of one block, any number of them; None before `start`."""

    def operator_counts(self) -> OperatorCounts:
        """Return how many operators there are."""

    def look_life(self, certificate: bytes) -> LifeLook | None:
        """Return all events that name a certificate as of one block, oldest first; None before `start`."""

    def look_exporter(self, member: str, code: str) -> ExporterLook | None:
        """Return all that is recorded of a certified exporter as of one block; None before `start`."""

    def case(self, number: int) -> CaseFacts | None:
        """Return a verification case."""

    def split_use(self, member: str) -> bool:
        """Return whether a member lets a line be drawn down under several declarations; it does at first."""

    def procedure_counts(self) -> ProcedureCounts:
        """Return how much of each kind there is."""

    def unreported_counts(self, exporting: str) -> Mapping[str, int]:
        """Return of how many of a member's entries nothing has come back, by importing member."""

    def taken(self, exporting: str, reference_keys: Sequence[bytes]) -> frozenset[bytes]:
        """Return those of the references that an entry of the member holds."""

    def entries(
        self,
        *,
        exporting: str | None = None,
        importing: str | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
        newest_first: bool = False,
    ) -> Sequence[Listed]:
        """Return entries of, or addressed to, a member in the order of the chain, going on after a place."""

    def counts(self, at: datetime, *, exporting: str | None = None) -> Mapping[Standing, int]:
        """Return how many entries stand how at a moment, those of one member or all."""
