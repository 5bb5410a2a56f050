"""Certificates behave alike in memory and on a chain."""

from datetime import UTC, datetime, time, timedelta

import pytest

from ledger.batch import batch_of, member_node
from ledger.errors import KeyNotHeld
from ledger.facts import Address, Reason, Role, Standing
from ledger.refusals import (
    AnchorIssuerCompromised,
    CertificateNotLive,
    NotYourCertificate,
    NotYourMember,
    ParentNotLive,
    ProofInvalid,
    ReferenceAlreadyUsed,
    RootAlreadyAnchored,
    RootUnknown,
)
from ledger.terms import certificate_id
from tests.worlds import NOBODY, World

DAY = timedelta(days=1)


def test_an_issued_certificate_has_an_entry_that_says_who_when_and_how_long(world: World) -> None:
    """The entry carries both members, the scheme, the block's time, the validity, and the key that signed."""
    terms = world.terms()
    written = world.ledger.issue(terms, world.account("VN issuing"))
    evidence = world.ledger.evidence(certificate_id(terms), certificate_id(terms), terms.reference_key)
    entry, key = evidence.entry, evidence.key
    assert entry is not None
    assert key is not None
    assert (entry.exporting, entry.importing, entry.scheme) == ("VN", "TH", 1)
    assert (entry.issued_at, entry.ended_at, entry.reason) == (written.at, None, None)
    assert entry.valid_until == datetime.combine(terms.valid_until, time(23, 59, 59), UTC)
    assert (entry.key, key.account, key.member, key.roles) == (
        key.id,
        world.account("VN issuing"),
        "VN",
        Role.ISSUING,
    )
    assert evidence.holder == certificate_id(terms)
    assert (evidence.anchor, evidence.replacement, evidence.final) == (None, None, True)


def test_evidence_names_the_block_it_is_true_as_of(world: World) -> None:
    """The answer carries number and time of the newest block, also after a quiet time."""
    certificate = world.issued()
    assert world.seen(certificate).as_of == world.ledger.head()
    world.advance(timedelta(hours=5))
    assert world.seen(certificate).as_of == world.ledger.head()


def test_a_write_says_in_which_block_it_is(world: World) -> None:
    """The receipt's block and time are those of the new head."""
    before = world.ledger.head()
    written = world.ledger.issue(world.terms(), world.account("VN issuing"))
    after = world.ledger.head()
    assert (written.block, written.at) == (after.block, after.time)
    assert written.block > before.block
    assert len(written.transaction) == 32


def test_nothing_is_known_of_a_certificate_never_issued(world: World) -> None:
    """Unknown ids, roots and references read as nothing, not as an error."""
    evidence = world.ledger.evidence(b"\1" * 32, b"\2" * 32, b"\3" * 32)
    assert (evidence.entry, evidence.anchor, evidence.holder) == (None, None, None)
    assert (evidence.replacement, evidence.key) == (None, None)
    assert world.ledger.standing(b"\1" * 32, world.now) is Standing.UNKNOWN


def test_standing_is_answered_for_any_moment(world: World) -> None:
    """Unknown before issue, valid until the last second, expired after it."""
    ends = world.now.date() + 10 * DAY
    certificate = world.issued(valid_until=ends)
    entry = world.seen(certificate).entry
    assert entry is not None
    last = datetime.combine(ends, time(23, 59, 59), UTC)
    second = timedelta(seconds=1)
    assert world.ledger.standing(certificate, entry.issued_at - second) is Standing.UNKNOWN
    assert world.ledger.standing(certificate, entry.issued_at) is Standing.VALID
    assert world.ledger.standing(certificate, last) is Standing.VALID
    assert world.ledger.standing(certificate, last + second) is Standing.EXPIRED
    assert world.ledger.standing(certificate, datetime(1969, 1, 1, tzinfo=UTC)) is Standing.UNKNOWN


