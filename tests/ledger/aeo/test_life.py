"""The life cycle of an authorisation: what is allowed when, and what an act writes."""

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest

from ledger.aeo.acts import ALLOWED, APPLYING, GROUNDS, LEADS_TO, NEEDS, STATUS_OF, TAKES, Act, Stage
from ledger.aeo.asked import FARTHEST, Action
from ledger.aeo.cases import Case, Event, EventState, Holding
from ledger.aeo.life import Officer, events_of, permitted
from ledger.aeo.refused import ActNotAllowed, OperatorMalformed, ReapplicationEarly
from ledger.operators import Consent, Ground, OperatorRole, OperatorStatus, Status, StatusChange
from tests.offices import BOTH, CODE, DAY, KEY, PARTICULARS, TO_FIELD, an_action, on

OFFICER = Officer(1, KEY)
GRANTED = Holding(
    programme=1, level=1, roles=OperatorRole.EXP, consent=BOTH, until=None, record_hash=b"\1" * 32
)
WHY = {act: grounds[0] for act, grounds in GROUNDS.items()}


def done(case: Case, action: Action, now: datetime = DAY, holding: Holding | None = None) -> Case:
    """Return a case after an act; unless told otherwise, it holds what it held before."""
    permitted(case, action, now)
    events = events_of(case, action, holding or case.holding or GRANTED, OFFICER, now)
    return Case(case.operator, (*case.events, *events), case.changes)


def an_act(act: Act, **more: Any) -> Action:
    """Return an act that says all it must."""
    given: dict[str, Any] = {"ground": WHY[act]} if act in WHY else {}
    if "consent" in NEEDS.get(act, ()):
        given["consent"] = BOTH
    if act is Act.AMEND:
        given["level"] = 1
    return an_action(act, **given | more)


def certified(until: datetime | None = None, effective: datetime = DAY) -> Case:
    """Return the case of an operator that is certified."""
    case = Case(CODE)
    for act in (Act.APPLY, *TO_FIELD):
        case = done(case, an_act(act))
    holding = Holding(
        programme=1, level=1, roles=OperatorRole.EXP, consent=BOTH, until=until, record_hash=b"\1" * 32
    )
    return done(case, an_act(Act.CERTIFY, effective=effective, until=until), holding=holding)


def in_stage(stage: Stage) -> Case:
    """Return a case that is in a stage on 2 November 2026."""
    ways: dict[Stage, tuple[Act, ...]] = {
        Stage.UNKNOWN: (),
        Stage.SUBMITTED: (Act.APPLY,),
        Stage.RETURNED: (Act.APPLY, Act.RETURN),
        Stage.ACCEPTED: (Act.APPLY, Act.ACCEPT),
        Stage.DESK_VALIDATION: (Act.APPLY, Act.ACCEPT, Act.BEGIN_DESK_VALIDATION),
        Stage.FIELD_VALIDATION: (Act.APPLY, *TO_FIELD),
        Stage.REMEDIATION: (Act.APPLY, *TO_FIELD, Act.ORDER_REMEDIATION),
        Stage.REJECTED: (Act.APPLY, *TO_FIELD, Act.REJECT),
        Stage.WITHDRAWN: (Act.APPLY, Act.WITHDRAW),
    }
    if stage in ways:
        case = Case(CODE)
        for act in ways[stage]:
            case = done(case, an_act(act))
        return case
    if stage is Stage.EXPIRED:
        return certified(until=DAY - timedelta(days=1), effective=DAY - timedelta(days=10))
    last = next((act for act, leads in LEADS_TO.items() if leads is stage and act in STATUS_OF), Act.CERTIFY)
    return certified() if last is Act.CERTIFY else done(certified(), an_act(last))


def recorded(case: Case) -> Case:
    """Return a case whose statuses the ledger holds."""
    changes = tuple(change_of(one, version, b"\1" * 32) for version, one in enumerate(case.statuses, start=1))
    return Case(case.operator, case.events, changes)


