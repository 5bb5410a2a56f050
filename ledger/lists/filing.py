"""What is filed of an operator when a list is loaded: its record, the event of its case, its status."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ledger.aeo.acts import STAGE_OF, Act
from ledger.aeo.cases import Event, Holding
from ledger.aeo.records import HASH_BYTES, OperatorRecord, record_hash
from ledger.facts import Address
from ledger.hashing import keccak
from ledger.lists.steps import Due
from ledger.operator_files import Step
from ledger.operators import OperatorCode, OperatorStatus, StatusRecord
from ledger.writes import RecordStatuses

_ENDING: Final[Mapping[OperatorStatus, Act]] = {
    OperatorStatus.SUSPENDED: Act.SUSPEND,
    OperatorStatus.REVOKED: Act.REVOKE,
    OperatorStatus.SURRENDERED: Act.SURRENDER,
    OperatorStatus.ANNULLED: Act.ANNUL,
}
_RENEWING: Final = frozenset({"until", "effective"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """Who loads which list."""

    authority: int
    account: Address
    office: str
    """The deciding office, as it names itself."""
    source: str
    """Name of the file, and where the consents to exchange are kept; stays in the archive."""
    digest: bytes
    """Keccak-256 of the file, the evidence of what it says."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Operators that go to the ledger with one write."""

    due: Sequence[Due]
    step: Step
    records: Sequence[OperatorRecord]


def batch_of(due: Sequence[Due], loading: Loading, seqs: Mapping[OperatorCode, int], now: datetime) -> Batch:
    """Return what is filed for operators at once; `seqs` has the numbers that events of cases got last."""
    records = [_salted(one) for one in due]
    hashes = [record_hash(made) if made else one.record_hash for one, made in zip(due, records, strict=True)]
    events = [
        _event(one, named, loading, seqs.get(one.operator, 0) + 1, now)
        for one, named in zip(due, hashes, strict=True)
    ]
    statuses = tuple(_statuses(due, hashes))
    step = Step(tuple(events), RecordStatuses(statuses), loading.account)
    return Batch(due, step, [made for made in records if made is not None])


def act_of(due: Due) -> Act:
    """Return what an authority does when it follows the list."""
    status = due.status.status
    if due.from_status is None:
        return Act.ENTER
    if status is not due.from_status:
        if status is not OperatorStatus.CERTIFIED:
            return _ENDING[status]
        return Act.REINSTATE if due.from_status is OperatorStatus.SUSPENDED else Act.ENTER
    fields = {difference.field for difference in due.differences}
    if fields == {"consent"}:
        return Act.CONSENT
    return Act.RENEW if fields <= _RENEWING else Act.AMEND


def _salted(due: Due) -> OperatorRecord | None:
    """Return the operator's new record with a salt that nobody can guess."""
    return replace(due.record, salt=secrets.token_bytes(HASH_BYTES)) if due.record else None


def _statuses(due: Iterable[Due], hashes: Iterable[bytes]) -> Iterable[StatusRecord]:
    for one, named in zip(due, hashes, strict=True):
        yield StatusRecord(operator=one.operator, version=one.version, status=one.status, record_hash=named)


def _event(due: Due, named: bytes, loading: Loading, seq: int, now: datetime) -> Event:
    status = due.status
    where = f"line {due.line}" if due.line else "not in the list any more"
    return Event(
        operator=due.operator,
        seq=seq,
        act=act_of(due),
        stage=STAGE_OF[status.status],
        effective=status.effective_from,
        recorded_at=now,
        authority=loading.authority,
        account=loading.account,
        office=loading.office,
        ground=status.ground,
        note=f"{loading.source}; {where}",
        evidence=(loading.digest,),
        request=keccak(loading.digest + due.operator.encode("ascii")),
        procedure="",
        holding=Holding(
            programme=status.programme,
            level=status.level,
            roles=status.roles,
            consent=status.consent,
            until=due.valid_until,
            record_hash=named,
        ),
        version=due.version,
        status=status.status,
        until=status.until,
    )
