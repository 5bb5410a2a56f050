"""What the rest is made of: hashing, drawing up, examining, asking the chain.  They show where time goes."""

import json
from collections.abc import Mapping

from _bench.figures import OURS, figure
from _bench.measure import Contestant, timed
from _bench.samples import data_to_wrap
from _bench.stand import Stand
from ledger import envelope
from ledger.chain.rpc import Rpc
from ledger.hashing import keccak
from ledger.presented import examined, opened

_SEED = bytes(32)


@figure("hash 64 bytes", "hashes")
def hashing(stand: Stand) -> Mapping[str, Contestant]:
    """Hash two nodes of a tree."""
    block = bytes(64)
    return {OURS: lambda: timed(lambda: keccak(block), stand.effort.runs * 50)}


@figure("salt and hash a document", "documents")
def document_hashing(stand: Stand) -> Mapping[str, Contestant]:
    """Salt every field and hash them all together."""
    data = data_to_wrap(stand.founded.profile.ledger)
    return {OURS: lambda: timed(lambda: envelope.hash_of(data, _SEED), stand.effort.runs)}


@figure("examine an envelope", "envelopes")
def examining(stand: Stand) -> Mapping[str, Contestant]:
    """Recompute all hashes of an envelope and rebuild its terms, without asking anybody."""
    document = json.loads(stand.singles[0].read_text(encoding="utf-8"))
    return {OURS: lambda: timed(lambda: examined(opened(document)), stand.effort.runs)}


@figure("ask the chain for a number", "calls")
def asking(stand: Stand) -> Mapping[str, Contestant]:
    """One round trip to the node that costs it nothing."""
    rpc = Rpc((stand.node.rpc,), 10)
    return {OURS: lambda: timed(lambda: rpc.ask("eth_blockNumber"), stand.effort.runs)}
