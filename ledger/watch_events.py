"""What watchers are told: changes of an operator's status, and of whether a host recognises it.

Codes only, never a name.  Of an operator that does not agree to the exchange of its data, nobody but its own
member is told more than that it no longer does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import orjson

from ledger.aeo.recognition import recognised, status_at
from ledger.aeo.words import direction_named, direction_word, role_code, word
from ledger.facts import AsOf
from ledger.operators import (
    Consent,
    Mutual,
    Operator,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    Question,
    Reason,
    StatusChange,
)
from ledger.recognition_port import Recorded
from ledger.watch_port import Delivery, EventType, Watch

_LINKS: Final = {
    EventType.STATUS: "/v1/recognition/hosts?operator={operator}",
    EventType.RECOGNITION: "/v1/recognition?operator={operator}&host={host}&role={role}",
}
"""Where the service answers what holds now, relative to its address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something to tell."""

    type: EventType
    subject: str
    key: str
    """What tells it from all else of this type; the same however often it is worked out."""
    at: datetime
    data: Mapping[str, Any]


def message(watch: Watch, happened: Happened, now: datetime) -> Delivery:
    """Return the message to one watcher; its id and its body are the same however often it is made."""
    named = f"{watch.id}\n{happened.type.value}\n{happened.key}".encode()
    event = f"evt_{sha256(named).hexdigest()[:32]}"
    body = {
        "id": event,
        "type": happened.type.value,
        "timestamp": _instant(happened.at),
        "watch": watch.id,
        "data": happened.data,
    }
    return Delivery(
        watch=watch.id,
        event=event,
        type=happened.type,
        subject=happened.subject,
        body=orjson.dumps(body),
        created_at=now,
        next_at=now,
    )


# ------------------------------------------------------------------------------------------------ status


def exchanged(operator: Operator, change: StatusChange) -> bool:
    """Whether a change may be told to other members: it was recorded with consent, and that still stands."""
    return Consent.EXCHANGE in change.consent and Consent.EXCHANGE in operator.latest.consent


def withdraws(recorded: Recorded, operator: Operator) -> bool:
    """Whether a change takes back the consent to exchange that the one before it held."""
    earlier = operator.changes[: recorded.change.version - 1]
    had = bool(earlier) and Consent.EXCHANGE in earlier[-1].consent
    return had and Consent.EXCHANGE not in recorded.change.consent


def status_changed(recorded: Recorded, operator: Operator, to: str) -> Happened | None:
    """Return what a member is told of a status change; None where consent leaves nothing to tell."""
    change = recorded.change
    earlier = operator.changes[: change.version - 1]
    told: dict[str, Any] = {"operator": recorded.operator, "version": change.version}
    had = bool(earlier) and Consent.EXCHANGE in earlier[-1].consent
    own = to == operator.member
    if own or exchanged(operator, change):
        agreed = Consent.EXCHANGE in change.consent
        before = _standing(earlier, change.effective_from, own=own) if own or had else None
        told |= {"exchanged": agreed, "statusBefore": before, **_stated(change)}
    elif had:
        told |= {"exchanged": False}
    else:
        return None
    as_of = AsOf(recorded.place[0], change.recorded_at)
    return _happened(
        EventType.STATUS, str(recorded.operator), f"{recorded.operator} {change.version}", as_of, told
    )


def _stated(change: StatusChange) -> dict[str, Any]:
    """Return what a change says."""
    certified = change.status is OperatorStatus.CERTIFIED
    return {
        "status": word(change.status),
        "programme": change.programme,
        "level": change.level,
        "roles": [role_code(role) for role in OperatorRole if role in change.roles],
        "ground": word(change.ground),
        "effectiveFrom": _instant(change.effective_from),
        "validUntil": _instant(change.until) if certified and change.until else None,
    }


def _standing(changes: tuple[StatusChange, ...], at: datetime, *, own: bool) -> str | None:
    """Return how an operator stood at a moment; others are told only what it agreed to."""
    if not changes:
        return None
    held = status_at(Operator(OperatorCode(""), changes), at)
    if held is None:
        return "not-yet-effective"
    if not own and Consent.EXCHANGE not in held.consent:
        return None
    over = held.status is OperatorStatus.CERTIFIED and held.until is not None and held.until < at
    return "expired" if over else word(held.status)


# ------------------------------------------------------------------------------------------- recognition


@dataclass(frozen=True, slots=True)
class Shift:
    """The terms of recognition at two moments, and whom the difference can touch."""

    before: Mutual
    after: Mutual
    as_of: AsOf
    """The newest block in which they changed."""
    moments: tuple[datetime, ...] = field(default=())
    """Moments at which the answers are compared: now, and from when what is new holds."""
    members: frozenset[str] | None = frozenset()
    """Members concerned as host or home; None for all, as when a key is compromised."""

    def touches(self, host: str, home: str) -> bool:
        """Whether a host's recognition of a member's operators can differ."""
        return self.members is None or host in self.members or home in self.members


def shift_of(before: Mutual, after: Mutual, as_of: AsOf, now: datetime) -> Shift:
    """Return what changed between two states of the terms, of which the second follows the first."""
    moments, members = {now}, set[str]()
    for (number, member), said in after.participations.items():
        new = said[len(before.participations.get((number, member), ())) :]
        moments |= {one.effective_from for one in new}
        members |= {member} if new else set()
    for row in after.recognitions.values():
        if row != before.recognitions.get(row.id):
            moments.add(row.ended_from or row.effective_from)
            members |= {row.grantor, row.partner}
    everybody = before.compromised != after.compromised
    return Shift(before, after, as_of, tuple(sorted(moments)), None if everybody else frozenset(members))


def recognition_changed(shift: Shift, operator: Operator, host: str, known: datetime) -> Happened | None:
    """Return what is told of a host's recognition of an operator; None when that is as before.

    `known` is the time of the block up to which the ledger is told; later statuses do not count yet.
    """
    if Consent.EXCHANGE not in operator.latest.consent:
        return None
    changes = [found for role in OperatorRole for found in _of_role(shift, operator, host, role, known)]
    if not changes:
        return None
    told = {"operator": operator.code, "host": host, "changes": changes}
    key = f"{operator.code} {host} {shift.as_of.block}"
    return _happened(EventType.RECOGNITION, str(operator.code), key, shift.as_of, told)


def _of_role(
    shift: Shift, operator: Operator, host: str, role: OperatorRole, known: datetime
) -> Iterator[dict[str, Any]]:
    """Yield the first moment from which a host answers otherwise about one role, in its usual direction."""
    if not any(role in change.roles for change in operator.changes):
        return
    direction = direction_named(None, role)
    for at in shift.moments:
        question = Question(
            operator=operator.code, host=host, role=role, direction=direction, at=at, known=known
        )
        before, after = (recognised(question, operator, mutual) for mutual in (shift.before, shift.after))
        if Reason.NO_CONSENT not in {before.reason, after.reason} and before.recognised != after.recognised:
            yield {
                "role": role_code(role),
                "direction": direction_word(direction),
                "recognisedBefore": before.recognised,
                "reasonBefore": word(before.reason),
                "recognised": after.recognised,
                "reason": word(after.reason),
                "effectiveFrom": _instant(at),
            }
            return


def _happened(kind: EventType, subject: str, key: str, as_of: AsOf, told: dict[str, Any]) -> Happened:
    first = told["changes"][0] if "changes" in told else {}
    link = _LINKS[kind].format(operator=subject, host=told.get("host"), role=first.get("role"))
    more = {
        "recordedAt": _instant(as_of.time),
        "asOf": {"block": as_of.block, "time": _instant(as_of.time)},
        "link": link,
    }
    return Happened(type=kind, subject=subject, key=key, at=as_of.time, data=told | more)


def tested(watch: Watch, number: str, now: datetime) -> Happened:
    """Return the message that tries a receiver; `number` tells it from other tries."""
    data = {"message": "This is a test; nothing happened.", "label": watch.label}
    return Happened(type=EventType.TEST, subject="", key=number, at=now, data=data)


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
