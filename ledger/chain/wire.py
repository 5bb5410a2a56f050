"""One HTTP request to one node, over connections that are kept open.

The standard library's client costs a third less a call than the common packages, and lets us say exactly
when a request may be sent a second time: only one that changes nothing, only when a kept connection turns
out to have been closed by the node, and only once, on a new connection.  What changes something is sent at
most once, because some nodes execute the same transaction twice; when its outcome is unknown, `Silent.sent`
says so.
"""

import http.client
import io
import select
import socket
import ssl
import time
import weakref
import zlib
from collections import deque
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from ledger.chain.profile import is_loopback
from ledger.chain.routes import credentials, route_to

LARGEST_ANSWER = 64 * 2**20
"""Bytes of an answer, unpacked; a page of events is a hundredth of it."""
_IDLE = 3.0
"""Seconds after which a kept connection is not used again: some nodes close theirs after five."""
_KEPT = 16
"""Idle connections kept to a node."""
_PIECE = 2**16
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
        self._route = route_to(url)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity" if is_loopback(url) else "gzip",
            **credentials(parts, "Authorization"),
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
        connection.sock.settimeout(_left(deadline))
        connection.response_class = partial(_Response, deadline=deadline)  # type: ignore[assignment]
        connection.request("POST", self._route.target, body, self._headers | self._route.headers)
        response = connection.getresponse()
        unpack = _unpacker(response.getheader("Content-Encoding", "identity"))
        pieces, size = [], 0
        while raw := response.read1(_PIECE):
            piece = unpack.decompress(raw, LARGEST_ANSWER + 1 - size) if unpack else raw
            size += len(piece)
            if size > LARGEST_ANSWER:
                raise Overlong(f"answered with more than {LARGEST_ANSWER} bytes", sent=True)
            pieces.append(piece)
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


class _Response(http.client.HTTPResponse):
    """An answer that has to be there by a deadline, however many pieces it comes in."""

    def __init__(self, sock: socket.socket, method: str | None = None, *, deadline: float) -> None:
        super().__init__(sock, method=method)
        self.fp = io.BufferedReader(_InTime(self.fp.detach(), sock, deadline))


class _InTime(io.RawIOBase):
    """What comes from a socket until a deadline; `TimeoutError` after it."""

    def __init__(self, stream: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        self._stream, self._sock, self._deadline = stream, sock, deadline

    def readable(self) -> bool:
        """Say that one can read from it."""
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]  # all it is given
        """Read what has come."""
        self._sock.settimeout(_left(self._deadline))
        return self._stream.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self._stream.close()
        super().close()


class _Closed(Silent):
    """The node ended the connection instead of answering."""


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
