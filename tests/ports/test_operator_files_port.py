"""One suite for the port `OperatorFiles`, run on the files in memory and on both databases."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.aeo.acts import Act, Stage
from ledger.aeo.cases import Event, EventState, Holding
from ledger.aeo.records import OperatorRecord, record_hash
from ledger.aeo.refused import CaseMovedOn
from ledger.archive import open_archive
from ledger.errors import ArchiveNotNamed
from ledger.memory_archive import MemoryArchive
from ledger.memory_operator_files import MemoryOperatorFiles
from ledger.operator_files import NoOperatorFiles, OperatorFiles, Step
from ledger.operators import Consent, Ground, OperatorCode, OperatorRole, OperatorStatus
from ledger.outbox import DispatchKind, DispatchState, Outbox
from ledger.recognition_refusals import VersionOutOfTurn
from ledger.writes import RecordStatuses
from tests.ledger.archive.filings import a_receipt
from tests.offices import CODE, KEY, SECOND

NOW = datetime(2026, 11, 2, 9, 30, 15, tzinfo=UTC)


@dataclass
class Shelf:
    """Files with the outbox that they share a database with."""

    files: OperatorFiles
    outbox: Outbox

    def file(self, *events: Event, records: Sequence[OperatorRecord] = ()) -> Sequence[Event]:
        """File events, each with its own write."""
        return self.files.file([a_step(event) for event in events], records, now=NOW)


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of archive in turn, the one in memory too."""
    return str(request.param)


@pytest.fixture
def shelf(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Shelf]:
    """Give each test empty files, of each kind."""
    if database_kind == "memory":
        outbox = MemoryArchive().outbox
        yield Shelf(MemoryOperatorFiles(outbox), outbox)
        return
    rooms = open_archive(request.getfixturevalue("archive_url"))
    yield Shelf(rooms.operators, rooms.outbox)
    rooms.close()


def an_event(seq: int = 1, **overrides: Any) -> Event:
    """Return an application."""
    fields: dict[str, Any] = {
        "operator": CODE,
        "seq": seq,
        "act": Act.APPLY,
        "stage": Stage.SUBMITTED,
        "effective": NOW - timedelta(days=3),
        "recorded_at": NOW,
        "authority": 4,
        "account": KEY,
        "office": "AEO unit, Hà Nội",
        "ground": Ground.NONE,
        "note": "second visit\nneeded",
        "evidence": (b"\1" * 32, b"\2" * 32),
        "request": b"\3" * 32,
        "procedure": "EU-UCC",
        "holding": Holding(
            programme=7,
            level=2,
            roles=OperatorRole.EXP | OperatorRole.OTH,
            consent=Consent.EXCHANGE,
            until=datetime(2031, 11, 2, 23, 59, 59, tzinfo=UTC),
            record_hash=b"\4" * 32,
        ),
        "version": 0,
    }
    return Event(**fields | overrides)


def a_status(seq: int = 1, version: int = 1, **overrides: Any) -> Event:
    """Return a suspension."""
    more: dict[str, Any] = {
        "act": Act.SUSPEND,
        "stage": Stage.SUSPENDED,
        "status": OperatorStatus.SUSPENDED,
        "until": datetime(2031, 11, 2, 23, 59, 59, tzinfo=UTC),
        "ground": Ground.CONDITIONS_UNMET,
    }
    return an_event(seq, version=version, **more | overrides)


def a_step(event: Event) -> Step:
    """Return an event with its write."""
    write = RecordStatuses((event.record,)) if event.record else None
    return Step((event,), write, event.account)


def a_record(number: int = 1, **overrides: Any) -> OperatorRecord:
    """Return a record."""
    fields: dict[str, Any] = {
        "operator": CODE,
        "name": "Cà phê Tây Nguyên JSC",
        "address": "12 Nguyễn Huệ\nHà Nội",
        "country": "VN",
        "national_id": str(number),
        "programme": "PE",
        "level": 1,
        "roles": OperatorRole.EXP,
        "evidence": (),
        "salt": b"\3" * 32,
    }
    return OperatorRecord(**fields | overrides)


