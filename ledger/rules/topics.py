"""Which topics a certificate touches, so that rules on the others need not be asked."""

from collections.abc import Callable
from typing import Final

from ledger.certificate import Certificate
from ledger.rules.base import Case, Topic


def _back_to_back(certificate: Certificate) -> bool:
    drawn = certificate.originals or any(item.originals for item in certificate.items)
    return certificate.endorsements.back_to_back or bool(drawn)


_TOUCHES: Final[dict[Topic, Callable[[Certificate], bool]]] = {
    Topic.INVOICER: lambda one: one.endorsements.third_country_invoicing or bool(one.third_country_invoicer),
    Topic.EXHIBITION: lambda one: one.endorsements.exhibition or bool(one.exhibition),
    Topic.BACK_TO_BACK: _back_to_back,
    Topic.RETROACTIVE: lambda one: one.endorsements.issued_retroactively,
    Topic.REPLACEMENT: lambda one: bool(one.replaces),
    Topic.PARTIAL_CUMULATION: lambda one: one.endorsements.partial_cumulation,
    Topic.DE_MINIMIS: lambda one: one.endorsements.de_minimis,
}


def topics_of(case: Case) -> frozenset[Topic]:
    """Return the topics that the ticks, boxes and criteria of a certificate touch."""
    found = {topic for topic, touched in _TOUCHES.items() if touched(case.certificate)}
    for _, criterion in case.criteria:
        if criterion.is_partial:
            found.add(Topic.PARTIAL_CUMULATION)
        if criterion.uses_regional_value:
            found.add(Topic.REGIONAL_VALUE)
    return frozenset(found)
