"""How to provoke each custom error of the contracts, and with what operands it answers.

Each function brings a world to the brink, and returns the step over it with the refusal expected.  Times that
only the block knows are `ANY`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast
from unittest.mock import ANY

from ledger import refusals
from ledger.batch import member_node
from ledger.facts import Address, ProposalKind, Reason, Role, Standing
from ledger.hashing import pair
from ledger.refusals import ContractRefusal
from ledger.terms import Scheme, Terms, certificate_id, first_instant, last_instant
from tests.worlds import NOBODY, World


@dataclass(frozen=True, slots=True)
class Brink:
    """A step that will be refused."""

    step: Callable[[], object]
    refusal: ContractRefusal


Provocation = Callable[[World], Brink]
PROVOCATIONS: dict[str, Provocation] = {}
"""By the name of the error."""


def provokes(function: Provocation) -> Provocation:
    """Register a provocation under the error its name spells: `not_an_admin` for `NotAnAdmin`."""
    name = "".join(word.capitalize() for word in function.__name__.split("_"))
    PROVOCATIONS[name] = function
    return function


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


# ------------------------------------------------------------------------------------------------ members


@provokes
def not_an_admin(world: World) -> Brink:
    """A key of an authority adds an authority."""
    account = world.account("VN issuing")
    return Brink(
        lambda: world.ledger.add_authority(Role.CUSTOMS, "Name", "domain.example", account),
        refusals.NotAnAdmin(account),
    )


@provokes
def member_unknown(world: World) -> Brink:
    """A member is to be suspended that is none."""
    return Brink(
        lambda: world.ledger.propose(ProposalKind.SUSPEND, "LA", None, world.admin("VN")),
        refusals.MemberUnknown("LA"),
    )


@provokes
def member_already_known(world: World) -> Brink:
    """A member is to be admitted twice."""
    return Brink(
        lambda: world.ledger.propose(ProposalKind.ADMIT, "TH", world.account("new admin"), world.admin("VN")),
        refusals.MemberAlreadyKnown("TH"),
    )


@provokes
def member_code_invalid(world: World) -> Brink:
    """A member is to be admitted under lower-case letters."""
    return Brink(
        lambda: world.ledger.propose(ProposalKind.ADMIT, "la", world.account("new admin"), world.admin("VN")),
        refusals.MemberCodeInvalid("la"),
    )


@provokes
def member_not_active(world: World) -> Brink:
    """A suspended member adds an authority."""
    world.suspend("MY")
    return Brink(
        lambda: world.ledger.add_authority(Role.CUSTOMS, "Name", "domain.example", world.admin("MY")),
        refusals.MemberNotActive("MY"),
    )


@provokes
def member_not_suspended(world: World) -> Brink:
    """An active member is to be reinstated."""
    return Brink(
        lambda: world.ledger.propose(ProposalKind.REINSTATE, "TH", None, world.admin("VN")),
        refusals.MemberNotSuspended("TH"),
    )


@provokes
def last_active_member(world: World) -> Brink:
    """The only active member wants itself suspended."""
    world.suspend("MY")
    world.suspend("TH")
    return Brink(
        lambda: world.ledger.propose(ProposalKind.SUSPEND, "VN", None, world.admin("VN")),
        refusals.LastActiveMember("VN"),
    )


@provokes
def too_many_members(world: World) -> Brink:
    """A 257th member is to be admitted."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    codes = [first + second for first in letters for second in letters]
    first = world.account("admin of the first")
    admins = [first, *(Address(f"0x{number:040x}") for number in range(1000, 1255))]
    full = world.founded(dict(zip(codes, admins, strict=False)))
    first = full.account("admin of the first")
    return Brink(
        lambda: full.ledger.propose(ProposalKind.ADMIT, "ZZ", world.account("new admin"), first),
        refusals.TooManyMembers(256),
    )


