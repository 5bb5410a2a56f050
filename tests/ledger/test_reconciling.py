"""Reconciling: an archive that knows less than the chain is put right, and nothing is sent for it."""

import copy
from typing import Any

import pytest

from ledger.errors import NotRecordedYet, SubmitterBusy, SubmitterStopped
from ledger.facts import Evidence, Standing
from ledger.memory_archive import MemoryArchive
from ledger.memory_outbox import MemoryOutbox
from ledger.outbox import AlarmName, DispatchState
from ledger.ports import FilingState
from ledger.reconciling import Reconciled, reconcile
from ledger.rounds import Policy
from tests.ledger.stations import KEY, SECOND, VN, Station


@pytest.fixture
def station() -> Station:
    """Return an issuing authority that has recorded one certificate."""
    station = Station()
    station.issue(1, wait=1)
    station.rounds()
    return station


def a_backup(archive: MemoryArchive) -> MemoryArchive:
    """Return a copy of an archive as it is now."""
    copied = MemoryArchive()
    for port, names in (
        (MemoryArchive, ("_filings", "_numbers", "_holders", "_carried")),
        (MemoryOutbox, ("_writes", "_nonces", "_signatures", "_alarms", "_numbers")),
    ):
        there: Any = archive if port is MemoryArchive else archive.outbox
        here: Any = copied if port is MemoryArchive else copied.outbox
        for name in names:
            setattr(here, name, copy.copy(getattr(there, name)))
    copied._carried = {position: set(ids) for position, ids in archive._carried.items()}
    copied.outbox._signatures = {p: list(kept) for p, kept in archive.outbox._signatures.items()}
    copied.outbox._numbers = copy.deepcopy(archive.outbox._numbers)
    return copied


def restored(station: Station, backup: MemoryArchive) -> None:
    """Put the backup in the archive's place, and start anew."""
    station.ledger.carrier.close()
    station.archive = backup
    station.ledger = station.process()


def settled(station: Station) -> bool:
    """Reconcile, and see that doing it again changes nothing, nothing was sent, and work goes on."""
    sent = len(station.node.sent)
    reconcile(KEY, station.ledger)
    before = dict(station.archive.outbox._writes)
    assert reconcile(KEY, station.ledger) == Reconciled(KEY, 0, 0, 0)
    assert dict(station.archive.outbox._writes) == before
    assert len(station.node.sent) == sent
    station.rounds()
    assert station.issue(90, wait=1).recorded
    return station.sound()


def test_where_nothing_is_wrong_nothing_is_done(station: Station) -> None:
    """With nothing open, and with something under way."""
    station.ledger.carrier.close()
    assert reconcile(KEY, station.ledger) == Reconciled(KEY, 0, 0, 0)
    station.node.held = True
    station.issue(2)
    station.round()
    station.ledger.carrier.close()
    assert reconcile(KEY, station.ledger) == Reconciled(KEY, 0, 0, 0)
    station.node.resume()
    assert settled(station)


