"""A draft made one of another scheme: what both forms have is kept, and what is lost is told before."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.desks.issuing_fields import foreign
from api.desks.issuing_form import Apart, apart, ticks_of
from ledger.terms import Scheme


def moved(document: Mapping[str, Any], scheme: Scheme) -> dict[str, Any]:
    """Return the document of a draft for another scheme, without what its form has no place for."""
    kept = {name: value for name, value in document.items() if not foreign(name, scheme)}
    kept["scheme"] = scheme.code
    if items := document.get("items"):
        kept["items"] = {number: _line(line, f"items.{number}", scheme) for number, line in items.items()}
    offered = ticks_of(kept)
    ticks = document.get("endorsements", {})
    kept["endorsements"] = {name: ticked is True and name in offered for name, ticked in ticks.items()}
    return kept


def _line(line: Mapping[str, Any], place: str, scheme: Scheme) -> dict[str, Any]:
    return {name: value for name, value in line.items() if not foreign(f"{place}.{name}", scheme)}


def lost(document: Mapping[str, Any], scheme: Scheme) -> Sequence[Apart]:
    """Return what stands on the form of a draft and would not stand on that of another scheme."""
    return apart(document, moved(document, scheme))
