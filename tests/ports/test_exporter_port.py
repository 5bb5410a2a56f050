"""One suite for the port `ExporterFiles`, run on the files in memory and on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest

from ledger.aeo.cases import EventState
from ledger.archive import open_archive
from ledger.errors import ArchiveNotNamed
from ledger.exporter_acts import ExporterAct
from ledger.exporter_port import ExporterFiles, NoExporterFiles
from ledger.exporter_records import record_hash
from ledger.exporter_refused import ExporterMovedOn
from ledger.memory_archive import MemoryArchive
from ledger.memory_exporters import MemoryExporterFiles
from ledger.origin.facts import ExporterStatus
from ledger.outbox import DispatchKind, DispatchState, Outbox
from ledger.procedures_refusals import ExporterVersionOutOfTurn
from tests.exporting import CODE, KEY, MEMBER, NOW, SECOND, a_record, an_event
from tests.ledger.archive.filings import a_receipt


@dataclass
class Shelf:
    """Files with the outbox that they share a database with."""

    files: ExporterFiles
    outbox: Outbox


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of archive in turn, the one in memory too."""
    return str(request.param)


@pytest.fixture
def shelf(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Shelf]:
    """Give each test empty files, of each kind."""
    if database_kind == "memory":
        outbox = MemoryArchive().outbox
        yield Shelf(MemoryExporterFiles(outbox), outbox)
        return
    rooms = open_archive(request.getfixturevalue("archive_url"))
    yield Shelf(rooms.exporters, rooms.outbox)
    rooms.close()


def test_an_act_comes_back_as_it_was_filed(shelf: Shelf) -> None:
    """With all its fields, oldest first, beside its write."""
    ended = an_event(
        2, act=ExporterAct.WITHDRAW, status=ExporterStatus.WITHDRAWN, until=None, effective_from=None, note=""
    )
    filed = [shelf.files.file(event, None, now=NOW) for event in (an_event(), ended)]
    assert [replace(one, dispatch=0) for one in filed] == [an_event(), ended]
    assert list(shelf.files.events(MEMBER, CODE)) == filed
    assert (shelf.files.events(MEMBER, "X"), shelf.files.events("TH", CODE)) == ((), ())


def test_an_act_queues_its_write_with_it(shelf: Shelf) -> None:
    """The outbox says what it was given, by the key of who acted."""
    filed = shelf.files.file(an_event(), a_record(), now=NOW)
    write = shelf.outbox.find(filed.dispatch)
    assert write is not None
    assert (write.kind, write.account, write.state) == (DispatchKind.PROCEDURE, KEY, DispatchState.WAITING)
    assert shelf.outbox.said(filed.dispatch) == an_event().write
    assert shelf.files.records([record_hash(a_record())]) == {record_hash(a_record()): a_record()}


def test_an_act_says_how_far_its_write_has_come(shelf: Shelf) -> None:
    """Recorded or refused, as the outbox has it."""
    filed = [shelf.files.file(an_event(seq), None, now=NOW) for seq in (1, 2, 3)]
    found = [shelf.outbox.find(one.dispatch) for one in filed]
    assert found[0]
    assert found[1]
    shelf.outbox.settle(found[0], a_receipt(1))
    shelf.outbox.refuse(found[1], ExporterVersionOutOfTurn(CODE, 2, 3))
    states = [event.state for event in shelf.files.events(MEMBER, CODE)]
    assert states == [EventState.RECORDED, EventState.REFUSED, EventState.ACCEPTED]


def test_a_number_is_given_out_once(shelf: Shelf) -> None:
    """Whoever comes second is told, and nothing of what it had is stored."""
    shelf.files.file(an_event(), a_record(), now=NOW)
    other = a_record(salt=b"\4" * 32)
    with pytest.raises(ExporterMovedOn):
        shelf.files.file(an_event(record_hash=record_hash(other), account=SECOND), other, now=NOW)
    assert shelf.files.records([record_hash(other)]) == {}
    assert (len(shelf.files.events(MEMBER, CODE)), shelf.outbox.backlog().writes) == (1, 1)


def test_of_many_who_act_at_once_one_gets_the_number(shelf: Shelf, database_kind: str) -> None:
    """The others are told so."""
    tries = 2 if database_kind == "memory" else 8

    def attempt(number: int) -> bool:
        try:
            shelf.files.file(an_event(record_hash=bytes([number]) * 32), None, now=NOW)
        except ExporterMovedOn:
            return False
        return True

    with ThreadPoolExecutor(tries) as pool:
        done = list(pool.map(attempt, range(tries)))
    assert done.count(True) == 1
    assert (len(shelf.files.events(MEMBER, CODE)), shelf.outbox.backlog().writes) == (1, 1)


def test_records_of_partners_are_kept_once_and_found_by_their_hash(shelf: Shelf) -> None:
    """Keeping one twice changes nothing."""
    partner = a_record(member="TH", code="TH-1")
    shelf.files.keep(partner, now=NOW)
    shelf.files.keep(partner, now=NOW)
    wanted = [record_hash(partner), b"\0" * 32]
    assert dict(shelf.files.records(wanted)) == {wanted[0]: partner}
    assert shelf.files.records([]) == {}


def test_exporters_are_listed_by_member_and_the_characters_of_their_code(shelf: Shelf) -> None:
    """Of one member or of all, page by page, in the same order in every database."""
    codes = [("MY", "9"), ("VN", "0-1"), ("VN", "0/1"), ("VN", "01"), ("VN", "A")]
    for number, (member, code) in enumerate(reversed(codes)):
        shelf.files.keep(a_record(member=member, code=code), now=NOW)
        shelf.files.keep(a_record(member=member, code=code, salt=bytes([number]) * 32), now=NOW)
    assert list(shelf.files.exporters()) == codes
    assert list(shelf.files.exporters(member="VN", limit=2)) == codes[1:3]
    assert list(shelf.files.exporters(member="VN", after=codes[2])) == codes[3:]
    assert list(shelf.files.exporters(member="TH")) == []


def test_without_an_archive_nothing_is_on_file_and_nothing_can_be_filed() -> None:
    """A verifier needs none."""
    nothing = NoExporterFiles()
    assert (nothing.events(MEMBER, CODE), nothing.records([b"\0" * 32]), nothing.exporters()) == ((), {}, ())
    with pytest.raises(ArchiveNotNamed):
        nothing.file(an_event(), None, now=NOW)
    with pytest.raises(ArchiveNotNamed):
        nothing.keep(a_record(), now=NOW)
