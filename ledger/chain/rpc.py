"""JSON-RPC to the nodes of one network, through web3's HTTP provider.

Whatever a node does (refuse the connection, answer late, answer with a web page) comes out as
`ChainUnreachable`; what it answers on purpose as an error comes out as `NodeError`.  No exception of the
transport leaves this module, and no message carries an address with its credentials.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from web3 import HTTPProvider
from web3.exceptions import Web3Exception
from web3.types import RPCEndpoint

from ledger.errors import ChainUnreachable

Json = Any
"""What a node answers or is asked: whatever JSON can say, so readers check it."""
Request = tuple[str, Sequence[Json]]
"""A method and its parameters."""

LATEST = "latest"
BRIEF = False
"""Second parameter of `eth_getBlockByNumber`: without the transactions."""


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


class Rpc:
    """The nodes of one network; asks the one that answered last, and the others when it does not answer."""

    def __init__(self, urls: Sequence[str], timeout: float) -> None:
        self._nodes = [_provider(url, timeout) for url in urls]
        self._preferred = 0

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
        problem: ChainUnreachable | None = None
        for index in self._order():
            try:
                answers = _ask(self._nodes[index], requests)
            except ChainUnreachable as silent:
                problem = silent
                continue
            self._preferred = index
            return answers
        raise problem or ChainUnreachable("no node is named in the profile")

    def _order(self) -> Iterator[int]:
        preferred, count = self._preferred, len(self._nodes)
        return ((preferred + step) % count for step in range(count))


def quantity(value: object) -> int:
    """Read a number of a JSON-RPC answer, 0x and hex digits."""
    try:
        return int(value, 16)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError):
        raise ChainUnreachable("the node answered something else than a number") from None


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


def _provider(url: str, timeout: float) -> HTTPProvider:
    # Retrying is decided by those who know whether it is safe, not by the transport.
    return HTTPProvider(url, request_kwargs={"timeout": timeout}, exception_retry_configuration=None)


def _ask(node: HTTPProvider, requests: Sequence[Request]) -> list[Json]:
    """Send one HTTP request; a single one is not wrapped in a batch, which some nodes refuse."""
    try:
        if len(requests) == 1:
            method, params = requests[0]
            responses: Json = [node.make_request(RPCEndpoint(method), list(params))]
        else:
            responses = node.make_batch_request(
                [(RPCEndpoint(method), list(params)) for method, params in requests]
            )
    except (Web3Exception, OSError) as problem:  # all of the transport's own errors are OSErrors
        raise ChainUnreachable(f"{_host(node)} did not answer ({type(problem).__name__})") from problem
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise ChainUnreachable(f"{_host(node)} answered something else than JSON-RPC") from problem
    if not isinstance(responses, list) or len(responses) != len(requests):
        raise ChainUnreachable(f"{_host(node)} did not answer each request of a batch")
    return [_answer(node, response) for response in responses]


def _answer(node: HTTPProvider, response: object) -> Json:
    if isinstance(response, dict) and isinstance(response.get("error"), dict):
        error = response["error"]
        code = error.get("code")
        return NodeError(
            f"{_host(node)} answered: {str(error.get('message', ''))[:300]}",
            code if isinstance(code, int) else 0,
            error.get("data"),
        )
    if not isinstance(response, dict) or "result" not in response:
        raise ChainUnreachable(f"{_host(node)} answered something else than JSON-RPC")
    return response["result"]


def _host(node: HTTPProvider) -> str:
    """Return the node's host and port: credentials and paths of its address are nobody's business."""
    parts = urlsplit(str(node.endpoint_uri))
    return f"the node at {parts.hostname}{f':{parts.port}' if parts.port else ''}"
