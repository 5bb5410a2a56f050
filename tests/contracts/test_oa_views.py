"""What OpenAttestation verifiers read, `isIssued` and `isRevoked`: of ids and of roots, over a whole life."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.batch import batch_of
from ledger.facts import Reason
from ledger.terms import certificate_id
from tests.worlds import ChainWorld

pytestmark = pytest.mark.chain

DAY = timedelta(days=1)


def answers(world: ChainWorld, asked: bytes) -> tuple[bool, bool]:
    """Return (isIssued, isRevoked)."""
    connection = world.ledger._connection
    issued, revoked = connection.read_all([("isIssued", (asked,)), ("isRevoked", (asked,))])
    return bool(issued), bool(revoked)


def test_what_was_never_issued_is_neither(world: ChainWorld) -> None:
    """Unknown hashes are not issued, and not revoked either."""
    assert answers(world, b"\1" * 32) == (False, False)
    assert answers(world, bytes(32)) == (False, False)


def test_a_valid_certificate_is_issued_and_not_revoked(world: ChainWorld) -> None:
    """From its block on."""
    assert answers(world, world.issued()) == (True, False)


def test_a_cancelled_certificate_is_revoked(world: ChainWorld) -> None:
    """At once and for good."""
    certificate = world.cancelled()
    assert answers(world, certificate) == (True, True)
    world.advance(1000 * DAY)
    assert answers(world, certificate) == (True, True)


def test_a_replaced_certificate_is_revoked_and_its_replacement_is_not(world: ChainWorld) -> None:
    """Only the newer one verifies."""
    old, terms = world.issued(), world.terms()
    world.ledger.replace(old, terms, world.account("VN issuing"))
    assert answers(world, old) == (True, True)
    assert answers(world, certificate_id(terms)) == (True, False)


def test_an_expired_certificate_reads_as_revoked(world: ChainWorld) -> None:
    """OpenAttestation knows no expiry, so it must not verify any more."""
    certificate = world.issued(valid_until=world.now.date() + DAY)
    assert answers(world, certificate) == (True, False)
    world.advance(3 * DAY)
    assert answers(world, certificate) == (True, True)


@pytest.mark.parametrize(("later", "revoked"), [(-1, True), (0, True), (1, False)])
def test_what_a_compromised_key_signed_reads_as_revoked(
    world: ChainWorld, later: int, *, revoked: bool
) -> None:
    """What it signed at or after the compromise, not what it signed a second before."""
    certificate = world.issued()
    issued_at = world.now
    world.advance(DAY)
    since = issued_at + timedelta(seconds=later)
    world.ledger.mark_compromised(world.account("VN issuing"), since, world.admin("VN"))
    assert answers(world, certificate) == (True, revoked)


def test_a_revoked_key_unmakes_nothing(world: ChainWorld) -> None:
    """Revoking a key, withdrawing its authority or suspending its member leaves certificates as they are."""
    certificate = world.issued("MY issuing", exporting="MY", importing="TH")
    world.ledger.withdraw_authority(world.authority("MY issuing"), world.admin("MY"))
    world.suspend("MY")
    assert answers(world, certificate) == (True, False)


def test_a_root_lives_as_long_as_its_longest_certificate(world: ChainWorld) -> None:
    """An anchored root is issued; it reads as revoked when its validity is over or its key compromised."""
    terms = world.terms(valid_until=world.now.date() + DAY)
    batch = world.anchored(terms, replace(terms, reference_key=b"\1" * 32))
    root = batch.root
    assert answers(world, root) == (True, False)
    assert answers(world, batch.tree.root) == (False, False)
    assert answers(world, certificate_id(terms)) == (False, False)
    world.advance(3 * DAY)
    assert answers(world, root) == (True, True)


def test_a_root_signed_by_a_compromised_key_reads_as_revoked(world: ChainWorld) -> None:
    """The whole batch is in doubt."""
    batch = world.anchored(world.terms())
    world.ledger.mark_compromised(world.account("VN issuing"), world.now, world.admin("VN"))
    assert answers(world, batch.root) == (True, True)


def test_another_member_cannot_make_a_batch_read_as_revoked(world: ChainWorld) -> None:
    """Verifiers ask for every node up to the root; what others anchor never answers for one of them."""
    members = [world.terms() for _ in range(5)]
    batch, today = world.anchored(*members), world.now.date()
    between = [node for layer in batch.tree.layers for node in layer]
    for node in {*between, batch.root}:
        world.ledger.anchor(node, 1, today, world.account("TH issuing"))
    world.advance(3 * DAY)
    assert {answers(world, node) for node in between} == {(False, False)}
    assert answers(world, batch.root) == (True, False)
    assert answers(world, batch_of(map(certificate_id, members), "TH").root) == (True, True)


def test_an_entered_certificate_answers_for_itself(world: ChainWorld) -> None:
    """Cancelled on its own, while the rest of its batch stays good."""
    terms = world.terms()
    batch, certificate = world.anchored(terms, world.terms()), certificate_id(terms)
    world.ledger.enter(terms, batch.root, batch.proof_of(certificate), world.account("TH customs"))
    assert answers(world, certificate) == (True, False)
    world.ledger.cancel(certificate, Reason.OTHER, world.account("VN issuing"))
    assert answers(world, certificate) == (True, True)
    assert answers(world, batch.root) == (True, False)
