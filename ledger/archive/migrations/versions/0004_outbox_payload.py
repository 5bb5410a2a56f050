"""What writes about operators and recognition say, kept beside their place in the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "payloads",
        sa.Column("dispatch", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column(
            "payload", sa.LargeBinary, nullable=False, comment="what the write says, see ledger.stated"
        ),
        sa.PrimaryKeyConstraint("dispatch", name="pk_payloads"),
        sa.ForeignKeyConstraint(["dispatch"], ["outbox.position"], name="fk_payloads_dispatch"),
    )


def downgrade() -> None:
    """Drop it, with the writes that would say nothing without it."""
    op.drop_table("payloads")
    outbox = sa.table("outbox", sa.column("position"), sa.column("kind"))
    signatures = sa.table("signatures", sa.column("dispatch"))
    ours = outbox.c.kind.in_(["status", "declare"])
    op.execute(
        sa.delete(signatures).where(signatures.c.dispatch.in_(sa.select(outbox.c.position).where(ours)))
    )
    op.execute(sa.delete(outbox).where(ours))
