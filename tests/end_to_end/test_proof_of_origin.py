"""The whole life of a proof of origin: four administrations, four services, one chain.

Viet Nam issues to Singapore, Singapore re-exports to Thailand and Malaysia, Thailand grants two of three
lines and doubts the third; a check goes to Viet Nam, which clarifies, and Thailand reconsiders.  A copy is
presented twice, and an original is overdrawn.  Each step is seen on the chain and in both sides' feeds.
"""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import _ganache
import _setup
import httpx2 as httpx
import pytest

from ledger.archive import Scope, open_archive
from ledger.certificate import Certificate
from ledger.chain.connect import ChainLedger, connect
from ledger.chain.deploy import deploy
from ledger.chain.profile import write_profile
from ledger.chain.signers import DevelopmentSigner
from ledger.documents import document_of
from ledger.facts import Address, Role
from ledger.origin.facts import Step
from ledger.origin.life import Story, told_in
from ledger.rules.calendar import last_valid_day
from tests.trade import a_shipment, re_exported
from tests.worlds import network_of

MEMBERS = ("VN", "SG", "TH", "MY")
SECONDS = 30
"""How long a test waits for what takes a moment."""
DECLARATION = "A0241191101234"


def _account(place: int) -> Address:
    return DevelopmentSigner(place).address


def _key(member: str, role: Role) -> Address:
    """Return the key of a member's issuing authority or customs."""
    return _account((6 if role is Role.CUSTOMS else 10) + MEMBERS.index(member))


