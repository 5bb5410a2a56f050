"""Chain profiles: what is read, what is written, and which field is named when one is wrong."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.profile import ChainProfile, Fees, ProfileInvalid, profile_of, read_profile, write_profile
from ledger.facts import Address

REGISTRY = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
GOOD: dict[str, Any] = {"chain_id": 1337, "rpc": ["http://127.0.0.1:8545"], "registry": REGISTRY}


def test_a_profile_needs_three_fields_and_has_defaults_for_the_rest() -> None:
    """Chain id, nodes and registry; blocks are final at once unless said otherwise."""
    profile = profile_of(GOOD)
    assert profile == ChainProfile(1337, ("http://127.0.0.1:8545",), Address(REGISTRY))
    assert (profile.finality, profile.fees, profile.from_block) == (0, Fees.EIP1559, 0)
    assert (profile.ledger.chain_id, profile.ledger.address) == (1337, REGISTRY)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """All fields survive, and folders are made."""
    profile = ChainProfile(
        77, ("https://a.example/x?y=1", "http://b.example"), Address(REGISTRY), 5, 12, Fees.FREE, 60.5, 2.0
    )
    write_profile(profile, tmp_path / "deep" / "profile.toml")
    assert read_profile(tmp_path / "deep" / "profile.toml") == profile
    paired = profile_of(GOOD | {"recognition": "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"})
    write_profile(paired, tmp_path / "paired.toml")
    assert read_profile(tmp_path / "paired.toml") == paired
    whole = replace(paired, procedures=Address("0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0"))
    write_profile(whole, tmp_path / "whole.toml")
    assert read_profile(tmp_path / "whole.toml") == whole
    write_profile(profile_of(GOOD), tmp_path / "profile.toml")
    assert read_profile(tmp_path / "profile.toml") == profile_of(GOOD)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chain_id", 0),
        ("chain_id", "1337"),
        ("chain_id", True),
        ("rpc", []),
        ("rpc", ["ftp://127.0.0.1"]),
        ("rpc", ["http://"]),
        ("rpc", ["http://127.0.0.1:99999"]),
        ("rpc", [7]),
        ("rpc", 7),
        ("registry", "0x12"),
        ("registry", REGISTRY[2:]),
        ("registry", REGISTRY.replace("5Fb", "5fb")),
        ("registry", 7),
        ("recognition", "0x12"),
        ("recognition", REGISTRY.replace("5Fb", "5fb")),
        ("procedures", "0x12"),
        ("procedures", REGISTRY.replace("5Fb", "5fb")),
        ("from_block", -1),
        ("finality", "soon"),
        ("finality", 0),
        ("finality", True),
        ("fees", "cheap"),
        ("confirm_within", 0),
        ("confirm_within", "30"),
        ("confirm_within", float("nan")),
        ("rpc_timeout", 100_000),
        ("poa", True),
    ],
)
def test_a_wrong_field_is_named(field: str, value: object) -> None:
    """The refusal carries the field, so that a person finds the line."""
    with pytest.raises(ProfileInvalid) as caught:
        profile_of(GOOD | {field: value})
    assert caught.value.field == field
    assert field in str(caught.value)


@pytest.mark.parametrize("field", GOOD)
def test_a_missing_field_is_named(field: str) -> None:
    """There is no ledger without it."""
    with pytest.raises(ProfileInvalid) as caught:
        profile_of({name: value for name, value in GOOD.items() if name != field})
    assert caught.value.field == field


@pytest.mark.parametrize("content", [b"chain_id = ", b"\xff\xfe", None])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """Neither broken TOML nor broken text nor a missing file leaks another exception."""
    path = tmp_path / "profile.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProfileInvalid, match=r"profile\.toml"):
        read_profile(path)


@pytest.mark.parametrize(
    ("chain_id", "rpc", "development"),
    [
        (1337, ["http://127.0.0.1:8545", "http://[::1]:8545"], True),
        (1337, ["http://localhost:8545"], True),
        (1337, ["http://127.9.9.9:8545"], True),
        (1, ["http://127.0.0.1:8545"], False),
        (1337, ["http://127.0.0.1:8545", "http://10.0.0.1:8545"], False),
        (1337, ["http://127.0.0.1.example:8545"], False),
        (1337, ["http://127.0.0.1@node.example"], False),
    ],
)
def test_a_development_chain_is_a_local_one_with_its_chain_id(
    chain_id: int, rpc: list[str], *, development: bool
) -> None:
    """Every node must be on this machine, by its address and not by what a name server says."""
    assert profile_of(GOOD | {"chain_id": chain_id, "rpc": rpc}).development is development
