"""Typed data is signed by whatever holds the key, and a signature is believed only when it recovers to it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from ledger.chain.development import OF_DEVELOPMENT_MNEMONIC
from ledger.chain.remote_signer import remote_signers
from ledger.chain.signers import DevelopmentSigner, KeystoreSigner, new_keystore
from ledger.chain.signing_service import SigningService
from ledger.chain.typed_data import TypedDataSigners
from ledger.errors import KeyNotHeld, ProofNotOffered, SignerUnavailable
from ledger.facts import Address
from ledger.hashing import keccak
from tests.signing_server import SigningServer

KEY, OTHER = (Account.from_key(keccak(name)) for name in (b"typed one", b"typed other"))
MAIL: dict[str, Any] = {
    "types": {
        "EIP712Domain": [
            {"name": "name", "type": "string"},
            {"name": "version", "type": "string"},
            {"name": "chainId", "type": "uint256"},
            {"name": "verifyingContract", "type": "address"},
        ],
        "Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
        "Mail": [
            {"name": "from", "type": "Person"},
            {"name": "to", "type": "Person"},
            {"name": "contents", "type": "string"},
        ],
    },
    "primaryType": "Mail",
    "domain": {
        "name": "Ether Mail",
        "version": "1",
        "chainId": 1,
        "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
    },
    "message": {
        "from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
        "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
        "contents": "Hello, Bob!",
    },
}
"""The example of EIP-712, which the key keccak256("cow") signs there."""
OF_THE_EIP = (
    "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
    "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562"
    "1c"
)


@pytest.fixture
def service() -> Iterator[SigningServer]:
    """Return a signing service that holds both keys."""
    with SigningServer([KEY, OTHER]) as running:
        yield running


def remote(service: SigningServer) -> TypedDataSigners:
    """Return the keys of the service."""
    return TypedDataSigners(remote_signers(SigningService(service.url)))


def test_the_example_of_the_standard_is_signed_and_recovered() -> None:
    """Byte for byte as EIP-712 has it."""
    cow = KeystoreSigner(Account.from_key(keccak(b"cow")))
    signers = TypedDataSigners([cow])
    assert signers.sign(MAIL, cow.address).hex() == OF_THE_EIP
    assert signers.signer_of(MAIL, bytes.fromhex(OF_THE_EIP)) == cow.address


def test_every_signer_makes_the_same_signature(service: SigningServer, tmp_path: Path) -> None:
    """A key file and a signing service; a development key signs for its own account."""
    (tmp_path / "password").write_text("secret")
    account = new_keystore(tmp_path / "key.json", "secret", iterations=2)
    file = KeystoreSigner.open(tmp_path / "key.json", tmp_path / "password")
    here = TypedDataSigners([file, DevelopmentSigner(0), KeystoreSigner(KEY)])
    for each in (account, Address(OF_DEVELOPMENT_MNEMONIC[0])):
        assert here.holds(each)
        assert here.signer_of(MAIL, here.sign(MAIL, each)) == each
    mine = Address(KEY.address)
    assert remote(service).sign(MAIL, mine) == here.sign(MAIL, mine)


def test_the_service_is_asked_as_web3signer_wants_it(service: SigningServer) -> None:
    """Two texts: the account, and the typed data as JSON."""
    remote(service).sign(MAIL, Address(KEY.address))
    asked = service.asked[-1]
    assert asked["method"] == "eth_signTypedData"
    account, text = asked["params"]
    assert (account, json.loads(text)) == (KEY.address, MAIL)


def test_a_service_that_signs_otherwise_is_refused(service: SigningServer) -> None:
    """With the prefix of plain messages, with another key, or with something that is no signature."""
    signers = remote(service)
    service.prefixes = True
    with pytest.raises(ProofNotOffered, match="EIP-712"):
        signers.sign(MAIL, Address(KEY.address))
    service.prefixes, service.signs_with = False, OTHER
    with pytest.raises(ProofNotOffered):
        signers.sign(MAIL, Address(KEY.address))


def test_a_service_that_does_not_sign_says_so(service: SigningServer) -> None:
    """A locked account, and a silent service."""
    signers = remote(service)
    service.locked.add(KEY.address.lower())
    with pytest.raises(SignerUnavailable, match="unlocked"):
        signers.sign(MAIL, Address(KEY.address))
    service.stop()
    with pytest.raises(SignerUnavailable):
        signers.sign(MAIL, Address(KEY.address))


class _Transactions:
    """A signer for transactions only."""

    address = Address(KEY.address)

    def sign(self, transaction: Mapping[str, Any]) -> bytes:
        """Refuse."""
        raise NotImplementedError


def test_a_signer_that_cannot_is_told_from_one_that_is_not_there() -> None:
    """One is refused by what it is, the other by its account."""
    signers = TypedDataSigners([_Transactions()])
    assert not signers.holds(_Transactions.address)
    with pytest.raises(ProofNotOffered):
        signers.sign(MAIL, _Transactions.address)
    with pytest.raises(KeyNotHeld):
        signers.sign(MAIL, Address(OTHER.address))


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        bytes(65),
        bytes(64),
        bytes.fromhex(OF_THE_EIP)[:64] + b"\x00",
        bytes.fromhex(OF_THE_EIP)[:64] + b"\xff",
        b"\xff" * 64 + b"\x1b",
    ],
)
def test_what_is_no_signature_is_nobodys(signature: bytes) -> None:
    """Too short, all zeros, out of range, or with a last byte that only some libraries take."""
    assert TypedDataSigners().signer_of(MAIL, signature) is None


def test_typed_data_that_is_none_is_nobodys() -> None:
    """A library's own error does not come out."""
    for broken in ({}, {**MAIL, "primaryType": "Nothing"}, {**MAIL, "types": {}}):
        assert TypedDataSigners().signer_of(broken, bytes.fromhex(OF_THE_EIP)) is None
