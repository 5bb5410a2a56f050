"""Copies of certificates that were presented here, and what re-exports draw on them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "kept_certificates",
        sa.Column("id", sa.LargeBinary(32), nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False, comment="JSON, as it was presented"),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authority", sa.BigInteger, nullable=False, comment="whom it was presented to first"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_certificates"),
    )
    op.create_table(
        "original_draws",
        sa.Column(
            "child", sa.LargeBinary(32), nullable=False, comment="certificate issued on the strength of it"
        ),
        sa.Column("child_line", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("original", sa.LargeBinary(32), nullable=False),
        sa.Column("original_line", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column(
            "part", sa.Integer, autoincrement=False, nullable=False, comment="order of drawing in the line"
        ),
        sa.Column("quantity", sa.Text, nullable=False, comment="plain decimal"),
        sa.Column("unit", sa.String(3), nullable=False),
        sa.PrimaryKeyConstraint(
            "child", "child_line", "original", "original_line", "part", name="pk_original_draws"
        ),
    )
    op.create_index("ix_original_draws_original", "original_draws", ["original"])


def downgrade() -> None:
    """Drop them; what re-exports have drawn is then known to the certificates' holders only."""
    op.drop_table("original_draws")
    op.drop_table("kept_certificates")
