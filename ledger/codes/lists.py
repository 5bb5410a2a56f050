"""Extracts of the UN code lists, read once from the JSON files beside this module.

Each file states its source and edition.  None is complete: ask whether a code is *known*, never whether it
exists.
"""

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

BULK = frozenset({"VG", "VL", "VO", "VQ", "VR", "VY"})
"""Package codes of goods in bulk, which have no packages to count."""


def load(name: str) -> dict[str, Any]:
    """Return the content of one of the JSON files of this folder."""
    content: dict[str, Any] = json.loads(files("ledger.codes").joinpath(name).read_text("utf-8"))
    return content


@cache
def units() -> dict[str, str]:
    """Return the names of UN/ECE Recommendation 20 units by code."""
    return {code: row["name"] for code, row in load("units.json")["units"].items()}


@cache
def mass_units() -> dict[str, Decimal]:
    """Return kilograms per unit, for the units of mass."""
    rows = load("units.json")["units"].items()
    return {code: Decimal(row["kilograms"]) for code, row in rows if "kilograms" in row}


@cache
def packages() -> dict[str, str]:
    """Return the names of UN/ECE Recommendation 21 kinds of package by code."""
    names: dict[str, str] = load("packages.json")["packages"]
    return names


@cache
def places() -> dict[str, str]:
    """Return the names of ports and airports by UN/LOCODE."""
    names: dict[str, str] = load("places.json")["places"]
    return names
