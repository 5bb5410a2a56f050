"""Every kind of problem the API answers with (RFC 9457), in one table; see `docs/reference/problems.md`.

A problem's `type` is `/problems/<code>`, relative to the service and never changed once given out.  Errors of
the contracts are problems of the same name: `ReferenceAlreadyUsed` is `/problems/reference-already-used`.
"""

from api.problems.asked import OF_QUESTIONS
from api.problems.contracts import OF_CONTRACTS
from api.problems.kind import ProblemType
from api.problems.operators import OF_OPERATORS
from api.problems.own import OWN
from api.problems.procedures import OF_PROCEDURES
from api.problems.running import OF_RUNNING
from ledger import errors

__all__ = ["PROBLEMS", "ProblemType", "problem_of"]

_OF_ERRORS = OF_QUESTIONS | OF_PROCEDURES | OF_OPERATORS | OF_RUNNING | OF_CONTRACTS

PROBLEMS = {problem.code: problem for problem in (*OWN, *_OF_ERRORS.values())}
"""Every problem by its code."""


def problem_of(error: errors.LedgerError) -> ProblemType:
    """Return the problem that an error of the ledger is: that of its nearest class in the table."""
    if isinstance(error, errors.InputMalformed):
        unreadable = error.rule in {"json.syntax", "json.utf-8", "json.depth"}
        return PROBLEMS["malformed-json" if unreadable else "unsafe-json"]
    if isinstance(error, errors.CertificateNotFiled):
        return PROBLEMS["certificate-not-found"]
    found = next((_OF_ERRORS[kind] for kind in type(error).__mro__ if kind in _OF_ERRORS), None)
    return found or PROBLEMS["internal"]