def test_a_cancelled_certificate_was_good_until_it_was_cancelled(world: World) -> None:
    """A declaration lodged before the cancellation was covered; from that second on it is not."""
    certificate = world.issued()
    world.advance(DAY)
    written = world.ledger.cancel(certificate, Reason.ORIGIN_NOT_MET, world.account("VN issuing"))
    entry = world.seen(certificate).entry
    assert entry is not None
    assert (entry.ended_at, entry.reason) == (written.at, Reason.ORIGIN_NOT_MET)
    assert world.ledger.standing(certificate, written.at - timedelta(seconds=1)) is Standing.VALID
    assert world.ledger.standing(certificate, written.at) is Standing.CANCELLED
    assert world.ledger.standing(certificate, written.at + 1000 * DAY) is Standing.CANCELLED


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.REPLACED])
def test_every_reason_is_kept(world: World, reason: Reason) -> None:
    """The reason of a cancellation is on the ledger."""
    certificate = world.issued()
    world.ledger.cancel(certificate, reason, world.account("VN issuing"))
    entry = world.seen(certificate).entry
    assert entry is not None
    assert entry.reason is reason


def test_an_expired_certificate_can_still_be_cancelled(world: World) -> None:
    """What turns out false after its validity is marked as such, and reads as cancelled from then on."""
    certificate = world.issued(valid_until=world.now.date() + DAY)
    world.advance(5 * DAY)
    assert world.ledger.standing(certificate, world.now) is Standing.EXPIRED
    world.ledger.cancel(certificate, Reason.OBTAINED_BY_FRAUD, world.account("VN issuing"))
    assert world.ledger.standing(certificate, world.now) is Standing.CANCELLED


def test_any_issuing_key_of_the_member_may_cancel(world: World) -> None:
    """After a rotation the new key cancels what the old one issued."""
    certificate = world.issued()
    world.ledger.rotate_key(world.account("VN issuing"), world.account("VN next"), world.admin("VN"))
    world.ledger.cancel(certificate, Reason.OTHER, world.account("VN next"))
    assert world.ledger.standing(certificate, world.now) is Standing.CANCELLED


def test_a_replaced_certificate_names_its_replacement(world: World) -> None:
    """Both happen in one write: the old one is replaced, the new one valid."""
    old, terms = world.issued(), world.terms()
    written = world.ledger.replace(old, terms, world.account("VN issuing"))
    new = certificate_id(terms)
    entry = world.seen(old).entry
    assert entry is not None
    assert (entry.ended_at, entry.reason) == (written.at, Reason.REPLACED)
    assert world.seen(old).replacement == new
    assert world.ledger.standing(old, world.now) is Standing.REPLACED
    assert world.ledger.standing(new, world.now) is Standing.VALID


def test_a_refused_replacement_leaves_the_old_certificate_valid(world: World) -> None:
    """When the new terms are refused nothing at all happens."""
    old, other = world.issued(), world.terms()
    world.ledger.issue(other, world.account("VN issuing"))
    with pytest.raises(ReferenceAlreadyUsed):
        world.ledger.replace(old, world.terms(reference_key=other.reference_key), world.account("VN issuing"))
    assert world.ledger.standing(old, world.now) is Standing.VALID
    assert world.seen(old).replacement is None


def test_a_replacement_cannot_rest_on_what_it_replaces(world: World) -> None:
    """The old one has ended when the parents of the new one are looked at."""
    old = world.issued()
    with pytest.raises(ParentNotLive) as caught:
        world.ledger.replace(old, world.terms(parents=(old,)), world.account("VN issuing"))
    assert caught.value.standing is Standing.REPLACED


@pytest.mark.parametrize("end", ["cancelled", "replaced", "expired"])
def test_what_has_ended_cannot_be_replaced(world: World, end: str) -> None:
    """Only a valid certificate is replaced; the refusal says how it stands."""
    old = world.issued(valid_until=world.now.date() + DAY)
    if end == "cancelled":
        world.ledger.cancel(old, Reason.OTHER, world.account("VN issuing"))
    elif end == "replaced":
        world.ledger.replace(old, world.terms(), world.account("VN issuing"))
    else:
        world.advance(5 * DAY)
    with pytest.raises(CertificateNotLive) as caught:
        world.ledger.replace(old, world.terms(), world.account("VN issuing"))
    assert caught.value.standing is Standing[end.upper()]


def test_a_replaced_certificate_cannot_be_cancelled(world: World) -> None:
    """It has ended already."""
    old = world.issued()
    world.ledger.replace(old, world.terms(), world.account("VN issuing"))
    with pytest.raises(CertificateNotLive) as caught:
        world.ledger.cancel(old, Reason.OTHER, world.account("VN issuing"))
    assert caught.value.standing is Standing.REPLACED


