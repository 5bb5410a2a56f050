"""What importing customs has made of a certificate, in sentences."""

from collections.abc import Iterator

from ledger.origin.facts import Use
from ledger.origin.lines import named


def sentences(use: Use) -> Iterator[str]:
    """Yield what there is to say of a use, in the order of gravity."""
    if use.denied:
        yield f"A verification found that {named(use.denied)} {_do(use.denied)} not originate."
    if use.suspended:
        yield f"Preference is suspended for {named(use.suspended)} while origin is verified."
    if waiting := use.questioned - use.suspended:
        yield f"The origin of {named(waiting)} is being verified."
    if refused := use.refused - use.denied:
        yield f"Customs refused preference for {named(refused)}."
    if use.granted:
        yield f"Customs granted preference for {named(use.granted)}{_under(use)}."
    if use.used_up:
        yield f"The certified quantity of {named(use.used_up)} is used up."
    if use.received_at is not None and not use.declarations:
        yield "Customs of the importing member has received it."


def _do(lines: frozenset[int]) -> str:
    return "do" if len(lines) > 1 else "does"


def _under(use: Use) -> str:
    return f", under {use.declarations} declarations" if use.declarations > 1 else ""
