"""One suite for kept copies and for what filings draw on originals, in memory and on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ledger.archive import open_archive
from ledger.draws import Drawing, OriginalDraw, OriginalOverdrawn
from ledger.errors import ArchiveNotNamed
from ledger.facts import Written
from ledger.kept_copies import kept_of
from ledger.kept_port import Kept, KeptCertificates, NoKept
from ledger.memory_archive import MemoryArchive
from ledger.memory_kept import MemoryKept
from ledger.outbox import DispatchState, Outbox
from ledger.ports import Archive, Filing
from ledger.presented import redacted
from ledger.refusals import ReferenceAlreadyUsed
from tests.ledger.archive.filings import a_filing
from tests.trade import Trade, a_shipment, envelope_in

NOW = datetime(2026, 11, 3, 8, tzinfo=UTC)
ORIGINAL, OTHER = b"\1" * 32, b"\2" * 32


@dataclass
class Shelf:
    """An archive and its kept copies."""

    kept: KeptCertificates
    archive: Archive
    outbox: Outbox


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of archive in turn, the one in memory too."""
    return str(request.param)


@pytest.fixture
def shelf(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Shelf]:
    """Give each test an empty shelf, of each kind."""
    if database_kind == "memory":
        archive = MemoryArchive()
        yield Shelf(MemoryKept(), archive, archive.outbox)
        return
    rooms = open_archive(request.getfixturevalue("archive_url"))
    yield Shelf(rooms.kept, rooms.certificates, rooms.outbox)
    rooms.close()


def a_copy() -> Kept:
    """Return a copy as it is kept."""
    issued = Trade()["VN"].issue(a_shipment("VN", "SG", "VN-SG 1", "100", "40"))
    return kept_of(envelope_in(issued), kept_at=NOW, authority=3)


def a_drawing(child: bytes, quantity: str, *, original: bytes = ORIGINAL, limit: str = "100") -> Drawing:
    """Return what a certificate draws on line 1 of an original."""
    draw = OriginalDraw(
        child=child,
        child_line=1,
        original=original,
        original_line=1,
        part=1,
        quantity=Decimal(quantity),
        unit="KGM",
    )
    return Drawing((draw,), {(original, 1): Decimal(limit)})


def drawn(shelf: Shelf, original: bytes = ORIGINAL) -> list[Decimal]:
    """Return what is drawn on an original."""
    return [draw.quantity for draw in shelf.archive.draws_on([original])]


def filed(shelf: Shelf, number: int, quantity: str) -> Filing:
    """File a certificate that draws so much."""
    filing = a_filing(number)
    return shelf.archive.file(filing, a_drawing(filing.id, quantity))


def test_a_copy_that_hides_less_takes_the_place_of_one_that_hides_more(shelf: Shelf) -> None:
    """Whoever presents a certificate first cannot keep a goods line out of sight for good."""
    whole = a_copy()
    part = kept_of(redacted(whole.envelope, ["items.2"]), kept_at=NOW, authority=7)
    assert [item.number for item in shelf.kept.keep(part).certificate.items] == [1]
    assert shelf.kept.keep(whole) == whole
    assert shelf.kept.keep(part) == whole
    assert shelf.kept.kept([whole.id]) == {whole.id: whole}


def test_a_copy_is_kept_as_it_was_presented(shelf: Shelf) -> None:
    """Its particulars are read from the envelope each time."""
    copy = a_copy()
    assert shelf.kept.keep(copy) == copy
    assert shelf.kept.kept([copy.id, OTHER]) == {copy.id: copy}
    assert [item.quantity.value for item in shelf.kept.kept([copy.id])[copy.id].certificate.items] == [
        100,
        40,
    ]


def test_a_copy_kept_a_second_time_stays_as_it_was_first(shelf: Shelf) -> None:
    """When it came, and to whom, does not change."""
    copy = a_copy()
    shelf.kept.keep(copy)
    later = replace(copy, kept_at=NOW + timedelta(days=1), authority=9)
    assert shelf.kept.keep(later) == copy


def test_of_several_that_keep_one_copy_all_have_the_same(shelf: Shelf) -> None:
    """Whoever is first."""
    copy = a_copy()
    copies = [replace(copy, authority=number) for number in range(1, 9)]
    with ThreadPoolExecutor(8) as pool:
        assert len({kept.authority for kept in pool.map(shelf.kept.keep, copies)}) == 1


def test_what_a_filing_draws_is_stored_with_it(shelf: Shelf) -> None:
    """Other originals are not touched."""
    filed(shelf, 1, "60")
    assert (drawn(shelf), drawn(shelf, OTHER)) == ([Decimal(60)], [])


def test_more_than_is_left_is_not_stored_and_its_filing_neither(shelf: Shelf) -> None:
    """Both or none."""
    filed(shelf, 1, "60")
    second = a_filing(2)
    with pytest.raises(OriginalOverdrawn) as refused:
        shelf.archive.file(second, a_drawing(second.id, "40.001"))
    assert (refused.value.original, refused.value.line) == (ORIGINAL, 1)
    assert shelf.archive.find(second.id) is None
    assert drawn(shelf) == [Decimal(60)]


def test_a_filing_that_the_chain_refuses_gives_back_what_it_drew(shelf: Shelf) -> None:
    """And draws anew when it is filed again."""
    first = filed(shelf, 1, "60")
    write = shelf.outbox.find(first.dispatch)
    assert write is not None
    shelf.outbox.refuse(write, ReferenceAlreadyUsed(first.terms.reference_key, OTHER))
    assert drawn(shelf) == []
    filed(shelf, 2, "100")
    with pytest.raises(OriginalOverdrawn):
        filed(shelf, 1, "60")


def test_a_filing_repeated_draws_once(shelf: Shelf) -> None:
    """The second time finds the first."""
    filed(shelf, 1, "60")
    filed(shelf, 1, "60")
    assert drawn(shelf) == [Decimal(60)]


def test_what_ended_certificates_drew_counts_no_more_for_who_knows_of_it(shelf: Shelf) -> None:
    """They are named in the drawing."""
    first = filed(shelf, 1, "60")
    second = a_filing(2)
    shelf.archive.file(second, replace(a_drawing(second.id, "90"), released=frozenset({first.id})))
    assert sorted(drawn(shelf)) == [Decimal(60), Decimal(90)]


def test_of_many_that_draw_at_once_as_many_succeed_as_there_is_left(shelf: Shelf) -> None:
    """Ten each ask for 30 of 100."""

    def attempt(number: int) -> bool:
        try:
            filed(shelf, number, "30")
        except OriginalOverdrawn:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(attempt, range(1, 11))) == 3
    assert sum(drawn(shelf)) == Decimal(90)


def test_where_there_is_no_archive_nothing_is_kept() -> None:
    """It says so."""
    with pytest.raises(ArchiveNotNamed):
        NoKept().keep(a_copy())
    assert NoKept().kept([ORIGINAL]) == {}


def test_a_settled_filing_goes_on_drawing(shelf: Shelf) -> None:
    """Being recorded changes nothing."""
    first = filed(shelf, 1, "60")
    write = shelf.outbox.find(first.dispatch)
    assert write is not None
    assert write.state is DispatchState.WAITING
    shelf.outbox.settle(write, Written(b"\3" * 32, 7, NOW, 0))
    assert drawn(shelf) == [Decimal(60)]
