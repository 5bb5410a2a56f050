"""The tables of a replica: one per kind of event, each row under its block and position.

Nothing is ever changed in them: rows are added at the end and taken off the end.  Only `replica_head`, which
says how far they reach, is written over.  Times are the chain's own seconds since 1970.

Empty blocks are kept only while they are among the newest: a network with a block every five seconds makes
six million a year, and a block in which nothing happened says nothing once it is final.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint
from sqlalchemy.sql.type_api import TypeEngine

from ledger import events
from ledger.archive.tables import metadata

ACCOUNT, CODE, WORD = String(42), String(8), LargeBinary(32)
"""An account; a member's code, whose two bytes may be no letters and are then written as escapes; a hash."""
OPERATOR = String(128).with_variant(String(128, collation="C"), "postgresql")
"""An operator's code, of 32 bytes that may be written as escapes too; it is in the same order everywhere."""

replica_head = Table(
    "replica_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("chain_id", BigInteger, nullable=False),
    Column("registry", ACCOUNT, nullable=False),
    Column("number", BigInteger, comment="newest block; empty before the first"),
    Column("hash", WORD),
    Column("parent", WORD),
    Column("time", BigInteger),
    Column("node_block", BigInteger, nullable=False, comment="the node's newest block as last seen"),
    Column("seen_at", BigInteger, comment="when the node last answered, in milliseconds since 1970"),
    Column("halted", Text, comment="why it stopped answering"),
    Column("people", BigInteger, nullable=False, comment="grows with every change of members and keys"),
    Column("recognition", ACCOUNT, comment="the recognition registry whose events are here too"),
)

replica_blocks = Table(
    "replica_blocks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", WORD, nullable=False),
    Column("parent", WORD, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("events", Integer, nullable=False, comment="how many of the ledger's events are in it"),
)


def _of_kind(kind_of: str, /, **columns: TypeEngine[Any]) -> Table:
    """Make the table of one kind of event: its place, the block's time, and its fields."""
    return Table(
        f"replica_{kind_of}",
        metadata,
        Column("block", BigInteger, primary_key=True, autoincrement=False),
        Column("position", Integer, primary_key=True, autoincrement=False),
        Column("at", BigInteger, nullable=False),
        *(Column(field, kind, nullable=field == "replacement") for field, kind in columns.items()),
    )


_NUMBER, _SMALL = BigInteger(), Integer()

issued = _of_kind(
    "issued",
    id=WORD,
    reference_key=WORD,
    importing=CODE,
    exporting=CODE,
    key=_NUMBER,
    scheme=_SMALL,
    issued_on=_NUMBER,
    valid_until=_NUMBER,
)
entered = _of_kind("entered", id=WORD, root=WORD, issued_at=_NUMBER)
linked = _of_kind("linked", parent=WORD, id=WORD)
anchored = _of_kind("anchored", root=WORD, key=_NUMBER, size=_NUMBER, valid_until=_NUMBER)
ended = _of_kind("ended", id=WORD, key=_NUMBER, reason=_SMALL, replacement=WORD)
keys = _of_kind("key_added", account=ACCOUNT, authority=_NUMBER, id=_NUMBER)
authorities = _of_kind(
    "authority_added", authority=_NUMBER, member=CODE, roles=_SMALL, name=Text(), domain=Text()
)

for _table, _column in (
    (issued, issued.c.id),
    (entered, entered.c.id),
    (anchored, anchored.c.root),
    (ended, ended.c.id),
    (keys, keys.c.id),
    (authorities, authorities.c.authority),
):
    _table.append_constraint(UniqueConstraint(_column))
issued.append_constraint(
    UniqueConstraint(issued.c.exporting, issued.c.reference_key, name="uq_replica_issued_reference")
)
Index("ix_replica_issued_exporting", issued.c.exporting, issued.c.block, issued.c.position)
Index("ix_replica_issued_importing", issued.c.importing, issued.c.block, issued.c.position)

