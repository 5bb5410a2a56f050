"""What the port `Replica` promises of operators, run on the store in memory and on both databases."""
# ruff: noqa: F811 - fixtures are imported, and arguments have their names

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ledger.aeo.gathering import gathered_mutual
from ledger.events import (
    ArrangementDeclared,
    Event,
    Occurrence,
    ParticipationRecorded,
    ProgrammeDeclared,
    RecognitionAdded,
    RecognitionEnded,
    StatusRecorded,
    moment,
)
from ledger.facts import Address
from ledger.memory_replica import MemoryReplica
from ledger.operators import Consent, Operator, OperatorCode, OperatorRole, OperatorStatus
from ledger.replica.digest import digest_of
from ledger.replica_port import OperatorCounts, OperatorsLook, Replica, ReplicaOfOtherContracts
from tests.ports.test_replica_port import (  # noqa: F401 - fixtures among them
    LATEST,
    LEDGER,
    NOW,
    PEOPLE,
    block,
    database_kind,
    filled,
    happened,
    replica,
    word,
)

REGISTRY, OTHER = Address("0x" + "44" * 20), Address("0x" + "55" * 20)
TERMS: tuple[Event, ...] = (
    ProgrammeDeclared(1, "VN", 1, 2, 1, "DNUT", "Doanh nghiệp ưu tiên"),
    ArrangementDeclared(1, "VN", 1, "", 1, bytes(32), "AAMRA", "ASEAN AEO MRA"),
    ParticipationRecorded(1, "VN", 1, 5, 1, 900_000),
    ParticipationRecorded(1, "VN", 2, 6, 1, LATEST),
    RecognitionAdded(2**32 - 1, "TH", "VN", 2**32 - 1, 1, 1, 1, 1023, 3, 900_000, LATEST),
    RecognitionEnded(2**32 - 1, 1, 1_000_000),
)


def said(code: str, version: int = 1, **changes: object) -> StatusRecorded:
    """Return the event of a status: certified as an exporter."""
    event = StatusRecorded(code, code[:2], version, 1, 1, 1, 2, 1, 0, 2, 900_000, 0, word(code, version))
    return replace(event, **changes)  # type: ignore[arg-type]


def codes(*names: str) -> list[OperatorCode]:
    """Return names as codes."""
    return [OperatorCode(name) for name in names]


def look_at(replica: Replica, *names: str) -> OperatorsLook:
    """Return a look that finds a head."""
    look = replica.look_operators(codes(*names))
    assert look is not None
    return look


def versions(operators: Sequence[Operator]) -> dict[str, list[int]]:
    """Return the versions that were found of each operator."""
    return {one.code: [change.version for change in one.changes] for one in operators}


def test_an_empty_store_has_no_operators(replica: Replica) -> None:
    """There is no look before there is a head, and nothing in any list."""
    assert replica.look_operators(codes("VN1")) is None
    assert replica.look_operators(codes("VN1", "VN2")) is None
    assert (replica.operators(), replica.status_changes()) == ([], [])
    assert replica.operator_counts() == OperatorCounts(0, 0)
    replica.start(LEDGER)
    for asked in ([], codes("VN1"), codes("VN1", "VN2")):
        assert replica.look_operators(asked) == OperatorsLook(replica.head(), {}, 0)  # type: ignore[arg-type]


def test_a_status_comes_back_as_it_was_recorded(replica: Replica) -> None:
    """At the time of its block; with the largest numbers there are, and with none where that is meant."""
    large = said("VN1", 2, status=5, level=255, roles=1023, programme=2**16 - 1, key=2**32 - 1, ground=10)
    large = replace(large, consent=3, effective_from=LATEST, until=LATEST)
    filled(replica, (3, said("VN1")), (4, large), (5, said("VN1", 2**16 - 1)))
    first, second, third = look_at(replica, "VN1").operators[OperatorCode("VN1")].changes
    assert (first.status, first.roles, first.consent) == (
        OperatorStatus.CERTIFIED,
        OperatorRole.EXP,
        Consent.EXCHANGE,
    )
    assert (first.recorded_at, first.effective_from, first.until) == (
        moment(1_000_003),
        moment(900_000),
        None,
    )
    assert first.record_hash == word("VN1", 1)
    assert (second.level, second.programme, second.key) == (255, 2**16 - 1, 2**32 - 1)
    assert second.effective_from == second.until == moment(LATEST)
    assert third.version == 2**16 - 1
    stored = [one.event for one in replica.occurrences() if isinstance(one.event, StatusRecorded)]
    assert stored == [said("VN1"), large, said("VN1", 2**16 - 1)]


