"""Receiving a proof of origin that is presented: it is verified, kept whole, and its receipt is recorded.

Customs of the importing member confirms the receipt, so that the issuing authority learns of it.  Any other
authority keeps the copy only: an intermediate one to re-export on it, customs as an original behind another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ledger.errors import Refused
from ledger.facts import Address, Authority, Role
from ledger.issuing import WAIT, entitled
from ledger.kept_copies import kept_copy
from ledger.kept_port import Kept
from ledger.outbox import Dispatch, DispatchState
from ledger.ports import Ledger
from ledger.presented import examined, opened
from ledger.refusals import AuthorityUnknown, NotAuthorised
from ledger.verdict import Verdict, VerdictCode
from ledger.verifying import verify_examined
from ledger.writes import Enter, Receive

RECEIVED: Final = frozenset(
    {VerdictCode.VALID, VerdictCode.EXPIRED, VerdictCode.CANCELLED, VerdictCode.REPLACED}
)
"""Genuine certificates, good for preference or not: their issuer hears that they were presented."""


@dataclass(eq=False)
class NotReceivable(Refused):
    """A copy is not of a certificate that this ledger holds, so there is nothing to keep or to confirm."""

    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.verdict.title}: {self.verdict.sentence}"


@dataclass(frozen=True, slots=True)
class Received:
    """What came of receiving a copy."""

    kept: Kept
    verdict: Verdict
    received_at: datetime | None
    """When the ledger first had the receipt; None where it is on its way, or is not to have one."""
    addressed: bool
    """Whether it is addressed to the member that received it, and a customs authority did."""


def receive(
    document: Mapping[str, Any], *, authority: int, account: Address, ledger: Ledger, wait: float = WAIT
) -> Received:
    """Receive a presented envelope for an authority.

    1. Verify it: what is not genuine, or not final yet, is not received.
    2. Keep it; a copy that hides what decisions need is refused.
    3. Write its entry first where it came in a batch, then confirm the receipt; wait until it is recorded.

    Receiving it again changes nothing and answers as before.  Raises `EnvelopeMalformed`, `NotReceivable`,
    `CopyIncomplete`, a twin of the contract's error, or `Unavailable`.  What is not recorded in time comes
    back without a time; the same call again says how far it is.
    """
    # 1. Verify.
    envelope = opened(document)
    examination = examined(envelope)
    verdict = verify_examined(examination, ledger)
    if verdict.code not in RECEIVED:
        raise NotReceivable(verdict)
    # 2. Keep.
    holder = _authority(authority, ledger)
    copy = kept_copy(envelope, examination, document, kept_at=ledger.clock(), authority=authority)
    kept = ledger.kept.keep(copy)
    if holder.member != kept.terms.importing or Role.CUSTOMS not in holder.roles:
        return Received(kept, verdict, None, addressed=False)
    # 3. Confirm.
    entitled(authority, account, ledger, Role.CUSTOMS)
    received_at = ledger.procedures.use(kept.id).received_at
    if received_at is None:
        enter_first(kept, account, ledger)
        queued = ledger.outbox.put_write(Receive(kept.id), account, now=ledger.clock())
        written = carried_out(queued.position, account, ledger, wait).written
        received_at = written.at if written else None
    return Received(kept, verdict, received_at, addressed=True)


def enter_first(kept: Kept, account: Address, ledger: Ledger) -> None:
    """Queue the entry of a certificate that the ledger holds only in a batch, before what follows.

    Who else enters it in the meantime does no harm: the write is then settled as done.
    """
    evidence = ledger.registry.evidence(kept.id, kept.root, kept.terms.reference_key)
    if evidence.entry is None and evidence.anchor is not None:
        write = Enter(kept.terms, kept.root, kept.siblings)
        ledger.outbox.put_write(write, account, now=ledger.clock())


def carried_out(position: int, account: Address, ledger: Ledger, wait: float) -> Dispatch:
    """Wait for a write of the outbox; raises the refusal when the contract refused it.

    One that waits for a key that is not at hand any more goes out by the account.
    """
    write = ledger.outbox.find(position)
    if write and write.state is DispatchState.WAITING and not ledger.registry.holds(write.account):
        ledger.outbox.requeue(write, account)
    done = ledger.carrier.carried_out(lambda: ledger.outbox.find(position), wait)
    if done.refusal is not None:
        raise done.refusal
    return done


def _authority(authority: int, ledger: Ledger) -> Authority:
    found = ledger.members.authority(authority)
    if found is None:
        raise AuthorityUnknown(authority)
    if found.withdrawn_at is not None:
        raise NotAuthorised(str(authority), Role.CUSTOMS)
    return found
