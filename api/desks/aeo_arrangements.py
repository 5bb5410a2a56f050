"""What an AEO officer's member is part of: its programmes, arrangements, and who recognises whom."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.arrangement_schemas import worded
from api.desks.aeo_words import HOW_FAR
from ledger.aeo.recognition import participation_at
from ledger.aeo.words import DIRECTION_WORDS, ROLE_WORDS
from ledger.operators import ALL_ROLES, Arrangement, Mutual, Programme, Recognition
from ledger.ports import Ledger


@dataclass(frozen=True, slots=True)
class Taking:
    """How far a member is with an arrangement now."""

    member: str
    how_far: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """A recognition under an arrangement, as one side of it sees it."""

    grantor: str
    partner: str
    programme: Programme | None
    min_level: int
    roles: Sequence[str]
    """None where every role is recognised."""
    directions: Sequence[str]
    begins: datetime
    ends: datetime | None
    over: bool


@dataclass(frozen=True, slots=True)
class Part:
    """An arrangement that the member has a part in."""

    arrangement: Arrangement
    own: Taking | None
    others: Sequence[Taking]
    granted: Sequence[Row]
    """What the member grants to operators of others."""
    received: Sequence[Row]
    """What others grant to the member's operators."""


def arrangements_shown(member: str, ledger: Ledger) -> Mapping[str, Any]:
    """Return what the page of arrangements shows."""
    as_of, mutual = ledger.recognitions.mutual()
    now = ledger.clock()
    return {
        "member": member,
        "as_of": as_of,
        "programmes": [one for one in mutual.programmes.values() if one.member == member],
        "taken_part": list(_parts(member, mutual, now)),
    }


def _parts(member: str, mutual: Mutual, now: datetime) -> Iterator[Part]:
    for one in mutual.arrangements.values():
        if one.other and member not in {one.member, one.other}:
            continue
        taking = list(_takings(one, mutual, now))
        rows = [row for row in mutual.recognitions.values() if row.arrangement == one.id]
        yield Part(
            arrangement=one,
            own=next((each for each in taking if each.member == member), None),
            others=[each for each in taking if each.member != member],
            granted=[_row(row, mutual, now) for row in rows if row.grantor == member],
            received=[_row(row, mutual, now) for row in rows if row.partner == member],
        )


def _takings(one: Arrangement, mutual: Mutual, now: datetime) -> Iterator[Taking]:
    for number, member in sorted(mutual.participations):
        found = participation_at(mutual, one.id, member, now) if number == one.id else None
        if found:
            yield Taking(member, HOW_FAR[worded(found.state.name)], found.effective_from)


def _row(row: Recognition, mutual: Mutual, now: datetime) -> Row:
    ends = min((one for one in (row.until, row.ended_from) if one), default=None)
    return Row(
        grantor=row.grantor,
        partner=row.partner,
        programme=mutual.programmes.get(row.programme),
        min_level=row.min_level,
        roles=[] if row.roles == ALL_ROLES else [ROLE_WORDS[one] for one in ROLE_WORDS if one in row.roles],
        directions=[text for one, text in DIRECTION_WORDS.items() if one in row.directions],
        begins=row.effective_from,
        ends=ends,
        over=ends is not None and ends <= now,
    )
