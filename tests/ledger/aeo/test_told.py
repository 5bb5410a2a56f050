"""What anybody may be told: each combination of consent, and nothing beyond it."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from ledger.aeo.told import NO_NAMES, NameNote, consent_of, names_in, records_wanted, told
from ledger.aeo.words import direction_named
from ledger.errors import ArchiveUnavailable
from ledger.facts import AsOf
from ledger.operators import Consent, Found, OperatorRole, OperatorStatus, Question, Reason
from ledger.recognising import Asked, answered, hosts, read, recognise
from tests.recognised import DAY, EXPORTER, NAME, START, Recognising, a_record, recognising

NONE = Consent(0)
PUBLICATION, EXCHANGE = Consent.PUBLICATION, Consent.EXCHANGE
BOTH = PUBLICATION | EXCHANGE


@pytest.fixture
def at() -> Recognising:
    """Return the world."""
    return recognising()


def ask(world: Recognising, host: str = "TH", **more: Any) -> Any:
    """Answer about the exporter."""
    return recognise(Asked(operator=EXPORTER, host=host, **more), world.ledger)


def test_with_both_consents_everything_is_told(at: Recognising) -> None:
    """Name, programme, validity, arrangement and both times."""
    answer = ask(at)
    assert answer.recognised
    assert (answer.name, answer.name_note) == (NAME, None)
    assert (answer.status, answer.programme.code, answer.level) == ("certified", "DNUT", 1)
    assert answer.arrangement.code == "AAMRA"
    assert (answer.effective_from, answer.recorded_at) == (START - DAY, START)
    assert "Thailand (TH) recognises it as exporter for imports on 1 November 2026" in answer.sentence


def test_without_consent_to_publication_the_answer_has_no_name(at: Recognising) -> None:
    """And is otherwise the same."""
    at.record(consent=EXCHANGE)
    answer = ask(at)
    assert (answer.recognised, answer.status) == (True, "certified")
    assert (answer.name, answer.name_note) == (None, NameNote.NOT_CONSENTED)


@pytest.mark.parametrize("consent", [NONE, PUBLICATION])
@pytest.mark.parametrize("host", ["TH", "MY", "VN"])
def test_without_consent_to_exchange_nothing_but_the_code_is_told(
    at: Recognising, consent: Consent, host: str
) -> None:
    """The same for a certified, a suspended, an ended, an expired operator, at home too, on every day."""
    at.record(consent=consent)
    said = set()
    for status, when in product(OperatorStatus, (None, "2026-10-02", "2026-12-30")):
        at.record(consent=consent, status=status)
        answer = ask(at, host, on=when, role="broker")
        said.add(replace(answer, question=replace(answer.question, at=START), as_of=AsOf(0, START)))
        known = "2020-01-01T00:00:00Z"
        assert ask(at, host, known=known).reason is Reason.NO_CONSENT
    (only,) = said
    assert (only.reason, only.name, only.name_note) == (Reason.NO_CONSENT, None, NameNote.NOT_CONSENTED)
    assert (only.status, only.programme, only.level, only.valid_until, only.arrangement) == (None,) * 5
    assert (only.effective_from, only.recorded_at) == (None, None)


def test_a_withdrawal_counts_at_once_and_for_days_before(at: Recognising) -> None:
    """Also one that takes effect later, and also for what the ledger knew before."""
    before = at.clock()
    at.clock.advance(DAY)
    at.record(consent=NONE, effective_from=at.clock() + 10 * DAY)
    for more in ({}, {"at": f"{before:%Y-%m-%dT%H:%M:%SZ}"}, {"known": f"{before:%Y-%m-%dT%H:%M:%SZ}"}):
        assert ask(at, **more).reason is Reason.NO_CONSENT, more


def test_consent_given_for_later_does_not_count_before(at: Recognising) -> None:
    """What is in force has to agree as well."""
    at.record(consent=EXCHANGE)
    at.record(consent=BOTH, effective_from=at.clock() + 10 * DAY)
    assert ask(at).name is None
    at.clock.advance(11 * DAY)
    assert ask(at).name == NAME


def test_days_without_consent_stay_untold_when_it_is_given_again(at: Recognising) -> None:
    """Of a time in which the operator did not agree nothing is told later."""
    at.clock.advance(DAY)
    at.record(consent=NONE, effective_from=at.clock())
    at.clock.advance(5 * DAY)
    at.record(consent=BOTH, effective_from=at.clock())
    assert ask(at).recognised
    assert ask(at, on="2026-11-04").reason is Reason.NO_CONSENT


def test_only_records_that_may_be_told_are_looked_for(at: Recognising) -> None:
    """Nobody is asked for the name of an operator that may not be named."""
    found = at.ledger.recognitions.found({EXPORTER})
    assert set(records_wanted(found, at.clock())) == {EXPORTER}
    for consent in (NONE, PUBLICATION, EXCHANGE):
        at.record(consent=consent)
        assert records_wanted(at.ledger.recognitions.found({EXPORTER}), at.clock()) == {}


def test_a_name_comes_only_from_the_record_that_the_ledger_names(at: Recognising) -> None:
    """Neither a record of another content under the hash, nor one of another operator."""
    found = at.ledger.recognitions.found({EXPORTER})
    wanted = records_wanted(found, at.clock())
    (hash_,) = wanted.values()
    assert names_in({hash_: a_record(name="Somebody else")}, wanted) == {}
    other = a_record(type(EXPORTER)("VN999"))
    assert names_in({hash_: other}, wanted) == {}
    assert names_in({hash_: a_record()}, wanted) == {EXPORTER: NAME}


def test_a_name_that_is_not_at_hand_is_said_to_be_that(
    at: Recognising, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No record, or an archive that does not answer: the answer stands without it."""
    files = at.ledger.operator_files
    monkeypatch.setattr(type(files), "records", lambda *_: {})
    assert (ask(at).name, ask(at).name_note) == (None, NameNote.NOT_AT_HAND)

    def silent(*_: object) -> None:
        raise ArchiveUnavailable("out")

    monkeypatch.setattr(type(files), "records", silent)
    assert (ask(at).recognised, ask(at).name_note) == (True, NameNote.NOT_AT_HAND)


