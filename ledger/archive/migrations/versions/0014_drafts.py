"""Drafts of certificates, which officers write before they issue."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("authority", sa.BigInteger, nullable=False),
        sa.Column("member", sa.String(2), nullable=False),
        sa.Column("officer", sa.String(80), nullable=False, comment="name of who wrote last"),
        sa.Column("document", sa.LargeBinary, nullable=False, comment="JSON, as far as it is written"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("replaces", sa.LargeBinary(32), comment="certificate it is to take the place of"),
        sa.Column("certificate", sa.LargeBinary(32), comment="issued from it"),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_authority", "drafts", ["authority", "updated_at"])


def downgrade() -> None:
    """Drop it; what was issued stays, what was only drafted is gone."""
    op.drop_table("drafts")
