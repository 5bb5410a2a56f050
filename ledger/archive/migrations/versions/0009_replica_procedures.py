"""What a replica holds of decisions, verification cases and certified exporters."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ACCOUNT, _CODE, _WORD = sa.String(42), sa.String(8), sa.LargeBinary(32)
_ORDERED = sa.String(8).with_variant(sa.String(8, collation="C"), "postgresql")
_EXPORTER = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")
_NUMBER, _SMALL, _LINES = sa.BigInteger, sa.Integer, sa.BigInteger
_OF_CASE = {"case": _NUMBER, "id": _WORD, "about": _WORD, "key": _NUMBER}
_KINDS: dict[str, dict[str, Any]] = {
    "proof_received": {"id": _WORD, "key": _NUMBER},
    "decided": {
        "id": _WORD,
        "declaration": _WORD,
        "key": _NUMBER,
        "granted": _LINES,
        "used_up": _LINES,
        "refused": _LINES,
        "presented_at": _NUMBER,
        "late": _SMALL,
        "statement": _WORD,
    },
    "refusal_clarified": {"id": _WORD, "key": _NUMBER, "lines": _LINES, "statement": _WORD},
    "split_use_set": {"member": _CODE, "allowed": sa.Boolean, "key": _NUMBER},
    "case_opened": _OF_CASE
    | {
        "importing": _CODE,
        "exporting": _CODE,
        "lines": _LINES,
        "suspended": _LINES,
        "ground": _SMALL,
        "due": _NUMBER,
        "conclude_due": _NUMBER,
        "rules": _WORD,
        "statement": _WORD,
    },
    "case_stepped": _OF_CASE | {"step": _SMALL, "due": _NUMBER, "conclude_due": _NUMBER, "statement": _WORD},
    "suspension_set": _OF_CASE | {"suspended": _LINES, "statement": _WORD},
    "case_concluded": _OF_CASE | {"confirmed": _LINES, "denied": _LINES, "statement": _WORD},
    "exporter_recorded": {
        "member": _ORDERED,
        "code": _EXPORTER,
        "version": _SMALL,
        "status": _SMALL,
        "key": _NUMBER,
        "effective_from": _NUMBER,
        "until": _NUMBER,
        "record_hash": _WORD,
    },
}
_UNIQUE = {
    "proof_received": ("id",),
    "case_opened": ("case",),
    "case_concluded": ("case",),
    "exporter_recorded": ("member", "code", "version"),
}
_INDEXES = (
    ("decided", ("id",)),
    ("refusal_clarified", ("id",)),
    ("split_use_set", ("member", "block", "position")),
    ("case_opened", ("id",)),
    ("case_opened", ("about",)),
    ("case_opened", ("importing", "case")),
    ("case_opened", ("exporting", "case")),
    ("case_stepped", ("case", "block", "position")),
    ("suspension_set", ("case",)),
    ("linked", ("id",)),
    ("linked", ("parent",)),
)
_OF_ENTRIES = """
    INSERT INTO replica_member_blocks (member, block)
    SELECT {member}, {kind}.block FROM replica_{kind} AS {kind} {joined} GROUP BY 1, 2
    ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    """Make one table per kind of event, and those of what is asked for again and again.

    A replica that is there was read without a contract of procedures, and tells of entries already.
    """
    for name, fields in _KINDS.items():
        _of_kind(name, fields)
    for name, columns in _INDEXES:
        op.create_index(f"ix_replica_{name}_{columns[0]}", f"replica_{name}", list(columns))
    replaced = sa.column("replacement").is_not(None)
    op.create_index(
        "ix_replica_ended_replacement",
        "replica_ended",
        ["replacement"],
        sqlite_where=replaced,
        postgresql_where=replaced,
    )
    _work()
    comment = "the contract of procedures whose events are here too"
    op.add_column("replica_head", sa.Column("procedures", _ACCOUNT, comment=comment))
    _fill()


def _of_kind(name: str, fields: dict[str, Any]) -> None:
    table, unique = f"replica_{name}", _UNIQUE.get(name)
    constraint = (
        [sa.UniqueConstraint(*unique, name=f"uq_{table}_{'_'.join(unique)}")] if unique is not None else []
    )
    op.create_table(
        table,
        sa.Column("block", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(sa.Column(field, kind, nullable=False) for field, kind in fields.items()),
        sa.PrimaryKeyConstraint("block", "position", name=f"pk_{table}"),
        *constraint,
    )


def _work() -> None:
    op.create_table(
        "replica_unreported",
        sa.Column("id", _WORD, nullable=False, comment="an entry that has not ended and was not reported on"),
        sa.Column("exporting", _CODE, nullable=False),
        sa.Column("importing", _CODE, nullable=False),
        sa.Column("block", sa.BigInteger, nullable=False, comment="where it was issued"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replica_unreported"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "replica_undecided",
        sa.Column("id", _WORD, nullable=False, comment="an entry that was received and not decided on"),
        sa.Column("importing", _CODE, nullable=False),
        sa.Column("block", sa.BigInteger, nullable=False, comment="where it was received"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replica_undecided"),
        sqlite_with_rowid=False,
    )
    concerns = "one in which something about a certificate or an exporter concerns the member"
    op.create_table(
        "replica_member_blocks",
        sa.Column("member", _CODE, nullable=False, comment="empty for any"),
        sa.Column("block", sa.BigInteger, autoincrement=False, nullable=False, comment=concerns),
        sa.PrimaryKeyConstraint("member", "block", name="pk_replica_member_blocks"),
        sqlite_with_rowid=False,
    )
    place = ["block", "position"]
    op.create_index("ix_replica_unreported_exporting", "replica_unreported", ["exporting", *place])
    op.create_index(
        "ix_replica_unreported_importing", "replica_unreported", ["exporting", "importing", *place]
    )
    op.create_index("ix_replica_undecided_importing", "replica_undecided", ["importing", *place])


def _fill() -> None:
    op.execute(
        """
        INSERT INTO replica_unreported (id, exporting, importing, block, position)
        SELECT id, exporting, importing, block, position FROM replica_issued AS issued
        WHERE NOT EXISTS (SELECT 1 FROM replica_ended AS ended WHERE ended.id = issued.id)
        """
    )
    for kind in ("issued", "entered", "linked", "ended"):
        joined = "" if kind == "issued" else f"JOIN replica_issued AS issued ON issued.id = {kind}.id"
        for member in ("issued.exporting", "issued.importing", "''"):
            op.execute(_OF_ENTRIES.format(member=member, kind=kind, joined=f"{joined} WHERE true"))
    original = "JOIN replica_issued AS issued ON issued.id = linked.parent WHERE true"
    op.execute(_OF_ENTRIES.format(member="issued.exporting", kind="linked", joined=original))


def downgrade() -> None:
    """Drop them; PostgreSQL never quite forgets a dropped column, so `replica_head` is made anew there."""
    for name in ("unreported", "undecided", "member_blocks", *_KINDS):
        op.drop_table(f"replica_{name}")
    for name in ("linked_id", "linked_parent", "ended_replacement"):
        op.drop_index(f"ix_replica_{name}", f"replica_{name.split('_')[0]}")
    anew: Literal["always", "never"] = "never" if op.get_context().dialect.name == "sqlite" else "always"
    with op.batch_alter_table("replica_head", recreate=anew) as head:
        head.drop_column("procedures")
