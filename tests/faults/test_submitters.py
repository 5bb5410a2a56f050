"""Two processes that would submit for one key."""

import signal

import pytest

from tests.faults.station import ACCOUNT, Station, eventually
from tests.faults.test_crashes import a_file
from tests.faults.test_node_faults import accepted, submitting

pytestmark = [pytest.mark.chain, pytest.mark.slow]


def test_a_second_submitter_of_a_key_refuses_and_one_takes_over_when_the_first_is_killed(
    station: Station,
) -> None:
    """Case 8: over all processes, on both databases, and at once after the death of the first."""
    with submitting(station) as first:
        second = station.asal("outbox", "run")
        assert (second.status, "another process submits" in second.said()) == (3, True)
        reconciling = station.asal("outbox", "reconcile")
        assert (reconciling.status, "another process submits" in reconciling.said()) == (3, True)
        first.signal(signal.SIGKILL)
        first.wait()
        with submitting(station) as third:
            third.signal(signal.SIGTERM)
            assert third.wait() == 0


def test_two_processes_that_carry_the_same_writes_double_nothing(station: Station) -> None:
    """Case 8: both drain, the service goes its rounds beside them, and a command waits for its own."""
    used = station.used()
    with station.serving(), station.office() as ledger:
        for number in range(2, 12):
            accepted(ledger, station, f"VN-TH 26/02/{number:05}")
        others = [station.starting("asal", "--as", account, "outbox", "drain") for account in [ACCOUNT] * 2]
        own = station.asal("certificate", "issue", a_file(station))
        assert own.status == 0, own.said()
        assert [other.wait() for other in others] == [0, 0]
        eventually(lambda: ledger.outbox.backlog().writes == 0)
    assert station.on_chain().certificates == 11
    assert station.used() - used == len({write.nonce for write in station.writes()}) == len(station.writes())
    assert station.alarms() == set()
    assert station.discrepancies() == []
