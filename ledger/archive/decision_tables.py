"""The tables of decisions at import and of what they draw down; migration 0008 makes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
)

from ledger.archive.tables import Moment, metadata

decisions = Table(
    "decisions",
    metadata,
    Column(
        "position",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
        comment="order of filing",
    ),
    Column("certificate", LargeBinary(32), nullable=False, index=True),
    Column("declaration", LargeBinary(32), nullable=False, comment="hash of its number, as on the ledger"),
    Column("number", Text, nullable=False, comment="of the declaration; stays here"),
    Column("request", LargeBinary(32), nullable=False, comment="hash of what was asked"),
    Column("presented_on", Date, nullable=False),
    Column("late", SmallInteger, nullable=False, comment="ground of late presentation, 0 for none"),
    Column("statement", LargeBinary(32), ForeignKey("statements.hash"), nullable=False),
    Column("authority", BigInteger, nullable=False),
    Column("account", String(42), nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column(
        "dispatch",
        BigInteger,
        ForeignKey("outbox.position"),
        nullable=False,
        index=True,
        comment="write that carries it; says how far it has come",
    ),
)

decision_lines = Table(
    "decision_lines",
    metadata,
    Column("decision", BigInteger, ForeignKey("decisions.position"), primary_key=True, autoincrement=False),
    Column("line", SmallInteger, primary_key=True, autoincrement=False),
    Column("granted", Boolean, nullable=False),
    Column("quantity", Text, nullable=False, comment="drawn down, plain decimal"),
    Column("unit", String(3), nullable=False, comment="empty for a refused line"),
)
