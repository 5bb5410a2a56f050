"""JSON-RPC to the nodes of one network.

Whatever a node does (refuse the connection, answer late, answer with a web page) comes out as
`ChainUnreachable`; what it answers on purpose as an error comes out as `NodeError`.  No exception of the
transport leaves this module, and no message carries an address with its credentials.

What changes something (`eth_sendRawTransaction`, above all) goes to one node, once: after a silence it is
unknown whether it arrived, and that is for the sender to find out.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson

from ledger.chain.wire import Node, Overlong, Reply, Silent
from ledger.errors import ChainUnreachable

Json = Any
"""What a node answers or is asked: whatever JSON can say, so readers check it."""
Request = tuple[str, Sequence[Json]]
"""A method and its parameters."""

LATEST = "latest"
BRIEF = False
"""Second parameter of `eth_getBlockByNumber`: without the transactions."""


_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}")
_REVERTED = 3
"""The error code that go-ethereum and those who follow it give to a revert."""
_STOPPED = ("revert", "out of gas", "invalid opcode")
"""What the others say."""


@dataclass(eq=False)
class NodeError(ChainUnreachable):
    """The node answered with a JSON-RPC error; reverts are among these, see `ledger.chain.reverts`."""

    code: int = 0
    data: Json = field(default=None, repr=False)

    @property
    def reverted(self) -> bool:
        """Whether the error reports that a contract stopped, and not that the node would not do as asked."""
        said = f"{self.message} {self.data if isinstance(self.data, str) else ''}".lower()
        return self.code == _REVERTED or any(word in said for word in _STOPPED)


class AnswerTooLarge(ChainUnreachable):
    """The answer is larger than is taken from a node: less has to be asked for at a time."""


class Rpc:
    """The nodes of one network; asks the one that answered last, and the others when it does not answer."""

    def __init__(self, urls: Sequence[str], timeout: float) -> None:
        """Take the addresses of the nodes, and the seconds that one of them may take for an answer."""
        self._nodes = [Node(url, timeout) for url in urls]
        self._preferred = 0
        self._ids = itertools.count(1)

    def each(self) -> list["Rpc"]:
        """Return an `Rpc` for each node alone, to compare what they say."""
        return [self._alone(node) for node in self._nodes]

    def ask(self, method: str, *params: Json) -> Json:
        """Return the node's answer to one request."""
        return self.ask_all([(method, params)])[0]

    def ask_all(self, requests: Sequence[Request]) -> list[Json]:
        """Return the answers to several requests of one HTTP round trip, or raise the first error in them."""
        answers = self.try_all(requests)
        for answer in answers:
            if isinstance(answer, NodeError):
                raise answer
        return answers

    def try_all(self, requests: Sequence[Request]) -> list[Json]:
        """Return the answers to several requests of one HTTP round trip, errors as `NodeError` among them."""
        if not requests:
            return []
        problem: ChainUnreachable | None = None
        repeatable = all(_repeatable(method) for method, _ in requests)
        for index in self._order():
            node = self._nodes[index]
            try:
                answers = self._asked(node, requests, repeatable=repeatable)
            except Silent as silent:
                kind = AnswerTooLarge if isinstance(silent, Overlong) else ChainUnreachable
                problem = kind(f"{node.name} {silent}")
                problem.__cause__ = silent
                if silent.sent and not repeatable:
                    break
                continue
            self._preferred = index
            return answers
        raise problem or ChainUnreachable("no node is named in the profile")

    def _asked(self, node: Node, requests: Sequence[Request], *, repeatable: bool) -> list[Json]:
        """Send one HTTP request; a single one is not wrapped in a batch, which some nodes refuse."""
        ids = [next(self._ids) for _ in requests]
        asked = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in zip(ids, requests, strict=True)
        ]
        reply = node.post(orjson.dumps(asked if len(asked) > 1 else asked[0]), repeatable=repeatable)
        said = _json(reply)
        responses = [_matching(said, ids[0])] if len(ids) == 1 else _sorted(said, ids)
        return [_answer(node, reply, response, repeatable=repeatable) for response in responses]

    def _alone(self, node: Node) -> "Rpc":
        alone = Rpc((), 0)
        alone._nodes = [node]
        return alone

    def _order(self) -> Iterator[int]:
        preferred, count = self._preferred, len(self._nodes)
        return ((preferred + step) % count for step in range(count))


def quantity(value: object) -> int:
    """Read a number of a JSON-RPC answer, 0x and up to 64 hex digits."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise ChainUnreachable("the node answered something else than a number")
    return int(value, 16)


def octets(value: object) -> bytes:
    """Read bytes of a JSON-RPC answer, 0x and hex digits."""
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ChainUnreachable("the node answered something else than bytes")
    try:
        return bytes.fromhex(value[2:])
    except ValueError:
        raise ChainUnreachable("the node answered something else than bytes") from None


def member_of(answer: object, name: str) -> Json:
    """Return a member of an object that a node answered with."""
    if not isinstance(answer, dict) or name not in answer:
        raise ChainUnreachable(f"the node's answer lacks {name}")
    return answer[name]


def _repeatable(method: str) -> bool:
    """Return whether asking twice is asking once: methods that send, and those of test chains, act."""
    return method.startswith(("eth_", "net_", "web3_")) and not method.startswith("eth_send")


def _json(reply: Reply) -> Json:
    try:
        return orjson.loads(reply.body)
    except ValueError:
        raise Silent(_nonsense(reply), sent=True) from None


def _matching(response: Json, number: int) -> dict[str, Json]:
    """Check the answer to a single request; who could not read it may report so without its id."""
    if isinstance(response, dict):
        given = response.get("id")
        if type(given) is int and given == number:
            return response
        if given is None and isinstance(response.get("error"), dict):
            return response
    raise Silent("answered something else than was asked", sent=True)


def _sorted(responses: Json, ids: Sequence[int]) -> list[dict[str, Json]]:
    """Return the answers to a batch in the order in which was asked: nodes may answer in any."""
    if isinstance(responses, dict) and isinstance(responses.get("error"), dict):
        raise Silent(f"refused the batch: {_message(responses['error'])}", sent=True)
    found: dict[int, dict[str, Json]] = {}
    for response in responses if isinstance(responses, list) else ():
        given = response.get("id") if isinstance(response, dict) else None
        if type(given) is int:
            found[given] = response
    if not isinstance(responses, list) or len(responses) != len(ids) or found.keys() != set(ids):
        raise Silent("did not answer each request of a batch", sent=True)
    return [found[number] for number in ids]


def _answer(node: Node, reply: Reply, response: dict[str, Json], *, repeatable: bool) -> Json:
    """Return the result, or the error as a `NodeError`.

    An error that comes with an HTTP status of 500 or more may be a gateway's: it does not tell whether the
    node behind it took what was sent.
    """
    error = response.get("error")
    if isinstance(error, dict) and (repeatable or reply.status < HTTPStatus.INTERNAL_SERVER_ERROR):
        code = error.get("code")
        message = f"{node.name} answered: {_message(error)}"
        return NodeError(message, code if type(code) is int else 0, error.get("data"))
    if error is not None or "result" not in response or reply.status != HTTPStatus.OK:
        raise Silent(_nonsense(reply), sent=True)
    return response["result"]


def _message(error: dict[str, Json]) -> str:
    return str(error.get("message", ""))[:300]


def _nonsense(reply: Reply) -> str:
    if reply.status != HTTPStatus.OK:
        return f"answered with HTTP status {reply.status}"
    return "answered something else than JSON-RPC"
