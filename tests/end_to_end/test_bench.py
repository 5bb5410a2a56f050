"""`scripts/bench` measures what it says, beside the peers, and leaves nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIELDS = {
    "figure",
    "unit",
    "target",
    "reached",
    "who",
    "perSecond",
    "slowestRound",
    "fastestRound",
    "rounds",
    "done",
    "p50Ms",
    "p99Ms",
    "maxMs",
    "cpuMicroseconds",
    "peakMebibytes",
    "oursTimes",
    "oursTimesByCpu",
    "more",
}
PEERS = {
    "draw up 100": {"TradeTrust", "OpenAttestation"},
    "verify, asking the chain": {"tt-verify", "oa-verify"},
    "verify over HTTP, 16 at once": {"tt-verify", "oa-verify"},
    "issue in bulk, end to end, 1,000 rows": {"TradeTrust"},
}
Run = dict[str, Any]

pytestmark = [pytest.mark.peers, pytest.mark.chain, pytest.mark.slow]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the run puts its own folder into."""
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def told(place: Path) -> Run:
    """What a short run writes as JSON."""
    file = place / "figures.json"
    command = [sys.executable, str(ROOT / "scripts/bench"), "--quick", "--json", str(file)]
    environment = os.environ | {"TMPDIR": str(place)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr + done.stdout
    read: Run = json.loads(file.read_text(encoding="utf-8"))
    return read


def test_every_figure_is_told_with_all_its_fields(told: Run) -> None:
    """Whoever plots figures over time finds the same fields in each row."""
    assert told["failed"] == {}
    assert all(set(row) == FIELDS for row in told["figures"])
    assert all(row["done"] > 0 and row["perSecond"] > 0 for row in told["figures"])


def test_the_run_says_what_it_ran_on(told: Run) -> None:
    """A figure without its machine says nothing."""
    wanted = {"at", "system", "cores", "processor", "python", "node", "loadAverage", "asal", "seed"}
    assert wanted == set(told["machine"])


@pytest.mark.parametrize("figure", PEERS)
def test_the_peers_are_measured_in_the_same_run(told: Run, figure: str) -> None:
    """A comparison names its peers, and how many times their rate ours is."""
    peers = [row for row in told["figures"] if row["figure"] == figure and row["who"] != "ours"]
    assert {row["who"] for row in peers} == PEERS[figure]
    assert all(row["oursTimes"] > 0 for row in peers)


def test_requests_are_timed_one_by_one(told: Run) -> None:
    """What waits for an answer is told by its slowest, too."""
    waiting = [
        row for row in told["figures"] if row["unit"] == "requests" or row["figure"].startswith("issue one")
    ]
    assert len({row["figure"] for row in waiting}) >= 5
    assert all(row["p50Ms"] <= row["p99Ms"] <= row["maxMs"] for row in waiting)


def test_a_target_is_told_with_whether_it_was_reached(told: Run) -> None:
    """Where something was promised, the run says whether it is kept; elsewhere it says nothing."""
    ours = [row for row in told["figures"] if row["who"] == "ours"]
    assert all((row["reached"] is None) == (row["target"] == "") for row in ours)
    assert len({row["target"] for row in ours if row["target"]}) >= 6


def test_the_service_verifies_without_a_node(told: Run) -> None:
    """Each figure over HTTP begins while the node is stopped, and all certificates are found valid."""
    rows = [row for row in told["figures"] if row["figure"].startswith("verify over HTTP")]
    ours = [row["more"] for row in rows if row["who"] == "ours"]
    assert [more["answered while the node was stopped"] for more in ours] == [20, 20, 20]


def test_verifying_from_the_replica_asks_no_node(told: Run) -> None:
    """Neither on SQLite nor, where there is one, on PostgreSQL."""
    rows = [row for row in told["figures"] if row["figure"] == "verify from the replica, in process"]
    assert rows
    assert all(row["more"]["RPC round trips"] == 0 for row in rows)


def test_a_batch_costs_little_gas(told: Run) -> None:
    """A certificate in a batch of 10 000 takes at most six units of gas."""
    (row,) = (row for row in told["figures"] if row["figure"] == "anchor a batch of 10 000")
    assert row["reached"]
    assert 0 < row["more"]["gas per certificate"] <= 6


def test_bulk_issuing_tells_the_processor_time_of_each_part(told: Run) -> None:
    """The command, the processes that draw up, and the node."""
    (row,) = (row for row in told["figures"] if "in bulk" in row["figure"] and row["who"] == "ours")
    assert set(row["more"]) == {"command CPU µs", "drawing CPU µs", "node CPU µs"}
    assert row["peakMebibytes"] > 0


def test_nothing_is_left_behind(told: Run, place: Path) -> None:
    """The folder with archives and keys goes with the run."""
    assert told["figures"]
    assert [path.name for path in place.iterdir()] == ["figures.json"]


def test_a_part_can_be_measured_alone(tmp_path: Path) -> None:
    """A pattern picks figures by name."""
    file = tmp_path / "figures.json"
    command = [sys.executable, str(ROOT / "scripts/bench"), "--quick", "--only", "^hash", "--json", str(file)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)
    figures = json.loads(file.read_text(encoding="utf-8"))["figures"]
    assert {row["figure"] for row in figures} == {"hash 64 bytes"}


def test_a_profile_tells_the_largest_costs() -> None:
    """Drawing up in bulk and verifying over HTTP are told by module, in microseconds and shares."""
    command = [sys.executable, str(ROOT / "scripts/bench"), "--quick", "--profile"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True, timeout=120)
    bulk, verification = done.stdout.strip().split("\n\n")
    assert "ledger.salting" in bulk
    assert "uvicorn" in verification
    assert all(len(told.splitlines()) == 11 for told in (bulk, verification))
