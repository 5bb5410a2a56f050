"""The client refuses every ledger but the one of its profile, and says when a node is no help."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger.chain.artefacts import CERTIFICATE_REGISTRY, artefact
from ledger.chain.connect import connect
from ledger.chain.deploy import deploy, founders_in
from ledger.chain.profile import ChainProfile, profile_of
from ledger.chain.rpc import NodeError, Rpc
from ledger.chain.signers import KeystoreSigner
from ledger.errors import ChainUnreachable, InputMalformed, LedgerMismatch
from ledger.facts import Address
from ledger.procedures_port import ProceduresNotNamed
from ledger.recognition_port import RecognitionNotNamed
from ledger.writes import EndRecognition, Receive
from tests.ledger.chain.conftest import Answer
from tests.worlds import NOBODY, ChainWorld, _key

Node = Callable[[Answer], str]
HERE = profile_of(
    {"chain_id": 1337, "rpc": "http://127.0.0.1:1", "registry": "0x" + "11" * 20, "rpc_timeout": 0.5}
)


def at(url: str) -> ChainProfile:
    """Return a profile of the node at an address."""
    return replace(HERE, rpc=(url,))


@pytest.mark.chain
def test_a_deployed_ledger_is_taken(world: ChainWorld) -> None:
    """Chain id and code are those of the profile; reading needs no key."""
    assert [member.code for member in connect(world.profile).members()] == ["VN", "TH", "MY"]


@pytest.mark.chain
def test_another_chain_id_is_refused(world: ChainWorld) -> None:
    """The node serves another network than the profile names."""
    with pytest.raises(LedgerMismatch, match="serves chain 1337, the profile names chain 7777"):
        connect(replace(world.profile, chain_id=7777))
    with pytest.raises(LedgerMismatch):
        deploy(
            replace(world.profile, chain_id=7777), {"VN": world.admin("VN")}, KeystoreSigner(_key("deployer"))
        )


@pytest.mark.chain
def test_an_address_without_a_contract_is_refused(world: ChainWorld) -> None:
    """Perhaps the chain was started anew."""
    with pytest.raises(LedgerMismatch, match="no contract"):
        connect(replace(world.profile, registry=Address("0x" + "11" * 20)))


@pytest.mark.chain
def test_a_recognition_registry_of_another_ledger_is_refused(world: ChainWorld) -> None:
    """Its keys would be checked against members that are not those of the profile."""
    other = deploy(world.profile, {"VN": world.admin("VN")}, KeystoreSigner(_key("deployer")))
    with pytest.raises(LedgerMismatch, match=f"belongs to the registry at {other.registry}"):
        connect(replace(world.profile, recognition=other.recognition))


@pytest.mark.chain
def test_a_recognition_registry_must_run_our_code(world: ChainWorld) -> None:
    """An address without code, or with that of another contract, is no recognition registry."""
    with pytest.raises(LedgerMismatch, match="no contract"):
        connect(replace(world.profile, recognition=Address("0x" + "11" * 20)))
    other = deploy(world.profile, {"VN": world.admin("VN")}, KeystoreSigner(_key("deployer")))
    with pytest.raises(LedgerMismatch, match="is not the RecognitionRegistry of this release"):
        connect(replace(world.profile, recognition=other.registry))


@pytest.mark.chain
def test_a_ledger_without_a_recognition_registry_says_so(world: ChainWorld) -> None:
    """Certificates work as before; whatever is asked about operators names what is missing."""
    ledger = connect(replace(world.profile, recognition=None))
    assert [member.code for member in ledger.members()] == ["VN", "TH", "MY"]
    for ask in (lambda: ledger.found([]), ledger.mutual, lambda: ledger.recognition_registry):
        with pytest.raises(RecognitionNotNamed):
            ask()
    ledger.add_signer(KeystoreSigner(_key("VN aeo")))
    with pytest.raises(RecognitionNotNamed):
        ledger.write(EndRecognition(1, world.now), world.account("VN aeo"))


@pytest.mark.chain
def test_a_contract_of_procedures_of_another_ledger_is_refused(world: ChainWorld) -> None:
    """It would decide on certificates that are not those of the profile."""
    other = deploy(world.profile, {"VN": world.admin("VN")}, KeystoreSigner(_key("deployer")))
    with pytest.raises(LedgerMismatch, match=f"contract of procedures .* registry at {other.registry}"):
        connect(replace(world.profile, procedures=other.procedures))


@pytest.mark.chain
def test_a_contract_of_procedures_must_run_our_code(world: ChainWorld) -> None:
    """An address without code, or with that of another contract, is none."""
    with pytest.raises(LedgerMismatch, match="no contract"):
        connect(replace(world.profile, procedures=Address("0x" + "11" * 20)))
    with pytest.raises(LedgerMismatch, match="is not the OriginProcedures of this release"):
        connect(replace(world.profile, recognition=None, procedures=world.profile.recognition))


@pytest.mark.chain
def test_a_ledger_without_a_contract_of_procedures_says_so(world: ChainWorld) -> None:
    """Certificates and operators work as before; whatever is asked about their use names what is missing."""
    ledger = connect(replace(world.profile, procedures=None), [KeystoreSigner(_key("VN issuing"))])
    ledger.issue(world.terms(), world.account("VN issuing"))
    assert ledger.mutual()[1].programmes == {}
    for ask in (
        lambda: ledger.life(bytes(32)),
        lambda: ledger.case(1),
        lambda: ledger.exporter("VN", "X1"),
        lambda: ledger.split_use("VN"),
        lambda: ledger.procedures_contract,
        lambda: ledger.write(Receive(bytes(32)), world.account("VN issuing")),
    ):
        with pytest.raises(ProceduresNotNamed):
            ask()


def test_other_code_is_refused(node: Node) -> None:
    """One byte of difference is enough."""
    runtime = bytearray(artefact(CERTIFICATE_REGISTRY).runtime)
    runtime[1000] ^= 1
    url = node(lambda method, _: "0x539" if method == "eth_chainId" else f"0x{runtime.hex()}")
    with pytest.raises(LedgerMismatch, match="is not the CertificateRegistry of this release"):
        connect(at(url))


def test_immutable_values_do_not_count() -> None:
    """They are the deployer's; all around them must be ours."""
    contract = replace(artefact(CERTIFICATE_REGISTRY), runtime=b"\1\0\0\4", immutables=((1, 2),))
    assert contract.runs_as(b"\1\2\3\4")
    assert not contract.runs_as(b"\1\2\3\5")
    assert not contract.runs_as(b"\1\2\3\4\5")
    assert not contract.runs_as(b"")


