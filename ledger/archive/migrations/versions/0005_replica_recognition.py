"""The replica of the recognition registry's events."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ACCOUNT, _CODE, _WORD = sa.String(42), sa.String(8), sa.LargeBinary(32)
_OPERATOR = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")
_NUMBER, _SMALL = sa.BigInteger, sa.Integer
_KINDS: dict[str, dict[str, Any]] = {
    "status_recorded": {
        "operator": _OPERATOR,
        "member": _CODE,
        "version": _SMALL,
        "key": _NUMBER,
        "status": _SMALL,
        "level": _SMALL,
        "roles": _SMALL,
        "programme": _SMALL,
        "ground": _SMALL,
        "consent": _SMALL,
        "effective_from": _NUMBER,
        "until": _NUMBER,
        "record_hash": _WORD,
    },
    "programme_declared": {
        "programme": _SMALL,
        "member": _CODE,
        "kind": _SMALL,
        "levels": _SMALL,
        "key": _NUMBER,
        "code": sa.Text,
        "name": sa.Text,
    },
    "arrangement_declared": {
        "arrangement": _SMALL,
        "member": _CODE,
        "kind": _SMALL,
        "other": _CODE,
        "key": _NUMBER,
        "text_hash": _WORD,
        "code": sa.Text,
        "title": sa.Text,
    },
    "participation_recorded": {
        "arrangement": _SMALL,
        "member": _CODE,
        "version": _SMALL,
        "state": _SMALL,
        "key": _NUMBER,
        "effective_from": _NUMBER,
    },
    "recognition_added": {
        "recognition": _NUMBER,
        "grantor": _CODE,
        "partner": _CODE,
        "key": _NUMBER,
        "arrangement": _SMALL,
        "programme": _SMALL,
        "min_level": _SMALL,
        "roles": _SMALL,
        "directions": _SMALL,
        "effective_from": _NUMBER,
        "until": _NUMBER,
    },
    "recognition_ended": {"recognition": _NUMBER, "key": _NUMBER, "ended_from": _NUMBER},
}


def upgrade() -> None:
    """Make one table per kind of event, and say of a replica which registry it was read with: none so far."""
    for name, fields in _KINDS.items():
        table = f"replica_{name}"
        unique = (
            [sa.UniqueConstraint("operator", "version", name=f"uq_{table}_operator_version")]
            if name == "status_recorded"
            else []
        )
        op.create_table(
            table,
            sa.Column("block", sa.BigInteger, autoincrement=False, nullable=False),
            sa.Column("position", sa.Integer, autoincrement=False, nullable=False),
            sa.Column("at", sa.BigInteger, nullable=False),
            *(sa.Column(field, kind, nullable=False) for field, kind in fields.items()),
            sa.PrimaryKeyConstraint("block", "position", name=f"pk_{table}"),
            *unique,
        )
    op.create_index(
        "ix_replica_status_recorded_member", "replica_status_recorded", ["member", "block", "position"]
    )
    comment = "the recognition registry whose events are here too"
    op.add_column("replica_head", sa.Column("recognition", _ACCOUNT, comment=comment))


def downgrade() -> None:
    """Drop them; PostgreSQL never quite forgets a dropped column, so `replica_head` is made anew there."""
    for name in _KINDS:
        op.drop_table(f"replica_{name}")
    anew: Literal["always", "never"] = "never" if op.get_context().dialect.name == "sqlite" else "always"
    with op.batch_alter_table("replica_head", recreate=anew) as head:
        head.drop_column("recognition")
