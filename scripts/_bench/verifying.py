"""Verifying certificates that were issued one by one, against the peers' verifiers and the same node.

The peers ask the node for integrity and status; what would ask the DNS is left out of them, for ours does
not ask it either.  Over HTTP the envelopes are all distinct members of one anchored batch, and the service
answers from its replica: a first round goes to it while the node is stopped.
"""

import json
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle

from _bench.asking import ROUND_TRIPS, timed_asking
from _bench.figures import OURS, figure
from _bench.measure import Contestant, Lap
from _bench.stand import Stand
from _bench.targets import Target
from ledger.verdict import VerdictCode
from ledger.verifying import verify

PATH = "/v1/verifications"
TOGETHER = 16
"""Connections that are busy at once when the API is given all it can take."""
PEERS = ("tt-verify", "oa-verify")
VALID = '"code":"VALID"'
WITHOUT_NODE = "answered while the node was stopped"


class NotValid(RuntimeError):
    """A certificate that must be found valid was not, so nothing worth measuring was measured."""


def peers(stand: Stand, together: int, who: Sequence[str] = PEERS) -> Mapping[str, Contestant]:
    """Return the peers' verifiers, with so many verifications at once."""
    files = [str(path) for path in stand.singles]
    times = stand.effort.runs // 8

    def verifying(library: str) -> Lap:
        order = {"rpc": stand.node.rpc, "files": files, "times": times, "together": together}
        return stand.peer(library).lap("verify", **order)

    return {library: partial(verifying, library) for library in who}


def over_http(stand: Stand, connections: int, rate: float = 0) -> Lap:
    """Post distinct envelopes to the API, each of which it must find valid."""
    asked = {"connections": connections, "rate": rate, "says": VALID}
    without = _without_node(stand)
    lap = stand.load(PATH, stand.bodies, seconds=stand.effort.load_seconds, **asked)
    return replace(lap, more={**lap.more, WITHOUT_NODE: without})


def _without_node(stand: Stand) -> int:
    """Verify some envelopes while the node is stopped; returns how many.  Raises `WorkerFailed`."""
    bodies, node = stand.bodies, stand.node.process.pid
    service = stand.service
    stand.await_followed(stand.followed)  # the envelopes may be newer than the service
    os.kill(node, signal.SIGSTOP)
    try:
        lap = stand.ours("load").lap(
            "load", port=service.port, path=PATH, file=str(bodies), count=20, says=VALID
        )
    finally:
        os.kill(node, signal.SIGCONT)
    return lap.done


@figure("verify, asking the chain", "certificates", Target(times=3, peer="tt-verify", most={ROUND_TRIPS: 1}))
def in_process(stand: Stand) -> Mapping[str, Contestant]:
    """Verify in this process, one after the other."""
    documents = cycle([json.loads(path.read_text(encoding="utf-8")) for path in stand.singles])

    def verify_next() -> None:
        verdict = verify(next(documents), stand.opened.verifier)
        if verdict.code is not VerdictCode.VALID:
            raise NotValid(verdict.code)

    return {OURS: lambda: timed_asking(verify_next, stand.effort.runs // 8), **peers(stand, 1)}


@figure("verify over HTTP, one at a time", "requests")
def one_at_a_time(stand: Stand) -> Mapping[str, Contestant]:
    """Verify over HTTP from one connection; the peer verifies in its own process."""
    return {OURS: lambda: over_http(stand, 1), **peers(stand, 1, PEERS[:1])}


@figure(f"verify over HTTP, {TOGETHER} at once", "requests", Target(per_second=3_500, p99=10))
def saturated(stand: Stand) -> Mapping[str, Contestant]:
    """Give one worker of the API all it can take; the peers have as many verifications under way."""

    def all_it_takes() -> Lap:
        lap = over_http(stand, TOGETHER)
        stand.known["verifications per second"] = lap.done / lap.seconds
        return lap

    return {OURS: all_it_takes, **peers(stand, TOGETHER)}


@figure("verify over HTTP, at half that rate", "requests", Target(p99=2))
def half_load(stand: Stand) -> Mapping[str, Contestant]:
    """Let requests come due at half the rate that one worker can take."""

    def half() -> Lap:
        if "verifications per second" not in stand.known:
            saturated(stand)[OURS]()
        return over_http(stand, 4 * TOGETHER, stand.known["verifications per second"] / 2)

    return {OURS: half}
