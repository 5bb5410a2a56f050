"""Watchers are told of what is final, each thing once, and no more than the operator agrees to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.archive import open_archive
from ledger.keeping_watch import Keeper, Wish
from ledger.memory_replica import MemoryReplica
from ledger.memory_watches import MemoryWatches
from ledger.operators import Consent, Ground, OperatorRole, OperatorStatus, ParticipationState
from ledger.outgoing import Allowed, Sender
from ledger.watch_port import Cursor
from ledger.watching import PAGE
from tests.watched import START, Chronicle

DAY = timedelta(days=1)
SUSPENDED, REVOKED = OperatorStatus.SUSPENDED, OperatorStatus.REVOKED
IN_FORCE = ParticipationState.IN_FORCE


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of store in turn, the one in memory too."""
    return str(request.param)


@pytest.fixture
def chronicle(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Chronicle]:
    """Return a ledger on which nothing of operators has happened, told up to there."""
    if database_kind == "memory":
        chronicle = Chronicle(MemoryReplica(), MemoryWatches())
        chronicle.tell()
        yield chronicle
        return
    rooms = open_archive(request.getfixturevalue("archive_url"))
    chronicle = Chronicle(rooms.replica, rooms.watches)
    chronicle.tell()
    yield chronicle
    rooms.close()


def in_memory(finality: int = 0) -> Chronicle:
    """Return the same in memory."""
    return Chronicle(MemoryReplica(), MemoryWatches(), finality)


def test_a_status_is_told_with_what_held_before(chronicle: Chronicle) -> None:
    """By codes alone: status before and after, from when, recorded when, why, and as of which block."""
    chronicle.watch()
    chronicle.block(chronicle.status())
    chronicle.block(
        chronicle.status(
            status=SUSPENDED, ground=Ground.CONDITIONS_UNMET, effective_from=START - timedelta(hours=1)
        )
    )
    chronicle.tell()
    first, second = chronicle.told()
    assert (first["data"]["statusBefore"], first["data"]["status"]) == (None, "certified")
    assert second == {
        "id": chronicle.kept()[1].event,
        "type": "operator.status.changed",
        "timestamp": "2026-11-03T08:03:00Z",
        "watch": "w1",
        "data": {
            "operator": "MYAEO1",
            "version": 2,
            "exchanged": True,
            "statusBefore": "certified",
            "status": "suspended",
            "programme": 1,
            "level": 1,
            "roles": ["EXP"],
            "ground": "conditions-unmet",
            "effectiveFrom": "2026-11-03T07:00:00Z",
            "validUntil": None,
            "recordedAt": "2026-11-03T08:03:00Z",
            "asOf": {"block": 3, "time": "2026-11-03T08:03:00Z"},
            "link": "/v1/recognition/hosts?operator=MYAEO1",
        },
    }


@pytest.mark.parametrize(
    ("interest", "told"),
    [
        ({"everything": True}, ["MYAEO1", "MYAEO2", "VNAEO1"]),
        ({"members": {"MY"}}, ["MYAEO1", "MYAEO2"]),
        ({"operators": {"MYAEO2", "VNAEO1"}}, ["MYAEO2", "VNAEO1"]),
        ({"operators": {"MYAEO2"}, "members": {"MY"}}, ["MYAEO1", "MYAEO2"]),
        ({"operators": {"MYAEO9"}}, []),
    ],
)
def test_a_watch_is_told_of_the_operators_it_names(
    chronicle: Chronicle, interest: dict[str, Any], told: list[str]
) -> None:
    """By code, by member, or all; each change once."""
    chronicle.watch(**interest)
    chronicle.block(*(chronicle.status(code) for code in ("MYAEO1", "MYAEO2", "VNAEO1")))
    chronicle.tell()
    assert [one["data"]["operator"] for one in chronicle.told()] == told


def test_nothing_is_told_twice_however_often_one_looks(chronicle: Chronicle) -> None:
    """Neither the same change nor the change of recognition."""
    chronicle.watch()
    chronicle.block(chronicle.status())
    chronicle.agreed()
    for _ in range(3):
        chronicle.tell()
        chronicle.block()
    assert [one["type"] for one in chronicle.told()] == [
        "operator.status.changed",
        "operator.recognition.changed",
    ]


