"""The custom errors of `OriginProcedures.sol`, as `ledger.refusals` has those of the certificate registry.

Operands: certificates and declarations are 32 bytes, members ISO codes, goods lines words of bits
(`ledger.origin.lines`), times aware datetimes.  Errors of the certificate registry that the contract has too
(`CertificateUnknown`, `CertificateNotLive`, `NotAuthorised`, `NotYourCertificate`) keep their twins.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger import recognition_refusals, refusals
from ledger.origin.facts import ExporterStatus, Step
from ledger.refusals import ContractRefusal


def twin_named(name: str) -> type[ContractRefusal] | None:
    """Return the twin of the error with this name, whichever contract has it; None when there is none."""
    twin = getattr(refusals, name, None) or getattr(recognition_refusals, name, None) or globals().get(name)
    return twin if isinstance(twin, type) and issubclass(twin, ContractRefusal) else None


@dataclass(eq=False)
class CertificatesInvalid(ContractRefusal):
    """There is no contract at {certificates}, where the registry of certificates should be."""

    certificates: str


@dataclass(eq=False)
class NotTheImportingMember(ContractRefusal):
    """{id} is addressed to {importing}, and the key writes for {member}; only {importing} decides on it."""

    id: bytes
    importing: str
    member: str


@dataclass(eq=False)
class AlreadyReceived(ContractRefusal):
    """The receipt of {id} was confirmed at {received_at}."""

    id: bytes
    received_at: datetime


@dataclass(eq=False)
class StatementMissing(ContractRefusal):
    """The hash of the statement that says why is missing."""


@dataclass(eq=False)
class DeclarationMissing(ContractRefusal):
    """The hash of the import declaration's number is missing."""


@dataclass(eq=False)
class NothingDecided(ContractRefusal):
    """No goods line is granted or refused."""


@dataclass(eq=False)
class LinesOverlap(ContractRefusal):
    """The lines {lines} (as bits) are in both lists; put each in one."""

    lines: int


@dataclass(eq=False)
class UsedUpNotGranted(ContractRefusal):
    """The lines {lines} (as bits) are called used up and are not granted by this decision."""

    lines: int


@dataclass(eq=False)
class PresentationDateInvalid(ContractRefusal):
    """The proof cannot have been presented at {presented_at}, for it is {moment} now."""

    presented_at: datetime
    moment: datetime


@dataclass(eq=False)
class PresentedOtherwise(ContractRefusal):
    """Under this declaration {id} was presented at {presented_at}; say the same again."""

    id: bytes
    presented_at: datetime


@dataclass(eq=False)
class LateGroundInvalid(ContractRefusal):
    """{late} is no ground for late presentation: 1 force majeure, 2 beyond control, 3 imported in time."""

    late: int


@dataclass(eq=False)
class PresentedLate(ContractRefusal):
    """Presented at {presented_at}, after its validity to {valid_until}; give a ground of Rule 14(b), (c)."""

    valid_until: datetime
    presented_at: datetime


@dataclass(eq=False)
class NotLate(ContractRefusal):
    """Presented at {presented_at}, within its validity to {valid_until}; no ground for lateness is needed."""

    valid_until: datetime
    presented_at: datetime


@dataclass(eq=False)
class IssuerCompromised(ContractRefusal):
    """The key that issued {id} is compromised since {compromised_from}; nothing can be granted on it."""

    id: bytes
    compromised_from: datetime


@dataclass(eq=False)
class LinesAlreadyGranted(ContractRefusal):
    """The lines {lines} (as bits) of {id} are granted under this declaration already."""

    id: bytes
    lines: int


@dataclass(eq=False)
class SplitUseRefused(ContractRefusal):
    """The lines {lines} (as bits) of {id} are granted under another declaration; {member} allows one only."""

    id: bytes
    lines: int
    member: str


@dataclass(eq=False)
class LinesUsedUp(ContractRefusal):
    """The certified quantity of the lines {lines} (as bits) of {id} is drawn down."""

    id: bytes
    lines: int


@dataclass(eq=False)
class LinesSuspended(ContractRefusal):
    """Preference for the lines {lines} (as bits) of {id} is suspended while a case is open."""

    id: bytes
    lines: int


