"""What the port `Replica` promises of decisions, cases and exporters, run in memory and on both databases."""
# ruff: noqa: F811 - fixtures are imported, and arguments have their names

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.events import (
    Anchored,
    Ended,
    Entered,
    Event,
    Linked,
    moment,
)
from ledger.facts import Address, AsOf, Reason
from ledger.memory_replica import MemoryReplica
from ledger.origin.facts import CaseFacts, CaseGround, ExporterStatus, Step
from ledger.origin.life import Life
from ledger.procedures_port import Happening
from ledger.replica.digest import digest_of
from ledger.replica_port import ProcedureCounts, Replica, ReplicaOfOtherContracts
from tests.ports.test_replica_operators_port import said
from tests.ports.test_replica_port import (  # noqa: F401 - fixtures among them
    LATEST,
    LEDGER,
    NOW,
    PEOPLE,
    block,
    database_kind,
    filled,
    happened,
    issued,
    replica,
)
from tests.procedures_told import (
    DAYS,
    EVERY_LINE,
    clarified,
    concluded,
    decided,
    exporter,
    opened,
    received,
    split_use,
    stepped,
    suspended,
    the_id,
    word,
)

REGISTRY, PROCEDURES, OTHER = (Address("0x" + digit * 40) for digit in "456")
AS_OF = AsOf(10, moment(1_000_010))
CASE = opened(1, "a")


def life_of(replica: Replica, name: str) -> Sequence[Event]:
    """Return the events of a certificate's life."""
    look = replica.look_life(the_id(name))
    assert look is not None
    assert [one.place for one in look.occurrences] == sorted({one.place for one in look.occurrences})
    return [one.event for one in look.occurrences]


def told(replica: Replica, **asked: object) -> list[Event]:
    """Return the events of happenings."""
    return [one.occurrence.event for one in replica.happenings(**asked)]  # type: ignore[arg-type]


def names_of(found: Sequence[object], *names: str) -> list[str]:
    """Return the names of the certificates in a list."""
    by_id = {the_id(name): name for name in names}
    return [by_id[one.certificate] for one in found]  # type: ignore[attr-defined]


def test_an_empty_store_tells_of_no_procedure(replica: Replica) -> None:
    """No look before there is a head, nothing in any list, and split use allowed as at first."""
    assert replica.look_life(the_id("a")) is None
    assert replica.look_exporter("VN", "CE1") is None
    replica.start(LEDGER, REGISTRY, PROCEDURES)
    look, exporter_look = replica.look_life(the_id("a")), replica.look_exporter("VN", "CE1")
    assert look is not None
    assert exporter_look is not None
    assert (look.head, list(look.occurrences)) == (replica.head(), [])
    assert (exporter_look.head, list(exporter_look.occurrences)) == (replica.head(), [])
    assert (replica.case(1), replica.split_use("TH")) == (None, True)
    lists = (replica.happenings(), replica.cases(), replica.exporters())
    assert [list(one) for one in (*lists, replica.unreported("VN"), replica.undecided("TH"))] == [[]] * 5
    assert replica.procedure_counts() == ProcedureCounts(0, 0, 0, 0)


def test_what_was_decided_comes_back_as_it_was(replica: Replica) -> None:
    """With all 64 lines, the largest numbers that the contract takes, and zeros."""
    whole = opened(
        2**32 - 1, "a", lines=EVERY_LINE, suspended=EVERY_LINE, due=LATEST, conclude_due=LATEST, key=2**32 - 1
    )
    events: tuple[Event, ...] = (
        decided("a", granted=EVERY_LINE, used_up=1 << 63, refused=0, presented_at=LATEST, late=3),
        decided("a", "d2", granted=(1 << 63) - 1, refused=1 << 63),
        clarified("a", EVERY_LINE),
        split_use("TH", allowed=False),
        split_use("TH", allowed=True),
        whole,
        stepped(whole, Step.ACKNOWLEDGED, due=LATEST),
        suspended(whole, 1 << 63),
        concluded(whole, denied=1 << 63),
        exporter("VN", "A" * 32, 2**16 - 1, until=LATEST, effective_from=LATEST),
        exporter("VN", "\\xff" * 32),
    )
    filled(replica, (2, issued("a")), (2, received("a")), *((3, event) for event in events))
    stored = [one.event for one in replica.occurrences()][3:]
    assert stored == [issued("a"), received("a"), *events]
    assert life_of(replica, "a") == [issued("a"), received("a"), *events[:3], *events[5:9]]


