"""Drawing up a certificate: its data and seed, its salted fields and hashes, its terms and id.

Pure, so that any number of processes can do it; nothing is stored or sent.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ledger import envelope
from ledger.certificate import Certificate
from ledger.documents import document_of
from ledger.facts import LedgerName
from ledger.hashing import pair
from ledger.salting import Salted, salt
from ledger.terms import Terms, reference_key, terms_hash


@dataclass(frozen=True, slots=True)
class Drawn:
    """A certificate drawn up: what is filed, what is recorded, and what its envelope is made of."""

    id: bytes
    """The 32 bytes it is recorded under."""
    data: envelope.Data
    """Unsalted `data` of its envelope; `ledger.envelope.canonical` of it is what the archive keeps."""
    seed: bytes
    """Of its salts."""
    fields: Salted
    """The same data with its salts, written and hashed."""
    terms: Terms
    terms_hash: bytes

    def envelope(self, siblings: Iterable[bytes] = (), root: bytes | None = None) -> bytes:
        """Return the finished envelope as JSON text: alone, or with its way to the root of a batch."""
        return envelope.sealed_json(self.fields, self.terms_hash, siblings, root or self.id)


def drawn_up(
    certificate: Certificate, issuer: tuple[str, str], ledger: LedgerName, seed: bytes | None = None
) -> Drawn:
    """Draw up a certificate for an issuer (name, domain); with fresh salts unless told."""
    return drawn_up_from(document_of(certificate), certificate, issuer, ledger, seed)


def drawn_up_from(
    document: Mapping[str, Any],
    certificate: Certificate,
    issuer: tuple[str, str],
    ledger: LedgerName,
    seed: bytes | None = None,
) -> Drawn:
    """Draw up a certificate with the document it was parsed from.

    Gives what `drawn_up` gives, because `document_of` is the inverse of `parse_document`, and saves writing
    the document anew.
    """
    parents, exporting = certificate.parents, certificate.exporting_member
    key = reference_key(certificate.scheme, exporting, certificate.issuing_office, certificate.reference)
    fields = envelope.terms_fields(key, parents)
    data = envelope.issued_data(document, issuer=issuer, ledger=ledger, terms=fields)
    seed = seed or secrets.token_bytes(envelope.SEED_BYTES)
    salted = salt(data, seed)
    terms = Terms(
        document_hash=salted.document_hash,
        reference_key=key,
        exporting=exporting,
        importing=certificate.importing_member,
        issued_on=certificate.issued_on,
        valid_until=certificate.valid_until,
        scheme=certificate.scheme,
        parents=parents,
    )
    hashed = terms_hash(terms)
    return Drawn(pair(salted.document_hash, hashed), data, seed, salted, terms, hashed)
