"""The rules of `CertificateRegistry.sol` in Python, in the same order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from ledger.batch import member_node
from ledger.events import Ended, Entered, Issued, Linked
from ledger.facts import (
    Address,
    Anchor,
    Entry,
    Evidence,
    Key,
    LedgerName,
    Reason,
    Records,
    Role,
    Standing,
    Written,
)
from ledger.hashing import pair
from ledger.memory.blocks import wall_clock, write
from ledger.memory.recognition import MemoryRecognitions
from ledger.merkle import climb
from ledger.ports import Clock
from ledger.refusals import (
    AlreadyExpired,
    AnchorExpiresEarlier,
    AnchorIssuerCompromised,
    BatchSizeInvalid,
    CertificateAlreadyIssued,
    CertificateNotLive,
    CertificateUnknown,
    DocumentHashMissing,
    ImportingMemberInvalid,
    NotYourCertificate,
    NotYourMember,
    ParentExpiresEarlier,
    ParentIssuerCompromised,
    ParentNotAddressedHere,
    ParentNotLive,
    ParentsNotSorted,
    ParentUnknown,
    PostDated,
    ProofInvalid,
    ReasonInvalid,
    ReferenceAlreadyUsed,
    ReferenceKeyMissing,
    RootAlreadyAnchored,
    RootMissing,
    RootUnknown,
    SchemeMissing,
    TooManyParents,
    ValidityInvalid,
)
from ledger.terms import Terms, certificate_id, first_instant, last_instant

MEMORY_LEDGER = LedgerName(1337, Address("0x00000000000000000000000000000000000A5A11"))
MAX_PARENTS = 32
MAX_POST_DATING = timedelta(days=1)
LARGEST_BATCH = 2**32 - 1
ANY_ROLE = Role(0)


class MemoryRegistry(MemoryRecognitions):
    """Certificates; `held` are the accounts whose keys are at hand, `None` all."""

    def __init__(
        self,
        founders: Mapping[str, Address],
        clock: Clock = wall_clock,
        held: Collection[str] | None = None,
        ledger: LedgerName = MEMORY_LEDGER,
    ) -> None:
        super().__init__(founders, clock, held)
        self._ledger = ledger
        self._entries: dict[bytes, Entry] = {}
        self._anchors: dict[bytes, Anchor] = {}
        self._holders: dict[tuple[str, bytes], bytes] = {}
        self._replacements: dict[bytes, bytes] = {}

    @property
    def ledger(self) -> LedgerName:
        """The name by which envelopes know this ledger."""
        return self._ledger

    @property
    def local(self) -> bool:
        """Return True: all of it is in this process."""
        return True

    def evidence_at_hand(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence | None:
        """Return what `evidence` does."""
        return self.evidence(certificate, root, reference_key)

    def evidence(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence:
        """Return all that is recorded about an id, its root and its reference."""
        entry, batch = self._entries.get(certificate), self._anchors.get(root)
        signed = entry or batch
        return Evidence(
            as_of=self.head(),
            entry=entry,
            anchor=batch,
            holder=self._holders.get((signed.exporting, reference_key)) if signed else None,
            replacement=self._replacements.get(certificate),
            key=self.signer(signed.key) if signed else None,
        )

    def taken(self, exporting: str, reference_keys: Sequence[bytes]) -> frozenset[bytes]:
        """Return which of a member's references are held by entries."""
        return frozenset(key for key in reference_keys if (exporting, key) in self._holders)

    def records(self, authorities: Collection[int]) -> Records:
        """Return all that the keys of these authorities have recorded."""
        keys = {key.id for key in self._keys.values() if key.authority in authorities}
        return Records(
            frozenset(id_ for id_, entry in self._entries.items() if entry.key in keys),
            frozenset(root for root, batch in self._anchors.items() if batch.key in keys),
        )

    def standing(self, certificate: bytes, at: datetime) -> Standing:
        """Return how the certificate stood at a moment."""
        entry = self._entries.get(certificate)
        return entry.standing_at(at.replace(microsecond=0)) if entry else Standing.UNKNOWN

    # ----------------------------------------------------------------------------------------- writes

    @write
    def issue(self, terms: Terms, account: Address) -> Written:
        """Write an entry."""
        self._begin(account)
        key = self._require_role(account, Role.ISSUING)
        self._register(terms, key.id, key.member, self._now())
        return self._written()

    @write
    def anchor(self, tree: bytes, size: int, valid_until: date, account: Address) -> Written:
        """Commit a batch of certificates by the root of its tree, recorded joined with the member."""
        if not 0 <= size <= LARGEST_BATCH:
            raise BatchSizeInvalid(size)
        self._begin(account)
        key = self._require_role(account, Role.ISSUING)
        now, until = self._now(), _end_of(valid_until)
        if not any(tree):
            raise RootMissing
        if size == 0:
            raise BatchSizeInvalid(size)
        if until < now:
            raise AlreadyExpired(until, now)
        root = pair(tree, member_node(key.member))
        if root in self._anchors:
            raise RootAlreadyAnchored(root)
        self._anchors[root] = Anchor(key.id, key.member, size, now, until)
        return self._written()

    @write
    def enter(self, terms: Terms, root: bytes, proof: Sequence[bytes], account: Address) -> Written:
        """Turn a certificate of a batch into an entry, as of the time of the batch."""
        self._begin(account)
        self._require_role(account, ANY_ROLE)
        batch = self._anchors.get(root)
        if batch is None:
            raise RootUnknown(root)
        if compromised_from := self._compromised_from(batch.key, batch.anchored_at):
            raise AnchorIssuerCompromised(root, compromised_from)
        certificate = certificate_id(terms)
        if climb(certificate, proof) != root:
            raise ProofInvalid(certificate, root)
        if batch.valid_until < _end_of(terms.valid_until):
            raise AnchorExpiresEarlier(root, batch.valid_until, _end_of(terms.valid_until))
        self._register(terms, batch.key, batch.exporting, batch.anchored_at)
        self._report(Entered(certificate, root, int(batch.anchored_at.timestamp())))
        return self._written()

    @write
    def cancel(self, certificate: bytes, reason: Reason, account: Address) -> Written:
        """End an entry for good."""
        self._begin(account)
        key = self._require_role(account, Role.ISSUING)
        if not Reason.ISSUED_IN_ERROR <= reason <= Reason.OTHER:
            raise ReasonInvalid(int(reason))
        entry = self._require_own_entry(certificate, key)
        if entry.ended_at is not None:
            raise CertificateNotLive(certificate, entry.standing_at(self._now()))
        self._entries[certificate] = replace(entry, ended_at=self._now(), reason=reason)
        self._report(Ended(certificate, key.id, int(reason), None))
        return self._written()

    @write
    def replace(self, certificate: bytes, terms: Terms, account: Address) -> Written:
        """End an entry and write the one that takes its place, both or neither."""
        self._begin(account)
        key = self._require_role(account, Role.ISSUING)
        entry = self._require_own_entry(certificate, key)
        standing = entry.standing_at(self._now())
        if standing is not Standing.VALID:
            raise CertificateNotLive(certificate, standing)
        # The old one ends first, so that the new one cannot be based on it.
        self._entries[certificate] = replace(entry, ended_at=self._now(), reason=Reason.REPLACED)
        try:
            self._register(terms, key.id, key.member, self._now())
        except BaseException:
            self._entries[certificate] = entry
            raise
        self._replacements[certificate] = certificate_id(terms)
        self._report(Ended(certificate, key.id, int(Reason.REPLACED), self._replacements[certificate]))
        return self._written()

    # ------------------------------------------------------------------------------------------ rules

    def _register(self, terms: Terms, key: int, member: str, moment: datetime) -> None:
        """Write an entry after checking all rules there are about one."""
        certificate = certificate_id(terms)
        _require_sound(terms, member, moment)
        if certificate in self._entries:
            raise CertificateAlreadyIssued(certificate)
        reference = (member, terms.reference_key)
        if reference in self._holders:
            raise ReferenceAlreadyUsed(terms.reference_key, self._holders[reference])
        self._require_parents(terms, moment)
        self._holders[reference] = certificate
        self._entries[certificate] = Entry(
            key=key,
            exporting=member,
            importing=terms.importing,
            scheme=int(terms.scheme),
            issued_at=moment,
            valid_until=_end_of(terms.valid_until),
            ended_at=None,
            reason=None,
        )
        self._report_issued(certificate, terms, key)

    def _report_issued(self, certificate: bytes, terms: Terms, key: int) -> None:
        self._report(
            Issued(
                id=certificate,
                reference_key=terms.reference_key,
                importing=terms.importing,
                exporting=terms.exporting,
                key=key,
                scheme=int(terms.scheme),
                issued_on=first_instant(terms.issued_on),
                valid_until=last_instant(terms.valid_until),
            )
        )
        for parent in terms.parents:
            self._report(Linked(parent, certificate))

    def _require_parents(self, terms: Terms, moment: datetime) -> None:
        """Check the originals of a back-to-back certificate (ATIGA OCP Rule 11)."""
        if len(terms.parents) > MAX_PARENTS:
            raise TooManyParents(len(terms.parents), MAX_PARENTS)
        previous = b""
        for parent in terms.parents:
            if parent <= previous and previous:
                raise ParentsNotSorted
            self._require_parent(parent, terms, moment)
            previous = parent

    def _require_parent(self, parent: bytes, terms: Terms, moment: datetime) -> None:
        entry = self._entries.get(parent)
        if entry is None:
            raise ParentUnknown(parent)
        standing = entry.standing_at(moment)
        if standing is not Standing.VALID:
            raise ParentNotLive(parent, standing)
        if entry.importing != terms.exporting:
            raise ParentNotAddressedHere(parent, entry.importing, terms.exporting)
        if entry.valid_until < _end_of(terms.valid_until):
            raise ParentExpiresEarlier(parent, entry.valid_until, _end_of(terms.valid_until))
        if compromised_from := self._compromised_from(entry.key, entry.issued_at):
            raise ParentIssuerCompromised(parent, compromised_from)

    def _compromised_from(self, number: int, moment: datetime) -> datetime | None:
        """Return since when a key is compromised, if that covers what it signed at a moment."""
        key = self.signer(number)
        since = key.compromised_from if key else None
        return since if since and since <= moment else None

    def _require_own_entry(self, certificate: bytes, key: Key) -> Entry:
        entry = self._entries.get(certificate)
        if entry is None:
            raise CertificateUnknown(certificate)
        if entry.exporting != key.member:
            raise NotYourCertificate(certificate, entry.exporting, key.member)
        return entry


def _require_sound(terms: Terms, member: str, moment: datetime) -> None:
    """Check what can be said about the terms without looking at other entries."""
    issued_on, valid_until = _at(first_instant(terms.issued_on)), _end_of(terms.valid_until)
    if terms.exporting != member:
        raise NotYourMember(terms.exporting, member)
    if not terms.importing or terms.importing == member:
        raise ImportingMemberInvalid(terms.importing)
    if not any(terms.document_hash):
        raise DocumentHashMissing
    if not any(terms.reference_key):
        raise ReferenceKeyMissing
    if not terms.scheme:
        raise SchemeMissing
    if issued_on > valid_until:
        raise ValidityInvalid(issued_on, valid_until)
    if issued_on > moment + MAX_POST_DATING:
        raise PostDated(issued_on, moment)
    if valid_until < moment:
        raise AlreadyExpired(valid_until, moment)


def _end_of(day: date) -> datetime:
    return _at(last_instant(day))


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
