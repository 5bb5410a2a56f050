"""How to provoke each custom error of the recognition registry; joins the table of `provocations`."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast
from unittest.mock import ANY

from ledger import recognition_refusals as refusals
from ledger.memory.members import EPOCH
from ledger.operators import (
    ArrangementKind,
    Consent,
    Direction,
    OperatorRole,
    ParticipationState,
    ProgrammeKind,
)
from ledger.refusals import ContractRefusal
from ledger.writes import (
    AddRecognition,
    DeclareArrangement,
    DeclareProgramme,
    EndRecognition,
    OfRecognition,
    Participate,
    RecordStatuses,
)
from tests.ports.provocations import Brink, provokes
from tests.recognitions import (
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
    agreed,
    declared,
    recorded,
    wrote,
)
from tests.worlds import World

DAY = timedelta(days=1)
YEARS = timedelta(days=3 * 365)


def _refused(world: World, write: OfRecognition, refusal: ContractRefusal, by: str = "VN") -> Brink:
    return Brink(lambda: wrote(world, write, by), refusal)


def _recording(world: World, refusal: ContractRefusal, version: int = 1, **overrides: Any) -> Brink:
    if version == 1:
        declared(world)
    return _refused(world, RecordStatuses((a_record(world, version=version, **overrides),)), refusal)


# ---------------------------------------------------------------------------------------------- statuses


@provokes
def nothing_to_record(world: World) -> Brink:
    """A list of no statuses."""
    return _refused(world, RecordStatuses(()), refusals.NothingToRecord())


@provokes
def version_out_of_turn(world: World) -> Brink:
    """Another official has recorded something in between."""
    declared(world)
    recorded(world)
    return _recording(world, refusals.VersionOutOfTurn(OPERATOR, 3, 2), version=3)


@provokes
def operator_code_invalid(world: World) -> Brink:
    """A code with small letters."""
    return _recording(world, refusals.OperatorCodeInvalid("VNab"), operator="VNab")


@provokes
def operator_not_yours(world: World) -> Brink:
    """VN certifies an operator of TH."""
    return _recording(world, refusals.OperatorNotYours("TH77", "VN"), operator="TH77")


@provokes
def consent_missing(world: World) -> Brink:
    """An operator that does not agree to the exchange of its data."""
    return _recording(world, refusals.ConsentMissing(OPERATOR), consent=Consent.PUBLICATION)


@provokes
def consent_invalid(world: World) -> Brink:
    """A consent that does not exist."""
    return _recording(world, refusals.ConsentInvalid(OPERATOR, 6), consent=Consent(6))


@provokes
def status_invalid(world: World) -> Brink:
    """An operator whose first status is a suspension."""
    return _recording(world, refusals.StatusInvalid(OPERATOR, SUSPENDED), status=SUSPENDED)


@provokes
def status_not_allowed(world: World) -> Brink:
    """A revoked operator is suspended."""
    declared(world)
    recorded(world)
    recorded(world, version=2, status=REVOKED)
    refusal = refusals.StatusNotAllowed(OPERATOR, REVOKED, SUSPENDED)
    return _recording(world, refusal, version=3, status=SUSPENDED)


@provokes
def operator_roles_invalid(world: World) -> Brink:
    """An operator that may do nothing."""
    return _recording(world, refusals.OperatorRolesInvalid(OPERATOR, 0), roles=OperatorRole(0))


@provokes
def programme_not_of_member(world: World) -> Brink:
    """VN certifies under a programme of TH."""
    return _recording(world, refusals.ProgrammeNotOfMember(TH_SAFE, "VN"), programme=TH_SAFE)


@provokes
def level_invalid(world: World) -> Brink:
    """A fourth level of three."""
    return _recording(world, refusals.LevelInvalid(OPERATOR, 4, 3), level=4)


@provokes
def effective_date_invalid(world: World) -> Brink:
    """A status that begins in two years."""
    begins = world.now + timedelta(days=730)
    refusal = refusals.EffectiveDateInvalid(OPERATOR, begins, ANY)
    return _recording(world, refusal, effective_from=begins)


@provokes
def until_invalid(world: World) -> Brink:
    """A status that ends in the second in which it begins."""
    now = world.now
    return _recording(world, refusals.UntilInvalid(OPERATOR, now, now), effective_from=now, until=now)


@provokes
def reapplication_too_early(world: World) -> Brink:
    """A revoked operator is certified again before its three years are over."""
    declared(world)
    recorded(world)
    again = world.now + YEARS
    recorded(world, version=2, status=REVOKED, until=again)
    return _recording(world, refusals.ReapplicationTooEarly(OPERATOR, again), version=3)


@provokes
def record_hash_missing(world: World) -> Brink:
    """A status that stands for no record."""
    return _recording(world, refusals.RecordHashMissing(OPERATOR), record_hash=bytes(32))


# -------------------------------------------------------------------------------------------- programmes

_PROGRAMME = DeclareProgramme("AEO", "Authorised Economic Operators", ProgrammeKind.SAFE_AEO, 3)


@provokes
def programme_code_missing(world: World) -> Brink:
    """A programme without a code."""
    return _refused(world, replace(_PROGRAMME, code=""), refusals.ProgrammeCodeMissing())


@provokes
def programme_name_missing(world: World) -> Brink:
    """A programme without a name."""
    return _refused(world, replace(_PROGRAMME, name=""), refusals.ProgrammeNameMissing())


@provokes
def programme_kind_invalid(world: World) -> Brink:
    """A programme of no kind."""
    write = replace(_PROGRAMME, kind=cast("ProgrammeKind", 0))
    return _refused(world, write, refusals.ProgrammeKindInvalid(0))


@provokes
def levels_invalid(world: World) -> Brink:
    """A programme of ten levels."""
    return _refused(world, replace(_PROGRAMME, levels=10), refusals.LevelsInvalid(10))


@provokes
def programme_already_declared(world: World) -> Brink:
    """A second programme of the same code."""
    declared(world)
    write = replace(_PROGRAMME, name="Another")
    return _refused(world, write, refusals.ProgrammeAlreadyDeclared(VN_SAFE))


# ------------------------------------------------------------------------------------------ arrangements

_ARRANGEMENT = DeclareArrangement(ArrangementKind.PLURILATERAL, None, "AAMRA", "ASEAN arrangement", bytes(32))


@provokes
def arrangement_code_missing(world: World) -> Brink:
    """An arrangement without a code."""
    return _refused(world, replace(_ARRANGEMENT, code=""), refusals.ArrangementCodeMissing())


@provokes
def arrangement_title_missing(world: World) -> Brink:
    """An arrangement without a title."""
    return _refused(world, replace(_ARRANGEMENT, title=""), refusals.ArrangementTitleMissing())


@provokes
def arrangement_kind_invalid(world: World) -> Brink:
    """An arrangement of no kind."""
    write = replace(_ARRANGEMENT, kind=cast("ArrangementKind", 0))
    return _refused(world, write, refusals.ArrangementKindInvalid(0))


@provokes
def other_party_invalid(world: World) -> Brink:
    """A member agrees with itself."""
    write = replace(_ARRANGEMENT, kind=ArrangementKind.BILATERAL, other="VN")
    return _refused(world, write, refusals.OtherPartyInvalid("VN"))


@provokes
def arrangement_already_declared(world: World) -> Brink:
    """Another member declares the same code."""
    declared(world)
    return _refused(world, _ARRANGEMENT, refusals.ArrangementAlreadyDeclared(OPEN), "TH")


@provokes
def too_many_arrangements(world: World) -> Brink:
    """A member's 17th arrangement."""
    for number in range(16):
        wrote(world, replace(_ARRANGEMENT, code=f"A{number}"))
    return _refused(world, _ARRANGEMENT, refusals.TooManyArrangements(16))


