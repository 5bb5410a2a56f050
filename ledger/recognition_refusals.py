"""The custom errors of `RecognitionRegistry.sol`, as `ledger.refusals` has those of the certificate registry.

Operands: operators are their codes, members ISO codes, times aware datetimes; what is wrong about a number
is told as that number, also where a listed value was expected.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.operators import OperatorStatus
from ledger.refusals import ContractRefusal


@dataclass(eq=False)
class MembersInvalid(ContractRefusal):
    """There is no contract at {members}, where the registry of members should be."""

    members: str


@dataclass(eq=False)
class NothingToRecord(ContractRefusal):
    """The list of statuses is empty."""


@dataclass(eq=False)
class OperatorCodeInvalid(ContractRefusal):
    """{operator} is no operator code: its member's two letters, then 1 to 15 of A to Z and 0 to 9."""

    operator: str


@dataclass(eq=False)
class OperatorNotYours(ContractRefusal):
    """Operator {operator} belongs to another member, the key writes for {member}."""

    operator: str
    member: str


@dataclass(eq=False)
class VersionOutOfTurn(ContractRefusal):
    """Version {version} of {operator} is out of turn, the next is {expected}; look what was recorded last."""

    operator: str
    version: int
    expected: int


@dataclass(eq=False)
class ConsentMissing(ContractRefusal):
    """{operator} has not agreed to the exchange of its data, so it is not written to the ledger at all."""

    operator: str


@dataclass(eq=False)
class ConsentInvalid(ContractRefusal):
    """Consent {consent} of {operator} is unknown; add up PUBLICATION 1 and EXCHANGE 2."""

    operator: str
    consent: int


@dataclass(eq=False)
class StatusInvalid(ContractRefusal):
    """{operator} cannot have the status {status} here; the first one recorded is certified."""

    operator: str
    status: OperatorStatus


@dataclass(eq=False)
class StatusNotAllowed(ContractRefusal):
    """{operator} is {from_}, and that does not become {to}; only a new authorisation follows."""

    operator: str
    from_: OperatorStatus
    to: OperatorStatus


@dataclass(eq=False)
class OperatorRolesInvalid(ContractRefusal):
    """Roles {roles} of {operator} are none or unknown; add up those from 1 (importer) to 512 (other)."""

    operator: str
    roles: int


@dataclass(eq=False)
class ProgrammeNotOfMember(ContractRefusal):
    """Programme {programme} is not one of {member}'s."""

    programme: int
    member: str


@dataclass(eq=False)
class LevelInvalid(ContractRefusal):
    """Level {level} of {operator} is not one of its programme's, which go from 1 to {highest}."""

    operator: str
    level: int
    highest: int


@dataclass(eq=False)
class EffectiveDateInvalid(ContractRefusal):
    """A status of {operator} cannot hold from {effective_from}: the latest that may be given is {latest}."""

    operator: str
    effective_from: datetime
    latest: datetime


@dataclass(eq=False)
class UntilInvalid(ContractRefusal):
    """A status of {operator} ends on {until}, not after {effective_from}, from when it is to hold."""

    operator: str
    effective_from: datetime
    until: datetime


@dataclass(eq=False)
class ReapplicationTooEarly(ContractRefusal):
    """{operator} may not be certified again before {until}, nor may that time be cut short but on appeal."""

    operator: str
    until: datetime


@dataclass(eq=False)
class RecordHashMissing(ContractRefusal):
    """The status of {operator} carries no hash of its record."""

    operator: str


@dataclass(eq=False)
class ProgrammeCodeMissing(ContractRefusal):
    """A programme needs a code."""


@dataclass(eq=False)
class ProgrammeNameMissing(ContractRefusal):
    """A programme needs a name."""


@dataclass(eq=False)
class ProgrammeKindInvalid(ContractRefusal):
    """{kind} is not a kind of programme; use 1 (SAFE AEO) or 2 (compliance)."""

    kind: int


@dataclass(eq=False)
class LevelsInvalid(ContractRefusal):
    """A programme has 1 to 9 levels, not {levels}."""

    levels: int


