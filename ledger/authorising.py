"""Authorising operators: the steps of an AEO authority, from the application to the end of the status.

An act is filed as events of the operator's case, together with the write that carries its status to the
ledger, in one transaction; from then on nothing loses it.  Events of a case are numbered, so of two processes
that act on one operator at once exactly one is first, and the other is told where the case is now.  A
repeated request finds the events that the first one left and waits for them.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ledger.aeo.asked import Action
from ledger.aeo.cases import Case, Event, EventState
from ledger.aeo.codes import parse_operator_code
from ledger.aeo.life import Officer, events_of, permitted
from ledger.aeo.particulars import particulars
from ledger.aeo.records import OperatorRecord, record_hash, record_in
from ledger.aeo.refused import CaseMovedOn, OperatorNotOnFile, RecordNotHeld, RecordNotOnLedger
from ledger.errors import KeyNotHeld, NotRecordedYet, OperatorCodeAmbiguous, OperatorCodeMalformed
from ledger.facts import Address, Role
from ledger.issuing import WAIT, admit, entitled
from ledger.operator_files import Step
from ledger.operators import Consent, Mutual, OperatorCode
from ledger.outbox import DispatchState
from ledger.ports import Ledger
from ledger.recognition_refusals import ConsentMissing, OperatorNotYours
from ledger.refusals import NotAuthorised
from ledger.writes import RecordStatuses


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of an act."""

    case: Case
    """The case, with the events of the act."""
    events: tuple[Event, ...]
    repeated: bool
    """Whether the same request had been filed before."""

    @property
    def recorded(self) -> bool:
        """Whether all of it is where it belongs: on the ledger, or for steps before the decision on file."""
        return all(event.state in {EventState.FILED, EventState.RECORDED} for event in self.events)


def decide(
    action: Action, *, authority: int, account: Address, ledger: Ledger, wait: float = WAIT
) -> Decided:
    """Act on an operator for an AEO authority, signed by one of its keys.

    1. See that the account may act for the authority, and the authority for the operator's member.
    2. See how the case stands, and whether the same request was filed before.
    3. Ask the life cycle whether the act is allowed.
    4. Make the operator's record, and the events with their writes.
    5. Store them in one transaction: from here on the act is accepted, and nothing loses it.
    6. Wait until the ledger holds it, `wait` seconds at most.

    Raises an error of `ledger.aeo.refused`, a twin of the contract's error, or `Unavailable`.  What is not
    recorded in time comes back as accepted.
    """
    case, mutual = _own(action, authority, account, ledger)
    filed = case.repeated(action.request, anywhere=bool(action.once))
    if filed:
        return _carried(filed, account, ledger, wait, repeated=True)
    now = ledger.clock()
    record, events = _drawn_up(case, action, mutual, Officer(authority, account), ledger)
    _writable(case, events[0], ledger)
    try:
        filed = tuple(ledger.operator_files.file([_step(events)], [record] if record else [], now=now))
    except CaseMovedOn:
        return _carried(_moved_on(action, ledger), account, ledger, wait, repeated=True)
    return _carried(filed, account, ledger, wait, repeated=False)


def foreseen(action: Action, *, authority: int, account: Address, ledger: Ledger) -> OperatorRecord | None:
    """Return the record that an act would make of the operator, None for one that makes none.

    Nothing is stored.  Raises what `decide` would raise before it stores.
    """
    case, mutual = _own(action, authority, account, ledger)
    return _drawn_up(case, action, mutual, Officer(authority, account), ledger)[0]


def _own(action: Action, authority: int, account: Address, ledger: Ledger) -> tuple[Case, Mutual]:
    """Return the case of an operator of the authority's member; raises `OperatorNotYours`."""
    member = entitled(authority, account, ledger, Role.AEO).member
    if member != action.operator[:2]:
        raise OperatorNotYours(action.operator, member)
    return _seen(action.operator, ledger)


def _drawn_up(
    case: Case, action: Action, mutual: Mutual, officer: Officer, ledger: Ledger
) -> tuple[OperatorRecord | None, list[Event]]:
    """Return the record that an act makes, if it makes one, and its events; stores nothing."""
    now = ledger.clock()
    permitted(case, action, now)
    signer = Officer(officer.authority, _signer(case, officer.authority, officer.account, ledger))
    record, holding = particulars(case, action, mutual, newest_record(case, ledger))
    return record, events_of(case, action, holding, signer, now)


def own_code(text: str, member: str) -> OperatorCode:
    """Return the code of a member's own operator, with or without the country's letters.

    Raises `OperatorNotYours` when the code names another member, `OperatorCodeMalformed` or
    `OperatorCodeAmbiguous`.
    """
    try:
        code = parse_operator_code(text)
    except (OperatorCodeMalformed, OperatorCodeAmbiguous):
        code = parse_operator_code(text, member=member)
    if code[:2] != member:
        raise OperatorNotYours(code, member)
    return code


def case_of(operator: OperatorCode, ledger: Ledger) -> Case:
    """Return an operator's case; raises `OperatorNotOnFile` when neither archive nor ledger knows it."""
    case, _ = _seen(operator, ledger)
    if not case.events and not case.changes:
        raise OperatorNotOnFile(operator)
    return case


