"""The outbox, its signatures and alarms; a certificate's state is that of the write that carries it.

Certificates filed before get a write each, at their own position.  Going back loses what only the outbox
knew: nonces, signed bytes, alarms, and the writes that enter and cancel.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_OPEN = sa.text("state IN ('waiting', 'signed')")
_NUMBERED = sa.text("nonce IS NOT NULL")
_KEPT = (
    "position, id, authority, scheme, exporting, importing, office, reference, issued_on, valid_until, "
    "document_hash, reference_key, parents, document, seed, root, siblings, filed_at, replaces"
)
_COLUMNS = ", ".join(f"c.{name}" for name in _KEPT.split(", "))


def upgrade() -> None:
    """Make the tables and give each certificate the write that carries it."""
    _make_outbox()
    _make_signatures()
    _make_alarms()
    _set_aside()
    _make_certificates()
    op.execute(
        "INSERT INTO outbox (position, account, kind, subject, size, reason, state, queued_at, "
        "transaction_hash, block, recorded_at, gas_used, attempts) "
        "SELECT position, account, CASE WHEN replaces IS NULL THEN 'issue' ELSE 'replace' END, id, 1, 0, "
        "CASE state WHEN 'accepted' THEN 'waiting' ELSE state END, filed_at, transaction_hash, "
        "CASE state WHEN 'recorded' THEN 0 END, recorded_at, CASE state WHEN 'recorded' THEN 0 END, 0 "
        "FROM certificates_aside ORDER BY position"
    )
    # Names, literals and no values: nothing from outside gets into these statements.
    op.execute(
        f"INSERT INTO certificates ({_KEPT}, held, dispatch) "  # noqa: S608
        f"SELECT {_COLUMNS}, c.state != 'refused', c.position FROM certificates_aside c ORDER BY c.position"
    )
    op.drop_table("certificates_aside")
    _index_certificates()
    _count_on("outbox", "certificates")


def downgrade() -> None:
    """Write each certificate's state into its row again and drop the tables."""
    _set_aside()
    _make_certificates_as_before()
    op.execute(
        f"INSERT INTO certificates ({_KEPT}, account, state, recorded_at, transaction_hash) "  # noqa: S608
        f"SELECT {_COLUMNS}, o.account, CASE WHEN NOT c.held THEN 'refused' "
        "WHEN o.state = 'recorded' THEN 'recorded' ELSE 'accepted' END, "
        "CASE WHEN c.held AND o.state = 'recorded' THEN o.recorded_at END, "
        "CASE WHEN c.held AND o.state = 'recorded' THEN o.transaction_hash END "
        "FROM certificates_aside c JOIN outbox o ON o.position = c.dispatch ORDER BY c.position"
    )
    for table in ("certificates_aside", "alarms", "signatures", "outbox"):
        op.drop_table(table)
    _index_certificates_as_before()
    _count_on("certificates")


def _set_aside() -> None:
    """Put the certificates into a table without rules, and drop theirs: SQLite cannot change one in place."""
    op.execute("CREATE TABLE certificates_aside AS SELECT * FROM certificates")
    op.drop_table("certificates")


def _count_on(*tables: str) -> None:
    """Let PostgreSQL number rows on from those that came with a number; SQLite does so by itself."""
    if op.get_bind().dialect.name == "postgresql":
        for table in tables:
            op.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'position'), "  # noqa: S608 - our names
                f"(SELECT coalesce(max(position), 0) + 1 FROM {table}), false)"
            )


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column(
            "position", _COUNTER, autoincrement=True, nullable=False, comment="order of the writes of a key"
        ),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column(
            "subject", sa.LargeBinary(32), nullable=False, comment="certificate, or root of a batch's tree"
        ),
        sa.Column(
            "size",
            sa.Integer,
            nullable=False,
            comment="certificates it carries; none to enter or to cancel",
        ),
        sa.Column("valid_until", sa.Date),
        sa.Column("reason", sa.SmallInteger, nullable=False, comment="of a cancellation, else 0"),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("queued_at", _MOMENT, nullable=False),
        sa.Column("nonce", sa.BigInteger),
        sa.Column("signed_at", _MOMENT),
        sa.Column("transaction_hash", sa.LargeBinary(32)),
        sa.Column("block", sa.BigInteger, comment="0 where it was not kept"),
        sa.Column("recorded_at", _MOMENT),
        sa.Column("gas_used", sa.BigInteger),
        sa.Column("refusal", sa.Text, comment="JSON, see ledger.refusals"),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    _index("ix_outbox_open", "outbox", ["account", "position", "state", "size", "queued_at"], where=_OPEN)
    _index("uq_outbox_open_write", "outbox", ["subject", "kind", "reason"], where=_OPEN, unique=True)
    _index("uq_outbox_nonce", "outbox", ["account", "nonce"], where=_NUMBERED, unique=True)


