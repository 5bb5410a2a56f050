"""The page on which anybody checks a business partner: asks the ledger through its steps, and shows."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final
from urllib.parse import urlencode

from fastapi import Request, Response

from api.dependencies import throttle_recognition
from api.errors import RETRY_SECONDS, ApiError, retry_after
from api.pages.operators_asked import NO_COUNTRY, NOTHING_ASKED, Question, question_in, trouble_with
from api.pages.operators_told import HEADER, answer_of, table_of
from api.pages.present import Trouble
from api.pages.render import page
from api.pages.tabular import csv_response
from api.pages.words import choices
from api.services import Services
from ledger.aeo.words import ROLE_WORDS, role_code
from ledger.errors import (
    OperatorCodeAmbiguous,
    OperatorCodeMalformed,
    QuestionMalformed,
    Refused,
    Unavailable,
)
from ledger.partner_check import Dossier, candidates, dossier
from ledger.proving import offered
from ledger.recognition_port import RecognitionNotNamed
from ledger.said import said

_OFTEN: Final = said("Too many questions from your address. Wait a minute, then ask again")
_OURS: Final = said("We could not look it up right now. This is our fault; try again in a minute")
_NOT_KEPT: Final = said("No operators are kept on this ledger. Ask a service whose ledger has them")
_UNPROCESSABLE, _OFTEN_STATUS, _SILENT, _NOT_HERE = 422, 429, 503, 404


def operators_page(request: Request, services: Services) -> Response:
    """Return the form, the operators that a name fits, or all that may be told of one."""
    question = question_in(request)
    if question.empty:
        asked = question != Question()
        nothing = [Trouble("code", NOTHING_ASKED)] if asked else []
        return _form(request, services, question, nothing, status=_UNPROCESSABLE if asked else 200)
    try:
        throttle_recognition(request, services)
        return _answered(request, services, question)
    except ApiError as error:
        often = [Trouble("code", _OFTEN)]
        return _form(request, services, question, often, status=_OFTEN_STATUS, headers=error.headers)
    except (QuestionMalformed, OperatorCodeMalformed, OperatorCodeAmbiguous) as error:
        return _form(request, services, question, [trouble_with(error)], status=_UNPROCESSABLE)
    except RecognitionNotNamed:
        return _form(request, services, question, [Trouble("code", _NOT_KEPT)], status=_NOT_HERE)
    except Unavailable:
        ours, pause = [Trouble("code", _OURS)], retry_after(RETRY_SECONDS)
        return _form(request, services, question, ours, status=_SILENT, headers=pause)


def _answered(request: Request, services: Services, question: Question) -> Response:
    if not question.code:
        return _by_name(request, services, question)
    found = dossier(question.asked(), services.ledger)
    if question.host and question.host not in {found.home.question.host, *_hosts(found)}:
        raise QuestionMalformed("host", "host.unknown", "")
    if request.query_params.get("format") == "csv":
        return csv_response(f"operator-{found.home.operator}", HEADER, table_of(found))
    return page(
        request,
        "operators_answer.html",
        question=question,
        answer=answer_of(found, question),
        proofs=_proofs(services),
        json=_json(found, question),
    )


def _by_name(request: Request, services: Services, question: Question) -> Response:
    if not question.country:
        return _form(request, services, question, [Trouble("country", NO_COUNTRY)], status=_UNPROCESSABLE)
    found = candidates(question.name, question.country.upper(), services.ledger)
    return page(request, "operators_named.html", question=question, candidates=found)


def _form(  # noqa: PLR0913 - what a form shows
    request: Request,
    services: Services,
    question: Question,
    troubles: Sequence[Trouble] = (),
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    members: Sequence[tuple[str, str]] = choices(())
    with suppress(Unavailable):
        members = choices(services.ledger.members.members())
    roles = [(role_code(role), word) for role, word in ROLE_WORDS.items()]
    shown = {"troubles": troubles, "question": question, "members": members, "roles": roles}
    return page(request, "operators.html", status=status, headers=headers, **shown)


def _hosts(found: Dossier) -> set[str]:
    return {one.told.question.host for one in found.elsewhere}


def _proofs(services: Services) -> bool:
    with suppress(Unavailable, Refused):
        return offered(services.ledger)
    return False


def _json(found: Dossier, question: Question) -> str:
    """Return where programs are told the same."""
    asked = {"operator": found.home.operator, "role": role_code(found.home.question.role), "on": question.on}
    return f"/v1/recognition/hosts?{urlencode({name: text for name, text in asked.items() if text})}"
