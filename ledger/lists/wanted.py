"""From the rows of a list to what it says of each operator; everything that is wrong is gathered."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ledger.lists.complaints import Complaints, RowProblem, Unfit
from ledger.lists.fields import FIELDS, ON_RECORDING
from ledger.lists.mapping import Bound
from ledger.lists.table import Cell, Row, Table, folded
from ledger.lists.values import Reading, readings
from ledger.operators import Consent, Ground, OperatorCode, OperatorRole, OperatorStatus

FURTHEST_AHEAD: Final = timedelta(days=366)
"""How far ahead a status may be recorded; the contract's bound."""
_EMPTY: Final[Mapping[str, Cell | None]] = {
    "until": None,
    "country": None,
    "ground": None,
    "apply_from": None,
}
"""Fields whose cell may be empty: unlimited, the member's own, and none."""
_MISSING: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list says of one operator."""

    line: int
    operator: OperatorCode
    name: str
    address: str
    country: str
    national_id: str
    programme: str
    """Code of the programme."""
    level: int
    roles: OperatorRole
    status: OperatorStatus
    consent: Consent
    effective: datetime | None
    """None for the moment it is recorded."""
    until: datetime | None
    apply_from: datetime | None
    """Until when a revoked operator may not apply again."""
    ground: Ground | None


def wanted_in(
    table: Table, columns: Bound, member: str, now: datetime, complaints: Complaints
) -> list[Wanted]:
    """Return what a list says, in its order; what is wrong goes to the complaints.

    An operator that is there twice is wrong both times: nobody knows which line is meant.
    """
    reader = _RowReader(columns, member, now)
    found: list[Wanted] = []
    first: dict[OperatorCode, int] = {}
    for row in table.rows:
        one = row if isinstance(row, RowProblem) else reader.read(row, complaints)
        if isinstance(one, RowProblem):
            complaints.add(one)
        elif one is not None:
            line = first.setdefault(one.operator, one.line)
            if line != one.line:
                complaints.add(_twice(reader.title("code"), one.line, line))
            found.append(one)
    return found


def _twice(column: str, line: int, first: int) -> RowProblem:
    return RowProblem(
        line, column, "code.twice", f"the operator is on line {first} already; leave one of the two"
    )


class _RowReader:
    """Reads rows under the same titles."""

    def __init__(self, columns: Bound, member: str, now: datetime) -> None:
        self.title, self._places, self._map = columns.title, columns.places, columns.map
        self._member, self._now = member, now
        self._readings = readings(member, columns.map)
        self._kept: dict[tuple[str, Cell], object] = {}
        """What cells mean that say the same in many rows."""

    def read(self, row: Row, complaints: Complaints) -> Wanted | None:
        """Return what a row says, or complain of all that is wrong with it."""
        told: dict[str, Any] = {}
        problems: list[RowProblem] = []
        for field in FIELDS:
            try:
                told[field] = self._value(field, row.cells)
            except Unfit as fault:
                problems.append(RowProblem(row.line, self.title(field), fault.rule, fault.message))
        problems += [] if problems else self._contradictions(row.line, told)
        for problem in problems:
            complaints.add(problem)
        return None if problems else self._wanted(row.line, told)

    def _value(self, field: str, cells: tuple[Cell, ...]) -> object:
        place = self._places.get(field)
        cell = self._map.constants.get(field, "") if place is None else cells[place]
        if isinstance(cell, str):
            cell = cell.strip()
            if self._map.empty and folded(cell) in self._map.empty:
                cell = ""
        if cell == "":
            if field in _EMPTY:
                return _EMPTY[field]
            raise Unfit("cell.empty", "write something here, or state it for all rows under [constants]")
        if isinstance(cell, str) and field in self._map.values:
            cell = self._map.values[field].get(folded(cell), cell)
        return self._meaning(field, cell)

    def _meaning(self, field: str, cell: Cell) -> object:
        reading: Reading = self._readings[field]
        if field in _OWN:
            return reading(cell)
        key = (field, cell)
        found = self._kept.get(key, _MISSING)
        if found is _MISSING:
            found = reading(cell)
            if len(self._kept) < _MOST_KEPT:
                self._kept[key] = found
        return found

    def _contradictions(self, line: int, told: Mapping[str, Any]) -> Iterable[RowProblem]:
        for field, rule, message in _contradicting(told, self._now):
            yield RowProblem(line, self.title(field), rule, message)

    def _wanted(self, line: int, told: dict[str, Any]) -> Wanted:
        status = told.pop("status") or OperatorStatus.CERTIFIED
        country = told.pop("country") or self._member
        return Wanted(line=line, operator=told.pop("code"), status=status, country=country, **told)


_OWN: Final = frozenset({"code", "name", "address", "national_id"})
"""Fields that are different in every row."""
_MOST_KEPT: Final = 10_000


def _contradicting(told: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, str, str]]:
    """Yield what cannot be true together: field, rule, what to do."""
    status, effective, until = told["status"], told["effective"], told["until"]
    if status is None and (until is None or until >= now):
        yield "status", "status.expired", "an expired status has a last day that is over"
    if effective is not None and until is not None and until <= effective:
        yield "until", "until.before", "the last day comes after the first"
    if effective is not None and effective > now + FURTHEST_AHEAD:
        yield "effective", "effective.ahead", "the first day is at most a year ahead"
    if told["apply_from"] is not None and status is not OperatorStatus.REVOKED:
        yield "apply_from", "apply-from.status", "only a revoked operator has a day to apply again from"
    if effective is None and until is not None and status is not None and until <= now:
        yield "effective", "effective.on-recording", f"with {ON_RECORDING} the last day lies ahead"
