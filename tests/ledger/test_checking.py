"""Verification cases: who may do what when, that repetitions change nothing, and what is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.checking import open_check, take_step
from ledger.checking_carrying import Checked
from ledger.checking_refused import CaseStepNotAllowed, CheckMalformed, NotAnOriginalOf
from ledger.checking_said import NOTHING, Opening, Words, told_lines
from ledger.checking_turns import STEPS, allowed, may_deny, word
from ledger.events import CaseOpened
from ledger.issuing import issue
from ledger.kept_copies import kept_of
from ledger.kept_port import NotKept
from ledger.memory import MemoryLedger
from ledger.origin.facts import CaseFacts, CaseGround, LateGround, Step
from ledger.origin.life import Life, told_in
from ledger.procedures_refusals import (
    CaseNotYours,
    CaseUnknown,
    LinesInQuestion,
    LinesSuspended,
    NotTheImportingMember,
    StepNotDue,
    SuspensionUnchanged,
)
from ledger.refusals import NotAuthorised
from ledger.statements import declaration_key, statement_hash
from ledger.writes import Decide
from tests.checks import ASKED, PATHS, SAID, Checking, customs_of, issuer_of
from tests.trade import WAIT, Trade, a_shipment, envelope_in, re_exported

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
ON_TIME: dict[Step, str] = {
    Step.OPENED: "acknowledged replied",
    Step.ACKNOWLEDGED: "replied",
    Step.REPLIED: "asked-again visit-notified determined",
    Step.ASKED_AGAIN: "replied",
    Step.VISIT_NOTIFIED: "visit-consented visit-declined visit-postponed",
    Step.VISIT_CONSENTED: "visited",
    Step.VISIT_DECLINED: "",
    Step.VISIT_POSTPONED: "visit-consented visit-declined",
    Step.VISITED: "determined",
    Step.DETERMINED: "commented",
    Step.COMMENTED: "",
}
"""What can follow each step, whoever takes it."""
OVERDUE = {
    Step.OPENED: "visit-notified",
    Step.ACKNOWLEDGED: "visit-notified",
    Step.ASKED_AGAIN: "visit-notified",
}
"""What can follow beside these once the step that was due is overdue."""
HEARD = {Step.REPLIED, Step.VISIT_DECLINED, Step.VISITED, Step.COMMENTED}
"""After these a line may be denied on time."""


@pytest.mark.parametrize("late", [False, True], ids=["on time", "overdue"])
@pytest.mark.parametrize("at", PATHS, ids=word)
def test_each_step_is_possible_where_the_rules_say_so_and_nowhere_else(at: Step, *, late: bool) -> None:
    """By its own side only, and a refusal names what is due, from whom and until when."""
    checking = Checking().at(at)
    if late:
        checking.trade.now = checking.case.due + SECOND
    now = checking.trade.now
    wanted = {*ON_TIME[at].split(), *(OVERDUE.get(at, "").split() if late else ())}
    for name, step in STEPS.items():
        side = "VN" if step in ASKED else "TH"
        assert (name in allowed(checking.case, side, now)) == (name in wanted), (at, name)
        for member in ("VN", "TH"):
            if member == side and name in wanted:
                continue
            with pytest.raises(CaseStepNotAllowed) as refused:
                checking.takes(step, Words(text="Something else."), by=member)
            turn = refused.value.turn
            assert turn is not None
            assert f"{turn.due:%Y-%m-%dT%H:%M:%SZ}" in str(refused.value)
            assert f"from {turn.member}" in str(refused.value)
    for name in sorted(wanted):
        again = Checking().at(at)
        again.trade.now = again.case.due + SECOND if late else again.trade.now
        assert again.takes(STEPS[name], Words(text="Something else.")).recorded
        assert again.case.step is STEPS[name]


@pytest.mark.parametrize("late", [False, True], ids=["on time", "overdue"])
@pytest.mark.parametrize("at", PATHS, ids=word)
def test_customs_concludes_a_case_and_denies_only_after_an_answer(at: Step, *, late: bool) -> None:
    """Or once the answer is overdue; in favour of the exporter at any time."""
    checking = Checking().at(at)
    due = checking.case.due
    if late:
        checking.trade.now = due + SECOND
    with pytest.raises(CaseStepNotAllowed):
        checking.concludes(by="VN")
    assert may_deny(checking.case, checking.trade.now) == (late or at in HEARD)
    if not late and at not in HEARD:
        with pytest.raises(StepNotDue):
            checking.concludes((1,), (2,))
        checking.concludes()
        assert checking.case.confirmed == {1, 2}
    else:
        checking.concludes((1,), (2,))
        assert told_lines(checking.case.confirmed) == ["1"]
        assert told_lines(checking.case.denied) == ["2"]
    assert allowed(checking.case, "TH", checking.trade.now) == ()
    with pytest.raises(CaseStepNotAllowed, match="concluded"):
        checking.takes(Step.REPLIED, Words(text="Too late."))


def test_the_issuer_acknowledges_and_its_ninety_days_begin() -> None:
    """From the acknowledgement, to the second; an answer in the last of them is not late."""
    checking = Checking()
    checking.opened()
    opened = checking.trade.now
    assert checking.case.due == opened + 90 * DAY
    checking.trade.pass_days(10)
    checking.takes(Step.ACKNOWLEDGED)
    received = checking.trade.now
    assert (checking.case.due, checking.case.conclude_due) == (received + 90 * DAY, received + 180 * DAY)
    checking.trade.now = received + 90 * DAY
    assert not may_deny(checking.case, checking.trade.now)
    with pytest.raises(StepNotDue):
        checking.concludes((1,), (2,))
    with pytest.raises(CaseStepNotAllowed, match="once the step due now is overdue"):
        checking.takes(Step.VISIT_NOTIFIED)
    checking.trade.now += SECOND
    assert may_deny(checking.case, checking.trade.now)
    checking.takes(Step.VISIT_NOTIFIED)
    assert checking.case.due == checking.trade.now + 30 * DAY
    assert checking.case.conclude_due == checking.trade.now + 180 * DAY


def test_a_postponed_visit_counts_from_its_notice_and_is_postponed_once() -> None:
    """Sixty days from the notice (Rule 19.6), after which it cannot be postponed at all."""
    checking = Checking().at(Step.VISIT_NOTIFIED)
    notified = checking.trade.now
    checking.trade.pass_days(20)
    checking.takes(Step.VISIT_POSTPONED)
    assert checking.case.due == notified + 60 * DAY
    with pytest.raises(CaseStepNotAllowed):
        checking.takes(Step.VISIT_POSTPONED, Words(text="Once more."))
    other = Checking().at(Step.VISIT_NOTIFIED)
    other.trade.pass_days(60)
    with pytest.raises(CaseStepNotAllowed, match="visit-postponed"):
        other.takes(Step.VISIT_POSTPONED)


def granted(checking: Checking, line: int, declaration: str) -> Decide:
    """Return the decision that grants a line under a declaration."""
    return Decide(
        certificate=checking.certificate,
        declaration=declaration_key(checking.certificate, "TH", declaration),
        granted=(line,),
        used_up=(),
        refused=(),
        presented_at=checking.trade.now,
        late=LateGround.NONE,
        statement=b"\1" * 32,
    )


def test_no_preference_is_given_for_a_suspended_line_until_customs_reinstates_it() -> None:
    """Lines in question that are not suspended are granted as before (Rule 18(c))."""
    checking = Checking().at(Step.OPENED)
    chain, key = checking.trade.chain, checking.trade["TH"].customs_key
    chain.write(granted(checking, 1, "A1"), key)
    with pytest.raises(LinesSuspended):
        chain.write(granted(checking, 2, "A2"), key)
    checking.suspends(1)
    chain.write(granted(checking, 2, "A2"), key)
    with pytest.raises(LinesSuspended):
        chain.write(granted(checking, 1, "A3"), key)
    checking.takes(Step.REPLIED)
    checking.concludes()
    chain.write(granted(checking, 1, "A3"), key)
    use = told_in(chain.life(checking.certificate)).use
    assert (use.suspended, use.questioned) == (frozenset(), frozenset())


def test_every_step_said_again_changes_nothing() -> None:
    """The repetition is told as one, with the same statement, and the ledger has one event more for each."""
    checking = Checking()
    way: list[Callable[[], Checked]] = [
        checking.opened,
        lambda: checking.takes(Step.ACKNOWLEDGED, NOTHING),
        lambda: checking.takes(Step.REPLIED),
        lambda: checking.takes(Step.ASKED_AGAIN),
        lambda: checking.takes(Step.REPLIED, Words(text="The rest.")),
        lambda: checking.suspends(1, 2),
        lambda: checking.takes(Step.DETERMINED),
        lambda: checking.takes(Step.COMMENTED),
        lambda: checking.concludes((1,), (2,)),
    ]
    for count, act in enumerate(way, start=1):
        first = act()
        checking.trade.now += timedelta(minutes=5)
        if count < len(way):
            second = act()
            assert second.repeated, count
            assert statement_hash(second.statement) == statement_hash(first.statement)
        assert not first.repeated
        assert len(checking_events(checking)) == count
    last: Checked = checking.concludes((1,), (2,))
    assert last.repeated
    assert len(checking_events(checking)) == len(way)


def checking_events(checking: Checking) -> list[object]:
    """Return what happened in the case."""
    life = checking.trade.chain.life(checking.certificate)
    return [one.event for one in life.occurrences if getattr(one.event, "case", None) == checking.number]


def test_a_reply_repeated_after_the_next_question_is_no_second_reply() -> None:
    """Unless its turn says that it is meant so."""
    checking = Checking().at(Step.REPLIED)
    checking.takes(Step.ASKED_AGAIN)
    assert checking.takes(Step.REPLIED).repeated
    assert word(checking.case.step) == "asked-again"
    turn = len(checking_events(checking))
    with pytest.raises(CaseStepNotAllowed):
        checking.takes(Step.REPLIED, Words(text="For another turn."), turn=turn + 1)
    assert not checking.takes(Step.REPLIED, turn=turn).repeated
    assert word(checking.case.step) == "replied"
    assert checking.takes(Step.REPLIED, turn=turn).repeated


def test_what_waits_for_the_chain_is_queued_once_however_often_it_is_asked() -> None:
    """One write and one statement, whenever it is repeated, and one event in the end."""
    checking = Checking().at(Step.ACKNOWLEDGED)
    office = checking.trade["VN"]
    checking.trade.node.held = True
    first = checking.takes(Step.REPLIED)
    checking.trade.now += timedelta(minutes=3)
    second = checking.takes(Step.REPLIED)
    assert not first.recorded
    assert not second.recorded
    assert first.statement == second.statement
    assert office.ledger.outbox.backlog().writes == 1
    checking.trade.node.held = False
    checking.trade.node.mine()
    done = checking.takes(Step.REPLIED)
    assert done.recorded
    assert len(checking_events(checking)) == 3


def test_a_statement_that_was_kept_long_before_its_write_counts_from_now() -> None:
    """So nobody has less time because a process died in between."""
    checking = Checking()
    outbox = checking.trade["TH"].ledger.outbox
    put = outbox.put_write

    def dies(*_: object, **__: object) -> object:
        raise ConnectionError

    outbox.put_write = dies  # type: ignore[method-assign, assignment]
    with pytest.raises(ConnectionError):
        checking.opened()
    outbox.put_write = put  # type: ignore[method-assign]
    checking.trade.pass_days(20)
    checking.opened()
    assert checking.case.due == checking.trade.now + 90 * DAY
    kept = checking.trade["TH"].ledger.statements.statements_of(checking.certificate)
    assert len(kept) == 1


def test_a_check_asked_again_after_its_conclusion_is_another_case() -> None:
    """While it is open it is a repetition, and other lines may be asked about beside it."""
    checking = Checking()
    first = checking.opened()
    assert checking.opened().repeated
    with pytest.raises(LinesInQuestion):
        checking.opened(lines=(2, 3), suspended=())
    assert checking.opened(lines=(3,), suspended=(), ground=CaseGround.RANDOM, words=NOTHING).number == 2
    checking.number = first.number or 0
    checking.concludes()
    again = checking.opened()
    assert (again.number, again.repeated) == (3, False)


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"lines": (), "suspended": ()}, "/lines"),
        ({"lines": (2, 4)}, "/lines"),
        ({"lines": (1, 2, 2)}, "/lines"),
        ({"lines": (1,), "suspended": (2,)}, "/suspended"),
        ({"words": NOTHING}, "/text"),
        ({"words": Words(text="ends with a blank ")}, "/text"),
        ({"words": Words(text="x", reasons=("",))}, "/reasons/0"),
        ({"words": Words(text="x" * 8001)}, "/text"),
    ],
)
def test_a_check_that_does_not_say_what_it_must_is_refused(asked: dict[str, object], pointer: str) -> None:
    """With the place, and without a word of what was sent."""
    with pytest.raises(CheckMalformed) as refused:
        Checking().opened(**asked)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert "blank" not in str(refused.value)


def test_a_case_is_concluded_line_by_line_with_reasons_for_a_denial() -> None:
    """Every line of the case once, and no others."""
    checking = Checking().at(Step.REPLIED)
    for confirmed, denied, words, pointer in (
        ((1,), (), SAID, "/confirmed"),
        ((1, 2, 3), (), SAID, "/confirmed"),
        ((1, 2), (2,), SAID, "/denied"),
        ((1,), (2,), NOTHING, "/text"),
    ):
        with pytest.raises(CheckMalformed) as refused:
            checking.concludes(confirmed, denied, words=words)
        assert pointer in [problem.pointer for problem in refused.value.problems]


def test_only_the_parties_act_and_only_by_keys_of_the_right_role() -> None:
    """The asked member's customs cannot reply, and a third member has no part in the case."""
    checking = Checking().at(Step.OPENED)
    trade = checking.trade
    with pytest.raises(CaseNotYours):
        checking.takes(Step.REPLIED, by="MY")
    with pytest.raises(CaseNotYours):
        checking.concludes(by="SG")
    copy = trade["TH"].ledger.kept.kept([checking.certificate])[checking.certificate]
    trade["MY"].ledger.kept.keep(copy)
    opening = Opening(certificate=checking.certificate, lines=(3,), ground=CaseGround.RANDOM)
    with pytest.raises(NotTheImportingMember):
        open_check(opening, customs_of(trade["MY"]), trade["MY"].ledger, 1)
    with pytest.raises(NotAuthorised):
        take_step(1, Step.REPLIED, SAID, customs_of(trade["VN"]), trade["VN"].ledger, 1)
    with pytest.raises(CaseUnknown):
        take_step(9, Step.REPLIED, SAID, issuer_of(trade["VN"]), trade["VN"].ledger, 1)


