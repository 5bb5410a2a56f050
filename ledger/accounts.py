"""Accounts as text: 0x and 40 hex digits, whose capitals are a checksum (EIP-55)."""

import re
from functools import lru_cache

from ledger.facts import Address
from ledger.hashing import keccak

_ACCOUNT = re.compile(r"0x([0-9a-fA-F]{40})")


def is_account(text: object) -> bool:
    """Return whether a text is an account, whatever its capitals."""
    return isinstance(text, str) and _ACCOUNT.fullmatch(text) is not None


def carries_checksum(text: str) -> bool:
    """Return whether an account is written with capitals for a checksum, be it right or wrong."""
    return text[2:] not in {text[2:].lower(), text[2:].upper()}


@lru_cache(maxsize=1024)
def checksummed(account: str) -> Address:
    """Return an account with its checksum; `ValueError` for what is none."""
    found = _ACCOUNT.fullmatch(account)
    if found is None:
        raise ValueError("not an account")
    digits = found[1].lower()
    marks = keccak(digits.encode("ascii")).hex()
    written = (digit.upper() if mark > "7" else digit for digit, mark in zip(digits, marks, strict=False))
    return Address(f"0x{''.join(written)}")
