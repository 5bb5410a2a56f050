"""A small world for questions about recognition: VN's operators, recognised in TH and not in MY.

VN certifies operators in its programme; TH and MY take part in the arrangement, and TH recognises VN's
exporters and manufacturers for imports.  Each operator has a record, so that it can be named.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from eth_account.signers.local import LocalAccount

from ledger.aeo.records import OperatorRecord, record_hash
from ledger.chain.signers import KeystoreSigner
from ledger.chain.typed_data import TypedDataSigners
from ledger.memory import MemoryLedger
from ledger.operators import (
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
from ledger.ports import Ledger
from ledger.writes import AddRecognition, DeclareArrangement, DeclareProgramme, Participate, RecordStatuses
from tests.bundles import bundled
from tests.worlds import FOUNDERS, MemoryWorld, World, _key

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
BOTH = Consent.PUBLICATION | Consent.EXCHANGE
EXPORTER = OperatorCode("VN0100109106")
NAME = "Công ty TNHH Cà phê Tây Nguyên"


@dataclass
class Moving:
    """A clock that tests set."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return the moment it was set to."""
        return self.now

    def advance(self, by: timedelta) -> None:
        """Set it forward."""
        self.now += by


@dataclass
class Recognising:
    """The world, its ledger as the steps take it, and the means to record what members say."""

    world: World
    ledger: Ledger
    clock: Any
    versions: dict[OperatorCode, int] = field(default_factory=dict)

    def found(self) -> None:
        """Let VN, TH and MY agree."""
        since = self.clock() - 30 * DAY
        vn, th, my = (self.world.account(f"{member} aeo") for member in ("VN", "TH", "MY"))
        write = self.world.ledger.write
        write(DeclareProgramme("DNUT", "Doanh nghiệp ưu tiên", ProgrammeKind.SAFE_AEO, 2), vn)
        write(DeclareArrangement(ArrangementKind.PLURILATERAL, None, "AAMRA", "ASEAN MRA", bytes(32)), vn)
        for account in (vn, th, my):
            write(Participate(1, 1, ParticipationState.IN_FORCE, since), account)
        terms = RecognitionTerms(
            arrangement=1,
            partner="VN",
            programme=1,
            min_level=1,
            roles=OperatorRole.EXP | OperatorRole.MFR,
            directions=Direction.IMPORT,
            effective_from=since,
            until=None,
        )
        write(AddRecognition(terms), th)

    def record(self, operator: OperatorCode = EXPORTER, name: str = NAME, **overrides: Any) -> Status:
        """Record the next status of an operator: certified, agreeing to everything, unless told."""
        member = operator[:2]
        status = replace(
            Status(
                status=OperatorStatus.CERTIFIED,
                programme=1,
                level=1,
                roles=OperatorRole.EXP | OperatorRole.MFR,
                consent=BOTH,
                effective_from=self.clock() - DAY,
                until=None,
            ),
            **overrides,
        )
        version = self.versions[operator] = self.versions.get(operator, 0) + 1
        record = a_record(operator, name)
        self.ledger.operator_files.keep([record], now=self.clock())
        one = StatusRecord(operator=operator, version=version, status=status, record_hash=record_hash(record))
        self.world.ledger.write(RecordStatuses((one,)), self.world.account(f"{member} aeo"))
        return status


def a_record(operator: OperatorCode = EXPORTER, name: str = NAME) -> OperatorRecord:
    """Return the record of an operator of this name."""
    return OperatorRecord(
        operator=operator,
        name=name,
        address="12 Lê Lợi, Buôn Ma Thuột",
        country=operator[:2],
        national_id=operator[2:],
        programme="DNUT",
        level=1,
        roles=OperatorRole.EXP,
        evidence=(),
        salt=bytes(32),
    )


def recognising_on(world: World, ledger: Ledger, clock: Any) -> Recognising:
    """Found this small world on another one, such as a service's, with one certified operator."""
    made = Recognising(world, ledger, clock)
    made.found()
    made.record()
    return made


def recognising(*held: str) -> Recognising:
    """Return the world in memory with one certified operator; keys of these names sign proofs."""
    clock = Moving()
    world = MemoryWorld()
    world.ledger = MemoryLedger({member: world.admin(member) for member in FOUNDERS}, clock)
    world.assemble()
    ledger = replace(bundled(world.ledger, clock=clock), notary=notary(*held))
    return recognising_on(world, ledger, clock)


def notary(*held: str) -> TypedDataSigners:
    """Return a notary with the keys of these names."""
    return TypedDataSigners(KeystoreSigner(key_of(name)) for name in held)


def key_of(name: str) -> LocalAccount:
    """Return the key of this name in a world."""
    return _key(name)
