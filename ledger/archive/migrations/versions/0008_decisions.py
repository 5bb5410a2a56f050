"""Statements, and what decisions at import draw down."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "statements",
        sa.Column("hash", sa.LargeBinary(32), nullable=False, comment="as the ledger names it"),
        sa.Column("certificate", sa.LargeBinary(32), nullable=False),
        sa.Column("content", sa.LargeBinary(32), comment="hash of what one made here says; else empty"),
        sa.Column("said_at", _MOMENT, nullable=False),
        sa.Column(
            "statement", sa.LargeBinary, nullable=False, comment="canonical JSON, see ledger.statements"
        ),
        sa.PrimaryKeyConstraint("hash", name="pk_statements"),
        sa.UniqueConstraint("content", name="uq_statements_content"),
    )
    op.create_index("ix_statements_certificate", "statements", ["certificate"])
    op.create_table(
        "decisions",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="order of filing",
        ),
        sa.Column("certificate", sa.LargeBinary(32), nullable=False),
        sa.Column(
            "declaration", sa.LargeBinary(32), nullable=False, comment="hash of its number, as on the ledger"
        ),
        sa.Column("number", sa.Text, nullable=False, comment="of the declaration; stays here"),
        sa.Column("request", sa.LargeBinary(32), nullable=False, comment="hash of what was asked"),
        sa.Column("presented_on", sa.Date, nullable=False),
        sa.Column("late", sa.SmallInteger, nullable=False, comment="ground of late presentation, 0 for none"),
        sa.Column("statement", sa.LargeBinary(32), nullable=False),
        sa.Column("authority", sa.BigInteger, nullable=False),
        sa.Column("account", sa.String(42), nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=False),
        sa.Column(
            "dispatch",
            sa.BigInteger,
            nullable=False,
            comment="write that carries it; says how far it has come",
        ),
        sa.PrimaryKeyConstraint("position", name="pk_decisions"),
        sa.ForeignKeyConstraint(["statement"], ["statements.hash"], name="fk_decisions_statement"),
        sa.ForeignKeyConstraint(["dispatch"], ["outbox.position"], name="fk_decisions_dispatch"),
    )
    op.create_index("ix_decisions_certificate", "decisions", ["certificate"])
    op.create_index("ix_decisions_dispatch", "decisions", ["dispatch"])
    op.create_table(
        "decision_lines",
        sa.Column("decision", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("line", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("granted", sa.Boolean, nullable=False),
        sa.Column("quantity", sa.Text, nullable=False, comment="drawn down, plain decimal"),
        sa.Column("unit", sa.String(3), nullable=False, comment="empty for a refused line"),
        sa.PrimaryKeyConstraint("decision", "line", name="pk_decision_lines"),
        sa.ForeignKeyConstraint(["decision"], ["decisions.position"], name="fk_decision_lines_decision"),
    )


def downgrade() -> None:
    """Drop them; the ledger still names the statements by their hashes."""
    op.drop_table("decision_lines")
    op.drop_table("decisions")
    op.drop_table("statements")
