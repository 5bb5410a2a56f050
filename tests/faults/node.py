"""A node between our processes and the real one that fails as a test tells it to.

Everything passes until a test says otherwise.  What was asked is written down, so that a test can see which
signed bytes were sent.
"""

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

SENDING = "eth_sendRawTransaction"
Asked = dict[str, Any]
"""One JSON-RPC request."""
Pass = Callable[[Asked], Any]
"""Asks the real node, and returns its whole response."""
Behaviour = Callable[[Asked, Pass], Any]
"""What happens to one request: the response, or one of the faults below raised."""


class NoAnswer(Exception):
    """The connection ends without an answer."""


class Nonsense(Exception):
    """The node answers with a web page, as a gateway does."""

    def __init__(self, status: int = 502, body: bytes = b"<html>Bad gateway</html>") -> None:
        super().__init__(status)
        self.status, self.body = status, body


def passing(asked: Asked, ask: Pass) -> Any:
    """Ask the real node."""
    return ask(asked)


class FaultyNode:
    """A JSON-RPC node on loopback in front of another; `with` it runs."""

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream)
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.behaviour: Behaviour = passing
        self.heard: list[Asked] = []
        """Every request so far."""

    @property
    def url(self) -> str:
        """Where it answers, or did before it went down."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        """Run it on a free port."""
        self.up()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.down()

    def up(self) -> None:
        """Answer, on the same port as before."""
        server = _Server(("127.0.0.1", self._port), _handler(self))
        self._server, self._port = server, server.server_port
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def down(self) -> None:
        """Refuse connections, and end those there are."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def behaving(self, behaviour: Behaviour) -> Iterator[None]:
        """Behave so while the block lasts."""
        before, self.behaviour = self.behaviour, behaviour
        try:
            yield
        finally:
            self.behaviour = before

    def sent(self) -> list[str]:
        """Return the signed bytes that it was handed so far, in hex, each time."""
        return [asked["params"][0] for asked in self.heard if asked["method"] == SENDING]

    def answered(self, asked: Asked) -> Any:
        """Return the response to one request, by the behaviour in force."""
        self.heard.append(asked)
        return self.behaviour(asked, self._real)

    def _real(self, asked: Asked) -> Any:
        there = self._upstream
        connection = http.client.HTTPConnection(there.hostname or "", there.port, timeout=30)
        try:
            connection.request("POST", "/", json.dumps(asked), {"Content-Type": "application/json"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, to end it when the node goes down."""
        with self._lock:
            self._connections.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._connections.discard(connection)


class _Server(ThreadingHTTPServer):
    """Minds no process that was killed in the middle of a request."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent."""


def _handler(node: FaultyNode) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers JSON-RPC, one request or a batch."""

        protocol_version = "HTTP/1.1"
        timeout = 60

        def setup(self) -> None:
            """Let the node know of the connection."""
            super().setup()
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            node.opened(self.connection)

        def finish(self) -> None:
            """Let the node forget it."""
            node.closed(self.connection)
            with suppress(OSError):
                super().finish()

        def do_POST(self) -> None:
            """Answer one HTTP request."""
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            several = isinstance(asked, list)
            try:
                answers = [node.answered(one) for one in (asked if several else [asked])]
                status, body = 200, json.dumps(answers if several else answers[0]).encode()
            except Nonsense as nonsense:
                status, body = nonsense.status, nonsense.body
            except (NoAnswer, OSError, http.client.HTTPException):
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Stay silent."""

    return Handler


def result(asked: Asked, value: Any) -> Any:
    """Return a response with a result."""
    return {"jsonrpc": "2.0", "id": asked["id"], "result": value}


def error(asked: Asked, message: str, code: int = -32000) -> Any:
    """Return a response with an error."""
    return {"jsonrpc": "2.0", "id": asked["id"], "error": {"code": code, "message": message}}


def silent(_: Asked, __: Pass) -> Any:
    """Give no answer, and ask nobody."""
    raise NoAnswer


def a_web_page(_: Asked, __: Pass) -> Any:
    """Answer with HTML."""
    raise Nonsense


def only(method: str, behaviour: Behaviour) -> Behaviour:
    """Behave so with one method, and let the others pass."""
    return lambda asked, ask: behaviour(asked, ask) if asked["method"] == method else ask(asked)


def taken_without_an_answer(asked: Asked, ask: Pass) -> Any:
    """Hand the request on, and end the connection."""
    ask(asked)
    raise NoAnswer


def hanging(release: threading.Event, *, taken: bool) -> Behaviour:
    """Say nothing until released, with the request `taken` before or not at all."""

    def hang(asked: Asked, ask: Pass) -> Any:
        if taken:
            ask(asked)
        release.wait(60)
        raise NoAnswer

    return hang


def slow(seconds: float) -> Behaviour:
    """Answer late."""

    def wait(asked: Asked, ask: Pass) -> Any:
        threading.Event().wait(seconds)
        return ask(asked)

    return wait


def refusing(message: str) -> Behaviour:
    """Answer with a JSON-RPC error."""
    return lambda asked, _: error(asked, message)


def changing(change: Callable[[Any], Any]) -> Behaviour:
    """Answer with something else than the real node did."""

    def changed(asked: Asked, ask: Pass) -> Any:
        response = ask(asked)
        return response | {"result": change(response["result"])} if "result" in response else response

    return changed


def of_another_chain(chain_id: int) -> Behaviour:
    """Claim to serve another chain."""
    return only("eth_chainId", lambda asked, _: result(asked, hex(chain_id)))
