"""Following real chains: what is read, what is taken back, and what stops it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.chain.artefacts import (
    CERTIFICATE_REGISTRY,
    ORIGIN_PROCEDURES,
    RECOGNITION_REGISTRY,
    artefact,
)
from ledger.errors import ChainUnreachable
from ledger.events import Block, Reported
from ledger.facts import Address, LedgerName, Standing
from ledger.memory_replica import MemoryReplica
from ledger.replica import Alarm, Follower, Plan, Progress, ReplicatedLedger, Trust, digest_of
from ledger.replica_port import ReplicaHalted
from tests.anvil import AnvilWorld
from tests.ledger.replica.conftest import Busy
from tests.replicas import Recorded, caught_up, follower_of, source_of, wall_clock

pytestmark = pytest.mark.chain
LEDGER = LedgerName(1337, Address("0x" + "11" * 20))
DEEP = 12
"""Blocks that must follow one before it is final."""


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = wall_clock()

    def __call__(self) -> datetime:
        """Return the time it is set to."""
        return self.time


class Silent:
    """A node that does not answer."""

    def newest(self) -> Block:
        """Answer nothing."""
        raise ChainUnreachable("no answer")

    def blocks(self, numbers: Sequence[int]) -> Sequence[Block]:
        """Answer nothing."""
        raise ChainUnreachable(f"no answer about {len(numbers)} blocks")

    def reported(self, first: int, last: int) -> tuple[Sequence[Reported], Block]:
        """Answer nothing."""
        raise ChainUnreachable(f"no answer about blocks {first} to {last}")


def _plan(busy: Busy, finality: int = 0) -> Plan:
    return Plan(busy.world.profile.ledger, busy.world.profile.from_block, finality)


def _rebuilt(world: AnvilWorld) -> bytes:
    replica = MemoryReplica()
    caught_up(follower_of(world.profile, replica))
    return digest_of(replica)


def test_every_event_of_the_contracts_can_be_read() -> None:
    """An event without a reader would stop every replica."""
    from ledger.chain.events import _READERS  # noqa: PLC0415 - what is looked at

    contracts = map(artefact, (CERTIFICATE_REGISTRY, RECOGNITION_REGISTRY, ORIGIN_PROCEDURES))
    named = {event for one in contracts for event in one.codec._events if event[0].isupper()}
    assert set(_READERS) == named


def test_all_that_happened_is_read_and_ends_at_the_newest_block(busy: Busy) -> None:
    """The replica is where the node is, and holds events of every kind that came up."""
    replica = MemoryReplica()
    follower = caught_up(follower_of(busy.world.profile, replica))
    assert follower.head.block == source_of(busy.world.profile).newest()
    assert follower.head.caught_up
    kinds = {type(one.event).__name__ for one in replica.occurrences()}
    assert len(kinds) == 32


def test_the_replica_gives_the_same_evidence_as_the_chain(busy: Busy) -> None:
    """Singles, batches, entered, cancelled, replaced, expired, compromised, conflicting and unknown ones."""
    replica, chain = MemoryReplica(), busy.world.ledger
    caught_up(follower_of(busy.world.profile, replica))
    ledger = ReplicatedLedger(chain, replica, Trust(witnessed=True))
    for certificate, root, reference in busy.asked:
        assert ledger.evidence(certificate, root, reference) == chain.evidence(certificate, root, reference)
        for at in (busy.world.now, busy.world.now - timedelta(days=2)):
            assert ledger.standing(certificate, at) is chain.standing(certificate, at)
    assert (ledger.members(), ledger.authorities()) == (chain.members(), chain.authorities())
    assert ledger.proposals() == chain.proposals()
    for proposal in chain.proposals():
        assert ledger.voters(proposal.id) == chain.voters(proposal.id) != frozenset()
    for authority in chain.authorities():
        assert ledger.keys(authority.id) == chain.keys(authority.id)
        assert ledger.issuer(authority.id) == chain.issuer(authority.id)
    for name in ("VN issuing", "VN second", "MY issuing", "TH next", "VN aeo", "stranger"):
        account = busy.world.account(name)
        assert ledger.key(account) == chain.key(account)
    references = [reference for _, _, reference in busy.asked]
    assert ledger.taken("VN", references) == chain.taken("VN", references)
    assert sum(ledger.counts(busy.world.now).values()) == len(ledger.entries(limit=1000))
    assert ledger.counts(busy.world.now)[Standing.EXPIRED] == 1


def test_where_blocks_can_change_evidence_is_final_when_the_chain_says_so(busy: Busy) -> None:
    """At every finality the replica and the chain agree."""
    replica = MemoryReplica()
    caught_up(follower_of(busy.world.profile, replica))
    seen = set()
    for finality in (1, 31, 40, 50, 55, 60, 70):
        profile = replace(busy.world.profile, finality=finality)
        chain = type(busy.world)(profile).ledger
        ledger = ReplicatedLedger(chain, replica, Trust(finality, profile.from_block, witnessed=True))
        for asked in busy.asked:
            assert ledger.evidence(*asked) == chain.evidence(*asked)
            seen.add(ledger.evidence(*asked).final)
    assert seen == {True, False}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_however_blocks_and_events_arrive_the_same_is_stored(recorded: Recorded, data: st.DataObject) -> None:
    """Duplicated, out of order within an answer, and in pieces of any size."""
    whole, piecemeal = MemoryReplica(), MemoryReplica()
    plan = Plan(LEDGER, recorded.all[0].number)
    recorded.until = len(recorded.all)
    caught_up(Follower(recorded, whole, plan, wall_clock))
    muddled = Muddled(recorded, data)
    follower = Follower(muddled, piecemeal, plan, wall_clock)
    recorded.until = 1
    while recorded.until < len(recorded.all):
        caught_up(follower)
        recorded.until = min(recorded.until + data.draw(st.integers(1, 90)), len(recorded.all))
    caught_up(follower)
    assert digest_of(piecemeal) == digest_of(whole)
    assert piecemeal.hashes(999) == whole.hashes(999)
    here, there = piecemeal.head(), whole.head()
    assert here is not None
    assert there is not None
    assert (here.block, here.node_block) == (there.block, there.node_block)


class Muddled:
    """A node that reports events twice and in any order."""

    def __init__(self, source: Recorded, data: st.DataObject) -> None:
        self._source, self._data = source, data
        self.newest, self.blocks = source.newest, source.blocks

    def reported(self, first: int, last: int) -> tuple[Sequence[Reported], Block]:
        """Return the events, some of them twice, in some order."""
        of_source, until = self._source.reported(first, last)
        found = list(of_source)
        if len(found) >= 20:
            return (found + found[::3])[::-1], until
        again = [one for one in found if self._data.draw(st.booleans())]
        return self._data.draw(st.permutations(found + again)), until


class Swapped:
    """A node whose newest block was another one while it was asked for events, and is the old one again."""

    def __init__(self, source: Recorded) -> None:
        self._source, self.times = source, 1
        self.newest, self.blocks = source.newest, source.blocks

    def reported(self, first: int, last: int) -> tuple[Sequence[Reported], Block]:
        """Return no events of the last block, for in the other one there were none."""
        events, until = self._source.reported(first, last)
        if not self.times:
            return events, until
        self.times -= 1
        return [one for one in events if one.block != last], replace(until, hash=b"\7" * 32)


def test_events_are_taken_only_with_the_block_that_was_there_when_they_were_asked_for(
    recorded: Recorded,
) -> None:
    """Else the events of a block that went and came back would be missing for ever."""
    replica, plan = MemoryReplica(), Plan(LEDGER, recorded.all[0].number)
    recorded.until = max(one.block for one in recorded.events) - recorded.all[0].number + 1
    caught_up(Follower(recorded, replica, plan, wall_clock))
    wanted = digest_of(replica)
    replica = MemoryReplica()
    source = Swapped(recorded)
    source.times = 0
    recorded.until -= 1
    follower = caught_up(Follower(source, replica, plan, wall_clock))
    recorded.until += 1
    source.times = 1
    assert follower.step() is Progress.CHANGED
    caught_up(follower)
    assert digest_of(replica) == wanted


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_what_the_chain_takes_back_is_taken_back_here(forkable: AnvilWorld, depth: int) -> None:
    """The certificate of the replaced blocks is gone, and counts again when it is issued again."""
    replica = MemoryReplica()
    kept = forkable.issued()
    terms = forkable.terms()
    follower = caught_up(follower_of(forkable.profile, replica, DEEP))
    forkable.ledger.issue(terms, forkable.account("VN issuing"))
    forkable.mine(depth - 1)
    caught_up(follower)
    ledger = ReplicatedLedger(forkable.ledger, replica, Trust(finality=DEEP, witnessed=True))
    assert ledger.taken("VN", [terms.reference_key])
    forkable.reorganise(depth)
    assert follower.step() is Progress.ROLLED_BACK
    caught_up(follower)
    assert not ledger.taken("VN", [terms.reference_key])
    assert ledger.evidence(kept, kept, bytes(32)).entry is not None
    assert digest_of(replica) == _rebuilt(forkable)
    forkable.afresh_on_anvil().ledger.issue(terms, forkable.account("VN issuing"))
    caught_up(follower)
    assert ledger.taken("VN", [terms.reference_key])
    assert digest_of(replica) == _rebuilt(forkable)


def test_where_much_can_change_much_is_kept(forkable: AnvilWorld) -> None:
    """Eighty blocks are taken back where a hundred may be, though nothing of the ledger is in them."""
    forkable.mine(150)
    replica = MemoryReplica()
    follower = caught_up(follower_of(forkable.profile, replica, 100))
    forkable.mine(3)
    caught_up(follower)
    forkable.reorganise(80)
    assert follower.step() is Progress.ROLLED_BACK
    assert caught_up(follower).head.caught_up


def test_a_reorganisation_beyond_finality_stops_all_answers(forkable: AnvilWorld) -> None:
    """The alarm has its name, stays when the node is well again, and ends when the replica is rebuilt."""
    replica = MemoryReplica()
    certificate = forkable.issued()
    forkable.mine(4)
    follower = caught_up(follower_of(forkable.profile, replica, 2))
    forkable.reorganise(3)
    assert caught_up(follower).step() is Progress.HALTED
    assert str(follower.head.halted).startswith(Alarm.BEYOND_FINALITY)
    forkable.mine(5)
    ledger = ReplicatedLedger(forkable.ledger, replica)
    for read in (lambda: ledger.evidence(certificate, certificate, bytes(32)), ledger.members, ledger.head):
        with pytest.raises(ReplicaHalted, match=Alarm.BEYOND_FINALITY):
            read()
    assert follower_of(forkable.profile, replica, 2).step() is Progress.HALTED
    profile = forkable.profile
    replica.clear(profile.ledger, profile.recognition, profile.procedures)
    caught_up(follower_of(forkable.profile, replica, 2))
    assert digest_of(replica) == _rebuilt(forkable)
    assert ledger.evidence(certificate, certificate, bytes(32)).entry is not None


def test_where_blocks_are_final_at_once_any_change_is_an_alarm(forkable: AnvilWorld) -> None:
    """One block is enough."""
    follower = caught_up(follower_of(forkable.profile, MemoryReplica()))
    forkable.reorganise(1)
    caught_up(follower)
    assert str(follower.head.halted).startswith(Alarm.BEYOND_FINALITY)


def test_another_chain_at_the_same_address_is_an_alarm(forkable: AnvilWorld, busy: Busy) -> None:
    """Somebody began the chain anew, or the node is of another network."""
    plan = replace(_plan(busy, DEEP), ledger=forkable.profile.ledger, from_block=forkable.profile.from_block)
    replica = MemoryReplica()
    caught_up(Follower(source_of(forkable.profile), replica, plan, wall_clock))
    follower = caught_up(Follower(source_of(busy.world.profile), replica, plan, wall_clock))
    assert str(follower.head.halted).startswith(Alarm.CHAIN_MISMATCH)


def test_a_node_that_has_fewer_blocks_takes_nothing_back(recorded: Recorded) -> None:
    """It lags; the replica keeps what it has, and is fresh no longer than it would be anyway."""
    replica, clock = MemoryReplica(), Hands()
    follower = caught_up(Follower(recorded, replica, Plan(LEDGER, recorded.all[0].number), clock))
    before = replica.head()
    clock.time += timedelta(seconds=5)
    for lag in (1, 70):
        recorded.until = len(recorded.all) - lag
        assert follower.step() is Progress.NODE_BEHIND
    assert replica.head() == before


def test_events_of_a_block_that_was_replaced_meanwhile_are_read_again(recorded: Recorded) -> None:
    """Header and events came from two chains: nothing is stored, and the next step begins anew."""
    replica = MemoryReplica()
    follower = Follower(recorded, replica, Plan(LEDGER, recorded.all[0].number), wall_clock)
    true = recorded.events
    recorded.events = [replace(one, block_hash=bytes(32)) for one in true]
    assert follower.step() is Progress.CHANGED
    assert follower.head.block is None
    recorded.events = true
    caught_up(follower)
    assert follower.head.caught_up


def test_a_silent_node_is_not_noted_as_seen(recorded: Recorded) -> None:
    """The step raises; the replica says since when it has not heard anything."""
    replica, clock = MemoryReplica(), Hands()
    plan = Plan(LEDGER, recorded.all[0].number)
    caught_up(Follower(recorded, replica, plan, clock))
    before = replica.head()
    clock.time += timedelta(minutes=2)
    with pytest.raises(ChainUnreachable):
        Follower(Silent(), replica, plan, clock).step()
    assert replica.head() == before


def test_a_quiet_node_is_noted_once_a_second(recorded: Recorded) -> None:
    """Freshness costs no write for every look."""
    replica, clock = MemoryReplica(), Hands()
    follower = caught_up(Follower(recorded, replica, Plan(LEDGER, recorded.all[0].number), clock))
    first = replica.head()
    clock.time += timedelta(milliseconds=900)
    assert follower.step() is Progress.UP_TO_DATE
    assert replica.head() == first
    clock.time += timedelta(milliseconds=200)
    follower.step()
    assert replica.head() != first


def test_blocks_count_when_the_witness_has_the_same(recorded: Recorded, busy: Busy) -> None:
    """Until it has them they are waited for, and the replica stays as it was."""
    replica, other = MemoryReplica(), Recorded(busy.world.profile)
    other.until = 3
    plan = Plan(LEDGER, recorded.all[0].number)
    follower = Follower(recorded, replica, plan, wall_clock, witness=_Short(other))
    recorded.until = 5
    assert follower.step() is Progress.WAITING
    assert follower.head.block is None
    other.until = 5
    assert follower.step() is Progress.ADDED
    assert caught_up(follower).head.block == recorded.all[4]


def test_a_silent_witness_lets_the_replica_grow_old(recorded: Recorded) -> None:
    """After some seconds it is told that there is more than it holds, so that it no longer answers."""
    replica, clock = MemoryReplica(), Hands()
    plan = Plan(LEDGER, recorded.all[0].number)
    recorded.until = 5
    caught_up(Follower(recorded, replica, plan, clock))
    recorded.until = 6
    follower = Follower(recorded, replica, plan, clock, witness=Silent())
    assert follower.step() is Progress.WAITING
    assert follower.head.caught_up
    clock.time += timedelta(seconds=6)
    assert follower.step() is Progress.WAITING
    assert not follower.head.caught_up


@pytest.mark.parametrize("finality", [0, DEEP])
def test_a_witness_with_other_blocks_is_an_alarm(recorded: Recorded, busy: Busy, finality: int) -> None:
    """At once where blocks are final at once; elsewhere when the two have not come together in time."""
    other, replica, clock = Recorded(busy.world.profile), MemoryReplica(), Hands()
    other.all[3] = replace(other.all[3], hash=b"\7" * 32)
    plan = Plan(LEDGER, recorded.all[0].number, finality)
    recorded.until = 5
    follower = Follower(recorded, replica, plan, clock, witness=other)
    if finality:
        assert follower.step() is Progress.WAITING
        clock.time += timedelta(seconds=6)
    assert follower.step() is Progress.HALTED
    assert str(follower.head.halted).startswith(Alarm.NODE_DISAGREES)
    assert follower.head.block is None


class _Short:
    """A recorded node that lacks what it does not show."""

    def __init__(self, source: Recorded) -> None:
        self._source = source
        self.newest, self.reported = source.newest, source.reported

    def blocks(self, numbers: Sequence[int]) -> Sequence[Block]:
        """Return blocks by their numbers."""
        if max(numbers) > self._source.newest().number:
            raise ChainUnreachable("the node lacks a block that was asked for")
        return self._source.blocks(numbers)
