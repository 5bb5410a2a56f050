"""Authorising operators: what is accepted is neither lost nor repeated, and the ledger says the same."""

import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from ledger.aeo.acts import Act, Stage
from ledger.aeo.asked import Action
from ledger.aeo.cases import Event, EventState
from ledger.aeo.recognition import status_at
from ledger.aeo.records import OperatorRecord, record_bytes, record_hash
from ledger.aeo.refused import (
    ActNotAllowed,
    CaseMovedOn,
    OperatorMalformed,
    OperatorNotOnFile,
    RecordNotHeld,
    RecordNotOnLedger,
)
from ledger.authorising import Decided, case_of, cases, decide, record_at_hand, take_in
from ledger.errors import ChainUnreachable, LedgerError, NotRecordedYet
from ledger.facts import Address
from ledger.fsck import Examiner
from ledger.memory_operator_files import MemoryOperatorFiles
from ledger.operator_files import Step
from ledger.operators import Consent, Found, Ground, OperatorCode, OperatorRole, OperatorStatus, Status
from ledger.operators import StatusRecord as Record
from ledger.outbox import DispatchState
from ledger.recognition_refusals import ConsentMissing, LevelInvalid, OperatorNotYours, VersionOutOfTurn
from ledger.refusals import NotAuthorised
from ledger.writes import RecordStatuses
from tests.offices import (
    AUTHORITY,
    BOTH,
    CODE,
    DAY,
    ISSUING,
    ISSUING_AUTHORITY,
    KEY,
    SECOND,
    THAI,
    THAI_AUTHORITY,
    TO_FIELD,
    Office,
    an_action,
    on,
)


@pytest.fixture
def office() -> Office:
    """Return an AEO authority."""
    return Office()


def suspension(**more: Any) -> Action:
    """Return what suspends the usual operator."""
    return an_action(Act.SUSPEND, **{"ground": Ground.CONDITIONS_UNMET} | more)


def test_nothing_reaches_the_ledger_before_the_operator_is_certified(office: Office) -> None:
    """Applications and validations are the authority's own."""
    office.does(Act.APPLY)
    for act in TO_FIELD:
        assert office.does(act).recorded
    assert office.chain.found([CODE]).operators == {}
    assert office.archive.outbox.backlog().writes == 0


def test_certifying_records_the_status_with_the_hash_of_the_record(office: Office) -> None:
    """The record stays here, and the ledger names it."""
    done = office.certified(until=on(11, 2, 2031), evidence=(b"\7" * 32,))
    assert (done.recorded, done.case.stage_at(office.now)) == (True, Stage.CERTIFIED)
    change = office.latest
    assert (change.version, change.status, change.effective_from, change.until) == (
        1,
        OperatorStatus.CERTIFIED,
        DAY,
        on(11, 2, 2031),
    )
    record = record_at_hand(CODE, office.ledger)
    assert record_hash(record) == change.record_hash
    assert (record.name, record.programme, record.evidence) == ("Cà phê Tây Nguyên JSC", "PE", (b"\7" * 32,))


def test_evidence_of_every_step_ends_up_in_the_record(office: Office) -> None:
    """What the decision rests on can be proved later, by whoever holds the files."""
    office.does(Act.APPLY, evidence=(b"\1" * 32,))
    for number, act in enumerate(TO_FIELD, start=2):
        office.does(act, evidence=(bytes([number]) * 32,))
    office.does(Act.CERTIFY)
    assert record_at_hand(CODE, office.ledger).evidence == tuple(bytes([n]) * 32 for n in (1, 2, 3, 4))


def test_a_late_suspension_changes_the_answer_for_the_days_before(office: Office) -> None:
    """And what the ledger knew on those days can still be asked."""
    office.certified()
    office.later(days=20)
    office.does(Act.SUSPEND, ground=Ground.SUSPECTED_BREACH, effective=DAY + timedelta(days=5))
    on_day_ten, operator = DAY + timedelta(days=10), office.operator
    now_known, then_known = status_at(operator, on_day_ten), status_at(operator, on_day_ten, on_day_ten)
    assert now_known is not None
    assert then_known is not None
    assert (now_known.status, then_known.status) == (OperatorStatus.SUSPENDED, OperatorStatus.CERTIFIED)


