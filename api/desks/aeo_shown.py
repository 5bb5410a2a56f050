"""The operators of an AEO officer's member as the desk shows them: lists, one case, and its acts as forms."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from api.desks.aeo_forms import own_roles, takes, token
from api.desks.aeo_words import ACTS, GROUNDS, HINTS, STAGES, TONES, UNTIL
from ledger.aeo.acts import ALLOWED, APPLYING, ASSUMED, NEEDS, Act, Stage
from ledger.aeo.acts import GROUNDS as TAKEN_GROUNDS
from ledger.aeo.application import CONSENTS
from ledger.aeo.cases import Case, EventState
from ledger.aeo.naming import words_of
from ledger.aeo.procedures import PROCEDURES, due
from ledger.aeo.records import OperatorRecord
from ledger.aeo.words import ROLE_WORDS, role_code, word
from ledger.authorising import cases, cases_of, newest_records, own_code
from ledger.errors import OperatorCodeAmbiguous, OperatorCodeMalformed
from ledger.operators import OperatorCode, Programme
from ledger.ports import Ledger
from ledger.recognition_refusals import OperatorNotYours

SHOWN: Final = 50
"""Operators on a page."""
MOST_WAITING: Final = 200
"""Cases that are looked through for those that wait."""
MOST_ROWS: Final = 5000
"""Operators in a file for spreadsheets."""
HEADER: Final = ("operator", "name", "stage", "due", "late", "valid until", "programme", "level", "roles")


@dataclass(frozen=True, slots=True)
class Row:
    """An operator in a list."""

    operator: OperatorCode
    name: str | None
    stage: Stage
    due: date | None
    late: bool
    until: datetime | None
    programme: str | None
    level: int | None
    roles: Sequence[str]
    pending: bool

    @property
    def stands(self) -> str:
        """The stage in words."""
        return STAGES[self.stage]

    @property
    def tone(self) -> str:
        """Colour and icon."""
        return TONES.get(self.stage, "wait")


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of operators."""

    rows: tuple[Row, ...]
    more: OperatorCode | None = None
    """Where the next page begins."""


@dataclass(frozen=True, slots=True)
class ActForm:
    """An act that is allowed now, as a form."""

    act: str
    title: str
    hint: str
    takes: frozenset[str]
    needs: frozenset[str]
    grounds: tuple[tuple[str, str], ...]
    """Wire's word and words of each ground that it may rest on."""
    assumed: str
    """The ground where none is chosen; empty where one must be."""
    until: tuple[str, str]
    request: str


def listed(member: str, ledger: Ledger, *, after: OperatorCode | None = None, limit: int = SHOWN) -> Listed:
    """Return a member's operators by code, as far as events or records of them are here."""
    codes = ledger.operator_files.known(member, after=after, limit=limit)
    return Listed(tuple(rows_of(cases_of(codes, ledger), ledger)), codes[-1] if len(codes) == limit else None)


def searched(text: str, member: str, ledger: Ledger) -> Listed:
    """Return the operator of a code, or those whose names fit; another member's is not found."""
    codes = {one.operator for one in ledger.operator_files.named(member, words_of(text), limit=SHOWN)}
    with suppress(OperatorCodeMalformed, OperatorCodeAmbiguous, OperatorNotYours):
        codes.add(own_code(text, member))
    found = [case for case in cases_of(sorted(codes), ledger) if case.events or case.changes]
    return Listed(tuple(rows_of(found, ledger)))


def waiting(member: str, ledger: Ledger) -> tuple[Row, ...]:
    """Return the operators whose applications are not decided, those due soonest first."""
    now = ledger.clock()
    open_ = [one for one in cases(ledger, member=member, limit=MOST_WAITING) if one.stage_at(now) in APPLYING]
    return tuple(sorted(rows_of(open_, ledger), key=lambda row: (row.due or date.max, row.operator)))


def rows_of(found: Sequence[Case], ledger: Ledger) -> Iterator[Row]:
    """Yield cases as rows of a list."""
    records, now = newest_records(found, ledger), ledger.clock()
    for case in found:
        yield row_of(case, records.get(case.operator), now)


def row_of(case: Case, record: OperatorRecord | None, now: datetime) -> Row:
    """Return a case as a row of a list."""
    limit, holding = due(case), case.holding
    return Row(
        operator=case.operator,
        name=record.name if record else None,
        stage=case.stage_at(now),
        due=limit.on if limit else None,
        late=limit.late(now) if limit else False,
        until=holding.until if holding else None,
        programme=record.programme if record else None,
        level=holding.level if holding else None,
        roles=[ROLE_WORDS[role] for role in ROLE_WORDS if holding and role in holding.roles],
        pending=any(event.state is EventState.ACCEPTED for event in case.live),
    )


def table_of(rows: Sequence[Row]) -> Sequence[Sequence[object]]:
    """Return rows under `HEADER`."""
    return [
        (
            row.operator,
            row.name,
            row.stands,
            row.due,
            row.late if row.due else None,
            row.until,
            row.programme,
            row.level,
            ", ".join(row.roles),
        )
        for row in rows
    ]


def forms_of(case: Case, now: datetime) -> tuple[ActForm, ...]:
    """Return the acts that are allowed now; a new application has a page of its own."""
    apart = {Act.APPLY, Act.ENTER}
    return tuple(form_of(act) for act in ALLOWED[case.stage_at(now)] if act not in apart)


def form_of(act: Act) -> ActForm:
    """Return the form of an act."""
    assumed = ASSUMED.get(act)
    return ActForm(
        act=act.value,
        title=ACTS[act],
        hint=HINTS.get(act, ""),
        takes=takes(act),
        needs=frozenset(NEEDS.get(act, ())),
        grounds=tuple((word(one), GROUNDS[one]) for one in TAKEN_GROUNDS.get(act, ())),
        assumed=word(assumed) if assumed is not None else "",
        until=UNTIL.get(act, ("", "")),
        request=token(),
    )


def begun_with(record: OperatorRecord | None, case: Case | None, office: str) -> Mapping[str, Any]:
    """Return what the controls of forms begin with."""
    holding = case.holding if case else None
    document = record.document() if record else {}
    names = ("name", "address", "country", "nationalId", "programme", "level")
    return {
        **{name: document.get(name, "") for name in names},
        "office": office,
        "roles": own_roles(record),
        "consent": [name for name, one in CONSENTS.items() if holding and one in holding.consent],
    }


def programmes_of(member: str, ledger: Ledger) -> Sequence[Programme]:
    """Return the programmes that a member has declared."""
    _, mutual = ledger.recognitions.mutual()
    return [one for one in mutual.programmes.values() if one.member == member]


def choices() -> Mapping[str, Any]:
    """Return what forms offer, whatever the case."""
    return {
        "roles": [(role_code(role), name) for role, name in ROLE_WORDS.items()],
        "procedures": [(one.code, one.name) for one in PROCEDURES.values()],
    }
