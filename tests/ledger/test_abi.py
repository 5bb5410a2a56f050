"""What the contract says gets the names of its ABI, and what does not fit is refused."""

from typing import Any

import pytest
from eth_abi.abi import decode, encode
from hypothesis import given
from hypothesis import strategies as st

from ledger.abi import Component, coder_of
from ledger.chain.artefacts import CERTIFICATE_REGISTRY, artefact
from ledger.chain.codec import Codec, Log
from ledger.errors import ChainUnreachable, InputMalformed

ABI = artefact(CERTIFICATE_REGISTRY).abi
PLACE = {
    "name": "place",
    "type": "tuple",
    "components": [{"name": "office", "type": "bytes2"}, {"name": "number", "type": "uint32"}],
}
NAMED = {
    "name": "person",
    "type": "tuple",
    "components": [{"name": "name", "type": "string"}, PLACE, {"name": "roles", "type": "uint8[]"}],
}
IN_PYTHON = {"office": b"VN", "number": 7}


@pytest.mark.parametrize(
    ("components", "kinds", "values", "named"),
    [
        pytest.param([PLACE], ["(bytes2,uint32)"], [(b"VN", 7)], {"place": IN_PYTHON}, id="in place"),
        pytest.param(
            [{"name": "", "type": "bool"}, PLACE, {"name": "", "type": "uint8"}],
            ["bool", "(bytes2,uint32)", "uint8"],
            [True, (b"VN", 7), 3],
            {"_0": True, "place": IN_PYTHON, "_2": 3},
            id="without names",
        ),
        pytest.param(
            [{"name": "id", "type": "uint8"}, NAMED],
            ["uint8", "(string,(bytes2,uint32),uint8[])"],
            [1, ("An", (b"VN", 7), [2, 3])],
            {"id": 1, "person": {"name": "An", "place": IN_PYTHON, "roles": (2, 3)}},
            id="of any size",
        ),
        pytest.param(
            [{**PLACE, "name": "places", "type": "tuple[]"}, {"name": "id", "type": "uint8"}],
            ["(bytes2,uint32)[]", "uint8"],
            [[(b"VN", 7), (b"VN", 7)], 1],
            {"places": [IN_PYTHON, IN_PYTHON], "id": 1},
            id="in a list",
        ),
    ],
)
def test_structs_are_read_by_the_names_of_their_fields(
    components: list[Component], kinds: list[str], values: list[Any], named: dict[str, Any]
) -> None:
    """In place, behind a pointer, one inside another and in lists; and they are written as eth_abi does."""
    coder = coder_of(components)
    written = encode(kinds, values)
    assert coder.decode(written) == named
    assert coder.encode(values) == written


def test_the_evidence_of_a_certificate_is_read_by_name() -> None:
    """Every field of the contract's largest answer is where its name says, however deep."""
    item = next(item for item in ABI if item.get("name") == "evidenceOf")
    numbers = iter(range(1, 100))
    expected = example(item["outputs"], numbers)
    written = encode([kind_of(component) for component in item["outputs"]], plain(expected))
    assert coder_of(item["outputs"]).decode(written) == expected


def kind_of(component: Component) -> str:
    """Return a type as signatures spell it."""
    if component["type"] != "tuple":
        return str(component["type"])
    return f"({','.join(map(kind_of, component['components']))})"


def example(components: list[Component], numbers: Any) -> dict[str, Any]:
    """Return a different value for each field."""
    kinds: dict[str, Any] = {
        "bool": lambda number: number % 2 == 0,
        "address": lambda number: f"0x{number:040x}",
        "string": str,
        "bytes2": lambda number: number.to_bytes(2),
        "bytes32": lambda number: number.to_bytes(32),
        "bytes32[]": lambda number: (number.to_bytes(32),) * 2,
    }
    return {
        component["name"] or f"_{place}": example(component["components"], numbers)
        if component["type"] == "tuple"
        else kinds.get(component["type"], int)(next(numbers))
        for place, component in enumerate(components)
    }


def plain(value: Any) -> Any:
    """Return a value without the names of its fields."""
    return tuple(map(plain, value.values())) if isinstance(value, dict) else value


@given(
    st.binary(max_size=1000)
    | st.lists(st.integers(0, 300), max_size=30).map(lambda n: encode(["uint256"] * len(n), n))
)
def test_whatever_a_node_answers_is_read_or_called_unfit(octets: bytes) -> None:
    """Pointers and lengths may lead anywhere; no other error comes of them."""
    codec = Codec(ABI)
    for function in codec.functions:
        try:
            codec.answer(function, octets)
        except ChainUnreachable:
            continue


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
def test_a_value_that_does_not_fit_is_refused_unsaid(kind: str, value: object) -> None:
    """Nothing is cut off or converted, and the message does not repeat it."""
    with pytest.raises(ValueError, match=r"^a value does not fit its type$") as refusal:
        coder_of([{"type": kind}]).encode([value])
    assert refusal.value.__suppress_context__


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
    with pytest.raises(ValueError, match="not what the ABI describes"):
        coder_of([{"type": kind}]).decode(octets)


@pytest.mark.parametrize("kind", ["string", "string[]"])
def test_a_name_that_is_no_text_is_read_with_escapes(kind: str) -> None:
    """A member must not make the list of authorities unreadable by naming one in bytes that are no UTF-8."""
    octets = encode([kind.replace("string", "bytes")], [b"Minist\xe8re" if kind == "string" else [b"\xe8"]])
    named = coder_of([{"type": kind, "name": "name"}]).decode(octets)
    assert named == {"name": "Minist\\xe8re" if kind == "string" else ("\\xe8",)}


def test_nothing_changes_how_others_read_with_eth_abi() -> None:
    """The escapes are ours alone; web3 in the same process reads as before."""
    with pytest.raises(UnicodeDecodeError):
        decode(["string"], encode(["bytes"], [b"Minist\xe8re"]))


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
