"""When a session was last used, so that one that lies idle ends; whoever is logged in logs in again."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table of sessions anew."""
    _anew(sa.Column("seen_at", _MOMENT, nullable=False, comment="when the officer last did something"))


def downgrade() -> None:
    """Make it anew as it was."""
    _anew()


def _anew(*more: sa.Column[datetime]) -> None:
    op.drop_table("sessions")
    op.create_table(
        "sessions",
        sa.Column("digest", sa.LargeBinary(32), nullable=False, comment="SHA-256 of the cookie's secret"),
        sa.Column("officer", sa.String(16), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        *more,
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"),
        sa.ForeignKeyConstraint(["officer"], ["officers.id"], name="fk_sessions_officer"),
    )
    op.create_index("ix_sessions_officer", "sessions", ["officer"])
    op.create_index("ix_sessions_until", "sessions", ["until"])
