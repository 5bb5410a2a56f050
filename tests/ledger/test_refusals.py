"""Each custom error of the contracts has its twin in Python, and the other way round."""

import dataclasses
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode

from ledger import procedures_refusals, recognition_refusals, refusals
from ledger.chain.artefacts import CERTIFICATE_REGISTRY, ORIGIN_PROCEDURES, RECOGNITION_REGISTRY, artefact
from ledger.chain.codec import Codec
from ledger.chain.contracts import codec_over
from ledger.chain.reverts import ContractFault, refusal_in, refusal_of
from ledger.chain.rpc import NodeError
from ledger.facts import Standing
from ledger.operators import OperatorStatus
from ledger.origin.facts import ExporterStatus, Step
from ledger.procedures_refusals import ExporterStatusInvalid, StepOutOfTurn, twin_named
from ledger.recognition_refusals import OperatorNotYours, StatusInvalid, StatusNotAllowed
from ledger.refusals import AlreadyExpired, CertificateNotLive, ContractRefusal, KeyNotYours, NotAuthorised

CONTRACTS = (CERTIFICATE_REGISTRY, RECOGNITION_REGISTRY, ORIGIN_PROCEDURES)
CODEC = codec_over(tuple(map(artefact, CONTRACTS)))
ERRORS = list(
    {
        item["name"]: item
        for contract in CONTRACTS
        for item in artefact(contract).abi
        if item["type"] == "error"
    }.values()
)
TWINS = {
    name: twin
    for name, twin in (vars(refusals) | vars(recognition_refusals) | vars(procedures_refusals)).items()
    if isinstance(twin, type) and issubclass(twin, ContractRefusal) and twin is not ContractRefusal
}
TYPES = {
    "bytes32": "bytes",
    "bytes2": "str",
    "address": "str",
    "uint8": "int",
    "uint16": "int",
    "uint32": "int",
    "uint256": "int",
    "uint48": "datetime",
    "uint64": "int",
}
SOME = {
    "bytes32": b"\1" * 32,
    "bytes2": b"VN",
    "address": "0x" + "11" * 20,
    "uint8": 3,
    "uint16": 7,
    "uint32": 4,
    "uint256": 5,
    "uint48": 1_793_577_600,
    "uint64": 5,
}


@pytest.fixture(scope="module")
def codec() -> Codec:
    """Return the ABI of all contracts."""
    return CODEC


def twin_name(operand: str) -> str:
    """Return the name that an operand has in Python."""
    snake = re.sub("(?<!^)(?=[A-Z])", "_", operand).lower()
    return {"from": "from_", "case_id": "case"}.get(snake, snake)


def twin_type(operand: dict[str, Any]) -> str:
    """Return the annotation that an operand has in Python."""
    listed = operand["internalType"].rpartition(".")[2]
    if listed in {"Standing", "OperatorStatus", "Step", "ExporterStatus"}:
        return str(listed)
    return "str" if operand["name"] in {"operator", "code"} else TYPES[operand["type"]]


def revert_of(error: dict[str, Any]) -> bytes:
    """Return revert data of an error with some operands."""
    types = [operand["type"] for operand in error["inputs"]]
    selector = next(key for key, shape in CODEC.errors.items() if shape.name == error["name"])
    return selector + encode(types, [SOME[kind] for kind in types])


def an_error(name: str, *operands: object) -> bytes:
    """Return revert data of an error with these operands."""
    shape = next(shape for shape in CODEC.errors.values() if shape.name == name)
    return shape.selector + shape.arguments.encode(operands)


def test_the_contracts_and_python_know_the_same_errors() -> None:
    """A custom error without a twin, or a twin without an error, fails here."""
    assert {error["name"] for error in ERRORS} == set(TWINS)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error["name"])
def test_a_twin_has_the_operands_of_its_error(error: dict[str, Any]) -> None:
    """Same names in snake case, same order, and the Python type that the Solidity type stands for."""
    twin = TWINS[error["name"]]
    found = [(field.name, getattr(field.type, "__name__", field.type)) for field in dataclasses.fields(twin)]
    assert found == [(twin_name(operand["name"]), twin_type(operand)) for operand in error["inputs"]]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error["name"])
def test_revert_data_becomes_the_twin_and_the_twin_a_sentence(error: dict[str, Any], codec: Codec) -> None:
    """Decoding gives the class of the same name; its sentence has every operand filled in."""
    refusal = refusal_in(revert_of(error), codec)
    assert type(refusal) is TWINS[error["name"]]
    assert str(refusal)
    assert "{" not in str(refusal)


def test_operands_are_decoded_into_our_types(codec: Codec) -> None:
    """Members are codes, accounts carry their checksum, times are aware, standings are ours."""
    by_name = {error["name"]: error for error in ERRORS}
    expired = refusal_in(revert_of(by_name["AlreadyExpired"]), codec)
    assert isinstance(expired, AlreadyExpired)
    assert expired.valid_until == datetime(2026, 11, 2, tzinfo=UTC)
    not_live = refusal_in(revert_of(by_name["CertificateNotLive"]), codec)
    assert isinstance(not_live, CertificateNotLive)
    assert not_live.standing is Standing.CANCELLED
    not_yours = refusal_in(revert_of(by_name["KeyNotYours"]), codec)
    assert isinstance(not_yours, KeyNotYours)
    assert (not_yours.account, not_yours.member) == ("0x" + "11" * 20, "VN")


