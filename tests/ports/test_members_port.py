"""Members, authorities, keys and votes behave alike in memory and on a chain."""

from datetime import UTC, datetime, timedelta

import pytest

from ledger.facts import Issuer, ProposalKind, Role
from ledger.refusals import (
    AdminInUse,
    AdminInvalid,
    AlreadyVoted,
    AuthorityAlreadyWithdrawn,
    CompromiseDateInvalid,
    KeyAlreadyKnown,
    KeyInvalid,
    MemberAlreadyKnown,
    MemberCodeInvalid,
    MemberNotActive,
    NotAnAdmin,
    NotAuthorised,
    ProposalAlreadyEnacted,
    RolesInvalid,
)
from tests.worlds import AUTHORITIES, FOUNDERS, NOBODY, World

DAY = timedelta(days=1)


def test_founders_are_members_in_their_order(world: World) -> None:
    """Each with its admin key, since the first block, none suspended."""
    members = world.ledger.members()
    assert [member.code for member in members] == list(FOUNDERS)
    assert [member.admin for member in members] == [world.admin(code) for code in FOUNDERS]
    assert not any(member.suspended for member in members)
    assert world.ledger.member("TH") == members[1]


@pytest.mark.parametrize("code", ["LA", "th", "", "THA", "ไทย"])
def test_an_unknown_member_reads_as_none(world: World, code: str) -> None:
    """Reads answer, they do not refuse."""
    assert world.ledger.member(code) is None


def test_what_is_no_code_at_all_is_refused(world: World) -> None:
    """Three letters do not fit into the ledger."""
    with pytest.raises(MemberCodeInvalid):
        world.ledger.propose(ProposalKind.ADMIT, "THA", world.account("new"), world.admin("VN"))


def test_authorities_carry_name_domain_member_and_roles(world: World) -> None:
    """All are listed by number; names are kept though only events hold them."""
    authorities = world.ledger.authorities()
    assert [one.id for one in authorities] == list(range(1, len(AUTHORITIES) + 1))
    assert [(one.member, one.roles) for one in authorities] == list(AUTHORITIES.values())
    assert authorities[0].name == "VN issuing office"
    assert authorities[0].domain == "issuing.example"
    assert world.ledger.authority(3) == authorities[2]
    assert [world.ledger.authority(number) for number in (99, 0, -1, 2**32)] == [None] * 4
    assert world.ledger.issuer(3) == Issuer(authorities[2].name, authorities[2].member)
    assert [world.ledger.issuer(number) for number in (99, 0, -1, 2**32)] == [None] * 4
    assert [list(world.ledger.keys(number)) for number in (99, 0, -1, 2**32)] == [[]] * 4


def test_an_authority_may_hold_several_roles_and_a_name_in_any_script(world: World) -> None:
    """Roles add up; a name is text."""
    roles = Role.ISSUING | Role.CUSTOMS
    number = world.ledger.add_authority(roles, "กรมศุลกากร", "customs.example", world.admin("TH"))
    authority = world.ledger.authority(number)
    assert authority is not None
    assert (authority.name, authority.roles, authority.withdrawn_at) == ("กรมศุลกากร", roles, None)
    assert authority.since == world.now


@pytest.mark.parametrize("roles", [0, 16, 31])
def test_roles_must_exist(world: World, roles: int) -> None:
    """Neither none nor unknown ones."""
    with pytest.raises(RolesInvalid):
        world.ledger.add_authority(Role(roles), "Name", "domain.example", world.admin("VN"))


def test_a_key_knows_its_authority_member_and_roles(world: World) -> None:
    """Keys are numbered in the order they came."""
    key = world.ledger.key(world.account("TH customs"))
    assert key is not None
    assert (key.id, key.authority, key.member, key.roles) == (6, 6, "TH", Role.CUSTOMS)
    assert (key.revoked_at, key.compromised_from, key.suspended) == (None, None, False)
    assert world.ledger.keys(6) == [key]
    assert world.ledger.key(world.account("stranger")) is None
    assert list(world.ledger.keys(99)) == []


def test_a_number_leads_to_its_key_also_once_that_is_revoked(world: World) -> None:
    """What a key has signed names it by number; there is no number 0, and none that was not given out."""
    key = world.account("TH customs")
    world.ledger.revoke_key(key, world.admin("TH"))
    assert world.ledger.signer(6) == world.ledger.key(key)
    assert world.ledger.signer(0) is None
    assert world.ledger.signer(99) is None


