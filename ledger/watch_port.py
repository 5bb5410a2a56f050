"""Watches, what is on its way to their receivers, and what keeping them asks of a store.

`ledger.memory_watches` and `ledger.archive.watches` both answer it; `tests/ports/test_watch_port.py` holds
them equal.  What happened on the ledger is turned into deliveries in the same transaction that moves the
cursor past it, so nothing is told twice or left out, however a process ends.  An event is a type, a subject
and a body of JSON: nothing here knows what it is about.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from ledger.errors import Problem, Refused
from ledger.operators import OperatorCode

MOST_WATCHES: Final = 50
"""Watches of one authority."""
MOST_OPERATORS: Final = 10_000
"""Operators named in one watch; whole members count for nothing."""
MOST_CERTIFICATES: Final = 10_000
"""Certificates named in one watch."""
GIVEN_UP: Final = "the receiver has taken no message in three days of attempts"
HUSHED: Final = "the operator has withdrawn its consent to the exchange of its data"
OVERLAP: Final = timedelta(hours=24)
"""How long messages also carry the signature by the secret before."""


class EventType(StrEnum):
    """What a message says."""

    TEST = "watch.test"
    """Nothing happened; the receiver is tried."""
    STATUS = "operator.status.changed"
    """The status of a watched operator."""
    RECOGNITION = "operator.recognition.changed"
    """Whether a watched host recognises a watched operator."""
    ISSUED = "certificate.issued"
    """An entry was written."""
    CANCELLED = "certificate.cancelled"
    REPLACED = "certificate.replaced"
    RECEIVED = "certificate.received"
    """Customs of the importing member confirmed that it has the proof."""
    DECIDED = "certificate.decided"
    """Customs decided on goods lines under one declaration."""
    CLARIFIED = "certificate.refusal.clarified"
    """The issuing member answered a refusal."""
    BASED_ON = "certificate.based-on"
    """A back-to-back certificate was issued on the strength of it."""
    CASE_OPENED = "case.opened"
    CASE_STEPPED = "case.stepped"
    SUSPENSION = "case.suspension.set"
    CASE_CONCLUDED = "case.concluded"
    EXPORTER = "exporter.recorded"
    """A certified exporter was authorised, suspended or withdrawn."""
    OVERDUE = "deadline.overdue"
    """What was due has not been done."""


class DeliveryState(StrEnum):
    """How far a message has come."""

    PENDING = "pending"
    """To be sent, or to be sent again."""
    DELIVERED = "delivered"
    """The receiver has answered with 2xx."""
    FAILED = "failed"
    """Every attempt failed."""


@dataclass(eq=False)
class WatchUnknown(Refused):
    """The authority has no such watch."""

    watch: str

    def __str__(self) -> str:
        return "there is no such watch of this authority"


@dataclass(eq=False)
class DeliveryUnknown(Refused):
    """The watch has no such delivery, or it was forgotten."""

    delivery: int

    def __str__(self) -> str:
        return f"the watch has no delivery {self.delivery}"


@dataclass(eq=False)
class WatchMalformed(Refused):
    """What is to be watched is not as it must be; carries every problem found."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in self.problems)


@dataclass(eq=False)
class WatchDisabled(Refused):
    """Nothing is sent to the receiver of a watch that is disabled."""

    def __str__(self) -> str:
        return "the watch is disabled; resume it first"


