"""The port `Recognitions` on a chain: reads events, and writes without the outbox."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from ledger.aeo.gathering import gathered_mutual, operator_of
from ledger.chain.calls import call_of, word_of
from ledger.chain.connection import Connection
from ledger.chain.events import events_over
from ledger.chain.values import fits_a_word, moment
from ledger.events import Block, KeyAdded, KeyCompromised, Occurrence, StatusRecorded
from ledger.facts import Address, AsOf, Written
from ledger.operators import Found, Mutual, OperatorCode
from ledger.recognition_port import RecognitionNotNamed
from ledger.writes import OfRecognition

_TERMS = (
    "ProgrammeDeclared",
    "ArrangementDeclared",
    "ParticipationRecorded",
    "RecognitionAdded",
    "RecognitionEnded",
    "KeyAdded",
    "KeyCompromised",
)
"""Events that a `Mutual` is gathered from."""
_SEARCHED_AT_ONCE = 200
"""Operators in one search of events."""


class ChainRecognitions:
    """Operators and mutual recognition, as the contract's events tell them.

    Terms are kept once their block is final; operators are looked up each time.  A ledger that has been
    followed for years is asked through its replica instead: here each question searches all blocks.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._reader = events_over(connection)
        self._settled: tuple[int, Sequence[Occurrence]] = (connection.profile.from_block - 1, ())
        """The last block that terms are known of, and what was said of them in final blocks."""

    @property
    def recognition_registry(self) -> Address:
        """Return the address of the recognition registry."""
        if self._connection.profile.recognition is None:
            raise RecognitionNotNamed
        return self._connection.profile.recognition

    def found(self, operators: Collection[OperatorCode]) -> Found:
        """Return these operators, as far as the ledger holds them, and all terms, as of the newest block."""
        head = self._head()
        terms = self._terms(head)
        said = self._said_of(operators, head)
        found = {code: operator_of(code, said[code]) for code in operators if code in said}
        told = [*terms, *(one for changes in said.values() for one in changes)]
        final = all(one.block <= self._final(head) for one in told)
        known = {code: operator for code, operator in found.items() if operator is not None}
        return Found(_as_of(head), known, _mutual(terms), final)

    def mutual(self) -> tuple[AsOf, Mutual]:
        """Return all programmes, arrangements, participations and recognitions."""
        head = self._head()
        return _as_of(head), _mutual(self._terms(head))

    def write(self, write: OfRecognition, account: Address) -> Written:
        """Do a write at once, without the outbox."""
        function, arguments = call_of(write)
        return self._connection.write(function, *arguments, account=account).written

    def _head(self) -> Block:
        """Return the newest block; `RecognitionNotNamed` where nothing can be asked as of it."""
        assert self.recognition_registry  # noqa: S101 -- raises
        return self._connection.history.newest()

    def _final(self, head: Block) -> int:
        return head.number - self._connection.profile.finality

    def _terms(self, head: Block) -> Sequence[Occurrence]:
        """Return what was said of terms and keys, searching blocks that were not final last time."""
        searched, settled = self._settled
        topics = [self._connection.codec.topic(event) for event in _TERMS]
        recent = self._reader.occurred(self._connection.history.logs(searched + 1, head.number, *topics))
        final = max(searched, self._final(head))
        self._settled = final, (*settled, *(one for one in recent if one.block <= final))
        return (*settled, *recent)

    def _said_of(
        self, operators: Collection[OperatorCode], head: Block
    ) -> Mapping[str, Sequence[Occurrence]]:
        """Return what was recorded of operators, by their codes."""
        said = defaultdict[str, list[Occurrence]](list)
        words = [word_of(code) for code in operators if fits_a_word(code)]
        first, topic = self._connection.profile.from_block, self._connection.codec.topic("StatusRecorded")
        for start in range(0, len(words), _SEARCHED_AT_ONCE):
            asked = words[start : start + _SEARCHED_AT_ONCE]
            logs = self._connection.history.logs(first, head.number, topic, about=asked)
            for one in self._reader.occurred(logs):
                if isinstance(one.event, StatusRecorded):
                    said[one.event.operator].append(one)
        return said


def _as_of(head: Block) -> AsOf:
    return AsOf(head.number, moment(head.time))


def _mutual(occurrences: Sequence[Occurrence]) -> Mutual:
    return gathered_mutual(occurrences, _compromised(occurrences))


def _compromised(occurrences: Sequence[Occurrence]) -> Mapping[int, datetime]:
    """Return since when keys are compromised, by their numbers; a later report names an earlier time."""
    numbers: dict[Address, int] = {}
    found: dict[int, datetime] = {}
    for one in occurrences:
        match one.event:
            case KeyAdded(account, _, number):
                numbers[account] = number
            case KeyCompromised(account, since):
                found[numbers[account]] = moment(since)
    return found
