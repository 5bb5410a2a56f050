"""The ASEAN Trade in Goods Agreement: its rule sets, by date of issue.

OCP is the Operational Certification Procedure, Annex 8.  The text endorsed in 2021 is applied to
certificates issued from 1 May 2022, when the new Form D was first accepted; before that the text in force
since 20 September 2020. Certificates issued earlier follow texts that are not written down here.
"""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.certificate import MAX_ORIGINALS, Endorsements
from ledger.rules import atiga_dates, atiga_goods, atiga_origin, atiga_parties, atiga_special, awsc
from ledger.rules.base import Edition, RuleSet

PARTIES: Final = frozenset({"BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "VN"})

ACCEDING: Final = frozenset({"TL"})
"""Member of ASEAN since October 2025; from which day ATIGA applies to its trade is not established here."""

FOB_REQUIRED: Final = frozenset({"ID", "KH", "LA"})
"""OCP Rule 25 and overleaf note 10.  This list has changed before (2014: Cambodia and Myanmar, every
criterion)."""

CRITERIA: Final = ("WO", "RVC", "CC", "CTH", "CTSH", "SP", "PC")
"""Form D, box 8; a percentage alone is RVC, and two of RVC, CC, CTH, CTSH, SP combine."""

TICKS: Final = frozenset(field.name for field in fields(Endorsements))
"""Form D, box 13."""

_RULES = (
    *atiga_parties.RULES,
    *atiga_dates.RULES,
    *atiga_origin.RULES,
    *atiga_special.RULES,
    *atiga_goods.RULES,
)

_TEXT_OF_2020: Final = Edition(
    name="ATIGA OCP, text of 2020",
    grace_days=3,
    parties=PARTIES,
    fob_required=FOB_REQUIRED,
    partial_from=Decimal(20),
    partial_below=Decimal(40),
    criteria=CRITERIA,
    ticks=TICKS,
    originals=1,
    hs_digits=frozenset({8}),
    hs_editions=frozenset({"HS2017", "AHTN2017", "HS2022", "AHTN2022"}),
)
_TEXT_OF_2021: Final = replace(
    _TEXT_OF_2020,
    name="ATIGA OCP, text of 2021",
    grace_days=0,
    acceding=ACCEDING,
    originals=MAX_ORIGINALS,
)
_BEGIN_2020, _BEGIN_2021 = date(2020, 9, 20), date(2022, 5, 1)
_END_2020 = date(2022, 4, 30)

OCP_2020: Final = RuleSet(
    since=_BEGIN_2020, until=_END_2020, edition=_TEXT_OF_2020, rules=(*_RULES, *atiga_special.RULES_2020_ONLY)
)
OCP_2021: Final = RuleSet(since=_BEGIN_2021, until=date.max, edition=_TEXT_OF_2021, rules=_RULES)

RULE_SETS: Final = (OCP_2020, OCP_2021)
"""For Form D."""


def _declared(edition: Edition) -> Edition:
    """Return what the same text fixes for origin declarations, on which a code may have six digits."""
    return replace(edition, name=f"{edition.name}, origin declarations", hs_digits=frozenset({6, 8}))


DECLARED_2020: Final = RuleSet(
    since=_BEGIN_2020,
    until=_END_2020,
    edition=_declared(_TEXT_OF_2020),
    rules=(*awsc.RULES, *atiga_special.RULES_2020_ONLY),
)
DECLARED_2021: Final = RuleSet(
    since=_BEGIN_2021, until=date.max, edition=_declared(_TEXT_OF_2021), rules=awsc.RULES
)

DECLARATION_SETS: Final = (DECLARED_2020, DECLARED_2021)
"""For origin declarations of the ASEAN-wide self-certification, in use since 20 September 2020."""