# ---------------------------------------------------------------------------------------- participations


def _participating(
    world: World, refusal: ContractRefusal, by: str = "VN", begins: datetime | None = None, **overrides: Any
) -> Brink:
    declared(world)
    write = Participate(OPEN, 1, ParticipationState.SIGNED, begins or world.now)
    return _refused(world, replace(write, **overrides), refusal, by)


@provokes
def arrangement_unknown(world: World) -> Brink:
    """A member takes part in what nobody has declared."""
    return _participating(world, refusals.ArrangementUnknown(9), arrangement=9)


@provokes
def not_a_party(world: World) -> Brink:
    """A third member takes part in what two have agreed."""
    return _participating(world, refusals.NotAParty(OF_TWO, "MY"), "MY", arrangement=OF_TWO)


@provokes
def participation_state_invalid(world: World) -> Brink:
    """A member is nowhere with an arrangement."""
    return _participating(world, refusals.ParticipationStateInvalid(0), state=cast("ParticipationState", 0))


@provokes
def participation_out_of_turn(world: World) -> Brink:
    """The first thing said is to be the second."""
    return _participating(world, refusals.ParticipationOutOfTurn(OPEN, 2, 1), version=2)


@provokes
def participation_date_invalid(world: World) -> Brink:
    """A participation that begins in two years."""
    begins = world.now + timedelta(days=730)
    return _participating(world, refusals.ParticipationDateInvalid(OPEN, begins, ANY), begins=begins)


