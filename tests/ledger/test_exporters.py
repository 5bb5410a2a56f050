"""The steps of a competent authority: exporters are authorised, amended, suspended, reinstated, withdrawn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.aeo.cases import EventState
from ledger.errors import KeyNotHeld, NotRecordedYet
from ledger.exporter_acts import ExporterAct
from ledger.exporter_records import record_hash
from ledger.exporter_refused import (
    ExporterActNotAllowed,
    ExporterMalformed,
    ExporterRecordNotHeld,
    ExporterRecordNotNamed,
    ExporterUnknown,
)
from ledger.exporters import act_on, exporters, file_of, known, newest_record, record_at_hand, take
from ledger.memory import MemoryLedger
from ledger.origin.facts import ExporterStatus
from ledger.refusals import NotAuthorised, NotYourMember
from tests.exporting import (
    CODE,
    COMPETENT,
    KEY,
    MEMBER,
    PARTICULARS,
    SECOND,
    THAI,
    THAI_COMPETENT,
    Office,
    an_action,
)


@pytest.fixture
def office() -> Office:
    """Return an authority that has authorised nobody."""
    return Office()


def test_an_authorisation_is_on_the_ledger_with_the_hash_of_its_record(office: Office) -> None:
    """From the first second of its first day to the last of its last; the record itself stays here."""
    done = office.does(ExporterAct.AUTHORISE)
    assert (done.recorded, done.repeated, done.event.version) == (True, False, 1)
    (version,) = office.held.versions
    record = newest_record(done.file, office.ledger)
    assert record is not None
    assert version.record_hash == record_hash(record)
    assert (version.effective_from, version.until) == (record.begins, record.until)
    assert (record.member, record.code, record.signatories[0].name) == (MEMBER, CODE, "Nguyễn Thị Lan Anh")


def test_a_repeated_request_finds_what_the_first_one_did(office: Office) -> None:
    """It is neither salted anew nor recorded twice."""
    first = office.does(ExporterAct.AUTHORISE)
    again = office.does(ExporterAct.AUTHORISE)
    assert (again.repeated, again.event.record_hash) == (True, first.event.record_hash)
    assert len(office.held.versions) == 1


def test_a_request_with_a_key_is_known_again_when_others_came_after_it(office: Office) -> None:
    """As the API repeats it."""
    office.does(ExporterAct.AUTHORISE, once="1")
    office.does(ExporterAct.SUSPEND, once="2")
    assert office.does(ExporterAct.AUTHORISE, once="1").repeated
    assert office.held.versions[-1].status is ExporterStatus.SUSPENDED


def test_a_suspension_and_a_withdrawal_hold_at_once(office: Office) -> None:
    """Entered immediately (OCP Rule 12D), and the days before stay as they were."""
    office.does(ExporterAct.AUTHORISE)
    before = office.now
    office.does(ExporterAct.SUSPEND, note="audit pending")
    assert not office.held.authorised_at(office.now)
    office.does(ExporterAct.REINSTATE)
    assert office.held.authorised_at(office.now)
    office.does(ExporterAct.WITHDRAW)
    assert not office.held.authorised_at(office.now + timedelta(days=1))
    assert office.held.authorised_at(before)


def test_what_is_amended_takes_the_place_of_what_was_and_the_rest_stays(office: Office) -> None:
    """Under a new salt, so that nobody can tell what changed; an amendment leaves a suspension as it is."""
    office.does(ExporterAct.AUTHORISE)
    old = record_at_hand(MEMBER, CODE, office.ledger)
    office.does(ExporterAct.SUSPEND)
    people = [*PARTICULARS["signatories"], {"name": "Trần Văn Bình", "specimen": None}]
    office.does(ExporterAct.AMEND, particulars={"signatories": people})
    new = record_at_hand(MEMBER, CODE, office.ledger)
    assert (new.products, len(new.signatories), len(old.signatories)) == (old.products, 2, 1)
    assert new.salt != old.salt
    assert office.held.versions[-1].status is ExporterStatus.SUSPENDED


def test_an_authorisation_that_is_over_is_renewed_by_an_amendment_of_its_term(office: Office) -> None:
    """And by nothing else."""
    office.does(ExporterAct.AUTHORISE)
    office.now = datetime(2028, 10, 2, tzinfo=UTC)
    assert not office.held.authorised_at(office.now)
    office.does(ExporterAct.SUSPEND)
    with pytest.raises(ExporterMalformed):
        office.does(ExporterAct.REINSTATE)
    office.does(ExporterAct.AMEND, particulars={"issuedOn": "2028-10-02", "expiresOn": "2030-09-30"})
    office.does(ExporterAct.REINSTATE)
    assert office.held.authorised_at(office.now)


def test_a_renewal_for_later_leaves_the_present_term_as_it_is(office: Office) -> None:
    """It holds from its first day."""
    office.does(ExporterAct.AUTHORISE, particulars=PARTICULARS | {"expiresOn": "2026-12-31"})
    office.does(ExporterAct.AMEND, particulars={"issuedOn": "2027-02-01", "expiresOn": "2028-01-31"})
    days = [
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2027, 1, 10, tzinfo=UTC),
        datetime(2027, 2, 1, tzinfo=UTC),
    ]
    assert [office.held.authorised_at(day) for day in days] == [True, False, True]


@pytest.mark.parametrize(
    ("before", "act", "allowed"),
    [
        ((), ExporterAct.SUSPEND, ("authorise",)),
        ((ExporterAct.AUTHORISE,), ExporterAct.REINSTATE, ("amend", "suspend", "withdraw")),
        (
            (ExporterAct.AUTHORISE, ExporterAct.SUSPEND),
            ExporterAct.SUSPEND,
            ("amend", "reinstate", "withdraw"),
        ),
        ((ExporterAct.AUTHORISE, ExporterAct.WITHDRAW), ExporterAct.AUTHORISE, ()),
    ],
)
def test_what_its_status_does_not_allow_is_refused_with_what_it_does(
    office: Office, before: tuple[ExporterAct, ...], act: ExporterAct, allowed: tuple[str, ...]
) -> None:
    """A withdrawn authorisation never comes back."""
    for number, step in enumerate(before):
        office.does(step, note=f"step {number}")
    with pytest.raises(ExporterActNotAllowed) as refused:
        office.does(act, note="another reason")
    assert refused.value.allowed == allowed


@pytest.mark.parametrize(
    ("act", "more", "where"),
    [
        (ExporterAct.AMEND, {}, "/particulars"),
        (ExporterAct.AMEND, {"particulars": {"trader": False}}, ""),
        (ExporterAct.AMEND, {"particulars": {"scheme": "RCEP"}}, "/scheme"),
        (ExporterAct.AMEND, {"particulars": {"salt": "0x00"}}, "/particulars"),
        (ExporterAct.AMEND, {"particulars": {"signatories": []}}, "/signatories"),
        (ExporterAct.SUSPEND, {"particulars": {"trader": True}}, "/particulars"),
        (ExporterAct.SUSPEND, {"note": "\a"}, "/note"),
    ],
)
def test_what_is_badly_said_is_refused_at_its_place(
    office: Office, act: ExporterAct, more: dict[str, Any], where: str
) -> None:
    """Before anything is stored."""
    office.does(ExporterAct.AUTHORISE)
    with pytest.raises(ExporterMalformed) as refused:
        office.does(act, **more)
    assert refused.value.problems[0].pointer == where
    assert len(office.ledger.exporter_files.events(MEMBER, CODE)) == 1


def test_only_a_competent_authority_of_the_member_authorises(office: Office) -> None:
    """With its own key."""
    with pytest.raises(NotYourMember):
        office.asks(an_action(), authority=THAI_COMPETENT, account=THAI)
    with pytest.raises(NotAuthorised):
        office.asks(an_action(), account=THAI)


def test_what_the_chain_has_not_taken_is_accepted_and_counts_here_already(office: Office) -> None:
    """A second act goes by the same key, behind the first."""
    office.node.held = True
    accepted = office.asks(an_action(), wait=0)
    assert (accepted.recorded, accepted.event.state) == (False, EventState.ACCEPTED)
    behind = office.asks(an_action(ExporterAct.SUSPEND), account=SECOND, wait=0)
    assert (behind.event.account, behind.event.version) == (KEY, 2)
    assert known(MEMBER, CODE, office.ledger).stopped() == behind.event
    office.node.held = False
    office.node.mine()
    assert office.asks(an_action(ExporterAct.SUSPEND)).recorded
    assert [version.status for version in office.held.versions] == [
        ExporterStatus.AUTHORISED,
        ExporterStatus.SUSPENDED,
    ]


def test_no_other_key_writes_while_the_first_one_is_not_at_hand(office: Office) -> None:
    """The two would have no order."""
    office.node.held = True
    office.asks(an_action(), wait=0)
    elsewhere = replace(office.ledger, registry=_Without(office.chain, KEY))
    with pytest.raises(KeyNotHeld):
        act_on(an_action(ExporterAct.SUSPEND), authority=COMPETENT, account=KEY, ledger=elsewhere)
    with pytest.raises(NotRecordedYet):
        act_on(an_action(ExporterAct.SUSPEND), authority=COMPETENT, account=SECOND, ledger=elsewhere)


class _Without:
    """A registry where one key is not at hand."""

    def __init__(self, registry: MemoryLedger, account: str) -> None:
        self._registry, self._account = registry, account

    def holds(self, account: str) -> bool:
        """Return whether a key is at hand."""
        return account != self._account

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)


def test_an_act_of_another_archive_is_seen_and_gone_on_from(office: Office) -> None:
    """The ledger is one; but the record must have been handed over."""
    office.does(ExporterAct.AUTHORISE)
    other = office.archive()
    with pytest.raises(ExporterRecordNotHeld):
        office.asks(an_action(ExporterAct.SUSPEND), ledger=other)
    take(record_at_hand(MEMBER, CODE, office.ledger), other)
    assert office.asks(an_action(ExporterAct.SUSPEND), ledger=other).event.version == 2
    assert file_of(MEMBER, CODE, office.ledger).status is ExporterStatus.SUSPENDED


def test_a_record_is_taken_only_if_the_ledger_names_it(office: Office) -> None:
    """Whoever hands it over."""
    office.does(ExporterAct.AUTHORISE)
    record = record_at_hand(MEMBER, CODE, office.ledger)
    thai = office.archive()
    with pytest.raises(ExporterRecordNotHeld):
        record_at_hand(MEMBER, CODE, thai)
    with pytest.raises(ExporterRecordNotNamed):
        take(replace(record, trader=True), thai)
    assert take(record, thai) == record
    assert [one.held.code for one in exporters(thai, member="VN")] == [CODE]


def test_of_an_unknown_exporter_nothing_is_told(office: Office) -> None:
    """Neither here nor on the ledger."""
    with pytest.raises(ExporterUnknown):
        known(MEMBER, "0008/CE26", office.ledger)
