"""The rules of `VerificationCases.sol` in Python, in the same order."""

from dataclasses import replace
from datetime import datetime, timedelta

from ledger.events import CaseConcluded, CaseOpened, CaseStepped, SuspensionSet
from ledger.facts import Address, Key, Role
from ledger.memory.recognition_rules import end_second, second
from ledger.memory.use import MemoryUse, require_statement, seconds
from ledger.origin.facts import LONGEST_CLOCK, SHORTEST_CLOCK, CaseFacts, CaseGround, Step
from ledger.origin.lines import bits_of
from ledger.origin.steps import CONCLUSIVE, ORDERS, Side
from ledger.procedures_refusals import (
    CaseGroundInvalid,
    CaseNotYours,
    CaseUnknown,
    DueInvalid,
    LinesInQuestion,
    LinesLeft,
    LinesMissing,
    LinesNotOfCase,
    LinesOverlap,
    NotBehind,
    RulesMissing,
    StepNotDue,
    StepOutOfTurn,
    SuspensionUnchanged,
)
from ledger.writes import ConcludeCase, OpenCase, SetSuspension, TakeStep


class CaseRules(MemoryUse):
    """Questions to issuers, their clocks, and how they end."""

    def case(self, number: int) -> CaseFacts | None:
        """Return a verification case."""
        return self._cases.get(number)

    # ----------------------------------------------------------------------------------------- writes

    def _open_case(self, write: OpenCase, account: Address) -> None:
        key, entry = self._require_importing(write.certificate, account)
        exporting = self._require_behind(write, entry.exporting)
        _require_sound(write)
        lines, suspended = frozenset(write.lines), frozenset(write.suspended)
        use, now = self._use(write.certificate), self._now()
        if again := lines & use.questioned:
            raise LinesInQuestion(write.certificate, bits_of(again))
        due, whole_due = second(write.due), second(write.conclude_due)
        _require_due(due, now + timedelta(days=SHORTEST_CLOCK), now)
        _require_due(whole_due, due, now)
        case = CaseFacts(
            id=len(self._cases) + 1,
            certificate=write.certificate,
            about=write.about,
            importing=entry.importing,
            exporting=exporting,
            lines=lines,
            suspended=suspended,
            ground=write.ground,
            step=Step.OPENED,
            opened_at=now,
            stepped_at=now,
            due=due,
            conclude_due=whole_due,
            postponed=False,
        )
        self._cases[case.id] = case
        self._uses[write.certificate] = replace(
            use, questioned=use.questioned | lines, suspended=use.suspended | suspended
        )
        self._report(_opened(case, key, write))

    def _take_step(self, write: TakeStep, account: Address) -> None:
        case = self._require_case(write.case)
        key = self._require_turn(case, write.step, account)
        require_statement(write.statement)
        due, whole_due = self._clocks(write, case.conclude_due)
        self._cases[case.id] = replace(
            case,
            step=write.step,
            postponed=case.postponed or write.step is Step.VISIT_POSTPONED,
            stepped_at=self._now(),
            due=due,
            conclude_due=whole_due,
        )
        self._report(
            CaseStepped(
                case=case.id,
                id=case.certificate,
                about=case.about,
                key=key.id,
                step=int(write.step),
                due=seconds(due),
                conclude_due=seconds(whole_due),
                statement=write.statement,
            )
        )

    def _set_suspension(self, write: SetSuspension, account: Address) -> None:
        key, case = self._require_asking(write.case, account)
        suspended = frozenset(write.suspended)
        _require_of_case(case.id, suspended, case.lines)
        if suspended == case.suspended:
            raise SuspensionUnchanged(case.id)
        require_statement(write.statement)
        self._cases[case.id] = replace(case, suspended=suspended)
        use = self._use(case.certificate)
        self._uses[case.certificate] = replace(use, suspended=(use.suspended - case.lines) | suspended)
        told = (case.id, case.certificate, case.about, key.id, bits_of(suspended), write.statement)
        self._report(SuspensionSet(*told))

    def _conclude(self, write: ConcludeCase, account: Address) -> None:
        key, case = self._require_asking(write.case, account)
        confirmed, denied = frozenset(write.confirmed), frozenset(write.denied)
        if both := confirmed & denied:
            raise LinesOverlap(bits_of(both))
        _require_of_case(case.id, confirmed | denied, case.lines)
        if left := case.lines - (confirmed | denied):
            raise LinesLeft(case.id, bits_of(left))
        if denied and case.step not in CONCLUSIVE and self._now() <= case.due:
            raise StepNotDue(case.id, case.due)
        require_statement(write.statement)
        self._note_conclusion(case, confirmed, denied)
        told = (case.id, case.certificate, case.about, key.id, bits_of(confirmed), bits_of(denied))
        self._report(CaseConcluded(*told, write.statement))

    def _note_conclusion(self, case: CaseFacts, confirmed: frozenset[int], denied: frozenset[int]) -> None:
        """End a case: its lines are in question no more, and those denied as if never granted."""
        self._cases[case.id] = replace(
            case,
            step=Step.CONCLUDED,
            suspended=frozenset(),
            confirmed=confirmed,
            denied=denied,
            stepped_at=self._now(),
        )
        use = self._use(case.certificate)
        self._uses[case.certificate] = replace(
            use,
            granted=use.granted - denied,
            refused=use.refused | denied,
            used_up=use.used_up - denied,
            questioned=use.questioned - case.lines,
            suspended=use.suspended - case.lines,
            denied=(use.denied - confirmed) | denied,
        )

    # ------------------------------------------------------------------------------------------ rules

    def _require_behind(self, write: OpenCase, exporting: str) -> str:
        """Return who is asked: the member of the certificate, or of one addressed to it (OCP Rule 11)."""
        if write.about == write.certificate:
            return exporting
        behind = self._require_entry(write.about)
        if behind.importing != exporting:
            raise NotBehind(write.certificate, write.about)
        return behind.exporting

    def _require_case(self, number: int) -> CaseFacts:
        case = self._cases.get(number)
        if case is None:
            raise CaseUnknown(number)
        return case

    def _require_asking(self, number: int, account: Address) -> tuple[Key, CaseFacts]:
        """Return the account's key, of customs that asks, and the case, which must be open."""
        key = self._require_role(account, Role.CUSTOMS)
        case = self._require_case(number)
        if case.importing != key.member:
            raise CaseNotYours(number, case.importing)
        if not case.open:
            raise StepOutOfTurn(number, Step.CONCLUDED, Step.CONCLUDED)
        return key, case

    def _require_turn(self, case: CaseFacts, step: Step, account: Address) -> Key:
        """Return the account's key, which must be of the side that takes the step; the step must follow."""
        order = ORDERS.get(step)
        if order is None:
            raise StepOutOfTurn(case.id, step, case.step)
        asking = order.side is Side.ASKING
        turn = case.importing if asking else case.exporting
        key = self._require_role(account, Role.CUSTOMS if asking else Role.ISSUING)
        if key.member != turn:
            raise CaseNotYours(case.id, turn)
        if case.step not in order.after | order.overdue:
            raise StepOutOfTurn(case.id, step, case.step)
        if case.step not in order.after and self._now() <= case.due:
            raise StepNotDue(case.id, case.due)
        return key

    def _clocks(self, write: TakeStep, before: datetime) -> tuple[datetime, datetime]:
        """Return when the next step and the whole case are due.

        Whoever asks cannot leave the other side less than the shortest clock, neither outright nor by saying
        nothing or by moving the end of the case forward.
        """
        now, asking = self._now(), ORDERS[write.step].side is Side.ASKING
        earliest = now + timedelta(days=SHORTEST_CLOCK) if asking else now
        whole_due = end_second(write.conclude_due) if write.conclude_due else before
        due = end_second(write.due) if write.due else whole_due
        if write.due is not None or (asking and write.step is not Step.VISITED):
            _require_due(due, earliest, now)
        if write.conclude_due is not None:
            _require_due(whole_due, earliest, now)
        return due, whole_due


