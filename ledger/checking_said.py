"""What an officer says in a verification case, whether it says what it must, and how a statement holds it.

A statement's body names the case's number and turn, that is, how many things had happened in the case before:
so the same words said twice in a case are two statements, and a repetition of one request is none.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.checking_refused import CheckMalformed
from ledger.checking_turns import word
from ledger.errors import Problem
from ledger.origin.facts import CaseGround, Step
from ledger.origin.lines import MOST_LINES
from ledger.texts import text

TEXT: Final = 8000
"""Most characters of what is said."""
MOST_REASONS: Final = 20
_REASON: Final = 200
MOST_EVIDENCE: Final = 50
GROUNDS: Final[Mapping[str, CaseGround]] = {"random": CaseGround.RANDOM, "doubt": CaseGround.DOUBT}
"""The words for why a check is opened (Rule 18(a))."""
_SAYING: Final[Mapping[Step, str]] = {
    Step.REPLIED: "say what was found (Rule 18(b))",
    Step.ASKED_AGAIN: "say what is still to be explained",
    Step.VISIT_NOTIFIED: "say whom, when and what is to be visited (Rule 19.2)",
    Step.DETERMINED: "say whether the goods originate, and why (Rule 19.9)",
}
"""Steps that mean nothing without a text or evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an officer says."""

    text: str = ""
    reasons: tuple[str, ...] = ()
    evidence: tuple[bytes, ...] = ()
    """Hashes of files that are handed over otherwise."""

    @property
    def empty(self) -> bool:
        """Whether nothing is said."""
        return not (self.text or self.reasons or self.evidence)


NOTHING: Final = Words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A check that customs asks for."""

    certificate: bytes
    lines: tuple[int, ...]
    ground: CaseGround
    suspended: tuple[int, ...] = ()
    about: bytes | None = None
    """The original behind the certificate whose issuer is to be asked; None for the certificate itself."""
    words: Words = NOTHING

    @property
    def asked_about(self) -> bytes:
        """The certificate whose issuer is asked."""
        return self.about or self.certificate

    def body(self, turn: int) -> dict[str, Any]:
        """Return what the statement says; the turn is how many cases the certificate had before."""
        return {
            "step": word(Step.OPENED),
            "turn": str(turn),
            "about": f"0x{self.asked_about.hex()}",
            "ground": next(name for name, ground in GROUNDS.items() if ground is self.ground),
            "lines": told_lines(self.lines),
            "suspended": told_lines(self.suspended),
            **_words_told(self.words),
        }


def body_of(  # noqa: PLR0913 - what a statement of a case holds
    named: str,
    *,
    case: int,
    turn: int,
    lines: Collection[int],
    words: Words,
    more: Mapping[str, Collection[int]] | None = None,
) -> dict[str, Any]:
    """Return what a statement of a step says; `more` names further sets of lines."""
    return {
        "step": named,
        "case": str(case),
        "turn": str(turn),
        "lines": told_lines(lines),
        **{name: told_lines(held) for name, held in (more or {}).items()},
        **_words_told(words),
    }


def told_lines(lines: Collection[int]) -> list[str]:
    """Return lines as statements and the API have them."""
    return [str(line) for line in sorted(lines)]


def same_but_turn(body: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two statements' bodies say the same at whichever turn."""
    return {**body, "turn": ""} == {**other, "turn": ""}


def check_opening(opening: Opening, known: Collection[int] | None) -> None:
    """Raise `CheckMalformed` unless a check says what it must; `known` are the certificate's lines."""
    problems = [
        *line_problems("/lines", opening.lines, needed=True, known=known),
        *line_problems("/suspended", opening.suspended, known=opening.lines),
        *_word_problems(opening.words),
    ]
    if opening.ground is CaseGround.DOUBT and not (opening.words.text or opening.words.reasons):
        wanted = "say why the particulars may be inaccurate; only a random check needs no reason (Rule 18(a))"
        problems.append(Problem("/text", "case.reasons-missing", wanted))
    _raise(problems)


def check_step(step: Step, words: Words) -> None:
    """Raise `CheckMalformed` unless a step says what it must."""
    problems = [*_word_problems(words)]
    if step in _SAYING and words.empty:
        problems.append(Problem("/text", "case.text-missing", _SAYING[step]))
    _raise(problems)


def check_suspension(suspended: Collection[int], of_case: Collection[int], words: Words) -> None:
    """Raise `CheckMalformed` unless the lines are those of the case."""
    _raise([*line_problems("/suspended", suspended, known=of_case), *_word_problems(words)])


def check_conclusion(
    confirmed: Collection[int], denied: Collection[int], of_case: Collection[int], words: Words
) -> None:
    """Raise `CheckMalformed` unless each line is confirmed or denied, and a denial has its reasons."""
    problems = [
        *line_problems("/confirmed", confirmed, known=of_case),
        *line_problems("/denied", denied, known=of_case),
        *_word_problems(words),
    ]
    if set(confirmed) & set(denied):
        problems.append(Problem("/denied", "case.lines-overlap", "confirm or deny a line, not both"))
    left = set(of_case) - set(confirmed) - set(denied)
    if left:
        wanted = f"confirm or deny every line of the case; left are {', '.join(told_lines(left))}"
        problems.append(Problem("/confirmed", "case.lines-left", wanted))
    if denied and not (words.text or words.reasons):
        wanted = "say why the denied lines do not originate (Rules 18(d) and 19.9)"
        problems.append(Problem("/text", "case.text-missing", wanted))
    _raise(problems)


def line_problems(
    pointer: str, lines: Collection[int], *, needed: bool = False, known: Collection[int] | None = None
) -> Iterator[Problem]:
    """Yield what is wrong with lines: none where some are needed, twice the same, or not among the known."""
    if needed and not lines:
        yield Problem(pointer, "lines.missing", "name at least one goods line")
    if len(set(lines)) != len(lines):
        yield Problem(pointer, "lines.repeated", "name each goods line once")
    if any(not 1 <= line <= MOST_LINES for line in lines):
        yield Problem(pointer, "lines.number", f"goods lines have the numbers 1 to {MOST_LINES}")
    elif known is not None and set(lines) - set(known):
        among = ", ".join(told_lines(known)) or "none"
        yield Problem(pointer, "lines.unknown", f"name lines among those in question: {among}")


def _words_told(words: Words) -> dict[str, Any]:
    return {
        "reasons": list(words.reasons),
        "text": words.text,
        "evidence": [f"0x{one.hex()}" for one in words.evidence],
    }


def _word_problems(words: Words) -> Iterator[Problem]:
    if words.text and (fault := text(TEXT, lines=True)(words.text)):
        yield Problem("/text", *fault)
    if len(words.reasons) > MOST_REASONS:
        yield Problem("/reasons", "case.reasons", f"name at most {MOST_REASONS} reasons")
    for place, reason in enumerate(words.reasons):
        if fault := text(_REASON)(reason):
            yield Problem(f"/reasons/{place}", *fault)
    if len(words.evidence) > MOST_EVIDENCE:
        yield Problem("/evidence", "case.evidence", f"name at most {MOST_EVIDENCE} files")


def _raise(problems: Collection[Problem]) -> None:
    if problems:
        raise CheckMalformed(tuple(problems))
