"""Founding a ledger: putting its contracts onto a chain."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from eth_utils.address import is_checksum_address
from hexbytes import HexBytes

from ledger.chain.artefacts import (
    CERTIFICATE_REGISTRY,
    ORIGIN_PROCEDURES,
    RECOGNITION_REGISTRY,
    Artefact,
    artefact,
    check_chain,
)
from ledger.chain.contracts import check_contracts
from ledger.chain.profile import ChainProfile
from ledger.chain.rpc import Rpc, quantity
from ledger.chain.sender import Sender
from ledger.chain.signers import Signer, check_signer
from ledger.chain.transactions import Call, Receipt
from ledger.chain.values import address_of, code_of
from ledger.errors import ChainUnreachable, InputMalformed
from ledger.facts import Address

_GAS_OF_CODE = 5_500_000
_GAS_PER_FOUNDER = 80_000


def deploy(network: ChainProfile, founders: Mapping[str, Address], signer: Signer) -> ChainProfile:
    """Deploy all contracts with the founding members, a code and an admin key each; returns the profile.

    Of `network`, the contracts and the first one's block are filled in.  The signer pays and gets no rights.
    """
    registry = artefact(CERTIFICATE_REGISTRY)
    given = [(code_of(member).ljust(2, b"\0"), address_of(admin)) for member, admin in founders.items()]
    gas = _GAS_OF_CODE + _GAS_PER_FOUNDER * len(founders)
    address, receipt = _created(network, signer, registry, given, gas)
    profile = replace(
        network, registry=address, from_block=receipt.written.block, recognition=None, procedures=None
    )
    return deploy_procedures(deploy_recognition(profile, signer), signer)


def deploy_recognition(profile: ChainProfile, signer: Signer) -> ChainProfile:
    """Deploy a recognition registry beside a registry that has none; returns the profile with it."""
    check_contracts(Rpc(profile.rpc, profile.rpc_timeout), profile)
    address, _ = _created(profile, signer, artefact(RECOGNITION_REGISTRY), profile.registry, _GAS_OF_CODE)
    profile = replace(profile, recognition=address)
    check_contracts(Rpc(profile.rpc, profile.rpc_timeout), profile)
    return profile


def deploy_procedures(profile: ChainProfile, signer: Signer) -> ChainProfile:
    """Deploy a contract of procedures beside a registry that has none; returns the profile with it."""
    check_contracts(Rpc(profile.rpc, profile.rpc_timeout), profile)
    address, _ = _created(profile, signer, artefact(ORIGIN_PROCEDURES), profile.registry, _GAS_OF_CODE)
    profile = replace(profile, procedures=address)
    check_contracts(Rpc(profile.rpc, profile.rpc_timeout), profile)
    return profile


def _created(
    network: ChainProfile, signer: Signer, contract: Artefact, given: object, gas: int
) -> tuple[Address, Receipt]:
    """Create a contract with the argument of its constructor; returns its address, and the receipt."""
    check_signer(signer, network)
    rpc = Rpc(network.rpc, network.rpc_timeout)
    check_chain(quantity(rpc.ask("eth_chainId")), network.chain_id)
    call = Call(None, _creation(contract, given), gas)
    receipt = Sender(rpc, contract.codec, network, signer).write(call)
    if receipt.created is None:
        raise ChainUnreachable("the receipt of the deployment names no contract")
    return address_of(receipt.created), receipt


def _creation(contract: Artefact, given: object) -> bytes:
    """Return the bytes that create a contract, as web3 puts them together."""
    from web3 import Web3  # noqa: PLC0415 -- takes a second to import, and a ledger is founded once

    made = Web3().eth.contract(abi=contract.abi, bytecode=HexBytes(contract.bytecode))
    return bytes(HexBytes(made.constructor(given).data_in_transaction))


def founders_in(path: Path) -> dict[str, Address]:
    """Read founding members from a JSON list of `{"member": "VN", "admin": "0x…"}`; else `InputMalformed`."""
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        founders = {founder["member"]: founder["admin"] for founder in listed}
        distinct = isinstance(listed, list) and 0 < len(founders) == len(listed)
    except OSError as problem:
        raise InputMalformed(
            "founders.file", f"{path} cannot be read ({type(problem).__name__})"
        ) from problem
    except (ValueError, TypeError, KeyError) as problem:
        raise InputMalformed("founders.shape", f'{path} is not a list of {{"member", "admin"}}') from problem
    if not distinct:
        raise InputMalformed("founders.member", f"{path} must name at least one member, and each once")
    for member, admin in founders.items():
        if not isinstance(member, str) or not is_checksum_address(admin):
            raise InputMalformed(
                "founders.admin", f"{path}: an admin is 0x and 40 hex digits with their checksum"
            )
    return {member: Address(admin) for member, admin in founders.items()}
