"""Whenever the process that tells watchers is killed, every change arrives, under one id."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from ledger.archive import open_archive
from ledger.watch_port import Watch
from tests.receiver import Receiver
from tests.watched import Chronicle

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHANGES = 300


@pytest.fixture
def telling(archive_url: str) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Return what starts a process that tells from the archive."""
    with ExitStack() as running:

        def start() -> subprocess.Popen[bytes]:
            paths = os.pathsep.join(map(str, (ROOT, ROOT / "scripts")))
            environment = os.environ | {"PYTHONPATH": paths}
            process = subprocess.Popen(
                [sys.executable, str(HERE / "telling.py"), archive_url], env=environment
            )
            running.callback(process.wait)
            running.callback(process.kill)
            return process

        yield start


def killed(process: subprocess.Popen[bytes]) -> None:
    """Kill a process as nothing else ends one."""
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.slow
def test_a_message_under_way_is_sent_again_under_its_id(
    archive_url: str, telling: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """The receiver had it and had not answered."""
    rooms = open_archive(archive_url)
    chronicle = Chronicle(rooms.replica, rooms.watches)
    chronicle.tell()
    with Receiver() as receiver:
        rooms.watches.change(_to(chronicle.watch(), receiver))
        chronicle.block(chronicle.status())
        receiver.open.clear()
        first = telling()
        receiver.wait(1)
        killed(first)
        receiver.open.set()
        telling()
        again = receiver.wait(2)
        assert again[0].headers["webhook-id"] == again[1].headers["webhook-id"]
        assert again[0].body == again[1].body
    rooms.close()


@pytest.mark.slow
def test_no_change_is_lost_whenever_it_is_killed(
    archive_url: str, telling: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """Many changes, and a process that is killed again and again while it tells and sends them."""
    rooms = open_archive(archive_url)
    chronicle = Chronicle(rooms.replica, rooms.watches)
    chronicle.tell()
    with Receiver() as receiver:
        rooms.watches.change(_to(chronicle.watch(), receiver))
        codes = [f"MYAEO{number}" for number in range(CHANGES)]
        for start in range(0, CHANGES, 50):
            chronicle.block(*map(chronicle.status, codes[start : start + 50]))
        for until in (1, 25, 90, 160):
            process = telling()
            receiver.wait(until, 60)
            killed(process)
        telling()
        _wait_for_all(receiver, CHANGES)
        told = Counter(orjson.loads(one.body)["data"]["operator"] for one in receiver.received)
        assert sorted(told) == sorted(codes)
        ids = {one.headers["webhook-id"] for one in receiver.received}
        assert len(ids) == CHANGES
    rooms.close()


def _to(watch: Watch, receiver: Receiver) -> Watch:
    return replace(watch, url=receiver.url())


def _wait_for_all(receiver: Receiver, count: int) -> None:
    """Wait until as many different messages have come."""
    for _ in range(600):
        if len({one.headers["webhook-id"] for one in list(receiver.received)}) >= count:
            return
        threading.Event().wait(0.1)
