"""The recognition registry's logs as the events of `ledger.events`."""

from collections.abc import Callable

from ledger.abi import Values
from ledger.chain.values import one_of, text_of
from ledger.events import (
    ArrangementDeclared,
    Event,
    ParticipationRecorded,
    ProgrammeDeclared,
    RecognitionAdded,
    RecognitionEnded,
    StatusRecorded,
)
from ledger.operators import ArrangementKind, Ground, OperatorStatus, ParticipationState, ProgrammeKind


def kept(text: str) -> str:
    """Return a text as every database takes it: a zero character, which a contract takes, is escaped."""
    return text.replace("\0", "\\x00")


def _status_recorded(values: Values) -> Event:
    change = values["change"]
    return StatusRecorded(
        operator=kept(text_of(values["operator"])),
        member=text_of(values["member"]),
        version=change["version"],
        key=change["key"],
        status=one_of(OperatorStatus, change["status"]).value,
        level=change["level"],
        roles=change["roles"],
        programme=change["programme"],
        ground=one_of(Ground, change["ground"]).value,
        consent=change["consent"],
        effective_from=change["effectiveFrom"],
        until=change["until"],
        record_hash=values["recordHash"],
    )


def _programme_declared(values: Values) -> Event:
    return ProgrammeDeclared(
        programme=values["programme"],
        member=text_of(values["member"]),
        kind=one_of(ProgrammeKind, values["kind"]).value,
        levels=values["levels"],
        key=values["key"],
        code=kept(values["code"]),
        name=kept(values["name"]),
    )


def _arrangement_declared(values: Values) -> Event:
    return ArrangementDeclared(
        arrangement=values["arrangement"],
        member=text_of(values["member"]),
        kind=one_of(ArrangementKind, values["kind"]).value,
        other=text_of(values["other"]),
        key=values["key"],
        text_hash=values["textHash"],
        code=kept(values["code"]),
        title=kept(values["title"]),
    )


def _participation_recorded(values: Values) -> Event:
    said = values["participation"]
    return ParticipationRecorded(
        arrangement=values["arrangement"],
        member=text_of(values["member"]),
        version=said["version"],
        state=one_of(ParticipationState, said["state"]).value,
        key=said["key"],
        effective_from=said["effectiveFrom"],
    )


def _recognition_added(values: Values) -> Event:
    terms = values["terms"]
    return RecognitionAdded(
        recognition=values["recognition"],
        grantor=text_of(values["grantor"]),
        partner=text_of(values["partner"]),
        key=values["key"],
        arrangement=terms["arrangement"],
        programme=terms["programme"],
        min_level=terms["minLevel"],
        roles=terms["roles"],
        directions=terms["directions"],
        effective_from=terms["effectiveFrom"],
        until=terms["until"],
    )


OF_RECOGNITION: dict[str, Callable[[Values], Event]] = {
    "StatusRecorded": _status_recorded,
    "ProgrammeDeclared": _programme_declared,
    "ArrangementDeclared": _arrangement_declared,
    "ParticipationRecorded": _participation_recorded,
    "RecognitionAdded": _recognition_added,
    "RecognitionEnded": lambda seen: RecognitionEnded(seen["recognition"], seen["key"], seen["endedFrom"]),
}
"""By the event's name in the contract's ABI; a test holds it complete."""
