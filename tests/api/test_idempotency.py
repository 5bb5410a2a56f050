"""A request may be repeated; what it does happens once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ledger.archive.requests import KEPT, LEASE
from ledger.errors import ArchiveUnavailable
from tests.api.desk import Desk, a_new_document, idempotent, problem, replacing


def test_a_repeated_request_gets_the_same_answer(desk: Desk) -> None:
    """Byte for byte, marked as replayed, with one certificate in the archive."""
    document = a_new_document()
    first, second = (desk.issue(document, key="key-1") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"]
    assert [answer.headers["idempotency-replayed"] for answer in (first, second)] == ["false", "true"]
    assert len(desk.ask("GET", "/v1/certificates").json()["certificates"]) == 1


def test_the_same_document_under_another_key_is_the_same_certificate(desk: Desk) -> None:
    """The reference is the natural key, whatever the header says."""
    document = a_new_document()
    assert desk.issue(document).json()["id"] == desk.issue(document).json()["id"]


def test_a_key_belongs_to_one_body(desk: Desk) -> None:
    """Another body under it is refused, and nothing is issued."""
    desk.issue(a_new_document(), key="key-1")
    problem(desk.issue(a_new_document(), key="key-1"), 422, "idempotency-key-reused")


def test_a_key_belongs_to_one_address(desk: Desk) -> None:
    """Issuing and replacing do not share answers."""
    first = desk.issued()
    document = replacing(first)
    answer = desk.ask(
        "POST", f"/v1/certificates/{first['id']}/replace", json=document, headers=idempotent("key-1")
    )
    assert answer.status_code == 201
    problem(desk.issue(document, key="key-1"), 422, "idempotency-key-reused")


def test_two_authorities_may_choose_the_same_key(desk: Desk) -> None:
    """Neither sees the other's answer."""
    one = desk.issue(key="key-1")
    other = desk.issue(by="VN issuing second", key="key-1")
    assert one.json()["id"] != other.json()["id"]
    assert other.headers["idempotency-replayed"] == "false"


@pytest.mark.parametrize("key", [None, "", " ", "with space", "x" * 256, "tab\tbed", "naïve"])
def test_issuing_without_a_usable_key_is_refused(desk: Desk, key: str | None) -> None:
    """Before anything is stored."""
    headers: dict[str, bytes] = {} if key is None else {"Idempotency-Key": key.encode()}
    answer = desk.ask("POST", "/v1/certificates", json=a_new_document(), headers=headers)
    problem(answer, 400, "idempotency-key-missing")
    assert desk.ask("GET", "/v1/certificates").json()["certificates"] == []


def test_a_refused_request_leaves_its_key_free(desk: Desk) -> None:
    """Corrected, it may be sent under the same key."""
    document = a_new_document(validUntil="2029-11-01")
    problem(desk.issue(document, key="key-1"), 422, "certificate-refused")
    document["validUntil"] = "2027-11-01"
    assert desk.issue(document, key="key-1").status_code == 201


def test_a_request_in_flight_is_not_carried_out_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second caller is asked to come back, and then gets the first one's answer."""
    entered, leave = threading.Event(), threading.Event()
    send = desk.world.transactions.send

    def slowly(*arguments: object) -> object:
        entered.set()
        leave.wait(20)
        return send(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.world.transactions, "send", slowly)
    document = a_new_document()
    desk.token("VN issuing")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(desk.issue, document, key="key-1")
        assert entered.wait(20)
        waiting = desk.issue(document, key="key-1")
        problem(waiting, 409, "idempotency-in-flight")
        assert int(waiting.headers["retry-after"]) >= 1
        leave.set()
        assert first.result().status_code == 201
    assert desk.issue(document, key="key-1").content == first.result().content


class _Killed(BaseException):
    """Stands for a process that dies: nothing after it runs."""


@pytest.mark.parametrize("step", ["send", "settle", "answer"])
def test_a_crash_at_any_step_is_continued_by_the_retry(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before or after the chain write, or before the answer is kept: one entry, one certificate, one id."""
    target = {
        "send": desk.world.transactions,
        "settle": type(desk.rooms.outbox),
        "answer": type(desk.rooms.requests),
    }[step]
    document = a_new_document()
    with monkeypatch.context() as crash:
        crash.setattr(target, step, _die)
        assert desk.issue(document, key="key-1").content == b""  # no answer came
    problem(desk.issue(document, key="key-1"), 409, "idempotency-in-flight")
    desk.clock.advance(LEASE)
    answer = desk.issue(document, key="key-1")
    assert answer.status_code == 201
    (only,) = desk.ask("GET", "/v1/certificates").json()["certificates"]
    assert (only["id"], only["state"]) == (answer.json()["id"], "recorded")
    assert len(desk.world.ledger._entries) == 1  # type: ignore[attr-defined]


def _die(*_: object, **__: object) -> None:
    raise _Killed


def test_answers_are_kept_for_thirty_days(desk: Desk) -> None:
    """Later the key is free, and the natural key still prevents a second certificate."""
    document = a_new_document()
    first = desk.issue(document, key="key-1")
    desk.clock.advance(KEPT - timedelta(hours=1))
    assert desk.issue(document, key="key-1").headers["idempotency-replayed"] == "true"
    desk.clock.advance(timedelta(hours=2))
    again = desk.issue(document, key="key-1")
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["idempotency-replayed"] == "false"


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate is issued; a retry finds it by its reference."""
    document = a_new_document()
    with monkeypatch.context() as fault:
        fault.setattr(type(desk.rooms.requests), "answer", _full)
        first = desk.issue(document, key="key-1")
    assert first.status_code == 201
    desk.clock.advance(LEASE)
    assert desk.issue(document, key="key-1").json()["id"] == first.json()["id"]


def _full(*_: object) -> None:
    raise ArchiveUnavailable("the disk is full; nothing was stored")


def test_a_full_archive_issues_nothing_and_leaves_the_key_free(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, nothing on the chain, and the same request works when there is room again."""
    document = a_new_document()
    with monkeypatch.context() as fault:
        fault.setattr(type(desk.rooms.certificates), "file", _full)
        problem(desk.issue(document, key="key-1"), 503, "archive-unavailable")
    assert not desk.world.ledger._entries  # type: ignore[attr-defined]
    assert desk.issue(document, key="key-1").status_code == 201
