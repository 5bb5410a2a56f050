"""Many rows in one request: each stands for itself, and what was accepted stays."""

import asyncio
import errno
import json
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from httpx2 import Response
from starlette.requests import ClientDisconnect

from api.bulk import Rows, Spool, Spooled
from api.errors import ApiError
from api.services import Limits
from ledger.archive import Scope
from ledger.errors import ChainUnreachable
from ledger.fsck import Examiner
from ledger.outbox import AlarmName
from ledger.presented import examined, opened
from tests.api.desk import Desk, a_new_document, problem
from tests.builders import altered

PATH = "/v1/certificates:bulk"
ROWS = "application/x-ndjson"


def body(documents: Sequence[Any]) -> bytes:
    """Return documents as NDJSON."""
    return b"".join(json.dumps(document, ensure_ascii=False).encode() + b"\n" for document in documents)


def post(desk: Desk, content: Any, path: str = PATH, **headers: str) -> Response:
    """Send rows."""
    return desk.ask("POST", path, content=content, headers={"Content-Type": ROWS, **headers})


def told(answer: Response) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the lines of an answer and its summary."""
    assert (answer.status_code, answer.headers["content-type"]) == (200, ROWS), answer.text
    *lines, last = map(json.loads, answer.text.splitlines())
    summary: dict[str, Any] = last["summary"]
    return lines, summary


@pytest.fixture
def limited(desk: Desk) -> Desk:
    """Return the service with narrow bounds on bulk requests."""
    desk.limits = replace(Limits(), bulk_rows=3, bulk_bytes=20_000, bulk_workers=1)
    desk.__post_init__()
    return desk


def test_each_row_is_answered_in_order_with_its_envelope(desk: Desk) -> None:
    """The envelopes verify, and archive and chain agree afterwards."""
    documents = [a_new_document() for _ in range(5)]
    lines, summary = told(post(desk, body(documents)))
    assert [line["row"] for line in lines] == [1, 2, 3, 4, 5]
    assert [line["reference"] for line in lines] == [document["reference"] for document in documents]
    assert {line["state"] for line in lines} == {"recorded"}
    for line in lines:
        seen = examined(opened(line["envelope"]))
        assert (seen.intact, f"0x{seen.certificate.hex()}") == (True, line["id"])
    assert summary == {"rows": 5, "recorded": 5, "accepted": 0, "refused": 0}
    assert not list(Examiner(desk.ledger).discrepancies())


def test_a_row_refused_stops_no_other_and_names_the_place(desk: Desk) -> None:
    """Malformed JSON, a malformed document and a broken rule, between two good rows."""
    broken = altered(a_new_document(), "/items/1/hsCode", "secret")
    ruled = a_new_document(validUntil="2026-11-30")
    content = body([a_new_document()]) + b"{,}\n" + body([broken, ruled, a_new_document()])
    answer = post(desk, content)
    lines, summary = told(answer)
    assert [line.get("state") for line in lines] == ["recorded", None, None, None, "recorded"]
    assert lines[1]["errors"][0]["rule"] == "json.syntax"
    assert lines[2]["errors"][0]["pointer"] == "/items/1/hsCode"
    assert lines[3]["errors"][0]["rule"].startswith("ATIGA-")
    assert "secret" not in answer.text
    assert (summary["recorded"], summary["refused"]) == (2, 3)


def test_the_same_rows_again_are_the_same_certificates(desk: Desk) -> None:
    """No Idempotency-Key is needed; another document under a reference is refused."""
    documents = [a_new_document() for _ in range(3)]
    first, _ = told(post(desk, body(documents)))
    other = altered(documents[0], "/consignee/name", "Another Co.")
    again, _ = told(post(desk, body([*documents, documents[1], other])))
    assert [line["id"] for line in again[:3]] == [line["id"] for line in first]
    assert [line["envelope"] for line in again[:3]] == [line["envelope"] for line in first]
    assert again[3]["id"] == first[1]["id"]
    assert again[4]["errors"][0]["rule"] == "ReferenceAlreadyFiled"


def test_envelopes_can_be_left_out(desk: Desk) -> None:
    """They can be fetched one by one later."""
    lines, _ = told(post(desk, body([a_new_document(), a_new_document()]), f"{PATH}?envelopes=false"))
    assert all("envelope" not in line for line in lines)
    assert desk.ask("GET", f"/v1/certificates/{lines[0]['id']}/envelope").status_code == 200


def test_rows_that_the_chain_does_not_hold_in_time_are_told_as_accepted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same request later tells that they are recorded."""
    content = body([a_new_document(), a_new_document()])

    def silent(*_: object, **__: object) -> Any:
        raise ChainUnreachable("it is silent")

    with monkeypatch.context() as broken:
        broken.setattr(desk.world.transactions, "send", silent)
        lines, summary = told(post(desk, content, Prefer="wait=0"))
    assert [line["state"] for line in lines] == ["accepted", "accepted"]
    assert summary["accepted"] == 2
    later, _ = told(post(desk, content))
    assert [(line["id"], line["state"]) for line in later] == [(line["id"], "recorded") for line in lines]


def test_without_the_right_key_nothing_is_read(desk: Desk) -> None:
    """The errors before the stream begins are problem documents."""
    problem(
        desk.ask("POST", PATH, by=None, content=b"", headers={"Content-Type": ROWS}), 401, "unauthenticated"
    )
    reader = f"Bearer {desk.token('VN issuing', Scope.READ)}"
    problem(post(desk, b"", Authorization=reader), 403, "scope-missing")
    wrong = desk.ask("POST", PATH, content=b"{}", headers={"Content-Type": "application/json"})
    problem(wrong, 415, "unsupported-media-type")


