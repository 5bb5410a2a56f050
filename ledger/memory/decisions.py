"""The rules of `ImportDecisions.sol` in Python, in the same order."""

from dataclasses import replace
from datetime import datetime

from ledger.events import Decided, ProofReceived, RefusalClarified, SplitUseSet
from ledger.facts import Address, Entry, Role
from ledger.memory.members import EPOCH
from ledger.memory.recognition_rules import second
from ledger.memory.use import MemoryUse, require_statement, seconds
from ledger.origin.facts import Claim, LateGround, Use
from ledger.origin.lines import bits_of
from ledger.procedures_refusals import (
    AlreadyReceived,
    DeclarationMissing,
    IssuerCompromised,
    LateGroundInvalid,
    LinesAlreadyGranted,
    LinesDenied,
    LinesMissing,
    LinesNotRefused,
    LinesOverlap,
    LinesSuspended,
    LinesUsedUp,
    NothingDecided,
    NotLate,
    PresentationDateInvalid,
    PresentedLate,
    PresentedOtherwise,
    SplitUseRefused,
    SplitUseUnchanged,
    UsedUpNotGranted,
)
from ledger.refusals import CertificateNotLive, NotYourCertificate
from ledger.writes import Clarify, Decide


class DecisionRules(MemoryUse):
    """Receipts, decisions on goods lines, answers to refusals."""

    def split_use(self, member: str) -> bool:
        """Return whether a member lets a line be drawn down under several declarations; it does at first."""
        return member not in self._split_use_refused

    def _receive(self, certificate: bytes, account: Address) -> None:
        key, _ = self._require_importing(certificate, account)
        use = self._use(certificate)
        if use.received_at is not None:
            raise AlreadyReceived(certificate, use.received_at)
        self._uses[certificate] = replace(use, received_at=self._now())
        self._report(ProofReceived(certificate, key.id))

    def _decide(self, write: Decide, account: Address) -> None:
        key, entry = self._require_importing(write.certificate, account)
        write = replace(write, presented_at=second(write.presented_at))
        _require_sound(write, self._now())
        claim = self._claims.get((write.certificate, write.declaration))
        use = self._use(write.certificate)
        _require_new(write, claim, use)
        if write.granted:
            self._require_good(write.certificate, entry)
            _require_timely(write, entry.valid_until)
            self._require_free(write, use, entry.importing)
        self._note_decision(write, claim, use)
        self._report(_told(write, key.id))

    def _note_decision(self, write: Decide, claim: Claim | None, use: Use) -> None:
        granted, refused, now = frozenset(write.granted), frozenset(write.refused), self._now()
        self._claims[write.certificate, write.declaration] = Claim(
            granted=(claim.granted if claim else frozenset()) | granted,
            refused=((claim.refused if claim else frozenset()) | refused) - granted,
            presented_at=write.presented_at,
            decided_at=now,
        )
        self._uses[write.certificate] = replace(
            use,
            granted=use.granted | granted,
            refused=(use.refused | refused) - granted,
            used_up=use.used_up | frozenset(write.used_up),
            received_at=use.received_at or now,
            decided_at=now,
            declarations=use.declarations + (claim is None),
        )

    def _clarify(self, write: Clarify, account: Address) -> None:
        key = self._require_role(account, Role.ISSUING)
        exporting = self._require_entry(write.certificate).exporting
        if exporting != key.member:
            raise NotYourCertificate(write.certificate, exporting, key.member)
        if not write.lines:
            raise LinesMissing
        if others := frozenset(write.lines) - self._use(write.certificate).refused:
            raise LinesNotRefused(write.certificate, bits_of(others))
        require_statement(write.statement)
        self._report(RefusalClarified(write.certificate, key.id, bits_of(write.lines), write.statement))

    def _set_split_use(self, allowed: bool, account: Address) -> None:  # noqa: FBT001 - of the write
        key = self._require_role(account, Role.CUSTOMS)
        if self.split_use(key.member) == allowed:
            raise SplitUseUnchanged(key.member)
        self._split_use_refused ^= {key.member}
        self._report(SplitUseSet(key.member, allowed, key.id))

    # ------------------------------------------------------------------------------------------ rules

    def _require_good(self, certificate: bytes, entry: Entry) -> None:
        """Check that it was not withdrawn, and that its issuer was itself when it issued."""
        if entry.ended_at is not None:
            raise CertificateNotLive(certificate, entry.standing_at(self._now()))
        if compromised_from := self._compromised_from(entry.key, entry.issued_at):
            raise IssuerCompromised(certificate, compromised_from)

    def _require_free(self, write: Decide, use: Use, member: str) -> None:
        """Check that nothing stands in the way; a line granted now is so under another declaration."""
        granted = frozenset(write.granted)
        if denied := granted & use.denied:
            raise LinesDenied(write.certificate, bits_of(denied))
        if suspended := granted & use.suspended:
            raise LinesSuspended(write.certificate, bits_of(suspended))
        if used_up := granted & use.used_up:
            raise LinesUsedUp(write.certificate, bits_of(used_up))
        if (split := granted & use.granted) and not self.split_use(member):
            raise SplitUseRefused(write.certificate, bits_of(split), member)


def _require_sound(write: Decide, now: datetime) -> None:
    """Check what can be said about a decision without looking at others."""
    granted, refused = frozenset(write.granted), frozenset(write.refused)
    if not any(write.declaration):
        raise DeclarationMissing
    require_statement(write.statement)
    if not granted | refused:
        raise NothingDecided
    if both := granted & refused:
        raise LinesOverlap(bits_of(both))
    if others := frozenset(write.used_up) - granted:
        raise UsedUpNotGranted(bits_of(others))
    if write.presented_at == EPOCH or write.presented_at > now:
        raise PresentationDateInvalid(write.presented_at, now)
    if write.late not in list(LateGround):
        raise LateGroundInvalid(int(write.late))


def _require_new(write: Decide, claim: Claim | None, use: Use) -> None:
    """Check that no line is granted again under a declaration, but for one that a case had denied."""
    if claim is None:
        return
    if claim.presented_at != write.presented_at:
        raise PresentedOtherwise(write.certificate, claim.presented_at)
    if again := claim.granted & (frozenset(write.refused) | (frozenset(write.granted) & use.granted)):
        raise LinesAlreadyGranted(write.certificate, bits_of(again))


def _require_timely(write: Decide, valid_until: datetime) -> None:
    """Check that it was presented within its validity, or for a reason not (OCP Rule 14)."""
    late = write.presented_at > valid_until
    if late and not write.late:
        raise PresentedLate(valid_until, write.presented_at)
    if not late and write.late:
        raise NotLate(valid_until, write.presented_at)


def _told(write: Decide, key: int) -> Decided:
    return Decided(
        id=write.certificate,
        declaration=write.declaration,
        key=key,
        granted=bits_of(write.granted),
        used_up=bits_of(write.used_up),
        refused=bits_of(write.refused),
        presented_at=seconds(write.presented_at),
        late=int(write.late),
        statement=write.statement,
    )
