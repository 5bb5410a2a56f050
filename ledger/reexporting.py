"""Re-export under a back-to-back certificate: what the originals behind it still hold.

The issuing authority of the intermediate member answers for it that no more is re-exported than came in
(ATIGA OCP Rule 11).  It draws on the copies that were presented to it, and on certificates that it, or
another authority served here, has issued itself.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

import orjson

from ledger.certificate import Certificate, Measure
from ledger.decision_port import drawn_by_line, live_of
from ledger.draws import Drawing, allotted, certified_by, summed
from ledger.errors import Finding
from ledger.facts import Standing
from ledger.kept_copies import certificate_in
from ledger.kept_port import NotKept
from ledger.ports import FilingState, Ledger
from ledger.procedures_port import ProceduresNotNamed

_NOTHING = bytes(32)


@dataclass(frozen=True, slots=True)
class LineBalance:
    """What a goods line of an original holds, as far as this archive knows."""

    line: int
    certified: Measure
    drawn: Decimal
    """Re-exported under certificates issued here."""
    imported: Decimal
    """Imported with preference by decisions filed here."""

    @property
    def left(self) -> Decimal:
        """What may still be re-exported."""
        return self.certified.value - self.drawn - self.imported


def originals_here(certificates: Collection[bytes], ledger: Ledger) -> Mapping[bytes, Certificate]:
    """Return the documents of certificates that were presented or issued here."""
    kept = ledger.kept.kept(list(certificates))
    found = {one: kept[one].certificate for one in certificates if one in kept}
    for certificate in certificates:
        if certificate not in found:
            filing = ledger.archive.find(certificate)
            if filing is not None and filing.state is not FilingState.REFUSED:
                found[certificate] = certificate_in(orjson.loads(filing.document))
    return found


def drawing_for(
    child: bytes, certificate: Certificate, ledger: Ledger, *, replaces: bytes | None = None
) -> tuple[Drawing | None, tuple[Finding, ...]]:
    """Return what a certificate draws on its originals, and why it cannot where it cannot.

    None for one without originals.  What the certificate draws that it replaces counts no more.  Raises
    `NotKept` when an original was not presented here.
    """
    if not certificate.originals:
        return None, ()
    originals = originals_here(certificate.parents, ledger)
    for parent in certificate.parents:
        if parent not in originals:
            raise NotKept(parent)
    decided = {one: live_of(ledger.decisions.decisions(one)) for one in originals}
    held = ledger.archive.draws_on(certificate.parents)
    released = _released({draw.child for draw in held} - {child}, ledger)
    if replaces is not None and not _used(replaces, ledger):
        released |= {replaces}
    spent = {(one, line): quantity for one in originals for line, quantity in imported(one, ledger).items()}
    certified = {
        place: measure.value - spent.get(place, Decimal(0)) for place, measure in certified_by(originals)
    }
    drawn = summed(held, released | {child})
    left = {place: limit - drawn.get(place, Decimal(0)) for place, limit in certified.items()}
    draws, findings = allotted(child, certificate, originals, left)
    limits = {draw.place: certified[draw.place] for draw in draws}
    return Drawing(draws, limits, released, decided), findings


def balance_of(certificate: bytes, ledger: Ledger) -> tuple[LineBalance, ...]:
    """Return what the lines of a certificate still hold for re-export; raises `NotKept`."""
    document = originals_here([certificate], ledger).get(certificate)
    if document is None:
        raise NotKept(certificate)
    drawn, spent, nothing = reexported(certificate, ledger), imported(certificate, ledger), Decimal(0)
    return tuple(
        LineBalance(
            line=item.number,
            certified=item.quantity,
            drawn=drawn.get(item.number, nothing),
            imported=spent.get(item.number, nothing),
        )
        for item in document.items
    )


def reexported(certificate: bytes, ledger: Ledger) -> dict[int, Decimal]:
    """Return how much of each line is re-exported under certificates issued here."""
    held = ledger.archive.draws_on([certificate])
    sums = summed(held, _released({draw.child for draw in held}, ledger))
    return {line: quantity for (_, line), quantity in sums.items()}


def imported(certificate: bytes, ledger: Ledger) -> dict[int, Decimal]:
    """Return how much of each line was imported with preference, by decisions filed here that count."""
    live = (one for one in ledger.decisions.decisions(certificate) if one.live)
    return {line: sum(by.values(), Decimal(0)) for line, by in drawn_by_line(live).items()}


def _released(children: Collection[bytes], ledger: Ledger) -> frozenset[bytes]:
    """Return which certificates ended before any preference was granted on them."""
    return frozenset(child for child in children if _ended_unused(child, ledger))


def _ended_unused(child: bytes, ledger: Ledger) -> bool:
    standing = ledger.registry.standing(child, ledger.registry.head().time)
    if standing not in {Standing.CANCELLED, Standing.REPLACED}:
        return False
    return not _used(child, ledger)


def _used(child: bytes, ledger: Ledger) -> bool:
    """Whether preference was granted on a certificate."""
    with suppress(ProceduresNotNamed):
        use = ledger.procedures.use(child)
        return bool(use.granted or use.denied)
    return False
