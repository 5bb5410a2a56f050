"""What one transaction is to write: about certificates, what becomes of them, operators and recognition.

The outbox keeps them, a chain turns them into calldata and the ledger in memory does them.  The same write
always becomes the same calldata, so a transaction that was lost or underpriced can be made again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ledger.facts import Reason, Role
from ledger.operators import (
    ArrangementKind,
    ParticipationState,
    ProgrammeKind,
    RecognitionTerms,
    StatusRecord,
)
from ledger.origin.facts import CaseGround, ExporterStatus, LateGround, Step
from ledger.origin.steps import ORDERS, Side
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
    proof: tuple[bytes, ...]


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


@dataclass(frozen=True, slots=True)
class Receive:
    """Confirm that a proof has been received, once."""

    certificate: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """Grant or refuse preference for goods lines under one import declaration."""

    certificate: bytes
    declaration: bytes
    """Hash of the declaration's number."""
    granted: tuple[int, ...]
    """Numbers of lines, ascending."""
    used_up: tuple[int, ...]
    """Those granted lines whose certified quantity is drawn down by this."""
    refused: tuple[int, ...]
    presented_at: datetime
    late: LateGround
    statement: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarify:
    """Answer the refusal of lines of a certificate of the key's member."""

    certificate: bytes
    lines: tuple[int, ...]
    statement: bytes


@dataclass(frozen=True, slots=True)
class SetSplitUse:
    """Say whether the key's member lets a line be drawn down under several declarations."""

    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """Ask the issuer of a certificate, or of an original behind it, to verify the origin of lines."""

    certificate: bytes
    about: bytes
    lines: tuple[int, ...]
    suspended: tuple[int, ...]
    ground: CaseGround
    due: datetime
    conclude_due: datetime
    rules: bytes
    statement: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeStep:
    """Take a step in a verification case, any but the first and the last."""

    case: int
    step: Step
    due: datetime | None
    """None for when the whole case is due."""
    conclude_due: datetime | None
    """None for as before."""
    statement: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSuspension:
    """Say of which lines of an open case preference is suspended."""

    case: int
    suspended: tuple[int, ...]
    statement: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeCase:
    """Conclude a verification case: every one of its lines is confirmed or denied."""

    case: int
    confirmed: tuple[int, ...]
    denied: tuple[int, ...]
    statement: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordExporter:
    """Record how the authorisation of a certified exporter of the key's member stands."""

    code: str
    version: int
    """The version it is to become."""
    status: ExporterStatus
    effective_from: datetime | None
    """None for the time of the block; only the first version may begin before that."""
    until: datetime | None
    record_hash: bytes


OfCertificates = Issue | Anchor | Enter | Cancel | Replace
OfRecognition = (
    RecordStatuses | DeclareProgramme | DeclareArrangement | Participate | AddRecognition | EndRecognition
)
OfProcedures = (
    Receive
    | Decide
    | Clarify
    | SetSplitUse
    | OpenCase
    | TakeStep
    | SetSuspension
    | ConcludeCase
    | RecordExporter
)
Said = OfRecognition | OfProcedures | Enter
"""Writes that the outbox keeps by what they say.  Entering is one where a carried copy is all there is of the
certificate; an authority's own comes from its archive."""
Write = OfCertificates | OfRecognition | OfProcedures


_ROLES: Final[Mapping[type[Write], Role]] = {
    **dict.fromkeys(
        (
            RecordStatuses,
            DeclareProgramme,
            DeclareArrangement,
            Participate,
            AddRecognition,
            EndRecognition,
        ),
        Role.AEO,
    ),
    **dict.fromkeys((Receive, Decide, SetSplitUse, OpenCase, SetSuspension, ConcludeCase), Role.CUSTOMS),
    RecordExporter: Role.COMPETENT,
    Enter: Role(0),
}
"""Which role writes ask for, where it is not ISSUING."""


def role_for(write: Write) -> Role:
    """Return the role that a key needs for a write; 0 for none in particular."""
    if isinstance(write, TakeStep):
        return Role.CUSTOMS if ORDERS[write.step].side is Side.ASKING else Role.ISSUING
    return _ROLES.get(type(write), Role.ISSUING)
