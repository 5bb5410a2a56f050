"""Writing: every transaction once, every refusal by name, and no nonce used for two things."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.chain.artefacts import CERTIFICATE_REGISTRY, artefact
from ledger.chain.connect import connect
from ledger.chain.profile import Fees
from ledger.chain.reverts import ContractFault
from ledger.chain.rpc import NodeError, Rpc
from ledger.chain.sender import Sender
from ledger.chain.signers import KeystoreSigner
from ledger.chain.transactions import Call
from ledger.errors import ChainUnreachable, NotConfirmed
from ledger.facts import Standing
from ledger.refusals import CertificateAlreadyIssued, PostDated
from ledger.terms import Terms, abi_of, certificate_id
from tests.ledger.chain.conftest import Answer
from tests.worlds import ChainWorld, _key

pytestmark = pytest.mark.chain

CODEC = artefact(CERTIFICATE_REGISTRY).codec
Node = Callable[[Answer], str]


def call_of(world: ChainWorld, terms: Terms, gas: int = 200_000) -> Call:
    """Return the call that issues a certificate."""
    return Call(world.profile.registry, CODEC.call("issue", abi_of(terms)), gas)


def sender_of(world: ChainWorld, **changes: Any) -> Sender:
    """Return a new sender for the issuing key of VN, on a profile with some fields changed."""
    profile = replace(world.profile, **changes)
    return Sender(Rpc(profile.rpc, profile.rpc_timeout), CODEC, profile, KeystoreSigner(_key("VN issuing")))


def nonce_of(world: ChainWorld) -> int:
    """Return how many transactions the issuing key of VN has sent."""
    return int(world.rpc.ask("eth_getTransactionCount", world.account("VN issuing"), "latest"), 16)


def pass_on(ask: Callable[[], Any]) -> Any:
    """Answer what the chain answers."""
    return ask()


class Meddler:
    """A node in between: passes requests on, but for those a test wants changed."""

    def __init__(self, world: ChainWorld, node: Node) -> None:
        self._world, self.asked = world, list[str]()
        self.changes: dict[str, Callable[[Callable[[], Any]], Any]] = {}
        self.url = node(self.answer)

    def answer(self, method: str, params: list[Any]) -> Any:
        """Answer one request."""
        self.asked.append(method)
        change = self.changes.get(method, pass_on)
        return change(lambda: self._pass_on(method, params))

    def _pass_on(self, method: str, params: list[Any]) -> Any:
        try:
            return self._world.rpc.ask(method, *params)
        except NodeError as error:
            return {"error": {"code": error.code, "message": error.message, "data": error.data}}


@pytest.fixture
def meddler(world: ChainWorld, node: Node) -> Meddler:
    """Return a node between the sender and the chain."""
    return Meddler(world, node)


def test_twenty_writes_at_once_from_one_key_all_succeed(world: ChainWorld) -> None:
    """Each gets its own nonce, whatever thread it comes from."""
    before, account = nonce_of(world), world.account("VN issuing")
    batch = [world.terms() for _ in range(20)]
    with ThreadPoolExecutor(20) as threads:
        written = list(threads.map(lambda terms: world.ledger.issue(terms, account), batch))
    assert len({receipt.transaction for receipt in written}) == 20
    found = [
        world.rpc.ask("eth_getTransactionByHash", f"0x{receipt.transaction.hex()}") for receipt in written
    ]
    assert sorted(int(transaction["nonce"], 16) for transaction in found) == list(range(before, before + 20))
    assert all(world.ledger.standing(certificate_id(terms), world.now) is Standing.VALID for terms in batch)


def test_a_refusal_costs_no_transaction(world: ChainWorld) -> None:
    """It is met before anything is signed."""
    terms = world.terms()
    world.ledger.issue(terms, world.account("VN issuing"))
    before = nonce_of(world)
    with pytest.raises(CertificateAlreadyIssued):
        world.ledger.issue(terms, world.account("VN issuing"))
    assert nonce_of(world) == before


def test_a_transaction_that_fails_in_its_block_is_explained(world: ChainWorld) -> None:
    """Between looking and sending another one came first: the receipt says 0, and the refusal why."""
    terms, sender = world.terms(), sender_of(world)
    fees = sender.preflight(call_of(world, terms))
    sender.wait(sender.submit(call_of(world, terms), fees))
    second = sender.submit(call_of(world, terms), fees)
    with pytest.raises(CertificateAlreadyIssued) as caught:
        sender.wait(second)
    assert caught.value.id == certificate_id(terms)
    sender.write(call_of(world, world.terms()))


def test_a_call_that_runs_out_of_gas_is_a_fault(world: ChainWorld) -> None:
    """Neither a refusal nor silence: somebody has to look."""
    sender = sender_of(world)
    with pytest.raises((ContractFault, ChainUnreachable)):
        sender.write(call_of(world, world.terms(), gas=30_000))


@pytest.mark.parametrize("fees", [Fees.EIP1559, Fees.LEGACY])
def test_fees_are_paid_as_the_profile_says(world: ChainWorld, fees: Fees) -> None:
    """The kind of transaction follows."""
    receipt = sender_of(world, fees=fees).write(call_of(world, world.terms()))
    sent = world.rpc.ask("eth_getTransactionByHash", f"0x{receipt.written.transaction.hex()}")
    assert int(sent["type"], 16) == (2 if fees is Fees.EIP1559 else 0)


def test_a_free_network_is_offered_nothing(world: ChainWorld) -> None:
    """Gas price 0; this chain, which wants some, says so, and the nonce is free again."""
    sender = sender_of(world, fees=Fees.FREE)
    before = nonce_of(world)
    with pytest.raises(ChainUnreachable):
        sender.write(call_of(world, world.terms()))
    sender_of(world).write(call_of(world, world.terms()))
    assert nonce_of(world) == before + 1


def test_a_transaction_sent_twice_is_one_transaction(world: ChainWorld) -> None:
    """After a restart the same bytes go out again; the node knows them already."""
    sender = sender_of(world)
    call = call_of(world, world.terms())
    signed = sender.submit(call, sender.preflight(call))
    sender.wait(signed)
    before = nonce_of(world)
    again = sender_of(world)
    again.send_again(signed)
    assert again.wait(signed).written.transaction == signed.transaction
    assert nonce_of(world) == before


def test_when_the_answer_to_a_send_is_lost_the_outcome_is_open_and_the_same_bytes_settle_it(
    world: ChainWorld, meddler: Meddler
) -> None:
    """The node took it, or not; either way the next write sends the same bytes first."""
    sender, terms = sender_of(world, rpc=(meddler.url,)), world.terms()
    before = nonce_of(world)

    def taken_but_lost(passed_on: Callable[[], Any]) -> bytes:
        passed_on()
        return b"lost"

    meddler.changes["eth_sendRawTransaction"] = taken_but_lost
    with pytest.raises(NotConfirmed):
        sender.write(call_of(world, terms))
    del meddler.changes["eth_sendRawTransaction"]
    sender.write(call_of(world, world.terms()))
    assert nonce_of(world) == before + 2
    assert world.ledger.standing(certificate_id(terms), world.now) is Standing.VALID


def test_what_never_arrived_is_sent_before_the_next(world: ChainWorld, meddler: Meddler) -> None:
    """No other payload takes its nonce."""
    sender, terms = sender_of(world, rpc=(meddler.url,)), world.terms()
    meddler.changes["eth_sendRawTransaction"] = lambda _: b"lost"
    with pytest.raises(NotConfirmed):
        sender.write(call_of(world, terms))
    with pytest.raises(ChainUnreachable):
        sender.write(call_of(world, world.terms()))
    assert world.ledger.standing(certificate_id(terms), world.now) is Standing.UNKNOWN
    del meddler.changes["eth_sendRawTransaction"]
    sender.write(call_of(world, world.terms()))
    assert world.ledger.standing(certificate_id(terms), world.now) is Standing.VALID


def test_a_receipt_that_does_not_come_in_time_is_not_confirmed(world: ChainWorld, meddler: Meddler) -> None:
    """The hash is there to look for."""
    sender = sender_of(world, rpc=(meddler.url,), confirm_within=0.5)
    meddler.changes["eth_getTransactionReceipt"] = lambda _: None
    with pytest.raises(NotConfirmed) as caught:
        sender.write(call_of(world, world.terms()))
    assert world.rpc.ask("eth_getTransactionByHash", f"0x{caught.value.transaction.hex()}") is not None


@pytest.mark.slow
def test_a_transaction_that_the_node_lost_is_sent_again(world: ChainWorld, meddler: Meddler) -> None:
    """The node said yes and forgot; after some seconds without a receipt the same bytes go out again."""
    sender, terms = sender_of(world, rpc=(meddler.url,)), world.terms()
    before = nonce_of(world)

    def forgotten(_: Callable[[], Any]) -> str:
        del meddler.changes["eth_sendRawTransaction"]
        return "0x" + "00" * 32

    meddler.changes["eth_sendRawTransaction"] = forgotten
    sender.write(call_of(world, terms))
    assert meddler.asked.count("eth_sendRawTransaction") == 2
    assert nonce_of(world) == before + 1
    assert world.ledger.standing(certificate_id(terms), world.now) is Standing.VALID


def test_a_nonce_that_another_program_took_is_not_fought_over(world: ChainWorld) -> None:
    """The call is signed anew with the next one, for the old bytes can never be mined."""
    ours, theirs = sender_of(world), sender_of(world)
    ours.write(call_of(world, world.terms()))
    theirs.write(call_of(world, world.terms()))
    terms = world.terms()
    ours.write(call_of(world, terms))
    assert world.ledger.standing(certificate_id(terms), world.now) is Standing.VALID


def test_with_depth_a_write_waits_until_blocks_follow(world: ChainWorld) -> None:
    """Without blocks to follow it is not confirmed; with them it is."""
    sender = sender_of(world, finality=2, confirm_within=0.3)
    call = call_of(world, world.terms())
    signed = sender.submit(call, sender.preflight(call))
    with pytest.raises(NotConfirmed):
        sender.wait(signed)
    world.rpc.ask("evm_mine")
    world.rpc.ask("evm_mine")
    assert sender.wait(signed).written.block == world.ledger.head().block - 2


def test_evidence_is_final_when_its_blocks_are_deep_enough(world: ChainWorld) -> None:
    """What only the newest blocks say may still be undone."""
    ledger = connect(replace(world.profile, finality=2))
    terms = world.terms()
    certificate = certificate_id(terms)
    world.ledger.issue(terms, world.account("VN issuing"))
    fresh = ledger.evidence(certificate, certificate, terms.reference_key)
    assert fresh.entry is not None
    assert not fresh.final
    world.rpc.ask("evm_mine")
    world.rpc.ask("evm_mine")
    settled = ledger.evidence(certificate, certificate, terms.reference_key)
    assert settled.final
    assert settled.as_of == world.ledger.head()


def test_evidence_is_one_request(world: ChainWorld, meddler: Meddler) -> None:
    """One `eth_call`, which says itself at which block it was asked."""
    ledger = connect(replace(world.profile, rpc=(meddler.url,)))
    certificate = world.issued()
    meddler.asked.clear()
    assert ledger.evidence(certificate, certificate, bytes(32)).as_of == world.ledger.head()
    assert meddler.asked == ["eth_call"]


def test_a_quiet_chain_does_not_refuse_what_the_present_allows(world: ChainWorld) -> None:
    """The latest block may be days old: terms are judged by the block they come into."""
    today = datetime.now(UTC)
    world.rpc.ask("evm_setTime", int((today - timedelta(days=5)).timestamp() * 1000))
    world.rpc.ask("evm_mine")
    assert world.now < today - timedelta(days=4)
    terms = world.terms(issued_on=today.date(), valid_until=today.date() + timedelta(days=10))
    world.rpc.ask("evm_setTime", int(today.timestamp() * 1000))
    world.ledger.issue(terms, world.account("VN issuing"))
    with pytest.raises(PostDated):
        world.issued(issued_on=today.date() + timedelta(days=3))
