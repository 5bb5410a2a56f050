"""How roles, directions, statuses and reasons are written: on the wire, by people and in sentences."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ledger.codes.members import called
from ledger.errors import QuestionMalformed
from ledger.operators import (
    Answer,
    Direction,
    Ground,
    OperatorRole,
    OperatorStatus,
    Question,
    Reason,
)

ROLE_WORDS: Final[Mapping[OperatorRole, str]] = {
    OperatorRole.IMP: "importer",
    OperatorRole.EXP: "exporter",
    OperatorRole.MFR: "manufacturer",
    OperatorRole.BRK: "broker",
    OperatorRole.CAR: "carrier",
    OperatorRole.FWD: "forwarder",
    OperatorRole.WHS: "warehouse",
    OperatorRole.TRM: "terminal",
    OperatorRole.LOG: "logistics",
    OperatorRole.OTH: "other",
}
"""Roles in words; both the words and the codes are taken as input."""
_ROLES: Final = {word: role for role, word in ROLE_WORDS.items()} | {
    str(role.name).lower(): role for role in ROLE_WORDS
}
_DIRECTIONS: Final = {"import": Direction.IMPORT, "export": Direction.EXPORT}
EXPIRED: Final = "expired"
NOT_YET_EFFECTIVE: Final = "not-yet-effective"


def role_named(text: str) -> OperatorRole:
    """Return a role by its code or word; raises `QuestionMalformed`."""
    role = _ROLES.get(text.strip().lower())
    if role is None:
        wanted = f"name a role: {', '.join(ROLE_WORDS.values())}"
        raise QuestionMalformed("role", "role.unknown", wanted)
    return role


def direction_named(text: str | None, role: OperatorRole) -> Direction:
    """Return a direction, as the host sees it; without one that in which goods of such a partner mostly go.

    A partner's exporter or manufacturer sends goods here, its importer receives goods from here.
    """
    if not text:
        return Direction.EXPORT if role is OperatorRole.IMP else Direction.IMPORT
    direction = _DIRECTIONS.get(text.strip().lower())
    if direction is None:
        raise QuestionMalformed("direction", "direction.unknown", "name a direction: import or export")
    return direction


def role_code(role: OperatorRole) -> str:
    """Return the code of one role, such as EXP."""
    return str(role.name)


def direction_word(direction: Direction) -> str:
    """Return `import` or `export`."""
    return str(direction.name).lower()


def directions_words(directions: Direction) -> list[str]:
    """Return the words of a set of directions."""
    return [word for word, direction in _DIRECTIONS.items() if direction in directions]


def word(one: Reason | OperatorStatus | Ground) -> str:
    """Return a reason, status or ground as the wire has it, such as `programme-not-recognised`."""
    return one.name.lower().replace("_", "-")


def status_code(answer: Answer) -> str | None:
    """Return how the operator stands at the moment asked about; None where nothing reliable is known."""
    if answer.reason is Reason.NOT_YET_EFFECTIVE:
        return NOT_YET_EFFECTIVE
    change = answer.change
    if change is None or answer.reason is Reason.SIGNER_COMPROMISED:
        return None
    ended = change.until is not None and change.until < answer.question.at
    if change.status is OperatorStatus.CERTIFIED and ended:
        return EXPIRED
    return word(change.status)


_SENTENCES: Final[Mapping[Reason, str]] = {
    Reason.RECOGNISED: "{host} recognises it as {role} for {direction} on {day}.",
    Reason.NOT_FOUND: "{home} has no operator under this code on the ledger.",
    Reason.SIGNER_COMPROMISED: "What {home} last recorded was signed with a key that is not to be relied on.",
    Reason.NOT_YET_EFFECTIVE: "Its authorisation in {home} has not begun on {day}.",
    Reason.SUSPENDED: "{home} has suspended it on {day}; it has no benefits meanwhile.",
    Reason.REVOKED: "{home} has revoked its authorisation.",
    Reason.SURRENDERED: "It has given its authorisation back.",
    Reason.ANNULLED: "Its authorisation is void from the start.",
    Reason.EXPIRED: "Its authorisation has expired before {day}.",
    Reason.ROLE_NOT_HELD: "It is not authorised as {role}.",
    Reason.NO_CONSENT: "It does not agree to the exchange of its status with other members.",
    Reason.NO_ARRANGEMENT: "{host} and {home} have no arrangement on mutual recognition.",
    Reason.HOST_NOT_PARTICIPATING: "{host} does not apply the arrangement on {day}.",
    Reason.HOME_NOT_PARTICIPATING: "{home} does not apply the arrangement on {day}.",
    Reason.ARRANGEMENT_SUSPENDED: "The arrangement between {host} and {home} is suspended on {day}.",
    Reason.PROGRAMME_NOT_RECOGNISED: "{host} does not recognise the programme it belongs to.",
    Reason.LEVEL_TOO_LOW: "{host} recognises a higher level of its programme only.",
    Reason.ROLE_NOT_COVERED: "{host} does not recognise operators of {home} as {role}.",
    Reason.DIRECTION_NOT_COVERED: "{host} does not recognise operators of {home} for {direction}.",
    Reason.NOT_YET_RECOGNISED: "The recognition by {host} has not begun on {day}.",
    Reason.NO_LONGER_RECOGNISED: "The recognition by {host} has ended before {day}.",
}
_ASK_HOME: Final = "Ask your partner, or the AEO authority of {home}."
_ASK_HOST: Final = "Declare without the code; ask the customs of {host} from when it applies."
_NEXT_STEPS: Final[Mapping[Reason, str]] = {
    Reason.RECOGNISED: "Write the code into the declaration, and see that name and code are your partner's.",
    Reason.NOT_FOUND: "Compare the code with your partner's certificate of authorisation, letter by letter.",
    Reason.SIGNER_COMPROMISED: "Ask the AEO authority of {home}, which records it anew.",
    Reason.NOT_YET_EFFECTIVE: "Ask again for a day on which it has begun.",
    Reason.NO_CONSENT: "Ask your partner to agree to the exchange, at the AEO authority of {home}.",
    Reason.ROLE_NOT_HELD: "Ask in the role that your partner has in the consignment.",
    Reason.DIRECTION_NOT_COVERED: "Ask for the direction in which the goods go, as {host} sees it.",
    Reason.ROLE_NOT_COVERED: _ASK_HOST,
    Reason.NO_ARRANGEMENT: _ASK_HOST,
    Reason.HOST_NOT_PARTICIPATING: _ASK_HOST,
    Reason.HOME_NOT_PARTICIPATING: _ASK_HOST,
    Reason.ARRANGEMENT_SUSPENDED: _ASK_HOST,
    Reason.PROGRAMME_NOT_RECOGNISED: _ASK_HOST,
    Reason.LEVEL_TOO_LOW: _ASK_HOST,
    Reason.NOT_YET_RECOGNISED: _ASK_HOST,
    Reason.NO_LONGER_RECOGNISED: _ASK_HOST,
}


def sentence_of(reason: Reason, question: Question) -> str:
    """Return why, as a sentence."""
    if reason is Reason.RECOGNISED and question.host == question.operator[:2]:
        return _filled("{home} has authorised it as {role} on {day}.", question)
    return _filled(_SENTENCES[reason], question)


def next_step_of(reason: Reason, question: Question) -> str:
    """Return what a business does now."""
    return _filled(_NEXT_STEPS.get(reason, _ASK_HOME), question)


def _filled(text: str, question: Question) -> str:
    return text.format(
        host=called(question.host),
        home=called(question.operator[:2]),
        role=ROLE_WORDS.get(question.role, "this role"),
        direction=f"{direction_word(question.direction)}s" if question.direction else "this direction",
        day=_day(question.at),
    )


_MONTHS: Final = (
    "January February March April May June July August September October November December".split()
)


def _day(at: datetime) -> str:
    """Return a day as people read it: its month by name."""
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"
