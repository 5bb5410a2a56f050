"""What the ledger holds: members, authorities, keys, entries and anchors, as plain values.

These mirror the structs of `contracts/interfaces/`; a time that is unset on chain (zero) is `None` here.
All datetimes are aware and in UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, IntFlag
from typing import NewType

Address = NewType("Address", str)
"""An account of the chain, 0x and 40 hex digits with the EIP-55 checksum."""


class Role(IntFlag):
    """What an authority may do; one authority may hold several."""

    ISSUING = 1
    COMPETENT = 2
    CUSTOMS = 4
    AEO = 8


class Standing(IntEnum):
    """How a certificate stands at a moment, computed from the times of its entry."""

    UNKNOWN = 0
    VALID = 1
    EXPIRED = 2
    CANCELLED = 3
    REPLACED = 4


class Reason(IntEnum):
    """Why a certificate was cancelled."""

    ISSUED_IN_ERROR = 1
    PARTICULARS_WRONG = 2
    GOODS_NOT_SHIPPED = 3
    ORIGIN_NOT_MET = 4
    OBTAINED_BY_FRAUD = 5
    AT_REQUEST_OF_EXPORTER = 6
    OTHER = 7
    REPLACED = 255
    """Set by the contract alone, when a replacement is issued."""


class ProposalKind(IntEnum):
    """What members vote on."""

    ADMIT = 0
    SUSPEND = 1
    REINSTATE = 2
    REPLACE_ADMIN = 3


VOTING_PERIOD = timedelta(days=90)
"""How long members may agree to a proposal; after that it has lapsed."""


@dataclass(frozen=True, slots=True)
class LedgerName:
    """Which ledger this is: envelopes name theirs, and an answer of another one is no answer."""

    chain_id: int
    address: Address
    """The certificate registry."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The block, and its time, that an answer is true as of."""

    block: int
    time: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A state admitted to the ledger."""

    code: str
    """ISO 3166 alpha-2."""
    admin: Address
    admitted_at: datetime
    suspended: bool


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who an authority is; it never changes."""

    name: str
    member: str


@dataclass(frozen=True, slots=True)
class Authority:
    """An organisation of a member: a ministry, a customs administration, a chamber."""

    id: int
    member: str
    roles: Role
    name: str
    domain: str
    """Its web domain; OpenAttestation verifiers look for the registry's address in its DNS."""
    since: datetime
    withdrawn_at: datetime | None

    @property
    def issuer(self) -> Issuer:
        """Who signs with its keys."""
        return Issuer(self.name, self.member)


@dataclass(frozen=True, slots=True)
class Key:
    """An account that writes for an authority."""

    id: int
    account: Address
    authority: int
    member: str
    roles: Role
    suspended: bool
    since: datetime
    revoked_at: datetime | None
    compromised_from: datetime | None
    """From this moment on its signatures are not trusted; may lie before `revoked_at`."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A vote among members, open or enacted."""

    id: int
    kind: ProposalKind
    member: str
    admin: Address | None
    proposed_at: datetime
    enacted_at: datetime | None
    votes: int
    needed: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What the chain holds of one certificate."""

    key: int
    """Id of the key that signed it."""
    exporting: str
    importing: str
    scheme: int
    issued_at: datetime
    valid_until: datetime
    ended_at: datetime | None
    reason: Reason | None

    def standing_at(self, moment: datetime) -> Standing:
        """Return how the certificate stood at a moment; the contract's rule, in whole seconds."""
        if moment < self.issued_at:
            return Standing.UNKNOWN
        if self.ended_at is not None and self.ended_at <= moment:
            return Standing.REPLACED if self.reason is Reason.REPLACED else Standing.CANCELLED
        return Standing.EXPIRED if self.valid_until < moment else Standing.VALID


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the chain holds of a batch of certificates."""

    key: int
    exporting: str
    size: int
    anchored_at: datetime
    valid_until: datetime
    """The latest validity in the batch."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All the chain says about one presented certificate, read at one block."""

    as_of: AsOf
    entry: Entry | None
    anchor: Anchor | None
    holder: bytes | None
    """The certificate of the same member that holds the same reference, if any does."""
    replacement: bytes | None
    key: Key | None
    """The key that signed the entry or, if there is none, the anchor."""
    final: bool = True
    """False while the block that recorded it could still be undone."""
    unused: bool = field(default=False, compare=False)
    """Whether whoever answered knows that customs has not acted on the entry, which spares a question."""


@dataclass(frozen=True, slots=True)
class Records:
    """All that the keys of some authorities have recorded."""

    entries: frozenset[bytes]
    """Ids of certificates, those entered from batches too."""
    anchors: frozenset[bytes]
    """Roots of batches."""


@dataclass(frozen=True, slots=True)
class Written:
    """Receipt of one write."""

    transaction: bytes
    block: int
    at: datetime
    gas_used: int
