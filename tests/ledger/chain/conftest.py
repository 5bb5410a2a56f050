"""A node that answers whatever a test wants."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Answer = Callable[[str, list[Any]], Any]
"""Method and parameters to the member `result`, or to bytes that are sent as they are."""


@pytest.fixture
def node() -> Iterator[Callable[[Answer], str]]:
    """Start nodes on loopback that answer by a function; returns their addresses."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers JSON-RPC, one request or a batch."""

        def do_POST(self) -> None:
            """Answer one HTTP request."""
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answers = [_response(answer, one) for one in (asked if isinstance(asked, list) else [asked])]
            raw = next((one for one in answers if isinstance(one, bytes)), None)
            body = (
                raw
                if raw is not None
                else json.dumps(answers if isinstance(asked, list) else answers[0]).encode()
            )
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Stay silent."""

    return Handler


def _response(answer: Answer, asked: dict[str, Any]) -> Any:
    given = answer(asked["method"], asked["params"])
    if isinstance(given, bytes):
        return given
    if isinstance(given, dict) and "error" in given:
        return {"jsonrpc": "2.0", "id": asked["id"], **given}
    return {"jsonrpc": "2.0", "id": asked["id"], "result": given}
