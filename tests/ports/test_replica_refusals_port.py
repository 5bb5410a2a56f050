"""What the port `RefusalLists` promises, run on the store in memory and on both databases."""
# ruff: noqa: F811 - fixtures are imported, and arguments have their names

from dataclasses import replace
from typing import Any

import pytest

from ledger.events import Event, Occurrence
from ledger.origin.facts import Step
from ledger.replica_port import Replica
from tests.ports.test_replica_port import (  # noqa: F401 - fixtures among them
    LEDGER,
    NOW,
    PEOPLE,
    block,
    database_kind,
    issued,
    replica,
)
from tests.procedures_told import DAYS, clarified, decided, opened, received, stepped, the_id

BEGUN = 1_000_000


def told(replica: Replica, *events: tuple[int, Event]) -> Replica:
    """Return the store with one block a day, and events on their days in the order given."""
    last = max(day for day, _ in events) + 1
    blocks = [replace(block(number), time=BEGUN + number * DAYS) for number in range(1, last + 1)]
    happened = [
        Occurrence(day + 1, place, BEGUN + (day + 1) * DAYS, event)
        for place, (day, event) in enumerate(events, start=10)
    ]
    replica.start(LEDGER)
    replica.apply(blocks, [*PEOPLE, *happened], node_block=last, seen_at=NOW)
    return replica


def contested(replica: Replica, *names: str, importing: str = "TH") -> set[str]:
    """Return the names of what is contested."""
    by_id = {the_id(name): name for name in names}
    return {by_id[one] for one in replica.contested(importing, 60)}


def test_a_refusal_is_late_once_more_than_its_days_have_passed_since_the_receipt(replica: Replica) -> None:
    """Or since the first decision, where nobody confirmed the receipt; grants are never late."""
    refusal: dict[str, Any] = {"granted": 0, "refused": 2}
    told(
        replica,
        *((1, issued(name)) for name in ("in time", "late", "granted", "again", "unreceived")),
        *((1, received(name)) for name in ("in time", "late", "granted", "again")),
        (2, decided("unreceived")),
        (3, decided("again", "d1", **refusal)),
        (61, decided("in time", **refusal)),
        (62, decided("late", **refusal)),
        (62, decided("granted")),
        (62, decided("unreceived", "d2", **refusal)),
        (63, decided("again", "d2", **refusal)),
        (63, decided("unreceived", "d3", **refusal)),
    )
    names = ("in time", "late", "granted", "again", "unreceived")
    assert contested(replica, *names) == {"late", "again", "unreceived"}
    assert contested(replica, *names, importing="MY") == set()


@pytest.mark.parametrize(("later", "open_still"), [(2, True), (3, True), (6, False), (7, False)])
def test_an_answered_refusal_waits_until_a_later_decision_is_about_all_of_its_lines(
    replica: Replica, *, later: int, open_still: bool
) -> None:
    """One about some of them, or one of before, leaves it open."""
    told(
        replica,
        (1, issued("a")),
        (1, received("a")),
        (2, decided("a", "d0", granted=0, refused=6)),
        (3, clarified("a", 6)),
        (4, decided("a", "d1", granted=later & ~4, refused=later & 4)),
    )
    assert (contested(replica, "a") == {"a"}) == open_still


def test_the_list_goes_on_after_a_certificate(replica: Replica) -> None:
    """By id, each once, however often it is contested; other events make none."""
    case = opened(1, "c")
    told(
        replica,
        *((1, issued(name)) for name in ("a", "b", "c")),
        *((2, decided(name, granted=0, refused=1)) for name in ("a", "b")),
        *((3, clarified(name)) for name in ("a", "b", "a")),
        (4, case),
        (5, stepped(case, Step.ACKNOWLEDGED)),
    )
    every = sorted([the_id("a"), the_id("b")])
    assert replica.contested("TH", 60) == every
    assert replica.contested("TH", 60, limit=1) == every[:1]
    assert replica.contested("TH", 60, after=every[0]) == every[1:]
