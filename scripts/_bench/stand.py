"""What the contestants stand on: a chain, a ledger founded on it, the API, and the peers' processes.

Each is made when a figure first asks for it and ended with the run.
"""

import json
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import _founding
import _ganache

from _bench.measure import Lap, cpu_of, forget_peak, peak_of
from _bench.samples import documents, envelopes
from _bench.service import Service
from _bench.worker import Start, Worker, node, python
from ledger.archive import Scope, open_archive
from ledger.documents import parse_document
from ledger.facts import Role
from ledger.issuing import issue
from ledger.opening import Opened, Settings, now, open_ledger
from ledger.rules.calendar import last_valid_day


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


class Stand:
    """The run's own chain, ledger, service and processes."""

    def __init__(self, folder: Path, effort: Effort, ending: ExitStack) -> None:
        """Remember the folder for everything that is written, and the stack of what must be ended."""
        self.folder, self.effort, self._ending = folder, effort, ending
        self._profile = folder / "asal.toml"
        self._workers: dict[str, Worker] = {}
        self.known: dict[str, float] = {}
        """What one figure found out and another builds on."""

    @cached_property
    def node(self) -> _ganache.Node:
        """A chain in memory."""
        return self._ending.enter_context(_ganache.running())

    @cached_property
    def founded(self) -> _founding.Founded:
        """The ledger with its members, authorities and keys, and a second issuing authority for the API."""
        return _founding.found(self.node.rpc, self.node.chain_id, self._profile)

    @cached_property
    def office(self) -> _founding.Office:
        """The authority that issues from this process."""
        return self.founded.office("VN", Role.ISSUING)

    @cached_property
    def opened(self) -> Opened:
        """The ledger as the command line opens it, with an archive of its own."""
        office = self.office  # founds the ledger, and so writes the profile
        opened = open_ledger(Settings(self._profile, self.archive(office.member), development_keys=True))
        self._ending.callback(opened.close)
        return opened

    def archive(self, name: str) -> str:
        """Return the URL of an archive in the run's folder."""
        return f"sqlite:///{self.folder / name}.sqlite3"

    @cached_property
    def service(self) -> Service:
        """The API over another archive, issuing for another authority with a key of its own."""
        settings = {
            "ASAL_PROFILE": str(self._profile),
            "ASAL_ARCHIVE": self.archive("service"),
            "ASAL_DEVELOPMENT_KEYS": "1",
        }
        _ = self.token  # founds the ledger and makes the archive, so that the service finds both
        service = Service(settings, self.folder / "service.log")
        self._ending.callback(service.close)
        return service

    @cached_property
    def token(self) -> str:
        """An API key that may issue for the second authority."""
        admin, account = self.founded.admin("VN"), _founding.account(_founding.SPARE_KEY)
        number = self.founded.chain.add_authority(Role.ISSUING, "Issuing by API", "api.example", admin)
        self.founded.chain.add_key(number, account, admin)
        rooms = open_archive(self.archive("service"))
        try:
            scopes = (Scope.READ, Scope.ISSUE)
            return rooms.keys.make(number, account, scopes, label="bench", now=now())[1]
        finally:
            rooms.close()

    @cached_property
    def singles(self) -> list[Path]:
        """Files with envelopes of certificates that were issued one by one."""
        return [self._issued(document) for document in islice(documents("S"), 10)]

    @cached_property
    def bodies(self) -> Path:
        """A file with one envelope a line, all distinct, of a batch that is anchored."""
        batch = list(islice(documents("B"), self.effort.bodies))
        sealed, root = envelopes(batch, self.founded.profile.ledger)
        until = last_valid_day(now().date())
        self.opened.chain.anchor(root, len(batch), until, self.office.account)
        path = self.folder / "bodies.ndjson"
        path.write_bytes(b"\n".join(sealed))
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
            self._workers[name + mark] = self._ending.enter_context(closing(worker))
        return self._workers[name + mark]

    def _issued(self, document: dict[str, Any]) -> Path:
        """Issue a certificate and save its envelope."""
        office, certificate = self.office, parse_document(document)
        made = issue(
            certificate, authority=office.authority, account=office.account, ledger=self.opened.ledger
        )
        path = self.folder / f"{made.filing.id.hex()}.json"
        path.write_text(json.dumps(made.envelope, ensure_ascii=False), encoding="utf-8")
        return path