def test_a_replacement_belongs_to_the_same_member(world: World) -> None:
    """Neither can another member replace, nor a replacement name another member as exporting."""
    old = world.issued()
    with pytest.raises(NotYourCertificate):
        world.ledger.replace(old, world.terms(exporting="TH", importing="VN"), world.account("TH issuing"))
    with pytest.raises(NotYourMember):
        world.ledger.replace(old, world.terms(exporting="TH", importing="MY"), world.account("VN issuing"))


def test_the_reference_of_a_cancelled_certificate_stays_taken(world: World) -> None:
    """A number is used once and for all."""
    terms = world.terms()
    world.ledger.issue(terms, world.account("VN issuing"))
    world.ledger.cancel(certificate_id(terms), Reason.OTHER, world.account("VN issuing"))
    with pytest.raises(ReferenceAlreadyUsed):
        world.ledger.issue(world.terms(reference_key=terms.reference_key), world.account("VN issuing"))


def test_a_key_is_at_hand_or_it_is_not(world: World) -> None:
    """Asked before anything is stored that this key would have to sign."""
    assert world.ledger.holds(world.account("VN issuing"))
    assert not world.ledger.holds(NOBODY)


def test_nobody_takes_up_another_members_reference(world: World) -> None:
    """A key of Thailand on a Vietnamese number neither blocks Viet Nam nor casts doubt on its paper."""
    terms = world.terms()
    foreign = world.terms(exporting="TH", importing="MY", reference_key=terms.reference_key)
    world.ledger.issue(foreign, world.account("TH issuing"))
    world.ledger.issue(terms, world.account("VN issuing"))
    for own in (terms, foreign):
        evidence = world.ledger.evidence(certificate_id(own), certificate_id(own), own.reference_key)
        assert evidence.holder == certificate_id(own)


def test_a_date_of_issue_may_be_a_day_ahead_and_validity_may_end_today(world: World) -> None:
    """Days begin earlier in the east; a validity lasts to the end of its last day."""
    world.issued(issued_on=world.now.date() + DAY)
    world.issued(issued_on=world.now.date(), valid_until=world.now.date())


def test_an_anchored_batch_is_one_record(world: World) -> None:
    """The anchor carries key, member, size, time and the latest validity; evidence shows it with its key."""
    terms = [world.terms() for _ in range(3)]
    batch = batch_of(map(certificate_id, terms), "VN")
    written = world.ledger.anchor(batch.tree.root, 3, terms[0].valid_until, world.account("VN issuing"))
    evidence = world.seen(certificate_id(terms[0]), batch.root)
    anchor, key = evidence.anchor, evidence.key
    assert anchor is not None
    assert key is not None
    assert (anchor.exporting, anchor.size, anchor.anchored_at) == ("VN", 3, written.at)
    assert anchor.valid_until == datetime.combine(terms[0].valid_until, time(23, 59, 59), UTC)
    assert (anchor.key, key.account) == (key.id, world.account("VN issuing"))
    assert evidence.entry is None
    assert world.seen(certificate_id(terms[0]), batch.tree.root).anchor is None


@pytest.mark.parametrize("count", [1, 2, 5])
def test_any_certificate_of_a_batch_can_be_entered(world: World, count: int) -> None:
    """Customs of another member enters it; the entry has the time and the key of the batch."""
    members = [world.terms() for _ in range(count)]
    batch = world.anchored(*members)
    anchored_at = world.now
    world.advance(DAY)
    for terms in members:
        certificate = certificate_id(terms)
        world.ledger.enter(terms, batch.root, batch.proof_of(certificate), world.account("TH customs"))
        evidence = world.seen(certificate, batch.root)
        assert evidence.entry is not None
        assert evidence.anchor is not None
        assert (evidence.entry.issued_at, evidence.entry.key) == (anchored_at, evidence.anchor.key)
        assert evidence.entry.exporting == "VN"
    world.ledger.cancel(certificate_id(members[0]), Reason.OTHER, world.account("VN issuing"))
    assert world.ledger.standing(certificate_id(members[0]), world.now) is Standing.CANCELLED


