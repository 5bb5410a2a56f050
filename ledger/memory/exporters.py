"""The rules of `CertifiedExporters.sol` in Python, in the same order."""

import re
from datetime import timedelta

from ledger.events import ExporterRecorded
from ledger.facts import Address, Role
from ledger.memory.members import EPOCH
from ledger.memory.recognition_rules import end_second
from ledger.memory.use import MemoryUse, seconds
from ledger.origin.facts import Exporter, ExporterStatus, ExporterVersion
from ledger.procedures_refusals import (
    ExporterCodeInvalid,
    ExporterDateInvalid,
    ExporterStatusInvalid,
    ExporterValidityInvalid,
    ExporterVersionOutOfTurn,
    RecordMissing,
    TooManyVersions,
)
from ledger.writes import RecordExporter

MOST_VERSIONS = 64
FURTHEST_AHEAD = timedelta(days=366)
_CODE = re.compile("[A-Z0-9/.-]{1,32}")


class ExporterRules(MemoryUse):
    """Exporters that may make out declarations of origin themselves."""

    def exporter(self, member: str, code: str) -> Exporter:
        """Return what is recorded of a certified exporter; one without versions when nothing is."""
        return Exporter(member, code, self._exporters.get((member, code), ()), self.head())

    def _record_exporter(self, write: RecordExporter, account: Address) -> None:
        key = self._require_role(account, Role.COMPETENT)
        if not _CODE.fullmatch(write.code):
            raise ExporterCodeInvalid(write.code)
        before = self._exporters.get((key.member, write.code), ())
        now = self._now()
        version = ExporterVersion(
            version=write.version,
            status=write.status,
            effective_from=end_second(write.effective_from) if write.effective_from else now,
            until=end_second(write.until) if write.until else None,
            recorded_at=now,
            key=key.id,
            record_hash=write.record_hash,
        )
        _require_next(write.code, version, before)
        self._exporters[key.member, write.code] = (*before, version)
        self._report(_recorded(key.member, write.code, version))


def _require_next(code: str, version: ExporterVersion, before: tuple[ExporterVersion, ...]) -> None:
    """Check all rules there are about a version."""
    expected = len(before) + 1
    if version.version != expected:
        raise ExporterVersionOutOfTurn(code, version.version, expected)
    # The last place is kept, so that an authorisation can always be taken away.
    last = expected == MOST_VERSIONS and version.status is ExporterStatus.WITHDRAWN
    if expected >= MOST_VERSIONS and not last:
        raise TooManyVersions(code, MOST_VERSIONS)
    if not _follows(version, before):
        raise ExporterStatusInvalid(code, version.status)
    if not any(version.record_hash):
        raise RecordMissing(code)
    earliest = version.recorded_at if before else EPOCH + timedelta(seconds=1)
    if not earliest <= version.effective_from <= version.recorded_at + FURTHEST_AHEAD:
        raise ExporterDateInvalid(code, version.effective_from, earliest)
    if version.until is not None and version.until <= version.effective_from:
        raise ExporterValidityInvalid(code, version.until)


def _follows(version: ExporterVersion, before: tuple[ExporterVersion, ...]) -> bool:
    """Whether a status can follow; after a withdrawal only the same from an earlier time on."""
    if not before:
        return version.status is ExporterStatus.AUTHORISED
    if before[-1].status is not ExporterStatus.WITHDRAWN:
        return version.status in list(ExporterStatus)
    earlier = version.effective_from < before[-1].effective_from
    return version.status is ExporterStatus.WITHDRAWN and earlier


def _recorded(member: str, code: str, version: ExporterVersion) -> ExporterRecorded:
    return ExporterRecorded(
        member=member,
        code=code,
        version=version.version,
        status=int(version.status),
        key=version.key,
        effective_from=seconds(version.effective_from),
        until=seconds(version.until) if version.until else 0,
        record_hash=version.record_hash,
    )
