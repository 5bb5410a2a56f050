"""What the contracts report in the events of their blocks, as plain values: the facts a replica is made of.

Times are whole seconds since 1970 as the chain counts them, so that no value of 48 bits is lost; `moment`
turns one into a datetime.  Bytes are hashes of 32 bytes unless said otherwise.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.facts import Address

_LAST = int(datetime.max.replace(tzinfo=UTC).timestamp()) - 1


def moment(seconds: int) -> datetime:
    """Return a time of the chain; one after the year 9999 becomes its end, for the contract takes any."""
    return datetime.fromtimestamp(min(seconds, _LAST), UTC)


@dataclass(frozen=True, slots=True)
class Block:
    """The head of one block."""

    number: int
    hash: bytes
    parent: bytes
    """Hash of the block before it."""
    time: int


@dataclass(frozen=True, slots=True)
class Issued:
    """An entry was written."""

    id: bytes
    reference_key: bytes
    importing: str
    exporting: str
    key: int
    scheme: int
    issued_on: int
    valid_until: int


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry came from a batch; stands after its `Issued`."""

    id: bytes
    root: bytes
    issued_at: int
    """When the batch was anchored, which counts as the time of issue."""


@dataclass(frozen=True, slots=True)
class Linked:
    """An entry rests on an original (back-to-back, ATIGA OCP Rule 11)."""

    parent: bytes
    id: bytes


@dataclass(frozen=True, slots=True)
class Anchored:
    """A batch was committed by its root."""

    root: bytes
    key: int
    size: int
    valid_until: int


@dataclass(frozen=True, slots=True)
class Ended:
    """An entry was cancelled, or replaced when there is a replacement."""

    id: bytes
    key: int
    reason: int
    replacement: bytes | None


@dataclass(frozen=True, slots=True)
class MemberAdmitted:
    """A member came."""

    member: str
    admin: Address


@dataclass(frozen=True, slots=True)
class MemberSuspended:
    """A member may no longer write."""

    member: str


@dataclass(frozen=True, slots=True)
class MemberReinstated:
    """A suspended member may write again."""

    member: str


@dataclass(frozen=True, slots=True)
class AdminReplaced:
    """A member has another admin key."""

    member: str
    previous: Address
    admin: Address


@dataclass(frozen=True, slots=True)
class AuthorityAdded:
    """A member named an authority."""

    authority: int
    member: str
    roles: int
    name: str
    domain: str


@dataclass(frozen=True, slots=True)
class AuthorityWithdrawn:
    """An authority ended; the revocations of its keys stand before this."""

    authority: int


@dataclass(frozen=True, slots=True)
class KeyAdded:
    """An account may write for an authority."""

    account: Address
    authority: int
    id: int


@dataclass(frozen=True, slots=True)
class KeyRevoked:
    """An account may no longer write."""

    account: Address


@dataclass(frozen=True, slots=True)
class KeyCompromised:
    """What an account signed from a moment on is not trusted."""

    account: Address
    since: int


@dataclass(frozen=True, slots=True)
class ProposalMade:
    """A question was put to the members."""

    proposal: int
    member: str
    kind: int
    admin: Address
    """Zero when the kind takes none."""
    proposer: str


@dataclass(frozen=True, slots=True)
class VoteCast:
    """A member agreed to a proposal."""

    proposal: int
    voter: str


@dataclass(frozen=True, slots=True)
class ProposalEnacted:
    """A proposal was carried out; what it did stands before this."""

    proposal: int


@dataclass(frozen=True, slots=True)
class StatusRecorded:
    """An AEO authority said something of an operator; it is recorded at the time of the block."""

    operator: str
    """Its code; bytes that are no ASCII are escapes."""
    member: str
    version: int
    key: int
    status: int
    level: int
    roles: int
    programme: int
    ground: int
    consent: int
    effective_from: int
    until: int
    """Zero when it is unlimited."""
    record_hash: bytes


@dataclass(frozen=True, slots=True)
class ProgrammeDeclared:
    """A member named a national programme."""

    programme: int
    member: str
    kind: int
    levels: int
    key: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ArrangementDeclared:
    """A member named a text on mutual recognition."""

    arrangement: int
    member: str
    kind: int
    other: str
    """The other party of a bilateral one, else empty."""
    key: int
    text_hash: bytes
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class ParticipationRecorded:
    """A member said how far it is with an arrangement; it is recorded at the time of the block."""

    arrangement: int
    member: str
    version: int
    state: int
    key: int
    effective_from: int