def _require_sound(write: OpenCase) -> None:
    """Check what can be said about a case without looking at others."""
    if not write.lines:
        raise LinesMissing
    _require_of_case(0, frozenset(write.suspended), frozenset(write.lines))
    if write.ground not in list(CaseGround):
        raise CaseGroundInvalid(int(write.ground))
    if not any(write.rules):
        raise RulesMissing
    require_statement(write.statement)


def _require_of_case(number: int, lines: frozenset[int], questioned: frozenset[int]) -> None:
    """Check that lines are among those in question."""
    if others := lines - questioned:
        raise LinesNotOfCase(number, bits_of(others))


def _require_due(due: datetime, earliest: datetime, now: datetime) -> None:
    """Check that something due lies between some time and the longest clock."""
    latest = now + timedelta(days=LONGEST_CLOCK)
    if not earliest <= due <= latest:
        raise DueInvalid(due, earliest, latest)


def _opened(case: CaseFacts, key: Key, write: OpenCase) -> CaseOpened:
    return CaseOpened(
        case=case.id,
        id=case.certificate,
        about=case.about,
        key=key.id,
        importing=case.importing,
        exporting=case.exporting,
        lines=bits_of(case.lines),
        suspended=bits_of(case.suspended),
        ground=int(case.ground),
        due=seconds(case.due),
        conclude_due=seconds(case.conclude_due),
        rules=write.rules,
        statement=write.statement,
    )