def test_a_suspension_with_an_end_is_recorded_as_two_statuses(office: Office) -> None:
    """They are in one write, so that the ledger never holds the first without the second."""
    office.certified()
    done = office.does(Act.SUSPEND, ground=Ground.CONDITIONS_UNMET, until=on(12, 1))
    assert (len(done.events), len({event.dispatch for event in done.events})) == (2, 1)
    assert [(one.version, one.status.name) for one in office.operator.changes] == [
        (1, "CERTIFIED"),
        (2, "SUSPENDED"),
        (3, "CERTIFIED"),
    ]
    held = status_at(office.operator, on(12, 2))
    assert held is not None
    assert held.status is OperatorStatus.CERTIFIED


def test_a_late_amendment_never_lifts_the_suspension_that_came_after_it(office: Office) -> None:
    """Both are said anew in one write: between two of them the operator would stand certified."""
    office.certified()
    office.later(days=10)
    office.does(Act.SUSPEND, ground=Ground.SUSPECTED_BREACH)
    office.later(days=5)
    office.hold()
    done = office.does(Act.AMEND, level=2, effective=DAY + timedelta(days=3), wait=0.0)
    assert [event.status and event.status.name for event in done.events] == ["CERTIFIED", "SUSPENDED"]
    assert office.archive.outbox.backlog().writes == 1
    office.release()
    held = status_at(office.operator, office.now)
    assert held is not None
    assert (held.status, held.level) == (OperatorStatus.SUSPENDED, 2)


def test_a_repeated_act_changes_nothing(office: Office) -> None:
    """It finds the events of the first time."""
    office.certified()
    first = office.asked(suspension(until=on(12, 1)))
    office.later(hours=1)
    again = office.asked(suspension(until=on(12, 1)))
    assert (first.repeated, again.repeated) == (False, True)
    assert [event.seq for event in first.events] == [event.seq for event in again.events]
    assert len(office.operator.changes) == 3


def test_an_older_request_is_recognised_by_its_key(office: Office) -> None:
    """A retry after the case has moved on must not do the act once more."""
    office.certified()
    office.asked(suspension(once="key-1"))
    office.does(Act.REINSTATE)
    assert office.asked(suspension(once="key-1")).repeated
    assert office.status == "certified"
    assert not office.asked(suspension(once="key-2")).repeated
    assert office.status == "suspended"


def test_an_act_that_is_not_allowed_is_refused_with_what_is(office: Office) -> None:
    """Nothing is filed."""
    office.certified()
    with pytest.raises(ActNotAllowed) as refused:
        office.does(Act.CERTIFY, effective=on(11, 3))
    assert "suspend" in refused.value.allowed
    assert "suspend" in str(refused.value)
    assert len(office.files.events(CODE)) == 5


def test_what_the_chain_has_not_taken_yet_is_accepted_and_not_lost(office: Office) -> None:
    """The case is suspended from the moment it is filed; another process carries it to the ledger."""
    office.certified()
    office.hold()
    done = office.asked(suspension(), wait=0.0)
    assert (done.recorded, done.case.stage_at(office.now)) == (False, Stage.SUSPENDED)
    assert [event.state for event in done.events] == [EventState.ACCEPTED]
    assert office.status == "certified"
    office.ledger.carrier.close()  # the process is killed
    office.ledger = office.process()
    office.release()
    assert office.status == "suspended"
    assert office.asked(suspension()).recorded


def test_acts_follow_each_other_while_the_chain_takes_none(office: Office) -> None:
    """Their writes go out in their order."""
    office.certified()
    office.hold()
    office.asked(suspension(), wait=0.0)
    office.does(Act.REINSTATE, wait=0.0)
    office.does(Act.AMEND, level=2, wait=0.0)
    office.release()
    assert [one.status.name for one in office.operator.changes] == [
        "CERTIFIED",
        "SUSPENDED",
        "CERTIFIED",
        "CERTIFIED",
    ]
    assert office.latest.level == 2


def test_a_second_key_goes_by_the_key_whose_write_is_under_way(office: Office) -> None:
    """Writes of two keys have no order among them."""
    office.certified()
    office.hold()
    office.asked(suspension(), wait=0.0)
    office.asked(an_action(Act.REINSTATE), wait=0.0, account=SECOND)
    accounts = {event.account for event in office.files.events(CODE)[-2:]}
    assert accounts == {KEY}
    office.release()
    office.asked(suspension(note="again"), account=SECOND)
    assert office.latest.key == 2


