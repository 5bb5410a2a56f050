"""What the steps ask of the ledger about operators and mutual recognition.

`ledger.memory`, `ledger.chain` and the replica answer it; `tests/ports/test_recognitions_port.py` holds them
equal.  Reads answer empty for what is not there and raise `Unavailable` when nobody answers.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from ledger.errors import ProofNotOffered, Refused
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


@runtime_checkable
class AtHand(Protocol):
    """Recognitions that can say whether they would have to ask a node."""

    def found_at_hand(self, operators: Collection[OperatorCode]) -> Found | None:
        """Return what `found` does, or None where a node would have to be asked for it."""


@runtime_checkable
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


class Notary(Protocol):
    """Keys that sign typed data (EIP-712), and the way back from a signature to its account."""

    def holds(self, account: Address) -> bool:
        """Return whether the key of an account is at hand and signs typed data."""

    def sign(self, typed: Mapping[str, Any], account: Address) -> bytes:
        """Return a signature over typed data that recovers to the account.

        Raises `KeyNotHeld`, `SignerUnavailable`, and `ProofNotOffered` where its signer cannot do it.
        """

    def signer_of(self, typed: Mapping[str, Any], signature: bytes) -> Address | None:
        """Return the account that signed typed data; None for what is no signature of anybody."""


class NoNotary:
    """The port where nothing is signed and no signature can be looked at."""

    def holds(self, account: Address) -> bool:  # noqa: ARG002 - of the port
        """Return False."""
        return False

    def sign(self, typed: Mapping[str, Any], account: Address) -> bytes:  # noqa: ARG002 - of the port
        """Raise `ProofNotOffered`."""
        raise ProofNotOffered("no key signs typed data here")

    def signer_of(self, typed: Mapping[str, Any], signature: bytes) -> Address | None:  # noqa: ARG002
        """Raise `ProofNotOffered`."""
        raise ProofNotOffered("signatures over typed data cannot be looked at here")


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
