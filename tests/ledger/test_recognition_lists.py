"""Lists for customs, from a replica that follows a chain: benefits, changes, and how late these come."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger import recognition_lists
from ledger.errors import ReplicaNeeded
from ledger.operator_files import NoOperatorFiles
from ledger.operators import Consent, Direction, OperatorCode, OperatorRole, OperatorStatus
from ledger.recognition_lists import benefits, changes, latency
from tests.bundles import bundled
from tests.recognised import DAY, EXPORTER, NAME, Recognising, recognising
from tests.replicas import ReplicatedWorld
from tests.worlds import ChainWorld

pytestmark = pytest.mark.chain
HOUR = timedelta(hours=1)
SECOND, THIRD, FOURTH = map(OperatorCode, ("VN0200000003", "VN0300000009", "VN0400000004"))


@pytest.fixture
def at(world: ChainWorld) -> Recognising:
    """Return the small world on a chain, read through a replica that follows every write."""
    replicated = ReplicatedWorld(world)
    ledger = bundled(replicated.ledger)
    made = Recognising(replicated, ledger, ledger.clock)
    made.found()
    made.record()
    return made


def codes(at: Recognising, **more: object) -> list[OperatorCode]:
    """Return whose benefits apply in TH."""
    return [row.operator for row in benefits("TH", at.ledger, **more).rows]  # type: ignore[arg-type]


def test_benefits_are_listed_with_roles_and_directions(at: Recognising) -> None:
    """One row an operator, within its consent, by what and until when."""
    until = at.clock() + 100 * DAY
    at.record(SECOND, "Second Ltd", roles=OperatorRole.MFR, consent=Consent.EXCHANGE, until=until)
    page = benefits("TH", at.ledger)
    first, second = page.rows
    assert (first.operator, first.name) == (EXPORTER, NAME)
    assert first.granted == (
        (OperatorRole.EXP, Direction.IMPORT),
        (OperatorRole.MFR, Direction.IMPORT),
    )
    assert (second.name, second.granted) == (None, ((OperatorRole.MFR, Direction.IMPORT),))
    assert second.programme is not None
    assert (second.programme.code, second.valid_until) == ("DNUT", until)
    assert page.next is None
    assert page.as_of == at.ledger.registry.head()


def test_who_has_no_benefits_is_not_listed(at: Recognising) -> None:
    """Suspended, without consent, in a role that is not covered, or asked about by another host."""
    at.record(SECOND, status=OperatorStatus.CERTIFIED)
    at.record(SECOND, status=OperatorStatus.SUSPENDED)
    at.record(THIRD, roles=OperatorRole.BRK)
    at.record(FOURTH)
    at.record(FOURTH, consent=Consent.PUBLICATION, effective_from=at.clock() + DAY)
    assert codes(at) == [EXPORTER]
    assert benefits("MY", at.ledger).rows == ()
    assert codes(at, partner="MY") == []


def test_pages_of_benefits_lead_through_all_of_them(at: Recognising, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a page is, and however many are looked through for one."""
    for code in (SECOND, THIRD, FOURTH):
        at.record(code, roles=OperatorRole.BRK if code == THIRD else OperatorRole.EXP)
    for limit, scanned in ((1, 5000), (2, 5000), (3, 5000), (10, 1), (1, 2)):
        monkeypatch.setattr(recognition_lists, "_SCANNED", scanned)
        seen, after, pages = [], None, 0
        while True:
            page = benefits("TH", at.ledger, after=after, limit=limit)
            seen += [row.operator for row in page.rows]
            pages += 1
            if page.next is None:
                break
            after = page.next
        assert seen == [EXPORTER, SECOND, FOURTH], (limit, scanned)
        assert pages <= 5


