"""What became of the goods lines of a certificate at import: who granted what, and what remains of each line.

The ledger names every decision with its lines; quantities and reasons stand in the statements that are kept
here.  So each side of a certificate can draw it up, and says where a statement is missing.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ledger.deciding_before import granted_by
from ledger.decision_port import Decision, DecisionState
from ledger.errors import Unavailable
from ledger.events import Decided, Occurrence, moment
from ledger.facts import AsOf, Issuer
from ledger.kept_port import NotKept
from ledger.origin.facts import LateGround
from ledger.origin.life import told_in
from ledger.origin.lines import lines_of
from ledger.ports import Ledger
from ledger.reexporting import originals_here
from ledger.statement_exchange import spoken
from ledger.statements import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class LineUse:
    """How a goods line stands, all declarations together."""

    line: int
    certified: Decimal
    unit: str
    drawn: Decimal
    """Granted, as far as the statements kept here say it."""
    complete: bool
    """Whether the statements of all its grants are kept here."""
    state: str
    """undecided, granted, refused or denied."""
    used_up: bool
    suspended: bool

    @property
    def remaining(self) -> Decimal:
        """What may still be granted; below zero where archives that did not know of each other gave more."""
        return self.certified - self.drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTold:
    """One decision."""

    declaration: bytes
    """Hash of the declaration's number."""
    state: DecisionState
    at: datetime
    """When the ledger recorded it; when it was filed for one on its way."""
    who: Issuer | None
    """Name and member of the authority; None where that cannot be learnt now."""
    presented_on: date
    late: LateGround
    granted: tuple[int, ...]
    refused: tuple[int, ...]
    statement: bytes
    said: Mapping[str, Any] | None
    """The body of its statement, where that is kept here."""


@dataclass(frozen=True, slots=True)
class Utilisation:
    """Lines and decisions of one certificate, as of one block."""

    certificate: bytes
    lines: tuple[LineUse, ...]
    decisions: tuple[DecisionTold, ...]
    as_of: AsOf


def decisions_of(certificate: bytes, ledger: Ledger) -> Utilisation:
    """Return who granted what of a certificate that was issued or presented here; raises `NotKept`."""
    document = originals_here([certificate], ledger).get(certificate)
    if document is None:
        raise NotKept(certificate)
    life = ledger.procedures.life(certificate)
    events = [one for one in life.occurrences if isinstance(one.event, Decided)]
    told = [_recorded(one, ledger) for one in events]
    named = {one.statement for one in told}
    pending = [
        _pending(one, ledger)
        for one in ledger.decisions.decisions(certificate)
        if one.state is DecisionState.ACCEPTED and one.statement not in named
    ]
    drawn, untold = _drawn([*told, *pending])
    use, waiting = told_in(life).use, frozenset[int]().union(*(one.granted for one in pending))
    granted = use.granted | (waiting - use.denied)
    lines = tuple(
        LineUse(
            line=item.number,
            certified=item.quantity.value,
            unit=item.quantity.unit,
            drawn=drawn.get(item.number, Decimal(0)),
            complete=item.number not in untold,
            state=_state(item.number, granted, use.refused - waiting, use.denied),
            used_up=item.number in use.used_up,
            suspended=item.number in use.suspended,
        )
        for item in document.items
    )
    return Utilisation(certificate, lines, (*told, *pending), life.as_of)


def _drawn(told: Sequence[DecisionTold]) -> tuple[dict[int, Decimal], frozenset[int]]:
    """Return how much of each line is granted, and the lines of which it is not known how much."""
    granted, untold = dict[tuple[bytes, int], Decimal](), frozenset[int]()
    for one in told:
        quantities = granted_by(one.said or {}, one.granted)
        if quantities is None:
            untold |= frozenset(one.granted)
            continue
        for line, quantity in quantities.items():  # of one declaration the larger: the same goods
            place = one.declaration, line
            granted[place] = max(quantity, granted.get(place, quantity))
    drawn = dict[int, Decimal]()
    for (_, line), quantity in granted.items():
        drawn[line] = drawn.get(line, Decimal(0)) + quantity
    return drawn, untold


def _state(line: int, granted: Collection[int], refused: Collection[int], denied: Collection[int]) -> str:
    """Return a word for how a line stands; one that was granted and refused elsewhere counts as granted."""
    for word, lines in (("denied", denied), ("granted", granted), ("refused", refused)):
        if line in lines:
            return word
    return "undecided"


def _recorded(one: Occurrence, ledger: Ledger) -> DecisionTold:
    event = one.event
    assert isinstance(event, Decided)  # noqa: S101 - the caller has looked
    who = None
    with suppress(Unavailable):
        key = ledger.members.signer(event.key)
        who = ledger.members.issuer(key.authority) if key else None
    return DecisionTold(
        declaration=event.declaration,
        state=DecisionState.RECORDED,
        at=moment(one.at),
        who=who,
        presented_on=moment(event.presented_at).date(),
        late=LateGround(event.late),
        granted=tuple(sorted(lines_of(event.granted))),
        refused=tuple(sorted(lines_of(event.refused))),
        statement=event.statement,
        said=_body(spoken(event, ledger)),
    )


def _pending(one: Decision, ledger: Ledger) -> DecisionTold:
    return DecisionTold(
        declaration=one.declaration,
        state=one.state,
        at=one.decided_at,
        who=ledger.members.issuer(one.authority),
        presented_on=one.presented_on,
        late=one.late,
        granted=tuple(sorted(one.granted)),
        refused=tuple(sorted(one.refused)),
        statement=one.statement,
        said=_body(ledger.statements.statement(one.statement)),
    )


def _body(statement: Statement | None) -> Mapping[str, Any] | None:
    return statement.body if statement is not None else None
