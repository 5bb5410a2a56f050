"""Processes of ours that die by SIGKILL, or are asked to end, and what the next one finds."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from ledger.ports import FilingState
from tests.faults.station import Service, Station, a_document_of_today, eventually

pytestmark = [pytest.mark.chain, pytest.mark.slow]
BATCH = [f"VN-TH 26/02/{number:05}" for number in range(1, 501)]
MANY = BATCH[:120]


def a_file(station: Station, reference: str = "VN-TH 26/02/00001") -> str:
    """Write a certificate document into a file and return its path."""
    path = Path(station.folder / f"{reference[-5:]}.json")
    path.write_bytes(orjson.dumps(a_document_of_today(reference)))
    return str(path)


def all_posted(
    service: Service, references: list[str], killed_after: int | None = None
) -> dict[str, httpx2.Response]:
    """Ask for many certificates at once; returns the answers that came, until the service is killed.

    The key of a request that a dead process has left in flight is free again after a minute; who does not
    want to wait so long takes another one, for the reference alone makes the certificate the same.
    """
    answers: dict[str, httpx2.Response] = {}

    def post(reference: str) -> None:
        try:
            answers[reference] = service.issue(reference, prefer="respond-async")
            if answers[reference].status_code == httpx2.codes.CONFLICT:
                assert answers[reference].json()["type"] == "/problems/idempotency-in-flight"
                answers[reference] = service.issue(reference, prefer="respond-async", key="another")
        except httpx2.TransportError:
            return
        if killed_after and len(answers) >= killed_after:
            service.process.kill()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(post, references))
    return answers


@pytest.mark.parametrize(
    "moment", ["archive.file_batch/after/1", "outbox.keep/after/1", "outbox.settle/after/1"]
)
def test_a_batch_of_500_in_which_the_service_is_killed_is_completed_by_sending_it_again(
    station: Station, moment: str
) -> None:
    """Case 1: 500 rows, one outcome each, and the answer to a third try is that to the second."""
    with station.serving(moment) as service, pytest.raises(httpx2.TransportError):
        in_bulk(service)
    left = {filing.reference: (filing.id, filing.seed) for filing in station.filings()}
    with station.serving() as service:
        rows, again = in_bulk(service), in_bulk(service)
    assert rows[:-1] == again[:-1]
    assert {row["state"] for row in rows[:-1]} == {"recorded"}
    found = {filing.reference: (filing.id, filing.seed) for filing in station.filings()}
    assert [row["id"] for row in rows[:-1]] == [f"0x{identity.hex()}" for identity, _ in found.values()]
    assert left.items() <= found.items()
    assert (len(found), station.on_chain().certificates) == (500, 500)
    assert station.discrepancies() == []


def in_bulk(service: Service) -> list[dict[str, Any]]:
    """Ask for all of them in one request; returns its rows."""
    content = b"\n".join(orjson.dumps(a_document_of_today(reference)) for reference in BATCH)
    headers = {"Content-Type": "application/x-ndjson", "Prefer": "wait=20"}
    answer = service.client.post("/v1/certificates:bulk", content=content, headers=headers)
    return [orjson.loads(line) for line in answer.content.splitlines()]


def test_many_requests_in_which_the_service_is_killed_are_completed_by_sending_them_again(
    station: Station,
) -> None:
    """Case 1, one request each: one outcome each, and the same id for whatever was answered before."""
    with station.serving() as service:
        before = all_posted(service, MANY, killed_after=20)
    assert 0 < len(before) < len(MANY), "it was to die in the middle"
    with station.serving() as service:
        again = all_posted(service, MANY)
        assert {answer.status_code for answer in again.values()} <= {201, 202}
        assert {reference: again[reference].json()["id"] for reference in before} == {
            reference: answer.json()["id"] for reference, answer in before.items()
        }
        eventually(lambda: all(one.state is FilingState.RECORDED for one in station.filings()))
    ids = {answer.json()["id"] for answer in again.values()}
    assert ids == {f"0x{filing.id.hex()}" for filing in station.filings()}
    assert (len(ids), station.on_chain().certificates) == (len(MANY), len(MANY))
    assert station.discrepancies() == []


def test_what_was_signed_before_a_crash_is_sent_byte_for_byte_after_it(station: Station) -> None:
    """Case 2: killed between storing the signed bytes and sending them."""
    used = station.used()
    died = station.asal("certificate", "issue", a_file(station), kill="outbox.keep/after/1")
    assert died.status == -signal.SIGKILL, died.said()
    (stored,) = station.signed_bytes()
    assert station.used() == used
    assert station.asal("outbox", "drain").status == 0
    assert station.signed_bytes() == [stored]
    (write,) = station.writes()
    assert write.written is not None
    assert station.rpc("eth_getTransactionByHash", f"0x{write.written.transaction.hex()}") is not None
    assert (station.used(), station.on_chain().certificates) == (used + 1, 1)
    assert station.discrepancies() == []


def test_what_was_sent_before_a_crash_is_found_and_takes_no_second_nonce(station: Station) -> None:
    """Case 3: killed after sending, before anything was learnt of it."""
    used = station.used()
    died = station.asal("certificate", "issue", a_file(station), kill="transactions.send/after/1")
    assert died.status == -signal.SIGKILL, died.said()
    assert station.used() == used + 1
    signed = station.signed_bytes()
    again = station.asal("certificate", "issue", a_file(station))
    assert again.status == 0, again.said()
    assert station.signed_bytes() == signed
    assert (station.used(), station.on_chain().certificates) == (used + 1, 1)
    assert station.discrepancies() == []


def test_whoever_asks_the_service_to_end_under_load_loses_nothing_that_was_accepted(
    station: Station,
) -> None:
    """Case 10: SIGTERM; it ends within 30 seconds, and every answered certificate is there."""
    answered: list[str] = []
    ended = threading.Event()

    def load(worker: int) -> None:
        number = 0
        while not ended.is_set():
            number += 1
            try:
                answer = service.issue(f"VN-TH 26/{worker:02}/{number:05}")
            except httpx2.TransportError:
                return
            if answer.status_code in {201, 202}:
                answered.append(answer.json()["id"])

    with station.serving() as service:
        workers = [threading.Thread(target=load, args=(number,)) for number in range(1, 9)]
        for worker in workers:
            worker.start()
        eventually(lambda: len(answered) > 20)
        began = time.monotonic()
        status = service.end()
        took = time.monotonic() - began
        ended.set()
        for worker in workers:
            worker.join()
    assert status in {0, -signal.SIGTERM}, service.process.said()
    assert took < 30
    assert station.asal("outbox", "drain").status == 0
    recorded = {f"0x{one.id.hex()}" for one in station.filings() if one.state is FilingState.RECORDED}
    assert set(answered) <= recorded
    assert len(recorded) == len(station.filings()) == station.on_chain().certificates
    assert station.discrepancies() == []
