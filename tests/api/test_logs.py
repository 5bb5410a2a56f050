"""What the service logs, and what it must never log."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient
from pydantic import ValidationError

from api.app import create_app
from api.logs import ALLOWED, Bridge, set_up
from api.monitoring import Monitoring
from api.services import Limits
from api.settings import Settings
from ledger.archive import Scope
from tests.api.desk import Desk, a_new_document, idempotent, replacing

SECRET = "Confidential Ceramics Export Joint Stock Company"
ADDRESS = "postgresql://asal:hunter2-password@db.internal:1/asal"


@dataclass
class Watched:
    """A service whose log can be read."""

    desk: Desk
    client: TestClient
    out: io.BytesIO

    def ask(self, method: str, path: str, **more: Any) -> int:
        """Send a request with an API key; returns the status."""
        headers = {"Authorization": f"Bearer {self.desk.token('VN issuing')}"} | more.pop("headers", {})
        return self.client.request(method, path, headers=headers, **more).status_code

    @property
    def text(self) -> str:
        """All that was logged."""
        return self.out.getvalue().decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The log, line by line."""
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """Put the process's logging back after a test that set it up."""
    names = (None, "uvicorn", "uvicorn.error", "uvicorn.access")
    before = [
        (log := logging.getLogger(name), list(log.handlers), log.propagate, log.level) for name in names
    ]
    hook = threading.excepthook
    yield
    for log, handlers, propagate, level in before:
        log.handlers, log.propagate = handlers, propagate
        log.setLevel(level)
    threading.excepthook = hook
    structlog.reset_defaults()


@pytest.fixture
def watched(desk: Desk, logging_as_before: None) -> Iterator[Watched]:  # noqa: ARG001 - for what it does after
    """Return a service that logs into memory."""
    out = io.BytesIO()
    app = create_app(desk.ledger, desk.rooms, Limits(), monitoring=Monitoring(log=set_up("json", out)))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Watched(desk, client, out)


def test_an_answer_is_one_line_with_the_template_of_its_route(watched: Watched) -> None:
    """With the request's id, the caller's authority, status, milliseconds and bytes; without the path."""
    asked = "0x" + "ab" * 32
    headers = {"X-Request-ID": "trace-0123ABC"}
    assert watched.ask("GET", f"/v1/certificates/{asked}", headers=headers) == 404
    line = watched.lines[-1]
    assert line.keys() == {
        *("time", "level", "event", "request_id", "method", "route"),
        *("status", "ms", "bytes", "authority"),
    }
    told = {name: line[name] for name in ("event", "level", "request_id", "method", "route", "status")}
    assert told == {
        "event": "answered",
        "level": "info",
        "request_id": "trace-0123ABC",
        "method": "GET",
        "route": "/v1/certificates/{certificate}",
        "status": 404,
    }
    assert line["authority"] == watched.desk.authority("VN issuing")
    assert asked not in watched.text


def test_addresses_and_methods_that_a_caller_makes_up_are_not_repeated(watched: Watched) -> None:
    """They could hold anything."""
    watched.ask("GET", "/v1/confidential-address?reference=VN-TH-1")
    watched.ask("HUNTER", "/livez")
    assert [(line["route"], line["method"]) for line in watched.lines[-2:]] == [
        ("none", "GET"),
        ("/livez", "other"),
    ]
    assert "confidential" not in watched.text
    assert "HUNTER" not in watched.text


