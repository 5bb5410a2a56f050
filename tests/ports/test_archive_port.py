"""One suite for the port `Archive`, run on the archive in memory and on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from ledger.archive import open_archive
from ledger.batch import batch_of
from ledger.errors import CertificateNotFiled, ReferenceAlreadyFiled
from ledger.facts import Address
from ledger.memory_archive import MemoryArchive
from ledger.outbox import Dispatch, Outbox
from ledger.ports import Archive, Filing, FilingState, Holding
from ledger.refusals import RootMissing
from tests.ledger.archive.filings import NOON, a_batch, a_filing, a_receipt


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of archive in turn, the one in memory too."""
    return str(request.param)


@dataclass
class Chain:
    """What the chain says to the writes in an outbox."""

    outbox: Outbox

    def records(self, filing: Filing, receipt: int = 1) -> None:
        """Let a block hold the write that carries a filing."""
        self.outbox.settle(self._write(filing), a_receipt(receipt))

    def refuses(self, filing: Filing) -> None:
        """Let the contract say no."""
        self.outbox.refuse(self._write(filing), RootMissing())

    def _write(self, filing: Filing) -> Dispatch:
        write = self.outbox.find(filing.dispatch)
        assert write is not None
        return write


@pytest.fixture
def rooms(request: pytest.FixtureRequest, database_kind: str) -> Iterator[tuple[Archive, Outbox]]:
    """Give each test an empty archive and its outbox, of each kind."""
    if database_kind == "memory":
        archive = MemoryArchive()
        yield archive, archive.outbox
        return
    rooms = open_archive(request.getfixturevalue("archive_url"))
    yield rooms.certificates, rooms.outbox
    rooms.close()


@pytest.fixture
def archive(rooms: tuple[Archive, Outbox]) -> Archive:
    """Give the archive."""
    return rooms[0]


@pytest.fixture
def chain(rooms: tuple[Archive, Outbox]) -> Chain:
    """Give what answers for the chain."""
    return Chain(rooms[1])


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


def test_recording_keeps_the_receipt(archive: Archive, chain: Chain) -> None:
    """State, time and transaction are those of the receipt."""
    filing = archive.file(a_filing())
    chain.records(filing, 9)
    assert archive.find(filing.id) == replace(
        filing, state=FilingState.RECORDED, recorded_at=NOON, transaction=b"\x09" * 32
    )


def test_recording_again_changes_nothing(archive: Archive, chain: Chain) -> None:
    """The first receipt stands."""
    filing = archive.file(a_filing())
    chain.records(filing, 1)
    first = archive.find(filing.id)
    chain.records(filing, 2)
    assert archive.find(filing.id) == first


def test_a_refused_filing_frees_its_reference(archive: Archive, chain: Chain) -> None:
    """The reference can be used for another document, and the refused one stays on file."""
    first = archive.file(a_filing())
    chain.refuses(first)
    second = archive.file(a_filing(document=b'{"other":true}'))
    assert archive.find_reference("VN", first.reference, first.terms.issued_on) == (second,)
    found = archive.find(first.id)
    assert found is not None
    assert found.state is FilingState.REFUSED


def test_a_recorded_filing_cannot_be_refused_any_more(archive: Archive, chain: Chain) -> None:
    """What the chain holds stays held."""
    filing = archive.file(a_filing())
    chain.records(filing)
    recorded = archive.find(filing.id)
    chain.refuses(filing)
    assert archive.find(filing.id) == recorded


def test_a_refused_filing_can_be_filed_again_under_its_id(archive: Archive, chain: Chain) -> None:
    """It is accepted anew, in its place among the others, and another write carries it."""
    filing, later = archive.file(a_filing(1)), archive.file(a_filing(2))
    chain.refuses(filing)
    again = archive.file(filing)
    assert again == replace(filing, dispatch=again.dispatch)
    assert again.dispatch > later.dispatch
    assert archive.filings(1) == (again, later)
    assert archive.carried(filing.dispatch) == ()
    assert archive.carried(again.dispatch) == (again,)


def test_a_refused_filing_is_not_recorded_once_its_reference_is_taken(archive: Archive, chain: Chain) -> None:
    """Two filings never hold one reference."""
    first = archive.file(a_filing())
    chain.refuses(first)
    second = archive.file(a_filing(document=b'{"other":true}'))
    with pytest.raises(ReferenceAlreadyFiled) as refusal:
        chain.records(first)
    assert refusal.value.certificate == second.id


def test_a_reference_is_found_only_with_its_date_of_issue(archive: Archive) -> None:
    """Without the second particular, numbers could be harvested."""
    filing = archive.file(a_filing())
    assert archive.find_reference("VN", filing.reference, date(2026, 11, 2)) == (filing,)
    assert archive.find_reference("VN", filing.reference, date(2026, 11, 3)) == ()
    assert archive.find_reference("MY", filing.reference, date(2026, 11, 2)) == ()


def test_a_number_alone_finds_all_that_were_given_it(archive: Archive) -> None:
    """By whichever office and on whichever day, for member authorities that look it up."""
    filing = archive.file(a_filing())
    assert archive.find_number("VN", filing.reference) == (filing,)
    assert archive.find_number("VN", "X") == archive.find_number("MY", filing.reference) == ()


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


def test_unconfirmed_filings_may_be_settled_while_they_are_listed(archive: Archive, chain: Chain) -> None:
    """The oldest comes first, and none is left out."""
    filings = [archive.file(a_filing(number)) for number in range(1, 5)]
    chain.records(filings[1])
    chain.refuses(filings[2])
    seen = []
    for filing in archive.unconfirmed():
        seen.append(filing)
        chain.records(filing)
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


