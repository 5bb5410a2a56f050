"""Templates and static files: loaded once, escaped always, and nothing on a page from elsewhere."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from api.pages.speech import PSEUDO, Speech, languages, speech_of
from api.pages.visitor import officer_on
from api.pages.words import inert

_HERE = Path(__file__).parent
_MEDIA = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
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
    integrity: str
    """Its SHA-384, as a page states it beside the link (Subresource Integrity)."""


def _static() -> Mapping[str, StaticFile]:
    """Return the static files by their plain names; the stylesheets last, because they name others."""
    files: dict[str, StaticFile] = {}
    paths = sorted((_HERE / "static").iterdir(), key=lambda path: (path.suffix == ".css", path.name))
    for path in paths:
        content = path.read_bytes()
        if path.suffix == ".css":
            for name, file in files.items():
                content = content.replace(f"url({name})".encode(), f"url({file.name})".encode())
        mark = hashlib.sha256(content).hexdigest()[:16]
        integrity = f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"
        name = f"{path.stem}.{mark}{path.suffix}"
        files[path.name] = StaticFile(name, content, _MEDIA[path.suffix], integrity)
    return files


_STATIC: Final = _static()
STATIC: Final = {file.name: file for file in _STATIC.values()}
"""The static files by the names they are served under."""


def _finished(value: object) -> object:
    """Make a text harmless to look at; that it is harmless to the browser is autoescape's part."""
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@pass_context
def _member(context: Context, code: str) -> str:
    speech: Speech = context["speech"]
    return speech.member(code)


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_finished,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["member"] = _member
_TEMPLATES.globals["static"] = lambda name: f"/static/{_STATIC[name].name}"
_TEMPLATES.globals["integrity"] = lambda name: _STATIC[name].integrity


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **shown: object,
) -> Response:
    """Return a page in the visitor's language, with the policy that lets it load our own files and no others.

    Templates say texts with `say(…)`, `marked(…)` where a value is markup, `counted(…)`, `day(…)`,
    `moment(…)`; `officer` is who is logged in, `working` for whom at a desk, `here` the address of the page.
    """
    html = _TEMPLATES.get_template(template).render({**_spoken(request), **shown})
    told = {**_HEADERS, "Vary": "Accept-Language, Cookie", **(headers or {})}
    return Response(html, status, told, "text/html; charset=utf-8")


def _spoken(request: Request) -> Mapping[str, object]:
    speech = speech_of(request)
    return {
        "speech": speech,
        "language": "en-x-pseudo" if speech.language == PSEUDO else speech.language,
        "languages": languages(),
        "say": speech.say,
        "marked": lambda template, **values: _marked(speech, template, values),
        "counted": speech.counted,
        "day": speech.day,
        "moment": speech.moment,
        "number": speech.number,
        "officer": officer_on(request),
        "working": getattr(request.state, "working", None),
        "here": request.url.path,
        "way_back": _way_back(request),
    }


def _way_back(request: Request) -> str:
    """Return the address that shows this page once more; of a form's answer that of the form."""
    if request.method == "GET":
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    came = urlsplit(request.headers.get("referer", ""))
    return came.path or "/" if came.netloc == request.url.netloc else "/"


def _marked(speech: Speech, template: str, values: Mapping[str, object]) -> Markup:
    """Return a text in which values that are markup stay so; all others are escaped and inert."""
    harmless = {name: _finished(value) for name, value in values.items()}
    return Markup(escape(speech.text(template))).format(**harmless)  # noqa: S704 - escaped in this line


def static_file(file: StaticFile) -> Response:
    """Return a static file, to be kept: another content has another name."""
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(file.content, headers=kept, media_type=file.media_type)
