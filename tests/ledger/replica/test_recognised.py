"""Operators and recognition from the replica: the same as the chain says, and only while it is fresh."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.aeo.recognition import recognised
from ledger.chain.profile import ChainProfile
from ledger.errors import ArchiveUnavailable, ChainUnreachable
from ledger.events import Occurrence
from ledger.facts import Address
from ledger.memory_replica import MemoryReplica
from ledger.operators import Direction, OperatorCode, OperatorRole, OperatorStatus, Question, Reason
from ledger.recognition_port import RecognitionNotNamed
from ledger.replica import Progress, ReplicatedLedger, Trust, digest_of
from ledger.replica_port import OperatorsLook, ReplicaBehind, ReplicaHalted, ReplicaOfOtherContracts
from ledger.writes import Participate, RecordStatuses
from tests.anvil import AnvilWorld
from tests.ledger.replica.conftest import Busy
from tests.ledger.replica.test_following import DEEP, Hands
from tests.ledger.replica.test_replicated import Mute
from tests.replicas import OPERATORS, a_status, caught_up, follower_of, make_operators
from tests.worlds import ChainWorld

pytestmark = pytest.mark.chain
NOBODY = OperatorCode("VN9999999999")
FIRST, SECOND = OPERATORS[:2]


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


class _Silence(Mute):
    """A chain that knows its contracts, and whose node does not answer."""

    def __init__(self, profile: ChainProfile) -> None:
        super().__init__(profile.ledger)
        self.recognition_registry = profile.recognition


def _silent(busy: Busy, replica: MemoryReplica, clock: Hands, **trust: Any) -> ReplicatedLedger:
    chain: Any = _Silence(busy.world.profile)
    return ReplicatedLedger(chain, replica, Trust(**trust), clock)


def test_the_replica_holds_what_the_chain_holds(busy: Busy, replica: MemoryReplica, clock: Hands) -> None:
    """Operators with all their changes, all terms, and the keys that do not count; asked of nobody else."""
    here, there = _silent(busy, replica, clock), busy.world.ledger
    for asked in ((), (FIRST,), (SECOND, NOBODY), (*OPERATORS, NOBODY)):
        assert here.found(asked) == here.found_at_hand(asked) == there.found(asked)
    assert here.mutual() == there.mutual()
    assert here.recognition_registry == there.recognition_registry
    mutual = here.mutual()[1]
    assert mutual.compromised
    assert mutual.recognitions[2].ended_from is not None
    assert [one.version for one in here.found([SECOND]).operators[SECOND].changes] == [1, 2, 3]
    assert here.operators() == list(there.found(OPERATORS).operators.values())


def test_an_operator_is_recognised_from_the_replica(busy: Busy, replica: MemoryReplica, clock: Hands) -> None:
    """On a day on which it was suspended, and on one on which it was not."""
    found = _silent(busy, replica, clock).found([SECOND])
    suspended = found.operators[SECOND].changes[1].effective_from
    question = Question(
        operator=SECOND, host="TH", role=OperatorRole.EXP, direction=Direction.IMPORT, at=suspended
    )
    for at, reason in ((suspended, Reason.SUSPENDED), (found.as_of.time, Reason.RECOGNISED)):
        answer = recognised(replace(question, at=at), found.operators[SECOND], found.mutual)
        assert answer.reason is reason


def test_an_aged_replica_leaves_operators_to_the_chain(
    busy: Busy, replica: MemoryReplica, clock: Hands
) -> None:
    """While that is silent, nobody answers; where a witness is named, one node is not asked alone."""
    clock.time += timedelta(seconds=65)
    silent, witnessed = _silent(busy, replica, clock), _silent(busy, replica, clock, witnessed=True)
    ledger = ReplicatedLedger(busy.world.ledger, replica, clock=clock)
    assert ledger.found_at_hand([FIRST]) is None
    assert ledger.found([FIRST]) == busy.world.ledger.found([FIRST])
    assert ledger.mutual() == busy.world.ledger.mutual()
    for one, error in ((silent, ChainUnreachable), (witnessed, ReplicaBehind)):
        with pytest.raises(error):
            one.found([FIRST])
        with pytest.raises(error):
            one.mutual()
    for listed in (ledger.operators, ledger.status_changes):
        with pytest.raises(ReplicaBehind):
            listed()


def test_status_changes_are_listed_in_order(busy: Busy, replica: MemoryReplica, clock: Hands) -> None:
    """All, or those after a place and up to a block."""
    ledger = _silent(busy, replica, clock)
    whole = ledger.status_changes()
    assert [one.change.version for one in whole] == [1, 1, 1, 2, 3]
    assert ledger.status_changes(after=whole[1].place, up_to=whole[3].place[0], member="VN") == whole[2:4]
    assert ledger.status_changes(member="TH") == []


def test_where_blocks_can_change_answers_are_final_when_the_chain_says_so(
    busy: Busy, replica: MemoryReplica, clock: Hands
) -> None:
    """At every finality the replica and the chain agree."""
    seen = set()
    for finality in (1, 40, 45, 50, 60, 70):
        profile = replace(busy.world.profile, finality=finality)
        chain = ChainWorld(profile).ledger
        ledger = ReplicatedLedger(chain, replica, Trust(finality, profile.from_block), clock)
        assert ledger.found([SECOND]) == chain.found([SECOND])
        seen.add(ledger.found([SECOND]).final)
    assert seen == {True, False}


def test_a_halted_replica_lets_nobody_tell_of_operators(
    busy: Busy, replica: MemoryReplica, clock: Hands
) -> None:
    """Neither the chain nor the lists."""
    replica.halt("chain-mismatch: block 3")
    ledger = ReplicatedLedger(busy.world.ledger, replica, clock=clock)
    asked = (lambda: ledger.found([FIRST]), ledger.mutual, ledger.operators, ledger.status_changes)
    for ask in asked:
        with pytest.raises(ReplicaHalted, match="block 3"):
            ask()


def test_a_silent_database_leaves_operators_to_the_chain(busy: Busy, clock: Hands) -> None:
    """Recognising does not need it."""
    replica = _Broken()
    caught_up(follower_of(busy.world.profile, replica))
    ledger = ReplicatedLedger(busy.world.ledger, replica, clock=clock)
    assert ledger.found([FIRST]) == busy.world.ledger.found([FIRST])


class _Broken(MemoryReplica):
    """A replica whose database does not answer about operators."""

    def look_operators(self, codes: Collection[OperatorCode]) -> OperatorsLook | None:
        """Fail."""
        raise ArchiveUnavailable(f"no answer about {len(codes)} operators")


def test_a_replica_that_was_read_without_the_registry_is_not_asked_about_operators(
    busy: Busy, clock: Hands
) -> None:
    """It goes on answering about certificates; following into it is refused until it is read anew."""
    replica, profile = MemoryReplica(), busy.world.profile
    before = replace(profile, recognition=None)
    caught_up(follower_of(before, replica))
    ledger = ReplicatedLedger(busy.world.ledger, replica, clock=clock)
    assert ledger.local
    assert ledger.found_at_hand([FIRST]) is None
    assert ledger.found([FIRST]) == busy.world.ledger.found([FIRST])
    for listed in (ledger.operators, ledger.status_changes):
        with pytest.raises(ReplicaBehind):
            listed()
    with pytest.raises(ReplicaOfOtherContracts, match="asal replica rebuild"):
        follower_of(profile, replica)
    replica.clear(profile.ledger, profile.recognition, profile.procedures)
    caught_up(follower_of(profile, replica))
    assert ledger.found_at_hand([FIRST]) == busy.world.ledger.found([FIRST])


def test_a_ledger_without_a_registry_says_so(busy: Busy, clock: Hands) -> None:
    """Whether it is asked through a replica or not."""
    profile, replica = replace(busy.world.profile, recognition=None), MemoryReplica()
    caught_up(follower_of(profile, replica))
    ledger = ReplicatedLedger(ChainWorld(profile).ledger, replica, clock=clock)
    for ask in (lambda: ledger.found([FIRST]), ledger.mutual, ledger.operators, ledger.status_changes):
        with pytest.raises(RecognitionNotNamed):
            ask()
    assert ledger.members()


def test_terms_that_change_meanwhile_are_those_of_the_same_block(busy: Busy, clock: Hands) -> None:
    """An answer is never put together of an operator of one block and terms of another."""
    replica = _Changing()
    caught_up(follower_of(busy.world.profile, replica))
    ledger = _silent(busy, replica, clock)
    reads: list[Callable[[], object]] = [lambda: ledger.found([FIRST]), ledger.mutual]
    for read in reads:
        before = read()
        replica.changes = 1
        replica.roll_back(10**9)  # takes no block back, but may have
        assert read() == before
        assert replica.changes == 0


class _Changing(MemoryReplica):
    """A replica whose terms change just when they are looked at."""

    changes = 0

    def people(self) -> tuple[int, Sequence[Occurrence]]:
        """Return the terms, after one more change."""
        if self.changes:
            self.changes -= 1
            self.roll_back(10**9)
        return super().people()


def test_what_was_said_of_an_operator_is_seen_at_once_by_who_said_it(world: ChainWorld) -> None:
    """Until the replica has the block of our own write, the chain is asked."""
    replica = MemoryReplica()
    make_operators(world)
    follower = caught_up(follower_of(world.profile, replica))
    ledger = ReplicatedLedger(world.ledger, replica)
    assert ledger.found_at_hand([FIRST]) is not None
    record = a_status(FIRST, world.now, 2, status=OperatorStatus.REVOKED)
    ledger.write(RecordStatuses((record,)), world.account("VN aeo"))
    assert ledger.found_at_hand([FIRST]) is None
    assert ledger.found([FIRST]).operators[FIRST].latest.status is OperatorStatus.REVOKED
    caught_up(follower)
    assert ledger.found_at_hand([FIRST]) == world.ledger.found([FIRST])


@pytest.mark.parametrize("depth", [1, 3])
def test_a_status_that_the_chain_takes_back_is_taken_back_here(forkable: AnvilWorld, depth: int) -> None:
    """With the terms of the same blocks; said again, both count again, and a rebuilt replica is the same."""
    replica = MemoryReplica()
    make_operators(forkable)
    follower = caught_up(follower_of(forkable.profile, replica, DEEP))
    ledger = ReplicatedLedger(forkable.ledger, replica, Trust(finality=DEEP, witnessed=True))
    before = ledger.found([FIRST])
    writes = (
        RecordStatuses((a_status(FIRST, forkable.now, 2, status=OperatorStatus.SUSPENDED),)),
        Participate(1, 3, before.mutual.participations[1, "VN"][1].state, forkable.now),
    )
    for _ in range(2):
        chain = forkable.afresh_on_anvil().ledger
        for write in writes:
            chain.write(write, forkable.account("VN aeo"))
        forkable.mine(depth)
        caught_up(follower)
        after = ledger.found([FIRST])
        assert [one.version for one in after.operators[FIRST].changes] == [1, 2]
        assert len(after.mutual.participations[1, "VN"]) == 3
        assert not after.final
        forkable.reorganise(depth + 2)
        assert follower.step() is Progress.ROLLED_BACK
        caught_up(follower)
        again = ledger.found([FIRST])
        assert (again.operators, again.mutual) == (before.operators, before.mutual)
        assert digest_of(replica) == _rebuilt(forkable)


def _rebuilt(world: AnvilWorld) -> bytes:
    replica = MemoryReplica()
    caught_up(follower_of(world.profile, replica))
    return digest_of(replica)


def test_the_replica_of_another_registry_is_not_asked(
    busy: Busy, replica: MemoryReplica, clock: Hands
) -> None:
    """Two registries of the same members are two ledgers of operators."""
    other: Any = _Silence(replace(busy.world.profile, recognition=Address("0x" + "77" * 20)))
    ledger = ReplicatedLedger(other, replica, clock=clock)
    assert ledger.local
    with pytest.raises(ChainUnreachable):
        ledger.found([FIRST])
