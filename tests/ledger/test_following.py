"""Following a real chain into a real database, in a thread, through silences and changes of hands."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import _ganache
import _setup
import pytest

from ledger.archive import ArchiveRooms, open_archive
from ledger.errors import LedgerMismatch
from ledger.events import Block
from ledger.following import follower_of, replicated_of, start_following
from ledger.memory_replica import MemoryReplica
from ledger.operators import OperatorCode
from ledger.replica import Alarm, Progress, digest_of
from ledger.replica.running import NAME
from tests.anvil import AnvilWorld
from tests.anvil import running as anvil_running
from tests.replicas import OPERATORS, caught_up, make_operators
from tests.replicas import follower_of as follower_in_memory
from tests.worlds import ChainWorld, network_of

pytestmark = pytest.mark.chain


@pytest.fixture
def rooms(archive_url: str) -> Iterator[ArchiveRooms]:
    """Give an empty archive, on both databases."""
    rooms = open_archive(archive_url)
    yield rooms
    rooms.close()


@pytest.fixture
def file_rooms(tmp_path: Path) -> Iterator[ArchiveRooms]:
    """Give an empty archive in a file."""
    rooms = open_archive(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    yield rooms
    rooms.close()


def _until(is_so: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.01)


def _block(rooms: ArchiveRooms) -> int:
    head = rooms.replica.head()
    return head.block.number if head is not None and head.block is not None else -1


def test_what_happens_on_the_chain_is_seen_here(world: ChainWorld, rooms: ArchiveRooms) -> None:
    """Nobody asks for it; and the database is free again when the following has stopped."""
    following = start_following(world.profile, rooms)
    certificate = world.issued()
    _until(lambda: _block(rooms) >= world.ledger.head().block)
    ledger = replicated_of(world.ledger, rooms)
    assert ledger.local
    assert ledger.evidence(certificate, certificate, bytes(32)) == world.seen(certificate)
    assert (following.state().following, following.state().problem) == (True, None)
    with rooms.database.exclusive(NAME) as held:
        assert held is None
    following.stop()
    with rooms.database.exclusive(NAME) as held:
        assert held is not None


def test_operators_are_answered_from_the_database_as_the_chain_has_them(
    world: ChainWorld, rooms: ArchiveRooms
) -> None:
    """One, several and none of them, with all terms; a replica read anew in memory has the same digest."""
    following = start_following(world.profile, rooms)
    make_operators(world)
    _until(lambda: _block(rooms) >= world.ledger.head().block)
    ledger = replicated_of(world.ledger, rooms)
    for asked in ([OPERATORS[1]], OPERATORS, [OperatorCode("VN9999999999")]):
        assert ledger.found_at_hand(asked) == world.ledger.found(asked)
    assert [one.code for one in ledger.operators(member="VN")] == list(OPERATORS)
    assert [one.operator for one in ledger.status_changes()][:3] == list(OPERATORS)
    following.stop()
    anew = MemoryReplica()
    caught_up(follower_in_memory(world.profile, anew))
    assert digest_of(rooms.replica) == digest_of(anew)


def test_when_the_one_that_follows_ends_another_takes_over(
    world: ChainWorld, file_rooms: ArchiveRooms
) -> None:
    """Until then the other waits and says why."""
    first = start_following(world.profile, file_rooms)
    _until(lambda: first.state().following)
    second = start_following(world.profile, file_rooms)
    _until(lambda: second.state().problem == "another process follows")
    first.stop()
    _until(lambda: second.state().following)
    world.issued()
    _until(lambda: _block(file_rooms) >= world.ledger.head().block)
    second.stop()


def test_a_node_that_falls_silent_is_waited_for(file_rooms: ArchiveRooms) -> None:
    """What is known is answered meanwhile, and the silence is told."""
    _setup.npm_folder("ganache")
    with _ganache.running() as node:
        world = ChainWorld.deployed(network_of(node))
        world.assemble()
        certificate = world.issued()
        following = start_following(world.profile, file_rooms)
        _until(lambda: _block(file_rooms) >= world.ledger.head().block)
        ledger = replicated_of(world.ledger, file_rooms)
    _until(lambda: following.state().problem)
    assert ledger.evidence(certificate, certificate, bytes(32)).entry is not None
    state = following.state()
    assert state.seen_at is not None
    assert "did not answer" in str(state.problem) or "chain" in str(state.problem)
    following.stop()


def test_a_reorganisation_is_followed_and_a_deep_one_is_told(file_rooms: ArchiveRooms) -> None:
    """Three blocks back with a finality of twelve goes on; a chain whose blocks are final at once halts."""
    with anvil_running() as node:
        world = AnvilWorld.deployed(network_of(node))
        world.assemble()
        kept = world.issued()
        profile = replace(world.profile, finality=12, poll_seconds=0.02)
        following = start_following(profile, file_rooms)
        gone = world.issued()
        world.mine(2)
        newest = world.ledger.head().block
        _until(lambda: _block(file_rooms) == newest)
        world.reorganise(3)
        look = file_rooms.replica.look
        _until(lambda: (found := look(gone, gone, bytes(32))) and found.entry is None)
        found = look(kept, kept, bytes(32))
        assert found is not None
        assert found.entry is not None
        assert following.state().halted is None
        following.stop()
        strict = start_following(replace(profile, finality=0), file_rooms)
        world.mine(1)
        _until(lambda: _block(file_rooms) == world.ledger.head().block)
        world.reorganise(1)
        _until(lambda: strict.state().halted)
        assert str(strict.state().halted).startswith(Alarm.BEYOND_FINALITY)
        strict.stop()


def test_a_database_with_another_ledger_is_not_followed_into(
    world: ChainWorld, file_rooms: ArchiveRooms
) -> None:
    """The thread ends and says so; nothing is stored."""
    other = replace(world.profile.ledger, address=world.account("stranger"))
    file_rooms.replica.start(other)
    following = start_following(world.profile, file_rooms)
    _until(lambda: following.state().problem)
    assert "another database" in str(following.state().problem)
    head = file_rooms.replica.head()
    assert head is not None
    assert (head.ledger, head.block) == (other, None)
    following.stop()


def test_a_node_without_our_contract_is_refused(world: ChainWorld, file_rooms: ArchiveRooms) -> None:
    """The contract's code is looked at before anything is believed."""
    elsewhere = replace(world.profile, registry=world.account("stranger"))
    with pytest.raises(LedgerMismatch):
        follower_of(elsewhere, file_rooms)


def test_a_witness_is_asked_for_every_block(world: ChainWorld, file_rooms: ArchiveRooms) -> None:
    """The same node as its own witness agrees; one that is not there lets nothing count."""
    agreeing = replace(world.profile, witness=world.profile.rpc[0])
    follower = follower_of(agreeing, file_rooms)
    while follower.step() is not Progress.UP_TO_DATE:
        pass
    newest: Block | None = follower.head.block
    assert newest is not None
    assert newest.number == world.ledger.head().block
    world.issued()
    alone = follower_of(replace(world.profile, witness="http://127.0.0.1:9"), file_rooms)
    assert alone.step() is Progress.WAITING
    assert alone.head.block == newest
