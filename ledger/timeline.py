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
from ledger.origin.reasons import ENDED_WORDS, LATE_TOLD
from ledger.ports import Ledger
from ledger.said import said
from ledger.statement_exchange import belongs, hearers
from ledger.statements import Statement, statement_hash

STEPS: Final[Mapping[Step, str]] = {
    Step.ACKNOWLEDGED: said("The member that is asked received the request to verify."),
    Step.REPLIED: said("The member that is asked replied."),
    Step.ASKED_AGAIN: said("Customs asked for more."),
    Step.VISIT_NOTIFIED: said("Customs gave notice of a verification visit."),
    Step.VISIT_CONSENTED: said("The member that is asked passed on the exporter's consent to the visit."),
    Step.VISIT_DECLINED: said(
        "The member that is asked passed on that the exporter does not consent to the visit."
    ),
    Step.VISIT_POSTPONED: said("The member that is asked postponed the visit."),
    Step.VISITED: said("Customs visited the exporter."),
    Step.DETERMINED: said("Customs sent its determination for comments."),
    Step.COMMENTED: said("The member that is asked commented on the determination."),
}
"""What each step of a case was; by whom it is taken says `ledger.origin.steps`."""


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
    kept, hearing = _statements(life, ledger), hearers(life)

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
                _row(one, certificate, signer(_key(one.event)), kept),
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


def _row(one: Occurrence, certificate: bytes, who: Issuer | None, kept: Mapping[bytes, Statement]) -> Row:
    told = _told(one.event, certificate)
    statement: bytes | None = getattr(one.event, "statement", None)
    found = kept.get(statement) if statement else None
    own = found is not None and belongs(found, one.event, who.member if who else None)
    document = found.document() if found is not None and own else None
    return Row(at=moment(one.at), block=one.block, who=who, statement=statement, said=document, **told)


def _told(event: Event, certificate: bytes) -> dict[str, Any]:
    """Return what a row says of an event, but for its place, its author and its statement."""
    match event:
        case Issued() | Entered() | Linked() | Ended():
            return _of_certificate(event, certificate)
        case ProofReceived():
            received = said("Customs of the importing member has received it.")
            return {"what": "received", "sentence": received}
        case Decided():
            return _decided(event)
        case RefusalClarified(lines=lines):
            sentence = said("The issuing member answered the refusal of {lines}.", lines=_named(lines))
            return {"what": "refusal-clarified", "sentence": sentence, "lines": _sets(clarified=lines)}
        case CaseOpened() | CaseStepped() | SuspensionSet() | CaseConcluded():
            return _of_case(event, certificate)
        case _:
            return {"what": type(event).__name__, "sentence": type(event).__name__}


def _of_certificate(event: Issued | Entered | Linked | Ended, certificate: bytes) -> dict[str, Any]:
    match event:
        case Issued(issued_on=issued_on, importing=importing):
            sentence = said("It was entered, addressed to {member}.", member=importing)
            return {"what": "issued", "sentence": sentence, "effective": moment(issued_on)}
        case Entered(issued_at=issued_at):
            sentence = said("It had been issued in a batch; it counts as issued since that was anchored.")
            return {"what": "entered", "sentence": sentence, "effective": moment(issued_at)}
        case Linked(parent=parent, id=child):
            if child == certificate:
                return {"what": "rests-on", "sentence": said("It rests on an original."), "other": parent}
            sentence = said("Another certificate was issued on the strength of it.")
            return {"what": "based-on", "sentence": sentence, "other": child}
        case Ended():
            return _ended(event, certificate)


def _ended(event: Ended, certificate: bytes) -> dict[str, Any]:
    if event.id != certificate:
        return {"what": "replaces", "sentence": said("It took the place of another one."), "other": event.id}
    if event.replacement is not None:
        sentence = said("It was replaced by another one.")
        return {"what": "replaced", "sentence": sentence, "other": event.replacement}
    why = ENDED_WORDS[Reason(event.reason)]
    return {"what": "cancelled", "sentence": said("The issuing member cancelled it: {why}.", why=why)}


def _decided(event: Decided) -> dict[str, Any]:
    return {
        "what": "decided",
        "sentence": _decision(event),
        "effective": moment(event.presented_at),
        "lines": _sets(granted=event.granted, refused=event.refused, usedUp=event.used_up),
    }


def _decision(event: Decided) -> str:
    granted, refused = _named(event.granted), _named(event.refused)
    late = LATE_TOLD[LateGround(event.late)]
    if not event.refused:
        return said("Customs granted preference for {lines}{late}.", lines=granted, late=late)
    if not event.granted:
        return said("Customs refused it for {lines}{late}.", lines=refused, late=late)
    return said(
        "Customs granted preference for {granted} and refused it for {refused}{late}.",
        granted=granted,
        refused=refused,
        late=late,
    )


def _of_case(
    event: CaseOpened | CaseStepped | SuspensionSet | CaseConcluded, certificate: bytes
) -> dict[str, Any]:
    elsewhere = event.id if event.id != certificate else event.about if event.about != certificate else None
    told: dict[str, Any] = {"case": event.case, "other": elsewhere}
    match event:
        case CaseOpened():
            told["sentence"] = _asked(event)
            told |= {"what": "case-opened", "due": moment(event.due)}
            told["lines"] = _sets(questioned=event.lines, suspended=event.suspended)
        case CaseStepped():
            step = Step(event.step)
            told["what"] = f"case-{step.name.lower().replace('_', '-')}"
            told |= {"sentence": STEPS[step], "due": moment(event.due)}
        case SuspensionSet(suspended=suspended):
            sentence = said("Preference is suspended for {lines}.", lines=_named(suspended))
            told |= {"what": "case-suspension", "sentence": sentence, "lines": _sets(suspended=suspended)}
        case CaseConcluded(confirmed=confirmed, denied=denied):
            told |= {"what": "case-concluded", "sentence": _conclusion(confirmed, denied)}
            told["lines"] = _sets(confirmed=confirmed, denied=denied)
    return told


def _asked(event: CaseOpened) -> str:
    lines, asking, asked = _named(event.lines), event.importing, event.exporting
    if event.ground == CaseGround.RANDOM:
        return said(
            "Customs of {asking} asked {asked} to verify {lines}, at random.",
            asking=asking,
            asked=asked,
            lines=lines,
        )
    return said(
        "Customs of {asking} asked {asked} to verify {lines}, on reasonable doubt.",
        asking=asking,
        asked=asked,
        lines=lines,
    )


def _conclusion(confirmed: int, denied: int) -> str:
    if not denied:
        return said("Customs confirmed the origin of {lines}.", lines=_named(confirmed))
    if not confirmed:
        return said("Customs denied it of {lines}.", lines=_named(denied))
    return said(
        "Customs confirmed the origin of {confirmed} and denied it of {denied}.",
        confirmed=_named(confirmed),
        denied=_named(denied),
    )


def _sets(**words: int) -> dict[str, tuple[int, ...]]:
    """Return lines by what became of them, empty ones left out."""
    return {name: tuple(sorted(lines_of(word))) for name, word in words.items() if word}


def _named(word: int) -> str:
    return named(lines_of(word))
