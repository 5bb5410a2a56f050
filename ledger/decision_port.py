"""Decisions at import that are kept here, with the quantities they draw down; a port.

`ledger.archive` keeps them in the database, `ledger.memory_decisions` in this process;
`tests/ports/test_decision_port.py` holds the two equal.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from ledger.errors import ArchiveNotNamed, Refused
from ledger.facts import Address
from ledger.origin.facts import LateGround
from ledger.statements import Statement, statement_hash
from ledger.writes import Decide, Enter


class DecisionState(StrEnum):
    """How far a decision has come."""

    ACCEPTED = "accepted"
    """Stored here; the ledger has not confirmed it yet."""
    RECORDED = "recorded"
    """The ledger holds it."""
    REFUSED = "refused"
    """The ledger said no; what it drew down is free again."""


@dataclass(frozen=True, slots=True)
class LineDecided:
    """What was decided on one goods line."""

    line: int
    granted: bool
    quantity: Decimal = Decimal(0)
    """How much of the certified quantity this draws down; none of a refused line."""
    unit: str = ""
    """UN/ECE Recommendation 20; empty for a refused line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision on lines of one certificate under one import declaration."""

    position: int = 0
    """Order in which decisions were filed here; given when it is filed."""
    certificate: bytes
    declaration: bytes
    """Hash of the declaration's number, as the ledger has it."""
    number: str
    """The declaration's number as it was given."""
    request: bytes
    """Hash of what was asked, by which a repetition is recognised."""
    presented_on: date
    late: LateGround
    lines: tuple[LineDecided, ...]
    """By number, ascending."""
    statement: bytes
    """Hash of the statement with quantities and reasons."""
    authority: int
    account: Address
    """The key that signs its write."""
    decided_at: datetime
    dispatch: int = 0
    """Position in the outbox of the write that carries it; given when it is filed."""
    state: DecisionState = DecisionState.ACCEPTED

    @property
    def live(self) -> bool:
        """Whether it counts: the ledger holds it, or has not refused it."""
        return self.state is not DecisionState.REFUSED

    @property
    def granted(self) -> frozenset[int]:
        """Numbers of the lines it grants."""
        return frozenset(one.line for one in self.lines if one.granted)

    @property
    def refused(self) -> frozenset[int]:
        """Numbers of the lines it refuses."""
        return frozenset(one.line for one in self.lines if not one.granted)


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision that is to be filed, with all that goes with it."""

    decision: Decision
    statement: Statement
    enter: Enter | None
    """The entry of a certificate that the ledger holds only in a batch, to be written before."""
    write: Decide
    seen: frozenset[int]
    """Positions of the live decisions on the certificate that this one was judged with."""
    drawn: frozenset[bytes] = frozenset()
    """Certificates issued here that re-export of its lines, as this one was judged."""

    def resting_on(self, kept: Statement) -> tuple[Decision, Decide]:
        """Return decision and write with the statement that is kept.

        After a refusal by the ledger the same may be decided again, and the statement of the first time says
        it.
        """
        named = statement_hash(kept)
        return replace(self.decision, statement=named), replace(self.write, statement=named)


@dataclass(eq=False)
class DecisionsMovedOn(Refused):
    """Another process used lines of the same certificate between our look and our filing."""

    certificate: bytes

    def __str__(self) -> str:
        return f"somebody else used lines of 0x{self.certificate.hex()} at the same moment; ask again"


class Decisions(Protocol):
    """Decisions and what they draw down.  What `file` returned survives a crash."""

    def file(self, draft: Draft) -> Decision:
        """Store a decision and its statement and queue its writes, in one transaction; returns it as stored.

        Of all who use lines of one certificate one is first: raises `DecisionsMovedOn` when its live
        decisions and re-exports are not those that the draft was judged with, and stores nothing.
        """

    def decisions(self, certificate: bytes) -> Sequence[Decision]:
        """Return the decisions on a certificate in the order they were filed, each with how far it is."""

    def decided(self, *, after: bytes | None = None, limit: int = 100) -> Sequence[bytes]:
        """Return the certificates on which decisions were filed, by id and each once, after one."""


class NoDecisions:
    """The port where there is no archive: nothing is decided, and nothing can be."""

    def file(self, draft: Draft) -> Decision:  # noqa: ARG002 - of the port
        """Raise `ArchiveNotNamed`."""
        raise ArchiveNotNamed

    def decisions(self, certificate: bytes) -> Sequence[Decision]:  # noqa: ARG002 - of the port
        """Return none."""
        return ()

    def decided(self, *, after: bytes | None = None, limit: int = 100) -> Sequence[bytes]:  # noqa: ARG002
        """Return none."""
        return ()


def drawn_by_line(decisions: Iterable[Decision]) -> Mapping[int, Mapping[bytes, Decimal]]:
    """Return what decisions draw of each line, by declaration.

    A line is granted under one declaration once more only in place of the first time: after a verification
    took the preference away and a later one confirmed the line.  The goods are the same, so the larger
    quantity counts.
    """
    drawn = defaultdict[int, dict[bytes, Decimal]](dict)
    for decision in decisions:
        for one in decision.lines:
            if one.granted:
                before = drawn[one.line].get(decision.declaration, one.quantity)
                drawn[one.line][decision.declaration] = max(one.quantity, before)
    return drawn


def live_of(decisions: Iterable[Decision]) -> frozenset[int]:
    """Return the positions of the decisions that count."""
    return frozenset(one.position for one in decisions if one.live)