@dataclass(frozen=True, slots=True)
class RecognitionAdded:
    """A member (the grantor) recognises operators of another; it is recorded at the time of the block."""

    recognition: int
    grantor: str
    partner: str
    key: int
    arrangement: int
    programme: int
    min_level: int
    roles: int
    directions: int
    effective_from: int
    until: int
    """Zero when it is unlimited."""


@dataclass(frozen=True, slots=True)
class RecognitionEnded:
    """The grantor ended a recognition."""

    recognition: int
    key: int
    ended_from: int


@dataclass(frozen=True, slots=True)
class ProofReceived:
    """Customs of the importing member confirmed that it has a proof."""

    id: bytes
    key: int


@dataclass(frozen=True, slots=True)
class Decided:
    """Customs decided on goods lines under one declaration; lines are bits, see `ledger.origin.lines`."""

    id: bytes
    declaration: bytes
    """Hash of the declaration's number, see `ledger.statements`."""
    key: int
    granted: int
    used_up: int
    refused: int
    presented_at: int
    late: int
    statement: bytes
    """Hash of the statement with quantities and reasons."""


@dataclass(frozen=True, slots=True)
class RefusalClarified:
    """The issuing member answered a refusal; customs must reconsider (OCP Rules 13.4 and 30.4)."""

    id: bytes
    key: int
    lines: int
    statement: bytes


@dataclass(frozen=True, slots=True)
class SplitUseSet:
    """A member said whether a line may be drawn down under several declarations."""

    member: str
    allowed: bool
    key: int


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """Customs opened a verification case."""

    case: int
    id: bytes
    """The certificate presented."""
    about: bytes
    """The certificate whose issuer is asked."""
    key: int
    importing: str
    exporting: str
    """The member that is asked."""
    lines: int
    suspended: int
    ground: int
    due: int
    conclude_due: int
    rules: bytes
    """Hash of the rule set whose clocks hold."""
    statement: bytes


@dataclass(frozen=True, slots=True)
class CaseStepped:
    """A step was taken in a verification case."""

    case: int
    id: bytes
    about: bytes
    key: int
    step: int
    due: int
    conclude_due: int
    statement: bytes


@dataclass(frozen=True, slots=True)
class SuspensionSet:
    """Customs said of which lines of a case preference is suspended."""

    case: int
    id: bytes
    about: bytes
    key: int
    suspended: int
    statement: bytes


@dataclass(frozen=True, slots=True)
class CaseConcluded:
    """Customs concluded a verification case."""

    case: int
    id: bytes
    about: bytes
    key: int
    confirmed: int
    denied: int
    statement: bytes


@dataclass(frozen=True, slots=True)
class ExporterRecorded:
    """A competent authority said something of a certified exporter."""

    member: str
    code: str
    version: int
    status: int
    key: int
    effective_from: int
    until: int
    """Zero when it is unlimited."""
    record_hash: bytes


OfCertificates = Issued | Entered | Linked | Anchored | Ended
OfMembers = (
    MemberAdmitted
    | MemberSuspended
    | MemberReinstated
    | AdminReplaced
    | AuthorityAdded
    | AuthorityWithdrawn
    | KeyAdded
    | KeyRevoked
    | KeyCompromised
    | ProposalMade
    | VoteCast
    | ProposalEnacted
)
OfTerms = (
    ProgrammeDeclared | ArrangementDeclared | ParticipationRecorded | RecognitionAdded | RecognitionEnded
)
"""The terms of mutual recognition: few, like members and keys."""
OfRecognition = StatusRecorded | OfTerms
OfProcedures = (
    ProofReceived
    | Decided
    | RefusalClarified
    | SplitUseSet
    | CaseOpened
    | CaseStepped
    | SuspensionSet
    | CaseConcluded
    | ExporterRecorded
)
"""What becomes of proofs of origin after their issue."""
Event = OfCertificates | OfMembers | OfRecognition | OfProcedures


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event with its place in the chain; block and position together are unique and give the order."""

    block: int
    position: int
    """Index of its log in the block."""
    at: int
    """Time of the block."""
    event: Event

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in the order of all."""
        return self.block, self.position


@dataclass(frozen=True, slots=True)
class Reported:
    """An event as a node reports it; whether its block is one of the chain's is still to be compared."""

    block: int
    block_hash: bytes
    position: int
    event: Event