def test_a_withdrawn_authority_loses_all_its_keys_and_no_other(world: World) -> None:
    """Its keys are revoked in the same write; it stays in the list with the time."""
    number = world.authority("VN issuing")
    world.ledger.add_key(number, world.account("VN second"), world.admin("VN"))
    written = world.ledger.withdraw_authority(number, world.admin("VN"))
    authority, key = world.ledger.authority(number), world.ledger.key(world.account("VN second"))
    assert authority is not None
    assert key is not None
    assert authority.withdrawn_at == key.revoked_at == written.at
    assert list(world.ledger.keys(number)) == []
    assert len(world.ledger.keys(world.authority("VN customs"))) == 1
    with pytest.raises(NotAuthorised):
        world.ledger.issue(world.terms(), world.account("VN issuing"))
    with pytest.raises(AuthorityAlreadyWithdrawn):
        world.ledger.add_key(number, world.account("VN third"), world.admin("VN"))


def test_a_rotated_key_hands_over_to_the_new_one(world: World) -> None:
    """The old key stops, the new one of the same authority writes."""
    old, new = world.account("VN issuing"), world.account("VN next")
    written = world.ledger.rotate_key(old, new, world.admin("VN"))
    retired, next_key = world.ledger.key(old), world.ledger.key(new)
    assert retired is not None
    assert next_key is not None
    assert retired.revoked_at == next_key.since == written.at
    assert (next_key.authority, next_key.roles) == (retired.authority, retired.roles)
    with pytest.raises(NotAuthorised):
        world.ledger.issue(world.terms(), old)
    world.ledger.issue(world.terms(), new)


def test_an_account_is_used_once(world: World) -> None:
    """A key cannot become an admin, nor an admin or a key a key."""
    key = world.account("TH issuing")
    with pytest.raises(AdminInvalid):
        world.ledger.rotate_admin(key, world.admin("VN"))
    with pytest.raises(KeyAlreadyKnown):
        world.ledger.rotate_key(world.account("VN issuing"), key, world.admin("VN"))
    with pytest.raises(KeyInvalid):
        world.ledger.add_key(1, world.admin("VN"), world.admin("VN"))
    with pytest.raises(KeyInvalid):
        world.ledger.add_key(1, NOBODY, world.admin("VN"))
    with pytest.raises(AdminInvalid):
        world.ledger.rotate_admin(NOBODY, world.admin("VN"))
    with pytest.raises(AdminInUse):
        world.ledger.rotate_admin(world.admin("VN"), world.admin("VN"))


def test_a_compromise_may_only_be_moved_earlier(world: World) -> None:
    """It revokes the key at once; a later report moves the date back, never forward."""
    key, admin = world.account("VN issuing"), world.admin("VN")
    world.advance(10 * DAY)
    first = world.now - DAY
    written = world.ledger.mark_compromised(key, first, admin)
    found = world.ledger.key(key)
    assert found is not None
    assert (found.revoked_at, found.compromised_from) == (written.at, first)
    for not_earlier in (first, first + DAY):
        with pytest.raises(CompromiseDateInvalid) as caught:
            world.ledger.mark_compromised(key, not_earlier, admin)
        assert caught.value.latest == first - timedelta(seconds=1)
    world.ledger.mark_compromised(key, first - DAY, admin)
    found = world.ledger.key(key)
    assert found is not None
    assert (found.revoked_at, found.compromised_from) == (written.at, first - DAY)


@pytest.mark.parametrize("year", [1969, 1970])
def test_a_compromise_begins_after_the_epoch(world: World, year: int) -> None:
    """Second 0 means "never" on the ledger, and there is nothing before it."""
    with pytest.raises(CompromiseDateInvalid):
        world.ledger.mark_compromised(
            world.account("VN issuing"), datetime(year, 1, 1, tzinfo=UTC), world.admin("VN")
        )


def test_a_revoked_key_can_be_marked_compromised_afterwards(world: World) -> None:
    """The theft may be found out after the key retired; the revocation stays where it was."""
    key, admin = world.account("VN issuing"), world.admin("VN")
    revoked = world.ledger.revoke_key(key, admin).at
    world.advance(DAY)
    world.ledger.mark_compromised(key, revoked - timedelta(hours=1), admin)
    found = world.ledger.key(key)
    assert found is not None
    assert found.revoked_at == revoked


def test_an_admin_key_is_handed_over(world: World) -> None:
    """The new one acts, the old one no longer does, and may become an admin again."""
    old, new = world.admin("VN"), world.account("VN new admin")
    world.ledger.rotate_admin(new, old)
    with pytest.raises(NotAnAdmin):
        world.ledger.add_authority(Role.AEO, "Name", "domain.example", old)
    world.ledger.add_authority(Role.AEO, "Name", "domain.example", new)
    member = world.ledger.member("VN")
    assert member is not None
    assert member.admin == new
    world.ledger.rotate_admin(old, new)


