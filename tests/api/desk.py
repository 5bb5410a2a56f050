"""A service with its callers, so that a test states only who asks for what."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.desks.at_work import LASTING
from api.pages.visitor import COOKIE
from api.services import Limits
from ledger.archive import ArchiveRooms, Scope
from ledger.facts import Address, Role
from ledger.memory import MemoryLedger
from ledger.memory.transactions import MemoryTransactions
from ledger.ports import Ledger
from ledger.submitting import assembled
from tests.builders import a_document
from tests.worlds import FOUNDERS, MemoryWorld, World

START = datetime(2026, 11, 3, 8, tzinfo=UTC)
SECOND_OFFICE = "VN issuing second"
"""A second issuing authority of VN, beside the cast."""
_NUMBERS = itertools.count(1)


@dataclass
class HandClock:
    """A clock that tests set."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return the moment it was set to."""
        return self.now

    def advance(self, by: timedelta) -> None:
        """Set it forward."""
        self.now += by


@dataclass
class Desk:
    """The service over one world, with an API key for each authority."""

    world: World
    rooms: ArchiveRooms
    ledger: Ledger
    clock: HandClock = field(default_factory=HandClock)
    limits: Limits = field(default_factory=Limits)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Build the app."""
        self.app = create_app(self.ledger, self.rooms, self.limits)
        self.client = TestClient(self.app, raise_server_exceptions=False)

    def authority(self, name: str) -> int:
        """Return the number of an authority of the cast, or of the second office."""
        return len(self.ledger.members.authorities()) if name == SECOND_OFFICE else self.world.authority(name)

    def token(self, name: str, *scopes: Scope) -> str:
        """Return an API key of an authority with these scopes, by default all but `admin`."""
        wanted = scopes or (Scope.READ, Scope.ISSUE)
        label = f"{name} {' '.join(wanted)}"
        if label not in self.tokens:
            account = self.world.account(name)
            made = self.rooms.keys.make(self.authority(name), account, wanted, label=label, now=self.clock())
            self.tokens[label] = made[1]
        return self.tokens[label]

    def at_work(self, name: str, *scopes: Scope) -> TestClient:
        """Return a browser in which an officer of an authority is logged in."""
        number = self.authority(name)
        authority = self.ledger.members.authority(number)
        assert authority is not None
        return self._logged_in(name, authority.member, number, self.world.account(name), scopes)

    def administrator(self, member: str) -> TestClient:
        """Return a browser in which the administrator of a member is logged in."""
        return self._logged_in(f"{member} administrator", member, 0, self.world.admin(member), [Scope.ADMIN])

    def _logged_in(
        self, name: str, member: str, authority: int, account: Address, scopes: Sequence[Scope]
    ) -> TestClient:
        now, identity = self.clock(), ("https://login.example", name)
        officer = self.rooms.officers.enrol(
            identity, name, member=member, authority=authority, account=account, scopes=scopes, now=now
        )
        secret = self.rooms.officers.begin(officer.id, now=now, lasting=LASTING)
        cookies = {COOKIE: secret}
        return TestClient(self.app, cookies=cookies, raise_server_exceptions=False, follow_redirects=False)

    def ask(self, method: str, path: str, *, by: str | None = "VN issuing", **more: Any) -> Response:
        """Send a request as an authority of the cast, or without a key as None."""
        headers = {"Authorization": f"Bearer {self.token(by)}"} if by else {}
        headers |= more.pop("headers", {})
        if "content" in more:
            headers.setdefault("Content-Type", "application/json")
        return self.client.request(method, path, headers=headers, **more)

    def issue(
        self,
        document: dict[str, Any] | None = None,
        *,
        by: str = "VN issuing",
        key: str = "",
        prefer: str = "wait=5",
    ) -> Response:
        """Issue a certificate."""
        document = a_new_document() if document is None else document
        headers = idempotent(key) | {"Prefer": prefer}
        return self.ask("POST", "/v1/certificates", by=by, json=document, headers=headers)

    def hold(self) -> None:
        """Let the chain take no transaction."""
        self._transactions().held = True

    def release(self) -> None:
        """Let the chain take all that waits."""
        self._transactions().held = False
        self._transactions().mine()

    def _transactions(self) -> MemoryTransactions:
        assert isinstance(self.world.transactions, MemoryTransactions), "only a chain in memory can be held"
        return self.world.transactions

    def issued(self, **overrides: Any) -> dict[str, Any]:
        """Issue a certificate that nothing speaks against; returns the answer's body."""
        answer = self.issue(a_new_document(**overrides))
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body