def test_a_life_is_all_that_names_a_certificate(replica: Replica) -> None:
    """As itself, as parent or child, as replacement, and as the original that a case is about."""
    other = opened(2, "child", "a")
    of_a: tuple[tuple[int, Event], ...] = (
        (2, issued("a")),
        (2, Entered(the_id("a"), word("root"), 1_000_001)),
        (3, received("a")),
        (3, decided("a")),
        (4, Linked(the_id("a"), the_id("child"))),
        (4, Linked(the_id("origin"), the_id("a"))),
        (5, Ended(the_id("old"), 1, 255, the_id("a"))),
        (6, opened(1, "a")),
        (6, other),
        (7, stepped(other, Step.ACKNOWLEDGED)),
        (7, suspended(other, 1)),
        (8, concluded(other)),
        (8, clarified("a")),
        (9, Ended(the_id("a"), 1, 3, None)),
    )
    of_others: tuple[tuple[int, Event], ...] = (
        (4, issued("child", "TH", "MY")),
        (4, replace(decided("b"), declaration=the_id("a"))),
        (5, Anchored(the_id("a"), 1, 2, LATEST)),
        (6, opened(3, "child")),
        (7, stepped(opened(3, "child"), Step.REPLIED)),
        (8, exporter("VN", "CE1")),
        (8, split_use("TH", allowed=False)),
    )
    filled(replica, *of_a, *of_others)
    assert life_of(replica, "a") == [event for _, event in of_a]
    look = replica.look_life(the_id("a"))
    assert look is not None
    life = Life(the_id("a"), tuple(look.occurrences), AS_OF)
    assert (life.children, life.parents) == ((the_id("child"),), (the_id("origin"),))
    assert look.head == replica.head()
    assert life_of(replica, "child")[0] == Linked(the_id("a"), the_id("child"))
    assert life_of(replica, "nothing") == []


def test_a_case_is_as_its_steps_left_it(replica: Replica) -> None:
    """With the newest dates, the suspension as it stands, and each line's fate when it is concluded."""
    later = CASE.due + 5 * DAYS
    filled(
        replica,
        (2, issued("a")),
        (3, replace(CASE, lines=7)),
        (4, opened(2, "a", lines=8)),
        (5, stepped(CASE, Step.VISIT_POSTPONED, due=later)),
        (6, suspended(CASE, 3)),
    )
    assert replica.case(1) == CaseFacts(
        id=1,
        certificate=the_id("a"),
        about=the_id("a"),
        importing="TH",
        exporting="VN",
        lines=frozenset({1, 2, 3}),
        suspended=frozenset({1, 2}),
        ground=CaseGround.DOUBT,
        step=Step.VISIT_POSTPONED,
        opened_at=moment(1_000_003),
        stepped_at=moment(1_000_005),
        due=moment(later),
        conclude_due=moment(CASE.conclude_due),
        postponed=True,
    )
    replica.apply(
        [block(11)], happened((11, concluded(replace(CASE, lines=7), denied=4))), node_block=11, seen_at=NOW
    )
    case = replica.case(1)
    assert case is not None
    assert not case.open
    assert [set(lines) for lines in (case.confirmed, case.denied, case.suspended)] == [{1, 2}, {3}, set()]
    second = replica.case(2)
    assert second is not None
    assert second.open
    assert replica.case(3) is None
    assert replica.procedure_counts() == ProcedureCounts(0, 0, 2, 0)


