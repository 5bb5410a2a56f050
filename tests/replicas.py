"""Worlds read through a replica, a node whose answers are repeated from memory, and clocks for both."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.chain.connect import ChainLedger
from ledger.chain.events import ChainEvents
from ledger.chain.profile import ChainProfile
from ledger.chain.rpc import Rpc
from ledger.events import Block, Reported
from ledger.facts import ProposalKind, Reason, Role, Written
from ledger.following import events_of
from ledger.hashing import keccak
from ledger.memory_replica import MemoryReplica
from ledger.operators import (
    ArrangementKind,
    Consent,
    Direction,
    Ground,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    ParticipationState,
    ProgrammeKind,
    RecognitionTerms,
    Status,
    StatusRecord,
)
from ledger.origin.facts import ExporterStatus, Step
from ledger.replica import Follower, Plan, Progress, ReplicatedLedger, Trust
from ledger.replica_port import Replica
from ledger.terms import certificate_id
from ledger.writes import (
    AddRecognition,
    DeclareArrangement,
    DeclareProgramme,
    EndRecognition,
    Participate,
    Receive,
    RecordStatuses,
    SetSplitUse,
)
from tests.procedures import (
    OTHER_DECLARATION,
    a_clarification,
    a_conclusion,
    a_decision,
    a_step,
    a_suspension,
    an_exporter,
    an_opening,
    did,
)
from tests.worlds import ChainWorld, World

DAY = timedelta(days=1)
OPERATORS = tuple(map(OperatorCode, ("VN0100109106", "VN0200000003", "VN0300000009")))
"""Those of `make_operators`; the second was suspended for a while."""


def wall_clock() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def source_of(profile: ChainProfile) -> ChainEvents:
    """Return what a replica reads of the profile's chain."""
    return events_of(Rpc(profile.rpc, profile.rpc_timeout), profile)


def follower_of(profile: ChainProfile, replica: Replica, finality: int = 0) -> Follower:
    """Return a follower of the profile's chain."""
    plan = Plan(profile.ledger, profile.from_block, finality, profile.recognition, profile.procedures)
    return Follower(source_of(profile), replica, plan, wall_clock)


def caught_up(follower: Follower) -> Follower:
    """Let a follower step until there is nothing new, or it halts."""
    while follower.step() not in {Progress.UP_TO_DATE, Progress.HALTED, Progress.NODE_BEHIND}:
        pass
    return follower


class _Kept(ReplicatedLedger):
    """A replicated ledger whose replica follows after every write, and which never asks the node to read."""

    def __init__(self, chain: ChainLedger, profile: ChainProfile) -> None:
        self.add_signer = chain.add_signer
        replica = MemoryReplica()
        trust = Trust(from_block=profile.from_block, witnessed=True)
        super().__init__(chain, replica, trust, wall_clock)
        self.follower = caught_up(follower_of(profile, replica))

    def _done(self, written: Written) -> Written:
        caught_up(self.follower)
        return super()._done(written)

    def _now(self, number: int) -> int:
        caught_up(self.follower)
        return super()._now(number)


class ReplicatedWorld(ChainWorld):
    """A world on a chain, all of whose reads come from a replica."""

    def __init__(self, world: ChainWorld) -> None:
        """Take a world on the chain over."""
        self.profile, self.rpc, self._funded = world.profile, world.rpc, world._funded
        self.ledger: Any = _Kept(world.ledger, world.profile)

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        super().advance(by)
        caught_up(self.ledger.follower)


class Recorded:
    """What a node answered, to be answered again: as much of it at a time as is let out."""

    def __init__(self, profile: ChainProfile) -> None:
        """Read all that the node has."""
        source = source_of(profile)
        self.all = list(source.blocks(range(profile.from_block, source.newest().number + 1)))
        self.events = list(source.reported(profile.from_block, self.all[-1].number)[0])
        self.until = len(self.all)
        """How many of the blocks it shows."""

    def newest(self) -> Block:
        """Return the newest block shown."""
        return self.all[self.until - 1]

    def blocks(self, numbers: Sequence[int]) -> Sequence[Block]:
        """Return blocks by their numbers."""
        return [self.all[number - self.all[0].number] for number in numbers]

    def reported(self, first: int, last: int) -> tuple[Sequence[Reported], Block]:
        """Return the events of blocks `first` to `last`, and the last of them."""
        return [one for one in self.events if first <= one.block <= last], self.blocks([last])[0]


