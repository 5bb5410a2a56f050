"""Founding a ledger by `scripts/deploy`, and again."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import _ganache
import pytest

from ledger.chain.artefacts import ORIGIN_PROCEDURES, RECOGNITION_REGISTRY, artefact
from ledger.chain.connect import connect
from ledger.chain.deploy import _created
from ledger.chain.profile import read_profile, write_profile
from ledger.chain.signers import DevelopmentSigner
from ledger.facts import Address
from ledger.procedures_port import ProceduresNotNamed
from ledger.procedures_refusals import CertificatesInvalid
from ledger.recognition_port import RecognitionNotNamed
from ledger.recognition_refusals import MembersInvalid
from tests.worlds import network_of

pytestmark = pytest.mark.chain

DEPLOY = Path(__file__).parents[3] / "scripts/deploy"


@pytest.fixture
def command(ganache: _ganache.Node, tmp_path: Path) -> list[str]:
    """Return the command that founds a ledger of two members."""
    founders = [
        {"member": code, "admin": DevelopmentSigner(place).address} for place, code in enumerate(("VN", "TH"))
    ]
    (tmp_path / "founders.json").write_text(json.dumps(founders), encoding="utf-8")
    where = ["--rpc", ganache.rpc, "--chain-id", "1337", "--profile", str(tmp_path / "profile.toml")]
    return [str(DEPLOY), str(tmp_path / "founders.json"), *where, "--json"]


def test_a_ledger_is_founded_once(command: list[str], tmp_path: Path) -> None:
    """The second run keeps what the first one made, and says so."""
    command = [*command, "--development-key", "7"]
    first = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    second = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert (first["outcome"], second["outcome"]) == ("deployed", "kept")
    assert first["registry"] == second["registry"]
    assert first["recognition"] == second["recognition"]
    assert first["procedures"] == second["procedures"]
    profile = read_profile(tmp_path / "profile.toml")
    assert (profile.registry, profile.from_block) == (first["registry"], first["block"])
    ledger = connect(profile)
    assert [member.code for member in ledger.members()] == ["VN", "TH"]
    assert ledger.recognition_registry == first["recognition"]
    assert ledger.procedures_contract == first["procedures"]


def test_a_ledger_founded_before_gets_its_recognition_registry(command: list[str], tmp_path: Path) -> None:
    """A run over a profile that names none adds one beside the same registry, and the next run keeps it."""
    command = [*command, "--development-key", "7"]
    first = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    path = tmp_path / "profile.toml"
    write_profile(replace(read_profile(path), recognition=None), path)
    with pytest.raises(RecognitionNotNamed, match="scripts/deploy"):
        connect(read_profile(path)).mutual()
    second, third = (
        json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(2)
    )
    assert (second["outcome"], third["outcome"]) == ("recognition added", "kept")
    assert (second["registry"], second["block"]) == (first["registry"], first["block"])
    assert second["recognition"] == third["recognition"] == read_profile(path).recognition
    assert connect(read_profile(path)).mutual()[1].programmes == {}


def test_a_ledger_founded_before_gets_its_contract_of_procedures(command: list[str], tmp_path: Path) -> None:
    """A run over a profile that names none adds one, with the recognition registry where that lacks too."""
    command = [*command, "--development-key", "7"]
    first = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    path = tmp_path / "profile.toml"
    for outcome in ("procedures added", "recognition and procedures added"):
        lacking = replace(read_profile(path), procedures=None)
        write_profile(replace(lacking, recognition=None) if "recognition" in outcome else lacking, path)
        with pytest.raises(ProceduresNotNamed, match="scripts/deploy"):
            connect(read_profile(path)).life(bytes(32))
        second, third = (
            json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(2)
        )
        assert (second["outcome"], third["outcome"]) == (outcome, "kept")
        assert (second["registry"], second["block"]) == (first["registry"], first["block"])
        assert second["procedures"] == third["procedures"] == read_profile(path).procedures
        assert connect(read_profile(path)).life(bytes(32)).occurrences == ()


def test_a_refusal_is_one_line_and_a_status(command: list[str]) -> None:
    """A development key is not taken for another chain."""
    command = [*command, "--development-key", "7"]
    command[command.index("1337")] = "7777"
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("deploy: 0x")
    assert "Traceback" not in done.stderr


def test_a_recognition_registry_needs_a_registry_of_members(ganache: _ganache.Node) -> None:
    """Its constructor looks whether there is a contract; nothing is founded on an address alone."""
    network, nowhere = network_of(ganache), Address("0x" + "11" * 20)
    with pytest.raises(MembersInvalid) as caught:
        _created(network, DevelopmentSigner(7), artefact(RECOGNITION_REGISTRY), nowhere, 5_500_000)
    assert caught.value.members == nowhere


def test_a_contract_of_procedures_needs_a_registry_of_certificates(ganache: _ganache.Node) -> None:
    """Its constructor looks whether there is a contract; nothing is founded on an address alone."""
    network, nowhere = network_of(ganache), Address("0x" + "11" * 20)
    with pytest.raises(CertificatesInvalid) as caught:
        _created(network, DevelopmentSigner(7), artefact(ORIGIN_PROCEDURES), nowhere, 5_500_000)
    assert caught.value.certificates == nowhere
