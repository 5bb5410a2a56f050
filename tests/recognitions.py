"""Operators and mutual recognition in a world, with good defaults."""

from dataclasses import replace
from typing import Any

from ledger.facts import Written
from ledger.hashing import keccak
from ledger.operators import (
    ALL_ROLES,
    ArrangementKind,
    Consent,
    Direction,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    ParticipationState,
    ProgrammeKind,
    RecognitionTerms,
    Status,
    StatusRecord,
)
from ledger.writes import (
    AddRecognition,
    DeclareArrangement,
    DeclareProgramme,
    OfRecognition,
    Participate,
    RecordStatuses,
)
from tests.worlds import World

VN_SAFE, TH_SAFE, VN_COMPLIANCE = 1, 2, 3
"""Programmes of `declared`; the first has three levels, the others one."""
OPEN, OF_TWO = 1, 2
"""Arrangements of `declared`: one for all members, and one between VN and TH."""
OPERATOR = OperatorCode("VN0101234567")
CERTIFIED, SUSPENDED, REVOKED = OperatorStatus.CERTIFIED, OperatorStatus.SUSPENDED, OperatorStatus.REVOKED


def wrote(world: World, write: OfRecognition, by: str = "VN") -> Written:
    """Do a write with the AEO key of a member."""
    return world.ledger.write(write, world.account(f"{by} aeo"))


def declared(world: World) -> None:
    """Declare programmes and arrangements."""
    wrote(world, DeclareProgramme("AEO", "Authorised Economic Operators", ProgrammeKind.SAFE_AEO, 3))
    wrote(world, DeclareProgramme("AEO", "AEO of Thailand", ProgrammeKind.SAFE_AEO, 1), "TH")
    wrote(world, DeclareProgramme("AO", "Authorised operators", ProgrammeKind.COMPLIANCE, 1))
    wrote(
        world,
        DeclareArrangement(ArrangementKind.PLURILATERAL, None, "AAMRA", "ASEAN arrangement", keccak(b"text")),
    )
    wrote(world, DeclareArrangement(ArrangementKind.BILATERAL, "TH", "VN-TH", "Of two", bytes(32)))


def agreed(world: World) -> None:
    """Declare everything, bring the open arrangement into force for VN and TH, and let TH recognise VN's."""
    declared(world)
    for member in ("VN", "TH"):
        wrote(world, Participate(OPEN, 1, ParticipationState.IN_FORCE, world.now), member)
    wrote(world, AddRecognition(a_recognition(world)), "TH")


def a_status(world: World, **overrides: Any) -> Status:
    """Return a status that no rule speaks against as the first one of an operator of VN."""
    status = Status(
        status=CERTIFIED,
        programme=VN_SAFE,
        level=2,
        roles=OperatorRole.EXP | OperatorRole.MFR,
        consent=Consent.PUBLICATION | Consent.EXCHANGE,
        effective_from=world.now,
        until=None,
    )
    return replace(status, **overrides)


def a_record(
    world: World,
    operator: str = OPERATOR,
    version: int = 1,
    *,
    record_hash: bytes = keccak(b"record"),
    **overrides: Any,
) -> StatusRecord:
    """Return a status on its way to the ledger."""
    return StatusRecord(
        operator=OperatorCode(operator),
        version=version,
        status=a_status(world, **overrides),
        record_hash=record_hash,
    )


def recorded(world: World, operator: str = OPERATOR, version: int = 1, **overrides: Any) -> Written:
    """Record a status of an operator, by its member."""
    record = a_record(world, operator, version, **overrides)
    return wrote(world, RecordStatuses((record,)), operator[:2])


def a_recognition(world: World, **overrides: Any) -> RecognitionTerms:
    """Return terms under which TH may recognise operators of VN."""
    terms = RecognitionTerms(
        arrangement=OPEN,
        partner="VN",
        programme=VN_SAFE,
        min_level=1,
        roles=ALL_ROLES,
        directions=Direction.IMPORT | Direction.EXPORT,
        effective_from=world.now,
        until=None,
    )
    return replace(terms, **overrides)
