"""Many who decide on one certificate at once: together they grant no more than was certified."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from ledger.archive import ArchiveRooms, open_archive
from ledger.deciding_asked import DecisionRefused
from ledger.facts import Address
from ledger.issuing import envelope_of
from tests.customs import CUSTOMS, SECOND, Archive, Border, kilograms
from tests.decider import CERTIFIED, SHARE
from tests.docs.pages import ROOT
from tests.ports.test_decision_port import CERTIFICATE


@pytest.fixture
def rooms(archive_url: str) -> Iterator[ArchiveRooms]:
    """Give each test an empty archive, on both databases."""
    rooms = open_archive(archive_url)
    yield rooms
    rooms.close()


def test_services_that_share_an_archive_never_overdraw_a_line(rooms: ArchiveRooms, archive_url: str) -> None:
    """Eight ask for 15 of 100 each, by two keys of two services: six get it, two are told that 10 remain."""
    border = Border()
    one = border.issued("100", received=False)
    other = open_archive(archive_url, migrate=False)
    services = [border.process(Archive(rooms)), border.process(Archive(other))]
    filing = border.ministry.archive.find(one)
    assert filing is not None
    border.receive(envelope_of(filing), services[0])

    def attempt(number: int) -> str:
        key: Address = CUSTOMS if number % 2 else SECOND
        try:
            border.decide(
                one, {1: kilograms("15")}, f"A{number}", wait=0.0, ledger=services[number % 2], account=key
            )
        except DecisionRefused as refused:
            return refused.findings[0].message
        return "granted"

    with ThreadPoolExecutor(8) as pool:
        told = sorted(pool.map(attempt, range(8)))
    other.close()
    assert told == ["10 KGM of 100 KGM remain"] * 2 + ["granted"] * 6
    assert len(rooms.decisions.decisions(one)) == 6


def test_processes_that_are_killed_while_they_decide_leave_whole_decisions(
    rooms: ArchiveRooms, archive_url: str
) -> None:
    """Three draw on one line, and one of them is killed: what it left is whole, the others draw the rest."""
    command = [sys.executable, "-m", "tests.decider", archive_url]
    running = [
        subprocess.Popen([*command, str(number)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for number in (1, 2, 3)
    ]
    victim = running[0]
    assert victim.stdout is not None
    for _ in range(3):
        victim.stdout.readline()
    victim.kill()
    told = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running[1:]] == [0, 0]
    held = rooms.decisions.decisions(CERTIFICATE)
    assert sum((one.lines[0].quantity for one in held), Decimal(0)) == CERTIFIED
    assert len(held) == CERTIFIED / SHARE
    assert all(rooms.statements.statement(one.statement) for one in held)
    assert len({one.dispatch for one in held}) == len(held) == rooms.outbox.backlog().writes
    assert sum(text.count("\n") for text in told) <= len(held)