def idempotent(key: str = "") -> dict[str, str]:
    """Return the header that makes a request safe to repeat."""
    return {"Idempotency-Key": key or f"test-{next(_NUMBERS)}"}


def a_new_document(**overrides: Any) -> dict[str, Any]:
    """Return the default document under a reference of its own."""
    fields: dict[str, Any] = {"reference": f"VN-TH 26/02/{next(_NUMBERS):05}", "issuedOn": "2026-11-02"}
    return a_document(**fields | overrides)


def replacing(
    issued: dict[str, Any], document: dict[str, Any] | None = None, **overrides: Any
) -> dict[str, Any]:
    """Return a document that replaces an issued certificate."""
    old = unsalted_reference(issued["envelope"])
    return (document or a_new_document()) | {"replaces": old} | overrides


def back_to_back(original: dict[str, Any], issued: dict[str, Any], importing: str) -> dict[str, Any]:
    """Return a document by which the member that a certificate is addressed to re-exports its line 1."""
    named = {name: original[name] for name in ("reference", "issuedOn")} | {"certificate": issued["id"]}
    document, by = a_new_document(), original["importingMember"]
    return document | {
        "reference": f"{by}-{importing} 26/02/{next(_NUMBERS):05}",
        "exportingMember": by,
        "importingMember": importing,
        "items": {"1": {**original["items"]["1"], "originals": {"1": {**named, "item": "1"}}}},
        "originals": {"1": {**named, "exportingMember": original["exportingMember"]}},
        "endorsements": {**document["endorsements"], "backToBack": True},
        "declaration": {**document["declaration"], "importingCountry": importing},
        "exporter": {**document["exporter"], "country": by},
        "consignee": {**document["consignee"], "country": importing},
    }


def unsalted_reference(envelope: dict[str, Any]) -> dict[str, str]:
    """Return reference and date of issue of an envelope."""
    data = envelope["data"]
    return {
        "reference": data["reference"].split(":", 2)[2],
        "issuedOn": data["issuedOn"].split(":", 2)[2],
    }


def a_world_in_memory(clock: HandClock) -> World:
    """Return the cast in memory on this clock, with the second office."""
    world = MemoryWorld()
    world.ledger = MemoryLedger({member: world.admin(member) for member in FOUNDERS}, clock)
    world.transactions = MemoryTransactions(world.ledger)
    world.assemble()
    add_second_office(world)
    return world


def add_second_office(world: World) -> None:
    """Give VN a second issuing authority."""
    number = world.ledger.add_authority(Role.ISSUING, "VN second office", "second.example", world.admin("VN"))
    world.ledger.add_key(number, world.account(SECOND_OFFICE), world.admin("VN"))


def a_desk(world: World, rooms: ArchiveRooms, clock: HandClock, limits: Limits | None = None) -> Desk:
    """Return a service over a world."""
    ledger = assembled(
        members=world.ledger,
        registry=world.ledger,
        transactions=world.transactions,
        archive=rooms.certificates,
        outbox=rooms.outbox,
        clock=clock,
        recognitions=world.ledger,
        procedures=world.ledger,
        operator_files=rooms.operators,
        kept=rooms.kept,
        statements=rooms.statements,
        decisions=rooms.decisions,
        exporter_files=rooms.exporters,
    )
    return Desk(world, rooms, ledger, clock, limits or Limits())


def problem(answer: Response, status: int, code: str) -> dict[str, Any]:
    """Return the problem of an answer, after seeing that it is this one and complete."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
        answer.text
    )
    body: dict[str, Any] = answer.json()
    assert (body["type"], body["status"]) == (f"/problems/{code}", status), body
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer.headers["x-request-id"]
    return body
