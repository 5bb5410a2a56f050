"""Files of certificates that officers send, their progress, and what came of each row."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "bulk_runs",
        sa.Column("authority", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column(
            "officer", sa.String(80), nullable=False, comment="name of who sent the file or took it up last"
        ),
        sa.Column("name", sa.String(80), nullable=False, comment="of the file"),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False, comment="of the file, about as many as rows"),
        sa.Column("whole", sa.Boolean, nullable=False, comment="whether all pieces of the file are stored"),
        sa.Column(
            "holder", sa.LargeBinary(16), nullable=False, comment="who works on it; changes when taken up"
        ),
        sa.Column("recorded", sa.Integer, nullable=False),
        sa.Column("again", sa.Integer, nullable=False, comment="of those recorded, issued before"),
        sa.Column("accepted", sa.Integer, nullable=False, comment="rows on their way when they were told"),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("cut", sa.Boolean, nullable=False, comment="whether the file has more rows than are taken"),
        sa.Column("ended_at", _MOMENT),
        sa.Column("problem", sa.String(80), nullable=False, comment="code of why it ended early, or empty"),
        sa.PrimaryKeyConstraint("authority", "id", name="pk_bulk_runs"),
    )
    op.create_index("ix_bulk_runs_authority", "bulk_runs", ["authority", "began_at"])
    op.create_table(
        "bulk_pieces",
        *_of_run(),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column(
            "content", sa.LargeBinary, nullable=False, comment="compressed; kept until the run is done"
        ),
        sa.PrimaryKeyConstraint("authority", "run", "number", name="pk_bulk_pieces"),
        _key("bulk_pieces"),
    )
    op.create_table(
        "bulk_rows",
        *_of_run(),
        sa.Column("row", sa.Integer, nullable=False, autoincrement=False, comment="from 1"),
        sa.Column("certificate", sa.LargeBinary(32), comment="of a row that is issued or on its way"),
        sa.Column("refusal", sa.LargeBinary, comment="JSON: reference and problems of a row that is not"),
        sa.PrimaryKeyConstraint("authority", "run", "row", name="pk_bulk_rows"),
        _key("bulk_rows"),
    )


def _of_run() -> tuple[sa.Column[int], sa.Column[str]]:
    return (
        sa.Column("authority", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("run", sa.String(32), nullable=False),
    )


def _key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ("authority", "run"),
        ("bulk_runs.authority", "bulk_runs.id"),
        name=f"fk_{table}_run",
    )


def downgrade() -> None:
    """Drop them; what was issued stays, runs that were broken off cannot be taken up again."""
    op.drop_table("bulk_rows")
    op.drop_table("bulk_pieces")
    op.drop_table("bulk_runs")
