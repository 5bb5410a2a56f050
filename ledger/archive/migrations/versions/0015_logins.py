"""Logins under way at an identity provider."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "logins",
        sa.Column("digest", sa.LargeBinary(32), nullable=False, comment="SHA-256 of the cookie's secret"),
        sa.Column("state", sa.String(43), nullable=False),
        sa.Column("nonce", sa.String(43), nullable=False),
        sa.Column("verifier", sa.String(43), nullable=False),
        sa.Column("back", sa.String(200), nullable=False, comment="page to go to after the login"),
        sa.Column("issuer", sa.String(200), nullable=False, comment="empty until the provider has answered"),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_logins"),
    )
    op.create_index("ix_logins_until", "logins", ["until"])


def downgrade() -> None:
    """Drop it; who is logging in begins again."""
    op.drop_table("logins")