def test_a_second_key_waits_where_the_first_is_not_at_hand_any_more(office: Office) -> None:
    """Until what the first has begun is recorded."""
    office.certified()
    office.hold()
    office.asked(suspension(), wait=0.0)
    office.chain._held = frozenset({SECOND})
    with pytest.raises(NotRecordedYet):
        office.asked(an_action(Act.REINSTATE), wait=0.0, account=SECOND)


class Meanwhile(MemoryOperatorFiles):
    """Files in which somebody else acts between our look and our filing."""

    def __init__(self, files: MemoryOperatorFiles, other: Callable[[], object]) -> None:
        """Share the files of another process."""
        self.__dict__ = files.__dict__
        self.file_ = files.file
        self._other: list[Callable[[], object]] = [other]

    def file(
        self, steps: Sequence[Step], records: Sequence[OperatorRecord], *, now: datetime
    ) -> Sequence[Event]:
        """Let the other one act first."""
        if self._other:
            self._other.pop()()
        return self.file_(steps, records, now=now)


def test_of_two_who_act_at_once_one_is_first_and_the_other_is_told(office: Office) -> None:
    """With where the case is now, and what is allowed there."""
    office.certified()
    ours = office.process(
        operator_files=Meanwhile(office.files, lambda: office.does(Act.SURRENDER, ground=Ground.CEASED))
    )
    with pytest.raises(CaseMovedOn) as refused:
        office.asked(suspension(), ledger=ours)
    assert (refused.value.stage, "apply" in refused.value.allowed) == ("surrendered", True)
    assert [one.status.name for one in office.operator.changes] == ["CERTIFIED", "SURRENDERED"]


def test_of_two_who_do_the_same_at_once_both_are_told_that_it_is_done(office: Office) -> None:
    """It is done once."""
    office.certified()
    ours = office.process(operator_files=Meanwhile(office.files, lambda: office.asked(suspension())))
    assert office.asked(suspension(), ledger=ours).repeated
    assert len(office.operator.changes) == 2


def test_many_threads_that_act_at_once_do_it_once(office: Office) -> None:
    """Whoever is not first finds the same act, or is refused by name."""
    office.certified()
    came: list[Decided | LedgerError] = []

    def act(number: int) -> None:
        try:
            came.append(office.asked(suspension(note=f"officer {number}")))
        except LedgerError as error:
            came.append(error)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [one for one in came if isinstance(one, Decided)]
    assert all(isinstance(one, CaseMovedOn) for one in came if one not in done)
    assert len(done) + 1 == len(office.operator.changes)
    assert [event.seq for event in office.files.events(CODE)] == list(range(1, 5 + len(done) + 1))


def test_a_write_that_the_contract_refuses_leaves_the_case_where_it_was(office: Office) -> None:
    """Another archive of the member was quicker; the next look sees what it did."""
    office.certified()
    office.hold()
    office.asked(suspension(), wait=0.0)
    change = office.latest
    revoked = Status(
        status=OperatorStatus.REVOKED,
        programme=1,
        level=1,
        roles=change.roles,
        consent=change.consent,
        effective_from=DAY,
        until=on(11, 2, 2029),
        ground=Ground.SERIOUS_INFRINGEMENT,
    )
    other = Record(operator=CODE, version=2, status=revoked, record_hash=change.record_hash)
    office.chain.write(RecordStatuses((other,)), SECOND)
    office.release()
    last = office.files.events(CODE)[-1]
    assert last.state is EventState.REFUSED
    case = case_of(CODE, office.ledger)
    assert (case.stage_at(office.now), case.version) == (Stage.REVOKED, 2)
    with pytest.raises(ActNotAllowed):
        office.asked(suspension())


def test_a_refusal_while_we_wait_is_told_as_the_contract_says_it(office: Office) -> None:
    """By the twin of its error."""
    office.certified()

    class Stale:
        """Reads that lag behind another archive of the member."""

        def found(self, operators: Collection[OperatorCode]) -> Found:
            found = office.chain.found(operators)
            only = {code: type(one)(code, one.changes[:1]) for code, one in found.operators.items()}
            return Found(found.as_of, only, found.mutual)

    change = office.latest
    again = Status(**{name: getattr(change, name) for name in _SAID})
    office.chain.write(
        RecordStatuses((Record(operator=CODE, version=2, status=again, record_hash=b"\5" * 32),)), SECOND
    )
    office.ledger.carrier.close()
    stale = office.process(recognitions=_Mixed(Stale(), office.chain))
    with pytest.raises(VersionOutOfTurn):
        office.asked(suspension(), ledger=stale)