def test_a_suspension_that_says_nothing_new_is_refused() -> None:
    """And one of a line that is not in question."""
    checking = Checking().at(Step.OPENED)
    with pytest.raises(SuspensionUnchanged):
        checking.suspends(2)
    with pytest.raises(CheckMalformed):
        checking.suspends(3)


def test_the_issuer_of_an_original_is_asked_about_what_was_re_exported() -> None:
    """The original must be behind the certificate presented, and both are entered from their copies first."""
    trade = Trade()
    original = a_shipment("VN", "SG", "VN-SG 26/02/00001", "100")
    first = trade["VN"].issue(original)
    trade["SG"].keep(envelope_in(first))
    child = re_exported("SG", "TH", "SG-TH 26/02/00001", [("40", [(original, first.filing.id, 1)])])
    issued = trade["SG"].issue(child)
    trade["TH"].receive(envelope_in(issued))
    checking = Checking(trade)
    asked = {"certificate": issued.filing.id, "lines": (1,), "suspended": ()}
    with pytest.raises(NotAnOriginalOf):
        checking.opened(**asked, about=checking.certificate)
    done = checking.opened(**asked, about=first.filing.id)
    assert done.case is not None
    assert (done.case.exporting, done.case.importing) == ("VN", "TH")
    with pytest.raises(CaseNotYours):
        checking.takes(Step.ACKNOWLEDGED, by="SG")
    checking.takes(Step.ACKNOWLEDGED)
    assert told_in(trade.chain.life(issued.filing.id)).cases[1].step is Step.ACKNOWLEDGED


