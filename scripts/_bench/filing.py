"""The archive: storing certificates with the writes that carry them, on SQLite and on PostgreSQL."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from _bench.figures import OURS, figure
from _bench.founding import EXPORTING
from _bench.measure import Contestant, Lap, timed
from _bench.samples import documents, drawn
from _bench.stand import Stand
from ledger.archive import open_archive
from ledger.batch import Batch, batch_of
from ledger.documents import parse_document
from ledger.issuing import filing_of
from ledger.ports import Archive, Filing

BATCH = 1_000


def _archives(stand: Stand) -> Mapping[str, Archive]:
    """Return archives whose writes nobody carries."""
    urls = {OURS: stand.archive("filing")}
    if stand.postgres is not None:
        urls["PostgreSQL"] = stand.postgres.url()
    archives = {}
    for who, url in urls.items():
        rooms = open_archive(url)
        stand.ending.callback(rooms.close)
        archives[who] = rooms.certificates
    return archives


def _filings(stand: Stand, series: str) -> Iterator[Filing]:
    """Yield filings without end; what precedes storing is not measured."""
    account, authority = stand.founded.key("filing"), stand.founded.authority
    for document in documents(series):
        one = drawn(document, stand.founded.profile.ledger)
        yield filing_of(one, parse_document(document), authority, account, stand.opened.ledger)


def _batches(filings: Iterator[Filing], size: int) -> Iterator[tuple[list[Filing], Batch]]:
    while True:
        given = {filing.id: filing for filing in islice(filings, size)}
        batch = batch_of(given, EXPORTING)
        proofs = batch.proofs()
        yield [replace(one, root=batch.root, siblings=proofs[one.id]) for one in given.values()], batch


@figure("archive, file one by one", "certificates")
def one_by_one(stand: Stand) -> Mapping[str, Contestant]:
    """Store each certificate with its write in a transaction of its own."""

    def filing(archive: Archive, filings: Iterator[Filing]) -> Lap:
        given = iter(list(islice(filings, stand.effort.runs)))
        return timed(lambda: archive.file(next(given)), stand.effort.runs)

    archives = _archives(stand)
    given = {who: _filings(stand, f"F{who[:1]}") for who in archives}
    return {who: lambda who=who: filing(archives[who], given[who]) for who in archives}  # type: ignore[misc]


@figure(f"archive, file batches of {BATCH:_}".replace("_", " "), "certificates")
def in_batches(stand: Stand) -> Mapping[str, Contestant]:
    """Store a batch with its anchor in one transaction."""
    size = min(BATCH, stand.effort.runs * 5)

    def filing(archive: Archive, batches: Iterator[tuple[list[Filing], Batch]]) -> Lap:
        filings, batch = next(batches)
        lap = timed(lambda: archive.file_batch(filings, batch), 1)
        return replace(lap, done=size, each=())

    archives = _archives(stand)
    given = {who: _batches(_filings(stand, f"G{who[:1]}"), size) for who in archives}
    return {who: lambda who=who: filing(archives[who], given[who]) for who in archives}  # type: ignore[misc]
