"""When a replica answers, when the chain is asked instead, and when nobody answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from ledger.errors import ArchiveUnavailable, ChainUnreachable, Unavailable
from ledger.events import Occurrence
from ledger.facts import Address, LedgerName
from ledger.memory_replica import MemoryReplica
from ledger.replica import ReplicatedLedger, Trust
from ledger.replica_port import Look, ReplicaBehind, ReplicaHalted, ReplicaHead
from tests.ledger.replica.conftest import Busy
from tests.ledger.replica.test_following import Hands
from tests.replicas import caught_up, follower_of

pytestmark = pytest.mark.chain
NOTHING = bytes(32)


class Mute:
    """A chain whose node does not answer."""

    def __init__(self, ledger: LedgerName) -> None:
        self.ledger = ledger

    def __getattr__(self, name: str) -> object:
        def unanswered(*_: object) -> object:
            raise ChainUnreachable(f"no answer to {name}")

        return unanswered


@pytest.fixture
def clock() -> Hands:
    """Return a clock that is set by hand."""
    return Hands()


@pytest.fixture
def replica(busy: Busy) -> MemoryReplica:
    """Return a replica of the busy ledger, just read."""
    replica = MemoryReplica()
    caught_up(follower_of(busy.world.profile, replica))
    return replica


def _mute(busy: Busy, replica: MemoryReplica, clock: Hands) -> ReplicatedLedger:
    silent: Any = Mute(busy.world.profile.ledger)
    return ReplicatedLedger(silent, replica, clock=clock)


def test_a_fresh_replica_answers_while_the_node_is_silent(
    busy: Busy, replica: MemoryReplica, clock: Hands
) -> None:
    """For as long as it is allowed to be silent, and says so beforehand."""
    ledger = _mute(busy, replica, clock)
    clock.time += timedelta(seconds=55)
    assert ledger.local
    assert ledger.evidence(*busy.asked[0]).entry is not None
    assert ledger.members()
    assert ledger.head() == busy.world.ledger.head()


def test_after_too_long_a_silence_nobody_answers(busy: Busy, replica: MemoryReplica, clock: Hands) -> None:
    """What was true a while ago may have been cancelled since."""
    ledger = _mute(busy, replica, clock)
    clock.time += timedelta(seconds=65)
    assert not ledger.local
    assert ledger.evidence_at_hand(*busy.asked[0]) is None
    for read in (lambda: ledger.evidence(*busy.asked[0]), ledger.members, ledger.head):
        with pytest.raises(ChainUnreachable):
            read()
    with pytest.raises(ReplicaBehind):
        ledger.entries()


def test_who_may_accept_is_known_through_any_silence(
    busy: Busy, replica: MemoryReplica, clock: Hands
) -> None:
    """Certificates are accepted meanwhile, and the contract judges them when the chain answers again."""
    fresh, ledger = busy.world.ledger, _mute(busy, replica, clock)
    clock.time += timedelta(hours=1)
    account = busy.world.account("VN issuing")
    authority = busy.world.authority("VN issuing")
    assert ledger.key(account) == fresh.key(account)
    assert ledger.authority(authority) == fresh.authority(authority)
    assert ledger.keys(authority) == fresh.keys(authority)


def test_a_clock_set_back_does_not_make_it_fresh_for_ever(
    busy: Busy, replica: MemoryReplica, clock: Hands
) -> None:
    """A sighting in the future counts for no longer than one in the past."""
    clock.time -= timedelta(hours=1)
    assert not _mute(busy, replica, clock).local


def test_a_replica_behind_its_node_leaves_the_answer_to_the_chain(
    busy: Busy, replica: MemoryReplica, clock: Hands
) -> None:
    """While it catches up, evidence comes from the node itself."""
    head = busy.world.ledger.head()
    replica.touch(node_block=head.block + 1, seen_at=clock())
    with pytest.raises(ChainUnreachable):
        _mute(busy, replica, clock).evidence(*busy.asked[0])
    ledger = ReplicatedLedger(busy.world.ledger, replica, clock=clock)
    assert not ledger.local
    assert ledger.evidence(*busy.asked[0]) == busy.world.ledger.evidence(*busy.asked[0])
    assert ledger.authorities() == busy.world.ledger.authorities()


def test_with_a_witness_one_node_is_never_asked_alone(
    busy: Busy, replica: MemoryReplica, clock: Hands
) -> None:
    """A node that lies to us cannot do so by letting the replica grow old."""
    ledger = ReplicatedLedger(busy.world.ledger, replica, Trust(witnessed=True), clock)
    assert ledger.evidence(*busy.asked[0]).entry is not None
    clock.time += timedelta(seconds=65)
    for read in (lambda: ledger.evidence(*busy.asked[0]), ledger.members, ledger.head):
        with pytest.raises(ReplicaBehind):
            read()


def test_a_halted_replica_lets_nobody_answer(busy: Busy, replica: MemoryReplica, clock: Hands) -> None:
    """Not even the chain, for it is the chain that is in doubt; verifying then says that it cannot check."""
    replica.halt("node-disagrees: the witness has another block 7")
    ledger = ReplicatedLedger(busy.world.ledger, replica, clock=clock)
    assert not ledger.local
    with pytest.raises(ReplicaHalted, match="another block 7") as caught:
        ledger.evidence(*busy.asked[0])
    assert isinstance(caught.value, Unavailable)


def test_while_the_database_is_silent_the_chain_answers(busy: Busy, clock: Hands) -> None:
    """Verifying does not need it; an alarm that was seen before it fell silent still holds."""
    replica = Fragile()
    caught_up(follower_of(busy.world.profile, replica))
    ledger = ReplicatedLedger(busy.world.ledger, replica, clock=clock)
    replica.broken = True
    assert not ledger.local
    assert ledger.evidence(*busy.asked[0]) == busy.world.ledger.evidence(*busy.asked[0])
    assert ledger.members() == busy.world.ledger.members()
    replica.broken = False
    replica.halt("chain-mismatch: block 3")
    for replica.broken in (False, True):
        with pytest.raises(ReplicaHalted, match="block 3"):
            ledger.evidence(*busy.asked[0])


class Fragile(MemoryReplica):
    """A replica whose database may fall silent."""

    broken = False

    def head(self) -> ReplicaHead | None:
        """Return how far it is, or fail."""
        if self.broken:
            raise ArchiveUnavailable("no answer")
        return super().head()

    def look(self, certificate: bytes, root: bytes, reference_key: bytes) -> Look | None:
        """Return what is recorded, or fail."""
        if self.broken:
            raise ArchiveUnavailable("no answer")
        return super().look(certificate, root, reference_key)


def test_the_replica_of_another_ledger_is_not_asked(busy: Busy, replica: MemoryReplica, clock: Hands) -> None:
    """The chain answers in its place."""
    replica.clear(LedgerName(1337, Address("0x" + "11" * 20)))
    ledger = ReplicatedLedger(busy.world.ledger, replica, clock=clock)
    assert ledger.evidence(*busy.asked[0]) == busy.world.ledger.evidence(*busy.asked[0])


def test_a_certificate_is_seen_at_once_by_who_issued_it(busy: Busy, replica: MemoryReplica) -> None:
    """Until the replica has the block of our own write, the chain is asked."""
    ledger = ReplicatedLedger(busy.world.ledger, replica)
    terms = busy.world.terms()
    ledger.issue(terms, busy.world.account("VN second"))
    assert ledger.taken("VN", [terms.reference_key]) == {terms.reference_key}
    assert ledger.evidence_at_hand(bytes(32), bytes(32), terms.reference_key) is None
    caught_up(follower_of(busy.world.profile, replica))
    assert ledger.local
    assert ledger.taken("VN", [terms.reference_key]) == {terms.reference_key}


def test_members_who_change_meanwhile_are_those_of_the_same_block(busy: Busy, clock: Hands) -> None:
    """Evidence is never put together of an entry of one block and a key of another."""
    replica = Changing()
    caught_up(follower_of(busy.world.profile, replica))
    ledger = _mute(busy, replica, clock)
    before = ledger.evidence(*busy.asked[0])
    replica.changes = 1
    replica.roll_back(10**9)  # takes no block back, but may have
    assert ledger.evidence(*busy.asked[0]) == before
    assert replica.changes == 0


class Changing(MemoryReplica):
    """A replica whose members change just when they are looked at."""

    changes = 0

    def people(self) -> tuple[int, Sequence[Occurrence]]:
        """Return the members, after one more change."""
        if self.changes:
            self.changes -= 1
            self.roll_back(10**9)
        return super().people()


def test_the_wall_clock_is_asked_where_no_other_is_given(busy: Busy, replica: MemoryReplica) -> None:
    """The default compares with the present moment."""
    assert ReplicatedLedger(busy.world.ledger, replica).local
    seen = replica.head()
    assert seen is not None
    assert isinstance(seen.seen_at, datetime)


def test_a_key_that_was_added_a_moment_ago_is_known(busy: Busy, replica: MemoryReplica, clock: Hands) -> None:
    """Its authority is not turned away because the events have not come here yet."""
    ledger = ReplicatedLedger(busy.world.ledger, replica, clock=clock)
    world = busy.world
    new = world.account("VN added since")
    world.ledger.add_key(world.authority("VN issuing"), new, world.admin("VN"))
    assert ledger.local
    assert ledger.key(new) == world.ledger.key(new)
    assert _mute(busy, replica, clock).key(new) is None
