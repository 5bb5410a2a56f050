from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.aeo.recognition import recognised, status_at
from ledger.operators import (
    Consent,
    Found,
    Mutual,
    Operator,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    Question,
    Reason,
    StatusChange,
)
from tests.recognition_histories import VECTORS, MemoryRecorder, expected, question_of, told

ASKED = [(name, asked) for name, vector in VECTORS.items() for asked in vector["questions"]]


@cache
def recorded(name: str) -> Found:
    """Return what a ledger in memory holds after a history."""
    recorder = MemoryRecorder()
    recorder.assemble()
    recorder.record(VECTORS[name]["history"])
    return recorder.found(VECTORS[name])


@pytest.mark.parametrize(("name", "asked"), ASKED, ids=[f"{n}: {a['description']}" for n, a in ASKED])
def test_each_question_gets_the_answer_of_the_vectors(name: str, asked: dict[str, Any]) -> None:
    """Reason, status, recognition and arrangement are those that were written down by hand."""
    found, question = recorded(name), question_of(asked)
    answer = recognised(question, found.operators.get(question.operator), found.mutual)
    assert told(answer) == expected(asked)
    assert answer.recognised == (asked["reason"] == "recognised")


def test_the_vectors_give_every_reason() -> None:
    """No reason is without an example."""
    given_reasons = {asked["reason"] for _, asked in ASKED}
    assert given_reasons == {reason.name.lower().replace("_", "-") for reason in Reason}


def test_a_late_suspension_changes_the_answer_for_the_days_before() -> None:
    """From its recording on the day is one of suspension; what was known before can still be asked."""
    day, found = datetime(2026, 11, 15, 12, tzinfo=UTC), recorded("late_suspension")
    operator = found.operators[OperatorCode("SGLATE")]
    by_day = {}
    for known in (datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC), None):
        change = status_at(operator, day, known)
        assert change is not None
        by_day[known and known.day] = change.status
    assert by_day == {
        19: OperatorStatus.CERTIFIED,
        21: OperatorStatus.SUSPENDED,
        None: OperatorStatus.SUSPENDED,
    }


# ------------------------------------------------------------------------------------------- properties

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_DAYS = st.integers(min_value=0, max_value=30).map(lambda day: FIRST + timedelta(days=day))


@st.composite
def _changes(draw: st.DrawFn) -> tuple[StatusChange, ...]:
    """Return what was recorded of an operator, in the order of recording."""
    times = sorted(draw(st.lists(_DAYS, min_size=1, max_size=6)))
    return tuple(
        StatusChange(
            status=draw(st.sampled_from(OperatorStatus)) if number else OperatorStatus.CERTIFIED,
            programme=1,
            level=1,
            roles=OperatorRole.EXP,
            consent=Consent.EXCHANGE,
            effective_from=draw(_DAYS),
            until=draw(st.none() | _DAYS),
            version=number + 1,
            key=draw(st.sampled_from((1, 2))),
            recorded_at=time,
            record_hash=bytes(32),
        )
        for number, time in enumerate(times)
    )


def _ask(changes: tuple[StatusChange, ...], at: datetime, known: datetime | None) -> Reason:
    operator = Operator(OperatorCode("SGALPHA"), changes)
    question = Question(
        operator=operator.code, host="SG", role=OperatorRole.EXP, direction=_IMPORT, at=at, known=known
    )
    return recognised(question, operator, Mutual(compromised={2: FIRST + timedelta(days=20)})).reason


_IMPORT = question_of(ASKED[0][1]).direction


@given(_changes(), _DAYS, _DAYS)
def test_what_was_known_on_a_day_never_changes(
    changes: tuple[StatusChange, ...], at: datetime, known: datetime
) -> None:
    """Whatever is recorded afterwards, the answer as known then is the same."""
    then = tuple(change for change in changes if change.recorded_at <= known)
    if then:
        assert _ask(changes, at, known) is _ask(then, at, None)
    else:
        assert _ask(changes, at, known) is Reason.NOT_FOUND


@given(_changes(), _DAYS)
def test_all_that_is_recorded_is_known_now(changes: tuple[StatusChange, ...], at: datetime) -> None:
    """Without a moment of knowledge everything counts."""
    assert _ask(changes, at, None) is _ask(changes, at, changes[-1].recorded_at)


@given(_changes(), _DAYS)
def test_the_last_word_decides_from_its_date_on(changes: tuple[StatusChange, ...], at: datetime) -> None:
    """From the effective date of the change recorded last, nothing older has a say."""
    if at >= changes[-1].effective_from:
        assert status_at(Operator(OperatorCode("SGALPHA"), changes), at) == changes[-1]
