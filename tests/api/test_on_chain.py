"""The whole way over HTTP on a real chain, and a real process that is killed on it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import _ganache
import httpx2
import pytest

from ledger.archive import Scope, open_archive
from ledger.chain.connect import connect
from ledger.chain.deploy import deploy
from ledger.chain.profile import ChainProfile, write_profile
from ledger.chain.signers import DevelopmentSigner
from ledger.chain.values import ZERO_ADDRESS
from ledger.facts import Role
from ledger.rules.calendar import last_valid_day
from tests.api.desk import (
    Desk,
    HandClock,
    a_desk,
    a_new_document,
    add_second_office,
    idempotent,
    problem,
    replacing,
)
from tests.worlds import ChainWorld

pytestmark = pytest.mark.chain
_SERVICE = [sys.executable, "-m", "api.main"]


def a_document_of_today(**overrides: Any) -> dict[str, Any]:
    """Return a document dated by the wall clock, which the chain goes by."""
    today = datetime.now(UTC).date()
    document = a_new_document(
        issuedOn=today.isoformat(), validUntil=last_valid_day(today).isoformat(), **overrides
    )
    document["certification"]["date"] = today.isoformat()
    document["declaration"]["date"] = (today - timedelta(days=1)).isoformat()
    document["transport"]["departureDate"] = (today + timedelta(days=2)).isoformat()
    document["items"]["1"]["invoices"]["1"]["date"] = (today - timedelta(days=5)).isoformat()
    return document


@pytest.fixture(scope="module")
def network(ganache: _ganache.Node) -> ChainProfile:
    """Return the profile of the node, without a ledger."""
    return ChainProfile(ganache.chain_id, (ganache.rpc,), ZERO_ADDRESS)


@pytest.fixture(scope="module")
def world(network: ChainProfile) -> ChainWorld:
    """Return the cast on the chain."""
    world = ChainWorld.deployed(network)
    world.assemble()
    add_second_office(world)
    return world


@pytest.fixture
def chain_desk(world: ChainWorld, tmp_path: Path) -> Iterator[Desk]:
    """Return the service over the chain."""
    rooms = open_archive(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    yield a_desk(world, rooms, HandClock(datetime.now(UTC)))
    rooms.close()


def _verdict(desk: Desk, envelope: dict[str, Any]) -> str:
    answer = desk.ask("POST", "/v1/verifications", by=None, json=envelope)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["code"])


def test_a_certificate_lives_its_whole_life(chain_desk: Desk) -> None:
    """Issued, fetched, verified, replaced and cancelled, with the verdict following each step."""
    desk = chain_desk
    assert desk.ask("GET", "/readyz", by=None).status_code == 200
    first = desk.issue(a_document_of_today()).json()
    path = f"/v1/certificates/{first['id']}"
    assert desk.ask("GET", path, by="TH customs").json()["standing"] == "valid"
    assert _verdict(desk, first["envelope"]) == "VALID"

    document = replacing(first, a_document_of_today())
    second = desk.ask("POST", f"{path}/replace", json=document, headers=idempotent())
    assert second.status_code == 201, second.text
    assert _verdict(desk, first["envelope"]) == "REPLACED"
    assert _verdict(desk, second.json()["envelope"]) == "VALID"

    where = second.headers["location"]
    cancelled = desk.ask("POST", f"{where}/cancel", json={"reason": "origin-not-met"})
    assert cancelled.json()["asOf"]["block"] > first["asOf"]["block"]
    assert _verdict(desk, second.json()["envelope"]) == "CANCELLED"
    third = replacing(second.json(), a_document_of_today())
    refused = desk.ask("POST", f"{where}/replace", json=third, headers=idempotent())
    problem(refused, 409, "certificate-not-live")


def test_no_key_of_one_member_acts_for_another(chain_desk: Desk) -> None:
    """The API refuses, and so does the contract when the API is asked to sign with a foreign account."""
    desk = chain_desk
    first = desk.issue(a_document_of_today()).json()
    path = f"/v1/certificates/{first['id']}"
    cancel = {"reason": "other"}
    problem(desk.ask("POST", f"{path}/cancel", by="TH issuing", json=cancel), 403, "not-your-certificate")
    problem(desk.ask("POST", f"{path}/cancel", by="MY issuing", json=cancel), 404, "certificate-not-found")
    problem(desk.issue(a_document_of_today(), by="TH issuing"), 403, "not-your-member")
    problem(desk.issue(a_document_of_today(), by="VN customs"), 403, "not-authorised")
    assert _verdict(desk, first["envelope"]) == "VALID"


def test_members_and_authorities_are_those_of_the_chain(chain_desk: Desk) -> None:
    """Read from the contract."""
    members = chain_desk.ask("GET", "/v1/members", by=None).json()["members"]
    assert [member["code"] for member in members] == ["VN", "TH", "MY"]
    authority = chain_desk.ask("GET", "/v1/authorities/1", by=None).json()
    assert [key["account"] for key in authority["keys"]] == [chain_desk.world.account("VN issuing")]


@dataclass(frozen=True, slots=True)
class Station:
    """A ledger on the chain with the public development keys, and a service's environment for it."""

    environment: dict[str, str]
    token: str

    @contextmanager
    def running(self) -> Iterator[tuple[subprocess.Popen[bytes], httpx2.Client]]:
        """Run the service as its own process while the block lasts."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | self.environment | {"ASAL_PORT": str(port)}
        headers = {"Authorization": f"Bearer {self.token}"}
        with (
            subprocess.Popen(
                [sys.executable, "-m", "api.main"], env=environment, stderr=subprocess.PIPE
            ) as process,
            httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client,
        ):
            try:
                _wait_until_ready(client, process)
                yield process, client
            finally:
                process.kill()


def _wait_until_ready(client: httpx2.Client, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            answer = client.get("/readyz")
        except httpx2.TransportError:
            time.sleep(0.05)
            continue
        assert answer.status_code == 200, answer.text
        return
    message = process.stderr.read().decode() if process.stderr else ""
    pytest.fail(f"the service ended: {message}")


@pytest.fixture
def station(network: ChainProfile, tmp_path: Path) -> Station:
    """Found a ledger, name an authority of VN, and make it an API key."""
    admin, importer, issuing = (DevelopmentSigner(place) for place in (1, 2, 3))
    profile = deploy(network, {"VN": admin.address, "TH": importer.address}, DevelopmentSigner(0))
    ledger = connect(profile, [admin])
    authority = ledger.add_authority(Role.ISSUING, "VN issuing office", "issuing.example", admin.address)
    ledger.add_key(authority, issuing.address, admin.address)
    write_profile(profile, tmp_path / "profile.toml")
    url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
    rooms = open_archive(url)
    _, token = rooms.keys.make(
        authority, issuing.address, [Scope.ISSUE, Scope.READ], label="x", now=datetime.now(UTC)
    )
    rooms.close()
    environment = {
        "ASAL_PROFILE": str(tmp_path / "profile.toml"),
        "ASAL_ARCHIVE": url,
        "ASAL_DEVELOPMENT_KEYS": "true",
        "ASAL_WAIT": "60",
    }
    return Station(environment, token)


@pytest.mark.slow
def test_what_a_killed_process_had_answered_is_there_and_a_retry_finds_it(station: Station) -> None:
    """After kill -9 the same request gets the same answer, and the certificate is valid."""
    document, headers = a_document_of_today(), idempotent()
    with station.running() as (process, client):
        first = client.post("/v1/certificates", json=document, headers=headers)
        assert first.status_code == 201, first.text
        process.send_signal(signal.SIGKILL)
        process.wait()
    with station.running() as (process, client):
        again = client.post("/v1/certificates", json=document, headers=headers)
        assert again.content == first.content
        assert again.headers["idempotency-replayed"] == "true"
        found = client.post("/v1/verifications", json=first.json()["envelope"])
        assert found.json()["code"] == "VALID"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in {0, -signal.SIGTERM}


@pytest.mark.slow
def test_a_service_with_a_wrong_profile_does_not_start(station: Station, tmp_path: Path) -> None:
    """It says what is wrong instead of serving another ledger."""
    path = tmp_path / "profile.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("chain_id = 1337", "chain_id = 1338"), encoding="utf-8"
    )
    ended = subprocess.run(
        _SERVICE,
        env=os.environ | station.environment | {"ASAL_PORT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "1338" in ended.stderr
