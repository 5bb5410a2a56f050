"""How a goods line obtained its origin: box 8 of ATIGA Form D, box 10 under RCEP.

ATIGA writes

    WO                 wholly obtained (Article 27)
    45%, RVC 45%       regional value content, the actual figure (Article 28)
    CC, CTH, CTSH      change of tariff chapter, heading, subheading
    SP                 specific process
    CTSH + 35%         a combination of two of RVC, CC, CTH, CTSH, SP
    PC 25%             partial cumulation, at least 20 and below 40 (Annex 6)

and says de minimis and accumulation in box 13.  RCEP (Article 3.2, Annex 3A) writes WO, PE, CTC, RVC or CR,
followed by ACU for accumulation (Article 3.4) and DMI for de minimis (Article 3.7).
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Basis(StrEnum):
    """One way of obtaining origin."""

    WHOLLY_OBTAINED = "WO"
    REGIONAL_VALUE = "RVC"
    CHAPTER_SHIFT = "CC"
    HEADING_SHIFT = "CTH"
    SUBHEADING_SHIFT = "CTSH"
    SPECIFIC_PROCESS = "SP"
    PARTIAL_CUMULATION = "PC"
    ORIGINATING_MATERIALS = "PE"
    """Produced exclusively from originating materials (RCEP Article 3.2(b))."""
    TARIFF_SHIFT = "CTC"
    """A change of tariff classification, of whatever level (RCEP)."""
    CHEMICAL_REACTION = "CR"
    """RCEP Annex 3A."""


TARIFF_SHIFTS: Final = frozenset(
    {Basis.CHAPTER_SHIFT, Basis.HEADING_SHIFT, Basis.SUBHEADING_SHIFT, Basis.TARIFF_SHIFT}
)
_ALONE: Final = frozenset({Basis.WHOLLY_OBTAINED, Basis.PARTIAL_CUMULATION})
_MOST: Final = 2
"""Bases of a combination."""
_PERCENTAGE: Final = re.compile(r"(?:(RVC|PC) )?([1-9][0-9]{0,2}(?:\.[0-9]{1,2})?)%")
_LOWEST_PARTIAL, _LOWEST_FULL, _WHOLE = Decimal(20), Decimal(40), Decimal(100)


@dataclass(frozen=True, slots=True)
class Criterion:
    """What box 8 says, taken apart."""

    bases: tuple[Basis, ...]
    """One, or the two of a combination, as written."""
    percentage: Decimal | None = None
    """Value content in per cent; None where no basis has one."""
    marks: tuple[str, ...] = ()
    """RCEP: `ACU` for accumulation, `DMI` for de minimis, as written."""

    @property
    def is_partial(self) -> bool:
        """Partial cumulation: counts for later cumulation and gives no tariff preference (Annex 6(c))."""
        return Basis.PARTIAL_CUMULATION in self.bases

    @property
    def uses_regional_value(self) -> bool:
        """A regional value content is applied, alone or in combination."""
        return Basis.REGIONAL_VALUE in self.bases

    @property
    def uses_tariff_shift(self) -> bool:
        """A change of tariff classification is applied, alone or in combination."""
        return not TARIFF_SHIFTS.isdisjoint(self.bases)

    @property
    def percentage_in_range(self) -> bool:
        """PC holds 20 to below 40 per cent, and no percentage exceeds 100."""
        if self.percentage is None:
            return True
        if self.is_partial:
            return _LOWEST_PARTIAL <= self.percentage < _LOWEST_FULL
        return self.percentage <= _WHOLE


@lru_cache(maxsize=1024)  # a certificate asks for each of its criteria several times
def parse_criterion(text: str) -> Criterion | None:
    """Read box 8; None when it is not in the grammar above.  Ranges are for the rules to judge."""
    bases, percentage = [], None
    for part in text.split(" + "):
        matched = _PERCENTAGE.fullmatch(part)
        if matched and percentage is None:
            bases.append(Basis(matched[1] or "RVC"))
            percentage = Decimal(matched[2])
        elif part in {"WO", "CC", "CTH", "CTSH", "SP"}:
            bases.append(Basis(part))
        else:
            return None
    combined = len(bases) > 1
    if len(bases) > _MOST or len(set(bases)) < len(bases) or (combined and not _ALONE.isdisjoint(bases)):
        return None
    return Criterion(tuple(bases), percentage)


RCEP_MARKS: Final = ("ACU", "DMI")
RCEP_CODES: Final = ("WO", "PE", "CTC", "RVC", "CR")


@lru_cache(maxsize=1024)
def parse_rcep_criterion(text: str) -> Criterion | None:
    """Read box 10 of a proof under RCEP: a code, then ACU, DMI or both; None when it is something else."""
    code, *marks = text.split(" ")
    if code not in RCEP_CODES or tuple(marks) not in {(), ("ACU",), ("DMI",), RCEP_MARKS}:
        return None
    return Criterion((Basis(code),), marks=tuple(marks))
