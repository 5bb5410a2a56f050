"""What issuing would say of a draft, for its page and for the panel beside its form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api import errors
from api.dependencies import Caller
from api.desks.issuing_form import Told, told_of
from ledger.drafts import Draft
from ledger.examining import foresee
from ledger.ports import Ledger
from ledger.rules import RULE_SETS

_EXPLAINED: Final = frozenset(
    rule.code for sets in RULE_SETS.values() for rule_set in sets for rule in rule_set.rules
)
"""Rules that have a page of their own."""


@dataclass(frozen=True, slots=True)
class Check:
    """What issuing would say."""

    stops: Sequence[Told]
    missing: Sequence[Told]
    warns: Sequence[Told]
    obstacle: errors.Told | None
    """What stands in the way besides the document itself."""
    issuable: bool
    explained: frozenset[str] = _EXPLAINED

    @property
    def told(self) -> tuple[Told, ...]:
        """All that concerns places of the form."""
        return (*self.stops, *self.missing, *self.warns)


def check_of(document: Mapping[str, Any], draft: Draft, caller: Caller, ledger: Ledger) -> Check:
    """Return what issuing a document from a draft would say now."""
    foreseen = foresee(
        document,
        authority=caller.authority,
        account=caller.account,
        ledger=ledger,
        replaces=draft.replaces,
    )
    told = told_of(foreseen, document)
    return Check(
        [one for one in told if one.tone == "stop"],
        [one for one in told if one.tone == "missing"],
        [one for one in told if one.tone == "care"],
        errors.told_of(foreseen.obstacle) if foreseen.obstacle else None,
        foreseen.issuable,
    )
