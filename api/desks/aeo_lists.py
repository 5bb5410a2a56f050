"""A national list at the AEO desk: read, shown beside the ledger, and recorded once it was looked at.

Nothing is kept between the two pages: the form that confirms carries the list along.  It is read and compared
anew then, and recorded only if that comes to what was shown.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from api.dependencies import Caller
from api.desks.posted import Posted
from api.services import Services
from ledger.aeo.refused import CaseMovedOn
from ledger.errors import ReplicaNeeded, Unavailable
from ledger.facts import Authority, Role
from ledger.issuing import entitled
from ledger.lists.carrying import BatchRefused, carried_out, finished_before
from ledger.lists.complaints import ColumnsMissing, Complaints, ListUnreadable, MapInvalid, RowProblem
from ledger.lists.fields import CONSENTS
from ledger.lists.filing import Loading
from ledger.lists.mapping import ListMap, map_in
from ledger.lists.reviewing import absence_of, agreeing, agrees_by_row, reviewed
from ledger.lists.source import Source, read_list
from ledger.lists.steps import Due, Plan
from ledger.ports import Ledger
from ledger.recognition_lists import lists_of
from ledger.said import Said, said

MOST_BYTES: Final = 512 * 1024
"""Size of a list at the desk; with the rest of the form that carries it along it fits into a request."""
MOST_ROWS: Final = 2000
"""Operators in a list at the desk, all of whom are shown; ten writes to the ledger."""
_MOST_TOLD: Final = 1000
_MOST_MAP: Final = 16 * 1024
_MOST_SOURCE: Final = 200
_OFFICE: Final = 80


class ListWrong(Exception):
    """Something about the form or the list as a whole has to be put right."""

    def __init__(self, control: str, message: Said, *details: str) -> None:
        """Keep what, and at which control."""
        super().__init__(control)
        self.control, self.message, self.details = control, message, details


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A list with what an officer says of it."""

    data: bytes
    map: ListMap
    consent_source: str
    reinstate: bool
    office: str


def carrying(data: bytes) -> str:
    """Return a list, or its map, as a form carries it along."""
    return base64.urlsafe_b64encode(data).decode("ascii")


@dataclass(frozen=True, slots=True)
class Review:
    """A list beside the ledger."""

    sent: Sent
    source: Source
    plan: Plan
    problems: Sequence[RowProblem]
    """What is wrong, row by row; nothing is recorded while there is anything."""
    wrong: int
    """How much that is in all."""

    @property
    def seal(self) -> str:
        """What the plan comes to, in short: another when the ledger has changed in between."""
        told = [(one.operator, one.kind, one.line, _told(one)) for one in self.plan.told]
        return sha256(self.source.digest + repr(told).encode()).hexdigest()


@dataclass(slots=True)
class Ran:
    """What came of recording a list."""

    recorded: int = 0
    refused: list[BatchRefused] = field(default_factory=list)
    stopped: Exception | None = None
    """Why it ended early."""


def sent_in(sent: Posted) -> Sent:
    """Read the form; raises `ListWrong`."""
    data, map_ = sent.file or _carried(sent, "content"), _carried(sent, "mapContent").decode(errors="replace")
    if not data:
        raise ListWrong("file", said("Choose a file with rows in it"))
    if len(data) > MOST_BYTES:
        raise ListWrong("file", said("The file is too large for the desk; load it on the command line"))
    source, office = sent.one("consentSource"), sent.one("office")
    if len(source) > _MOST_SOURCE or not source.isprintable():
        raise ListWrong("consentSource", said("Enter at most 200 characters"))
    if len(office) > _OFFICE or not office.isprintable():
        raise ListWrong("office", said("Enter the deciding office, at most 80 characters"))
    return Sent(
        data=data,
        map=_map(map_ or sent.one("map"), source, sent.one("consent")),
        consent_source=source,
        reinstate=bool(sent.one("reinstate")),
        office=office,
    )


def beside_ledger(sent: Sent, caller: Caller, ledger: Ledger) -> Review:
    """Compare a list with the ledger; raises `ListWrong` or `Unavailable`."""
    complaints, now = Complaints(_MOST_TOLD), ledger.clock().replace(microsecond=0)
    try:
        source = read_list(sent.data, sent.map, caller.member, now, complaints)
    except ListUnreadable as error:
        raise ListWrong("file", said("The file cannot be read as a list"), str(error)) from None
    except ColumnsMissing as error:
        missing = [f"{name}: {title}" for name, title in zip(error.fields, error.titles, strict=True)]
        raise ListWrong(
            "map", said("Say in the map which columns these are, or what holds for all rows"), *missing
        ) from None
    if len(source.wanted) > MOST_ROWS:
        raise ListWrong("file", said("The list has too many rows for the desk; load it on the command line"))
    if sent.consent_source and agrees_by_row(source):
        raise ListWrong("consentSource", said("The list says itself what its operators agree to"))
    try:
        absence = absence_of(lists_of(ledger), ledger, caller.member, None)
    except ReplicaNeeded:
        absence = None
    plan = reviewed(
        source,
        ledger,
        caller.member,
        now=now,
        complaints=complaints,
        reinstate=sent.reinstate,
        absence=absence,
    )
    return Review(sent, source, plan, tuple(complaints), complaints.total)


def finish_earlier(caller: Caller, services: Services) -> None:
    """Carry out what an earlier list has left on its way; raises `Unavailable` while that cannot be."""
    finished_before(caller.authority, caller.account, services.ledger, services.limits.wait)


def recorded(review: Review, caller: Caller, services: Services) -> Ran:
    """Record what a list would change, as `asal operator import` does; the same list again goes on."""
    ledger, ran = services.ledger, Ran()
    acting = entitled(caller.authority, caller.account, ledger, Role.AEO)
    loading = _loading(review, acting, caller)
    try:
        for outcome in carried_out(review.plan.due, loading, ledger, services.limits.wait):
            if isinstance(outcome, BatchRefused):
                ran.refused.append(outcome)
            else:
                ran.recorded += len(outcome.due)
    except (CaseMovedOn, Unavailable) as error:
        ran.stopped = error
    return ran


def _loading(review: Review, acting: Authority, caller: Caller) -> Loading:
    where, consents = "list sent at the desk", review.sent.consent_source
    return Loading(
        authority=acting.id,
        account=caller.account,
        office=review.sent.office or acting.name[:_OFFICE],
        source=f"{where}; consents: {consents}" if consents else where,
        digest=review.source.digest,
    )


def _carried(sent: Posted, name: str) -> bytes:
    try:
        return base64.b64decode(sent.one(name), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _map(text: str, consent_source: str, consent: str) -> ListMap:
    if len(text) > _MOST_MAP:
        raise ListWrong("map", said("The map is too long"))
    try:
        found = map_in(text.encode()) if text else ListMap()
    except MapInvalid as error:
        raise ListWrong("map", said("The map cannot be used"), f"{error.key}: {error.message}") from None
    if not consent_source:
        return found
    stated = agreeing(found, consent if consent in CONSENTS else "exchange", named=bool(text))
    if stated is None:
        raise ListWrong("consentSource", said("The map says itself what the operators agree to"))
    return stated


def _told(one: object) -> object:
    """Return what is shown of a change; the moment of looking is left out."""
    if not isinstance(one, Due):
        return one
    return (
        one.version,
        one.status.status,
        one.status.programme,
        one.status.level,
        one.status.roles,
        one.status.consent,
        one.status.until,
        one.status.ground,
        one.differences,
        one.record,
    )
