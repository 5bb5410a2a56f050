"""One suite for the port `Replica`, run on the store in memory and on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ledger.archive import open_archive
from ledger.events import (
    Anchored,
    AuthorityAdded,
    Block,
    Ended,
    Entered,
    Event,
    Issued,
    KeyAdded,
    KeyRevoked,
    MemberAdmitted,
    Occurrence,
    moment,
)
from ledger.facts import Address, LedgerName, Reason, Standing
from ledger.hashing import keccak
from ledger.memory_replica import MemoryReplica
from ledger.replica.digest import digest_of
from ledger.replica_port import (
    WINDOW,
    Replica,
    ReplicaDisconnected,
    ReplicaHead,
    ReplicaOfAnotherLedger,
)

LEDGER = LedgerName(1337, Address("0x" + "11" * 20))
ADMIN, ACCOUNT = Address("0x" + "22" * 20), Address("0x" + "33" * 20)
NOW = datetime(2026, 11, 22, 9, 30, 15, 123456, UTC)
LATEST = 2**48 - 1
"""The largest time that the contract takes."""


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of store in turn, the one in memory too."""
    return str(request.param)


@pytest.fixture
def replica(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Replica]:
    """Give each test an empty store, of each kind."""
    if database_kind == "memory":
        yield MemoryReplica()
        return
    rooms = open_archive(request.getfixturevalue("archive_url"))
    yield rooms.replica
    rooms.close()


def word(*parts: object) -> bytes:
    """Return some hash."""
    return keccak(repr(parts).encode())


def block(number: int, branch: str = "") -> Block:
    """Return a block whose parent is the one before it, of the same branch."""
    before = word(number - 1, branch) if number > 6 else word(number - 1, "")
    return Block(number, word(number, branch if number > 5 else ""), before, 1_000_000 + number)


def issued(name: str, member: str = "VN", importing: str = "TH", reference: str = "") -> Issued:
    """Return the event of an entry."""
    return Issued(
        word("id", name), word("reference", reference or name), importing, member, 1, 1, 900_000, LATEST
    )


def happened(*events: tuple[int, Event]) -> list[Occurrence]:
    """Return events in their blocks, in the order given."""
    return [
        Occurrence(number, position, 1_000_000 + number, event)
        for position, (number, event) in enumerate(events)
    ]


PEOPLE = happened(
    (1, MemberAdmitted("VN", ADMIN)),
    (1, AuthorityAdded(1, "VN", 1, "Bộ Công Thương", "moit.example")),
    (1, KeyAdded(ACCOUNT, 1, 1)),
)


def filled(replica: Replica, *events: tuple[int, Event], until: int = 10) -> Replica:
    """Return the store with blocks 1 to `until`, a key of VN, and events after those."""
    replica.start(LEDGER)
    later = [Occurrence(one.block, one.position + 10, one.at, one.event) for one in happened(*events)]
    blocks = [block(number) for number in range(1, until + 1)]
    replica.apply(blocks, [*PEOPLE, *later], node_block=until, seen_at=NOW)
    return replica


def test_an_empty_store_says_so(replica: Replica) -> None:
    """There is no head, no block and no answer."""
    assert (replica.head(), replica.first(), replica.hashes(9)) == (None, None, {})
    assert replica.look(word(1), word(2), word(3)) is None
    assert replica.people() == (0, [])
    assert list(replica.occurrences()) == []


def test_a_started_store_is_of_its_ledger_and_of_no_other(replica: Replica) -> None:
    """Starting again with the same ledger changes nothing; another one is refused by name."""
    replica.start(LEDGER)
    replica.start(LEDGER)
    assert replica.head() == ReplicaHead(LEDGER, None, 0, None, None, 0)
    other = LedgerName(1337, Address("0x" + "99" * 20))
    with pytest.raises(ReplicaOfAnotherLedger, match="0x9999") as caught:
        replica.start(other)
    assert (caught.value.held, caught.value.asked) == (LEDGER, other)


def test_the_head_says_how_far_it_is_and_when_the_node_was_seen(replica: Replica) -> None:
    """Times are kept in milliseconds."""
    filled(replica)
    head = replica.head()
    seen = NOW.replace(microsecond=123000)
    assert head == ReplicaHead(LEDGER, block(10), 10, seen, None, 1)
    assert head.caught_up
    replica.touch(node_block=12, seen_at=NOW + timedelta(seconds=1))
    behind = replica.head()
    assert behind is not None
    assert (behind.node_block, behind.caught_up) == (12, False)
    assert behind.seen_at == seen + timedelta(seconds=1)


def test_blocks_that_do_not_follow_are_not_added(replica: Replica) -> None:
    """Neither a gap nor another branch nor the same blocks again, and nothing of them is left."""
    filled(replica, (3, issued("a")))
    before = digest_of(replica)
    for wrong in ([block(12)], [block(11, "other")], [block(9), block(10)]):
        with pytest.raises(ReplicaDisconnected):
            replica.apply(wrong, happened((wrong[0].number, issued("b"))), node_block=12, seen_at=NOW)
    assert digest_of(replica) == before
    with pytest.raises(ReplicaDisconnected):
        MemoryReplica().apply([block(1)], [], node_block=1, seen_at=NOW)


