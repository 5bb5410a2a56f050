"""Transactions before, when and after they are sent, and what they pay."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.chain.codec import Log
from ledger.chain.profile import Fees
from ledger.chain.rpc import BRIEF, LATEST, Json, Request, member_of, octets, quantity
from ledger.facts import Address, Written

_TIP = 1_000_000_000
"""Tip per unit of gas in wei, where there is one."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a transaction does."""

    to: Address | None
    """The contract, `None` to create one."""
    data: bytes
    gas: int
    """The most it may use."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed transaction; sending it twice does no harm."""

    transaction: bytes
    """Its hash."""
    raw: bytes
    nonce: int
    call: Call


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction that succeeded."""

    written: Written
    logs: tuple[Log, ...]
    created: str | None
    """The address of the contract it created."""


def price_request(fees: Fees) -> Request:
    """Return the request whose answer says what gas costs now."""
    return ("eth_gasPrice", ()) if fees is Fees.LEGACY else ("eth_getBlockByNumber", (LATEST, BRIEF))


def fees_of(fees: Fees, price: Json) -> Mapping[str, int]:
    """Return what a transaction pays, as its fields."""
    match fees:
        case Fees.FREE:
            return {"gasPrice": 0}
        case Fees.LEGACY:
            return {"gasPrice": quantity(price)}
        case Fees.EIP1559:
            base = quantity(member_of(price, "baseFeePerGas"))
            return {"maxFeePerGas": 2 * base + _TIP, "maxPriorityFeePerGas": _TIP}


def raised(fees: Mapping[str, int], above: int) -> Mapping[str, int]:
    """Return fees that replace a transaction which paid `above` at most: an eighth more, all of it as tip."""
    if not above:
        return fees
    price = max(*fees.values(), -(-above * 9 // 8))
    return dict.fromkeys(fees, price)


def unsigned(call: Call, nonce: int, chain_id: int, fees: Mapping[str, int]) -> dict[str, Any]:
    """Return a transaction as signers take it."""
    to = {"to": call.to} if call.to else {}
    return {
        "chainId": chain_id,
        "nonce": nonce,
        "gas": call.gas,
        "value": 0,
        "data": call.data,
        **to,
        **fees,
    }


def asked(call: Call, account: Address) -> dict[str, str]:
    """Return a call as `eth_call` takes it."""
    question = {"from": account, "data": hexed(call.data), "gas": hex(call.gas)}
    return question | ({"to": call.to} if call.to else {})


def hexed(data: bytes) -> str:
    """Return bytes as JSON-RPC writes them."""
    return f"0x{data.hex()}"


def log_of(log: object) -> Log:
    """Read a log of a receipt or of `eth_getLogs`."""
    return Log(tuple(map(octets, member_of(log, "topics"))), octets(member_of(log, "data")))
