"""The artefacts in the package belong to the contracts in this checkout; no compiler is needed to know.

The metadata that solc writes lists the keccak-256 of every source, comments included, and the code ends with
the IPFS address of that metadata. So sources, metadata and code hold each other to account.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ledger.hashing import keccak

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "contracts"
ARTEFACTS = ROOT / "ledger" / "chain" / "artefacts"
CODE_SIZE_LIMIT = 24_576
"""EIP-170, in bytes."""

each_contract = pytest.mark.parametrize(
    "name", ["MemberRegistry", "CertificateRegistry", "RecognitionRegistry", "OriginProcedures"]
)
ADDRESS_WORD = 32
"""Bytes that an immutable address takes up in code."""


def artefact_of(name: str) -> dict[str, Any]:
    """Return a contract's artefact."""
    return dict(json.loads((ARTEFACTS / f"{name}.json").read_text("utf-8")))


def metadata_of(name: str) -> dict[str, Any]:
    """Return the compiler's metadata out of a contract's artefact."""
    return dict(json.loads(artefact_of(name)["metadata"]))


def code_of(name: str) -> bytes:
    """Return the code a deployed contract has."""
    return bytes.fromhex(artefact_of(name)["deployedBytecode"].removeprefix("0x"))


def varint(number: int) -> bytes:
    """Encode a number as protobuf does: seven bits a byte, low ones first."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def ipfs_multihash(content: bytes) -> bytes:
    """Return the multihash in the CIDv0 of a file that fits into one IPFS block (below 256 KiB)."""
    assert len(content) < 256 * 1024
    size = varint(len(content))
    file = b"\x08\x02\x12" + size + content + b"\x18" + size  # UnixFS: type file, data, size
    node = b"\x0a" + varint(len(file)) + file  # the DAG node's data
    return b"\x12\x20" + hashlib.sha256(node).digest()


@each_contract
def test_the_sources_are_those_that_were_compiled(name: str) -> None:
    """Every source has the hash in the metadata; those from npm are looked at where they are installed."""
    sources = metadata_of(name)["sources"]

    changed = [
        path
        for path, source in sources.items()
        if (CONTRACTS / path).exists() or not path.startswith("node_modules/")
        if f"0x{keccak((CONTRACTS / path).read_bytes()).hex()}" != source["keccak256"]
    ]

    assert f"{name}.sol" in sources
    assert changed == [], "run scripts/build_contracts"


@each_contract
def test_the_code_names_its_metadata(name: str) -> None:
    """The CBOR at the end of the code carries the IPFS hash of exactly the metadata beside it."""
    code = code_of(name)
    length = int.from_bytes(code[-2:], "big")
    tail = code[-2 - length : -2]

    assert b"\x64ipfs\x58\x22" + ipfs_multihash(artefact_of(name)["metadata"].encode()) in tail


@each_contract
def test_the_compiler_is_the_pinned_one(name: str) -> None:
    """Code is for London, by solc 0.8.37 with 200 runs: newer instructions deploy, then fail."""
    metadata = metadata_of(name)
    settings = metadata["settings"]

    assert metadata["compiler"]["version"].startswith("0.8.37+")
    assert settings["evmVersion"] == "london"
    assert settings["optimizer"] == {"enabled": True, "runs": 200}
    assert "viaIR" not in settings
    assert settings["compilationTarget"] == {f"{name}.sol": name}


@each_contract
def test_the_abi_is_that_of_the_metadata(name: str) -> None:
    """What clients call by is what the compiler signed for."""
    assert artefact_of(name)["abi"] == metadata_of(name)["output"]["abi"]


@each_contract
def test_the_deployed_code_ends_the_creation_code_and_fits(name: str) -> None:
    """Creation code contains the code it deploys, which stays below the limit of EIP-170."""
    artefact = artefact_of(name)

    assert artefact["bytecode"].endswith(artefact["deployedBytecode"].removeprefix("0x"))
    assert len(code_of(name)) < CODE_SIZE_LIMIT


@pytest.mark.parametrize("name", ["RecognitionRegistry", "OriginProcedures"])
def test_only_the_address_of_the_ledger_is_written_into_code(name: str) -> None:
    """Whatever else is deployed is byte for byte what was compiled; the places of the address hold zeros."""
    unset = {
        other: artefact_of(other)["immutableReferences"]
        for other in ("MemberRegistry", "CertificateRegistry")
    }
    places = artefact_of(name)["immutableReferences"]["1"]
    code = code_of(name)

    assert unset == {"MemberRegistry": {}, "CertificateRegistry": {}}
    assert list(artefact_of(name)["immutableReferences"]) == ["1"]
    assert {place["length"] for place in places} == {ADDRESS_WORD}
    assert {code[place["start"] :][:ADDRESS_WORD] for place in places} == {bytes(ADDRESS_WORD)}


def test_the_certificate_registry_is_a_member_registry() -> None:
    """Storage of members comes first and unchanged, and every function of theirs is there."""
    members, certificates = artefact_of("MemberRegistry"), artefact_of("CertificateRegistry")
    shared = len(members["storageLayout"])

    assert certificates["storageLayout"][:shared] == members["storageLayout"]
    assert [item for item in members["abi"] if item not in certificates["abi"]] == []
