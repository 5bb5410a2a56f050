"""The tables of a replica: one per kind of event, each row under its block and position.

Nothing is ever changed in them: rows are added at the end and taken off the end.  Only `replica_head`, which
says how far they reach, is written over.  Times are the chain's own seconds since 1970.  Those of decisions,
cases and exporters are in `ledger.archive.replica_procedure_tables`.

Empty blocks are kept only while they are among the newest: a network with a block every five seconds makes
six million a year, and a block in which nothing happened says nothing once it is final.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint

from ledger import events
from ledger.archive.replica_kinds import ACCOUNT, CODE, NUMBER, OPERATOR, SMALL, WORD, of_kind
from ledger.archive.replica_procedure_tables import OF_PROCEDURES
from ledger.archive.tables import metadata

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
    Column("procedures", ACCOUNT, comment="the contract of procedures whose events are here too"),
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


issued = of_kind(
    "issued",
    id=WORD,
    reference_key=WORD,
    importing=CODE,
    exporting=CODE,
    key=NUMBER,
    scheme=SMALL,
    issued_on=NUMBER,
    valid_until=NUMBER,
)
entered = of_kind("entered", id=WORD, root=WORD, issued_at=NUMBER)
linked = of_kind("linked", parent=WORD, id=WORD)
anchored = of_kind("anchored", root=WORD, key=NUMBER, size=NUMBER, valid_until=NUMBER)
ended = of_kind("ended", id=WORD, key=NUMBER, reason=SMALL, replacement=WORD)
keys = of_kind("key_added", account=ACCOUNT, authority=NUMBER, id=NUMBER)
authorities = of_kind(
    "authority_added", authority=NUMBER, member=CODE, roles=SMALL, name=Text(), domain=Text()
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
Index("ix_replica_linked_id", linked.c.id)
Index("ix_replica_linked_parent", linked.c.parent)
_REPLACED = ended.c.replacement.is_not(None)
Index(
    "ix_replica_ended_replacement",
    ended.c.replacement,
    sqlite_where=_REPLACED,
    postgresql_where=_REPLACED,
)

statuses = of_kind(
    "status_recorded",
    operator=OPERATOR,
    member=CODE,
    version=SMALL,
    key=NUMBER,
    status=SMALL,
    level=SMALL,
    roles=SMALL,
    programme=SMALL,
    ground=SMALL,
    consent=SMALL,
    effective_from=NUMBER,
    until=NUMBER,
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
    events.MemberAdmitted: of_kind("member_admitted", member=CODE, admin=ACCOUNT),
    events.MemberSuspended: of_kind("member_suspended", member=CODE),
    events.MemberReinstated: of_kind("member_reinstated", member=CODE),
    events.AdminReplaced: of_kind("admin_replaced", member=CODE, previous=ACCOUNT, admin=ACCOUNT),
    events.AuthorityAdded: authorities,
    events.AuthorityWithdrawn: of_kind("authority_withdrawn", authority=NUMBER),
    events.KeyAdded: keys,
    events.KeyRevoked: of_kind("key_revoked", account=ACCOUNT),
    events.KeyCompromised: of_kind("key_compromised", account=ACCOUNT, since=NUMBER),
    events.ProposalMade: of_kind(
        "proposal_made", proposal=NUMBER, member=CODE, kind=SMALL, admin=ACCOUNT, proposer=CODE
    ),
    events.VoteCast: of_kind("vote_cast", proposal=NUMBER, voter=CODE),
    events.ProposalEnacted: of_kind("proposal_enacted", proposal=NUMBER),
}
OF_TERMS: dict[type[Any], Table] = {
    events.ProgrammeDeclared: of_kind(
        "programme_declared",
        programme=SMALL,
        member=CODE,
        kind=SMALL,
        levels=SMALL,
        key=NUMBER,
        code=Text(),
        name=Text(),
    ),
    events.ArrangementDeclared: of_kind(
        "arrangement_declared",
        arrangement=SMALL,
        member=CODE,
        kind=SMALL,
        other=CODE,
        key=NUMBER,
        text_hash=WORD,
        code=Text(),
        title=Text(),
    ),
    events.ParticipationRecorded: of_kind(
        "participation_recorded",
        arrangement=SMALL,
        member=CODE,
        version=SMALL,
        state=SMALL,
        key=NUMBER,
        effective_from=NUMBER,
    ),
    events.RecognitionAdded: of_kind(
        "recognition_added",
        recognition=NUMBER,
        grantor=CODE,
        partner=CODE,
        key=NUMBER,
        arrangement=SMALL,
        programme=SMALL,
        min_level=SMALL,
        roles=SMALL,
        directions=SMALL,
        effective_from=NUMBER,
        until=NUMBER,
    ),
    events.RecognitionEnded: of_kind("recognition_ended", recognition=NUMBER, key=NUMBER, ended_from=NUMBER),
}
OF_FEW: dict[type[Any], Table] = {**OF_MEMBERS, **OF_TERMS}
"""What is gathered in memory; a change of it is counted in `replica_head.people`."""
OF_EVENTS: dict[type[Any], Table] = {
    **OF_CERTIFICATES,
    **OF_FEW,
    events.StatusRecorded: statuses,
    **OF_PROCEDURES,
}
"""The table of each kind of event; its columns are the fields of the class."""
