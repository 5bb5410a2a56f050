"""What a receipt tells: where a transaction was recorded, or why it did nothing."""

from ledger.chain.codec import Codec
from ledger.chain.reverts import ContractFault, refusal_of
from ledger.chain.rpc import Json, NodeError, Rpc, member_of, quantity
from ledger.chain.transactions import Call, asked
from ledger.chain.values import moment
from ledger.errors import LedgerError
from ledger.facts import Address, Written


def written_of(transaction: bytes, receipt: Json, block: Json) -> Written:
    """Return where a transaction was recorded, by its receipt and its block."""
    return Written(
        transaction=transaction,
        block=quantity(member_of(receipt, "blockNumber")),
        at=moment(quantity(member_of(block, "timestamp"))),
        gas_used=quantity(member_of(receipt, "gasUsed")),
    )


def failure_of(rpc: Rpc, codec: Codec, call: Call, account: Address, block: Json) -> LedgerError:
    """Learn why a mined transaction failed by asking the same at its block."""
    try:
        rpc.ask("eth_call", asked(call, account), member_of(block, "number"))
    except NodeError as error:
        return refusal_of(error, codec)
    return ContractFault("the transaction failed, but asked again at its block it does not")
