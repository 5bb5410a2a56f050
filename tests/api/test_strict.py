"""Bodies that two readers may read differently, or that are too much, are refused at the door."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from tests.api.desk import Desk, a_new_document, idempotent, problem

POSTS = [
    "/v1/certificates",
    "/v1/verifications",
    "/v1/verifications/by-reference",
    "/v1/api-keys",
    "/v1/certificates/0x" + "00" * 32 + "/cancel",
    "/v1/certificates/0x" + "00" * 32 + "/replace",
]
UNSAFE = {
    "duplicate keys": '{"reference": "one", "reference": "two"}',
    "nested duplicate keys": '{"data": {"a": 1, "a": 1}}',
    "not a number": '{"a": NaN}',
    "infinity": '{"a": -Infinity}',
    "a number that overflows": '{"a": 1e400}',
    "a fraction": '{"a": 0.1}',
    "an integer beyond 2^53-1": '{"a": 9007199254740992}',
    "an integer of many digits": '{"a": ' + "9" * 10_000 + "}",
    "half a character": '{"a": "\\ud800"}',
}
UNREADABLE = {
    "nothing": b"",
    "no JSON": b"<xml/>",
    "trailing text": b"{} {}",
    "Latin-1": '{"a": "Viêt"}'.encode("latin-1"),
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "unclosed": b'{"a": "',
    "100 000 deep lists": b"[" * 100_000 + b"]" * 100_000,
    "100 000 deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "100 000 open lists": b"[" * 100_000,
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", UNSAFE.values(), ids=UNSAFE.keys())
def test_ambiguous_json_is_refused_on_every_post(desk: Desk, path: str, body: str) -> None:
    """What was signed must be what is read."""
    found = problem(desk.ask("POST", path, content=body, headers=idempotent()), 422, "unsafe-json")
    assert found["errors"][0]["rule"].startswith("json.")


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_not_json_is_refused_quickly(desk: Desk, body: bytes) -> None:
    """No depth of nesting holds the service up."""
    started = time.monotonic()
    problem(desk.ask("POST", "/v1/verifications", content=body), 400, "malformed-json")
    assert time.monotonic() - started < 5  # a hang, not a rate, is what this looks for


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"]
)
def test_a_body_that_is_not_declared_as_json_is_refused(desk: Desk, kind: str) -> None:
    """A form of another site cannot post here."""
    answer = desk.ask("POST", "/v1/verifications", content="{}", headers={"Content-Type": kind})
    problem(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/ld+json"]
)
def test_json_may_be_declared_in_any_usual_way(desk: Desk, kind: str) -> None:
    """Parameters, case and structured suffixes are fine."""
    answer = desk.ask("POST", "/v1/verifications", content="{}", headers={"Content-Type": kind})
    problem(answer, 422, "envelope-malformed")


def test_a_compressed_body_is_refused(desk: Desk) -> None:
    """Nothing is unpacked here, so nothing can be blown up."""
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    problem(
        desk.ask("POST", "/v1/verifications", content=b"{}", headers=headers), 415, "unsupported-media-type"
    )


@pytest.mark.parametrize("path", POSTS)
def test_a_large_body_is_refused_on_every_post(desk: Desk, path: str) -> None:
    """With or without a declared length."""
    body = b'"' + b"x" * desk.limits.body_bytes + b'"'
    problem(desk.ask("POST", path, content=body, headers=idempotent()), 413, "payload-too-large")
    chunks = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    problem(desk.ask("POST", path, content=chunks, headers=idempotent()), 413, "payload-too-large")


def test_a_body_of_exactly_the_limit_is_read(desk: Desk) -> None:
    """The limit is the last size that is taken."""
    for more, status in ((0, 422), (1, 413)):
        body = json.dumps("x" * (desk.limits.body_bytes - 2 + more))
        assert desk.ask("POST", "/v1/verifications", content=body).status_code == status


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "9" * 400])
def test_a_length_that_is_none_is_refused(desk: Desk, length: str) -> None:
    """Or that no body can have."""
    headers = {"Content-Length": length.encode(), "Content-Type": b"application/json"}
    answer = desk.client.post("/v1/verifications", headers=headers, content=b"{}")  # type: ignore[arg-type]
    problem(answer, 413, "payload-too-large")


@pytest.fixture
def port(desk: Desk) -> Iterator[int]:
    """Serve the desk on loopback and return the port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(desk.app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


HEAD = b"POST /v1/verifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def _sent_until_answered(port: int, head: bytes, chunk: bytes) -> tuple[int, bytes]:
    """Send chunks without end; return how many bytes went out before the answer, and the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head)
        sent = 0
        connection.settimeout(0.05)
        answer = b""
        while not answer and sent < 2**30:
            try:
                connection.sendall(chunk)
                sent += len(chunk)
            except (TimeoutError, ConnectionError):
                pass
            try:
                answer = connection.recv(65_536)
            except TimeoutError:
                continue
        return sent, answer


@pytest.mark.parametrize(
    ("head", "chunk"),
    [
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
        (HEAD + b"Content-Length: 1073741824\r\n\r\n", b"x" * 65_536),
    ],
    ids=["endless chunks", "one gibibyte"],
)
def test_a_body_without_end_is_cut_off(port: int, head: bytes, chunk: bytes) -> None:
    """The server answers 413 after at most 16 MiB, so that is all it can ever have held."""
    sent, answer = _sent_until_answered(port, head, chunk)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in answer
    assert b"connection: close" in answer.lower()
    assert sent < 16 * 2**20


def test_a_caller_that_goes_away_mid_body_harms_nobody(port: int) -> None:
    """The next request is answered."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(HEAD + b'Content-Length: 100\r\n\r\n{"a": ')
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_text_is_taken_in_any_script(desk: Desk) -> None:
    """Strictness is about form; names are written as they are."""
    document: dict[str, Any] = a_new_document()
    document["consignee"] = document["consignee"] | {"name": "บริษัท กาแฟสยามดี จำกัด 株式会社"}
    assert desk.issue(document).status_code == 201
