"""Batches: a root belongs to the member that anchors it, and every proof ends with that member."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.batch import batch_of, member_node
from ledger.hashing import keccak
from ledger.merkle import climb

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/merkle/merkle.json").read_text())
IDS = st.sets(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)
ONE, TWO = keccak(b"one"), keccak(b"two")


@given(IDS, st.sampled_from(["VN", "TH"]))
def test_every_proof_leads_to_the_root_by_way_of_the_member(ids: set[bytes], member: str) -> None:
    """The tree's own proof, then the member."""
    batch = batch_of(ids, member)
    for certificate in ids:
        proof = batch.proof_of(certificate)
        assert proof == (*batch.tree.proof_of(certificate), member_node(member))
        assert climb(certificate, proof) == batch.root


@given(IDS)
def test_all_proofs_at_once_are_those_of_each(ids: set[bytes]) -> None:
    """For batches of any size."""
    batch = batch_of(ids, "VN")
    assert batch.proofs() == {certificate: batch.proof_of(certificate) for certificate in ids}


@given(IDS)
def test_the_same_certificates_are_another_batch_of_another_member(ids: set[bytes]) -> None:
    """Neither member's root is the tree's own."""
    mine, theirs = batch_of(ids, "VN"), batch_of(ids, "TH")
    assert mine.tree == theirs.tree
    assert len({mine.root, theirs.root, mine.tree.root}) == 3


def test_a_member_is_a_node_of_two_letters_and_zeros() -> None:
    """As Solidity widens a bytes2."""
    assert member_node("VN").hex() == "564e" + "00" * 30


def test_a_batch_of_one_has_a_proof_of_one_step() -> None:
    """The member alone."""
    assert batch_of([ONE], "VN").proof_of(ONE) == (member_node("VN"),)


def test_what_is_not_in_the_batch_has_no_proof() -> None:
    """A stranger's id is unknown to it."""
    with pytest.raises(KeyError):
        batch_of([ONE], "VN").proof_of(TWO)


@pytest.mark.parametrize("ids", [[], [ONE, ONE], [ONE[:31]]], ids=["none", "one twice", "too short"])
def test_a_batch_of_none_or_of_others_than_ids_is_refused(ids: list[bytes]) -> None:
    """What a tree refuses, a batch does."""
    with pytest.raises(ValueError, match="at least one leaf"):
        batch_of(ids, "VN")


@pytest.mark.parametrize("batch", VECTORS["batches"], ids=lambda batch: batch["description"])
def test_batches_have_the_roots_of_the_vectors(batch: dict[str, Any]) -> None:
    """The contracts' tests anchor the same ones."""
    trees = {tree["root"]: tree["leaves"] for tree in VECTORS["trees"]}
    leaves = [bytes.fromhex(leaf[2:]) for leaf in trees[batch["tree"]]]
    made = batch_of(leaves, bytes.fromhex(batch["member"][2:]).decode())
    assert f"0x{made.root.hex()}" == batch["root"]
    proof = made.proof_of(bytes.fromhex(batch["leaf"][2:]))
    assert [f"0x{node.hex()}" for node in proof] == batch["proof"]