def cases(
    ledger: Ledger, *, member: str | None = None, after: OperatorCode | None = None, limit: int = 100
) -> Sequence[Case]:
    """Return the cases of operators that have events here, of one member or of all, going on after a code."""
    return cases_of(ledger.operator_files.operators(member=member, after=after, limit=limit), ledger)


def cases_of(codes: Sequence[OperatorCode], ledger: Ledger) -> Sequence[Case]:
    """Return the cases of operators, in their order; one that nothing is on file of has an empty one."""
    held = ledger.recognitions.found(codes).operators if codes else {}
    return [
        Case(code, tuple(ledger.operator_files.events(code)), held[code].changes if code in held else ())
        for code in codes
    ]


def newest_record(case: Case, ledger: Ledger) -> OperatorRecord | None:
    """Return the newest record of a case, if it is here."""
    return newest_records([case], ledger).get(case.operator)


def newest_records(found: Sequence[Case], ledger: Ledger) -> Mapping[OperatorCode, OperatorRecord]:
    """Return the newest records of cases, by operator, as far as they are here."""
    named = {case.operator: case.holding.record_hash for case in found if case.holding}
    records = ledger.operator_files.records(named.values())
    return {code: records[one] for code, one in named.items() if one in records}


def record_at_hand(operator: OperatorCode, ledger: Ledger) -> OperatorRecord:
    """Return the newest record of an operator; raises `OperatorNotOnFile` or `RecordNotHeld`."""
    record = newest_record(case_of(operator, ledger), ledger)
    if record is None:
        raise RecordNotHeld(operator)
    return record


def take_in(data: bytes, ledger: Ledger) -> OperatorRecord:
    """Keep a record from another authority, if the ledger has named its hash for that operator.

    Whoever handed it over need not be trusted.  Raises `InputMalformed`, `OperatorMalformed` or
    `RecordNotOnLedger`.
    """
    record = record_in(data)
    found = ledger.recognitions.found([record.operator]).operators.get(record.operator)
    named = {change.record_hash for change in found.changes} if found else set()
    if record_hash(record) not in named:
        raise RecordNotOnLedger(record.operator)
    ledger.operator_files.keep([record], now=ledger.clock())
    return record


def _seen(operator: OperatorCode, ledger: Ledger) -> tuple[Case, Mutual]:
    """Return how an operator's case stands, and the programmes."""
    events = tuple(ledger.operator_files.events(operator))
    found = ledger.recognitions.found([operator])
    held = found.operators.get(operator)
    return Case(operator, events, held.changes if held else ()), found.mutual


def _signer(case: Case, authority: int, account: Address, ledger: Ledger) -> Address:
    """Return the key to sign with: while a write of the case is under way, the one that signs it.

    Writes of two keys have no order among them.  Raises `NotRecordedYet` where that key is not at hand.
    """
    for event in reversed(case.live):
        write = ledger.outbox.find(event.dispatch) if event.dispatch is not None else None
        if write is None or write.state in {DispatchState.RECORDED, DispatchState.REFUSED}:
            continue
        if write.account == account:
            break
        with suppress(NotAuthorised, KeyNotHeld):
            entitled(authority, write.account, ledger, Role.AEO)
            return write.account
        raise NotRecordedYet
    return account


def _writable(case: Case, first: Event, ledger: Ledger) -> None:
    """Raise what the contract would raise of a first status, and let no more in than may wait."""
    if first.status is None:
        return
    if not case.version and Consent.EXCHANGE not in first.holding.consent:
        raise ConsentMissing(case.operator)
    admit(first.account, ledger)


def _step(events: Sequence[Event]) -> Step:
    """Return the events of an act with one write for all their statuses.

    The ledger takes all of it or nothing: the first of two statuses alone would speak for the days of the
    second, such as those of a suspension that is said once more behind an amendment of an earlier day.
    """
    statuses = tuple(record for event in events if (record := event.record))
    return Step(tuple(events), RecordStatuses(statuses) if statuses else None, events[0].account)


def _moved_on(action: Action, ledger: Ledger) -> tuple[Event, ...]:
    """Return the events of the same request that another process filed first, or raise `CaseMovedOn`."""
    case, _ = _seen(action.operator, ledger)
    if filed := case.repeated(action.request, anywhere=True):
        return filed
    now = ledger.clock()
    allowed = tuple(act.value for act in case.allowed_at(now))
    raise CaseMovedOn(action.operator, case.stage_at(now).value, allowed)


def _carried(
    filed: Sequence[Event], account: Address, ledger: Ledger, wait: float, *, repeated: bool
) -> Decided:
    """Wait for the writes of events; raises the refusal when the contract refused one."""
    deadline = time.monotonic() + wait
    for event in filed:
        if event.dispatch is not None and event.state is EventState.ACCEPTED:
            _wait_for(event.dispatch, account, ledger, max(0.0, deadline - time.monotonic()))
    case, _ = _seen(filed[0].operator, ledger)
    mine = {event.seq for event in filed}
    return Decided(case, tuple(event for event in case.events if event.seq in mine), repeated)


def _wait_for(position: int, account: Address, ledger: Ledger, wait: float) -> None:
    write = ledger.outbox.find(position)
    if write and write.state is DispatchState.WAITING and not ledger.registry.holds(write.account):
        ledger.outbox.requeue(write, account)  # its key is not at hand any more
    done = ledger.carrier.carried_out(lambda: ledger.outbox.find(position), wait)
    if done.refusal is not None:
        raise done.refusal
