"""How roles, directions, statuses and reasons are written: on the wire, by people and in sentences."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

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
from ledger.said import said

ROLE_WORDS: Final[Mapping[OperatorRole, str]] = {
    OperatorRole.IMP: said("importer"),
    OperatorRole.EXP: said("exporter"),
    OperatorRole.MFR: said("manufacturer"),
    OperatorRole.BRK: said("broker"),
    OperatorRole.CAR: said("carrier"),
    OperatorRole.FWD: said("forwarder"),
    OperatorRole.WHS: said("warehouse"),
    OperatorRole.TRM: said("terminal"),
    OperatorRole.LOG: said("logistics"),
    OperatorRole.OTH: said("other"),
}
"""Roles in words, each a sentence of its own; both the words and the codes are taken as input."""
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


DIRECTION_WORDS: Final[Mapping[Direction, str]] = {
    Direction.IMPORT: said("imports"),
    Direction.EXPORT: said("exports"),
}
"""Directions in sentences."""
_THIS_ROLE: Final = said("this role")
_THIS_DIRECTION: Final = said("this direction")
_Values: TypeAlias = Mapping[str, Any]
_Sentence: TypeAlias = Callable[[_Values], str]

_SENTENCES: Final[Mapping[Reason, _Sentence]] = {
    Reason.RECOGNISED: lambda of: said("{host} recognises it as {role} for {direction} on {day}.", **of),
    Reason.NOT_FOUND: lambda of: said("{home} has no operator under this code on the ledger.", **of),
    Reason.SIGNER_COMPROMISED: lambda of: said(
        "What {home} last recorded was signed with a key that is not to be relied on.", **of
    ),
    Reason.NOT_YET_EFFECTIVE: lambda of: said("Its authorisation in {home} has not begun on {day}.", **of),
    Reason.SUSPENDED: lambda of: said(
        "{home} has suspended it on {day}; it has no benefits meanwhile.", **of
    ),
    Reason.REVOKED: lambda of: said("{home} has revoked its authorisation.", **of),
    Reason.SURRENDERED: lambda of: said("It has given its authorisation back.", **of),
    Reason.ANNULLED: lambda of: said("Its authorisation is void from the start.", **of),
    Reason.EXPIRED: lambda of: said("Its authorisation has expired before {day}.", **of),
    Reason.ROLE_NOT_HELD: lambda of: said("It is not authorised as {role}.", **of),
    Reason.NO_CONSENT: lambda of: said(
        "It does not agree to the exchange of its status with other members.", **of
    ),
    Reason.NO_ARRANGEMENT: lambda of: said(
        "{host} and {home} have no arrangement on mutual recognition.", **of
    ),
    Reason.HOST_NOT_PARTICIPATING: lambda of: said("{host} does not apply the arrangement on {day}.", **of),
    Reason.HOME_NOT_PARTICIPATING: lambda of: said("{home} does not apply the arrangement on {day}.", **of),
    Reason.ARRANGEMENT_SUSPENDED: lambda of: said(
        "The arrangement between {host} and {home} is suspended on {day}.", **of
    ),
    Reason.PROGRAMME_NOT_RECOGNISED: lambda of: said(
        "{host} does not recognise the programme it belongs to.", **of
    ),
    Reason.LEVEL_TOO_LOW: lambda of: said("{host} recognises a higher level of its programme only.", **of),
    Reason.ROLE_NOT_COVERED: lambda of: said(
        "{host} does not recognise operators of {home} as {role}.", **of
    ),
    Reason.DIRECTION_NOT_COVERED: lambda of: said(
        "{host} does not recognise operators of {home} for {direction}.", **of
    ),
    Reason.NOT_YET_RECOGNISED: lambda of: said("The recognition by {host} has not begun on {day}.", **of),
    Reason.NO_LONGER_RECOGNISED: lambda of: said("The recognition by {host} has ended before {day}.", **of),
}


def _ask_home(of: _Values) -> str:
    return said("Ask your partner, or the AEO authority of {home}.", **of)


def _ask_host(of: _Values) -> str:
    return said("Declare without the code; ask the customs of {host} from when it applies.", **of)


_NEXT_STEPS: Final[Mapping[Reason, _Sentence]] = {
    Reason.RECOGNISED: lambda of: said(
        "Write the code into the declaration, and see that name and code are your partner's.", **of
    ),
    Reason.NOT_FOUND: lambda of: said(
        "Compare the code with your partner's certificate of authorisation, letter by letter.", **of
    ),
    Reason.SIGNER_COMPROMISED: lambda of: said(
        "Ask the AEO authority of {home}, which records it anew.", **of
    ),
    Reason.NOT_YET_EFFECTIVE: lambda of: said("Ask again for a day on which it has begun.", **of),
    Reason.NO_CONSENT: lambda of: said(
        "Ask your partner to agree to the exchange, at the AEO authority of {home}.", **of
    ),
    Reason.ROLE_NOT_HELD: lambda of: said("Ask in the role that your partner has in the consignment.", **of),
    Reason.DIRECTION_NOT_COVERED: lambda of: said(
        "Ask for the direction in which the goods go, as {host} sees it.", **of
    ),
    Reason.ROLE_NOT_COVERED: _ask_host,
    Reason.NO_ARRANGEMENT: _ask_host,
    Reason.HOST_NOT_PARTICIPATING: _ask_host,
    Reason.HOME_NOT_PARTICIPATING: _ask_host,
    Reason.ARRANGEMENT_SUSPENDED: _ask_host,
    Reason.PROGRAMME_NOT_RECOGNISED: _ask_host,
    Reason.LEVEL_TOO_LOW: _ask_host,
    Reason.NOT_YET_RECOGNISED: _ask_host,
    Reason.NO_LONGER_RECOGNISED: _ask_host,
}


def sentence_of(reason: Reason, question: Question) -> str:
    """Return why, as a sentence."""
    of = _values(question)
    if reason is Reason.RECOGNISED and question.host == question.operator[:2]:
        return said("{home} has authorised it as {role} on {day}.", **of)
    return _SENTENCES[reason](of)


def next_step_of(reason: Reason, question: Question) -> str:
    """Return what a business does now."""
    return _NEXT_STEPS.get(reason, _ask_home)(_values(question))


def _values(question: Question) -> _Values:
    return {
        "host": called(question.host),
        "home": called(question.operator[:2]),
        "role": ROLE_WORDS.get(question.role, _THIS_ROLE),
        "direction": DIRECTION_WORDS.get(question.direction, _THIS_DIRECTION),
        "day": question.at.date(),
    }
