"""Lists of a large replica: read off indexes on both databases, and there for earlier replicas too."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from ledger.archive import ArchiveRooms, Database, SqlReplica, open_archive
from ledger.events import Ended, Entered, Event, Linked
from ledger.origin.facts import Step
from tests.ports.test_replica_port import LEDGER, NOW, block, filled, happened, issued
from tests.procedures_told import concluded, decided, exporter, opened, received, stepped, the_id, word

_ENTRIES = 300
_ALL_AT_ONCE = {"sqlite": "SCAN replica_", "postgresql": "Seq Scan"}
"""How each database says that it reads a table from its beginning to its end."""


@pytest.fixture
def rooms(archive_url: str) -> Iterator[ArchiveRooms]:
    """Lend an archive with a replica of some hundred entries, nearly all received and decided on."""
    rooms = open_archive(archive_url)
    names = [f"n{number}" for number in range(_ENTRIES)]
    cases = [opened(number, names[number]) for number in range(1, 101)]
    filled(
        rooms.replica,
        *((2 + number % 3, issued(name)) for number, name in enumerate(names)),
        *((5, received(name)) for name in names[50:]),
        *((6, decided(name)) for name in names[100:]),
        *((7, case) for case in cases),
        *((8, stepped(case, Step.REPLIED)) for case in cases),
        *((9, concluded(case)) for case in cases[20:]),
        *((10, exporter("VN", f"CE{number}")) for number in range(100)),
    )
    for number in range(11, 60):  # most blocks have little in them
        told = happened((number, Linked(word("parent", number), the_id("n7"))))
        rooms.replica.apply([block(number)], told, node_block=number, seen_at=NOW)
    yield rooms
    rooms.close()


@contextmanager
def _plans(database: Database) -> Iterator[list[str]]:
    """Collect how the database means to answer each statement while the block lasts."""
    plans: list[str] = []
    asking = "EXPLAIN QUERY PLAN " if database.at_hand else "EXPLAIN "

    def explain(_: object, cursor: Any, statement: str, parameters: Any, *rest: object) -> None:
        if statement.startswith(("SELECT", "INSERT", "DELETE")):
            assert len(rest) == 2
            if not database.at_hand:  # which else reads small tables whole, for it is faster
                cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(asking + statement, parameters)
            plans.extend(f"{row[-1]} in {statement}" for row in cursor.fetchall())

    event.listen(database.engine, "before_cursor_execute", explain)
    yield plans
    event.remove(database.engine, "before_cursor_execute", explain)


_LISTS: dict[str, Callable[[SqlReplica], object]] = {
    "unreported": lambda replica: replica.unreported("VN", limit=20),
    "unreported to one": lambda replica: replica.unreported("VN", importing="TH", after=(2, 40), limit=20),
    "undecided": lambda replica: replica.undecided("TH", received_before=NOW, limit=20),
    "happenings": lambda replica: replica.happenings(after=(30, 0), limit=20),
    "happenings of one": lambda replica: replica.happenings(member="VN", after=(30, 0), limit=20),
    "cases": lambda replica: replica.cases(member="TH", after=10, limit=5),
    "case": lambda replica: replica.case(7),
    "life": lambda replica: replica.look_life(the_id("n7")),
    "exporter": lambda replica: replica.look_exporter("VN", "CE7"),
    "exporters": lambda replica: replica.exporters(member="VN", after=("VN", "CE7"), limit=5),
    "split use": lambda replica: replica.split_use("TH"),
}


def test_lists_are_read_off_indexes(rooms: ArchiveRooms, database_kind: str) -> None:
    """However large the tables are; what a list begins with is found, and it ends when its page is full."""
    for name, ask in _LISTS.items():
        with _plans(rooms.database) as plans:
            assert ask(rooms.replica), name
        assert plans
        whole = [one for one in plans if _ALL_AT_ONCE[database_kind] in one.split(" in ")[0]]
        assert [one for one in whole if "replica_head" not in one] == [], name


_KEPT_BEFORE: tuple[tuple[int, Event], ...] = (
    (2, issued("a")),
    (3, issued("b", "TH", "MY")),
    (3, Linked(the_id("a"), the_id("b"))),
    (4, issued("c")),
    (4, Entered(the_id("c"), word("root"), 1)),
    (5, Ended(the_id("a"), 1, 3, None)),
)


def _lists(replica: SqlReplica) -> Sequence[object]:
    lists = [replica.unreported(member) for member in ("VN", "TH")]
    return [*lists, *(replica.happenings(member=member) for member in (None, "VN", "TH", "MY"))]


def test_a_replica_of_an_earlier_release_has_the_lists_too(blank_url: str) -> None:
    """The migration fills them from the events that are there, as if they had been kept from the start."""
    rooms = open_archive(blank_url)
    filled(rooms.replica, *_KEPT_BEFORE)
    before, head = _lists(rooms.replica), rooms.replica.head()
    assert [len(one) for one in before] == [1, 1, 6, 5, 6, 2]  # type: ignore[arg-type]
    rooms.database.downgrade("0008")
    rooms.database.migrate()
    rooms.close()
    again = open_archive(blank_url)
    assert _lists(again.replica) == before
    assert again.replica.head() == head
    again.replica.start(LEDGER)
    again.close()
