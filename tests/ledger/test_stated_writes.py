"""Writes that the outbox keeps by what they say, as bytes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import orjson
import pytest

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
    StatusChange,
    StatusRecord,
)
from ledger.origin.facts import CaseGround, ExporterStatus, LateGround, Step
from ledger.stated import restated, stated
from ledger.terms import Scheme, Terms
from ledger.writes import (
    AddRecognition,
    Clarify,
    ConcludeCase,
    Decide,
    DeclareArrangement,
    DeclareProgramme,
    EndRecognition,
    Enter,
    OpenCase,
    Participate,
    Receive,
    RecordExporter,
    RecordStatuses,
    Said,
    SetSplitUse,
    SetSuspension,
    TakeStep,
)


def _status(**changes: object) -> Status:
    given = {
        "status": OperatorStatus.CERTIFIED,
        "programme": 1,
        "level": 1,
        "roles": OperatorRole.EXP,
        "consent": Consent.EXCHANGE,
        "effective_from": datetime(2026, 1, 1, tzinfo=UTC),
        "until": None,
    }
    return Status(**{**given, **changes})  # type: ignore[arg-type]


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SUSPENDED = StatusRecord(
    operator=OperatorCode("SG123456789012"),
    version=2,
    status=_status(status=OperatorStatus.SUSPENDED, ground=Ground.SUSPECTED_BREACH, until=NOON),
    record_hash=b"\7" * 32,
)
TERMS = RecognitionTerms(
    arrangement=1,
    partner="PH",
    programme=4,
    min_level=2,
    roles=OperatorRole.IMP | OperatorRole.EXP,
    directions=Direction.IMPORT | Direction.EXPORT,
    effective_from=NOON,
    until=None,
)
ENTERED = Terms(
    document_hash=b"\1" * 32,
    reference_key=b"\2" * 32,
    exporting="VN",
    importing="TH",
    issued_on=NOON.date(),
    valid_until=NOON.date() + timedelta(days=364),
    scheme=Scheme.ATIGA_FORM_D,
)
AUTHORISED = RecordExporter(
    code="VN-CE/0012",
    version=1,
    status=ExporterStatus.AUTHORISED,
    effective_from=None,
    until=None,
    record_hash=b"\5" * 32,
)
WRITES: tuple[Said, ...] = (
    RecordStatuses((SUSPENDED, replace(SUSPENDED, version=1, status=_status()))),
    DeclareProgramme("DN ưu tiên", "Doanh nghiệp ưu tiên", ProgrammeKind.SAFE_AEO, 1),
    DeclareArrangement(ArrangementKind.PLURILATERAL, None, "AAMRA", "ASEAN AEO MRA", bytes(32)),
    DeclareArrangement(ArrangementKind.BILATERAL, "TH", "SG-TH", "A bilateral one", b"\1" * 32),
    Participate(1, 3, ParticipationState.IN_FORCE, NOON),
    AddRecognition(TERMS),
    AddRecognition(replace(TERMS, until=NOON)),
    EndRecognition(2**32 - 1, NOON),
    Enter(ENTERED, b"\2" * 32, (b"\3" * 32, b"\4" * 32)),
    Enter(replace(ENTERED, parents=(b"\5" * 32,)), b"\2" * 32, ()),
    Receive(b"\1" * 32),
    Decide(
        certificate=b"\1" * 32,
        declaration=b"\2" * 32,
        granted=(1, 64),
        used_up=(1,),
        refused=(2,),
        presented_at=NOON,
        late=LateGround.IMPORTED_IN_TIME,
        statement=b"\3" * 32,
    ),
    Clarify(certificate=b"\1" * 32, lines=(2,), statement=b"\3" * 32),
    SetSplitUse(allowed=False),
    OpenCase(
        certificate=b"\1" * 32,
        about=b"\2" * 32,
        lines=(1, 2),
        suspended=(),
        ground=CaseGround.RANDOM,
        due=NOON,
        conclude_due=NOON + timedelta(days=1),
        rules=b"\4" * 32,
        statement=b"\3" * 32,
    ),
    TakeStep(case=7, step=Step.ASKED_AGAIN, due=NOON, conclude_due=None, statement=b"\3" * 32),
    TakeStep(case=7, step=Step.REPLIED, due=None, conclude_due=NOON, statement=b"\3" * 32),
    SetSuspension(case=7, suspended=(), statement=b"\3" * 32),
    ConcludeCase(case=7, confirmed=(1,), denied=(2, 3), statement=b"\3" * 32),
    AUTHORISED,
    replace(AUTHORISED, status=ExporterStatus.WITHDRAWN, version=2, effective_from=NOON, until=NOON),
)


@pytest.mark.parametrize("write", WRITES, ids=range(len(WRITES)))
def test_a_write_reads_back_as_it_was(write: Said) -> None:
    """Of every kind, with the types it had, and always as the same bytes."""
    again = restated(stated(write))
    assert again == write
    assert repr(again) == repr(write)
    assert stated(again) == stated(write)


def test_every_kind_of_write_has_an_example_here() -> None:
    """So that a new kind does not go without."""
    assert {type(write) for write in WRITES} == set(get_args(Said))


def test_of_a_recorded_status_only_what_is_to_be_written_is_said() -> None:
    """Renewing begins with what the ledger holds; the old version, key and time are no part of the write."""
    plain = _status()
    fields = {name: getattr(plain, name) for name in type(plain).__slots__}
    held = StatusChange(**fields, version=4, key=9, recorded_at=plain.effective_from, record_hash=bytes(32))
    record = StatusRecord(operator=OperatorCode("SG1"), version=5, status=plain, record_hash=bytes(32))
    said = (RecordStatuses((replace(record, status=held),)), RecordStatuses((record,)))
    assert stated(said[0]) == stated(said[1])
    assert "recorded_at" not in orjson.loads(stated(said[0]))["statuses"][0]["status"]


@pytest.mark.parametrize(
    "at",
    [datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=1)],  # noqa: DTZ001 - naive on purpose
)
def test_a_time_that_the_ledger_cannot_keep_is_refused(at: datetime) -> None:
    """A naive one, or one between two seconds, would read back as another."""
    record = StatusRecord(
        operator=OperatorCode("SG1"),
        version=1,
        status=_status(effective_from=at),
        record_hash=bytes(32),
    )
    with pytest.raises(ValueError, match="whole seconds"):
        stated(RecordStatuses((record,)))


def test_a_write_of_a_later_release_is_not_mistaken_for_another() -> None:
    """A name that this release does not know is no write here."""
    with pytest.raises(LookupError):
        restated(b'{"write": "Transfer"}')