def test_an_event_comes_back_as_it_was_filed(shelf: Shelf) -> None:
    """With all its fields, in the order of its case."""
    first, second = an_event(), an_event(2, note="", evidence=(), procedure="", effective=NOW)
    unlimited = replace(second, holding=replace(second.holding, until=None))
    assert list(shelf.file(first)) == [first]
    shelf.file(unlimited)
    assert list(shelf.files.events(CODE)) == [first, unlimited]
    assert shelf.files.events(OperatorCode("VN1")) == ()


def test_an_event_with_a_status_queues_its_write_with_it(shelf: Shelf) -> None:
    """The outbox says what it was given, by the key of who acted."""
    (filed,) = shelf.file(a_status())
    assert filed.dispatch is not None
    assert filed.state is EventState.ACCEPTED
    write = shelf.outbox.find(filed.dispatch)
    assert write is not None
    assert (write.kind, write.account, write.state) == (DispatchKind.STATUS, KEY, DispatchState.WAITING)
    assert shelf.outbox.said(filed.dispatch) == RecordStatuses((a_status().record,))  # type: ignore[arg-type]
    assert list(shelf.files.events(CODE)) == [filed]


def test_an_event_says_how_far_its_write_has_come(shelf: Shelf) -> None:
    """Recorded or refused, as the outbox has it."""
    first, second = shelf.file(a_status(), a_status(2, 2, note="another"))
    assert first.dispatch
    assert second.dispatch
    found = [shelf.outbox.find(position) for position in (first.dispatch, second.dispatch)]
    assert found[0]
    assert found[1]
    shelf.outbox.settle(found[0], a_receipt(1))
    shelf.outbox.refuse(found[1], VersionOutOfTurn(CODE, 2, 3))
    states = [event.state for event in shelf.files.events(CODE)]
    assert states == [EventState.RECORDED, EventState.REFUSED]


def test_a_number_of_a_case_is_given_out_once(shelf: Shelf) -> None:
    """Whoever comes second is told, and nothing of what it had is stored."""
    shelf.file(an_event())
    with pytest.raises(CaseMovedOn) as refused:
        shelf.file(an_event(operator=OperatorCode("VN2")), a_status(1), records=[a_record(9)])
    assert refused.value.operator == CODE
    assert shelf.files.events(OperatorCode("VN2")) == ()
    assert shelf.files.records([record_hash(a_record(9))]) == {}
    assert shelf.outbox.backlog().writes == 0


def test_of_many_who_file_at_once_one_gets_the_number(shelf: Shelf, database_kind: str) -> None:
    """The others are told so."""
    tries = 2 if database_kind == "memory" else 8

    def attempt(number: int) -> bool:
        try:
            shelf.file(a_status(note=str(number), account=KEY if number % 2 else SECOND))
        except CaseMovedOn:
            return False
        return True

    with ThreadPoolExecutor(tries) as pool:
        done = list(pool.map(attempt, range(tries)))
    assert done.count(True) == 1
    assert (len(shelf.files.events(CODE)), shelf.outbox.backlog().writes) == (1, 1)


def test_many_events_may_share_a_write(shelf: Shelf) -> None:
    """As those of a national list."""
    events = tuple(
        a_status(operator=OperatorCode(f"VN{number:04}"), request=bytes([number % 251]) * 32)
        for number in range(200)
    )
    statuses = tuple(event.record for event in events if event.record)
    filed = shelf.files.file([Step(events, RecordStatuses(statuses), KEY)], [], now=NOW)
    assert len({event.dispatch for event in filed}) == 1
    assert len(shelf.files.operators(member="VN", limit=500)) == 200
    assert shelf.outbox.said(filed[0].dispatch or 0) == RecordStatuses(statuses)


