from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.aeo.acts import Act
from ledger.lists.filing import act_of
from ledger.lists.steps import Kind
from ledger.operators import Consent, Ground, OperatorRole, OperatorStatus
from tests.ledger.lists.ministry import Ministry
from tests.ledger.lists.samples import NOW, ROW, row

CODE = ROW["code"]
CERTIFIED, SUSPENDED, REVOKED = OperatorStatus.CERTIFIED, OperatorStatus.SUSPENDED, OperatorStatus.REVOKED


@pytest.fixture
def ministry() -> Ministry:
    """An office that has loaded nothing yet."""
    return Ministry()


@pytest.fixture
def loaded(ministry: Ministry) -> Ministry:
    """An office that has loaded the usual list, ten days ago."""
    ministry.load(row())
    ministry.pass_days(10)
    return ministry


def fields_of(due: Any) -> list[str]:
    """Return the fields that differ."""
    return [difference.field for difference in due.differences]


def test_an_operator_that_the_ledger_does_not_know_is_new(ministry: Ministry) -> None:
    """Its first status says what the list says."""
    due = ministry.due(row())
    assert (due.kind, due.version, act_of(due)) == (Kind.NEW, 1, Act.ENTER)
    assert due.status.effective_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert due.status.until == datetime(2028, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert due.record is not None
    assert due.record.name == ROW["name"]


def test_the_same_list_again_says_nothing_new(loaded: Ministry) -> None:
    """A list may be loaded every day."""
    assert loaded.plan(row()).counts[Kind.UNCHANGED] == 1
    assert not loaded.plan(row()).due


@pytest.mark.parametrize(
    ("cells", "fields", "act"),
    [
        ({"level": "2"}, ["level", "record"], Act.AMEND),
        ({"roles": "EXP"}, ["roles", "record"], Act.AMEND),
        ({"until": "2030-12-31"}, ["until"], Act.RENEW),
        ({"consent": "exchange"}, ["consent"], Act.CONSENT),
        ({"consent": "none"}, ["consent"], Act.CONSENT),
        ({"name": "New Name JSC"}, ["name"], Act.AMEND),
        ({"address": "1 New Street"}, ["address"], Act.AMEND),
        ({"status": "suspended"}, ["status"], Act.SUSPEND),
        ({"status": "revoked"}, ["status", "until"], Act.REVOKE),
        ({"status": "surrendered"}, ["status", "until"], Act.SURRENDER),
        ({"status": "annulled"}, ["status", "until"], Act.ANNUL),
        ({"effective": "2026-11-30", "until": "2029-12-31"}, ["until", "effective"], Act.RENEW),
    ],
)
def test_what_a_list_says_otherwise_is_changed(
    loaded: Ministry, cells: dict[str, str], fields: list[str], act: Act
) -> None:
    """Each difference is told, recorded once, and then nothing is new any more."""
    due = loaded.due(row(**cells))
    assert (due.kind, due.version, fields_of(due), act_of(due)) == (Kind.CHANGED, 2, fields, act)
    loaded.load(row(**cells))
    loaded.pass_days(1)
    assert not loaded.plan(row(**cells)).due
    assert loaded.held(CODE).latest.version == 2


def test_a_change_holds_from_the_moment_it_is_recorded_unless_the_list_says_a_later_day(
    loaded: Ministry,
) -> None:
    """The day in a list is mostly that of the authorisation; what changed since did not change then."""
    assert loaded.due(row(level="2")).status.effective_from == loaded.now
    later = loaded.due(row(level="2", effective="2026-11-25")).status
    assert later.effective_from == datetime(2026, 11, 25, tzinfo=UTC)


def test_an_annulment_reaches_back_to_the_beginning(loaded: Ministry) -> None:
    """What is void was never there."""
    due = loaded.due(row(status="annulled"))
    assert due.status.effective_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert (due.status.until, due.status.ground) == (None, Ground.FALSE_INFORMATION)


def test_a_revoked_operator_may_apply_again_after_three_years_unless_the_list_says_when(
    loaded: Ministry,
) -> None:
    """The last day of the authorisation is not the day of a new application."""
    assert loaded.due(row(status="revoked")).status.until == loaded.now.replace(year=2029)
    told = loaded.due(row(status="revoked", apply_from="2027-12-31"))
    assert told.status.until == datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_new_record_is_made_only_where_the_old_one_does_not_say_the_same(loaded: Ministry) -> None:
    """A suspension says nothing new of who the operator is."""
    assert loaded.due(row(status="suspended")).record is None
    assert loaded.due(row(status="suspended")).record_hash == loaded.held(CODE).latest.record_hash
    assert loaded.due(row(name="New Name JSC")).record is not None


def test_a_record_that_is_not_at_hand_is_made_anew(loaded: Ministry) -> None:
    """An operator that another office has recorded gets a record here."""
    loaded.decide(CODE, CERTIFIED)
    other = Ministry()
    other.chain, other.ledger = loaded.chain, other.ledger
    other.now = loaded.now
    due = other.due(row())
    assert (fields_of(due), due.record is not None) == (["record"], True)


class TestWhatAPersonHasDecidedSince:
    """A list may be older than a decision; it undoes none by accident."""

    def test_a_suspension_is_not_lifted_by_a_list_that_says_nothing_of_it(self, loaded: Ministry) -> None:
        """The list may have been made before the suspension."""
        loaded.decide(CODE, SUSPENDED)
        assert loaded.rules(row()) == [("status", "plan.reinstates")]

    def test_a_suspension_is_lifted_where_the_list_says_a_later_day_or_the_person_says_so(
        self, loaded: Ministry
    ) -> None:
        """Then it is clear that the list knows of it."""
        loaded.decide(CODE, SUSPENDED)
        loaded.pass_days(5)
        due = loaded.due(row(effective="2026-12-06"))
        assert (due.kind, due.status.ground, act_of(due)) == (Kind.REINSTATED, Ground.CURED, Act.REINSTATE)
        assert loaded.due(row(), reinstate=True).status.effective_from == loaded.now

    def test_a_suspension_that_ends_by_itself_is_left_to_end(self, loaded: Ministry) -> None:
        """The list says what is planned already."""
        loaded.decide(CODE, SUSPENDED)
        loaded.decide(CODE, CERTIFIED, effective=loaded.now + timedelta(days=9))
        assert not loaded.plan(row()).due
        assert not loaded.plan(row(status="suspended")).due

    def test_a_change_that_lies_ahead_is_not_replaced(self, loaded: Ministry) -> None:
        """What begins next week would be overwritten by what is recorded today."""
        loaded.decide(CODE, SUSPENDED, effective=loaded.now + timedelta(days=9))
        assert not loaded.plan(row()).due
        assert loaded.rules(row(level="2")) == [("effective", "plan.later")]

    def test_an_ended_authorisation_is_given_anew_only_with_a_later_day(self, loaded: Ministry) -> None:
        """And a revoked operator not before it may apply again."""
        loaded.decide(CODE, REVOKED, until=loaded.now + timedelta(days=5))
        assert loaded.rules(row()) == [("status", "plan.reinstates")]
        loaded.pass_days(3)
        assert loaded.rules(row(effective="2026-12-04")) == [("effective", "plan.too-early")]
        assert loaded.rules(row(status="suspended")) == [("status", "plan.ended")]
        loaded.pass_days(5)
        due = loaded.due(row(effective="2026-12-09"))
        assert (due.kind, act_of(due)) == (Kind.REINSTATED, Act.ENTER)
        loaded.load(row(effective="2026-12-09"))

    def test_a_consent_that_is_stated_for_all_brings_back_none_that_was_withdrawn(
        self, loaded: Ministry
    ) -> None:
        """Who has withdrawn has said so himself; the list only says what all once said."""
        loaded.decide(CODE, CERTIFIED, consent=Consent(0))
        assert not loaded.plan(row(), consent_for_all=True).due
        assert fields_of(loaded.due(row())) == ["consent"]


class TestWhatIsLeftOut:
    """Some rows say nothing that can be recorded; they are told and stop nothing."""

    @pytest.mark.parametrize(
        ("cells", "why"),
        [
            ({"status": "suspended"}, "the first status there is certified"),
            ({"status": "revoked"}, "the first status there is certified"),
            ({"consent": "none"}, "not agreed to the exchange"),
            ({"consent": "publication"}, "not agreed to the exchange"),
        ],
    )
    def test_an_operator_that_cannot_be_recorded_yet(
        self, ministry: Ministry, cells: dict[str, str], why: str
    ) -> None:
        """Nobody is recorded without consent, and nobody as suspended first of all."""
        plan = ministry.plan(row(**cells))
        assert (plan.counts[Kind.LEFT_OUT], plan.due) == (1, [])
        assert why in plan.left[0].why

    def test_a_change_of_an_authorisation_that_is_over(self, loaded: Ministry) -> None:
        """From today on it has no day left."""
        over = row(level="2", until="2026-11-24")
        assert "last day is over" in loaded.plan(over).left[0].why

    def test_an_operator_that_has_expired_is_recorded_as_it_was(self, ministry: Ministry) -> None:
        """Its partners then learn that it has expired, instead of nothing."""
        ministry.load(row(status="expired", effective="2020-01-01", until="2024-12-31"))
        assert ministry.held(CODE).latest.status is CERTIFIED


class TestOtherRolesListedElsewhere:
    """A country that lists brokers apart does not take the other roles away with that list."""

    def test_roles_of_the_other_list_are_kept(self, loaded: Ministry) -> None:
        """An exporter that becomes a broker too stays an exporter."""
        due = loaded.due(row(roles="BRK"), speaks_of=OperatorRole.BRK)
        assert due.status.roles == OperatorRole.EXP | OperatorRole.MFR | OperatorRole.BRK
        assert due.record is not None
        assert due.record.roles == due.status.roles
        loaded.load(row(roles="BRK"), speaks_of=OperatorRole.BRK)
        loaded.pass_days(1)
        assert not loaded.plan(row(), speaks_of=OperatorRole.EXP | OperatorRole.MFR).due


def test_a_programme_must_be_declared_and_have_the_level(ministry: Ministry) -> None:
    """Both are said in the column that is wrong."""
    assert ministry.rules(row(programme="OTHER")) == [("programme", "programme.undeclared")]
    assert ministry.rules(row(level="4")) == [("level", "level.range")]
    assert ministry.due(row(programme="vn-aeo")).record.programme == "VN-AEO"  # type: ignore[union-attr]


def test_on_recording_means_the_moment_of_the_load(ministry: Ministry) -> None:
    """A list without days of its own says nothing new the next day."""
    rows = row(effective="on-recording")
    assert ministry.load(rows).due[0].status.effective_from == NOW
    ministry.pass_days(1)
    assert not ministry.plan(rows).due