def make_busy(world: ChainWorld) -> list[tuple[bytes, bytes, bytes]]:
    """Let everything happen that can happen on a ledger; returns ids, roots and references to ask for."""
    world.assemble()
    account, ledger = world.account("VN issuing"), world.ledger
    asked = []

    def issued(**overrides: object) -> bytes:
        terms = world.terms(**overrides)
        ledger.issue(terms, account)
        certificate = certificate_id(terms)
        asked.append((certificate, certificate, terms.reference_key))
        return certificate

    single, ending, wrong, old = issued(), issued(valid_until=world.now.date() + DAY), issued(), issued()
    ledger.cancel(wrong, Reason.OTHER, account)
    new = world.terms()
    ledger.replace(old, new, account)
    asked.append((certificate_id(new), certificate_id(new), new.reference_key))
    terms = [world.terms() for _ in range(4)]
    batch = world.anchored(*terms)
    first = certificate_id(terms[0])
    ledger.enter(terms[0], batch.root, batch.proof_of(first), world.account("TH customs"))
    ledger.issue(world.terms(reference_key=terms[1].reference_key), account)
    asked += [(certificate_id(one), batch.root, one.reference_key) for one in terms]
    child = world.terms(exporting="TH", importing="MY", parents=(single,))
    ledger.issue(child, world.account("TH issuing"))
    child_id = certificate_id(child)
    asked.append((child_id, batch.root, child.reference_key))
    world.issued("MY issuing", exporting="MY", importing="TH")
    asked.append((ending, batch.root, bytes(32)))
    asked.append((b"\x07" * 32, b"\x07" * 32, b"\x07" * 32))
    world.advance(3 * DAY)
    make_operators(world)
    make_procedures(world, single, child_id)
    _people(world)
    return asked


def a_status(operator: OperatorCode, since: datetime, version: int = 1, **overrides: object) -> StatusRecord:
    """Return a status that a world's operator gets: an exporter certified in the first programme."""
    status = Status(
        status=OperatorStatus.CERTIFIED,
        programme=1,
        level=1,
        roles=OperatorRole.EXP | OperatorRole.MFR,
        consent=Consent.EXCHANGE,
        effective_from=since,
        until=None,
    )
    changed = replace(status, **overrides)  # type: ignore[arg-type]
    record = keccak(operator.encode() + bytes([version]))
    return StatusRecord(operator=operator, version=version, status=changed, record_hash=record)


def make_operators(world: World) -> None:
    """Let VN certify operators and TH recognise them, and let everything about them change once."""
    since = world.now - 30 * DAY
    vn, th, write = world.account("VN aeo"), world.account("TH aeo"), world.ledger.write
    write(DeclareProgramme("DNUT", "Doanh nghiệp ưu tiên", ProgrammeKind.SAFE_AEO, 2), vn)
    write(DeclareArrangement(ArrangementKind.PLURILATERAL, None, "AAMRA", "ASEAN AEO MRA", bytes(32)), vn)
    write(DeclareArrangement(ArrangementKind.BILATERAL, "VN", "TH-VN", "A bilateral one", b"\1" * 32), th)
    for account in (vn, th):
        write(Participate(1, 1, ParticipationState.SIGNED, since), account)
        write(Participate(1, 2, ParticipationState.IN_FORCE, since + DAY), account)
    terms = RecognitionTerms(
        arrangement=1,
        partner="VN",
        programme=1,
        min_level=1,
        roles=OperatorRole.EXP,
        directions=Direction.IMPORT,
        effective_from=since,
        until=None,
    )
    write(AddRecognition(terms), th)
    write(AddRecognition(replace(terms, roles=OperatorRole.IMP, until=since + 365 * DAY)), th)
    write(EndRecognition(2, since + 10 * DAY), th)
    write(RecordStatuses(tuple(a_status(code, since) for code in OPERATORS)), vn)
    suspended = {"status": OperatorStatus.SUSPENDED, "ground": Ground.AT_REQUEST, "until": since + 9 * DAY}
    write(RecordStatuses((a_status(OPERATORS[1], since + DAY, 2, **suspended),)), vn)
    write(RecordStatuses((a_status(OPERATORS[1], since + 9 * DAY, 3, ground=Ground.CURED),)), vn)


