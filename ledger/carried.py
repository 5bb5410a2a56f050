"""What a write in the outbox is about: its certificate, its call, and whether the chain holds it already."""

from ledger import carried_procedures, carried_recognition
from ledger.errors import ArchiveUnavailable
from ledger.facts import Evidence, Reason, Standing, Written
from ledger.outbox import SAYING, Dispatch, DispatchKind
from ledger.ports import Filing, Ledger
from ledger.refusals import (
    CertificateAlreadyIssued,
    CertificateNotLive,
    ContractRefusal,
    RootAlreadyAnchored,
)
from ledger.writes import Anchor, Cancel, Enter, Issue, OfRecognition, Replace, Said, Write

_NOTHING = bytes(32)
_ENDED = {Standing.CANCELLED, Standing.REPLACED}


def carried_by(dispatch: Dispatch, ledger: Ledger) -> Filing | None:
    """Return the certificate that a write is about, the first one of a batch."""
    if dispatch.kind in SAYING:
        return None
    if dispatch.kind in {DispatchKind.ENTER, DispatchKind.CANCEL}:
        return ledger.archive.find(dispatch.subject)
    carried = ledger.archive.carried(dispatch.position, limit=1)
    return carried[0] if carried else None


def write_of(dispatch: Dispatch, ledger: Ledger) -> Write:
    """Return what a write in the outbox says to the contract; the same each time."""
    if dispatch.kind in SAYING:
        return said_by(dispatch, ledger)
    if dispatch.kind is DispatchKind.ANCHOR:
        assert dispatch.valid_until is not None, "a batch has one"  # noqa: S101
        return Anchor(dispatch.subject, dispatch.size, dispatch.valid_until)
    if dispatch.kind is DispatchKind.CANCEL:
        return Cancel(dispatch.subject, dispatch.reason or Reason.OTHER)
    filing = carried_by(dispatch, ledger)
    if filing is None:
        message = f"write {dispatch.position} is about a certificate that the archive lacks; restore a backup"
        raise ArchiveUnavailable(message)
    if dispatch.kind is DispatchKind.ENTER:
        return Enter(filing.terms, filing.root, filing.siblings)
    if filing.replaces is not None:
        return Replace(filing.replaces, filing.terms)
    return Issue(filing.terms)


def held_already(dispatch: Dispatch, ledger: Ledger) -> Written | None:
    """Return where the chain holds for good what a write is to write, by an earlier try or another's.

    The id of a certificate is made of its document, so whoever wrote it, it is this one.  A cancellation
    holds only for the same reason.
    """
    if dispatch.kind in SAYING:
        said = said_by(dispatch, ledger)
        if isinstance(said, OfRecognition):
            return carried_recognition.held_already(said, dispatch.account, ledger)
        return carried_procedures.held_already(said, dispatch.account, ledger)
    evidence = _evidence(dispatch, ledger)
    if evidence is None or not evidence.final:
        return None
    entry, recorded = evidence.entry, None
    if dispatch.kind is DispatchKind.ANCHOR:
        recorded = evidence.anchor.anchored_at if evidence.anchor else None
    elif entry and dispatch.kind is DispatchKind.CANCEL:
        recorded = entry.ended_at if entry.reason is dispatch.reason else None
    elif entry:
        recorded = entry.issued_at
    return Written(b"", evidence.as_of.block, recorded, 0) if recorded else None


def seen_too_early(dispatch: Dispatch, refusal: ContractRefusal, ledger: Ledger) -> bool:
    """Whether reads are from before, or not yet sure of, what the contract refuses a write for.

    A replica may be some blocks behind the contract; until it shows what the contract speaks of, nobody
    knows whether that is our own earlier try.  To be asked when `held_already` has found nothing.
    """
    if dispatch.kind in SAYING:
        said = said_by(dispatch, ledger)
        if isinstance(said, OfRecognition):
            return carried_recognition.seen_too_early(refusal, dispatch.account, ledger)
        return carried_procedures.seen_too_early(said, refusal, dispatch.account, ledger)
    match refusal:
        case CertificateAlreadyIssued() | RootAlreadyAnchored():
            return True
        case CertificateNotLive(id=certificate, standing=standing) if standing in _ENDED:
            ended = ledger.registry.evidence(certificate, certificate, _NOTHING)
            mine = _evidence(dispatch, ledger)
            unsure = not ended.final or (mine is not None and not mine.final)
            return unsure or ended.entry is None or ended.entry.ended_at is None
    return False


def said_by(dispatch: Dispatch, ledger: Ledger) -> Said:
    """Return what a write of one of the kinds `SAYING` says."""
    write = ledger.outbox.said(dispatch.position)
    if write is None:
        message = f"what write {dispatch.position} says is not in the archive; restore a backup"
        raise ArchiveUnavailable(message)
    return write


def _evidence(dispatch: Dispatch, ledger: Ledger) -> Evidence | None:
    """Return what the chain holds of a write's certificate; None when the archive lacks what to ask for."""
    filing = carried_by(dispatch, ledger)
    if filing is not None:
        return ledger.registry.evidence(filing.id, filing.root, filing.terms.reference_key)
    if dispatch.kind is DispatchKind.CANCEL:  # needs no document: any certificate of the member can be ended
        return ledger.registry.evidence(dispatch.subject, dispatch.subject, _NOTHING)
    return None
