"""An operator's case: what its authority has filed of it, and what the ledger holds, read together.

Events are appended and never changed.  An event that writes a status counts as soon as it is filed, because
its write lies in the outbox and is not lost; one whose write the contract refused counts no more.  Where the
ledger is ahead of the file (a list was imported, another office was quicker), the ledger is right.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from ledger.aeo.acts import ALLOWED, APPLYING, STAGE_OF, Act, Stage
from ledger.facts import Address
from ledger.operators import (
    ENDED,
    Consent,
    Ground,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    Status,
    StatusChange,
    StatusRecord,
)

_SAID: Final = tuple(field.name for field in fields(Status))


class EventState(StrEnum):
    """How far an event has come."""

    FILED = "filed"
    """Kept here; it writes nothing to the ledger."""
    ACCEPTED = "accepted"
    """Its write is on the way."""
    RECORDED = "recorded"
    REFUSED = "refused"
    """The contract refused its write, so it does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What is applied for or granted; every event says all of it."""

    programme: int
    """Number of the programme on the ledger."""
    level: int
    roles: OperatorRole
    consent: Consent
    until: datetime | None
    """Last second of validity, None for unlimited."""
    record_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened in a case."""

    operator: OperatorCode
    seq: int
    """Counts from 1 without gaps; of two that act at once, one gets the number."""
    act: Act
    stage: Stage
    """Where the case is afterwards."""
    effective: datetime
    """From when it holds, which may be long before it was recorded."""
    recorded_at: datetime
    authority: int
    account: Address
    """The key of who acted."""
    office: str
    """The deciding office, as it names itself; not on the ledger."""
    ground: Ground
    note: str
    """Reasons in words; not on the ledger."""
    evidence: tuple[bytes, ...]
    """Keccak-256 of files; neither the files nor their hashes are on the ledger."""
    request: bytes
    """Hash of what was asked, by which a repetition is recognised."""
    procedure: str
    """Code of the procedure whose time limits hold; empty for none, see `ledger.aeo.procedures`."""
    holding: Holding
    version: int
    """Of the status that it writes, or of the newest that was known when it was filed; 0 for none."""
    status: OperatorStatus | None = None
    """The status that it writes to the ledger; None where it writes nothing."""
    until: datetime | None = None
    """The status's `until`: end of validity, or of a revocation the time before which none may apply."""
    dispatch: int | None = None
    """Place in the outbox of the write that carries its status."""
    state: EventState = EventState.FILED

    @property
    def stated(self) -> Status | None:
        """The status that it writes."""
        if self.status is None:
            return None
        return Status(
            status=self.status,
            programme=self.holding.programme,
            level=self.holding.level,
            roles=self.holding.roles,
            consent=self.holding.consent,
            effective_from=self.effective,
            until=self.until,
            ground=self.ground,
        )

    @property
    def record(self) -> StatusRecord | None:
        """The status on its way to the ledger."""
        if (stated := self.stated) is None:
            return None
        return StatusRecord(
            operator=self.operator,
            version=self.version,
            status=stated,
            record_hash=self.holding.record_hash,
        )