def test_records_are_found_by_their_hash(shelf: Shelf) -> None:
    """Filed with an act, or kept for a partner; keeping one twice changes nothing."""
    mine, partner = a_record(1), a_record(2, operator=OperatorCode("TH0105500000001"))
    shelf.file(an_event(), records=[mine])
    shelf.files.keep([partner, mine, partner], now=NOW)
    shelf.files.keep([partner], now=NOW + timedelta(days=1))
    wanted = [record_hash(mine), record_hash(partner), b"\0" * 32]
    assert dict(shelf.files.records(wanted)) == {wanted[0]: mine, wanted[1]: partner}
    assert shelf.files.records([]) == {}


def test_more_records_are_found_than_fit_into_one_statement(shelf: Shelf) -> None:
    """As of a list of partners."""
    records = [a_record(number) for number in range(1100)]
    shelf.files.keep(records, now=NOW)
    assert len(shelf.files.records([record_hash(one) for one in records])) == 1100


def test_operators_are_listed_by_code(shelf: Shelf) -> None:
    """Of one member or of all, page by page."""
    codes = [OperatorCode(code) for code in ("MY1", "VN10", "VN2", "VNA", "VNB9")]
    for code in reversed(codes):
        shelf.file(an_event(operator=code), an_event(2, operator=code))
    assert list(shelf.files.operators()) == codes
    assert list(shelf.files.operators(member="VN", limit=2)) == codes[1:3]
    assert list(shelf.files.operators(member="VN", after=codes[2])) == codes[3:]
    assert list(shelf.files.operators(member="TH")) == []


def test_operators_are_known_by_events_or_by_records(shelf: Shelf) -> None:
    """Those of one member, each once, by code and page by page."""
    filed, kept, both = (OperatorCode(code) for code in ("VN1", "VN2", "VN3"))
    shelf.file(an_event(operator=filed), an_event(operator=both))
    shelf.files.keep([a_record(operator=code) for code in (kept, both, OperatorCode("TH1"))], now=NOW)
    assert list(shelf.files.known("VN")) == [filed, kept, both]
    assert list(shelf.files.known("VN", limit=1)) == [filed]
    assert list(shelf.files.known("VN", after=filed, limit=5)) == [kept, both]
    assert list(shelf.files.known("MY")) == []


def test_records_are_found_by_the_beginnings_of_words_in_a_name(shelf: Shelf) -> None:
    """In one member, by code, and no more than are wanted; case and accents do not matter."""
    records = [
        a_record(operator=OperatorCode("VN2"), name="CÀ PHÊ Tây Nguyên JSC"),
        a_record(operator=OperatorCode("VN1"), name="Tây Nguyên (Coffee) Co., Ltd"),
        a_record(operator=OperatorCode("VN3"), name="Sông Hồng Textile"),
        a_record(operator=OperatorCode("TH1"), name="Tay Nguyen Thailand"),
    ]
    shelf.files.keep(records, now=NOW)
    assert list(shelf.files.named("VN", ("tay", "ngu"), limit=9)) == [records[1], records[0]]
    assert list(shelf.files.named("VN", ("tay", "ngu"), limit=1)) == [records[1]]
    assert list(shelf.files.named("VN", ("hong", "song"), limit=9)) == [records[2]]
    assert list(shelf.files.named("VN", ("guyen",), limit=9)) == []
    assert list(shelf.files.named("VN", (), limit=9)) == []


def test_without_an_archive_nothing_is_on_file_and_nothing_can_be_filed() -> None:
    """A verifier needs none."""
    nothing = NoOperatorFiles()
    assert (nothing.events(CODE), nothing.records([b"\0" * 32]), nothing.operators()) == ((), {}, ())
    assert (nothing.known("VN"), nothing.named("VN", ("tay",), limit=9)) == ((), ())
    with pytest.raises(ArchiveNotNamed):
        nothing.file([], [], now=NOW)
    with pytest.raises(ArchiveNotNamed):
        nothing.keep([], now=NOW)
