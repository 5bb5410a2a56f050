"""The tables of presented copies and of what re-exports draw on them; migration 0010 makes them."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, SmallInteger, String, Table, Text

from ledger.archive.tables import Moment, metadata

kept_certificates = Table(
    "kept_certificates",
    metadata,
    Column("id", LargeBinary(32), primary_key=True),
    Column("envelope", LargeBinary, nullable=False, comment="JSON, as it was presented"),
    Column("kept_at", Moment, nullable=False),
    Column("authority", BigInteger, nullable=False, comment="whom it was presented to first"),
)

original_draws = Table(
    "original_draws",
    metadata,
    Column("child", LargeBinary(32), primary_key=True, comment="certificate issued on the strength of it"),
    Column("child_line", SmallInteger, primary_key=True, autoincrement=False),
    Column("original", LargeBinary(32), primary_key=True, index=True),
    Column("original_line", SmallInteger, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False, comment="order of drawing in the line"),
    Column("quantity", Text, nullable=False, comment="plain decimal"),
    Column("unit", String(3), nullable=False),
)
