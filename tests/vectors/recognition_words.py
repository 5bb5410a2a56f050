"""The words in which the vectors of recognition are written: what is recorded, and what is asked.

A day stands for its first second (UTC) where something begins or is recorded, and for its last where it ends.
"""

from typing import Any, Final

ALL: Final = "IMP EXP MFR BRK CAR FWD WHS TRM LOG OTH"
_NO_RECOGNITION: Final = frozenset(
    {"host-not-participating", "home-not-participating", "arrangement-suspended", "programme-not-recognised"}
)
"""Reasons of an arrangement that no recognition under it decides."""


def programme(on: str, by: str, code: str, levels: int = 1) -> Any:
    """A member declares a programme."""
    return _said(on, by, "declareProgramme", {"code": code, "kind": "safe-aeo", "levels": levels})


def arrangement(on: str, by: str, code: str, other: str | None = None) -> Any:
    """A member declares an arrangement, bilateral with another party."""
    kind = "bilateral" if other else "plurilateral"
    return _said(on, by, "declareArrangement", {"code": code, "kind": kind, "other": other})


def participation(on: str, by: str, state: str, begins: str, arrangement: int = 1) -> Any:
    """A member says how far it is."""
    return _said(on, by, "participate", {"arrangement": arrangement, "state": state, "from": _first(begins)})


def in_force(on: str, by: str, begins: str, arrangement: int = 1) -> Any:
    """A member says that the arrangement is in force for it."""
    return participation(on, by, "in-force", begins, arrangement)


def recognition(  # noqa: PLR0913 - a row of the matrix
    on: str,
    grantor: str,
    partner: str,
    programme: int,
    begins: str,
    *,
    min_level: int = 1,
    roles: str = ALL,
    directions: str = "import export",
    until: str | None = None,
    arrangement: int = 1,
    by: str | None = None,
) -> Any:
    """A member recognises operators of a partner."""
    terms = {
        "arrangement": arrangement,
        "partner": partner,
        "programme": programme,
        "minLevel": min_level,
        "roles": roles.split(),
        "directions": directions.split(),
        "from": _first(begins),
        "until": _last(until),
    }
    return _said(on, by or grantor, "recognise", terms)


def ended(on: str, by: str, number: int, begins: str) -> Any:
    """A member ends one of its recognitions."""
    return _said(on, by, "endRecognition", {"recognition": number, "from": _first(begins)})


def certified(on: str, operator: str, programme: int, begins: str, **more: Any) -> Any:
    """A member certifies an operator, or says something new of a certified one."""
    return status(on, operator, "certified", programme, begins, **more)


def status(  # noqa: PLR0913 - a status says everything
    on: str,
    operator: str,
    what: str,
    programme: int,
    begins: str,
    *,
    level: int = 1,
    roles: str = "EXP",
    consent: str = "publication exchange",
    until: str | None = None,
    ground: str = "none",
    by: str | None = None,
) -> Any:
    """A member records a status of an operator."""
    said = {
        "operator": operator,
        "status": what,
        "programme": programme,
        "level": level,
        "roles": roles.split(),
        "consent": consent.split(),
        "from": _first(begins),
        "until": _first(until) if what == "revoked" else _last(until),
        "ground": ground,
    }
    return _said(on, by or operator[:2], "status", said)


def compromised(on: str, key: str, since: str) -> Any:
    """A member's administrator says that a key is not to be relied on since a moment."""
    return _said(on, f"admin {key[:2]}", "markCompromised", {"key": key, "from": _first(since)})


def ask(  # noqa: PLR0913 - a question and its answer
    about: str,
    operator: str,
    host: str,
    role: str = "EXP",
    *,
    at: str,
    direction: str = "import",
    known: str | None = None,
    reason: str = "recognised",
    recognition: int | None = None,
    arrangement: int | None = None,
    version: int | None = 1,
) -> dict[str, Any]:
    """A question, with the answer it must get."""
    decided = arrangement or (1 if recognition or reason in _NO_RECOGNITION else None)
    return {
        "description": about,
        "operator": operator,
        "host": host,
        "roles": role.split(),
        "directions": direction.split(),
        "at": at,
        "known": known,
        "reason": reason,
        "version": None if reason in {"not-found", "not-yet-effective"} else version,
        "recognition": recognition,
        "arrangement": decided,
    }


def _said(on: str, by: str, what: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"recordedAt": _first(on), "by": by, what: content}


def _first(day: str | None) -> str | None:
    return f"{day}T00:00:00Z" if day else None


def _last(day: str | None) -> str | None:
    return f"{day}T23:59:59Z" if day else None
