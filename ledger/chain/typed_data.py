"""Signing and recovering typed data (EIP-712), through eth-account alone.

Keys from key files sign in this process, a signing service by `eth_signTypedData` (`remote_signer`).  What
any of them returns is believed only when it recovers to the account: there are services that sign typed data
with the prefix of plain messages, which nobody else would recover.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol, runtime_checkable

from ledger.chain.signers import Signer
from ledger.errors import KeyNotHeld, ProofNotOffered
from ledger.facts import Address

_BYTES: Final = 65
_PARITIES: Final = frozenset({27, 28})
"""The last byte: of other values libraries take some for one of these, so that a signature has twins."""
_HALF_ORDER: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""Half the order of secp256k1: of a signature and its mirror image only the lower is taken (EIP-2)."""


@runtime_checkable
class TypedSigner(Protocol):
    """A signer that also signs typed data."""

    @property
    def address(self) -> Address:
        """The account."""

    def sign_typed(self, typed: Mapping[str, Any]) -> bytes:
        """Return the 65 bytes of a signature over typed data."""


class TypedDataSigners:
    """The keys at hand, as far as they sign typed data."""

    def __init__(self, signers: Iterable[Signer] = ()) -> None:
        """Sign with these."""
        self._signers = {signer.address: signer for signer in signers}

    def holds(self, account: Address) -> bool:
        """Return whether the key of an account is at hand and signs typed data."""
        return isinstance(self._signers.get(account), TypedSigner)

    def sign(self, typed: Mapping[str, Any], account: Address) -> bytes:
        """Return a signature that recovers to the account.

        Raises `KeyNotHeld`, `SignerUnavailable`, and `ProofNotOffered` where the signer cannot do it.
        """
        signer = self._signers.get(account)
        if signer is None:
            raise KeyNotHeld(account)
        if not isinstance(signer, TypedSigner):
            raise ProofNotOffered(f"the signer of {account} does not sign typed data (EIP-712)")
        signature = signer.sign_typed(typed)
        if self.signer_of(typed, signature) != account:
            raise ProofNotOffered(
                f"the signer of {account} signs typed data in another way than EIP-712 says; use a key file"
            )
        return signature

    def signer_of(self, typed: Mapping[str, Any], signature: bytes) -> Address | None:
        """Return the account that signed typed data; None for what is no signature of anybody."""
        whole = len(signature) == _BYTES and signature[64] in _PARITIES
        if not whole or int.from_bytes(signature[32:64]) > _HALF_ORDER:
            return None
        from eth_account import Account  # noqa: PLC0415 -- slow to import
        from eth_account.messages import encode_typed_data  # noqa: PLC0415

        try:
            message = encode_typed_data(full_message=dict(typed))
            return Address(Account.recover_message(message, signature=signature))
        except Exception:  # noqa: BLE001 - the decoders raise errors of many libraries on foreign data
            return None
