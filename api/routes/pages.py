"""What a person finds who follows a link: the page to verify on, the list of operations, each problem."""

import html
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.dependencies import ServicesDep
from api.errors import ApiError
from api.openapi import problems
from api.pages import verifying
from api.pages.links import PATH
from api.pages.render import STATIC, static_file
from api.pages.speech import COOKIE, known
from api.pages.submitted import Submitted, local, submitted
from api.problems import PROBLEMS
from api.routes.help_page import HELP
from api.schemas import Schema

router = APIRouter(tags=["documentation"])
VERIFY = "/verify"
_A_YEAR = 365 * 86_400


class ProblemOut(Schema):
    """What a problem type means."""

    type: str
    title: str
    status: int
    advice: str


class ProblemList(Schema):
    """Every problem the API answers with."""

    problems: list[ProblemOut]


def _shown(code: str) -> ProblemOut:
    problem = PROBLEMS[code]
    return ProblemOut(type=problem.uri, title=problem.title, status=problem.status, advice=problem.advice)


@router.get("/problems", operation_id="listProblems")
def list_problems() -> ProblemList:
    """List every problem the API answers with."""
    return ProblemList(problems=[_shown(code) for code in PROBLEMS])


@router.get(
    "/problems/{code}", operation_id="getProblem", response_model=ProblemOut, responses=problems("not-found")
)
def get_problem(code: str, request: Request) -> ProblemOut | Response:
    """Explain the problem whose `type` is this address; a person is led to the page about it."""
    if code not in PROBLEMS:
        raise ApiError("not-found")
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(f"{HELP}/problems/{code}", HTTPStatus.SEE_OTHER)
    return _shown(code)


@router.get("/", include_in_schema=False)
def front() -> Response:
    """Lead whoever opens the bare address to the page on which anybody verifies."""
    return RedirectResponse(VERIFY)


@router.get("/language", include_in_schema=False)
def choose_language(to: str, back: str = VERIFY) -> Response:
    """Keep the language that a visitor chose in a cookie, and lead back to the page."""
    answer = RedirectResponse(local(back), HTTPStatus.SEE_OTHER)
    if known(to):
        answer.set_cookie(COOKIE, to, max_age=_A_YEAR, httponly=True, samesite="lax")
    return answer


@router.get(VERIFY, include_in_schema=False)
def verify_form(request: Request, services: ServicesDep) -> Response:
    """Show the form, which takes an envelope file or a reference."""
    return verifying.prefilled(request, services)


@router.post(VERIFY, include_in_schema=False)
def verify_answer(
    request: Request, given: Annotated[Submitted, Depends(submitted)], services: ServicesDep
) -> Response:
    """Show the verdict, or the form with what has to be put right; nothing that was sent is kept."""
    return verifying.answer(request, given, services)


@router.get(f"{PATH}/{{token}}", include_in_schema=False)
def verify_link(token: str, request: Request, services: ServicesDep) -> Response:
    """Show how the certificate stands whose paper carries this link."""
    return verifying.followed(request, token, services)


@router.get("/static/{name}", include_in_schema=False)
def static(name: str) -> Response:
    """Serve the stylesheet, under the name that goes with its content."""
    if name not in STATIC:
        raise ApiError("not-found")
    return static_file(STATIC[name])


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    """Show the operations as a plain page, without scripts and without anything from elsewhere."""
    rows = "".join(
        _row(method, path, operation) for path, method, operation in _operations(request.app.openapi())
    )
    return Response(_PAGE.format(rows=rows), media_type="text/html; charset=utf-8")


def _operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, inner)
        for path, methods in description["paths"].items()
        for method, inner in methods.items()
    ]


def _row(method: str, path: str, operation: dict[str, Any]) -> str:
    cells = (method.upper(), path, operation["operationId"], operation.get("description", ""))
    return f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>"


_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Asal API</title></head>
<body>
<h1>Asal API</h1>
<p>The full description, with shapes and examples, is at <a href="/openapi.json">/openapi.json</a>;
the problems it answers with are at <a href="/problems">/problems</a>.</p>
<table><thead><tr><th>Method</th><th>Path</th><th>Operation</th><th>What it does</th></tr></thead>
<tbody>{rows}</tbody></table>
</body>
</html>
"""
