"""What an AEO authority keeps of operators: their records and the course of each authorisation."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "operator_events",
        sa.Column("operator", sa.String(17), nullable=False, comment="its code on the ledger"),
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False, comment="from 1, without gaps"),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("stage", sa.String(20), nullable=False, comment="where the case is afterwards"),
        sa.Column("effective", _MOMENT, nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("authority", sa.BigInteger, nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("ground", sa.SmallInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False, comment="reasons in words; stays here"),
        sa.Column(
            "evidence", sa.LargeBinary, nullable=False, comment="hashes of files, 32 bytes each; stay here"
        ),
        sa.Column("request", sa.LargeBinary(32), nullable=False, comment="hash of what was asked"),
        sa.Column("procedure", sa.String(20), nullable=False, comment="whose time limits hold; may be empty"),
        sa.Column("programme", sa.Integer, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("roles", sa.SmallInteger, nullable=False),
        sa.Column("consent", sa.SmallInteger, nullable=False),
        sa.Column("valid_until", _MOMENT, comment="of the authorisation; empty for unlimited"),
        sa.Column("record_hash", sa.LargeBinary(32), nullable=False),
        sa.Column(
            "version", sa.Integer, nullable=False, comment="of the status it writes, or the newest known"
        ),
        sa.Column("status", sa.SmallInteger, comment="that it writes; empty for none"),
        sa.Column("until", _MOMENT, comment="of the status it writes"),
        sa.Column(
            "dispatch", sa.BigInteger, comment="write that carries its status; says how far it has come"
        ),
        sa.PrimaryKeyConstraint("operator", "seq", name="pk_operator_events"),
        sa.ForeignKeyConstraint(["dispatch"], ["outbox.position"], name="fk_operator_events_dispatch"),
    )
    op.create_index("ix_operator_events_dispatch", "operator_events", ["dispatch"])
    op.create_table(
        "operator_records",
        sa.Column("hash", sa.LargeBinary(32), nullable=False, comment="as the ledger names it"),
        sa.Column("operator", sa.String(17), nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False, comment="canonical JSON, see ledger.aeo.records"),
        sa.Column("kept_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_operator_records"),
    )
    op.create_index("ix_operator_records_operator", "operator_records", ["operator"])


def downgrade() -> None:
    """Drop them; what the ledger holds of the operators stays there."""
    op.drop_table("operator_records")
    op.drop_table("operator_events")
