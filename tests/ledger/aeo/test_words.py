"""Words for roles, directions, statuses and reasons; every reason has its sentence and its next step."""

from datetime import UTC, datetime

import pytest

from ledger.aeo.words import (
    ROLE_WORDS,
    direction_named,
    direction_word,
    next_step_of,
    role_code,
    role_named,
    sentence_of,
    word,
)
from ledger.codes.members import called, name_of
from ledger.errors import QuestionMalformed
from ledger.operators import Direction, OperatorCode, OperatorRole, Question, Reason

QUESTION = Question(
    operator=OperatorCode("SG1"),
    host="TH",
    role=OperatorRole.BRK,
    direction=Direction.EXPORT,
    at=datetime(2026, 11, 22, tzinfo=UTC),
)


@pytest.mark.parametrize("role", OperatorRole)
def test_a_role_is_taken_by_its_word_and_by_its_code(role: OperatorRole) -> None:
    """In whatever letters."""
    for text in (ROLE_WORDS[role], role_code(role), role_code(role).lower(), f" {ROLE_WORDS[role].upper()} "):
        assert role_named(text) is role


@pytest.mark.parametrize("text", ["", "EXPIMP", "exporter,importer", "trader", "1"])
def test_what_is_no_role_is_refused(text: str) -> None:
    """The roles there are are named."""
    with pytest.raises(QuestionMalformed, match="manufacturer"):
        role_named(text)


@pytest.mark.parametrize("role", OperatorRole)
def test_without_a_direction_it_is_that_in_which_such_goods_go(role: OperatorRole) -> None:
    """A partner's importer receives from here; all others are asked about for imports."""
    wanted = Direction.EXPORT if role is OperatorRole.IMP else Direction.IMPORT
    assert direction_named(None, role) is direction_named("", role) is wanted
    for direction in Direction:
        assert direction_named(direction_word(direction), role) is direction
    with pytest.raises(QuestionMalformed):
        direction_named("both", role)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_a_sentence_with_a_next_step(reason: Reason) -> None:
    """Nothing is left unfilled, and the code has small letters and hyphens."""
    for text in (sentence_of(reason, QUESTION), next_step_of(reason, QUESTION)):
        assert text.endswith(".")
        assert not {"{", "}"} & set(text)
    assert word(reason) == word(reason).lower()
    assert "_" not in word(reason)


def test_at_home_it_is_authorised_and_not_recognised() -> None:
    """The word is for what others do."""
    home = Question(
        operator=QUESTION.operator,
        host="SG",
        role=QUESTION.role,
        direction=QUESTION.direction,
        at=QUESTION.at,
    )
    assert sentence_of(Reason.RECOGNISED, home).startswith("Singapore (SG) has authorised it as broker")


def test_a_state_without_a_name_here_is_called_by_its_code() -> None:
    """And others by both."""
    assert (name_of("XA"), called("XA"), called("TL")) == ("XA", "XA", "Timor-Leste (TL)")
