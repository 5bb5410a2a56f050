"""What the port `Figures` promises, run on the replica in memory and on both databases."""
# ruff: noqa: F811 - fixtures are imported, and arguments have their names

import random
from datetime import UTC, datetime

import pytest

from ledger.events import (
    Anchored,
    AuthorityAdded,
    Decided,
    Ended,
    Entered,
    Event,
    Issued,
    KeyAdded,
    MemberAdmitted,
    Occurrence,
    ProofReceived,
    moment,
)
from ledger.facts import Address, AsOf, Reason
from ledger.figures import Activity, FiguresNotKept, NoFigures, PairTime, PairUse
from ledger.memory_replica import MemoryReplica
from ledger.replica_port import Replica, ReplicaBehind
from tests.ports.test_replica_port import (  # noqa: F401 - fixtures among them
    ADMIN,
    LEDGER,
    NOW,
    block,
    database_kind,
    filled,
    issued,
    replica,
)
from tests.procedures_told import EVERY_LINE, decided, received, the_id, word

MEMBERS = ("VN", "TH", "SG", "LA")


def ended(name: str, reason: Reason = Reason.ISSUED_IN_ERROR) -> Ended:
    """Return the event of an end."""
    replacement = the_id(f"{name} anew") if reason is Reason.REPLACED else None
    return Ended(the_id(name), 1, reason, replacement)


CUSTOMS: tuple[tuple[int, Event], ...] = (
    (1, AuthorityAdded(2, "TH", 4, "Customs", "customs.example")),
    (1, KeyAdded(Address("0x" + "44" * 20), 2, 2)),
)
"""Who receives and decides in Thailand, with the key of `received` and `decided`."""


def at(number: int) -> datetime:
    """Return the time of a block."""
    return moment(1_000_000 + number)


def test_an_empty_store_has_no_figures(replica: Replica) -> None:
    """Nothing is as of a block before there is one."""
    with pytest.raises(ReplicaBehind):
        replica.figured()
    replica.start(LEDGER)
    with pytest.raises(ReplicaBehind):
        replica.figured()
    assert [list(one) for one in (replica.latest(), replica.activity(), replica.utilisation())] == [[]] * 3
    assert list(replica.times()) == []


def test_figures_are_as_of_the_newest_block(replica: Replica) -> None:
    """Whoever shows them says so."""
    assert filled(replica).figured() == AsOf(10, at(10))


def test_a_ledger_without_a_replica_says_that_it_has_no_figures() -> None:
    """Nobody takes nothing for zero."""
    nobody = NoFigures()
    for ask in (nobody.figured, nobody.latest, nobody.activity, nobody.utilisation, nobody.times):
        with pytest.raises(FiguresNotKept, match="replica"):
            ask()


def test_the_newest_events_come_first_and_one_can_go_on_from_any(replica: Replica) -> None:
    """Of all kinds, with the members that they concern; forward and back from a place."""
    filled(replica, *CUSTOMS, (2, issued("a")), (3, received("a")), (3, decided("a")), (5, ended("a")))
    latest = replica.latest()
    places = [one.occurrence.place for one in latest]
    assert [type(one.occurrence.event) for one in latest] == [
        Ended, Decided, ProofReceived, Issued, KeyAdded, AuthorityAdded, KeyAdded, AuthorityAdded,
        MemberAdmitted,
    ]  # fmt: skip
    assert places == sorted(places, reverse=True)
    assert {(one.exporting, one.importing) for one in latest[:4]} == {("VN", "TH")}
    assert latest[0].certificate == the_id("a")
    assert [one.occurrence.place for one in replica.latest(limit=2)] == places[:2]
    assert [one.occurrence.place for one in replica.latest(before=places[1], limit=2)] == places[2:4]
    assert [one.occurrence.place for one in replica.latest(after=places[2])] == places[:2]
    assert list(replica.latest(after=places[0])) == []


def test_the_activity_of_members_is_counted_by_who_acted(replica: Replica) -> None:
    """Issuing, cancelling and replacing by the exporting member; receipts and decisions by the importing."""
    filled(
        replica,
        *CUSTOMS,
        *((2, issued(name)) for name in ("a", "b", "c", "c anew")),
        (2, issued("d", "TH", "VN")),
        (3, ended("b")),
        (3, ended("c", Reason.REPLACED)),
        (4, received("a")),
        (4, decided("a")),
        (5, decided("a", "another declaration")),
        (6, decided("d", key=1)),
    )
    assert list(replica.activity()) == [
        Activity("TH", issued=1, received=1, decided=2),
        Activity("VN", issued=4, cancelled=1, replaced=1, decided=1),
    ]


def test_a_period_counts_what_was_recorded_in_it(replica: Replica) -> None:
    """The second in which it begins belongs to it, and members that did nothing since are left out."""
    begun = ((2, issued("a")), (2, issued("b", "TH", "VN")), (4, issued("c")), (6, received("a")))
    filled(replica, *CUSTOMS, *begun)
    assert list(replica.activity(at(4))) == [Activity("TH", received=1), Activity("VN", issued=1)]
    assert list(replica.activity(at(5))) == [Activity("TH", received=1)]
    assert list(replica.activity(datetime(2026, 1, 1, tzinfo=UTC))) == []


