"""Operators and mutual recognition behave alike in memory, on a chain and through a replica."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.aeo.recognition import recognised
from ledger.errors import KeyNotHeld
from ledger.facts import Address
from ledger.hashing import keccak
from ledger.memory.members import EPOCH
from ledger.operators import (
    ENDED,
    Arrangement,
    ArrangementKind,
    Consent,
    Direction,
    Found,
    Ground,
    Operator,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    Participation,
    ParticipationState,
    Programme,
    ProgrammeKind,
    Question,
    Reason,
    Recognition,
)
from ledger.recognition_refusals import (
    EffectiveDateInvalid,
    LevelInvalid,
    OperatorCodeInvalid,
    ReapplicationTooEarly,
    RecognitionDatesInvalid,
    UntilInvalid,
    VersionOutOfTurn,
)
from ledger.writes import AddRecognition, DeclareProgramme, EndRecognition, Participate, RecordStatuses
from tests.recognitions import (
    CERTIFIED,
    OF_TWO,
    OPEN,
    OPERATOR,
    REVOKED,
    SUSPENDED,
    TH_SAFE,
    VN_COMPLIANCE,
    VN_SAFE,
    a_recognition,
    a_record,
    a_status,
    agreed,
    declared,
    recorded,
    wrote,
)
from tests.worlds import World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def found(world: World, *codes: str) -> Found:
    """Return what the ledger holds of operators."""
    return world.ledger.found([OperatorCode(code) for code in codes])


def operator(world: World, code: str = OPERATOR) -> Operator:
    """Return an operator that is there."""
    return found(world, code).operators[OperatorCode(code)]


def asked(world: World, **overrides: Any) -> Reason:
    """Return whether TH recognises the operator as an exporter to it, now."""
    question = Question(
        operator=OPERATOR, host="TH", role=OperatorRole.EXP, direction=Direction.IMPORT, at=world.now
    )
    looked = found(world, OPERATOR)
    question = replace(question, **overrides)
    return recognised(question, looked.operators.get(OPERATOR), looked.mutual).reason


def test_nothing_is_known_before_it_is_recorded(world: World) -> None:
    """Unknown operators are missing from the answer, which tells the block it is true as of."""
    looked = found(world, OPERATOR, "VN9", "no code at all", "é", "X" * 40)
    assert (looked.operators, looked.as_of, looked.final) == ({}, world.ledger.head(), True)
    as_of, mutual = world.ledger.mutual()
    assert as_of == world.ledger.head()
    assert (mutual.programmes, mutual.arrangements, mutual.participations) == ({}, {}, {})
    assert (mutual.recognitions, mutual.compromised, mutual.matrix) == ({}, {}, {})


def test_a_recorded_status_is_read_as_it_was_written(world: World) -> None:
    """All that was said comes back, with the version, the key and the block's time."""
    declared(world)
    ends = world.now + 365 * DAY
    status = a_status(world, until=ends, ground=Ground.OTHER, level=3)
    record = replace(a_record(world), status=status)
    written = wrote(world, RecordStatuses((record,)))
    (change,) = operator(world).changes
    assert {field.name: getattr(change, field.name) for field in fields(status)} == {
        field.name: getattr(status, field.name) for field in fields(status)
    }
    key = world.ledger.key(world.account("VN aeo"))
    assert key is not None
    assert (change.version, change.key, change.recorded_at) == (1, key.id, written.at)
    assert change.record_hash == record.record_hash


def test_a_write_says_in_which_block_it_is(world: World) -> None:
    """The receipt's block and time are those of the new head."""
    written = wrote(world, DeclareProgramme("STP", "Secure Trade", ProgrammeKind.SAFE_AEO, 2))
    head = world.ledger.head()
    assert (written.block, written.at) == (head.block, head.time)
    assert len(written.transaction) == 32


def test_every_status_stays_and_the_newest_is_last(world: World) -> None:
    """A suspension stands beside the certification, which is not overwritten."""
    declared(world)
    recorded(world)
    world.advance(HOUR)
    recorded(world, version=2, status=SUSPENDED, ground=Ground.SUSPECTED_BREACH)
    world.advance(HOUR)
    recorded(world, version=3, ground=Ground.CURED)
    known = operator(world)
    assert [change.status for change in known.changes] == [CERTIFIED, SUSPENDED, CERTIFIED]
    assert [change.version for change in known.changes] == [1, 2, 3]
    assert known.latest.recorded_at - known.changes[0].recorded_at >= 2 * HOUR
    assert known.member == "VN"


