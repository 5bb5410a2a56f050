"""Sorted-pair Merkle trees: one root stands for any number of certificates.

A tree has its leaves in byte order; neighbours are joined by `pair`, and an odd last node moves up
unchanged.  This is the tree of OpenAttestation v2 and of OpenZeppelin's MerkleProof, so a proof made
here is accepted by both (see `docs/reference/envelope.md`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.hashing import pair

LEAF_BYTES = 32


@dataclass(frozen=True, slots=True)
class Tree:
    """All layers of a tree, leaves first; 64 bytes a leaf, and every proof can be read off it."""

    layers: tuple[tuple[bytes, ...], ...]
    positions: dict[bytes, int]

    @property
    def root(self) -> bytes:
        """The 32 bytes that stand for all leaves."""
        return self.layers[-1][0]

    def proof_of(self, leaf: bytes) -> tuple[bytes, ...]:
        """Return the siblings from the leaf up to the root; `KeyError` when the leaf is not in the tree."""
        position, proof = self.positions[leaf], []
        for layer in self.layers[:-1]:
            sibling = position ^ 1
            if sibling < len(layer):
                proof.append(layer[sibling])
            position >>= 1
        return tuple(proof)

    def proofs(self, last: tuple[bytes, ...] = ()) -> dict[bytes, tuple[bytes, ...]]:
        """Return the proof of every leaf, each with `last` at its end.

        From the root down, each node has its sibling and then what its parent has; that is a tenth of the
        work of climbing from every leaf.
        """
        above: list[tuple[bytes, ...]] = [last]
        for layer in reversed(self.layers[:-1]):
            count = len(layer)
            above = [
                (layer[place ^ 1], *above[place >> 1]) if place ^ 1 < count else above[place >> 1]
                for place in range(count)
            ]
        return dict(zip(self.layers[0], above, strict=True))


def tree_of(leaves: Iterable[bytes]) -> Tree:
    """Build the tree over 32-byte leaves; `ValueError` for none, a repeated one or another length."""
    layer = sorted(leaves)
    positions = {leaf: position for position, leaf in enumerate(layer)}
    if not layer or len(positions) != len(layer) or any(len(leaf) != LEAF_BYTES for leaf in layer):
        message = "a tree needs at least one leaf, and each leaf once and 32 bytes long"
        raise ValueError(message)
    layers = [tuple(layer)]
    while len(layer) > 1:
        layer = [
            pair(layer[i], layer[i + 1]) if i + 1 < len(layer) else layer[i] for i in range(0, len(layer), 2)
        ]
        layers.append(tuple(layer))
    return Tree(tuple(layers), positions)


def climb(leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """Return the root that a leaf and its proof lead to."""
    node = leaf
    for sibling in proof:
        node = pair(node, sibling)
    return node