def test_a_certificate_that_is_only_anchored_is_entered_first() -> None:
    """From the copy that was presented; without one nobody knows what to enter."""
    checking = Checking()
    trade = checking.trade
    office = trade["VN"]
    trade.node.held = True
    numbers = range(1, 5)
    certificates = [a_shipment("VN", "TH", f"VN-TH 26/02/0008{number}", "10") for number in numbers]
    for one in certificates:
        issue(one, authority=office.issuing, account=office.issuing_key, ledger=office.ledger, wait=0.0)
    trade.node.held = False
    trade.node.mine()
    issued = [office.issue(one) for one in certificates][-1]
    assert issued.filing.root != issued.filing.id
    with pytest.raises(NotKept):
        checking.opened(certificate=issued.filing.id, lines=(1,), suspended=())
    copy = kept_of(envelope_in(issued), kept_at=trade.now, authority=trade["TH"].customs)
    trade["TH"].ledger.kept.keep(copy)
    done = checking.opened(certificate=issued.filing.id, lines=(1,), suspended=())
    assert done.recorded
    evidence = trade.chain.evidence(issued.filing.id, issued.filing.root, bytes(32))
    assert evidence.entry is not None


def test_steps_that_mean_nothing_without_words_ask_for_them() -> None:
    """A reply, a further question, a notice of a visit and a determination."""
    checking = Checking().at(Step.ACKNOWLEDGED)
    with pytest.raises(CheckMalformed, match="what was found"):
        checking.takes(Step.REPLIED, NOTHING)
    checking.takes(Step.REPLIED)
    for step in (Step.ASKED_AGAIN, Step.VISIT_NOTIFIED, Step.DETERMINED):
        with pytest.raises(CheckMalformed):
            checking.takes(step, NOTHING)


