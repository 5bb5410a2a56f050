"""fsck: a sound ledger gives nothing, and each way in which archive and chain can differ is found."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.batch import batch_of
from ledger.certificate import Replaced
from ledger.facts import Address, Evidence
from ledger.fsck import Counts, Examiner, Fault
from ledger.issuing import replace_certificate
from ledger.outbox import DispatchState
from ledger.ports import Filing
from ledger.refusals import AlreadyExpired
from tests.builders import ISSUED_ON, a_certificate
from tests.ledger.stations import FOREIGNER, KEY, NOON, TH, VN, VN_OTHER, Station


@pytest.fixture
def station() -> Station:
    """Return an authority with a certificate of its own, a batch of three, and one that waits."""
    station = Station()
    station.issue(1, wait=1)
    for number in (2, 3, 4):
        station.issue(number)
    station.rounds()
    station.issue(5)
    return station


def faults(station: Station) -> set[tuple[Fault, bytes]]:
    """Return what fsck finds."""
    return {(found.fault, found.subject) for found in station.discrepancies()}


def alter(station: Station, filing: Filing, **changes: Any) -> None:
    """Change a filing behind the archive's back."""
    station.archive._filings[filing.id] = replace(station.archive._filings[filing.id], **changes)


def test_a_sound_ledger_gives_nothing_and_is_counted(station: Station) -> None:
    """Whatever has been done on it."""
    single, *members, _ = station.archive.filings(VN)
    station.cancel(members[0], wait=1)
    named = Replaced(reference="VN-TH 26/02/00001", issued_on=ISSUED_ON)
    new = a_certificate(reference="VN-TH 26/02/00009", replaces=named)
    replace_certificate(single.id, new, authority=VN, account=KEY, ledger=station.ledger, wait=1)
    station.chain.enter(members[1].terms, members[1].root, members[1].siblings, FOREIGNER)
    station.issue(10)
    examiner = Examiner(station.ledger)
    assert list(examiner.discrepancies()) == []
    assert examiner.counts == Counts(filings=7, recorded=6, accepted=1, refused=0, batches=1)


def test_refused_certificates_and_batches_are_no_fault(station: Station) -> None:
    """The chain does not hold them; issued again they are under the reference once."""
    station.rounds()
    station.chain._held = {KEY}
    station.node.failures = [AlreadyExpired(NOON, NOON)] * 2
    for number in (6, 7):
        station.issue(number)
    station.rounds()
    station.issue(8)
    station.rounds()
    station.issue(6, wait=1)
    examiner = Examiner(station.ledger)
    assert list(examiner.discrepancies()) == []
    assert examiner.counts.refused == 3


def test_progress_is_told_filing_by_filing(station: Station) -> None:
    """So that a large archive is seen to move."""
    seen: list[int] = []
    list(Examiner(station.ledger, seen.append).discrepancies())
    assert seen == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "changes",
    [{"seed": bytes(32)}, {"root": b"\1" * 32}, {"siblings": (b"\1" * 32,)}],
    ids=["seed", "root", "siblings"],
)
def test_an_envelope_that_does_not_rebuild_is_found(station: Station, changes: dict[str, Any]) -> None:
    """It would not verify at the border."""
    member = station.archive.filings(VN)[1]
    alter(station, member, **changes)
    assert (Fault.ENVELOPE_DIFFERS, member.id) in faults(station)


def test_an_altered_document_is_found(station: Station) -> None:
    """By its hash."""
    one = station.archive.filings(VN)[0]
    alter(station, one, document=one.document.replace(b"Coffee", b"Cocoa!"))
    assert faults(station) == {(Fault.ENVELOPE_DIFFERS, one.id)}


def test_what_is_recorded_here_and_not_on_the_chain_is_lost(station: Station) -> None:
    """A certificate of its own, and each of a batch."""
    single, *members, _ = station.archive.filings(VN)
    station.chain._entries.clear()
    station.chain._anchors.clear()
    assert faults(station) == {(Fault.NOT_ON_CHAIN, one.id) for one in (single, *members)}


@pytest.mark.parametrize(
    "changes",
    [
        {"importing": "SG"},
        {"scheme": 7},
        {"valid_until": NOON + timedelta(days=900)},
        {"exporting": "SG"},
    ],
    ids=["importing", "scheme", "validity", "exporting"],
)
def test_an_entry_with_other_particulars_is_found(station: Station, changes: dict[str, Any]) -> None:
    """The id says otherwise, so somebody has tampered with one of the two."""
    one = station.archive.filings(VN)[0]
    station.chain._entries[one.id] = replace(station.chain._entries[one.id], **changes)
    assert (Fault.ENTRY_DIFFERS, one.id) in faults(station)


def test_an_entry_whose_reference_another_holds_is_found(station: Station) -> None:
    """The contract does not let that happen."""
    one = station.archive.filings(VN)[0]
    station.chain._holders["VN", one.terms.reference_key] = b"\1" * 32
    assert faults(station) == {(Fault.ENTRY_DIFFERS, one.id)}


