"""The tables of the feed: what happened to certificates and exporters, and how far the ledger was read."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from ledger.archive.tables import Moment, metadata

_POSITION = BigInteger().with_variant(Integer, "sqlite")

feed = Table(
    "feed",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=True, comment="order of the feed"),
    Column("event", String(64), nullable=False, unique=True, comment="made of its place on the chain"),
    Column("type", String(64), nullable=False),
    Column("certificate", LargeBinary(32)),
    Column("exporter", String(32), comment="code of a certified exporter"),
    Column("exporting", String(2), nullable=False),
    Column("importing", String(2)),
    Column("asked", String(2), comment="in a verification case"),
    Column("block", BigInteger, nullable=False),
    Column("at", Moment, nullable=False, comment="time of the block"),
    Column("body", LargeBinary, nullable=False, comment="JSON, as it is told"),
    sqlite_autoincrement=True,
)
"""Each of the members concerned finds its rows in order by an index."""

feed_cursor = Table(
    "feed_cursor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("block", BigInteger, nullable=False, comment="of the last event that was looked at"),
    Column("position", BigInteger, nullable=False, comment="of it in the block"),
    Column("due", BigInteger, nullable=False, comment="second up to which what was due was looked at"),
    Column("receipt_block", BigInteger, nullable=False, comment="of the last receipt looked at for a delay"),
    Column("receipt_position", BigInteger, nullable=False, comment="of it in the block"),
)

for _concerned in (feed.c.exporting, feed.c.importing, feed.c.asked):
    Index(f"ix_feed_{_concerned.name}", _concerned, feed.c.position)
