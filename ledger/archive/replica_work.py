"""The tables of a replica that are written over: what is asked for again and again, as events come and go.

They say nothing that the events do not say; without them, what is still awaited would have to be looked for
among all that was ever reported on.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, union

from ledger.archive import replica_procedure_tables as p
from ledger.archive.replica_events import Reading
from ledger.archive.replica_tables import ended, issued
from ledger.events import Decided, Ended, Issued, Occurrence, ProofReceived
from ledger.happenings import HAPPENINGS, REPORTS, Parties, certificates_in, concerned, happening_of

ANY = ""
"""Stands for any member in `replica_member_blocks`."""
_AFTER = Reading(HAPPENINGS, lambda table: table.c.block > bindparam("block"))
_AT_A_TIME = 500
"""Certificates asked for in one statement."""


def take_up(connection: Connection, occurrences: Collection[Occurrence]) -> None:
    """Bring the tables up to date with events that were just added."""
    told = [one for one in occurrences if isinstance(one.event, HAPPENINGS)]
    if not told:
        return
    parties = parties_of(connection, told)
    _await(connection, told, parties)
    _put(connection, p.member_blocks, [_member_block(*row) for row in _concerned(told, parties)])


def undo(connection: Connection, to_block: int) -> None:
    """Take back what events after a block did to the tables; called while those are still there.

    What they had ended is awaited again, if it was there before and nothing earlier had ended it.
    """
    _forget_blocks(connection, to_block)
    for table in (p.unreported, p.undecided):
        connection.execute(delete(table).where(table.c.block > to_block))
    connection.execute(_unreported_again(to_block))
    connection.execute(_undecided_again(to_block))


def _forget_blocks(connection: Connection, to_block: int) -> None:
    """Forget the blocks after one, of the members that they concern: by these the rows are found."""
    told = _AFTER.found(connection, block=to_block)
    members = {member for member, _ in _concerned(told, parties_of(connection, told))}
    blocks = p.member_blocks.c
    connection.execute(
        delete(p.member_blocks).where(blocks.member.in_(sorted(members)), blocks.block > to_block)
    )


def parties_of(connection: Connection, occurrences: Iterable[Occurrence]) -> Mapping[bytes, Parties]:
    """Return the members that issued the entries in these events, and to whom, as far as they are told."""
    told: dict[bytes, Parties] = {}
    asked = set[bytes]()
    for one in occurrences:
        if isinstance(one.event, Issued):
            told[one.event.id] = (one.event.exporting, one.event.importing)
        asked.update(certificates_in(one.event))
    for part in _in_parts(sorted(asked - told.keys())):
        query = select(issued.c.id, issued.c.exporting, issued.c.importing).where(issued.c.id.in_(part))
        told.update({row.id: (row.exporting, row.importing) for row in connection.execute(query)})
    return told


def _await(connection: Connection, told: Iterable[Occurrence], parties: Mapping[bytes, Parties]) -> None:
    """Await a report on what was issued and a decision on what was received, until there is one."""
    come: dict[bytes, dict[str, Any]] = {}
    received: dict[bytes, dict[str, Any]] = {}
    gone, decided = set[bytes](), set[bytes]()
    for one in told:
        event, place = one.event, {"block": one.block, "position": one.position}
        if isinstance(event, Issued):
            members = {"exporting": event.exporting, "importing": event.importing}
            come[event.id] = {"id": event.id, **members, **place}
        if isinstance(event, ProofReceived):
            importing = parties[event.id][1]
            received[event.id] = {"id": event.id, "importing": importing, "at": one.at, **place}
        if isinstance(event, (*REPORTS, Ended)):
            gone.add(event.id)
        if isinstance(event, Decided):
            decided.add(event.id)
    _put(connection, p.unreported, [row for key, row in come.items() if key not in gone])
    _put(connection, p.undecided, [row for key, row in received.items() if key not in decided])
    _drop(connection, p.unreported, gone - come.keys())
    _drop(connection, p.undecided, decided - received.keys())


def _unreported_again(to_block: int) -> Any:  # noqa: ANN401 - an INSERT
    reports = (p.received, p.decided, ended)
    undone = union(*(select(table.c.id).where(table.c.block > to_block) for table in reports)).subquery()
    kept = select(issued.c.id, issued.c.exporting, issued.c.importing, issued.c.block, issued.c.position)
    kept = kept.join(undone, undone.c.id == issued.c.id).where(issued.c.block <= to_block)
    for table in reports:
        kept = kept.where(
            ~select(table.c.id).where(table.c.id == issued.c.id, table.c.block <= to_block).exists()
        )
    return insert(p.unreported).from_select(["id", "exporting", "importing", "block", "position"], kept)


def _undecided_again(to_block: int) -> Any:  # noqa: ANN401 - an INSERT
    received, decided = p.received, p.decided
    undone = select(decided.c.id).where(decided.c.block > to_block).distinct().subquery()
    place = (received.c.block, received.c.position, received.c.at)
    kept = select(received.c.id, issued.c.importing, *place).join(undone, undone.c.id == received.c.id)
    kept = kept.join(issued, issued.c.id == received.c.id).where(received.c.block <= to_block)
    before = select(decided.c.id).where(decided.c.id == received.c.id, decided.c.block <= to_block)
    return insert(p.undecided).from_select(
        ["id", "importing", "block", "position", "at"], kept.where(~before.exists())
    )


def _concerned(told: Iterable[Occurrence], parties: Mapping[bytes, Parties]) -> list[tuple[str, int]]:
    """Return in which blocks something concerns which member, each once."""
    found = {(ANY, one.block) for one in told}
    for one in told:
        found.update((member, one.block) for member in concerned(happening_of(one, parties)))
    return sorted(found)


def _member_block(member: str, block: int) -> dict[str, Any]:
    return {"member": member, "block": block}


def _put(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _drop(connection: Connection, table: Table, certificates: Collection[bytes]) -> None:
    for part in _in_parts(sorted(certificates)):
        connection.execute(delete(table).where(table.c.id.in_(part)))


def _in_parts(values: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(values), _AT_A_TIME):
        yield values[start : start + _AT_A_TIME]
