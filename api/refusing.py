"""Answering errors: at the addresses of programs with a problem document, at those of people with a page.

Which of the two is `api.pages.wanted`'s to say.  A page says what to do next, in the visitor's language.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.errors import ApiError, Told, problem_response, told_of
from api.pages.render import page
from api.pages.wanted import wants_page
from ledger.errors import LedgerError
from ledger.said import said

_CODES: Final = {404: "not-found", 405: "method-not-allowed", 413: "payload-too-large"}
"""What the framework raises by itself, by status."""
_NEXT: Final = {
    "not-found": said("See that the address is whole, or begin at one of the pages named above."),
    "method-not-allowed": said("Open the page itself and send its form again."),
    "payload-too-large": said("Go back and send a smaller file."),
    "invalid-request": said("Go back and put right what is named here."),
}
"""What a person does next, where the advice of the problem is for programs."""


def add_handlers(app: FastAPI) -> None:
    """Make the app answer every error."""
    for known in (ApiError, RequestValidationError):
        app.add_exception_handler(known, lambda request, error: refused(request, told_of(error)))
    app.add_exception_handler(LedgerError, _ledger_error)
    app.add_exception_handler(HTTPException, _http_error)


def refused(request: Request, told: Told) -> Response:
    """Return the answer to what is wrong, as a page or as a problem document."""
    if wants_page(request):
        return refused_page(request, told)
    return problem_response(told, _id(request))


def refused_page(request: Request, told: Told) -> Response:
    """Return the page of what is wrong; that of an address that is nowhere does not lead back to it."""
    back = {"way_back": "/"} if told.problem.status == HTTPStatus.NOT_FOUND else {}
    return page(
        request,
        "refused.html",
        status=told.problem.status,
        headers={**told.headers, "Vary": "Accept, Accept-Language, Cookie"},
        problem=told.problem,
        detail=told.detail,
        places=told.places,
        next_step=_next_step(request, told),
        **back,
    )


def failed(request: Request) -> Response:
    """Return the answer to a fault of ours; its page asks nothing, as that may be what fails."""
    told = told_of("internal")
    request.state.officer = None
    with suppress(Exception):  # a page has more parts that may fail than a document
        return refused(request, told)
    return problem_response(told, _id(request))


def _next_step(request: Request, told: Told) -> str:
    """Return what a person does next, where that is not the advice to programs."""
    code = told.problem.code
    if code == "internal":
        return said(
            "Try again in a minute. If it fails again, tell whoever runs this service this number: {number}",
            number=_id(request),
        )
    return _NEXT.get(code, "")


def _id(request: Request) -> str:
    return str(request.state.request_id)


def _ledger_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, LedgerError)  # noqa: S101 - registered for this class
    request.app.state.services.metrics.refusal(error)
    return refused(request, told_of(error))


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    told = told_of(_CODES.get(error.status_code, "internal"))
    allowed = {"Allow": _allowed(request)} if told.problem.code == "method-not-allowed" else error.headers
    return refused(request, replace(told, headers=allowed or {}))


def _allowed(request: Request) -> str:
    """Return all methods an address takes; the framework names only those of the first route it finds."""
    routes: Sequence[APIRoute] = request.app.state.routes
    found = [route.methods or () for route in routes if route.path_regex.match(request.url.path)]
    return ", ".join(sorted(set().union(*found)))
