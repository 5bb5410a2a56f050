"""The hash is keccak-256, whichever backend computes it."""

from collections.abc import Callable

import pytest
from eth_hash.auto import keccak as portable_keccak
from hypothesis import given
from hypothesis import strategies as st

from ledger.hashing import keccak, pair

tiny_keccak = pytest.importorskip("tiny_keccak", reason="no wheel for this platform")

PUBLISHED = {
    b"": "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    b"abc": "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
    b"hello": "1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8",
    b"The quick brown fox jumps over the lazy dog": (
        "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15"
    ),
    b"Transfer(address,address,uint256)": "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
}
"""Of the Keccak submission, the Ethereum yellow paper and the ERC-20 event topic everybody knows."""

BACKENDS: dict[str, Callable[[bytes], bytes]] = {
    "used": keccak,
    "compiled": tiny_keccak.keccak256,
    "portable": portable_keccak,
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("message", PUBLISHED, ids=lambda message: message.decode() or "nothing")
def test_every_backend_gives_the_published_hashes(backend: str, message: bytes) -> None:
    """Keccak with the padding of the submission; SHA3-256 of nothing would begin with a7ffc6f8."""
    assert BACKENDS[backend](message).hex() == PUBLISHED[message]


@given(st.binary(max_size=500))
def test_both_backends_agree_on_any_message(message: bytes) -> None:
    """Also across the block boundary of 136 bytes, where implementations go wrong."""
    assert keccak(message) == bytes(portable_keccak(message)) == bytes(tiny_keccak.keccak256(message))


@pytest.mark.parametrize("length", [135, 136, 137, 271, 272, 273])
def test_both_backends_agree_at_the_block_boundary(length: int) -> None:
    """The last byte of a block carries both ends of the padding."""
    assert bytes(tiny_keccak.keccak256(b"\xff" * length)) == bytes(portable_keccak(b"\xff" * length))


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_pair_does_not_know_left_from_right(one: bytes, other: bytes) -> None:
    """The smaller node comes first, so a proof needs no directions."""
    assert pair(one, other) == pair(other, one) == keccak(min(one, other) + max(one, other))
