"""The rules of `RecognitionRegistry.sol` in Python, in the same order."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ledger.facts import Address, AsOf, Key, Role
from ledger.memory.blocks import wall_clock
from ledger.memory.members import EPOCH, MemoryMembers
from ledger.memory.recognition_rules import (
    open_to,
    require_code,
    require_status,
    require_terms,
    require_times,
    row_of,
    second,
    whole,
    whole_terms,
)
from ledger.operators import (
    ALL_ROLES,
    Arrangement,
    ArrangementKind,
    Found,
    Mutual,
    Operator,
    OperatorCode,
    Participation,
    ParticipationState,
    Programme,
    ProgrammeKind,
    Recognition,
    RecognitionTerms,
    Status,
    StatusChange,
    StatusRecord,
)
from ledger.ports import Clock
from ledger.recognition_refusals import (
    ArrangementAlreadyDeclared,
    ArrangementCodeMissing,
    ArrangementKindInvalid,
    ArrangementTitleMissing,
    ArrangementUnknown,
    EndDateInvalid,
    LevelInvalid,
    LevelsInvalid,
    NotAParty,
    NothingToRecord,
    OperatorRolesInvalid,
    OtherPartyInvalid,
    ParticipationDateInvalid,
    ParticipationOutOfTurn,
    ParticipationStateInvalid,
    PartnerInvalid,
    ProgrammeAlreadyDeclared,
    ProgrammeCodeMissing,
    ProgrammeKindInvalid,
    ProgrammeNameMissing,
    ProgrammeNotOfMember,
    RecognitionAlreadyAdded,
    RecognitionAlreadyEnded,
    RecognitionNotYours,
    RecognitionUnknown,
    RecordHashMissing,
    TooManyArrangements,
    TooManyRecognitions,
    VersionOutOfTurn,
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

MEMORY_RECOGNITION_REGISTRY = Address("0x00000000000000000000000000000000000A5A12")
FURTHEST_AHEAD = timedelta(days=366)
MOST_LEVELS = 9
MOST_ARRANGEMENTS = 16
MOST_RECOGNITIONS = 64
_CODE = re.compile("[A-Z]{2}[A-Z0-9]{1,15}")


class MemoryRecognitions(MemoryMembers):
    """Operators and mutual recognition."""

    def __init__(
        self, founders: Mapping[str, Address], clock: Clock = wall_clock, held: Collection[str] | None = None
    ) -> None:
        super().__init__(founders, clock, held)
        self._operators: dict[OperatorCode, Operator] = {}
        self._programmes: dict[int, Programme] = {}
        self._arrangements: dict[int, Arrangement] = {}
        self._participations: dict[tuple[int, str], tuple[Participation, ...]] = {}
        self._recognitions: dict[int, Recognition] = {}

    # ------------------------------------------------------------------------------------------ views

    @property
    def recognition_registry(self) -> Address:
        """Return the address of the recognition registry."""
        return MEMORY_RECOGNITION_REGISTRY

    def found(self, operators: Collection[OperatorCode]) -> Found:
        """Return these operators, as far as the ledger holds them, and all terms."""
        as_of, mutual = self.mutual()
        return Found(
            as_of, {code: self._operators[code] for code in operators if code in self._operators}, mutual
        )

    def found_at_hand(self, operators: Collection[OperatorCode]) -> Found:
        """Return what `found` does."""
        return self.found(operators)

    def mutual(self) -> tuple[AsOf, Mutual]:
        """Return all programmes, arrangements, participations and recognitions."""
        keys = self._keys.values()
        return self.head(), Mutual(
            programmes=dict(self._programmes),
            arrangements=dict(self._arrangements),
            participations=dict(self._participations),
            recognitions=dict(self._recognitions),
            compromised={key.id: key.compromised_from for key in keys if key.compromised_from},
        )

    # ----------------------------------------------------------------------------------------- writes

    def _recognise(self, write: OfRecognition, account: Address) -> None:
        """Do a write about operators or recognition, all of it or nothing."""
        key = self._require_role(account, Role.AEO)
        match write:
            case RecordStatuses(statuses):
                self._record(statuses, key)
            case DeclareProgramme():
                self._declare_programme(write, key)
            case DeclareArrangement():
                self._declare_arrangement(write, key)
            case Participate():
                self._participate(write, key)
            case AddRecognition(terms):
                self._add_recognition(whole_terms(terms), key)
            case EndRecognition(recognition, ended_from):
                self._end_recognition(recognition, second(ended_from), key)

    def _record(self, statuses: tuple[StatusRecord, ...], key: Key) -> None:
        if not statuses:
            raise NothingToRecord
        changed: dict[OperatorCode, Operator] = {}
        for one in statuses:
            changes = (changed.get(one.operator) or self._operators.get(one.operator) or _NONE).changes
            change = self._checked(one, changes[-1] if changes else None, key)
            changed[one.operator] = Operator(one.operator, (*changes, change))
        self._operators |= changed

    def _checked(self, one: StatusRecord, latest: StatusChange | None, key: Key) -> StatusChange:
        """Return a status as it is recorded after `latest`, if no rule speaks against it."""
        expected = latest.version + 1 if latest else 1
        if one.version != expected:
            raise VersionOutOfTurn(one.operator, one.version, expected)
        require_code(one.operator, key.member)
        status = whole(one.status)
        require_status(one.operator, status, latest)
        self._require_scope(one.operator, status, key.member)
        require_times(one.operator, status, latest, self._now() + FURTHEST_AHEAD)
        if not any(one.record_hash):
            raise RecordHashMissing(one.operator)
        return StatusChange(
            status=status.status,
            programme=status.programme,
            level=status.level,
            roles=status.roles,
            consent=status.consent,
            effective_from=status.effective_from,
            until=status.until,
            ground=status.ground,
            version=one.version,
            key=key.id,
            recorded_at=self._now(),
            record_hash=one.record_hash,
        )

    def _declare_programme(self, write: DeclareProgramme, key: Key) -> None:
        if not write.code:
            raise ProgrammeCodeMissing
        if not write.name:
            raise ProgrammeNameMissing
        if write.kind not in list(ProgrammeKind):
            raise ProgrammeKindInvalid(int(write.kind))
        if not 1 <= write.levels <= MOST_LEVELS:
            raise LevelsInvalid(write.levels)
        for known in self._programmes.values():
            if (known.member, known.code) == (key.member, write.code):
                raise ProgrammeAlreadyDeclared(known.id)
        number = len(self._programmes) + 1
        self._programmes[number] = Programme(
            number, key.member, write.code, write.name, write.kind, write.levels, self._now()
        )

    def _declare_arrangement(self, write: DeclareArrangement, key: Key) -> None:
        if not write.code:
            raise ArrangementCodeMissing
        if not write.title:
            raise ArrangementTitleMissing
        self._require_other(write, key.member)
        for known in self._arrangements.values():
            if known.code == write.code:
                raise ArrangementAlreadyDeclared(known.id)
        if sum(known.member == key.member for known in self._arrangements.values()) >= MOST_ARRANGEMENTS:
            raise TooManyArrangements(MOST_ARRANGEMENTS)
        number = len(self._arrangements) + 1
        self._arrangements[number] = Arrangement(
            id=number,
            kind=write.kind,
            member=key.member,
            other=write.other,
            code=write.code,
            title=write.title,
            text_hash=write.text_hash,
            since=self._now(),
        )

    def _participate(self, write: Participate, key: Key) -> None:
        self._require_party(write.arrangement, key.member)
        if write.state not in list(ParticipationState):
            raise ParticipationStateInvalid(int(write.state))
        before = self._participations.get((write.arrangement, key.member), ())
        if write.version != len(before) + 1:
            raise ParticipationOutOfTurn(write.arrangement, write.version, len(before) + 1)
        effective_from, latest = second(write.effective_from), self._now() + FURTHEST_AHEAD
        if effective_from == EPOCH or effective_from > latest:
            raise ParticipationDateInvalid(write.arrangement, effective_from, latest)
        one = Participation(write.version, write.state, effective_from, self._now(), key.id)
        self._participations[write.arrangement, key.member] = (*before, one)

    def _add_recognition(self, terms: RecognitionTerms, key: Key) -> None:
        arrangement = self._require_party(terms.arrangement, key.member)
        self._require_partner(arrangement, terms.partner, key.member)
        require_terms(self._require_programme(terms.programme, terms.partner), terms)
        number = len(self._recognitions) + 1
        row = row_of(terms, number, key, self._now())
        rows = [
            one
            for one in self._recognitions.values()
            if (one.grantor, one.partner) == (key.member, terms.partner)
        ]
        for one in rows:
            if one.ended_from is None and row_of(one, number, key, row.recorded_at) == row:
                raise RecognitionAlreadyAdded(one.id)
        if len(rows) >= MOST_RECOGNITIONS:
            raise TooManyRecognitions(MOST_RECOGNITIONS)
        self._recognitions[number] = row

    def _end_recognition(self, recognition: int, ended_from: datetime, key: Key) -> None:
        row = self._recognitions.get(recognition)
        if row is None:
            raise RecognitionUnknown(recognition)
        if row.grantor != key.member:
            raise RecognitionNotYours(recognition, key.member)
        if row.ended_from is not None:
            raise RecognitionAlreadyEnded(recognition, row.ended_from)
        if ended_from == EPOCH:
            raise EndDateInvalid(recognition, ended_from)
        self._recognitions[recognition] = replace(row, ended_from=ended_from, end_recorded_at=self._now())

    # ------------------------------------------------------------------------------------------ rules

    def _require_scope(self, operator: OperatorCode, status: Status, member: str) -> None:
        """Check roles, programme and level."""
        if not 0 < int(status.roles) <= int(ALL_ROLES):
            raise OperatorRolesInvalid(operator, int(status.roles))
        highest = self._require_programme(status.programme, member).levels
        if not 1 <= status.level <= highest:
            raise LevelInvalid(operator, status.level, highest)

    def _require_programme(self, programme: int, member: str) -> Programme:
        found = self._programmes.get(programme)
        if found is None or found.member != member:
            raise ProgrammeNotOfMember(programme, member)
        return found

    def _require_other(self, write: DeclareArrangement, member: str) -> None:
        """Check that a bilateral arrangement has another party, and others none."""
        if write.kind not in list(ArrangementKind):
            raise ArrangementKindInvalid(int(write.kind))
        bilateral = write.kind is ArrangementKind.BILATERAL
        sound = write.other != member and write.other in self._members if bilateral else not write.other
        if not sound:
            raise OtherPartyInvalid(write.other or "")

    def _require_party(self, arrangement: int, member: str) -> Arrangement:
        found = self._arrangements.get(arrangement)
        if found is None:
            raise ArrangementUnknown(arrangement)
        if not open_to(found, member):
            raise NotAParty(arrangement, member)
        return found

    def _require_partner(self, arrangement: Arrangement, partner: str, member: str) -> None:
        if partner == member or partner not in self._members or not open_to(arrangement, partner):
            raise PartnerInvalid(partner)


_NONE = Operator(OperatorCode(""), ())
