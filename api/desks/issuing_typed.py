"""From what was typed on the form of a draft to the document it stands for, and back to single values.

Nothing that was typed is refused here for what it says: that is the check's part, which sees it as it is.
Only fields that the form does not have are refused.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from fastapi.exceptions import RequestValidationError

from api.desks.issuing_fields import CONTROLS, GROUPS, SCHEMES, Kind, foreign, starred
from api.desks.posted import Posted
from ledger.bulk.rows import TICKS
from ledger.drafts import Draft
from ledger.kept_copies import ADDED_FIELDS
from ledger.rules.calendar import last_valid_day
from ledger.terms import Scheme

VERSION: Final = "version"
ACT: Final = "do"
ADD: Final = "add-line"
REMOVE: Final = "remove-line"
_OF_THE_PAGE: Final = frozenset({VERSION, ACT, ADD, REMOVE})
_NOT_CONTROLS: Final = ("scheme", "exportingMember", "replaces")
"""What of a document is settled when its draft is begun."""


def scheme_of(document: Mapping[str, Any]) -> Scheme:
    """Return the scheme of a draft."""
    return Scheme.named(document["scheme"])


def begun(scheme: Scheme, member: str, officer: str, today: date) -> dict[str, Any]:
    """Return the document of a new draft: what is known before anybody has typed anything."""
    if scheme not in SCHEMES:
        raise _unknown("scheme")
    document: dict[str, Any] = {
        "scheme": scheme.code,
        "exportingMember": member,
        "issuedOn": today.isoformat(),
        "validUntil": last_valid_day(today).isoformat(),
        "exporter": {"country": member},
        "transport": {},
        "items": {},
        "endorsements": dict.fromkeys(TICKS, False),
        "declaration": {"countryOfProduction": member},
        "certification": {"date": today.isoformat(), "officer": officer},
    }
    return added(document, "items")


def renewed(content: Mapping[str, Any], officer: str, today: date) -> dict[str, Any]:
    """Return the document of a draft with the content of an issued one: certified today, by who drafts it.

    The validity of a back-to-back certificate is that of its originals (ATIGA OCP Rule 11), and stays.
    """
    document = {name: value for name, value in content.items() if name not in ADDED_FIELDS}
    document["issuedOn"] = today.isoformat()
    if not document.get("originals"):
        document["validUntil"] = last_valid_day(today).isoformat()
    if certified := document.get("certification"):
        document["certification"] = {**certified, "date": today.isoformat(), "officer": officer}
    return document


def typed(posted: Posted, draft: Draft) -> dict[str, Any]:
    """Return the document as it stands on the form of a draft.

    Raises `RequestValidationError` when there is a field that the form does not have, such as `status`.
    """
    document: dict[str, Any] = {
        name: draft.document[name] for name in _NOT_CONTROLS if name in draft.document
    }
    document |= {"transport": {}, "endorsements": dict.fromkeys(TICKS, False)}
    scheme = scheme_of(document)
    for name, values in posted.fields.items():
        if name in _OF_THE_PAGE:
            continue
        control = CONTROLS.get(starred(name))
        if control is None or len(values) > 1 or foreign(name, scheme):
            raise _unknown(name)
        _set(document, name, True if control.kind is Kind.TICK else _written(values[0], control.kind))
    return _numbered(document)


def added(document: dict[str, Any], path: str) -> dict[str, Any]:
    """Return a document with one more entry, such as a goods line of `items`; most of it as in the last."""
    pattern = f"{starred(path)}.*"
    if pattern not in GROUPS:
        raise _unknown(ADD)
    entries = _part(document, path.split("."))
    if len(entries) < GROUPS[pattern]:
        entries[str(len(entries) + 1)] = _like_the_last(entries, document) if path == "items" else {}
    return document


def removed(document: dict[str, Any], path: str) -> dict[str, Any]:
    """Return a document without an entry; those after it move up."""
    if starred(path) not in GROUPS:
        raise _unknown(REMOVE)
    *above, number = path.split(".")
    _part(document, above).pop(number, None)
    return _numbered(document)


def value_at(document: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - a text, a tick or entries
    """Return what stands in a document at a dotted path; None where nothing does."""
    found: Any = document
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _written(text: str, kind: Kind) -> str:
    """Return a text as it is meant: normalised, without the space around it, codes in capitals."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    if kind in {Kind.CODE, Kind.COUNTRY, Kind.MEMBER}:
        return plain.upper()
    return plain.translate(_BETWEEN_DIGITS) if kind is Kind.DIGITS else plain


_BETWEEN_DIGITS: Final = str.maketrans("", "", ". ")


def _set(document: dict[str, Any], path: str, value: str | bool) -> None:  # noqa: FBT001 - a value of the document
    """Write a value; nothing typed is no field, but its goods line is there."""
    steps = path.split(".")
    entry = max((at for at, _ in enumerate(steps, 1) if starred(".".join(steps[:at])) in GROUPS), default=0)
    if entry:
        _part(document, steps[:entry])
    if value != "":
        _part(document, steps[:-1])[steps[-1]] = value


def _part(document: dict[str, Any], steps: Iterable[str]) -> dict[str, Any]:
    part = document
    for step in steps:
        part = part.setdefault(step, {})
    return part


def _numbered(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document whose entries are numbered from 1, in their order, and without empty groups."""
    _number(document, "originals")
    _number(document, "items")
    for line in document.get("items", {}).values():
        _number(line, "invoices")
        _number(line, "originals")
    return document


def _number(part: dict[str, Any], group: str) -> None:
    entries = part.pop(group, {})
    if entries:
        part[group] = {
            str(number): entries[key] for number, key in enumerate(sorted(entries, key=int), start=1)
        }


def _like_the_last(entries: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new goods line: edition, units, origin and invoices are mostly those of the line before."""
    last: Mapping[str, Any] = entries.get(str(len(entries)), {})
    line: dict[str, Any] = {
        "hsEdition": last.get(
            "hsEdition", "AHTN2022" if document["scheme"].startswith("ATIGA") else "HS2022"
        ),
        "originCountry": last.get("originCountry", document["exportingMember"]),
        "invoices": {key: dict(one) for key, one in last.get("invoices", {"1": {}}).items()},
    }
    if unit := last.get("quantity", {}).get("unit"):
        line["quantity"] = {"unit": unit}
    return line


def _unknown(name: str) -> RequestValidationError:
    return RequestValidationError([{"type": "extra_forbidden", "loc": ("body", name), "msg": ""}])
