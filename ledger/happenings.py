"""What events say of certificates and exporters: whom each concerns, and the case or exporter they lead to.

The stores of a replica gather by it, in memory and in SQL, so that they answer alike.
"""

from collections.abc import Iterable, Mapping
from typing import Final, get_args

from ledger.events import (
    CaseConcluded,
    CaseOpened,
    CaseStepped,
    Decided,
    Ended,
    Entered,
    Event,
    ExporterRecorded,
    Issued,
    Linked,
    Occurrence,
    OfProcedures,
    ProofReceived,
    RefusalClarified,
    SplitUseSet,
    SuspensionSet,
    moment,
)
from ledger.facts import AsOf
from ledger.origin.facts import CaseFacts, Exporter, ExporterStatus, ExporterVersion
from ledger.origin.life import story_of
from ledger.procedures_port import Happening

OfCase = CaseOpened | CaseStepped | SuspensionSet | CaseConcluded
HAPPENINGS: Final[tuple[type, ...]] = (Issued, Entered, Linked, Ended, *get_args(OfProcedures))
"""The kinds of events that are told as happenings: not batches, and nothing of members and operators."""
REPORTS: Final = (ProofReceived, Decided)
"""With one of these something has come back of an entry."""
Parties = tuple[str, str | None]
"""The members that issued an entry and that it is addressed to."""
_UNKNOWN: Final[Parties] = ("", None)


def certificates_in(event: Event) -> tuple[bytes, ...]:
    """Return the certificates whose parties `happening_of` has to know."""
    match event:
        case CaseOpened() | CaseStepped() | SuspensionSet() | CaseConcluded():
            return (event.id, event.about)
        case Linked():
            return (event.id, event.parent)
        case Entered() | Ended() | ProofReceived() | Decided() | RefusalClarified():
            return (event.id,)
    return ()


def happening_of(one: Occurrence, parties: Mapping[bytes, Parties]) -> Happening:
    """Return a happening with the members it concerns; `parties` knows those of its certificates.

    That an entry rests on an original concerns the member that issued the original as well.
    """
    event = one.event
    match event:
        case Issued():
            return Happening(one, event.id, event.exporting, event.importing)
        case ExporterRecorded() | SplitUseSet():
            return Happening(one, None, event.member, None)
    certificate, *others = certificates_in(event)
    exporting, importing = parties.get(certificate, _UNKNOWN)
    asked = parties.get(others[0], _UNKNOWN)[0] if others else None
    return Happening(one, certificate, exporting, importing, asked)


def concerned(happening: Happening) -> frozenset[str]:
    """Return the members that it concerns."""
    parties = (happening.exporting, happening.importing, happening.asked)
    return frozenset(member for member in parties if member)


def names(event: Event, certificate: bytes) -> bool:
    """Return whether an event is one of the certificate's life, see `ledger.origin.life.Life`."""
    match event:
        case Issued() | Entered() | ProofReceived() | Decided() | RefusalClarified():
            return event.id == certificate
        case Linked():
            return certificate in {event.parent, event.id}
        case Ended():
            return certificate in {event.id, event.replacement}
        case CaseOpened() | CaseStepped() | SuspensionSet() | CaseConcluded():
            return certificate in {event.id, event.about}
    return False


def cases_of(occurrences: Iterable[Occurrence]) -> dict[int, CaseFacts]:
    """Return verification cases by number, of all their events in the order of the chain."""
    of_each: dict[int, list[Occurrence]] = {}
    for one in occurrences:
        if isinstance(one.event, OfCase):
            of_each.setdefault(one.event.case, []).append(one)
    return {number: _case(number, of_each[number]) for number in sorted(of_each)}


def _case(number: int, occurrences: list[Occurrence]) -> CaseFacts:
    opened = occurrences[0].event
    assert isinstance(opened, CaseOpened)  # noqa: S101 - nothing else happens to a case before
    return story_of(occurrences, opened.id).cases[number]


def exporter_of(member: str, code: str, occurrences: Iterable[Occurrence], as_of: AsOf) -> Exporter:
    """Return a certified exporter as its events leave it, given in the order of the chain."""
    versions = (
        _version(one.event, one.at)
        for one in occurrences
        if isinstance(one.event, ExporterRecorded) and (one.event.member, one.event.code) == (member, code)
    )
    return Exporter(member, code, tuple(versions), as_of)


def _version(said: ExporterRecorded, at: int) -> ExporterVersion:
    return ExporterVersion(
        version=said.version,
        status=ExporterStatus(said.status),
        effective_from=moment(said.effective_from),
        until=moment(said.until) if said.until else None,
        recorded_at=moment(at),
        key=said.key,
        record_hash=said.record_hash,
    )
