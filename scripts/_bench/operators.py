"""Loading a national list, end to end: the real command from a CSV file to statuses on a chain.

On Ganache its own execution is nearly all of it (it calls JavaScript for every instruction), so the same
statuses are also sent by themselves there, with no list, archive or outbox, to tell how fast it is at all.
On anvil, which executes as nodes of real networks do, the figure says what the command itself takes.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from itertools import count
from pathlib import Path

import _anvil
import _founding
import _setup
from _ganache import Node

from _bench.bulk import Watch
from _bench.figures import OURS, figure
from _bench.measure import Contestant, Lap, cpu_of, forget_peak, peak_of
from _bench.service import Service
from _bench.stand import NotFollowed, Stand
from _bench.targets import Target
from ledger.archive import ArchiveRooms
from ledger.facts import Role
from ledger.operators import (
    Consent,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    ProgrammeKind,
    Status,
    StatusRecord,
)
from ledger.writes import DeclareProgramme, RecordStatuses

ON_GANACHE, ON_ANVIL = 1_000, (10_000, 100_000)
ALONE = "the chain alone"
_BATCH = 200
_ACCOUNTS = 48
_OTHER_KEY = _founding.account(_founding.SPARE_KEY)
_SERIES = count(1)
_FOLLOWED_SECONDS = 300
_LOADED: dict[int, tuple[int, int]] = {}
"""The list that was loaded last, and its size, by the chain's process."""
_TITLES = "code,name,address,national_id,programme,level,roles,status,effective,until,consent"
_BEGAN, _ENDS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 12, 31, 23, 59, 59, tzinfo=UTC)


class NotLoaded(RuntimeError):
    """The command did not record the whole list."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A ledger with an AEO authority and its programme, on one of the chains."""

    node: Node
    founded: _founding.Founded
    profile: Path
    programme: int

    @property
    def office(self) -> _founding.Office:
        return self.founded.office("VN", Role.AEO)


@cache
def _on(node: Node, folder: Path) -> _Place:
    """Found a ledger on a chain; what goes past the command has a key of its own."""
    profile = folder / f"operators-{node.process.pid}.toml"
    founded = _founding.found(node.rpc, node.chain_id, profile)
    founded.chain.add_key(founded.office("VN", Role.AEO).authority, _OTHER_KEY, founded.admin("VN"))
    declared = DeclareProgramme("BENCH", "Programme", ProgrammeKind.SAFE_AEO, 3)
    founded.chain.write(declared, _OTHER_KEY)
    mine = [one.id for one in founded.chain.mutual()[1].programmes.values() if one.code == "BENCH"]
    return _Place(node, founded, profile, mine[-1])


def _code(series: int, number: int) -> OperatorCode:
    return OperatorCode(f"VN{series:03}{number:09}")


