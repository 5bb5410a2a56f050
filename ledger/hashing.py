"""keccak-256, the one hash of the ledger, and the sorted pair that trees and certificate ids are made of.

The compiled wheel is used where it exists; elsewhere the hash backend that comes with the Ethereum
libraries gives the same bytes ten times slower.  `tests/ledger/test_hashing.py` holds both to the
published vectors.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress

from eth_hash.auto import keccak as portable_keccak

keccak: Callable[[bytes], bytes] = portable_keccak
"""The 32 bytes of keccak-256 (the pre-standard padding Ethereum uses, not SHA3-256); no wrapper around the
backend, because a certificate has about sixty hashes."""
with suppress(ImportError):  # there is no wheel for this platform
    from tiny_keccak import keccak256 as keccak


def pair(left: bytes, right: bytes) -> bytes:
    """Hash two 32-byte nodes in byte order, as OpenZeppelin's MerkleProof and OpenAttestation do."""
    return keccak(left + right if left <= right else right + left)


def keccak_of(pieces: Iterable[bytes]) -> bytes:
    """Return the keccak-256 of bytes that come piece by piece, such as those of a large file."""
    state = portable_keccak.new(b"")
    for piece in pieces:
        state.update(piece)
    return bytes(state.digest())
