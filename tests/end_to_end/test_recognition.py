"""Three administrations, three services, one chain: what one decides the others act on at once.

SG certifies; TH and PH recognise its programme from different days, PH from level 2 on.  SG suspends: the
very next question in TH says so, and who watches in TH is told by a signed message.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import _ganache
import _setup
import httpx2 as httpx
import pytest
from standardwebhooks import Webhook

from ledger.archive import Scope, open_archive
from ledger.chain.connect import ChainLedger, connect
from ledger.chain.deploy import deploy
from ledger.chain.profile import write_profile
from ledger.chain.signers import DevelopmentSigner
from ledger.facts import Address, Role
from ledger.operators import (
    ALL_ROLES,
    ArrangementKind,
    Direction,
    ParticipationState,
    ProgrammeKind,
    RecognitionTerms,
)
from ledger.writes import AddRecognition, DeclareArrangement, DeclareProgramme, Participate
from tests.receiver import Receiver
from tests.worlds import network_of

MEMBERS = ("SG", "TH", "PH")
CODE, AS_WRITTEN = "SG123456789012", "AEOSG123456789012"
IN_FORCE = {"SG": "2024-08-01", "TH": "2024-08-19", "PH": "2025-02-28"}
"""From when the ASEAN AEO MRA holds: press reports of the Bureau of Customs of 9 April 2025."""
LEVEL = {"TH": 1, "PH": 2}
SECONDS = 30
"""How long a test waits for what takes a moment."""


def _account(place: int) -> Address:
    return DevelopmentSigner(place).address


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Service:
    """The service of one administration, in a process and on an archive of its own."""

    member: str
    client: httpx.Client
    token: str
    _requests: int = field(default=0, init=False)

    def wait(self) -> None:
        """Wait until it says that it is ready."""
        deadline = time.monotonic() + 2 * SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                if self.client.get("/readyz").is_success:
                    return
            time.sleep(0.05)
        pytest.fail(f"the service of {self.member} did not come up")

    def recognised(self, host: str, **more: str) -> dict[str, Any]:
        """Ask, as anybody may, whether a host recognises the operator."""
        asked = {"operator": AS_WRITTEN, "host": host, "role": "exporter", **more}
        answer = self.client.get("/v1/recognition", params=asked)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def does(self, path: str, status: int = 201, **said: Any) -> dict[str, Any]:
        """Do something as the member's customs."""
        self._requests += 1
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": f"{path}-{self._requests}"}
        answer = self.client.post(path, json=said, headers=headers)
        assert answer.status_code == status, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def acts(self, act: str, **said: Any) -> dict[str, Any]:
        """Act on the operator's case."""
        return self.does(f"/v1/operators/{CODE}/{act}", office="Customs House", **said)

    def asks(self, path: str, **asked: str) -> Any:
        """Ask something as the member's customs."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.client.get(path, params=asked, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Stage:
    """The three services, the chain they share, and a receiver of messages."""

    services: dict[str, Service]
    receiver: Receiver
    folder: Path

    def eventually(self, host: str, reason: str, **more: str) -> dict[str, Any]:
        """Ask a host's own service until it has heard of what was recorded elsewhere."""
        deadline = time.monotonic() + SECONDS
        while True:
            told = self.services[host].recognised(host, **more)
            if told["reason"] == reason or time.monotonic() > deadline:
                assert told["reason"] == reason
                return told
            time.sleep(0.01)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Found a ledger of three customs administrations, and let each run its service."""
    _setup.npm_folder("ganache")
    folder = tmp_path_factory.mktemp("recognition")
    with contextlib.ExitStack() as running:
        node = running.enter_context(_ganache.running())
        founders = {member: _account(place) for place, member in enumerate(MEMBERS, 1)}
        profile = deploy(network_of(node), founders, DevelopmentSigner(0))
        write_profile(profile, folder / "asal.toml")
        chain = connect(profile, [DevelopmentSigner(place) for place in range(20)])
        authorities = {member: _customs(chain, place, member) for place, member in enumerate(MEMBERS, 1)}
        _arrange(chain)
        receiver = running.enter_context(Receiver())
        services = {
            member: running.enter_context(_serving(folder, member, authorities[member])) for member in MEMBERS
        }
        for service in services.values():
            service.wait()
        yield Stage(services, receiver, folder)


def _key(member: str) -> Address:
    return _account(10 + MEMBERS.index(member))


def _customs(chain: ChainLedger, place: int, member: str) -> int:
    """Add a member's customs administration, which certifies and imports, with its key."""
    roles = Role.CUSTOMS | Role.AEO
    authority = chain.add_authority(roles, f"Customs of {member}", "customs.example", _account(place))
    chain.add_key(authority, _key(member), _account(place))
    return authority


