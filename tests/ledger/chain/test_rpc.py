"""What nodes and the network do to a request, on real sockets, and what becomes of it."""

import base64
import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from ledger.chain import wire
from ledger.chain.rpc import AnswerTooLarge, NodeError, Rpc
from ledger.errors import ChainUnreachable

READ, SEND = "eth_blockNumber", "eth_sendRawTransaction"
BATCH = [("eth_one", ()), ("eth_two", ()), ("eth_three", ())]


@dataclass
class Asked:
    """One HTTP request as the node saw it."""

    line: str
    headers: dict[str, str]
    body: Any


Turn = Callable[[socket.socket, Asked], bool | None]
"""What a node does with a request; true keeps the connection."""


@dataclass
class Scripted:
    """A node that does one thing after another, one for each request, the last for all that follow."""

    turns: list[Turn]
    server: socket.socket
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server.getsockname()[1]}"

    def accept(self) -> None:
        """Serve one connection after another, until the test is over."""
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        """Serve one connection."""
        with connection, connection.makefile("rb") as stream:
            while asked := read_request(stream):
                turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
                self.asked.append(asked)
                if not turn(connection, asked):
                    return


def read_request(stream: Any) -> Asked | None:
    """Read a request from a connection; None at its end."""
    line = stream.readline().decode().strip()
    if not line:
        return None
    headers = {}
    while header := stream.readline().decode().strip():
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    return Asked(line, headers, orjson.loads(stream.read(int(headers["content-length"]))))


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    """Start nodes that do one thing after another."""
    servers = []

    def start(*turns: Turn) -> Scripted:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        node = Scripted(list(turns), server)
        threading.Thread(target=node.accept, daemon=True).start()
        return node

    yield start
    for server in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return an HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def answered(asked: Asked, result: Any = "0x1") -> bytes:
    """Return the JSON that answers a request, or each of a batch, rightly."""
    body = asked.body
    if isinstance(body, list):
        return orjson.dumps([{"jsonrpc": "2.0", "id": one["id"], "result": one["method"]} for one in body])
    return orjson.dumps({"jsonrpc": "2.0", "id": body["id"], "result": result})


def rightly(connection: socket.socket, asked: Asked) -> bool:
    """Answer and keep the connection."""
    connection.sendall(http(answered(asked)))
    return True


def then_closing(connection: socket.socket, asked: Asked) -> None:
    """Answer and close, without having said so."""
    connection.sendall(http(answered(asked)))


def closing(_: socket.socket, __: Asked) -> None:
    """Close when the request is read."""


def half(connection: socket.socket, asked: Asked) -> None:
    """Answer the first half."""
    whole = http(answered(asked))
    connection.sendall(whole[:-5])


def slowly(connection: socket.socket, asked: Asked) -> None:
    """Answer a byte at a time, each well within the time for the whole."""
    for byte in http(answered(asked)):
        try:
            connection.sendall(bytes([byte]))
        except OSError:
            return
        time.sleep(0.1)


def saying(body: bytes, status: str = "200 OK", *headers: str) -> Turn:
    """Answer with bytes."""

    def turn(connection: socket.socket, _: Asked) -> bool:
        connection.sendall(http(body, status, *headers))
        return True

    return turn


def a_page(connection: socket.socket, asked: Asked) -> bool | None:
    """Answer with a web page."""
    return saying(b"<html>busy</html>", "502 Bad Gateway")(connection, asked)


def not_text(connection: socket.socket, asked: Asked) -> bool | None:
    """Answer with bytes that are no text."""
    return saying(b"\xff\xfe{}")(connection, asked)


def responding(*responses: Any, one: bool = False) -> Turn:
    """Answer with responses; the word id in them stands for the id that was asked with."""

    def turn(connection: socket.socket, asked: Asked) -> bool:
        ids = [each["id"] for each in (asked.body if isinstance(asked.body, list) else [asked.body])]
        filled = [response(ids) for response in responses]
        connection.sendall(http(orjson.dumps(filled[0] if one else filled)))
        return True

    return turn


def test_one_connection_serves_many_requests(scripted: Any) -> None:
    """It is kept open between them."""
    node = scripted(rightly)
    rpc = Rpc([node.url], 2)
    assert [rpc.ask(READ) for _ in range(5)] == ["0x1"] * 5
    assert node.connections == 1


