"""A receiver of webhooks for tests, on loopback, that answers as a test says."""

import ssl
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Receiver:
    """Takes requests and remembers them; use it as a context manager."""

    def __init__(self, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.received: list[Received] = []
        self.status = 204
        """What it answers."""
        self.headers: dict[str, str] = {}
        """Headers of the answer."""
        self.endless: bytes | None = None
        """What it sends again and again after the head of its answer, or before it ends."""
        self.drips = False
        """Whether the head of its answer comes without end, a byte at a time."""
        self.open = threading.Event()
        """While it is cleared, no request is answered."""
        self.open.set()
        self._came = threading.Condition()
        self._ending = threading.Event()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_port
        self.scheme = "https" if tls else "http"

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        """Return an address that leads here."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    def wait(self, count: int, seconds: float = 60) -> list[Received]:
        """Return what was received once it is so much; fails when it does not come."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.received) >= count, seconds), self.received
            return list(self.received)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self.open.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Remember a request, and answer it."""
        length = int(handler.headers.get("Content-Length", 0))
        body = handler.rfile.read(length)
        if len(body) < length:  # whoever sent it is gone
            return
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self._came:
            self.received.append(Received(handler.path, headers, body))
            self._came.notify_all()
        self.open.wait()
        if self.drips:
            self._drip(handler)
            return
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        while self.endless is not None and not self._ending.is_set():
            handler.wfile.write(self.endless)

    def _drip(self, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self._ending.wait(0.01):
            handler.wfile.write(b"a")


class _Server(ThreadingHTTPServer):
    """Says nothing when a caller hangs up."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: callers that give up are what some tests are about."""


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Passes each request on."""

        def do_POST(self) -> None:
            """Answer one request."""
            receiver.answer(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
            """Log nothing."""

    return Handler


def a_certificate(folder: Path, *names: str) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for names that it vouches for itself; returns its file, and how to serve with it."""
    file, key = folder / "receiver.pem", folder / "receiver.key"
    subject = ["-subj", f"/CN={names[0]}", "-addext", "subjectAltName=" + ",".join(f"DNS:{n}" for n in names)]
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-keyout", str(key), "-out", str(file)]
    subprocess.run(["openssl", "req", "-x509", *new_key, *subject, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return file, context
