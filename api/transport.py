"""What holds for every request and answer: its id, the size of its body, headers, an answer if all fails.

A plain ASGI callable, because it stands on the way of every byte.
"""

import logging
import re
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from time import perf_counter
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import ApiError, told_of
from api.logs import place_of
from api.refusing import failed, refused

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_LOG = logging.getLogger("asal.api")
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


_RAW_HEADERS: Final = tuple((name.lower().encode(), value.encode()) for name, value in _HEADERS.items())
"""The same as they go out, where names are in small letters."""
_RAW_NAMES: Final = frozenset(name for name, _ in _RAW_HEADERS)

Answered = Callable[[Scope, int, float, int], None]
"""Hears of each answer: what was asked, status, seconds, bytes."""
_NOBODY_LEFT: Final = 499
"""The status noted for a caller that hung up before there was an answer."""


NO_EXCEPTIONS: Final[Mapping[str, int]] = {}


class Transport:
    """Wraps the app; keeps no state between requests."""

    def __init__(
        self,
        app: ASGIApp,
        body_limit: int,
        forms: Collection[str] = (),
        longer: Mapping[str, int] = NO_EXCEPTIONS,
        *,
        answered: Answered,
    ) -> None:
        """Wrap an app that takes bodies of at most `body_limit` bytes, or what `longer` says of an address.

        At the addresses in `forms` the app itself says, as a page, that a body is too large.
        """
        self._app = app
        self._limit = body_limit
        self._forms = forms
        self._longer = longer
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection of the server."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        headers = Headers(scope=scope)
        request_id = _request_id(headers.get("x-request-id", ""))
        scope["state"] = {**scope.get("state", {}), "request_id": request_id}
        answer = _Answer(send, request_id)
        try:
            await self._passed_on(scope, receive, answer, headers)
        finally:
            self._answered(scope, answer.status or _NOBODY_LEFT, perf_counter() - began, answer.size)

    async def _passed_on(self, scope: Scope, receive: Receive, answer: "_Answer", headers: Headers) -> None:
        """Let the app answer, unless the body is too large or the app fails."""
        request_id = scope["state"]["request_id"]
        length = headers.get("content-length", "0")
        limit = self._longer.get(scope["path"], self._limit)
        fits = length.isascii() and length.isdigit() and int(length[:20]) <= limit
        try:
            if fits or scope["path"] in self._forms:
                await self._app(scope, _Limited(receive, limit if fits else _NOTHING), answer)
            else:
                large = await run_in_threadpool(refused, Request(scope), _TOO_LARGE)
                await large(scope, receive, answer)
        except ClientDisconnect:
            return  # nobody is left to answer
        except Exception as error:
            # The message may hold what was sent; its class and the place it was raised at do not.
            place = place_of(error.__traceback__)
            noted = {"request_id": request_id, "error": type(error).__name__, "place": place}
            _LOG.error("request %s failed: %s at %s", *noted.values(), extra=noted)
            if answer.status:
                raise
            response = await run_in_threadpool(failed, Request(scope))
            await response(scope, receive, answer)


_NOTHING: Final = -1
"""Less than the shortest body: the first read says that it is too large."""
_CLOSE: Final = {"Connection": "close"}
"""The rest of a body that is too large is not read; the connection cannot be used again."""
_TOO_LARGE: Final = replace(told_of("payload-too-large"), headers=_CLOSE)


class _Limited:
    """Passes a body on until it is too large."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise ApiError("payload-too-large", headers=_CLOSE)
        return message


class _Answer:
    """Adds the headers that every answer carries."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status = 0
        """That of the answer, 0 before there is one."""
        self.size = 0
        """Bytes of its body so far."""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = list(message.get("headers", ()))
            names = {name for name, _ in given}
            given.append((b"x-request-id", self._request_id.encode("ascii")))
            given += _RAW_HEADERS if names.isdisjoint(_RAW_NAMES) else _missing(names)
            message["headers"] = given
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)


def _missing(names: Collection[bytes]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in _RAW_HEADERS if name not in names]


def _request_id(given: str) -> str:
    """Return the caller's id when it is harmless in logs, else a new one."""
    return given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
