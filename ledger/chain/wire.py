"""One HTTP request to one node, over connections that are kept open.

The standard library's client costs a third less a call than the common packages, and lets us say exactly
when a request may be sent a second time: only one that changes nothing, only when a kept connection turns
out to have been closed by the node, and only once, on a new connection.  What changes something is sent at
most once, because some nodes execute the same transaction twice; when its outcome is unknown, `Silent.sent`
says so.
"""

import base64
import http.client
import select
import ssl
import time
import weakref
import zlib
from collections import deque
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit

from ledger.chain.profile import is_loopback

LARGEST_ANSWER = 64 * 2**20
"""Bytes of an answer, unpacked; a page of events is a hundredth of it."""
_IDLE = 3.0
"""Seconds after which a kept connection is not used again: some nodes close theirs after five."""
_KEPT = 16
"""Idle connections kept to a node."""
_PIECE = 2**16
_URL_CHARACTERS = "/:?#[]@!$&'()*+,;=%~-._"
_GZIP = 31
"""zlib's number for gzip's own header and check."""


class Silent(Exception):
    """A node gave no answer; the text says what happened and never an address."""

    def __init__(self, what: str, *, sent: bool) -> None:
        super().__init__(what)
        self.sent = sent
        """Whether the request may have reached the node."""


class Overlong(Silent):
    """A node's answer is larger than any we ask for."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a node answered over HTTP."""

    status: int
    body: bytes


class Node:
    """One node: its address, and the connections to it.  Threads may share it."""

    def __init__(self, url: str, timeout: float) -> None:
        """Remember an `http://` or `https://` address; `timeout` in seconds holds for a whole request."""
        parts = urlsplit(url)
        self.name = f"the node at {parts.hostname}{f':{parts.port}' if parts.port else ''}"
        """Host and port: credentials and paths of its address are nobody's business."""
        self._timeout = timeout
        local = is_loopback(url)
        self._route = _Route(parts, None) if local else _route(parts)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity" if local else "gzip",
            **_credentials(parts, "Authorization"),
        }
        self._idle: deque[tuple[http.client.HTTPConnection, float]] = deque()
        weakref.finalize(self, _close, self._idle)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    def post(self, body: bytes, *, repeatable: bool) -> Reply:
        """Send a body and return the reply; raises `Silent`."""
        deadline = time.monotonic() + self._timeout
        kept = self._kept()
        if kept is not None:
            try:
                return self._exchange(kept, body, deadline)
            except _Closed:
                if not repeatable:
                    raise
        return self._exchange(self._connected(deadline), body, deadline)

    def _exchange(self, connection: http.client.HTTPConnection, body: bytes, deadline: float) -> Reply:
        """Send and receive on an open connection, and keep it when it is still good afterwards."""
        try:
            reply = self._sent(connection, body, deadline)
        except TimeoutError:
            connection.close()
            raise Silent("did not answer in time", sent=True) from None
        except (http.client.RemoteDisconnected, ConnectionError) as problem:
            connection.close()
            raise _Closed(f"did not answer ({type(problem).__name__})", sent=True) from problem
        except (http.client.HTTPException, OSError, zlib.error, EOFError, ValueError) as problem:
            connection.close()
            raise Silent(f"did not answer in full ({type(problem).__name__})", sent=True) from problem
        except BaseException:
            connection.close()  # half an answer may still be on its way
            raise
        if connection.sock is not None:
            self._idle.append((connection, time.monotonic()))
            if len(self._idle) > _KEPT:
                self._idle.popleft()[0].close()
        return reply

    def _sent(self, connection: http.client.HTTPConnection, body: bytes, deadline: float) -> Reply:
        _hurry(connection, deadline)
        connection.request("POST", self._route.target, body, self._headers | self._route.headers)
        response = connection.getresponse()
        unpack = _unpacker(response.getheader("Content-Encoding", "identity"))
        pieces, size = [], 0
        sock = connection.sock  # None when the node closes after this answer; the old limit then holds
        while raw := response.read1(_PIECE):
            piece = unpack.decompress(raw, LARGEST_ANSWER + 1 - size) if unpack else raw
            size += len(piece)
            if size > LARGEST_ANSWER:
                raise Overlong(f"answered with more than {LARGEST_ANSWER} bytes", sent=True)
            pieces.append(piece)
            if sock is not None:
                sock.settimeout(_left(deadline))
            elif time.monotonic() > deadline:
                raise TimeoutError
        if unpack is not None and not unpack.eof:
            raise EOFError
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        response.close()  # the answer, not the connection
        return Reply(response.status, b"".join(pieces))

    def _kept(self) -> http.client.HTTPConnection | None:
        """Return a kept connection that the node has not closed, so far as can be seen from here."""
        while self._idle:
            try:
                connection, since = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if time.monotonic() - since < _IDLE and not _readable(connection):
                return connection
            connection.close()
        return None

    def _connected(self, deadline: float) -> http.client.HTTPConnection:
        connection = self._route.connection(self._tls)
        try:
            connection.timeout = _left(deadline)
            connection.connect()
        except (OSError, http.client.HTTPException, ValueError) as problem:
            connection.close()
            raise Silent(f"cannot be reached ({type(problem).__name__})", sent=False) from problem
        return connection


