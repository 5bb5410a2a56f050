"""Calls, events and custom errors of a contract, encoded and decoded as its ABI says.

Structs come back as dictionaries by the names of their fields, so nothing here or after depends on the
order in which a struct is declared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_utils.abi import collapse_if_tuple, event_abi_to_log_topic, function_abi_to_4byte_selector

from ledger.errors import ChainUnreachable, InputMalformed

if TYPE_CHECKING:
    from eth_typing import ABIComponent, ABIEvent, ABIFunction

Value = Any
"""What the ABI library makes of one value.  Its type follows from the ABI."""
Values = dict[str, Value]
"""Values by the names of the ABI."""
Component = Mapping[str, Any]
"""One input, output or struct field as the ABI describes it."""


@dataclass(frozen=True, slots=True)
class Log:
    """An event as a node reports it."""

    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Shape:
    """A function or custom error of the ABI."""

    name: str
    selector: bytes
    inputs: tuple[Component, ...]
    outputs: tuple[Component, ...] = ()


class Codec:
    """The ABI of one contract, made ready once."""

    def __init__(self, abi: Sequence[Mapping[str, Any]]) -> None:
        self.functions = {shape.name: shape for shape in _shapes(abi, "function")}
        self.errors = {shape.selector: shape for shape in _shapes(abi, "error")}
        self._events = {item["name"]: item for item in abi if item["type"] == "event"}
        self._topics = {
            name: event_abi_to_log_topic(cast("ABIEvent", item)) for name, item in self._events.items()
        }
        self._constructor: Sequence[Component] = next(
            (item["inputs"] for item in abi if item["type"] == "constructor"), ()
        )

    def call(self, name: str, *arguments: object) -> bytes:
        """Return the calldata of a call."""
        function = self.functions[name]
        return function.selector + _encoded(function.inputs, arguments)

    def construct(self, *arguments: object) -> bytes:
        """Return what follows the bytecode when the contract is created."""
        return _encoded(self._constructor, arguments)

    def answer(self, name: str, data: bytes) -> tuple[Any, ...]:
        """Return the values a function answered with."""
        return tuple(decoded(self.functions[name].outputs, data).values())

    def topic(self, event: str) -> bytes:
        """Return the topic by which logs of an event are found."""
        return self._topics[event]

    def find(self, event: str, logs: Iterable[Log]) -> Values | None:
        """Return the first event of this name among logs, if there is one."""
        return next(
            (self.event(event, log) for log in logs if log.topics[:1] == (self._topics[event],)), None
        )

    def event(self, name: str, log: Log) -> Values:
        """Return the values of an event, indexed ones too."""
        inputs = self._events[name]["inputs"]
        indexed = [component for component in inputs if component["indexed"]]
        plain = [component for component in inputs if not component["indexed"]]
        if len(log.topics) != len(indexed) + 1:
            raise ChainUnreachable(f"the node reports a {name} that the contract cannot have emitted")
        return decoded(indexed, b"".join(log.topics[1:])) | decoded(plain, log.data)


def decoded(components: Sequence[Component], data: bytes) -> Values:
    """Decode values by the components that describe them."""
    try:
        values = decode([_type(component) for component in components], data)
    except (DecodingError, OverflowError, ValueError) as problem:
        raise ChainUnreachable("the node's answer does not fit the contract") from problem
    names = (component["name"] or f"_{position}" for position, component in enumerate(components))
    return {
        name: _named(component, value)
        for name, component, value in zip(names, components, values, strict=True)
    }


def _encoded(components: Sequence[Component], arguments: Sequence[object]) -> bytes:
    try:
        return encode([_type(component) for component in components], arguments)
    except (EncodingError, OverflowError, ValueError, TypeError) as problem:
        raise InputMalformed("chain.value", "a value does not fit what the contract takes") from problem


def _shapes(abi: Sequence[Mapping[str, Any]], kind: str) -> Iterable[Shape]:
    for item in abi:
        if item["type"] == kind:
            # A custom error is selected exactly as a function of the same signature.
            selector = function_abi_to_4byte_selector(cast("ABIFunction", {**item, "type": "function"}))
            yield Shape(item["name"], selector, tuple(item["inputs"]), tuple(item.get("outputs", ())))


def _type(component: Component) -> str:
    return collapse_if_tuple(cast("ABIComponent", component))


def _named(component: Component, value: Value) -> Value:
    """Turn the tuples of structs into dictionaries; lists of structs do not occur in what is read."""
    if component["type"] != "tuple":
        return value
    inner: Sequence[Component] = component["components"]
    return {field["name"]: _named(field, part) for field, part in zip(inner, value, strict=True)}
