"""What a competent authority does about a certified exporter, and where that leads (OCP Rules 12A to 12D).

    authorise ──► authorised ◄──── reinstate ──── suspended
                  │  │  ▲  └──────── suspend ───────► │
                  │  └──┘ amend                       │
                  └──────────► withdrawn ◄────────────┘

Each act becomes the next version of the exporter on the ledger.  A withdrawal is for good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import orjson

from ledger.aeo.cases import EventState
from ledger.facts import Address
from ledger.hashing import keccak
from ledger.origin.facts import Exporter, ExporterStatus, ExporterVersion
from ledger.writes import RecordExporter

NOTE: Final = 2000
"""Characters of the reasons in words."""


class ExporterAct(StrEnum):
    """What can be done."""

    AUTHORISE = "authorise"
    AMEND = "amend"
    """Change what is said of it: products, signatories, term, name."""
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    WITHDRAW = "withdraw"
    """Entered at once (Rule 12D)."""


ALLOWED: Final[Mapping[ExporterStatus | None, tuple[ExporterAct, ...]]] = {
    None: (ExporterAct.AUTHORISE,),
    ExporterStatus.AUTHORISED: (ExporterAct.AMEND, ExporterAct.SUSPEND, ExporterAct.WITHDRAW),
    ExporterStatus.SUSPENDED: (ExporterAct.AMEND, ExporterAct.REINSTATE, ExporterAct.WITHDRAW),
    ExporterStatus.WITHDRAWN: (),
}
"""Per status what may follow; None before the first."""
LEADS_TO: Final = {
    ExporterAct.AUTHORISE: ExporterStatus.AUTHORISED,
    ExporterAct.SUSPEND: ExporterStatus.SUSPENDED,
    ExporterAct.REINSTATE: ExporterStatus.AUTHORISED,
    ExporterAct.WITHDRAW: ExporterStatus.WITHDRAWN,
}
"""The status after an act; an amendment leaves it as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterAction:
    """What an officer asks for."""

    act: ExporterAct
    member: str
    code: str
    particulars: Mapping[str, Any] = field(default_factory=dict)
    """JSON members of the record: all of them to authorise, those that change to amend."""
    note: str = ""
    """Reasons in words; stay in the archive."""
    once: str = ""
    """The Idempotency-Key, where there is one."""

    @property
    def request(self) -> bytes:
        """The hash by which a repetition is recognised."""
        told = [self.act, self.member, self.code, dict(self.particulars), self.note, self.once]
        return keccak(orjson.dumps(told, option=orjson.OPT_SORT_KEYS))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterEvent:
    """One act on an exporter, as it is filed."""

    member: str
    code: str
    seq: int
    """Counts from 1 without gaps; of two that act at once, one gets the number."""
    act: ExporterAct
    version: int
    """The version on the ledger that it is to become."""
    status: ExporterStatus
    effective_from: datetime | None
    """From when it holds; None for the block that records it."""
    until: datetime | None
    """Last second of the authorisation, None for unlimited, or while it is none."""
    record_hash: bytes
    note: str
    authority: int
    account: Address
    """The key of who acted."""
    request: bytes
    filed_at: datetime
    dispatch: int = 0
    """Place of its write in the outbox; given when it is filed."""
    state: EventState = EventState.ACCEPTED

    @property
    def write(self) -> RecordExporter:
        """What it writes to the ledger."""
        return RecordExporter(
            code=self.code,
            version=self.version,
            status=self.status,
            effective_from=self.effective_from,
            until=self.until,
            record_hash=self.record_hash,
        )

    def is_in(self, version: ExporterVersion) -> bool:
        """Whether a version on the ledger says what this one writes."""
        same = (version.status, version.until, version.record_hash) == (
            self.status,
            self.until,
            self.record_hash,
        )
        return same and self.effective_from in {None, version.effective_from}


@dataclass(frozen=True)
class ExporterFile:
    """An exporter as the ledger and this archive know it."""

    held: Exporter
    events: Sequence[ExporterEvent]
    """What was done here, oldest first."""

    @cached_property
    def live(self) -> tuple[ExporterEvent, ...]:
        """Events that count: not refused, and not overtaken by another archive's of the same version."""
        versions = self.held.versions
        return tuple(
            event
            for event in self.events
            if event.state is not EventState.REFUSED
            and (event.version > len(versions) or event.is_in(versions[event.version - 1]))
        )

    @property
    def coming(self) -> tuple[ExporterEvent, ...]:
        """Events whose versions the ledger does not show yet."""
        return tuple(event for event in self.live if event.version > len(self.held.versions))

    @property
    def newest(self) -> ExporterEvent | ExporterVersion | None:
        """What was said last, also if it is on its way; None of an unknown exporter."""
        if self.coming:
            return self.coming[-1]
        return self.held.versions[-1] if self.held.versions else None

    @property
    def status(self) -> ExporterStatus | None:
        """What was said last."""
        return self.newest.status if self.newest else None

    @property
    def allowed(self) -> tuple[ExporterAct, ...]:
        """What may be done now."""
        return ALLOWED[self.status]

    @property
    def next_version(self) -> int:
        """The version that the next act becomes."""
        return (self.newest.version if self.newest else 0) + 1

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """Hashes of its records, newest last."""
        recorded = (version.record_hash for version in self.held.versions)
        return (*recorded, *(event.record_hash for event in self.coming))

    def present(self, now: datetime) -> datetime:
        """Return the later of our clock and the ledger's: one that is behind must not undo a withdrawal."""
        return max(now, self.held.as_of.time)

    def repeated(self, request: bytes, *, anywhere: bool) -> ExporterEvent | None:
        """Return the event of the same request: if it was filed last, or with `anywhere` of any time."""
        if not anywhere and self.live and self.live[-1].request != request:
            return None
        return next((event for event in reversed(self.live) if event.request == request), None)

    def stopped(self) -> ExporterEvent | None:
        """Return a suspension or withdrawal that was accepted here and that the ledger does not show yet."""
        newest = self.newest
        if isinstance(newest, ExporterEvent) and newest.status is not ExporterStatus.AUTHORISED:
            return newest
        return None
