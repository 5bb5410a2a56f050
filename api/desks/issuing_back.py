"""What came back to an issuing authority: the newest events, what is refused, and what is silent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

import orjson

from api.dependencies import Caller
from api.services import Services
from ledger.errors import ReplicaNeeded
from ledger.events import Block, moment
from ledger.feed_port import FeedRow
from ledger.origin.life import told_in
from ledger.origin.reasons import REASONS
from ledger.ports import Filing, Ledger
from ledger.procedures_port import Unreported
from ledger.said import Said, said
from ledger.statements import Statement, StatementKind, statement_hash
from ledger.watch_port import EventType

SHOWN: Final = 50
_WINDOW: Final = 500
"""Positions of the feed that are looked through at once."""
_MOST_WINDOWS: Final = 40

_HAPPENED: Final[Mapping[EventType, Said]] = {
    EventType.ISSUED: said("A certificate was issued"),
    EventType.CANCELLED: said("It was cancelled"),
    EventType.REPLACED: said("It was replaced"),
    EventType.RECEIVED: said("Customs has received it"),
    EventType.DECIDED: said("Customs has decided on goods lines"),
    EventType.CLARIFIED: said("The issuer has answered a refusal"),
    EventType.BASED_ON: said("A back-to-back certificate rests on it"),
    EventType.CASE_OPENED: said("Customs asks for verification"),
    EventType.CASE_STEPPED: said("A step was taken in a verification"),
    EventType.SUSPENSION: said("Customs has suspended preference, or lifted that"),
    EventType.CASE_CONCLUDED: said("A verification is concluded"),
    EventType.EXPORTER: said("The status of a certified exporter was recorded"),
    EventType.OVERDUE: said("Something is overdue"),
}
_LINES: Final[Mapping[str, Said]] = {
    "granted": said("granted"),
    "refused": said("refused"),
    "suspended": said("suspended"),
    "confirmed": said("confirmed"),
    "denied": said("denied"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in the list."""

    at: datetime
    what: Said
    certificate: str
    reference: str
    """As it was written, where this archive has it."""
    other: str
    """The member on the other side."""
    lines: tuple[tuple[Said, str], ...]
    case: int | None
    """A verification case that the member is asked in."""
    answerable: bool
    """Whether it refuses lines of a certificate of this authority."""


@dataclass(frozen=True, slots=True)
class Silent:
    """A certificate of which nobody has reported anything."""

    certificate: str
    reference: str
    importing: str
    issued_at: datetime
    days: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Why customs has refused a line."""

    at: datetime
    authority: str
    line: str
    reasons: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the issuer has said to refusals."""

    at: datetime
    authority: str
    text: str
    statement: str
    """Hash of its statement, under which it is handed out."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The lines of a certificate that are refused, and why."""

    lines: tuple[int, ...]
    grounds: tuple[Ground, ...]
    """What customs said of them, as far as it was handed over."""
    answers: tuple[Answered, ...]
    """What the ledger names of what the issuer has said to it."""

    @property
    def unheard(self) -> bool:
        """Whether what customs said of a refused line was not handed over."""
        return not set(map(str, self.lines)) <= {one.line for one in self.grounds}


def newest(caller: Caller, services: Services, before: int) -> tuple[list[Event], int]:
    """Return the newest events of the caller's member before a position, and where older ones go on.

    Raises `ReplicaNeeded`.
    """
    _head(services)
    feed, found = services.rooms.feed, list[FeedRow]()
    end = before or feed.newest() + 1
    for _ in range(_MOST_WINDOWS):
        start = max(0, end - 1 - _WINDOW)
        rows = feed.page(caller.member, after=start, limit=_WINDOW)
        found += [row for row in reversed(rows) if row.position < end]
        end = start + 1
        if start == 0 or len(found) > SHOWN:
            break
    shown = found[:SHOWN]
    more = shown[-1].position if len(found) > SHOWN else (end if end > 1 else 0)
    return [_event(row, caller, services.ledger) for row in shown], more


def silent(caller: Caller, services: Services, after: tuple[int, int] | None) -> Sequence[tuple[Silent, str]]:
    """Return certificates of which nothing has come back, oldest first, each with its place."""
    now = moment(_head(services).time)
    found = services.rooms.replica.unreported(caller.member, after=after, limit=SHOWN)
    return [(_silent(one, now, services.ledger), "-".join(map(str, one.place))) for one in found]


def refused_of(certificate: bytes, ledger: Ledger) -> Refused:
    """Return what is refused of a certificate, with the grounds that are kept here."""
    life = ledger.procedures.life(certificate)
    lines = told_in(life).use.refused
    kept = ledger.statements.statements_of(certificate)
    grounds = (_grounds(one) for one in kept if one.kind is StatementKind.DECISION)
    recorded = {getattr(one.event, "statement", None) for one in life.occurrences}
    given = (one for one in kept if one.kind is StatementKind.CLARIFICATION)
    answers = tuple(_answered(one) for one in given if statement_hash(one) in recorded)
    return Refused(tuple(sorted(lines)), tuple(chain.from_iterable(grounds)), answers)


def _answered(one: Statement) -> Answered:
    text = str(one.body.get("text") or "")
    return Answered(one.at, one.authority, text, f"0x{statement_hash(one).hex()}")


def _grounds(one: Statement) -> Iterator[Ground]:
    """Yield what a decision says of each line that it refuses; another member wrote it as it liked."""
    lines = one.body.get("lines")
    for number, said_of in lines.items() if isinstance(lines, Mapping) else ():
        if not isinstance(said_of, Mapping) or said_of.get("decision") != "refused":
            continue
        named = said_of.get("reasons")
        codes = [str(code) for code in named] if isinstance(named, list | tuple) else []
        reasons = tuple(REASONS[code].words if code in REASONS else code for code in codes)
        yield Ground(one.at, one.authority, str(number), reasons, str(said_of.get("text") or ""))


def _event(row: FeedRow, caller: Caller, ledger: Ledger) -> Event:
    body = orjson.loads(row.body)
    filing = ledger.archive.find(row.certificate) if row.certificate else None
    own = filing is not None and filing.authority == caller.authority
    number = body.get("case")
    asked = row.exporting if row.asked is None else row.asked
    return Event(
        at=row.at,
        what=_HAPPENED[row.type],
        certificate=f"0x{row.certificate.hex()}" if row.certificate else "",
        reference=reference_for(caller.member, filing),
        other=(row.importing or "") if row.exporting == caller.member else row.exporting,
        lines=tuple((_LINES[key], ", ".join(map(str, body[key]))) for key in _LINES if body.get(key)),
        case=int(number) if number and asked == caller.member else None,
        answerable=own and row.type is EventType.DECIDED and bool(body.get("refused")),
    )


def _silent(one: Unreported, now: datetime, ledger: Ledger) -> Silent:
    return Silent(
        f"0x{one.certificate.hex()}",
        reference_for(one.entry.exporting, ledger.archive.find(one.certificate)),
        one.entry.importing,
        one.entry.issued_at,
        max((now - one.entry.issued_at).days, 0),
    )


def reference_for(member: str, filing: Filing | None) -> str:
    """Return the reference of a certificate as it was written, for a member that is named on it.

    Who is asked about an original, or hears that something rests on it, is told of a certificate of others.
    """
    if filing is None or member not in {filing.terms.exporting, filing.terms.importing}:
        return ""
    return str(orjson.loads(filing.document)["reference"])


def _head(services: Services) -> Block:
    head = services.rooms.replica.head()
    if head is None or head.block is None:
        raise ReplicaNeeded
    return head.block
