"""The feed of what happened to certificates and exporters, and watches of certificates."""

import sqlalchemy as sa
from alembic import op

from ledger.archive.tables import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "feed",
        sa.Column("position", _POSITION, autoincrement=True, nullable=False, comment="order of the feed"),
        sa.Column("event", sa.String(64), nullable=False, comment="made of its place on the chain"),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("certificate", sa.LargeBinary(32)),
        sa.Column("exporter", sa.String(32), comment="code of a certified exporter"),
        sa.Column("exporting", sa.String(2), nullable=False),
        sa.Column("importing", sa.String(2)),
        sa.Column("asked", sa.String(2), comment="in a verification case"),
        sa.Column("block", sa.BigInteger, nullable=False),
        sa.Column("at", Moment, nullable=False, comment="time of the block"),
        sa.Column("body", sa.LargeBinary, nullable=False, comment="JSON, as it is told"),
        sa.PrimaryKeyConstraint("position", name="pk_feed"),
        sa.UniqueConstraint("event", name="uq_feed_event"),
        sqlite_autoincrement=True,
    )
    for concerned in ("exporting", "importing", "asked"):
        op.create_index(f"ix_feed_{concerned}", "feed", [concerned, "position"])
    op.create_table(
        "feed_cursor",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False, comment="always 1"),
        sa.Column("block", sa.BigInteger, nullable=False, comment="of the last event that was looked at"),
        sa.Column("position", sa.BigInteger, nullable=False, comment="of it in the block"),
        sa.Column(
            "due", sa.BigInteger, nullable=False, comment="second up to which what was due was looked at"
        ),
        sa.Column(
            "receipt_block",
            sa.BigInteger,
            nullable=False,
            comment="of the last receipt looked at for a delay",
        ),
        sa.Column("receipt_position", sa.BigInteger, nullable=False, comment="of it in the block"),
        sa.PrimaryKeyConstraint("id", name="pk_feed_cursor"),
    )
    _watched()


def _watched() -> None:
    """Make what watches of certificates need, beside the tables of watches."""
    op.create_table(
        "watch_certificates",
        sa.Column("watch", sa.String(24), nullable=False),
        sa.Column("everything", sa.Boolean, nullable=False, comment="all that concern its member"),
        sa.Column("certificates", sa.Text, nullable=False, comment="ids in hex, space-separated"),
        sa.Column("since", sa.BigInteger, nullable=False, comment="block after which it is told"),
        sa.PrimaryKeyConstraint("watch", name="pk_watch_certificates"),
        sa.ForeignKeyConstraint(["watch"], ["watches.id"], name="fk_watch_certificates_watch"),
    )
    op.create_table(
        "watch_feed_cursor",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False, comment="always 1"),
        sa.Column("told", sa.BigInteger, nullable=False, comment="position of the feed up to which was told"),
        sa.PrimaryKeyConstraint("id", name="pk_watch_feed_cursor"),
    )


def downgrade() -> None:
    """Drop them; the feed can be made anew from the replica, watches of certificates cannot."""
    for table in ("watch_feed_cursor", "watch_certificates", "feed_cursor", "feed"):
        op.drop_table(table)
