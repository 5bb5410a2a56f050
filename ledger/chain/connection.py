"""One ledger on one network: its contracts' functions by name, read and written."""

import threading
from collections.abc import Iterable, Iterator, Sequence

from ledger.abi import Value, Values
from ledger.chain.artefacts import ORIGIN_PROCEDURES, artefact
from ledger.chain.contracts import codec_over, contracts_of
from ledger.chain.history import History
from ledger.chain.profile import ChainProfile
from ledger.chain.reverts import refusal_of
from ledger.chain.rpc import LATEST, NodeError, Request, Rpc, octets, quantity
from ledger.chain.sender import Sender
from ledger.chain.signers import Signer, check_signer
from ledger.chain.transactions import Call, Receipt
from ledger.errors import KeyNotHeld
from ledger.facts import Address
from ledger.procedures_port import ProceduresNotNamed
from ledger.recognition_port import RecognitionNotNamed

Question = tuple[str, Sequence[object]]
"""A view and its arguments."""

_GAS = {
    "issue": 150_000,
    "anchor": 100_000,
    "enter": 200_000,
    "cancel": 80_000,
    "replace": 220_000,
    "record": 100_000,
    "declareProgramme": 200_000,
    "declareArrangement": 200_000,
    "participate": 150_000,
    "addRecognition": 800_000,
    "endRecognition": 100_000,
    "receiveProof": 150_000,
    "decide": 250_000,
    "clarify": 150_000,
    "setSplitUse": 150_000,
    "openCase": 350_000,
    "takeStep": 150_000,
    "setSuspension": 150_000,
    "conclude": 200_000,
    "recordExporter": 200_000,
}
"""The most each write may use, without its lists: about twice what it does (`tests/contracts/gas.json`)."""
_GAS_OF_MEMBERS = 2_000_000
"""The most a write about members may use: some walk over all keys of a member."""
_GAS_PER_WORD = 12_000
"""For each 32 bytes of calldata: texts, parents and proofs cost by length, a parent most."""
_GAS_PER_WORD_OF_STATUSES = 6_000
"""The same of `record`: a status has 11 words, and hundreds of them must fit into a block."""


class Connection:
    """The contracts at the profile's addresses, and a sender for each key at hand."""

    def __init__(self, rpc: Rpc, profile: ChainProfile, signers: Iterable[Signer]) -> None:
        self.rpc, self.profile = rpc, profile
        self.contracts = contracts_of(profile)
        self.codec = codec_over(tuple(self.contracts.values()))
        """All contracts in one: no two functions, events or errors of the same name differ."""
        self._where = {
            name: address for address, one in self.contracts.items() for name in one.codec.functions
        }
        self.history = History(rpc, tuple(self.contracts))
        self._senders: dict[str, Sender] = {}
        self._signers: dict[str, Signer] = {}
        self._adding = threading.Lock()
        for signer in signers:
            self.add_signer(signer)

    def add_signer(self, signer: Signer) -> None:
        """Take a key into use; a second time changes nothing, for a key has one sender."""
        check_signer(signer, self.profile)
        with self._adding:
            self._signers.setdefault(signer.address, signer)
            self._senders.setdefault(signer.address, Sender(self.rpc, self.codec, self.profile, signer))

    def holds(self, account: Address) -> bool:
        """Return whether there is a sender for an account."""
        return account in self._senders

    def sender(self, account: Address) -> Sender:
        """Return the sender of an account; `KeyNotHeld` when its key is not at hand."""
        try:
            return self._senders[account]
        except KeyError:
            raise KeyNotHeld(account) from None

    def signer(self, account: Address) -> Signer:
        """Return the signer of an account; `KeyNotHeld` when its key is not at hand."""
        try:
            return self._signers[account]
        except KeyError:
            raise KeyNotHeld(account) from None

    def read(self, view: str, *arguments: object) -> Value:
        """Return what a view with one result answers at the latest block."""
        return self.read_all([(view, arguments)])[0]

    def read_all(self, questions: Sequence[Question], block: str = LATEST) -> list[Value]:
        """Return what views answer, in one round trip; a tuple for views with several results."""
        if not questions:
            return []
        answers = self.ask([self.request(question, block) for question in questions])
        return [self.result(view, answer) for (view, _), answer in zip(questions, answers, strict=True)]

    def request(self, question: Question, block: str = LATEST) -> Request:
        """Return the JSON-RPC request that asks a view."""
        view, arguments = question
        address, data = self.address(view), f"0x{self.codec.call(view, *arguments).hex()}"
        return ("eth_call", ({"to": address, "data": data}, block))

    def ask(self, requests: Sequence[Request]) -> list[Value]:
        """Return the answers to requests in one round trip, raising reverts as what they mean."""
        try:
            return self.rpc.ask_all(requests)
        except NodeError as error:
            raise refusal_of(error, self.codec) from error

    def result(self, view: str, answer: object) -> Value:
        """Return the one value, or the tuple of values, that a view answered with."""
        values = self.codec.answer(view, octets(answer))
        return values[0] if len(values) == 1 else values

    def write(self, function: str, *arguments: object, account: Address) -> Receipt:
        """Call a function from an account and wait for its receipt."""
        return self.sender(account).write(self.call(function, *arguments))

    def call(self, function: str, *arguments: object) -> Call:
        """Return a call of a function, with the most gas that it may use."""
        address, data = self.address(function), self.codec.call(function, *arguments)
        per_word = _GAS_PER_WORD_OF_STATUSES if function == "record" else _GAS_PER_WORD
        gas = _GAS.get(function, _GAS_OF_MEMBERS) + per_word * (len(data) // 32)
        return Call(address, data, gas)

    def address(self, function: str) -> Address:
        """Return the contract that has a function.

        Raises `RecognitionNotNamed` or `ProceduresNotNamed` for one of a contract that the ledger lacks.
        """
        try:
            return self._where[function]
        except KeyError:
            lacking = function in artefact(ORIGIN_PROCEDURES).codec.functions
            raise (ProceduresNotNamed if lacking else RecognitionNotNamed) from None

    def newest(self) -> int:
        """Return the number of the newest block."""
        return quantity(self.rpc.ask("eth_blockNumber"))

    def events(self, event: str, first: int, last: int) -> Iterator[Values]:
        """Yield the contracts' events of one name in blocks `first` to `last`, oldest first."""
        logs = self.history.logs(first, last, self.codec.topic(event))
        return (self.codec.event(event, log) for log in logs)
