"""Certificates, API keys and requests."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_HELD = sa.text("state != 'refused'")


def upgrade() -> None:
    """Make the three tables."""
    _certificates()
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("authority", sa.BigInteger, nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False, comment="SHA-256 of the secret"),
        sa.Column("scopes", sa.String(80), nullable=False, comment="space-separated"),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )
    op.create_index("ix_api_keys_authority", "api_keys", ["authority"])
    op.create_table(
        "requests",
        sa.Column("authority", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(255), nullable=False, comment="Idempotency-Key"),
        sa.Column(
            "request_hash", sa.LargeBinary(32), nullable=False, comment="SHA-256 of operation and body"
        ),
        sa.Column(
            "holder", sa.LargeBinary(16), nullable=False, comment="who works on it; changes when taken over"
        ),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("status", sa.SmallInteger, comment="empty while in flight"),
        sa.Column("location", sa.Text),
        sa.Column("response", sa.LargeBinary),
        sa.PrimaryKeyConstraint("authority", "key", name="pk_requests"),
    )
    op.create_index("ix_requests_created_at", "requests", ["created_at"])


def _certificates() -> None:
    counter = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "certificates",
        sa.Column("position", counter, autoincrement=True, nullable=False, comment="order of filing"),
        sa.Column("id", sa.LargeBinary(32), nullable=False),
        sa.Column("authority", sa.BigInteger, nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("scheme", sa.SmallInteger, nullable=False),
        sa.Column("exporting", sa.String(2), nullable=False),
        sa.Column("importing", sa.String(2), nullable=False),
        sa.Column("office", sa.Text, nullable=False, comment="normalised"),
        sa.Column("reference", sa.Text, nullable=False, comment="normalised"),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.Column("document_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("reference_key", sa.LargeBinary(32), nullable=False),
        sa.Column(
            "parents", sa.LargeBinary, nullable=False, comment="ids one after the other, 32 bytes each"
        ),
        sa.Column("document", sa.LargeBinary, nullable=False, comment="canonical JSON"),
        sa.Column("seed", sa.LargeBinary(32), nullable=False, comment="secret: the salts derive from it"),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column(
            "siblings", sa.LargeBinary, nullable=False, comment="proof from the id to the root, 32 bytes each"
        ),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("filed_at", _MOMENT, nullable=False),
        sa.Column("recorded_at", _MOMENT),
        sa.Column("transaction_hash", sa.LargeBinary(32)),
        sa.Column("replaces", sa.LargeBinary(32)),
        sa.PrimaryKeyConstraint("position", name="pk_certificates"),
        sa.UniqueConstraint("id", name="uq_certificates_id"),
    )
    op.create_index(
        "uq_certificates_held_reference",
        "certificates",
        ["scheme", "exporting", "office", "reference"],
        unique=True,
        sqlite_where=_HELD,
        postgresql_where=_HELD,
    )
    op.create_index("ix_certificates_reference", "certificates", ["exporting", "reference"])
    op.create_index("ix_certificates_authority", "certificates", ["authority", "position"])
    op.create_index("ix_certificates_state", "certificates", ["state", "position"])


def downgrade() -> None:
    """Drop the three tables."""
    op.drop_table("requests")
    op.drop_table("api_keys")
    op.drop_table("certificates")
