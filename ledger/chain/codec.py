"""Calls, events and custom errors of a contract, encoded and decoded as its ABI says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from eth_utils.abi import event_abi_to_log_topic, function_abi_to_4byte_selector

from ledger.abi import Coder, Component, Values, coder_of
from ledger.errors import ChainUnreachable, InputMalformed
from ledger.facts import Address

if TYPE_CHECKING:
    from eth_typing import ABIEvent, ABIFunction


@dataclass(frozen=True, slots=True)
class Log:
    """An event as a node reports it."""

    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class BlockLog(Log):
    """An event with its place on the chain."""

    address: Address
    """The contract that it is of."""
    block: int
    block_hash: bytes
    index: int
    """Its place among the events of the block."""
    transaction: bytes


@dataclass(frozen=True, slots=True)
class Shape:
    """A function or custom error of the ABI, made ready."""

    name: str
    selector: bytes
    inputs: tuple[Component, ...]
    arguments: Coder
    results: Coder


@dataclass(frozen=True, slots=True)
class _Event:
    """An event of the ABI, made ready."""

    topic: bytes
    topics: int
    """How many topics its logs have."""
    indexed: Coder
    plain: Coder


class Codec:
    """The ABI of one contract, made ready once."""

    def __init__(self, abi: Sequence[Mapping[str, Any]]) -> None:
        self.functions = {shape.name: shape for shape in _shapes(abi, "function")}
        self.errors = {shape.selector: shape for shape in _shapes(abi, "error")}
        self._events = {item["name"]: _event(item) for item in abi if item["type"] == "event"}
        self._names = {event.topic: name for name, event in self._events.items()}

    def call(self, name: str, *arguments: object) -> bytes:
        """Return the calldata of a call."""
        function = self.functions[name]
        return function.selector + _encoded(function.arguments, arguments)

    def answer(self, name: str, data: bytes) -> tuple[Any, ...]:
        """Return the values a function answered with."""
        return tuple(decoded(self.functions[name].results, data).values())

    def topic(self, event: str) -> bytes:
        """Return the topic by which logs of an event are found."""
        return self._events[event].topic

    def name(self, log: Log) -> str | None:
        """Return which event a log is of; `None` for one that the contract does not have."""
        return self._names.get(log.topics[0]) if log.topics else None

    def find(self, event: str, logs: Iterable[Log]) -> Values | None:
        """Return the first event of this name among logs, if there is one."""
        return next((self.event(event, log) for log in logs if self.name(log) == event), None)

    def event(self, name: str, log: Log) -> Values:
        """Return the values of an event, indexed ones too."""
        event = self._events[name]
        if len(log.topics) != event.topics or log.topics[0] != event.topic:
            raise ChainUnreachable(f"the node reports a {name} that the contract cannot have emitted")
        return decoded(event.indexed, b"".join(log.topics[1:])) | decoded(event.plain, log.data)


def decoded(coder: Coder, data: bytes) -> Values:
    """Decode values that stand at the beginning of bytes."""
    try:
        values: Values = coder.decode(data)
    except ValueError as problem:
        raise ChainUnreachable("the node's answer does not fit the contract") from problem
    return values


def _encoded(coder: Coder, arguments: Sequence[object]) -> bytes:
    try:
        return coder.encode(arguments)
    except ValueError as problem:
        raise InputMalformed("chain.value", "a value does not fit what the contract takes") from problem


def _shapes(abi: Sequence[Mapping[str, Any]], kind: str) -> Iterable[Shape]:
    for item in abi:
        if item["type"] == kind:
            inputs = tuple(item["inputs"])
            # A custom error is selected exactly as a function of the same signature.
            selector = function_abi_to_4byte_selector(cast("ABIFunction", {**item, "type": "function"}))
            yield Shape(item["name"], selector, inputs, coder_of(inputs), coder_of(item.get("outputs", ())))


def _event(item: Mapping[str, Any]) -> _Event:
    indexed = [component for component in item["inputs"] if component["indexed"]]
    plain = [component for component in item["inputs"] if not component["indexed"]]
    topic = event_abi_to_log_topic(cast("ABIEvent", item))
    return _Event(topic, len(indexed) + 1, coder_of(indexed), coder_of(plain))
