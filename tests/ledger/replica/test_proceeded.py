"""Decisions, cases and exporters from the replica: the same as the chain says, and only while it is fresh."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.chain.profile import ChainProfile
from ledger.errors import ArchiveUnavailable, ChainUnreachable
from ledger.events import OfProcedures
from ledger.facts import Address
from ledger.memory_replica import MemoryReplica
from ledger.origin.facts import ExporterStatus
from ledger.origin.life import told_in
from ledger.procedures_port import ProceduresNotNamed
from ledger.replica import Progress, ReplicatedLedger, Trust, digest_of
from ledger.replica_port import (
    ExporterLook,
    LifeLook,
    Replica,
    ReplicaBehind,
    ReplicaHalted,
    ReplicaOfOtherContracts,
)
from ledger.writes import Receive
from tests.anvil import AnvilWorld
from tests.ledger.replica.conftest import Busy
from tests.ledger.replica.test_following import DEEP, Hands
from tests.ledger.replica.test_replicated import Mute
from tests.procedures import CODE, a_decision, an_exporter, did
from tests.replicas import caught_up, follower_of
from tests.worlds import ChainWorld

pytestmark = pytest.mark.chain
Lists = list[Callable[[], object]]
"""What asks something."""


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


@pytest.fixture
def first(busy: Busy) -> bytes:
    """Return the certificate with which everything was done."""
    return busy.asked[0][0]


class _Silence(Mute):
    """A chain that knows its contracts, and whose node does not answer."""

    def __init__(self, profile: ChainProfile) -> None:
        super().__init__(profile.ledger)
        self.procedures_contract = profile.procedures


def _silent(busy: Busy, replica: Replica, clock: Hands, **trust: Any) -> ReplicatedLedger:
    chain: Any = _Silence(busy.world.profile)
    return ReplicatedLedger(chain, replica, Trust(**trust), clock)


def _single(ledger: ReplicatedLedger, certificate: bytes) -> Lists:
    """Return all that asks about one thing."""
    return [
        lambda: ledger.life(certificate),
        lambda: ledger.case(1),
        lambda: ledger.exporter("VN", CODE),
        lambda: ledger.split_use("TH"),
    ]


def _lists(ledger: ReplicatedLedger) -> Lists:
    """Return all that asks for a list."""
    return [
        ledger.happenings,
        ledger.cases,
        lambda: ledger.unreported("VN"),
        lambda: ledger.unreported_counts("VN"),
        lambda: ledger.undecided("TH"),
        lambda: ledger.contested("TH", 60),
        ledger.exporters,
    ]


def test_the_replica_holds_what_the_chain_holds(busy: Busy, replica: MemoryReplica, clock: Hands) -> None:
    """Lives of all certificates, cases, exporters and switches; asked of nobody else."""
    here, there = _silent(busy, replica, clock), busy.world.ledger
    for certificate, *_ in busy.asked:
        assert here.life(certificate) == there.life(certificate)
        assert here.use(certificate) == there.use(certificate)
    for number in (0, 1, 2, 3, 2**32):
        assert here.case(number) == there.case(number)
    for whose in (("VN", CODE), ("VN", "OTHER"), ("TH", CODE), ("VN", "nothing"), ("VNM", "x" * 99)):
        assert here.exporter(*whose) == there.exporter(*whose)
    for member in ("TH", "VN", "VNM"):
        assert here.split_use(member) is there.split_use(member)
    assert here.procedures_contract == there.procedures_contract


def test_everything_that_can_be_done_is_in_the_busy_ledger(
    busy: Busy, replica: MemoryReplica, clock: Hands, first: bytes
) -> None:
    """So that the comparison above is worth something."""
    ledger = _silent(busy, replica, clock)
    life = ledger.life(first)
    kinds = {type(one.event) for one in replica.occurrences()}
    assert kinds >= set(OfProcedures.__args__)
    story = told_in(life)
    assert sorted(story.use.denied) == [1]
    assert sorted(story.use.granted) == [2, 3]
    assert len(story.claims) == 2
    assert life.children == (busy.asked[9][0],)
    assert [case.id for case in ledger.cases()] == [2]
    assert [case.id for case in ledger.cases(open_only=False, member="VN")] == [1, 2]
    assert [one.code for one in ledger.exporters()] == ["OTHER", CODE]
    assert ledger.exporter("VN", CODE).versions[1].status is ExporterStatus.SUSPENDED
    assert not ledger.split_use("TH")
    assert first not in [one.certificate for one in ledger.unreported("VN")]


def test_an_aged_replica_leaves_procedures_to_the_chain(
    busy: Busy, replica: MemoryReplica, clock: Hands, first: bytes
) -> None:
    """While that is silent, nobody answers; where a witness is named, one node is not asked alone."""
    clock.time += timedelta(seconds=65)
    silent, witnessed = _silent(busy, replica, clock), _silent(busy, replica, clock, witnessed=True)
    ledger, there = ReplicatedLedger(busy.world.ledger, replica, clock=clock), busy.world.ledger
    assert ledger.life(first) == there.life(first)
    assert (ledger.case(1), ledger.split_use("TH")) == (there.case(1), False)
    assert ledger.exporter("VN", CODE) == there.exporter("VN", CODE)
    for one, error in ((silent, ChainUnreachable), (witnessed, ReplicaBehind)):
        for ask in _single(one, first):
            with pytest.raises(error):
                ask()
    for listed in _lists(ledger):
        with pytest.raises(ReplicaBehind):
            listed()


def test_where_blocks_can_change_lives_are_final_when_the_chain_says_so(
    busy: Busy, replica: MemoryReplica, clock: Hands, first: bytes
) -> None:
    """At every finality the replica and the chain agree."""
    seen = set()
    for finality in (1, 40, 50, 60, 80):
        profile = replace(busy.world.profile, finality=finality)
        chain = ChainWorld(profile).ledger
        ledger = ReplicatedLedger(chain, replica, Trust(finality, profile.from_block), clock)
        assert ledger.life(first) == chain.life(first)
        seen.add(ledger.life(first).final)
    assert seen == {True, False}


def test_a_halted_replica_lets_nobody_tell_of_procedures(
    busy: Busy, replica: MemoryReplica, clock: Hands, first: bytes
) -> None:
    """Neither the chain nor the lists."""
    replica.halt("chain-mismatch: block 3")
    ledger = ReplicatedLedger(busy.world.ledger, replica, clock=clock)
    for ask in (*_single(ledger, first), *_lists(ledger)):
        with pytest.raises(ReplicaHalted, match="block 3"):
            ask()


class _Broken(MemoryReplica):
    """A replica whose database does not answer about procedures."""

    def look_life(self, certificate: bytes) -> LifeLook | None:
        """Fail."""
        raise ArchiveUnavailable(f"no answer about {certificate.hex()}")

    def look_exporter(self, member: str, code: str) -> ExporterLook | None:
        """Fail."""
        raise ArchiveUnavailable(f"no answer about {member} {code}")


def test_a_silent_database_leaves_procedures_to_the_chain(busy: Busy, clock: Hands, first: bytes) -> None:
    """Deciding does not need it."""
    replica = _Broken()
    caught_up(follower_of(busy.world.profile, replica))
    ledger = ReplicatedLedger(busy.world.ledger, replica, clock=clock)
    assert ledger.life(first) == busy.world.ledger.life(first)
    assert ledger.exporter("VN", CODE) == busy.world.ledger.exporter("VN", CODE)


def test_a_replica_that_was_read_without_procedures_is_not_asked_about_them(
    busy: Busy, clock: Hands, first: bytes
) -> None:
    """It goes on answering about certificates; following into it is refused until it is read anew."""
    replica, profile = MemoryReplica(), busy.world.profile
    caught_up(follower_of(replace(profile, procedures=None), replica))
    ledger = ReplicatedLedger(busy.world.ledger, replica, clock=clock)
    assert ledger.local
    assert ledger.life(first) == busy.world.ledger.life(first)
    assert ledger.case(1) == busy.world.ledger.case(1)
    for listed in _lists(ledger):
        with pytest.raises(ReplicaBehind):
            listed()
    with pytest.raises(ReplicaOfOtherContracts, match="asal replica rebuild"):
        follower_of(profile, replica)
    replica.clear(profile.ledger, profile.recognition, profile.procedures)
    caught_up(follower_of(profile, replica))
    assert _silent(busy, replica, clock).life(first) == busy.world.ledger.life(first)


def test_a_ledger_without_procedures_says_so(busy: Busy, clock: Hands, first: bytes) -> None:
    """Whether it is asked through a replica or not."""
    profile, replica = replace(busy.world.profile, procedures=None), MemoryReplica()
    caught_up(follower_of(profile, replica))
    ledger = ReplicatedLedger(ChainWorld(profile).ledger, replica, clock=clock)
    for ask in (*_single(ledger, first), *_lists(ledger)):
        with pytest.raises(ProceduresNotNamed):
            ask()
    assert ledger.members()


def test_the_replica_of_another_contract_is_not_asked(
    busy: Busy, replica: MemoryReplica, clock: Hands, first: bytes
) -> None:
    """Two contracts of the same registry are two records of decisions."""
    other: Any = _Silence(replace(busy.world.profile, procedures=Address("0x" + "77" * 20)))
    ledger = ReplicatedLedger(other, replica, clock=clock)
    assert ledger.local
    with pytest.raises(ChainUnreachable):
        ledger.life(first)


def test_what_was_decided_is_seen_at_once_by_who_decided(world: ChainWorld) -> None:
    """Until the replica has the block of our own write, the chain is asked."""
    replica, certificate = MemoryReplica(), world.issued()
    follower = caught_up(follower_of(world.profile, replica))
    ledger = ReplicatedLedger(world.ledger, replica)
    assert told_in(ledger.life(certificate)).use.received_at is None
    ledger.write(Receive(certificate), world.account("TH customs"))
    assert told_in(ledger.life(certificate)).use.received_at is not None
    with pytest.raises(ReplicaBehind):
        ledger.unreported("VN")
    caught_up(follower)
    assert ledger.life(certificate) == world.ledger.life(certificate)
    assert [one.certificate for one in ledger.undecided("TH")] == [certificate]


def test_a_decision_that_the_chain_takes_back_is_taken_back_here(forkable: AnvilWorld) -> None:
    """What it had settled is awaited again; done again it counts, and a rebuilt replica is the same."""
    replica, certificate = MemoryReplica(), forkable.issued()
    forkable.mine(DEEP)
    follower = caught_up(follower_of(forkable.profile, replica, DEEP))
    ledger = ReplicatedLedger(forkable.ledger, replica, Trust(finality=DEEP, witnessed=True))
    before = ledger.life(certificate)
    assert before.final
    for _ in range(2):
        world = forkable.afresh_on_anvil()
        did(world, a_decision(world, certificate))
        did(world, an_exporter(), "VN competent")
        forkable.mine(1)
        caught_up(follower)
        after = ledger.life(certificate)
        assert told_in(after).use.granted == {1}
        assert (after.final, ledger.unreported("VN")) == (False, [])
        forkable.reorganise(4)
        assert follower.step() is Progress.ROLLED_BACK
        caught_up(follower)
        assert ledger.life(certificate).occurrences == before.occurrences
        assert [one.certificate for one in ledger.unreported("VN")] == [certificate]
        assert ledger.exporters() == []
        rebuilt = MemoryReplica()
        caught_up(follower_of(forkable.profile, rebuilt))
        assert digest_of(replica) == digest_of(rebuilt)
