"""What happened on the chain: events in the order in which they came, and the blocks they came in."""

from collections.abc import Iterator, Sequence

from ledger.chain.codec import BlockLog
from ledger.chain.rpc import BRIEF, AnswerTooLarge, Json, NodeError, Rpc, member_of, octets, quantity
from ledger.errors import ChainUnreachable
from ledger.events import Block
from ledger.facts import Address

BLOCKS_AT_A_TIME = 5_000
"""How many blocks are searched for events by one request; nodes refuse to search too many."""
_HEADERS_AT_A_TIME = 100
_MOST = 2**63 - 1
"""The highest number that a database keeps; no chain reaches it, as block or as second since 1970."""

Wanted = Sequence[Sequence[bytes]]
"""For each topic of a log the values that it may have; none for any."""


class History:
    """The events of one contract or of several, and the blocks of their chain."""

    def __init__(
        self, rpc: Rpc, addresses: Address | Sequence[Address], blocks_at_a_time: int = BLOCKS_AT_A_TIME
    ) -> None:
        self._rpc, self._most = rpc, blocks_at_a_time
        asked = [addresses] if isinstance(addresses, str) else addresses
        self._addresses = {address.lower(): address for address in asked}

    def newest(self) -> Block:
        """Return the newest block."""
        return _block_of(self._rpc.ask("eth_getBlockByNumber", "latest", BRIEF))

    def blocks(self, numbers: Sequence[int]) -> Iterator[Block]:
        """Yield blocks by their numbers; `ChainUnreachable` when the node lacks one."""
        for start in range(0, len(numbers), _HEADERS_AT_A_TIME):
            asked = numbers[start : start + _HEADERS_AT_A_TIME]
            answers = self._rpc.ask_all([("eth_getBlockByNumber", (hex(number), BRIEF)) for number in asked])
            for number, answer in zip(asked, answers, strict=True):
                yield _numbered(answer, number)

    def logs(
        self,
        first: int,
        last: int,
        *topics: bytes,
        about: Sequence[bytes] = (),
        second: Sequence[bytes] = (),
    ) -> Iterator[BlockLog]:
        """Yield the contracts' events in blocks `first` to `last`, of some kinds or of all, oldest first.

        With `about`, only those whose first indexed field has one of these values; with `second`, those
        whose second one has.
        A range that a node finds too large is halved until it answers; `NodeError` when it refuses to
        search even one block, `ChainUnreachable` when it lacks the last one.
        """
        for found, _ in self._parts(first, last, (topics, about, second)):
            yield from found

    def complete(self, first: int, last: int) -> tuple[list[BlockLog], Block]:
        """Return all of the contracts' events in blocks `first` to `last`, and block `last` as it was then.

        Raises what `logs` raises.
        """
        parts = list(self._parts(first, last, ()))
        return [log for found, _ in parts for log in found], parts[-1][1]

    def _parts(self, first: int, last: int, wanted: Wanted) -> Iterator[tuple[list[BlockLog], Block]]:
        """Yield the events range by range, each with the last block of its range."""
        size = self._most
        while first <= last:
            until = min(first + size - 1, last)
            try:
                found = self._searched(first, until, wanted)
            except (NodeError, AnswerTooLarge):
                if until == first:
                    raise
                size = (until - first + 1) // 2
                continue
            yield found
            first = until + 1

    def _searched(self, first: int, last: int, wanted: Wanted) -> tuple[list[BlockLog], Block]:
        """Search one range.

        A node that lacks a block reports no events of it and calls that an answer, and behind one address
        there may be several nodes; so the last block is asked for first, in the same request.
        """
        criteria: dict[str, Json] = {
            "address": list(self._addresses.values()),
            "fromBlock": hex(first),
            "toBlock": hex(last),
            "topics": _asked(wanted),
        }
        newest = ("eth_getBlockByNumber", (hex(last), BRIEF))
        block, answer = self._rpc.ask_all([newest, ("eth_getLogs", (criteria,))])
        if not isinstance(answer, list):
            raise ChainUnreachable("the node answered something else than events")
        found = [self._log_of(log) for log in answer]
        if any(not first <= log.block <= last or not _fits(log, wanted) for log in found):
            raise ChainUnreachable("the node reports events that were not asked for")
        return sorted(found, key=lambda log: (log.block, log.index)), _numbered(block, last)

    def _log_of(self, log: Json) -> BlockLog:
        address = self._addresses.get(str(member_of(log, "address")).lower())
        if address is None:
            raise ChainUnreachable("the node reports events that were not asked for")
        if log.get("removed"):
            raise ChainUnreachable("the node reports events of blocks that the chain has taken back")
        return BlockLog(
            topics=tuple(map(octets, member_of(log, "topics"))),
            data=octets(member_of(log, "data")),
            address=address,
            block=quantity(member_of(log, "blockNumber")),
            block_hash=octets(member_of(log, "blockHash")),
            index=quantity(member_of(log, "logIndex")),
            transaction=octets(member_of(log, "transactionHash")),
        )


def _asked(wanted: Wanted) -> list[Json]:
    """Return the topics as a node is asked for them: to some, any value at the end means one more topic."""
    asked = [[f"0x{value.hex()}" for value in values] or None for values in wanted]
    while asked and asked[-1] is None:
        asked.pop()
    return asked


def _fits(log: BlockLog, wanted: Wanted) -> bool:
    """Return whether a log is one of those asked for."""
    topics = log.topics + (b"",) * len(wanted)
    return all(not values or topics[place] in values for place, values in enumerate(wanted))


def _numbered(answer: Json, number: int) -> Block:
    """Return the block with a number, if it is that which the node answered with."""
    block = _block_of(answer)
    if block.number != number:
        raise ChainUnreachable("the node answered with another block than was asked for")
    return block


def _block_of(answer: Json) -> Block:
    if answer is None:
        raise ChainUnreachable("the node lacks a block that was asked for")
    block = Block(
        number=quantity(member_of(answer, "number")),
        hash=octets(member_of(answer, "hash")),
        parent=octets(member_of(answer, "parentHash")),
        time=quantity(member_of(answer, "timestamp")),
    )
    if max(block.number, block.time) > _MOST or (len(block.hash), len(block.parent)) != (32, 32):
        raise ChainUnreachable("the node answered with a block that cannot be")
    return block
