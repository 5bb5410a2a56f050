"""Events and blocks come in order, in ranges that nodes take, and only those that were asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.chain.artefacts import CERTIFICATE_REGISTRY, artefact
from ledger.chain.history import History
from ledger.chain.rpc import NodeError, Rpc
from ledger.errors import ChainUnreachable
from ledger.facts import Address
from tests.ledger.chain.conftest import Answer
from tests.worlds import ChainWorld

Node = Callable[[Answer], str]
OURS = Address("0x" + "11" * 20)
TOPIC = b"\7" * 32


def a_log(block: int, index: int = 0, **overrides: Any) -> dict[str, Any]:
    """Return an event as nodes report it."""
    return {
        "address": OURS,
        "topics": [f"0x{TOPIC.hex()}"],
        "data": "0x",
        "blockNumber": hex(block),
        "blockHash": f"0x{block:064x}",
        "logIndex": hex(index),
        "transactionHash": f"0x{index:064x}",
    } | overrides


def with_blocks(logs: Answer) -> Answer:
    """Return a node that has every block, and answers by a function when it is asked for events."""

    def answer(method: str, parameters: list[Any]) -> Any:
        asked_for_block = method == "eth_getBlockByNumber"
        return a_block(int(parameters[0], 16)) if asked_for_block else logs(method, parameters)

    return answer


def a_block(number: int) -> dict[str, Any]:
    """Return the head of a block as nodes do."""
    none = f"0x{bytes(32).hex()}"
    return {"number": hex(number), "hash": none, "parentHash": none, "timestamp": "0x1"}


def history(url: str, blocks_at_a_time: int = 100) -> History:
    """Return the history of a contract at a node."""
    return History(Rpc([url], 2), OURS, blocks_at_a_time)


@pytest.mark.chain
def test_events_and_blocks_of_a_real_chain(world: ChainWorld) -> None:
    """All of the contract's events, each with its block, wherever the ranges are cut."""
    newest = world.ledger.head().block
    wide, narrow = (History(world.rpc, world.profile.registry, size) for size in (5_000, 3))
    logs = list(wide.logs(world.profile.from_block, newest))
    assert list(narrow.logs(world.profile.from_block, newest)) == logs
    codec = artefact(CERTIFICATE_REGISTRY).codec
    names = [codec.name(log) for log in logs]
    assert names[:3] == ["MemberAdmitted"] * 3
    assert names.count("AuthorityAdded") == len(world.ledger.authorities())
    added = list(wide.logs(world.profile.from_block, newest, codec.topic("AuthorityAdded")))
    assert added == [log for log in logs if codec.name(log) == "AuthorityAdded"]
    blocks = {block.number: block for block in wide.blocks(range(newest + 1))}
    assert list(blocks) == list(range(newest + 1))
    assert all(blocks[log.block].hash == log.block_hash for log in logs)
    assert all(blocks[number].parent == blocks[number - 1].hash for number in range(1, newest + 1))
    assert wide.newest() == blocks[newest]
    with pytest.raises(ChainUnreachable, match="lacks"):
        list(wide.blocks([newest + 1]))


def test_a_range_that_a_node_refuses_is_halved(node: Node) -> None:
    """Until it is taken; nothing is lost or repeated on the way."""
    ranges = []

    def answer(_: str, parameters: list[Any]) -> Any:
        first, last = int(parameters[0]["fromBlock"], 16), int(parameters[0]["toBlock"], 16)
        if last - first + 1 > 10:
            return {"error": {"code": -32005, "message": "range too large"}}
        ranges.append((first, last))
        return [a_log(number) for number in range(first, last + 1)]

    found = list(history(node(with_blocks(answer))).logs(5, 61))
    assert [log.block for log in found] == list(range(5, 62))
    assert ranges[0][0] == 5
    assert ranges[-1][1] == 61


def test_a_node_that_refuses_even_one_block_is_quoted(node: Node) -> None:
    """There is nothing smaller to ask for."""
    url = node(with_blocks(lambda *_: {"error": {"code": -32601, "message": "no logs here"}}))
    with pytest.raises(NodeError, match="no logs here"):
        list(history(url).logs(1, 1000))


def test_events_come_in_order_whatever_the_node_does(node: Node) -> None:
    """By block, and within a block by their place."""
    url = node(with_blocks(lambda *_: [a_log(2), a_log(1, 10), a_log(1, 9)]))
    assert [(log.block, log.index) for log in history(url).logs(1, 5)] == [(1, 9), (1, 10), (2, 0)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "0x" + "22" * 20},
        {"blockNumber": "0x6"},
        {"topics": [f"0x{bytes(32).hex()}"]},
        {"topics": []},
        {"data": None},
        {"blockNumber": None},
        {"blockHash": None},
        {"removed": True},
    ],
    ids=[
        "another contract",
        "another block",
        "another event",
        "no event",
        "no data",
        "no block",
        "a block to come",
        "a block taken back",
    ],
)
def test_events_that_were_not_asked_for_are_refused(node: Node, wrong: dict[str, Any]) -> None:
    """A node that reports another contract's events, or of other blocks, is not believed."""
    url = node(with_blocks(lambda *_: [a_log(3), a_log(4, **wrong)]))
    with pytest.raises(ChainUnreachable):
        list(history(url).logs(1, 5, TOPIC))


def test_another_block_than_was_asked_for_is_refused(node: Node) -> None:
    """Whoever follows the chain must not be led astray."""
    with pytest.raises(ChainUnreachable, match="another block"):
        list(history(node(lambda *_: a_block(9))).blocks([8]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": hex(2**63)},
        {"timestamp": hex(2**64)},
        {"timestamp": "-0x1"},
        {"timestamp": "0x1_0"},
        {"timestamp": 7},
        {"hash": None},
        {"hash": "0x00"},
        {"parentHash": "0x"},
    ],
)
def test_a_block_that_cannot_be_is_no_answer(node: Node, wrong: dict[str, Any]) -> None:
    """A block to come has no hash, and no database keeps any number."""
    with pytest.raises(ChainUnreachable):
        history(node(lambda *_: a_block(8) | wrong)).newest()


def test_no_events_of_a_node_that_lacks_the_block_are_no_answer(node: Node) -> None:
    """It is behind the others at its address, and a cancellation must not be missed for that."""
    url = node(lambda method, _: [] if method == "eth_getLogs" else None)
    with pytest.raises(ChainUnreachable, match="lacks a block"):
        list(history(url).logs(1, 5))
    with pytest.raises(ChainUnreachable, match="lacks a block"):
        history(url).complete(1, 5)


@pytest.mark.chain
def test_who_an_authority_is_is_asked_once(world: ChainWorld) -> None:
    """Names never change, so verifying a second certificate of an authority asks nothing more."""
    ledger = world.afresh().ledger
    asked: list[str] = []
    ask_all = ledger._connection.rpc.try_all

    def counting(requests: Any) -> Any:
        asked.extend(method for method, _ in requests)
        return ask_all(requests)

    ledger._connection.rpc.try_all = counting  # type: ignore[method-assign]
    first = ledger.issuer(world.authority("TH customs"))
    assert "eth_getLogs" in asked
    asked.clear()
    assert ledger.issuer(world.authority("TH customs")) == first
    assert ledger.issuer(world.authority("VN aeo")) is not None
    assert asked == []
    authority = ledger.authority(world.authority("TH customs"))
    assert authority is not None
    assert authority.name == first.name if first else None
    assert asked == ["eth_call"]
