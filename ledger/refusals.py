"""One class per custom error of the contracts, under the same name and with the same operands.

`ledger.chain` decodes revert data into these, the in-memory adapter raises them itself, and a test walks
the ABI and fails when a twin is missing or its operands differ.  Those of `RecognitionRegistry.sol` are in
`ledger.recognition_refusals`.  Operands: members are ISO codes, ids and
keys 32 bytes, accounts EIP-55 strings, times aware datetimes.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import IntEnum

from ledger.errors import Refused
from ledger.facts import Standing


def _shown(value: object) -> str:
    """Return an operand as a person reads it."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, datetime):
        return f"{value.day} {value:%B %Y %H:%M:%S} UTC"
    if isinstance(value, IntEnum):
        return value.name.lower()
    return str(value)


@dataclass(eq=False)
class ContractRefusal(Refused):
    """The contract said no; the class docstring is the sentence, with its operands in braces."""

    def __str__(self) -> str:
        operands = {field.name: _shown(getattr(self, field.name)) for field in fields(self)}
        return (self.__doc__ or "").format(**operands)


@dataclass(eq=False)
class NotAnAdmin(ContractRefusal):
    """{account} is not the admin key of a member."""

    account: str


@dataclass(eq=False)
class MemberUnknown(ContractRefusal):
    """{member} is not a member of this ledger."""

    member: str


@dataclass(eq=False)
class MemberAlreadyKnown(ContractRefusal):
    """{member} is a member already; a suspended member is reinstated, not admitted."""

    member: str


@dataclass(eq=False)
class MemberCodeInvalid(ContractRefusal):
    """{member} is not a member code: two upper-case letters (ISO 3166 alpha-2)."""

    member: str


@dataclass(eq=False)
class MemberNotActive(ContractRefusal):
    """{member} is suspended or not a member, and only active members may do this."""

    member: str


@dataclass(eq=False)
class MemberNotSuspended(ContractRefusal):
    """{member} is not suspended, so there is nothing to reinstate."""

    member: str


@dataclass(eq=False)
class LastActiveMember(ContractRefusal):
    """{member} is the last active member; suspending it would leave nobody to vote."""

    member: str


@dataclass(eq=False)
class TooManyMembers(ContractRefusal):
    """The ledger holds at most {limit} members."""

    limit: int


@dataclass(eq=False)
class AdminInvalid(ContractRefusal):
    """{admin} cannot be an admin key here; admission and replacement need one, other votes none."""

    admin: str


@dataclass(eq=False)
class AdminInUse(ContractRefusal):
    """{admin} is in use already, as an admin key or as an authority's key."""

    admin: str


@dataclass(eq=False)
class AuthorityUnknown(ContractRefusal):
    """There is no authority {authority}."""

    authority: int


@dataclass(eq=False)
class AuthorityNotYours(ContractRefusal):
    """Authority {authority} does not belong to {member}."""

    authority: int
    member: str


@dataclass(eq=False)
class AuthorityAlreadyWithdrawn(ContractRefusal):
    """Authority {authority} was withdrawn on {withdrawn_at}."""

    authority: int
    withdrawn_at: datetime


@dataclass(eq=False)
class RolesInvalid(ContractRefusal):
    """Roles {roles} are none or unknown; add up ISSUING 1, COMPETENT 2, CUSTOMS 4, AEO 8."""

    roles: int


@dataclass(eq=False)
class NameMissing(ContractRefusal):
    """An authority needs a name."""


@dataclass(eq=False)
class DomainMissing(ContractRefusal):
    """An authority needs a web domain."""


@dataclass(eq=False)
class KeyInvalid(ContractRefusal):
    """{account} cannot be a key."""

    account: str


@dataclass(eq=False)
class KeyAlreadyKnown(ContractRefusal):
    """{account} is or was a key already; make a new one."""

    account: str


@dataclass(eq=False)
class KeyUnknown(ContractRefusal):
    """{account} was never a key of this ledger."""

    account: str


@dataclass(eq=False)
class KeyNotYours(ContractRefusal):
    """Key {account} does not belong to {member}."""

    account: str
    member: str


@dataclass(eq=False)
class KeyAlreadyRevoked(ContractRefusal):
    """Key {account} was revoked on {revoked_at}."""

    account: str
    revoked_at: datetime


@dataclass(eq=False)
class TooManyKeys(ContractRefusal):
    """{member} has {limit} live keys, the most it may have; revoke one first."""

    member: str
    limit: int


@dataclass(eq=False)
class CompromiseDateInvalid(ContractRefusal):
    """The compromise of {account} cannot start on {from_}: the latest moment it may be given is {latest}."""

    account: str
    from_: datetime
    latest: datetime


@dataclass(eq=False)
class ProposalUnknown(ContractRefusal):
    """There is no proposal {proposal}."""

    proposal: int


@dataclass(eq=False)
class ProposalAlreadyEnacted(ContractRefusal):
    """Proposal {proposal} was enacted on {enacted_at}."""

    proposal: int
    enacted_at: datetime


@dataclass(eq=False)
class ProposalLapsed(ContractRefusal):
    """Proposal {proposal} lapsed on {lapsed_at}; propose it anew."""

    proposal: int
    lapsed_at: datetime


