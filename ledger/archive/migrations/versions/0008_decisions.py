"""Statements, and what decisions at import draw down."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "statements",
        sa.Column("hash", sa.LargeBinary(32), nullable=False, comment="as the ledger names it"),
        sa.Column("certificate", sa.LargeBinary(32), nullable=False),
        sa.Column("content", sa.LargeBinary(32), comment="hash of what one made here says; else empty"),
        sa.Column("said_at", _MOMENT, nullable=False),
        sa.Column(
            "statement", sa.LargeBinary, nullable=False, comment="canonical JSON, see ledger.statements"
        ),
        sa.PrimaryKeyConstraint("hash", name="pk_statements"),
        sa.UniqueConstraint("content", name="uq_statements_content"),
    )
    op.create_index("ix_statements_certificate", "statements", ["certificate"])


def downgrade() -> None:
    """Drop them; the ledger still names the statements by their hashes."""
    op.drop_table("statements")
