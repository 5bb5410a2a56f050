"""The tables of certified exporters; migration 0012 makes them."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
)

from ledger.archive.tables import Moment, metadata

_CODE = String(32).with_variant(String(32, collation="C"), "postgresql")
"""Sorted by its bytes wherever it is kept."""

exporter_events = Table(
    "exporter_events",
    metadata,
    Column("member", String(2), primary_key=True),
    Column("code", _CODE, primary_key=True, comment="authorisation code"),
    Column("seq", Integer, primary_key=True, autoincrement=False, comment="from 1, without gaps"),
    Column("act", String(20), nullable=False),
    Column("version", Integer, nullable=False, comment="that it is to become on the ledger"),
    Column("status", SmallInteger, nullable=False),
    Column("effective_from", Moment, comment="empty for the block that records it"),
    Column("until", Moment, comment="empty for unlimited, or while it is not authorised"),
    Column("record_hash", LargeBinary(32), nullable=False),
    Column("note", Text, nullable=False, comment="reasons in words; stays here"),
    Column("authority", BigInteger, nullable=False),
    Column("account", String(42), nullable=False),
    Column("request", LargeBinary(32), nullable=False, comment="hash of what was asked"),
    Column("filed_at", Moment, nullable=False),
    Column(
        "dispatch",
        BigInteger,
        ForeignKey("outbox.position"),
        nullable=False,
        index=True,
        comment="write that carries it; says how far it has come",
    ),
)

exporter_records = Table(
    "exporter_records",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True, comment="as the ledger names it"),
    Column("member", String(2), nullable=False),
    Column("code", _CODE, nullable=False),
    Column("record", LargeBinary, nullable=False, comment="canonical JSON, see ledger.exporter_records"),
    Column("kept_at", Moment, nullable=False),
    Index(None, "member", "code"),
)