def test_more_than_half_of_the_members_admit_one(world: World) -> None:
    """One vote of three is not enough, the second enacts; the new member acts at once."""
    admin = world.account("admin LA")
    number = world.ledger.propose(ProposalKind.ADMIT, "LA", admin, world.admin("VN"))
    proposal = world.ledger.proposals()[number - 1]
    assert (proposal.kind, proposal.member, proposal.admin) == (ProposalKind.ADMIT, "LA", admin)
    assert (proposal.votes, proposal.needed, proposal.enacted_at) == (1, 2, None)
    assert proposal.proposed_at == world.now
    assert world.ledger.member("LA") is None
    written = world.ledger.vote(number, world.admin("TH"))
    member = world.ledger.member("LA")
    assert member is not None
    assert (member.admin, member.admitted_at) == (admin, written.at)
    assert world.ledger.proposals()[number - 1].enacted_at == written.at
    world.ledger.add_authority(Role.CUSTOMS, "Lao customs", "customs.example", admin)
    assert world.ledger.members()[-1] == member


def test_it_is_known_which_members_agreed(world: World) -> None:
    """The proposer did, then each voter; one suspended since is among them, and nobody of none."""
    number = world.ledger.propose(ProposalKind.ADMIT, "LA", world.account("admin LA"), world.admin("MY"))
    other = world.ledger.propose(ProposalKind.ADMIT, "KH", world.account("admin KH"), world.admin("VN"))
    assert world.ledger.voters(number) == {"MY"}
    assert world.ledger.voters(other) == {"VN"}
    world.suspend("MY")
    world.ledger.vote(number, world.admin("VN"))
    assert world.ledger.voters(number) == {"MY", "VN"}
    world.ledger.vote(number, world.admin("TH"))
    assert world.ledger.voters(number) == {"MY", "VN", "TH"}
    assert world.ledger.voters(1000) == frozenset()


def test_a_sole_member_decides_at_once(world: World) -> None:
    """With one active member the proposer's own vote is enough."""
    world.suspend("MY")
    world.suspend("TH")
    number = world.ledger.propose(ProposalKind.REINSTATE, "TH", None, world.admin("VN"))
    assert world.ledger.proposals()[number - 1].enacted_at == world.now
    member = world.ledger.member("TH")
    assert member is not None
    assert not member.suspended


def test_a_suspended_members_keys_stop_and_start_again_with_it(world: World) -> None:
    """Its live keys are told both times; what it issued stays."""
    certificate = world.issued("MY issuing", exporting="MY", importing="TH")
    world.suspend("MY")
    key = world.ledger.key(world.account("MY issuing"))
    assert key is not None
    assert key.suspended
    with pytest.raises(NotAuthorised):
        world.issued("MY issuing", exporting="MY", importing="TH")
    assert world.ledger.standing(certificate, world.now).name == "VALID"
    number = world.ledger.propose(ProposalKind.REINSTATE, "MY", None, world.admin("VN"))
    world.ledger.vote(number, world.admin("TH"))
    world.issued("MY issuing", exporting="MY", importing="TH")


def test_a_suspended_member_may_only_reduce_its_power(world: World) -> None:
    """It revokes, withdraws, reports and hands over; it neither adds nor votes."""
    admin, key = world.admin("MY"), world.account("MY issuing")
    number = world.authority("MY issuing")
    vote = world.ledger.propose(ProposalKind.ADMIT, "LA", world.account("admin LA"), world.admin("VN"))
    world.suspend("MY")
    refused = (
        lambda: world.ledger.add_authority(Role.AEO, "Name", "domain.example", admin),
        lambda: world.ledger.add_key(number, world.account("MY next"), admin),
        lambda: world.ledger.rotate_key(key, world.account("MY next"), admin),
        lambda: world.ledger.vote(vote, admin),
        lambda: world.ledger.propose(ProposalKind.REINSTATE, "MY", None, admin),
    )
    for step in refused:
        with pytest.raises(MemberNotActive):
            step()
    world.ledger.revoke_key(key, admin)
    world.ledger.mark_compromised(key, world.now, admin)
    world.ledger.withdraw_authority(number, admin)
    world.ledger.rotate_admin(world.account("MY new admin"), admin)


def test_a_key_revoked_while_suspended_stays_revoked_after_reinstatement(world: World) -> None:
    """Reinstating a member wakes its live keys only."""
    world.suspend("MY")
    world.ledger.revoke_key(world.account("MY issuing"), world.admin("MY"))
    number = world.ledger.propose(ProposalKind.REINSTATE, "MY", None, world.admin("VN"))
    world.ledger.vote(number, world.admin("TH"))
    with pytest.raises(NotAuthorised):
        world.issued("MY issuing", exporting="MY", importing="TH")


def test_a_lost_admin_key_is_replaced_by_vote(world: World) -> None:
    """Also for a suspended member; the old key administers nothing any more."""
    new = world.account("MY new admin")
    number = world.ledger.propose(ProposalKind.REPLACE_ADMIN, "MY", new, world.admin("VN"))
    world.ledger.vote(number, world.admin("TH"))
    member = world.ledger.member("MY")
    assert member is not None
    assert member.admin == new
    with pytest.raises(NotAnAdmin):
        world.ledger.revoke_key(world.account("MY issuing"), world.admin("MY"))


