"""Histories of procedures, drawn by chance: a replica's lists say what its events say, and the past stays."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.archive import open_archive
from ledger.events import Block, Decided, Ended, Event, Occurrence, ProofReceived, moment
from ledger.memory_replica import MemoryReplica
from ledger.origin.facts import Step
from ledger.origin.life import Story, story_of
from ledger.replica.digest import digest_of
from ledger.replica_port import Replica
from tests.ports.test_replica_port import LEDGER, NOW, filled, happened, issued
from tests.procedures_told import (
    concluded,
    decided,
    exporter,
    opened,
    received,
    stepped,
    suspended,
    the_id,
    word,
)

_CASES = {number: opened(number, "abc"[number % 3]) for number in range(1, 4)}
_EVENTS: tuple[Event, ...] = (
    *(received(name) for name in "abc"),
    *(decided(name, declaration) for name in "abc" for declaration in ("d1", "d2")),
    *(Ended(the_id(name), 1, 3, None) for name in "abc"),
    *_CASES.values(),
    *(stepped(case, Step.REPLIED) for case in _CASES.values()),
    *(suspended(case, 1) for case in _CASES.values()),
    *(concluded(case, denied=1) for case in _CASES.values()),
    *(exporter("VN", "CE1", version) for version in (1, 2)),
)
_DRAWN = st.lists(st.sampled_from(_EVENTS), max_size=25)


def _can_follow(events: Sequence[Event], event: Event) -> bool:
    """Return whether an event can happen after others: each once, and in the contract's order."""
    number = getattr(event, "case", None)
    if event in events:
        return False
    if isinstance(event, ProofReceived):
        return not any(isinstance(one, Decided) and one.id == event.id for one in events)
    if number is not None and event is not _CASES[number]:
        return _CASES[number] in events and concluded(_CASES[number], denied=1) not in events
    if event == exporter("VN", "CE1", 2):
        return exporter("VN", "CE1") in events
    return True


def _stories(drawn: Sequence[Event]) -> list[Event]:
    """Return those of the events that can happen, in the order drawn."""
    events: list[Event] = []
    for event in drawn:
        if _can_follow(events, event):
            events.append(event)
    return events


def _happens(replica: Replica, number: int, event: Event, branch: str) -> None:
    """Add a block with one event after the newest one of the store."""
    head = replica.head()
    assert head is not None
    assert head.block is not None
    made = Block(number, word(number, branch), head.block.hash, 1_000_000 + number)
    replica.apply([made], happened((number, event)), node_block=number, seen_at=NOW)


def _life(replica: Replica, name: str) -> Sequence[Occurrence]:
    """Return what the replica tells of a certificate."""
    look = replica.look_life(the_id(name))
    assert look is not None
    return look.occurrences


def _all_lists(replica: Replica) -> list[object]:
    """Return what each of the lists says."""
    return [
        list(replica.unreported("VN")),
        list(replica.undecided("TH")),
        list(replica.happenings()),
        list(replica.happenings(member="TH", after=(4, 0))),
        list(replica.cases(open_only=False)),
        list(replica.exporters()),
        *(_life(replica, name) for name in "abc"),
        replica.procedure_counts(),
        digest_of(replica),
    ]


@pytest.fixture(scope="module")
def on_disk() -> Iterator[Replica]:
    """Lend one store in a database, to be cleared by whoever uses it."""
    rooms = open_archive("sqlite://")
    yield rooms.replica
    rooms.close()


@given(drawn=_DRAWN, others=_DRAWN, data=st.data())
def test_after_any_reorganisation_the_lists_are_those_of_the_events(
    on_disk: Replica, drawn: list[Event], others: list[Event], data: st.DataObject
) -> None:
    """The databases keep lists as events come and go; the store in memory works them out of the events."""
    first = _stories(drawn)
    back = data.draw(st.integers(0, len(first)))
    second = _stories([*first[:back], *others])
    lists = []
    for store in (MemoryReplica(), on_disk):
        store.clear(LEDGER)
        filled(store, *((2, issued(name)) for name in "abc"), until=3)
        for number, event in enumerate(first, 4):
            _happens(store, number, event, "first")
        store.roll_back(3 + back)
        for number, event in enumerate(second[back:], 4 + back):
            _happens(store, number, event, "second")
        lists.append(_all_lists(store))
    assert lists[0] == lists[1]


@given(_DRAWN)
def test_what_is_said_of_a_past_moment_never_changes(drawn: list[Event]) -> None:
    """Whatever comes after: the story up to a moment is that of the replica as it was then."""
    replica, events = MemoryReplica(), _stories(drawn)
    filled(replica, *((2, issued(name)) for name in "abc"), until=3)
    before: list[tuple[int, str, Story]] = []
    for number, event in enumerate(events, 4):
        _happens(replica, number, event, "only")
        for name in "abc":
            life = _life(replica, name)
            before.append((1_000_000 + number, name, story_of(life, the_id(name))))
            for at, whose, story in before:
                if whose == name:
                    assert story_of(life, the_id(name), moment(at)) == story