def _arrange(chain: ChainLedger) -> None:
    """Let SG have a programme, and TH and PH recognise it under one arrangement, each with its own key."""
    chain.write(DeclareProgramme("STP-PLUS", "STP-Plus", ProgrammeKind.SAFE_AEO, 2), _key("SG"))
    text = DeclareArrangement(ArrangementKind.PLURILATERAL, None, "AAMRA", "ASEAN AEO MRA", bytes(32))
    chain.write(text, _key("SG"))
    for member, day in IN_FORCE.items():
        chain.write(Participate(1, 1, ParticipationState.IN_FORCE, _day(day)), _key(member))
    for member, level in LEVEL.items():
        terms = RecognitionTerms(
            arrangement=1,
            partner="SG",
            programme=1,
            min_level=level,
            roles=ALL_ROLES,
            directions=Direction.IMPORT | Direction.EXPORT,
            effective_from=_day(IN_FORCE[member]),
            until=None,
        )
        chain.write(AddRecognition(terms), _key(member))


@contextlib.contextmanager
def _serving(folder: Path, member: str, authority: int) -> Iterator[Service]:
    """Run a member's service on a free port while the block lasts."""
    archive = f"sqlite:///{folder / member}.sqlite3"
    with contextlib.closing(open_archive(archive)) as rooms:
        scopes = [Scope.READ, Scope.AEO, Scope.WATCH]
        _, token = rooms.keys.make(authority, _key(member), scopes, label="test", now=datetime.now(UTC))
    port = _free_port()
    settings = {
        "ASAL_PROFILE": str(folder / "asal.toml"),
        "ASAL_ARCHIVE": archive,
        "ASAL_DEVELOPMENT_KEYS": "1",
        "ASAL_PORT": str(port),
        "ASAL_WEBHOOK_HOSTS": "127.0.0.1",
    }
    command = [sys.executable, str(_setup.ROOT / "scripts/_serving.py")]
    with (folder / f"{member}.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=os.environ | settings, stdin=subprocess.PIPE, stdout=log, stderr=log
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS) as client:
                yield Service(member, client, token)
        finally:
            process.terminate()
            process.communicate(timeout=SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _certified(singapore: Service) -> None:
    """Take the operator from its application to its certificate."""
    singapore.does(
        "/v1/operators",
        operator=AS_WRITTEN,
        office="AEO branch",
        name="Harbourlight Spices Pte Ltd",
        address="1 Example Way, Singapore",
        country="SG",
        nationalId="199901234D",
        programme="STP-PLUS",
        level=1,
        roles=["EXP", "IMP"],
        consent=["publication", "exchange"],
    )
    for act in ("accept", "desk-validation", "field-validation"):
        singapore.acts(act)
    singapore.acts("certify", effective="2024-06-01")


def test_what_one_administration_decides_the_others_act_on_at_once(stage: Stage) -> None:
    """From the application to the message about the suspension, through three services."""
    singapore, thailand, philippines = (stage.services[member] for member in MEMBERS)
    watch = thailand.does("/v1/watches", url=stage.receiver.url(), operators=[AS_WRITTEN], hosts=["TH"])

    # SG certifies at level 1: TH recognises it from its own day on, PH not at all.
    assert thailand.recognised("TH")["reason"] == "not-found"
    _certified(singapore)
    stage.eventually("TH", "recognised")
    assert thailand.recognised("TH", on="2024-08-18")["reason"] == "host-not-participating"
    assert thailand.recognised("TH", on="2024-08-19")["recognised"]
    stage.eventually("PH", "level-too-low")

    # Raised to level 2, PH recognises it from its own, later day on.
    singapore.acts("amend", level=2)
    told = stage.eventually("PH", "recognised")
    assert (told["programme"]["level"], told["arrangement"]["code"]) == (2, "AAMRA")
    assert philippines.recognised("PH", on="2025-02-27")["reason"] == "host-not-participating"
    assert [row["operator"] for row in philippines.asks("/v1/recognition/benefits")["operators"]] == [CODE]

    # SG suspends: the next question says so wherever it is asked, and the watcher is told.
    before = datetime.now(UTC).replace(microsecond=0)
    heard = len(stage.receiver.received)
    singapore.acts("suspend", ground="suspected-breach")
    assert singapore.recognised("TH")["reason"] == "suspended"
    told = stage.eventually("TH", "suspended")
    assert (told["recognised"], told["status"]) == (False, "suspended")
    assert stage.eventually("PH", "suspended")["recognised"] is False
    assert philippines.asks("/v1/recognition/benefits")["operators"] == []
    message = _message_about(stage, heard, "suspended")
    signed = Webhook(watch["secret"]).verify(message.body, dict(message.headers))
    assert (signed["type"], signed["data"]["operator"]) == ("operator.status.changed", CODE)

    # What the ledger knew before stays known, and how late it was told is on record.
    earlier = (before - timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    assert thailand.recognised("TH", at=earlier)["recognised"]
    late = thailand.asks("/v1/recognition/latency")["members"]
    counted = {row["status"]: row["changes"] for row in late if row["member"]["code"] == "SG"}
    assert (counted["all"], counted["certified"], counted["suspended"]) == (3, 2, 1)


def _message_about(stage: Stage, after: int, status: str) -> Any:
    """Return the message that tells of a status, once it has come."""
    deadline, count = time.monotonic() + SECONDS, after
    while time.monotonic() < deadline:
        received = stage.receiver.wait(count + 1, SECONDS)
        for one in received[count:]:
            if status in json.dumps(json.loads(one.body)["data"]):
                return one
        count = len(received)
    raise AssertionError("no message told of it")


def test_a_name_reaches_a_partner_with_the_record_and_not_before(stage: Stage) -> None:
    """The chain holds its hash alone; the record can come by any channel, for the ledger vouches for it."""
    singapore, thailand = stage.services["SG"], stage.services["TH"]
    assert singapore.recognised("TH")["name"] == "Harbourlight Spices Pte Ltd"
    assert thailand.recognised("TH")["name"] is None
    record = singapore.asks(f"/v1/operators/{CODE}/record")
    file = stage.folder / "record.json"
    forged = stage.folder / "forged.json"
    file.write_text(json.dumps(record), encoding="utf-8")
    forged.write_text(json.dumps(record | {"name": "Somebody Else Ltd"}), encoding="utf-8")
    environment = os.environ | {
        "ASAL_PROFILE": str(stage.folder / "asal.toml"),
        "ASAL_ARCHIVE": f"sqlite:///{stage.folder / 'TH'}.sqlite3",
    }
    asal = [str(Path(sys.executable).with_name("asal")), "operator", "record", "import"]
    refused = subprocess.run([*asal, str(forged)], env=environment, capture_output=True, check=False)
    assert refused.returncode == 3
    assert thailand.recognised("TH")["name"] is None
    subprocess.run([*asal, str(file)], env=environment, capture_output=True, check=True)
    assert thailand.recognised("TH")["name"] == "Harbourlight Spices Pte Ltd"


def test_a_suspension_that_is_recorded_late_changes_the_days_before_and_nothing_that_was_known(
    stage: Stage,
) -> None:
    """Asked about a day, the answer is as of what is known now; asked what was known, it is as it was."""
    singapore = stage.services["SG"]
    singapore.acts("reinstate", ground="cured")
    time.sleep(1.1)  # the chain counts seconds
    known = datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    time.sleep(1.1)
    singapore.acts("suspend", ground="conditions-unmet", effective="2026-03-01")
    stage.eventually("TH", "suspended", on="2026-04-01")
    thailand = stage.services["TH"]
    assert thailand.recognised("TH", on="2026-04-01", known=known)["recognised"]
    assert thailand.recognised("TH", on="2026-02-28")["recognised"]
