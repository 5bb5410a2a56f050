"""Counting how often this process asks a node."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from _bench.measure import Lap, timed
from ledger.chain.wire import Node, Reply

ROUND_TRIPS = "RPC round trips"


def timed_asking(step: Callable[[], object], runs: int, *, of_others: bool = True) -> Lap:
    """Do a thing many times, each timed by itself, and tell the HTTP requests to nodes that one takes.

    With `of_others` those of all threads count, such as the one that carries writes; without, only those of
    the thread that does it, so that one that follows the chain beside it does not.
    """
    asked, own = list[int](), threading.get_ident()

    def noted(node: Node, *given: Any, **more: Any) -> Reply:  # noqa: ANN401 - handed on
        asked.append(threading.get_ident())
        return post(node, *given, **more)

    post = Node.post
    with patch.object(Node, "post", noted):
        step()
    trips = len(asked) if of_others else asked.count(own)
    return replace(timed(step, runs), more={ROUND_TRIPS: trips})