@provokes
def admin_invalid(world: World) -> Brink:
    """A member is to be admitted without an admin key."""
    return Brink(
        lambda: world.ledger.propose(ProposalKind.ADMIT, "LA", None, world.admin("VN")),
        refusals.AdminInvalid(NOBODY),
    )


@provokes
def admin_in_use(world: World) -> Brink:
    """An admin hands over to the admin of another member."""
    return Brink(
        lambda: world.ledger.rotate_admin(world.admin("TH"), world.admin("VN")),
        refusals.AdminInUse(world.admin("TH")),
    )


@provokes
def authority_unknown(world: World) -> Brink:
    """A key is added to an authority that is none."""
    return Brink(
        lambda: world.ledger.add_key(99, world.account("new key"), world.admin("VN")),
        refusals.AuthorityUnknown(99),
    )


@provokes
def authority_not_yours(world: World) -> Brink:
    """A member withdraws another member's authority."""
    number = world.authority("TH issuing")
    return Brink(
        lambda: world.ledger.withdraw_authority(number, world.admin("VN")),
        refusals.AuthorityNotYours(number, "VN"),
    )


@provokes
def authority_already_withdrawn(world: World) -> Brink:
    """An authority is withdrawn twice."""
    number = world.authority("VN aeo")
    at = world.ledger.withdraw_authority(number, world.admin("VN")).at
    return Brink(
        lambda: world.ledger.withdraw_authority(number, world.admin("VN")),
        refusals.AuthorityAlreadyWithdrawn(number, at),
    )


@provokes
def roles_invalid(world: World) -> Brink:
    """An authority is added with a role that does not exist."""
    return Brink(
        lambda: world.ledger.add_authority(Role(16), "Name", "domain.example", world.admin("VN")),
        refusals.RolesInvalid(16),
    )


@provokes
def name_missing(world: World) -> Brink:
    """An authority is added without a name."""
    return Brink(
        lambda: world.ledger.add_authority(Role.AEO, "", "domain.example", world.admin("VN")),
        refusals.NameMissing(),
    )


@provokes
def domain_missing(world: World) -> Brink:
    """An authority is added without a domain."""
    return Brink(
        lambda: world.ledger.add_authority(Role.AEO, "Name", "", world.admin("VN")), refusals.DomainMissing()
    )


@provokes
def key_invalid(world: World) -> Brink:
    """An admin key is added as a key."""
    return Brink(
        lambda: world.ledger.add_key(1, world.admin("TH"), world.admin("VN")),
        refusals.KeyInvalid(world.admin("TH")),
    )


@provokes
def key_already_known(world: World) -> Brink:
    """A revoked key is added again."""
    key = world.account("VN issuing")
    world.ledger.revoke_key(key, world.admin("VN"))
    return Brink(lambda: world.ledger.add_key(1, key, world.admin("VN")), refusals.KeyAlreadyKnown(key))


@provokes
def key_unknown(world: World) -> Brink:
    """A key is revoked that is none."""
    key = world.account("stranger")
    return Brink(lambda: world.ledger.revoke_key(key, world.admin("VN")), refusals.KeyUnknown(key))


@provokes
def key_not_yours(world: World) -> Brink:
    """A member revokes another member's key."""
    key = world.account("TH issuing")
    return Brink(lambda: world.ledger.revoke_key(key, world.admin("VN")), refusals.KeyNotYours(key, "VN"))


@provokes
def key_already_revoked(world: World) -> Brink:
    """A key is revoked twice."""
    key = world.account("VN issuing")
    at = world.ledger.revoke_key(key, world.admin("VN")).at
    return Brink(lambda: world.ledger.revoke_key(key, world.admin("VN")), refusals.KeyAlreadyRevoked(key, at))


@provokes
def too_many_keys(world: World) -> Brink:
    """A member adds a 65th live key."""
    for number in range(62):
        world.ledger.add_key(
            world.authority("MY issuing"), Address(f"0x{2000 + number:040x}"), world.admin("MY")
        )
    return Brink(
        lambda: world.ledger.add_key(
            world.authority("MY issuing"), world.account("one more"), world.admin("MY")
        ),
        refusals.TooManyKeys("MY", 64),
    )


