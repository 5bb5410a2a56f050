"""What is told of a certificate or an exporter: ids, members, line numbers, words, hashes and due dates.

Never a name or a quantity: those stand in statements and envelopes, which the parties hand each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

import orjson

from ledger.events import (
    CaseConcluded,
    CaseOpened,
    CaseStepped,
    Decided,
    Ended,
    Event,
    ExporterRecorded,
    Issued,
    Linked,
    ProofReceived,
    RefusalClarified,
    SuspensionSet,
    moment,
)
from ledger.facts import Reason
from ledger.feed_port import FeedRow
from ledger.origin.facts import CaseGround, ExporterStatus, LateGround, Step
from ledger.origin.lines import lines_of
from ledger.procedures_port import Happening
from ledger.watch_events import Happened
from ledger.watch_port import EventType

_Told = dict[str, Any]
_SENTENCES: Final[Mapping[EventType, str]] = {
    EventType.ISSUED: "A certificate was issued",
    EventType.CANCELLED: "It was cancelled",
    EventType.REPLACED: "It was replaced",
    EventType.RECEIVED: "Customs has received it",
    EventType.DECIDED: "Customs has decided on goods lines",
    EventType.CLARIFIED: "The issuer has answered a refusal",
    EventType.BASED_ON: "A back-to-back certificate rests on it",
    EventType.CASE_OPENED: "Customs asks for verification",
    EventType.CASE_STEPPED: "A step was taken in a verification",
    EventType.SUSPENSION: "Customs has suspended preference, or lifted that",
    EventType.CASE_CONCLUDED: "A verification is concluded",
    EventType.EXPORTER: "The status of a certified exporter was recorded",
    EventType.OVERDUE: "Something is overdue",
}
"""For people; every type of the feed has one."""
FEED_TYPES: Final = tuple(_SENTENCES)


def sentence(kind: EventType) -> str:
    """Return what happened in a few words."""
    return _SENTENCES[kind]


@dataclass(frozen=True, slots=True)
class Overdue:
    """What was due and has not been done."""

    what: str
    """`step`, `case` or `grounds`, as deadlines are called."""
    rule: str
    due: datetime
    by: str
    """The member that was to do it."""
    certificate: bytes
    exporting: str
    importing: str
    case: int | None = None
    step: Step | None = None
    """The newest step of the case."""
    asked: str | None = None


def row_of(happening: Happening) -> FeedRow | None:
    """Return what is told of something that happened; None where it is told as something else.

    That an entry came from a batch is part of its issue, and a member's rule on split use is nobody's event.
    """
    one = happening.occurrence
    found = _told(one.event)
    if found is None:
        return None
    kind, told = found
    about = _about(happening)
    at = moment(one.at)
    return FeedRow(
        **about,
        event=_event(kind, f"{one.block} {one.position}"),
        type=kind,
        block=one.block,
        at=at,
        body=_body(about, told, one.block, at),
    )


def row_of_overdue(overdue: Overdue, block: int, at: datetime) -> FeedRow:
    """Return that something is overdue, as of a block; the same is told once, whenever it is found."""
    told: _Told = {
        "overdue": overdue.what,
        "rule": overdue.rule,
        "due": instant(overdue.due),
        "by": overdue.by,
    }
    key = f"{overdue.certificate.hex()} {overdue.what} {instant(overdue.due)}"
    link = _certificate_link(overdue.certificate)
    if overdue.case is not None and overdue.step is not None:
        told |= {"case": overdue.case, "step": word(overdue.step)}
        at_step = "" if overdue.what == "case" else int(overdue.step)  # a case has one end
        key = f"{overdue.case} {at_step} {overdue.what} {instant(overdue.due)}"
        link = f"/v1/cases/{overdue.case}"
    about: _Told = {
        "certificate": overdue.certificate,
        "exporting": overdue.exporting,
        "importing": overdue.importing,
        "asked": overdue.asked,
        "exporter": None,
    }
    return FeedRow(
        **about,
        event=_event(EventType.OVERDUE, key),
        type=EventType.OVERDUE,
        block=block,
        at=at,
        body=_body(about, told | {"link": link}, block, at),
    )


def happened_of(row: FeedRow) -> Happened:
    """Return what a watcher is told of a row; `event` is the same in the feed of every archive."""
    subject = row.exporter or (hexed(row.certificate) if row.certificate else "")
    data = {"event": row.event, **orjson.loads(row.body)}
    return Happened(type=row.type, subject=subject, key=row.event, at=row.at, data=data)


def document_of(row: FeedRow) -> dict[str, Any]:
    """Return a row as JSON members, as the feed is read."""
    return {
        "id": row.event,
        "position": row.position,
        "type": row.type.value,
        "timestamp": instant(row.at),
        "data": orjson.loads(row.body),
    }


def word(one: Enum) -> str:
    """Return a step, ground or status as the wire has it, such as `visit-notified`."""
    return one.name.lower().replace("_", "-")


def instant(at: datetime) -> str:
    """Return a moment in RFC 3339."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def hexed(value: bytes) -> str:
    """Return bytes as 0x and hex digits."""
    return f"0x{value.hex()}"