def test_what_happened_before_the_first_look_is_not_told() -> None:
    """An archive that begins to follow an old ledger does not tell its whole history."""
    chronicle = in_memory()
    chronicle.watch()
    chronicle.block(chronicle.status())
    chronicle.tell()
    assert chronicle.told() == []
    assert chronicle.watches.cursor() == Cursor(2, 2**31 - 1, 2)
    chronicle.block(chronicle.status(level=2))
    chronicle.tell()
    assert [one["data"]["version"] for one in chronicle.told()] == [2]


@pytest.mark.parametrize(("final", "count"), [(1, 2), (2, 1), (3, 0), (-3, 2)])
def test_telling_begins_where_the_first_watch_was_made(final: int, count: int) -> None:
    """Though nobody looked before two more changes were recorded; what was final by then is not told."""
    chronicle = in_memory()
    wish = Wish(url="https://127.0.0.1/hook", everything=True)
    keeper = Keeper(1, "TH", chronicle.watches, Sender(Allowed.of("127.0.0.1")))
    watch = keeper.begin(wish, ["TH", "MY"], final, START)
    for _ in range(2):
        chronicle.block(chronicle.status())
    chronicle.tell()
    assert len(chronicle.told(watch.id)) == count


def test_a_later_watch_does_not_move_where_telling_is(chronicle: Chronicle) -> None:
    """What the earlier one has still to be told is told."""
    chronicle.watch()
    chronicle.block(chronicle.status())
    wish = Wish(url="https://127.0.0.1/hook", members=["VN"])
    Keeper(1, "TH", chronicle.watches, Sender(Allowed.of("127.0.0.1"))).begin(
        wish, ["TH", "VN"], 10**6, START
    )
    chronicle.tell()
    assert len(chronicle.told()) == 1


def test_only_final_blocks_are_told_of() -> None:
    """With a finality of two, a block is told of once two others follow it."""
    chronicle = in_memory(finality=2)
    chronicle.watch()
    for _ in range(3):
        chronicle.block()
    chronicle.tell()
    chronicle.block(chronicle.status())
    chronicle.agreed()
    chronicle.tell()
    assert chronicle.told() == []
    chronicle.block()
    chronicle.tell()
    assert [one["type"] for one in chronicle.told()] == ["operator.status.changed"]
    chronicle.block()
    chronicle.tell()
    assert [one["type"] for one in chronicle.told()][1:] == ["operator.recognition.changed"]


def test_a_block_that_was_undone_before_it_was_final_was_never_told_of() -> None:
    """There is nothing to take back."""
    chronicle = in_memory(finality=2)
    chronicle.watch()
    for _ in range(3):
        chronicle.block()
    chronicle.tell()
    chronicle.block(chronicle.status())
    chronicle.tell()
    chronicle.replica.roll_back(chronicle.number - 1)
    chronicle.blocks.pop()
    for _ in range(4):
        chronicle.block()
    chronicle.tell()
    assert chronicle.told() == []


def test_a_replica_that_has_stopped_tells_nothing(chronicle: Chronicle) -> None:
    """What it holds is not believed until somebody has looked."""
    chronicle.watch()
    chronicle.block(chronicle.status())
    chronicle.replica.halt("node-disagrees: the witness has another block 2")
    chronicle.tell()
    assert chronicle.told() == []


def test_a_replica_that_is_read_anew_tells_nothing_twice(chronicle: Chronicle) -> None:
    """The cursor stays where it was while the replica is behind it."""
    chronicle.watch()
    chronicle.block(chronicle.status())
    chronicle.tell()
    before = chronicle.watches.cursor()
    chronicle.replica.roll_back(1)
    chronicle.tell()
    assert chronicle.watches.cursor() == before
    assert len(chronicle.told()) == 1


def test_many_changes_are_told_page_by_page(chronicle: Chronicle) -> None:
    """More than one transaction takes, and none is left out."""
    chronicle.watch(members={"MY"})
    chronicle.block(*(chronicle.status(f"MYAEO{number}") for number in range(PAGE + 20)))
    assert chronicle.teller.tell()
    assert len(chronicle.kept()) == PAGE
    assert chronicle.teller.tell()
    assert not chronicle.teller.tell()
    assert len({one["data"]["operator"] for one in chronicle.told()}) == PAGE + 20


