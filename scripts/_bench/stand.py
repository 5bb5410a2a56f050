"""What the contestants stand on: a chain, a ledger founded on it, the API, and the peers' processes.

Each is made when a figure first asks for it and ended with the run.
"""

import json
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import _ganache
import _postgres
from _postgres_programs import PostgresMissing

from _bench.founding import Founded, found
from _bench.measure import Lap, cpu_of, forget_peak, peak_of
from _bench.samples import documents
from _bench.service import Service
from _bench.worker import Start, Worker, node, python
from ledger.archive import ArchiveRooms, Scope, open_archive
from ledger.bulk.running import Issued, Outcome, Way, issue_in_bulk
from ledger.documents import parse_document
from ledger.facts import Address
from ledger.issuing import issue
from ledger.opening import Opened, Settings, now, open_ledger

_LATEST_SECONDS = 30


class NotFollowed(RuntimeError):
    """A replica did not come to where the node is in time."""


class NotIssued(RuntimeError):
    """A sample certificate was not issued."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    rounds: int
    """Laps of each contestant."""
    runs: int
    """How often one lap repeats something small."""
    load_seconds: float
    """How long one lap of load on the API lasts."""
    bodies: int
    """Distinct envelopes posted to the API."""
    largest: int
    """Figures of a larger size are left out."""
    warm: bool = True
    """Whether a lap of each contestant goes before and does not count."""


class Stand:
    """The run's own chain, ledger, service and processes."""

    def __init__(self, folder: Path, effort: Effort, ending: ExitStack) -> None:
        """Remember the folder for everything that is written, and the stack of what must be ended."""
        self.folder, self.effort, self.ending = folder, effort, ending
        self.profile = folder / "asal.toml"
        self._workers: dict[str, Worker] = {}
        self.known: dict[str, float] = {}
        """What one figure found out and another builds on."""

    @cached_property
    def node(self) -> _ganache.Node:
        """A chain in memory."""
        return self.ending.enter_context(_ganache.running())

    @cached_property
    def founded(self) -> Founded:
        """The ledger that is measured on, which also hands out keys."""
        return found(self.node.rpc, self.node.chain_id, self.profile)

    @property
    def account(self) -> Address:
        """The key that this process writes with through `opened`, and nobody else does."""
        return self.founded.key("this process")

    @cached_property
    def opened(self) -> Opened:
        """The ledger as the command line opens it, with an archive of its own."""
        _ = self.account  # founds the ledger, and so writes the profile
        opened = open_ledger(Settings(self.profile, self.archive("this-process"), development_keys=True))
        self.ending.callback(opened.close)
        return opened

    def archive(self, name: str) -> str:
        """Return the URL of an archive in the run's folder."""
        return f"sqlite:///{self.folder / name}.sqlite3"

    @cached_property
    def postgres(self) -> _postgres.Server | None:
        """A PostgreSQL server with its own settings; None where there is none to be had."""
        try:
            return self.ending.enter_context(_postgres.running(_postgres.DURABLE))
        except PostgresMissing as missing:
            print(f"bench: without PostgreSQL: {missing}", file=sys.stderr, flush=True)
            return None

    @cached_property
    def service(self) -> Service:
        """The API over another archive, with a key of its own; it follows the chain and has caught up."""
        _ = self.token  # founds the ledger and makes the archive, so that the service finds both
        service = self.serving("service")
        self.ending.callback(service.close)
        self.await_followed(self.followed)
        return service

    def serving(self, archive: str, profile_into: Path | None = None) -> Service:
        """Start an API over an archive of the run's folder."""
        settings = {
            "ASAL_PROFILE": str(self.profile),
            "ASAL_ARCHIVE": self.archive(archive),
            "ASAL_DEVELOPMENT_KEYS": "1",
        }
        return Service(settings, self.folder / f"{archive}.log", profile_into)

    @cached_property
    def followed(self) -> ArchiveRooms:
        """The service's database, to look at what its follower has stored."""
        return self.rooms("service")

    def rooms(self, archive: str) -> ArchiveRooms:
        """Open an archive of the run's folder until the run ends."""
        rooms = open_archive(self.archive(archive))
        self.ending.callback(rooms.close)
        return rooms

    def await_followed(self, rooms: ArchiveRooms) -> None:
        """Wait until whoever follows the chain into a database is where the node is now."""
        newest, ends = self.founded.chain.head().block, time.monotonic() + _LATEST_SECONDS
        while (head := rooms.replica.head()) is None or head.block is None or head.block.number < newest:
            if time.monotonic() > ends:
                raise NotFollowed
            time.sleep(0.01)

    @cached_property
    def token(self) -> str:
        """An API key that may issue, signing with the service's key."""
        authority, account = self.founded.authority, self.founded.key("service")
        scopes = (Scope.READ, Scope.ISSUE)
        return self.followed.keys.make(authority, account, scopes, label="bench", now=now())[1]

    @cached_property
    def singles(self) -> list[Path]:
        """Files with envelopes of certificates that were issued one by one."""
        return [self._issued(document) for document in islice(documents("S"), 10)]

    @cached_property
    def bodies(self) -> Path:
        """A file with one envelope a line, all distinct, issued in bulk."""
        rows = (json.dumps(row).encode() for row in islice(documents("B"), self.effort.bodies))
        way = Way(batch=self.effort.bodies, workers=1)
        outcomes = issue_in_bulk(
            rows,
            authority=self.founded.authority,
            account=self.account,
            ledger=self.opened.ledger,
            way=way,
        )
        path = self.folder / "bodies.ndjson"
        path.write_bytes(b"\n".join(_envelope(outcome) for outcome in outcomes))
        return path

    def peer(self, library: str, mark: str = "") -> Worker:
        """Return the process of a peer's library; it lasts through the run, another one for each mark."""
        return self._kept(library, mark, node)

    def ours(self, module: str, mark: str = "") -> Worker:
        """Return a process of a module of `_bench`; it lasts through the run, another one for each mark."""
        return self._kept(module, mark, python)

    def load(self, path: str, bodies: Path, **particulars: Any) -> Lap:  # noqa: ANN401
        """Post bodies to the API from another process; processor time and memory told are the API's."""
        service, generator = self.service.pid, self.ours("load")
        forget_peak(service)
        spent, node_spent = cpu_of(service), cpu_of(self.node.process.pid)
        lap = generator.lap("load", port=self.service.port, path=path, file=str(bodies), **particulars)
        cpu = cpu_of(service) - spent
        more = {
            "node CPU µs": (cpu_of(self.node.process.pid) - node_spent) / lap.done * 1e6,
            "client CPU µs": lap.cpu / lap.done * 1e6,
        }
        return replace(lap, cpu=cpu, peak=peak_of(service), more=more)

    def _kept(self, name: str, mark: str, start: Start) -> Worker:
        if name + mark not in self._workers:
            worker = start(name, self.folder / f"{name}{mark}.log")
            self._workers[name + mark] = self.ending.enter_context(closing(worker))
        return self._workers[name + mark]

    def _issued(self, document: dict[str, Any]) -> Path:
        """Issue a certificate and save its envelope."""
        made = issue(
            parse_document(document),
            authority=self.founded.authority,
            account=self.account,
            ledger=self.opened.ledger,
        )
        path = self.folder / f"{made.filing.id.hex()}.json"
        path.write_text(json.dumps(made.envelope, ensure_ascii=False), encoding="utf-8")
        return path


def _envelope(outcome: Outcome) -> bytes:
    if not isinstance(outcome, Issued) or outcome.envelope is None:
        raise NotIssued(type(outcome).__name__)
    return outcome.envelope
