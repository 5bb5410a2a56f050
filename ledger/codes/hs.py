"""Editions of the tariff nomenclature, and which headings are known of it.

Source: the Harmonized System of the World Customs Organization, editions 2017 and 2022, and the ASEAN Harmonised
Tariff Nomenclature (AHTN) built on each.  Chapters are complete; headings are an extract (`headings.json`), so an
unlisted heading of a listed chapter is reported as unknown only where the extract is complete for that chapter.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a nomenclature."""

    digits: int
    """Length of its codes: 6 in the Harmonized System, 8 in the AHTN."""
    year: int
    accepted_from: date
    accepted_until: date
    """Last day of issue on which certificates use it without remark."""


# HS 2017 is accepted to 31 March and HS 2022 from 1 April 2023 for ATIGA certificates; the next edition, 2027/2028,
# is in preparation and will get its own row.
_CHANGE: Final = date(2023, 4, 1)

EDITIONS: Final = {
    "HS2017": Edition(6, 2017, date(2017, 1, 1), date(2023, 3, 31)),
    "AHTN2017": Edition(8, 2017, date(2017, 1, 1), date(2023, 3, 31)),
    "HS2022": Edition(6, 2022, _CHANGE, date.max),
    "AHTN2022": Edition(8, 2022, _CHANGE, date.max),
}
