"""The tables of the archive; `migrations/versions/` makes them, and a test holds the two equal.

Hashes, proofs and documents are bytes as they are hashed, never JSON columns: what was
signed is what is kept.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
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
    literal_column,
    text,
)

from ledger.outbox import DispatchState

counter = BigInteger().with_variant(Integer, "sqlite")
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


class Wei(TypeDecorator[int]):
    """A price in wei, in decimal digits: it may be larger than any integer of a database."""

    impl = String(78)
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - API
        """Write the number out."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - API
        """Read the number."""
        return None if value is None else int(value)


metadata = MetaData(
    naming_convention={
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

outbox = Table(
    "outbox",
    metadata,
    Column("position", counter, primary_key=True, autoincrement=True, comment="order of the writes of a key"),
    Column("account", String(42), nullable=False),
    Column("kind", String(7), nullable=False),
    Column("subject", LargeBinary(32), nullable=False, comment="certificate, or root of a batch's tree"),
    Column("size", Integer, nullable=False, comment="certificates it carries; none to enter or to cancel"),
    Column("valid_until", Date),
    Column("reason", SmallInteger, nullable=False, comment="of a cancellation, else 0"),
    Column("state", String(8), nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("nonce", BigInteger),
    Column("signed_at", Moment),
    Column("transaction_hash", LargeBinary(32)),
    Column("block", BigInteger, comment="0 where it was not kept"),
    Column("recorded_at", Moment),
    Column("gas_used", BigInteger),
    Column("refusal", Text, comment="JSON, see ledger.refusals"),
    Column("attempts", Integer, nullable=False),
    sqlite_autoincrement=True,  # the position of a write that went into a batch is not given out again
)

OPEN = outbox.c.state.in_(
    [literal_column(f"'{state.value}'") for state in (DispatchState.WAITING, DispatchState.SIGNED)]
)
"""Writes that are not settled; spelt as in the indexes, or SQLite would not use them."""

Index(
    "ix_outbox_open",  # with all that the backlog asks, which every accepted request does
    outbox.c.account,
    outbox.c.position,
    outbox.c.state,
    outbox.c.size,
    outbox.c.queued_at,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
Index(
    "uq_outbox_open_write",
    outbox.c.subject,
    outbox.c.kind,
    outbox.c.reason,
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
Index(
    "uq_outbox_nonce",
    outbox.c.account,
    outbox.c.nonce,
    unique=True,
    sqlite_where=outbox.c.nonce.is_not(None),
    postgresql_where=outbox.c.nonce.is_not(None),
)

signatures = Table(
    "signatures",
    metadata,
    Column("position", counter, primary_key=True, autoincrement=True, comment="order of signing"),
    Column("transaction_hash", LargeBinary(32), nullable=False, unique=True),
    Column("dispatch", BigInteger, ForeignKey("outbox.position"), nullable=False, index=True),
    Column("nonce", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False, comment="the bytes that are sent"),
    Column("price", Wei, nullable=False, comment="wei per unit of gas, decimal digits"),
    Column("signed_at", Moment, nullable=False),
)

payloads = Table(
    "payloads",
    metadata,
    Column("dispatch", BigInteger, ForeignKey("outbox.position"), primary_key=True, autoincrement=False),
    Column("payload", LargeBinary, nullable=False, comment="what the write says, see ledger.stated"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("subject", Text, primary_key=True, comment="such as an account; may be empty"),
    Column("detail", Text, nullable=False),
    Column("raised_at", Moment, nullable=False),
)

certificates = Table(
    "certificates",
    metadata,
    Column("position", counter, primary_key=True, autoincrement=True, comment="order of filing"),
    Column("id", LargeBinary(32), nullable=False),
    Column("authority", BigInteger, nullable=False),
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
    Column("held", Boolean, nullable=False, comment="false once the chain has refused it"),
    Column("filed_at", Moment, nullable=False),
    Column("replaces", LargeBinary(32)),
    Column(
        "dispatch",
        BigInteger,
        ForeignKey("outbox.position"),
        nullable=False,
        comment="write that carries it; says how far it has come",
    ),
    UniqueConstraint("id"),
)

Index(
    "uq_certificates_held_reference",
    certificates.c.reference_key,
    unique=True,
    sqlite_where=text("held = 1"),  # as queries say it there, or the index would not serve them
    postgresql_where=certificates.c.held,
)
Index("ix_certificates_reference", certificates.c.exporting, certificates.c.reference)
Index("ix_certificates_authority", certificates.c.authority, certificates.c.position)
Index("ix_certificates_dispatch", certificates.c.dispatch, certificates.c.position)

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
