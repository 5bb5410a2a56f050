"""A ledger on a chain, an issuing authority of it with its archive, and its real processes."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import orjson

from ledger.archive import ArchiveRooms, Scope, open_archive
from ledger.certificate import Certificate
from ledger.chain.connect import ChainLedger, connect
from ledger.chain.deploy import deploy
from ledger.chain.profile import ChainProfile, write_profile
from ledger.chain.rpc import Rpc
from ledger.chain.signers import DevelopmentSigner
from ledger.chain.values import ZERO_ADDRESS
from ledger.documents import parse_document
from ledger.facts import Role
from ledger.fsck import Discrepancy, Examiner
from ledger.opening import now
from ledger.outbox import Dispatch
from ledger.ports import Filing, Ledger
from ledger.rounds import Policy
from ledger.rules.calendar import last_valid_day
from ledger.submitting import assembled
from tests.builders import a_document
from tests.faults.killing import VARIABLE
from tests.faults.processes import Nursery, Process

_DEPLOYER, _ADMIN, _OTHER, _KEY = (DevelopmentSigner(place) for place in range(4))
KEY = _KEY
"""The signer of the issuing authority."""
ACCOUNT = _KEY.address
READY = 60.0
"""Seconds that a process may take to start on a busy machine."""


def a_document_of_today(reference: str, **overrides: Any) -> dict[str, Any]:
    """Return a document dated by the wall clock, which the chain goes by."""
    today = datetime.now(UTC).date()
    document = a_document(
        reference=reference,
        issuedOn=today.isoformat(),
        validUntil=last_valid_day(today).isoformat(),
        **overrides,
    )
    document["certification"]["date"] = today.isoformat()
    document["declaration"]["date"] = (today - timedelta(days=1)).isoformat()
    document["transport"]["departureDate"] = (today + timedelta(days=2)).isoformat()
    document["items"]["1"]["invoices"]["1"]["date"] = (today - timedelta(days=5)).isoformat()
    return document


def a_certificate_of_today(reference: str, **overrides: Any) -> Certificate:
    """Return the certificate of such a document."""
    return parse_document(a_document_of_today(reference, **overrides))


def founded(network: ChainProfile) -> tuple[ChainProfile, int]:
    """Found a ledger with one issuing authority of VN on an empty profile; returns profile and authority."""
    rpc = Rpc(network.rpc, network.rpc_timeout)
    if "anvil" in rpc.ask("web3_clientVersion"):
        for signer in (_DEPLOYER, _ADMIN, _OTHER, _KEY):
            rpc.ask("anvil_setBalance", signer.address, hex(10**21))
    profile = deploy(replace(network, finality=0), {"VN": _ADMIN.address, "TH": _OTHER.address}, _DEPLOYER)
    ledger = connect(profile, [_ADMIN])
    authority = ledger.add_authority(Role.ISSUING, "VN issuing office", "issuing.example", _ADMIN.address)
    ledger.add_key(authority, ACCOUNT, _ADMIN.address)
    return replace(profile, finality=network.finality), authority


def network(rpc: str, **fields: Any) -> ChainProfile:
    """Return the profile of a node without a ledger, with times that fit a test."""
    profile = ChainProfile(1337, (rpc,), ZERO_ADDRESS, rpc_timeout=3.0, confirm_within=10.0)
    return replace(profile, **fields)


@dataclass
class Station:
    """An issuing authority at work; its processes are real, and so are its chain and its database."""

    profile: ChainProfile
    authority: int
    folder: Path
    archive: str
    nursery: Nursery
    settings: dict[str, str] = field(default_factory=dict)
    """Further environment of its processes."""

    def at(self, *rpc: str, **fields: Any) -> "Station":
        """Return the same station, its processes asking other nodes."""
        return replace(self, profile=replace(self.profile, rpc=rpc or self.profile.rpc, **fields))

    def environment(self, kill: str = "") -> dict[str, str]:
        """Return the environment of its processes."""
        path = self.folder / "profile.toml"
        write_profile(self.profile, path)
        own = {
            "ASAL_PROFILE": str(path),
            "ASAL_ARCHIVE": self.archive,
            "ASAL_DEVELOPMENT_KEYS": "true",
            VARIABLE: kill or "none",
        }
        return os.environ | own | self.settings

    # ----------------------------------------------------------------------------------- processes

    def asal(self, *arguments: str, kill: str = "", within: float = 60) -> Process:
        """Run the command line with the issuing key, to its end."""
        process = self.starting("asal", "--as", ACCOUNT, "--json", *arguments, kill=kill)
        try:
            process.wait(within)
        finally:
            process.kill()
        return process

    def starting(self, program: str, *arguments: str, kill: str = "", **more: str) -> Process:
        """Start one of our programs."""
        environment = self.environment(kill) | more
        return self.nursery.start(program, *arguments, folder=self.folder, environment=environment)

    @contextmanager
    def serving(self, kill: str = "", **settings: str) -> Iterator["Service"]:
        """Run the service as its own process while the block lasts."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        headers = {"Authorization": f"Bearer {self.token()}"}
        process = self.starting("api", kill=kill, ASAL_PORT=str(port), **settings)
        limits = httpx2.Limits(max_connections=None)
        with httpx2.Client(
            base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60, limits=limits
        ) as client:
            try:
                service = Service(process, client)
                service.await_alive()
                yield service
            finally:
                process.kill()

    def token(self) -> str:
        """Return an API key of the authority."""
        with self.rooms() as rooms:
            scopes = [Scope.ISSUE, Scope.READ]
            return rooms.keys.make(self.authority, ACCOUNT, scopes, label="test", now=now())[1]

    # --------------------------------------------------------------------------- seen from the test

    @contextmanager
    def rooms(self) -> Iterator[ArchiveRooms]:
        """Lend the archive."""
        rooms = open_archive(self.archive, migrate=False)
        try:
            yield rooms
        finally:
            rooms.close()

    @contextmanager
    def office(self, policy: Policy | None = None, chain: ChainLedger | None = None) -> Iterator[Ledger]:
        """Lend the ledger as a process of the authority has it, in this process."""
        chain = chain or connect(self.profile, [KEY])
        with self.rooms() as rooms:
            ledger = assembled(
                policy,
                members=chain,
                registry=chain,
                transactions=chain.transactions,
                archive=rooms.certificates,
                outbox=rooms.outbox,
                clock=now,
            )
            try:
                yield ledger
            finally:
                ledger.carrier.close()

    def filings(self) -> list[Filing]:
        """Return all that the authority has filed."""
        with self.rooms() as rooms:
            found: list[Filing] = []
            while page := rooms.certificates.filings(
                self.authority, after=found[-1].id if found else None, limit=500
            ):
                found += page
            return found

    def writes(self) -> list[Dispatch]:
        """Return every write of the outbox."""
        with self.rooms() as rooms, rooms.database.reading() as connection:
            positions = connection.exec_driver_sql("SELECT position FROM outbox ORDER BY position").scalars()
            found = [rooms.outbox.find(position) for position in list(positions)]
        return [write for write in found if write is not None]

    def signed_bytes(self) -> list[str]:
        """Return the bytes of every signature that was ever stored, oldest first, in hex."""
        with self.rooms() as rooms, rooms.database.reading() as connection:
            raw = connection.exec_driver_sql("SELECT raw FROM signatures ORDER BY position").scalars()
            return [f"0x{bytes(one).hex()}" for one in raw]

    def alarms(self) -> set[str]:
        """Return the names of the alarms in force."""
        with self.rooms() as rooms:
            return {alarm.name.value for alarm in rooms.outbox.alarms()}

    def discrepancies(self) -> list[Discrepancy]:
        """Return what archive, chain and envelopes do not agree on."""
        with self.office() as ledger:
            return list(Examiner(ledger).discrepancies())

    def used(self) -> int:
        """Return how many transactions of the key the chain has."""
        return connect(self.profile).transactions.used(ACCOUNT)

    def on_chain(self) -> "OnChain":
        """Return what the ledger's events say was written."""
        chain = connect(self.profile)
        events = chain._connection.events
        last = chain.head().block
        first = self.profile.from_block
        return OnChain(
            issued=[event["id"] for event in events("CertificateIssued", first, last)],
            entered=[event["id"] for event in events("CertificateEntered", first, last)],
            sizes=[event["size"] for event in events("RootAnchored", first, last)],
            cancelled=[event["id"] for event in events("CertificateCancelled", first, last)],
            replaced=[event["id"] for event in events("CertificateReplaced", first, last)],
        )

    def rpc(self, method: str, *parameters: Any) -> Any:
        """Ask the node directly."""
        return Rpc(self.profile.rpc, 30).ask(method, *parameters)