@dataclass(frozen=True)
class Case:
    """An operator's dealings with its authority."""

    operator: OperatorCode
    events: tuple[Event, ...] = ()
    """All that was filed, oldest first, refused ones too."""
    changes: tuple[StatusChange, ...] = ()
    """All that the ledger holds, oldest first."""

    @cached_property
    def live(self) -> tuple[Event, ...]:
        """Events that count: neither refused, nor overtaken by another status under the same version."""
        return tuple(event for event in self.events if self._counts(event))

    @cached_property
    def statuses(self) -> tuple[Status, ...]:
        """Statuses by version: those on the ledger, then those on their way."""
        return (*self.changes, *(event.stated for event in self._coming if event.stated))

    @property
    def version(self) -> int:
        """The version of the newest status, also of one on its way; 0 for none."""
        return len(self.statuses)

    @property
    def next_seq(self) -> int:
        """The number of the next event."""
        return len(self.events) + 1

    @property
    def ahead(self) -> bool:
        """Whether the ledger holds statuses that this file knows nothing of."""
        return len(self.changes) > (self.live[-1].version if self.live else 0)

    @property
    def holding(self) -> Holding | None:
        """What was applied for or granted last."""
        if self.live and not self.ahead:
            return self.live[-1].holding
        return _held(self.changes) if self.changes else None

    @property
    def procedure(self) -> str:
        """The procedure of the newest application."""
        return next((event.procedure for event in reversed(self.live) if event.procedure), "")

    def holds_at(self, moment: datetime) -> Status | None:
        """Return the status that holds at a moment, as far as is known now: recorded last and begun."""
        begun = (status for status in reversed(self.statuses) if status.effective_from <= moment)
        return next(begun, None)

    def holding_at(self, moment: datetime) -> Holding | None:
        """Return what is granted at a moment, as far as is known now; after an end, what was granted last."""
        held = [place for place, one in enumerate(self.statuses) if one.effective_from <= moment]
        if not held or self.holding is None:
            return None
        place, status = held[-1], self.statuses[held[-1]]
        change = self.changes[place] if place < len(self.changes) else None
        event = None if change else self._coming[place - len(self.changes)]
        return Holding(
            programme=status.programme,
            level=status.level,
            roles=status.roles,
            consent=status.consent,
            until=self.holding.until if status.status in ENDED else status.until,
            record_hash=change.record_hash if change else event.holding.record_hash if event else b"",
        )

    def stage_at(self, moment: datetime) -> Stage:
        """Return where the case is at a moment, by all that is known now.

        An end that is recorded stands, also while it lies ahead: only the acts for ended ones are allowed.
        """
        last = self.live[-1] if self.live else None
        if last and not self.ahead and (last.stage in APPLYING or not self.statuses):
            return last.stage
        if not self.statuses:
            return Stage.UNKNOWN
        newest = self.statuses[-1]
        holds = newest if newest.status in ENDED else self.holds_at(moment) or newest
        expired = holds.status not in ENDED and holds.until is not None and holds.until < moment
        return Stage.EXPIRED if expired else STAGE_OF[holds.status]

    def allowed_at(self, moment: datetime) -> tuple[Act, ...]:
        """Return the acts that are allowed at a moment."""
        return ALLOWED[self.stage_at(moment)]

    def begun(self) -> datetime:
        """Return when the newest authorisation began, which is what its annulment reaches back to.

        An end that was lifted on appeal has ended nothing.
        """
        lifted = {event.version for event in self.live if event.act is Act.REINSTATE and event.status}
        own: list[tuple[int, Status]] = []
        for version in range(self.version, 0, -1):
            status = self.statuses[version - 1]
            if status.status not in ENDED:
                own.append((version, status))
            elif own and own[-1][0] not in lifted:
                break
        return min(status.effective_from for _, status in own)

    def repeated(self, request: bytes, *, anywhere: bool) -> tuple[Event, ...]:
        """Return the events of the same request: those filed last, or with `anywhere` of any time."""
        if not self.live or (not anywhere and self.live[-1].request != request):
            return ()
        return tuple(event for event in self.live if event.request == request)

    def _counts(self, event: Event) -> bool:
        if event.state is EventState.REFUSED:
            return False
        if event.status is None or event.version > len(self.changes):
            return True
        return says(event, self.changes[event.version - 1])

    @cached_property
    def _coming(self) -> tuple[Event, ...]:
        """Events whose statuses are on their way, by version."""
        coming: list[Event] = []
        for event in self.live:
            if event.status is not None and event.version == len(self.changes) + 1 + len(coming):
                coming.append(event)
        return tuple(coming)


def says(event: Event, change: StatusChange) -> bool:
    """Whether a status on the ledger is the one that an event writes."""
    stated = event.stated
    same = stated is not None and all(getattr(change, name) == getattr(stated, name) for name in _SAID)
    return same and change.record_hash == event.holding.record_hash


def _held(changes: Sequence[StatusChange]) -> Holding:
    """Return what the ledger says was granted; its validity is that of the newest status with one."""
    newest = changes[-1]
    valid = next((one for one in reversed(changes) if one.status not in ENDED), newest)
    return Holding(
        programme=newest.programme,
        level=newest.level,
        roles=newest.roles,
        consent=newest.consent,
        until=valid.until,
        record_hash=newest.record_hash,
    )
