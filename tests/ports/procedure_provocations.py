"""How to provoke each custom error of the contract of procedures; joins the table of `provocations`."""

from datetime import datetime, timedelta
from typing import Any, cast
from unittest.mock import ANY

from ledger import procedures_refusals as refusals
from ledger.origin.facts import CaseGround, ExporterStatus, LateGround, Step
from ledger.refusals import ContractRefusal
from ledger.terms import last_instant
from ledger.writes import OfProcedures, Receive, SetSplitUse
from tests.ports.provocations import Brink, _at, provokes
from tests.procedures import (
    CODE,
    DAY,
    OTHER_DECLARATION,
    a_clarification,
    a_conclusion,
    a_decision,
    a_step,
    a_suspension,
    an_exporter,
    an_opening,
    denied,
    did,
    opened,
    side_of,
)
from tests.worlds import World

FIRST, SECOND, THIRD = 1, 2, 4
"""Lines as refusals name them."""
NOTHING = bytes(32)


def _refused(world: World, write: OfProcedures, refusal: ContractRefusal, by: str = "TH customs") -> Brink:
    return Brink(lambda: did(world, write, by), refusal)


def _deciding(world: World, refusal: ContractRefusal, **overrides: Any) -> Brink:
    return _refused(world, a_decision(world, world.issued(), **overrides), refusal)


# ---------------------------------------------------------------------------------- receipts, decisions


@provokes
def not_the_importing_member(world: World) -> Brink:
    """Customs of a third member has the proof in its hands."""
    certificate = world.issued()
    refusal = refusals.NotTheImportingMember(certificate, "TH", "VN")
    return _refused(world, Receive(certificate), refusal, "VN customs")


@provokes
def already_received(world: World) -> Brink:
    """The receipt is confirmed twice."""
    certificate = world.issued()
    at = did(world, Receive(certificate)).at
    return _refused(world, Receive(certificate), refusals.AlreadyReceived(certificate, at))


@provokes
def declaration_missing(world: World) -> Brink:
    """A decision under no declaration."""
    return _deciding(world, refusals.DeclarationMissing(), declaration=NOTHING)


@provokes
def statement_missing(world: World) -> Brink:
    """A decision without quantities and reasons."""
    return _deciding(world, refusals.StatementMissing(), statement=NOTHING)


@provokes
def nothing_decided(world: World) -> Brink:
    """A decision on no line."""
    return _deciding(world, refusals.NothingDecided(), granted=())


@provokes
def lines_overlap(world: World) -> Brink:
    """A line is granted and refused."""
    return _deciding(world, refusals.LinesOverlap(SECOND), granted=(1, 2), refused=(2, 3))


@provokes
def used_up_not_granted(world: World) -> Brink:
    """A line is used up that is not granted by this decision."""
    return _deciding(world, refusals.UsedUpNotGranted(THIRD), used_up=(1, 3))


@provokes
def presentation_date_invalid(world: World) -> Brink:
    """A proof is presented tomorrow."""
    tomorrow = world.now + DAY
    refusal = refusals.PresentationDateInvalid(tomorrow, cast("datetime", ANY))
    return _deciding(world, refusal, presented_at=tomorrow)


@provokes
def presented_otherwise(world: World) -> Brink:
    """Under one declaration a proof is presented at two times."""
    certificate = world.issued()
    first = a_decision(world, certificate)
    did(world, first)
    other = a_decision(world, certificate, granted=(2,), presented_at=first.presented_at - DAY)
    return _refused(world, other, refusals.PresentedOtherwise(certificate, first.presented_at))


@provokes
def late_ground_invalid(world: World) -> Brink:
    """A ground for lateness that does not exist."""
    return _deciding(world, refusals.LateGroundInvalid(4), late=cast("LateGround", 4))


@provokes
def presented_late(world: World) -> Brink:
    """The validity had ended, and no ground is given."""
    terms = world.terms()
    certificate = world.issued(valid_until=terms.issued_on)
    ends = _at(last_instant(terms.issued_on))
    world.advance(2 * DAY)
    late = a_decision(world, certificate, presented_at=ends + timedelta(seconds=1))
    return _refused(world, late, refusals.PresentedLate(ends, ends + timedelta(seconds=1)))


