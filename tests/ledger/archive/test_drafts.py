"""Drafts in the database, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.archive import ArchiveRooms, open_archive
from ledger.archive.drafts import Drafts
from ledger.drafts import Draft
from tests.ledger.archive.filings import NOON

LATER = NOON + timedelta(minutes=5)
OURS, THEIRS = 3, 4
DRAFT = Draft(
    id="00" * 8,
    authority=OURS,
    member="VN",
    officer="Trần Quốc Bảo",
    document={"reference": "VN-TH 26/02/1", "items": {"1": {"description": "nấm\u200b \x00"}}},
    created_at=NOON,
    updated_at=NOON,
)


@pytest.fixture
def rooms(archive_url: str) -> Iterator[ArchiveRooms]:
    """Give an archive."""
    rooms = open_archive(archive_url)
    yield rooms
    rooms.close()


@pytest.fixture
def drafts(rooms: ArchiveRooms) -> Drafts:
    """Give an archive's drafts, with one in it."""
    rooms.drafts.begin(DRAFT)
    return rooms.drafts


def _saved(drafts: Drafts, version: int, reference: str, *, authority: int = OURS) -> Draft | None:
    document = {"reference": reference}
    return drafts.save(DRAFT.id, authority, document, version=version, officer="Lê Văn An", now=LATER)


def test_a_draft_is_kept_as_it_was_typed(drafts: Drafts) -> None:
    """Also with characters that no certificate may have."""
    assert drafts.find(DRAFT.id, OURS) == DRAFT


def test_a_draft_begun_twice_is_one_draft(drafts: Drafts) -> None:
    """What was written since stays."""
    saved = _saved(drafts, 1, "new")
    assert drafts.begin(DRAFT) == saved
    assert list(drafts.drafts(OURS)) == [saved]


def test_for_another_authority_a_draft_is_not_there(drafts: Drafts) -> None:
    """It cannot be read, listed, written, closed or deleted, and its id cannot be taken."""
    assert drafts.find(DRAFT.id, THEIRS) is None
    assert not drafts.drafts(THEIRS)
    assert _saved(drafts, 1, "theirs", authority=THEIRS) is None
    assert not drafts.drop(DRAFT.id, THEIRS)
    drafts.close(DRAFT.id, THEIRS, b"\1" * 32, now=LATER)
    with pytest.raises(ValueError, match="another draft"):
        drafts.begin(replace(DRAFT, authority=THEIRS))
    assert drafts.find(DRAFT.id, OURS) == DRAFT


def test_who_saves_an_old_version_overwrites_nothing(drafts: Drafts) -> None:
    """The second of two who began with the same version is told so."""
    first = _saved(drafts, 1, "first")
    assert first is not None
    assert (first.version, first.officer, first.updated_at, first.created_at) == (2, "Lê Văn An", LATER, NOON)
    assert _saved(drafts, 1, "second") is None
    assert drafts.find(DRAFT.id, OURS) == first


def test_drafts_are_listed_last_written_first(drafts: Drafts) -> None:
    """So that what was left off is at the top."""
    drafts.begin(replace(DRAFT, id="11" * 8, updated_at=NOON + timedelta(minutes=1)))
    assert [one.id for one in drafts.drafts(OURS)] == ["11" * 8, DRAFT.id]
    _saved(drafts, 1, "again")
    assert [one.id for one in drafts.drafts(OURS)] == [DRAFT.id, "11" * 8]


def test_however_many_drafts_there_are_each_is_on_one_page(drafts: Drafts) -> None:
    """Also those written in the same moment; those of others and issued ones are not counted."""
    for number in range(1, 7):
        moment = NOON + timedelta(minutes=number // 3)
        drafts.begin(replace(DRAFT, id=f"{number:016x}", updated_at=moment))
    drafts.begin(replace(DRAFT, id="ff" * 8, authority=THEIRS))
    drafts.begin(replace(DRAFT, id="ee" * 8))
    drafts.close("ee" * 8, OURS, b"\1" * 32, now=LATER)
    listed: list[Draft] = []
    while page := drafts.drafts(
        OURS, after=(listed[-1].updated_at, listed[-1].id) if listed else None, limit=2
    ):
        listed += page
    assert [int(one.id, 16) for one in listed] == [6, 3, 4, 5, 0, 1, 2]
    assert drafts.count(OURS) == len(listed)


def test_an_issued_draft_is_not_changed_any_more(drafts: Drafts) -> None:
    """It is found with what was issued from it, and listed no more."""
    drafts.close(DRAFT.id, OURS, b"\1" * 32, now=LATER)
    drafts.close(DRAFT.id, OURS, b"\2" * 32, now=LATER)
    found = drafts.find(DRAFT.id, OURS)
    assert found is not None
    assert found.certificate == b"\1" * 32
    assert _saved(drafts, 1, "late") is None
    assert not drafts.drop(DRAFT.id, OURS)
    assert not drafts.drafts(OURS)


def test_a_deleted_draft_is_gone(drafts: Drafts) -> None:
    """And deleting it again does nothing."""
    assert drafts.drop(DRAFT.id, OURS)
    assert not drafts.drop(DRAFT.id, OURS)
    assert drafts.find(DRAFT.id, OURS) is None
