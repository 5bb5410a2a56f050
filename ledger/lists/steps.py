"""A plan for a list as plain values: what is to be recorded, what is left alone and why."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.aeo.records import OperatorRecord
from ledger.facts import AsOf
from ledger.operators import OperatorCode, OperatorStatus, Status

Records = Callable[[Collection[bytes]], Mapping[bytes, OperatorRecord]]
"""Returns the records that are at hand, by their hashes."""


class Kind(StrEnum):
    """What a list means for an operator."""

    NEW = "new"
    """The ledger does not know it."""
    CHANGED = "changed"
    """Something is said of it that the ledger does not say."""
    REINSTATED = "reinstated"
    """It was suspended or its authorisation had ended, and it is certified again."""
    ENDED = "ended"
    """It is not in a complete list any more."""
    UNCHANGED = "unchanged"
    LEFT_OUT = "left-out"
    """It is not to be recorded; the reason is told."""
    ABSENT = "absent"
    """The ledger has it in force and the list does not; told and left alone."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that the ledger, or the operator's record, says differently."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A status to be recorded."""

    kind: Kind
    operator: OperatorCode
    line: int
    """Of the list; 0 for one that is not in it."""
    version: int
    """The version that it is to become."""
    status: Status
    differences: tuple[Difference, ...] = ()
    record: OperatorRecord | None = None
    """The operator's new record, still without its salt; None while the one that the ledger names is kept."""
    record_hash: bytes = b""
    """Of the record that the ledger names, while that is kept."""
    from_status: OperatorStatus | None = None
    """The status that holds until then; None for an operator that is new."""
    valid_until: datetime | None = None
    """Last second of the authorisation, also where the status has none."""


@dataclass(frozen=True, slots=True)
class Left:
    """An operator that is left alone."""

    kind: Kind
    operator: OperatorCode
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list comes to."""

    as_of: AsOf
    due: Sequence[Due] = ()
    left: Sequence[Left] = ()
    unchanged: int = 0
    unknown_columns: tuple[str, ...] = ()
    absence_known: bool = True
    """Whether the ledger's operators could be listed, to see which are absent from the list."""

    @property
    def told(self) -> tuple[Due | Left, ...]:
        """All operators that something is to be said of."""
        return (*self.due, *self.left)

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many operators there are of each kind."""
        counts = Counter(one.kind for one in self.told)
        counts[Kind.UNCHANGED] = self.unchanged
        return {kind: counts[kind] for kind in Kind}
