"""What the steps ask of the ledger about decisions, verification cases and certified exporters.

`ledger.memory`, `ledger.chain` and the replica answer it; `tests/ports/test_procedures_port.py` holds them
equal.  Reads answer empty for what is not there and raise `Unavailable` when nobody answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from ledger.errors import Refused
from ledger.events import Occurrence
from ledger.facts import Address, Entry, Written
from ledger.origin.facts import CaseFacts, Exporter, Use
from ledger.origin.life import Life
from ledger.writes import OfProcedures


@dataclass(eq=False)
class ProceduresNotNamed(Refused):
    """The chain profile names no contract of procedures."""

    def __str__(self) -> str:
        return (
            "this ledger's profile names no contract of procedures; deploy one with scripts/deploy and write "
            "its address into the profile as `procedures`"
        )


class Procedures(Protocol):
    """What becomes of proofs of origin after their issue."""

    @property
    def procedures_contract(self) -> Address:
        """Return the address of the contract."""

    def life(self, certificate: bytes) -> Life:
        """Return all that the ledger reports of a certificate; an empty one when it reports nothing."""

    def use(self, certificate: bytes) -> Use:
        """Return what importing customs has made of a certificate; an empty one when nothing."""

    def case(self, number: int) -> CaseFacts | None:
        """Return a verification case."""

    def exporter(self, member: str, code: str) -> Exporter:
        """Return what is recorded of a certified exporter; one without versions when nothing is."""

    def split_use(self, member: str) -> bool:
        """Return whether a member lets a line be drawn down under several declarations; it does at first."""

    def write(self, write: OfProcedures, account: Address) -> Written:
        """Do a write at once, without the outbox; raises a twin of the contract's error."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event about a certificate or an exporter, and which members it concerns."""

    occurrence: Occurrence
    certificate: bytes | None
    """The one it is about; None for an exporter or a member's switch."""
    exporting: str
    """The member that issued it, or recorded the exporter."""
    importing: str | None
    asked: str | None = None
    """The member that is asked in a verification case, or that issued what an entry rests on."""


@dataclass(frozen=True, slots=True)
class Unreported:
    """An entry of which the importing member has reported nothing: neither receipt nor decision."""

    certificate: bytes
    entry: Entry
    place: tuple[int, int]
    received_at: datetime | None = None
    """When it was received, in lists of what is undecided."""


@runtime_checkable
class ProcedureLists(Protocol):
    """Lists that need a replica of the ledger: `SqlReplica`, `MemoryReplica`."""

    def happenings(
        self,
        *,
        after: tuple[int, int] | None = None,
        up_to: int | None = None,
        member: str | None = None,
        limit: int = 100,
    ) -> Sequence[Happening]:
        """Return events in the order of the chain, after a place and up to a block.

        Those about certificates (but for batches) and procedures that concern a member, or all of them.
        """

    def cases(
        self,
        *,
        member: str | None = None,
        open_only: bool = True,
        due_before: datetime | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> Sequence[CaseFacts]:
        """Return verification cases by number that a member asks or is asked in, going on after a number.

        With `due_before` only those whose next step or whole is due before a moment.
        """

    def unreported(
        self,
        exporting: str,
        *,
        importing: str | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
    ) -> Sequence[Unreported]:
        """Return a member's live entries of which nothing has come back, oldest first, after a place."""

    def undecided(
        self,
        importing: str,
        *,
        received_before: datetime | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
    ) -> Sequence[Unreported]:
        """Return entries that a member has received and not decided on; `place` is that of the receipt."""

    def exporters(
        self, *, member: str | None = None, after: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[Exporter]:
        """Return certified exporters by member and code, going on after one."""


@runtime_checkable
class RefusalLists(Protocol):
    """Which refusals are open between importing and exporting member; answered by a replica too."""

    def contested(
        self, importing: str, days: int, *, after: bytes | None = None, limit: int = 100
    ) -> Sequence[bytes]:
        """Return certificates, by id, of which a refusal by a member is late or to be reconsidered.

        Some lines were refused more than `days` after the receipt, or the issuer answered a refusal after
        the newest decision.  Lines granted since may be among them: `ledger.deadlines.of_life` looks closely.
        """


class NoProcedures:
    """The port of a ledger without a contract of procedures: says so when it is asked."""

    @property
    def procedures_contract(self) -> Address:
        """Raise `ProceduresNotNamed`."""
        raise ProceduresNotNamed

    def life(self, certificate: bytes) -> Life:  # noqa: ARG002 - of the port
        """Raise `ProceduresNotNamed`."""
        raise ProceduresNotNamed

    def use(self, certificate: bytes) -> Use:  # noqa: ARG002 - of the port
        """Raise `ProceduresNotNamed`."""
        raise ProceduresNotNamed

    def case(self, number: int) -> CaseFacts | None:  # noqa: ARG002 - of the port
        """Raise `ProceduresNotNamed`."""
        raise ProceduresNotNamed

    def exporter(self, member: str, code: str) -> Exporter:  # noqa: ARG002 - of the port
        """Raise `ProceduresNotNamed`."""
        raise ProceduresNotNamed

    def split_use(self, member: str) -> bool:  # noqa: ARG002 - of the port
        """Raise `ProceduresNotNamed`."""
        raise ProceduresNotNamed

    def write(self, write: OfProcedures, account: Address) -> Written:  # noqa: ARG002 - of the port
        """Raise `ProceduresNotNamed`."""
        raise ProceduresNotNamed