@dataclass
class Desk:
    """An authority at its member's service."""

    member: str
    client: httpx.Client
    token: str
    _requests: int = field(default=0, init=False)

    def does(self, method: str, path: str, body: Any, status: int = 201) -> dict[str, Any]:
        """Do something, and see how it is answered."""
        self._requests += 1
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": f"{path}-{self._requests}",
            "Prefer": f"wait={SECONDS}",
        }
        answer = self.client.request(method, path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def posts(self, path: str, body: Any, status: int = 201) -> dict[str, Any]:
        """Post something."""
        return self.does("POST", path, body, status)

    def receives(self, envelope: dict[str, Any]) -> dict[str, Any]:
        """Receive a copy, once the service has heard of what was recorded elsewhere a moment ago."""
        deadline = time.monotonic() + SECONDS
        while self.posts("/v1/verifications", envelope, 200)["code"] != "VALID":
            assert time.monotonic() < deadline, f"{self.member} does not hear of the certificate"
            time.sleep(0.02)
        return self.posts("/v1/receipts", envelope, 200)

    def asks(self, path: str, **asked: Any) -> dict[str, Any]:
        """Ask something."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        answer = self.client.get(path, params=asked, headers=headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def hears(self, kind: str, certificate: str) -> dict[str, Any]:
        """Wait until the feed tells of something about a certificate, and return what it says."""
        deadline = time.monotonic() + SECONDS
        while True:
            events = self.asks("/v1/events", limit=500)["events"]
            for event in events:
                if event["type"] == kind and certificate in str(event["data"]):
                    found: dict[str, Any] = event["data"]
                    return found
            if time.monotonic() > deadline:
                pytest.fail(f"{self.member} did not hear {kind}: {[event['type'] for event in events]}")
            time.sleep(0.02)

    def follows(self, path: str, ready: Any) -> dict[str, Any]:
        """Ask until the service has heard of what was recorded elsewhere."""
        deadline = time.monotonic() + SECONDS
        while not ready(told := self.asks(path)):
            assert time.monotonic() < deadline, told
            time.sleep(0.02)
        return told


class Stream:
    """A stream of events that a desk keeps open for as long as its service runs."""

    def __init__(self, desk: Desk) -> None:
        """Begin to listen."""
        self._url, self._token = str(desk.client.base_url), desk.token
        self.types: list[str] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/event-stream"}
        with (
            contextlib.suppress(httpx.HTTPError),
            httpx.stream("GET", f"{self._url}/v1/events", headers=headers, timeout=None) as answer,
        ):
            for line in answer.iter_lines():
                if line.startswith("event:"):
                    self.types.append(line.partition(":")[2].strip())

    def ended(self) -> bool:
        """Wait until the service has ended the stream; whether it did in time."""
        self._thread.join(SECONDS)
        return not self._thread.is_alive()


@dataclass
class Stage:
    """The desks, and the chain that their services share."""

    issuing: dict[str, Desk]
    customs: dict[str, Desk]
    chain: ChainLedger
    stream: Stream
    """What Viet Nam's trade office hears."""

    def story(self, certificate: str) -> Story:
        """Return what the chain itself tells of a certificate."""
        return told_in(self.chain.life(bytes.fromhex(certificate[2:])))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Found a ledger of four members, and let each run its service."""
    _setup.npm_folder("ganache")
    folder = tmp_path_factory.mktemp("origin")
    with contextlib.ExitStack() as running:
        node = running.enter_context(_ganache.running())
        founders = {member: _account(place) for place, member in enumerate(MEMBERS, 1)}
        profile = deploy(network_of(node), founders, DevelopmentSigner(0))
        write_profile(profile, folder / "asal.toml")
        chain = connect(profile, [DevelopmentSigner(place) for place in range(20)])
        issuing, customs = {}, {}
        for place, member in enumerate(MEMBERS, 1):
            authorities = [
                _authority(chain, place, member, role, name)
                for role, name in ((Role.ISSUING, "Trade Office"), (Role.CUSTOMS, "Customs"))
            ]
            issuing[member], customs[member] = running.enter_context(_serving(folder, member, authorities))
        for desk in issuing.values():
            _wait(desk)
        stream = Stream(issuing["VN"])
        yield Stage(issuing, customs, chain, stream)
    assert stream.ended(), "the service ended and its stream did not"


def _authority(chain: ChainLedger, place: int, member: str, role: Role, name: str) -> int:
    authority = chain.add_authority(role, f"{name} of {member}", f"{member.lower()}.example", _account(place))
    chain.add_key(authority, _key(member, role), _account(place))
    return authority


@contextlib.contextmanager
def _serving(folder: Path, member: str, authorities: Sequence[int]) -> Iterator[tuple[Desk, Desk]]:
    """Run a member's service on a free port while the block lasts."""
    archive = f"sqlite:///{folder / member}.sqlite3"
    roles = ((Role.ISSUING, [Scope.READ, Scope.ISSUE]), (Role.CUSTOMS, [Scope.READ, Scope.DECIDE]))
    tokens = []
    with contextlib.closing(open_archive(archive)) as rooms:
        for authority, (role, scopes) in zip(authorities, roles, strict=True):
            account = _key(member, role)
            _, token = rooms.keys.make(authority, account, scopes, label="test", now=datetime.now(UTC))
            tokens.append(token)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    settings = {
        "ASAL_PROFILE": str(folder / "asal.toml"),
        "ASAL_ARCHIVE": archive,
        "ASAL_DEVELOPMENT_KEYS": "1",
        "ASAL_PORT": str(port),
    }
    command = [sys.executable, str(_setup.ROOT / "scripts/_serving.py")]
    with (folder / f"{member}.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=os.environ | settings, stdin=subprocess.PIPE, stdout=log, stderr=log
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=2 * SECONDS) as client:
                first, second = (Desk(member, client, token) for token in tokens)
                yield first, second
        finally:
            process.terminate()
            process.communicate(timeout=SECONDS)


def _wait(desk: Desk) -> None:
    deadline = time.monotonic() + 2 * SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            if desk.client.get("/readyz").is_success:
                return
        time.sleep(0.05)
    pytest.fail(f"the service of {desk.member} did not come up")


def _granted(quantity: str, unit: str = "KGM") -> dict[str, str]:
    return {"decision": "granted", "quantity": quantity, "unit": unit}


def _decision(declaration: str, lines: dict[str, Any]) -> dict[str, Any]:
    today = datetime.now(UTC).date().isoformat()
    return {"declaration": declaration, "presentedOn": today, "office": "Laem Chabang", "lines": lines}


def _original(today: Any) -> Certificate:
    return a_shipment("VN", "SG", "VN-SG 26/02/00001", "100", "50", "80", on=today)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_life_of_a_proof_from_issue_to_reconsideration(stage: Stage) -> None:  # noqa: PLR0915 - a story
    """Everybody concerned sees each step, and nothing passes that the rules forbid."""
    vn, sg = stage.issuing["VN"], stage.issuing["SG"]
    thai, malay = stage.customs["TH"], stage.customs["MY"]
    today = datetime.now(UTC).date()

    # Viet Nam issues to Singapore, whose trade office keeps the original and whose customs confirms it.
    document = _original(today)
    original = vn.posts("/v1/certificates", document_of(document))
    assert sg.receives(original["envelope"])["addressed"] is False
    assert stage.customs["SG"].receives(original["envelope"])["receivedAt"]
    assert vn.hears("certificate.received", original["id"])
    assert stage.story(original["id"]).use.received_at is not None

    # Singapore re-exports: 60 + 50 + 40 to Thailand, 40 to Malaysia.  One kilogram more is overdrawn.
    source = bytes.fromhex(original["id"][2:])
    dated = {"on": today, "valid_until": last_valid_day(today)}
    lines = [(amount, [(document, source, line)]) for line, amount in enumerate(("60", "50", "40"), 1)]
    to_thailand = re_exported("SG", "TH", "SG-TH-1", lines, **dated)
    child = sg.posts("/v1/certificates", document_of(to_thailand))
    to_malaysia = re_exported("SG", "MY", "SG-MY-1", [("40", [(document, source, 1)])], **dated)
    other = sg.posts("/v1/certificates", document_of(to_malaysia))
    overdrawn = re_exported("SG", "MY", "SG-MY-2", [("1", [(document, source, 1)])], **dated)
    problem = sg.posts("/v1/certificates", document_of(overdrawn), 422)
    assert [error["rule"] for error in problem["errors"]] == ["R11-QUANTITY"]
    assert "only 0 KGM left" in problem["errors"][0]["detail"]
    assert vn.hears("certificate.based-on", child["id"])
    children = stage.chain.life(source).children
    assert {f"0x{one.hex()}" for one in children} == {child["id"], other["id"]}
    balance = sg.asks(f"/v1/certificates/{original['id']}/balance")
    assert [line["left"] for line in balance["lines"]] == ["0", "0", "40"]

    # Thailand receives, grants lines 1 and 2, and doubts line 3: it asks Viet Nam, and suspends the line.
    thai.receives(child["envelope"])
    thai.receives(original["envelope"])
    path = f"/v1/certificates/{child['id']}"
    decision = _decision(DECLARATION, {"1": _granted("60"), "2": _granted("20")})
    decided = thai.posts(f"{path}/decisions", decision)
    assert (decided["state"], decided["remaining"]) == ("recorded", {"1": "0", "2": "30"})
    told = sg.hears("certificate.decided", child["id"])
    assert told["statement"] == decided["statement"]
    opening = {
        "certificate": child["id"],
        "about": original["id"],
        "lines": ["3"],
        "suspended": ["3"],
        "ground": "doubt",
        "text": "Where were the beans of line 3 grown?",
    }
    opened = thai.posts("/v1/cases", opening)
    number = opened["case"]["case"]
    for desk in (vn, sg):
        assert desk.hears("case.opened", child["id"])
    use = stage.story(child["id"]).use
    assert [sorted(lines) for lines in (use.granted, use.used_up, use.suspended)] == [[1, 2], [1], [3]]
    refused = thai.posts(f"{path}/decisions", _decision(DECLARATION, {"3": _granted("40")}), 422)
    assert [error["source"] for error in refused["errors"]] == ["ATIGA OCP Rule 18(c)"]

    # The clocks: Viet Nam acknowledges, and has 90 days; the whole check is to take 180 at most.
    vn.posts("/v1/statements", opened["statement"], 201)
    vn.posts(f"/v1/cases/{number}/steps", {"step": "acknowledged"})
    case = stage.chain.case(int(number))
    assert case is not None
    assert case.step is Step.ACKNOWLEDGED
    assert abs(case.due - case.stepped_at - timedelta(days=90)) < timedelta(minutes=1)
    assert abs(case.conclude_due - case.stepped_at - timedelta(days=180)) < timedelta(minutes=1)
    assert thai.hears("case.stepped", child["id"])
    thai.follows(f"/v1/cases/{number}", lambda told: told["step"] == "acknowledged")
    early = thai.posts(f"/v1/cases/{number}/conclusion", {"denied": ["3"], "text": "no answer"}, 409)
    assert early["type"].endswith(("step-not-due", "case-step-not-allowed"))
    owed = [one for one in vn.asks("/v1/deadlines")["deadlines"] if one.get("case") == number]
    assert owed
    assert not owed[0]["overdue"]

    # Viet Nam clarifies; Thailand takes what was said, confirms the line and reconsiders.
    replied = vn.posts(f"/v1/cases/{number}/steps", {"step": "replied", "text": "Grown in Đắk Lắk."})
    thai.follows(f"/v1/cases/{number}", lambda told: told["step"] == "replied")
    thai.posts("/v1/statements", replied["statement"], 201)
    thai.posts(f"/v1/cases/{number}/conclusion", {"confirmed": ["3"], "text": "Origin confirmed."})
    for desk in (vn, sg):
        assert desk.hears("case.concluded", child["id"])
    reconsidered = thai.posts(f"{path}/decisions", _decision(DECLARATION, {"3": _granted("40")}))
    assert reconsidered["remaining"] == {"3": "0"}
    use = stage.story(child["id"]).use
    assert [sorted(lines) for lines in (use.granted, use.used_up, use.suspended)] == [[1, 2, 3], [1, 3], []]
    assert not use.questioned

    # The copy is presented a second time: what is used up is refused, what is left may be drawn.
    again = thai.posts(f"{path}/decisions", _decision("A0241191109999", {"1": _granted("60")}), 422)
    assert "/lines/1" in str(again["errors"])
    reuse = thai.posts(f"{path}/decisions", _decision(DECLARATION, {"2": _granted("30")}), 422)
    assert "/lines/2" in str(reuse["errors"])
    assert thai.posts(f"{path}/decisions", decision)["repeated"] is True
    rest = thai.posts(f"{path}/decisions", _decision("A0241191109999", {"2": _granted("30")}))
    assert rest["remaining"] == {"2": "0"}
    assert len(stage.story(child["id"]).claims) == 2

    # Malaysia may not decide on Thailand's certificate, and has not reported on its own yet.
    malay.receives(child["envelope"])
    wrong = malay.posts(f"{path}/decisions", _decision("MY-1", {"1": _granted("1")}), 403)
    assert wrong["type"].endswith("not-the-importing-member")
    assert [one["id"] for one in sg.asks("/v1/unreported")["certificates"]] == [other["id"]]
    malay.receives(other["envelope"])
    assert sg.hears("certificate.received", other["id"])
    sg.follows("/v1/unreported", lambda told: not told["certificates"])

    # Viet Nam's trade office has heard of all that concerns it, in one stream since the beginning.
    assert [kind for kind in stage.stream.types if kind != "certificate.based-on"] == [
        "certificate.issued",
        "certificate.received",
        "case.opened",
        "case.stepped",
        "case.stepped",
        "case.concluded",
    ]
    assert stage.stream.types.count("certificate.based-on") == 2

    # One timeline tells all of it, to the issuer with the reasons it was handed.
    sg.posts("/v1/statements", decided["document"], 201)
    timeline = sg.asks(f"{path}/timeline")
    assert [row["what"] for row in timeline["rows"]] == [
        "issued",
        "rests-on",
        "received",
        "decided",
        "case-opened",
        "case-acknowledged",
        "case-replied",
        "case-concluded",
        "decided",
        "decided",
    ]
    first = timeline["rows"][3]
    assert first["who"] == {"member": "TH", "authority": "Customs of TH"}
    assert first["lines"] == {"granted": [1, 2], "usedUp": [1]}
    assert first["said"]["body"]["lines"]["2"]["quantity"] == "20"
    assert _instant(first["recordedAt"]) >= _instant(timeline["rows"][2]["recordedAt"])

    # The tree tells where the goods came from, and that no original was exceeded.
    tree = {node["certificate"]: node for node in thai.asks(f"{path}/tree")["nodes"]}
    assert tree[child["id"]]["parents"] == [original["id"]]
    assert not any(node["exceeded"] for node in tree.values())
    verdict = thai.posts("/v1/verifications", child["envelope"], 200)
    assert (verdict["code"], verdict["use"]["granted"], verdict["use"]["declarations"]) == (
        "VALID",
        [1, 2, 3],
        2,
    )