def change_of(status: Status, version: int, record_hash: bytes) -> StatusChange:
    """Return a status as the ledger would hold it."""
    names = ("status", "programme", "level", "roles", "consent", "effective_from", "until", "ground")
    said = {name: getattr(status, name) for name in names}
    return StatusChange(version=version, key=1, recorded_at=DAY, record_hash=record_hash, **said)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("act", Act)
def test_every_act_in_every_stage_is_allowed_or_refused_by_name(stage: Stage, act: Act) -> None:
    """An act leads where the table says; what is not allowed is refused, with what is allowed instead."""
    case = in_stage(stage)
    assert case.stage_at(DAY) is stage
    action = an_act(act)
    if act in ALLOWED[stage]:
        later = DAY + timedelta(days=4000)  # after the time for which a revoked operator may not apply
        if act is Act.REINSTATE:
            action = an_act(act, ground=Ground.APPEAL_UPHELD)
        if (stage, act) == (Stage.EXPIRED, Act.SUSPEND):
            action = an_act(act, effective=DAY - timedelta(days=5))
        after = done(case, action, later, GRANTED if act is Act.RENEW else None)
        leads = LEADS_TO.get(act, stage)
        assert after.live[-1].stage is leads
        return
    with pytest.raises(ActNotAllowed) as refused:
        done(case, action)
    assert (refused.value.act, refused.value.stage) == (act.value, stage.value)
    assert refused.value.allowed == tuple(one.value for one in ALLOWED[stage])
    assert act.value in str(refused.value)


@pytest.mark.parametrize("stage", sorted(APPLYING))
def test_an_applicant_may_withdraw_at_any_stage_before_the_decision(stage: Stage) -> None:
    """And nothing of it ever reaches the ledger."""
    after = done(in_stage(stage), an_act(Act.WITHDRAW))
    assert after.stage_at(DAY) is Stage.WITHDRAWN
    assert after.statuses == ()


def test_certifying_says_all_of_the_first_status() -> None:
    """Version 1, with the terms granted and from the day decided."""
    case = certified(until=on(11, 2, 2031))
    (record,) = [event.record for event in case.events if event.record]
    assert (record.version, record.operator, record.record_hash) == (1, CODE, b"\1" * 32)
    assert record.status == Status(
        status=OperatorStatus.CERTIFIED,
        programme=1,
        level=1,
        roles=OperatorRole.EXP,
        consent=BOTH,
        effective_from=DAY,
        until=on(11, 2, 2031),
    )


def test_a_suspension_with_an_end_plans_the_reinstatement() -> None:
    """Two statuses, one behind the other, because a status says nothing of its own end."""
    case = done(certified(), an_act(Act.SUSPEND, until=on(12, 1)))
    assert [(one.status, one.effective_from) for one in case.statuses[1:]] == [
        (OperatorStatus.SUSPENDED, DAY),
        (OperatorStatus.CERTIFIED, on(12, 1)),
    ]
    assert [event.version for event in case.events if event.status] == [1, 2, 3]
    assert case.stage_at(DAY) is Stage.SUSPENDED
    assert case.stage_at(on(12, 2)) is Stage.CERTIFIED


def test_a_planned_reinstatement_does_not_keep_anybody_from_reinstating_earlier() -> None:
    """Nor from revoking: what is decided later takes the plan's place."""
    planned = done(certified(), an_act(Act.SUSPEND, until=on(12, 1)))
    early = done(planned, an_act(Act.REINSTATE), on(11, 10))
    assert early.stage_at(on(11, 11)) is Stage.CERTIFIED
    revoked = done(planned, an_act(Act.REVOKE), on(11, 10))
    assert revoked.stage_at(on(12, 2)) is Stage.REVOKED


def test_an_amendment_during_a_suspension_is_said_for_the_planned_reinstatement_too() -> None:
    """Otherwise the old level would come back with it."""
    planned = done(certified(), an_act(Act.SUSPEND, until=on(12, 1)))
    higher = Holding(
        programme=1, level=2, roles=OperatorRole.EXP, consent=BOTH, until=None, record_hash=b"\2" * 32
    )
    amended = done(planned, an_act(Act.AMEND, level=2), on(11, 10), higher)
    assert [(one.status, one.level) for one in amended.statuses[3:]] == [
        (OperatorStatus.SUSPENDED, 2),
        (OperatorStatus.CERTIFIED, 2),
    ]
    assert amended.stage_at(on(11, 11)) is Stage.SUSPENDED