def test_votes_of_members_suspended_since_do_not_count(world: World) -> None:
    """A proposal with the vote of a member that is suspended needs another one."""
    number = world.ledger.propose(ProposalKind.ADMIT, "LA", world.account("admin LA"), world.admin("MY"))
    world.suspend("MY")
    proposal = world.ledger.proposals()[number - 1]
    assert (proposal.votes, proposal.needed) == (0, 2)
    world.ledger.vote(number, world.admin("VN"))
    assert world.ledger.member("LA") is None
    world.ledger.vote(number, world.admin("TH"))
    assert world.ledger.member("LA") is not None


def test_a_proposal_is_enacted_when_the_threshold_has_fallen(world: World) -> None:
    """With fewer active members the votes there are suffice, and any admin may say so."""
    world.ledger.vote(
        world.ledger.propose(ProposalKind.ADMIT, "LA", world.account("admin LA"), world.admin("VN")),
        world.admin("TH"),
    )
    number = world.ledger.propose(ProposalKind.ADMIT, "KH", world.account("admin KH"), world.admin("VN"))
    world.ledger.vote(number, world.admin("TH"))
    assert world.ledger.member("KH") is None
    suspending = world.ledger.propose(ProposalKind.SUSPEND, "MY", None, world.admin("VN"))
    world.ledger.vote(suspending, world.admin("TH"))
    world.ledger.vote(suspending, world.account("admin LA"))
    world.ledger.enact(number, world.admin("MY"))
    assert world.ledger.member("KH") is not None


def test_a_decisive_vote_for_what_became_impossible_is_refused_and_not_counted(world: World) -> None:
    """Two proposals to admit the same member: the second is never enacted."""
    first = world.ledger.propose(ProposalKind.ADMIT, "LA", world.account("admin LA"), world.admin("VN"))
    second = world.ledger.propose(ProposalKind.ADMIT, "LA", world.account("other LA"), world.admin("VN"))
    world.ledger.vote(first, world.admin("TH"))
    world.ledger.vote(second, world.admin("TH"))
    with pytest.raises(MemberAlreadyKnown):
        world.ledger.vote(second, world.admin("MY"))
    assert (world.ledger.proposals()[second - 1].votes, world.ledger.proposals()[second - 1].needed) == (2, 3)


def test_each_member_votes_once_on_an_open_proposal(world: World) -> None:
    """Neither twice nor after it is done; handing over the admin key gives no second vote."""
    number = world.ledger.propose(ProposalKind.ADMIT, "LA", world.account("admin LA"), world.admin("VN"))
    world.ledger.rotate_admin(world.account("VN new admin"), world.admin("VN"))
    with pytest.raises(AlreadyVoted):
        world.ledger.vote(number, world.account("VN new admin"))
    world.ledger.vote(number, world.admin("TH"))
    with pytest.raises(ProposalAlreadyEnacted):
        world.ledger.vote(number, world.admin("MY"))
    with pytest.raises(ProposalAlreadyEnacted):
        world.ledger.enact(number, world.admin("MY"))


def test_a_proposal_can_be_voted_on_until_the_90th_day(world: World) -> None:
    """Just before it lapses a vote still enacts it."""
    number = world.ledger.propose(ProposalKind.ADMIT, "LA", world.account("admin LA"), world.admin("VN"))
    world.advance(90 * DAY - timedelta(minutes=10))
    world.ledger.vote(number, world.admin("TH"))
    assert world.ledger.member("LA") is not None


@pytest.mark.parametrize("kind", [ProposalKind.SUSPEND, ProposalKind.REINSTATE])
def test_votes_about_standing_name_no_admin(world: World, kind: ProposalKind) -> None:
    """An admin key given where none belongs is refused."""
    with pytest.raises(AdminInvalid):
        world.ledger.propose(kind, "TH", world.account("new"), world.admin("VN"))


def test_an_admin_in_use_is_given_to_no_second_member(world: World) -> None:
    """Neither on admission nor on replacement."""
    with pytest.raises(AdminInUse):
        world.ledger.propose(ProposalKind.ADMIT, "LA", world.admin("TH"), world.admin("VN"))
    with pytest.raises(AdminInUse):
        world.ledger.propose(ProposalKind.REPLACE_ADMIN, "MY", world.admin("TH"), world.admin("VN"))


def test_a_suspended_member_is_not_suspended_again(world: World) -> None:
    """It is not active."""
    world.suspend("MY")
    with pytest.raises(MemberNotActive):
        world.ledger.propose(ProposalKind.SUSPEND, "MY", None, world.admin("VN"))