def test_cases_are_listed_by_number_for_those_who_ask_and_are_asked(replica: Replica) -> None:
    """Open ones unless all are wanted; page by page; those alone that something is due in before a moment."""
    cases = [
        opened(1, "a"),
        opened(2, "a", importing="MY", due=1_000_000 + 30 * DAYS),
        opened(3, "a", exporting="MY"),
        opened(10, "a", conclude_due=1_000_000 + 40 * DAYS),
    ]
    moved = stepped(cases[0], Step.REPLIED, due=1_000_000 + 20 * DAYS)
    again = stepped(cases[1], Step.REPLIED, due=1_000_000 + 170 * DAYS)
    filled(replica, (2, issued("a")), *((3, case) for case in cases), (4, concluded(cases[2])))
    replica.apply([block(11)], happened((11, moved), (11, again)), node_block=11, seen_at=NOW)

    def listed(**asked: object) -> list[int]:
        return [case.id for case in replica.cases(**asked)]  # type: ignore[arg-type]

    assert listed() == [1, 2, 10]
    assert listed(open_only=False) == [1, 2, 3, 10]
    assert listed(open_only=False, after=1, limit=2) == [2, 3]
    assert listed(member="TH") == [1, 10]
    assert listed(member="MY") == [2]
    assert listed(member="MY", open_only=False) == [2, 3]
    assert listed(member="VN", after=2) == [10]
    assert listed(due_before=moment(1_000_000 + 20 * DAYS)) == []
    assert listed(due_before=moment(1_000_000 + 20 * DAYS) + timedelta(microseconds=1)) == [1]
    assert listed(due_before=moment(1_000_000 + 41 * DAYS)) == [1, 10]
    assert listed(due_before=moment(1_000_000 + 999 * DAYS), open_only=False) == [1, 2, 10]
    assert replica.cases(after=2)[0] == replica.case(10)


def test_an_exporter_is_all_that_was_recorded_of_it(replica: Replica) -> None:
    """Under its member and code; another member's of the same code is another exporter."""
    filled(
        replica,
        (3, exporter("VN", "CE1")),
        (4, exporter("TH", "CE1")),
        (5, exporter("VN", "CE1", 2, status=2, until=LATEST)),
    )
    look = replica.look_exporter("VN", "CE1")
    assert look is not None
    assert [one.event for one in look.occurrences] == [
        exporter("VN", "CE1"),
        exporter("VN", "CE1", 2, status=2, until=LATEST),
    ]
    first, second = next(iter(replica.exporters(member="VN"))).versions
    assert (first.status, first.until, first.recorded_at) == (
        ExporterStatus.AUTHORISED,
        None,
        moment(1_000_003),
    )
    assert (second.status, second.until) == (ExporterStatus.SUSPENDED, moment(LATEST))


def test_exporters_are_listed_by_member_and_code(replica: Replica) -> None:
    """Digits come before letters; page by page, of one member or of all, as of the newest block."""
    wanted = [("TH", "Z"), ("VN", "1"), ("VN", "A"), ("VN", "A-1"), ("VN", "A1"), ("VO", "0")]
    filled(replica, *((3, exporter(*whose)) for whose in reversed(wanted)), (4, exporter("VN", "A", 2)))
    found = replica.exporters()
    assert [(one.member, one.code) for one in found] == wanted
    assert {one.as_of for one in found} == {AS_OF}
    assert [len(one.versions) for one in found] == [1, 1, 2, 1, 1, 1]
    page = replica.exporters(after=("VN", "1"), limit=2)
    assert [one.code for one in page] == ["A", "A-1"]
    assert [one.code for one in replica.exporters(member="VN", after=("VN", "A1"))] == []
    assert [one.member for one in replica.exporters(member="TH")] == ["TH"]
    assert replica.exporters(member="MY") == []
    assert replica.procedure_counts().exporters == 6


