"""The compiled contracts that come with the package, and whether an address runs them."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from ledger.chain.codec import Codec
from ledger.chain.rpc import Rpc, octets, quantity
from ledger.errors import LedgerMismatch
from ledger.facts import LedgerName

CERTIFICATE_REGISTRY = "CertificateRegistry"
RECOGNITION_REGISTRY = "RecognitionRegistry"
ORIGIN_PROCEDURES = "OriginProcedures"


@dataclass(frozen=True, slots=True)
class Artefact:
    """One compiled contract."""

    contract: str
    abi: tuple[dict[str, Any], ...]
    codec: Codec
    """The ABI, made ready."""
    bytecode: bytes
    """What creates it; the encoded constructor arguments follow."""
    runtime: bytes
    """What then lies at its address, with zeros in place of immutable values."""
    immutables: tuple[tuple[int, int], ...]
    """Start and length of each immutable value in `runtime`."""

    def runs_as(self, code: bytes) -> bool:
        """Return whether the code at an address is this contract, whatever its immutable values."""
        blank = bytearray(code)
        for start, length in self.immutables:
            blank[start : start + length] = bytes(length)
        return bytes(blank) == self.runtime


@cache
def artefact(contract: str) -> Artefact:
    """Return a contract that comes with the package."""
    text = files("ledger.chain").joinpath("artefacts", f"{contract}.json").read_bytes()
    compiled = orjson.loads(text)
    references = compiled["immutableReferences"].values()
    return Artefact(
        contract=contract,
        abi=tuple(compiled["abi"]),
        codec=Codec(compiled["abi"]),
        bytecode=bytes.fromhex(compiled["bytecode"].removeprefix("0x")),
        runtime=bytes.fromhex(compiled["deployedBytecode"].removeprefix("0x")),
        immutables=tuple((place["start"], place["length"]) for places in references for place in places),
    )


def check_ledger(rpc: Rpc, ledger: LedgerName, contract: Artefact) -> None:
    """Raise `LedgerMismatch` unless the node serves this chain and our contract is at the address."""
    chain_id, code = rpc.ask_all([("eth_chainId", ()), ("eth_getCode", (ledger.address, "latest"))])
    check_chain(quantity(chain_id), ledger.chain_id)
    found = octets(code)
    if not found:
        raise LedgerMismatch(f"there is no contract at {ledger.address} on chain {ledger.chain_id}")
    if not contract.runs_as(found):
        raise LedgerMismatch(
            f"the contract at {ledger.address} is not the {contract.contract} of this release; "
            "check its address in the profile, or use the release the ledger was deployed with"
        )


def check_chain(found: int, expected: int) -> None:
    """Raise `LedgerMismatch` when a node serves another chain than the profile names."""
    if found != expected:
        raise LedgerMismatch(f"the node serves chain {found}, the profile names chain {expected}")
