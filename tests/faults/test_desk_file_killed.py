"""A file of certificates at a desk whose process is killed, and the officer who goes on with it."""

import re
import signal
from collections.abc import Callable
from datetime import timedelta

import httpx2
import orjson
import pytest

from api.pages.visitor import COOKIE
from ledger.archive import Scope
from ledger.opening import now
from tests.faults.station import ACCOUNT, Service, Station, a_document_of_today, eventually
from tests.faults.test_crashes import BATCH

HOURS = timedelta(hours=9)
pytestmark = [pytest.mark.chain, pytest.mark.slow]
RUN = f"/desk/issuing/bulk/{'7' * 32}"
MORE = [f"VN-TH 26/03/{number:05}" for number in range(1, 101)]
ROWS = [*BATCH, *MORE]
"""More than are journalled in one transaction."""


@pytest.fixture
def cookie(station: Station) -> dict[str, str]:
    """Return what the browser of an officer of the station sends."""
    with station.rooms() as rooms:
        officer = rooms.officers.enrol(
            ("https://login.example", "officer"),
            "Trần Quốc Bảo",
            member="VN",
            authority=station.authority,
            account=ACCOUNT,
            scopes=[Scope.ISSUE, Scope.READ],
            now=now(),
        )
        secret = rooms.officers.begin(officer.id, now=now(), lasting=HOURS)
    return {"Cookie": f"{COOKIE}={secret}"}


def send(service: Service, cookie: dict[str, str]) -> httpx2.Response:
    """Send the file."""
    wrong = a_document_of_today("VN-TH 26/04/00001") | {"validUntil": "2099-01-01"}
    content = b"\n".join(orjson.dumps(one) for one in [*map(a_document_of_today, ROWS), wrong])
    return service.client.post(
        "/desk/issuing/bulk",
        data={"token": "7" * 32},
        files={"file": ("rows.ndjson", content)},
        headers=cookie,
    )


def page_of(service: Service, cookie: dict[str, str]) -> str:
    """Return the page of the file, as text."""
    answer = service.client.get(RUN, headers=cookie)
    assert answer.status_code == httpx2.codes.OK, answer.text
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", answer.text))


@pytest.mark.parametrize(
    "moment",
    [
        "runs.stored/after/1",
        "archive.file_batch/after/1",
        "runs.journal/after/1",
        "runs.journal/before/2",
        "runs.end/before/1",
        "runs.end/after/1",
    ],
)
def test_another_process_shows_a_file_whose_process_was_killed_and_takes_it_up(
    station: Station, cookie: dict[str, str], moment: str
) -> None:
    """Case 20: each row is issued once, whichever process issued it; the results are had in one piece."""
    with station.serving() as other, station.serving(moment) as service:
        with_answer_or_not(lambda: send(service, cookie))
        assert service.process.wait(60) == -signal.SIGKILL
        if moment != "runs.end/after/1":
            assert "The service that worked on it has ended" in page_of(other, cookie)
            assert other.client.post(f"{RUN}/again", headers=cookie).status_code == httpx2.codes.SEE_OTHER
        eventually(lambda: "Done." in page_of(other, cookie), 60)
        assert "601 rows" in page_of(other, cookie)
        assert "Recorded on the ledger 600" in page_of(other, cookie)
        told = other.client.get(f"{RUN}/envelopes", headers=cookie).content.splitlines()
        refused = other.client.get(f"{RUN}/refused", headers=cookie).text
    assert [orjson.loads(one)["data"]["reference"].rpartition(":")[2] for one in told] == ROWS
    assert [line.split(",")[0] for line in refused.splitlines()] == ["Row", "601"]
    assert len({filing.id for filing in station.filings()}) == len(station.filings()) == len(ROWS)
    assert station.on_chain().certificates == len(ROWS)
    assert station.discrepancies() == []


def test_a_file_that_had_not_arrived_whole_is_told_so_and_issues_nothing(
    station: Station, cookie: dict[str, str]
) -> None:
    """Case 20: it cannot be gone on with; sent again it is a file as any other."""
    with station.serving() as other, station.serving("runs.store/after/1") as service:
        with_answer_or_not(lambda: send(service, cookie))
        assert service.process.wait(60) == -signal.SIGKILL
        assert "The file had not arrived whole" in page_of(other, cookie)
        other.client.post(f"{RUN}/again", headers=cookie)
        assert "The file had not arrived whole" in page_of(other, cookie)
    assert station.filings() == []


def test_while_one_process_works_on_a_file_another_begins_with_none(
    station: Station, cookie: dict[str, str]
) -> None:
    """Case 20: it shows how far the first is; going on with it, or sending it too, changes nothing."""
    with station.serving() as first, station.serving() as other:
        station.rpc("evm_setAutomine", False)  # noqa: FBT003 - a parameter of JSON-RPC
        assert send(first, cookie).status_code == httpx2.codes.SEE_OTHER
        assert "Under way" in page_of(other, cookie)
        assert send(other, cookie).status_code == httpx2.codes.SEE_OTHER
        assert other.client.post(f"{RUN}/again", headers=cookie).status_code == httpx2.codes.SEE_OTHER
        another = other.client.post(
            "/desk/issuing/bulk",
            data={"token": "8" * 32},
            files={"file": ("rows.ndjson", orjson.dumps(a_document_of_today(MORE[0])))},
            headers=cookie,
        )
        assert "is still being worked on" in another.text
        station.rpc("evm_setAutomine", True)  # noqa: FBT003 - a parameter of JSON-RPC
        eventually(lambda: "Done." in page_of(other, cookie), 60)
    assert len(station.filings()) == len(ROWS)


def with_answer_or_not(ask: Callable[[], httpx2.Response]) -> None:
    """Ask a process that may die before it answers."""
    try:
        ask()
    except httpx2.TransportError:
        return