@pytest.mark.parametrize("order", [("TH issuing", "VN issuing"), ("VN issuing", "TH issuing")])
def test_another_member_anchoring_the_same_tree_changes_nothing(world: World, order: tuple[str, str]) -> None:
    """A copy of a waiting transaction, valid for today only, neither blocks nor spoils the batch."""
    terms = world.terms()
    certificate, until = certificate_id(terms), {"TH issuing": world.now.date()}
    batches = {by[:2]: world.anchored(terms, by=by, valid_until=until.get(by)) for by in order}
    batch = batches["VN"]
    anchor = world.seen(certificate, batch.root).anchor
    assert anchor is not None
    assert (anchor.exporting, anchor.valid_until.date()) == ("VN", terms.valid_until)
    world.advance(10 * DAY)
    world.ledger.enter(terms, batch.root, batch.proof_of(certificate), world.account("TH customs"))
    assert world.ledger.standing(certificate, world.now) is Standing.VALID
    entry = world.seen(certificate).entry
    assert entry is not None
    assert entry.exporting == "VN"


def test_two_batches_of_a_member_are_two_records(world: World) -> None:
    """What is the same is refused, whichever key of the member signs; what is not is taken."""
    terms, other = world.terms(), world.terms()
    batch = world.anchored(terms)
    second = world.account("VN second")
    world.ledger.add_key(world.authority("VN issuing"), second, world.admin("VN"))
    with pytest.raises(RootAlreadyAnchored) as caught:
        world.ledger.anchor(batch.tree.root, 1, terms.valid_until, second)
    assert caught.value.root == batch.root
    assert world.anchored(terms, other).root != batch.root


def test_a_proof_without_the_member_leads_nowhere(world: World) -> None:
    """Neither the tree's own root nor the tree's own proof is known to the ledger."""
    terms = world.terms()
    batch, customs = world.anchored(terms, world.terms()), world.account("TH customs")
    certificate = certificate_id(terms)
    with pytest.raises(RootUnknown):
        world.ledger.enter(terms, batch.tree.root, batch.tree.proof_of(certificate), customs)
    with pytest.raises(ProofInvalid):
        world.ledger.enter(terms, batch.root, batch.tree.proof_of(certificate), customs)
    foreign = (*batch.tree.proof_of(certificate), member_node("TH"))
    with pytest.raises(ProofInvalid):
        world.ledger.enter(terms, batch.root, foreign, customs)


@pytest.mark.parametrize("later", [-1, 0])
def test_nothing_is_entered_from_a_batch_of_a_stolen_key(world: World, later: int) -> None:
    """What a thief has anchored uses up no reference: the member can still issue under it."""
    terms = world.terms()
    batch, certificate = world.anchored(terms), certificate_id(terms)
    since = world.now + timedelta(seconds=later)
    world.ledger.mark_compromised(world.account("VN issuing"), since, world.admin("VN"))
    with pytest.raises(AnchorIssuerCompromised) as caught:
        world.ledger.enter(terms, batch.root, batch.proof_of(certificate), world.account("TH customs"))
    assert (caught.value.root, caught.value.compromised_from) == (batch.root, since)
    second = world.account("VN second")
    world.ledger.add_key(world.authority("VN issuing"), second, world.admin("VN"))
    world.ledger.issue(world.terms(reference_key=terms.reference_key), second)


def test_a_batch_anchored_before_the_theft_can_be_entered(world: World) -> None:
    """The compromise began a second after it."""
    terms = world.terms()
    batch, certificate = world.anchored(terms), certificate_id(terms)
    since = world.now + timedelta(seconds=1)
    world.advance(DAY)
    world.ledger.mark_compromised(world.account("VN issuing"), since, world.admin("VN"))
    world.ledger.enter(terms, batch.root, batch.proof_of(certificate), world.account("TH customs"))
    assert world.ledger.standing(certificate, world.now) is Standing.VALID


def test_entering_is_judged_as_of_the_time_of_the_batch(world: World) -> None:
    """A certificate that has expired since can still be entered, so that it can be cancelled."""
    ends = world.now.date() + DAY
    terms = world.terms(valid_until=ends)
    batch, certificate = world.anchored(terms), certificate_id(terms)
    world.advance(10 * DAY)
    world.ledger.enter(terms, batch.root, batch.proof_of(certificate), world.account("TH customs"))
    assert world.ledger.standing(certificate, world.now) is Standing.EXPIRED


