"""The table of drafts; migration 0014 makes it."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from ledger.archive.tables import Moment, metadata

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("authority", BigInteger, nullable=False),
    Column("member", String(2), nullable=False),
    Column("officer", String(80), nullable=False, comment="name of who wrote last"),
    Column("document", LargeBinary, nullable=False, comment="JSON, as far as it is written"),
    Column("version", Integer, nullable=False),
    Column("replaces", LargeBinary(32), comment="certificate it is to take the place of"),
    Column("certificate", LargeBinary(32), comment="issued from it"),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_drafts_authority", "authority", "updated_at"),
)