@provokes
def not_late(world: World) -> Brink:
    """A ground for lateness of a proof presented in time."""
    terms = world.terms()
    certificate = world.issued(valid_until=terms.valid_until)
    now, ends = world.now, _at(last_instant(terms.valid_until))
    decision = a_decision(world, certificate, late=LateGround.FORCE_MAJEURE)
    return _refused(world, decision, refusals.NotLate(ends, now))


@provokes
def issuer_compromised(world: World) -> Brink:
    """The key that issued was in the wrong hands."""
    certificate, since = world.issued(), world.now - DAY
    world.ledger.mark_compromised(world.account("VN issuing"), since, world.admin("VN"))
    refusal = refusals.IssuerCompromised(certificate, since)
    return _refused(world, a_decision(world, certificate), refusal)


@provokes
def lines_already_granted(world: World) -> Brink:
    """A line is granted twice under one declaration."""
    certificate = world.issued()
    decision = a_decision(world, certificate, granted=(1, 3))
    did(world, decision)
    again = a_decision(world, certificate, granted=(2, 3), presented_at=decision.presented_at)
    return _refused(world, again, refusals.LinesAlreadyGranted(certificate, THIRD))


@provokes
def lines_denied(world: World) -> Brink:
    """A line is granted that was found not to originate."""
    certificate = denied(world)
    decision = a_decision(world, certificate, granted=(1, 2))
    return _refused(world, decision, refusals.LinesDenied(certificate, FIRST))


@provokes
def lines_suspended(world: World) -> Brink:
    """A line is granted while its origin is in question."""
    certificate = opened(world, suspended=(2,))
    decision = a_decision(world, certificate, granted=(1, 2))
    return _refused(world, decision, refusals.LinesSuspended(certificate, SECOND))


@provokes
def lines_used_up(world: World) -> Brink:
    """A line is granted once more when nothing of it is left."""
    certificate = world.issued()
    did(world, a_decision(world, certificate, granted=(1, 2), used_up=(2,)))
    again = a_decision(world, certificate, declaration=OTHER_DECLARATION, granted=(1, 2))
    return _refused(world, again, refusals.LinesUsedUp(certificate, SECOND))


@provokes
def split_use_refused(world: World) -> Brink:
    """A line is granted under a second declaration where the member allows one."""
    certificate = world.issued()
    did(world, SetSplitUse(allowed=False))
    did(world, a_decision(world, certificate))
    again = a_decision(world, certificate, declaration=OTHER_DECLARATION, granted=(1, 2))
    return _refused(world, again, refusals.SplitUseRefused(certificate, FIRST, "TH"))


@provokes
def lines_not_refused(world: World) -> Brink:
    """The refusal of a line is answered that was granted."""
    certificate = world.issued()
    did(world, a_decision(world, certificate, refused=(2,)))
    answer = a_clarification(certificate, lines=(1, 2))
    return _refused(world, answer, refusals.LinesNotRefused(certificate, FIRST), "VN issuing")


@provokes
def split_use_unchanged(world: World) -> Brink:
    """A member allows what it allows already."""
    return _refused(world, SetSplitUse(allowed=True), refusals.SplitUseUnchanged("TH"))


# ------------------------------------------------------------------------------------------------ cases


def _opening(world: World, refusal: ContractRefusal, **overrides: Any) -> Brink:
    return _refused(world, an_opening(world, world.issued(), **overrides), refusal)


@provokes
def lines_missing(world: World) -> Brink:
    """A case about no line."""
    return _opening(world, refusals.LinesMissing(), lines=())


@provokes
def lines_not_of_case(world: World) -> Brink:
    """A line is suspended that is not in question."""
    opened(world)
    return _refused(world, a_suspension(suspended=(2, 3)), refusals.LinesNotOfCase(1, THIRD))


@provokes
def lines_in_question(world: World) -> Brink:
    """A line is in question in two cases."""
    certificate = opened(world)
    again = an_opening(world, certificate, lines=(2, 3))
    return _refused(world, again, refusals.LinesInQuestion(certificate, SECOND))


@provokes
def not_behind(world: World) -> Brink:
    """Somebody is asked about a certificate that was never addressed to the issuer of this one."""
    certificate, other = world.issued(), world.issued()
    opening = an_opening(world, certificate, about=other)
    return _refused(world, opening, refusals.NotBehind(certificate, other))


