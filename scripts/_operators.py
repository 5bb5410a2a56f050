"""Let the members of the demonstration join arrangements, and record fictional operators of theirs.

Each member says what concerns itself with the key of its AEO authority.  The arrangements are the files that
come with this software; the operators are those of `ganache-config/operators.json`.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

import _founding
import _setup

from ledger.aeo.joining import programme_of, todo
from ledger.aeo.records import OperatorRecord, record_hash
from ledger.cli.arrangement_file import PROGRAMME_KINDS, SHIPPED, first_second, last_second, read_arrangement
from ledger.facts import Address, Role
from ledger.operator_files import OperatorFiles
from ledger.operators import (
    Consent,
    Ground,
    Mutual,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    Status,
    StatusRecord,
)
from ledger.writes import DeclareProgramme, RecordStatuses

OPERATORS = _setup.ROOT / "ganache-config/operators.json"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A fictional operator with all that is recorded of it, oldest first."""

    record: OperatorRecord
    statuses: tuple[StatusRecord, ...]


def join(founded: _founding.Founded) -> None:
    """Let every member join the arrangements in which it has a part."""
    chain, offices = founded.chain, list(_aeo_offices(founded))
    for described in map(read_arrangement, SHIPPED):
        first = [one for one in offices if one.member == described.declared_by] or offices[:1]
        # One declares it; then each says what it says of itself, and then of partners that have done so.
        for saying in (first, offices, offices):
            known = chain.mutual()[1]
            for office in saying:
                for wanted in todo(described, office.member, known):
                    if wanted.write is not None:
                        chain.write(wanted.write, office.account)
    for one in _content()["programmes"]:
        kind = PROGRAMME_KINDS[one["kind"]]
        write = DeclareProgramme(one["code"], one["name"], kind, one["levels"])
        chain.write(write, _key_of(founded, one["member"]))


def enrol(founded: _founding.Founded, files: OperatorFiles, now: datetime) -> int:
    """Record the operators, and keep their records in the archive; returns how many there are."""
    enrolled = list(_enrolled(founded.chain.mutual()[1]))
    files.keep([one.record for one in enrolled], now=now)
    batches = defaultdict[tuple[str, int], list[StatusRecord]](list)
    for one in enrolled:
        for status in one.statuses:
            batches[status.operator[:2], status.version].append(status)
    for (member, version), statuses in sorted(batches.items()):
        if version == 1:
            founded.chain.write(RecordStatuses(tuple(statuses)), _key_of(founded, member))
    return len(enrolled)


def change(founded: _founding.Founded) -> None:
    """Record what became of operators later."""
    for one in _enrolled(founded.chain.mutual()[1]):
        for status in one.statuses[1:]:
            founded.chain.write(RecordStatuses((status,)), _key_of(founded, status.operator[:2]))


def _aeo_offices(founded: _founding.Founded) -> Iterator[_founding.Office]:
    return (office for office in founded.offices if Role.AEO in office.roles)


def _key_of(founded: _founding.Founded, member: str) -> Address:
    return founded.office(member, Role.AEO).account


def _content() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(OPERATORS.read_text(encoding="utf-8"))
    return content


def _enrolled(mutual: Mutual) -> Iterator[Enrolled]:
    """Yield the operators of the file."""
    for told in _content()["operators"]:
        record = _record(told)
        programme = programme_of(mutual, told["operator"][:2], told["programme"])
        if programme is None:
            raise KeyError(told["programme"])
        stages = [{"status": "certified", "ground": "none"} | told]
        stages += [{**told, **stage} for stage in told.get("then", ())]
        statuses = (
            StatusRecord(
                operator=record.operator,
                version=version,
                status=_status(stage, programme.id),
                record_hash=record_hash(record),
            )
            for version, stage in enumerate(stages, 1)
        )
        yield Enrolled(record, tuple(statuses))


def _record(told: Mapping[str, Any]) -> OperatorRecord:
    code = OperatorCode(told["operator"])
    return OperatorRecord(
        operator=code,
        name=told["name"],
        address=told["address"],
        country=code[:2],
        national_id=code[2:],
        programme=told["programme"],
        level=told["level"],
        roles=_roles(told),
        evidence=(),
        salt=hashlib.sha256(f"demonstration {code}".encode()).digest(),
    )


def _status(told: Mapping[str, Any], programme: int) -> Status:
    return Status(
        status=OperatorStatus[told["status"].upper()],
        programme=programme,
        level=told["level"],
        roles=_roles(told),
        consent=reduce(or_, (Consent[one.upper()] for one in told["consent"]), Consent(0)),
        effective_from=first_second(date.fromisoformat(told["from"])),
        until=last_second(date.fromisoformat(told["until"])),
        ground=Ground[told["ground"].upper().replace("-", "_")],
    )


def _roles(told: Mapping[str, Any]) -> OperatorRole:
    return reduce(or_, (OperatorRole[one] for one in told["roles"]), OperatorRole(0))