statuses = _of_kind(
    "status_recorded",
    operator=OPERATOR,
    member=CODE,
    version=_SMALL,
    key=_NUMBER,
    status=_SMALL,
    level=_SMALL,
    roles=_SMALL,
    programme=_SMALL,
    ground=_SMALL,
    consent=_SMALL,
    effective_from=_NUMBER,
    until=_NUMBER,
    record_hash=WORD,
)
statuses.append_constraint(UniqueConstraint(statuses.c.operator, statuses.c.version))
Index("ix_replica_status_recorded_member", statuses.c.member, statuses.c.block, statuses.c.position)

OF_CERTIFICATES: dict[type[Any], Table] = {
    events.Issued: issued,
    events.Entered: entered,
    events.Linked: linked,
    events.Anchored: anchored,
    events.Ended: ended,
}
OF_MEMBERS: dict[type[Any], Table] = {
    events.MemberAdmitted: _of_kind("member_admitted", member=CODE, admin=ACCOUNT),
    events.MemberSuspended: _of_kind("member_suspended", member=CODE),
    events.MemberReinstated: _of_kind("member_reinstated", member=CODE),
    events.AdminReplaced: _of_kind("admin_replaced", member=CODE, previous=ACCOUNT, admin=ACCOUNT),
    events.AuthorityAdded: authorities,
    events.AuthorityWithdrawn: _of_kind("authority_withdrawn", authority=_NUMBER),
    events.KeyAdded: keys,
    events.KeyRevoked: _of_kind("key_revoked", account=ACCOUNT),
    events.KeyCompromised: _of_kind("key_compromised", account=ACCOUNT, since=_NUMBER),
    events.ProposalMade: _of_kind(
        "proposal_made", proposal=_NUMBER, member=CODE, kind=_SMALL, admin=ACCOUNT, proposer=CODE
    ),
    events.VoteCast: _of_kind("vote_cast", proposal=_NUMBER, voter=CODE),
    events.ProposalEnacted: _of_kind("proposal_enacted", proposal=_NUMBER),
}
OF_TERMS: dict[type[Any], Table] = {
    events.ProgrammeDeclared: _of_kind(
        "programme_declared",
        programme=_SMALL,
        member=CODE,
        kind=_SMALL,
        levels=_SMALL,
        key=_NUMBER,
        code=Text(),
        name=Text(),
    ),
    events.ArrangementDeclared: _of_kind(
        "arrangement_declared",
        arrangement=_SMALL,
        member=CODE,
        kind=_SMALL,
        other=CODE,
        key=_NUMBER,
        text_hash=WORD,
        code=Text(),
        title=Text(),
    ),
    events.ParticipationRecorded: _of_kind(
        "participation_recorded",
        arrangement=_SMALL,
        member=CODE,
        version=_SMALL,
        state=_SMALL,
        key=_NUMBER,
        effective_from=_NUMBER,
    ),
    events.RecognitionAdded: _of_kind(
        "recognition_added",
        recognition=_NUMBER,
        grantor=CODE,
        partner=CODE,
        key=_NUMBER,
        arrangement=_SMALL,
        programme=_SMALL,
        min_level=_SMALL,
        roles=_SMALL,
        directions=_SMALL,
        effective_from=_NUMBER,
        until=_NUMBER,
    ),
    events.RecognitionEnded: _of_kind(
        "recognition_ended", recognition=_NUMBER, key=_NUMBER, ended_from=_NUMBER
    ),
}
OF_FEW: dict[type[Any], Table] = {**OF_MEMBERS, **OF_TERMS}
"""What is gathered in memory; a change of it is counted in `replica_head.people`."""
OF_EVENTS: dict[type[Any], Table] = {**OF_CERTIFICATES, **OF_FEW, events.StatusRecorded: statuses}
"""The table of each kind of event; its columns are the fields of the class."""
