"""A case as the command line and the API tell it: JSON members, the same at both doors."""

from datetime import date, datetime
from typing import Any

from ledger.aeo.application import CONSENTS
from ledger.aeo.cases import Case, Event, EventState
from ledger.aeo.procedures import due
from ledger.aeo.records import OperatorRecord, role_names
from ledger.operators import Consent, Ground, Status, StatusChange


def case_told(case: Case, record: OperatorRecord | None, now: datetime) -> dict[str, Any]:
    """Return a case with all its events and statuses; `record` is its newest, if that is here."""
    return {
        **case_brief(case, record, now),
        "statuses": [_status(one, place) for place, one in enumerate(case.statuses, start=1)],
        "events": [event_told(event) for event in case.events],
    }


def case_brief(case: Case, record: OperatorRecord | None, now: datetime) -> dict[str, Any]:
    """Return where a case is, what may be done, and what is applied for or granted."""
    found, holding = due(case), case.holding
    return {
        "operator": case.operator,
        "stage": case.stage_at(now).value,
        "allowed": [act.value for act in case.allowed_at(now)],
        "due": found
        and {
            "on": _day(found.on),
            "latest": _day(found.latest),
            "of": found.of,
            "late": found.late(now),
            "source": found.source,
        },
        "name": record.name if record else None,
        "programme": record.programme if record else None,
        "programmeNumber": holding.programme if holding else None,
        "level": holding.level if holding else None,
        "roles": role_names(holding.roles) if holding else [],
        "consent": _consents(holding.consent) if holding else [],
        "until": _moment(holding.until) if holding else None,
        "recordHash": f"0x{holding.record_hash.hex()}" if holding else None,
        "version": case.version,
        "pending": any(event.state is EventState.ACCEPTED for event in case.live),
    }


def event_told(event: Event) -> dict[str, Any]:
    """Return an event."""
    return {
        "seq": event.seq,
        "act": event.act.value,
        "stage": event.stage.value,
        "effective": _moment(event.effective),
        "recordedAt": _moment(event.recorded_at),
        "office": event.office,
        "ground": _ground(event.ground),
        "note": event.note or None,
        "evidence": [f"0x{one.hex()}" for one in event.evidence],
        "authority": event.authority,
        "account": event.account,
        "version": event.version if event.status is not None else None,
        "state": event.state.value,
    }


def _status(status: Status, version: int) -> dict[str, Any]:
    on_ledger = isinstance(status, StatusChange)
    return {
        "version": version,
        "status": status.status.name.lower(),
        "effectiveFrom": _moment(status.effective_from),
        "until": _moment(status.until),
        "level": status.level,
        "roles": role_names(status.roles),
        "consent": _consents(status.consent),
        "ground": _ground(status.ground),
        "recordedAt": _moment(status.recorded_at) if isinstance(status, StatusChange) else None,
        "state": (EventState.RECORDED if on_ledger else EventState.ACCEPTED).value,
    }


def _consents(consent: Consent) -> list[str]:
    return [word for word, one in CONSENTS.items() if one in consent]


def _ground(ground: Ground) -> str | None:
    return None if ground is Ground.NONE else ground.name.lower().replace("_", "-")


def _moment(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _day(day: date) -> str:
    return day.isoformat()