def test_changes_are_listed_as_they_were_recorded(at: Recognising) -> None:
    """From a moment on, or after a place, of one member or of all; `next` is good for asking again."""
    at.world.advance(DAY)
    since = at.clock() - HOUR
    at.record(SECOND)
    at.record(status=OperatorStatus.SUSPENDED)
    everything = changes("TH", at.ledger)
    assert [row.recorded.operator for row in everything.rows] == [EXPORTER, SECOND, EXPORTER]
    recent = changes("TH", at.ledger, since=since)
    assert [row.recorded.operator for row in recent.rows] == [SECOND, EXPORTER]
    assert [row.name for row in recent.rows] == [NAME, NAME]
    one = changes("TH", at.ledger, since=since, limit=1)
    rest = changes("TH", at.ledger, after=one.next)
    assert [row.recorded.change.status for row in rest.rows] == [OperatorStatus.SUSPENDED]
    nothing = changes("TH", at.ledger, after=rest.next)
    assert (nothing.rows, nothing.next) == ((), rest.next)
    assert changes("TH", at.ledger, member="MY").rows == ()
    assert changes("TH", at.ledger, since=at.clock() + HOUR).rows == ()


def test_every_moment_finds_the_changes_since(at: Recognising) -> None:
    """Whatever lies between: the first block, the same second, the last one."""
    for _ in range(4):
        at.world.advance(HOUR)
        at.record(SECOND)
    all_ = [row.recorded.change.recorded_at for row in changes("TH", at.ledger).rows]
    second = timedelta(seconds=1)
    for moment in (one + off for one in all_ for off in (-second, timedelta(), second)):
        found = [row.recorded.change.recorded_at for row in changes("TH", at.ledger, since=moment).rows]
        assert found == [one for one in all_ if one >= moment]


def test_of_another_members_operator_a_change_tells_what_it_agrees_to(at: Recognising) -> None:
    """Also of changes before it withdrew; its own member sees them all."""
    at.record(consent=Consent(0))
    for row in changes("TH", at.ledger).rows:
        assert (row.withheld, row.name, row.programme) == (True, None, None)
    assert [row.withheld for row in changes("VN", at.ledger).rows] == [False, False]
    assert {row.name for row in changes("VN", at.ledger).rows} == {None}


def test_latency_is_counted_by_member_and_status(at: Recognising) -> None:
    """By nearest rank; what was announced ahead is not late, and annulments stand apart."""
    at.world.advance(10 * DAY)
    begin = at.clock()
    at.world.advance(DAY)
    for hours in (1, 2, 3, 48):
        at.record(SECOND, effective_from=at.clock() - hours * HOUR)
    at.record(SECOND, effective_from=at.clock() + 5 * DAY)
    at.record(SECOND, status=OperatorStatus.ANNULLED, effective_from=at.clock() - 900 * DAY)
    at.world.advance(DAY)
    as_of, rows = latency(begin, at.clock(), at.ledger)
    assert as_of == at.ledger.registry.head()
    whole, certified, annulled = rows
    assert (whole.member, whole.status, whole.changes, whole.ahead) == ("VN", None, 5, 1)
    assert (certified.status, certified.changes) == (OperatorStatus.CERTIFIED, 5)
    late = [round(part / HOUR) for part in (whole.median, whole.p90, whole.longest)]
    assert late == [2, 48, 48]
    assert (annulled.status, annulled.changes) == (OperatorStatus.ANNULLED, 1)
    assert annulled.longest >= 900 * DAY
    assert latency(begin - 5 * DAY, begin, at.ledger)[1] == []


def test_without_a_replica_lists_say_that_they_need_one() -> None:
    """The ledger itself answers about single operators only."""
    here = recognising()
    for ask in (
        lambda: benefits("TH", here.ledger),
        lambda: changes("TH", here.ledger),
        lambda: latency(here.clock() - DAY, here.clock(), here.ledger),
    ):
        with pytest.raises(ReplicaNeeded):
            ask()


def test_names_stay_out_where_the_archive_is_silent(at: Recognising) -> None:
    """The list is told all the same."""
    without = replace(at.ledger, operator_files=NoOperatorFiles())
    assert [row.name for row in benefits("TH", without).rows] == [None]