@provokes
def compromise_date_invalid(world: World) -> Brink:
    """A compromise is reported for a time to come."""
    key, since = world.account("VN issuing"), world.now + timedelta(days=2)
    return Brink(
        lambda: world.ledger.mark_compromised(key, since, world.admin("VN")),
        refusals.CompromiseDateInvalid(key, since, ANY),
    )


@provokes
def proposal_unknown(world: World) -> Brink:
    """A member votes on nothing."""
    return Brink(lambda: world.ledger.vote(99, world.admin("VN")), refusals.ProposalUnknown(99))


@provokes
def proposal_already_enacted(world: World) -> Brink:
    """A member votes on what is done."""
    world.suspend("MY")
    at = world.ledger.proposals()[0].enacted_at
    assert at is not None
    return Brink(lambda: world.ledger.vote(1, world.admin("VN")), refusals.ProposalAlreadyEnacted(1, at))


@provokes
def proposal_lapsed(world: World) -> Brink:
    """A member votes 90 days too late."""
    number = world.ledger.propose(ProposalKind.SUSPEND, "MY", None, world.admin("VN"))
    lapses = world.now + timedelta(days=90)
    world.advance(timedelta(days=90))
    return Brink(
        lambda: world.ledger.vote(number, world.admin("TH")), refusals.ProposalLapsed(number, lapses)
    )


@provokes
def already_voted(world: World) -> Brink:
    """A proposer votes on its own proposal."""
    number = world.ledger.propose(ProposalKind.SUSPEND, "MY", None, world.admin("VN"))
    return Brink(lambda: world.ledger.vote(number, world.admin("VN")), refusals.AlreadyVoted(number, "VN"))


@provokes
def votes_missing(world: World) -> Brink:
    """A proposal is to be enacted with one vote of two."""
    number = world.ledger.propose(ProposalKind.SUSPEND, "MY", None, world.admin("VN"))
    return Brink(lambda: world.ledger.enact(number, world.admin("TH")), refusals.VotesMissing(number, 1, 2))


# ------------------------------------------------------------------------------------------- certificates


@provokes
def not_authorised(world: World) -> Brink:
    """Customs issues a certificate."""
    account = world.account("VN customs")
    return Brink(lambda: world.ledger.issue(world.terms(), account), refusals.NotAuthorised(account, 1))


@provokes
def not_your_member(world: World) -> Brink:
    """A member issues in another's name."""
    terms = world.terms(exporting="TH", importing="MY")
    return _issuing(world, terms, refusals.NotYourMember("TH", "VN"))


@provokes
def importing_member_invalid(world: World) -> Brink:
    """A member issues to itself."""
    return _issuing(world, world.terms(importing="VN"), refusals.ImportingMemberInvalid("VN"))


@provokes
def document_hash_missing(world: World) -> Brink:
    """Terms without a document."""
    return _issuing(world, world.terms(document_hash=bytes(32)), refusals.DocumentHashMissing())


@provokes
def reference_key_missing(world: World) -> Brink:
    """Terms without a reference."""
    return _issuing(world, world.terms(reference_key=bytes(32)), refusals.ReferenceKeyMissing())


@provokes
def scheme_missing(world: World) -> Brink:
    """Terms without a scheme."""
    return _issuing(world, world.terms(scheme=cast("Scheme", 0)), refusals.SchemeMissing())


@provokes
def validity_invalid(world: World) -> Brink:
    """Validity that ends before it begins."""
    terms = world.terms()
    terms = replace(terms, valid_until=terms.issued_on - timedelta(days=1))
    refusal = refusals.ValidityInvalid(
        _at(first_instant(terms.issued_on)), _at(last_instant(terms.valid_until))
    )
    return _issuing(world, terms, refusal)


