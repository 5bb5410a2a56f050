"""What verdicts, rules and refusals mean, and what to do."""

from fastapi import APIRouter, Request, Response

from api.errors import ApiError
from api.pages.helping import VERDICTS
from api.pages.present import TONES
from api.pages.render import page
from api.problems import PROBLEMS
from ledger.rules import RULE_SETS
from ledger.rules.base import Rule
from ledger.verdict import NEXT_STEPS, TITLES, VerdictCode

router = APIRouter(include_in_schema=False)
HELP = "/help"
_RULES: dict[str, Rule] = {
    rule.code: rule for sets in RULE_SETS.values() for rule_set in sets for rule in rule_set.rules
}
"""Every rule by its code; of one that several rule sets have, the newest."""


@router.get(HELP)
def front(request: Request) -> Response:
    """Lead to what a person may look for."""
    verdicts = [(code, TONES[code], TITLES[code]) for code in VERDICTS]
    return page(request, "help.html", verdicts=verdicts)


@router.get(f"{HELP}/verdicts/{{code}}")
def verdict(request: Request, code: str) -> Response:
    """Explain a verdict."""
    known = {one.value: one for one in VerdictCode}.get(code.upper().replace("-", "_"))
    if known is None:
        raise ApiError("not-found")
    return page(
        request,
        "help_verdict.html",
        told=VERDICTS[known],
        code=known,
        tone=TONES[known],
        title=TITLES[known],
        next_step=NEXT_STEPS[known],
    )


@router.get(f"{HELP}/rules")
def rules(request: Request) -> Response:
    """List every rule, by its code."""
    return page(request, "help_rules.html", rules=[_RULES[code] for code in sorted(_RULES)])


@router.get(f"{HELP}/rules/{{code}}")
def rule(request: Request, code: str) -> Response:
    """Explain a rule."""
    if code not in _RULES:
        raise ApiError("not-found")
    return page(request, "help_rule.html", rule=_RULES[code])


@router.get(f"{HELP}/problems")
def refusals(request: Request) -> Response:
    """List every problem that the service answers with."""
    return page(request, "help_problems.html", problems=sorted(PROBLEMS.values(), key=lambda one: one.title))


@router.get(f"{HELP}/problems/{{code}}")
def refusal(request: Request, code: str) -> Response:
    """Explain a problem."""
    if code not in PROBLEMS:
        raise ApiError("not-found")
    return page(request, "help_problem.html", problem=PROBLEMS[code])
