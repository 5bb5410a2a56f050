"""One suite for the port `Archive`, run on the archive in memory and on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from ledger.archive import open_archive
from ledger.errors import CertificateNotFiled, ReferenceAlreadyFiled
from ledger.memory_archive import MemoryArchive
from ledger.ports import Archive, FilingState
from tests.ledger.archive.filings import NOON, a_filing, a_receipt


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of archive in turn, the one in memory too."""
    return str(request.param)


@pytest.fixture
def archive(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Archive]:
    """Give each test an empty archive, of each kind."""
    if database_kind == "memory":
        yield MemoryArchive()
        return
    rooms = open_archive(request.getfixturevalue("archive_url"))
    yield rooms.certificates
    rooms.close()


def test_a_filing_is_found_as_it_was_filed(archive: Archive) -> None:
    """Every field comes back, proofs and parents included."""
    filing = a_filing(
        parents=(b"\1" * 32, b"\2" * 32),
        siblings=(b"\3" * 32, b"\4" * 32),
        document='{"name":"Công ty"}'.encode(),
        filed_at=NOON + timedelta(microseconds=7),
        replaces=b"\5" * 32,
    )
    filed = archive.file(filing)
    assert filed == replace(filing, dispatch=filed.dispatch)
    assert archive.find(filing.id) == filed


def test_an_unknown_certificate_is_not_found(archive: Archive) -> None:
    """Reads answer None or nothing for what is not there."""
    assert archive.find(bytes(32)) is None
    assert archive.find_reference("VN", "VNTH260200001", date(2026, 11, 2)) == ()
    assert archive.filings(1) == ()
    assert list(archive.unconfirmed()) == []


def test_filing_the_same_document_again_returns_the_first_filing(archive: Archive) -> None:
    """A retry draws another seed, and goes on with the one that is stored."""
    first = archive.file(a_filing())
    again = archive.file(a_filing(seed=b"\7" * 32, filed_at=NOON + timedelta(hours=1)))
    assert again == first
    assert len(archive.filings(1)) == 1


def test_another_document_under_the_same_reference_is_refused(archive: Archive) -> None:
    """A reference names one document, and the refusal names the certificate that holds it."""
    first = archive.file(a_filing())
    with pytest.raises(ReferenceAlreadyFiled) as refusal:
        archive.file(a_filing(document=b'{"other":true}'))
    assert refusal.value.certificate == first.id
    assert len(archive.filings(1)) == 1


def test_another_authority_cannot_pick_up_a_filing(archive: Archive) -> None:
    """Not even with the same document: the filing belongs to the authority that made it."""
    archive.file(a_filing())
    with pytest.raises(ReferenceAlreadyFiled):
        archive.file(a_filing(authority=2))


def test_the_same_reference_of_another_office_is_another_reference(archive: Archive) -> None:
    """References are unique per issuing office only (ATIGA OCP Rule 7.3)."""
    archive.file(a_filing())
    other = a_filing(office="03", seed=b"\1" * 32)
    assert archive.file(other).id == other.id


def test_recording_keeps_the_receipt(archive: Archive) -> None:
    """State, time and transaction are those of the receipt."""
    filing = archive.file(a_filing())
    recorded = archive.recorded(filing.id, a_receipt(9))
    assert recorded == replace(filing, state=FilingState.RECORDED, recorded_at=NOON, transaction=b"\x09" * 32)
    assert archive.find(filing.id) == recorded


def test_recording_again_changes_nothing(archive: Archive) -> None:
    """The first receipt stands."""
    filing = archive.file(a_filing())
    first = archive.recorded(filing.id, a_receipt(1))
    assert archive.recorded(filing.id, a_receipt(2)) == first


def test_recording_or_refusing_what_was_not_filed_is_refused(archive: Archive) -> None:
    """Both name the certificate."""
    with pytest.raises(CertificateNotFiled):
        archive.recorded(bytes(32), a_receipt())
    with pytest.raises(CertificateNotFiled):
        archive.refused(bytes(32))


