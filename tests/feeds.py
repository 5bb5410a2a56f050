"""A replica into which a test writes what becomes of certificates, and the feed that is filled from it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from ledger.events import Block, Ended, Event, Issued, Linked, MemberAdmitted, Occurrence
from ledger.feed_port import Feed, FeedRow
from ledger.feed_telling import FeedTeller
from ledger.feeding import Feeder, Replicated
from ledger.memory_feed import MemoryFeed
from ledger.memory_replica import MemoryReplica
from ledger.memory_watches import MemoryWatches
from ledger.origin.facts import Step
from ledger.watch_port import Delivery, Interest, Secrets, Watch, Watches
from tests.procedures_told import (
    DAYS,
    clarified,
    concluded,
    decided,
    exporter,
    opened,
    received,
    stepped,
    suspended,
    the_id,
    word,
)
from tests.watched import LEDGER, REGISTRY

BEGIN = 1_795_000_000
"""Time of the first block: 18 November 2026."""
MEMBERS = ("ID", "MY", "TH", "VN")
DUE, WHOLE = BEGIN + 90 * DAYS, BEGIN + 180 * DAYS


def issued(name: str, exporting: str = "VN", importing: str = "TH") -> Issued:
    """Return the event of an entry, valid for a year."""
    return Issued(
        the_id(name), word("reference", name), importing, exporting, 1, 1, BEGIN, BEGIN + 365 * DAYS - 1
    )


def a_case(number: int = 1, name: str = "a", about: str = "", **changes: Any) -> Any:
    """Return the event of a new case of TH that asks VN, due in 90 and 180 days."""
    return opened(number, name, about, **{"due": DUE, "conclude_due": WHOLE} | changes)


@dataclass
class Annals:
    """Blocks a second apart unless told otherwise; the first names the members."""

    replica: Replicated = field(default_factory=MemoryReplica)
    feed: Feed = field(default_factory=MemoryFeed)
    watches: Watches = field(default_factory=MemoryWatches)
    finality: int = 0
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin the ledger, or go on with one that has begun."""
        self.feeder = Feeder(self.feed, self.replica, self.finality)
        self.teller = FeedTeller(self.watches, self.feed, lambda: self.now)
        self.replica.start(LEDGER, REGISTRY)
        if self.replica.first() is None:
            self.block(*(MemberAdmitted(member, REGISTRY) for member in MEMBERS))

    @property
    def now(self) -> datetime:
        """The time of the newest block."""
        return datetime.fromtimestamp(self.blocks[-1].time, UTC)

    def block(self, *events: Event, after: int = 1) -> int:
        """Add a block so many seconds after the one before; returns its number."""
        last = self.blocks[-1] if self.blocks else Block(0, bytes(32), bytes(32), BEGIN - 1)
        number, time = last.number + 1, last.time + after
        block = Block(number, word("block", number, len(events)), last.hash, time)
        happened = [Occurrence(number, place, time, event) for place, event in enumerate(events)]
        self.replica.apply([block], happened, node_block=number, seen_at=datetime.fromtimestamp(time, UTC))
        self.blocks.append(block)
        return number

    def tell(self) -> None:
        """Fill the feed and tell watchers, until nothing is left."""
        while self.feeder.fill() | self.teller.tell():
            pass

    def rows(self, member: str | None = None) -> list[FeedRow]:
        """Return what the feed has for a member, or all."""
        return list(self.feed.page(member, limit=10_000))

    def types(self, member: str | None = None) -> list[str]:
        """Return the types of what the feed has for a member, or of all."""
        return [row.type.value for row in self.rows(member)]

    def bodies(self, member: str | None = None) -> list[dict[str, Any]]:
        """Return the bodies of what the feed has for a member, or of all."""
        return [orjson.loads(row.body) for row in self.rows(member)]

    def watch(self, name: str = "w1", member: str = "VN", **fields: Any) -> Watch:
        """Add a watch; without more of all certificates that concern a member."""
        interest = fields.pop("interest", Interest(all_certificates=True))
        watch = Watch(
            id=name,
            authority=1,
            member=member,
            url="https://customs.example/hook",
            label="",
            interest=interest,
            secrets=Secrets(current=b"k" * 32),
            created_at=self.now,
            **fields,
        )
        self.watches.add(watch)
        return watch

    def told(self, watch: str = "w1") -> list[Delivery]:
        """Return the deliveries of a watch, oldest first."""
        return list(self.watches.deliveries(watch, limit=10_000))[::-1]


def everything_happens(annals: Annals) -> None:
    """Let one of each type happen, in the order of the reference page."""
    case = a_case(7, lines=0b101, suspended=0b001)
    again = decided("a", granted=0b001, used_up=0b001, refused=0b100, presented_at=BEGIN)
    annals.block(issued("origin", "ID", "VN"), issued("a"), Linked(the_id("origin"), the_id("a")))
    annals.block(received("a"))
    annals.block(again)
    annals.block(clarified("a", 0b100))
    annals.block(case)
    annals.block(stepped(case, Step.ACKNOWLEDGED, due=DUE + DAYS, conclude_due=WHOLE + DAYS))
    annals.block(suspended(case, 0b101))
    annals.block(exporter("VN", "VN/CE-0042", effective_from=BEGIN))
    annals.block(issued("b"), Ended(the_id("a"), 1, 255, the_id("b")))
    annals.block(Ended(the_id("b"), 1, 2, None))
    annals.tell()
    annals.block(after=92 * DAYS)
    annals.tell()
    annals.block(concluded(case, denied=0b100))
    annals.tell()