def test_a_code_that_is_no_text_is_kept_as_its_escapes(replica: Replica) -> None:
    """The contract takes none, so whoever has it means harm; following goes on."""
    wild = "\\xff" * 32
    filled(replica, (3, said(wild, member="\\xff\\x00")))
    assert list(look_at(replica, wild).operators) == [wild]
    assert versions(replica.operators()) == {wild: [1]}


def test_a_look_finds_operators_with_all_that_was_said_of_them(replica: Replica) -> None:
    """Whether one is asked for or several; with the newest block in which anything was."""
    filled(replica, (3, said("VN1")), (4, said("VN2")), (5, said("VN1", 2)), (6, said("TH1")))
    assert look_at(replica, "VN1").newest == 5
    assert look_at(replica, "VN3").operators == {}
    look = look_at(replica, "VN2", "VN1", "VN3", "VN2")
    assert versions(list(look.operators.values())) == {"VN1": [1, 2], "VN2": [1]}
    assert (look.newest, look.head) == (5, replica.head())
    assert look_at(replica, "VN1").operators == {code: look.operators[code] for code in codes("VN1")}


def test_very_many_operators_are_looked_at_together(replica: Replica) -> None:
    """More than one statement takes, and in any order."""
    names = [f"VN{number:04}" for number in range(1300)]
    filled(replica, *((3, said(name)) for name in names))
    assert list(look_at(replica, *reversed(names)).operators) == names


def test_operators_are_listed_by_code_and_page_by_page(replica: Replica) -> None:
    """Digits come before letters; one member's list has none of another's."""
    names = ["TH1", "VN1", "VN10", "VN9", "VNA", "VO1"]
    filled(replica, *((number, said(name)) for number, name in enumerate(reversed(names), 2)))
    replica.apply([block(11)], happened((11, said("VN10", 2))), node_block=11, seen_at=NOW)
    assert [one.code for one in replica.operators()] == names
    assert versions(replica.operators(member="VN", limit=2)) == {"VN1": [1], "VN10": [1, 2]}
    rest = replica.operators(member="VN", after=OperatorCode("VN10"), limit=2)
    assert versions(rest) == {"VN9": [1], "VNA": [1]}
    assert replica.operators(member="VN", after=OperatorCode("VNA")) == []
    assert replica.operators(member="MY") == []
    assert [one.code for one in replica.operators(after=OperatorCode("VN95"), limit=1)] == ["VNA"]
    assert replica.operator_counts() == OperatorCounts(6, 7)


def test_status_changes_are_listed_in_the_order_of_the_chain(replica: Replica) -> None:
    """After a place, up to a block, of one member; the place of the last one leads to the next page."""
    filled(replica, (3, said("VN2")), (3, said("TH1")), (5, said("VN1")), (7, said("VN2", 2)))
    every = replica.status_changes()
    assert [(one.operator, one.change.version) for one in every] == [
        ("VN2", 1),
        ("TH1", 1),
        ("VN1", 1),
        ("VN2", 2),
    ]
    assert every[0].change == look_at(replica, "VN2").operators[OperatorCode("VN2")].changes[0]
    found: list[tuple[int, int]] = []
    after = None
    while page := replica.status_changes(after=after, limit=2):
        found += [one.place for one in page]
        after = page[-1].place
    assert found == [one.place for one in every] == sorted(found)
    assert replica.status_changes(up_to=5) == every[:3]
    assert replica.status_changes(after=every[0].place, up_to=5, member="VN") == [every[2]]
    assert replica.status_changes(up_to=2) == []


