"""Is an operator of one member recognised by another, in that role, on that day?  Pure rules.

The same rules, in the same order, are `recogniseAsKnown` of `contracts/RecognitionRegistry.sol`; the vectors
of `tests/vectors/recognition/` hold the two equal.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from ledger.operators import (
    Answer,
    Arrangement,
    Consent,
    Mutual,
    Operator,
    OperatorStatus,
    Participation,
    ParticipationState,
    Question,
    Reason,
    Recognition,
    StatusChange,
)

_LAST = datetime.max.replace(tzinfo=UTC)
_OF_STATUS = {
    OperatorStatus.SUSPENDED: Reason.SUSPENDED,
    OperatorStatus.REVOKED: Reason.REVOKED,
    OperatorStatus.SURRENDERED: Reason.SURRENDERED,
    OperatorStatus.ANNULLED: Reason.ANNULLED,
}


def status_at(operator: Operator, at: datetime, known: datetime | None = None) -> StatusChange | None:
    """Return what holds at a moment, as the ledger knew it at another: what was recorded last and has begun.

    A change recorded later speaks for all times from its `effective_from` on, so a suspension that is
    recorded late also changes the answer for the days before it was recorded.
    """
    for change in reversed(operator.changes):
        if change.recorded_at <= (known or _LAST) and change.effective_from <= at:
            return change
    return None


def participation_at(
    mutual: Mutual, arrangement: int, member: str, at: datetime, known: datetime | None = None
) -> Participation | None:
    """Return how far a member is with an arrangement; None also when a compromised key says so."""
    for one in reversed(mutual.participations.get((arrangement, member), ())):
        if one.recorded_at <= (known or _LAST) and one.effective_from <= at:
            return None if compromised(mutual, one.key, one.recorded_at) else one
    return None


def recognised(question: Question, operator: Operator | None, mutual: Mutual) -> Answer:
    """Answer a question; `operator` is what the ledger holds under its code.

    1. The operator: known, certified, not expired, holding the role.
    2. At home nothing else is asked.  Elsewhere it must consent to the exchange of its data.
    3. Some arrangement must be in force for both members, and a recognition of the host's under it must
       cover programme, level, role, direction and moment.  The reason is that of what came nearest.
    """
    change = status_at(operator, question.at, question.known) if operator else None
    reason = _own(question, operator, change, mutual)
    if reason is not Reason.RECOGNISED or operator is None or change is None:
        return Answer(question=question, reason=reason, change=change)
    if question.host == operator.member:
        return Answer(question=question, reason=Reason.RECOGNISED, change=change)
    if Consent.EXCHANGE not in change.consent:
        return Answer(question=question, reason=Reason.NO_CONSENT, change=change)
    return _abroad(question, operator, change, mutual)


def _own(
    question: Question, operator: Operator | None, change: StatusChange | None, mutual: Mutual
) -> Reason:
    """Return what the operator's own status says."""
    if operator is None or operator.changes[0].recorded_at > (question.known or _LAST):
        return Reason.NOT_FOUND
    if change is None:
        return Reason.NOT_YET_EFFECTIVE
    if compromised(mutual, change.key, change.recorded_at):
        return Reason.SIGNER_COMPROMISED
    return _standing(question, change)


def _standing(question: Question, change: StatusChange) -> Reason:
    """Return what the status that applies says."""
    if change.status is not OperatorStatus.CERTIFIED:
        return _OF_STATUS[change.status]
    if change.until is not None and change.until < question.at:
        return Reason.EXPIRED
    if not question.role or question.role not in change.roles:
        return Reason.ROLE_NOT_HELD
    return Reason.RECOGNISED


def _abroad(question: Question, operator: Operator, change: StatusChange, mutual: Mutual) -> Answer:
    """Return the best that any arrangement open to both members says, the first of equals."""
    best = Answer(question=question, reason=Reason.NO_ARRANGEMENT, change=change)
    between = {question.host, operator.member}
    for arrangement in mutual.arrangements.values():
        if arrangement.other and between != {arrangement.member, arrangement.other}:
            continue
        for reason, row in _under(arrangement, question, operator, change, mutual):
            if reason is Reason.RECOGNISED or reason > best.reason:
                best = Answer(
                    question=question, reason=reason, change=change, recognition=row, arrangement=arrangement
                )
            if reason is Reason.RECOGNISED:
                return best
    return best


def _under(
    arrangement: Arrangement, question: Question, operator: Operator, change: StatusChange, mutual: Mutual
) -> Iterator[tuple[Reason, Recognition | None]]:
    """Yield what an arrangement says: of both members' participation, then of each recognition under it."""
    at, known = question.at, question.known
    states = [
        participation_at(mutual, arrangement.id, member, at, known)
        for member in (question.host, operator.member)
    ]
    reason = _both(states)
    if reason is not Reason.RECOGNISED:
        yield reason, None
        return
    yield Reason.PROGRAMME_NOT_RECOGNISED, None
    for row in mutual.matrix.get((question.host, operator.member), ()):
        seen = row.arrangement == arrangement.id and row.recorded_at <= (known or _LAST)
        if seen and not compromised(mutual, row.key, row.recorded_at):
            yield _covered(row, question, change), row


def _both(states: Sequence[Participation | None]) -> Reason:
    """Return whether benefits can flow between the host and the home, given how far each is."""
    host, home = (one.state if one else None for one in states)
    if host is None and home is None:
        return Reason.NO_ARRANGEMENT
    flowing = (ParticipationState.IN_FORCE, ParticipationState.SUSPENDED)
    if host not in flowing:
        return Reason.HOST_NOT_PARTICIPATING
    if home not in flowing:
        return Reason.HOME_NOT_PARTICIPATING
    return Reason.ARRANGEMENT_SUSPENDED if ParticipationState.SUSPENDED in (host, home) else Reason.RECOGNISED


def _covered(row: Recognition, question: Question, change: StatusChange) -> Reason:
    """Return whether a recognition covers an operator of its partner."""
    if row.programme != change.programme:
        return Reason.PROGRAMME_NOT_RECOGNISED
    if change.level < row.min_level:
        return Reason.LEVEL_TOO_LOW
    if question.role not in row.roles:
        return Reason.ROLE_NOT_COVERED
    if not question.direction or question.direction not in row.directions:
        return Reason.DIRECTION_NOT_COVERED
    if question.at < row.effective_from:
        return Reason.NOT_YET_RECOGNISED
    return Reason.NO_LONGER_RECOGNISED if _over(row, question) else Reason.RECOGNISED


def _over(row: Recognition, question: Question) -> bool:
    """Whether a recognition is over at the moment asked about, by its own term or by its grantor's word."""
    if row.until is not None and row.until < question.at:
        return True
    if row.ended_from is None or row.end_recorded_at is None:
        return False
    return row.end_recorded_at <= (question.known or _LAST) and row.ended_from <= question.at


def compromised(mutual: Mutual, key: int, signed_at: datetime) -> bool:
    """Whether what a key signed at a time is not to be relied on."""
    since = mutual.compromised.get(key)
    return since is not None and since <= signed_at
