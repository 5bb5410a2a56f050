"""`asal replica` on a real chain, killed at any moment."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ledger.archive import open_archive
from ledger.chain.profile import write_profile
from ledger.replica.running import NAME
from tests import anvil
from tests.anvil import AnvilWorld
from tests.procedures import a_decision, an_exporter, did, opened
from tests.replicas import OPERATORS, make_operators
from tests.worlds import network_of

pytestmark = [pytest.mark.chain, pytest.mark.slow]


class Desk:
    """A place to type commands at, for one ledger and one archive."""

    def __init__(self, world: AnvilWorld, folder: Path) -> None:
        self.profile = folder / "asal.toml"
        write_profile(world.profile, self.profile)

    def command(self, archive: str, *words: str) -> tuple[list[str], dict[str, str]]:
        """Return a command with its environment."""
        settings = {"ASAL_PROFILE": str(self.profile), "ASAL_ARCHIVE": archive}
        program = "from ledger.cli import app; app()"
        return [sys.executable, "-c", program, "replica", *words], {**os.environ, **settings}

    def asal(self, archive: str, *words: str, code: int = 0) -> Any:
        """Run a command to its end and return its answer."""
        command, settings = self.command(archive, *words, "--json")
        done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    @contextmanager
    def following(self, archive: str) -> Iterator[subprocess.Popen[str]]:
        """Run `asal replica follow` while the block lasts."""
        command, settings = self.command(archive, "follow")
        process = subprocess.Popen(command, env=settings, stderr=subprocess.PIPE, text=True)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def world() -> Iterator[AnvilWorld]:
    """Lend a ledger whose certificates lie hundreds of blocks apart."""
    with anvil.running() as node:
        world = AnvilWorld.deployed(network_of(node))
        world.assemble()
        for _ in range(10):
            world.issued()
            world.mine(300)
        make_operators(world)
        yield world


@pytest.fixture
def desk(world: AnvilWorld, tmp_path: Path) -> Desk:
    """Return a place to type commands at."""
    return Desk(world, tmp_path)


def _until(is_so: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.05)


def test_catching_up_says_where_it_is_and_a_rebuild_is_the_same(desk: Desk, new_archive_url: Any) -> None:
    """Status, digest and rebuild agree, on one archive and on another."""
    here, there = new_archive_url(), new_archive_url()
    assert desk.asal(here, "status")["block"] is None
    told = desk.asal(here, "follow", "--once")
    assert (told["lagBlocks"], told["lagSeconds"], told["halted"]) == (0, 0, None)
    assert told["block"] == told["nodeBlock"]
    digest = desk.asal(here, "digest")
    assert desk.asal(here, "rebuild") == digest
    assert desk.asal(there, "rebuild") == digest
    assert desk.asal(here, "status")["blockHash"] == digest["blockHash"]


def test_entries_are_listed_as_of_a_block(desk: Desk, world: AnvilWorld, archive_url: str) -> None:
    """The newest first, of one member or to one."""
    issued = [f"0x{world.issued().hex()}" for _ in range(2)]
    head = desk.asal(archive_url, "follow", "--once")
    told = desk.asal(archive_url, "list", "--exporting", "VN", "--importing", "TH", "--limit", "2")
    assert [one["certificate"] for one in told["certificates"]] == issued[::-1]
    assert told["asOfBlock"] == head["block"]
    assert desk.asal(archive_url, "list", "--exporting", "TH", "--importing", "VN")["certificates"] == []


def test_operators_are_listed_as_of_a_block(desk: Desk, archive_url: str) -> None:
    """By code, with all that was recorded of each; status counts both."""
    head = desk.asal(archive_url, "follow", "--once")
    assert (head["operators"], head["statuses"]) == (3, 5)
    assert [head[kind] for kind in ("receipts", "decisions", "cases", "exporters")] == [0, 0, 0, 0]
    told = desk.asal(archive_url, "operators", "--member", "VN", "--after", OPERATORS[0], "--limit", "1")
    assert told["asOfBlock"] == head["block"]
    assert [one["code"] for one in told["operators"]] == [OPERATORS[1]]
    changes = told["operators"][0]["changes"]
    assert [one["status"] for one in changes] == ["CERTIFIED", "SUSPENDED", "CERTIFIED"]
    assert desk.asal(archive_url, "operators", "--member", "TH")["operators"] == []
    command, settings = desk.command(archive_url, "operators")
    shown = subprocess.run(command, env=settings, capture_output=True, text=True, check=True, timeout=60)
    assert all(code in shown.stdout for code in OPERATORS)


def test_the_status_counts_what_customs_did(desk: Desk, world: AnvilWorld, archive_url: str) -> None:
    """Receipts, decisions, cases and exporters, for people and for monitors."""
    kinds = ("receipts", "decisions", "cases", "exporters")
    before = desk.asal(archive_url, "follow", "--once")
    certificate = opened(world)
    did(world, a_decision(world, certificate))
    did(world, an_exporter(code=f"VN-CE/{before['exporters'] + 100}"), "VN competent")
    told = desk.asal(archive_url, "follow", "--once")
    assert [told[kind] - before[kind] for kind in kinds] == [0, 1, 1, 1]
    command, settings = desk.command(archive_url, "status")
    shown = subprocess.run(command, env=settings, capture_output=True, text=True, check=True, timeout=60)
    receipts, decisions, cases, exporters = (told[kind] for kind in kinds)
    counted = (
        f"{receipts} receipts, {decisions} decisions, {cases} verification cases and {exporters} certified"
    )
    assert counted in " ".join(shown.stdout.split())


def test_a_replica_without_a_registry_that_the_profile_names_is_to_be_rebuilt(
    desk: Desk, world: AnvilWorld, archive_url: str
) -> None:
    """It lacks what was recorded before; the sentence says what to do, and that does it."""
    write_profile(replace(world.profile, recognition=None), desk.profile)
    before = desk.asal(archive_url, "follow", "--once")
    assert before["recognition"] is None
    write_profile(world.profile, desk.profile)
    said = desk.asal(archive_url, "follow", "--once", code=3)
    assert "ReplicaOfOtherContracts" in said
    assert "asal replica rebuild" in " ".join(said.split())
    assert desk.asal(archive_url, "status")["block"] == before["block"]
    desk.asal(archive_url, "rebuild")
    status = desk.asal(archive_url, "status")
    assert status["recognition"] == world.profile.recognition
    assert status["procedures"] == world.profile.procedures
    assert desk.asal(archive_url, "follow", "--once")["lagBlocks"] == 0


def test_killed_at_any_moment_it_goes_on_and_is_the_same_in_the_end(desk: Desk, new_archive_url: Any) -> None:
    """Nothing is half stored, and nothing is stored twice."""
    here, there = new_archive_url(), new_archive_url()
    rooms = open_archive(here)
    seed = int.from_bytes(os.urandom(4))
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    sys.stdout.write(f"seed {seed}\n")
    for _ in range(4):
        before = rooms.replica.head()
        with desk.following(here) as process:
            _until(partial(lambda known: rooms.replica.head() != known, before))
            time.sleep(chance.uniform(0, 0.3))
            process.send_signal(signal.SIGKILL)
            process.wait()
    rooms.close()
    desk.asal(here, "follow", "--once")
    assert desk.asal(here, "digest") == desk.asal(there, "rebuild")


def test_while_one_process_follows_no_other_does(desk: Desk, world: AnvilWorld, archive_url: str) -> None:
    """A second one, or a rebuild, is refused; what happens on the chain is seen; a signal ends it."""
    rooms = open_archive(archive_url)
    with desk.following(archive_url) as process:
        newest = world.ledger.head().block

        def reached(number: int) -> bool:
            head = rooms.replica.head()
            return head is not None and head.block is not None and head.block.number >= number

        _until(lambda: reached(newest))
        for words in (["follow"], ["follow", "--once"], ["rebuild"]):
            assert "ReplicaFollowed" in desk.asal(archive_url, *words, code=3)
        certificate = world.issued()
        _until(lambda: reached(newest + 1))
        look = rooms.replica.look(certificate, certificate, bytes(32))
        assert look is not None
        assert look.entry is not None
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    with rooms.database.exclusive(NAME) as held:
        assert held is not None
    rooms.close()


def test_an_archive_with_another_ledger_is_refused(desk: Desk, world: AnvilWorld, archive_url: str) -> None:
    """The message names both."""
    desk.asal(archive_url, "follow", "--once")
    other = AnvilWorld.deployed(world.profile)
    write_profile(other.profile, desk.profile)
    said = desk.asal(archive_url, "follow", "--once", code=3)
    assert "ReplicaOfAnotherLedger" in said
    assert other.profile.registry in said.replace("\n", "")
