"""Events of the ledger's contracts as a node reports them: each believed of its own contract alone."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_abi.abi import encode

from ledger.chain.artefacts import CERTIFICATE_REGISTRY, RECOGNITION_REGISTRY, artefact
from ledger.chain.events import ChainEvents
from ledger.chain.history import History
from ledger.chain.rpc import Rpc
from ledger.errors import ChainUnreachable
from ledger.events import Ended, Event, RecognitionEnded, StatusRecorded
from ledger.facts import Address
from tests.ledger.chain.conftest import Answer
from tests.ledger.chain.test_history import a_log, with_blocks

Node = Callable[[Answer], str]
CERTIFICATES, RECOGNITION = Address("0x" + "11" * 20), Address("0x" + "22" * 20)
_CODECS = {
    CERTIFICATES: artefact(CERTIFICATE_REGISTRY).codec,
    RECOGNITION: artefact(RECOGNITION_REGISTRY).codec,
}
_CHANGE = "(uint8,uint8,uint16,uint16,uint8,uint8,uint16,uint32,uint48,uint48,uint48)"


def _words(*values: bytes | int) -> list[str]:
    """Return values as topics; bytes stand at the left, as `bytes32` and `bytes2` do."""
    words = [one.ljust(32, b"\0") if isinstance(one, bytes) else one.to_bytes(32) for one in values]
    return [f"0x{word.hex()}" for word in words]


def _status(code: bytes = b"VN0100109106", **changes: int) -> dict[str, Any]:
    """Return the log of a status."""
    said = {
        "status": 1,
        "level": 2,
        "roles": 1023,
        "programme": 3,
        "ground": 4,
        "consent": 2,
        "version": 7,
        "key": 8,
        "effectiveFrom": 900_000,
        "until": 2**48 - 1,
        "recordedAt": 1,
    }
    topic = _CODECS[RECOGNITION].topic("StatusRecorded")
    data = encode([_CHANGE, "bytes32"], [tuple((said | changes).values()), b"\7" * 32])
    return a_log(
        3,
        address=RECOGNITION,
        topics=_words(topic, code, b"VN"),
        data=f"0x{data.hex()}",
        transactionIndex="0x0",
    )


def _cancelled(address: Address) -> dict[str, Any]:
    """Return the log of a cancelled certificate."""
    topic = _CODECS[CERTIFICATES].topic("CertificateCancelled")
    return a_log(
        4, address=address, topics=_words(topic, b"\5" * 32, 9), data=f"0x{encode(['uint8'], [3]).hex()}"
    )


def _ended(address: Address) -> dict[str, Any]:
    """Return the log of a recognition that was ended."""
    topic = _CODECS[RECOGNITION].topic("RecognitionEnded")
    data = encode(["uint32", "uint48"], [8, 1_000_000])
    return a_log(5, address=address, topics=_words(topic, 6), data=f"0x{data.hex()}")


def _read(node: Node, *logs: dict[str, Any]) -> list[Event]:
    """Return the events that a node reports, asked for those of both contracts."""
    asked: list[Any] = []

    def answer(_: str, parameters: list[Any]) -> Any:
        asked.append(parameters[0]["address"])
        return list(logs)

    history = History(Rpc([node(with_blocks(answer))], 2), list(_CODECS))
    reported, _ = ChainEvents(history, _CODECS).reported(1, 9)
    assert asked == [[CERTIFICATES, RECOGNITION]]
    return [one.event for one in reported]


def test_events_of_both_contracts_come_in_one_answer(node: Node) -> None:
    """In the order of the chain, whichever contract they are of."""
    found = _read(node, _ended(RECOGNITION), _cancelled(CERTIFICATES), _status())
    assert found == [
        StatusRecorded("VN0100109106", "VN", 7, 8, 1, 2, 1023, 3, 4, 2, 900_000, 2**48 - 1, b"\7" * 32),
        Ended(b"\5" * 32, 9, 3, None),
        RecognitionEnded(6, 8, 1_000_000),
    ]


@pytest.mark.parametrize(
    "log",
    [_cancelled(RECOGNITION), _ended(CERTIFICATES), _ended(Address("0x" + "33" * 20))],
    ids=["a certificate's from the recognition registry", "the other way round", "a stranger's"],
)
def test_an_event_of_another_contract_than_its_own_is_a_lie(node: Node, log: dict[str, Any]) -> None:
    """Whoever deploys a contract could else make a node's filter speak for ours."""
    with pytest.raises(ChainUnreachable, match=r"does not have|not asked for"):
        _read(node, log)


@pytest.mark.parametrize("changes", [{"status": 0}, {"status": 6}, {"ground": 11}])
def test_a_status_that_the_contract_cannot_have_recorded_is_a_lie(
    node: Node, changes: dict[str, Any]
) -> None:
    """The contract takes no value that its enumerations lack."""
    with pytest.raises(ChainUnreachable, match="does not exist"):
        _read(node, _status(**changes))


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        (b"VN\0\0AB", "VN\\x00\\x00AB"),
        (b"\xff" * 32, "\\xff" * 32),
        ("VNé".encode(), "VN\\xc3\\xa9"),
        (b"", ""),
    ],
)
def test_a_code_that_is_no_text_does_not_stop_the_following(node: Node, code: bytes, kept: str) -> None:
    """It is kept as its escapes, which every database takes and which are nobody's code."""
    (event,) = _read(node, _status(code))
    assert isinstance(event, StatusRecorded)
    assert event.operator == kept
