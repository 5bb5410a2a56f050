"""Who is told when the status of an operator changes, and what was told."""

import sqlalchemy as sa
from alembic import op

from ledger.archive.tables import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the watches, their deliveries and the cursor."""
    op.create_table(
        "watches",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("authority", sa.BigInteger, nullable=False, comment="whose it is"),
        sa.Column("member", sa.String(2), nullable=False, comment="of that authority"),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("operators", sa.Text, nullable=False, comment="codes, space-separated"),
        sa.Column(
            "members", sa.Text, nullable=False, comment="whose operators are all watched, space-separated"
        ),
        sa.Column("everything", sa.Boolean, nullable=False),
        sa.Column("hosts", sa.Text, nullable=False, comment="members, space-separated"),
        sa.Column("secret", sa.LargeBinary, nullable=False, comment="secret: messages are signed with it"),
        sa.Column("previous_secret", sa.LargeBinary, comment="secret: signs as well until previous_until"),
        sa.Column("previous_until", Moment),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("disabled_at", Moment),
        sa.Column("disabled_why", sa.Text),
        sa.Column("last_success", Moment),
        sa.Column("failing", sa.Boolean, nullable=False, comment="whether the last attempt failed"),
        sa.PrimaryKeyConstraint("id", name="pk_watches"),
    )
    op.create_index("ix_watches_authority", "watches", ["authority"])
    _deliveries()
    op.create_table(
        "watch_cursor",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False, comment="always 1"),
        sa.Column("block", sa.BigInteger, nullable=False, comment="of the last status change that was told"),
        sa.Column("position", sa.BigInteger, nullable=False, comment="of it in the block"),
        sa.Column("mutual", sa.BigInteger, nullable=False, comment="block up to which recognition was told"),
        sa.PrimaryKeyConstraint("id", name="pk_watch_cursor"),
    )


def _deliveries() -> None:
    op.create_table(
        "watch_deliveries",
        sa.Column("position", _POSITION, autoincrement=True, nullable=False, comment="order of the messages"),
        sa.Column("watch", sa.String(24), nullable=False),
        sa.Column(
            "event", sa.String(64), nullable=False, comment="id of the message, the same for every attempt"
        ),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False, comment="such as the code of an operator"),
        sa.Column("body", sa.LargeBinary, nullable=False, comment="JSON, as it is signed and sent"),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", Moment),
        sa.Column("last_at", Moment),
        sa.Column("last_status", sa.SmallInteger, comment="HTTP status of the last answer"),
        sa.Column("last_error", sa.Text),
        sa.Column("delivered_at", Moment),
        sa.PrimaryKeyConstraint("position", name="pk_watch_deliveries"),
        sa.ForeignKeyConstraint(["watch"], ["watches.id"], name="fk_watch_deliveries_watch"),
        sa.UniqueConstraint("watch", "event", name="uq_watch_deliveries_watch_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_watch_deliveries_created_at", "watch_deliveries", ["created_at"])
    op.create_index("ix_watch_deliveries_subject", "watch_deliveries", ["subject"])
    op.create_index("ix_watch_deliveries_of_watch", "watch_deliveries", ["watch", "position"])
    pending = sa.text("state = 'pending'")
    op.create_index(
        "ix_watch_deliveries_open",
        "watch_deliveries",
        ["watch", "next_at"],
        sqlite_where=pending,
        postgresql_where=pending,
    )


def downgrade() -> None:
    """Drop them; who was watched is then known to nobody."""
    for table in ("watch_cursor", "watch_deliveries", "watches"):
        op.drop_table(table)
