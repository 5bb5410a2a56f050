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
        row for row in told["figures"] if row["unit"] == "requests" or row["figure"].startswith("issue")
    ]
    assert len({row["figure"] for row in waiting}) >= 5
    assert all(row["p50Ms"] <= row["p99Ms"] <= row["maxMs"] for row in waiting)


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