def test_statuses_of_many_operators_are_one_write(world: World) -> None:
    """All have the time of its block, and each is found by its own code."""
    declared(world)
    codes = [f"VN{number:010d}" for number in range(25)]
    written = wrote(world, RecordStatuses(tuple(a_record(world, code) for code in codes)))
    looked = found(world, *codes, "VN9999999999")
    assert set(looked.operators) == set(codes)
    assert {one.latest.recorded_at for one in looked.operators.values()} == {written.at}


def test_of_several_statuses_all_are_recorded_or_none(world: World) -> None:
    """One that is refused takes the others with it."""
    declared(world)
    wrong = a_record(world, "VN2", level=9)
    with pytest.raises(LevelInvalid):
        wrote(world, RecordStatuses((a_record(world, "VN1"), wrong, a_record(world, "VN3"))))
    assert found(world, "VN1", "VN2", "VN3").operators == {}


def test_an_operator_may_stand_twice_in_one_write_one_after_the_other(world: World) -> None:
    """A suspension with its end is two statuses, of which the second begins later."""
    declared(world)
    recorded(world)
    lifted = world.now + 30 * DAY
    records = (
        a_record(world, version=2, status=SUSPENDED),
        a_record(world, version=3, effective_from=lifted, ground=Ground.CURED),
    )
    wrote(world, RecordStatuses(records))
    assert [change.status for change in operator(world).changes] == [CERTIFIED, SUSPENDED, CERTIFIED]
    with pytest.raises(VersionOutOfTurn):
        wrote(world, RecordStatuses((records[0], records[1])))


def test_consent_may_be_withdrawn_later(world: World) -> None:
    """The first status needs the operator's consent to the exchange; a later one may end it."""
    declared(world)
    recorded(world)
    recorded(world, version=2, consent=Consent(0), ground=Ground.AT_REQUEST)
    assert operator(world).latest.consent == Consent(0)


def test_a_revoked_operator_comes_back_after_its_time_or_by_an_appeal(world: World) -> None:
    """Before `until` only an appeal that was upheld brings it back."""
    declared(world)
    again = world.now + 100 * DAY
    for code in ("VN1", "VN2"):
        recorded(world, code)
        recorded(world, code, version=2, status=REVOKED, until=again)
    with pytest.raises(ReapplicationTooEarly):
        recorded(world, "VN1", version=3)
    recorded(world, "VN1", version=3, ground=Ground.APPEAL_UPHELD)
    recorded(world, "VN2", version=3, effective_from=again)
    looked = found(world, "VN1", "VN2").operators.values()
    assert [one.latest.status for one in looked] == [CERTIFIED, CERTIFIED]


@pytest.mark.parametrize("end", sorted(ENDED))
def test_no_other_end_shortens_the_time_after_a_revocation(world: World, end: OperatorStatus) -> None:
    """Else a revoked operator could be surrendered, and come back the same day."""
    declared(world)
    again = world.now + 100 * DAY
    recorded(world)
    recorded(world, version=2, status=REVOKED, until=again)
    for until in (None, again - timedelta(seconds=1)):
        with pytest.raises(ReapplicationTooEarly):
            recorded(world, version=3, status=end, until=until)
    recorded(world, version=3, status=end, until=again)
    with pytest.raises(ReapplicationTooEarly):
        recorded(world, version=4)
    recorded(world, version=4, effective_from=again)
    assert operator(world).latest.status is CERTIFIED


def test_what_has_ended_may_be_surrendered_or_annulled_but_not_suspended(world: World) -> None:
    """The status that follows says what became of it."""
    declared(world)
    recorded(world)
    recorded(world, version=2, status=OperatorStatus.SURRENDERED)
    recorded(world, version=3, status=OperatorStatus.ANNULLED, ground=Ground.FALSE_INFORMATION)
    assert operator(world).latest.status is OperatorStatus.ANNULLED