# ---------------------------------------------------------------------------------------------- bodies


def _told(event: Event) -> tuple[EventType, _Told] | None:
    """Return the type of an event and what is special to it."""
    found: tuple[EventType, _Told] | None
    match event:
        case Issued():
            found = EventType.ISSUED, {"validUntil": _time(event.valid_until)}
        case Ended(replacement=None):
            found = EventType.CANCELLED, {"reason": word(Reason(event.reason))}
        case Ended(replacement=bytes() as replacement):
            found = EventType.REPLACED, {"replacement": hexed(replacement)}
        case Linked():
            found = EventType.BASED_ON, {"basedOn": hexed(event.id)}
        case ExporterRecorded():
            found = EventType.EXPORTER, _of_exporter(event)
        case ProofReceived():
            found = EventType.RECEIVED, {}
        case Decided():
            found = EventType.DECIDED, _of_decision(event)
        case RefusalClarified():
            told = {"lines": _lines(event.lines), **_stated(event.statement)}
            found = EventType.CLARIFIED, told
        case _:
            found = _of_case(event)
    return found


def _of_decision(event: Decided) -> _Told:
    return {
        "declaration": hexed(event.declaration),
        "granted": _lines(event.granted),
        "usedUp": _lines(event.used_up),
        "refused": _lines(event.refused),
        "presentedAt": _time(event.presented_at),
        "late": word(LateGround(event.late)) if event.late else None,
        **_stated(event.statement),
    }


def _of_case(event: Event) -> tuple[EventType, _Told] | None:
    match event:
        case CaseOpened():
            told = {
                "lines": _lines(event.lines),
                "suspended": _lines(event.suspended),
                "ground": word(CaseGround(event.ground)),
                "rules": hexed(event.rules),
                **_due(event),
            }
            kind = EventType.CASE_OPENED
        case CaseStepped():
            kind, told = EventType.CASE_STEPPED, {"step": word(Step(event.step)), **_due(event)}
        case SuspensionSet():
            kind, told = EventType.SUSPENSION, {"suspended": _lines(event.suspended)}
        case CaseConcluded():
            told = {"confirmed": _lines(event.confirmed), "denied": _lines(event.denied)}
            kind = EventType.CASE_CONCLUDED
        case _:
            return None
    told |= {"case": event.case, "about": hexed(event.about), "link": f"/v1/cases/{event.case}"}
    return kind, told | _stated(event.statement)


def _of_exporter(event: ExporterRecorded) -> _Told:
    return {
        "version": event.version,
        "status": word(ExporterStatus(event.status)),
        "effectiveFrom": _time(event.effective_from),
        "validUntil": _time(event.until) if event.until else None,
        "record": hexed(event.record_hash),
        "link": f"/v1/exporters/{event.member}/{quote(event.code, safe='')}",
    }


def _about(happening: Happening) -> _Told:
    """Return what a row is about and whom it concerns.

    That a certificate rests on another is told of that other, to the member that issued it and the one it was
    made out to, which has issued the new one.
    """
    event = happening.occurrence.event
    about: _Told = {
        "certificate": happening.certificate,
        "exporter": event.code if isinstance(event, ExporterRecorded) else None,
        "exporting": happening.exporting,
        "importing": happening.importing,
        "asked": happening.asked,
    }
    if isinstance(event, Linked):
        original = {"certificate": event.parent, "exporting": happening.asked or happening.exporting}
        about |= original | {"importing": happening.exporting, "asked": None}
    return about


def _body(about: _Told, told: _Told, block: int, at: datetime) -> bytes:
    """Return what is told as JSON: what it is about first, where to look last."""
    certificate = about["certificate"]
    named: _Told = {"certificate": hexed(certificate)} if certificate else {}
    named |= {name: about[name] for name in ("exporter", "exporting", "importing", "asked") if about[name]}
    link = {"link": told.get("link") or _certificate_link(certificate)}
    as_of = {"asOf": {"block": block, "time": instant(at)}}
    return orjson.dumps(named | {name: said for name, said in told.items() if name != "link"} | as_of | link)


def _due(event: CaseOpened | CaseStepped) -> _Told:
    return {"due": _time(event.due), "concludeDue": _time(event.conclude_due)}


def _stated(statement: bytes) -> _Told:
    """Return the hash of a statement, and where this service answers it once it is kept here."""
    return {"statement": hexed(statement), "statementLink": f"/v1/statements/{hexed(statement)}"}


def _certificate_link(certificate: bytes) -> str:
    return f"/v1/certificates/{hexed(certificate)}/timeline"


def _lines(lines: int) -> list[str]:
    return [str(line) for line in sorted(lines_of(lines))]


def _time(seconds: int) -> str:
    return instant(moment(seconds))


def _event(kind: EventType, key: str) -> str:
    named = f"{kind.value}\n{key}".encode()
    return f"evt_{sha256(named).hexdigest()[:32]}"
