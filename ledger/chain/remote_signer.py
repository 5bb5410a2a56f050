"""Keys in a signing service that this process never sees.

The service speaks the JSON-RPC of Web3Signer's `eth1` mode (and of EthSigner before it): `eth_accounts`
lists the accounts, `eth_signTransaction` takes one transaction with numbers as hex quantities and returns the
signed bytes as hex.  Read in Consensys/web3signer:

- `Eth1AccountsHandler`: parameters must be empty; accounts come in lower case, sorted.
- `EthSignTransactionResultProvider`: exactly one parameter, with a nonce, else -32602 `Invalid params`; any
  failure to sign is -32000 `No unlocked account matches the Sender`, whether the account is unknown or its
  vault is down.  `ResponseCodeSelector`: the first with HTTP 400, the second with 200.
- `EthTransaction`: both `maxFeePerGas` and `maxPriorityFeePerGas` make it type 2, else it is a legacy one
  with `gasPrice`; without `to` it creates a contract.
- `TransactionSerializer`: the chain id is that of the service's own `--chain-id`; one in the request is
  ignored.  So a service set up for another chain is found out by what it returns, not by an error.

go-ethereum and what follows it return an object with the bytes in `raw`; that is taken too.  Nothing that the
service returns is believed: see `ledger.chain.signed_bytes`.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from eth_utils.address import is_hex_address, to_checksum_address

from ledger.chain.signing_service import Line, SignerSettingsInvalid, SigningService
from ledger.errors import SignerMisbehaved, SignerUnavailable
from ledger.facts import Address

_LOG = logging.getLogger(__name__)


class RemoteSigner:
    """One account of a signing service."""

    def __init__(self, line: Line, address: Address) -> None:
        self._line, self._address = line, address

    @property
    def address(self) -> Address:
        """The account."""
        return self._address

    def sign(self, transaction: Mapping[str, Any]) -> bytes:
        """Return the signed transaction as the bytes that are sent.

        Raises `SignerUnavailable` when there is no signature, and `SignerMisbehaved` when it is one of
        something else or by another key.
        """
        answer = self._line.ask("eth_signTransaction", [self._asked(transaction)], self._address)
        raw = self._octets(answer.get("raw") if isinstance(answer, dict) else answer)
        from ledger.chain.signed_bytes import difference  # noqa: PLC0415 -- eth-account is slow to import

        field = difference(raw, transaction, self._address)
        if field is not None:
            _LOG.error("signer %s signed another %s than asked of %s", self._line.name, field, self._address)
            raise SignerMisbehaved(self._line.name, field)
        return raw

    def sign_typed(self, typed: Mapping[str, Any]) -> bytes:
        """Return what the service answers as the signature over typed data (EIP-712); nothing for no bytes.

        Read in Consensys/web3signer, `EthSignTypedDataResultProvider`: exactly two parameters, the account
        and the typed data as a *text* of JSON; an object, which other services take, fails there.
        """
        answer = self._line.ask(
            "eth_signTypedData", [self._address, orjson.dumps(typed).decode()], self._address
        )
        try:
            return bytes.fromhex(str(answer).removeprefix("0x"))
        except ValueError:
            return b""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.address} at {self._line.name}>"

    def _asked(self, transaction: Mapping[str, Any]) -> dict[str, str]:
        """Return a transaction as the service takes it: quantities and bytes in hex."""
        asked = {name: _hex(value) for name, value in transaction.items()}
        return {"from": self._address, **asked}

    def _octets(self, answer: object) -> bytes:
        try:
            if isinstance(answer, str) and answer.startswith("0x"):
                return bytes.fromhex(answer[2:])
        except ValueError:
            pass
        raise SignerMisbehaved(self._line.name, "encoding")


def remote_signers(service: SigningService) -> tuple[RemoteSigner, ...]:
    """Return a signer for each account of a service, or for each of those named in its settings.

    When accounts are named and the service is silent, they are taken on trust, so that a program can start
    before its signer: what cannot be signed then raises `SignerUnavailable` at that time.

    Raises `SignerUnavailable` when the service is silent and no account is named, and
    `SignerSettingsInvalid` for settings that cannot be used or an account that it does not have.
    """
    line = Line(service)
    wanted = [_account(text) for text in service.accounts]
    try:
        held = _held(line)
    except SignerUnavailable as silent:
        if not wanted:
            raise
        _LOG.warning("starting without the signing service: %s", silent)
        held = wanted
    for account in wanted:
        if account not in held:
            raise SignerSettingsInvalid(
                "signer-account", f"the signer at {line.name} has no key for {account}"
            )
    if not held:
        raise SignerSettingsInvalid("signer", f"the signer at {line.name} has no keys")
    return tuple(RemoteSigner(line, account) for account in wanted or held)


def _held(line: Line) -> Sequence[Address]:
    """Return the accounts that a service says it has, each once."""
    answer = line.ask("eth_accounts", [])
    if not isinstance(answer, list) or not all(
        isinstance(one, str) and is_hex_address(one) for one in answer
    ):
        raise SignerUnavailable(line.name, "answered something else than accounts")
    return [Address(to_checksum_address(one)) for one in dict.fromkeys(map(str.lower, answer))]


def _account(text: str) -> Address:
    if not is_hex_address(text):
        raise SignerSettingsInvalid("signer-account", "must be an account: 0x and 40 hex digits")
    return Address(to_checksum_address(text))


def _hex(value: object) -> str:
    """Return a number as a quantity without leading zeros, bytes with all of them, text as it is."""
    if isinstance(value, int):
        return hex(value)
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
