"""Recognition: how fast the library answers whether an operator is recognised, from a replica of many."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from typing import Any

from _bench.figures import OURS, figure
from _bench.measure import Contestant, Lap, timed
from _bench.stand import Stand
from _bench.targets import Target
from ledger.aeo.recognition import recognised
from ledger.archive import SqlReplica, open_archive
from ledger.events import (
    ArrangementDeclared,
    Block,
    Event,
    Occurrence,
    ParticipationRecorded,
    ProgrammeDeclared,
    RecognitionAdded,
    StatusRecorded,
)
from ledger.facts import Address, LedgerName
from ledger.hashing import keccak
from ledger.opening import now
from ledger.operators import Direction, OperatorCode, OperatorRole, Question
from ledger.replica import ReplicatedLedger, Trust

OPERATORS = 100_000
_IN_A_BLOCK = 200
_LEDGER = LedgerName(1337, Address("0x" + "11" * 20))
_REGISTRY = Address("0x" + "22" * 20)
_BEGAN = 1_600_000_000
_ASKED = 10_000
_TERMS: tuple[Event, ...] = (
    ProgrammeDeclared(1, "VN", 1, 1, 1, "DNUT", "Doanh nghiep uu tien"),
    ArrangementDeclared(1, "VN", 1, "", 1, bytes(32), "AAMRA", "ASEAN AEO MRA"),
    ParticipationRecorded(1, "VN", 1, 5, 1, _BEGAN),
    ParticipationRecorded(1, "TH", 1, 5, 1, _BEGAN),
    RecognitionAdded(1, "TH", "VN", 1, 1, 1, 1, 1023, 3, _BEGAN, 0),
)


class NotRecognised(RuntimeError):
    """A sample operator was not recognised."""


@dataclass(frozen=True, slots=True)
class _Contracts:
    """A chain that is never asked: with a witness the replica alone answers."""

    ledger: LedgerName = _LEDGER
    recognition_registry: Address = _REGISTRY


@figure("recognise from the replica, in process", "answers", Target(per_second=2_000))
def in_process(stand: Stand) -> Mapping[str, Contestant]:
    """Ask about one operator after the other, each drawn from 100 000 in an SQLite database."""
    rooms = open_archive(stand.archive("operators"))
    stand.ending.callback(rooms.close)
    size = min(OPERATORS, stand.effort.largest)
    _fill(rooms.replica, size)
    chain: Any = _Contracts()
    # Nothing follows beside it, so the replica counts as fresh for the whole run.
    ledger = ReplicatedLedger(chain, rooms.replica, Trust(witnessed=True, max_silence=timedelta(days=1)))
    drawn = random.Random(1)  # noqa: S311 - the same operators in each run, no secrets
    codes = cycle([_code(drawn.randrange(size)) for _ in range(_ASKED)])

    def ask() -> None:
        code = next(codes)
        found = ledger.found([code])
        question = Question(
            operator=code,
            host="TH",
            role=OperatorRole.EXP,
            direction=Direction.IMPORT,
            at=found.as_of.time,
        )
        if not recognised(question, found.operators.get(code), found.mutual).recognised:
            raise NotRecognised(code)

    def lap() -> Lap:
        return timed(ask, stand.effort.runs)

    return {OURS: lap}


def _fill(replica: SqlReplica, size: int) -> None:
    """Store so many certified operators of one member, whom another recognises."""
    replica.start(_LEDGER, _REGISTRY)
    parts = (range(start, min(start + _IN_A_BLOCK, size)) for start in range(0, size, _IN_A_BLOCK))
    blocks = (_TERMS, *(tuple(map(_certified, part)) for part in parts))
    for number, events in enumerate(blocks, 1):
        block = Block(number, _word(number), _word(number - 1), _BEGAN + number)
        told = [Occurrence(number, place, block.time, event) for place, event in enumerate(events)]
        replica.apply([block], told, node_block=number, seen_at=now())


def _certified(number: int) -> StatusRecorded:
    return StatusRecorded(_code(number), "VN", 1, 1, 1, 1, 3, 1, 0, 2, _BEGAN, 0, _word(number))


def _code(number: int) -> OperatorCode:
    return OperatorCode(f"VN{number:010}")


def _word(number: int) -> bytes:
    return keccak(number.to_bytes(8))