_SAID = ("status", "programme", "level", "roles", "consent", "effective_from", "until", "ground")


class _Mixed:
    """Recognitions whose first look is another's."""

    def __init__(self, first: Any, then: Any) -> None:
        self._first, self._then, self._looks = first, then, 0

    def found(self, operators: Collection[OperatorCode]) -> Any:
        """Look with the other's eyes once."""
        self._looks += 1
        return (self._first if self._looks == 1 else self._then).found(operators)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._then, name)


@pytest.mark.parametrize(
    ("authority", "account", "error"),
    [
        (THAI_AUTHORITY, THAI, OperatorNotYours),
        (ISSUING_AUTHORITY, ISSUING, NotAuthorised),
        (AUTHORITY, THAI, NotAuthorised),
        (AUTHORITY, Address(f"0x{'C9' * 20}"), NotAuthorised),
    ],
)
def test_only_an_aeo_authority_of_the_member_acts(
    office: Office, authority: int, account: Address, error: type[Exception]
) -> None:
    """Whatever key another one holds."""
    office.certified()
    with pytest.raises(error):
        office.asked(suspension(), authority=authority, account=account)
    assert len(office.files.events(CODE)) == 5


def test_an_operator_that_does_not_consent_to_exchange_is_not_put_on_the_ledger(office: Office) -> None:
    """Its code itself would tell partners of it."""
    office.does(Act.APPLY, consent=Consent.PUBLICATION)
    for act in TO_FIELD:
        office.does(act)
    with pytest.raises(ConsentMissing):
        office.does(Act.CERTIFY)
    office.does(Act.CONSENT, consent=BOTH)
    assert office.does(Act.CERTIFY).recorded


def test_withdrawn_consent_to_exchange_is_the_newest_status(office: Office) -> None:
    """So partners no longer recognise it, and the status itself stays."""
    office.certified()
    office.later(days=1)
    office.does(Act.CONSENT, consent=Consent.PUBLICATION)
    assert (office.latest.consent, office.latest.status) == (Consent.PUBLICATION, OperatorStatus.CERTIFIED)


def test_an_amendment_makes_a_new_record_and_keeps_the_old(office: Office) -> None:
    """Each version's hash on the ledger has its record here."""
    office.certified()
    office.later(days=1)
    office.does(Act.AMEND, name="Cà phê Tây Nguyên Group", level=2)
    hashes = [change.record_hash for change in office.operator.changes]
    records = office.files.records(hashes)
    assert [records[one].name for one in hashes] == ["Cà phê Tây Nguyên JSC", "Cà phê Tây Nguyên Group"]
    assert records[hashes[0]].salt != records[hashes[1]].salt


def test_a_level_or_programme_that_is_not_there_is_refused(office: Office) -> None:
    """At the application already."""
    with pytest.raises(LevelInvalid):
        office.does(Act.APPLY, level=3)
    with pytest.raises(OperatorMalformed) as refused:
        office.does(Act.APPLY, programme="NONE")
    assert [one.pointer for one in refused.value.problems] == ["/programme"]
    with pytest.raises(OperatorMalformed) as refused:
        office.does(Act.APPLY, roles=OperatorRole(0), name=" ")
    assert {one.pointer for one in refused.value.problems} == {"/name", "/roles"}


def test_what_the_ledger_says_when_it_is_silent_is_not_guessed(office: Office) -> None:
    """An act needs to know how the operator stands."""
    office.certified()

    class Silent:
        """A ledger that does not answer."""

        def found(self, operators: Collection[OperatorCode]) -> Found:  # noqa: ARG002 - of the port
            raise ChainUnreachable("nobody answers")

    with pytest.raises(ChainUnreachable):
        office.asked(suspension(), ledger=office.process(recognitions=Silent()))
    assert len(office.files.events(CODE)) == 5