def test_programmes_and_arrangements_are_read_as_they_were_declared(world: World) -> None:
    """Numbered from 1 in the order in which they came, with names in any script."""
    declared(world)
    name = "Doanh nghiệp ưu tiên — ผู้ประกอบการ"
    written = wrote(world, DeclareProgramme("DN", name, ProgrammeKind.SAFE_AEO, 9), "MY")
    mutual = world.ledger.mutual()[1]
    assert list(mutual.programmes) == [VN_SAFE, TH_SAFE, VN_COMPLIANCE, 4]
    assert mutual.programmes[4] == Programme(4, "MY", "DN", name, ProgrammeKind.SAFE_AEO, 9, written.at)
    assert mutual.programmes[VN_COMPLIANCE].kind is ProgrammeKind.COMPLIANCE
    first, second = mutual.arrangements.values()
    assert replace(first, since=written.at) == Arrangement(
        id=OPEN,
        kind=ArrangementKind.PLURILATERAL,
        member="VN",
        other=None,
        code="AAMRA",
        title="ASEAN arrangement",
        text_hash=keccak(b"text"),
        since=written.at,
    )
    assert (second.id, second.kind, second.other) == (OF_TWO, ArrangementKind.BILATERAL, "TH")


def test_two_members_may_have_programmes_of_the_same_code(world: World) -> None:
    """A programme's code is unique in its member only."""
    declared(world)
    programmes = world.ledger.mutual()[1].programmes
    assert [(programmes[one].member, programmes[one].code) for one in (VN_SAFE, TH_SAFE)] == [
        ("VN", "AEO"),
        ("TH", "AEO"),
    ]


def test_participations_are_kept_in_order_by_arrangement_and_member(world: World) -> None:
    """A member says more than once how far it is; nobody else's are among its own."""
    declared(world)
    signed = world.now - 30 * DAY
    first = wrote(world, Participate(OPEN, 1, ParticipationState.SIGNED, signed))
    begins = world.now + 30 * DAY
    second = wrote(world, Participate(OPEN, 2, ParticipationState.IN_FORCE, begins))
    wrote(world, Participate(OF_TWO, 1, ParticipationState.PILOT, begins), "TH")
    key = world.ledger.key(world.account("VN aeo"))
    assert key is not None
    said = world.ledger.mutual()[1].participations
    assert said[OPEN, "VN"] == (
        Participation(1, ParticipationState.SIGNED, signed, first.at, key.id),
        Participation(2, ParticipationState.IN_FORCE, begins, second.at, key.id),
    )
    assert set(said) == {(OPEN, "VN"), (OF_TWO, "TH")}


def test_a_recognition_is_read_as_it_was_added_and_ended(world: World) -> None:
    """The row stays when it is ended, with from when, and since when the ledger knows."""
    declared(world)
    terms = a_recognition(
        world,
        min_level=2,
        roles=OperatorRole.EXP | OperatorRole.OTH,
        directions=Direction.EXPORT,
        until=world.now + 90 * DAY,
    )
    added = wrote(world, AddRecognition(terms), "TH")
    key = world.ledger.key(world.account("TH aeo"))
    assert key is not None
    row = Recognition(
        **{field.name: getattr(terms, field.name) for field in fields(terms)},
        id=1,
        grantor="TH",
        recorded_at=added.at,
        key=key.id,
    )
    assert world.ledger.mutual()[1].recognitions == {1: row}
    ends = world.now + 10 * DAY
    ended = wrote(world, EndRecognition(1, ends), "TH")
    mutual = world.ledger.mutual()[1]
    assert mutual.recognitions == {1: replace(row, ended_from=ends, end_recorded_at=ended.at)}
    assert mutual.matrix == {("TH", "VN"): (mutual.recognitions[1],)}


def test_what_was_ended_may_be_added_again(world: World) -> None:
    """The same terms are a new row then."""
    declared(world)
    terms = a_recognition(world)
    wrote(world, AddRecognition(terms), "TH")
    wrote(world, EndRecognition(1, world.now), "TH")
    wrote(world, AddRecognition(terms), "TH")
    assert [row.ended_from is None for row in world.ledger.mutual()[1].recognitions.values()] == [False, True]


