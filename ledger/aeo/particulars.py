"""What an act makes of the operator's record, and of what is applied for or granted."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ledger.aeo.acts import Act
from ledger.aeo.asked import Action, whole
from ledger.aeo.cases import Case, Event, Holding
from ledger.aeo.records import OperatorRecord, checked, record_hash
from ledger.aeo.refused import OperatorMalformed, RecordNotHeld
from ledger.errors import Problem
from ledger.operators import Consent, Mutual, OperatorRole, Programme
from ledger.recognition_refusals import LevelInvalid

_SALT: Final = 32
_NEW_RECORD: Final = frozenset({Act.APPLY, Act.ENTER, Act.RESUBMIT, Act.AMEND, Act.CERTIFY})
"""Acts that may change what the operator's record says."""
_NEW_TERM: Final = frozenset({Act.CERTIFY, Act.RENEW, Act.ENTER})
"""Acts that set until when it is authorised."""


def particulars(
    case: Case, action: Action, mutual: Mutual, at_hand: OperatorRecord | None
) -> tuple[OperatorRecord | None, Holding]:
    """Return the record to store, if the act makes one, and what is applied for or granted afterwards.

    `at_hand` is the newest record of the case, if it is here.  Raises `OperatorMalformed`, `LevelInvalid`, or
    `RecordNotHeld` when there is no record to change.
    """
    before = case.holding
    record = _record(case, action, at_hand) if action.act in _NEW_RECORD else None
    if record is not None:
        programme = _programme(record, mutual)
        granted = (programme.id, record.level, record.roles, record_hash(record))
    else:
        assert before is not None, "only an application begins a case"  # noqa: S101
        granted = (before.programme, before.level, before.roles, before.record_hash)
    until = before.until if before and action.act is not Act.APPLY else None
    if action.act in _NEW_TERM:
        until = whole(action.until) if action.until else None
    consent = action.consent if action.consent is not None else (before.consent if before else Consent(0))
    number, level, roles, named = granted
    return record, Holding(
        programme=number, level=level, roles=roles, consent=consent, until=until, record_hash=named
    )


def _record(case: Case, action: Action, old: OperatorRecord | None) -> OperatorRecord:
    """Return the operator's record as the act leaves it; the old one where nothing of it changes."""
    evidence = set(action.evidence)
    if action.act in {Act.APPLY, Act.ENTER}:
        return checked(_first_record(action, tuple(sorted(evidence))))
    if old is None:
        raise RecordNotHeld(case.operator)
    evidence |= set(old.evidence).union(*(event.evidence for event in _of_application(case)))
    new = replace(
        old,
        name=_given(action.name, old.name),
        address=_given(action.address, old.address),
        country=_given(action.country, old.country),
        national_id=_given(action.national_id, old.national_id),
        programme=_given(action.programme, old.programme),
        level=action.level if action.level is not None else old.level,
        roles=action.roles if action.roles is not None else old.roles,
        evidence=tuple(sorted(evidence)),
    )
    return old if new == old else checked(replace(new, salt=secrets.token_bytes(_SALT)))


def _first_record(action: Action, evidence: tuple[bytes, ...]) -> OperatorRecord:
    """Return the record of a new application, whose fields are all given."""
    return OperatorRecord(
        operator=action.operator,
        name=action.name or "",
        address=action.address or "",
        country=action.country or "",
        national_id=action.national_id or "",
        programme=action.programme or "",
        level=action.level or 0,
        roles=action.roles or OperatorRole(0),
        evidence=evidence,
        salt=secrets.token_bytes(_SALT),
    )


def _of_application(case: Case) -> Iterator[Event]:
    """Yield the events since the newest application."""
    for event in reversed(case.live):
        yield event
        if event.act in {Act.APPLY, Act.ENTER}:
            return


def _given(new: str | None, old: str) -> str:
    return old if new is None else new


def _programme(record: OperatorRecord, mutual: Mutual) -> Programme:
    """Return the programme that a record names; raises `OperatorMalformed` or `LevelInvalid`."""
    wanted = (record.operator[:2], record.programme)
    for programme in mutual.programmes.values():
        if (programme.member, programme.code) == wanted:
            if record.level > programme.levels:
                raise LevelInvalid(record.operator, record.level, programme.levels)
            return programme
    message = "is no programme of this member on the ledger; declare it first: asal programme declare"
    raise OperatorMalformed((Problem("/programme", "record.programme", message),))
