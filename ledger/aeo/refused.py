"""Why something about an operator is refused before it reaches the ledger.

    Refused (see `ledger.errors`)
    ├── OperatorMalformed          what was said of an operator does not have the required form
    ├── OperatorNotOnFile          neither this archive nor the ledger knows the operator
    ├── ActNotAllowed              the life cycle does not allow the act now
    ├── ReapplicationEarly         a revoked operator may not apply again yet
    ├── CaseMovedOn                another process acted on the operator at the same time
    ├── RecordNotHeld              the record that the ledger names is not in this archive
    └── RecordNotOnLedger          the ledger has never named this record

Messages repeat codes, acts and stages, and nothing else that was sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ledger.errors import Problem, Refused


@dataclass(eq=False)
class OperatorMalformed(Refused):
    """What was said of an operator does not have the required form; carries every problem found."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in self.problems)


@dataclass(eq=False)
class OperatorNotOnFile(Refused):
    """Neither this archive nor the ledger knows the operator."""

    operator: str

    def __str__(self) -> str:
        return f"nothing is on file of operator {self.operator}; it begins with its application"


@dataclass(eq=False)
class ActNotAllowed(Refused):
    """The life cycle does not allow the act in the stage that the operator's case is in."""

    operator: str
    act: str
    stage: str
    allowed: Sequence[str] = field(default_factory=tuple)
    """What is allowed now, in the words of the command line and the API."""

    def __str__(self) -> str:
        return (
            f"operator {self.operator} is {self.stage}, which does not allow `{self.act}`; "
            f"allowed now: {', '.join(self.allowed) or 'nothing'}"
        )


@dataclass(eq=False)
class ReapplicationEarly(Refused):
    """The authorisation was revoked, and the time before which the operator may not apply is not over."""

    operator: str
    until: datetime

    def __str__(self) -> str:
        return f"operator {self.operator} may not apply again before {self.until:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(eq=False)
class CaseMovedOn(Refused):
    """Another process acted on the operator at the same time, and was first."""

    operator: str
    stage: str = ""
    allowed: Sequence[str] = field(default_factory=tuple)

    def __str__(self) -> str:
        now = f" It is {self.stage} now; allowed: {', '.join(self.allowed)}." if self.stage else ""
        return f"somebody else acted on operator {self.operator} at the same time; nothing was done.{now}"


@dataclass(eq=False)
class RecordNotHeld(Refused):
    """The record that the ledger names is not in this archive."""

    operator: str

    def __str__(self) -> str:
        return (
            f"the record of operator {self.operator} is not in this archive; ask the authority that keeps it "
            "for the file and take it in with `asal operator record import`"
        )


@dataclass(eq=False)
class RecordNotOnLedger(Refused):
    """The ledger has never named this record for this operator, so nobody vouches for it."""

    operator: str

    def __str__(self) -> str:
        return f"the ledger holds no status of operator {self.operator} with the hash of this record"
