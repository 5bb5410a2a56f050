"""Opening a ledger on a chain."""

from collections.abc import Iterable
from functools import cached_property

from ledger.chain.artefacts import CERTIFICATE_REGISTRY, artefact, check_ledger
from ledger.chain.connection import Connection
from ledger.chain.dispatching import ChainTransactions
from ledger.chain.members import ChainMembers
from ledger.chain.profile import ChainProfile
from ledger.chain.registry import ChainRegistry
from ledger.chain.rpc import Rpc
from ledger.chain.signers import Signer


class ChainLedger(ChainMembers, ChainRegistry):
    """Both ports over one connection, as one contract answers both; made by `connect`."""

    @property
    def profile(self) -> ChainProfile:
        """The network."""
        return self._connection.profile

    @cached_property
    def transactions(self) -> ChainTransactions:
        """Its transactions one by one, for the outbox."""
        return ChainTransactions(self._connection)

    def add_signer(self, signer: Signer) -> None:
        """Take another key into use; `DevelopmentKeyRefused` as for `connect`."""
        self._connection.add_signer(signer)


def connect(profile: ChainProfile, signers: Iterable[Signer] = ()) -> ChainLedger:
    """Open the ledger of a profile, with the keys it may write with.

    Raises `DevelopmentKeyRefused` for a publicly known key off a development chain, `LedgerMismatch` when
    the node serves another chain or the address runs other code than ours, and `ChainUnreachable`.
    """
    contract = artefact(CERTIFICATE_REGISTRY)
    rpc = Rpc(profile.rpc, profile.rpc_timeout)
    connection = Connection(rpc, contract.codec, profile, signers)
    check_ledger(rpc, profile.ledger, contract)
    return ChainLedger(connection)
