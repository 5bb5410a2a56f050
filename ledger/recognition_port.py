"""What the steps ask of the ledger about operators and mutual recognition.

`ledger.memory`, `ledger.chain` and the replica answer it; `tests/ports/test_recognitions_port.py` holds them
equal.  Reads answer empty for what is not there and raise `Unavailable` when nobody answers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.errors import Refused
from ledger.facts import Address, AsOf, Written
from ledger.operators import Found, Mutual, Operator, OperatorCode, StatusChange
from ledger.writes import OfRecognition


@dataclass(eq=False)
class RecognitionNotNamed(Refused):
    """The chain profile names no recognition registry."""

    def __str__(self) -> str:
        return (
            "this ledger's profile names no recognition registry; deploy one with scripts/deploy and write "
            "its address into the profile as `recognition`"
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """One status change in the order of the chain."""

    operator: OperatorCode
    change: StatusChange
    place: tuple[int, int]
    """Block and position of its event: where a list goes on after it."""


class Recognitions(Protocol):
    """Operators, programmes, arrangements and recognitions on the ledger."""

    @property
    def recognition_registry(self) -> Address:
        """Return the address of the recognition registry."""

    def found(self, operators: Collection[OperatorCode]) -> Found:
        """Return these operators, as far as the ledger holds them, and all terms, as of one block."""

    def mutual(self) -> tuple[AsOf, Mutual]:
        """Return all programmes, arrangements, participations and recognitions."""

    def write(self, write: OfRecognition, account: Address) -> Written:
        """Do a write at once, without the outbox; raises a twin of the contract's error."""


class OperatorLists(Protocol):
    """Lists of operators, which need a replica of the ledger: `SqlReplica`, `MemoryReplica`."""

    def operators(
        self, *, member: str | None = None, after: OperatorCode | None = None, limit: int = 100
    ) -> Sequence[Operator]:
        """Return operators by code, of one member or of all, going on after a code."""

    def status_changes(
        self,
        *,
        after: tuple[int, int] | None = None,
        up_to: int | None = None,
        member: str | None = None,
        limit: int = 100,
    ) -> Sequence[Recorded]:
        """Return status changes in the order of the chain, after a place and up to a block."""


class NoRecognitions:
    """The port of a ledger without a recognition registry: says so when it is asked."""

    @property
    def recognition_registry(self) -> Address:
        """Raise `RecognitionNotNamed`."""
        raise RecognitionNotNamed

    def found(self, operators: Collection[OperatorCode]) -> Found:  # noqa: ARG002 - of the port
        """Raise `RecognitionNotNamed`."""
        raise RecognitionNotNamed

    def mutual(self) -> tuple[AsOf, Mutual]:
        """Raise `RecognitionNotNamed`."""
        raise RecognitionNotNamed

    def write(self, write: OfRecognition, account: Address) -> Written:  # noqa: ARG002 - of the port
        """Raise `RecognitionNotNamed`."""
        raise RecognitionNotNamed
