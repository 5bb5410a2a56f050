"""One day's work, killed again and again at drawn moments, then finished and looked at."""

import json
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.chain.rpc import Rpc
from ledger.facts import Standing
from ledger.fsck import Examiner
from ledger.opening import now
from ledger.outbox import DispatchKind
from ledger.ports import Filing, FilingState
from ledger.terms import normalised
from tests.faults.nursery import KILLED_AT
from tests.faults.processes import Process
from tests.faults.station import Station
from tests.faults.workload import Plan, plan_of

MOMENTS = 220
"""About how many moments a day's work passes at which it could die."""
_SECONDS = 0.8
"""About how long it takes."""
_MOST_KILLS = 4
_PORTS = {
    "archive.file": 4,
    "archive.file_batch": 1,
    "outbox.put": 2,
    "outbox.group": 1,
    "outbox.keep": 4,
    "outbox.settle": 4,
    "transactions.used": 1,
    "transactions.sign": 4,
    "transactions.send": 4,
    "transactions.outcome": 4,
}
"""Calls at which processes are killed by name, and how often each comes about."""


@dataclass
class Trial:
    """The work of one seed on one station, with a fresh archive."""

    station: Station
    seed: str
    killed_at: list[str] = field(default_factory=list)
    """The moments at which its processes died."""

    @property
    def _journal(self) -> Path:
        return self.station.folder / f"{self.seed}.journal"

    def run(self) -> None:
        """Kill the work a few times, let it finish, and see that nothing is lost, doubled, invented."""
        drawn = random.Random(f"kills {self.seed}")  # noqa: S311 - a test's, repeatable
        for before in range(drawn.randint(1, _MOST_KILLS)):
            kind = drawn.random()
            if kind < 0.1:
                self._killed_after(drawn.uniform(0, _SECONDS))
            elif kind < 0.5:
                self._killed_at(f"any/{drawn.randint(1, MOMENTS // (1 + before))}")
            else:
                port, when = drawn.choice(list(_PORTS)), drawn.choice(["before", "after"])
                self._killed_at(f"{port}/{when}/{drawn.randint(1, _PORTS[port])}")
        assert self._worked() == 0
        self._looked_at(plan_of(self.seed))

    def _killed_at(self, moment: str) -> None:
        """Work until a moment; the work may be done before it comes."""
        status = self._worked(moment)
        assert status in {0, -signal.SIGKILL}, self._what_happened()
        if status:
            self.killed_at.append(self._note.read_text(encoding="utf-8"))

    def _killed_after(self, seconds: float) -> None:
        """Work for some time."""
        process = self._start("")
        time.sleep(seconds)
        process.kill()
        assert process.status in {0, -signal.SIGKILL}, process.said()
        if process.status:
            self.killed_at.append("whenever")

    @property
    def _note(self) -> Path:
        return self.station.folder / f"{self.seed}.killed"

    def _worked(self, kill: str = "") -> int:
        self._process = self._start(kill)
        try:
            return self._process.wait(120)
        finally:
            self._process.kill()
            self._said = self._process.said()

    def _start(self, kill: str) -> Process:
        arguments = (
            str(self.station.folder / "profile.toml"),
            self.station.archive,
            str(self._journal),
            self.seed,
        )
        return self.station.starting("workload", *arguments, kill=kill, **{KILLED_AT: str(self._note)})

    def _what_happened(self) -> str:
        return f"seed {self.seed}, killed before at {self.killed_at}: {self._said}"

    # -------------------------------------------------------------------------------- what must be so

    def _looked_at(self, plan: Plan) -> None:
        filings = {filing.reference: filing for filing in self.station.filings()}
        asked = {normalised(reference) for reference in plan.issued}
        assert filings.keys() == asked, self._what_happened()
        assert len(self.station.filings()) == len(asked), self._what_happened()
        self._as_told(filings)
        self._on_chain(plan, filings)
        self._examined(plan, filings)

    def _as_told(self, filings: dict[str, Filing]) -> None:
        """What a caller was told before a crash is what the archive holds after it."""
        for line in self._journal.read_bytes().splitlines():
            told = json.loads(line)
            if "id" in told:
                held = filings[told["reference"]]
                assert (held.id.hex(), held.seed.hex()) == (told["id"], told["seed"]), self._what_happened()
                assert held.state is FilingState.RECORDED, self._what_happened()

    def _on_chain(self, plan: Plan, filings: dict[str, Filing]) -> None:
        """Each is recorded once, each nonce is one of ours, and no write took two."""
        chain = self.station.on_chain()
        assert chain.certificates == len(filings), self._what_happened()
        events = (chain.issued, chain.entered, chain.cancelled, chain.replaced)
        assert all(len(ids) == len(set(ids)) for ids in events), self._what_happened()
        assert len(chain.replaced) == len(plan.ended("replace")), self._what_happened()
        writes = self.station.writes()
        nonces = sorted(write.nonce for write in writes if write.nonce is not None)
        assert len(nonces) == len(writes), self._what_happened()
        assert nonces == list(range(self.station.used() - len(nonces), self.station.used()))
        assert all(write.kind is not DispatchKind.FOREIGN for write in writes), self._what_happened()

    def _examined(self, plan: Plan, filings: dict[str, Filing]) -> None:
        """Archive, chain and envelopes say the same, and every end has taken effect."""
        with self.station.office() as ledger:
            assert list(Examiner(ledger).discrepancies()) == [], self._what_happened()
            assert ledger.outbox.backlog().writes == 0, self._what_happened()
            assert ledger.outbox.alarms() == (), self._what_happened()
            for kind, standing in (("cancel", Standing.CANCELLED), ("replace", Standing.REPLACED)):
                for reference in plan.ended(kind):
                    held = filings[normalised(reference)]
                    assert ledger.registry.standing(held.id, now()) is standing, self._what_happened()


def tortured(lend: Any, seed: str, wanted: int) -> Counter[str]:
    """Run trials until so many processes were killed; returns at which moments."""
    moments: Counter[str] = Counter()
    number = 0
    while moments.total() < wanted:
        number += 1
        with lend() as station:
            trial = Trial(station, f"{seed}-{number}")
            trial.run()
        moments.update(trial.killed_at)
    return moments


@contextmanager
def mining_late(rpc: str, every: float) -> Iterator[None]:
    """Make blocks at a beat, instead of one for each transaction, while the block lasts."""
    node, ended = Rpc((rpc,), 10), threading.Event()

    def mine() -> None:
        while not ended.wait(every):
            node.ask("evm_mine")

    node.ask("evm_setAutomine", False)  # noqa: FBT003 - a parameter of JSON-RPC
    miner = threading.Thread(target=mine)
    miner.start()
    try:
        yield
    finally:
        ended.set()
        miner.join()
        node.ask("evm_setAutomine", True)  # noqa: FBT003
