"""The ledger in memory with the lists that a replica keeps, for steps that need both."""

from ledger.events import Occurrence
from ledger.facts import Address, Entry, Written
from ledger.memory import MemoryLedger
from ledger.memory_replica_procedures import MemoryProcedures
from ledger.origin.facts import Exporter, Use
from ledger.origin.life import Life
from ledger.writes import OfProcedures


class Listing(MemoryProcedures):
    """The port of procedures of one ledger, with lists that are never behind."""

    def __init__(self, chain: MemoryLedger) -> None:
        """List what a ledger reports."""
        super().__init__()
        self._chain = chain

    @property
    def procedures_contract(self) -> Address:
        """Return the address of the contract."""
        return self._chain.procedures_contract

    def life(self, certificate: bytes) -> Life:
        """Return all that the ledger reports of a certificate."""
        return self._chain.life(certificate)

    def use(self, certificate: bytes) -> Use:
        """Return what importing customs has made of a certificate."""
        return self._chain.use(certificate)

    def exporter(self, member: str, code: str) -> Exporter:
        """Return what is recorded of a certified exporter."""
        return self._chain.exporter(member, code)

    def write(self, write: OfProcedures, account: Address) -> Written:
        """Do a write at once."""
        return self._chain.write(write, account)

    def _told(self) -> list[Occurrence]:
        return list(self._chain._occurrences)

    def _entry_of(self, certificate: bytes) -> Entry:
        entry = self._chain.evidence(certificate, certificate, bytes(32)).entry
        assert entry is not None
        return entry
