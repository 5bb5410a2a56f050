"""Files of certificates that officers send, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.archive import BROKEN_OFF, ArchiveRooms, BulkRun, BulkRuns, RunLost, Told, open_archive
from tests.ledger.archive.filings import NOON

LATER = NOON + timedelta(minutes=5)
OURS, THEIRS = 3, 4
SENT = BulkRun(authority=OURS, id="7" * 32, officer="Trần Quốc Bảo", name="rows.csv", began_at=NOON)


@pytest.fixture
def rooms(archive_url: str) -> Iterator[ArchiveRooms]:
    """Give an archive."""
    rooms = open_archive(archive_url)
    yield rooms
    rooms.close()


@pytest.fixture
def runs(rooms: ArchiveRooms) -> BulkRuns:
    """Give an archive's files."""
    return rooms.bulk_runs


def begun(runs: BulkRuns, sent: BulkRun = SENT) -> BulkRun:
    """Return a run that has begun."""
    run = runs.begin(sent)
    assert run is not None
    return run


def test_a_file_is_had_as_it_was_stored_until_it_is_done(runs: BulkRuns) -> None:
    """Piece by piece; what came of its rows stays."""
    run = begun(runs)
    for number, piece in enumerate((b"a,b\n1,", b"\xff\x00\n")):
        runs.store(run, number, piece)
    run = runs.stored(run, 2)
    assert b"".join(runs.pieces(run)) == b"a,b\n1,\xff\x00\n"
    told = [Told(1, b"\1" * 32, None), Told(2, None, b"{}")]
    run = replace(run, recorded=1, refused=1)
    runs.journal(run, told)
    runs.end(replace(run, ended_at=LATER, problem="internal"))
    assert list(runs.pieces(run)) != []
    runs.end(replace(run, ended_at=LATER))
    assert list(runs.pieces(run)) == []
    assert runs.told(run, refused=False) == told[:1]
    assert runs.told(run, refused=True) == told[1:]
    assert runs.told(run, refused=True, after=2) == []
    found = runs.find(run.id, OURS)
    assert found is not None
    assert (found.rows, found.whole, found.lines, found.ended_at) == (2, True, 2, LATER)


def test_of_a_file_sent_twice_the_second_is_none(runs: BulkRuns) -> None:
    """Another authority may have the same id, and sees nothing of ours."""
    begun(runs)
    assert runs.begin(SENT) is None
    assert runs.find(SENT.id, THEIRS) is None
    begun(runs, replace(SENT, authority=THEIRS, name="theirs"))
    (ours,) = runs.runs(OURS)
    assert ours.name == SENT.name


def test_whoever_lost_a_run_writes_nothing_more_of_it(runs: BulkRuns) -> None:
    """Of two who take it up, one has it."""
    first = begun(runs)
    with pytest.raises(RunLost):
        runs.journal(replace(first, holder=b"\0" * 16), [Told(1, b"\1" * 32, None)])
    second = runs.take_up(first, "Lê Văn An", now=LATER)
    for late in (
        lambda: runs.journal(replace(first, recorded=1), [Told(1, b"\1" * 32, None)]),
        lambda: runs.end(replace(first, ended_at=LATER)),
        lambda: runs.take_up(first, "late", now=LATER),
    ):
        with pytest.raises(RunLost):
            late()
    assert runs.find(first.id, OURS) == second
    assert runs.told(first, refused=False) == []


def test_a_run_that_nobody_works_on_is_broken_off(runs: BulkRuns) -> None:
    """And one that somebody works on is not, also when it is looked at elsewhere."""
    run = begun(runs)
    with runs.working(OURS) as mine:
        assert mine is not None
        assert runs.seen(run, now=LATER) == run
        with runs.working(OURS) as second:
            assert second is None
    broken = runs.seen(run, now=LATER)
    assert (broken.problem, broken.ended_at) == (BROKEN_OFF, LATER)
    with pytest.raises(RunLost):
        runs.journal(run, [])
    assert runs.take_up(broken, "Lê Văn An", now=LATER).problem == ""


def test_a_new_file_breaks_an_old_one_off_and_the_oldest_are_forgotten(runs: BulkRuns) -> None:
    """Of one authority five are kept, with what came of their rows."""
    for number in range(7):
        run = begun(runs, replace(SENT, id=f"{number:032}", began_at=NOON + timedelta(minutes=number)))
        runs.store(run, 0, b"x")
        runs.journal(replace(run, recorded=1), [Told(1, b"\1" * 32, None)])
    kept = runs.runs(OURS)
    assert [int(one.id) for one in kept] == [6, 5, 4, 3, 2]
    assert [one.problem for one in kept] == ["", *[BROKEN_OFF] * 4]
    gone = replace(run, id=f"{0:032}")
    assert (runs.told(gone, refused=False), list(runs.pieces(gone))) == ([], [])


def test_a_file_that_could_not_begin_is_forgotten(runs: BulkRuns) -> None:
    """With its pieces."""
    run = begun(runs)
    runs.store(run, 0, b"x")
    runs.drop(run)
    assert runs.find(run.id, OURS) is None
    assert list(runs.pieces(run)) == []
