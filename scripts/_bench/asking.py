"""Counting how often this process asks a node."""

from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

from _bench.measure import Lap, timed
from ledger.chain.wire import Node

ROUND_TRIPS = "RPC round trips"


def timed_asking(step: Callable[[], object], runs: int) -> Lap:
    """Do a thing many times, each timed by itself, and tell its HTTP requests to nodes."""
    with patch.object(Node, "post", autospec=True, side_effect=Node.post) as post:
        step()
        asked = post.call_count
    return replace(timed(step, runs), more={ROUND_TRIPS: asked})
