# ruff: noqa: D401 (the docstring of a rule is the rule, not what its function does)
"""ATIGA: the origin criterion of each goods line and what follows from it."""

from collections.abc import Iterator

from ledger.rules.base import Breach, Case, Topic, refusal, warning
from ledger.rules.criterion import Basis, parse_criterion


@refusal("ATIGA-BOX8-CRITERION", "Form D, box 8 and overleaf notes")
def criterion_grammar(case: Case) -> Iterator[Breach]:
    """Box 8 holds WO, a percentage, CC, CTH, CTSH, SP, a combination of two of these, or PC with one."""
    for item in case.certificate.items:
        criterion = parse_criterion(item.criterion)
        if criterion is None or not (criterion.is_partial or criterion.percentage_in_range):
            message = "write WO, a percentage (45%), CC, CTH, CTSH, SP, a combination (CTSH + 35%), or PC 25%"
            yield f"/items/{item.number}/criterion", message


@refusal("ATIGA-A6-PC-RANGE", "ATIGA Article 30.2 and Annex 6", Topic.PARTIAL_CUMULATION)
def partial_range(case: Case) -> Iterator[Breach]:
    """The value content of partial cumulation is at least 20 and below 40 per cent."""
    least, below = case.edition.partial_from, case.edition.partial_below
    for item, criterion in case.criteria:
        value = criterion.percentage if criterion.is_partial else None
        if value is None or least is None or below is None:
            continue
        if not least <= value < below:
            yield f"/items/{item.number}/criterion", "give PC a percentage from 20 to below 40"


@refusal("ATIGA-A6-PC-TICK", "ATIGA Annex 6; Form D, box 13", Topic.PARTIAL_CUMULATION)
def partial_tick(case: Case) -> Iterator[Breach]:
    """A goods line under partial cumulation goes with the tick Partial Cumulation."""
    ticked = case.certificate.endorsements.partial_cumulation
    if not ticked and any(criterion.is_partial for _, criterion in case.criteria):
        yield "/endorsements/partialCumulation", "tick Partial Cumulation: a goods line has criterion PC"


@refusal("ATIGA-A6-PC-LINE", "ATIGA Annex 6; Form D, boxes 8 and 13", Topic.PARTIAL_CUMULATION)
def partial_line(case: Case) -> Iterator[Breach]:
    """Box 13 is ticked for Partial Cumulation only when a goods line has criterion PC."""
    ticked = case.certificate.endorsements.partial_cumulation
    if ticked and not any(criterion.is_partial for _, criterion in case.criteria):
        yield "/endorsements/partialCumulation", "remove the tick, or give criterion PC to a goods line"


@warning("ATIGA-A6-NO-PREFERENCE", "ATIGA Annex 6(c)", Topic.PARTIAL_CUMULATION)
def partial_gives_no_preference(case: Case) -> Iterator[Breach]:
    """A goods line under partial cumulation serves later cumulation only; no preference is granted on it."""
    for item, criterion in case.criteria:
        if criterion.is_partial:
            yield f"/items/{item.number}/criterion", "this line gives no preference, only later cumulation"


@refusal("ATIGA-A33-DE-MINIMIS", "ATIGA Article 33; Form D, box 13", Topic.DE_MINIMIS)
def de_minimis(case: Case) -> Iterator[Breach]:
    """De minimis forgives a missed change of tariff classification, so a goods line must rest on one."""
    ticked = case.certificate.endorsements.de_minimis
    if ticked and not any(criterion.uses_tariff_shift for _, criterion in case.criteria):
        yield "/endorsements/deMinimis", "remove the tick: no goods line rests on CC, CTH or CTSH"


@warning("ATIGA-A28-THRESHOLD", "ATIGA Article 28", Topic.REGIONAL_VALUE)
def regional_value_threshold(case: Case) -> Iterator[Breach]:
    """A regional value content on its own reaches the general threshold of 40 per cent."""
    least = case.edition.general_threshold
    for item, criterion in case.criteria:
        value = criterion.percentage
        if criterion.bases == (Basis.REGIONAL_VALUE,) and value is not None and value < least:
            yield (
                f"/items/{item.number}/criterion",
                f"check the product rule: the general threshold is {least}%",
            )


@warning("ATIGA-N10-FOB", "OCP Rule 25; Form D, overleaf note 10", Topic.REGIONAL_VALUE)
def fob_price(case: Case) -> Iterator[Breach]:
    """Box 9 has the FOB price where a percentage is applied in trade from or to members that ask for it."""
    members = {case.certificate.exporting_member, case.certificate.importing_member}
    if members.isdisjoint(case.edition.fob_required):
        return
    for item, criterion in case.criteria:
        if criterion.uses_regional_value and item.fob is None:
            yield f"/items/{item.number}/fob", "give the FOB price: this trade needs it with a regional value"


RULES = (
    criterion_grammar,
    partial_range,
    partial_tick,
    partial_line,
    partial_gives_no_preference,
    de_minimis,
    regional_value_threshold,
    fob_price,
)
