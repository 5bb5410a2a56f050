"""The tables of watches: who is told, what is on its way to them, and how far the ledger has been told."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from ledger.archive.tables import Moment, metadata
from ledger.watch_port import DeliveryState

_POSITION = BigInteger().with_variant(Integer, "sqlite")

watches = Table(
    "watches",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("authority", BigInteger, nullable=False, index=True, comment="whose it is"),
    Column("member", String(2), nullable=False, comment="of that authority"),
    Column("url", Text, nullable=False),
    Column("label", String(80), nullable=False),
    Column("operators", Text, nullable=False, comment="codes, space-separated"),
    Column("members", Text, nullable=False, comment="whose operators are all watched, space-separated"),
    Column("everything", Boolean, nullable=False),
    Column("hosts", Text, nullable=False, comment="members, space-separated"),
    Column("secret", LargeBinary, nullable=False, comment="secret: messages are signed with it"),
    Column("previous_secret", LargeBinary, comment="secret: signs as well until previous_until"),
    Column("previous_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Column("disabled_why", Text),
    Column("last_success", Moment),
    Column("failing", Boolean, nullable=False, comment="whether the last attempt failed"),
)

watch_certificates = Table(
    "watch_certificates",
    metadata,
    Column("watch", String(24), ForeignKey("watches.id"), primary_key=True),
    Column("everything", Boolean, nullable=False, comment="all that concern its member"),
    Column("certificates", Text, nullable=False, comment="ids in hex, space-separated"),
    Column("since", BigInteger, nullable=False, comment="block after which it is told"),
)

watch_deliveries = Table(
    "watch_deliveries",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=True, comment="order of the messages"),
    Column("watch", String(24), ForeignKey("watches.id"), nullable=False),
    Column("event", String(64), nullable=False, comment="id of the message, the same for every attempt"),
    Column("type", String(64), nullable=False),
    Column("subject", String(80), nullable=False, comment="such as the code of an operator"),
    Column("body", LargeBinary, nullable=False, comment="JSON, as it is signed and sent"),
    Column("created_at", Moment, nullable=False, index=True),
    Column("state", String(9), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment),
    Column("last_at", Moment),
    Column("last_status", SmallInteger, comment="HTTP status of the last answer"),
    Column("last_error", Text),
    Column("delivered_at", Moment),
    UniqueConstraint("watch", "event"),
    sqlite_autoincrement=True,
)

OPEN = watch_deliveries.c.state == literal_column(f"'{DeliveryState.PENDING.value}'")
"""What is to be sent; spelt as in the index, or SQLite would not use it."""
Index(
    "ix_watch_deliveries_open",
    watch_deliveries.c.watch,
    watch_deliveries.c.next_at,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
Index("ix_watch_deliveries_subject", watch_deliveries.c.subject)
Index("ix_watch_deliveries_of_watch", watch_deliveries.c.watch, watch_deliveries.c.position)

watch_cursor = Table(
    "watch_cursor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("block", BigInteger, nullable=False, comment="of the last status change that was told"),
    Column("position", BigInteger, nullable=False, comment="of it in the block"),
    Column("mutual", BigInteger, nullable=False, comment="block up to which recognition was told"),
)

watch_feed_cursor = Table(
    "watch_feed_cursor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("told", BigInteger, nullable=False, comment="position of the feed up to which was told"),
)