class _Closed(Silent):
    """The node ended the connection instead of answering."""


@dataclass(frozen=True, slots=True)
class _Route:
    """How a node is reached: straight, or through a proxy."""

    node: SplitResult
    proxy: SplitResult | None

    @property
    def target(self) -> str:
        """What is asked for: the path, or to a proxy the whole address."""
        path = (self.node.path or "/") + (f"?{self.node.query}" if self.node.query else "")
        if self.proxy is not None and self.node.scheme == "http":
            path = f"http://{self.node.netloc.rpartition('@')[2]}{path}"
        return quote(path, safe=_URL_CHARACTERS)

    @property
    def headers(self) -> dict[str, str]:
        """What a proxy that is told the whole address has to see."""
        plain = self.proxy is not None and self.node.scheme == "http"
        return _credentials(self.proxy, "Proxy-Authorization") if plain and self.proxy else {}

    def connection(self, tls: ssl.SSLContext | None) -> http.client.HTTPConnection:
        """Return a connection that is not open yet."""
        host, port = self.node.hostname or "", self.node.port or (443 if tls else 80)
        near = (self.proxy.hostname or "", self.proxy.port or 80) if self.proxy else (host, port)
        if tls is None:
            return http.client.HTTPConnection(*near)
        connection = http.client.HTTPSConnection(*near, context=tls)
        if self.proxy is not None:
            connection.set_tunnel(host, port, _credentials(self.proxy, "Proxy-Authorization"))
        return connection


def _route(node: SplitResult) -> _Route:
    """Return the way that the environment (`https_proxy`, `no_proxy` and so on) says."""
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 -- costly

    proxy = getproxies().get(node.scheme)
    if not proxy or proxy_bypass(node.netloc.rpartition("@")[2]):
        return _Route(node, None)
    return _Route(node, urlsplit(proxy if "://" in proxy else f"http://{proxy}"))


def _credentials(parts: SplitResult, header: str) -> dict[str, str]:
    """Return the name and password of an address as a header (RFC 7617)."""
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return {header: f"Basic {base64.b64encode(pair).decode()}"}


def _close(idle: deque[tuple[http.client.HTTPConnection, float]]) -> None:
    for connection, _ in idle:
        connection.close()


def _readable(connection: http.client.HTTPConnection) -> bool:
    """Return whether something came although nothing was asked: the end of the connection, as a rule."""
    try:
        poll = select.poll()
        poll.register(connection.sock, select.POLLIN)
        return bool(poll.poll(0))
    except (OSError, ValueError, TypeError):
        return True


def _unpacker(encoding: str) -> "zlib._Decompress | None":
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return zlib.decompressobj(_GZIP)
        case _:
            raise ValueError("an encoding that was not asked for")


def _left(deadline: float) -> float:
    """Return the seconds until a deadline; `TimeoutError` after it."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _hurry(connection: http.client.HTTPConnection, deadline: float) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(_left(deadline))
