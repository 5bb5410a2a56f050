"""The ledger's events kept at hand, so that verifying and looking up ask no node.

`following` reads the chain into a store, block by block, and takes back what the chain takes back;
`replicated` answers the ports `Members` and `Registry` from the store while it is fresh, and asks the chain
when it is not.
"""

from ledger.replica.digest import digest_of
from ledger.replica.following import Alarm, Follower, Plan, Progress, Source
from ledger.replica.freshness import Trust
from ledger.replica.noting import NotingTransactions
from ledger.replica.replicated import ReplicatedLedger
from ledger.replica.running import Following, FollowState, Said

__all__ = [
    "Alarm",
    "FollowState",
    "Follower",
    "Following",
    "NotingTransactions",
    "Plan",
    "Progress",
    "ReplicatedLedger",
    "Said",
    "Source",
    "Trust",
    "digest_of",
]
