"""Drawing up certificates against the peers' wrapping of the same data.

Ours validates every field, applies the rules of origin, salts, hashes, builds the tree and seals each
envelope with its fingerprints.  The peers' `wrapDocuments` checks the document against its schema, salts,
hashes and builds the tree.  Neither stores anything nor writes to a chain.
"""

from collections.abc import Mapping
from functools import partial

from _bench.figures import OURS, figure
from _bench.measure import Contestant
from _bench.samples import data_to_wrap
from _bench.stand import Stand
from _bench.targets import Target
from _bench.worker import Worker

TARGET = Target(times=4, peer="TradeTrust")
PEERS = {"TradeTrust": "tradetrust", "OpenAttestation": "open-attestation"}
SIZES = (1, 100, 1_000)
GROWTH = (1_000, 10_000, 100_000)
PEERS_AT_MOST = 10_000
"""Beyond this the peers are left out: what they take grows with the square of the size."""


def contest(stand: Stand, count: int, *, anew: bool) -> Mapping[str, Contestant]:
    """Return who draws up and who wraps so many, in processes that last or in new ones for this size."""
    if count > stand.effort.largest:
        return {}
    ledger = stand.founded.profile.ledger
    mark = f" {count}" if anew else ""

    def drawing(worker: Worker) -> Contestant:
        return lambda: worker.lap("draw", count=count, chain_id=ledger.chain_id, address=ledger.address)

    def wrapping(worker: Worker) -> Contestant:
        return lambda: worker.lap("wrap", count=count, document=data_to_wrap(ledger))

    contestants = {OURS: drawing(stand.ours("drawing", mark))}
    if count <= PEERS_AT_MOST:
        contestants |= {who: wrapping(stand.peer(library, mark)) for who, library in PEERS.items()}
    return contestants


for _count in SIZES:
    figure(f"draw up {_count:,}", "certificates", TARGET)(partial(contest, count=_count, anew=False))
for _count in GROWTH:
    figure(f"draw up {_count:,}, each in a new process", "certificates", TARGET, once=True)(
        partial(contest, count=_count, anew=True)
    )
