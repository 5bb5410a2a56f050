"""Putting the replica together: the chain of a profile, followed into the database of an archive."""

from datetime import timedelta
from typing import TYPE_CHECKING

from ledger.chain.connect import ChainLedger
from ledger.chain.contracts import check_contracts, contracts_of
from ledger.chain.events import ChainEvents
from ledger.chain.history import History
from ledger.chain.profile import ChainProfile
from ledger.chain.rpc import Rpc
from ledger.memory.blocks import wall_clock
from ledger.replica import Follower, Following, Plan, ReplicatedLedger, Said, Trust
from ledger.replica.running import NAME, POLL_INSTANT, POLL_OTHERWISE

if TYPE_CHECKING:
    from ledger.archive import ArchiveRooms  # with SQL, which whoever only reads the chain does not need

__all__ = ["events_of", "follower_of", "following_of", "replicated_of", "start_following"]


def start_following(profile: ChainProfile, rooms: "ArchiveRooms") -> Following:
    """Follow the chain in a thread, as long as no other process does; `stop()` ends it, `state()` tells.

    What goes wrong is logged and told by `state()`: a silent node is waited for.
    """
    return following_of(profile, rooms).start()


def replicated_of(chain: ChainLedger, rooms: "ArchiveRooms") -> ReplicatedLedger:
    """Return the ledger that reads from the replica in the archive, and writes to the chain."""
    profile = chain.profile
    trust = Trust(
        finality=profile.finality,
        from_block=profile.from_block,
        witnessed=profile.witness is not None,
        max_silence=timedelta(seconds=profile.max_silence),
    )
    return ReplicatedLedger(chain, rooms.replica, trust)


def following_of(profile: ChainProfile, rooms: "ArchiveRooms", said: Said | None = None) -> Following:
    """Return what follows the profile's chain into the archive; `said` hears of each step."""
    usual = POLL_OTHERWISE if profile.finality else POLL_INSTANT
    return Following(
        claim=lambda: rooms.database.exclusive(NAME),
        begin=lambda: follower_of(profile, rooms),
        poll=profile.poll_seconds or usual,
        said=said,
    )


def follower_of(profile: ChainProfile, rooms: "ArchiveRooms") -> Follower:
    """Return the follower of the profile's chain; whoever uses it holds the database for that.

    Raises `LedgerMismatch` when the node serves another chain or other code than ours, and what
    `Replica.start` raises when the database holds another ledger's events, or not those of all contracts.
    """
    rpc = Rpc(profile.rpc, profile.rpc_timeout)
    check_contracts(rpc, profile)
    plan = Plan(profile.ledger, profile.from_block, profile.finality, profile.recognition, profile.procedures)
    return Follower(events_of(rpc, profile), rooms.replica, plan, wall_clock, _witness(profile))


def events_of(rpc: Rpc, profile: ChainProfile) -> ChainEvents:
    """Return what a node tells of the ledger's contracts."""
    codecs = {address: contract.codec for address, contract in contracts_of(profile).items()}
    return ChainEvents(History(rpc, list(codecs)), codecs)


def _witness(profile: ChainProfile) -> ChainEvents | None:
    """Return the second node whose blocks have to be the same, where the profile names one."""
    if profile.witness is None:
        return None
    return events_of(Rpc((profile.witness,), profile.rpc_timeout), profile)