def test_events_come_back_in_order_and_as_they_were(replica: Replica) -> None:
    """Whatever order they were given in, and with the largest numbers there are."""
    events = happened((2, issued("a")), (2, Anchored(word("root"), 2**32 - 1, 2**32 - 1, LATEST)))
    filled(replica)
    replica.apply(
        [block(11), block(12)],
        [Occurrence(12, 1, 5, events[1].event), Occurrence(12, 0, 5, events[0].event)],
        node_block=12,
        seen_at=NOW,
    )
    assert [one.event for one in replica.occurrences()][3:] == [events[0].event, events[1].event]
    assert replica.people() == (1, PEOPLE)


def test_a_look_finds_entry_end_holder_and_replacement(replica: Replica) -> None:
    """The entry has the times of its blocks; the newest of all blocks is told."""
    filled(replica, (2, issued("a")), (4, issued("b")), (4, Ended(word("id", "a"), 1, 255, word("id", "b"))))
    look = replica.look(word("id", "a"), word("id", "a"), word("reference", "b"))
    assert look is not None
    assert look.entry is not None
    assert (look.entry.exporting, look.entry.importing) == ("VN", "TH")
    assert look.entry.issued_at == moment(1_000_002)
    assert (look.entry.ended_at, look.entry.reason) == (moment(1_000_004), Reason.REPLACED)
    assert look.entry.valid_until.year == 9999
    assert (look.replacement, look.holder, look.anchor) == (word("id", "b"), word("id", "b"), None)
    assert look.newest == 4
    assert look.head == replica.head()


def test_a_look_finds_a_batch_with_its_member(replica: Replica) -> None:
    """Without an entry the holder is looked for among the entries of the batch's member."""
    filled(replica, (3, Anchored(word("root"), 1, 7, LATEST)), (5, issued("b")))
    look = replica.look(word("id", "x"), word("root"), word("reference", "b"))
    assert look is not None
    assert look.anchor is not None
    assert (look.anchor.exporting, look.anchor.size, look.anchor.key) == ("VN", 7, 1)
    assert look.anchor.anchored_at == moment(1_000_003)
    assert (look.entry, look.holder, look.newest) == (None, word("id", "b"), 5)


def test_what_was_entered_from_a_batch_counts_from_the_batch_on(replica: Replica) -> None:
    """Its entry has the time of the anchor, not that of its own block."""
    filled(replica, (6, issued("a")), (6, Entered(word("id", "a"), word("root"), 1_000_003)))
    look = replica.look(word("id", "a"), word("root"), bytes(32))
    assert look is not None
    assert look.entry is not None
    assert look.entry.issued_at == moment(1_000_003)


def test_a_reference_is_held_by_member(replica: Replica) -> None:
    """Two members may use the same number; neither hides the other's."""
    filled(replica, (2, issued("a", reference="r")), (3, issued("b", "TH", "VN", reference="r")))
    reference = word("reference", "r")
    assert replica.taken("VN", [reference, word("none")]) == {reference}
    assert replica.taken("MY", [reference]) == frozenset()
    look = replica.look(word("id", "b"), word("id", "b"), reference)
    assert look is not None
    assert look.holder == word("id", "b")


def test_many_references_are_asked_for_at_once(replica: Replica) -> None:
    """More than one statement takes."""
    filled(replica, *((3, issued(f"n{number}")) for number in range(3)))
    asked = [word("reference", f"n{number}") for number in range(1200)]
    assert replica.taken("VN", asked) == set(asked[:3])


def test_nothing_is_found_under_what_nobody_recorded(replica: Replica) -> None:
    """The look answers with the head alone."""
    filled(replica, (2, issued("a")))
    look = replica.look(word("x"), word("y"), word("reference", "a"))
    assert look is not None
    assert (look.entry, look.anchor, look.holder, look.replacement, look.newest) == (
        None,
        None,
        None,
        None,
        0,
    )


def test_rolling_back_takes_off_all_that_came_after(replica: Replica) -> None:
    """It is then as if the later blocks had never been, and others can follow."""
    filled(replica, (3, issued("a")), (8, issued("b")), (9, Ended(word("id", "a"), 1, 7, None)))
    replica.roll_back(5)
    head = replica.head()
    assert head is not None
    assert (head.block, head.people) == (block(5), 2)
    assert max(replica.hashes(99)) == 5
    assert [one.event for one in replica.occurrences()][3:] == [issued("a")]
    replica.apply([block(6, "other")], happened((6, issued("b"))), node_block=6, seen_at=NOW)
    look = replica.look(word("id", "b"), word("id", "a"), bytes(32))
    assert look is not None
    assert look.newest == 6


