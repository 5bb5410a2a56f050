"""A signing service for tests, on loopback, that behaves as Web3Signer's `eth1` mode does.

What it answers, with which error code and HTTP status, was read in Consensys/web3signer:
`Eth1AccountsHandler`, `EthSignTransactionResultProvider`, `EthSignTypedDataResultProvider`, `EthTransaction`,
`TransactionSerializer`, `JsonRpcError`, `ResponseCodeSelector`.  A test may make it misbehave by its fields.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from typing import Any, Self

from eth_account.messages import encode_defunct, encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils.address import is_hex_address, to_checksum_address

PARSE_ERROR = (-32700, "Parse error")
INVALID_PARAMS = (-32602, "Invalid params")
NOT_UNLOCKED = (-32000, "No unlocked account matches the Sender")
NO_NODE = (-32000, "Failed to connect to downstream node")
_BAD_REQUEST = {PARSE_ERROR, INVALID_PARAMS}
"""Errors that come with HTTP 400; the others come with 200."""
_DEFAULTS = {"gas": "0x15f90", "value": "0x0", "data": "0x"}
"""What Web3Signer takes where the request is silent: 90 000 gas, no value, no data."""


class Fault(Exception):
    """A JSON-RPC error to answer with."""

    def __init__(self, error: tuple[int, str]) -> None:
        super().__init__(error[1])
        self.error = error


class SigningServer:
    """Keys behind HTTP; use it as a context manager, or call `start` and `stop` (then the port is kept)."""

    def __init__(
        self, keys: Iterable[LocalAccount], chain_id: int = 1337, tls: ssl.SSLContext | None = None
    ) -> None:
        self.keys = {key.address.lower(): key for key in keys}
        self.chain_id = chain_id
        """The chain it was set up for; what a request says about it is not looked at."""
        self.locked: set[str] = set()
        """Accounts (lower case) that it lists and cannot sign for, as when its vault is down."""
        self.edit: Callable[[dict[str, Any]], Mapping[str, Any]] = dict
        """Changes a transaction before it is signed."""
        self.signs_with: LocalAccount | None = None
        """A key that signs instead of the one asked for."""
        self.prefixes = False
        """Whether typed data is signed with the prefix of plain messages, as some signers do."""
        self.answer: bytes | None = None
        """A body to answer with, whatever is asked."""
        self.status: int | None = None
        """An HTTP status to answer with."""
        self.token: str | None = None
        """The token that a request has to carry."""
        self.open = threading.Event()
        """While it is cleared, no request is answered."""
        self.open.set()
        self.asked: list[Any] = []
        """Every request, read from JSON."""
        self.connections = 0
        """How many connections were made to it."""
        self._tls, self._port = tls, 0
        self._server: ThreadingHTTPServer | None = None
        self._sockets: set[socket] = set()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Answer from now on; on the same port as before."""
        self._server = _Server(("127.0.0.1", self._port), _handler(self))
        if self._tls:
            self._server.socket = self._tls.wrap_socket(self._server.socket, server_side=True)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Answer no more, and drop every connection."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        for connection in tuple(self._sockets):
            try:
                connection.shutdown(SHUT_RDWR)
            except OSError:
                continue

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.open.set()
        self.stop()

    def reply(self, body: bytes, authorization: str | None) -> tuple[int, bytes]:
        """Return HTTP status and body of the answer to one request."""
        self.open.wait()
        if self.token is not None and authorization != f"Bearer {self.token}":
            return 401, b""
        try:
            asked = json.loads(body)
        except ValueError:
            return 400, _document(None, {"error": _error(PARSE_ERROR)})
        self.asked.append(asked)
        if self.answer is not None or self.status is not None:
            return self.status or 200, self.answer or b""
        try:
            return 200, _document(asked.get("id"), {"result": self._result(asked)})
        except Fault as fault:
            status = 400 if fault.error in _BAD_REQUEST else 200
            return status, _document(asked.get("id"), {"error": _error(fault.error)})

    def _result(self, asked: dict[str, Any]) -> object:
        params = asked.get("params") or []
        match asked.get("method"):
            case "eth_accounts":
                if params:
                    raise Fault(INVALID_PARAMS)
                return sorted(self.keys)
            case "eth_signTransaction":
                if len(params) != 1 or not isinstance(params[0], dict):
                    raise Fault(INVALID_PARAMS)
                return self._signed(params[0])
            case "eth_signTypedData":
                if len(params) != 2 or not all(isinstance(one, str) for one in params):
                    raise Fault(INVALID_PARAMS)
                return self._signed_typed(*params)
        raise Fault(NO_NODE)

    def _signed_typed(self, account: str, text: str) -> str:
        """Sign typed data, which comes as a text of JSON."""
        if account.lower() not in self.keys or account.lower() in self.locked:
            raise Fault(NOT_UNLOCKED)
        key = self.signs_with or self.keys[account.lower()]
        message = (
            encode_defunct(text=text) if self.prefixes else encode_typed_data(full_message=json.loads(text))
        )
        return "0x" + bytes(key.sign_message(message).signature).hex()

    def _signed(self, asked: dict[str, Any]) -> str:
        if not asked.get("from") or not asked.get("nonce"):
            raise Fault(INVALID_PARAMS)
        transaction = _read({**_DEFAULTS, **asked}, self.chain_id)
        account = str(asked["from"]).lower()
        if account not in self.keys or account in self.locked:
            raise Fault(NOT_UNLOCKED)
        key = self.signs_with or self.keys[account]
        return "0x" + key.sign_transaction(dict(self.edit(transaction))).raw_transaction.hex()


def _read(asked: dict[str, Any], chain_id: int) -> dict[str, Any]:
    """Read a request as Web3Signer does: quantities in hex, fees decide upon the type."""
    fees = ("maxFeePerGas", "maxPriorityFeePerGas")
    priced = fees if all(asked.get(name) for name in fees) else ("gasPrice",)
    try:
        numbers = {name: int(asked.get(name, "0x0"), 16) for name in ("nonce", "gas", "value", *priced)}
        data = bytes.fromhex(asked["data"].removeprefix("0x"))
    except (ValueError, TypeError, AttributeError):
        raise Fault(INVALID_PARAMS) from None
    transaction: dict[str, Any] = {**numbers, "data": data, "chainId": chain_id}
    if asked.get("to"):
        if not is_hex_address(asked["to"]):
            raise Fault(INVALID_PARAMS)
        transaction["to"] = to_checksum_address(asked["to"])
    return transaction


def _error(error: tuple[int, str]) -> dict[str, object]:
    return {"code": error[0], "message": error[1]}


def _document(number: object, content: Mapping[str, object]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": number, **content}).encode()


class _Server(ThreadingHTTPServer):
    """Says nothing when a caller hangs up."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: callers that give up are what some tests are about."""


def _handler(keys: SigningServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Passes each request on to the keys; connections are kept alive."""

        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            """Count the connection."""
            super().setup()
            keys.connections += 1
            keys._sockets.add(self.connection)

        def finish(self) -> None:
            """Forget the connection."""
            keys._sockets.discard(self.connection)
            super().finish()

        def do_POST(self) -> None:
            """Answer one HTTP request."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = keys.reply(body, self.headers.get("Authorization"))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Stay silent."""

    return Handler