def test_operands_about_operators_are_decoded_into_our_types(codec: Codec) -> None:
    """An operator is its code and a status its name; the number of no status stays a number."""
    code = b"VN0101234567".ljust(32, b"\0")
    ended = refusal_in(an_error("StatusNotAllowed", code, 3, 2), codec)
    assert isinstance(ended, StatusNotAllowed)
    assert (ended.operator, ended.from_, ended.to) == (
        "VN0101234567",
        OperatorStatus.REVOKED,
        OperatorStatus.SUSPENDED,
    )
    assert str(ended) == (
        "VN0101234567 is revoked, and that does not become suspended; only a new authorisation follows."
    )
    foreign = refusal_in(an_error("OperatorNotYours", b"\xff\1".ljust(32, b"\0"), b"VN"), codec)
    assert isinstance(foreign, OperatorNotYours)
    assert (foreign.operator, foreign.member) == ("\\xff\x01", "VN")
    none = refusal_in(an_error("StatusInvalid", code, 0), codec)
    assert isinstance(none, StatusInvalid)
    assert none.status == 0


def test_operands_about_cases_and_exporters_are_decoded_into_our_types(codec: Codec) -> None:
    """A step and a status are names, an exporter its code; the number of none stays a number."""
    turn = refusal_in(an_error("StepOutOfTurn", 7, 8, 12), codec)
    assert isinstance(turn, StepOutOfTurn)
    assert (turn.case, turn.step, turn.last) == (7, Step.VISIT_POSTPONED, Step.CONCLUDED)
    assert str(turn) == "In case 7, which is concluded, the step visit_postponed is not possible now."
    for number, status in ((2, ExporterStatus.SUSPENDED), (0, 0)):
        invalid = refusal_in(an_error("ExporterStatusInvalid", b"VN-1/2".ljust(32, b"\0"), number), codec)
        assert isinstance(invalid, ExporterStatusInvalid)
        assert (invalid.code, invalid.status) == ("VN-1/2", status)


def test_a_name_that_is_no_error_has_no_twin() -> None:
    """Only refusals are found by name, whatever else their modules hold."""
    assert twin_named("VersionOutOfTurn") is recognition_refusals.VersionOutOfTurn
    assert twin_named("StepOutOfTurn") is StepOutOfTurn
    assert twin_named("NotAuthorised") is NotAuthorised
    assert twin_named("dataclass") is None
    assert twin_named("OperatorStatus") is None


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda data: data,
        lambda data: {
            "hash": None,
            "programCounter": 13,
            "result": data,
            "reason": None,
            "message": "revert",
        },
        lambda data: {"0x" + "ab" * 32: {"error": "revert", "return": data}, "name": "RuntimeError"},
        lambda data: f"Reverted {data}",
        lambda data: {"data": data},
    ],
    ids=["plain", "wrapped with a result", "by transaction", "after a word", "nested"],
)
def test_revert_data_is_found_in_every_shape(wrapped: Any, codec: Codec) -> None:
    """Nodes put the same bytes in different places."""
    error = next(error for error in ERRORS if error["name"] == "NotAuthorised")
    data = wrapped(f"0x{revert_of(error).hex()}")
    assert isinstance(refusal_of(NodeError("execution reverted", 3, data), codec), NotAuthorised)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("0x", "out of gas"),
        ("0x4e487b71" + "11".rjust(64, "0"), "panic 0x11"),
        ("0x08c379a0" + "20".rjust(64, "0"), "a text"),
        ("0xdeadbeef", "not one of ours"),
        (None, "out of gas"),
        ({"result": 7}, "out of gas"),
    ],
)
def test_a_revert_without_one_of_our_errors_is_a_fault(data: Any, words: str, codec: Codec) -> None:
    """A panic, a text, foreign or missing data is neither a refusal nor silence."""
    fault = refusal_of(NodeError("VM Exception: revert", -32000, data), codec)
    assert isinstance(fault, ContractFault)
    assert words in str(fault)


def test_an_error_that_is_no_revert_stays_what_it_is(codec: Codec) -> None:
    """A node that does not know a method says nothing about the contract."""
    error = NodeError("the method does not exist", -32601)
    assert refusal_of(error, codec) is error


def test_truncated_operands_are_a_fault(codec: Codec) -> None:
    """Our selector with somebody else's bytes after it does not crash."""
    error = next(error for error in ERRORS if error["name"] == "NotAuthorised")
    assert isinstance(refusal_in(revert_of(error)[:20], codec), ContractFault)


def test_the_reference_lists_every_refusal() -> None:
    """A person who meets one finds it in the docs, with its operands."""
    text = (Path(__file__).parents[2] / "docs/reference/errors.md").read_text(encoding="utf-8")
    for name, twin in TWINS.items():
        operands = ", ".join(f"`{field.name}`" for field in dataclasses.fields(twin)) or "none"
        assert f"| `{name}` | {operands} |" in text
