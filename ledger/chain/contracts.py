"""The contracts that a ledger is made of: which they are, where, and whether they are ours."""

from collections.abc import Sequence
from functools import cache

from ledger.chain.artefacts import (
    CERTIFICATE_REGISTRY,
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
    if (
        profile.recognition is not None
        and (members := _members_of(rpc, profile.recognition)) != profile.registry
    ):
        raise LedgerMismatch(
            f"the recognition registry at {profile.recognition} belongs to the registry at {members}, "
            f"the profile names {profile.registry}"
        )


def _members_of(rpc: Rpc, recognition: Address) -> Address:
    """Return the registry of members that a recognition registry asks."""
    codec = artefact(RECOGNITION_REGISTRY).codec
    question = {"to": recognition, "data": f"0x{codec.call('memberRegistry').hex()}"}
    try:
        answer = rpc.ask("eth_call", question, LATEST)
    except NodeError as error:
        raise LedgerMismatch(f"the recognition registry at {recognition} names no members") from error
    return address_of(codec.answer("memberRegistry", octets(answer))[0])
