"""The tables of the archive; `migrations/versions/` makes them, and a test holds the two equal.

Hashes, proofs and documents are bytes as they are hashed, never JSON columns: what was
signed is what is kept.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from ledger.ports import FilingState

_Counter = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only under exactly this type."""


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC also where the database knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - API
        """Convert to UTC; a naive moment is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment without a time zone cannot be kept"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - API
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

certificates = Table(
    "certificates",
    metadata,
    Column("position", _Counter, primary_key=True, autoincrement=True, comment="order of filing"),
    Column("id", LargeBinary(32), nullable=False),
    Column("authority", BigInteger, nullable=False),
    Column("account", String(42), nullable=False),
    Column("scheme", SmallInteger, nullable=False),
    Column("exporting", String(2), nullable=False),
    Column("importing", String(2), nullable=False),
    Column("office", Text, nullable=False, comment="normalised"),
    Column("reference", Text, nullable=False, comment="normalised"),
    Column("issued_on", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("document_hash", LargeBinary(32), nullable=False),
    Column("reference_key", LargeBinary(32), nullable=False),
    Column("parents", LargeBinary, nullable=False, comment="ids one after the other, 32 bytes each"),
    Column("document", LargeBinary, nullable=False, comment="canonical JSON"),
    Column("seed", LargeBinary(32), nullable=False, comment="secret: the salts derive from it"),
    Column("root", LargeBinary(32), nullable=False),
    Column("siblings", LargeBinary, nullable=False, comment="proof from the id to the root, 32 bytes each"),
    Column("state", String(8), nullable=False),
    Column("filed_at", Moment, nullable=False),
    Column("recorded_at", Moment),
    Column("transaction_hash", LargeBinary(32)),
    Column("replaces", LargeBinary(32)),
    UniqueConstraint("id"),
)

_HELD = certificates.c.state != FilingState.REFUSED.value

Index(
    "uq_certificates_held_reference",
    certificates.c.scheme,
    certificates.c.exporting,
    certificates.c.office,
    certificates.c.reference,
    unique=True,
    sqlite_where=_HELD,
    postgresql_where=_HELD,
)
Index("ix_certificates_reference", certificates.c.exporting, certificates.c.reference)
Index("ix_certificates_authority", certificates.c.authority, certificates.c.position)
Index("ix_certificates_state", certificates.c.state, certificates.c.position)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("authority", BigInteger, nullable=False, index=True),
    Column("account", String(42), nullable=False),
    Column("digest", LargeBinary(32), nullable=False, comment="SHA-256 of the secret"),
    Column("scopes", String(80), nullable=False, comment="space-separated"),
    Column("label", String(80), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

requests = Table(
    "requests",
    metadata,
    Column("authority", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String(255), primary_key=True, comment="Idempotency-Key"),
    Column("request_hash", LargeBinary(32), nullable=False, comment="SHA-256 of operation and body"),
    Column("holder", LargeBinary(16), nullable=False, comment="who works on it; changes when taken over"),
    Column("created_at", Moment, nullable=False, index=True),
    Column("status", SmallInteger, comment="empty while in flight"),
    Column("location", Text),
    Column("response", LargeBinary),
)