def make_procedures(world: World, certificate: bytes, child: bytes) -> None:
    """Let customs of TH and MY do all that can be done with a certificate of VN and one that rests on it."""
    th, my = "TH customs", "MY customs"
    world.ledger.add_authority(Role.CUSTOMS, "MY customs", "customs.example", world.admin("MY"))
    number = len(world.ledger.authorities())
    world.ledger.add_key(number, world.account(my), world.admin("MY"))
    did(world, Receive(certificate), th)
    did(world, a_decision(world, certificate, granted=(1, 2), used_up=(2,), refused=(3, 64)), th)
    did(world, a_clarification(certificate, lines=(3,)), "VN issuing")
    reconsidered = {"declaration": OTHER_DECLARATION, "granted": (3,)}
    did(world, a_decision(world, certificate, **reconsidered), th)
    did(world, SetSplitUse(allowed=False), th)
    did(world, an_opening(world, certificate, suspended=(2,)), th)
    did(world, a_suspension(), th)
    for step, by in (
        (Step.ACKNOWLEDGED, "VN issuing"),
        (Step.REPLIED, "VN issuing"),
        (Step.VISIT_NOTIFIED, th),
        (Step.VISIT_POSTPONED, "VN issuing"),
    ):
        ahead = {"due": world.now + 40 * DAY} if by == th else {}
        did(world, a_step(step, **ahead), by)
    did(world, a_step(Step.VISIT_DECLINED), "VN issuing")
    did(world, a_conclusion(confirmed=(2,), denied=(1,)), th)
    did(world, an_opening(world, child, about=certificate, lines=(1,)), my)
    did(world, an_exporter(effective_from=world.now - DAY, until=world.now + 99 * DAY), "VN competent")
    suspended = {"version": 2, "status": ExporterStatus.SUSPENDED}
    did(world, an_exporter(**suspended), "VN competent")
    did(world, an_exporter(code="OTHER"), "VN competent")


def _people(world: ChainWorld) -> None:
    """Let members vote, and keys and authorities come and go."""
    ledger, admin = world.ledger, world.admin
    ledger.add_key(world.authority("VN issuing"), world.account("VN second"), admin("VN"))
    ledger.rotate_key(world.account("TH issuing"), world.account("TH next"), admin("TH"))
    ledger.mark_compromised(world.account("VN issuing"), world.now - DAY, admin("VN"))
    ledger.mark_compromised(world.account("VN issuing"), world.now - 2 * DAY, admin("VN"))
    ledger.mark_compromised(world.account("MY aeo"), world.now - DAY, admin("MY"))
    ledger.revoke_key(world.account("VN customs"), admin("VN"))
    ledger.withdraw_authority(world.authority("VN aeo"), admin("VN"))
    admitted = ledger.propose(ProposalKind.ADMIT, "LA", world.account("admin LA"), admin("VN"))
    ledger.vote(admitted, admin("TH"))
    world.suspend("MY")
    ledger.vote(ledger.propose(ProposalKind.REINSTATE, "MY", None, admin("VN")), admin("TH"))
    world.suspend("MY")
    ledger.propose(ProposalKind.SUSPEND, "LA", None, admin("TH"))
    ledger.rotate_admin(world.account("admin TH next"), admin("TH"))
