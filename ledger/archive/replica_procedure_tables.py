"""The tables of a replica that tell what becomes of proofs of origin after their issue, and of exporters.

Beside those of the events there are three of what is asked for again and again, written over as events come
and go: what nothing came back of, what is not decided, and in which blocks something concerns a member.
They hold nothing that the events do not say, and `ledger.archive.replica_work` keeps them.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, UniqueConstraint

from ledger import events
from ledger.archive.replica_kinds import CODE, NUMBER, OPERATOR, ORDERED_CODE, SMALL, WORD, Lines, of_kind
from ledger.archive.tables import metadata

received = of_kind("proof_received", id=WORD, key=NUMBER)
decided = of_kind(
    "decided",
    id=WORD,
    declaration=WORD,
    key=NUMBER,
    granted=Lines(),
    used_up=Lines(),
    refused=Lines(),
    presented_at=NUMBER,
    late=SMALL,
    statement=WORD,
)
clarified = of_kind("refusal_clarified", id=WORD, key=NUMBER, lines=Lines(), statement=WORD)
split_use_set = of_kind("split_use_set", member=CODE, allowed=Boolean(), key=NUMBER)
case_opened = of_kind(
    "case_opened",
    case=NUMBER,
    id=WORD,
    about=WORD,
    key=NUMBER,
    importing=CODE,
    exporting=CODE,
    lines=Lines(),
    suspended=Lines(),
    ground=SMALL,
    due=NUMBER,
    conclude_due=NUMBER,
    rules=WORD,
    statement=WORD,
)
case_stepped = of_kind(
    "case_stepped",
    case=NUMBER,
    id=WORD,
    about=WORD,
    key=NUMBER,
    step=SMALL,
    due=NUMBER,
    conclude_due=NUMBER,
    statement=WORD,
)
suspension_set = of_kind(
    "suspension_set", case=NUMBER, id=WORD, about=WORD, key=NUMBER, suspended=Lines(), statement=WORD
)
case_concluded = of_kind(
    "case_concluded",
    case=NUMBER,
    id=WORD,
    about=WORD,
    key=NUMBER,
    confirmed=Lines(),
    denied=Lines(),
    statement=WORD,
)
exporters = of_kind(
    "exporter_recorded",
    member=ORDERED_CODE,
    code=OPERATOR,
    version=SMALL,
    status=SMALL,
    key=NUMBER,
    effective_from=NUMBER,
    until=NUMBER,
    record_hash=WORD,
)

_UNIQUE: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (received, ("id",)),
    (case_opened, ("case",)),
    (case_concluded, ("case",)),
    (exporters, ("member", "code", "version")),
)
_INDEXED: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (decided, ("id",)),
    (clarified, ("id",)),
    (split_use_set, ("member", "block", "position")),
    (case_opened, ("id",)),
    (case_opened, ("about",)),
    (case_opened, ("importing", "case")),
    (case_opened, ("exporting", "case")),
    (case_stepped, ("case", "block", "position")),
    (suspension_set, ("case",)),
)
for _table, _columns in _UNIQUE:
    _table.append_constraint(UniqueConstraint(*(_table.c[name] for name in _columns)))
for _table, _columns in _INDEXED:
    Index(f"ix_{_table.name}_{_columns[0]}", *(_table.c[name] for name in _columns))

unreported = Table(
    "replica_unreported",
    metadata,
    Column("id", WORD, primary_key=True, comment="an entry that has not ended and was not reported on"),
    Column("exporting", CODE, nullable=False),
    Column("importing", CODE, nullable=False),
    Column("block", BigInteger, nullable=False, comment="where it was issued"),
    Column("position", Integer, nullable=False),
    Index("ix_replica_unreported_exporting", "exporting", "block", "position"),
    Index("ix_replica_unreported_importing", "exporting", "importing", "block", "position"),
    sqlite_with_rowid=False,
)
undecided = Table(
    "replica_undecided",
    metadata,
    Column("id", WORD, primary_key=True, comment="an entry that was received and not decided on"),
    Column("importing", CODE, nullable=False),
    Column("block", BigInteger, nullable=False, comment="where it was received"),
    Column("position", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_replica_undecided_importing", "importing", "block", "position"),
    sqlite_with_rowid=False,
)
member_blocks = Table(
    "replica_member_blocks",
    metadata,
    Column("member", CODE, primary_key=True, comment="empty for any"),
    Column(
        "block",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="one in which something about a certificate or an exporter concerns the member",
    ),
    sqlite_with_rowid=False,
)
WORK = (unreported, undecided, member_blocks)

OF_PROCEDURES: dict[type[Any], Table] = {
    events.ProofReceived: received,
    events.Decided: decided,
    events.RefusalClarified: clarified,
    events.SplitUseSet: split_use_set,
    events.CaseOpened: case_opened,
    events.CaseStepped: case_stepped,
    events.SuspensionSet: suspension_set,
    events.CaseConcluded: case_concluded,
    events.ExporterRecorded: exporters,
}