def test_certificates_in_batches_count_when_they_were_anchored(replica: Replica) -> None:
    """A batch counts with all that is in it, and an entry made of one of them is not counted again."""
    batch = Anchored(word("root"), 1, 100, 2_000_000)
    entered = Entered(the_id("a"), word("root"), 1_000_002)
    filled(replica, *CUSTOMS, (2, batch), (5, issued("a")), (5, entered), (6, received("a")))
    assert list(replica.activity()) == [Activity("TH", received=1), Activity("VN", issued=100)]
    assert list(replica.activity(at(5))) == [Activity("TH", received=1)]
    assert list(replica.utilisation()) == [
        PairUse("VN", "", issued=99),
        PairUse("VN", "TH", issued=1, received=1),
    ]
    assert list(replica.utilisation(at(3))) == []


def test_utilisation_follows_the_certificates_issued_in_a_period(replica: Replica) -> None:
    """Pair by pair: what came back of them until now, line by line."""
    filled(
        replica,
        *((2, issued(name)) for name in "abcd"),
        (2, issued("e", "VN", "SG")),
        (3, received("a")),
        (3, decided("a", granted=0b111, refused=0b1000)),
        (4, decided("a", "another declaration", granted=0b001, refused=0)),
        (4, decided("b", granted=0, refused=EVERY_LINE)),
        (5, ended("c")),
        (6, issued("f")),
    )
    thailand = PairUse("VN", "TH", issued=5, received=1, used=1, granted=4, refused=1 + 64, unreported=2)
    assert list(replica.utilisation()) == [PairUse("VN", "SG", issued=1, unreported=1), thailand]
    assert thailand.rate == 0.2
    assert list(replica.utilisation(at(6))) == [PairUse("VN", "TH", issued=1, unreported=1)]


def test_a_rate_is_not_told_where_it_cannot_be_known() -> None:
    """Of certificates in batches the ledger does not know to whom they went."""
    assert PairUse("VN", "", issued=99).rate is None
    assert PairUse("VN", "TH").rate is None
    assert PairUse("VN", "TH", issued=4, used=3).rate == 0.75


def test_times_are_ranks_of_what_was_measured(replica: Replica) -> None:
    """From issue, of a batch from its anchoring, to the first decision; half and nine tenths of them."""
    names = [f"c{number}" for number in range(10)]
    filled(
        replica,
        *((2, issued(name)) for name in names),
        (2, issued("other", "TH", "VN")),
        (9, issued("entered", "TH", "VN")),
        (9, Entered(the_id("entered"), word("root"), 1_000_000)),
        *((3 + place // 2, decided(name)) for place, name in enumerate(names)),
        (9, decided("c0", "another declaration")),
        (10, decided("entered")),
        until=20,
    )
    assert list(replica.times()) == [
        PairTime("TH", "VN", decided=1, median=10, most=10),
        PairTime("VN", "TH", decided=10, median=3, most=5),
    ]
    assert list(replica.times(at(7))) == [
        PairTime("TH", "VN", decided=1, median=10, most=10),
        PairTime("VN", "TH", decided=2, median=5, most=5),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_both_stores_add_it_up_alike(replica: Replica, seed: int) -> None:
    """Any course of events has the same figures in memory and in the databases, also after going back."""
    told = list(_course(random.Random(seed)))  # noqa: S311 - no secrets
    twin = filled(MemoryReplica(), until=1)
    filled(replica, until=1)
    for number in range(2, 40):
        now = [one for one in told if one.block == number]
        for store in (twin, replica):
            store.apply([block(number)], now, node_block=number, seen_at=NOW)
    for going_back in (39, 25):
        for store in (twin, replica):
            store.roll_back(going_back)
        for since in (None, at(10), at(24)):
            assert list(replica.activity(since)) == list(twin.activity(since))
            assert list(replica.utilisation(since)) == list(twin.utilisation(since))
            assert list(replica.times(since)) == list(twin.times(since))
        assert list(replica.latest(limit=50)) == list(twin.latest(limit=50))
        assert list(replica.latest(before=(20, 3), after=(8, 1))) == list(
            twin.latest(before=(20, 3), after=(8, 1))
        )


def _course(draw: random.Random) -> list[Occurrence]:
    """Return what happens in blocks 2 to 39: each certificate is issued, and then anything it may meet."""
    events: list[tuple[int, Event]] = []
    for place, member in enumerate(MEMBERS[1:], 2):
        account = Address("0x" + f"{place:02}" * 20)
        events += [
            (2, MemberAdmitted(member, ADMIN)),
            (2, AuthorityAdded(place, member, 1, member, "a.example")),
            (2, KeyAdded(account, place, place)),
        ]
    for number in range(3, 39):
        exporting, importing = draw.sample(MEMBERS, 2)
        name, key = f"c{number}", MEMBERS.index(exporting) + 1
        root, batched = word("root", number), draw.random() < 0.4
        if batched:
            events.append((number, Anchored(root, key, draw.randint(2, 500), 2_000_000)))
        begun = draw.randint(number, 39)
        events.append((begun, issued(name, exporting, importing)))
        if batched:
            events.append((begun, Entered(the_id(name), root, 1_000_000 + number)))
        if draw.random() < 0.5:
            events.append((draw.randint(begun, 39), received(name)))
        for declaration in range(draw.randint(0, 3)):
            lines = draw.getrandbits(64)
            later = decided(
                name, f"d{declaration}", granted=lines & draw.choice((0, lines)), refused=~lines % 2**64
            )
            events.append((draw.randint(begun, 39), later))
        if draw.random() < 0.3:
            events.append((39, ended(name, draw.choice((Reason.REPLACED, Reason.OTHER)))))
    events.sort(key=lambda one: one[0])
    return [
        Occurrence(number, 20 + place, 1_000_000 + number, one) for place, (number, one) in enumerate(events)
    ]
