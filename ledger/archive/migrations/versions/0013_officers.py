"""Officers who work at the desks, their sessions, and what they did there or were refused."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "officers",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column(
            "issuer", sa.String(200), nullable=False, comment="of the identity: `iss` of OpenID Connect"
        ),
        sa.Column("subject", sa.String(255), nullable=False, comment="who it is there: `sub`"),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("member", sa.String(2), nullable=False),
        sa.Column("authority", sa.BigInteger, nullable=False, comment="0 for an administrator of the member"),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("scopes", sa.String(80), nullable=False, comment="space-separated"),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_officers"),
    )
    op.create_index("ix_officers_identity", "officers", ["issuer", "subject"])
    op.create_table(
        "sessions",
        sa.Column("digest", sa.LargeBinary(32), nullable=False, comment="SHA-256 of the cookie's secret"),
        sa.Column("officer", sa.String(16), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"),
        sa.ForeignKeyConstraint(["officer"], ["officers.id"], name="fk_sessions_officer"),
    )
    op.create_index("ix_sessions_officer", "sessions", ["officer"])
    op.create_index("ix_sessions_until", "sessions", ["until"])
    op.create_table(
        "desk_acts",
        sa.Column("position", _COUNTER, autoincrement=True, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("officer", sa.String(16), nullable=False, comment="empty where nobody was logged in"),
        sa.Column("member", sa.String(2), nullable=False),
        sa.Column("authority", sa.BigInteger, nullable=False),
        sa.Column("act", sa.String(40), nullable=False, comment="what was asked for, such as `draft.read`"),
        sa.Column("about", sa.String(80), nullable=False, comment="id of what it was about"),
        sa.Column("outcome", sa.String(10), nullable=False, comment="done or refused"),
        sa.Column("why", sa.Text, nullable=False, comment="code of the problem, of a refusal"),
        sa.PrimaryKeyConstraint("position", name="pk_desk_acts"),
    )
    op.create_index("ix_desk_acts_member", "desk_acts", ["member", "position"])


def downgrade() -> None:
    """Drop them; nobody can log in then, and nothing of the ledger is lost."""
    op.drop_table("desk_acts")
    op.drop_table("sessions")
    op.drop_table("officers")