@dataclass(eq=False)
class ProgrammeAlreadyDeclared(ContractRefusal):
    """The member has a programme of this code already, number {programme}."""

    programme: int


@dataclass(eq=False)
class ArrangementCodeMissing(ContractRefusal):
    """An arrangement needs a code."""


@dataclass(eq=False)
class ArrangementTitleMissing(ContractRefusal):
    """An arrangement needs a title."""


@dataclass(eq=False)
class ArrangementKindInvalid(ContractRefusal):
    """{kind} is not a kind of arrangement; use 1 (plurilateral) or 2 (bilateral)."""

    kind: int


@dataclass(eq=False)
class OtherPartyInvalid(ContractRefusal):
    """'{other}' cannot be the other party: a bilateral arrangement names another member, others nobody."""

    other: str


@dataclass(eq=False)
class ArrangementAlreadyDeclared(ContractRefusal):
    """The ledger has an arrangement of this code already, number {arrangement}."""

    arrangement: int


@dataclass(eq=False)
class TooManyArrangements(ContractRefusal):
    """A member declares at most {most} arrangements."""

    most: int


@dataclass(eq=False)
class ArrangementUnknown(ContractRefusal):
    """There is no arrangement {arrangement}."""

    arrangement: int


@dataclass(eq=False)
class NotAParty(ContractRefusal):
    """{member} is no party of arrangement {arrangement}."""

    arrangement: int
    member: str


@dataclass(eq=False)
class ParticipationStateInvalid(ContractRefusal):
    """{state} is not a state of participation; use 1 to 7."""

    state: int


@dataclass(eq=False)
class ParticipationOutOfTurn(ContractRefusal):
    """Version {version} in arrangement {arrangement} is out of turn, the next is {expected}."""

    arrangement: int
    version: int
    expected: int


@dataclass(eq=False)
class ParticipationDateInvalid(ContractRefusal):
    """A state in arrangement {arrangement} cannot hold from {effective_from}; the latest is {latest}."""

    arrangement: int
    effective_from: datetime
    latest: datetime


@dataclass(eq=False)
class PartnerInvalid(ContractRefusal):
    """{partner} cannot be the partner here: name another member that the arrangement is open to."""

    partner: str


@dataclass(eq=False)
class ProgrammeNotRecognisable(ContractRefusal):
    """Programme {programme} looks at compliance alone; partners recognise SAFE AEO programmes only."""

    programme: int


@dataclass(eq=False)
class MinLevelInvalid(ContractRefusal):
    """Level {min_level} is not one of the programme's, which go from 1 to {highest}."""

    min_level: int
    highest: int


@dataclass(eq=False)
class RecognisedRolesInvalid(ContractRefusal):
    """Roles {roles} are none or unknown; add up those from 1 (importer) to 512 (other)."""

    roles: int


@dataclass(eq=False)
class DirectionsInvalid(ContractRefusal):
    """Directions {directions} are none or unknown; add up IMPORT 1 and EXPORT 2."""

    directions: int


@dataclass(eq=False)
class RecognitionDatesInvalid(ContractRefusal):
    """A recognition cannot hold from {effective_from} until {until}."""

    effective_from: datetime
    until: datetime


@dataclass(eq=False)
class RecognitionAlreadyAdded(ContractRefusal):
    """Recognition {recognition} has the same terms and has not been ended."""

    recognition: int


@dataclass(eq=False)
class TooManyRecognitions(ContractRefusal):
    """A member has at most {most} recognitions of one partner, ended ones included."""

    most: int


@dataclass(eq=False)
class RecognitionUnknown(ContractRefusal):
    """There is no recognition {recognition}."""

    recognition: int


@dataclass(eq=False)
class RecognitionNotYours(ContractRefusal):
    """Recognition {recognition} is another member's, the key writes for {member}."""

    recognition: int
    member: str


@dataclass(eq=False)
class RecognitionAlreadyEnded(ContractRefusal):
    """Recognition {recognition} has been ended already, from {ended_from}."""

    recognition: int
    ended_from: datetime


@dataclass(eq=False)
class EndDateInvalid(ContractRefusal):
    """Recognition {recognition} cannot end on {ended_from}."""

    recognition: int
    ended_from: datetime
