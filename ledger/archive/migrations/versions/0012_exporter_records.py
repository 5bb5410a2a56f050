"""What competent authorities keep of certified exporters: their records and what was done about each."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_CODE = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "exporter_events",
        sa.Column("member", sa.String(2), nullable=False),
        sa.Column("code", _CODE, nullable=False, comment="authorisation code"),
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False, comment="from 1, without gaps"),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, comment="that it is to become on the ledger"),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("effective_from", _MOMENT, comment="empty for the block that records it"),
        sa.Column("until", _MOMENT, comment="empty for unlimited, or while it is not authorised"),
        sa.Column("record_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("note", sa.Text, nullable=False, comment="reasons in words; stays here"),
        sa.Column("authority", sa.BigInteger, nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("request", sa.LargeBinary(32), nullable=False, comment="hash of what was asked"),
        sa.Column("filed_at", _MOMENT, nullable=False),
        sa.Column(
            "dispatch",
            sa.BigInteger,
            nullable=False,
            comment="write that carries it; says how far it has come",
        ),
        sa.PrimaryKeyConstraint("member", "code", "seq", name="pk_exporter_events"),
        sa.ForeignKeyConstraint(["dispatch"], ["outbox.position"], name="fk_exporter_events_dispatch"),
    )
    op.create_index("ix_exporter_events_dispatch", "exporter_events", ["dispatch"])
    op.create_table(
        "exporter_records",
        sa.Column("hash", sa.LargeBinary(32), nullable=False, comment="as the ledger names it"),
        sa.Column("member", sa.String(2), nullable=False),
        sa.Column("code", _CODE, nullable=False),
        sa.Column(
            "record", sa.LargeBinary, nullable=False, comment="canonical JSON, see ledger.exporter_records"
        ),
        sa.Column("kept_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_exporter_records"),
    )
    op.create_index("ix_exporter_records_member_code", "exporter_records", ["member", "code"])


def downgrade() -> None:
    """Drop them; what the ledger holds of the exporters stays there."""
    op.drop_table("exporter_records")
    op.drop_table("exporter_events")
