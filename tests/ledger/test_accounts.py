"""Accounts are checked and written as eth_utils does."""

import pytest
from eth_utils.address import is_checksum_formatted_address, is_hex_address, to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts import carries_checksum, checksummed, is_account


@given(st.binary(min_size=20, max_size=20), st.sampled_from([str.lower, str.upper, str.swapcase, str]))
def test_an_account_gets_the_checksum_that_eth_utils_gives_it(octets: bytes, case: object) -> None:
    """Whatever capitals it had."""
    written = to_checksum_address(f"0x{octets.hex()}")
    given_as = f"0x{case(written[2:])}"  # type: ignore[operator]
    assert str(checksummed(given_as)) == written
    assert carries_checksum(given_as) == is_checksum_formatted_address(given_as)


@given(st.from_regex(r"(0x)?[0-9a-fA-Fg]{39,41}\n?"))
def test_what_is_no_account_is_refused(text: str) -> None:
    """Too short, too long, other letters, no 0x."""
    assert is_account(text) == (is_hex_address(text) and text.startswith("0x"))
    if not is_account(text):
        with pytest.raises(ValueError, match="not an account"):
            checksummed(text)


@pytest.mark.parametrize("value", [None, 7, b"0x" + b"1" * 40, ""])
def test_only_texts_are_accounts(value: object) -> None:
    """Bytes and numbers are not."""
    assert not is_account(value)