def test_a_batch_cannot_smuggle_in_another_members_certificate(world: World) -> None:
    """The batch's key must be of the exporting member."""
    terms = world.terms(exporting="TH", importing="MY")
    batch = world.anchored(terms)
    proof = batch.proof_of(certificate_id(terms))
    with pytest.raises(NotYourMember):
        world.ledger.enter(terms, batch.root, proof, world.account("TH issuing"))


def test_a_reference_issued_since_cannot_be_entered(world: World) -> None:
    """A reference maps to one certificate, by whichever way it came."""
    terms = world.terms()
    batch = world.anchored(terms)
    world.issued(reference_key=terms.reference_key)
    proof = batch.proof_of(certificate_id(terms))
    with pytest.raises(ReferenceAlreadyUsed):
        world.ledger.enter(terms, batch.root, proof, world.account("TH customs"))


def test_a_back_to_back_certificate_rests_on_its_originals(world: World) -> None:
    """TH re-exports to MY what came from VN on two certificates."""
    parents = tuple(sorted((world.issued(), world.issued())))
    child = world.issued("TH issuing", exporting="TH", importing="MY", parents=parents)
    assert world.ledger.standing(child, world.now) is Standing.VALID


def test_an_original_may_end_on_the_same_day_as_what_rests_on_it(world: World) -> None:
    """Only a shorter validity is refused."""
    ends = world.now.date() + 10 * DAY
    parent = world.issued(valid_until=ends)
    world.issued("TH issuing", exporting="TH", importing="MY", valid_until=ends, parents=(parent,))


@pytest.mark.parametrize("end", ["expired", "replaced"])
def test_an_original_must_be_valid_when_it_is_used(world: World, end: str) -> None:
    """Expired and replaced originals carry nothing; cancelled ones are refused in the table of refusals."""
    parent = world.issued(valid_until=world.now.date() + DAY)
    if end == "expired":
        world.advance(5 * DAY)
    else:
        world.ledger.replace(parent, world.terms(), world.account("VN issuing"))
    today = world.now.date()
    with pytest.raises(ParentNotLive) as caught:
        world.issued(
            "TH issuing",
            exporting="TH",
            importing="MY",
            issued_on=today,
            valid_until=today,
            parents=(parent,),
        )
    assert caught.value.standing is Standing[end.upper()]


def test_what_a_stolen_key_signed_before_the_theft_still_carries(world: World) -> None:
    """The original is sound when the compromise began after it."""
    ends = world.now.date() + 10 * DAY
    parent = world.issued(valid_until=ends)
    world.advance(DAY)
    world.ledger.mark_compromised(world.account("VN issuing"), world.now, world.admin("VN"))
    world.issued("TH issuing", exporting="TH", importing="MY", valid_until=ends, parents=(parent,))


def test_up_to_32_originals_are_taken(world: World) -> None:
    """The limit itself is allowed."""
    parents = tuple(sorted(world.issued() for _ in range(32)))
    world.issued("TH issuing", exporting="TH", importing="MY", parents=parents)


def test_evidence_shows_the_key_as_it_is_now(world: World) -> None:
    """Revocation and compromise after issue are seen with the certificate."""
    certificate = world.issued()
    since = world.now
    world.ledger.mark_compromised(world.account("VN issuing"), since, world.admin("VN"))
    key = world.seen(certificate).key
    assert key is not None
    assert key.compromised_from == since
    assert key.revoked_at is not None


def test_an_account_whose_key_is_not_at_hand_cannot_sign(world: World) -> None:
    """The refusal names the account."""
    foreign = Address("0x" + "22" * 20)
    with pytest.raises(KeyNotHeld) as caught:
        world.ledger.issue(world.terms(), foreign)
    assert caught.value.account == foreign


def test_the_ledger_has_a_name(world: World) -> None:
    """Chain id and address, by which envelopes refer to it."""
    assert world.ledger.ledger.chain_id == 1337
    assert world.ledger.ledger.address.startswith("0x")
