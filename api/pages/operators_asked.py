"""What somebody asks about an operator: the fields of the form, which are the query of the address too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import Request

from api.pages.present import Trouble
from ledger.errors import OperatorCodeAmbiguous, OperatorCodeMalformed, QuestionMalformed
from ledger.partner_check import ANY_ROLE
from ledger.recognising import Asked
from ledger.said import said

PATH: Final = "/operators"
FIELDS: Final = ("code", "name", "country", "host", "on", "role")
"""Names of the controls, in the order of the form."""
_LONGEST: Final = 300
"""Characters of a field that are looked at; a name has fewer."""
_CONTROLS: Final[Mapping[str, str]] = {"operator": "code", "member": "country"}
"""Controls of parameters that the ledger calls otherwise."""
_WANTED: Final[Mapping[str, str]] = {
    "name.short": said("Write at least four letters of the name"),
    "host.unknown": said("Choose a member of the ledger"),
    "role.unknown": said("Choose a role"),
    "date.format": said("Enter the day as day, month and year"),
    "time.range": said("Enter a day from 1970 on"),
    "operator.too-long": said("The code is too long: write one code, at most 64 characters"),
    "operator.characters": said("A code has only the letters A to Z and the digits 0 to 9"),
    "operator.several": said("This reads like several codes: write one"),
    "operator.other-member": said("The code begins with another country than the one you chose"),
    "operator.country": said(
        "Choose the country that authorised your partner, or write its two letters first"
    ),
    "operator.empty": said("Write a code: the country's two letters and its number"),
}
"""What is wanted, by the rule that a question breaks."""
NOTHING_ASKED: Final = said("Enter your partner's operator code, or its name and country")
NO_COUNTRY: Final = said(
    "Choose the country that authorised your partner: names are looked for in one country"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was typed."""

    code: str = ""
    name: str = ""
    country: str = ""
    host: str = ""
    """Whose recognition matters most; nothing for any."""
    on: str = ""
    role: str = ANY_ROLE

    @property
    def typed(self) -> Mapping[str, str]:
        """The fields by the names of their controls."""
        return {name: getattr(self, name) for name in FIELDS}

    @property
    def empty(self) -> bool:
        """Whether nobody and nothing is asked about."""
        return not (self.code or self.name)

    def asked(self) -> Asked:
        """Return it as the ledger is asked."""
        return Asked(
            operator=self.code,
            member=self.country or None,
            role=self.role,
            on=self.on or None,
            host=self.host,
        )

    def address(self, **other: str) -> str:
        """Return the address at which the same is asked, or something else where that is told."""
        fields = {name: text for name, text in {**self.typed, **other}.items() if text}
        return f"{PATH}?{urlencode(fields)}" if fields else PATH


def question_in(request: Request) -> Question:
    """Read the query of a request; what the form does not know is left alone."""
    given = {name: request.query_params.get(name, "").strip()[:_LONGEST] for name in FIELDS}
    return Question(**given)


def trouble_with(error: QuestionMalformed | OperatorCodeMalformed | OperatorCodeAmbiguous) -> Trouble:
    """Return what has to be put right, and at which control."""
    match error:
        case QuestionMalformed():
            control = _CONTROLS.get(error.parameter, error.parameter)
            return Trouble(control if control in FIELDS else "code", _WANTED.get(error.rule, error.message))
        case OperatorCodeMalformed(rule="operator.country"):
            return Trouble("country", _WANTED[error.rule])
        case OperatorCodeMalformed():
            return Trouble("code", _WANTED.get(error.rule, error.message))
        case OperatorCodeAmbiguous():
            codes = ", ".join(error.candidates)
            return Trouble(
                "code", said("The code can be read in several ways. Write one of: {codes}", codes=codes)
            )