@provokes
def post_dated(world: World) -> Brink:
    """A date of issue the day after tomorrow."""
    terms = world.terms(issued_on=world.now.date() + timedelta(days=2))
    return _issuing(world, terms, refusals.PostDated(_at(first_instant(terms.issued_on)), ANY))


@provokes
def already_expired(world: World) -> Brink:
    """Validity that ended yesterday."""
    yesterday = world.now.date() - timedelta(days=1)
    terms = world.terms(issued_on=yesterday, valid_until=yesterday)
    return _issuing(world, terms, refusals.AlreadyExpired(_at(last_instant(yesterday)), ANY))


@provokes
def certificate_already_issued(world: World) -> Brink:
    """The same terms twice."""
    terms = world.terms()
    world.ledger.issue(terms, world.account("VN issuing"))
    return _issuing(world, terms, refusals.CertificateAlreadyIssued(certificate_id(terms)))


@provokes
def reference_already_used(world: World) -> Brink:
    """Another document under the same reference."""
    terms = world.terms()
    world.ledger.issue(terms, world.account("VN issuing"))
    other = world.terms(reference_key=terms.reference_key)
    return _issuing(world, other, refusals.ReferenceAlreadyUsed(terms.reference_key, certificate_id(terms)))


@provokes
def parents_not_sorted(world: World) -> Brink:
    """Two originals the wrong way round."""
    parents = tuple(sorted((world.issued(), world.issued()), reverse=True))
    return _back_to_back(world, parents, refusals.ParentsNotSorted())


@provokes
def too_many_parents(world: World) -> Brink:
    """33 originals."""
    parents = tuple(number.to_bytes(32, "big") for number in range(1, 34))
    return _back_to_back(world, parents, refusals.TooManyParents(33, 32))


@provokes
def parent_unknown(world: World) -> Brink:
    """An original that nobody issued."""
    return _back_to_back(world, (b"\1" * 32,), refusals.ParentUnknown(b"\1" * 32))


@provokes
def parent_not_live(world: World) -> Brink:
    """An original that was cancelled."""
    parent = world.cancelled()
    return _back_to_back(world, (parent,), refusals.ParentNotLive(parent, Standing.CANCELLED))


@provokes
def parent_not_addressed_here(world: World) -> Brink:
    """An original addressed to a third member."""
    parent = world.issued(importing="MY")
    return _back_to_back(world, (parent,), refusals.ParentNotAddressedHere(parent, "MY", "TH"))


@provokes
def parent_expires_earlier(world: World) -> Brink:
    """An original that ends before what is based on it."""
    sooner = world.now.date() + timedelta(days=10)
    parent = world.issued(valid_until=sooner)
    terms = world.terms(exporting="TH", importing="MY", parents=(parent,))
    refusal = refusals.ParentExpiresEarlier(
        parent, _at(last_instant(sooner)), _at(last_instant(terms.valid_until))
    )
    return Brink(lambda: world.ledger.issue(terms, world.account("TH issuing")), refusal)


@provokes
def parent_issuer_compromised(world: World) -> Brink:
    """An original signed after its key was stolen."""
    since = world.now
    parent = world.issued()
    world.ledger.mark_compromised(world.account("VN issuing"), since, world.admin("VN"))
    return _back_to_back(world, (parent,), refusals.ParentIssuerCompromised(parent, since))


@provokes
def certificate_unknown(world: World) -> Brink:
    """Something is cancelled that was never issued."""
    return Brink(
        lambda: world.ledger.cancel(b"\1" * 32, Reason.OTHER, world.account("VN issuing")),
        refusals.CertificateUnknown(b"\1" * 32),
    )


@provokes
def certificate_not_live(world: World) -> Brink:
    """A certificate is cancelled twice."""
    certificate = world.cancelled()
    return Brink(
        lambda: world.ledger.cancel(certificate, Reason.OTHER, world.account("VN issuing")),
        refusals.CertificateNotLive(certificate, Standing.CANCELLED),
    )