@dataclass(eq=False)
class AlreadyVoted(ContractRefusal):
    """{member} has voted on proposal {proposal} already."""

    proposal: int
    member: str


@dataclass(eq=False)
class VotesMissing(ContractRefusal):
    """Proposal {proposal} has {votes} votes of the {needed} it needs."""

    proposal: int
    votes: int
    needed: int


@dataclass(eq=False)
class NotAuthorised(ContractRefusal):
    """{account} holds no live key with role {role} (1 issuing, 2 competent, 4 customs, 8 AEO)."""

    account: str
    role: int


@dataclass(eq=False)
class NotYourMember(ContractRefusal):
    """The certificate is issued for {exporting}, the key writes for {member}."""

    exporting: str
    member: str


@dataclass(eq=False)
class ImportingMemberInvalid(ContractRefusal):
    """{importing} cannot be the importing member of this certificate."""

    importing: str


@dataclass(eq=False)
class DocumentHashMissing(ContractRefusal):
    """The terms carry no document hash."""


@dataclass(eq=False)
class ReferenceKeyMissing(ContractRefusal):
    """The terms carry no reference key."""


@dataclass(eq=False)
class SchemeMissing(ContractRefusal):
    """The terms name no scheme."""


@dataclass(eq=False)
class ValidityInvalid(ContractRefusal):
    """Validity ends on {valid_until}, before the date of issue {issued_on}."""

    issued_on: datetime
    valid_until: datetime


@dataclass(eq=False)
class PostDated(ContractRefusal):
    """The date of issue {issued_on} lies more than a day after {moment}."""

    issued_on: datetime
    moment: datetime


@dataclass(eq=False)
class AlreadyExpired(ContractRefusal):
    """Validity ended on {valid_until}, before {moment}."""

    valid_until: datetime
    moment: datetime


@dataclass(eq=False)
class CertificateAlreadyIssued(ContractRefusal):
    """Certificate {id} is on the ledger already."""

    id: bytes


@dataclass(eq=False)
class ReferenceAlreadyUsed(ContractRefusal):
    """The reference is taken by certificate {holder}."""

    reference_key: bytes
    holder: bytes


@dataclass(eq=False)
class ParentsNotSorted(ContractRefusal):
    """The original proofs are not in ascending order, or one is named twice."""


@dataclass(eq=False)
class TooManyParents(ContractRefusal):
    """{given} original proofs were named, the most is {limit}."""

    given: int
    limit: int


@dataclass(eq=False)
class ParentUnknown(ContractRefusal):
    """Original proof {parent} is not on the ledger; an anchored one is entered first."""

    parent: bytes


@dataclass(eq=False)
class ParentNotLive(ContractRefusal):
    """Original proof {parent} is {standing}."""

    parent: bytes
    standing: Standing


@dataclass(eq=False)
class ParentNotAddressedHere(ContractRefusal):
    """Original proof {parent} is addressed to {importing}, not to {exporting}."""

    parent: bytes
    importing: str
    exporting: str


@dataclass(eq=False)
class ParentExpiresEarlier(ContractRefusal):
    """Original proof {parent} ends on {parent_valid_until}, before {valid_until}."""

    parent: bytes
    parent_valid_until: datetime
    valid_until: datetime


@dataclass(eq=False)
class ParentIssuerCompromised(ContractRefusal):
    """Original proof {parent} was signed after its key was compromised on {compromised_from}."""

    parent: bytes
    compromised_from: datetime


@dataclass(eq=False)
class CertificateUnknown(ContractRefusal):
    """Certificate {id} is not on the ledger."""

    id: bytes


@dataclass(eq=False)
class CertificateNotLive(ContractRefusal):
    """Certificate {id} is {standing}."""

    id: bytes
    standing: Standing


@dataclass(eq=False)
class NotYourCertificate(ContractRefusal):
    """Certificate {id} was issued by {exporting}, the key writes for {member}."""

    id: bytes
    exporting: str
    member: str


@dataclass(eq=False)
class ReasonInvalid(ContractRefusal):
    """{reason} is not a reason for cancelling; use 1 to 7."""

    reason: int


@dataclass(eq=False)
class RootAlreadyAnchored(ContractRefusal):
    """Root {root} is anchored already."""

    root: bytes


@dataclass(eq=False)
class RootMissing(ContractRefusal):
    """The batch has no root."""


@dataclass(eq=False)
class RootUnknown(ContractRefusal):
    """Root {root} is not anchored."""

    root: bytes


@dataclass(eq=False)
class AnchorIssuerCompromised(ContractRefusal):
    """Batch {root} was anchored after its key was compromised on {compromised_from}."""

    root: bytes
    compromised_from: datetime


@dataclass(eq=False)
class BatchSizeInvalid(ContractRefusal):
    """A batch of {size} certificates cannot be anchored."""

    size: int


@dataclass(eq=False)
class ProofInvalid(ContractRefusal):
    """The proof does not lead from certificate {id} to root {root}."""

    id: bytes
    root: bytes


@dataclass(eq=False)
class AnchorExpiresEarlier(ContractRefusal):
    """Batch {root} ends on {anchor_valid_until}, before {valid_until}."""

    root: bytes
    anchor_valid_until: datetime
    valid_until: datetime
