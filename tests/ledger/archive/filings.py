"""Filings with good defaults, so that a test states only what it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from ledger.facts import Address, Written
from ledger.ports import Filing, FilingState
from ledger.terms import Scheme, Terms, certificate_id, reference_key

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ACCOUNT = Address("0x" + "Aa" * 20)


def a_filing(
    number: int = 1, *, importing: str = "TH", parents: tuple[bytes, ...] = (), **overrides: Any
) -> Filing:
    """Return a filing of its own id; filings of one number share a reference."""
    reference = f"VNTH260200{number:03}"
    salt = overrides.get("document", b"{}") + overrides.get("seed", bytes(32))
    terms = Terms(
        document_hash=sha256(salt + reference.encode()).digest(),
        reference_key=reference_key(Scheme.ATIGA_FORM_D, "VN", "02", reference),
        exporting="VN",
        importing=importing,
        issued_on=date(2026, 11, 2),
        valid_until=date(2027, 11, 1),
        scheme=Scheme.ATIGA_FORM_D,
        parents=parents,
    )
    identity = certificate_id(terms)
    filing = Filing(
        id=identity,
        authority=1,
        account=ACCOUNT,
        terms=terms,
        office="02",
        reference=reference,
        document=b"{}",
        seed=bytes(32),
        root=identity,
        siblings=(),
        state=FilingState.ACCEPTED,
        filed_at=NOON,
    )
    return replace(filing, **overrides)


def a_receipt(number: int = 1) -> Written:
    """Return the receipt of a write."""
    return Written(transaction=bytes([number]) * 32, block=number, at=NOON, gas_used=70_000)
