"""What is said of an operator in JSON, by a file or a request, as an act takes it."""

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any, Final

from ledger.aeo.refused import OperatorMalformed
from ledger.aeo.words import role_named
from ledger.errors import Problem, QuestionMalformed
from ledger.operators import Consent, OperatorRole

CONSENTS: Final[Mapping[str, Consent]] = {
    "publication": Consent.PUBLICATION,
    "exchange": Consent.EXCHANGE,
}
"""What an operator may agree to, in words."""
_TEXTS: Final[Mapping[str, str]] = {
    "name": "name",
    "address": "address",
    "country": "country",
    "nationalId": "national_id",
    "programme": "programme",
    "procedure": "procedure",
}
FIELDS: Final = (*_TEXTS, "level", "roles", "consent")
"""Members of the JSON object; which of them an act takes is for `ledger.aeo.acts` to say."""


def particulars_in(document: object) -> dict[str, Any]:
    """Return the fields of an `Action` that a JSON object says something about.

    Raises `OperatorMalformed` with everything that is wrong.
    """
    if not isinstance(document, dict):
        raise OperatorMalformed((Problem("", "type.object", "must be an object"),))
    problems = tuple(_problems(document))
    if problems:
        raise OperatorMalformed(problems)
    found: dict[str, Any] = {name: document[field] for field, name in _TEXTS.items() if field in document}
    if "level" in document:
        found["level"] = document["level"]
    if "roles" in document:
        found["roles"] = reduce(or_, map(role_named, document["roles"]), OperatorRole(0))
    if "consent" in document:
        found["consent"] = consent_named(document["consent"])
    return found


def consent_named(words: list[str]) -> Consent:
    """Return what known words say an operator agrees to."""
    return reduce(or_, (CONSENTS[word] for word in words), Consent(0))


def _problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    for _ in document.keys() - set(FIELDS):
        yield Problem("", "field.unknown", f"holds a field that is not one of {', '.join(FIELDS)}")
    for name in _TEXTS:
        if name in document and not isinstance(document[name], str):
            yield Problem(f"/{name}", "type.string", "must be a string")
    if "level" in document and type(document["level"]) is not int:
        yield Problem("/level", "type.integer", "must be a whole number")
    if "roles" in document and not (_texts(document["roles"]) and all(map(_is_role, document["roles"]))):
        yield Problem("/roles", "code.roles", "list roles by code or word, such as EXP or exporter")
    if "consent" in document and not (
        _texts(document["consent"]) and set(document["consent"]) <= set(CONSENTS)
    ):
        yield Problem(
            "/consent", "code.consent", f"list what it agrees to: {', '.join(CONSENTS)}, or nothing"
        )


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_role(text: str) -> bool:
    try:
        role_named(text)
    except QuestionMalformed:
        return False
    return True
