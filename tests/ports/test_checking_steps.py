"""Verification cases step by step on the ledger in memory and on a chain whose time is moved on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from ledger.arranging import Actor
from ledger.checking import conclude, open_check, set_suspension, take_step
from ledger.checking_carrying import Checked
from ledger.checking_refused import CaseStepNotAllowed
from ledger.checking_said import NOTHING, Opening, Words
from ledger.facts import Role
from ledger.memory_archive import MemoryArchive
from ledger.memory_statements import MemoryStatements
from ledger.origin.facts import CaseFacts, CaseGround, LateGround, Step
from ledger.origin.life import told_in
from ledger.ports import Ledger
from ledger.procedures_refusals import LinesDenied, LinesSuspended, StepNotDue
from ledger.rounds import Policy
from ledger.statements import declaration_key
from ledger.submitting import assembled
from ledger.writes import Decide
from tests.worlds import World

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SAID = Words(text="See the records of the factory.")
ASKED = {Step.ACKNOWLEDGED, Step.REPLIED, Step.VISIT_CONSENTED, Step.VISIT_POSTPONED, Step.COMMENTED}


@dataclass
class Court:
    """Thai customs and the Vietnamese issuer on one ledger, with a certificate between them."""

    world: World
    ledger: Ledger
    certificate: bytes

    def opened(self, **more: Any) -> Checked:
        """Let Thai customs ask about lines 1 and 2, with preference for line 1 suspended."""
        given: dict[str, Any] = {"lines": (1, 2), "suspended": (1,), "ground": CaseGround.RANDOM}
        opening = Opening(certificate=self.certificate, **given | more)
        return open_check(opening, self.actor("TH customs"), self.ledger)

    def takes(self, step: Step, words: Words = SAID) -> Checked:
        """Take a step as the side whose it is."""
        who = "VN issuing" if step in ASKED else "TH customs"
        return take_step(self.number, step, words, self.actor(who), self.ledger)

    def concludes(self, confirmed: tuple[int, ...], denied: tuple[int, ...] = ()) -> Checked:
        """Conclude the case."""
        actor = self.actor("TH customs")
        return conclude(self.number, confirmed, denied, SAID, actor=actor, ledger=self.ledger)

    def grants(self, line: int, number: str) -> None:
        """Grant preference for a line under a declaration."""
        write = Decide(
            certificate=self.certificate,
            declaration=declaration_key(self.certificate, "TH", number),
            granted=(line,),
            used_up=(),
            refused=(),
            presented_at=self.world.now,
            late=LateGround.NONE,
            statement=b"\1" * 32,
        )
        self.ledger.procedures.write(write, self.world.account("TH customs"))

    def actor(self, name: str) -> Actor:
        """Return an authority of the cast."""
        return Actor(self.world.authority(name), self.world.account(name))

    @property
    def number(self) -> int:
        """The newest case on the certificate."""
        return max(told_in(self.ledger.procedures.life(self.certificate)).cases)

    @property
    def case(self) -> CaseFacts:
        """The case as the ledger has it, which is what its events tell."""
        found = self.ledger.procedures.case(self.number)
        assert found is not None
        assert told_in(self.ledger.procedures.life(self.certificate)).cases[self.number] == found
        return found

    def pass_until(self, moment_: Any) -> None:
        """Let time pass until a moment."""
        self.world.advance(moment_ - self.world.now)


@pytest.fixture
def court(sending: World) -> Court:
    """Return the court on each ledger."""
    archive: Any = MemoryArchive()
    ledger = assembled(
        Policy(ask_again=0.0),
        members=sending.ledger,
        registry=sending.ledger,
        procedures=sending.ledger,
        transactions=sending.transactions,
        archive=archive,
        outbox=archive.outbox,
        clock=lambda: sending.now,
        statements=MemoryStatements(),
    )
    assert Role.CUSTOMS in ledger.members.authorities()[sending.authority("TH customs") - 1].roles
    return Court(sending, ledger, sending.issued())


def test_a_check_by_correspondence(court: Court) -> None:
    """Question, receipt, reply, one more question and reply; suspension blocks, conclusion frees."""
    assert court.opened().recorded
    assert court.opened().repeated
    with pytest.raises(LinesSuspended):
        court.grants(1, "A1")
    assert court.takes(Step.ACKNOWLEDGED, NOTHING).recorded
    received = court.case.stepped_at
    assert timedelta(0) <= received + 90 * DAY - court.case.due < timedelta(minutes=1)
    with pytest.raises(CaseStepNotAllowed):
        court.takes(Step.ASKED_AGAIN)
    court.takes(Step.REPLIED)
    assert court.takes(Step.REPLIED).repeated
    court.takes(Step.ASKED_AGAIN)
    court.takes(Step.REPLIED, Words(text="The rest of it."))
    set_suspension(court.number, (1, 2), NOTHING, court.actor("TH customs"), court.ledger)
    with pytest.raises(LinesSuspended):
        court.grants(2, "A2")
    assert court.concludes((1,), (2,)).recorded
    court.grants(1, "A3")
    with pytest.raises(LinesDenied):
        court.grants(2, "A4")
    assert (court.case.confirmed, court.case.denied) == (frozenset({1}), frozenset({2}))
    assert court.concludes((1,), (2,)).repeated


def test_a_visit_from_its_notice_to_the_comments(court: Court) -> None:
    """Postponed to sixty days from the notice, then held, determined, commented and concluded."""
    court.opened()
    court.takes(Step.REPLIED)
    court.takes(Step.VISIT_NOTIFIED)
    notified = court.case.stepped_at
    court.world.advance(20 * DAY)
    court.takes(Step.VISIT_POSTPONED)
    assert court.case.due == notified + 60 * DAY
    for step in (Step.VISIT_CONSENTED, Step.VISITED, Step.DETERMINED, Step.COMMENTED):
        court.takes(step)
        assert court.case.step is step
    assert court.concludes((1, 2)).recorded


def test_a_silent_issuer_is_overdue_a_second_after_its_last_one(court: Court) -> None:
    """Only then can customs go on to a visit, or deny."""
    court.opened()
    court.pass_until(court.case.due - 60 * SECOND)
    with pytest.raises(CaseStepNotAllowed, match="overdue"):
        court.takes(Step.VISIT_NOTIFIED)
    with pytest.raises(StepNotDue):
        court.concludes((1,), (2,))
    court.pass_until(court.case.due + SECOND)
    assert court.takes(Step.VISIT_NOTIFIED).recorded
    court.pass_until(court.case.due + SECOND)
    assert court.concludes((1,), (2,)).recorded
