"""What decisions, cases and exporters share: who may write, the certificates, and the use made of them.

The rules of `ProofUse.sol` in Python, in the same order.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from ledger.facts import Address, Entry, Evidence, Key, LedgerName, Role
from ledger.memory.blocks import wall_clock
from ledger.memory.registry import MEMORY_LEDGER, MemoryRegistry
from ledger.origin.facts import CaseFacts, Claim, ExporterVersion, Use
from ledger.ports import Clock
from ledger.procedures_refusals import NotTheImportingMember, StatementMissing
from ledger.refusals import CertificateUnknown

NOTHING = Use()


class MemoryUse(MemoryRegistry):
    """What importing customs has made of certificates, and all else that the contract of procedures holds."""

    def __init__(
        self,
        founders: Mapping[str, Address],
        clock: Clock = wall_clock,
        held: Collection[str] | None = None,
        ledger: LedgerName = MEMORY_LEDGER,
    ) -> None:
        super().__init__(founders, clock, held, ledger)
        self._uses: dict[bytes, Use] = {}
        self._claims: dict[tuple[bytes, bytes], Claim] = {}
        self._split_use_refused: set[str] = set()
        self._cases: dict[int, CaseFacts] = {}
        self._exporters: dict[tuple[str, str], tuple[ExporterVersion, ...]] = {}

    def evidence(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence:
        """Return all that is recorded about an id, the root it climbs to and its reference."""
        found = super().evidence(certificate, root, reference_key)
        return replace(found, unused=certificate not in self._uses)

    def _use(self, certificate: bytes) -> Use:
        return self._uses.get(certificate, NOTHING)

    def _require_importing(self, certificate: bytes, account: Address) -> tuple[Key, Entry]:
        """Return the account's key, of customs of the member it is addressed to, and the entry."""
        key = self._require_role(account, Role.CUSTOMS)
        entry = self._require_entry(certificate)
        if entry.importing != key.member:
            raise NotTheImportingMember(certificate, entry.importing, key.member)
        return key, entry

    def _require_entry(self, certificate: bytes) -> Entry:
        entry = self._entries.get(certificate)
        if entry is None:
            raise CertificateUnknown(certificate)
        return entry


def require_statement(statement: bytes) -> None:
    """Check that what is done is told somewhere."""
    if not any(statement):
        raise StatementMissing


def seconds(moment: datetime) -> int:
    """Return a moment as events tell it."""
    return int(moment.timestamp())
