"""Keys that sign transactions: from encrypted key files, and the public ones of a development chain."""

import json
import logging
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ledger.chain.development import DEVELOPMENT_MNEMONIC, OF_DEVELOPMENT_MNEMONIC, WELL_KNOWN_ACCOUNTS
from ledger.chain.profile import ChainProfile
from ledger.errors import DevelopmentKeyRefused, Refused
from ledger.facts import Address

if TYPE_CHECKING:
    from eth_account import Account
    from eth_account.signers.local import LocalAccount

_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class KeyFileInvalid(Refused):
    """A key file or its password cannot be used."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"key file {self.path}: {self.message}"


class Signer(Protocol):
    """Something that signs for one account; where the key lies is its own affair."""

    @property
    def address(self) -> Address:
        """The account."""

    def sign(self, transaction: Mapping[str, Any]) -> bytes:
        """Return the signed transaction as the bytes that are sent."""


class KeystoreSigner:
    """A key from an encrypted key file (Web3 Secret Storage, version 3), held in this process's memory."""

    def __init__(self, account: "LocalAccount") -> None:
        self._account = account

    @property
    def address(self) -> Address:
        """The account."""
        return Address(self._account.address)

    def sign(self, transaction: Mapping[str, Any]) -> bytes:
        """Return the signed transaction as the bytes that are sent."""
        return _signed(self._account, transaction)

    def sign_typed(self, typed: Mapping[str, Any]) -> bytes:
        """Return the signature over typed data (EIP-712)."""
        return _signed_typed(self._account, typed)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.address}>"

    @classmethod
    def open(cls, path: Path, password_file: Path) -> "KeystoreSigner":
        """Decrypt a key file with the password in another file; takes about a second on purpose.

        The key derivation functions of version 3, scrypt and PBKDF2, are both taken.  A file that others may
        read is opened all the same, with a warning on the log.
        """
        password = password_in(password_file)
        try:
            key = _accounts().decrypt(json.loads(path.read_text(encoding="utf-8")), password)
        except OSError as problem:
            raise KeyFileInvalid(str(path), f"cannot be read ({type(problem).__name__})") from problem
        except (ValueError, TypeError, KeyError, AttributeError, NotImplementedError):
            # The library's own message may quote what it was given.
            raise KeyFileInvalid(
                str(path), "the password is wrong, or it is not a version 3 key file"
            ) from None
        warn_if_others_read(path, "key file")
        return cls(_accounts().from_key(key))


@dataclass(frozen=True, slots=True)
class DevelopmentSigner:
    """A publicly known key; `connect` takes it for a development chain on this machine only.

    The account is looked up, and its key derived when it first signs: that takes some hundredths of a second.
    """

    place: int
    """Among the accounts of the development chain, from 0."""

    @property
    def address(self) -> Address:
        """The account."""
        return Address(OF_DEVELOPMENT_MNEMONIC[self.place])

    def sign(self, transaction: Mapping[str, Any]) -> bytes:
        """Return the signed transaction as the bytes that are sent."""
        return _signed(_derived(self.place), transaction)

    def sign_typed(self, typed: Mapping[str, Any]) -> bytes:
        """Return the signature over typed data (EIP-712)."""
        return _signed_typed(_derived(self.place), typed)


def warn_if_others_read(path: Path, what: str) -> None:
    """Write a warning to the log when others than its owner may read a secret file; naming its mode."""
    if os.name != "posix":
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        _LOG.warning("%s %s has mode %04o: others than its owner may read it; chmod 600", what, path, mode)


def password_in(path: Path) -> str:
    """Return the password in a file: all of it but the line end."""
    try:
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise KeyFileInvalid(
            str(path), f"the password cannot be read ({type(problem).__name__})"
        ) from problem
    if not password:
        raise KeyFileInvalid(str(path), "the password is empty")
    return password


def new_keystore(path: Path, password: str, *, iterations: int | None = None) -> Address:
    """Make a new key and write it to a new key file that only its owner may read; returns its account.

    `iterations` is the work factor of scrypt, a power of two; leave it out except in tests.
    """
    if not password:
        raise KeyFileInvalid(str(path), "the password is empty")
    account = _accounts().create()
    encrypted = _accounts().encrypt(account.key, password, kdf="scrypt", iterations=iterations)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # O_EXCL: a key file is never overwritten, for the key in it would be lost.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as problem:
        raise KeyFileInvalid(str(path), f"cannot be written ({type(problem).__name__})") from problem
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(encrypted, file)
    return Address(account.address)


@cache
def _derived(place: int) -> "LocalAccount":
    """Derive a key of the development chain (BIP-44)."""
    _accounts().enable_unaudited_hdwallet_features()
    path = f"m/44'/60'/0'/0/{place}"
    account: LocalAccount = _accounts().from_mnemonic(DEVELOPMENT_MNEMONIC, account_path=path)
    return account


def _signed(account: "LocalAccount", transaction: Mapping[str, Any]) -> bytes:
    return bytes(account.sign_transaction(dict(transaction)).raw_transaction)


def _signed_typed(account: "LocalAccount", typed: Mapping[str, Any]) -> bytes:
    from eth_account.messages import encode_typed_data  # noqa: PLC0415 -- as `_accounts`

    return bytes(account.sign_message(encode_typed_data(full_message=dict(typed))).signature)


def check_signer(signer: Signer, profile: ChainProfile) -> None:
    """Raise `DevelopmentKeyRefused` for a publicly known key, from whatever file, off a development chain."""
    public = isinstance(signer, DevelopmentSigner) or signer.address in WELL_KNOWN_ACCOUNTS
    if public and not profile.development:
        raise DevelopmentKeyRefused(signer.address, profile.chain_id)


def _accounts() -> "type[Account]":
    """Return eth-account, which takes longer to import than verifying does, and only who signs needs it."""
    from eth_account import Account  # noqa: PLC0415

    return Account