@provokes
def case_ground_invalid(world: World) -> Brink:
    """A ground that does not exist."""
    return _opening(world, refusals.CaseGroundInvalid(3), ground=cast("CaseGround", 3))


@provokes
def rules_missing(world: World) -> Brink:
    """Nobody says whose clocks hold."""
    return _opening(world, refusals.RulesMissing(), rules=NOTHING)


@provokes
def due_invalid(world: World) -> Brink:
    """The reply is due in less time than the procedures give."""
    due = world.now + 28 * DAY
    refusal = refusals.DueInvalid(due, cast("datetime", ANY), cast("datetime", ANY))
    return _opening(world, refusal, due=due)


@provokes
def case_unknown(world: World) -> Brink:
    """A step in a case that nobody has opened."""
    return _refused(world, a_step(Step.REPLIED, case=9), refusals.CaseUnknown(9), "VN issuing")


@provokes
def case_not_yours(world: World) -> Brink:
    """Another member's issuing authority replies."""
    opened(world)
    return _refused(world, a_step(Step.REPLIED), refusals.CaseNotYours(1, "VN"), "TH issuing")


@provokes
def step_out_of_turn(world: World) -> Brink:
    """A visit takes place that nobody was notified of."""
    opened(world)
    refusal = refusals.StepOutOfTurn(1, Step.VISITED, Step.OPENED)
    return _refused(world, a_step(Step.VISITED), refusal, side_of(Step.VISITED))


@provokes
def step_not_due(world: World) -> Brink:
    """A line is denied while the issuer may still reply."""
    due = world.now + 90 * DAY
    opened(world, due=due)
    conclusion = a_conclusion(confirmed=(1,), denied=(2,))
    return _refused(world, conclusion, refusals.StepNotDue(1, due))


@provokes
def lines_left(world: World) -> Brink:
    """A case is concluded that says nothing of one of its lines."""
    opened(world)
    return _refused(world, a_conclusion(confirmed=(1,)), refusals.LinesLeft(1, SECOND))


@provokes
def suspension_unchanged(world: World) -> Brink:
    """What is suspended is suspended."""
    opened(world, suspended=(1,))
    return _refused(world, a_suspension(), refusals.SuspensionUnchanged(1))


# -------------------------------------------------------------------------------------------- exporters


def _recording(world: World, refusal: ContractRefusal, **overrides: Any) -> Brink:
    return _refused(world, an_exporter(**overrides), refusal, "VN competent")


def _recorded(world: World, **overrides: Any) -> None:
    did(world, an_exporter(**overrides), "VN competent")


@provokes
def exporter_code_invalid(world: World) -> Brink:
    """A code with small letters."""
    return _recording(world, refusals.ExporterCodeInvalid("vn-1"), code="vn-1")


@provokes
def exporter_version_out_of_turn(world: World) -> Brink:
    """Another official has recorded something in between."""
    _recorded(world)
    return _recording(world, refusals.ExporterVersionOutOfTurn(CODE, 1, 2))


@provokes
def exporter_status_invalid(world: World) -> Brink:
    """An exporter is suspended that was never authorised."""
    suspended = ExporterStatus.SUSPENDED
    return _recording(world, refusals.ExporterStatusInvalid(CODE, suspended), status=suspended)


@provokes
def exporter_date_invalid(world: World) -> Brink:
    """A suspension is to hold from before it was said."""
    _recorded(world)
    yesterday = world.now - DAY
    refusal = refusals.ExporterDateInvalid(CODE, yesterday, cast("datetime", ANY))
    suspended = ExporterStatus.SUSPENDED
    return _recording(world, refusal, version=2, status=suspended, effective_from=yesterday)


@provokes
def exporter_validity_invalid(world: World) -> Brink:
    """An authorisation ends when it begins."""
    now = world.now
    return _recording(world, refusals.ExporterValidityInvalid(CODE, now), effective_from=now, until=now)


@provokes
def record_missing(world: World) -> Brink:
    """Nobody could show what was recorded."""
    return _recording(world, refusals.RecordMissing(CODE), record_hash=NOTHING)


@provokes
def too_many_versions(world: World) -> Brink:
    """The 64th version is kept for withdrawing."""
    for version in range(1, 64):
        _recorded(world, version=version)
    return _recording(world, refusals.TooManyVersions(CODE, 64), version=64)
