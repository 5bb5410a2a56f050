"""Authorised economic operators and mutual recognition, as the ledger holds them, as plain values.

These mirror the structs of `contracts/interfaces/IRecognitionRegistry.sol`.  A time that is unset on chain
(zero) is `None` here; all datetimes are aware, in UTC and whole seconds.

Two times stand beside each other everywhere: from when something holds (`effective_from`), and since when
the ledger has known it (`recorded_at`).  Nothing is overwritten, so both "how did it stand on that day?" and
"what did the ledger know then?" can be answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, IntFlag
from functools import cached_property
from typing import Final, NewType

from ledger.facts import AsOf

OperatorCode = NewType("OperatorCode", str)
"""ISO 3166 alpha-2 of the granting member and the national part: `[A-Z]{2}[A-Z0-9]{1,15}`, at most 17."""


class OperatorStatus(IntEnum):
    """What the granting member says of an operator; expiry is computed from `until`."""

    CERTIFIED = 1
    SUSPENDED = 2
    REVOKED = 3
    """Taken away; `until` is then the time before which it may not apply again."""
    SURRENDERED = 4
    """Given back by the operator."""
    ANNULLED = 5
    """Void from the start: `effective_from` is that of the authorisation itself."""


ENDED: Final = frozenset({OperatorStatus.REVOKED, OperatorStatus.SURRENDERED, OperatorStatus.ANNULLED})
"""Statuses after which only a new authorisation gives any benefit."""


class Ground(IntEnum):
    """Why a status changed."""

    NONE = 0
    SUSPECTED_BREACH = 1
    """Enough grounds for revocation, not all facts yet (suspension, EU AEO guidelines 5-IV (a))."""
    CONDITIONS_UNMET = 2
    """A condition is not met and there is time to cure it (suspension (b))."""
    AT_REQUEST = 3
    """The holder asks (suspension (c), surrender, end of consent)."""
    CURED = 4
    """What led to the suspension is mended."""
    SERIOUS_INFRINGEMENT = 5
    NOT_CURED = 6
    """The time to cure is over."""
    FALSE_INFORMATION = 7
    """It was granted on false or incomplete information."""
    APPEAL_UPHELD = 8
    """A court or an appeal has lifted the decision; lets a revoked operator come back before `until`."""
    CEASED = 9
    """The operator has ceased to trade."""
    OTHER = 10


class OperatorRole(IntFlag):
    """In which functions an operator is authorised; WCO SAFE names them."""

    IMP = 1
    """Importer."""
    EXP = 2
    """Exporter."""
    MFR = 4
    """Manufacturer."""
    BRK = 8
    """Customs broker."""
    CAR = 16
    """Carrier."""
    FWD = 32
    """Forwarder, consolidator."""
    WHS = 64
    """Warehouse."""
    TRM = 128
    """Port, airport or terminal operator."""
    LOG = 256
    """Integrated logistics."""
    OTH = 512


ALL_ROLES: Final = OperatorRole(1023)


class Direction(IntFlag):
    """Which way the goods go, as the state sees it that grants the benefit."""

    IMPORT = 1
    EXPORT = 2


class Consent(IntFlag):
    """What the operator has agreed to."""

    PUBLICATION = 1
    """Its name may be shown to anybody."""
    EXCHANGE = 2
    """Its status may be exchanged with partners; without it there is no mutual recognition."""


class ProgrammeKind(IntEnum):
    """What a programme looks at."""

    SAFE_AEO = 1
    """Security and compliance, as the WCO SAFE Framework asks; the only kind that partners recognise."""
    COMPLIANCE = 2
    """Compliance alone: a WTO TFA Art. 7.7 authorised operator."""


class ArrangementKind(IntEnum):
    """How many members an arrangement is open to."""

    PLURILATERAL = 1
    BILATERAL = 2


class ParticipationState(IntEnum):
    """How far a member has come with an arrangement (WCO AEO MRA Strategy Guide; ASEAN sequence)."""

    COMPARING = 1
    JOINT_VALIDATION = 2
    SIGNED = 3
    PILOT = 4
    IN_FORCE = 5
    """The only state in which benefits flow."""
    SUSPENDED = 6
    WITHDRAWN = 7


class Reason(IntEnum):
    """Why an operator is recognised or not; the contract's numbers."""

    RECOGNISED = 0
    NOT_FOUND = 1
    SIGNER_COMPROMISED = 2
    NOT_YET_EFFECTIVE = 3
    SUSPENDED = 4
    REVOKED = 5
    SURRENDERED = 6
    ANNULLED = 7
    EXPIRED = 8
    ROLE_NOT_HELD = 9
    NO_CONSENT = 10
    NO_ARRANGEMENT = 11
    HOST_NOT_PARTICIPATING = 12
    HOME_NOT_PARTICIPATING = 13
    ARRANGEMENT_SUSPENDED = 14
    PROGRAMME_NOT_RECOGNISED = 15
    LEVEL_TOO_LOW = 16
    ROLE_NOT_COVERED = 17
    DIRECTION_NOT_COVERED = 18
    NOT_YET_RECOGNISED = 19
    NO_LONGER_RECOGNISED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What an AEO authority says of an operator from some time on; it says all, nothing is inherited."""

    status: OperatorStatus
    programme: int
    """Number of the programme on the ledger."""
    level: int
    """From 1; the higher, the more is asked of the operator."""
    roles: OperatorRole
    consent: Consent
    effective_from: datetime
    until: datetime | None
    """Last second of validity, None for unlimited; of a revocation, until when it may not apply again."""
    ground: Ground = Ground.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange(Status):
    """A status as it was recorded; counts from version 1 without gaps."""

    version: int
    key: int
    """Number of the key that signed it."""
    recorded_at: datetime
    record_hash: bytes
    """Hash of the operator's record, see `ledger.aeo.records`."""


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator with all that was ever recorded of it, oldest first; at least one change."""

    code: OperatorCode
    changes: tuple[StatusChange, ...]

    @property
    def member(self) -> str:
        """The member that granted the status, its home."""
        return self.code[:2]

    @property
    def latest(self) -> StatusChange:
        """What was recorded last."""
        return self.changes[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRecord:
    """A status on its way to the ledger."""

    operator: OperatorCode
    version: int
    """The version it is to become; another one that is quicker is never overwritten."""
    status: Status
    record_hash: bytes


@dataclass(frozen=True, slots=True)
class Programme:
    """A national programme."""

    id: int
    member: str
    code: str
    """Short name, unique in the member, such as `STP-PLUS`."""
    name: str
    kind: ProgrammeKind
    levels: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A text on mutual recognition."""

    id: int
    kind: ArrangementKind
    member: str
    """Who declared it; of a bilateral one, a party."""
    other: str | None
    """The other party of a bilateral one."""
    code: str
    """Short name, unique on the ledger, such as `AAMRA`."""
    title: str
    text_hash: bytes
    """Keccak-256 of the text, zero where it is not at hand."""
    since: datetime


