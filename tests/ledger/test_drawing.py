"""A certificate drawn up is ready to be filed, recorded and handed out."""

import json
from pathlib import Path

import orjson
import pytest

from ledger import envelope
from ledger.batch import batch_of
from ledger.documents import parse_document
from ledger.drawing import Drawn, drawn_up, drawn_up_from
from ledger.envelope import SEED_BYTES
from ledger.facts import Address, LedgerName
from ledger.presented import examined, opened
from ledger.terms import certificate_id, terms_hash
from tests.builders import VECTORS, a_certificate

LEDGER = LedgerName(1337, Address("0x5FbDB2315678afecb367f032d93F642f64180aa3"))
ISSUER = ("Ministry of Industry and Trade", "moit.vn.example")
SEED = bytes(range(32))
EVERY = sorted(VECTORS.glob("*.json"))


def of_vector(path: Path) -> tuple[Drawn, Drawn]:
    """Draw up a vector from its certificate alone, and with the document it was parsed from."""
    document = json.loads(path.read_text("utf-8"))["document"]
    certificate = parse_document(document)
    return (
        drawn_up(certificate, ISSUER, LEDGER, SEED),
        drawn_up_from(document, certificate, ISSUER, LEDGER, SEED),
    )


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
def test_the_document_sent_is_as_good_as_the_one_written_anew(path: Path) -> None:
    """So nobody need write it anew: data, hashes, terms, id and envelope are the same to the byte."""
    anew, sent = of_vector(path)
    assert envelope.canonical(anew.data) == envelope.canonical(sent.data)
    assert (anew.id, anew.fields, anew.terms) == (sent.id, sent.fields, sent.terms)
    assert anew.envelope() == sent.envelope()


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
def test_the_id_and_the_hash_of_the_terms_are_those_of_the_terms(path: Path) -> None:
    """They are computed once and kept, and must not differ from what anybody computes again."""
    drawn, _ = of_vector(path)
    assert drawn.id == certificate_id(drawn.terms)
    assert drawn.terms_hash == terms_hash(drawn.terms)
    assert drawn.terms.document_hash == envelope.hash_of(drawn.data, drawn.seed)


def test_the_envelope_is_the_sealed_data() -> None:
    """Alone under its id, or in a batch under the root."""
    drawn = drawn_up(a_certificate(), ISSUER, LEDGER, SEED)
    batch = batch_of([drawn.id, b"\1" * 32, b"\2" * 32], "VN")
    siblings = batch.proof_of(drawn.id)
    alone = envelope.sealed(drawn.data, SEED, drawn.terms, (), drawn.id)
    together = envelope.sealed(drawn.data, SEED, drawn.terms, siblings, batch.root)
    assert drawn.envelope() == orjson.dumps(alone)
    assert drawn.envelope(siblings, batch.root) == orjson.dumps(together)
    assert examined(opened(together)).intact


def test_every_certificate_has_a_fresh_seed() -> None:
    """Two with equal content have nothing in common on the ledger."""
    one, other = (drawn_up(a_certificate(), ISSUER, LEDGER) for _ in range(2))
    assert len(one.seed) == len(other.seed) == SEED_BYTES
    assert one.id != other.id
