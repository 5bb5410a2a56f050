"""What the routes work with; made once by `create_app`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event
from typing import TYPE_CHECKING

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.alarms import LocalAlarms, alarms_of
from api.metrics import Metrics
from api.news import News
from api.pages.figures_kept import KeptFigures
from api.probe import Probe
from ledger.archive import ArchiveRooms
from ledger.outbox import Alarm
from ledger.outgoing import Sender
from ledger.ports import Ledger

if TYPE_CHECKING:
    from api.desks.provider import Provider

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what callers may ask for, and on what counts as ready."""

    body_bytes: int = MEBIBYTE
    """Largest request body; a certificate of 64 lines has about 100 kB as an envelope."""
    by_reference: str = "30/minute"
    """Verifications by reference per caller address, in the notation of the `limits` package."""
    recognition: str = "60/minute"
    """Questions about operators per caller address."""
    look_up: str = "60/minute"
    """Look-ups of certificates and approved exporters per authority."""
    recognition_lists: str = "6/minute"
    """Lists of partners per caller address."""
    recognition_proofs: str = "600/minute"
    """Proofs signed for all callers together, who need not say who they are: keys that sign certificates, and
    a signing service that holds them, are not theirs to keep busy."""
    logins: str = "30/minute"
    """Logins begun per caller address; an authority's officers often share one."""
    idle_minutes: int = 30
    """Minutes that an officer's session may lie idle."""
    wait: float = 10.0
    """Seconds that an answer waits for the chain, unless the caller prefers otherwise."""
    most_wait: int = 60
    """The most seconds that a caller can ask to wait."""
    clock_skew_seconds: int = 120
    """How far the newest block may lie in the future of our clock before one of them is wrong."""
    bulk_rows: int = 100_000
    """The most rows in one bulk request."""
    bulk_bytes: int = 512 * MEBIBYTE
    """Largest body of a bulk request."""
    bulk_at_once: int = 2
    """Bulk requests that one process works on at a time; each takes up to 60 MB beside its processes."""
    bulk_workers: int | None = None
    """Processes that draw up the rows of a bulk request; None for one each processor."""
    bulk_pause: float = 30.0
    """Seconds that the body of a bulk request may pause."""
    block_seconds: int | None = None
    """Greatest pause between blocks where they are made regularly; None where they wait for work."""
    stuck_seconds: int = 300
    """How long the oldest write may wait for the chain before that is an alarm."""
    streams_per_authority: int = 10
    """Streams of events that one authority may hold open in one process."""
    streams: int = 200
    """Streams of events that one process holds open in all."""
    silent_seconds: int = 30
    """How long the chain may be silent before that is an alarm."""
    ledger_page: str = "officers"
    """Who sees events and figures on the page of the ledger: `officers`, or `public` for everybody."""


@dataclass(frozen=True)
class Services:
    """The ledger, the archive's further rooms, and the limits in force."""

    ledger: Ledger
    rooms: ArchiveRooms
    limits: Limits
    limiter: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))
    """Counts in this process; behind several, each grants the limit."""
    metrics: Metrics = field(default_factory=Metrics)
    """What is counted for the operator's monitoring."""
    local: LocalAlarms = field(default_factory=LocalAlarms)
    """Alarms about this process."""
    signer: Probe | None = None
    """Asks the signing service, where there is one."""
    sender: Sender = field(default_factory=Sender)
    """Sends to watchers; says which addresses may be named."""
    finality: int = 0
    """How many blocks must follow one before watchers are told of it."""
    bell: Event = field(default_factory=Event)
    """Rung when a message to a watcher was queued."""
    figures: KeptFigures = field(default_factory=KeptFigures)
    """Figures of the ledger, for some seconds."""
    news: News = field(default_factory=News)
    """Rung when the feed has grown."""
    public_url: str = ""
    """The address under which the public finds this service, for links on paper; else that of the request."""
    provider: "Provider | None" = None
    """Where officers log in."""
    demo_roles: bool = False
    """Whether anybody may be an officer of the demonstration."""

    @property
    def by_reference(self) -> RateLimitItem:
        """The limit on verifications by reference."""
        return parse(self.limits.by_reference)

    @property
    def recognition(self) -> RateLimitItem:
        """The limit on questions about operators."""
        return parse(self.limits.recognition)

    @property
    def look_up(self) -> RateLimitItem:
        """The limit on look-ups of certificates and approved exporters."""
        return parse(self.limits.look_up)

    @property
    def logins(self) -> RateLimitItem:
        """The limit on logins."""
        return parse(self.limits.logins)

    @property
    def recognition_lists(self) -> RateLimitItem:
        """The limit on lists of partners."""
        return parse(self.limits.recognition_lists)

    @property
    def recognition_proofs(self) -> RateLimitItem:
        """The limit on proofs, of all callers together."""
        return parse(self.limits.recognition_proofs)

    @cached_property
    def writable(self) -> Probe:
        """Tries whether the archive can store."""
        return Probe(self.rooms.outbox.see_writable)

    def alarms(self) -> Sequence[Alarm]:
        """Return all alarms in force, as far as the archive answers."""
        return alarms_of(self.ledger, self.rooms, self.local)