def test_the_id_of_a_message_is_the_same_however_often_it_is_made(chronicle: Chronicle) -> None:
    """So a receiver knows it again; another watch has another."""
    chronicle.watch()
    chronicle.watch("w2")
    before = chronicle.watches.cursor()
    chronicle.block(chronicle.status())
    chronicle.tell()
    (first,), (other,) = chronicle.kept(), chronicle.kept("w2")
    assert first.event.startswith("evt_")
    assert first.event != other.event
    after = chronicle.watches.cursor()
    assert before is not None
    assert after is not None
    chronicle.watches.spread(after, before, ())  # as if the archive had been restored
    chronicle.tell()
    assert chronicle.kept() == [first]


def test_statuses_of_the_same_operator_stand_in_order(chronicle: Chronicle) -> None:
    """Also those that are recorded together, as a suspension with its end is."""
    chronicle.watch()
    chronicle.block(chronicle.status())
    now = chronicle.now
    chronicle.block(
        chronicle.status(status=SUSPENDED, effective_from=now),
        chronicle.status(effective_from=now + 30 * DAY, until=now + 365 * DAY),
    )
    chronicle.tell()
    told = [(one["data"]["statusBefore"], one["data"]["status"]) for one in chronicle.told()]
    assert told == [(None, "certified"), ("certified", "suspended"), ("suspended", "certified")]
    assert chronicle.told()[2]["data"]["validUntil"] == "2027-11-03T08:02:00Z"


def test_an_authorisation_that_had_expired_was_expired_before(chronicle: Chronicle) -> None:
    """Computed, as everywhere; nobody records it."""
    chronicle.watch()
    chronicle.block(chronicle.status(until=START - timedelta(hours=3)))
    chronicle.block(chronicle.status(effective_from=START))
    chronicle.block(chronicle.status(effective_from=START - 9 * DAY))
    chronicle.tell()
    assert [one["data"]["statusBefore"] for one in chronicle.told()] == [None, "expired", "not-yet-effective"]


# ------------------------------------------------------------------------------------------------ consent


def test_of_an_operator_that_withdraws_its_consent_only_that_is_told(chronicle: Chronicle) -> None:
    """Neither the status nor the ground; its own member is told in full."""
    chronicle.watch()
    chronicle.watch("own", member="MY")
    chronicle.block(chronicle.status())
    chronicle.tell()
    chronicle.block(chronicle.status(status=REVOKED, ground=Ground.OTHER, consent=Consent(0)))
    chronicle.tell()
    assert chronicle.told()[-1]["data"] == {
        "operator": "MYAEO1",
        "version": 2,
        "exchanged": False,
        "recordedAt": "2026-11-03T08:03:00Z",
        "asOf": {"block": 3, "time": "2026-11-03T08:03:00Z"},
        "link": "/v1/recognition/hosts?operator=MYAEO1",
    }
    own = chronicle.told("own")[-1]["data"]
    assert (own["exchanged"], own["statusBefore"], own["status"]) == (False, "certified", "revoked")


def test_what_waits_when_consent_is_withdrawn_is_not_sent(chronicle: Chronicle) -> None:
    """The receiver was down; what it missed is none of its affair any more."""
    chronicle.watch()
    chronicle.block(chronicle.status())
    chronicle.tell()
    chronicle.block(chronicle.status(consent=Consent.PUBLICATION))
    chronicle.tell()
    missed, withdrawal = chronicle.kept()
    assert (missed.state, missed.body) == ("failed", b"")
    assert (withdrawal.state, b'"exchanged":false' in withdrawal.body) == ("pending", True)


