"""From the form on the page of a certificate to a decision, by the same model as the API's.

Each goods line has a choice `decide-N`, a quantity `quantity-N`, reasons `reasons-N` and a note `text-N`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from api.decision_schemas import DecisionBody
from api.desks.posted import Posted
from api.pages.present import Trouble
from ledger.deciding_asked import DecisionRefused
from ledger.errors import Finding
from ledger.kept_port import Kept
from ledger.said import Said, said

GRANTED: Final = "granted"
REFUSED: Final = "refused"
TOP: Final = "decision"
"""What is wrong with the certificate as a whole stands there."""
_WANTED: Final[Mapping[str, Said]] = {
    "declaration": said("Enter the number of the import declaration, at most 35 characters"),
    "presentedOn": said("Enter the day on which the proof was presented"),
    "office": said("Enter your office, at most 80 characters"),
    "late": said("Choose one of the grounds, or none"),
    "lateText": said("Enter at most 2,000 characters"),
    "quantity": said("Enter a quantity in digits, such as 1200.50"),
    "reasons": said("Choose 1 to 8 reasons"),
    "text": said("Enter at most 2,000 characters"),
}
_CONTROLS: Final[Mapping[str, str]] = {
    "quantity": "quantity",
    "unit": "quantity",
    "reasons": "reasons",
    "text": "text",
}
"""Controls of a goods line, by the members of the API's body."""


def body_of(sent: Posted, kept: Kept) -> DecisionBody:
    """Return the decision that a form asks for; raises pydantic's `ValidationError`."""
    told: dict[str, Any] = {
        name: sent.one(name) for name in ("declaration", "presentedOn", "office", "lateText")
    }
    if late := sent.one("late"):
        told["late"] = late
    told["lines"] = dict(_lines(sent, kept))
    return DecisionBody.model_validate(told)


def _lines(sent: Posted, kept: Kept) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is chosen of each line; granted ones in the unit that is certified."""
    for item in kept.certificate.items:
        number = str(item.number)
        match sent.one(f"decide-{number}"):
            case "granted":
                quantity = {"quantity": sent.one(f"quantity-{number}"), "unit": item.quantity.unit}
                yield number, {"decision": GRANTED, **quantity}
            case "refused":
                reasons = list(sent.all(f"reasons-{number}"))
                yield number, {"decision": REFUSED, "reasons": reasons, "text": sent.one(f"text-{number}")}


def troubles_of(error: ValidationError | DecisionRefused) -> tuple[Trouble, ...]:
    """Return all that has to be put right, each at its control, rules with their source."""
    if isinstance(error, DecisionRefused):
        return tuple(_found(finding) for finding in error.findings)
    places = dict.fromkeys(tuple(str(step) for step in one["loc"]) for one in error.errors())
    controls = dict.fromkeys((control_at(place), _WANTED.get(place[-1], _WRONG)) for place in places)
    return tuple(Trouble(control, wanted) for control, wanted in controls)


_WRONG: Final = said("This is not as the form has it. Fill it in again")


def control_at(place: tuple[str, ...]) -> str:
    """Return the id of the control that a member of the API's body is filled in at."""
    match place:
        case ("lines", line, member, *_) if member in _CONTROLS:
            return f"{_CONTROLS[member]}-{line}"
        case ("lines", line, *_):
            return f"line-{line}"
        case ("lines",):
            return "lines"
        case (name,) if name in _WANTED:
            return name
    return TOP


def _found(finding: Finding) -> Trouble:
    place = tuple(step for step in finding.pointer.split("/") if step)
    message = finding.message
    told = f"{message[:1].upper()}{message[1:]} ({finding.source})"
    line = f"Line {place[1]}: " if len(place) > 1 and place[0] == "lines" else ""
    return Trouble(control_at(place), f"{line}{told}")