def test_split_use_is_as_it_was_said_last(replica: Replica) -> None:
    """By each member for itself."""
    filled(
        replica,
        (3, split_use("TH", allowed=False)),
        (3, split_use("VN", allowed=False)),
        (4, split_use("VN", allowed=True)),
    )
    assert [replica.split_use(member) for member in ("TH", "VN", "MY")] == [False, True, True]


def test_what_nothing_came_back_of_is_listed_oldest_first(replica: Replica) -> None:
    """Neither what ended nor what was received or decided on; of one exporter's, to all or to one."""
    names = [f"n{number}" for number in range(8)]
    filled(
        replica,
        *((2 + number // 3, issued(name)) for number, name in enumerate(names)),
        (5, issued("my", importing="MY")),
        (5, issued("of th", "TH", "VN")),
        (6, received("n1")),
        (6, decided("n2")),
        (7, Ended(the_id("n3"), 1, 3, None)),
        (8, Ended(the_id("n4"), 1, 255, the_id("n5"))),
    )
    left = ["n0", "n5", "n6", "n7", "my"]
    found = replica.unreported("VN")
    assert names_of(found, *names, "my") == left
    assert [one.place for one in found] == sorted(one.place for one in found)
    assert (found[0].entry.exporting, found[0].entry.importing) == ("VN", "TH")
    assert found[0].entry.issued_at == moment(1_000_002)
    page = replica.unreported("VN", limit=2)
    rest = replica.unreported("VN", after=page[-1].place)
    assert [*page, *rest] == list(found)
    assert names_of(replica.unreported("VN", importing="MY"), "my") == ["my"]
    assert names_of(replica.unreported("VN", importing="TH", after=page[-1].place), *names) == ["n6", "n7"]
    assert names_of(replica.unreported("TH"), "of th") == ["of th"]
    assert replica.unreported("MY") == []
    assert replica.unreported_counts("MY") == {}
    counts = replica.unreported_counts("VN")
    assert sum(counts.values()) == len(replica.unreported("VN"))
    assert counts["MY"] == 1


def test_an_entry_of_a_batch_is_awaited_with_its_time_of_issue(replica: Replica) -> None:
    """That of the anchor; what is anchored without an entry is not awaited."""
    filled(
        replica,
        (2, Anchored(word("root"), 1, 2, LATEST)),
        (6, issued("a")),
        (6, Entered(the_id("a"), word("root"), 1_000_002)),
    )
    (one,) = replica.unreported("VN")
    assert one.entry.issued_at == moment(1_000_002)


def test_what_was_received_and_not_decided_is_listed_by_receipt(replica: Replica) -> None:
    """Whatever became of it since; of one importer, received before a moment or not."""
    names = ["a", "b", "c", "d"]
    filled(
        replica,
        *((2, issued(name)) for name in names),
        (2, issued("my", importing="MY")),
        *((9 - place, received(name)) for place, name in enumerate(names)),
        (9, received("my")),
        (10, decided("b", granted=0, refused=1)),
        (10, Ended(the_id("c"), 1, 3, None)),
    )
    found = replica.undecided("TH")
    assert names_of(found, *names) == ["d", "c", "a"]
    assert [one.place[0] for one in found] == [6, 7, 9]
    assert [one.received_at for one in found] == [moment(1_000_000 + day) for day in (6, 7, 9)]
    assert found[1].entry.reason is Reason(3)
    assert names_of(replica.undecided("TH", after=found[0].place, limit=1), *names) == ["c"]
    assert replica.undecided("TH", received_before=moment(1_000_006)) == []
    just_after = moment(1_000_006) + timedelta(microseconds=1)
    assert names_of(replica.undecided("TH", received_before=just_after), *names) == ["d"]
    assert names_of(replica.undecided("MY"), "my") == ["my"]
    assert replica.undecided("VN") == []


def test_happenings_name_the_members_they_concern(replica: Replica) -> None:
    """The issuer and the addressee of the certificate, and who is asked in a case about an original."""
    case = opened(1, "child", "a", importing="MY", exporting="VN")
    events: list[tuple[Event, tuple[str | None, ...]]] = [
        (issued("a"), ("a", "VN", "TH", None)),
        (issued("child", "TH", "MY"), ("child", "TH", "MY", None)),
        (Linked(the_id("a"), the_id("child")), ("child", "TH", "MY", "VN")),
        (Entered(the_id("child"), word("root"), 1), ("child", "TH", "MY", None)),
        (received("a"), ("a", "VN", "TH", None)),
        (decided("child"), ("child", "TH", "MY", None)),
        (clarified("child"), ("child", "TH", "MY", None)),
        (case, ("child", "TH", "MY", "VN")),
        (stepped(case, Step.ACKNOWLEDGED), ("child", "TH", "MY", "VN")),
        (suspended(case, 1), ("child", "TH", "MY", "VN")),
        (concluded(case), ("child", "TH", "MY", "VN")),
        (Ended(the_id("a"), 1, 3, None), ("a", "VN", "TH", None)),
        (exporter("VN", "CE1"), (None, "VN", None, None)),
        (split_use("MY", allowed=False), (None, "MY", None, None)),
    ]
    filled(replica, *((3, event) for event, _ in events))
    found = replica.happenings()
    assert found == [
        Happening(one.occurrence, the_id(name) if name else None, exporting or "", importing, asked)
        for one, (_, (name, exporting, importing, asked)) in zip(found, events, strict=True)
    ]
    assert [one.occurrence.event for one in found] == [event for event, _ in events]
    assert told(replica, member="VN") == [event for event, whom in events if "VN" in whom]
    assert told(replica, member="MY", limit=4) == [event for event, whom in events if "MY" in whom][:4]
    assert told(replica, member="LA") == []


def test_happenings_are_told_in_the_order_of_the_chain(replica: Replica) -> None:
    """After a place, up to a block, page by page; without batches, members and operators."""
    whole = [(2 + number // 4, issued(f"n{number}", "VN" if number % 3 else "MY")) for number in range(30)]
    others: list[tuple[int, Event]] = [(4, Anchored(word("r"), 1, 2, LATEST)), (5, said("VN1"))]
    filled(replica, *whole, *others)
    every = replica.happenings()
    assert [one.occurrence.event for one in every] == [event for _, event in whole]
    for member in (None, "VN", "MY", "TH"):
        wanted = replica.happenings(member=member)
        pages: list[Happening] = []
        while page := replica.happenings(
            member=member, after=pages[-1].occurrence.place if pages else None, limit=4
        ):
            pages += page
        assert pages == list(wanted)
    assert told(replica, up_to=3) == [event for number, event in whole if number <= 3]
    place = every[5].occurrence.place
    assert replica.happenings(after=place, up_to=4) == [one for one in every[6:] if one.occurrence.block <= 4]
    assert replica.happenings(after=(99, 0)) == []


def test_busy_blocks_are_told_whole(replica: Replica) -> None:
    """A member that has little in them gets all of that, and everybody gets the rest."""
    names = [f"n{number}" for number in range(1200)]
    rows: list[tuple[int, Event]] = [(2 + place % 6, issued(name)) for place, name in enumerate(names)]
    rows += [(2 + place % 6, received(name)) for place, name in enumerate(names)]
    rows += [(number, issued(f"rare {number}", "LA", "MY")) for number in (3, 5, 9)]
    filled(replica, *rows)
    assert told(replica, member="LA") == [issued(f"rare {number}", "LA", "MY") for number in (3, 5, 9)]
    assert len(replica.happenings(limit=9999)) == 2403
    assert replica.unreported("VN") == []
    assert len(replica.undecided("TH", limit=9999)) == 1200


def test_what_the_chain_takes_back_is_awaited_again(replica: Replica) -> None:
    """What was undone never was, whatever it had ended; other events can take its place."""
    case = opened(1, "a")
    filled(
        replica,
        *((2, issued(name)) for name in ("a", "b", "c", "d", "e")),
        (3, received("a")),
        (4, decided("d")),
        (5, Ended(the_id("e"), 1, 3, None)),
        (6, decided("a")),
        (6, received("b")),
        (7, decided("c")),
        (7, decided("d", "d2")),
        (7, received("e")),
        (8, issued("f")),
        (8, case),
        (8, exporter("VN", "CE1")),
        (8, split_use("TH", allowed=False)),
        (9, Ended(the_id("b"), 1, 3, None)),
        (9, received("f")),
    )
    assert replica.unreported("VN") == []
    replica.roll_back(5)
    assert names_of(replica.unreported("VN"), *"abcdef") == ["b", "c"]
    assert names_of(replica.undecided("TH"), *"abcdef") == ["a"]
    assert (replica.cases(), replica.exporters(), replica.case(1)) == ([], [], None)
    assert (replica.split_use("TH"), replica.look_life(the_id("f")).occurrences) == (True, [])  # type: ignore[union-attr]
    assert len(replica.happenings()) == 8
    later = happened((6, issued("f")), (6, received("f")), (6, case))
    replica.apply([block(6, "other")], later, node_block=6, seen_at=NOW)
    assert names_of(replica.undecided("TH"), *"abcdef") == ["a", "f"]
    assert told(replica, after=(5, 99)) == [issued("f"), received("f"), case]
    replica.roll_back(0)
    assert (replica.unreported("VN"), replica.undecided("TH"), replica.happenings()) == ([], [], [])


def test_clearing_forgets_what_is_awaited(replica: Replica) -> None:
    """Read anew, the lists are what the events say and nothing more."""
    rows: tuple[tuple[int, Event], ...] = ((2, issued("a")), (3, received("a")), (4, issued("b")))
    filled(replica, *rows)
    replica.clear(LEDGER)
    assert (replica.unreported("VN"), replica.undecided("TH"), replica.happenings()) == ([], [], [])
    filled(replica, *rows)
    assert len(replica.happenings()) == 3
    assert names_of(replica.undecided("TH"), "a") == ["a"]


def test_the_digest_covers_procedures(replica: Replica) -> None:
    """The store in memory has the same one; another hash of a statement changes it."""
    case = opened(1, "a")
    rows: list[tuple[int, Event]] = [
        (2, issued("a")),
        (3, received("a")),
        (3, decided("a", granted=EVERY_LINE)),
        (4, clarified("a")),
        (4, split_use("TH", allowed=False)),
        (5, case),
        (6, stepped(case, Step.ACKNOWLEDGED)),
        (6, suspended(case, 1)),
        (7, concluded(case)),
        (8, exporter("VN", "CE1")),
    ]
    filled(replica, *rows)
    assert digest_of(replica) == digest_of(filled(MemoryReplica(), *rows))
    rows[2] = (3, decided("a", granted=EVERY_LINE, statement=bytes(32)))
    assert digest_of(replica) != digest_of(filled(MemoryReplica(), *rows))


@pytest.mark.parametrize(("held", "asked"), [(None, PROCEDURES), (PROCEDURES, None), (PROCEDURES, OTHER)])
def test_a_replica_that_was_read_without_procedures_says_what_to_do(
    replica: Replica, held: Address | None, asked: Address | None
) -> None:
    """It lacks what happened there before, so it is to be read anew; clearing it does that."""
    replica.start(LEDGER, REGISTRY, held)
    replica.start(LEDGER, REGISTRY, held)
    with pytest.raises(ReplicaOfOtherContracts, match=r"procedures.*asal replica rebuild") as caught:
        replica.start(LEDGER, REGISTRY, asked)
    assert (caught.value.held, caught.value.asked) == (held, asked)
    assert str(asked or "names none") in str(caught.value)
    with pytest.raises(ReplicaOfOtherContracts, match="recognition registry"):
        replica.start(LEDGER, None, held)
    replica.clear(LEDGER, REGISTRY, asked)
    replica.start(LEDGER, REGISTRY, asked)
    head = replica.head()
    assert head is not None
    assert (head.recognition, head.procedures, head.block) == (REGISTRY, asked, None)
