"""Writes that say themselves what they do as bytes, so that the outbox can keep them and say them again.

The same write always becomes the same bytes: JSON with sorted names, times in whole seconds since 1970,
days as ISO 8601, enumerations by number, bytes in hexadecimal.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, get_args, get_origin, get_type_hints

import orjson

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

_KINDS: Mapping[str, type[Said]] = {
    kind.__name__: kind
    for kind in (
        RecordStatuses,
        DeclareProgramme,
        DeclareArrangement,
        Participate,
        AddRecognition,
        EndRecognition,
        Enter,
        Receive,
        Decide,
        Clarify,
        SetSplitUse,
        OpenCase,
        TakeStep,
        SetSuspension,
        ConcludeCase,
        RecordExporter,
    )
}


def stated(write: Said) -> bytes:
    """Return a write as bytes; `ValueError` for a time that is naive or has parts of seconds."""
    kind = type(write)
    return orjson.dumps({"write": kind.__name__, **_plain(write, kind)}, option=orjson.OPT_SORT_KEYS)


def restated(text: bytes) -> Said:
    """Return the write that `stated` made bytes of; `LookupError` for one that this release does not know."""
    told = orjson.loads(text)
    write: Said = _made(told, _KINDS[told["write"]])
    return write


_READ: Mapping[type, Callable[[Any], Any]] = {
    datetime: lambda told: datetime.fromtimestamp(told, UTC),
    date: date.fromisoformat,
    bytes: bytes.fromhex,
}
"""How a value of each type is read that is not its own JSON."""


@cache
def _hints(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a dataclass
    hints = get_type_hints(kind)
    return {field.name: _bare(hints[field.name]) for field in fields(kind)}


def _bare(hint: Any) -> Any:  # noqa: ANN401 - an annotation
    """Return an annotation without its name or its None."""
    if isinstance(hint, NewType):
        return hint.__supertype__
    if isinstance(hint, UnionType):
        return next(arm for arm in get_args(hint) if arm is not NoneType)
    return hint


def _plain(value: Any, hint: Any) -> Any:  # noqa: ANN401 - any field
    """Return a value as JSON has it, with the fields of the declared class only."""
    if isinstance(value, tuple):
        return [_plain(item, get_args(hint)[0]) for item in value]
    if value is not None and is_dataclass(hint):
        return {name: _plain(getattr(value, name), of) for name, of in _hints(hint).items()}  # type: ignore[arg-type]
    if isinstance(value, datetime):
        return _seconds(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return value.value if isinstance(value, Enum) else value


def _made(told: Any, hint: Any) -> Any:  # noqa: ANN401 - any field
    """Return what a plain value stands for under an annotation."""
    if told is None:
        return None
    if read := _READ.get(hint):
        return read(told)
    if get_origin(hint) is tuple:
        return tuple(_made(item, get_args(hint)[0]) for item in told)
    if isinstance(hint, type) and is_dataclass(hint):
        return hint(**{name: _made(told[name], of) for name, of in _hints(hint).items()})
    return hint(told)


def _seconds(at: datetime) -> int:
    if at.tzinfo is None or at.microsecond:
        message = "a time of the ledger is aware and in whole seconds"
        raise ValueError(message)
    return int(at.timestamp())