def test_a_whole_life_is_recorded_in_its_order(office: Office) -> None:
    """From the application to another one years later."""
    office.certified(until=on(11, 2, 2029))
    for act, more in (
        (Act.SUSPEND, {"ground": Ground.SUSPECTED_BREACH}),
        (Act.REINSTATE, {}),
        (Act.RENEW, {"until": on(11, 2, 2031)}),
        (Act.REVOKE, {"ground": Ground.SERIOUS_INFRINGEMENT, "until": on(4, 15, 2027)}),
        (Act.ANNUL, {}),
    ):
        office.later(days=30)
        office.does(act, **more)
    office.later(days=20)
    office.does(Act.APPLY)
    for act in (*TO_FIELD, Act.CERTIFY):
        office.later(days=10)
        office.does(act)
    names = [one.status.name for one in office.operator.changes]
    assert names == ["CERTIFIED", "SUSPENDED", "CERTIFIED", "CERTIFIED", "REVOKED", "ANNULLED", "CERTIFIED"]
    assert office.operator.changes[5].effective_from == DAY
    assert [event.state for event in office.files.events(CODE) if event.dispatch] == [EventState.RECORDED] * 7
    assert list(Examiner(office.ledger).discrepancies()) == []


def test_a_record_of_a_partner_is_kept_only_if_the_ledger_names_it(office: Office) -> None:
    """Whoever handed it over; any version will do, and no letter may differ."""
    office.certified()
    office.later(days=1)
    old = record_at_hand(CODE, office.ledger)
    office.does(Act.AMEND, level=2)
    partner = office.process(operator_files=MemoryOperatorFiles(office.archive.outbox))
    with pytest.raises(RecordNotHeld):
        record_at_hand(CODE, partner)
    altered = record_bytes(old).replace(b"JSC", b"Ltd")
    with pytest.raises(RecordNotOnLedger):
        take_in(altered, partner)
    assert take_in(record_bytes(old), partner) == old
    newest = record_at_hand(CODE, office.ledger)
    take_in(record_bytes(newest), partner)
    assert record_at_hand(CODE, partner) == newest


def test_an_operator_of_which_nothing_is_known_is_said_to_be_unknown(office: Office) -> None:
    """Neither archive nor ledger has it."""
    with pytest.raises(OperatorNotOnFile):
        case_of(CODE, office.ledger)
    with pytest.raises(ActNotAllowed):
        office.asked(suspension())


def test_cases_are_listed_by_code_and_page(office: Office) -> None:
    """Each with its events and what the ledger holds."""
    codes = [OperatorCode(f"VN010000000{number}") for number in range(5)]
    for code in reversed(codes):
        office.does(Act.APPLY, operator=code)
    first = cases(office.ledger, member="VN", limit=3)
    rest = cases(office.ledger, member="VN", after=first[-1].operator)
    assert [case.operator for case in (*first, *rest)] == codes
    assert cases(office.ledger, member="TH") == []


def test_an_operator_imported_without_a_case_can_be_acted_on(office: Office) -> None:
    """Its status is on the ledger, and its record need not be here unless it changes."""
    status = Status(
        status=OperatorStatus.CERTIFIED,
        programme=1,
        level=1,
        roles=OperatorRole.IMP,
        consent=BOTH,
        effective_from=DAY,
        until=None,
    )
    record = Record(operator=CODE, version=1, status=status, record_hash=b"\5" * 32)
    office.chain.write(RecordStatuses((record,)), KEY)
    assert office.asked(suspension()).recorded
    with pytest.raises(RecordNotHeld):
        office.does(Act.AMEND, level=2)


def test_the_key_of_a_write_that_waits_may_be_replaced(office: Office) -> None:
    """After a rotation the same act goes out by the new key."""
    office.certified()
    office.hold()
    office.asked(suspension(), wait=0.0)
    write = office.archive.outbox.find(office.files.events(CODE)[-1].dispatch or 0)
    assert write is not None
    office.archive.outbox.requeue(write, KEY)
    office.chain._held = frozenset({SECOND})
    office.node.held = False
    done = decide(suspension(), authority=AUTHORITY, account=SECOND, ledger=office.process(), wait=5.0)
    assert (done.repeated, done.recorded, office.latest.key) == (True, True, 2)
    again = office.archive.outbox.find(done.events[0].dispatch or 0)
    assert again is not None
    assert again.state is DispatchState.RECORDED