def test_what_a_stolen_key_recorded_names_nobody(at: Recognising) -> None:
    """Neither status nor name is told by it."""
    account, admin = at.world.account("VN aeo"), at.world.admin("VN")
    at.world.ledger.mark_compromised(account, START - DAY, admin)
    answer = ask(at)
    assert (answer.reason, answer.name_note) == (Reason.SIGNER_COMPROMISED, NameNote.NOT_RELIABLE)
    assert (answer.status, answer.programme, answer.effective_from) == (None, None, None)


def test_what_a_stolen_key_says_of_consent_takes_back_no_withdrawal(at: Recognising) -> None:
    """Neither for today nor for the days of an earlier, honest status; a withdrawal by it does count."""
    before = f"{START - DAY / 2:%Y-%m-%dT%H:%M:%SZ}"
    at.record(consent=NONE, effective_from=START)
    at.clock.advance(DAY)
    stolen = at.clock()
    at.record(effective_from=stolen)
    assert ask(at, at=before).recognised
    at.world.ledger.mark_compromised(at.world.account("VN aeo"), stolen, at.world.admin("VN"))
    for when in ({}, {"at": before}):
        answer = ask(at, **when)
        assert (answer.reason, answer.name, answer.status) == (Reason.NO_CONSENT, None, None)


def test_a_stolen_key_may_withdraw_a_consent(at: Recognising) -> None:
    """Whoever withdrew it: what is told cannot be taken back."""
    at.clock.advance(DAY)
    at.record(consent=NONE)
    at.world.ledger.mark_compromised(at.world.account("VN aeo"), at.clock(), at.world.admin("VN"))
    assert ask(at).reason is Reason.NO_CONSENT