def test_a_key_stopped_by_an_alarm_takes_no_rows(desk: Desk) -> None:
    """Nothing is stored then."""
    account = desk.world.account("VN issuing")
    desk.rooms.outbox.raise_alarm(AlarmName.WRITE_FAILS, account, "test", now=desk.clock())
    problem(post(desk, body([a_new_document()])), 503, "submitter-stopped")


def test_more_rows_than_allowed_are_refused_and_those_before_stay_accepted(limited: Desk) -> None:
    """The bound is on the request, and the natural key makes the next one go on."""
    documents = [a_new_document() for _ in range(4)]
    problem(post(limited, body(documents)), 413, "payload-too-large")
    lines, _ = told(post(limited, body(documents[:3])))
    assert {line["state"] for line in lines} == {"recorded"}


def test_a_body_may_be_longer_than_elsewhere_and_still_has_a_bound(limited: Desk) -> None:
    """Known length or not."""
    problem(post(limited, b" " * 20_001), 413, "payload-too-large")
    problem(post(limited, iter([b" " * 15_000, b" " * 15_000])), 413, "payload-too-large")


def test_a_row_that_is_too_long_is_a_row_refused(desk: Desk) -> None:
    """The rows around it are issued."""
    long = b'{"reference":"' + b"x" * (1024 * 1024) + b'"}\n'
    lines, _ = told(post(desk, body([a_new_document()]) + long + body([a_new_document()])))
    assert [line.get("state") for line in lines] == ["recorded", None, "recorded"]
    assert lines[1]["errors"][0]["rule"] == "row.too-long"


def test_only_so_many_requests_are_worked_on_at_once(desk: Desk) -> None:
    """The next is told to come again."""
    work = desk.app.state.bulk_places.work
    taken = 0
    while work.acquire(blocking=False):
        taken += 1
    assert taken == Limits().bulk_at_once
    problem(post(desk, body([a_new_document()])), 503, "overloaded")


def test_only_so_many_answers_may_be_unread(desk: Desk) -> None:
    """They are files, and whoever reads slowly must not fill the disk; once read they make room."""
    places = desk.app.state.bulk_places
    unread = []
    while (spool := places.spool()) is not None:
        places.work.release()
        unread.append(spool)
    assert len(unread) == 4 * Limits().bulk_at_once
    problem(post(desk, body([a_new_document()])), 503, "overloaded")
    for spool in unread:
        spool.complete(b"{}")
        spool.leave()
    for _ in range(len(unread) + 1):
        told(post(desk, body([a_new_document()])))


def test_an_answer_that_the_disk_has_no_room_for_ends_with_its_summary(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts what was told, what was accepted stays, and the place is free again."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no space")

    documents = [a_new_document() for _ in range(3)]
    for _ in range(Limits().bulk_at_once + 1):
        with monkeypatch.context() as broken:
            broken.setattr(os, "pwrite", full)
            lines, summary = told(post(desk, body(documents)))
        assert (lines, summary["rows"]) == ([], 0)
        assert summary["stopped"] == "/problems/internal"
    lines, _ = told(post(desk, body(documents)))
    assert {line["state"] for line in lines} == {"recorded"}


def test_without_room_for_the_file_the_place_is_given_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the body is read then."""

    def full(**_: object) -> Any:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as broken:
        broken.setattr(tempfile, "TemporaryFile", full)
        for _ in range(5 * Limits().bulk_at_once):
            problem(post(desk, body([a_new_document()])), 500, "internal")
    told(post(desk, body([a_new_document()])))


def test_whoever_does_not_take_the_answer_is_given_up() -> None:
    """And the file with them."""
    gone = []
    spool = Spool(lambda: gone.append(True))
    spool.add(b"{}")
    spool.complete(b"{}")

    async def receive() -> Any:
        await asyncio.sleep(60)

    async def send(_: object) -> None:
        await asyncio.sleep(60)

    answer = Spooled(spool, ROWS, 0.05)
    scope: Any = {"type": "http", "asgi": {"spec_version": "2.3"}}
    with pytest.raises(ClientDisconnect):
        asyncio.run(answer(scope, receive, send))
    assert gone == [True]


def test_the_description_tells_of_the_rows(desk: Desk) -> None:
    """A generated client knows the media type both ways."""
    description = desk.ask("GET", "/openapi.json", by=None).json()
    operation = description["paths"][PATH]["post"]
    assert list(operation["requestBody"]["content"]) == [ROWS]
    assert ROWS in operation["responses"]["200"]["content"]


def test_a_body_that_stalls_is_given_up_and_what_arrived_is_accepted() -> None:
    """Nobody is held for ever by a caller that sends nothing."""

    async def body() -> AsyncIterator[bytes]:
        yield b"{1}\n{2}\n{3"
        await asyncio.sleep(60)

    rows = Rows(10)
    with pytest.raises(ApiError) as refused:
        asyncio.run(rows.read(body(), 0.05))
    assert refused.value.problem.status == 408
    assert list(rows) == [b"{1}", b"{2}"]


def test_a_finished_request_leaves_its_place_to_the_next(desk: Desk) -> None:
    """More requests than places, one after the other."""
    for _ in range(Limits().bulk_at_once + 1):
        told(post(desk, body([a_new_document()])))
