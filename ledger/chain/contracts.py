"""The contracts that a ledger is made of: which they are, where, and whether they are ours."""

from collections.abc import Iterator, Sequence
from functools import cache

from ledger.chain.artefacts import (
    CERTIFICATE_REGISTRY,
    ORIGIN_PROCEDURES,
    RECOGNITION_REGISTRY,
    Artefact,
    artefact,
    check_ledger,
)
from ledger.chain.codec import Codec
from ledger.chain.profile import ChainProfile
from ledger.chain.rpc import LATEST, NodeError, Rpc, octets
from ledger.chain.values import address_of
from ledger.errors import LedgerMismatch
from ledger.facts import Address, LedgerName


def contracts_of(profile: ChainProfile) -> dict[Address, Artefact]:
    """Return the contracts that a profile names, by their addresses."""
    named = {profile.registry: CERTIFICATE_REGISTRY}
    if profile.recognition is not None:
        named[profile.recognition] = RECOGNITION_REGISTRY
    if profile.procedures is not None:
        named[profile.procedures] = ORIGIN_PROCEDURES
    return {address: artefact(contract) for address, contract in named.items()}


def codec_over(contracts: Sequence[Artefact]) -> Codec:
    """Return one codec of several contracts, in which names mean the same in all of them."""
    return _codec_over(tuple(one.contract for one in contracts))


@cache
def _codec_over(names: tuple[str, ...]) -> Codec:
    return Codec([item for name in names for item in artefact(name).abi])


def check_contracts(rpc: Rpc, profile: ChainProfile) -> None:
    """Raise `LedgerMismatch` unless our contracts are where the profile says, and belong together."""
    for address, contract in contracts_of(profile).items():
        check_ledger(rpc, LedgerName(profile.chain_id, address), contract)
    for address, name, what, view in _beside(profile):
        refers_to = _referred(rpc, address, name, what, view)
        if refers_to != profile.registry:
            raise LedgerMismatch(
                f"the {what} at {address} belongs to the registry at {refers_to}, "
                f"the profile names {profile.registry}"
            )


def _beside(profile: ChainProfile) -> Iterator[tuple[Address, str, str, str]]:
    """Yield the contracts beside the registry: address, name, what it is called, which view names ours."""
    if profile.recognition is not None:
        yield profile.recognition, RECOGNITION_REGISTRY, "recognition registry", "memberRegistry"
    if profile.procedures is not None:
        yield profile.procedures, ORIGIN_PROCEDURES, "contract of procedures", "certificateRegistry"


def _referred(rpc: Rpc, address: Address, name: str, what: str, view: str) -> Address:
    """Return the registry that a contract asks."""
    codec = artefact(name).codec
    question = {"to": address, "data": f"0x{codec.call(view).hex()}"}
    try:
        answer = rpc.ask("eth_call", question, LATEST)
    except NodeError as error:
        raise LedgerMismatch(f"the {what} at {address} names no registry") from error
    return address_of(codec.answer(view, octets(answer))[0])