def test_terms_are_counted_like_members_and_statuses_are_not(replica: Replica) -> None:
    """Whoever keeps terms in memory notices each change, and has them with the keys of the same moment."""
    filled(replica, (3, said("VN1")))
    assert replica.people() == (1, PEOPLE)
    for number, event in enumerate(TERMS, 11):
        replica.apply([block(number)], happened((number, event)), node_block=number, seen_at=NOW)
        assert replica.people()[0] == number - 9
    counted, found = replica.people()
    assert [one.event for one in found] == [*(one.event for one in PEOPLE), *TERMS]
    replica.apply([block(17)], happened((17, said("VN1", 2))), node_block=17, seen_at=NOW)
    assert replica.people() == (counted, found)
    mutual = gathered_mutual(found, {})
    assert mutual.programmes[1].name == "Doanh nghiệp ưu tiên"
    assert mutual.recognitions[2**32 - 1].end_recorded_at == moment(1_000_016)
    assert [one.version for one in mutual.participations[1, "VN"]] == [1, 2]


def test_what_the_chain_takes_back_of_an_operator_is_gone(replica: Replica) -> None:
    """A suspension that was undone never was, and another one can take its place and its version."""
    filled(replica, (3, said("VN1")), (8, said("VN1", 2, status=2)), (9, TERMS[0]), (9, said("VN2")))
    replica.roll_back(5)
    assert versions(list(look_at(replica, "VN1", "VN2").operators.values())) == {"VN1": [1]}
    assert (look_at(replica, "VN1").newest, replica.people()[1]) == (3, PEOPLE)
    assert replica.operator_counts() == OperatorCounts(1, 1)
    revoked = happened((6, said("VN1", 2, status=3)))
    replica.apply([block(6, "other")], revoked, node_block=6, seen_at=NOW)
    assert look_at(replica, "VN1").operators[OperatorCode("VN1")].latest.status is OperatorStatus.REVOKED
    same = filled(MemoryReplica(), (3, said("VN1")), until=5)
    same.apply([block(6, "other")], revoked, node_block=6, seen_at=NOW)
    assert digest_of(replica) == digest_of(same)


def test_the_digest_covers_operators_and_terms(replica: Replica) -> None:
    """The store in memory has the same one; another hash of a record changes it."""
    told = [(3, said("VN1")), *((4, event) for event in TERMS)]
    filled(replica, *told)
    assert digest_of(replica) == digest_of(filled(MemoryReplica(), *told))
    told[0] = (3, said("VN1", record_hash=bytes(32)))
    assert digest_of(replica) != digest_of(filled(MemoryReplica(), *told))


@pytest.mark.parametrize(("held", "asked"), [(None, REGISTRY), (REGISTRY, None), (REGISTRY, OTHER)])
def test_a_replica_that_was_read_without_a_registry_says_what_to_do(
    replica: Replica,
    held: Address | None,
    asked: Address | None,
) -> None:
    """It lacks what happened there before, so it is to be read anew; clearing it does that."""
    replica.start(LEDGER, held)
    replica.start(LEDGER, held)
    with pytest.raises(ReplicaOfOtherContracts, match="asal replica rebuild") as caught:
        replica.start(LEDGER, asked)
    assert (caught.value.held, caught.value.asked) == (held, asked)
    assert str(asked or "names none") in str(caught.value)
    replica.clear(LEDGER, asked)
    replica.start(LEDGER, asked)
    head = replica.head()
    assert head is not None
    assert (head.recognition, head.block) == (asked, None)


def test_no_look_sees_half_of_a_block(replica: Replica) -> None:
    """While blocks come and are taken back, two operators that change together are seen together."""
    replica.start(LEDGER, REGISTRY)
    replica.apply([block(1)], PEOPLE, node_block=1, seen_at=NOW)

    def write() -> None:
        for _ in range(8):
            for number in range(2, 6):
                both = [said("VN1", number - 1), said("VN2", number - 1)]
                events = [Occurrence(number, place, 1_000_000, event) for place, event in enumerate(both)]
                replica.apply([block(number)], events, node_block=number, seen_at=NOW)
            replica.roll_back(1)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        while not writing.done():
            look = look_at(replica, "VN1", "VN2")
            assert look.head.block is not None
            number = look.head.block.number
            wanted = {name: list(range(1, number)) for name in ("VN1", "VN2") if number > 1}
            assert versions(list(look.operators.values())) == wanted
            assert look.newest == (number if number > 1 else 0)
            one = look_at(replica, "VN1")
            assert one.newest == (one.head.block.number if one.operators and one.head.block else 0)
        writing.result()
