import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger import arranging
from ledger.aeo.joining import Described, todo
from ledger.arranging import Actor, ArrangementDiffers, ArrangementNotYours, number_of
from ledger.cli.arrangement_file import SHIPPED, read_arrangement
from ledger.codes.members import NAMES
from ledger.errors import InputMalformed, NotRecordedYet
from ledger.facts import Address, Role
from ledger.memory import MemoryLedger
from ledger.memory.transactions import MemoryTransactions
from ledger.memory_archive import MemoryArchive
from ledger.operators import ArrangementKind, Direction, Mutual, ParticipationState, ProgrammeKind
from ledger.ports import Ledger
from ledger.recognition_refusals import ArrangementUnknown, NotAParty, ProgrammeAlreadyDeclared
from ledger.refusals import NotAuthorised
from ledger.rounds import Policy
from ledger.submitting import assembled
from ledger.writes import DeclareArrangement, DeclareProgramme, EndRecognition

DAY = datetime(2026, 11, 22, tzinfo=UTC)
MEMBERS = sorted(NAMES)
SERVED = {"EXP", "MFR"}


def account_of(member: str, digit: str) -> Address:
    """Return an account of a member: `A` for its admin key, `E` for its AEO authority's."""
    return Address("0x" + (digit + f"{MEMBERS.index(member) + 1:x}") * 20)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """All members of ASEAN, with one AEO authority and key each, numbered in the order of their codes."""
    chain = MemoryLedger({member: account_of(member, "A") for member in MEMBERS}, clock=lambda: DAY)
    for member in MEMBERS:
        number = chain.add_authority(Role.AEO, "customs", "customs.example", account_of(member, "A"))
        chain.add_key(number, account_of(member, "E"), account_of(member, "A"))
    archive = MemoryArchive()
    bundle = assembled(
        Policy(ask_again=0.0),
        members=chain,
        registry=chain,
        transactions=MemoryTransactions(chain),
        archive=archive,
        outbox=archive.outbox,
        clock=lambda: DAY,
        recognitions=chain,
    )
    yield bundle
    bundle.carrier.close()


def actor(member: str) -> Actor:
    """Return a member's AEO authority with its key."""
    return Actor(MEMBERS.index(member) + 1, account_of(member, "E"))


def terms_of(ledger: Ledger) -> Mutual:
    """Return what is on the ledger."""
    return ledger.recognitions.mutual()[1]


def join(described: Described, member: str, ledger: Ledger) -> list[str]:
    """Let a member say all it can; returns what it said, in words."""
    return [wanted.about for wanted, _ in arranging.apply(described, actor(member), ledger)]


def test_a_programme_that_was_declared_is_found_when_it_is_declared_again(ledger: Ledger) -> None:
    """A repeated call writes nothing; the same code with another content is the contract's to refuse."""
    write = DeclareProgramme("AEO", "Authorised", ProgrammeKind.SAFE_AEO, 3)
    first = arranging.say(write, actor("PH"), ledger)
    assert first.written is not None
    assert not first.repeated
    assert arranging.say(write, actor("PH"), ledger).repeated
    with pytest.raises(ProgrammeAlreadyDeclared):
        arranging.say(replace(write, levels=2), actor("PH"), ledger)
    assert len(terms_of(ledger).programmes) == 1


def test_only_an_aeo_authority_says_what_its_member_recognises(ledger: Ledger) -> None:
    """The account must be a live key of the authority that is named, with the role AEO."""
    write = DeclareProgramme("AEO", "Authorised", ProgrammeKind.SAFE_AEO, 1)
    with pytest.raises(NotAuthorised):
        arranging.say(write, Actor(actor("SG").authority, account_of("TH", "E")), ledger)


def test_what_is_not_recorded_in_time_is_accepted_and_found_when_it_is_asked_again(ledger: Ledger) -> None:
    """The write waits in the outbox, and the second call takes up the same one."""
    write = DeclareProgramme("AEO", "Authorised", ProgrammeKind.SAFE_AEO, 1)
    first = arranging.say(write, actor("TH"), ledger, wait=0.0)
    assert first.written is None
    second = arranging.say(write, actor("TH"), ledger)
    assert second.position == first.position
    assert second.written is not None


def test_a_participation_said_twice_is_recorded_once(ledger: Ledger) -> None:
    """What was said last is found; something else becomes the next version."""
    _declared(ledger)
    for state in (ParticipationState.SIGNED, ParticipationState.SIGNED, ParticipationState.IN_FORCE):
        arranging.participate(1, state, DAY, actor=actor("SG"), ledger=ledger)
    steps = terms_of(ledger).participations[1, "SG"]
    assert [(one.version, one.state.name) for one in steps] == [(1, "SIGNED"), (2, "IN_FORCE")]


