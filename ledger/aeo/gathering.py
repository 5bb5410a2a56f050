"""Operators and the terms of mutual recognition as their events leave them.

Terms are few and are gathered in memory, anew whenever one of their events came or went.  Of operators there
are many; each is gathered from its own events alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from ledger.events import (
    ArrangementDeclared,
    Occurrence,
    ParticipationRecorded,
    ProgrammeDeclared,
    RecognitionAdded,
    RecognitionEnded,
    StatusRecorded,
    moment,
)
from ledger.operators import (
    Arrangement,
    ArrangementKind,
    Consent,
    Direction,
    Ground,
    Mutual,
    Operator,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    Participation,
    ParticipationState,
    Programme,
    ProgrammeKind,
    Recognition,
    StatusChange,
)


def gathered_mutual(occurrences: Iterable[Occurrence], compromised: Mapping[int, datetime]) -> Mutual:
    """Return what events about terms lead to, given in the order of the chain; others among them do no harm.

    `compromised` says since when what a key signed does not count, by its number.
    """
    programmes: dict[int, Programme] = {}
    arrangements: dict[int, Arrangement] = {}
    participations = defaultdict[tuple[int, str], list[Participation]](list)
    recognitions: dict[int, Recognition] = {}
    for one in occurrences:
        match one.event:
            case ProgrammeDeclared() as programme:
                programmes[programme.programme] = _programme(programme, one.at)
            case ArrangementDeclared() as arrangement:
                arrangements[arrangement.arrangement] = _arrangement(arrangement, one.at)
            case ParticipationRecorded() as said:
                participations[said.arrangement, said.member].append(_participation(said, one.at))
            case RecognitionAdded() as added:
                recognitions[added.recognition] = _recognition(added, one.at)
            case RecognitionEnded(number, _, ended_from):
                recognitions[number] = replace(
                    recognitions[number], ended_from=moment(ended_from), end_recorded_at=moment(one.at)
                )
    return Mutual(
        programmes=programmes,
        arrangements=arrangements,
        participations={whose: tuple(said) for whose, said in participations.items()},
        recognitions=recognitions,
        compromised=dict(compromised),
    )


def operator_of(code: OperatorCode, occurrences: Iterable[Occurrence]) -> Operator | None:
    """Return an operator as its events leave it, given in the order of the chain; None without any."""
    changes = tuple(
        change_of(one.event, one.at)
        for one in occurrences
        if isinstance(one.event, StatusRecorded) and one.event.operator == code
    )
    return Operator(code, changes) if changes else None


def change_of(said: StatusRecorded, at: int) -> StatusChange:
    """Return what an event says of an operator; `at` is the time of its block in seconds since 1970."""
    return StatusChange(
        status=OperatorStatus(said.status),
        programme=said.programme,
        level=said.level,
        roles=OperatorRole(said.roles),
        consent=Consent(said.consent),
        effective_from=moment(said.effective_from),
        until=_moment_if_set(said.until),
        ground=Ground(said.ground),
        version=said.version,
        key=said.key,
        recorded_at=moment(at),
        record_hash=said.record_hash,
    )


def _programme(said: ProgrammeDeclared, at: int) -> Programme:
    kind = ProgrammeKind(said.kind)
    return Programme(said.programme, said.member, said.code, said.name, kind, said.levels, moment(at))


def _arrangement(said: ArrangementDeclared, at: int) -> Arrangement:
    return Arrangement(
        id=said.arrangement,
        kind=ArrangementKind(said.kind),
        member=said.member,
        other=said.other or None,
        code=said.code,
        title=said.title,
        text_hash=said.text_hash,
        since=moment(at),
    )


def _participation(said: ParticipationRecorded, at: int) -> Participation:
    state = ParticipationState(said.state)
    return Participation(said.version, state, moment(said.effective_from), moment(at), said.key)


def _recognition(said: RecognitionAdded, at: int) -> Recognition:
    return Recognition(
        id=said.recognition,
        grantor=said.grantor,
        partner=said.partner,
        arrangement=said.arrangement,
        programme=said.programme,
        min_level=said.min_level,
        roles=OperatorRole(said.roles),
        directions=Direction(said.directions),
        effective_from=moment(said.effective_from),
        until=_moment_if_set(said.until),
        recorded_at=moment(at),
        key=said.key,
    )


def _moment_if_set(seconds: int) -> datetime | None:
    return moment(seconds) if seconds else None
