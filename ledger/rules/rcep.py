"""The Regional Comprehensive Economic Partnership: its rule sets, by date of issue.

Procedures are in Chapter 3, Section B; the minimum information of a proof in Annex 3B.  In force since
1 January 2022; later for the parties in `IN_FORCE`.  Which parties are members of this ledger is on the
ledger: only theirs can be issued here.
"""

from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from ledger.rules import rcep_rules
from ledger.rules.base import Edition, RuleSet
from ledger.rules.criterion import RCEP_CODES, RCEP_MARKS

PARTIES: Final = frozenset(
    {"AU", "BN", "CN", "ID", "JP", "KH", "KR", "LA", "MM", "MY", "NZ", "PH", "SG", "TH", "VN"}
)
ACCEDING: Final = frozenset({"MM"})
"""Its instrument is applied by some parties only; by which, is not established here."""

IN_FORCE: Final = MappingProxyType(
    {
        "KR": date(2022, 2, 1),
        "MY": date(2022, 3, 18),
        "ID": date(2023, 1, 2),
        "PH": date(2023, 6, 2),
    }
)
"""Entry into force for those that ratified after the first ten (Article 20.6)."""

_CHAPTER_3: Final = Edition(
    name="RCEP Chapter 3, certificates",
    parties=PARTIES,
    acceding=ACCEDING,
    in_force=IN_FORCE,
    fob_required=PARTIES,
    criteria=RCEP_CODES,
    criterion_marks=RCEP_MARKS,
    ticks=frozenset({"third_country_invoicing", "back_to_back", "issued_retroactively"}),
    hs_digits=frozenset({6}),
    hs_editions=frozenset({"HS2022"}),
)
_SINCE: Final = date(2022, 1, 1)

RULE_SETS: Final = (
    RuleSet(since=_SINCE, until=date.max, edition=_CHAPTER_3, rules=rcep_rules.OF_CERTIFICATES),
)
DECLARATION_SETS: Final = (
    RuleSet(
        since=_SINCE,
        until=date.max,
        edition=replace(
            _CHAPTER_3,
            name="RCEP Chapter 3, declarations of approved exporters",
            ticks=frozenset({"third_country_invoicing", "back_to_back"}),
        ),
        rules=rcep_rules.OF_DECLARATIONS,
    ),
)
