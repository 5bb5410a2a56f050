"""The contract gives the answers of the vectors, and everywhere else the same ones as the rules in Python."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import takewhile
from typing import Any

import _ganache
import pytest

from ledger.aeo.recognition import recognised
from ledger.chain.values import seconds_of
from ledger.operators import Direction, Found, OperatorRole, Question, Reason
from tests.recognition_histories import (
    FOUNDERS,
    VECTORS,
    ChainRecorder,
    expected,
    question_of,
    told,
)
from tests.worlds import ChainWorld, account_of, network_of, undone

pytestmark = pytest.mark.chain
EVER = 2**48 - 1
"""As the chain counts time: all that is recorded is known by then."""
SAMPLE = 60
"""Further questions on each history."""
BARE = "nothing_declared"
"""The history that begins with nothing."""
_HISTORIES = [vector["history"] for name, vector in VECTORS.items() if name != BARE]
_ABREAST = zip(*_HISTORIES, strict=False)
BASE = [said[0] for said in takewhile(lambda said: said.count(said[0]) == len(said), _ABREAST)]
"""What the others begin with; it is recorded once."""
Recorded = tuple[dict[str, Any], ChainRecorder]


@contextmanager
def assembled(ganache: _ganache.Node) -> Iterator[ChainRecorder]:
    """Lend a ledger of five members; the chain and its clock are as before afterwards."""
    admins = {member: account_of(f"admin {member}") for member in FOUNDERS}
    with undone(ChainWorld.deployed(network_of(ganache), admins)) as world:
        recorder = ChainRecorder(world)
        recorder.assemble()
        yield recorder


@pytest.fixture(scope="module")
def based(ganache: _ganache.Node) -> Iterator[ChainRecorder]:
    """Lend a ledger with what most histories begin with."""
    with assembled(ganache) as recorder:
        recorder.record(BASE)
        yield recorder


@pytest.fixture(scope="module", params=[name for name in VECTORS if name != BARE])
def recorded(request: pytest.FixtureRequest, based: ChainRecorder) -> Iterator[Recorded]:
    """Record the history of a vector; yields the vector, and the ledger after it."""
    vector = VECTORS[request.param]
    with undone(based.world) as world:
        recorder = based.copy(world)
        recorder.record(vector["history"][len(BASE) :])
        yield vector, recorder


def test_the_contract_gives_the_answers_of_the_vectors(recorded: Recorded) -> None:
    """Reason, status, recognition and arrangement, for each question of the history."""
    vector, recorder = recorded
    asked = vector["questions"]
    answers = contract_says(recorder, [question_of(one) for one in asked])
    for one, answer in zip(asked, answers, strict=True):
        assert answer == expected(one), one["description"]


def test_the_contract_and_the_rules_in_python_agree_on_all_else(
    recorded: Recorded,
) -> None:
    """Operators, hosts, roles, directions and moments around all that was said, drawn by a fixed seed."""
    vector, recorder = recorded
    found = recorder.found(vector)
    around = _around(vector, found)
    questions = [next(around) for _ in range(SAMPLE)]
    answers = contract_says(recorder, questions)
    for question, answer in zip(questions, answers, strict=True):
        by_rule = recognised(question, found.operators.get(question.operator), found.mutual)
        assert answer == told(by_rule), question


def test_an_operator_is_good_at_home_before_anybody_has_an_arrangement(ganache: _ganache.Node) -> None:
    """The history that begins with nothing; `recognise` says of it what is said as known for ever."""
    vector = VECTORS[BARE]
    with assembled(ganache) as recorder:
        recorder.record(vector["history"])
        questions = [question_of(one) for one in vector["questions"]]
        assert contract_says(recorder, questions) == [expected(one) for one in vector["questions"]]
        without = [("recognise", _operands(one)[:-1]) for one in questions if one.known is None]
        answers = [_words(one) for one in recorder.ledger._connection.read_all(without)]
        assert answers == [expected(one) for one in vector["questions"] if one["known"] is None]


def contract_says(recorder: ChainRecorder, questions: list[Question]) -> list[dict[str, Any]]:
    """Return what the contract answers, in the words of the vectors."""
    asked = [("recogniseAsKnown", _operands(question)) for question in questions]
    return [_words(answer) for answer in recorder.ledger._connection.read_all(asked)]


def _operands(question: Question) -> tuple[object, ...]:
    return (
        question.operator.encode().ljust(32, b"\0"),
        question.host.encode(),
        int(question.role),
        int(question.direction),
        seconds_of(question.at),
        seconds_of(question.known) if question.known else EVER,
    )


def _words(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "reason": Reason(answer["reason"]).name.lower().replace("_", "-"),
        "version": answer["change"]["version"] or None,
        "recognition": answer["recognition"] or None,
        "arrangement": answer["arrangement"] or None,
    }


def _around(vector: dict[str, Any], found: Found) -> Iterator[Question]:
    """Yield questions without end about moments at which something begins, ends or is recorded."""
    operators = sorted(found.operators)
    mutual = found.mutual
    said: list[Any] = [change for operator in found.operators.values() for change in operator.changes]
    steps: list[Any] = [step for steps in mutual.participations.values() for step in steps]
    rows: list[Any] = list(mutual.recognitions.values())
    begins = {one.effective_from for one in (*said, *steps, *rows)}
    ends = {one.until for one in (*said, *rows) if one.until} | {
        row.ended_from for row in rows if row.ended_from
    }
    moments = sorted({at + timedelta(seconds=by) for at in begins | ends for by in (-1, 0, 1)})
    recorded = {one.recorded_at for one in (*said, *steps, *rows)}
    known = [None, *sorted({at + timedelta(seconds=by) for at in recorded for by in (-1, 0)})]
    roles = (OperatorRole.EXP, OperatorRole.IMP, OperatorRole.CAR, OperatorRole(0))
    hosts = (*vector["founders"], "ZZ")
    drawn = random.Random(20261122).choice  # noqa: S311 - a draw that repeats, no secret
    while True:
        yield Question(
            operator=drawn(operators),
            host=drawn(hosts),
            role=drawn(roles),
            direction=drawn(list(Direction)),
            at=drawn(moments),
            known=drawn(known),
        )