def test_nothing_of_a_document_nor_any_secret_is_logged(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Valid, malformed, refused, oversized, in addresses, and when the service itself fails."""
    document = a_new_document(reference="VN-TH 26/02/99001")
    document["exporter"]["name"] = SECRET
    issued = _whole_life(watched, document)
    _what_is_refused(watched, document)
    _what_fails(watched, document, monkeypatch)
    values = {value for value in _texts(document) if len(value) > 5} | set(_texts(issued["envelope"]["data"]))
    secrets = {watched.desk.token("VN issuing"), watched.desk.token("VN issuing").rsplit("_", 1)[1]}
    assert {line["status"] for line in watched.lines if line["event"] == "answered"} >= {
        *(200, 201, 401, 404, 413, 422, 500),
    }
    for value in values | secrets | {"hunter2-password", "db.internal"}:
        assert value not in watched.text
    assert all(line.keys() <= ALLOWED for line in watched.lines)


def test_texts_of_other_libraries_are_left_out(watched: Watched) -> None:
    """They may repeat what was sent, an address with its password, a statement with its values."""
    logging.getLogger("sqlalchemy.engine").error("INSERT ... %s at %s", SECRET, ADDRESS)
    logging.getLogger("urllib3").warning("retrying %s", ADDRESS)
    logging.getLogger("urllib3").info("connected to %s", ADDRESS)
    assert [(line["event"], line["logger"]) for line in watched.lines] == [
        ("a library logged something", "sqlalchemy.engine"),
        ("a library logged something", "urllib3"),
    ]


def test_of_an_exception_class_and_place_are_logged(watched: Watched) -> None:
    """Its message may hold anything."""
    log = logging.getLogger("asal.api")
    try:
        raise ValueError(SECRET)  # noqa: TRY301 - to be caught
    except ValueError:
        log.exception("it failed")
    line = watched.lines[-1]
    assert (line["event"], line["error"], line["level"]) == ("it failed", "ValueError", "error")
    assert "test_logs.py" in line["place"]
    assert SECRET not in watched.text


def test_a_field_that_is_not_on_the_list_is_dropped(watched: Watched) -> None:
    """Also when somebody means well; what is no number or text is told by its type."""
    logging.getLogger("asal.api").warning("seen", extra={"exporter": SECRET, "block": 7, "nonce": [SECRET]})
    line = watched.lines[-1]
    assert line.keys() == {"time", "level", "event", "logger", "block", "nonce"}
    assert (line["block"], line["nonce"]) == (7, "list")


def test_a_message_that_cannot_be_formatted_is_not_printed(
    watched: Watched, capfd: pytest.CaptureFixture[str]
) -> None:
    """The standard library would print its arguments."""
    Bridge().handle(logging.LogRecord("asal.api", 30, "here", 1, "%d of them", (SECRET,), None))
    assert watched.lines[-1]["event"] == "a message could not be logged"
    assert SECRET not in watched.text + "".join(capfd.readouterr())


def test_a_thread_that_fails_is_one_line(watched: Watched, capfd: pytest.CaptureFixture[str]) -> None:
    """Without the message of what it failed of."""

    def fail() -> None:
        raise ZeroDivisionError(SECRET)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert (watched.lines[-1]["event"], watched.lines[-1]["error"]) == (
        "a thread failed",
        "ZeroDivisionError",
    )
    assert SECRET not in watched.text + "".join(capfd.readouterr())


def test_setting_up_twice_logs_once(logging_as_before: None) -> None:  # noqa: ARG001 - for what it does after
    """As when several services are built in one process."""
    out = io.BytesIO()
    for _ in range(2):
        set_up("json", out)
    logging.getLogger("asal.api").warning("once")
    assert out.getvalue().count(b"once") == 1
    assert sum(isinstance(each, Bridge) for each in logging.getLogger().handlers) == 1


def test_the_log_for_people_has_the_same_fields(logging_as_before: None) -> None:  # noqa: ARG001 - see above
    """One line each, no braces."""
    out = io.BytesIO()
    set_up("console", out).info("answered", route="/livez", status=200, exporter=SECRET)
    text = out.getvalue().decode()
    assert text.count("\n") == 1
    assert "route=/livez" in text
    assert SECRET not in text


def test_a_setting_that_is_missing_does_not_show_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed at a start that fails may end in a log, and the archive's address holds a password."""
    monkeypatch.setenv("ASAL_ARCHIVE", ADDRESS)
    monkeypatch.setenv("ASAL_PORT", "nonsense")
    monkeypatch.delenv("ASAL_PROFILE", raising=False)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "hunter2" not in str(refused.value)


def _whole_life(watched: Watched, document: dict[str, Any]) -> dict[str, Any]:
    """Issue, fetch, verify and replace a certificate, upload it to the page, and ask by its reference."""
    issued = watched.client.post(
        "/v1/certificates",
        json=document,
        headers=_key(watched) | idempotent() | {"Prefer": "wait=10"},
    ).json()
    path = f"/v1/certificates/{issued['id']}"
    watched.ask("GET", path)
    watched.ask("GET", f"{path}/envelope")
    watched.ask("POST", "/v1/verifications", json=issued["envelope"])
    watched.client.post("/verify", files={"envelope": ("e.json", json.dumps(issued["envelope"]).encode())})
    question = {
        "exportingMember": "VN",
        "reference": document["reference"],
        "issuedOn": document["issuedOn"],
    }
    watched.ask("POST", "/v1/verifications/by-reference", json=question)
    other = replacing(issued, a_new_document())
    watched.ask("POST", f"{path}/replace", json=other, headers=idempotent())
    admin = {"Authorization": f"Bearer {watched.desk.token('VN issuing', Scope.ADMIN)}"}
    watched.client.get("/v1/api-keys", headers=admin)
    return dict(issued)


def _what_is_refused(watched: Watched, document: dict[str, Any]) -> None:
    """Send what the service says no to, with the document's values in all places."""
    malformed = document | {"exporter": SECRET, SECRET: SECRET}
    refused = document | {"importingMember": "VN", "reference": "VN-TH 26/02/99002"}
    for body in (malformed, refused, [SECRET], SECRET):
        watched.ask("POST", "/v1/certificates", json=body, headers=idempotent())
        watched.ask("POST", "/v1/verifications", json=body)
        watched.ask("POST", "/v1/verifications/by-reference", json=body)
    watched.ask("POST", "/v1/certificates", content=f'{{"a": "{SECRET}", "a": 1}}'.encode())
    watched.ask("POST", "/v1/certificates", json=document | {"x": SECRET * 30_000}, headers=idempotent())
    for path in (f"/v1/certificates/{SECRET}", f"/{SECRET}", f"/problems/{SECRET}", f"/v1/members/{SECRET}"):
        watched.ask("GET", path, params={"q": SECRET}, headers={"X-Request-ID": SECRET, "Referer": SECRET})
        watched.ask("GET", path, headers={"Authorization": f"Bearer {SECRET}"})
    watched.client.get("/v1/certificates", headers={"Authorization": f"Bearer {SECRET}"})


def _what_fails(watched: Watched, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the service itself fail on the document."""

    def broken(*_: object, **__: object) -> None:
        message = f"{SECRET} at {ADDRESS}"
        raise ZeroDivisionError(message)

    monkeypatch.setattr("api.routes.certificates.issue", broken)
    assert watched.ask("POST", "/v1/certificates", json=document, headers=idempotent()) == 500
    monkeypatch.setattr(type(watched.desk.rooms.keys), "holder", broken)
    assert watched.ask("GET", "/v1/certificates") == 500


def _key(watched: Watched) -> dict[str, str]:
    return {"Authorization": f"Bearer {watched.desk.token('VN issuing')}"}


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a document."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def test_a_look_up_is_logged_with_who_asked_and_without_the_number(watched: Watched) -> None:
    """So an operator sees who looks how much up."""
    assert watched.ask("GET", "/v1/look-up?number=VN-TH-26-02-00001") == 200
    line = watched.lines[-1]
    assert line["route"] == "/v1/look-up"
    assert line["authority"] == watched.desk.authority("VN issuing")
    assert "00001" not in watched.text
