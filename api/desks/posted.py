"""What an officer sent with a form of a desk: its fields and one file, read within bounds, never on disk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from api.errors import ApiError
from api.pages.submitted import InMemory

FORM: Final = "application/x-www-form-urlencoded"
"""How a form without files is sent."""
_MOST_FIELDS: Final = 4000
"""A draft of 64 goods lines with everything in it has some 2000, a decision on them some 1400."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A form as it was sent."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By name; a control of several choices has several values."""
    file: bytes = b""

    def one(self, name: str) -> str:
        """Return what stands in a control, without the space around it; nothing for one that is not there."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Return all that was chosen under a name; line breaks as everywhere but in forms."""
        return tuple(text.replace("\r\n", "\n").strip() for text in self.fields.get(name, ()))


def media_of(request: Request) -> str:
    """Return the media type of what was sent."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def posted(request: Request) -> Posted:
    """Read the form of a request; raises `ApiError` for what is none."""
    media = media_of(request)
    try:
        if media == "multipart/form-data":
            return await _parts(request)
        if media == FORM:
            body = (await request.body()).decode("ascii")
            return Posted(_gathered(parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)))
    except (MultiPartException, ValueError):
        raise ApiError("invalid-request") from None
    raise ApiError("invalid-request")


PostedDep = Annotated[Posted, Depends(posted)]
UNPROCESSABLE: Final = HTTPStatus.UNPROCESSABLE_ENTITY
"""The status of a page with a form in which something has to be put right."""


async def _parts(request: Request) -> Posted:
    limit = request.app.state.services.limits.body_bytes
    parser = InMemory(
        request.headers, request.stream(), max_files=1, max_fields=_MOST_FIELDS, max_part_size=limit
    )
    form = await parser.parse()
    try:
        told, file = [], b""
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                file = await value.read()
            else:
                told.append((name, value))
        return Posted(_gathered(told), file)
    finally:
        await form.close()


def _gathered(pairs: Sequence[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    """Return fields by name; raises `ValueError` for a text that is none in UTF-8.

    The sender of a multipart form names how its texts are written, and some ways write halves of characters.
    """
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        f"{name}{value}".encode()
        found.setdefault(name, []).append(value)
    return found