def test_a_late_amendment_keeps_the_suspension_that_came_after_it() -> None:
    """A change speaks for all times from its effective day on, so the suspension is said once more."""
    suspended = done(certified(), an_act(Act.SUSPEND, effective=on(11, 10)), on(11, 10))
    amended = done(suspended, an_act(Act.AMEND, effective=on(11, 5)), on(11, 20))
    assert amended.stage_at(on(11, 6)) is Stage.CERTIFIED
    assert amended.stage_at(on(11, 12)) is Stage.SUSPENDED


def test_a_suspension_may_be_recorded_late_and_planned_ahead() -> None:
    """Up to 366 days ahead, and into the past as far as it takes."""
    late = done(certified(), an_act(Act.SUSPEND, effective=DAY - timedelta(days=400)))
    assert late.statuses[-1].effective_from == DAY - timedelta(days=400)
    ahead = done(certified(), an_act(Act.SUSPEND, effective=DAY + FARTHEST))
    assert ahead.stage_at(DAY) is Stage.CERTIFIED
    assert ahead.stage_at(DAY + FARTHEST) is Stage.SUSPENDED
    with pytest.raises(OperatorMalformed) as refused:
        done(certified(), an_act(Act.SUSPEND, effective=DAY + FARTHEST + timedelta(seconds=1)))
    assert [one.pointer for one in refused.value.problems] == ["/effective"]


def test_a_revoked_operator_may_apply_again_after_three_years() -> None:
    """Unless the decision names another day."""
    revoked = done(certified(), an_act(Act.REVOKE))
    assert revoked.statuses[-1].until == DAY.replace(year=2029)
    with pytest.raises(ReapplicationEarly) as refused:
        done(revoked, an_act(Act.APPLY), DAY.replace(year=2029) - timedelta(seconds=1))
    assert refused.value.until == DAY.replace(year=2029)
    again = done(revoked, an_act(Act.APPLY), DAY.replace(year=2029))
    assert again.stage_at(DAY.replace(year=2029)) is Stage.SUBMITTED
    sooner = done(certified(), an_act(Act.REVOKE, until=on(12, 1)))
    assert done(sooner, an_act(Act.APPLY), on(12, 1)).stage_at(on(12, 1)) is Stage.SUBMITTED


def test_a_revocation_on_29_february_ends_its_time_on_the_first_of_march() -> None:
    """Three years later there is no such day."""
    leap = datetime(2028, 2, 29, 9, tzinfo=DAY.tzinfo)
    revoked = done(certified(), an_act(Act.REVOKE), leap)
    assert revoked.statuses[-1].until == leap.replace(year=2031, month=3, day=1)


def test_a_new_authorisation_is_not_granted_before_the_time_is_over_either() -> None:
    """The contract asks the same of its effective day."""
    case = done(certified(), an_act(Act.REVOKE, until=on(12, 1)))
    for act in (Act.APPLY, *TO_FIELD):
        case = done(case, an_act(act), on(12, 2))
    with pytest.raises(ReapplicationEarly):
        done(case, an_act(Act.CERTIFY, effective=on(11, 30)), on(12, 3))
    again = done(case, an_act(Act.CERTIFY, effective=on(12, 1)), on(12, 3))
    assert again.stage_at(on(12, 3)) is Stage.CERTIFIED


def test_an_annulment_of_what_was_revoked_leaves_the_time_without_application() -> None:
    """Void from the start, and still not to be applied for before."""
    annulled = done(done(certified(), an_act(Act.REVOKE, until=on(12, 1))), an_act(Act.ANNUL))
    assert annulled.statuses[-1].until == on(12, 1)
    with pytest.raises(ReapplicationEarly):
        done(annulled, an_act(Act.APPLY), on(11, 30))
    assert done(annulled, an_act(Act.APPLY), on(12, 1)).stage_at(on(12, 1)) is Stage.SUBMITTED