@dataclass(frozen=True, slots=True)
class Participation:
    """How far a member is with an arrangement from some time on."""

    version: int
    state: ParticipationState
    effective_from: datetime
    recorded_at: datetime
    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionTerms:
    """Which of a partner's operators a member (the grantor) recognises."""

    arrangement: int
    partner: str
    programme: int
    min_level: int
    roles: OperatorRole
    directions: Direction
    effective_from: datetime
    until: datetime | None
    """Last second; None for unlimited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition(RecognitionTerms):
    """A row of the recognition matrix as it was recorded."""

    id: int
    grantor: str
    recorded_at: datetime
    key: int
    ended_from: datetime | None = None
    end_recorded_at: datetime | None = None


@dataclass(frozen=True)
class Mutual:
    """All programmes, arrangements, participations and recognitions: few, and gathered in memory."""

    programmes: Mapping[int, Programme] = field(default_factory=dict)
    arrangements: Mapping[int, Arrangement] = field(default_factory=dict)
    participations: Mapping[tuple[int, str], tuple[Participation, ...]] = field(default_factory=dict)
    """By arrangement and member, oldest first."""
    recognitions: Mapping[int, Recognition] = field(default_factory=dict)
    compromised: Mapping[int, datetime] = field(default_factory=dict)
    """By key: what it signed from then on does not count."""

    @cached_property
    def matrix(self) -> Mapping[tuple[str, str], tuple[Recognition, ...]]:
        """Recognitions by grantor and partner, oldest first."""
        found: dict[tuple[str, str], tuple[Recognition, ...]] = {}
        for row in self.recognitions.values():
            found[row.grantor, row.partner] = (*found.get((row.grantor, row.partner), ()), row)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether a host recognises an operator in a role and direction, at a moment."""

    operator: OperatorCode
    host: str
    role: OperatorRole
    """One role."""
    direction: Direction
    at: datetime
    known: datetime | None = None
    """As the ledger knew it then; None for as it knows now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Recognised or not, why, and by what."""

    question: Question
    reason: Reason
    change: StatusChange | None
    """The status that applies at the moment asked about; of one not yet effective, None."""
    recognition: Recognition | None = None
    """The row that decided: the one that recognises, or the one that came nearest."""
    arrangement: Arrangement | None = None
    """The arrangement that decided."""

    @property
    def recognised(self) -> bool:
        """Whether the host recognises it."""
        return self.reason is Reason.RECOGNISED


@dataclass(frozen=True, slots=True)
class Found:
    """Operators as of one block."""

    as_of: AsOf
    operators: Mapping[OperatorCode, Operator]
    """Those of the asked ones that the ledger holds."""
    mutual: Mutual
    final: bool = True
    """False while a block that one of these was recorded in could still be undone."""
