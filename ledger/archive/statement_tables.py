"""The table of statements; migration 0008 makes it."""

from sqlalchemy import Column, LargeBinary, Table

from ledger.archive.tables import Moment, metadata

statements = Table(
    "statements",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True, comment="as the ledger names it"),
    Column("certificate", LargeBinary(32), nullable=False, index=True),
    Column("content", LargeBinary(32), unique=True, comment="hash of what one made here says; else empty"),
    Column("said_at", Moment, nullable=False),
    Column("statement", LargeBinary, nullable=False, comment="canonical JSON, see ledger.statements"),
)