def test_only_an_appeal_that_was_upheld_undoes_a_revocation() -> None:
    """A cure does not: the operator has to apply again."""
    revoked = done(certified(until=on(11, 2, 2031)), an_act(Act.REVOKE))
    with pytest.raises(OperatorMalformed) as refused:
        done(revoked, an_act(Act.REINSTATE, ground=Ground.CURED))
    assert [one.pointer for one in refused.value.problems] == ["/ground"]
    back = done(revoked, an_act(Act.REINSTATE, ground=Ground.APPEAL_UPHELD))
    assert (back.stage_at(DAY), back.statuses[-1].ground) == (Stage.CERTIFIED, Ground.APPEAL_UPHELD)


def test_an_annulment_holds_from_the_start_of_the_authorisation_it_voids() -> None:
    """Not from the start of an earlier one, which stays as it was."""
    first = done(certified(effective=on(1, 10)), an_act(Act.SURRENDER, effective=on(3, 1)))
    case = first
    for act in (Act.APPLY, *TO_FIELD):
        case = done(case, an_act(act))
    case = done(case, an_act(Act.CERTIFY, effective=on(6, 1)))
    case = done(case, an_act(Act.SUSPEND, effective=on(8, 1)))
    annulled = done(case, an_act(Act.ANNUL))
    assert annulled.statuses[-1].effective_from == on(6, 1)
    held = annulled.holds_at(on(2, 1))
    assert held is not None
    assert held.status is OperatorStatus.CERTIFIED


def test_an_annulment_reaches_behind_a_revocation_that_was_lifted_on_appeal() -> None:
    """The authorisation is the one of before; one that was applied for anew begins with its own day."""
    revoked = done(certified(), an_act(Act.REVOKE), on(11, 5))
    lifted = done(revoked, an_act(Act.REINSTATE, ground=Ground.APPEAL_UPHELD), on(11, 10))
    assert done(lifted, an_act(Act.ANNUL), on(11, 20)).statuses[-1].effective_from == DAY
    assert done(recorded(lifted), an_act(Act.ANNUL), on(11, 20)).statuses[-1].effective_from == DAY


def test_a_revocation_that_begins_later_already_stands() -> None:
    """A suspension in between would lift it, as the last word for all later days."""
    case = done(certified(), an_act(Act.REVOKE, effective=on(12, 1)))
    with pytest.raises(ActNotAllowed) as refused:
        done(case, an_act(Act.SUSPEND, effective=on(11, 5)))
    assert refused.value.stage == "revoked"
    with pytest.raises(OperatorMalformed):
        done(case, an_act(Act.CONSENT, effective=on(11, 5)))


def test_withdrawing_consent_leaves_the_status_as_it_is() -> None:
    """It is the newest word on what may be exchanged."""
    without = Holding(
        programme=1,
        level=1,
        roles=OperatorRole.EXP,
        consent=Consent.PUBLICATION,
        until=None,
        record_hash=b"\1" * 32,
    )
    case = done(certified(), an_act(Act.CONSENT, consent=Consent.PUBLICATION), on(11, 5), without)
    newest = case.statuses[-1]
    assert (newest.status, newest.consent, newest.ground) == (
        OperatorStatus.CERTIFIED,
        Consent.PUBLICATION,
        Ground.AT_REQUEST,
    )


def test_consent_withdrawn_after_expiry_is_the_newest_word_and_gives_no_more_time() -> None:
    """It is said for the last second of the authorisation."""
    expired = in_stage(Stage.EXPIRED)
    ended = expired.statuses[-1].until
    assert ended is not None
    without = Holding(
        programme=1,
        level=1,
        roles=OperatorRole.EXP,
        consent=Consent(0),
        until=ended,
        record_hash=b"\1" * 32,
    )
    case = done(expired, an_act(Act.CONSENT, consent=Consent(0)), DAY, without)
    newest = case.statuses[-1]
    assert (newest.consent, newest.effective_from, newest.until) == (
        Consent(0),
        ended - timedelta(seconds=1),
        ended,
    )
    assert case.stage_at(DAY) is Stage.EXPIRED


