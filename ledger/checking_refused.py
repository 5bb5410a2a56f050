"""Why something about a verification case is refused before it reaches the ledger.

    Refused (see `ledger.errors`)
    ├── CheckMalformed             what is asked does not have the required form
    ├── CaseStepNotAllowed         the step is out of turn, or another member's
    └── NotAnOriginalOf            the certificate to ask about is not behind the one presented

Messages repeat numbers of cases, steps, members and dates, and nothing else that was sent.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.checking_turns import (
    Turn,
    allowed,
    member_of,
    side_of,
    turn_of,
    waits_for_lateness,
    word,
    words,
)
from ledger.errors import Problem, Refused
from ledger.origin.facts import CaseFacts, Step


@dataclass(eq=False)
class CheckMalformed(Refused):
    """What is asked about a case does not have the required form; carries every problem found."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in self.problems)


@dataclass(eq=False)
class CaseStepNotAllowed(Refused):
    """A step is not for the member to take now; says which is due, by whom and until when."""

    case: CaseFacts
    wanted: str
    """In the words of the command line and the API."""
    member: str
    now: datetime
    whose: str
    """The member whose step it would be."""
    later: bool
    """Whether it becomes possible once what is due is overdue."""

    def __str__(self) -> str:
        return f"case {self.case.id} is at `{word(self.case.step)}`: {self._why()}; {self._due()}"

    def _why(self) -> str:
        if self.whose != self.member:
            return f"`{self.wanted}` is for {self.whose}, not for {self.member}"
        if self.later:
            return f"`{self.wanted}` is possible only once the step due now is overdue"
        return f"`{self.wanted}` is not possible"

    def _due(self) -> str:
        turn = self.turn
        if turn is None:
            return "it is concluded, and nothing more is due"
        how = "was due" if turn.late(self.now) else "is due"
        return f"{words(turn.steps)} {how} from {turn.member} until {turn.due:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def turn(self) -> Turn | None:
        """What is due."""
        return turn_of(self.case)

    @property
    def allowed(self) -> tuple[str, ...]:
        """What the member may do now."""
        return allowed(self.case, self.member, self.now)


@dataclass(eq=False)
class NotAnOriginalOf(Refused):
    """The certificate to ask about is none of the originals that the one presented rests on."""

    certificate: bytes
    about: bytes

    def __str__(self) -> str:
        return (
            f"0x{self.about.hex()} is none of the originals behind 0x{self.certificate.hex()}; "
            "ask about one of them, or about the certificate itself"
        )


def out_of_turn(
    case: CaseFacts, step: Step, member: str, now: datetime, *, wanted: str = ""
) -> CaseStepNotAllowed:
    """Return the refusal of a step; `wanted` is its word where it is no step but a write beside them."""
    whose, later = member_of(case, side_of(step)), waits_for_lateness(case, step, now)
    return CaseStepNotAllowed(case, wanted or word(step), member, now, whose, later)
