"""What was recorded of an operator over time, as far as anybody may be told.  Pure rules.

Nothing is in it that questions about single days would not tell: without consent to exchange there is none,
a change that was made without it is left out, and so is what a compromised key signed.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.aeo.recognition import compromised
from ledger.aeo.told import consent_of
from ledger.operators import Consent, Mutual, Operator, OperatorStatus, Programme, StatusChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One status change, as anybody may be told of it."""

    status: OperatorStatus
    effective_from: datetime
    until: datetime | None
    """Last second of the authorisation; None also where it has no end, or is over."""
    recorded_at: datetime
    programme: Programme | None
    level: int


def history(operator: Operator, mutual: Mutual, now: datetime) -> tuple[Past, ...]:
    """Return the changes that may be told, the one recorded last first."""
    if Consent.EXCHANGE not in consent_of(operator, now, mutual):
        return ()
    return tuple(_past(change, mutual) for change in reversed(operator.changes) if _told(change, mutual))


def _told(change: StatusChange, mutual: Mutual) -> bool:
    return Consent.EXCHANGE in change.consent and not compromised(mutual, change.key, change.recorded_at)


def _past(change: StatusChange, mutual: Mutual) -> Past:
    return Past(
        status=change.status,
        effective_from=change.effective_from,
        until=change.until if change.status is OperatorStatus.CERTIFIED else None,
        recorded_at=change.recorded_at,
        programme=mutual.programmes.get(change.programme),
        level=change.level,
    )
