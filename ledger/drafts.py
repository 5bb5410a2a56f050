"""Drafts of certificates: what an issuing authority has written down and not issued yet.

A draft may be incomplete and wrong; nothing of it is on the ledger, and its reference is not taken.
`ledger.archive.drafts` keeps them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A certificate document in the making; it belongs to the authority, whoever of it wrote it."""

    id: str
    """Sixteen hex digits."""
    authority: int
    member: str
    officer: str
    """Name of the officer who wrote last."""
    document: Mapping[str, Any]
    """In the shape of a certificate document, as far as it is written; numbers and dates as typed."""
    version: int = 1
    """Counts the times it was saved, so that nobody overwrites what somebody else wrote meanwhile."""
    replaces: bytes | None = None
    """Id of the certificate that it is to take the place of."""
    certificate: bytes | None = None
    """Id of the certificate that was issued from it; from then on it is not changed any more."""
    created_at: datetime
    updated_at: datetime
