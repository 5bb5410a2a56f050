"""Whether customs may decide so: the rules of use, applied to what the ledger and the archive hold.

Pure: `Before` is all that must be known.  Each rule yields a finding that names it and its source; a problem
of one line says nothing about the others, and all are told at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from ledger.certificate import Item
from ledger.deciding_asked import LATE, Asked, Grant, refusal
from ledger.decision_port import Decision, drawn_by_line
from ledger.errors import Finding
from ledger.facts import Standing
from ledger.kept_port import Kept
from ledger.origin.facts import Claim, LateGround, Use
from ledger.rules.criterion import parse_criterion

OVERUSE: Final = "ATIGA OCP Rules 16.1 and 16.3"
SPLIT: Final = "practice of the importing member"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """How a certificate stands before a decision."""

    kept: Kept
    standing: Standing
    """Now; of its validity only whether it was ended matters, for the rest is judged as of the day."""
    replacement: bytes | None
    compromised_from: datetime | None
    """From when the key that issued it is not trusted, where that was before it did."""
    use: Use
    """As the ledger has it."""
    claim: Claim | None
    """What the ledger has of this declaration."""
    decisions: tuple[Decision, ...]
    """Those filed here that count, whether the ledger has them already or not."""
    split_use: bool
    declaration: bytes = b""
    """The one that is decided under."""
    waiting: frozenset[int] = frozenset()
    """Lines granted by decisions filed here that the ledger does not show yet."""
    anew: frozenset[int] = frozenset()
    """Lines granted under this declaration whose preference a verification took away: they may be granted
    once more, in place of the first time."""
    elsewhere: Mapping[int, Decimal] = field(default_factory=dict)
    """Quantities by line that other archives of the member granted, as their statements say, and that were
    re-exported under certificates issued here."""
    untold: Mapping[int, bytes] = field(default_factory=dict)
    """Lines granted elsewhere by a statement that is not kept here, with its hash."""

    @property
    def items(self) -> Mapping[int, Item]:
        """The certified lines by number."""
        return {item.number: item for item in self.kept.certificate.items}

    @property
    def granted(self) -> frozenset[int]:
        """Lines granted, those on their way to the ledger too; lines denied since are not."""
        return (self.use.granted | self.waiting) - self.use.denied

    def drawn(self, line: int) -> Decimal:
        """Return how much of a line is drawn down in all, as far as it is known here."""
        here = drawn_by_line(self.decisions).get(line, {})
        besides = {self.declaration} if line in self.anew else set[bytes]()
        quantities = (quantity for declaration, quantity in here.items() if declaration not in besides)
        return sum(quantities, self.elsewhere.get(line, Decimal(0)))

    def remaining(self, line: int) -> Decimal:
        """Return how much of a line may still be granted."""
        return self.items[line].quantity.value - self.drawn(line)

    def under(self, declaration: bytes) -> frozenset[int]:
        """Return the lines that are granted under a declaration."""
        here = (one.granted for one in self.decisions if one.declaration == declaration)
        return frozenset[int]().union(self.claim.granted if self.claim else (), *here) - self.anew


def against(asked: Asked, declaration: bytes, before: Before) -> Iterator[Finding]:
    """Yield all that speaks against a decision."""
    yield from _presented(asked, declaration, before)
    if asked.granted:
        yield from _not_good(before)
        yield from _late(asked, before)
    used = before.under(declaration)
    for line, one in sorted(asked.lines.items()):
        pointer = f"/lines/{line}"
        item = before.items.get(line)
        if item is None:
            message = f"the certificate has lines 1 to {len(before.items)}"
            yield refusal("DECISION-LINE", pointer, message, "ATIGA OCP Rule 16.3")
            continue
        if line in used:
            message = (
                "is granted under this declaration already; a further import has a declaration of its own"
            )
            yield refusal("DECISION-REUSE", pointer, message, OVERUSE)
        if isinstance(one, Grant):
            yield from _ungrantable(item, pointer, before)
            yield from _too_much(item, one, pointer, before)
            if not before.split_use and line in before.granted - used:
                message = (
                    f"is granted under another declaration, and {before.kept.terms.importing} allows one only"
                )
                yield refusal("DECISION-SPLIT", pointer, message, SPLIT)


def used_up(asked: Asked, before: Before) -> frozenset[int]:
    """Return the lines of which nothing is left after a decision that nothing speaks against."""
    return frozenset(
        line
        for line, one in asked.lines.items()
        if isinstance(one, Grant) and before.remaining(line) == one.quantity
    )


def _presented(asked: Asked, declaration: bytes, before: Before) -> Iterator[Finding]:
    """Look at the day: one under one declaration, and none before the proof was issued."""
    if asked.presented_on < before.kept.terms.issued_on:
        message = "the proof cannot have been presented before it was issued"
        yield refusal("DECISION-PRESENTED", "/presentedOn", message, "ATIGA OCP Rule 14(a)")
    days = {one.presented_on for one in before.decisions if one.declaration == declaration}
    days |= {before.claim.presented_at.date()} if before.claim else set()
    if days - {asked.presented_on}:
        told = ", ".join(map(str, sorted(days)))
        message = f"under this declaration it was presented on {told}; say the same again"
        yield refusal("DECISION-PRESENTED-OTHERWISE", "/presentedOn", message, "ATIGA OCP Rule 14(a)")


def _not_good(before: Before) -> Iterator[Finding]:
    """Nothing is granted on a proof that was ended, or that nobody authorised has issued."""
    if before.standing is Standing.CANCELLED:
        message = "the certificate was cancelled; nothing can be granted on it"
        yield refusal("DECISION-CANCELLED", "", message, "ATIGA OCP Rule 29.4")
    if before.standing is Standing.REPLACED:
        successor = f" by 0x{before.replacement.hex()}" if before.replacement else ""
        message = f"the certificate was replaced{successor}; ask for that one"
        yield refusal("DECISION-REPLACED", "", message, "ATIGA OCP Rule 29.4")
    if before.compromised_from is not None:
        message = f"the key that issued it is not trusted since {before.compromised_from.isoformat()}"
        yield refusal("DECISION-ISSUER-COMPROMISED", "", message, "ATIGA OCP Rule 2")


def _late(asked: Asked, before: Before) -> Iterator[Finding]:
    """After its validity a proof is accepted on a ground only, and before it no ground is given."""
    last = before.kept.terms.valid_until
    if asked.presented_on > last and asked.late is LateGround.NONE:
        message = (
            f"presented after its validity to {last}; give the ground on which that is accepted in `late`"
        )
        yield refusal("DECISION-EXPIRED", "/presentedOn", message, LATE)
    if asked.presented_on <= last and asked.late is not LateGround.NONE:
        message = f"presented within its validity to {last}, so there is nothing to excuse"
        yield refusal("DECISION-NOT-LATE", "/late", message, LATE)


def _ungrantable(item: Item, pointer: str, before: Before) -> Iterator[Finding]:
    """Whatever the quantity, some lines cannot be granted."""
    criterion = parse_criterion(item.criterion)
    if criterion is not None and criterion.is_partial:
        message = "a line of partial cumulation counts for later cumulation and gives no preference"
        yield refusal("DECISION-PARTIAL-CUMULATION", pointer, message, "ATIGA Annex 6(c)")
    if item.number in before.use.denied:
        message = "a verification found that it does not originate; a later one must confirm it first"
        yield refusal("DECISION-DENIED", pointer, message, "ATIGA OCP Rules 18(d) and 19.9")
    if item.number in before.use.suspended:
        message = "preference is suspended while a verification is open"
        yield refusal("DECISION-SUSPENDED", pointer, message, "ATIGA OCP Rule 18(c)")


def _too_much(item: Item, one: Grant, pointer: str, before: Before) -> Iterator[Finding]:
    """All declarations together draw no more than is certified, in the unit that is certified."""
    certified = item.quantity
    if one.quantity <= 0:
        message = "grant a quantity above 0, or refuse the line"
        yield refusal("DECISION-QUANTITY", f"{pointer}/quantity", message, OVERUSE)
    if one.unit != certified.unit:
        message = (
            f"is certified in {certified.unit} and declared in {_shown(one.unit)}; use the unit certified"
        )
        yield refusal("DECISION-UNIT", f"{pointer}/unit", message, OVERUSE)
        return
    if named := before.untold.get(item.number):
        message = (
            f"was granted elsewhere, and the statement 0x{named.hex()} that says how much is not kept here; "
            "take it first"
        )
        yield refusal("DECISION-UNTOLD", pointer, message, OVERUSE)
        return
    remaining = max(before.remaining(item.number), Decimal(0))
    spent = item.number in before.use.used_up
    if one.quantity > remaining or spent:
        left = "0" if spent else f"{remaining:f}"
        message = f"{left} {certified.unit} of {certified.value:f} {certified.unit} remain"
        yield refusal("DECISION-OVERUSE", f"{pointer}/quantity", message, OVERUSE)


def _shown(unit: str) -> str:
    """Return a unit as it may be repeated: a code, nothing else."""
    return unit if unit.isascii() and unit.isalnum() and len(unit) <= 3 else "another unit"  # noqa: PLR2004
