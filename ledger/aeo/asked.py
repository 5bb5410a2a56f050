"""What an officer asks for, and whether it says what its act must, whatever the case it is about."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from ledger.aeo.acts import ASSUMED, GROUNDS, NEEDS, TAKES, Act
from ledger.aeo.days import edge, last_moment
from ledger.aeo.procedures import PROCEDURES
from ledger.aeo.records import MOST_EVIDENCE
from ledger.errors import Problem
from ledger.hashing import keccak
from ledger.operators import Consent, Ground, OperatorCode, OperatorRole
from ledger.texts import text

FARTHEST: Final = timedelta(days=366)
"""How far ahead an effective date may lie; the contract holds it too."""
OFFICE: Final = 80
NOTE: Final = 2000
_FIRST: Final = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
_OPTIONAL: Final = (
    *("until", "procedure", "name", "address", "country", "national_id"),
    *("programme", "level", "roles", "consent"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What an officer asks for."""

    act: Act
    operator: OperatorCode
    office: str
    effective: datetime | None = None
    """From when it holds; None for now."""
    ground: Ground | None = None
    note: str = ""
    evidence: tuple[bytes, ...] = ()
    until: datetime | None = None
    """End of validity or of the suspension; of a revocation, from when the operator may apply again."""
    procedure: str | None = None
    name: str | None = None
    address: str | None = None
    country: str | None = None
    national_id: str | None = None
    programme: str | None = None
    """Code of the programme."""
    level: int | None = None
    roles: OperatorRole | None = None
    consent: Consent | None = None
    once: str = ""
    """The Idempotency-Key, where there is one."""

    @property
    def request(self) -> bytes:
        """The hash by which a repetition is recognised."""
        said = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        return keccak(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


def effective_of(action: Action, now: datetime) -> datetime:
    """Return from when an act holds, in whole seconds as the ledger has them."""
    return whole(action.effective or now)


def end_given(act: Act, text: str) -> datetime:
    """Return the end that an act is given: of a day its last second, for a suspension the first after it.

    From that on a suspended operator is certified again, so the day it is suspended until is whole.
    """
    return edge(text, "until", after=True) if act is Act.SUSPEND else last_moment(text, "until")


def whole(moment: datetime) -> datetime:
    """Return a moment in UTC and whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0)


def ground_of(action: Action) -> Ground:
    """Return the ground that an act rests on."""
    return action.ground if action.ground is not None else ASSUMED.get(action.act, Ground.NONE)


def problems_of(action: Action, now: datetime) -> Iterator[Problem]:
    """Yield what is wrong about what is said, whatever the case."""
    if fault := text(OFFICE)(action.office):
        yield Problem("/office", *fault)
    if action.note and (fault := text(NOTE, lines=True)(action.note)):
        yield Problem("/note", *fault)
    if not _FIRST <= effective_of(action, now) <= now + FARTHEST:
        yield Problem("/effective", "act.effective", "use a moment from 1970 to 366 days ahead")
    if action.act is Act.ANNUL and action.effective is not None:
        yield Problem("/effective", "act.not-taken", "an annulment holds from the start of the authorisation")
    if action.until is not None and action.act is Act.SUSPEND and action.until > now + FARTHEST:
        yield Problem("/until", "act.until", "use a moment at most 366 days ahead")
    yield from _of_ground(action)
    yield from _of_fields(action)
    if len(action.evidence) > MOST_EVIDENCE:
        yield Problem("/evidence", "act.evidence", f"name at most {MOST_EVIDENCE} files")
    if action.procedure is not None and action.procedure not in PROCEDURES:
        yield Problem("/procedure", "act.procedure", f"use one of {', '.join(PROCEDURES)}")


def _of_ground(action: Action) -> Iterator[Problem]:
    wanted = GROUNDS.get(action.act, ())
    if action.ground is not None and action.ground not in wanted:
        yield Problem("/ground", "act.ground", f"use {_words(wanted)}" if wanted else "takes no ground")
    if action.ground is None and wanted and action.act not in ASSUMED:
        yield Problem("/ground", "act.ground", f"give a ground: {_words(wanted)}")


def _of_fields(action: Action) -> Iterator[Problem]:
    takes, needs = TAKES.get(action.act, ()), NEEDS.get(action.act, ())
    for name in _OPTIONAL:
        given = getattr(action, name) is not None
        if given and name not in takes:
            yield Problem(f"/{_camel(name)}", "act.not-taken", f"`{action.act}` does not take this")
        if not given and name in needs:
            yield Problem(f"/{_camel(name)}", "act.missing", "is missing")
    if action.act is Act.AMEND and all(getattr(action, name) is None for name in takes):
        yield Problem("", "act.missing", "say what is to be amended")


def _words(grounds: tuple[Ground, ...]) -> str:
    return ", ".join(ground.name.lower().replace("_", "-") for ground in grounds)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field of an action
    match value:
        case bytes():
            return value.hex()
        case datetime():
            return value.astimezone(UTC).isoformat()
        case tuple():
            return sorted(map(_plain, value))
    return value
