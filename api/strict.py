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


def refuse_other_media(request: Request) -> None:
    """Raise unless the body is declared as JSON as it stands."""
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    subtype = header.get_content_subtype()
    is_json = header.get_content_maintype() == "application" and (
        subtype == "json" or subtype.endswith("+json")
    )
    if not is_json or request.headers.get("content-encoding", "identity") != "identity":
        raise ApiError("unsupported-media-type")