def test_an_arrangement_is_named_by_code_or_number(ledger: Ledger) -> None:
    """Anything else is unknown."""
    _declared(ledger)
    terms = terms_of(ledger)
    assert (number_of("TEST", terms), number_of("1", terms)) == (1, 1)
    for name in ("2", "OTHER", "99999999999", "١"):
        with pytest.raises(ArrangementUnknown):
            number_of(name, terms)
    with pytest.raises(ArrangementUnknown):
        arranging.participate(2, ParticipationState.SIGNED, DAY, actor=actor("SG"), ledger=ledger)


def test_a_code_in_digits_does_not_take_the_number_of_another_arrangement(ledger: Ledger) -> None:
    """Else whoever joins arrangement 1 would join what somebody declared as `1`."""
    _declared(ledger)
    arranging.say(
        DeclareArrangement(ArrangementKind.PLURILATERAL, None, "1", "Another", bytes(32)), actor("MM"), ledger
    )
    assert (number_of("1", terms_of(ledger)), number_of("2", terms_of(ledger))) == (1, 2)


@pytest.mark.parametrize(
    ("other", "fields"),
    [
        ({"title": "ASEAN Arrangement"}, ("title",)),
        ({"kind": ArrangementKind.BILATERAL, "other": "SG"}, ("kind", "parties")),
        ({"text_hash": b"\1" * 32}, ("text",)),
    ],
)
def test_nobody_joins_another_arrangement_that_was_declared_under_the_code(
    other: dict[str, Any], fields: tuple[str, ...], ledger: Ledger
) -> None:
    """Whoever is first takes a code, so what is under it is compared before anything is said about it."""
    aamra = read_arrangement("aamra")
    described = replace(aamra, arrangement=replace(aamra.arrangement, text_hash=b"\2" * 32))
    arranging.say(replace(described.arrangement, **other), actor("MM"), ledger)
    with pytest.raises(ArrangementDiffers, match="MM has declared another arrangement as AAMRA") as refused:
        join(described, "SG", ledger)
    assert refused.value.fields == fields
    assert not terms_of(ledger).participations
    assert not terms_of(ledger).programmes


def test_a_third_that_declares_a_bilateral_arrangement_is_not_taken_for_its_party(ledger: Ledger) -> None:
    """The file says who declares it; only the text of an arrangement may be unknown to a file."""
    bilateral = read_arrangement("bilateral")
    arranging.say(replace(bilateral.arrangement, text_hash=b"\1" * 32), actor("MM"), ledger)
    with pytest.raises(ArrangementDiffers) as refused:
        join(bilateral, "KH", ledger)
    assert refused.value.fields == ("parties",)


def test_a_third_member_has_no_part_in_a_bilateral_arrangement(ledger: Ledger) -> None:
    """The contract says so, and so does the file."""
    bilateral = read_arrangement("bilateral")
    join(bilateral, "VN", ledger)
    with pytest.raises(NotAParty):
        arranging.participate(1, ParticipationState.SIGNED, DAY, actor=actor("SG"), ledger=ledger)
    with pytest.raises(ArrangementNotYours):
        join(bilateral, "SG", ledger)


def test_all_members_join_from_one_file_each_with_its_own_key(ledger: Ledger) -> None:
    """After two turns the ledger holds every programme, every step and every recognition of the file."""
    aamra = read_arrangement("aamra")
    joining = [member for member in MEMBERS if member != "TL"]
    for _ in range(2):
        for member in joining:
            join(aamra, member, ledger)
    terms = terms_of(ledger)
    assert len(terms.programmes) == len(aamra.programmes)
    assert {(one.grantor, one.partner) for one in terms.recognitions.values()} == {
        (row.grantor, row.partner) for row in aamra.rows
    }
    for member in joining:
        assert todo(aamra, member, terms) == []
        recorded = terms.participations[1, member]
        assert [(one.state, one.effective_from) for one in recorded] == [
            (step.state, step.effective_from) for step in aamra.steps if step.member == member
        ]


def test_what_waits_for_a_partner_is_named(ledger: Ledger) -> None:
    """The first to join cannot recognise programmes that partners have not declared."""
    aamra = read_arrangement("aamra")
    said = join(aamra, "SG", ledger)
    assert said[0].startswith("declare programme STP")
    left = arranging.described_todo(aamra, actor("SG"), ledger)
    assert {one.write for one in left} == {None}
    assert "waits until PH declares its programme AEO" in {one.note for one in left}


def test_an_earlier_step_is_never_said_after_a_later_one(ledger: Ledger) -> None:
    """What is recorded last speaks from its date on, so it would take back what is in force."""
    aamra = read_arrangement("aamra")
    arranging.say(aamra.arrangement, actor("SG"), ledger)
    in_force = datetime(2024, 8, 1, tzinfo=UTC)
    arranging.participate(1, ParticipationState.IN_FORCE, in_force, actor=actor("SG"), ledger=ledger)
    join(aamra, "SG", ledger)
    assert len(terms_of(ledger).participations[1, "SG"]) == 1
    notes = [one.note for one in arranging.described_todo(aamra, actor("SG"), ledger)]
    assert notes.count("left out: something newer is recorded") == 2


