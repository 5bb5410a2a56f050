"""How soon a suspension counts elsewhere: in the answer of a partner's service, and with who watches there.

Two services, of Singapore and of Thailand, each with an archive of its own, on one chain.
"""

import json
import queue
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import _founding
import _operators

from _bench.figures import OURS, figure
from _bench.measure import Contestant, Lap, cpu_of, peak_of
from _bench.service import Service
from _bench.stand import Stand
from _bench.targets import Target
from ledger.archive import Scope, open_archive
from ledger.facts import Role
from ledger.opening import now

HOME, HOST = "SG", "TH"
CODE = "SGBENCH0000001"
_APPLICATION = {
    "operator": CODE,
    "office": "bench",
    "name": "Bench Pte Ltd",
    "address": "1 Example Way, Singapore",
    "country": HOME,
    "nationalId": "199900001B",
    "programme": "STP-PLUS",
    "level": 1,
    "roles": ["EXP"],
    "consent": ["exchange"],
}
_LATEST_SECONDS = 10
_LOOK_SECONDS = 0.001
_NUMBERS = count(1)


class NotTold(RuntimeError):
    """A partner did not hear of a change in time."""


@dataclass(frozen=True, slots=True)
class _Office:
    """A customs administration's service."""

    service: Service
    token: str

    def does(self, path: str, **said: Any) -> None:  # noqa: ANN401 - the body
        """Do something as the administration."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"bench-{next(_NUMBERS)}",
        }
        self._answer(path, headers, json.dumps(said).encode())

    def reason(self) -> str:
        """Ask, as anybody may, whether the operator is recognised in the host."""
        told = json.loads(self._answer(f"/v1/recognition?operator={CODE}&host={HOST}", {}))
        return str(told["reason"])

    def _answer(self, path: str, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
        url = f"http://127.0.0.1:{self.service.port}{path}"
        request = urllib.request.Request(url, body, dict(headers))
        with urllib.request.urlopen(request, timeout=_LATEST_SECONDS) as answer:  # noqa: S310 - loopback
            told: bytes = answer.read()
            return told


@figure("a suspension reaches a partner's service", "suspensions", Target(p99=1_000))
def suspension(stand: Stand) -> Mapping[str, Contestant]:
    """Suspend and reinstate over HTTP; counts from the answer that it is recorded.

    Once to the partner's first answer that says so, asked every millisecond, and once to the arrival of the
    signed message; each as recorded, so the chain's own time is in none of them.
    """
    profile = stand.folder / "telling.toml"
    founded = _founding.found(stand.node.rpc, stand.node.chain_id, profile)
    _operators.join(founded)
    home, host = (_serving(stand, founded, profile, member) for member in (HOME, HOST))
    arrivals: queue.Queue[float] = queue.Queue()
    url = stand.ending.enter_context(_receiving(arrivals))
    host.does("/v1/watches", url=url, operators=[CODE], hosts=[HOST])
    home.does("/v1/operators", **_APPLICATION)
    for act in ("accept", "desk-validation", "field-validation", "certify"):
        home.does(f"/v1/operators/{CODE}/{act}", office="bench")
    _until(host, "recognised")
    arrivals.get(timeout=_LATEST_SECONDS)

    def once(act: str, ground: str, reason: str) -> tuple[float, float, float]:
        asked = time.perf_counter()
        home.does(f"/v1/operators/{CODE}/{act}", office="bench", ground=ground)
        recorded = time.perf_counter()
        seen = _until(host, reason)
        message = arrivals.get(timeout=_LATEST_SECONDS)
        return max(0.0, seen - recorded), max(0.0, message - recorded), recorded - asked

    def lap() -> Lap:
        began, spent = time.perf_counter(), cpu_of(host.service.pid)
        each = []
        for _ in range(max(3, stand.effort.runs // 20)):
            each.append(once("suspend", "suspected-breach", "suspended"))
            once("reinstate", "cured", "recognised")
        seconds, cpu = time.perf_counter() - began, cpu_of(host.service.pid) - spent
        messages, acts = (sorted(one[place] for one in each) for place in (1, 2))
        more = {
            "p50 ms to the message": messages[len(messages) // 2] * 1000,
            "most ms to the message": messages[-1] * 1000,
            "p50 ms to record it": acts[len(acts) // 2] * 1000,
        }
        answers = tuple(answer for answer, _, _ in each)
        return Lap(len(each), seconds, cpu, answers, peak_of(host.service.pid), more)

    return {OURS: lap}


def _serving(stand: Stand, founded: _founding.Founded, profile: Path, member: str) -> _Office:
    """Run an administration's service until the measuring ends."""
    office, archive = founded.office(member, Role.AEO), stand.archive(f"telling-{member}")
    with closing(open_archive(archive)) as rooms:
        scopes = [Scope.READ, Scope.AEO, Scope.WATCH]
        _, token = rooms.keys.make(office.authority, office.account, scopes, label="bench", now=now())
    settings = {
        "ASAL_PROFILE": str(profile),
        "ASAL_ARCHIVE": archive,
        "ASAL_DEVELOPMENT_KEYS": "1",
        "ASAL_WEBHOOK_HOSTS": "127.0.0.1",
        "ASAL_RECOGNITION": "1000000 per minute",
    }
    service = Service(settings, stand.folder / f"telling-{member}.log")
    stand.ending.callback(service.close)
    return _Office(service, token)


def _until(host: _Office, reason: str) -> float:
    """Ask until the answer has a reason; returns the moment of that answer."""
    ends = time.perf_counter() + _LATEST_SECONDS
    while host.reason() != reason:
        if time.perf_counter() > ends:
            raise NotTold(reason)
        time.sleep(_LOOK_SECONDS)
    return time.perf_counter()


@contextmanager
def _receiving(arrivals: queue.Queue[float]) -> Iterator[str]:
    """Take messages on loopback while the block lasts, and note when each came."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came = time.perf_counter()
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(204)
            self.end_headers()
            arrivals.put(came)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        server.server_close()