def _index(name: str, table: str, columns: list[str], *, where: sa.TextClause, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _make_signatures() -> None:
    op.create_table(
        "signatures",
        sa.Column("position", _COUNTER, autoincrement=True, nullable=False, comment="order of signing"),
        sa.Column("transaction_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("dispatch", sa.BigInteger, nullable=False),
        sa.Column("nonce", sa.BigInteger, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False, comment="the bytes that are sent"),
        sa.Column("price", sa.String(78), nullable=False, comment="wei per unit of gas, decimal digits"),
        sa.Column("signed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_signatures"),
        sa.ForeignKeyConstraint(["dispatch"], ["outbox.position"], name="fk_signatures_dispatch"),
        sa.UniqueConstraint("transaction_hash", name="uq_signatures_transaction_hash"),
    )
    op.create_index("ix_signatures_dispatch", "signatures", ["dispatch"])


def _make_alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("subject", sa.Text, nullable=False, comment="such as an account; may be empty"),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("raised_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", "subject", name="pk_alarms"),
    )


def _certificate_columns() -> list[sa.Column[object]]:
    """Return the columns that certificates have before and after, but for those after the siblings."""
    words = "ids one after the other, 32 bytes each"
    columns: list[sa.Column[object]] = [
        sa.Column("position", _COUNTER, autoincrement=True, nullable=False, comment="order of filing"),
        sa.Column("id", sa.LargeBinary(32), nullable=False),
        sa.Column("authority", sa.BigInteger, nullable=False),
        sa.Column("scheme", sa.SmallInteger, nullable=False),
        sa.Column("exporting", sa.String(2), nullable=False),
        sa.Column("importing", sa.String(2), nullable=False),
        sa.Column("office", sa.Text, nullable=False, comment="normalised"),
        sa.Column("reference", sa.Text, nullable=False, comment="normalised"),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.Column("document_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("reference_key", sa.LargeBinary(32), nullable=False),
        sa.Column("parents", sa.LargeBinary, nullable=False, comment=words),
        sa.Column("document", sa.LargeBinary, nullable=False, comment="canonical JSON"),
        sa.Column("seed", sa.LargeBinary(32), nullable=False, comment="secret: the salts derive from it"),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column(
            "siblings", sa.LargeBinary, nullable=False, comment="proof from the id to the root, 32 bytes each"
        ),
    ]
    return columns


def _make_certificates() -> None:
    op.create_table(
        "certificates",
        *_certificate_columns(),
        sa.Column("held", sa.Boolean, nullable=False, comment="false once the chain has refused it"),
        sa.Column("filed_at", _MOMENT, nullable=False),
        sa.Column("replaces", sa.LargeBinary(32)),
        sa.Column(
            "dispatch",
            sa.BigInteger,
            nullable=False,
            comment="write that carries it; says how far it has come",
        ),
        sa.PrimaryKeyConstraint("position", name="pk_certificates"),
        sa.ForeignKeyConstraint(["dispatch"], ["outbox.position"], name="fk_certificates_dispatch"),
        sa.UniqueConstraint("id", name="uq_certificates_id"),
    )
    if op.get_bind().dialect.name == "postgresql":  # compressing small documents costs more than it saves
        op.execute("ALTER TABLE certificates ALTER COLUMN document SET STORAGE EXTERNAL")


def _index_certificates() -> None:
    op.create_index(
        "uq_certificates_held_reference",
        "certificates",
        ["reference_key"],
        unique=True,
        sqlite_where=sa.text("held = 1"),
        postgresql_where=sa.text("held"),
    )
    op.create_index("ix_certificates_reference", "certificates", ["exporting", "reference"])
    op.create_index("ix_certificates_authority", "certificates", ["authority", "position"])
    op.create_index("ix_certificates_dispatch", "certificates", ["dispatch", "position"])


def _make_certificates_as_before() -> None:
    columns = _certificate_columns()
    columns.insert(3, sa.Column("account", sa.String(42), nullable=False))
    op.create_table(
        "certificates",
        *columns,
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("filed_at", _MOMENT, nullable=False),
        sa.Column("recorded_at", _MOMENT),
        sa.Column("transaction_hash", sa.LargeBinary(32)),
        sa.Column("replaces", sa.LargeBinary(32)),
        sa.PrimaryKeyConstraint("position", name="pk_certificates"),
        sa.UniqueConstraint("id", name="uq_certificates_id"),
    )


def _index_certificates_as_before() -> None:
    held = sa.text("state != 'refused'")
    _index(
        "uq_certificates_held_reference",
        "certificates",
        ["scheme", "exporting", "office", "reference"],
        where=held,
        unique=True,
    )
    op.create_index("ix_certificates_reference", "certificates", ["exporting", "reference"])
    op.create_index("ix_certificates_authority", "certificates", ["authority", "position"])
    op.create_index("ix_certificates_state", "certificates", ["state", "position"])
