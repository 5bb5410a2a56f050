"""A plan for a whole list: each of its operators beside the ledger's, and the ledger's that it lacks.

Nothing is written here.  The ledger is asked for some hundred operators at a time.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.aeo.acts import APPLYING
from ledger.aeo.cases import Case
from ledger.bulk.reading import chunked
from ledger.lists.absent import Absence
from ledger.lists.comparing import Sense, compared
from ledger.lists.complaints import Complaints, RowProblem, Unfit
from ledger.lists.mapping import Bound
from ledger.lists.steps import Due, Left, Plan
from ledger.lists.wanted import Wanted
from ledger.operator_files import OperatorFiles
from ledger.operators import Mutual, Operator, OperatorCode, Programme
from ledger.recognition_port import Recognitions

PAGE: Final = 500
"""Operators that the ledger is asked for at once."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a list is compared with."""

    recognitions: Recognitions
    files: OperatorFiles
    member: str

    def on_file(self) -> frozenset[OperatorCode]:
        """Return the member's operators that have a case here."""
        found: list[OperatorCode] = []
        while page := self.files.operators(
            member=self.member, after=found[-1] if found else None, limit=PAGE
        ):
            found += page
        return frozenset(found)


def programmes_of(member: str, mutual: Mutual) -> dict[str, Programme]:
    """Return a member's programmes by code in capitals."""
    return {one.code.upper(): one for one in mutual.programmes.values() if one.member == member}


def planned(  # noqa: PLR0913 - the list, what it is compared with, and how
    wanted: Sequence[Wanted],
    desk: Desk,
    sense: Sense,
    *,
    columns: Bound,
    complaints: Complaints,
    absence: Absence | None = None,
    seen: Callable[[int], None] = lambda _: None,
) -> Plan:
    """Return what the ledger needs; contradictions go to the complaints.

    `absence` looks for operators that the list lacks, where they can be listed.  `seen` is told how many
    more were compared.  Raises `TooManyAbsent` or `Unavailable`.
    """
    as_of, _ = desk.recognitions.mutual()
    told: list[Due | Left] = []
    unchanged = 0
    known = desk.on_file()
    for page in chunked(wanted, PAGE):
        found = desk.recognitions.found([one.operator for one in page])
        records = desk.files.records({one.latest.record_hash for one in found.operators.values()})
        as_of = found.as_of
        for one in page:
            operator = found.operators.get(one.operator)
            try:
                record = records.get(operator.latest.record_hash) if operator else None
                result = compared(one, operator, record, sense)
                if result is not None and one.operator in known:
                    _not_applying(one, operator, desk, sense)
            except Unfit as fault:
                complaints.add(RowProblem(one.line, columns.title(fault.field), fault.rule, fault.message))
                continue
            unchanged += result is None
            told += [] if result is None else [result]
        seen(len(page))
    told += absence.beside(*_whole(wanted, sense), sense) if absence else []
    return Plan(
        as_of=as_of,
        due=[one for one in told if isinstance(one, Due)],
        left=[one for one in told if isinstance(one, Left)],
        unchanged=unchanged,
        unknown_columns=columns.unknown,
        absence_known=absence is not None,
    )


def _not_applying(one: Wanted, operator: Operator | None, desk: Desk, sense: Sense) -> None:
    """Raise `Unfit` for an operator whose application is being looked at: a list does not decide it."""
    changes = operator.changes if operator else ()
    stage = Case(one.operator, tuple(desk.files.events(one.operator)), changes).stage_at(sense.now)
    if stage in APPLYING:
        message = f"its application is on file as {stage}; decide it with asal operator"
        raise Unfit("plan.applying", message, "status")


def _whole(wanted: Sequence[Wanted], sense: Sense) -> tuple[Collection[OperatorCode], Collection[int]]:
    """Return the operators of a list, and the programmes that it speaks of."""
    codes = {one.programme.upper() for one in wanted}
    numbers = {programme.id for code, programme in sense.programmes.items() if code in codes}
    return {one.operator for one in wanted}, numbers