class Behind:
    """The port of procedures as a replica answers it that has not followed yet."""

    def __init__(self, chain: MemoryLedger, block: int) -> None:
        """Answer as of a block."""
        self._chain, self._block = chain, block

    def life(self, certificate: bytes) -> Life:
        """Return what was reported until that block."""
        life = self._chain.life(certificate)
        return replace(life, occurrences=tuple(one for one in life.occurrences if one.block <= self._block))

    def case(self, number: int) -> CaseFacts | None:
        """Return a case as it was then."""
        cases = [one.event.id for one in self._chain._occurrences if isinstance(one.event, CaseOpened)]
        return told_in(self.life(cases[number - 1])).cases.get(number)


def test_a_step_that_a_replica_does_not_show_yet_is_told_as_accepted() -> None:
    """Asked again it is the same write, and once the replica has followed it is a repetition."""
    checking = Checking().at(Step.ACKNOWLEDGED)
    office = checking.trade["VN"]
    behind: Any = Behind(checking.trade.chain, checking.trade.chain.head().block)
    stale = replace(office.ledger, procedures=behind)
    first = take_step(checking.number, Step.REPLIED, SAID, issuer_of(office), stale, WAIT)
    assert (first.recorded, first.written is not None) == (False, True)
    again = take_step(checking.number, Step.REPLIED, SAID, issuer_of(office), stale, WAIT)
    assert again.statement == first.statement
    assert checking.takes(Step.REPLIED).repeated
    assert len(checking_events(checking)) == 3


def test_of_many_who_take_a_step_at_once_one_takes_it() -> None:
    """One statement and one event, and nobody is told that it failed."""
    checking = Checking().at(Step.ACKNOWLEDGED)
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: checking.takes(Step.REPLIED), range(8)))
    assert len({statement_hash(one.statement) for one in done}) == 1
    assert all(one.recorded for one in done)
    assert len(checking_events(checking)) == 3
