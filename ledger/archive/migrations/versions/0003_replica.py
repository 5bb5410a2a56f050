"""The replica of the ledger's events."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ACCOUNT, _CODE, _WORD = sa.String(42), sa.String(8), sa.LargeBinary(32)
_NUMBER, _SMALL = sa.BigInteger, sa.Integer
_KINDS: dict[str, dict[str, Any]] = {
    "issued": {
        "id": _WORD,
        "reference_key": _WORD,
        "importing": _CODE,
        "exporting": _CODE,
        "key": _NUMBER,
        "scheme": _SMALL,
        "issued_on": _NUMBER,
        "valid_until": _NUMBER,
    },
    "entered": {"id": _WORD, "root": _WORD, "issued_at": _NUMBER},
    "linked": {"parent": _WORD, "id": _WORD},
    "anchored": {"root": _WORD, "key": _NUMBER, "size": _NUMBER, "valid_until": _NUMBER},
    "ended": {"id": _WORD, "key": _NUMBER, "reason": _SMALL, "replacement": _WORD},
    "key_added": {"account": _ACCOUNT, "authority": _NUMBER, "id": _NUMBER},
    "authority_added": {
        "authority": _NUMBER,
        "member": _CODE,
        "roles": _SMALL,
        "name": sa.Text,
        "domain": sa.Text,
    },
    "member_admitted": {"member": _CODE, "admin": _ACCOUNT},
    "member_suspended": {"member": _CODE},
    "member_reinstated": {"member": _CODE},
    "admin_replaced": {"member": _CODE, "previous": _ACCOUNT, "admin": _ACCOUNT},
    "authority_withdrawn": {"authority": _NUMBER},
    "key_revoked": {"account": _ACCOUNT},
    "key_compromised": {"account": _ACCOUNT, "since": _NUMBER},
    "proposal_made": {
        "proposal": _NUMBER,
        "member": _CODE,
        "kind": _SMALL,
        "admin": _ACCOUNT,
        "proposer": _CODE,
    },
    "vote_cast": {"proposal": _NUMBER, "voter": _CODE},
    "proposal_enacted": {"proposal": _NUMBER},
}
_UNIQUE = {
    "issued": "id",
    "entered": "id",
    "anchored": "root",
    "ended": "id",
    "key_added": "id",
    "authority_added": "authority",
}


def upgrade() -> None:
    """Make one table per kind of event, the blocks, and how far they reach."""
    op.create_table(
        "replica_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False, comment="always 1"),
        sa.Column("chain_id", sa.BigInteger, nullable=False),
        sa.Column("registry", _ACCOUNT, nullable=False),
        sa.Column("number", sa.BigInteger, comment="newest block; empty before the first"),
        sa.Column("hash", _WORD),
        sa.Column("parent", _WORD),
        sa.Column("time", sa.BigInteger),
        sa.Column(
            "node_block", sa.BigInteger, nullable=False, comment="the node's newest block as last seen"
        ),
        sa.Column(
            "seen_at", sa.BigInteger, comment="when the node last answered, in milliseconds since 1970"
        ),
        sa.Column("halted", sa.Text, comment="why it stopped answering"),
        sa.Column(
            "people", sa.BigInteger, nullable=False, comment="grows with every change of members and keys"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_replica_head"),
    )
    op.create_table(
        "replica_blocks",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("hash", _WORD, nullable=False),
        sa.Column("parent", _WORD, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("events", sa.Integer, nullable=False, comment="how many of the ledger's events are in it"),
        sa.PrimaryKeyConstraint("number", name="pk_replica_blocks"),
    )
    for name, fields in _KINDS.items():
        _of_kind(name, fields)
    for member in ("exporting", "importing"):
        op.create_index(f"ix_replica_issued_{member}", "replica_issued", [member, "block", "position"])


def _of_kind(name: str, fields: dict[str, Any]) -> None:
    table = f"replica_{name}"
    unique = (
        [sa.UniqueConstraint(_UNIQUE[name], name=f"uq_{table}_{_UNIQUE[name]}")] if name in _UNIQUE else []
    )
    if name == "issued":
        unique.append(sa.UniqueConstraint("exporting", "reference_key", name="uq_replica_issued_reference"))
    op.create_table(
        table,
        sa.Column("block", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(sa.Column(field, kind, nullable=field == "replacement") for field, kind in fields.items()),
        sa.PrimaryKeyConstraint("block", "position", name=f"pk_{table}"),
        *unique,
    )


def downgrade() -> None:
    """Drop them; a replica is read from the chain again."""
    for name in _KINDS:
        op.drop_table(f"replica_{name}")
    op.drop_table("replica_blocks")
    op.drop_table("replica_head")