# ------------------------------------------------------------------------------------------ recognitions


def _recognising(world: World, refusal: ContractRefusal, **overrides: Any) -> Brink:
    declared(world)
    return _refused(world, AddRecognition(a_recognition(world, **overrides)), refusal, "TH")


@provokes
def partner_invalid(world: World) -> Brink:
    """A member recognises its own operators."""
    return _recognising(world, refusals.PartnerInvalid("TH"), partner="TH")


@provokes
def programme_not_recognisable(world: World) -> Brink:
    """A programme that looks at compliance alone is recognised."""
    refusal = refusals.ProgrammeNotRecognisable(VN_COMPLIANCE)
    return _recognising(world, refusal, programme=VN_COMPLIANCE)


@provokes
def min_level_invalid(world: World) -> Brink:
    """A level is asked for that the programme has not."""
    return _recognising(world, refusals.MinLevelInvalid(4, 3), min_level=4)


@provokes
def recognised_roles_invalid(world: World) -> Brink:
    """A role is recognised that does not exist."""
    return _recognising(world, refusals.RecognisedRolesInvalid(1024), roles=OperatorRole(1024))


@provokes
def directions_invalid(world: World) -> Brink:
    """A recognition that holds in no direction."""
    return _recognising(world, refusals.DirectionsInvalid(0), directions=Direction(0))


@provokes
def recognition_dates_invalid(world: World) -> Brink:
    """A recognition that ends before it begins."""
    now = world.now
    refusal = refusals.RecognitionDatesInvalid(now, now - DAY)
    return _recognising(world, refusal, effective_from=now, until=now - DAY)


@provokes
def recognition_already_added(world: World) -> Brink:
    """The same terms twice."""
    declared(world)
    terms = a_recognition(world)
    wrote(world, AddRecognition(terms), "TH")
    return _refused(world, AddRecognition(terms), refusals.RecognitionAlreadyAdded(1), "TH")


@provokes
def too_many_recognitions(world: World) -> Brink:
    """A 65th recognition of one partner."""
    declared(world)
    now = world.now
    for number in range(64):
        begins = now + number * DAY
        wrote(world, AddRecognition(a_recognition(world, effective_from=begins)), "TH")
    write = AddRecognition(a_recognition(world, effective_from=now - DAY))
    return _refused(world, write, refusals.TooManyRecognitions(64), "TH")


@provokes
def recognition_unknown(world: World) -> Brink:
    """A recognition is ended that nobody has added."""
    return _refused(world, EndRecognition(9, world.now), refusals.RecognitionUnknown(9))


@provokes
def recognition_not_yours(world: World) -> Brink:
    """The partner ends what was granted to it."""
    agreed(world)
    return _refused(world, EndRecognition(1, world.now), refusals.RecognitionNotYours(1, "VN"))


@provokes
def recognition_already_ended(world: World) -> Brink:
    """A recognition is ended twice."""
    agreed(world)
    ends = world.now
    wrote(world, EndRecognition(1, ends), "TH")
    refusal = refusals.RecognitionAlreadyEnded(1, ends)
    return _refused(world, EndRecognition(1, ends + DAY), refusal, "TH")


@provokes
def end_date_invalid(world: World) -> Brink:
    """A recognition is ended without saying from when."""
    agreed(world)
    return _refused(world, EndRecognition(1, EPOCH), refusals.EndDateInvalid(1, EPOCH), "TH")
