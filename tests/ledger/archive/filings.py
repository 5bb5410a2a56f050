"""Filings with good defaults, so that a test states only what it is about."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from ledger.batch import Batch, batch_of
from ledger.facts import Address, Written
from ledger.outbox import Signature
from ledger.ports import Filing, FilingState
from ledger.terms import Scheme, Terms, certificate_id, reference_key

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ACCOUNT = Address("0x" + "Aa" * 20)


def a_filing(
    number: int = 1, *, importing: str = "TH", parents: tuple[bytes, ...] = (), **overrides: Any
) -> Filing:
    """Return a filing of its own id; filings of one number and office share a reference."""
    reference = f"VNTH260200{number:03}"
    office = overrides.setdefault("office", "02")
    salt = overrides.get("document", b"{}") + overrides.get("seed", bytes(32))
    terms = Terms(
        document_hash=sha256(salt + reference.encode()).digest(),
        reference_key=reference_key(Scheme.ATIGA_FORM_D, "VN", office, reference),
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
        office=office,
        reference=reference,
        document=b"{}",
        seed=bytes(32),
        root=identity,
        siblings=(),
        state=FilingState.ACCEPTED,
        filed_at=NOON,
    )
    return replace(filing, **overrides)


def a_batch(numbers: Iterable[int], **overrides: Any) -> tuple[list[Filing], Batch]:
    """Return filings that go out together, with the root and the siblings of their batch, and the batch."""
    filings = [a_filing(number, **overrides) for number in numbers]
    batch = batch_of((filing.id for filing in filings), "VN")
    return [replace(filing, root=batch.root, siblings=batch.proof_of(filing.id)) for filing in filings], batch


def a_signature(nonce: int = 0, *, price: int = 10**9, mark: bytes = b"") -> Signature:
    """Return a signature under a nonce; those of one nonce, price and mark are the same."""
    raw = b"signed %d for %d %b" % (nonce, price, mark)
    return Signature(sha256(raw).digest(), raw, nonce, price)


def a_receipt(number: int = 1) -> Written:
    """Return the receipt of a write."""
    return Written(transaction=bytes([number]) * 32, block=number, at=NOON, gas_used=70_000)
