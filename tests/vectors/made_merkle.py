"""Trees and proofs, good and forged, as Python and Solidity must both judge them."""

from collections.abc import Iterator
from typing import Any

from ledger.batch import Batch
from ledger.hashing import keccak, pair
from ledger.merkle import Tree, tree_of

SIZES = (1, 2, 3, 4, 5, 7, 8, 33)


def vectors() -> dict[str, Any]:
    """Return the content of merkle.json."""
    trees = {
        size: tree_of(keccak(f"leaf {number} of {size}".encode()) for number in range(size)) for size in SIZES
    }
    good = [
        _proof(f"leaf {place} of {size}", leaf, tree.proof_of(leaf), tree.root, valid=True)
        for size, tree in trees.items()
        for place, leaf in enumerate(tree.layers[0])
        if place in {0, size // 2, size - 1}
    ]
    forged = [_proof(*forgery, valid=False) for size in (5, 8) for forgery in _forgeries(trees[size])]
    return {
        "description": "leaves in byte order, pairs in byte order, keccak-256, an odd last node moves up",
        "trees": [
            {
                "description": f"{size} leaves",
                "leaves": _hexes(tree.layers[0]),
                "root": f"0x{tree.root.hex()}",
            }
            for size, tree in trees.items()
        ],
        "proofs": [*good, _posing(trees[8]), *forged],
        "batches": [
            _batch(Batch(trees[size], member))
            for size, member in ((1, "VN"), (5, "VN"), (5, "TH"), (8, "MY"))
        ],
    }


def _batch(batch: Batch) -> dict[str, Any]:
    last = batch.tree.layers[0][-1]
    return {
        "description": f"{len(batch.tree.layers[0])} leaves, anchored by {batch.member}",
        "member": f"0x{batch.member.encode().hex()}",
        "tree": f"0x{batch.tree.root.hex()}",
        "root": f"0x{batch.root.hex()}",
        "leaf": f"0x{last.hex()}",
        "proof": _hexes(batch.proof_of(last)),
    }


def _forgeries(tree: Tree) -> Iterator[tuple[str, bytes, tuple[bytes, ...], bytes]]:
    """Yield what must not be accepted; the second leaf of the tree is the victim."""
    size, leaf, root = len(tree.layers[0]), tree.layers[0][1], tree.root
    proof, stranger = tree.proof_of(leaf), keccak(b"a stranger")
    flipped = bytes([proof[0][0] ^ 1]) + proof[0][1:]
    yield f"of {size}: a stranger with the proof of a leaf", stranger, proof, root
    yield f"of {size}: the proof of another leaf", leaf, tree.proof_of(tree.layers[0][-1]), root
    yield f"of {size}: the proof without its first step", leaf, proof[1:], root
    yield f"of {size}: the proof without its last step", leaf, proof[:-1], root
    yield f"of {size}: no proof", leaf, (), root
    yield f"of {size}: a step too many", leaf, (*proof, proof[-1]), root
    yield f"of {size}: the root again at the end", leaf, (*proof, root), root
    yield f"of {size}: the steps from the top down", leaf, proof[::-1], root
    yield f"of {size}: one bit of a sibling flipped", leaf, (flipped, *proof[1:]), root
    yield f"of {size}: zeros for a sibling", leaf, (bytes(32), *proof[1:]), root
    yield f"of {size}: its own hash for a sibling", leaf, (leaf, *proof[1:]), root
    yield f"of {size}: another tree's root", leaf, proof, keccak(b"another root")
    yield f"of {size}: an inner node with the whole proof of its leaf", tree.layers[1][0], proof, root
    yield (
        f"of {size}: the hash of an inner node's 64 bytes, hashed again",
        keccak(tree.layers[1][0]),
        proof[1:],
        root,
    )
    yield (
        f"of {size}: the last leaf doubled",
        leaf,
        (pair(tree.layers[0][-1], tree.layers[0][-1]), *proof[1:]),
        root,
    )


def _posing(tree: Tree) -> dict[str, Any]:
    description = (
        "an inner node posing as a leaf climbs to the root: a proof alone shows no certificate, "
        "so the leaf is always computed from its terms and never taken as given"
    )
    return _proof(description, tree.layers[1][0], tree.proof_of(tree.layers[0][0])[1:], tree.root, valid=True)


def _proof(
    description: str, leaf: bytes, proof: tuple[bytes, ...], root: bytes, *, valid: bool
) -> dict[str, Any]:
    return {
        "description": description,
        "leaf": f"0x{leaf.hex()}",
        "proof": _hexes(proof),
        "root": f"0x{root.hex()}",
        "valid": valid,
    }


def _hexes(nodes: tuple[bytes, ...]) -> list[str]:
    return [f"0x{node.hex()}" for node in nodes]
