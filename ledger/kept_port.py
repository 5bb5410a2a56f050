"""Copies of certificates that were presented here, kept whole: what decisions and re-exports draw on.

`ledger.archive` keeps them in the database, `ledger.memory_kept` in this process;
`tests/ports/test_kept_port.py` holds the two equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ledger.certificate import Certificate
from ledger.errors import ArchiveNotNamed, Refused
from ledger.terms import Terms


@dataclass(eq=False)
class NotKept(Refused):
    """Nobody has presented a whole copy of a certificate here."""

    certificate: bytes

    def __str__(self) -> str:
        return (
            f"no copy of 0x{self.certificate.hex()} is kept here; receive its envelope first "
            "(`asal certificate receive`, POST /v1/receipts)"
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """A certificate as its envelope says it, examined before it was kept."""

    id: bytes
    certificate: Certificate
    terms: Terms
    root: bytes
    siblings: tuple[bytes, ...]
    """Merkle proof from the id to the root; empty when it was issued singly."""
    envelope: Mapping[str, Any]
    kept_at: datetime
    authority: int
    """Which of the authorities served here it was presented to first, or first in a fuller copy."""

    @property
    def hidden(self) -> int:
        """How many fields the copy hides."""
        return len(self.envelope.get("privacy", {}).get("obfuscatedData", ()))


class KeptCertificates(Protocol):
    """The store of presented copies."""

    def keep(self, kept: Kept) -> Kept:
        """Keep a copy, or return the one kept before under the same id.

        One that hides fewer fields takes the place of that, so that nobody can keep lines from being seen by
        presenting a redacted copy first.
        """

    def kept(self, certificates: Sequence[bytes]) -> Mapping[bytes, Kept]:
        """Return the copies of these certificates, as far as they are kept, by id."""


class NoKept:
    """The port where nothing is kept: says so when something is to be."""

    def keep(self, kept: Kept) -> Kept:  # noqa: ARG002 - of the port
        """Raise `ArchiveNotNamed`."""
        raise ArchiveNotNamed

    def kept(self, certificates: Sequence[bytes]) -> Mapping[bytes, Kept]:  # noqa: ARG002 - of the port
        """Return nothing."""
        return {}
