"""Reading a signed transaction of a stranger, and comparing it with what was asked for.

A signing service gets a transaction and returns bytes.  Whoever holds that service, or the line to it, can
return other bytes: another call, another price, the same nonce for a second time.  So every field is read out
of the bytes again (by eth-account's own decoders) and compared before anything is kept or sent.
"""

from collections.abc import Mapping
from typing import Any

from eth_account import Account
from eth_account._utils.legacy_transactions import Transaction
from eth_account._utils.signing import extract_chain_id
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from ledger.facts import Address

_HIGHEST_PREFIX = 0x7F
"""The highest first byte of a typed transaction (EIP-2718); legacy ones begin higher."""
_HALF_OF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""The highest `s` of a signature that networks take (EIP-2)."""
_MOST_OVERHEAD = 1024
"""Bytes of a signed transaction beside its data; our own need some two hundred."""
_DEFAULTS = {"value": 0, "data": b"", "to": b"", "accessList": ()}


def difference(raw: bytes, asked: Mapping[str, Any], signer: Address) -> str | None:
    """Return the first field in which signed bytes differ from what was asked of a signer; None if in none.

    `type` is EIP-2718's (0 for legacy), `sender` the account whose key signed, and `encoding` means that the
    bytes are no signed transaction at all.  Nothing that the bytes contain is repeated.
    """
    expected = _expected(asked)
    if len(raw) > len(expected["data"]) + _MOST_OVERHEAD:
        return "encoding"
    try:
        signed = _fields(raw)
        sender = Account.recover_transaction(raw)
    except Exception:  # noqa: BLE001 - the decoders raise errors of many libraries on foreign bytes
        return "encoding"
    for field in ("type", *expected):
        if signed.get(field) != expected[field]:
            return field
    if signed["s"] > _HALF_OF_ORDER or (signed["type"] and signed["v"] > 1):
        return "signature"
    return None if sender == signer else "sender"


def _expected(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that the signed transaction must have, in the form in which they are read."""
    type_ = 2 if "maxFeePerGas" in asked else 0
    expected = {**_DEFAULTS, **asked, "type": type_}
    if type_ == 0:
        del expected["accessList"]
    expected["to"] = bytes(HexBytes(expected["to"]))
    expected["data"] = bytes(HexBytes(expected["data"]))
    return expected


def _fields(raw: bytes) -> dict[str, Any]:
    """Decode signed bytes: RLP in one of EIP-2718's envelopes, or bare as before it."""
    if raw[0] <= _HIGHEST_PREFIX:
        fields = dict(TypedTransaction.from_bytes(HexBytes(raw)).as_dict())
    else:
        fields = dict(Transaction.from_bytes(HexBytes(raw)).as_dict())
        fields["type"] = 0
        # EIP-155: without a chain id in `v`, the transaction would be good on every chain.
        fields["chainId"] = extract_chain_id(fields["v"])[0]
    fields["to"] = bytes(HexBytes(fields["to"]))
    fields["data"] = bytes(HexBytes(fields["data"]))
    if "accessList" in fields:
        fields["accessList"] = tuple(fields["accessList"])
    return fields