@dataclass(eq=False)
class TooManyWatches(Refused):
    """The authority has as many watches as one may have."""

    most: int = MOST_WATCHES

    def __str__(self) -> str:
        return f"an authority may have {self.most} watches; remove one first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """Which operators are watched, and as seen by which hosts; and which certificates."""

    operators: frozenset[OperatorCode] = frozenset()
    members: frozenset[str] = frozenset()
    """All operators of these members."""
    everything: bool = False
    """All operators of all members."""
    hosts: frozenset[str] = frozenset()
    """Members whose recognition matters."""
    all_certificates: bool = False
    """All that happens to certificates and exporters and concerns the watcher's member."""
    certificates: frozenset[bytes] = frozenset()
    """The same of these certificates alone."""

    @property
    def of_certificates(self) -> bool:
        """Whether certificates are watched at all."""
        return self.all_certificates or bool(self.certificates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What messages are signed with."""

    current: bytes = field(repr=False)
    previous: bytes | None = field(default=None, repr=False)
    previous_until: datetime | None = None
    """Until when messages also carry a signature by the previous one."""

    def valid(self, now: datetime) -> Sequence[bytes]:
        """Return those to sign with, the current one first."""
        overlap = self.previous is not None and self.previous_until is not None and now < self.previous_until
        return (self.current, self.previous) if overlap and self.previous else (self.current,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Somebody who is told."""

    id: str
    authority: int
    """Whose it is."""
    member: str
    """The member of that authority."""
    url: str
    label: str
    interest: Interest
    secrets: Secrets
    created_at: datetime
    since: int = 0
    """The block after which it is told of certificates."""
    disabled_at: datetime | None = None
    disabled_why: str | None = None
    last_success: datetime | None = None
    """When its receiver last took a message."""
    failing: bool = False
    """Whether the last attempt failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message on its way to one receiver."""

    position: int = 0
    """Order in the store; given out by it."""
    watch: str
    event: str
    """Id of the message, the same for every attempt, so that a receiver knows it again."""
    type: EventType
    subject: str
    """What it is about, such as the code of an operator."""
    body: bytes = field(repr=False)
    created_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    next_at: datetime | None
    """When it is tried next; None when it is not."""
    last_at: datetime | None = None
    last_status: int | None = None
    """HTTP status of the last answer, if there was one."""
    last_error: str | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt."""

    state: DeliveryState
    at: datetime
    status: int | None = None
    error: str | None = None
    next_at: datetime | None = None
    gone: str | None = None
    """Why the watch is to be disabled at once."""
    exhausted: bool = False
    """Whether every attempt of days failed."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far what happened on the ledger has been told."""

    block: int
    position: int
    """The last status change that was told, or the last place of a block that was."""
    mutual: int
    """The block up to which changes of recognition were."""

    @property
    def place(self) -> tuple[int, int]:
        """Where status changes go on."""
        return self.block, self.position


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for receivers that are not disabled."""

    messages: int
    due: datetime | None
    """Since when the oldest message that is due has been, of receivers that took the last one, or had none
    yet; None when none is."""


class Part(StrEnum):
    """What changes together of a watch."""

    WISH = "wish"
    """Address, label and interest."""
    SECRETS = "secrets"
    DISABLING = "disabling"
    """Whether, and why, it is disabled."""


FIELDS: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.WISH: ("url", "label", "interest"),
    Part.SECRETS: ("secrets",),
    Part.DISABLING: ("disabled_at", "disabled_why"),
}
"""The fields of a watch that belong to each part."""


def after_block(block: int) -> Cursor:
    """Return where telling goes on when all up to a block is told, or is nobody's affair."""
    return Cursor(block, 2**31 - 1, block)


class Watches(Protocol):
    """The store of watches and deliveries; safe to share between threads and processes."""

    def add(self, watch: Watch) -> None:
        """Keep a new watch; `TooManyWatches` when its authority has as many as it may."""

    def find(self, authority: int, watch: str) -> Watch | None:
        """Return a watch of an authority."""

    def of(self, authority: int) -> Sequence[Watch]:
        """Return an authority's watches, disabled ones too, oldest first."""

    def live(self) -> Sequence[Watch]:
        """Return all watches that are not disabled, oldest first."""

    def change(self, watch: Watch, part: Part | None = None) -> None:
        """Keep what is new of a watch, in one part or in all that its owner decides; else `WatchUnknown`.

        Two changes of different parts at once are both kept.
        """

    def remove(self, authority: int, watch: str) -> bool:
        """Forget a watch with its deliveries; whether there was one."""

    def cursor(self) -> Cursor | None:
        """Return how far has been told; None at the beginning."""

    def spread(
        self,
        before: Cursor | None,
        after: Cursor,
        deliveries: Collection[Delivery],
        hushed: Collection[OperatorCode] = (),
    ) -> bool:
        """Keep deliveries and move the cursor, both or neither.

        Nothing happens, and the answer is no, when the cursor is not where it is said to be.  What a watch
        has under the same event already, or a watch that is gone, is left out.  Of the operators `hushed`,
        what was kept before for watches of other members than theirs loses its body and is not sent any more.
        """

    def told(self) -> int | None:
        """Return the position up to which the feed has been told; None at the beginning."""

    def spread_feed(self, before: int | None, after: int, deliveries: Collection[Delivery]) -> bool:
        """Keep deliveries of what is in the feed and move on in it, both or neither; as `spread` does."""

    def put(self, delivery: Delivery) -> Delivery:
        """Keep one delivery; returns it with its position.  Raises `WatchUnknown`."""

    def waiting(self, now: datetime) -> Collection[str]:
        """Return the watches, not disabled, for which something is due."""

    def due(self, watch: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """Return what is due for a watch in the order of the store."""

    def settle(self, delivery: Delivery, outcome: Outcome) -> Watch | None:
        """Keep what came of an attempt; returns the watch if that disables it.

        Nothing is kept of a delivery that is not pending any more.  A watch is disabled when its receiver is
        gone, or when the attempts for a message are exhausted and the receiver has taken none since that
        one was made.
        """

    def again(self, watch: str, delivery: int, now: datetime) -> Delivery:
        """Send a delivery once more, whatever became of it; `DeliveryUnknown` also without a body."""

    def deliveries(self, watch: str, *, before: int | None = None, limit: int = 100) -> Sequence[Delivery]:
        """Return deliveries of a watch, newest first, going on before a position."""

    def pending(self, now: datetime) -> Pending:
        """Return what waits."""

    def forget(self, before: datetime) -> int:
        """Remove deliveries that ended and were made before a moment; returns how many."""


def by_id(watches: Collection[Watch]) -> Mapping[str, Watch]:
    """Return watches by their ids."""
    return {watch.id: watch for watch in watches}
