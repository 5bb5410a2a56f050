"""Templates and static files: loaded once, escaped always, and nothing on a page from elsewhere."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.pages.words import day, inert, member

_HERE = Path(__file__).parent
_MEDIA = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    # With no-referrer a browser sends `Origin: null` even to ourselves, and forms could not be told apart.
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file served as it is, under a name that changes with its content."""

    name: str
    content: bytes
    media_type: str


def _static() -> Mapping[str, StaticFile]:
    """Return the static files by their plain names."""
    files = {}
    for path in sorted((_HERE / "static").iterdir()):
        content = path.read_bytes()
        mark = hashlib.sha256(content).hexdigest()[:16]
        files[path.name] = StaticFile(f"{path.stem}.{mark}{path.suffix}", content, _MEDIA[path.suffix])
    return files


_STATIC: Final = _static()
STATIC: Final = {file.name: file for file in _STATIC.values()}
"""The static files by the names they are served under."""


def _finished(value: object) -> object:
    """Make a text harmless to look at; that it is harmless to the browser is autoescape's part."""
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_finished,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"day": day, "member": member}
_TEMPLATES.globals["static"] = lambda name: f"/static/{_STATIC[name].name}"


def page(
    template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **shown: object
) -> Response:
    """Return a page, with the policy that lets it load our own stylesheet and nothing else."""
    html = _TEMPLATES.get_template(template).render(**shown)
    return Response(html, status, {**_HEADERS, **(headers or {})}, "text/html; charset=utf-8")


def static_file(file: StaticFile) -> Response:
    """Return a static file, to be kept: another content has another name."""
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(file.content, headers=kept, media_type=file.media_type)
