"""The life of one certificate as people read it: who did what, when it was recorded, from when it counts.

The rows are the ledger's events in their order, none left out and none added; what is kept here of them, such
as the reasons of a decision, stands beside its row.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Final

from ledger.errors import Unavailable
from ledger.events import (
    CaseConcluded,
    CaseOpened,
    CaseStepped,
    Decided,
    Ended,
    Entered,
    Event,
    Issued,
    Linked,
    Occurrence,
    ProofReceived,
    RefusalClarified,
    SuspensionSet,
    moment,
)
from ledger.facts import AsOf, Issuer, Reason
from ledger.origin.facts import CaseGround, LateGround, Step
from ledger.origin.life import Life
from ledger.origin.lines import lines_of, named
from ledger.origin.reasons import LATE_WORDS
from ledger.origin.steps import ORDERS, Side
from ledger.ports import Ledger
from ledger.statement_exchange import belongs, hearers
from ledger.statements import Statement, statement_hash

_SENTENCES: Final[Mapping[Step, str]] = {
    Step.ACKNOWLEDGED: "received the request to verify",
    Step.REPLIED: "replied",
    Step.ASKED_AGAIN: "asked for more",
    Step.VISIT_NOTIFIED: "gave notice of a verification visit",
    Step.VISIT_CONSENTED: "passed on the exporter's consent to the visit",
    Step.VISIT_DECLINED: "passed on that the exporter does not consent to the visit",
    Step.VISIT_POSTPONED: "postponed the visit",
    Step.VISITED: "visited the exporter",
    Step.DETERMINED: "sent its determination for comments",
    Step.COMMENTED: "commented on the determination",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that happened."""

    what: str
    """A word for it, such as `decided`."""
    sentence: str
    at: datetime
    """When the ledger recorded it."""
    block: int
    who: Issuer | None
    """Name and member of the authority whose key signed it; None where that cannot be learnt now."""
    effective: datetime | None = None
    """From when it counts, where that is not when it was recorded."""
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Goods lines by what became of them."""
    case: int | None = None
    due: datetime | None = None
    """When the next step is due."""
    other: bytes | None = None
    """The other certificate it is about."""
    statement: bytes | None = None
    """Hash of what was said with it."""
    said: Mapping[str, Any] | None = None
    """What was said, where it is kept here."""
    told_to: frozenset[str] = frozenset()
    """Members that may be told what was said."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that happened to a certificate, as of one block."""

    certificate: bytes
    rows: tuple[Row, ...]
    as_of: AsOf
    final: bool


def timeline_of(certificate: bytes, ledger: Ledger) -> Timeline:
    """Return what the ledger reports of a certificate, with what is kept here beside it."""
    life = ledger.procedures.life(certificate)
    said, hearing = _statements(life, ledger), hearers(life)

    @cache
    def signer(number: int) -> Issuer | None:
        with suppress(Unavailable):
            key = ledger.members.signer(number)
            return ledger.members.issuer(key.authority) if key else None
        return None

    return Timeline(
        certificate,
        tuple(
            replace(
                _row(one, certificate, signer(_key(one.event)), said),
                told_to=hearing.get(getattr(one.event, "case", None), frozenset()),
            )
            for one in life.occurrences
        ),
        life.as_of,
        life.final,
    )


def seen_by(member: str, timeline: Timeline) -> Timeline:
    """Return a timeline as a member is shown it: what was said only where it concerns the member."""
    rows = (row if member in row.told_to else replace(row, said=None) for row in timeline.rows)
    return replace(timeline, rows=tuple(rows))


def _statements(life: Life, ledger: Ledger) -> Mapping[bytes, Statement]:
    """Return what is kept here of a certificate, by hash."""
    with suppress(Unavailable):
        kept = ledger.statements.statements_of(life.certificate)
        return {statement_hash(statement): statement for statement in kept}
    return {}


def _key(event: Event) -> int:
    number: int = getattr(event, "key", 0)
    return number


def _row(one: Occurrence, certificate: bytes, who: Issuer | None, said: Mapping[bytes, Statement]) -> Row:
    told = _told(one.event, certificate)
    statement: bytes | None = getattr(one.event, "statement", None)
    found = said.get(statement) if statement else None
    own = found is not None and belongs(found, one.event, who.member if who else None)
    document = found.document() if found is not None and own else None
    return Row(at=moment(one.at), block=one.block, who=who, statement=statement, said=document, **told)


