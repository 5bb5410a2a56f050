"""The tables of files of certificates at the desks; migration 0016 makes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from ledger.archive.tables import Moment, metadata

bulk_runs = Table(
    "bulk_runs",
    metadata,
    Column("authority", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(32), primary_key=True),
    Column("officer", String(80), nullable=False, comment="name of who sent the file or took it up last"),
    Column("name", String(80), nullable=False, comment="of the file"),
    Column("began_at", Moment, nullable=False),
    Column("lines", Integer, nullable=False, comment="of the file, about as many as rows"),
    Column("whole", Boolean, nullable=False, comment="whether all pieces of the file are stored"),
    Column("holder", LargeBinary(16), nullable=False, comment="who works on it; changes when taken up"),
    Column("recorded", Integer, nullable=False),
    Column("again", Integer, nullable=False, comment="of those recorded, issued before"),
    Column("accepted", Integer, nullable=False, comment="rows on their way when they were told"),
    Column("refused", Integer, nullable=False),
    Column("cut", Boolean, nullable=False, comment="whether the file has more rows than are taken"),
    Column("ended_at", Moment),
    Column("problem", String(80), nullable=False, comment="code of why it ended early, or empty"),
    Index("ix_bulk_runs_authority", "authority", "began_at"),
)

bulk_pieces = Table(
    "bulk_pieces",
    metadata,
    Column("authority", BigInteger, primary_key=True, autoincrement=False),
    Column("run", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False, comment="compressed; kept until the run is done"),
    ForeignKeyConstraint(
        ("authority", "run"),
        ("bulk_runs.authority", "bulk_runs.id"),
        name="fk_bulk_pieces_run",
    ),
)

bulk_rows = Table(
    "bulk_rows",
    metadata,
    Column("authority", BigInteger, primary_key=True, autoincrement=False),
    Column("run", String(32), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False, comment="from 1"),
    Column("certificate", LargeBinary(32), comment="of a row that is issued or on its way"),
    Column("refusal", LargeBinary, comment="JSON: reference and problems of a row that is not"),
    ForeignKeyConstraint(
        ("authority", "run"),
        ("bulk_runs.authority", "bulk_runs.id"),
        name="fk_bulk_rows_run",
    ),
)
