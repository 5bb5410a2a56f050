"""Revert data of the contracts as the refusals of `ledger.refusals`.

The data arrives in three shapes: as a hex string from `eth_call`, inside a dictionary from nodes that
wrap it when they estimate or send, and not at all in a receipt with status 0, whose call is then asked
again at its block (`ledger.chain.sender`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum

from ledger.abi import Component, Value
from ledger.chain.codec import Codec, decoded
from ledger.chain.rpc import Json, NodeError
from ledger.chain.values import address_of, moment, text_of
from ledger.errors import ChainUnreachable, LedgerError, Unavailable
from ledger.facts import Standing
from ledger.operators import OperatorStatus
from ledger.origin.facts import ExporterStatus, Step
from ledger.procedures_refusals import twin_named

_HEX = re.compile(r"0x((?:[0-9a-fA-F]{2})*)")
_LISTED: Mapping[str, type[IntEnum]] = {
    "Standing": Standing,
    "OperatorStatus": OperatorStatus,
    "Step": Step,
    "ExporterStatus": ExporterStatus,
}
_TEXTS = frozenset({"operator", "code"})
"""Operands of 32 bytes that are texts."""
_PANIC = bytes.fromhex("4e487b71")
_ERROR_STRING = bytes.fromhex("08c379a0")


@dataclass(eq=False)
class ContractFault(Unavailable):
    """The contract stopped without one of its own errors: out of gas, a panic, or other code than ours."""

    message: str

    def __str__(self) -> str:
        return f"the contract stopped: {self.message}"


def refusal_of(error: NodeError, codec: Codec) -> LedgerError:
    """Return the refusal that a node's error reports; the error itself when it reports none."""
    return refusal_in(revert_data(error.data), codec) if error.reverted else error


def refusal_in(data: bytes, codec: Codec) -> LedgerError:
    """Return the refusal that revert data carries."""
    shape = codec.errors.get(data[:4])
    if shape is None:
        return ContractFault(_fault(data))
    twin = twin_named(shape.name)
    try:
        values = decoded(shape.arguments, data[4:]).values()
    except ChainUnreachable:
        return ContractFault(f"{shape.name} with operands that do not fit")
    if twin is None or len(fields(twin)) != len(shape.inputs):
        return ContractFault(f"{shape.name}, which this client does not know")
    refusal: LedgerError = twin(
        *(operand(component, value) for component, value in zip(shape.inputs, values, strict=True))
    )
    return refusal


def revert_data(data: Json) -> bytes:
    """Find the revert data in what a node put beside its error."""
    if isinstance(data, str):
        found = _HEX.search(data)
        return bytes.fromhex(found[1]) if found else b""
    if isinstance(data, Mapping):
        for inner in ("result", "data", "return"):
            if isinstance(data.get(inner), str | Mapping):
                return revert_data(data[inner])
        nested = (value for value in data.values() if isinstance(value, Mapping))
        return next((found for found in map(revert_data, nested) if found), b"")
    return b""


def operand(component: Component, value: Value) -> Value:
    """Turn an operand into the type its twin declares."""
    kind = str(component.get("internalType", "")).rpartition(".")[2]
    if kind in _LISTED:
        return _listed(_LISTED[kind], value)
    if component["name"] in _TEXTS:
        return text_of(value)
    match component["type"]:
        case "bytes2":
            return text_of(value)
        case "uint48":
            return moment(value)
        case "address":
            return address_of(value)
        case _:
            return value


def _listed(kind: type[IntEnum], number: int) -> int:
    """Return a listed value; the number of none as it is."""
    return kind(number) if number in set(kind) else number


def _fault(data: bytes) -> str:
    if not data:
        return "it ran out of gas, or was called in a way it does not know"
    if data[:4] == _PANIC:
        return f"panic 0x{int.from_bytes(data[4:36], 'big'):02x}"
    if data[:4] == _ERROR_STRING:
        return "it answered with a text, which our contracts never do; is the address right?"
    return f"error 0x{data[:4].hex()}, which is not one of ours; is the address right?"
