"""Histories of the vectors of recognition, recorded in memory or on a chain at their own times."""

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from ledger.facts import Address, Role
from ledger.memory import MemoryLedger
from ledger.operators import (
    Answer,
    ArrangementKind,
    Consent,
    Direction,
    Found,
    Ground,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    ParticipationState,
    ProgrammeKind,
    Question,
    RecognitionTerms,
    Status,
    StatusRecord,
)
from ledger.writes import (
    AddRecognition,
    DeclareArrangement,
    DeclareProgramme,
    EndRecognition,
    OfRecognition,
    Participate,
    RecordStatuses,
)
from tests.worlds import ChainWorld, account_of

FOLDER = Path(__file__).parent / "vectors" / "recognition"
VECTORS: Mapping[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
FOUNDERS = ("SG", "TH", "PH", "VN", "MY")
BEFORE = datetime(2025, 12, 1, tzinfo=UTC)
"""When the members name their authorities and keys, before any history begins."""
_TRIES = 5


class Recorder(ABC):
    """A ledger of five members on which histories are recorded; each member has two AEO keys."""

    def __init__(self) -> None:
        self._versions: Counter[Any] = Counter()

    @property
    @abstractmethod
    def ledger(self) -> Any:
        """The ledger."""

    @abstractmethod
    def account(self, name: str) -> Address:
        """Return the account of a key by its name."""

    @abstractmethod
    def at(self, moment: datetime) -> Any:
        """Let what is recorded while the block lasts be recorded at that very second."""

    def assemble(self) -> None:
        """Let each member name its AEO authority and its keys."""
        with self.at(BEFORE):
            for member in FOUNDERS:
                admin = self.account(f"admin {member}")
                number = self.ledger.add_authority(Role.AEO, "customs", "customs.example", admin)
                for name in (member, f"{member} second"):
                    self.ledger.add_key(number, self.account(name), admin)

    def record(self, history: list[dict[str, Any]]) -> None:
        """Record a history."""
        for said in history:
            moment, account = time_of(said["recordedAt"]), self.account(said["by"])
            with self.at(moment):
                if mark := said.get("markCompromised"):
                    self.ledger.mark_compromised(self.account(mark["key"]), time_of(mark["from"]), account)
                else:
                    self.ledger.write(self._write(said), account)

    def found(self, vector: dict[str, Any]) -> Found:
        """Return all that the questions of a vector are about."""
        found: Found = self.ledger.found({OperatorCode(one["operator"]) for one in vector["questions"]})
        return found

    def _write(self, said: dict[str, Any]) -> OfRecognition:
        match said:
            case {"declareProgramme": {"code": code, "levels": levels}}:
                return DeclareProgramme(code, code, ProgrammeKind.SAFE_AEO, levels)
            case {"declareArrangement": {"code": code, "kind": kind, "other": other}}:
                return DeclareArrangement(ArrangementKind[kind.upper()], other, code, code, bytes(32))
            case {"participate": {"arrangement": number, "state": state, "from": begins}, "by": by}:
                version = self._next(number, by[:2])
                return Participate(number, version, _named(ParticipationState, state), time_of(begins))
            case {"recognise": terms}:
                return AddRecognition(_terms(terms))
            case {"endRecognition": {"recognition": number, "from": begins}}:
                return EndRecognition(number, time_of(begins))
        return RecordStatuses((self._status(said["status"]),))

    def _status(self, said: dict[str, Any]) -> StatusRecord:
        status = Status(
            status=_named(OperatorStatus, said["status"]),
            programme=said["programme"],
            level=said["level"],
            roles=_all(OperatorRole, said["roles"]),
            consent=_all(Consent, said["consent"]),
            effective_from=time_of(said["from"]),
            until=time_of(said["until"]) if said["until"] else None,
            ground=_named(Ground, said["ground"]),
        )
        code = OperatorCode(said["operator"])
        return StatusRecord(operator=code, version=self._next(code), status=status, record_hash=b"\1" * 32)

    def _next(self, *what: Any) -> int:
        self._versions[what] += 1
        return self._versions[what]


class MemoryRecorder(Recorder):
    """In memory, where the clock is whatever it is set to."""

    def __init__(self) -> None:
        super().__init__()
        self._now = BEFORE
        admins = {member: self.account(f"admin {member}") for member in FOUNDERS}
        self._ledger = MemoryLedger(admins, clock=lambda: self._now)

    @property
    def ledger(self) -> MemoryLedger:
        """The ledger."""
        return self._ledger

    def account(self, name: str) -> Address:
        """Return the account of a key by its name."""
        return account_of(name)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Set the clock."""
        self._now = moment
        yield


class ChainRecorder(Recorder):
    """On a development chain, whose clock is set before each write and goes on from there."""

    def __init__(self, world: ChainWorld) -> None:
        super().__init__()
        self.world = world

    def copy(self, world: ChainWorld) -> "ChainRecorder":
        """Return a recorder that goes on from here in another view of the same chain."""
        copied = ChainRecorder(world)
        copied._versions = self._versions.copy()
        return copied

    @property
    def ledger(self) -> Any:
        """The ledger."""
        return self.world.ledger

    def account(self, name: str) -> Address:
        """Return the account of a key by its name; it is at hand."""
        return self.world.account(name)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Set the chain's clock."""
        self.world.rpc.ask("evm_setTime", int(moment.timestamp() * 1000))
        yield

    def record(self, history: list[dict[str, Any]]) -> None:
        """Record a history, each part of it within the second that it is of."""
        for said in history:
            before = self._versions.copy()
            for _ in range(_TRIES):
                snapshot = self.world.rpc.ask("evm_snapshot")
                super().record([said])
                if self.world.now == time_of(said["recordedAt"]):
                    break
                self.world.rpc.ask("evm_revert", snapshot)
                self._versions, self.world = before.copy(), self.world.afresh()
            else:
                raise AssertionError("the machine is too slow: a write takes more than a second")


def question_of(asked: dict[str, Any]) -> Question:
    """Return the question that a vector asks."""
    return Question(
        operator=OperatorCode(asked["operator"]),
        host=asked["host"],
        role=_all(OperatorRole, asked["roles"]),
        direction=_all(Direction, asked["directions"]),
        at=time_of(asked["at"]),
        known=time_of(asked["known"]) if asked["known"] else None,
    )


def told(answer: Answer) -> dict[str, Any]:
    """Return an answer in the words of the vectors."""
    return {
        "reason": answer.reason.name.lower().replace("_", "-"),
        "version": answer.change.version if answer.change else None,
        "recognition": answer.recognition.id if answer.recognition else None,
        "arrangement": answer.arrangement.id if answer.arrangement else None,
    }


def expected(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the answer that a vector wants."""
    return {name: asked[name] for name in ("reason", "version", "recognition", "arrangement")}


def time_of(text: str) -> datetime:
    """Return the moment of an RFC 3339 text."""
    return datetime.fromisoformat(text)


def _terms(said: dict[str, Any]) -> RecognitionTerms:
    return RecognitionTerms(
        arrangement=said["arrangement"],
        partner=said["partner"],
        programme=said["programme"],
        min_level=said["minLevel"],
        roles=_all(OperatorRole, said["roles"]),
        directions=_all(Direction, said["directions"]),
        effective_from=time_of(said["from"]),
        until=time_of(said["until"]) if said["until"] else None,
    )


def _named(kind: Any, word: str) -> Any:
    return kind[word.upper().replace("-", "_")]


def _all(kind: Any, words: list[str]) -> Any:
    return reduce(or_, (_named(kind, word) for word in words), kind(0))