def test_threads_share_the_connections(scripted: Any) -> None:
    """Each gets the answer to what it asked."""
    node = scripted(
        lambda connection, asked: not connection.sendall(http(answered(asked, asked.body["params"])))
    )
    rpc = Rpc([node.url], 5)
    found: dict[int, Any] = {}

    def ask(number: int) -> None:
        for _ in range(20):
            found[number] = rpc.ask("eth_x", number)

    threads = [threading.Thread(target=ask, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [number] for number in range(8)}
    assert node.connections <= 8


def test_a_read_survives_a_connection_that_the_node_has_closed(scripted: Any) -> None:
    """A node may end an idle connection whenever it likes."""
    node = scripted(then_closing)
    rpc = Rpc([node.url], 2)
    for _ in range(3):
        assert rpc.ask(READ) == "0x1"
        time.sleep(0.02)
    assert node.connections == 3


def test_a_read_is_asked_again_when_the_node_closes_a_kept_connection_on_it(scripted: Any) -> None:
    """Once, on a new connection: the request crossed with the node's closing."""
    node = scripted(rightly, closing, rightly)
    rpc = Rpc([node.url], 2)
    assert [rpc.ask(READ), rpc.ask(READ)] == ["0x1", "0x1"]
    assert (node.connections, len(node.asked)) == (2, 3)


def test_a_read_is_not_asked_again_on_a_new_connection(scripted: Any) -> None:
    """A node that closes on every request is silent."""
    node = scripted(closing)
    with pytest.raises(ChainUnreachable):
        Rpc([node.url], 2).ask(READ)
    assert len(node.asked) == 1


@pytest.mark.parametrize("failing", [closing, half, slowly, a_page, not_text])
@pytest.mark.parametrize("warm", [True, False], ids=["kept", "new"])
@pytest.mark.parametrize("method", [SEND, "eth_sendTransaction", "evm_mine", "personal_unlockAccount"])
def test_what_acts_is_sent_once_whatever_becomes_of_it(
    scripted: Any, method: str, failing: Turn, *, warm: bool
) -> None:
    """Neither again to the same node nor to another: some nodes execute the same bytes twice."""
    node, other = scripted(*([rightly] if warm else []), failing, rightly), scripted(rightly)
    rpc = Rpc([node.url, other.url], 0.5)
    if warm:
        rpc.ask(READ)
    with pytest.raises(ChainUnreachable) as caught:
        rpc.ask(method, "0x00")
    assert not isinstance(caught.value, NodeError)
    assert [asked.body["method"] for asked in node.asked].count(method) == 1
    assert other.asked == []


def test_what_acts_goes_to_the_next_node_when_the_first_was_never_reached(scripted: Any) -> None:
    """Nothing was sent, so nothing can happen twice."""
    node = scripted(rightly)
    assert Rpc(["http://127.0.0.1:1", node.url], 2).ask(SEND, "0x00") == "0x1"


def test_a_gateways_error_does_not_say_that_a_transaction_was_not_taken(scripted: Any) -> None:
    """It passed the bytes on, perhaps, before it gave up; a read has failed all the same."""
    timed_out = orjson.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": -32000, "message": "timeout"}})
    rpc = Rpc([scripted(saying(timed_out, "504 Gateway Timeout")).url], 2)
    with pytest.raises(ChainUnreachable, match="HTTP status 504") as caught:
        rpc.ask(SEND, "0x00")
    assert not isinstance(caught.value, NodeError)
    with pytest.raises(NodeError, match="timeout"):
        rpc.ask(READ)


def test_an_error_with_a_http_status_of_400_is_the_nodes_word(scripted: Any) -> None:
    """Some nodes refuse that way, and say why in JSON."""

    def refusing(connection: socket.socket, asked: Asked) -> bool:
        error = {"jsonrpc": "2.0", "id": asked.body["id"], "error": {"code": -32602, "message": "no"}}
        connection.sendall(http(orjson.dumps(error), "400 Bad Request"))
        return True

    with pytest.raises(NodeError, match="no") as caught:
        Rpc([scripted(refusing).url], 2).ask(SEND, "0x00")
    assert caught.value.code == -32602


@pytest.mark.parametrize("failing", [half, slowly, a_page, not_text])
def test_the_next_node_is_read_when_one_answers_badly(scripted: Any, failing: Turn) -> None:
    """Half an answer, a late one, a web page: none is an answer."""
    node, other = scripted(failing), scripted(rightly)
    rpc = Rpc([node.url, other.url], 0.5)
    assert [rpc.ask(READ), rpc.ask(READ)] == ["0x1", "0x1"]
    assert (len(node.asked), len(other.asked)) == (1, 2)


def test_the_time_for_an_answer_holds_for_all_of_it(scripted: Any) -> None:
    """A node that drips bytes does not hold the caller for longer than one that is silent."""
    with pytest.raises(ChainUnreachable, match="in time"):
        Rpc([scripted(slowly).url], 0.5).ask(READ)


@pytest.mark.parametrize(
    "respond",
    [
        lambda ids: {"id": ids[0] + 1, "result": "0x1"},
        lambda ids: {"id": str(ids[0]), "result": "0x1"},
        lambda ids: {"id": float(ids[0]), "result": "0x1"},
        lambda _: {"id": None, "result": "0x1"},
        lambda _: {"result": "0x1"},
        lambda ids: {"id": ids[0]},
        lambda ids: {"id": ids[0], "error": "sorry"},
        lambda ids: [{"id": ids[0], "result": "0x1"}],
        lambda ids: {"id": ids[0] - 1, "result": "0x1"},
    ],
    ids=["later", "text", "float", "null", "lacking", "no result", "error a text", "a list", "earlier"],
)
def test_an_answer_to_something_else_is_none(scripted: Any, respond: Any) -> None:
    """Its id must be the one that was asked with."""
    with pytest.raises(ChainUnreachable) as caught:
        Rpc([scripted(responding(respond, one=True)).url], 2).ask(READ)
    assert not isinstance(caught.value, NodeError)


def test_members_that_nobody_asked_for_do_no_harm(scripted: Any) -> None:
    """Nor does an `error` that is null."""
    node = scripted(responding(lambda ids: {"id": ids[0], "result": 7, "error": None, "took": 3}, one=True))
    assert Rpc([node.url], 2).ask(READ) == 7


def of(place: int) -> Any:
    """Return the right answer to one request of a batch."""
    return lambda ids: {"id": ids[place], "result": place}


def test_a_batch_may_be_answered_in_any_order(scripted: Any) -> None:
    """The ids say which answer is whose."""
    assert Rpc([scripted(responding(of(2), of(0), of(1))).url], 2).ask_all(BATCH) == [0, 1, 2]


@pytest.mark.parametrize(
    "responses",
    [
        (of(0), of(1)),
        (of(0), of(1), of(1)),
        (of(0), of(1), of(2), of(2)),
        (of(0), of(1), lambda ids: {"id": ids[2] + 1, "result": 2}),
        (of(0), of(1), lambda _: 7),
        (of(0), of(1), lambda _: {"id": None, "error": {"message": "no"}}),
        (),
    ],
    ids=["missing", "repeated", "one more", "foreign", "a number", "an error without id", "none"],
)
def test_a_batch_is_answered_in_full_or_not_at_all(scripted: Any, responses: Any) -> None:
    """A missing, repeated or foreign answer spoils them all."""
    with pytest.raises(ChainUnreachable, match="did not answer each request"):
        Rpc([scripted(responding(*responses)).url], 2).try_all(BATCH)


def test_a_refused_batch_is_reported_in_the_nodes_words(scripted: Any) -> None:
    """Nodes limit how much may be asked at a time."""
    node = scripted(responding(lambda _: {"id": None, "error": {"message": "batch too large"}}, one=True))
    with pytest.raises(ChainUnreachable, match="batch too large"):
        Rpc([node.url], 2).ask_all(BATCH)


def test_an_error_in_a_batch_stands_at_its_place(scripted: Any) -> None:
    """The other answers are good."""
    node = scripted(
        responding(of(2), lambda ids: {"id": ids[1], "error": {"code": 3, "message": "m"}}, of(0))
    )
    first, error, third = Rpc([node.url], 2).try_all(BATCH)
    assert (first, third) == (0, 2)
    assert isinstance(error, NodeError)
    assert error.reverted


def test_nothing_is_asked_when_there_is_nothing_to_ask() -> None:
    """An empty batch is an error by the standard."""
    assert Rpc(["http://127.0.0.1:1"], 2).ask_all([]) == []


def test_packed_answers_are_unpacked(scripted: Any) -> None:
    """Those of a node on this machine are not asked for, and taken nevertheless."""

    def packed(connection: socket.socket, asked: Asked) -> bool:
        connection.sendall(http(gzip.compress(answered(asked, "é" * 9)), "200 OK", "Content-Encoding: gzip"))
        return True

    node = scripted(packed)
    assert Rpc([node.url], 2).ask(READ) == "é" * 9
    assert node.asked[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("headers", [(), ("Content-Encoding: gzip",)], ids=["plain", "packed"])
def test_a_huge_answer_is_not_taken_in(
    scripted: Any, headers: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counts is its size unpacked."""
    monkeypatch.setattr(wire, "LARGEST_ANSWER", 100_000)
    body = b" " * 100_001
    node = scripted(saying(gzip.compress(body) if headers else body, "200 OK", *headers), rightly)
    rpc = Rpc([node.url], 2)
    with pytest.raises(AnswerTooLarge):
        rpc.ask(READ)
    assert rpc.ask(READ) == "0x1"


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_what_cannot_be_unpacked_is_no_answer(scripted: Any, encoding: str) -> None:
    """Broken, or in a way that was not asked for."""
    node = scripted(saying(b'{"id":1,"result":1}', "200 OK", f"Content-Encoding: {encoding}"))
    with pytest.raises(ChainUnreachable):
        Rpc([node.url], 2).ask(READ)


def test_a_redirection_is_not_followed(scripted: Any) -> None:
    """Who speaks for the ledger is in the profile, and nobody else adds to it."""
    other = scripted(rightly)
    node = scripted(saying(b"", "307 Temporary Redirect", f"Location: {other.url}"))
    with pytest.raises(ChainUnreachable, match="HTTP status 307"):
        Rpc([node.url], 2).ask(READ)
    assert other.connections == 0


def test_credentials_go_into_a_header_and_nowhere_else(scripted: Any) -> None:
    """Not into the request line, nor into what is said about the node."""
    node = scripted(rightly, saying(b"no", "401 Unauthorized"))
    rpc = Rpc([node.url.replace("//", "//user%40a:p%3Aw@") + "/path?token=7"], 2)
    assert rpc.ask(READ) == "0x1"
    assert node.asked[0].line == "POST /path?token=7 HTTP/1.1"
    given = node.asked[0].headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(given) == b"user@a:p:w"
    with pytest.raises(ChainUnreachable, match="401") as caught:
        rpc.ask(READ)
    shown = f"{caught.value!r} {caught.value} {caught.value.__cause__!r} {rpc._nodes}"
    assert all(secret not in shown for secret in ("user", "p%3Aw", "p:w", "token", "path"))


def test_a_node_on_this_machine_is_asked_past_any_proxy(
    scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's proxy is for the others, who are asked through it by their whole address."""
    node, proxy = scripted(rightly), scripted(rightly)
    monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//me:secret@"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert Rpc([node.url], 2).ask(READ) == "0x1"
    assert proxy.asked == []
    assert Rpc(["http://a:b@node.example:8545/x"], 2).ask(READ) == "0x1"
    assert proxy.asked[0].line == "POST http://node.example:8545/x HTTP/1.1"
    assert proxy.asked[0].headers["host"] == "node.example:8545"
    assert base64.b64decode(proxy.asked[0].headers["proxy-authorization"].split()[1]) == b"me:secret"
    monkeypatch.setenv("no_proxy", ".example")
    with pytest.raises(ChainUnreachable):
        Rpc(["http://127.0.0.1.example:8545"], 0.5).ask(READ)
    assert len(proxy.asked) == 1


def test_each_node_can_be_asked_alone(scripted: Any) -> None:
    """To compare what they say; one that is silent is not replaced by another."""
    nodes = [scripted(saying(b"no")), scripted(rightly)]
    first, second = Rpc([node.url for node in nodes], 2).each()
    assert second.ask(READ) == "0x1"
    with pytest.raises(ChainUnreachable):
        first.ask(READ)
    assert len(nodes[1].asked) == 1
