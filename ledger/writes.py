"""What one transaction is to write, about certificates or about operators and their recognition.

The outbox keeps them, a chain turns them into calldata and the ledger in memory does them.  The same write
always becomes the same calldata, so a transaction that was lost or underpriced can be made again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.facts import Reason
from ledger.operators import (
    ArrangementKind,
    ParticipationState,
    ProgrammeKind,
    RecognitionTerms,
    StatusRecord,
)
from ledger.terms import Terms


@dataclass(frozen=True, slots=True)
class Issue:
    """Write the entry of one certificate."""

    terms: Terms


@dataclass(frozen=True, slots=True)
class Anchor:
    """Commit a batch of certificates by the root of its tree."""

    tree: bytes
    """Root of the tree over the ids; the ledger joins it with the member, see `ledger.batch`."""
    size: int
    valid_until: date
    """The latest in the batch."""


@dataclass(frozen=True, slots=True)
class Enter:
    """Turn an anchored certificate into an entry."""

    terms: Terms
    root: bytes
    proof: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Cancel:
    """End a certificate."""

    certificate: bytes
    reason: Reason


@dataclass(frozen=True, slots=True)
class Replace:
    """End a certificate and write the entry of the one that takes its place."""

    certificate: bytes
    terms: Terms


@dataclass(frozen=True, slots=True)
class RecordStatuses:
    """Record statuses of operators of the key's member, all or none; those of one operator by version."""

    statuses: tuple[StatusRecord, ...]


@dataclass(frozen=True, slots=True)
class DeclareProgramme:
    """Name a programme of the key's member."""

    code: str
    name: str
    kind: ProgrammeKind
    levels: int


@dataclass(frozen=True, slots=True)
class DeclareArrangement:
    """Name a text on mutual recognition; of a bilateral one, the key's member is a party."""

    kind: ArrangementKind
    other: str | None
    code: str
    title: str
    text_hash: bytes


@dataclass(frozen=True, slots=True)
class Participate:
    """Say how far the key's member is with an arrangement."""

    arrangement: int
    version: int
    """The version it is to become."""
    state: ParticipationState
    effective_from: datetime


@dataclass(frozen=True, slots=True)
class AddRecognition:
    """Recognise operators of a partner."""

    terms: RecognitionTerms


@dataclass(frozen=True, slots=True)
class EndRecognition:
    """End a recognition of the key's member."""

    recognition: int
    ended_from: datetime


OfCertificates = Issue | Anchor | Enter | Cancel | Replace
OfRecognition = (
    RecordStatuses | DeclareProgramme | DeclareArrangement | Participate | AddRecognition | EndRecognition
)
Write = OfCertificates | OfRecognition