def test_nothing_is_told_of_an_operator_while_it_does_not_agree(chronicle: Chronicle) -> None:
    """Once it agrees again it is told, without how it stood meanwhile."""
    chronicle.watch()
    chronicle.block(chronicle.status())
    chronicle.tell()
    for overrides in ({"consent": Consent(0)}, {"consent": Consent(0), "level": 2}, {"level": 3}):
        chronicle.block(chronicle.status(**overrides))
        chronicle.tell()
    versions = [(one.state, one.body != b"") for one in chronicle.kept()]
    assert versions == [("failed", False), ("pending", True), ("pending", True)]
    last = chronicle.told()[-1]["data"]
    assert (last["level"], last["statusBefore"]) == (3, None)


def test_a_change_before_a_withdrawal_is_not_told_after_it(chronicle: Chronicle) -> None:
    """Both are found at one look: the newest word on consent counts for both."""
    chronicle.watch()
    chronicle.block(chronicle.status(), chronicle.status(level=3))
    chronicle.block(chronicle.status(consent=Consent(0)))
    chronicle.tell()
    told = [one["data"] for one in chronicle.told()]
    assert [one["exchanged"] for one in told] == [False, False]
    assert not any("level" in one for one in told)


def test_no_recognition_is_told_of_an_operator_that_does_not_agree(chronicle: Chronicle) -> None:
    """Its member enters the arrangement, and nothing is said of it."""
    chronicle.watch()
    chronicle.block(chronicle.status(consent=Consent.PUBLICATION))
    chronicle.agreed()
    chronicle.tell()
    assert chronicle.told() == []


# -------------------------------------------------------------------------------------------- recognition


def test_what_a_new_recognition_changes_is_told(chronicle: Chronicle) -> None:
    """Of each role in its usual direction, before and after, with the reason."""
    chronicle.watch()
    chronicle.block(chronicle.status(roles=OperatorRole.EXP | OperatorRole.IMP))
    chronicle.agreed()
    chronicle.tell()
    (told,) = [one for one in chronicle.told() if one["type"] == "operator.recognition.changed"]
    change = {
        "recognisedBefore": False,
        "reasonBefore": "no-arrangement",
        "recognised": True,
        "reason": "recognised",
        "effectiveFrom": "2026-11-03T08:00:00Z",
    }
    assert told["data"] == {
        "operator": "MYAEO1",
        "host": "TH",
        "changes": [
            {"role": "IMP", "direction": "export"} | change,
            {"role": "EXP", "direction": "import"} | change,
        ],
        "recordedAt": "2026-11-03T08:03:00Z",
        "asOf": {"block": 3, "time": "2026-11-03T08:03:00Z"},
        "link": "/v1/recognition?operator=MYAEO1&host=TH&role=IMP",
    }


def shifts(chronicle: Chronicle, watch: str = "w1") -> list[tuple[Any, ...]]:
    """Return what a watch was told of recognition: operator, host, after, reason and from when."""
    return [
        (
            one["data"]["operator"],
            one["data"]["host"],
            each["recognised"],
            each["reason"],
            each["effectiveFrom"],
        )
        for one in chronicle.told(watch)
        if one["type"] == "operator.recognition.changed"
        for each in one["data"]["changes"]
    ]


def test_only_hosts_that_are_watched_count(chronicle: Chronicle) -> None:
    """Without any it is the watcher's own member."""
    chronicle.watch("th", member="TH")
    chronicle.watch("vn", member="VN")
    chronicle.watch("both", member="VN", everything=True, hosts={"TH", "VN"})
    chronicle.block(chronicle.status(), chronicle.status("VNAEO1"))
    chronicle.agreed("TH", "MY")
    chronicle.tell()
    assert len(shifts(chronicle, "th")) == len(shifts(chronicle, "both")) == 1
    assert shifts(chronicle, "vn") == []


def test_only_operators_that_are_watched_count(chronicle: Chronicle) -> None:
    """By code or member, and those whose recognition did change."""
    chronicle.watch("one", operators={"MYAEO2", "VNAEO1", "MYNONE"})
    chronicle.watch("all", members={"MY"})
    chronicle.block(
        chronicle.status("MYAEO1"), chronicle.status("MYAEO2"), chronicle.status("MYAEO3", status=SUSPENDED)
    )
    chronicle.block(chronicle.status("VNAEO1"))
    chronicle.agreed("TH", "MY")
    chronicle.tell()
    assert [one[0] for one in shifts(chronicle, "one")] == ["MYAEO2"]
    assert [one[0] for one in shifts(chronicle, "all")] == ["MYAEO1", "MYAEO2"]


