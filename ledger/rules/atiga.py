"""The ASEAN Trade in Goods Agreement: its rule sets, by date of issue.

OCP is the Operational Certification Procedure, Annex 8.  The text endorsed in 2021 is applied to
certificates issued from 1 May 2022, when the new Form D was first accepted; before that the text in force
since 20 September 2020. Certificates issued earlier follow texts that are not written down here.
"""

from datetime import date
from typing import Final

from ledger.rules import atiga_dates, atiga_goods, atiga_origin, atiga_parties, atiga_special
from ledger.rules.base import Edition, RuleSet

PARTIES: Final = frozenset({"BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "VN"})

ACCEDING: Final = frozenset({"TL"})
"""Member of ASEAN since October 2025; from which day ATIGA applies to its trade is not established here."""

FOB_REQUIRED: Final = frozenset({"ID", "KH", "LA"})
"""OCP Rule 25 and overleaf note 10.  This list has changed before (2014: Cambodia and Myanmar, every
criterion)."""

_RULES = (
    *atiga_parties.RULES,
    *atiga_dates.RULES,
    *atiga_origin.RULES,
    *atiga_special.RULES,
    *atiga_goods.RULES,
)

OCP_2020: Final = RuleSet(
    since=date(2020, 9, 20),
    until=date(2022, 4, 30),
    edition=Edition("ATIGA OCP, text of 2020", 3, PARTIES, frozenset(), FOB_REQUIRED),
    rules=(*_RULES, *atiga_special.RULES_2020_ONLY),
)

OCP_2021: Final = RuleSet(
    since=date(2022, 5, 1),
    until=date.max,
    edition=Edition("ATIGA OCP, text of 2021", 0, PARTIES, ACCEDING, FOB_REQUIRED),
    rules=_RULES,
)

RULE_SETS: Final = (OCP_2020, OCP_2021)
