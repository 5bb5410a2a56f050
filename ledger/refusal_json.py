"""Refusals of the contracts as text, so that a database can keep them and say later what was said."""

import json
from collections.abc import Callable
from dataclasses import Field, dataclass, fields
from datetime import datetime
from enum import IntEnum
from typing import Any

from ledger.facts import Standing
from ledger.operators import OperatorStatus
from ledger.origin.facts import ExporterStatus, Step
from ledger.procedures_refusals import twin_named
from ledger.refusals import ContractRefusal


@dataclass(eq=False)
class RefusalUnknown(ContractRefusal):
    """The contract refused for a reason that this release does not know: {name}."""

    name: str


_Codec = Callable[[Any], object]
_WRITERS: dict[object, _Codec] = {
    bytes: bytes.hex,
    datetime: datetime.isoformat,
    Standing: lambda standing: standing.name,
    **dict.fromkeys(
        (OperatorStatus, Step, ExporterStatus), lambda one: one.name if isinstance(one, IntEnum) else one
    ),
}
_READERS: dict[object, _Codec] = {
    bytes: bytes.fromhex,
    datetime: datetime.fromisoformat,
    Standing: lambda name: Standing[name],
    OperatorStatus: lambda name: OperatorStatus[name] if isinstance(name, str) else name,
    Step: lambda name: Step[name] if isinstance(name, str) else name,
    ExporterStatus: lambda name: ExporterStatus[name] if isinstance(name, str) else name,
}


def stated(refusal: ContractRefusal) -> str:
    """Return a refusal as JSON, which `restated` reads again: its class and its operands."""
    operands = {
        field.name: _codec(_WRITERS, field)(getattr(refusal, field.name)) for field in fields(refusal)
    }
    return json.dumps({"refusal": type(refusal).__name__, "operands": operands})


def restated(text: str) -> ContractRefusal:
    """Return the refusal that a text states; `RefusalUnknown` when this release has none like it."""
    told = json.loads(text)
    name, operands = told["refusal"], told["operands"]
    twin = twin_named(name)
    if twin is None:
        return RefusalUnknown(operands.get("name", name) if name == RefusalUnknown.__name__ else name)
    if operands.keys() != {field.name for field in fields(twin)}:
        return RefusalUnknown(name)
    return twin(**{field.name: _codec(_READERS, field)(operands[field.name]) for field in fields(twin)})


def _codec(codecs: dict[object, _Codec], field: Field[Any]) -> _Codec:
    """Return how an operand is written or read: by its annotation; numbers and texts stay as they are."""
    return codecs.get(field.type, lambda value: value)