def test_a_recognition_that_was_ended_is_not_brought_back(ledger: Ledger) -> None:
    """Somebody had a reason to end it; joining again leaves it ended, and says so."""
    bilateral = read_arrangement("bilateral")
    for member in ("VN", "KH", "VN"):
        join(bilateral, member, ledger)
    row = next(one for one in terms_of(ledger).recognitions.values() if one.grantor == "KH")
    ended = EndRecognition(row.id, DAY)
    assert arranging.say(ended, actor("KH"), ledger).written is not None
    assert arranging.say(ended, actor("KH"), ledger).repeated
    assert join(bilateral, "KH", ledger) == []
    (left,) = arranging.described_todo(bilateral, actor("KH"), ledger)
    assert left.note == f"left out: recognition {row.id} of the same terms was ended"


def test_joining_stops_where_something_is_not_recorded_in_time(ledger: Ledger) -> None:
    """What follows may rest on it; called again it goes on."""
    bilateral = read_arrangement("bilateral")
    with pytest.raises(NotRecordedYet):
        list(arranging.apply(bilateral, actor("VN"), ledger, wait=0.0))
    assert join(bilateral, "VN", ledger)[:2] == [
        "declare programme PRIORITY (Priority Enterprise)",
        "declare arrangement VN-KH-DEMO (Demonstration arrangement between Viet Nam and Cambodia (invented))",
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_each_fact_that_is_shipped_names_its_source(name: str) -> None:
    """A reader can tell what is sourced, what is inferred and what is invented."""
    path = Path(__file__).parents[2] / "ledger" / "aeo" / "data" / f"{name}.json"
    file = json.loads(path.read_text("utf-8"))
    facts = [file["arrangement"], *file["programmes"], *file["participations"], *file["recognitions"]]
    for fact in facts:
        assert fact["source"].startswith(("http", "invented"))
        assert fact["note"] if fact["confidence"] == "from memory, unverified" else True
    assert read_arrangement(name).arrangement.code == file["arrangement"]["code"]


def test_the_aamra_is_in_force_from_the_days_that_were_announced() -> None:
    """Three members began on 1 August 2024, Thailand, Indonesia and the Philippines later, four not yet."""
    aamra = read_arrangement("aamra")
    in_force = {
        step.member: f"{step.effective_from:%Y-%m-%d}"
        for step in aamra.steps
        if step.state is ParticipationState.IN_FORCE
    }
    assert in_force == {
        "BN": "2024-08-01",
        "MY": "2024-08-01",
        "SG": "2024-08-01",
        "TH": "2024-08-19",
        "ID": "2024-10-01",
        "PH": "2025-02-28",
    }
    philippine = [row for row in aamra.rows if row.partner == "PH"]
    assert {row.min_level for row in philippine} == {2}
    assert {row.programme for row in aamra.rows if row.partner == "SG"} == {"STP-PLUS"}
    assert "TL" not in {step.member for step in aamra.steps}


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"schema": "other-1"}, "asal-arrangement-1"),
        ({"more": 1}, "not permitted"),
        ({"arrangement": {"kind": "bilateral"}}, "required"),
        ({"recognitions": [{"partner": "VN", "programme": "NONE"}]}, "recognised and not listed"),
        ({"recognitions": [{"partner": "KH", "programme": "AEO"}]}, "recognises itself"),
        ({"participations": []}, "is not in force itself"),
        ({"recognitions": [{"partner": "VN", "roles": ["CEO"]}]}, "should be"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, change: dict[str, object], wanted: str) -> None:
    """The field is named, and what is wanted there."""
    path = Path(__file__).parents[2] / "ledger" / "aeo" / "data" / "bilateral.json"
    file = json.loads(path.read_text("utf-8"))
    for name, value in change.items():
        if name == "recognitions":
            file[name] = [file[name][0] | one for one in value]  # type: ignore[attr-defined]
        else:
            file[name] = value
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(InputMalformed) as refused:
        read_arrangement(str(wrong))
    assert wanted.lower() in refused.value.message.lower()


def test_rows_begin_with_their_grantor_unless_they_say_otherwise() -> None:
    """A recognition without a date begins when the arrangement is in force for the grantor."""
    bilateral = read_arrangement("bilateral")
    row = next(row for row in bilateral.rows if row.grantor == "VN")
    assert row.effective_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert row.until == datetime(2027, 1, 1, tzinfo=UTC) - timedelta(seconds=1)
    assert {str(role.name) for role in row.roles} < SERVED
    assert row.directions is Direction.IMPORT


def _declared(ledger: Ledger) -> None:
    write = DeclareArrangement(ArrangementKind.PLURILATERAL, None, "TEST", "A test", bytes(32))
    arranging.say(write, actor("SG"), ledger)
