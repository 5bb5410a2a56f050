"""Nodes that are silent, lie, lose transactions or take blocks back, and keys that others use."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from eth_account import Account

from ledger.certificate import Certificate
from ledger.issuing import issue
from ledger.outbox import DispatchState
from ledger.ports import Filing, FilingState, Ledger
from tests.faults.node import (
    SENDING,
    FaultyNode,
    a_web_page,
    changing,
    hanging,
    only,
    refusing,
    result,
    silent,
    taken_without_an_answer,
)
from tests.faults.processes import Process
from tests.faults.station import ACCOUNT, KEY, Station, a_certificate_of_today, eventually
from tests.faults.test_crashes import a_file

pytestmark = [
    pytest.mark.chain,
    pytest.mark.slow,
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
]
ONE, TWO, THREE, FOUR = (f"VN-TH 26/02/{number:05}" for number in range(1, 5))


@contextmanager
def submitting(station: Station) -> Iterator[Process]:
    """Run the submitter of the key as a process of its own."""
    process = station.starting("asal", "--as", ACCOUNT, "outbox", "run")
    try:
        eventually(lambda: "Submitting for" in process.said() or not process.running)
        assert process.running, process.said()
        yield process
    finally:
        process.kill()


def accepted(ledger: Ledger, station: Station, reference: str) -> Filing:
    """Accept a certificate, and leave carrying it to the submitter."""
    certificate: Certificate = a_certificate_of_today(reference)
    filing = issue(certificate, authority=station.authority, account=ACCOUNT, ledger=ledger, wait=0).filing
    assert filing.state is FilingState.ACCEPTED
    return filing


def recorded(station: Station) -> list[str]:
    """Return the references that the archive knows as recorded, in order of filing."""
    return [one.reference[-5:] for one in station.filings() if one.state is FilingState.RECORDED]


def pooled(station: Station) -> list[dict[str, Any]]:
    """Return what the node has of the signed transactions, whether in blocks or waiting; None for nothing."""
    found = [station.rpc("eth_getTransactionByHash", hashed(raw)) for raw in station.signed_bytes()]
    return [one for one in found if one is not None]


def _has_pooled(station: Station, number: int) -> bool:
    return len(pooled(station)) == number


def hashed(raw: str) -> str:
    """Return the hash of a signed transaction."""
    from ledger.hashing import keccak  # noqa: PLC0415

    return f"0x{keccak(bytes.fromhex(raw[2:])).hex()}"


def blocks_by_hand(station: Station) -> None:
    """Make blocks only when told."""
    station.rpc("evm_setAutomine", False)  # noqa: FBT003 - a parameter of JSON-RPC


def elsewhere(station: Station) -> None:
    """Use the key as nobody of ours does, for a quarter more than we offer: it pays itself nothing."""
    account = Account.from_key(_secret())
    head = station.rpc("eth_getBlockByNumber", "latest", False)  # noqa: FBT003
    offer = (2 * int(head["baseFeePerGas"], 16) + 10**9) * 5 // 4
    signed = account.sign_transaction(
        {
            "chainId": 1337,
            "nonce": station.used(),
            "gas": 21_000,
            "value": 0,
            "to": ACCOUNT,
            "maxFeePerGas": offer,
            "maxPriorityFeePerGas": offer,
        }
    )
    station.rpc(SENDING, f"0x{signed.raw_transaction.hex()}")


def _secret() -> bytes:
    from ledger.chain.signers import _derived  # noqa: PLC0415 - the public key of a test chain

    return bytes(_derived(KEY.place).key)


def test_what_is_accepted_while_the_node_takes_nothing_waits_and_goes_out_in_order(
    station: Station, faulty: FaultyNode
) -> None:
    """Case 4: 202 meanwhile, verification says that it cannot check, and everything drains."""
    with station.at(faulty.url, max_silence=2.0).serving() as service:
        first = service.issue(ONE).json()
        with faulty.behaving(only(SENDING, silent)):
            answers = [service.issue(reference, prefer="wait=0") for reference in (TWO, THREE)]
            assert [answer.status_code for answer in answers] == [202, 202]
        faulty.down()
        eventually(lambda: service.verdict(first["envelope"]) == "CANNOT_CHECK")
        assert service.issue(FOUR, prefer="wait=0").status_code in {202, 503}
        assert service.client.get("/livez").status_code == 200
        assert service.client.get("/readyz").status_code == 503
        faulty.up()
        eventually(lambda: service.issue(FOUR).status_code == 201)
        eventually(lambda: len(recorded(station)) == 4)
        assert service.verdict(first["envelope"]) == "VALID"
    nonces = [write.nonce for write in station.writes()]
    assert nonces == sorted(nonces, key=lambda nonce: nonce or 0)
    assert station.on_chain().certificates == 4
    assert station.discrepancies() == []


LOST = {
    "closed": taken_without_an_answer,
    "hung": hanging(threading.Event(), taken=True),
    "a gateway's page": a_web_page,
}


@pytest.mark.parametrize("how", LOST)
def test_an_answer_that_is_lost_never_makes_another_transaction(
    station: Station, faulty: FaultyNode, how: str
) -> None:
    """Case 5: taken or not, it is unknown; the same bytes are looked for and sent, and nothing else."""
    impatient = station.at(faulty.url, rpc_timeout=0.5)
    used = station.used()
    with faulty.behaving(only(SENDING, LOST[how])):
        impatient.starting("asal", "--as", ACCOUNT, "certificate", "issue", a_file(station))
        eventually(lambda: len(faulty.sent()) > 0)
        eventually(lambda: len(station.signed_bytes()) == 1)
    eventually(lambda: recorded(station) == ["00001"])
    assert set(faulty.sent()) == set(station.signed_bytes())
    assert len(station.signed_bytes()) == 1
    assert (station.used(), station.on_chain().certificates) == (used + 1, 1)
    assert station.discrepancies() == []


def test_a_transaction_that_the_pool_drops_is_sent_again_byte_for_byte(station: Station) -> None:
    """Case 11: the gap in the nonces closes with the same payload."""
    blocks_by_hand(station)
    used = station.used()
    with station.office() as ledger, submitting(station):
        for number, reference in enumerate((ONE, TWO), 1):
            accepted(ledger, station, reference)
            eventually(partial(_has_pooled, station, number))
        signed = station.signed_bytes()
        station.rpc("anvil_dropTransaction", hashed(signed[0]))
        assert hashed(signed[0]) not in {one["hash"] for one in pooled(station)}
        eventually(lambda: len(pooled(station)) == 2)
        station.rpc("evm_mine")
        eventually(lambda: recorded(station) == ["00001", "00002"])
    assert station.signed_bytes() == signed
    assert (station.used(), station.on_chain().certificates) == (used + 2, 2)
    assert station.discrepancies() == []


def test_a_key_that_is_used_elsewhere_stops_with_its_alarm_and_does_not_try_again_and_again(
    station: Station, faulty: FaultyNode
) -> None:
    """Case 12: and goes on when it has been reconciled."""
    behind = station.at(faulty.url)
    with station.office() as ledger, submitting(behind):
        accepted(ledger, station, ONE)
        eventually(lambda: recorded(station) == ["00001"])
        elsewhere(station)
        accepted(ledger, station, TWO)
        eventually(lambda: station.alarms() == {"key-used-elsewhere"})
        tries = len(faulty.sent())
        threading.Event().wait(2)
        assert len(faulty.sent()) == tries
        assert station.asal("outbox", "reconcile").status == 0
        eventually(lambda: recorded(station) == ["00001", "00002"])
    assert station.alarms() == set()
    assert station.on_chain().certificates == 2
    assert station.discrepancies() == []


def test_a_transaction_that_no_block_takes_is_offered_for_more(station: Station) -> None:
    """Case 13: under the same nonce, with the same calldata; one of them is recorded."""
    blocks_by_hand(station)
    used = station.used()
    with station.serving(ASAL_BUMP_AFTER="0.3") as service:
        assert service.issue(ONE, prefer="wait=0").status_code == 202
        eventually(lambda: len(station.signed_bytes()) >= 3)
        assert len(pooled(station)) == 1
        station.rpc("evm_mine")
        eventually(lambda: recorded(station) == ["00001"])
    assert_bumped(station)
    assert (station.used(), station.on_chain().certificates) == (used + 1, 1)
    assert station.discrepancies() == []


def test_an_offer_that_is_too_low_beside_another_transaction_is_raised(station: Station) -> None:
    """Case 13: the node has a dearer one of the key under the nonce, and says so."""
    blocks_by_hand(station)
    used = station.used()
    elsewhere(station)
    with station.serving() as service:
        assert service.issue(ONE, prefer="wait=0").status_code == 202
        eventually(lambda: len(pooled(station)) == 1)
        station.rpc("evm_mine")
        eventually(lambda: recorded(station) == ["00001"])
    assert_bumped(station)
    assert (station.used(), station.on_chain().certificates) == (used + 1, 1)
    assert station.discrepancies() == []


def assert_bumped(station: Station) -> None:
    """One write, one nonce, each signature an eighth dearer than the one before."""
    with station.rooms() as rooms:
        signatures = rooms.outbox.signatures(station.writes()[0].position)
    assert len({signature.nonce for signature in signatures}) == 1
    assert len(signatures) > 1
    assert all(after.price * 8 >= before.price * 9 for before, after in pairwise(signatures))


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_certificate_whose_block_is_taken_back_waits_again_and_is_recorded_once_more(
    new_station: Callable[..., Station], depth: int
) -> None:
    """Case 14: reorganisations above the depth of finality."""
    station = new_station(finality=4)
    with station.serving() as service:
        answer = service.issue(ONE, prefer="wait=0")
        assert answer.status_code == 202
        eventually(lambda: len(station.on_chain().issued) == 1)
        station.rpc("anvil_mine", hex(depth - 1)) if depth > 1 else None
        with station.office() as ledger:
            assert ledger.archive.find(station.filings()[0].id) is not None
        station.rpc("anvil_reorg", depth, [])
        assert recorded(station) == []
        eventually(lambda: len(pooled(station)) == 1)
        eventually(lambda: _mined(station))
        assert recorded(station) == []
        station.rpc("anvil_mine", "0x4")
        eventually(lambda: recorded(station) == ["00001"])
        assert service.issue(ONE).status_code == 201
    assert len(station.signed_bytes()) == 1
    assert station.on_chain().certificates == 1
    assert station.discrepancies() == []


def _mined(station: Station) -> bool:
    """Make a block, and look whether the certificate is in the chain."""
    station.rpc("evm_mine")
    return len(station.on_chain().issued) == 1


def test_what_vanished_from_a_chain_after_it_was_final_is_found(new_station: Callable[..., Station]) -> None:
    """Case 16: nothing settled is believed blindly; `asal fsck` names what the chain has lost."""
    station = new_station(finality=1)
    with station.serving() as service:
        service.issue(ONE, prefer="wait=0")
        eventually(lambda: len(station.on_chain().issued) == 1)
        station.rpc("evm_mine")
        eventually(lambda: recorded(station) == ["00001"])
    assert station.asal("fsck").status == 0
    station.rpc("anvil_reorg", 3, [])
    found = station.asal("fsck")
    assert (found.status, "not-on-chain" in found.out()) == (3, True)


@pytest.mark.parametrize("fault", ["receipt", "refusal"])
def test_a_receipt_that_the_witness_does_not_have_settles_nothing(
    station: Station, faulty: FaultyNode, fault: str
) -> None:
    """Case 18: neither a record nor a refusal that only one node tells of is believed."""
    (real,) = station.profile.rpc
    witnessed = station.at(faulty.url, witness=real)

    def forged(asked: dict[str, Any], ask: Callable[[Any], Any]) -> Any:
        if asked["method"] == SENDING:
            return result(asked, hashed(asked["params"][0]))  # taken, it says, and forgets it
        if asked["method"] != "eth_getTransactionReceipt":
            return ask(asked)
        head = station.rpc("eth_getBlockByNumber", "latest", False)  # noqa: FBT003
        status = "0x1" if fault == "receipt" else "0x0"
        told = {"transactionHash": asked["params"][0], "from": ACCOUNT, "to": station.profile.registry}
        told |= {"blockNumber": head["number"], "blockHash": head["hash"], "status": status}
        return result(asked, told | {"gasUsed": "0x5208", "logs": []})

    with faulty.behaving(forged), station.office() as ledger, submitting(witnessed) as process:
        accepted(ledger, station, ONE)
        eventually(lambda: station.alarms() == {"node-disagrees"} or not process.running)
        assert [write.state for write in station.writes()] == [DispatchState.SIGNED]
        assert recorded(station) == []
    with submitting(witnessed):
        eventually(lambda: recorded(station) == ["00001"])
    assert len(station.signed_bytes()) == 1
    assert station.on_chain().certificates == 1
    assert station.discrepancies() == []


def test_a_receipt_of_a_block_that_is_not_in_the_chain_settles_nothing(
    station: Station, faulty: FaultyNode
) -> None:
    """Case 18, without a witness: a receipt counts only while its block does."""
    made_up = only(
        "eth_getTransactionReceipt",
        changing(lambda receipt: receipt and receipt | {"blockHash": f"0x{'ab' * 32}"}),
    )
    with faulty.behaving(made_up), station.office() as ledger, submitting(station.at(faulty.url)):
        accepted(ledger, station, ONE)
        eventually(lambda: len(station.on_chain().issued) == 1)
        threading.Event().wait(1)
        assert recorded(station) == []
    assert station.asal("outbox", "drain").status == 0
    assert recorded(station) == ["00001"]
    assert station.discrepancies() == []


def test_more_than_a_batch_takes_goes_out_as_several_in_order(station: Station, faulty: FaultyNode) -> None:
    """Case 19: the most that one anchor takes is a setting."""
    references = [f"VN-TH 26/02/{number:05}" for number in range(1, 26)]
    with station.at(faulty.url).serving(ASAL_BATCH="10") as service:
        with faulty.behaving(only(SENDING, silent)):
            for reference in references:
                assert service.issue(reference, prefer="wait=0").status_code == 202
        eventually(lambda: len(recorded(station)) == 25)
    assert max(station.on_chain().sizes) <= 10
    nonces = {write.position: write.nonce for write in station.writes()}
    order = [nonces[filing.dispatch] for filing in station.filings()]
    assert order == sorted(order, key=lambda nonce: nonce or 0)
    assert station.on_chain().certificates == 25
    assert station.discrepancies() == []


def test_a_node_whose_blocks_are_too_small_raises_an_alarm_and_it_goes_on_when_they_are_not(
    station: Station, faulty: FaultyNode
) -> None:
    """Case 19: the same bytes, once the node takes them."""
    small = only(SENDING, refusing("exceeds block gas limit"))
    with station.office() as ledger, submitting(station.at(faulty.url)):
        with faulty.behaving(small):
            accepted(ledger, station, ONE)
            eventually(lambda: station.alarms() == {"transaction-refused"})
        eventually(lambda: recorded(station) == ["00001"])
        eventually(lambda: station.alarms() == set())
    assert len(station.signed_bytes()) == 1
    assert station.discrepancies() == []
