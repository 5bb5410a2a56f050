"""From what the ledger tells of an operator to what its page says; pure functions, no rule of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from api.pages.operators_asked import Question
from api.pages.operators_reasons import REASONS
from ledger.aeo.history import Past
from ledger.aeo.naming import Likeness, likeness
from ledger.aeo.told import NAME_NOTES, Told
from ledger.aeo.words import DIRECTION_WORDS, ROLE_WORDS, direction_word, role_code
from ledger.codes.members import called
from ledger.operators import Arrangement, OperatorStatus, Programme, Reason
from ledger.partner_check import Dossier, Elsewhere
from ledger.said import said

STATUS_WORDS: Final[Mapping[str, str]] = {
    "certified": said("Authorised"),
    "suspended": said("Suspended"),
    "revoked": said("Revoked"),
    "surrendered": said("Given back"),
    "annulled": said("Void from the start"),
    "expired": said("Expired"),
    "not-yet-effective": said("Not yet begun"),
}
"""Statuses by the wire's words."""
_STOPPING: Final = frozenset(
    {
        Reason.SIGNER_COMPROMISED,
        Reason.SUSPENDED,
        Reason.REVOKED,
        Reason.SURRENDERED,
        Reason.ANNULLED,
        Reason.EXPIRED,
    }
)


_OTHERS: Final = (
    said("It is registered under the name below, and not under the one you typed."),
    said("Ask your partner why, and do not use the code before you know."),
)
"""What is said first, and done next, where the name is another's."""


class NameCheck(StrEnum):
    """What is to be said of the name beside the code."""

    ASK = "ask"
    """A code alone was given: is this your partner's name?"""
    SAME = "same"
    PART = "part"
    OTHER = "other"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Line:
    """What one other member says."""

    member: str
    chosen: bool
    """Whether it is the member that was asked about."""
    recognised: bool
    sentence: str
    reason: str
    """The wire's word for why."""
    arrangement: Arrangement | None
    granted: tuple[tuple[str, tuple[str, ...]], ...]
    """Role, and the directions in it, in words."""
    proof: str
    """Address of the signed answer."""


@dataclass(frozen=True, slots=True)
class PastLine:
    """One status change."""

    status: str
    past: Past


@dataclass(frozen=True, slots=True)
class Answer:
    """An operator as its page tells it."""

    tone: str
    title: str
    sentence: str
    next_step: str
    reason: str
    """Why, in the wire's word."""
    code: str
    name: str | None
    name_note: str
    name_check: NameCheck
    status: str
    """In words; empty where it is not told."""
    ends: bool
    """Whether it is a status that may have an end."""
    programme: Programme | None
    level: int | None
    effective_from: datetime | None
    valid_until: datetime | None
    recorded_at: datetime | None
    roles: tuple[str, ...]
    lines: tuple[Line, ...]
    """Where it is recognised first, then the others by name."""
    recognised_in: int
    nowhere: bool
    """Whether every other member says no for what its own member says of it."""
    history: tuple[PastLine, ...]
    at: datetime
    as_of: datetime
    block: int
    final: bool


def answer_of(found: Dossier, question: Question) -> Answer:
    """Return what the page of an operator says."""
    home = found.home
    lines = sorted((_line(one, question) for one in found.elsewhere), key=_order)
    count = sum(line.recognised for line in lines)
    decides = _decides(found, question.host)
    check = _name_check(home, question.name)
    tone, title = _headline(decides, home, count, check)
    sentence, next_step = (decides.sentence, decides.next_step) if check is not NameCheck.OTHER else _OTHERS
    return Answer(
        tone=tone,
        title=title,
        sentence=sentence,
        next_step=next_step,
        reason=decides.code,
        code=home.operator,
        name=home.name,
        name_note=NAME_NOTES[home.name_note] if home.name_note else "",
        name_check=check,
        status=STATUS_WORDS.get(home.status or "", ""),
        ends=home.status in {"certified", "expired"},
        programme=home.programme,
        level=home.level,
        effective_from=home.effective_from,
        valid_until=home.valid_until,
        recorded_at=home.recorded_at,
        roles=tuple(ROLE_WORDS[role] for role in found.roles),
        lines=tuple(lines),
        recognised_in=count,
        nowhere=not home.recognised and all(one.reason == home.code for one in lines),
        history=tuple(PastLine(_status_word(one.status), one) for one in found.history),
        at=home.question.at,
        as_of=home.as_of.time,
        block=home.as_of.block,
        final=home.final,
    )