def test_a_refused_filing_frees_its_reference(archive: Archive) -> None:
    """The reference can be used for another document, and the refused one stays on file."""
    first = archive.file(a_filing())
    archive.refused(first.id)
    second = archive.file(a_filing(document=b'{"other":true}'))
    assert archive.find_reference("VN", first.reference, first.terms.issued_on) == (second,)
    found = archive.find(first.id)
    assert found is not None
    assert found.state is FilingState.REFUSED


def test_a_recorded_filing_cannot_be_refused_any_more(archive: Archive) -> None:
    """What the chain holds stays held."""
    filing = archive.file(a_filing())
    recorded = archive.recorded(filing.id, a_receipt())
    archive.refused(filing.id)
    assert archive.find(filing.id) == recorded


def test_a_refused_filing_can_be_filed_again_under_its_id(archive: Archive) -> None:
    """It is accepted anew, in its place among the others, and another write carries it."""
    filing, later = archive.file(a_filing(1)), archive.file(a_filing(2))
    archive.refused(filing.id)
    again = archive.file(filing)
    assert again == replace(filing, dispatch=again.dispatch)
    assert again.dispatch > later.dispatch
    assert archive.filings(1) == (again, later)
    assert archive.carried(filing.dispatch) == ()
    assert archive.carried(again.dispatch) == (again,)


def test_a_refused_filing_cannot_be_recorded_once_its_reference_is_taken(archive: Archive) -> None:
    """Two filings never hold one reference."""
    first = archive.file(a_filing())
    archive.refused(first.id)
    second = archive.file(a_filing(document=b'{"other":true}'))
    with pytest.raises(ReferenceAlreadyFiled) as refusal:
        archive.recorded(first.id, a_receipt())
    assert refusal.value.certificate == second.id


def test_a_reference_is_found_only_with_its_date_of_issue(archive: Archive) -> None:
    """Without the second particular, numbers could be harvested."""
    filing = archive.file(a_filing())
    assert archive.find_reference("VN", filing.reference, date(2026, 11, 2)) == (filing,)
    assert archive.find_reference("VN", filing.reference, date(2026, 11, 3)) == ()
    assert archive.find_reference("MY", filing.reference, date(2026, 11, 2)) == ()


def test_filings_come_in_order_page_by_page(archive: Archive) -> None:
    """A cursor continues after an id; another authority's filings are not among them."""
    own = [archive.file(a_filing(number)) for number in range(1, 6)]
    archive.file(a_filing(9, authority=2))
    first = archive.filings(1, limit=2)
    second = archive.filings(1, after=first[-1].id, limit=2)
    third = archive.filings(1, after=second[-1].id, limit=2)
    assert [*first, *second, *third] == own
    assert archive.filings(1, after=own[-1].id) == ()


def test_a_cursor_of_another_authority_is_refused(archive: Archive) -> None:
    """A cursor tells nothing about what others have filed."""
    other = archive.file(a_filing(9, authority=2))
    with pytest.raises(CertificateNotFiled):
        archive.filings(1, after=other.id)


def test_unconfirmed_filings_may_be_settled_while_they_are_listed(archive: Archive) -> None:
    """The oldest comes first, and none is left out."""
    filings = [archive.file(a_filing(number)) for number in range(1, 5)]
    archive.recorded(filings[1].id, a_receipt())
    archive.refused(filings[2].id)
    seen = []
    for filing in archive.unconfirmed():
        seen.append(filing)
        archive.recorded(filing.id, a_receipt())
    assert seen == [filings[0], filings[3]]
    assert list(archive.unconfirmed()) == []


def test_of_many_at_once_one_document_holds_the_reference(archive: Archive) -> None:
    """Eight threads file eight documents under one reference; one is stored, seven are told so."""

    def attempt(number: int) -> bool:
        try:
            archive.file(a_filing(document=f'{{"number":{number}}}'.encode()))
        except ReferenceAlreadyFiled:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1
    assert len(archive.filings(1)) == 1


def test_many_retries_at_once_share_one_filing(archive: Archive) -> None:
    """The same document filed by eight threads is stored once, and each gets what is stored."""
    with ThreadPoolExecutor(8) as pool:
        held = set(pool.map(lambda number: archive.file(a_filing(seed=bytes([number]) * 32)).id, range(8)))
    assert len(held) == 1