def test_while_another_process_submits_for_the_key_it_is_not_reconciled(station: Station) -> None:
    """This one's threads count as another."""
    assert station.ledger.carrier.in_office(KEY)
    with pytest.raises(SubmitterBusy):
        reconcile(KEY, station.ledger)
    assert reconcile(SECOND, station.ledger) == Reconciled(SECOND, 0, 0, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_a_restored_archive_stops_the_submitter_and_is_put_right(station: Station, count: int) -> None:
    """What was open in the backup and is on the chain is settled; what came after stays unknown to it."""
    for number in range(2, 2 + count):
        station.issue(number)
    station.node.held = True
    station.round()
    backup = a_backup(station.archive)
    station.node.resume()
    station.rounds()
    for number in (80, 81):
        station.issue(number, wait=1)
    restored(station, backup)
    assert isinstance(station.round().get(KEY), SubmitterStopped)
    assert station.alarms == [AlarmName.KEY_USED_ELSEWHERE]
    done = reconcile(KEY, station.ledger)
    assert (done.foreign, station.alarms) == (2, [])
    assert reconcile(KEY, station.ledger).foreign == 0
    station.rounds()
    assert set(station.states) == {FilingState.RECORDED}
    unknown = {found.fault.value for found in station.discrepancies()}
    assert unknown == {"not-in-archive"}


def test_a_write_that_waited_in_the_backup_and_is_on_the_chain_is_settled(station: Station) -> None:
    """It was signed and sent after the backup was made."""
    station.issue(2)
    backup = a_backup(station.archive)
    station.rounds()
    restored(station, backup)
    assert reconcile(KEY, station.ledger) == Reconciled(KEY, 1, 1, 0)
    assert station.states == [FilingState.RECORDED] * 2
    assert settled(station)


def test_a_write_that_lost_its_nonce_waits_again(station: Station) -> None:
    """Another program used the key while ours was under way."""
    station.node.held = True
    one = station.issue(2).filing
    station.round()
    station.node.drop()
    station.node.held = False
    station.node.take_nonce(KEY)
    assert isinstance(station.round()[KEY], SubmitterStopped)
    assert reconcile(KEY, station.ledger) == Reconciled(KEY, 0, 0, 1)
    assert station.write_of(one.id).state is DispatchState.WAITING
    assert settled(station)


def test_later_writes_keep_their_nonces_when_an_earlier_one_lost_its(station: Station) -> None:
    """Only the nonce that is used is lost."""
    station.node.held = True
    for number in (2, 3):
        station.issue(number)
        station.round()
    station.node.drop()
    station.node.take_nonce(KEY)
    station.node.held = False
    station.ledger.carrier.close()
    assert reconcile(KEY, station.ledger) == Reconciled(KEY, 0, 0, 1)
    assert settled(station)


def test_a_lost_nonce_of_a_batch_leaves_the_batch_whole(station: Station) -> None:
    """It goes out under another nonce, with the same root."""
    station.waiting(4)
    station.node.held = True
    station.round()
    root = station.archive.filings(VN)[-1].root
    station.node.drop()
    station.node.held = False
    station.node.take_nonce(KEY)
    station.ledger.carrier.close()
    assert reconcile(KEY, station.ledger).requeued == 1
    assert settled(station)
    assert root in station.chain._anchors


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_cancellation_is_settled_or_goes_on(station: Station, when: str) -> None:
    """Whether the chain had taken it when the backup was made, or not."""
    one = station.archive.filings(VN)[0]
    station.node.held = True
    with pytest.raises(NotRecordedYet):
        station.cancel(one)
    backup = a_backup(station.archive)
    station.round()
    if when == "before":
        station.node.resume()
        station.rounds()
    else:
        station.node.drop()
        station.node.resume()
    restored(station, backup)
    assert reconcile(KEY, station.ledger).settled == (when == "before")
    assert settled(station)
    assert station.chain.standing(one.id, station.now) is Standing.CANCELLED


def test_what_is_not_final_is_not_settled(station: Station) -> None:
    """It may be taken back, and would be lost."""
    station.issue(2)
    backup = a_backup(station.archive)
    station.rounds()
    restored(station, backup)

    class Young:
        def __getattr__(self, name: str) -> Any:
            return getattr(station.chain, name)

        def evidence(self, *asked: bytes) -> Evidence:
            from dataclasses import replace  # noqa: PLC0415 - of this one test

            return replace(station.chain.evidence(*asked), final=False)

    station.ledger = station.process(registry=Young())
    assert reconcile(KEY, station.ledger) == Reconciled(KEY, 1, 0, 0)
    assert station.states == [FilingState.RECORDED, FilingState.ACCEPTED]
    station.ledger = station.process()
    station.rounds()
    assert station.sound()


def test_alarms_of_other_keys_stand(station: Station) -> None:
    """Each is reconciled by itself."""
    station.ledger.carrier.close()
    for key in (KEY, SECOND):
        station.archive.outbox.raise_alarm(AlarmName.KEY_USED_ELSEWHERE, key, "", now=station.now)
    reconcile(KEY, station.ledger)
    assert [alarm.subject for alarm in station.archive.outbox.alarms()] == [SECOND]


def test_a_key_is_reconciled_beside_a_service_that_its_alarm_has_stopped() -> None:
    """The service need not be ended for it, and goes on by itself."""
    station = Station(Policy(ask_again=0.0))
    station.issue(1, wait=1)
    station.rounds()
    station.node.take_nonce(KEY)
    station.node.held = True
    station.issue(2)
    station.round()
    station.node.drop()
    station.node.held = False
    assert isinstance(station.round()[KEY], SubmitterStopped)
    assert reconcile(KEY, station.process()).requeued == 1
    station.rounds()
    assert station.sound()
