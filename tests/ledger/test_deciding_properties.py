"""Whatever customs and issuer do, in whatever order: what must hold of decisions at import always holds."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ledger.deciding_asked import Asked, Grant, Refusal
from ledger.deciding_before import before_of, granted_in
from ledger.deciding_rules import against
from ledger.errors import Refused
from ledger.events import Decided as Recorded
from ledger.origin.facts import CaseGround, Claim, Use
from ledger.origin.life import story_of, told_in
from ledger.origin.lines import lines_of
from ledger.outbox import DispatchState
from ledger.procedures_refusals import LinesSuspended
from ledger.statements import declaration_key
from ledger.writes import ConcludeCase, OpenCase, SetSplitUse, SetSuspension
from tests.customs import CUSTOMS, SECOND, Border, an_asking

CERTIFIED = (Decimal(100), Decimal("7.5"), Decimal(3))
LINES = st.sampled_from((1, 2, 3))
SOME = st.sets(LINES, max_size=3).map(lambda lines: tuple(sorted(lines)))
QUANTITY = st.sampled_from(("0.5", "1", "3", "2.5", "7.5", "40", "60", "99.9")).map(Decimal)
DECLARATION = st.sampled_from(("A1", "A2", "A3", "A4", "A5"))
ON_LINE = st.one_of(
    QUANTITY.map(lambda quantity: Grant(quantity, "KGM")),
    st.sampled_from(
        (Refusal(("ORIGIN-DOUBTED",)), Refusal(("PARTICULARS-DIFFER",), "Seven bags are another mark."))
    ),
)
DECISION = st.dictionaries(LINES, ON_LINE, min_size=1, max_size=3)


class Customs(RuleBasedStateMachine):
    """Two keys of customs decide, the issuer answers, cases come and go, and the ledger refuses at times."""

    def __init__(self) -> None:
        """Issue a certificate of three lines, which customs receives."""
        super().__init__()
        self.border = Border()
        self.one = self.border.issued(*(f"{quantity:f}" for quantity in CERTIFIED))
        self.asked: list[Asked] = []
        self.cases: list[tuple[int, ...]] = []
        self.past: list[tuple[datetime, Use, dict[bytes, Claim], dict[int, Any]]] = []
        self.said = 0

    def _later(self, **by: float) -> None:
        """Let time pass, at least a second, so that what was is past."""
        self.border.now += timedelta(**by) if by else timedelta(seconds=1)

    def _decide(self, asked: Asked, *, wait: float, account: Any = CUSTOMS) -> None:
        lines, number = dict(asked.lines), asked.declaration
        more = {"presented_on": asked.presented_on}
        try:
            self.border.decide(self.one, lines, number, wait=wait, account=account, **more)
        except Refused:  # by a rule, or by the ledger
            return
        finally:
            self._later()
        self.asked.append(asked)

    @rule(lines=DECISION, declaration=DECLARATION, account=st.sampled_from((CUSTOMS, SECOND)))
    def decide(self, lines: dict[int, Grant | Refusal], declaration: str, account: Any) -> None:
        """Decide on some lines."""
        self._decide(an_asking(self.one, lines, declaration), wait=5.0, account=account)

    @rule(lines=DECISION, declaration=DECLARATION)
    def decide_and_leave(self, lines: dict[int, Grant | Refusal], declaration: str) -> None:
        """Decide, and do not wait for the ledger."""
        self._decide(an_asking(self.one, lines, declaration), wait=0.0)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), wait=st.sampled_from((0.0, 5.0)))
    def ask_again(self, data: st.DataObject, wait: float) -> None:
        """Retry a request of before."""
        self._decide(data.draw(st.sampled_from(self.asked)), wait=wait)

    @rule(data=st.data())
    def be_refused(self, data: st.DataObject) -> None:
        """Let the ledger refuse a decision that waits."""
        outbox = self.border.customs.outbox
        found = [outbox.find(one.dispatch) for one in self.border.customs.decisions.decisions(self.one)]
        waiting = [write for write in found if write and write.state is DispatchState.WAITING]
        if waiting:
            outbox.refuse(data.draw(st.sampled_from(waiting)), LinesSuspended(self.one, 1))

    @rule()
    def carry(self) -> None:
        """Carry to the ledger what waits."""
        dict(self.border.customs.carrier.rounds())
        self._later()

    @rule(lines=SOME.filter(bool))
    def clarify(self, lines: tuple[int, ...]) -> None:
        """Answer a refusal."""
        self.said += 1
        try:
            self.border.clarify(self.one, *lines, text=f"Answer {self.said}")
        except Refused:
            pass
        finally:
            self._later()

    def _write(self, write: Any) -> bool:
        try:
            self.border.chain.write(write, CUSTOMS)
        except Refused:
            return False
        finally:
            self._later()
        return True

    def _hash(self) -> bytes:
        self.said += 1
        return self.said.to_bytes(32, "big")

    @rule(lines=SOME.filter(bool), suspended=SOME)
    def open_case(self, lines: tuple[int, ...], suspended: tuple[int, ...]) -> None:
        """Have lines verified."""
        due = self.border.now + timedelta(days=30)
        opening = OpenCase(
            certificate=self.one,
            about=self.one,
            lines=lines,
            suspended=tuple(line for line in suspended if line in lines),
            ground=CaseGround.RANDOM,
            due=due,
            conclude_due=due,
            rules=b"\1" * 32,
            statement=self._hash(),
        )
        if self._write(opening):
            self.cases.append(lines)

    @precondition(lambda self: self.cases)
    @rule(data=st.data(), suspended=SOME)
    def suspend(self, data: st.DataObject, suspended: tuple[int, ...]) -> None:
        """Say anew of which lines preference is suspended."""
        case = data.draw(st.integers(1, len(self.cases)))
        self._write(SetSuspension(case=case, suspended=suspended, statement=self._hash()))

    @precondition(lambda self: self.cases)
    @rule(data=st.data(), denied=SOME)
    def conclude(self, data: st.DataObject, denied: tuple[int, ...]) -> None:
        """Conclude a case, denying some of its lines once the reply is overdue."""
        case = data.draw(st.integers(1, len(self.cases)))
        lines = self.cases[case - 1]
        self._later(days=31)
        no = tuple(line for line in denied if line in lines)
        yes = tuple(line for line in lines if line not in no)
        self._write(ConcludeCase(case=case, confirmed=yes, denied=no, statement=self._hash()))

    @rule(allowed=st.booleans())
    def switch(self, allowed: bool) -> None:  # noqa: FBT001 - drawn
        """Let lines be used in parts, or not."""
        self._write(SetSplitUse(allowed))

    @invariant()
    def no_more_is_granted_than_was_certified(self) -> None:
        """By all that the ledger names, and by all that is on its way to it."""
        customs = self.border.customs
        granted, seen = dict[tuple[bytes, int], Decimal](), set[bytes]()
        for one in self.border.chain.life(self.one).occurrences:
            if isinstance(one.event, Recorded):
                lines = lines_of(one.event.granted)
                told = granted_in(customs.statements.statement(one.event.statement), lines)
                assert told is not None
                assert one.event.statement not in seen
                seen.add(one.event.statement)
                for line, quantity in told.items():  # once more under one declaration: the same goods
                    place = one.event.declaration, line
                    granted[place] = max(quantity, granted.get(place, quantity))
        for filed in customs.decisions.decisions(self.one):
            if filed.live and filed.statement not in seen:
                for each in filed.lines:
                    place = filed.declaration, each.line
                    granted[place] = max(each.quantity, granted.get(place, each.quantity))
        for line, certified in enumerate(CERTIFIED, 1):
            assert sum(quantity for (_, of), quantity in granted.items() if of == line) <= certified

    @invariant()
    def a_refused_line_blocks_no_other(self) -> None:
        """Nor does one that is denied or suspended: what is left of the others can be granted."""
        customs, life = self.border.customs, self.border.chain.life(self.one)
        (kept,) = customs.kept.kept([self.one]).values()
        key = declaration_key(self.one, "TH", "new")
        before, _ = before_of(kept, life, customs, declaration=key)
        for line in (1, 2, 3):
            left = before.remaining(line)
            own = (
                before.use.denied | before.use.suspended | (before.granted if not before.split_use else set())
            )
            if left <= 0 or line in own:
                continue
            asked = an_asking(self.one, {line: Grant(left, "KGM")}, "new")
            assert list(against(asked, key, before)) == []

    @invariant()
    def the_past_never_changes(self) -> None:
        """What was said of a moment is said of it ever after."""
        occurrences = self.border.chain.life(self.one).occurrences
        for at, use, claims, cases in self.past[-8:] + self.past[:2]:
            then = story_of(occurrences, self.one, at)
            assert (then.use, then.claims, then.cases) == (use, claims, cases)
        at = self.border.chain.head().time
        if at < self.border.now and (not self.past or self.past[-1][0] < at):
            now = story_of(occurrences, self.one, at)
            self.past.append((at, replace(now.use), dict(now.claims), dict(now.cases)))

    @invariant()
    def the_ledger_and_its_events_say_the_same_of_use(self) -> None:
        """And of lines on the ledger none is granted and denied at once."""
        use = told_in(self.border.chain.life(self.one)).use
        assert not use.granted & use.denied
        assert use.suspended <= use.questioned

    def teardown(self) -> None:
        """In the end everything that waits arrives or is refused, and nothing is left over."""
        for _ in range(20):  # a round takes four writes of a key, and a machine makes thirty steps
            dict(self.border.customs.carrier.rounds())
            self._later()
        assert self.border.customs.outbox.backlog().writes == 0
        self.no_more_is_granted_than_was_certified()


TestCustoms = Customs.TestCase
TestCustoms.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