def test_a_batch_that_ends_before_its_certificates_is_found(station: Station) -> None:
    """None of them could be entered any more, and verifiers would call them in doubt."""
    root, anchor = next(iter(station.chain._anchors.items()))
    station.chain._anchors[root] = replace(anchor, valid_until=NOON)
    members = [filing.id for filing in station.archive.filings(VN) if filing.siblings]
    assert faults(station) == {(Fault.ENTRY_DIFFERS, one) for one in members}


@pytest.mark.parametrize("which", [0, 1], ids=["single", "batch"])
def test_what_is_refused_here_and_on_the_chain_is_found(station: Station, which: int) -> None:
    """Its reference is free, and somebody could issue another under it."""
    write = station.write_of(station.archive.filings(VN)[which].id)
    carried = [filing.id for filing in station.archive.carried(write.position)]
    station.archive.release(write.position)
    refused = replace(write, state=DispatchState.REFUSED, refusal=AlreadyExpired(NOON, NOON))
    station.archive.outbox._writes[write.position] = refused
    assert faults(station) == {(Fault.REFUSED_BUT_ON_CHAIN, one) for one in carried}


def test_a_batch_that_lacks_a_certificate_is_found(station: Station) -> None:
    """One that was deleted from the archive: the root is of one more."""
    member = station.archive.filings(VN)[1]
    del station.archive._filings[member.id]
    assert faults(station) == {(Fault.BATCH_DIFFERS, member.root)}


def test_a_batch_with_another_size_is_found(station: Station) -> None:
    """The size is part of what the chain was told."""
    write = station.write_of(station.archive.filings(VN)[1].id)
    station.archive.outbox._writes[write.position] = replace(write, size=9)
    assert {fault for fault, _ in faults(station)} == {Fault.BATCH_DIFFERS}


def test_an_entry_and_a_batch_that_the_archive_lacks_are_found(station: Station) -> None:
    """Somebody used a key of ours elsewhere."""
    terms = station.archive.filings(VN)[0].terms
    foreign = replace(terms, reference_key=b"\1" * 32)
    station.chain.issue(foreign, KEY)
    batch = batch_of([b"\2" * 32, b"\3" * 32], "VN")
    station.chain.anchor(batch.tree.root, 2, terms.valid_until, KEY)
    found = faults(station)
    assert {fault for fault, _ in found} == {Fault.NOT_IN_ARCHIVE}
    assert batch.root in {subject for _, subject in found}
    assert len(found) == 2


def test_what_other_authorities_have_recorded_is_none_of_ours(station: Station) -> None:
    """Not even those of the same member, while nothing of theirs is filed here."""
    terms = station.archive.filings(VN)[0].terms
    swapped = replace(terms, exporting="TH", importing="VN", reference_key=b"\1" * 32)
    station.chain.issue(swapped, FOREIGNER)
    assert {authority.id for authority in station.chain.authorities()} == {VN, VN_OTHER, TH}
    assert station.sound()


def test_two_certificates_of_one_reference_are_found(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as after a unique index was dropped."""
    one, other = station.archive.filings(VN)[:2]
    twin = replace(other, terms=replace(other.terms, reference_key=one.terms.reference_key))
    filings: Callable[..., Sequence[Filing]] = station.archive.filings

    def tampered(authority: int, **page: Any) -> Sequence[Filing]:
        return [twin if filing.id == other.id else filing for filing in filings(authority, **page)]

    monkeypatch.setattr(station.archive, "filings", tampered)
    assert (Fault.DOUBLED, other.id) in faults(station)


def test_a_thousand_certificates_are_each_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page, with one question to the chain for each."""
    station = Station()
    station.waiting(1000)
    station.rounds()
    asked: list[bytes] = []
    pages: list[Any] = []
    evidence, filings = station.chain.evidence, station.archive.filings

    def counted(certificate: bytes, root: bytes, key: bytes) -> Evidence:
        asked.append(certificate)
        return evidence(certificate, root, key)

    def paged(authority: int, **page: Any) -> Sequence[Filing]:
        pages.append(page)
        return filings(authority, **page)

    monkeypatch.setattr(station.chain, "evidence", counted)
    monkeypatch.setattr(station.archive, "filings", paged)
    examiner = Examiner(station.ledger)
    assert list(examiner.discrepancies()) == []
    assert examiner.counts == Counts(filings=1000, recorded=1000, batches=1)
    assert (len(asked), len(set(asked))) == (1000, 1000)
    assert len(pages) < 10


def test_keys_of_several_authorities_are_told_apart(station: Station) -> None:
    """Each authority's filings are looked at, whichever key signed them."""
    other = Address(f"0x{'B3' * 20}")
    station.issue(20, key=other, wait=1)
    examiner = Examiner(station.ledger)
    assert list(examiner.discrepancies()) == []
    assert examiner.counts.filings == 6