def test_operators_are_found_with_the_same_terms_as_of_one_block(world: World) -> None:
    """One answer holds all that the rules need."""
    agreed(world)
    recorded(world)
    looked = found(world, OPERATOR)
    as_of, mutual = world.ledger.mutual()
    assert (looked.as_of, looked.mutual, looked.final) == (as_of, mutual, True)


def test_a_member_recognises_what_it_has_agreed_to(world: World) -> None:
    """What is read from the ledger is what the rules ask for: in role, direction and time."""
    agreed(world)
    recorded(world)
    assert asked(world) is Reason.RECOGNISED
    assert asked(world, host="VN") is Reason.RECOGNISED
    assert asked(world, host="MY") is Reason.HOST_NOT_PARTICIPATING
    assert asked(world, role=OperatorRole.IMP) is Reason.ROLE_NOT_HELD
    assert asked(world, at=world.now - 400 * DAY) is Reason.NOT_YET_EFFECTIVE


def test_a_late_suspension_changes_the_answer_for_the_days_before(world: World) -> None:
    """And yet it can be asked what the ledger knew on such a day."""
    agreed(world)
    recorded(world)
    then = world.now
    world.advance(10 * DAY)
    day = world.now
    world.advance(10 * DAY)
    recorded(world, version=2, status=SUSPENDED, effective_from=then + DAY)
    assert asked(world, at=day) is Reason.SUSPENDED
    assert asked(world, at=day, known=day) is Reason.RECOGNISED
    assert asked(world, at=then, known=then - DAY) is Reason.NOT_FOUND


def test_a_compromised_key_takes_back_what_it_signed_since(world: World) -> None:
    """An earlier report counts, and what was signed before stays good."""
    agreed(world)
    recorded(world)
    world.advance(DAY)
    key = world.ledger.key(world.account("VN aeo"))
    assert key is not None
    world.ledger.mark_compromised(key.account, world.now, world.admin("VN"))
    assert asked(world) is Reason.RECOGNISED
    since = world.ledger.mutual()[1].recognitions[1].recorded_at - HOUR
    world.ledger.mark_compromised(key.account, since, world.admin("VN"))
    assert world.ledger.mutual()[1].compromised == {key.id: since}
    assert asked(world) is Reason.SIGNER_COMPROMISED


def test_times_are_kept_in_whole_seconds(world: World) -> None:
    """Parts of a second are cut off, as the chain has none."""
    declared(world)
    now = world.now
    recorded(world, effective_from=now + timedelta(microseconds=999_999))
    assert operator(world).latest.effective_from == now


@pytest.mark.parametrize("code", ["VNé", "VN1\0", "VN" + "1" * 31, "VN", "vn12", "V12", "VN1-2", ""])
def test_what_is_no_code_is_refused(world: World, code: str) -> None:
    """Whether or not it would fit into the contract's 32 bytes, and never taken for another one."""
    declared(world)
    recorded(world, "VN1")
    with pytest.raises(OperatorCodeInvalid) as caught:
        wrote(world, RecordStatuses((a_record(world, code),)))
    assert caught.value.operator == code
    assert found(world, code).operators == {}


def test_before_1970_there_is_no_time(world: World) -> None:
    """A status cannot begin there, and one that would end there is not one without end."""
    declared(world)
    early = datetime(1969, 7, 20, tzinfo=UTC)
    with pytest.raises(EffectiveDateInvalid) as begins:
        recorded(world, effective_from=early)
    with pytest.raises(UntilInvalid) as ends:
        recorded(world, until=early)
    with pytest.raises(RecognitionDatesInvalid):
        wrote(world, AddRecognition(a_recognition(world, until=early)), "TH")
    assert begins.value.effective_from == EPOCH
    assert ends.value.until == EPOCH + timedelta(seconds=1)


def test_without_the_key_nothing_is_written(world: World) -> None:
    """Nobody here can sign for the account."""
    with pytest.raises(KeyNotHeld):
        world.ledger.write(DeclareProgramme("A", "A", ProgrammeKind.SAFE_AEO, 1), Address("0x" + "77" * 20))


def test_the_recognition_registry_has_an_address_of_its_own(world: World) -> None:
    """It is another contract than that of the certificates."""
    assert world.ledger.recognition_registry != world.ledger.ledger.address
