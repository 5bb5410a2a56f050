"""Opening a ledger on a chain."""

from collections.abc import Iterable
from functools import cached_property

from ledger.chain.connection import Connection
from ledger.chain.contracts import check_contracts
from ledger.chain.dispatching import ChainTransactions
from ledger.chain.members import ChainMembers
from ledger.chain.procedures import ChainProcedures
from ledger.chain.profile import ChainProfile
from ledger.chain.recognition import ChainRecognitions
from ledger.chain.registry import ChainRegistry
from ledger.chain.rpc import Rpc
from ledger.chain.signers import Signer
from ledger.facts import Address, Written
from ledger.writes import OfProcedures, OfRecognition


class ChainLedger(ChainMembers, ChainRegistry, ChainRecognitions, ChainProcedures):
    """All ports over one connection; made by `connect`."""

    def __init__(self, connection: Connection) -> None:
        ChainMembers.__init__(self, connection)
        ChainRecognitions.__init__(self, connection)
        ChainProcedures.__init__(self, connection)

    @property
    def profile(self) -> ChainProfile:
        """The network."""
        return self._connection.profile

    @cached_property
    def transactions(self) -> ChainTransactions:
        """Its transactions one by one, for the outbox."""
        return ChainTransactions(self._connection)

    def write(self, write: OfRecognition | OfProcedures, account: Address) -> Written:
        """Do a write at once, without the outbox; raises a twin of the contract's error."""
        return self._done(write, account)

    def add_signer(self, signer: Signer) -> None:
        """Take another key into use; `DevelopmentKeyRefused` as for `connect`."""
        self._connection.add_signer(signer)


def connect(profile: ChainProfile, signers: Iterable[Signer] = ()) -> ChainLedger:
    """Open the ledger of a profile, with the keys it may write with.

    Raises `DevelopmentKeyRefused` for a publicly known key off a development chain, `LedgerMismatch` when
    the node serves another chain or an address runs other code than ours, and `ChainUnreachable`.
    """
    rpc = Rpc(profile.rpc, profile.rpc_timeout)
    connection = Connection(rpc, profile, signers)
    check_contracts(rpc, profile)
    return ChainLedger(connection)