def test_an_unknown_operator_is_said_to_be_that(at: Recognising) -> None:
    """With the state it would belong to."""
    answer = recognise(Asked(operator="MY123", host="TH"), at.ledger)
    assert (answer.reason, answer.name_note) == (Reason.NOT_FOUND, NameNote.NOTHING_RECORDED)
    assert "Malaysia (MY)" in answer.sentence


def test_before_anything_was_recorded_it_was_not_found(at: Recognising) -> None:
    """Its name is not told then either."""
    answer = ask(at, known="2026-10-31T00:00:00Z")
    assert (answer.reason, answer.name) == (Reason.NOT_FOUND, None)


def test_how_an_operator_stands_is_told_as_of_the_moment(at: Recognising) -> None:
    """Expired is computed, not yet effective is told without a status that holds."""
    at.record(until=at.clock() + DAY)
    assert ask(at, on="2026-11-10").status == "expired"
    assert ask(at, on="2020-01-01").status == "not-yet-effective"
    at.record(status=OperatorStatus.REVOKED, until=at.clock() + 1000 * DAY)
    answer = ask(at)
    assert (answer.status, answer.valid_until) == ("revoked", None)


def test_a_suspension_recorded_late_changes_the_answer_for_the_days_before(at: Recognising) -> None:
    """And what the ledger knew before can still be asked."""
    at.clock.advance(10 * DAY)
    at.record(status=OperatorStatus.SUSPENDED, effective_from=START + 2 * DAY)
    assert ask(at, on="2026-11-05").reason is Reason.SUSPENDED
    assert ask(at, on="2026-11-05", known="2026-11-09T00:00:00Z").recognised


def test_the_reverse_question_answers_for_every_other_member(at: Recognising) -> None:
    """In the order of their admission; without consent it is the same word for each."""
    found = hosts(Asked(operator=EXPORTER), at.ledger)
    assert [(one.question.host, one.recognised) for one in found] == [("TH", True), ("MY", False)]
    at.record(consent=PUBLICATION)
    found = hosts(Asked(operator=EXPORTER), at.ledger)
    assert {(one.reason, one.name, one.status) for one in found} == {(Reason.NO_CONSENT, None, None)}


def test_many_questions_are_answered_as_of_one_block(at: Recognising) -> None:
    """In their order; none is no question."""
    members = ["VN", "TH", "MY"]
    questions = [
        read(Asked(operator=EXPORTER, host=host), at.clock(), members) for host in ("MY", "TH", "VN")
    ]
    found = answered(questions, at.ledger)
    assert [one.question for one in found] == questions
    assert len({one.as_of for one in found}) == 1
    assert answered([], at.ledger) == []


def test_consent_is_the_narrower_of_what_was_recorded_last_and_what_is_in_force(at: Recognising) -> None:
    """Before anything is in force it is what was recorded."""
    at.record(consent=EXCHANGE, effective_from=at.clock() + DAY)
    found = at.ledger.recognitions.found({EXPORTER})
    operator = found.operators[EXPORTER]
    assert consent_of(operator, at.clock(), found.mutual) == EXCHANGE
    assert consent_of(operator, START - timedelta(days=1000), found.mutual) == EXCHANGE


def test_a_block_that_may_be_undone_is_told_with_the_answer(at: Recognising) -> None:
    """The answer says so itself."""
    found = at.ledger.recognitions.found({EXPORTER})
    question = Question(
        operator=EXPORTER,
        host="TH",
        role=OperatorRole.EXP,
        direction=direction_named(None, OperatorRole.EXP),
        at=at.clock(),
    )
    undecided = Found(found.as_of, found.operators, found.mutual, final=False)
    assert not told(question, undecided, NO_NAMES, at.clock()).final
