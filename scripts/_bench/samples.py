"""The certificates that are measured with: the vector of one goods line, from VN to TH, issued today."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import _setup

from ledger import rules
from ledger.batch import batch_of
from ledger.documents import parse_document
from ledger.drawing import Drawn, drawn_up_from
from ledger.facts import LedgerName
from ledger.hashing import keccak
from ledger.opening import now
from ledger.rules.calendar import last_valid_day

SEED = 20261102
"""All that is random in a run comes from it."""
SAMPLE = _setup.ROOT / "tests/vectors/certificates/vn-th-coffee.json"

ISSUER = ("Ministry of Industry and Trade", "moit.example")

Document = dict[str, Any]


def documents(series: str) -> Iterator[Document]:
    """Yield documents without end, each with a reference of its own within the series."""
    sample: Document = json.loads(SAMPLE.read_text(encoding="utf-8"))["document"]
    today = now().date()
    day = {"date": today.isoformat()}
    sample |= {
        "issuedOn": today.isoformat(),
        "validUntil": last_valid_day(today).isoformat(),
        "transport": sample["transport"] | {"departureDate": today.isoformat()},
        "declaration": sample["declaration"] | day,
        "certification": sample["certification"] | day,
    }
    for number in count(1):
        yield {**sample, "reference": f"VN-TH {today:%y}/{series}/{number:06}"}


def data_to_wrap(ledger: LedgerName) -> Document:
    """Return the unsalted data of one certificate with issuer, ledger and terms: what the peers wrap too."""
    return drawn(next(documents("W")), ledger).data


def envelopes(batch: list[Document], ledger: LedgerName) -> tuple[list[bytes], bytes]:
    """Draw up a batch: validate, apply the rules, salt, hash, build the tree, and write each envelope.

    Returns the envelopes as JSON text, and the root of the tree that the ledger is to anchor.
    """
    given = {one.id: one for one in (drawn(document, ledger) for document in batch)}
    made = batch_of(given, "VN")
    return [one.envelope(made.proof_of(one.id), made.root) for one in given.values()], made.tree.root


def drawn(document: Document, ledger: LedgerName) -> Drawn:
    """Validate a document, apply the rules and draw it up."""
    certificate = parse_document(document)
    rules.check(certificate, on=certificate.issued_on)
    seed = keccak(f"{SEED} {certificate.reference}".encode())
    return drawn_up_from(document, certificate, ISSUER, ledger, seed)
