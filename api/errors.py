"""From anything raised to what it says, to programs and to people; nothing that was sent is repeated."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from fastapi import Response
from fastapi.exceptions import RequestValidationError

from api.problems import PROBLEMS, ProblemType, problem_of
from ledger.aeo.refused import ActNotAllowed, CaseMovedOn, OperatorMalformed, ReapplicationEarly
from ledger.checking_refused import CaseStepNotAllowed, CheckMalformed, NotAnOriginalOf
from ledger.checking_told import due_told
from ledger.deciding_asked import DecisionRefused
from ledger.errors import (
    CertificateMalformed,
    CertificateRefused,
    EnvelopeMalformed,
    Finding,
    InputMalformed,
    LedgerError,
    OperatorCodeAmbiguous,
    OperatorCodeMalformed,
    Problem,
    ProofMalformed,
    QuestionMalformed,
    ReferenceAlreadyFiled,
    Unavailable,
)
from ledger.exporter_refused import ExporterActNotAllowed, ExporterMalformed
from ledger.kept_copies import CopyIncomplete
from ledger.kept_port import NotKept
from ledger.outgoing import TargetRefused
from ledger.receiving import NotReceivable
from ledger.refusals import ContractRefusal
from ledger.statements import StatementMalformed
from ledger.true_copies import TrueCopyTooLate
from ledger.watch_port import WatchMalformed

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
"""What Retry-After says when nothing better is known."""


class ApiError(Exception):
    """A problem of the API itself, by its code."""

    def __init__(self, code: str, *, headers: Mapping[str, str] | None = None, **members: object) -> None:
        """Keep the problem's type, headers of the answer and further members of the document."""
        super().__init__(code)
        self.problem = PROBLEMS[code]
        self.headers = dict(headers or {})
        self.members = members


def retry_after(seconds: float) -> dict[str, str]:
    """Return the header that asks for a pause, in whole seconds."""
    return {"Retry-After": str(max(1, math.ceil(seconds)))}


@dataclass(frozen=True, slots=True)
class Told:
    """What an error says."""

    problem: ProblemType
    detail: str
    """A sentence: what is wrong, or what to do."""
    members: Mapping[str, object] = field(default_factory=dict)
    """Further members of the problem document."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def places(self) -> Sequence[Mapping[str, str]]:
        """What is wrong where."""
        places = self.members.get("errors", ())
        assert isinstance(places, list | tuple)  # noqa: S101 - of this module
        return places


def told_of(error: Exception | str) -> Told:
    """Return what any error, or a problem by its code, says; what is not known here is raised again."""
    if isinstance(error, str):
        error = ApiError(error)
    if isinstance(error, ApiError):
        return Told(error.problem, error.problem.advice, error.members, error.headers)
    if isinstance(error, RequestValidationError):
        problem = PROBLEMS["invalid-request"]
        return Told(problem, problem.advice, {"errors": [_invalid(detail) for detail in error.errors()]})
    if not isinstance(error, LedgerError):
        raise error
    problem = problem_of(error)
    pause = retry_after(RETRY_SECONDS) if isinstance(error, Unavailable) else {}
    return Told(problem, _detail(error) or problem.advice, _members(error), pause)


def problem_response(told: Told, request_id: str) -> Response:
    """Return a problem document (RFC 9457, section 3), with further members where the type has some."""
    problem = told.problem
    document = {
        "type": problem.uri,
        "title": problem.title,
        "status": problem.status,
        "detail": told.detail,
        **told.members,
        "request_id": request_id,
    }
    return Response(orjson.dumps(document), problem.status, told.headers, MEDIA_TYPE)


def _detail(error: LedgerError) -> str | None:
    """Return the sentence of an error that may leave the house; others speak of our inside."""
    match error:
        case ContractRefusal() | ActNotAllowed() | CaseMovedOn() | ReapplicationEarly():
            return str(error)
        case ExporterActNotAllowed():
            return str(error)
        case NotReceivable() | TrueCopyTooLate() | NotKept() | CaseStepNotAllowed() | NotAnOriginalOf():
            return str(error)
        case InputMalformed(message=message):
            return f"{message[:1].upper()}{message[1:]}."
        case TargetRefused(why=why):
            return f"{why[:1].upper()}{why[1:]}."
    return None


def _members(error: LedgerError) -> dict[str, object]:  # noqa: PLR0911 - one for each kind of error
    match error:
        case (
            CertificateMalformed(problems=problems)
            | EnvelopeMalformed(problems=problems)
            | WatchMalformed(problems=problems)
            | OperatorMalformed(problems=problems)
            | CheckMalformed(problems=problems)
            | CopyIncomplete(problems=problems)
            | StatementMalformed(problems=problems)
            | ExporterMalformed(problems=problems)
        ):
            return {"errors": [_place(problem) for problem in problems]}
        case CertificateRefused(findings=findings) | DecisionRefused(findings=findings):
            return {"errors": [finding_document(finding) for finding in findings]}
        case InputMalformed(rule=rule, message=message) | OperatorCodeMalformed(rule=rule, message=message):
            pointer = getattr(error, "pointer", "")  # a code stands for itself
            return {"errors": [_place(Problem(pointer, rule, message))]}
        case OperatorCodeAmbiguous(candidates=candidates):
            return {"candidates": list(candidates)}
        case QuestionMalformed(parameter=parameter, rule=rule, message=message):
            return {"errors": [{"parameter": parameter, "rule": rule, "detail": message}]}
        case ProofMalformed(pointer=pointer, rule=rule, message=message):
            return {"errors": [_place(Problem(pointer, rule, message))]}
        case (
            ActNotAllowed(stage=stage, allowed=allowed)
            | CaseMovedOn(stage=stage, allowed=allowed)
            | ExporterActNotAllowed(status=stage, allowed=allowed)
        ):
            return {"stage": stage, "allowed": list(allowed)}
        case CaseStepNotAllowed(case=case, now=now, allowed=allowed):
            return {"case": str(case.id), **due_told(case, now), "allowed": list(allowed)}
        case ReferenceAlreadyFiled(certificate=certificate):
            return {"certificate": f"0x{certificate.hex()}"}
    return {}


def _place(problem: Problem) -> dict[str, str]:
    return {"pointer": problem.pointer, "rule": problem.rule, "detail": problem.message}


def finding_document(finding: Finding) -> dict[str, str]:
    """Return a finding as JSON members."""
    return {
        "pointer": finding.pointer,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "detail": finding.message,
        "source": finding.source,
    }


def _invalid(detail: Mapping[str, Any]) -> dict[str, str]:
    """Name the place and what is wanted there, except for the name of a field that the sender made up."""
    where, *steps = detail["loc"]
    wanted = _WANTED.get(detail["type"], "does not have the documented form")
    if detail["type"] == "extra_forbidden":
        steps = steps[:-1]
    if where == "body":
        return {"pointer": _pointer(steps), "rule": detail["type"], "detail": wanted}
    return {"parameter": f"{where}.{'.'.join(map(str, steps))}", "rule": detail["type"], "detail": wanted}


def _pointer(steps: Sequence[object]) -> str:
    return "".join(f"/{step}" for step in steps)


_WANTED = {
    "missing": "is missing",
    "extra_forbidden": "holds a field that is not documented",
    "dict_type": "must be an object",
    "model_attributes_type": "must be an object",
    "string_type": "must be a string",
    "enum": "must be one of the documented values",
    "literal_error": "must be one of the documented values",
    "date.format": "must be a date, YYYY-MM-DD",
    "type.string": "must be a string",
    "int_parsing": "must be a whole number",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
}
