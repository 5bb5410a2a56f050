"""The tables of the desks: officers, their logins and sessions, and what they did or were refused."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, Text

from ledger.archive.tables import Moment, counter, metadata

officers = Table(
    "officers",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("issuer", String(200), nullable=False, comment="of the identity: `iss` of OpenID Connect"),
    Column("subject", String(255), nullable=False, comment="who it is there: `sub`"),
    Column("name", String(80), nullable=False),
    Column("member", String(2), nullable=False),
    Column("authority", BigInteger, nullable=False, comment="0 for an administrator of the member"),
    Column("account", String(42), nullable=False),
    Column("scopes", String(80), nullable=False, comment="space-separated"),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("ix_officers_identity", "issuer", "subject"),
)

logins = Table(
    "logins",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True, comment="SHA-256 of the cookie's secret"),
    Column("state", String(43), nullable=False),
    Column("nonce", String(43), nullable=False),
    Column("verifier", String(43), nullable=False),
    Column("back", String(200), nullable=False, comment="page to go to after the login"),
    Column("issuer", String(200), nullable=False, comment="empty until the provider has answered"),
    Column("subject", String(255), nullable=False),
    Column("until", Moment, nullable=False),
    Index("ix_logins_until", "until"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True, comment="SHA-256 of the cookie's secret"),
    Column("officer", String(16), ForeignKey("officers.id", name="fk_sessions_officer"), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False, comment="when the officer last did something"),
    Index("ix_sessions_officer", "officer"),
    Index("ix_sessions_until", "until"),
)

desk_acts = Table(
    "desk_acts",
    metadata,
    Column("position", counter, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("officer", String(16), nullable=False, comment="empty where nobody was logged in"),
    Column("member", String(2), nullable=False),
    Column("authority", BigInteger, nullable=False),
    Column("act", String(40), nullable=False, comment="what was asked for, such as `draft.read`"),
    Column("about", String(80), nullable=False, comment="id of what it was about"),
    Column("outcome", String(10), nullable=False, comment="done or refused"),
    Column("why", Text, nullable=False, comment="code of the problem, of a refusal"),
    Index("ix_desk_acts_member", "member", "position"),
)
