"""What the ledger holds of a proof's use: decisions per goods line, verification cases, certified exporters.

OCP is the Operational Certification Procedure of ATIGA, Annex 8.  Goods lines are sets of line numbers here
and bits on the chain: bit 0 is line 1 (`ledger.origin.lines`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from ledger.facts import AsOf

LONGEST_CLOCK: Final = 181
"""Days that a due date may lie ahead; the contract's limit, a day above the longest of the procedures."""
SHORTEST_CLOCK: Final = 29
"""Days that customs must leave the member it asks; a day below the shortest of the procedures."""


class LateGround(IntEnum):
    """Why a proof presented after its validity is accepted (OCP Rule 14(b) and (c))."""

    NONE = 0
    FORCE_MAJEURE = 1
    BEYOND_CONTROL = 2
    """Other valid causes beyond the control of the importer or exporter."""
    IMPORTED_IN_TIME = 3
    """The goods were imported before the validity ended."""


class CaseGround(IntEnum):
    """Why a retroactive check was opened (OCP Rule 18(a))."""

    RANDOM = 1
    DOUBT = 2


class Step(IntEnum):
    """What was done last in a verification case, which is also how far it is."""

    OPENED = 1
    """Customs of the importing member asks."""
    ACKNOWLEDGED = 2
    """The issuer has received the request: its time to reply begins (Rule 18(b))."""
    REPLIED = 3
    ASKED_AGAIN = 4
    """Customs asks for more."""
    VISIT_NOTIFIED = 5
    """Customs has given notice of a verification visit (Rule 19)."""
    VISIT_CONSENTED = 6
    """The exporter consents, as the issuer says."""
    VISIT_DECLINED = 7
    VISIT_POSTPONED = 8
    VISITED = 9
    DETERMINED = 10
    """Customs has sent its determination for comments (Rule 19.9)."""
    COMMENTED = 11
    CONCLUDED = 12
    """Each line is confirmed or denied; there is no way on."""


class ExporterStatus(IntEnum):
    """How an authorisation to make out origin declarations stands (OCP Rules 12A to 12D)."""

    AUTHORISED = 1
    SUSPENDED = 2
    WITHDRAWN = 3
    """For good; a later authorisation has a code of its own."""


@dataclass(frozen=True, slots=True)
class Use:
    """What importing customs has made of a certificate, all declarations together."""

    granted: frozenset[int] = frozenset()
    """Lines granted preference under some declaration and not denied since."""
    refused: frozenset[int] = frozenset()
    """Lines whose newest decision is a refusal."""
    used_up: frozenset[int] = frozenset()
    """Lines whose certified quantity is drawn down."""
    questioned: frozenset[int] = frozenset()
    """Lines of open cases."""
    suspended: frozenset[int] = frozenset()
    """Lines of which no preference is given while a case is open (Rule 18(c))."""
    denied: frozenset[int] = frozenset()
    """Lines that a case found not to originate."""
    received_at: datetime | None = None
    """When customs first confirmed that it has the proof."""
    decided_at: datetime | None = None
    """The newest decision."""
    declarations: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """What was decided on the lines of one certificate under one import declaration."""

    granted: frozenset[int]
    refused: frozenset[int]
    presented_at: datetime
    decided_at: datetime
    """The newest decision."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A verification case."""

    id: int
    certificate: bytes
    """The one presented, whose lines are in question."""
    about: bytes
    """The one whose issuer is asked: the same, or an original behind it (OCP Rule 11)."""
    importing: str
    """The member that asks."""
    exporting: str
    """The member that is asked."""
    lines: frozenset[int]
    suspended: frozenset[int]
    ground: CaseGround
    step: Step
    opened_at: datetime
    stepped_at: datetime
    due: datetime
    """When the next step is due."""
    conclude_due: datetime
    """When the whole case must be concluded."""
    postponed: bool
    """Whether the visit was postponed; that can be done once."""
    confirmed: frozenset[int] = frozenset()
    denied: frozenset[int] = frozenset()

    @property
    def open(self) -> bool:
        """Whether it is not concluded."""
        return self.step is not Step.CONCLUDED


@dataclass(frozen=True, slots=True)
class ExporterVersion:
    """One thing recorded of a certified exporter, or of an approved one (RCEP)."""

    version: int
    """Counts from 1."""
    status: ExporterStatus
    effective_from: datetime
    until: datetime | None
    """Last second of the authorisation, None for unlimited."""
    recorded_at: datetime
    key: int
    record_hash: bytes


@dataclass(frozen=True, slots=True)
class Exporter:
    """A certified exporter as the ledger holds it."""

    member: str
    code: str
    """Authorisation code, at most 32 ASCII characters."""
    versions: tuple[ExporterVersion, ...]
    as_of: AsOf

    def at(self, moment: datetime) -> ExporterVersion | None:
        """Return what holds at a moment: what was recorded last of all that had begun; None before."""
        begun = (one for one in reversed(self.versions) if one.effective_from <= moment)
        return next(begun, None)

    def authorised_at(self, moment: datetime) -> bool:
        """Whether it may make out declarations at a moment."""
        held = self.at(moment)
        if held is None or held.status is not ExporterStatus.AUTHORISED:
            return False
        return held.until is None or moment <= held.until
