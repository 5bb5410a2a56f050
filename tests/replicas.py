"""Worlds read through a replica, a node whose answers are repeated from memory, and clocks for both."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.chain.artefacts import CERTIFICATE_REGISTRY, artefact
from ledger.chain.connect import ChainLedger
from ledger.chain.events import ChainEvents
from ledger.chain.history import History
from ledger.chain.profile import ChainProfile
from ledger.chain.rpc import Rpc
from ledger.events import Block, Reported
from ledger.facts import ProposalKind, Reason, Written
from ledger.memory_replica import MemoryReplica
from ledger.replica import Follower, Plan, Progress, ReplicatedLedger, Trust
from ledger.replica_port import Replica
from ledger.terms import certificate_id
from tests.worlds import ChainWorld

DAY = timedelta(days=1)


def wall_clock() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def source_of(profile: ChainProfile) -> ChainEvents:
    """Return what a replica reads of the profile's chain."""
    rpc = Rpc(profile.rpc, profile.rpc_timeout)
    return ChainEvents(
        History(rpc, profile.registry), {profile.registry: artefact(CERTIFICATE_REGISTRY).codec}
    )


def follower_of(profile: ChainProfile, replica: Replica, finality: int = 0) -> Follower:
    """Return a follower of the profile's chain."""
    plan = Plan(profile.ledger, profile.from_block, finality)
    return Follower(source_of(profile), replica, plan, wall_clock)


def caught_up(follower: Follower) -> Follower:
    """Let a follower step until there is nothing new, or it halts."""
    while follower.step() not in {Progress.UP_TO_DATE, Progress.HALTED, Progress.NODE_BEHIND}:
        pass
    return follower


class _Kept(ReplicatedLedger):
    """A replicated ledger whose replica follows after every write, and which never asks the node to read."""

    def __init__(self, chain: ChainLedger, profile: ChainProfile) -> None:
        self.add_signer = chain.add_signer
        replica = MemoryReplica()
        trust = Trust(from_block=profile.from_block, witnessed=True)
        super().__init__(chain, replica, trust, wall_clock)
        self.follower = caught_up(follower_of(profile, replica))

    def _done(self, written: Written) -> Written:
        caught_up(self.follower)
        return super()._done(written)

    def _now(self, number: int) -> int:
        caught_up(self.follower)
        return super()._now(number)


class ReplicatedWorld(ChainWorld):
    """A world on a chain, all of whose reads come from a replica."""

    def __init__(self, world: ChainWorld) -> None:
        """Take a world on the chain over."""
        self.profile, self.rpc, self._funded = world.profile, world.rpc, world._funded
        self.ledger: Any = _Kept(world.ledger, world.profile)

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        super().advance(by)
        caught_up(self.ledger.follower)


class Recorded:
    """What a node answered, to be answered again: as much of it at a time as is let out."""

    def __init__(self, profile: ChainProfile) -> None:
        """Read all that the node has."""
        source = source_of(profile)
        self.all = list(source.blocks(range(profile.from_block, source.newest().number + 1)))
        self.events = list(source.reported(profile.from_block, self.all[-1].number)[0])
        self.until = len(self.all)
        """How many of the blocks it shows."""

    def newest(self) -> Block:
        """Return the newest block shown."""
        return self.all[self.until - 1]

    def blocks(self, numbers: Sequence[int]) -> Sequence[Block]:
        """Return blocks by their numbers."""
        return [self.all[number - self.all[0].number] for number in numbers]

    def reported(self, first: int, last: int) -> tuple[Sequence[Reported], Block]:
        """Return the events of blocks `first` to `last`, and the last of them."""
        return [one for one in self.events if first <= one.block <= last], self.blocks([last])[0]


def make_busy(world: ChainWorld) -> list[tuple[bytes, bytes, bytes]]:
    """Let everything happen that can happen on a ledger; returns ids, roots and references to ask for."""
    world.assemble()
    account, ledger = world.account("VN issuing"), world.ledger
    asked = []

    def issued(**overrides: object) -> bytes:
        terms = world.terms(**overrides)
        ledger.issue(terms, account)
        certificate = certificate_id(terms)
        asked.append((certificate, certificate, terms.reference_key))
        return certificate

    single, ending, wrong, old = issued(), issued(valid_until=world.now.date() + DAY), issued(), issued()
    ledger.cancel(wrong, Reason.OTHER, account)
    new = world.terms()
    ledger.replace(old, new, account)
    asked.append((certificate_id(new), certificate_id(new), new.reference_key))
    terms = [world.terms() for _ in range(4)]
    batch = world.anchored(*terms)
    first = certificate_id(terms[0])
    ledger.enter(terms[0], batch.root, batch.proof_of(first), world.account("TH customs"))
    ledger.issue(world.terms(reference_key=terms[1].reference_key), account)
    asked += [(certificate_id(one), batch.root, one.reference_key) for one in terms]
    child = world.terms(exporting="TH", importing="MY", parents=(single,))
    ledger.issue(child, world.account("TH issuing"))
    asked.append((certificate_id(child), batch.root, child.reference_key))
    world.issued("MY issuing", exporting="MY", importing="TH")
    asked.append((ending, batch.root, bytes(32)))
    asked.append((b"\x07" * 32, b"\x07" * 32, b"\x07" * 32))
    world.advance(3 * DAY)
    _people(world)
    return asked


def _people(world: ChainWorld) -> None:
    """Let members vote, and keys and authorities come and go."""
    ledger, admin = world.ledger, world.admin
    ledger.add_key(world.authority("VN issuing"), world.account("VN second"), admin("VN"))
    ledger.rotate_key(world.account("TH issuing"), world.account("TH next"), admin("TH"))
    ledger.mark_compromised(world.account("VN issuing"), world.now - DAY, admin("VN"))
    ledger.mark_compromised(world.account("VN issuing"), world.now - 2 * DAY, admin("VN"))
    ledger.revoke_key(world.account("VN customs"), admin("VN"))
    ledger.withdraw_authority(world.authority("VN aeo"), admin("VN"))
    admitted = ledger.propose(ProposalKind.ADMIT, "LA", world.account("admin LA"), admin("VN"))
    ledger.vote(admitted, admin("TH"))
    world.suspend("MY")
    ledger.vote(ledger.propose(ProposalKind.REINSTATE, "MY", None, admin("VN")), admin("TH"))
    world.suspend("MY")
    ledger.propose(ProposalKind.SUSPEND, "LA", None, admin("TH"))
    ledger.rotate_admin(world.account("admin TH next"), admin("TH"))
