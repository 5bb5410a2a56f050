"""The outside in memory, bundled as the steps take it."""

from typing import Any

from ledger.memory.transactions import MemoryTransactions
from ledger.memory_archive import MemoryArchive
from ledger.memory_operator_files import MemoryOperatorFiles
from ledger.ports import Clock, Ledger
from ledger.rounds import Policy
from ledger.submitting import assembled


def bundled(
    registry: Any,
    archive: MemoryArchive | None = None,
    clock: Clock | None = None,
    policy: Policy | None = None,
) -> Ledger:
    """Return a ledger in memory with an archive of its own; its clock is that of the blocks unless told."""
    archive = archive or MemoryArchive()
    transactions = MemoryTransactions(registry)
    clock = clock or (lambda: registry.head().time)
    return assembled(
        policy,
        members=registry,
        registry=registry,
        recognitions=registry,
        transactions=transactions,
        archive=archive,
        outbox=archive.outbox,
        operator_files=MemoryOperatorFiles(archive.outbox),
        clock=clock,
    )
