"""What we write and read as the ABI lays it out is what eth_abi writes and reads."""

from typing import Any

import pytest
from eth_abi.abi import decode, encode
from hypothesis import given
from hypothesis import strategies as st

from ledger.abi import Component, coder_of, struct_of, type_of
from ledger.chain.artefacts import CERTIFICATE_REGISTRY, artefact
from ledger.chain.codec import Codec, Log
from ledger.errors import ChainUnreachable, InputMalformed

ABI = artefact(CERTIFICATE_REGISTRY).abi
SIGNATURES = {
    (item["type"], item["name"]): item[part]
    for item in ABI
    for part in ("inputs", "outputs")
    if item["type"] in {"function", "error", "event"} and item.get(part)
}
TERMS = next(item["inputs"] for item in ABI if item.get("name") == "issue")


def values_of(component: Component) -> st.SearchStrategy[Any]:
    """Return values of a type of the contract."""
    kind = component["type"]
    if kind.endswith("[]"):
        return st.lists(values_of({**component, "type": kind[:-2]}), max_size=3).map(tuple)
    if kind == "tuple":
        return st.tuples(*map(values_of, component["components"]))
    if kind.startswith("uint"):
        return st.integers(0, 2 ** int(kind[4:]) - 1)
    if kind.startswith("bytes"):
        return st.binary(min_size=int(kind[5:]), max_size=int(kind[5:]))
    return {
        "bool": st.booleans(),
        "address": st.binary(min_size=20, max_size=20).map(lambda octets: f"0x{octets.hex()}"),
        "string": st.text(st.characters(exclude_categories=["Cs"])),
    }[kind]


def plain(value: Any) -> Any:
    """Return a value without the names of its fields."""
    if isinstance(value, dict):
        return tuple(map(plain, value.values()))
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("signature", SIGNATURES, ids=" ".join)
@given(data=st.data())
def test_all_that_the_contract_takes_and_says_is_written_and_read_as_eth_abi_does(
    signature: tuple[str, str], data: st.DataObject
) -> None:
    """Every function, error and event, with any values."""
    components = SIGNATURES[signature]
    types, ours = [type_of(component) for component in components], struct_of(components)
    values = tuple(data.draw(values_of(component)) for component in components)
    written = encode(types, values)
    assert ours.encode(values) == written
    assert plain(ours.decode(written, 0)) == values
    assert plain(decode(types, written)) == values


@given(
    st.binary(max_size=1000)
    | st.lists(st.integers(0, 300), max_size=30).map(lambda n: encode(["uint256"] * len(n), n))
)
def test_what_eth_abi_refuses_to_read_is_refused(octets: bytes) -> None:
    """Pointers and lengths may lead anywhere; no other error comes of them."""
    types = [type_of(component) for component in TERMS]
    try:
        expected = decode(types, octets)
    except Exception:  # noqa: BLE001 -- the library raises several
        with pytest.raises(ValueError):  # noqa: PT011 -- the words do not matter
            struct_of(TERMS).decode(octets, 0)
    else:
        assert plain(struct_of(TERMS).decode(octets, 0)) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uint8", 256),
        ("uint8", -1),
        ("uint8", True),
        ("uint8", "1"),
        ("bytes2", b"VNX"),
        ("bytes2", "VN"),
        ("bool", 1),
        ("address", "0x12"),
        ("address", 12),
        ("string", b"text"),
        ("string", "\ud800"),
        ("uint8[]", 7),
        ("uint8[]", "12"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(kind: str, value: object) -> None:
    """Nothing is cut off or converted."""
    with pytest.raises(ValueError):  # noqa: PT011 -- the words do not matter
        coder_of({"type": kind}).encode(value)


def test_a_call_with_a_wrong_value_is_malformed_input() -> None:
    """The caller's fault, and too few arguments too."""
    codec = Codec(ABI)
    with pytest.raises(InputMalformed):
        codec.call("memberOf", b"VNX")
    with pytest.raises(InputMalformed):
        codec.call("memberOf")


@pytest.mark.parametrize(
    ("kind", "octets"),
    [
        ("uint8", (256).to_bytes(32)),
        ("bool", (2).to_bytes(32)),
        ("bytes2", b"VNX".ljust(32, b"\0")),
        ("address", b"\1" * 32),
        ("uint8", bytes(31)),
    ],
)
def test_bits_outside_a_value_are_refused(kind: str, octets: bytes) -> None:
    """A contract of ours never sets them."""
    with pytest.raises(ValueError):  # noqa: PT011 -- the words do not matter
        coder_of({"type": kind}).decode(octets, 0)


def test_a_name_that_is_no_text_is_read_with_escapes() -> None:
    """A member must not make the list of authorities unreadable by naming one in bytes that are no UTF-8."""
    octets = encode(["bytes"], [b"Minist\xe8re"])
    assert struct_of([{"type": "string", "name": "name"}]).decode(octets, 0) == {"name": "Minist\\xe8re"}


def test_types_that_the_contracts_do_not_use_are_not_guessed() -> None:
    """Signed numbers, say."""
    with pytest.raises(NotImplementedError):
        coder_of({"type": "int8"})


def test_a_log_is_read_only_as_what_it_is() -> None:
    """Its topics say which event it is, and how many there must be."""
    codec = Codec(ABI)
    log = Log((codec.topic("KeyRevoked"), bytes(12) + b"\1" * 20), b"")
    assert codec.name(log) == "KeyRevoked"
    assert codec.event("KeyRevoked", log) == {"account": "0x" + "01" * 20}
    assert codec.find("KeyAdded", [log]) is None
    assert codec.name(Log((), b"")) is None
    for wrong in (Log(log.topics[:1], b""), Log((bytes(32), log.topics[1]), b"")):
        with pytest.raises(ChainUnreachable):
            codec.event("KeyRevoked", wrong)