def test_consent_withdrawn_after_the_time_of_a_revocation_leaves_that_time_as_it_was() -> None:
    """The contract takes no end that shortens it."""
    revoked = done(certified(), an_act(Act.REVOKE, until=on(12, 1)))
    case = done(revoked, an_act(Act.CONSENT, consent=Consent(0)), on(12, 20))
    newest = case.statuses[-1]
    assert (newest.status, newest.until) == (OperatorStatus.REVOKED, on(12, 1))
    assert newest.effective_from == on(12, 1) - timedelta(seconds=1)


def test_an_annulment_after_a_revocation_keeps_the_time_before_which_none_may_apply() -> None:
    """Voiding what was revoked is no way back."""
    revoked = done(certified(), an_act(Act.REVOKE))
    annulled = done(revoked, an_act(Act.ANNUL))
    with pytest.raises(ReapplicationEarly):
        done(annulled, an_act(Act.APPLY), on(12, 1))


def test_consent_given_before_the_decision_stays_here() -> None:
    """Nothing is on the ledger yet that it could be about."""
    case = done(in_stage(Stage.ACCEPTED), an_act(Act.CONSENT))
    assert (case.statuses, case.stage_at(DAY)) == ((), Stage.ACCEPTED)


def test_a_renewal_gives_a_new_term_and_ends_being_expired() -> None:
    """From the day it is effective."""
    renewed = Holding(
        programme=1,
        level=1,
        roles=OperatorRole.EXP,
        consent=BOTH,
        until=on(11, 2, 2031),
        record_hash=b"\1" * 32,
    )
    case = done(in_stage(Stage.EXPIRED), an_act(Act.RENEW, until=on(11, 2, 2031)), DAY, renewed)
    assert (case.stage_at(DAY), case.statuses[-1].until) == (Stage.CERTIFIED, on(11, 2, 2031))


@pytest.mark.parametrize(
    ("action", "pointer"),
    [
        (an_act(Act.SUSPEND, ground=None), "/ground"),
        (an_act(Act.SUSPEND, ground=Ground.CURED), "/ground"),
        (an_act(Act.REVOKE, ground=None), "/ground"),
        (an_act(Act.AMEND, ground=Ground.OTHER, level=1), "/ground"),
        (an_act(Act.SUSPEND, until=DAY), "/until"),
        (an_act(Act.SUSPEND, until=on(11, 2, 2032)), "/until"),
        (an_act(Act.REVOKE, until=DAY - timedelta(days=1)), "/until"),
        (an_act(Act.SURRENDER, until=on(12, 1)), "/until"),
        (an_act(Act.SURRENDER, level=2), "/level"),
        (an_act(Act.SUSPEND, name="x"), "/name"),
        (an_act(Act.ANNUL, effective=DAY), "/effective"),
        (an_act(Act.AMEND, level=None), ""),
        (an_act(Act.SUSPEND, office=""), "/office"),
        (an_act(Act.SUSPEND, office="A\u202eB"), "/office"),
        (an_act(Act.SUSPEND, note="\x00"), "/note"),
        (an_act(Act.SUSPEND, effective=datetime(1969, 1, 1, tzinfo=DAY.tzinfo)), "/effective"),
        (an_act(Act.CONSENT, consent=None), "/consent"),
        (an_act(Act.SUSPEND, evidence=(b"\1" * 32,) * 201), "/evidence"),
    ],
)
def test_what_does_not_fit_an_act_is_refused_by_field(action: Action, pointer: str) -> None:
    """Before anything is filed."""
    with pytest.raises(OperatorMalformed) as refused:
        done(certified(), action)
    assert [one.pointer for one in refused.value.problems] == [pointer]


