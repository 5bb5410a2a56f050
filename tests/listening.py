"""A service on a socket of its own, and those who listen to its stream of events."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of a stream."""

    id: str
    event: str
    data: dict[str, Any]


class Listening:
    """An open stream; what is read from it waits for the next event."""

    def __init__(self, answer: httpx2.Response) -> None:
        """Read from an answer that goes on."""
        self.answer = answer
        self.comments = 0
        self._lines = answer.iter_lines()

    def __iter__(self) -> Iterator[Heard]:
        """Yield events until the stream ends."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if line.startswith(":"):
                self.comments += 1
            elif line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                yield Heard(fields["id"], fields["event"], json.loads(fields["data"]))
                fields = {}

    def take(self, count: int) -> list[Heard]:
        """Return the next events."""
        events = iter(self)
        return [next(events) for _ in range(count)]


class Served:
    """A service that runs in a thread."""

    def __init__(self, app: FastAPI) -> None:
        """Start it on a free port of loopback."""
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            threading.Event().wait(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        bounds = httpx2.Limits(max_connections=200)
        self.client = httpx2.Client(base_url=self.url, timeout=20, limits=bounds)

    @contextmanager
    def listening(self, token: str, path: str = "/v1/events", **headers: str) -> Iterator[Listening]:
        """Open a stream."""
        sent = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        with self.client.stream("GET", path, headers=sent) as answer:
            assert answer.status_code == 200, answer.read()
            stream = Listening(answer)  # named, for the connection ends with it
            yield stream

    def stop(self) -> None:
        """Stop it as its process would be stopped."""
        self.client.close()
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive(), "it waits for an answer that does not end"
