"""What the ledger in memory has beyond the ports: founders, a clock, and threads."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from ledger.facts import Address, LedgerName
from ledger.memory import MemoryLedger
from ledger.refusals import AdminInUse, LastActiveMember, MemberCodeInvalid
from tests.worlds import MemoryWorld

ADMIN = Address("0x" + "11" * 20)
START = datetime(2026, 11, 2, 8, 30, 15, 999, tzinfo=UTC)


def test_block_times_are_whole_seconds_of_the_clock_given() -> None:
    """As on a chain."""
    ledger = MemoryLedger({"VN": ADMIN}, clock=lambda: START)
    assert ledger.head().time == START.replace(microsecond=0)
    assert ledger.members()[0].admitted_at == START.replace(microsecond=0)


def test_time_can_be_set_forward_and_never_runs_back() -> None:
    """Each advance is a block; a clock that is put back changes nothing."""
    times = iter([START, START, START, START - timedelta(days=1), START - timedelta(days=1)])
    ledger = MemoryLedger({"VN": ADMIN}, clock=lambda: next(times))
    before = ledger.head()
    ledger.advance(timedelta())
    assert ledger.head().block == before.block + 1
    assert ledger.head().time == before.time


def test_founders_are_checked_as_in_the_constructor_of_the_contract() -> None:
    """At least one, with a code of capitals and an admin key of its own."""
    with pytest.raises(LastActiveMember):
        MemoryLedger({})
    with pytest.raises(MemberCodeInvalid):
        MemoryLedger({"vn": ADMIN})
    with pytest.raises(AdminInUse):
        MemoryLedger({"VN": ADMIN, "TH": ADMIN})


def test_a_ledger_can_be_given_a_name() -> None:
    """For envelopes that name another."""
    name = LedgerName(7, ADMIN)
    assert MemoryLedger({"VN": ADMIN}, ledger=name).ledger == name


def test_writes_of_many_threads_are_one_block_each() -> None:
    """No write sees another half done."""
    world = MemoryWorld()
    world.assemble()
    account, batch = world.account("VN issuing"), [world.terms() for _ in range(200)]
    with ThreadPoolExecutor(16) as threads:
        written = list(threads.map(lambda terms: world.ledger.issue(terms, account), batch))
    assert len({receipt.block for receipt in written}) == 200
    assert len({receipt.transaction for receipt in written}) == 200
