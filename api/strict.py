"""Routes that read their body as strict JSON, before anything else looks at it."""

from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.errors import ApiError
from ledger import strict_json


class StrictRoute(APIRoute):
    """A route whose body is what `ledger.strict_json` reads, so that what was signed is what is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with the body parsed beforehand."""
        handler = super().get_route_handler()
        if self.body_field is None:
            return handler

        async def strict(request: Request) -> Response:
            refuse_other_media(request)
            request._json = strict_json.loads(await request.body())  # noqa: SLF001 - where Request.json() looks first
            return await handler(request)

        return strict


class RawRoute(APIRoute):
    """A route whose endpoint takes the request and returns the response itself, with nothing in between."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the endpoint."""
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


def refuse_other_media(request: Request) -> None:
    """Raise unless the body is declared as JSON as it stands."""
    kind = request.headers.get("content-type", "")
    is_json = kind == "application/json" or _names_json(kind)
    if not is_json or request.headers.get("content-encoding", "identity") != "identity":
        raise ApiError("unsupported-media-type")


def _names_json(content_type: str) -> bool:
    header = Message()
    header["content-type"] = content_type
    subtype = header.get_content_subtype()
    return header.get_content_maintype() == "application" and (subtype == "json" or subtype.endswith("+json"))
