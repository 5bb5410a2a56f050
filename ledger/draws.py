"""What a back-to-back certificate draws on the goods lines of its originals (ATIGA OCP Rule 11, RCEP 3.19).

The sum of all that is re-exported must not exceed what the originals certify.  A line that rests on several
original lines takes from them in the order in which it names them, each to its end before the next.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeAlias

from ledger.certificate import Certificate, Item, Measure
from ledger.errors import Finding, Refused, Severity

SOURCE: Final = "ATIGA OCP Rule 11; RCEP Article 3.19"
LinePlace: TypeAlias = tuple[bytes, int]
"""A certificate and the number of one of its goods lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalDraw:
    """A part of an original's line that a line of another certificate re-exports."""

    child: bytes
    child_line: int
    original: bytes
    original_line: int
    part: int
    """Order in which the child's line draws, from 1."""
    quantity: Decimal
    unit: str

    @property
    def place(self) -> LinePlace:
        """The line that is drawn on."""
        return self.original, self.original_line


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that one certificate draws, with the bounds that must hold when it is stored."""

    draws: tuple[OriginalDraw, ...]
    certified: Mapping[LinePlace, Decimal]
    """How much may be drawn from each line in all."""
    released: frozenset[bytes] = frozenset()
    """Certificates that ended unused: what they drew counts no more."""
    decided: Mapping[bytes, frozenset[int]] = field(default_factory=dict)
    """By original the positions of the decisions filed here that what is left was worked out with."""


@dataclass(eq=False)
class OriginalOverdrawn(Refused):
    """More is drawn from a line of an original than it certifies, or others used it at the same moment."""

    original: bytes
    line: int

    def __str__(self) -> str:
        return f"line {self.line} of the original 0x{self.original.hex()} does not hold so much any more"


def summed(
    draws: Iterable[OriginalDraw], released: frozenset[bytes] = frozenset()
) -> dict[LinePlace, Decimal]:
    """Return how much is drawn from each line, without what released certificates drew."""
    sums = defaultdict[LinePlace, Decimal](Decimal)
    for draw in draws:
        if draw.child not in released:
            sums[draw.place] += draw.quantity
    return dict(sums)


def overdrawn(drawing: Drawing, held: Iterable[OriginalDraw]) -> OriginalOverdrawn | None:
    """Return which line would hold too little, when what others draw is added."""
    sums = summed((*held, *drawing.draws), drawing.released)
    for place, limit in sorted(drawing.certified.items()):
        if sums.get(place, Decimal(0)) > limit:
            return OriginalOverdrawn(*place)
    return None


def allotted(
    child: bytes,
    certificate: Certificate,
    originals: Mapping[bytes, Certificate],
    left: Mapping[LinePlace, Decimal],
) -> tuple[tuple[OriginalDraw, ...], tuple[Finding, ...]]:
    """Return what each line draws, and why it cannot where it cannot.

    `left` is how much each line of the originals still holds.
    """
    remaining, draws, findings = dict(left), list[OriginalDraw](), list[Finding]()
    for item in certificate.items:
        problem = _unfit(item, originals)
        if problem is not None:
            findings.append(problem)
            continue
        wanted, part = item.quantity.value, 0
        for drawn in item.originals:
            place = (drawn.certificate, drawn.item)
            taken = min(wanted, remaining.get(place, Decimal(0)))
            if taken <= 0:
                continue
            part += 1
            remaining[place] -= taken
            wanted -= taken
            draws.append(
                OriginalDraw(
                    child=child,
                    child_line=item.number,
                    original=drawn.certificate,
                    original_line=drawn.item,
                    part=part,
                    quantity=taken,
                    unit=item.quantity.unit,
                )
            )
        if wanted > 0:
            findings.append(_too_much(item, wanted))
    return tuple(draws), tuple(findings)


def certified_by(originals: Mapping[bytes, Certificate]) -> Iterator[tuple[LinePlace, Measure]]:
    """Yield each line of some certificates with the quantity it certifies."""
    for certificate, document in originals.items():
        for item in document.items:
            yield (certificate, item.number), item.quantity


def _unfit(item: Item, originals: Mapping[bytes, Certificate]) -> Finding | None:
    """Return why a line cannot draw on what it names, whatever is left there."""
    if not item.originals:
        return _refused(item, "/originals", "name the lines of the originals that this line re-exports")
    measures = dict(certified_by(originals))
    for number, drawn in enumerate(item.originals, 1):
        measure = measures.get((drawn.certificate, drawn.item))
        if measure is None:
            return _refused(
                item, f"/originals/{number}/item", "the original has no goods line of this number"
            )
        if measure.unit != item.quantity.unit:
            message = f"the original certifies this line in {measure.unit}; give the quantity in that unit"
            return _refused(item, "/quantity/unit", message)
    return None


def _too_much(item: Item, missing: Decimal) -> Finding:
    held = item.quantity.value - missing
    message = f"the originals have only {held:f} {item.quantity.unit} left for this line"
    return _refused(item, "/quantity/value", message)


def _refused(item: Item, below: str, message: str) -> Finding:
    pointer = f"/items/{item.number}{below}"
    return Finding("R11-QUANTITY", Severity.REFUSAL, pointer, message, SOURCE)
