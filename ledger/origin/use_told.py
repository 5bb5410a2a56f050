"""What importing customs has made of a certificate, in sentences."""

from collections.abc import Iterator

from ledger.origin.facts import Use
from ledger.origin.lines import named
from ledger.said import said


def sentences(use: Use) -> Iterator[str]:
    """Yield what there is to say of a use, in the order of gravity."""
    if use.denied:
        yield _denied(use.denied)
    if use.suspended:
        lines = named(use.suspended)
        yield said("Preference is suspended for {lines} while origin is verified.", lines=lines)
    if waiting := use.questioned - use.suspended:
        yield said("The origin of {lines} is being verified.", lines=named(waiting))
    if refused := use.refused - use.denied:
        yield said("Customs refused preference for {lines}.", lines=named(refused))
    if use.granted:
        yield _granted(use)
    if use.used_up:
        yield said("The certified quantity of {lines} is used up.", lines=named(use.used_up))
    if use.received_at is not None and not use.declarations:
        yield said("Customs of the importing member has received it.")


def _denied(lines: frozenset[int]) -> str:
    if len(lines) > 1:
        return said("A verification found that {lines} do not originate.", lines=named(lines))
    return said("A verification found that {lines} does not originate.", lines=named(lines))


def _granted(use: Use) -> str:
    lines = named(use.granted)
    if use.declarations > 1:
        return said(
            "Customs granted preference for {lines}, under {number} declarations.",
            lines=lines,
            number=use.declarations,
        )
    return said("Customs granted preference for {lines}.", lines=lines)