def test_a_batch_is_filed_whole(archive: Archive, chain: Chain) -> None:
    """Every certificate of it is found, and one receipt records them all."""
    filings, batch = a_batch(range(1, 601))
    position = archive.file_batch(filings, batch)
    stored = [replace(filing, dispatch=position) for filing in filings]
    assert [archive.find(filing.id) for filing in filings] == stored
    chain.records(stored[0])
    assert {filing.state for filing in archive.carried(position)} == {FilingState.RECORDED}


@pytest.mark.parametrize("held", [1, 300, 600])
def test_a_batch_with_a_reference_that_is_held_is_not_filed(archive: Archive, held: int) -> None:
    """None of it is stored, and the refusal names the certificate that holds the reference."""
    holder = archive.file(a_filing(held, document=b"[]"))
    filings, batch = a_batch(range(1, 601))
    with pytest.raises(ReferenceAlreadyFiled) as refusal:
        archive.file_batch(filings, batch)
    assert refusal.value.certificate == holder.id
    assert archive.filings(1) == (holder,)
    assert [filing.id for filing in archive.unconfirmed()] == [holder.id]


def test_a_batch_filed_again_is_refused(archive: Archive) -> None:
    """Whoever files it asks first what is held; the same certificates are not stored twice."""
    filings, batch = a_batch(range(1, 4))
    position = archive.file_batch(filings, batch)
    with pytest.raises(ReferenceAlreadyFiled) as refusal:
        archive.file_batch(filings, batch)
    assert refusal.value.certificate in {filing.id for filing in filings}
    assert archive.filings(1) == tuple(replace(filing, dispatch=position) for filing in filings)


def test_a_batch_in_which_two_share_a_reference_is_refused(archive: Archive) -> None:
    """The refusal names the first of the two."""
    one, other = a_filing(1), a_filing(1, document=b"[]")
    batch = batch_of([one.id, other.id], "VN")
    with pytest.raises(ReferenceAlreadyFiled) as refusal:
        archive.file_batch([one, other], batch)
    assert refusal.value.certificate == one.id
    assert archive.filings(1) == ()


def test_a_batch_of_other_filings_or_of_two_keys_is_a_mistake(archive: Archive) -> None:
    """One key signs an anchor, and its tree stands over what it carries."""
    filings, batch = a_batch(range(1, 4))
    with pytest.raises(ValueError, match="not those of the batch"):
        archive.file_batch(filings[:2], batch)
    with pytest.raises(ValueError, match="one key"):
        archive.file_batch([replace(filings[0], account=Address("0x" + "bB" * 20)), *filings[1:]], batch)
    assert archive.filings(1) == ()


def test_a_refused_batch_can_be_filed_again_with_others(archive: Archive, chain: Chain) -> None:
    """Certificates that were refused take their places up again; the new ones come after them."""
    refused, batch = a_batch(range(1, 4))
    archive.file_batch(refused, batch)
    chain.refuses(archive.filings(1)[0])
    filings, batch = a_batch(range(1, 6))
    position = archive.file_batch(filings, batch)
    assert archive.filings(1) == tuple(replace(filing, dispatch=position) for filing in filings)
    assert archive.carried(position) == archive.filings(1)


def test_holders_are_found_by_their_references(archive: Archive, chain: Chain) -> None:
    """Of a thousand references asked about, those that are held answer; a refused filing holds nothing."""
    filings, batch = a_batch(range(1, 1001))
    position = archive.file_batch(filings, batch)
    refused = archive.file(a_filing(2000))
    chain.refuses(refused)
    free = a_filing(3000).terms.reference_key
    keys = [filing.terms.reference_key for filing in filings]
    found = archive.holders([*keys, refused.terms.reference_key, free])
    assert found == {filing.terms.reference_key: replace(filing, dispatch=position) for filing in filings}
    assert archive.holders([]) == {}


def test_what_holds_references_is_told_in_short(archive: Archive, chain: Chain) -> None:
    """Enough to recognise a repetition: document, authority, write, and whether it is recorded."""
    filings, batch = a_batch(range(1, 1001))
    position = archive.file_batch(filings, batch)
    single, refused = archive.file(a_filing(2000, authority=2)), archive.file(a_filing(3000))
    chain.records(single)
    chain.refuses(refused)
    keys = [filing.terms.reference_key for filing in (*filings, single, refused, a_filing(4000))]
    wanted = {
        filing.terms.reference_key: Holding(filing.id, 1, filing.document, position, recorded=False)
        for filing in filings
    }
    wanted[keys[1000]] = Holding(single.id, 2, single.document, single.dispatch, recorded=True)
    assert archive.held(keys) == wanted
    assert archive.held(keys[1000:1001]) == {keys[1000]: wanted[keys[1000]]}
    assert archive.held([]) == {}


def test_of_batches_at_once_that_share_a_reference_one_is_filed(archive: Archive) -> None:
    """Four threads file four batches with one reference in common; one is stored whole, three not at all."""
    batches = [a_batch([first, first + 1, 99], document=b"%d" % first) for first in (1, 3, 5, 7)]

    def attempt(index: int) -> bool:
        filings, batch = batches[index]
        try:
            archive.file_batch(filings, batch)
        except ReferenceAlreadyFiled:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(attempt, range(4)))
    assert sum(done) == 1
    stored, _ = batches[done.index(True)]
    assert {filing.id for filing in archive.filings(1)} == {filing.id for filing in stored}
