"""Trees and proofs: what is in a batch can be shown to be, and nothing else can."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.hashing import keccak
from ledger.merkle import climb, tree_of

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/merkle/merkle.json").read_text())
NODES = st.binary(min_size=32, max_size=32)
BATCHES = st.sets(NODES, min_size=1, max_size=40)


def root_by_the_book(leaves: set[bytes]) -> bytes:
    """Return the root as the rules of OpenAttestation v2 put it, written without our code."""
    layer = sorted(leaves)
    while len(layer) > 1:
        pairs = [layer[start : start + 2] for start in range(0, len(layer), 2)]
        layer = [keccak(b"".join(sorted(nodes))) if len(nodes) == 2 else nodes[0] for nodes in pairs]
    return layer[0]


def accepted_by_openzeppelin(leaf: bytes, proof: list[bytes], root: bytes) -> bool:
    """Follow `MerkleProof.verify` of OpenZeppelin 5.4 line by line."""
    computed = leaf
    for node in proof:
        computed = keccak(computed + node) if computed < node else keccak(node + computed)
    return computed == root


@given(BATCHES)
def test_every_leaf_has_a_proof_that_openzeppelin_accepts(leaves: set[bytes]) -> None:
    """For batches of any size, odd ones included."""
    tree = tree_of(leaves)
    for leaf in leaves:
        proof = tree.proof_of(leaf)
        assert climb(leaf, proof) == tree.root
        assert accepted_by_openzeppelin(leaf, list(proof), tree.root)
        assert len(proof) <= (len(leaves) - 1).bit_length()


@given(BATCHES)
def test_the_root_is_that_of_openattestation(leaves: set[bytes]) -> None:
    """Sorted leaves, sorted pairs, and an odd last node moves up."""
    assert tree_of(leaves).root == root_by_the_book(leaves)


@given(BATCHES, st.randoms())
def test_the_root_does_not_depend_on_the_order_of_the_leaves(leaves: set[bytes], random: object) -> None:
    """A batch is a set."""
    shuffled = list(leaves)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert tree_of(shuffled).root == tree_of(leaves).root


@given(BATCHES, NODES)
def test_a_stranger_finds_no_way_up_by_another_leafs_proof(leaves: set[bytes], stranger: bytes) -> None:
    """A proof holds for its own leaf only."""
    tree = tree_of(leaves)
    for leaf in leaves - {stranger}:
        if tree.proof_of(leaf)[:1] != (stranger,):  # siblings share the rest of the way
            assert climb(stranger, tree.proof_of(leaf)) != tree.root


def test_a_single_leaf_is_its_own_root() -> None:
    """A certificate issued singly needs no batch."""
    leaf = keccak(b"one")
    assert tree_of([leaf]).root == leaf
    assert tree_of([leaf]).proof_of(leaf) == ()


def test_a_leaf_that_is_not_in_the_tree_has_no_proof() -> None:
    """Asking for one is a mistake of the caller, not an empty proof."""
    with pytest.raises(KeyError):
        tree_of([keccak(b"one")]).proof_of(keccak(b"two"))


@pytest.mark.parametrize(
    "leaves",
    [[], [bytes(32), bytes(32)], [keccak(b"a"), keccak(b"b"), keccak(b"a")], [b"\1" * 64], [b"\1" * 31]],
    ids=["none", "twice", "twice apart", "an inner node's preimage", "short"],
)
def test_a_tree_of_no_leaves_repeated_ones_or_other_lengths_is_refused(leaves: list[bytes]) -> None:
    """A repeated last leaf would let two batches share a root; a 64-byte one is an inner node."""
    with pytest.raises(ValueError, match="each leaf once and 32 bytes"):
        tree_of(leaves)


@pytest.mark.parametrize("tree", VECTORS["trees"], ids=lambda tree: tree["description"])
def test_trees_have_the_roots_of_the_vectors(tree: dict[str, list[str] | str]) -> None:
    """The same file is read by the contracts' tests."""
    assert tree_of(bytes.fromhex(leaf[2:]) for leaf in tree["leaves"]).root.hex() == str(tree["root"])[2:]


@pytest.mark.parametrize("proof", VECTORS["proofs"], ids=lambda proof: proof["description"])
def test_proofs_hold_or_fail_as_the_vectors_say(proof: dict[str, str | bool]) -> None:
    """Forged ones among them: node posing as leaf, wrong sibling, cut short, too long."""
    siblings = [bytes.fromhex(sibling[2:]) for sibling in proof["proof"]]  # type: ignore[union-attr]
    reached = climb(bytes.fromhex(str(proof["leaf"])[2:]), siblings)
    assert (reached.hex() == str(proof["root"])[2:]) is proof["valid"]
