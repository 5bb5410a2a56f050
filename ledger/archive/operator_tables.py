"""The tables of operators' cases and records; migration 0006 makes them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, SmallInteger, String, Table, Text

from ledger.archive.tables import Moment, metadata

operator_events = Table(
    "operator_events",
    metadata,
    Column("operator", String(17), primary_key=True, comment="its code on the ledger"),
    Column("seq", Integer, primary_key=True, autoincrement=False, comment="from 1, without gaps"),
    Column("act", String(20), nullable=False),
    Column("stage", String(20), nullable=False, comment="where the case is afterwards"),
    Column("effective", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("authority", BigInteger, nullable=False),
    Column("account", String(42), nullable=False),
    Column("office", Text, nullable=False),
    Column("ground", SmallInteger, nullable=False),
    Column("note", Text, nullable=False, comment="reasons in words; stays here"),
    Column("evidence", LargeBinary, nullable=False, comment="hashes of files, 32 bytes each; stay here"),
    Column("request", LargeBinary(32), nullable=False, comment="hash of what was asked"),
    Column("procedure", String(20), nullable=False, comment="whose time limits hold; may be empty"),
    Column("programme", Integer, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("roles", SmallInteger, nullable=False),
    Column("consent", SmallInteger, nullable=False),
    Column("valid_until", Moment, comment="of the authorisation; empty for unlimited"),
    Column("record_hash", LargeBinary(32), nullable=False),
    Column("version", Integer, nullable=False, comment="of the status it writes, or the newest known"),
    Column("status", SmallInteger, comment="that it writes; empty for none"),
    Column("until", Moment, comment="of the status it writes"),
    Column(
        "dispatch",
        BigInteger,
        ForeignKey("outbox.position"),
        index=True,
        comment="write that carries its status; says how far it has come",
    ),
)

operator_records = Table(
    "operator_records",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True, comment="as the ledger names it"),
    Column("operator", String(17), nullable=False, index=True),
    Column("record", LargeBinary, nullable=False, comment="canonical JSON, see ledger.aeo.records"),
    Column("kept_at", Moment, nullable=False),
)
