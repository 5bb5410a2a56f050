"""fsck on operators: a sound archive gives nothing, and what is lost, altered or invented is found."""

import dataclasses

import pytest

from ledger.aeo.acts import Act
from ledger.fsck import Examiner, Fault
from ledger.operators import Ground, Status, StatusRecord
from ledger.writes import RecordStatuses
from tests.offices import BOTH, CODE, DAY, KEY, THAI, Office, on

SAID = ("status", "programme", "level", "roles", "consent", "effective_from", "until", "ground")


@pytest.fixture
def office() -> Office:
    """Return an authority with an operator that was certified, suspended for a time and amended."""
    office = Office()
    office.certified(until=on(11, 2, 2031))
    office.does(Act.SUSPEND, ground=Ground.CONDITIONS_UNMET, until=on(12, 1))
    office.later(days=1)
    office.does(Act.AMEND, level=2)
    return office


def faults(office: Office) -> set[tuple[Fault, str]]:
    """Return what fsck finds."""
    return {(found.fault, found.operator) for found in Examiner(office.ledger).discrepancies()}


def test_a_sound_archive_gives_nothing_and_is_counted(office: Office) -> None:
    """Also while something is on its way."""
    office.hold()
    office.does(Act.REINSTATE, wait=0.0)
    examiner = Examiner(office.ledger)
    assert list(examiner.discrepancies()) == []
    assert examiner.counts.operators == 1


def test_a_record_that_is_gone_is_found(office: Office) -> None:
    """Its name could not be shown to anybody."""
    office.files._records.pop(office.latest.record_hash)
    assert faults(office) == {(Fault.RECORD_MISSING, CODE)}


def test_a_record_that_was_altered_is_found(office: Office) -> None:
    """Under its old hash."""
    named = office.latest.record_hash
    office.files._records[named] = dataclasses.replace(office.files._records[named], name="Another")
    assert faults(office) == {(Fault.RECORD_MISSING, CODE)}


def test_a_status_that_the_ledger_lacks_or_has_otherwise_is_found(office: Office) -> None:
    """The archive says that it is recorded."""
    last = office.files._events[CODE][-1]
    office.files._events[CODE][-1] = dataclasses.replace(last, effective=DAY)
    assert (Fault.STATUS_NOT_ON_CHAIN, CODE) in faults(office)


def test_a_status_of_ours_that_the_archive_lacks_is_found(office: Office) -> None:
    """Signed by a key of the authority, and by nobody's act here."""
    status = Status(**{name: getattr(office.latest, name) for name in SAID})
    version = office.latest.version + 1
    record = StatusRecord(operator=CODE, version=version, status=status, record_hash=b"\5" * 32)
    office.chain.write(RecordStatuses((record,)), KEY)
    assert faults(office) == {(Fault.NOT_IN_ARCHIVE, CODE)}


def test_what_others_record_of_their_own_is_no_fault(office: Office) -> None:
    """Another member's operators are none of this archive's."""
    status = Status(
        **{name: getattr(office.operator.changes[0], name) for name in SAID}
        | {"programme": 2, "consent": BOTH}
    )
    record = StatusRecord(
        operator=type(CODE)("TH010550001"), version=1, status=status, record_hash=b"\5" * 32
    )
    office.chain.write(RecordStatuses((record,)), THAI)
    assert faults(office) == set()
