"""Rules of `RecognitionRegistry.sol` that look at what is written alone, for `ledger.memory.recognition`."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from ledger.facts import Key
from ledger.memory.members import EPOCH
from ledger.operators import (
    ALL_ROLES,
    ENDED,
    Arrangement,
    ArrangementKind,
    Consent,
    Ground,
    OperatorCode,
    OperatorStatus,
    Programme,
    ProgrammeKind,
    Recognition,
    RecognitionTerms,
    Status,
    StatusChange,
)
from ledger.recognition_refusals import (
    ConsentInvalid,
    ConsentMissing,
    DirectionsInvalid,
    EffectiveDateInvalid,
    MinLevelInvalid,
    OperatorCodeInvalid,
    OperatorNotYours,
    ProgrammeNotRecognisable,
    ReapplicationTooEarly,
    RecognisedRolesInvalid,
    RecognitionDatesInvalid,
    StatusInvalid,
    StatusNotAllowed,
    UntilInvalid,
)

_CODE = re.compile("[A-Z]{2}[A-Z0-9]{1,15}")


def require_code(operator: OperatorCode, member: str) -> None:
    """Check that a code is one, and of this member."""
    if not _CODE.fullmatch(operator):
        raise OperatorCodeInvalid(operator)
    if operator[:2] != member:
        raise OperatorNotYours(operator, member)


def require_status(operator: OperatorCode, status: Status, latest: StatusChange | None) -> None:
    """Check consent, and that this status may follow the latest one."""
    if latest is None and Consent.EXCHANGE not in status.consent:
        raise ConsentMissing(operator)
    if int(status.consent) > int(Consent.PUBLICATION | Consent.EXCHANGE):
        raise ConsentInvalid(operator, int(status.consent))
    if latest is None and status.status is not OperatorStatus.CERTIFIED:
        raise StatusInvalid(operator, status.status)
    if latest and latest.status in ENDED and status.status is OperatorStatus.SUSPENDED:
        raise StatusNotAllowed(operator, latest.status, status.status)


def require_times(
    operator: OperatorCode, status: Status, latest: StatusChange | None, furthest: datetime
) -> None:
    """Check from when to when a status is to hold."""
    if not EPOCH < status.effective_from <= furthest:
        raise EffectiveDateInvalid(operator, status.effective_from, furthest)
    if status.until is not None and status.until <= status.effective_from:
        raise UntilInvalid(operator, status.effective_from, status.until)
    if latest is None or latest.status not in ENDED or status.ground is Ground.APPEAL_UPHELD:
        return
    # It comes back at a time after which it could apply, and no other end shortens that time.
    free = status.effective_from if status.status is OperatorStatus.CERTIFIED else status.until
    if latest.until is not None and (free is None or free < latest.until):
        raise ReapplicationTooEarly(operator, latest.until)


def require_terms(programme: Programme, terms: RecognitionTerms) -> None:
    """Check what is recognised of a programme."""
    if programme.kind is not ProgrammeKind.SAFE_AEO:
        raise ProgrammeNotRecognisable(programme.id)
    if not 1 <= terms.min_level <= programme.levels:
        raise MinLevelInvalid(terms.min_level, programme.levels)
    if not 0 < int(terms.roles) <= int(ALL_ROLES):
        raise RecognisedRolesInvalid(int(terms.roles))
    if not 0 < int(terms.directions) <= 3:  # noqa: PLR2004 -- IMPORT and EXPORT
        raise DirectionsInvalid(int(terms.directions))
    ends_first = terms.until is not None and terms.until <= terms.effective_from
    if terms.effective_from == EPOCH or ends_first:
        raise RecognitionDatesInvalid(terms.effective_from, terms.until or EPOCH)


def open_to(arrangement: Arrangement, member: str) -> bool:
    """Whether a member can take part in an arrangement."""
    parties = (arrangement.member, arrangement.other)
    return arrangement.kind is not ArrangementKind.BILATERAL or member in parties


def row_of(terms: RecognitionTerms, number: int, key: Key, at: datetime) -> Recognition:
    """Return the row that terms become when a key adds them."""
    return Recognition(
        arrangement=terms.arrangement,
        partner=terms.partner,
        programme=terms.programme,
        min_level=terms.min_level,
        roles=terms.roles,
        directions=terms.directions,
        effective_from=terms.effective_from,
        until=terms.until,
        id=number,
        grantor=key.member,
        recorded_at=at,
        key=key.id,
    )


def whole(status: Status) -> Status:
    """Return a status with its times as the chain counts them."""
    return replace(
        status, effective_from=second(status.effective_from), until=status.until and end_second(status.until)
    )


def whole_terms(terms: RecognitionTerms) -> RecognitionTerms:
    """Return terms with their times as the chain counts them."""
    return replace(
        terms, effective_from=second(terms.effective_from), until=terms.until and end_second(terms.until)
    )


def second(time: datetime) -> datetime:
    """Return a time in whole seconds; what lies before 1970 is as good as none."""
    return max(time.replace(microsecond=0), EPOCH)


def end_second(time: datetime) -> datetime:
    """Return the end of something; the first second of 1970 would be none."""
    return max(second(time), EPOCH + timedelta(seconds=1))
