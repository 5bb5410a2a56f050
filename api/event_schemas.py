"""The shapes of the feed, and of what has not been reported back, in answers."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from api.schemas import AsOfOut, Id, MemberCode, Moment, Schema, hexed
from ledger.feed_events import document_of
from ledger.feed_port import FeedRow
from ledger.procedures_port import Unreported


class FeedEventOut(Schema):
    """Something that happened to a certificate or an exporter."""

    id: str = Field(description="The same in the feed of every archive.", examples=["evt_5a…"])
    position: int = Field(description="Its place in this feed; go on after it.")
    type: str = Field(examples=["certificate.decided"])
    timestamp: Moment = Field(description="Time of the block.")
    data: dict[str, Any] = Field(description="What happened; see docs/reference/events.md.")

    @classmethod
    def from_domain(cls, row: FeedRow) -> Self:
        """Show a row of the feed."""
        return cls(**document_of(row))


class EventPage(Schema):
    """A page of the feed, oldest first."""

    events: list[FeedEventOut]
    next: int = Field(description="The position to go on after, also when nothing was found.")


class UnreportedOut(Schema):
    """A certificate of which the importing member has reported nothing."""

    id: Id
    importing: MemberCode
    issued_at: Moment
    valid_until: Moment
    days: int = Field(description="Whole days since it was issued, by the time of the newest block.")

    @classmethod
    def from_domain(cls, one: Unreported, now: datetime) -> Self:
        """Show an entry with its age."""
        entry = one.entry
        return cls(
            id=hexed(one.certificate),
            importing=entry.importing,
            issued_at=entry.issued_at,
            valid_until=entry.valid_until,
            days=max((now - entry.issued_at).days, 0),
        )


class UnreportedPage(Schema):
    """Own certificates of which nothing has come back, oldest first."""

    as_of: AsOfOut
    counts: dict[str, int] = Field(
        description="How many there are in all, by importing member.", examples=[{"TH": 12}]
    )
    certificates: list[UnreportedOut]