def _list(path: Path, series: int, size: int) -> None:
    """Write a list of operators that the ledger does not know."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f"{_TITLES}\n")
        for number in range(size):
            particulars = (
                f'Công ty {number} Xuất Nhập Khẩu,"{number} Lê Duẩn, Buôn Ma Thuột",{6 * 10**9 + number}'
            )
            says = "BENCH,1,EXP MFR,certified,2026-01-01,2028-12-31,both"
            stream.write(f"{_code(series, number)},{particulars},{says}\n")


def _loaded(stand: Stand, place: _Place, size: int, *, again: bool) -> Lap:
    """Run the command on a list of new operators, or once more on one; starting it counts."""
    series = next(_SERIES)
    path, archive = stand.folder / f"operators-{series}.csv", f"operators-{place.node.process.pid}"
    _list(path, series, size)
    command = [sys.executable, "-c", "from ledger.cli import app; app()", "--json", "operator", "import"]
    environment = os.environ | {
        "ASAL_PROFILE": str(place.profile),
        "ASAL_ARCHIVE": stand.archive(archive),
        "ASAL_DEVELOPMENT_KEYS": "1",
        "ASAL_ACCOUNT": place.office.account,
    }
    lap = _run([*command, str(path)], environment, place, size, "new")
    if again:
        lap = _run([*command, str(path)], environment, place, size, "unchanged")
    path.unlink()
    _LOADED[place.node.process.pid] = series, size
    return lap


def _run(command: list[str], environment: Mapping[str, str], place: _Place, size: int, kind: str) -> Lap:
    node = place.node.process.pid
    node_spent, began = cpu_of(node), time.perf_counter()
    process = subprocess.Popen(command, cwd=_setup.ROOT, env=environment, stdout=subprocess.PIPE)
    watch = Watch(process.pid)
    told, _ = process.communicate()
    seconds = time.perf_counter() - began
    watch.close()
    if process.returncode != 0 or json.loads(told)["counts"][kind] != size:
        raise NotLoaded(f"status {process.returncode}")
    more = {"node CPU µs": (cpu_of(node) - node_spent) / size * 1e6}
    return Lap(size, seconds, watch.cpu, peak=watch.peak, more=more)


def _alone(place: _Place, size: int) -> Lap:
    """Send the same statuses, one batch after the other, with nothing around."""
    series, node = next(_SERIES), place.node.process.pid
    writes = list(_writes(series, size, place.programme))
    spent, node_spent, began = time.process_time(), cpu_of(node), time.perf_counter()
    gas = sum(place.founded.chain.write(write, _OTHER_KEY).gas_used for write in writes)
    seconds = time.perf_counter() - began
    more = {"node CPU µs": (cpu_of(node) - node_spent) / size * 1e6, "gas": gas / size}
    return Lap(size, seconds, time.process_time() - spent, more=more)


def _writes(series: int, size: int, programme: int) -> Iterator[RecordStatuses]:
    status = Status(
        status=OperatorStatus.CERTIFIED,
        programme=programme,
        level=1,
        roles=OperatorRole.EXP | OperatorRole.MFR,
        consent=Consent.EXCHANGE | Consent.PUBLICATION,
        effective_from=_BEGAN,
        until=_ENDS,
    )
    for start in range(0, size, _BATCH):
        codes = (_code(series, number) for number in range(start, min(start + _BATCH, size)))
        records = (
            StatusRecord(operator=one, version=1, status=status, record_hash=b"\1" * 32) for one in codes
        )
        yield RecordStatuses(tuple(records))


def on_ganache(stand: Stand) -> Mapping[str, Contestant]:
    """Load a list on the development chain, and send its statuses by themselves."""
    if stand.effort.largest < ON_GANACHE:
        return {}
    place = _on(stand.node, stand.folder)
    return {
        OURS: lambda: _loaded(stand, place, ON_GANACHE, again=False),
        ALONE: lambda: _alone(place, ON_GANACHE),
    }


def on_anvil(stand: Stand, size: int, *, again: bool) -> Mapping[str, Contestant]:
    """Load a list on the fast chain, or the same list once more."""
    if size > stand.effort.largest or not _anvil.ANVIL.exists():
        return {}
    place = _on(_fast(stand), stand.folder)
    return {OURS: lambda: _loaded(stand, place, size, again=again)}


@cache
def _fast(stand: Stand) -> Node:
    """Start the fast chain; it ends with the run."""
    return stand.ending.enter_context(_anvil.running(_ACCOUNTS))


figure(f"load a list of {ON_GANACHE:,} operators, Ganache", "operators", once=True)(on_ganache)
for _size in ON_ANVIL:
    _name, _target = f"load a list of {_size:,} operators, anvil", Target(per_second=1_000, peak=300)
    figure(_name, "operators", _target, once=True)(partial(on_anvil, size=_size, again=False))
figure(f"load the list again, {ON_ANVIL[0]:,} operators, anvil", "operators", once=True)(
    partial(on_anvil, size=ON_ANVIL[0], again=True)
)


@figure("recognise over HTTP", "answers", Target(per_second=500))
def over_http(stand: Stand) -> Mapping[str, Contestant]:
    """Ask a service about the operators of the list that was loaded last on the fast chain."""
    if not _anvil.ANVIL.exists():
        return {}
    place = _on(_fast(stand), stand.folder)
    if place.node.process.pid not in _LOADED:
        _loaded(stand, place, _BATCH, again=False)
    series, size = _LOADED[place.node.process.pid]
    file, archive = stand.folder / "questions", f"operators-{place.node.process.pid}"
    file.write_text("".join(f"{_code(series, number)}\n" for number in range(size)), encoding="utf-8")
    settings = {
        "ASAL_PROFILE": str(place.profile),
        "ASAL_ARCHIVE": stand.archive(archive),
        "ASAL_DEVELOPMENT_KEYS": "1",
        "ASAL_RECOGNITION": "1000000/second",
    }
    service = Service(settings, stand.folder / "operators.log")
    stand.ending.callback(service.close)
    _await_followed(stand.rooms(archive), place.founded.chain.head().block)
    generator = stand.ours("load")

    def lap() -> Lap:
        forget_peak(service.pid)
        spent, began = cpu_of(service.pid), time.perf_counter()
        path = "/v1/recognition?host=TH&operator="
        told = generator.lap(
            "load",
            port=service.port,
            path=path,
            file=str(file),
            get=True,
            connections=8,
            seconds=stand.effort.load_seconds,
            says='"programme":{"code":"BENCH"',
        )
        cpu, wall = cpu_of(service.pid) - spent, time.perf_counter() - began
        more = {"operators": float(size), "service CPU": cpu / wall}
        return replace(told, cpu=cpu, peak=peak_of(service.pid), more=more)

    return {OURS: lap}


def _await_followed(rooms: ArchiveRooms, block: int) -> None:
    """Wait until a service has followed the chain into a database."""
    ends = time.monotonic() + _FOLLOWED_SECONDS
    while (head := rooms.replica.head()) is None or head.block is None or head.block.number < block:
        if time.monotonic() > ends:
            raise NotFollowed
        time.sleep(0.05)
