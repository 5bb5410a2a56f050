from collections.abc import Sequence
from typing import Any

import pytest

from ledger.aeo.acts import Act, Stage
from ledger.aeo.asked import Action
from ledger.aeo.cases import EventState
from ledger.aeo.records import record_hash
from ledger.aeo.refused import CaseMovedOn
from ledger.authorising import decide
from ledger.lists.carrying import BATCH, BatchRefused, Recorded, finished_before
from ledger.lists.filing import batch_of
from ledger.lists.steps import Kind
from ledger.operators import Ground, OperatorCode, OperatorStatus
from ledger.outbox import DispatchState
from ledger.recognition_refusals import VersionOutOfTurn
from tests.ledger.lists.ministry import KEY, LOADING, Ministry
from tests.ledger.lists.samples import ROW, row

CODE = OperatorCode(ROW["code"])


@pytest.fixture
def ministry() -> Ministry:
    """An office that has loaded nothing yet."""
    return Ministry()


def rows(count: int, **cells: Any) -> list[dict[str, Any]]:
    """Return rows of so many operators."""
    return [row(code=f"VN{number:05}", name=f"Operator {number}", **cells) for number in range(1, count + 1)]


def filed(ministry: Ministry, due: Sequence[Any]) -> int:
    """File a batch as a run does that is killed before the chain hears of it; returns its place."""
    batch = batch_of(due, LOADING, {}, ministry.now)
    events = ministry.ledger.operator_files.file([batch.step], batch.records, now=ministry.now)
    return events[0].dispatch or 0


def test_a_list_is_recorded_in_batches(ministry: Ministry) -> None:
    """All of it reaches the ledger, so many with one transaction."""
    plan = ministry.plan(*rows(BATCH + 3))
    told = ministry.carry(plan)
    assert [len(one.due) for one in told] == [BATCH, 3]
    assert all(isinstance(one, Recorded) for one in told)
    assert ministry.held("VN00203").latest.status is OperatorStatus.CERTIFIED


def test_who_an_operator_is_and_why_it_was_recorded_stays_on_file(ministry: Ministry) -> None:
    """The record has the hash that the ledger names, and the case has the list, its line and its hash."""
    ministry.load(row())
    held = ministry.held(CODE).latest
    record = ministry.ledger.operator_files.records([held.record_hash])[held.record_hash]
    assert (record.name, record_hash(record)) == (ROW["name"], held.record_hash)
    assert record.salt != bytes(32)
    (event,) = ministry.ledger.operator_files.events(CODE)
    assert (event.act, event.stage, event.state) == (Act.ENTER, Stage.CERTIFIED, EventState.RECORDED)
    assert (event.note, event.evidence) == ("list vn.csv; line 2", (LOADING.digest,))


def test_an_officer_goes_on_with_an_operator_that_a_list_brought(ministry: Ministry) -> None:
    """What was loaded is a case like any other, and the next list knows what the officer did."""
    ministry.load(row())
    ministry.pass_days(1)
    action = Action(act=Act.SUSPEND, operator=CODE, office="Customs", ground=Ground.CONDITIONS_UNMET)
    decide(action, authority=1, account=KEY, ledger=ministry.ledger)
    ministry.pass_days(1)
    assert ministry.held(CODE).latest.status is OperatorStatus.SUSPENDED
    assert ministry.rules(row()) == [("status", "plan.reinstates")]
    ministry.load(row(status="surrendered"))
    assert [event.seq for event in ministry.ledger.operator_files.events(CODE)] == [1, 2, 3]


def test_an_application_is_decided_by_the_office_and_not_by_a_list(ministry: Ministry) -> None:
    """A list that has an applicant as certified is wrong, or the office has forgotten something."""
    said = {"name": "A", "address": "B", "country": "VN", "national_id": "1", "programme": "VN-AEO"}
    held = ministry.plan(row()).due[0].status
    action = Action(
        act=Act.APPLY,
        operator=CODE,
        office="Customs",
        level=1,
        roles=held.roles,
        consent=held.consent,
        **said,  # type: ignore[arg-type]
    )
    decide(action, authority=1, account=KEY, ledger=ministry.ledger)
    assert ministry.rules(row()) == [("status", "plan.applying")]


def test_a_run_that_was_killed_is_gone_on_with_by_running_it_again(ministry: Ministry) -> None:
    """What was filed is carried out first, and only the rest is new: nothing twice, nothing lost."""
    everything = rows(5)
    filed(ministry, ministry.plan(*everything).due[:2])
    assert finished_before(1, KEY, ministry.ledger, 5) == 1
    plan = ministry.load(*everything)
    assert (plan.counts[Kind.NEW], plan.counts[Kind.UNCHANGED]) == (3, 2)
    assert not ministry.plan(*everything).due
    assert all(len(ministry.held(one["code"]).changes) == 1 for one in everything)


def test_a_refused_batch_names_its_rows_and_the_others_go_on(ministry: Ministry) -> None:
    """Somebody was quicker with one operator; its batch is told, and loading again mends it."""
    ministry.load(*rows(BATCH + 2))
    ministry.pass_days(1)
    changed = rows(BATCH + 2, level="2")
    plan = ministry.plan(*changed)
    ministry.decide("VN00007", OperatorStatus.SUSPENDED)
    refused, recorded = ministry.carry(plan)
    assert isinstance(refused, BatchRefused)
    assert isinstance(refused.refusal, VersionOutOfTurn)
    assert refused.refusal.operator == "VN00007"
    assert [due.line for due in refused.due] == list(range(2, BATCH + 2))
    assert isinstance(recorded, Recorded)
    ministry.load(*changed, reinstate=True)
    assert ministry.held("VN00001").latest.level == 2


def test_two_runs_at_once_do_not_record_an_operator_twice(ministry: Ministry) -> None:
    """The second finds that somebody acted on the operator, and stores nothing."""
    first, second = ministry.plan(*rows(3)), ministry.plan(*rows(3))
    position = filed(ministry, first.due)
    with pytest.raises(CaseMovedOn):
        filed(ministry, second.due)
    finished_before(1, KEY, ministry.ledger, 5)
    done = ministry.ledger.outbox.find(position)
    assert done is not None
    assert done.state is DispatchState.RECORDED
    assert len(ministry.held("VN00001").changes) == 1