@dataclass(frozen=True, slots=True)
class OnChain:
    """What the events of a ledger tell."""

    issued: list[bytes]
    entered: list[bytes]
    sizes: list[int]
    cancelled: list[bytes]
    replaced: list[bytes]

    @property
    def certificates(self) -> int:
        """How many certificates were recorded: by themselves, or in a batch."""
        return len(self.issued) - len(self.entered) + sum(self.sizes)


@dataclass(frozen=True, slots=True)
class Service:
    """A running service."""

    process: Process
    client: httpx2.Client

    def await_alive(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + READY
        while time.monotonic() < deadline and self.process.running:
            try:
                self.client.get("/livez")
            except httpx2.TransportError:
                time.sleep(0.05)
                continue
            return
        raise AssertionError(f"the service did not start: {self.process.said()}")

    def issue(self, reference: str, *, prefer: str = "wait=10", key: str = "key") -> httpx2.Response:
        """Ask for a certificate."""
        headers = {"Idempotency-Key": f"{key}-{reference.replace(' ', '-')}", "Prefer": prefer}
        content = orjson.dumps(a_document_of_today(reference))
        headers["Content-Type"] = "application/json"
        return self.client.post("/v1/certificates", content=content, headers=headers)

    def verdict(self, envelope: object) -> str:
        """Return the code of the verdict on an envelope."""
        return str(self.client.post("/v1/verifications", json=envelope).json()["code"])

    def end(self) -> int:
        """Ask it to end, and return its status."""
        self.process.signal(signal.SIGTERM)
        return self.process.wait(30)


def eventually(look: Callable[[], bool], within: float = 30.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + within
    while not look():
        assert time.monotonic() < deadline, f"not so within {within} s"
        time.sleep(0.05)
