"""Editions of the tariff nomenclature, and the headings of each.

The Harmonized System (HS) has six digits; the ASEAN Harmonised Tariff Nomenclature (AHTN) adds two to the
HS edition of the same year.  Headings (the first four digits) are complete for 2017 and 2022; subheadings are
not kept, because member states differ in them and an HS mismatch alone never ends a preference (Rule 16.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Final

from ledger.codes.lists import load


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a nomenclature."""

    digits: int
    """Length of its codes: 6 in the HS, 8 in the AHTN."""
    year: int
    """Of the HS edition it is built on."""
    since: date
    """First day of issue on which ATIGA certificates use it."""
    until: date
    """Last day of issue on which they do."""


# HS 2017 codes are accepted to 31 March 2023 and HS 2022 codes from the day after.  The next edition gets a
# row of its own once its day is known.
_CHANGE: Final = date(2023, 4, 1)
_LAST_DAY: Final = date(2023, 3, 31)

EDITIONS: Final = {
    "HS2017": Edition(6, 2017, date(2017, 1, 1), _LAST_DAY),
    "AHTN2017": Edition(8, 2017, date(2017, 1, 1), _LAST_DAY),
    "HS2022": Edition(6, 2022, _CHANGE, date.max),
    "AHTN2022": Edition(8, 2022, _CHANGE, date.max),
}


@lru_cache(maxsize=1024)
def in_use(names: frozenset[str], day: date) -> frozenset[str]:
    """Return those of some editions that are in use on a day of issue."""
    return frozenset(name for name in names if EDITIONS[name].since <= day <= EDITIONS[name].until)


def _spelled_out(chapter: str, ranges: str) -> Iterator[str]:
    for part in ranges.split():
        first, _, last = part.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield f"{chapter}{number:02}"


@cache
def headings(year: int) -> frozenset[str]:
    """Return the four-digit headings of HS 2017 (1222) or HS 2022 (1228)."""
    data = load("headings.json")
    chapters = data["headings"].items()
    latest = {heading for chapter, ranges in chapters for heading in _spelled_out(chapter, ranges)}
    if year == data["year"]:
        return frozenset(latest)
    return frozenset(latest - set(data["addedSince2017"]) | set(data["removedSince2017"]))


def is_known(code: str, edition: str) -> bool:
    """Tell whether the heading of a code exists in an edition named in `EDITIONS`."""
    return code[:4] in headings(EDITIONS[edition].year)
