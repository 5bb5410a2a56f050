"""Values as the contract's ABI lays them out: eth_abi's coders, and the names of what they read.

Structs come back as dictionaries by the names of their fields, so nothing here or after depends on the
order in which a struct is declared.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from eth_abi.codec import ABICodec
from eth_abi.decoding import StringDecoder
from eth_abi.exceptions import DecodingError, EncodingError
from eth_abi.grammar import parse
from eth_abi.registry import ABIRegistry, registry
from eth_utils.abi import collapse_if_tuple

Value = Any
"""What one value becomes in Python.  Its type follows from the ABI."""
Values = dict[str, Value]
"""Values by the names of the ABI."""
Component = Mapping[str, Any]
"""One input, output or struct field as the ABI describes it."""
_Naming = Callable[[Iterator[Value]], Value]
"""Takes the next values that eth_abi read and gives them the names of the ABI."""


def _types() -> ABIRegistry:
    """Return the types, with strings that are no UTF-8 read as escapes.

    A contract takes any bytes for a string, and one name must not make the others unreadable.
    """
    types: ABIRegistry = registry.copy()  # type: ignore[no-untyped-call]
    types.unregister_decoder("string")
    types.register_decoder("string", StringDecoder("backslashreplace"))  # type: ignore[no-untyped-call]
    return types


_ABI = ABICodec(_types())  # which keeps the coders of every list of types it met


@dataclass(frozen=True, slots=True)
class Coder:
    """How the values of a struct are written and read, or the arguments or results of a function."""

    written: tuple[str, ...]
    """The types as signatures spell them."""
    read: tuple[str, ...]
    """The types with the fields of structs that lie in place, see `_read_as`."""
    naming: _Naming

    def encode(self, values: Sequence[Value]) -> bytes:
        """Return `abi.encode` of the values; `ValueError` for one that does not fit its type."""
        try:
            return _ABI.encode(self.written, values)
        except (EncodingError, OverflowError, TypeError, ValueError):
            # Without the library's own words, which repeat the value.
            raise ValueError("a value does not fit its type") from None

    def decode(self, data: bytes) -> Values:
        """Return the values that stand at the beginning of bytes; `ValueError` if they cannot be read."""
        try:
            values = _ABI.decode(self.read, data)
        except (DecodingError, OverflowError, ValueError) as problem:
            raise ValueError("not what the ABI describes") from problem
        named: Values = self.naming(iter(values))
        return named


def coder_of(components: Sequence[Component]) -> Coder:
    """Make a struct ready, or the arguments or results of a function, which look like one."""
    read = [kind for component in components for kind in _read_as(component)]
    return Coder(tuple(map(_signed_as, components)), tuple(read), _struct(components))


def _signed_as(component: Component) -> str:
    return collapse_if_tuple(cast("Any", component))


def _in_place(component: Component) -> bool:
    """Whether it is a struct of fixed size, whose fields lie where it stands."""
    return component["type"] == "tuple" and not parse(_signed_as(component)).is_dynamic


def _read_as(component: Component) -> list[str]:
    """Return the types by which a value is read.

    A struct that lies in place is read field by field, because eth_abi reads what stands in a tuple twice,
    and what stands in a tuple of a tuple four times.
    """
    kind = str(component["type"])
    if not kind.startswith("tuple"):
        return [kind]
    inner = [part for field in component["components"] for part in _read_as(field)]
    return inner if _in_place(component) else [f"({','.join(inner)}){kind.removeprefix('tuple')}"]


def _struct(components: Sequence[Component]) -> _Naming:
    """Return what names the fields of a struct; one without a name is called by its place."""
    fields = [
        (component.get("name") or f"_{place}", _naming(component))
        for place, component in enumerate(components)
    ]
    return lambda values: {name: naming(values) for name, naming in fields}


def _naming(component: Component) -> _Naming:
    kind = str(component["type"])
    if not kind.startswith("tuple"):
        return next
    struct = _struct(component["components"])
    if _in_place(component):
        return struct
    if kind == "tuple":
        return lambda values: struct(iter(next(values)))
    if kind == "tuple[]":
        return lambda values: [struct(iter(item)) for item in next(values)]
    raise NotImplementedError(kind)
