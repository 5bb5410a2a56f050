"""Lists for customs over HTTP, and verdicts with operator codes, from a replica that follows a chain."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.archive import open_archive
from ledger.operators import Consent, OperatorCode, OperatorStatus
from tests.api.desk import Desk, HandClock, a_desk, add_second_office
from tests.api.test_on_chain import a_document_of_today
from tests.recognised import DAY, EXPORTER, NAME, Recognising
from tests.replicas import ReplicatedWorld, caught_up, wall_clock
from tests.worlds import ChainWorld

pytestmark = pytest.mark.chain
SECOND = OperatorCode("VN0200000003")


@pytest.fixture
def desk(world: ChainWorld, tmp_path: Path) -> Iterator[Desk]:
    """Return a service whose reads come from a replica."""
    add_second_office(world)
    replicated: Any = ReplicatedWorld(world)
    replicated.transactions = world.transactions
    rooms = open_archive(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    yield a_desk(replicated, rooms, HandClock(wall_clock()))
    rooms.close()


@pytest.fixture
def at(desk: Desk) -> Recognising:
    """Return the small world behind it."""
    clock = desk.world.ledger.head
    made = Recognising(desk.world, desk.ledger, lambda: clock().time)
    made.found()
    made.record()
    return made


def get(desk: Desk, path: str, by: str = "TH customs", **params: Any) -> Any:
    """Ask for a list."""
    answer = desk.ask("GET", f"/v1/recognition{path}", by=by, params=params)
    assert answer.status_code == 200, answer.text
    return answer


def test_benefits_come_page_by_page_for_the_callers_member(desk: Desk, at: Recognising) -> None:
    """With names within consent; the header leads to the next page, which is the rest."""
    at.record(SECOND, "Second Ltd", consent=Consent.EXCHANGE)
    first = get(desk, "/benefits", limit=1)
    page = first.json()
    assert page["host"] == {"code": "TH", "name": "Thailand"}
    (row,) = page["operators"]
    assert (row["operator"], row["name"]) == (EXPORTER, NAME)
    assert row["granted"] == [
        {"role": "EXP", "directions": ["import"]},
        {"role": "MFR", "directions": ["import"]},
    ]
    assert row["programme"] == {"code": "DNUT", "name": "Doanh nghiệp ưu tiên", "level": 1}
    link = first.headers["link"]
    assert link.endswith('; rel="next"')
    rest = desk.ask("GET", link[1:].partition(">")[0], by="TH customs").json()
    (other,) = rest["operators"]
    assert (other["operator"], other["name"]) == (SECOND, None)
    assert "publication" in other["nameNote"]
    assert "next" not in rest
    assert get(desk, "/benefits", host="MY").json()["operators"] == []


def test_changes_go_on_from_a_place(desk: Desk, at: Recognising) -> None:
    """Withheld where the operator does not agree; its own member sees it."""
    at.record(SECOND, "Second Ltd")
    at.record(SECOND, "Second Ltd", consent=Consent(0), status=OperatorStatus.SUSPENDED)
    first = get(desk, "/changes", since="2020-01-01", limit=1)
    assert [one["operator"] for one in first.json()["changes"]] == [EXPORTER]
    assert first.json()["changes"][0]["status"] == "certified"
    rest = desk.ask("GET", first.headers["link"][1:].partition(">")[0], by="TH customs").json()
    hidden = {"operator": SECOND, "member": {"code": "VN", "name": "Viet Nam"}, "withheld": True}
    for one in get(desk, "/changes", after=first.json()["next"]).json()["changes"]:
        assert {name: one[name] for name in one if name not in {"recordedAt", "place"}} == hidden
    assert len(rest["changes"]) == 1
    own = get(desk, "/changes", by="VN customs", since="2020-01-01").json()["changes"]
    assert [one["status"] for one in own] == ["certified", "certified", "suspended"]
    after = get(desk, "/changes", after=own[-1]["place"]).json()
    assert (after["changes"], after["next"]) == ([], own[-1]["place"])


def test_latency_is_told_in_seconds(desk: Desk, at: Recognising) -> None:
    """By member and status over a period."""
    at.record(SECOND, effective_from=at.clock() - 2 * DAY)
    found = get(desk, "/latency", since="2020-01-01", until="2099-01-01").json()
    whole, certified = found["members"]
    assert (whole["member"]["code"], whole["status"], certified["status"]) == ("VN", "all", "certified")
    assert whole["changes"] == 2
    assert 86_400 <= whole["medianSeconds"] <= whole["longestSeconds"]


@pytest.mark.usefixtures("at")
def test_a_verdict_with_codes_is_given_between_requests(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the replica, without a worker thread and without the node."""
    usual = a_document_of_today()
    document = a_document_of_today(exporter=usual["exporter"] | {"operator": EXPORTER})
    issued = desk.issue(document).json()
    caught_up(desk.world.ledger.follower)  # type: ignore[attr-defined]
    threads = []
    ledger: Any = type(desk.world.ledger)
    found = ledger.found_at_hand

    def watched(self: Any, operators: Any) -> Any:
        threads.append(threading.current_thread().name)
        return found(self, operators)

    monkeypatch.setattr(ledger, "found_at_hand", watched)
    answer = desk.ask("POST", "/v1/verifications", by=None, json=issued["envelope"])
    assert (answer.json()["code"], answer.json()["parties"][0]["recognised"]) == ("VALID", True)
    assert ["worker thread" in name for name in threads] == [False]
