"""A process of ours that draws up certificates when told to, as the peers' processes wrap documents."""

import time
from collections.abc import Mapping
from itertools import islice
from typing import Any

from _bench.samples import documents, envelopes
from _bench.worker import serve
from ledger.facts import Address, LedgerName


def draw(count: int, chain_id: int, address: str) -> Mapping[str, Any]:
    """Draw up so many certificates as one batch; reading the sample does not count."""
    batch = list(islice(documents("D"), count))
    began, spent = time.perf_counter(), time.process_time()
    sealed, _ = envelopes(batch, LedgerName(chain_id, Address(address)))
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    return {"done": len(sealed), "seconds": seconds, "cpu": cpu}


if __name__ == "__main__":
    serve({"draw": draw})