def test_an_application_names_all_its_particulars_and_a_known_procedure() -> None:
    """Each that is missing is named."""
    bare = Action(act=Act.APPLY, operator=CODE, office="Hà Nội", procedure="XX")
    with pytest.raises(OperatorMalformed) as refused:
        permitted(Case(CODE), bare, DAY)
    named = {"nationalId" if name == "national_id" else name for name in PARTICULARS}
    assert {one.pointer for one in refused.value.problems} == {f"/{name}" for name in named | {"procedure"}}


def test_a_suspension_does_not_end_after_the_authorisation_does() -> None:
    """There would be nothing to reinstate."""
    with pytest.raises(OperatorMalformed) as refused:
        done(certified(until=on(11, 20)), an_act(Act.SUSPEND, until=on(12, 1)))
    assert [one.pointer for one in refused.value.problems] == ["/until"]


def test_an_event_whose_write_was_refused_does_not_count() -> None:
    """The case is where it was, and the next status takes the version."""
    case = done(certified(), an_act(Act.SUSPEND))
    *before, last = case.events
    refused = Case(CODE, (*before, _in_state(last, EventState.REFUSED)))
    assert refused.stage_at(DAY) is Stage.CERTIFIED
    again = done(refused, an_act(Act.SUSPEND))
    assert (again.events[-1].seq, again.events[-1].version) == (len(case.events) + 1, 2)


def test_an_event_counts_while_its_write_is_on_the_way() -> None:
    """It lies in the outbox and is not lost."""
    case = recorded(certified())
    suspended = done(case, an_act(Act.SUSPEND))
    waiting = Case(CODE, (*case.events, _in_state(suspended.events[-1], EventState.ACCEPTED)), case.changes)
    assert (waiting.stage_at(DAY), waiting.version) == (Stage.SUSPENDED, 2)


def test_where_the_ledger_is_ahead_of_the_file_the_ledger_is_right() -> None:
    """Another office was quicker: our event under the same version does not count."""
    mine = done(certified(), an_act(Act.SUSPEND))
    others = done(certified(), an_act(Act.REVOKE))
    case = Case(CODE, mine.events, recorded(others).changes)
    assert (case.stage_at(DAY), case.version) == (Stage.REVOKED, 2)


def test_an_operator_that_only_the_ledger_knows_has_a_case_all_the_same() -> None:
    """As after the import of a national list."""
    case = Case(CODE, (), recorded(certified(until=on(11, 2, 2031))).changes)
    assert case.stage_at(DAY) is Stage.CERTIFIED
    assert case.holding is not None
    assert (case.holding.until, case.holding.record_hash) == (on(11, 2, 2031), b"\1" * 32)
    assert done(case, an_act(Act.SUSPEND)).events[0].version == 2


def test_a_repetition_is_recognised_by_what_was_asked() -> None:
    """The newest act by its content alone, an older one by its key."""
    suspend = an_act(Act.SUSPEND, until=on(12, 1))
    case = done(certified(), suspend)
    assert [event.act for event in case.repeated(suspend.request, anywhere=False)] == [
        Act.SUSPEND,
        Act.REINSTATE,
    ]
    assert case.repeated(an_act(Act.SUSPEND).request, anywhere=False) == ()
    moved_on = done(case, an_act(Act.REINSTATE), on(11, 10))
    assert moved_on.repeated(suspend.request, anywhere=False) == ()
    assert len(moved_on.repeated(suspend.request, anywhere=True)) == 2


def test_the_order_of_evidence_does_not_make_another_request_and_the_key_does() -> None:
    """A person names files in any order."""
    first, second = b"\1" * 32, b"\2" * 32
    one = an_act(Act.SUSPEND, evidence=(first, second))
    assert one.request == an_act(Act.SUSPEND, evidence=(second, first)).request
    assert one.request != an_act(Act.SUSPEND, evidence=(first, second), once="key").request


def test_every_table_of_acts_speaks_of_fields_that_an_act_has() -> None:
    """And an act needs nothing that it does not take."""
    for act in Act:
        assert set(NEEDS.get(act, ())) <= set(TAKES.get(act, ()))
        assert all(hasattr(an_act(act), name) for name in TAKES.get(act, ()))


def _in_state(event: Event, state: EventState) -> Event:
    return dataclasses.replace(event, state=state)
