"""Batches: one record on the ledger for many certificates of one member.

The ledger records a batch under the root of the tree over its ids, joined once more with the member that
anchors it.  With the root of the tree alone, whoever sent first would own the batch: another member could
copy a transaction that waits and block it, or anchor an inner node of somebody's tree with a short
validity, and verifiers of OpenAttestation would read all certificates below as revoked.  Joined, what two
members anchor never meets, and a proof climbs as before: the member is its last sibling.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.hashing import pair
from ledger.merkle import LEAF_BYTES, Tree, tree_of


@dataclass(frozen=True, slots=True)
class Batch:
    """Certificates of one member that are anchored together."""

    tree: Tree
    """The tree over their ids; its root is what the member anchors."""
    member: str
    """The member that issues them all (ISO 3166 alpha-2)."""

    @property
    def root(self) -> bytes:
        """The 32 bytes under which the ledger records the batch: the tree's root joined with the member."""
        return pair(self.tree.root, member_node(self.member))

    def proof_of(self, certificate: bytes) -> tuple[bytes, ...]:
        """Return the siblings from the id up to the batch's root; `KeyError` when it is not in the batch.

        The last one is the member's node, also in a batch of one.
        """
        return (*self.tree.proof_of(certificate), member_node(self.member))

    def proofs(self) -> dict[bytes, tuple[bytes, ...]]:
        """Return the proof of every certificate, by its id."""
        return self.tree.proofs((member_node(self.member),))


def batch_of(certificates: Iterable[bytes], member: str) -> Batch:
    """Make the batch of some ids; `ValueError` for none, a repeated one or another length than 32 bytes."""
    return Batch(tree_of(certificates), member)


def member_node(member: str) -> bytes:
    """Return a member as a node of a tree, the contract's `bytes32(member)`: its two letters, then zeros."""
    return member.encode("ascii").ljust(LEAF_BYTES, b"\0")
