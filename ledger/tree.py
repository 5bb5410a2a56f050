"""The chain of origin of a certificate as a tree: originals behind it, and what was issued on their strength.

The ledger links them; quantities come from the copies that were presented or issued here.  So over-issue is
impossible for an honest archive (`ledger.reexporting`), and an original whose known children re-export more
than it certifies is seen by whoever holds the copies.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.certificate import Certificate
from ledger.draws import LinePlace, allotted, certified_by
from ledger.events import Ended, Issued, Occurrence, moment
from ledger.facts import AsOf, Standing
from ledger.origin.life import Life, told_in
from ledger.ports import Ledger
from ledger.reexporting import originals_here

DEEPEST: Final = 8
"""Generations told above and below; goods hardly pass through more members."""
MOST: Final = 500
"""Certificates told in one tree."""


@dataclass(frozen=True, slots=True)
class LineUse:
    """What is known of the re-export of one goods line."""

    line: int
    unit: str
    certified: Decimal
    reexported: Decimal
    """Under those children that ended neither before use nor are unknown here."""

    @property
    def exceeded(self) -> bool:
        """Whether more was re-exported than was certified."""
        return self.reexported > self.certified


@dataclass(frozen=True, slots=True)
class Node:
    """One certificate in a tree."""

    certificate: bytes
    exporting: str
    importing: str
    standing: Standing
    reference: str | None
    """None where no copy is kept here."""
    parents: tuple[bytes, ...]
    children: tuple[bytes, ...]
    lines: tuple[LineUse, ...]
    """Empty where no copy is kept here."""
    unseen: int
    """Children of which no copy is kept here that says what they re-export."""

    @property
    def exceeded(self) -> bool:
        """Whether some line was re-exported beyond what it certifies."""
        return any(line.exceeded for line in self.lines)


@dataclass(frozen=True, slots=True)
class Tree:
    """All that hangs together with one certificate, by id, as of one block."""

    root: bytes
    """The certificate asked about."""
    nodes: Mapping[bytes, Node]
    as_of: AsOf
    cut: bool
    """Whether there are more than are told."""


def tree_of(certificate: bytes, ledger: Ledger) -> Tree:
    """Return the originals behind a certificate, and everything that rests on it or on them."""
    lives, cut = _gathered(certificate, ledger)
    documents = originals_here(list(lives), ledger)
    sums = _reexported(lives, documents)
    nodes = {
        one: _node(life, entry, documents, sums)
        for one, life in lives.items()
        if (entry := _entry(life)) is not None
    }
    return Tree(certificate, nodes, lives[certificate].as_of, cut)


def _gathered(certificate: bytes, ledger: Ledger) -> tuple[dict[bytes, Life], bool]:
    """Return the lives of all that hang together, and whether some were left out."""
    lives: dict[bytes, Life] = {}
    wanted: list[tuple[bytes, int]] = [(certificate, 0)]
    cut = False
    while wanted:
        one, depth = wanted.pop(0)
        if one in lives:
            continue
        if depth > DEEPEST or len(lives) >= MOST:
            cut = True
            continue
        life = lives[one] = ledger.procedures.life(one)
        wanted += [(other, depth + 1) for other in (*life.parents, *life.children)]
    return lives, cut


def _entry(life: Life) -> Occurrence | None:
    """Return the event of a certificate's own entry."""
    own = (one for one in life.occurrences if isinstance(one.event, Issued))
    return next((one for one in own if getattr(one.event, "id", None) == life.certificate), None)


def _node(
    life: Life,
    entry: Occurrence,
    documents: Mapping[bytes, Certificate],
    sums: Mapping[LinePlace, Decimal],
) -> Node:
    document = documents.get(life.certificate)
    assert isinstance(entry.event, Issued)  # noqa: S101 - `_entry` has found it
    return Node(
        certificate=life.certificate,
        exporting=entry.event.exporting,
        importing=entry.event.importing,
        standing=_standing(life, entry.event),
        reference=document.reference if document else None,
        parents=life.parents,
        children=life.children,
        lines=_lines(life.certificate, document, sums) if document else (),
        unseen=sum(not _tells(documents.get(child), life.certificate) for child in life.children),
    )


def _tells(child: Certificate | None, original: bytes) -> bool:
    """Whether the copy of a child tells what it re-exports; a redacted one need not say what it rests on."""
    if child is None or not all(item.originals for item in child.items):
        return False
    return any(drawn.certificate == original for item in child.items for drawn in item.originals)


def _lines(
    certificate: bytes, document: Certificate, sums: Mapping[LinePlace, Decimal]
) -> tuple[LineUse, ...]:
    """Return what each line certifies, and what was re-exported of it."""
    return tuple(
        LineUse(
            item.number,
            item.quantity.unit,
            item.quantity.value,
            sums.get((certificate, item.number), Decimal(0)),
        )
        for item in document.items
    )


def _reexported(
    lives: Mapping[bytes, Life], documents: Mapping[bytes, Certificate]
) -> Mapping[LinePlace, Decimal]:
    """Return what was re-exported of each line whose certificate is known here.

    Children draw in the order of the chain, as an honest archive lets them; what is beyond all the lines
    that one names counts for the last of these, where it shows.
    """
    left = {place: measure.value for place, measure in certified_by(documents)}
    sums = defaultdict[LinePlace, Decimal](Decimal)
    for child in _in_order(lives):
        document = documents.get(child)
        if document is None or not document.originals or _ended_unused(lives[child]):
            continue
        draws, _ = allotted(child, document, documents, left)
        for draw in draws:
            sums[draw.place] += draw.quantity
            left[draw.place] -= draw.quantity
        for item in document.items:
            beyond = item.quantity.value - sum(
                (draw.quantity for draw in draws if draw.child_line == item.number), Decimal(0)
            )
            if item.originals and beyond > 0:
                sums[item.originals[-1].certificate, item.originals[-1].item] += beyond
    return sums


def _in_order(lives: Mapping[bytes, Life]) -> list[bytes]:
    """Return certificates in the order in which they were entered."""
    entered = {one: entry.place for one, life in lives.items() if (entry := _entry(life)) is not None}
    return sorted(entered, key=entered.__getitem__)


def _standing(life: Life, entry: Issued) -> Standing:
    """Return how a certificate stands as of the block of its life."""
    for one in life.occurrences:
        if isinstance(one.event, Ended) and one.event.id == life.certificate:
            return Standing.REPLACED if one.event.replacement else Standing.CANCELLED
    return Standing.EXPIRED if moment(entry.valid_until) < life.as_of.time else Standing.VALID


def _ended_unused(life: Life) -> bool:
    """Whether a certificate ended before any preference was granted on it."""
    ended = any(isinstance(one.event, Ended) and one.event.id == life.certificate for one in life.occurrences)
    use = told_in(life).use
    return ended and not (use.granted or use.denied)