def test_a_node_that_is_down_is_unreachable() -> None:
    """The message names the host and nothing else of its address."""
    with pytest.raises(ChainUnreachable) as caught:
        connect(at("http://user:secret@127.0.0.1:1/token"))
    assert "127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "token" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>busy</html>",
        b"",
        b"[]",
        b"{}",
        b"null",
        b"7",
        b'{"jsonrpc":"2.0","id":0}',
        b"\xff",
        b"[" * 5000,
    ],
)
def test_a_node_that_answers_nonsense_is_unreachable(node: Node, answer: bytes) -> None:
    """Web pages, empty and broken answers are no answers, one request or many."""
    rpc = Rpc([node(lambda *_: answer)], 2)
    with pytest.raises(ChainUnreachable):
        rpc.ask("eth_chainId")
    with pytest.raises(ChainUnreachable):
        rpc.ask_all([("eth_chainId", ()), ("eth_blockNumber", ())])


@pytest.mark.parametrize("result", [None, "no number", 7, [], "0x", {"number": "0x1"}])
def test_an_answer_of_the_wrong_kind_is_no_answer(node: Node, result: Any) -> None:
    """A node that says nonsense in good JSON does not crash the client."""
    profile = at(node(lambda *_: result))
    with pytest.raises((ChainUnreachable, LedgerMismatch)):
        connect(profile)
    with pytest.raises(ChainUnreachable):
        Rpc(profile.rpc, 2).ask_all([("eth_x", ())]) and connect(profile).head()


def test_a_node_that_does_not_know_a_method_is_quoted(node: Node) -> None:
    """Its own words are in the message."""
    rpc = Rpc([node(lambda *_: {"error": {"code": -32601, "message": "no such method"}})], 2)
    with pytest.raises(NodeError, match="no such method") as caught:
        rpc.ask("eth_x")
    assert not caught.value.reverted


def test_the_next_node_answers_when_one_does_not(node: Node) -> None:
    """And is asked first from then on."""
    asked: list[str] = []

    def answer(method: str, _: list[Any]) -> str:
        asked.append(method)
        return "0x539"

    rpc = Rpc(["http://127.0.0.1:1", node(answer)], 2)
    assert rpc.ask("eth_chainId") == "0x539"
    assert rpc.ask("eth_chainId") == "0x539"
    assert asked == ["eth_chainId"] * 2


def test_no_ledger_without_founders(node: Node) -> None:
    """A founders file is a list of members with their admin keys."""
    assert node is not None
    with pytest.raises(LedgerMismatch):
        connect(at(node(lambda method, _: "0x539" if method == "eth_chainId" else "0x")))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[7]",
        '[{"member": "VN"}]',
        '[{"member": "VN", "admin": "0x12"}]',
        f'[{{"member": "VN", "admin": "0x{"ab" * 20}"}}]',
        f'[{{"member": "VN", "admin": "{NOBODY}"}}, {{"member": "VN", "admin": "{NOBODY}"}}]',
    ],
)
def test_a_founders_file_must_have_its_shape(tmp_path: Any, text: str) -> None:
    """Broken JSON, missing fields, accounts without checksum and repeated members are refused."""
    path = tmp_path / "founders.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputMalformed):
        founders_in(path)
    with pytest.raises(InputMalformed):
        founders_in(tmp_path / "missing.json")