HEADER: Final = (
    "operator",
    "name",
    "member",
    "recognised",
    "reason",
    "sentence",
    "arrangement",
    "asked for",
    "block",
    "as of",
)


def table_of(found: Dossier) -> Sequence[Sequence[object]]:
    """Return where an operator is recognised as rows under `HEADER`; its own member first."""
    all_told = (found.home, *(one.told for one in found.elsewhere))
    return [
        (
            told.operator,
            told.name,
            told.question.host,
            told.recognised,
            told.code,
            told.sentence,
            told.arrangement.code if told.arrangement else None,
            told.question.at,
            told.as_of.block,
            told.as_of.time,
        )
        for told in all_told
    ]


def _decides(found: Dossier, host: str) -> Told:
    """Return the answer that the page begins with: that of the member asked about, or of its home."""
    chosen = (one.told for one in found.elsewhere if one.told.question.host == host)
    return next(chosen, found.home)


def _headline(decides: Told, home: Told, count: int, check: NameCheck) -> tuple[str, str]:
    """Return tone and title: first that the name is another's, then what was asked, then how it stands."""
    if check is NameCheck.OTHER:
        return "stop", said("This code belongs to another name")
    host = called(decides.question.host)
    if not home.recognised and decides.reason is home.reason:
        return _tone(home.reason), REASONS[home.reason].title
    if not decides.recognised:
        return _tone(decides.reason), said("Not recognised in {host}", host=host)
    if decides is not home:
        return "good", said("Recognised in {host}", host=host)
    return _at_home(count)


def _at_home(count: int) -> tuple[str, str]:
    """Return tone and title of an operator that is authorised."""
    if not count:
        return "care", said("Authorised at home, and recognised in no other member")
    if count == 1:
        return "good", said("Authorised, and recognised in one other member")
    return "good", said("Authorised, and recognised in {number} other members", number=count)


def _tone(reason: Reason) -> str:
    return "stop" if reason in _STOPPING else "care"


def _name_check(home: Told, typed: str) -> NameCheck:
    if home.name is None:
        return NameCheck.UNTOLD
    if not typed:
        return NameCheck.ASK
    found = {Likeness.SAME: NameCheck.SAME, Likeness.PART: NameCheck.PART, Likeness.OTHER: NameCheck.OTHER}
    return found[likeness(typed, home.name)]


def _line(one: Elsewhere, question: Question) -> Line:
    told, granted = one.told, dict[str, tuple[str, ...]]()
    for role, direction in one.granted:
        word = ROLE_WORDS[role]
        granted[word] = (*granted.get(word, ()), DIRECTION_WORDS[direction])
    return Line(
        member=told.question.host,
        chosen=told.question.host == question.host,
        recognised=told.recognised,
        sentence=told.sentence,
        reason=told.code,
        arrangement=told.arrangement,
        granted=tuple(granted.items()),
        proof=_proof(told, question),
    )


def _order(line: Line) -> tuple[bool, bool, str]:
    return not line.chosen, not line.recognised, called(line.member)


def _proof(told: Told, question: Question) -> str:
    """Return where the same answer is had with a signature."""
    asked = {
        "operator": told.operator,
        "host": told.question.host,
        "role": role_code(told.question.role),
        "direction": direction_word(told.question.direction),
        **({"on": question.on} if question.on else {}),
    }
    return f"/v1/recognition/proof?{urlencode(asked)}"


def _status_word(status: OperatorStatus) -> str:
    return STATUS_WORDS[status.name.lower()]