@provokes
def not_your_certificate(world: World) -> Brink:
    """A member cancels another's certificate."""
    certificate = world.issued()
    return Brink(
        lambda: world.ledger.cancel(certificate, Reason.OTHER, world.account("TH issuing")),
        refusals.NotYourCertificate(certificate, "VN", "TH"),
    )


@provokes
def reason_invalid(world: World) -> Brink:
    """A certificate is cancelled as replaced."""
    certificate = world.issued()
    return Brink(
        lambda: world.ledger.cancel(certificate, Reason.REPLACED, world.account("VN issuing")),
        refusals.ReasonInvalid(255),
    )


@provokes
def root_already_anchored(world: World) -> Brink:
    """A member anchors a tree twice."""
    _anchor(world, b"\1" * 32)
    root = pair(b"\1" * 32, member_node("VN"))
    return Brink(lambda: _anchor(world, b"\1" * 32), refusals.RootAlreadyAnchored(root))


@provokes
def root_missing(world: World) -> Brink:
    """The empty root of no tree is anchored."""
    return Brink(lambda: _anchor(world, bytes(32)), refusals.RootMissing())


@provokes
def root_unknown(world: World) -> Brink:
    """A certificate is entered from a batch that nobody anchored."""
    return Brink(
        lambda: world.ledger.enter(world.terms(), b"\1" * 32, (), world.account("TH customs")),
        refusals.RootUnknown(b"\1" * 32),
    )


@provokes
def batch_size_invalid(world: World) -> Brink:
    """A batch of none is anchored."""
    return Brink(lambda: _anchor(world, b"\1" * 32, size=0), refusals.BatchSizeInvalid(0))


@provokes
def proof_invalid(world: World) -> Brink:
    """A certificate is entered from a batch that it is not in."""
    terms, batch = world.terms(), world.anchored(world.terms())
    return Brink(
        lambda: world.ledger.enter(terms, batch.root, (member_node("VN"),), world.account("TH customs")),
        refusals.ProofInvalid(certificate_id(terms), batch.root),
    )


@provokes
def anchor_issuer_compromised(world: World) -> Brink:
    """A certificate is entered from a batch signed after its key was stolen."""
    since, terms = world.now, world.terms()
    batch = world.anchored(terms)
    proof = batch.proof_of(certificate_id(terms))
    world.ledger.mark_compromised(world.account("VN issuing"), since, world.admin("VN"))
    return Brink(
        lambda: world.ledger.enter(terms, batch.root, proof, world.account("TH customs")),
        refusals.AnchorIssuerCompromised(batch.root, since),
    )


@provokes
def anchor_expires_earlier(world: World) -> Brink:
    """A certificate is entered that lasts longer than its batch."""
    terms = world.terms()
    ends = terms.valid_until - timedelta(days=1)
    batch = world.anchored(terms, world.terms(), valid_until=ends)
    refusal = refusals.AnchorExpiresEarlier(
        batch.root, _at(last_instant(ends)), _at(last_instant(terms.valid_until))
    )
    proof = batch.proof_of(certificate_id(terms))
    return Brink(lambda: world.ledger.enter(terms, batch.root, proof, world.account("TH customs")), refusal)


def _issuing(world: World, terms: Terms, refusal: ContractRefusal) -> Brink:
    return Brink(lambda: world.ledger.issue(terms, world.account("VN issuing")), refusal)


def _back_to_back(world: World, parents: tuple[bytes, ...], refusal: ContractRefusal) -> Brink:
    terms = world.terms(exporting="TH", importing="MY", parents=parents)
    return Brink(lambda: world.ledger.issue(terms, world.account("TH issuing")), refusal)


def _anchor(world: World, tree: bytes, size: int = 10) -> None:
    ends = world.now.date() + timedelta(days=364)
    world.ledger.anchor(tree, size, ends, world.account("VN issuing"))
