"""The replica: how soon it shows what the chain holds, and verifying from it without a node."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import cycle

from _bench.asking import ROUND_TRIPS, timed_asking
from _bench.figures import OURS, figure
from _bench.founding import EXPORTING
from _bench.measure import Contestant, Lap, cpu_of, forget_peak, peak_of, timed
from _bench.stand import Stand
from _bench.targets import Target
from _bench.verifying import NotValid
from ledger.archive import open_archive
from ledger.batch import batch_of
from ledger.facts import Written
from ledger.following import following_of, replicated_of
from ledger.opening import now
from ledger.ports import Ledger
from ledger.rules.calendar import last_valid_day
from ledger.verdict import VerdictCode
from ledger.verifying import verify
from ledger.writes import Anchor

BATCH = 10_000
GAS = "gas per certificate"
_LOOK_SECONDS = 0.001
_LATEST_SECONDS = 10


class NotVisible(RuntimeError):
    """The replica did not show in time what the chain holds."""


def until(seen: Callable[[], bool]) -> float:
    """Wait until something is seen; returns the moment."""
    ends = time.perf_counter() + _LATEST_SECONDS
    while not seen():
        if time.perf_counter() > ends:
            raise NotVisible
        time.sleep(_LOOK_SECONDS)
    return time.perf_counter()


@figure("event on chain to visible in replica", "events", Target(p99=50))
def visible(stand: Stand) -> Mapping[str, Contestant]:
    """Anchor, and look into the service's database until its follower has stored that.

    Counts from the moment the node has answered that it took the transaction, which Ganache does when it is
    in a block.
    """
    chain, account = stand.founded.signing("visible"), stand.founded.key("visible")
    service, replica = stand.service, stand.followed.replica
    day = last_valid_day(now().date())

    def once() -> tuple[float, float]:
        batch = batch_of([secrets.token_bytes(32)], EXPORTING)
        write, nonce = Anchor(batch.tree.root, 1, day), chain.transactions.used(account)
        signature = chain.transactions.sign(write, account, nonce)

        def shown() -> bool:
            look = replica.look(batch.root, batch.root, bytes(32))
            return look is not None and look.anchor is not None

        handed = time.perf_counter()
        chain.transactions.send(signature)
        mined = time.perf_counter()
        seen = until(shown)
        return max(0.0, seen - mined), seen - handed

    def lap() -> Lap:
        forget_peak(service.pid)
        began, spent = time.perf_counter(), cpu_of(service.pid)
        each = [once() for _ in range(max(5, stand.effort.runs // 4))]
        seconds, cpu = time.perf_counter() - began, cpu_of(service.pid) - spent
        handed = sorted(since for _, since in each)
        more = {"p99 ms from handing over": handed[int(len(handed) * 0.99)] * 1000}
        return Lap(len(each), seconds, cpu, tuple(lag for lag, _ in each), peak_of(service.pid), more)

    return {OURS: lap}


@figure("verify from the replica, in process", "certificates", Target(most={ROUND_TRIPS: 0}))
def in_process(stand: Stand) -> Mapping[str, Contestant]:
    """Verify in this process, one after the other, while a thread follows the chain as in the service."""
    archives = {OURS: stand.archive("replica")}
    if stand.postgres is not None:
        archives["PostgreSQL"] = stand.postgres.url()
    return {who: _verifying(stand, url) for who, url in archives.items()}


@figure(f"anchor a batch of {BATCH:_}".replace("_", " "), "anchors", Target(most={GAS: 6}))
def gas(stand: Stand) -> Mapping[str, Contestant]:
    """Anchor a root for so many certificates; the gas is that of the receipt."""
    chain, account = stand.founded.signing("gas"), stand.founded.key("gas")
    day, last = last_valid_day(now().date()), list[Written]()

    def anchor() -> None:
        tree = batch_of([secrets.token_bytes(32)], EXPORTING).tree.root  # the chain never sees the leaves
        last[:] = [chain.anchor(tree, BATCH, day, account)]

    def lap() -> Lap:
        done = timed(anchor, max(3, stand.effort.runs // 20))
        used = last[0].gas_used
        return replace(done, more={"gas": used, GAS: used / BATCH})

    return {OURS: lap}


def _verifying(stand: Stand, url: str) -> Contestant:
    """Return verifying from the replica in a database."""
    documents = cycle([json.loads(line) for line in stand.bodies.read_bytes().splitlines()])
    rooms = open_archive(url)
    stand.ending.callback(rooms.close)
    replicated = replicated_of(stand.founded.chain, rooms)
    ledger: Ledger = replace(stand.opened.ledger, members=replicated, registry=replicated)

    def verify_next() -> None:
        verdict = verify(next(documents), ledger)
        if verdict.code is not VerdictCode.VALID:
            raise NotValid(verdict.code)

    def lap() -> Lap:
        following = following_of(stand.founded.profile, rooms).start()
        try:
            stand.await_followed(rooms)
            return timed_asking(verify_next, stand.effort.runs, of_others=False)
        finally:
            following.stop()

    return lap