@dataclass(eq=False)
class LinesDenied(ContractRefusal):
    """A verification found that the lines {lines} (as bits) of {id} do not originate."""

    id: bytes
    lines: int


@dataclass(eq=False)
class LinesNotRefused(ContractRefusal):
    """The lines {lines} (as bits) of {id} are not refused, so there is nothing to clarify."""

    id: bytes
    lines: int


@dataclass(eq=False)
class SplitUseUnchanged(ContractRefusal):
    """{member} has said so before."""

    member: str


@dataclass(eq=False)
class LinesMissing(ContractRefusal):
    """No goods line is named."""


@dataclass(eq=False)
class LinesNotOfCase(ContractRefusal):
    """The lines {lines} (as bits) are not in question in case {case}."""

    case: int
    lines: int


@dataclass(eq=False)
class LinesInQuestion(ContractRefusal):
    """The lines {lines} (as bits) of {id} are in question in an open case already."""

    id: bytes
    lines: int


@dataclass(eq=False)
class NotBehind(ContractRefusal):
    """{about} cannot be an original behind {id}: it is not addressed to the member that issued {id}."""

    id: bytes
    about: bytes


@dataclass(eq=False)
class CaseGroundInvalid(ContractRefusal):
    """{ground} is no ground for a check: 1 at random, 2 on reasonable doubt."""

    ground: int


@dataclass(eq=False)
class RulesMissing(ContractRefusal):
    """The hash of the rule set whose clocks hold is missing."""


@dataclass(eq=False)
class DueInvalid(ContractRefusal):
    """A step cannot be due at {due}; it must be between {earliest} and {latest}."""

    due: datetime
    earliest: datetime
    latest: datetime


@dataclass(eq=False)
class CaseUnknown(ContractRefusal):
    """There is no case {case}."""

    case: int


@dataclass(eq=False)
class CaseNotYours(ContractRefusal):
    """In case {case} this is for {member} to do, by a key of the right role."""

    case: int
    member: str


@dataclass(eq=False)
class StepOutOfTurn(ContractRefusal):
    """In case {case}, which is {last}, the step {step} is not possible now."""

    case: int
    step: Step
    last: Step


@dataclass(eq=False)
class StepNotDue(ContractRefusal):
    """In case {case} that is possible only once the step due at {due} is overdue."""

    case: int
    due: datetime


@dataclass(eq=False)
class LinesLeft(ContractRefusal):
    """Case {case} cannot be concluded: the lines {lines} (as bits) are neither confirmed nor denied."""

    case: int
    lines: int


@dataclass(eq=False)
class SuspensionUnchanged(ContractRefusal):
    """In case {case} preference is suspended for these lines already."""

    case: int


@dataclass(eq=False)
class ExporterCodeInvalid(ContractRefusal):
    """An exporter's code has 1 to 32 characters of A to Z, 0 to 9, hyphen, slash and full stop."""

    code: str


@dataclass(eq=False)
class ExporterVersionOutOfTurn(ContractRefusal):
    """Version {version} of exporter {code} is out of turn, the next is {expected}."""

    code: str
    version: int
    expected: int


@dataclass(eq=False)
class ExporterStatusInvalid(ContractRefusal):
    """Exporter {code} cannot become {status} here; the first is authorised, and a withdrawal stays."""

    code: str
    status: ExporterStatus


@dataclass(eq=False)
class ExporterDateInvalid(ContractRefusal):
    """Exporter {code} cannot stand so from {effective_from}; {earliest} or later, 366 days ahead at most."""

    code: str
    effective_from: datetime
    earliest: datetime


@dataclass(eq=False)
class ExporterValidityInvalid(ContractRefusal):
    """The authorisation of exporter {code} would end at {until}, before it begins."""

    code: str
    until: datetime


@dataclass(eq=False)
class RecordMissing(ContractRefusal):
    """The hash of the record of exporter {code} is missing."""

    code: str


@dataclass(eq=False)
class TooManyVersions(ContractRefusal):
    """Exporter {code} can have {most} versions, of which the last one can only withdraw."""

    code: str
    most: int