def _told(event: Event, certificate: bytes) -> dict[str, Any]:
    """Return what a row says of an event, but for its place, its author and its statement."""
    match event:
        case Issued() | Entered() | Linked() | Ended():
            return _of_certificate(event, certificate)
        case ProofReceived():
            return {"what": "received", "sentence": "Customs of the importing member has received it."}
        case Decided():
            return _decided(event)
        case RefusalClarified(lines=lines):
            sentence = f"The issuing member answered the refusal of {_named(lines)}."
            return {"what": "refusal-clarified", "sentence": sentence, "lines": _sets(clarified=lines)}
        case CaseOpened() | CaseStepped() | SuspensionSet() | CaseConcluded():
            return _of_case(event, certificate)
        case _:
            return {"what": type(event).__name__, "sentence": type(event).__name__}


def _of_certificate(event: Issued | Entered | Linked | Ended, certificate: bytes) -> dict[str, Any]:
    match event:
        case Issued(issued_on=issued_on, importing=importing):
            sentence = f"It was entered, addressed to {importing}."
            return {"what": "issued", "sentence": sentence, "effective": moment(issued_on)}
        case Entered(issued_at=issued_at):
            sentence = "It had been issued in a batch; it counts as issued since that was anchored."
            return {"what": "entered", "sentence": sentence, "effective": moment(issued_at)}
        case Linked(parent=parent, id=child):
            if child == certificate:
                return {"what": "rests-on", "sentence": "It rests on an original.", "other": parent}
            sentence = "Another certificate was issued on the strength of it."
            return {"what": "based-on", "sentence": sentence, "other": child}
        case Ended():
            return _ended(event, certificate)


def _ended(event: Ended, certificate: bytes) -> dict[str, Any]:
    if event.id != certificate:
        return {"what": "replaces", "sentence": "It took the place of another one.", "other": event.id}
    if event.replacement is not None:
        sentence = "It was replaced by another one."
        return {"what": "replaced", "sentence": sentence, "other": event.replacement}
    why = Reason(event.reason).name.lower().replace("_", " ")
    return {"what": "cancelled", "sentence": f"The issuing member cancelled it: {why}."}


def _decided(event: Decided) -> dict[str, Any]:
    granted, refused = lines_of(event.granted), lines_of(event.refused)
    parts = [f"granted preference for {_named(event.granted)}"] if granted else []
    parts += [f"refused it for {_named(event.refused)}"] if refused else []
    late = LATE_WORDS[LateGround(event.late)]
    ending = f", presented late ({late.replace('-', ' ')})" if late else ""
    return {
        "what": "decided",
        "sentence": f"Customs {' and '.join(parts)}{ending}.",
        "effective": moment(event.presented_at),
        "lines": _sets(granted=event.granted, refused=event.refused, usedUp=event.used_up),
    }


def _of_case(
    event: CaseOpened | CaseStepped | SuspensionSet | CaseConcluded, certificate: bytes
) -> dict[str, Any]:
    elsewhere = event.id if event.id != certificate else event.about if event.about != certificate else None
    told: dict[str, Any] = {"case": event.case, "other": elsewhere}
    match event:
        case CaseOpened():
            ground = "at random" if event.ground == CaseGround.RANDOM else "on reasonable doubt"
            asked = f"Customs of {event.importing} asked {event.exporting}"
            told["sentence"] = f"{asked} to verify {_named(event.lines)}, {ground}."
            told |= {"what": "case-opened", "due": moment(event.due)}
            told["lines"] = _sets(questioned=event.lines, suspended=event.suspended)
        case CaseStepped():
            step = Step(event.step)
            side = "The member that is asked" if _asked_takes(step) else "Customs"
            told["what"] = f"case-{step.name.lower().replace('_', '-')}"
            told |= {"sentence": f"{side} {_SENTENCES[step]}.", "due": moment(event.due)}
        case SuspensionSet(suspended=suspended):
            sentence = f"Preference is suspended for {_named(suspended)}."
            told |= {"what": "case-suspension", "sentence": sentence, "lines": _sets(suspended=suspended)}
        case CaseConcluded(confirmed=confirmed, denied=denied):
            parts = [f"confirmed the origin of {_named(confirmed)}"] if confirmed else []
            parts += [f"denied it of {_named(denied)}"] if denied else []
            told |= {"what": "case-concluded", "sentence": f"Customs {' and '.join(parts)}."}
            told["lines"] = _sets(confirmed=confirmed, denied=denied)
    return told


def _asked_takes(step: Step) -> bool:
    return ORDERS[step].side is Side.ASKED


def _sets(**words: int) -> dict[str, tuple[int, ...]]:
    """Return lines by what became of them, empty ones left out."""
    return {name: tuple(sorted(lines_of(word))) for name, word in words.items() if word}


def _named(word: int) -> str:
    return named(lines_of(word))
