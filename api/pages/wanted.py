"""Whether somebody wants a page: by the address that was asked for, and by what the asker says to take."""

from collections.abc import Sequence
from typing import Final

from fastapi import Request

from api.pages.links import PATH as PAPERS
from api.pages.operators_asked import PATH as OPERATORS

_OF_PROGRAMS: Final = ("/v1", "/openapi.json", "/livez", "/readyz")
"""Where programs ask; whoever asks there is answered as they are."""
_OF_PEOPLE: Final = (
    "/verify",
    PAPERS,
    OPERATORS,
    "/ledger",
    "/desk",
    "/login",
    "/help",
    "/language",
    "/status",
)
"""Where people ask; a program that wants JSON says so."""
_HTML: Final = ("text/html", "application/xhtml+xml")
_JSON: Final = ("application/json", "application/problem+json")
_MOST: Final = 500
"""Characters of `Accept` that are read."""


def wants_page(request: Request) -> bool:
    """Whether an answer that is none of those asked for should be a page, or else a problem document.

    At an address that is nowhere it is a page for those who name HTML, as browsers do.
    """
    path, accept = request.url.path, request.headers.get("accept", "")[:_MOST]
    if _at(path, _OF_PROGRAMS):
        return False
    html, json = _rank(accept, _HTML), _rank(accept, _JSON)
    return html >= json if _at(path, _OF_PEOPLE) else 0 < html >= json


def _at(path: str, begins: Sequence[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in begins)


def _rank(accept: str, kinds: Sequence[str]) -> float:
    """Return the highest weight that one of these media types has by its name (RFC 9110, 12.5.1).

    Ranges such as `*/*` name none: programs send them without a thought.
    """
    weights = [0.0]
    for part in accept.split(","):
        kind, *parameters = (one.strip().lower() for one in part.split(";"))
        if kind in kinds:
            named = [one[2:] for one in parameters if one.startswith("q=")]
            weights.append(_weight(named[0]) if named else 1.0)
    return max(weights)


def _weight(text: str) -> float:
    """Return a weight between 0 and 1; what is none counts as nothing."""
    plain = text.replace(".", "", 1)
    return min(float(text), 1.0) if plain.isascii() and plain.isdigit() else 0.0