def test_the_end_of_a_recognition_is_told_from_its_day_on(chronicle: Chronicle) -> None:
    """Announced before, or with effect for the past."""
    chronicle.watch()
    chronicle.block(chronicle.status())
    chronicle.agreed()
    chronicle.tell()
    chronicle.block(chronicle.ended(1, START + 90 * DAY))
    chronicle.tell()
    assert shifts(chronicle)[1:] == [("MYAEO1", "TH", False, "no-longer-recognised", "2027-02-01T08:00:00Z")]


@pytest.mark.parametrize(
    ("member", "state", "reason"),
    [
        ("MY", ParticipationState.SUSPENDED, "arrangement-suspended"),
        ("TH", ParticipationState.WITHDRAWN, "host-not-participating"),
        ("MY", ParticipationState.WITHDRAWN, "home-not-participating"),
    ],
)
def test_a_member_that_steps_back_is_told_by_its_operators(
    chronicle: Chronicle, member: str, state: ParticipationState, reason: str
) -> None:
    """Whoever of the two it is."""
    chronicle.watch()
    chronicle.block(chronicle.status())
    chronicle.agreed()
    chronicle.tell()
    chronicle.block(chronicle.joined(member, state, effective_from=START + DAY))
    chronicle.tell()
    assert shifts(chronicle)[1:] == [("MYAEO1", "TH", False, reason, "2026-11-04T08:00:00Z")]


def test_a_compromised_key_is_told_by_what_no_longer_counts(chronicle: Chronicle) -> None:
    """The status was signed with it, so nothing rests on it any more, at home neither."""
    chronicle.watch(everything=True, hosts={"TH", "MY"})
    chronicle.block(chronicle.status(), chronicle.status("VNAEO1"))
    chronicle.agreed()
    chronicle.tell()
    chronicle.block(chronicle.compromised("MY", START))
    chronicle.tell()
    told = shifts(chronicle)[1:]
    assert [one[:4] for one in told] == [
        ("MYAEO1", "MY", False, "signer-compromised"),
        ("MYAEO1", "TH", False, "signer-compromised"),
    ]


def test_terms_that_change_nothing_for_a_watched_operator_are_not_told(chronicle: Chronicle) -> None:
    """Such as a second row that says the same, or an arrangement between others."""
    chronicle.watch()
    chronicle.block(chronicle.status())
    chronicle.agreed()
    chronicle.tell()
    chronicle.block(chronicle.recognised("TH", "MY"), chronicle.joined("VN", IN_FORCE))
    chronicle.block(chronicle.recognised("VN", "MY"))
    chronicle.tell()
    assert len(shifts(chronicle)) == 1


def test_all_operators_of_a_ledger_are_looked_at(
    chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pages, each once."""
    monkeypatch.setattr("ledger.watching._OPERATORS", 3)
    codes = [f"MYAEO{number}" for number in range(8)]
    for name, interest in (
        ("all", {"everything": True}),
        ("my", {"members": {"MY"}}),
        ("named", {"operators": set(codes)}),
    ):
        chronicle.watch(name, **interest)
    chronicle.block(*map(chronicle.status, codes))
    chronicle.agreed()
    chronicle.tell()
    for name in ("all", "my", "named"):
        assert sorted(one[0] for one in shifts(chronicle, name)) == codes


def test_a_disabled_watch_is_told_nothing(chronicle: Chronicle) -> None:
    """What happens meanwhile is not kept for it."""
    watch = chronicle.watch()
    chronicle.watches.change(replace(watch, disabled_at=START, disabled_why="gone"))
    chronicle.block(chronicle.status())
    chronicle.agreed()
    chronicle.tell()
    assert chronicle.told() == []


def test_what_came_for_nobody_is_passed_over(chronicle: Chronicle) -> None:
    """A watch that is made later is not told of it."""
    chronicle.block(chronicle.status())
    chronicle.agreed()
    chronicle.tell()
    chronicle.watch()
    chronicle.tell()
    assert chronicle.told() == []
