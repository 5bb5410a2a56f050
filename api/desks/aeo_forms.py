"""From a form of the AEO desk to what the ledger is asked, by the same models as the API's.

Controls are named as the members of the API's body.  A form carries a `request`, drawn when it was shown:
sent twice, it is the same request, which is carried out once.
"""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.desks.posted import Posted
from api.errors import ApiError, told_of
from api.operator_schemas import ActBody, ApplicationBody
from api.pages.present import Trouble
from ledger.aeo.acts import GROUNDS, TAKES, Act
from ledger.aeo.asked import Action
from ledger.aeo.records import OperatorRecord, role_names
from ledger.errors import LedgerError, QuestionMalformed
from ledger.operators import OperatorCode
from ledger.said import said

_TEXTS: Final = ("name", "address", "country", "nationalId", "programme")
_PLAIN: Final = ("office", "effective", "ground", "note", "until", "procedure")
_NAMES: Final[Mapping[str, str]] = {"national_id": "nationalId"}
"""Controls whose name is not that of the field."""
_TOKEN: Final = 32
_LEVEL: Final = re.compile("[0-9]{1,3}")
_WANTED: Final[Mapping[str, str]] = {
    "office": said("Enter the deciding office, at most 80 characters"),
    "effective": said("Enter a day from 1970 on, at most a year ahead"),
    "ground": said("Choose a ground"),
    "programme": said("Choose a programme of your member"),
    "name": said("Enter the registered name"),
    "address": said("Enter the address"),
    "country": said("Enter the two letters of the country"),
    "nationalId": said("Enter the number in the national register"),
    "level": said("Enter a level that the programme has"),
    "roles": said("Choose one role or more"),
    "operator": said("Enter the code that the operator is to have"),
    "note": said("Enter at most 2,000 characters"),
}
"""What is wanted at a control, where the rule that was broken has nothing better to say."""


def token() -> str:
    """Return a new name for a request that a form makes."""
    return secrets.token_hex(_TOKEN // 2)


def takes(act: Act) -> frozenset[str]:
    """Return the controls that the form of an act has, besides its office and its note."""
    fields = {_NAMES.get(name, name) for name in TAKES.get(act, ())}
    fields |= {"ground"} if GROUNDS.get(act) else set()
    return frozenset(fields | (set() if act is Act.ANNUL else {"effective"}))


def action_of(act: Act, operator: OperatorCode, sent: Posted, record: OperatorRecord | None) -> Action:
    """Return what a form asks for; what it leaves as the record has it is not said anew.

    Raises pydantic's `ValidationError` and what the API's body raises.
    """
    fields = dict(_changed(dict(_fields(act, sent)), record))
    if act is Act.APPLY:
        body: ActBody = ApplicationBody.model_validate({"operator": sent.one("operator"), **fields})
    else:
        body = ActBody.model_validate(fields)
    return body.to_domain(act, operator, _request(sent))


def kept(act: Act, sent: Posted) -> Mapping[str, Any]:
    """Return what was typed, to be shown again."""
    typed = {name: sent.one(name) for name in ("operator", "level", *_TEXTS, *_PLAIN)}
    return {"act": act.value, **typed, "roles": sent.all("roles"), "consent": sent.all("consent")}


def troubles_of(error: ValidationError | LedgerError, act: Act) -> tuple[Trouble, ...]:
    """Return what has to be put right, control by control; else what is refused, and why."""
    if isinstance(error, QuestionMalformed):
        return (_at(error.parameter, error.message, act),)
    told = told_of(as_told(error))
    return tuple(_place(place, act) for place in told.places) or (Trouble(f"{act.value}-form", told.detail),)


def as_told(error: ValidationError | LedgerError) -> Exception:
    """Return an error as the API answers it: what is wrong with a form is wrong with a body."""
    if isinstance(error, ValidationError):
        places = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_input=False)]
        return RequestValidationError(places)
    return error


def _fields(act: Act, sent: Posted) -> Iterator[tuple[str, Any]]:
    """Yield what is typed, as members of the API's body; what is left empty is not said.

    Only in an amendment it is: the form begins with what the record says, so who empties a field means it.
    """
    wanted, emptied = takes(act) | {"office", "note"}, sent.fields.keys() if act is Act.AMEND else ()
    for name in (*_PLAIN, *_TEXTS):
        if name in wanted and ((typed := sent.one(name)) or (name in _TEXTS and name in emptied)):
            yield name, _from_that_day(typed) if (act, name) == (Act.REVOKE, "until") else typed
    if "office" not in wanted or not sent.one("office"):
        yield "office", ""
    if "level" in wanted and ((level := sent.one("level")) or "level" in emptied):
        yield "level", int(level) if _LEVEL.fullmatch(level) else level
    if "roles" in wanted and ((roles := sent.all("roles")) or "name" in emptied):  # boxes send no emptiness
        yield "roles", list(roles)
    if "consent" in wanted:
        yield "consent", list(sent.all("consent"))


def _from_that_day(text: str) -> str:
    """Return the first second of a day from which one may apply again; of other ends a day is the last."""
    try:
        return f"{date.fromisoformat(text).isoformat()}T00:00:00Z"
    except ValueError:
        return text


def _changed(fields: Mapping[str, Any], record: OperatorRecord | None) -> Iterator[tuple[str, Any]]:
    same: Mapping[str, Any] = {}
    if record is not None:
        document = record.document()
        same = {name: document[name] for name in (*_TEXTS, "level")} | {"roles": role_names(record.roles)}
    yield from ((name, value) for name, value in fields.items() if name not in same or same[name] != value)


def _request(sent: Posted) -> str:
    """Return the name of the request; raises `ApiError` for a form that no page of ours was."""
    request = sent.one("request")
    if len(request) != _TOKEN or not request.isalnum():
        raise ApiError("invalid-request")
    return f"desk {request}"


def _place(place: Mapping[str, str], act: Act) -> Trouble:
    return _at(place.get("pointer", "").strip("/").partition("/")[0], place["detail"], act)


def _at(name: str, detail: str, act: Act) -> Trouble:
    if name in _WANTED:
        return Trouble(f"{act.value}-{name}", _WANTED[name], (f"{detail[:1].upper()}{detail[1:]}.",))
    control = name if name in {"until", "consent", "procedure"} else "form"
    return Trouble(f"{act.value}-{control}", f"{detail[:1].upper()}{detail[1:]}")


def own_roles(record: OperatorRecord | None) -> Sequence[str]:
    """Return the codes of an operator's roles, as its form begins with them."""
    return role_names(record.roles) if record else ()