def test_rolling_back_everything_leaves_a_started_store(replica: Replica) -> None:
    """The first block can be another one then."""
    filled(replica)
    replica.roll_back(0)
    head = replica.head()
    assert head is not None
    assert (head.block, replica.first(), list(replica.occurrences())) == (None, None, [])
    replica.apply([block(1)], PEOPLE, node_block=1, seen_at=NOW)


def test_empty_blocks_are_kept_while_they_are_new(replica: Replica) -> None:
    """The first block and those with events stay, so that every kind of change can be noticed."""
    filled(replica, (4, issued("a")), until=5)
    for number in range(6, 2 * WINDOW + 10):
        replica.apply([block(number)], [], node_block=number, seen_at=NOW)
    newest = 2 * WINDOW + 9
    assert sorted(replica.hashes(999)) == [1, 4, *range(newest - WINDOW + 1, newest + 1)]
    replica.apply([block(newest + 1)], [], node_block=newest + 1, seen_at=NOW, window=3)
    assert sorted(replica.hashes(999)) == [1, 4, newest - 1, newest, newest + 1]
    assert replica.first() == block(1)
    newest += 1
    assert sorted(replica.hashes(2)) == [newest - 1, newest]


def test_a_halt_stays_until_the_store_is_cleared(replica: Replica) -> None:
    """Clearing forgets events and alarm; who remembers members sees that they changed."""
    filled(replica, (3, issued("a")))
    replica.halt("node-disagrees: block 7")
    head = replica.head()
    assert head is not None
    assert head.halted == "node-disagrees: block 7"
    other = LedgerName(5, Address("0x" + "99" * 20))
    replica.clear(other)
    assert replica.head() == ReplicaHead(other, None, 0, None, None, 2)
    assert list(replica.occurrences()) == []


def test_members_that_change_are_noticed_by_a_number(replica: Replica) -> None:
    """Entries do not move it."""
    filled(replica)
    replica.apply([block(11)], happened((11, issued("a"))), node_block=11, seen_at=NOW)
    assert replica.people()[0] == 1
    replica.apply([block(12)], happened((12, KeyRevoked(ACCOUNT))), node_block=12, seen_at=NOW)
    assert replica.people()[0] == 2


def test_lists_go_on_where_they_ended(replica: Replica) -> None:
    """Oldest or newest first, of one member or to one, page by page."""
    filled(replica, *((2 + number // 3, issued(f"n{number}")) for number in range(9)))
    replica.apply([block(11)], happened((11, issued("to", "TH", "VN"))), node_block=11, seen_at=NOW)
    wanted = [word("id", f"n{number}") for number in range(9)]
    found: list[bytes] = []
    after = None
    while page := replica.entries(exporting="VN", after=after, limit=4):
        found += [one.certificate for one in page]
        after = page[-1].place
    assert found == wanted
    newest = replica.entries(exporting="VN", newest_first=True, limit=2)
    assert [one.certificate for one in newest] == [wanted[8], wanted[7]]
    rest = replica.entries(exporting="VN", newest_first=True, after=newest[-1].place)
    assert [one.certificate for one in rest] == wanted[6::-1]
    assert [one.certificate for one in replica.entries(importing="VN")] == [word("id", "to")]
    assert len(replica.entries()) == 10
    assert newest[0].entry.importing == "TH"
    assert newest[0].reference_key == word("reference", "n8")


def test_entries_are_counted_by_how_they_stand(replica: Replica) -> None:
    """At any moment, past ones too."""
    short = Issued(word("s"), word("rs"), "TH", "VN", 1, 1, 0, 1_000_005)
    filled(
        replica,
        (2, issued("a")),
        (2, issued("b")),
        (3, issued("c", "TH", "VN")),
        (3, short),
        (6, Ended(word("id", "a"), 1, 3, None)),
        (7, Ended(word("id", "b"), 1, 255, word("id", "c"))),
    )
    then, now = moment(1_000_002), moment(1_000_009)
    assert dict(replica.counts(then)) == {Standing.VALID: 2, Standing.UNKNOWN: 2}
    assert dict(replica.counts(now)) == {
        Standing.VALID: 1,
        Standing.CANCELLED: 1,
        Standing.REPLACED: 1,
        Standing.EXPIRED: 1,
    }
    assert dict(replica.counts(now, exporting="TH")) == {Standing.VALID: 1}


def test_the_digest_is_that_of_the_events_wherever_they_are_kept(replica: Replica) -> None:
    """The store in memory has the same one; one event more changes it."""
    filled(replica, (3, issued("a")), (4, Ended(word("id", "a"), 1, 3, None)))
    same = filled(MemoryReplica(), (3, issued("a")), (4, Ended(word("id", "a"), 1, 3, None)))
    less = filled(MemoryReplica(), (3, issued("a")))
    assert digest_of(replica) == digest_of(same)
    assert digest_of(replica) != digest_of(less)
