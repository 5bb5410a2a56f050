// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CertificateRegistry} from "../CertificateRegistry.sol";
import {MemberRegistry} from "../MemberRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {Base} from "./Base.sol";

/// @dev See MemberRegistry.tree.
contract VotesTest is Base {
    IMemberRegistry.ProposalKind internal constant ADMIT = IMemberRegistry.ProposalKind.Admit;
    IMemberRegistry.ProposalKind internal constant SUSPEND = IMemberRegistry.ProposalKind.Suspend;
    IMemberRegistry.ProposalKind internal constant REINSTATE = IMemberRegistry.ProposalKind.Reinstate;
    IMemberRegistry.ProposalKind internal constant REPLACE = IMemberRegistry.ProposalKind.ReplaceAdmin;
    address internal constant NEW_ADMIN = address(0xA5);

    function _propose(address admin, IMemberRegistry.ProposalKind kind, bytes2 member, address subject)
        internal
        returns (uint32)
    {
        vm.prank(admin);
        return registry.propose(kind, member, subject);
    }

    function _vote(address admin, uint32 proposal) internal {
        vm.prank(admin);
        registry.vote(proposal);
    }

    function _proposalRefused(
        IMemberRegistry.ProposalKind kind,
        bytes2 member,
        address subject,
        bytes memory reason
    ) internal {
        _refused(VN_ADMIN, reason);
        registry.propose(kind, member, subject);
    }

    function test_a_founder_alone_decides_at_once() public {
        IMemberRegistry.Founder[] memory founders = new IMemberRegistry.Founder[](1);
        founders[0] = IMemberRegistry.Founder({member: VN, admin: VN_ADMIN});
        registry = _registryOf(founders);
        uint32 proposal = _propose(VN_ADMIN, ADMIT, TH, TH_ADMIN);
        assert(registry.proposalOf(proposal).enactedAt == START);
        assert(registry.adminOf(TH_ADMIN) == TH);
        assert(registry.members().length == 2);
    }

    function _registryOf(IMemberRegistry.Founder[] memory founders) internal returns (CertificateRegistry) {
        return CertificateRegistry(address(new MemberRegistry(founders)));
    }

    function test_founders_are_checked() public {
        IMemberRegistry.Founder[] memory founders = new IMemberRegistry.Founder[](0);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.LastActiveMember.selector, bytes2(0)));
        new MemberRegistry(founders);
        founders = _founders();
        founders[1].member = VN;
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.MemberAlreadyKnown.selector, VN));
        new MemberRegistry(founders);
        founders[1].member = "T1";
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.MemberCodeInvalid.selector, bytes2("T1")));
        new MemberRegistry(founders);
    }

    function test_more_than_half_must_agree() public {
        uint32 proposal = _propose(VN_ADMIN, ADMIT, "ID", NEW_ADMIN);
        _vote(TH_ADMIN, proposal);
        (uint256 votes, uint256 needed) = registry.tallyOf(proposal);
        assert(votes == 2 && needed == 3 && registry.proposalOf(proposal).enactedAt == 0);
        _refused(SG_ADMIN, abi.encodeWithSelector(IMemberRegistry.VotesMissing.selector, proposal, 2, 3));
        registry.enact(proposal);
        _vote(MY_ADMIN, proposal);
        assert(registry.proposalOf(proposal).enactedAt == START);
        assert(registry.memberOf("ID").admin == NEW_ADMIN && registry.memberOf("ID").index == 4);
        _refused(
            SG_ADMIN, abi.encodeWithSelector(IMemberRegistry.ProposalAlreadyEnacted.selector, proposal, START)
        );
        registry.vote(proposal);
    }

    function test_each_member_votes_once() public {
        uint32 proposal = _propose(VN_ADMIN, ADMIT, "ID", NEW_ADMIN);
        _refused(VN_ADMIN, abi.encodeWithSelector(IMemberRegistry.AlreadyVoted.selector, proposal, VN));
        registry.vote(proposal);
        vm.prank(VN_ADMIN);
        registry.rotateAdmin(NEW_ADMIN);
        _refused(NEW_ADMIN, abi.encodeWithSelector(IMemberRegistry.AlreadyVoted.selector, proposal, VN));
        registry.vote(proposal);
    }

    function test_votes_of_suspended_members_do_not_count() public {
        uint32 admission = _propose(SG_ADMIN, ADMIT, "ID", NEW_ADMIN);
        _vote(VN_ADMIN, admission);
        _suspend(SG, [VN_ADMIN, TH_ADMIN, MY_ADMIN]);
        (uint256 votes, uint256 needed) = registry.tallyOf(admission);
        assert(votes == 1 && needed == 2);
        _refused(SG_ADMIN, abi.encodeWithSelector(IMemberRegistry.MemberNotActive.selector, SG));
        registry.vote(admission);
        _vote(TH_ADMIN, admission);
        assert(registry.proposalOf(admission).enactedAt != 0);
    }

    function test_a_fallen_threshold_lets_any_admin_enact() public {
        uint32 admission = _propose(VN_ADMIN, ADMIT, "ID", NEW_ADMIN);
        _vote(TH_ADMIN, admission);
        _suspend(SG, [VN_ADMIN, TH_ADMIN, MY_ADMIN]);
        _refused(STRANGER, abi.encodeWithSelector(IMemberRegistry.NotAnAdmin.selector, STRANGER));
        registry.enact(admission);
        vm.prank(SG_ADMIN);
        registry.enact(admission);
        assert(registry.adminOf(NEW_ADMIN) == "ID");
    }

    function testFuzz_proposals_lapse_after_90_days(uint32 wait) public {
        uint32 proposal = _propose(VN_ADMIN, ADMIT, "ID", NEW_ADMIN);
        vm.warp(uint256(START) + wait);
        if (wait >= 90 days) {
            _refused(
                TH_ADMIN,
                abi.encodeWithSelector(IMemberRegistry.ProposalLapsed.selector, proposal, START + 90 days)
            );
            registry.vote(proposal);
        } else {
            _vote(TH_ADMIN, proposal);
        }
    }

    function test_unknown_proposals_and_strangers_are_refused() public {
        _refused(VN_ADMIN, abi.encodeWithSelector(IMemberRegistry.ProposalUnknown.selector, uint32(7)));
        registry.vote(7);
        _refused(STRANGER, abi.encodeWithSelector(IMemberRegistry.NotAnAdmin.selector, STRANGER));
        registry.vote(7);
        _refused(VN_KEY, abi.encodeWithSelector(IMemberRegistry.NotAnAdmin.selector, VN_KEY));
        registry.propose(SUSPEND, TH, address(0));
        (uint256 votes, uint256 needed) = registry.tallyOf(7);
        assert(votes == 0 && needed == 0 && registry.proposalOf(7).proposedAt == 0);
    }

    function test_only_possible_things_are_proposed() public {
        bytes2 none = "XX";
        _proposalRefused(ADMIT, TH, NEW_ADMIN, abi.encodeWithSelector(IMemberRegistry.MemberAlreadyKnown.selector, TH));
        _proposalRefused(
            ADMIT, "id", NEW_ADMIN, abi.encodeWithSelector(IMemberRegistry.MemberCodeInvalid.selector, bytes2("id"))
        );
        _proposalRefused(ADMIT, none, VN_KEY, abi.encodeWithSelector(IMemberRegistry.AdminInvalid.selector, VN_KEY));
        _proposalRefused(
            ADMIT, none, address(0), abi.encodeWithSelector(IMemberRegistry.AdminInvalid.selector, address(0))
        );
        _proposalRefused(ADMIT, none, TH_ADMIN, abi.encodeWithSelector(IMemberRegistry.AdminInUse.selector, TH_ADMIN));
        _proposalRefused(
            SUSPEND, none, address(0), abi.encodeWithSelector(IMemberRegistry.MemberUnknown.selector, none)
        );
        _proposalRefused(SUSPEND, TH, NEW_ADMIN, abi.encodeWithSelector(IMemberRegistry.AdminInvalid.selector, NEW_ADMIN));
        _proposalRefused(
            REINSTATE, TH, address(0), abi.encodeWithSelector(IMemberRegistry.MemberNotSuspended.selector, TH)
        );
        _proposalRefused(REPLACE, TH, TH_ADMIN, abi.encodeWithSelector(IMemberRegistry.AdminInUse.selector, TH_ADMIN));
    }

    function test_the_last_active_member_stays() public {
        _suspend(SG, [VN_ADMIN, TH_ADMIN, MY_ADMIN]);
        _proposalRefused(SUSPEND, SG, address(0), abi.encodeWithSelector(IMemberRegistry.MemberNotActive.selector, SG));
        _vote(TH_ADMIN, _propose(VN_ADMIN, SUSPEND, MY, address(0)));
        _vote(TH_ADMIN, _propose(VN_ADMIN, SUSPEND, TH, address(0)));
        _proposalRefused(SUSPEND, VN, address(0), abi.encodeWithSelector(IMemberRegistry.LastActiveMember.selector, VN));
    }

    function test_what_became_impossible_is_not_enacted() public {
        uint32 first = _propose(VN_ADMIN, ADMIT, "ID", NEW_ADMIN);
        _vote(TH_ADMIN, first);
        _addKey(SG_ADMIN, _addAuthority(SG_ADMIN, ISSUING), NEW_ADMIN);
        _refused(MY_ADMIN, abi.encodeWithSelector(IMemberRegistry.AdminInvalid.selector, NEW_ADMIN));
        registry.vote(first);
    }

    function test_a_lost_admin_key_is_replaced_by_vote() public {
        uint32 proposal = _propose(VN_ADMIN, REPLACE, SG, NEW_ADMIN);
        _vote(TH_ADMIN, proposal);
        _vote(MY_ADMIN, proposal);
        assert(registry.adminOf(SG_ADMIN) == 0 && registry.adminOf(NEW_ADMIN) == SG);
        assert(registry.memberOf(SG).admin == NEW_ADMIN);
    }

    function test_there_is_room_for_256_members() public {
        IMemberRegistry.Founder[] memory founders = new IMemberRegistry.Founder[](256);
        for (uint256 i = 0; i < 256; ++i) {
            founders[i].member = bytes2(uint16((65 + i / 26) * 256 + 65 + i % 26));
            founders[i].admin = address(uint160(0x10000 + i));
        }
        registry = _registryOf(founders);
        assert(registry.members().length == 256);
        _refused(
            address(0x10000), abi.encodeWithSelector(IMemberRegistry.TooManyMembers.selector, uint256(256))
        );
        registry.propose(ADMIT, "ZZ", NEW_ADMIN);
    }
}

/// @dev See MemberRegistry.tree.
contract KeysTest is Base {
    address internal constant NEW = address(0xD1);

    function test_a_key_carries_all_a_write_must_know() public view {
        IMemberRegistry.Key memory key = registry.keyOf(VN_KEY);
        assert(key.id == 1 && key.authority == 1 && key.member == VN && key.roles == ISSUING);
        assert(key.since == START && key.revokedAt == 0 && key.compromisedFrom == 0 && !key.suspended);
        assert(registry.accountOf(1) == VN_KEY && registry.accountOf(99) == address(0));
        assert(registry.mayWrite(VN_KEY, ISSUING) && registry.mayWrite(VN_KEY, 0));
        assert(!registry.mayWrite(VN_KEY, CUSTOMS) && !registry.mayWrite(STRANGER, 0));
        assert(registry.keysOf(1).length == 2 && registry.keysOf(99).length == 0);
        assert(registry.authorityCount() == 4 && registry.authorityOf(4).roles == CUSTOMS);
    }

    function test_an_authority_is_complete() public {
        vm.startPrank(VN_ADMIN);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.RolesInvalid.selector, uint8(0)));
        registry.addAuthority(0, "A", "a.example");
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.RolesInvalid.selector, uint8(16)));
        registry.addAuthority(16, "A", "a.example");
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.NameMissing.selector));
        registry.addAuthority(1, "", "a.example");
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.DomainMissing.selector));
        registry.addAuthority(1, "A", "");
    }

    function test_a_member_touches_only_its_own() public {
        vm.startPrank(TH_ADMIN);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.AuthorityNotYours.selector, uint32(1), TH));
        registry.addKey(1, NEW);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.AuthorityNotYours.selector, uint32(1), TH));
        registry.withdrawAuthority(1);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.AuthorityUnknown.selector, uint32(9)));
        registry.withdrawAuthority(9);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.KeyNotYours.selector, VN_KEY, TH));
        registry.revokeKey(VN_KEY);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.KeyNotYours.selector, VN_KEY, TH));
        registry.rotateKey(VN_KEY, NEW);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.KeyNotYours.selector, VN_KEY, TH));
        registry.markCompromised(VN_KEY, START);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.KeyUnknown.selector, STRANGER));
        registry.revokeKey(STRANGER);
    }

    function test_a_key_is_used_once_and_never_an_admin() public {
        vm.startPrank(VN_ADMIN);
        registry.revokeKey(VN_KEY_2);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.KeyAlreadyKnown.selector, VN_KEY_2));
        registry.addKey(1, VN_KEY_2);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.KeyAlreadyKnown.selector, TH_KEY));
        registry.rotateKey(VN_KEY, TH_KEY);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.KeyInvalid.selector, TH_ADMIN));
        registry.addKey(1, TH_ADMIN);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.KeyInvalid.selector, address(0)));
        registry.addKey(1, address(0));
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.AdminInvalid.selector, VN_KEY_2));
        registry.rotateAdmin(VN_KEY_2);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.AdminInUse.selector, VN_ADMIN));
        registry.rotateAdmin(VN_ADMIN);
    }

    function test_a_rotated_key_hands_over() public {
        vm.startPrank(VN_ADMIN);
        registry.rotateKey(VN_KEY, NEW);
        assert(!registry.mayWrite(VN_KEY, 0) && registry.mayWrite(NEW, ISSUING));
        assert(registry.keyOf(VN_KEY).revokedAt == START && registry.keyOf(NEW).authority == 1);
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.KeyAlreadyRevoked.selector, VN_KEY, START));
        registry.rotateKey(VN_KEY, address(0xD2));
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.KeyAlreadyRevoked.selector, VN_KEY, START));
        registry.revokeKey(VN_KEY);
    }

    function test_a_withdrawn_authority_takes_its_keys_along() public {
        vm.startPrank(VN_ADMIN);
        uint32 other = registry.addAuthority(ISSUING, "Other", "other.example");
        registry.addKey(other, NEW);
        registry.withdrawAuthority(1);
        assert(!registry.mayWrite(VN_KEY, 0) && !registry.mayWrite(VN_KEY_2, 0) && registry.mayWrite(NEW, ISSUING));
        assert(registry.keysOf(1).length == 0 && registry.keysOf(other).length == 1);
        assert(registry.authorityOf(1).withdrawnAt == START);
        bytes memory withdrawn =
            abi.encodeWithSelector(IMemberRegistry.AuthorityAlreadyWithdrawn.selector, uint32(1), START);
        vm.expectRevert(withdrawn);
        registry.withdrawAuthority(1);
        vm.expectRevert(withdrawn);
        registry.addKey(1, address(0xD2));
    }

    function test_a_member_has_64_live_keys_at_most() public {
        vm.startPrank(VN_ADMIN);
        for (uint160 i = 0; i < 62; ++i) {
            registry.addKey(1, address(0x20000 + i));
        }
        vm.expectRevert(abi.encodeWithSelector(IMemberRegistry.TooManyKeys.selector, VN, uint256(64)));
        registry.addKey(1, NEW);
        registry.rotateKey(VN_KEY, NEW);
        vm.stopPrank();
        _suspend(VN, [TH_ADMIN, MY_ADMIN, SG_ADMIN]);
        assert(!registry.mayWrite(NEW, 0) && !registry.mayWrite(address(0x2003d), 0));
        vm.prank(VN_ADMIN);
        registry.withdrawAuthority(1);
        assert(registry.keysOf(1).length == 0);
    }

    function testFuzz_compromise_is_past_and_moves_back_only(uint48 from, uint48 again) public {
        vm.startPrank(VN_ADMIN);
        if (from == 0 || from > START) {
            vm.expectRevert(
                abi.encodeWithSelector(IMemberRegistry.CompromiseDateInvalid.selector, VN_KEY, from, START)
            );
            registry.markCompromised(VN_KEY, from);
            return;
        }
        registry.markCompromised(VN_KEY, from);
        assert(registry.keyOf(VN_KEY).compromisedFrom == from && registry.keyOf(VN_KEY).revokedAt == START);
        if (again == 0 || again >= from) {
            vm.expectRevert(
                abi.encodeWithSelector(IMemberRegistry.CompromiseDateInvalid.selector, VN_KEY, again, from - 1)
            );
        }
        registry.markCompromised(VN_KEY, again);
    }

    function test_a_suspended_member_may_only_reduce_power() public {
        _suspend(VN, [TH_ADMIN, MY_ADMIN, SG_ADMIN]);
        assert(registry.memberOf(VN).suspended && !registry.mayWrite(VN_KEY, 0));
        bytes memory suspended = abi.encodeWithSelector(IMemberRegistry.MemberNotActive.selector, VN);
        vm.startPrank(VN_ADMIN);
        vm.expectRevert(suspended);
        registry.addAuthority(ISSUING, "A", "a.example");
        vm.expectRevert(suspended);
        registry.addKey(1, NEW);
        vm.expectRevert(suspended);
        registry.rotateKey(VN_KEY, NEW);
        vm.expectRevert(suspended);
        registry.propose(IMemberRegistry.ProposalKind.Suspend, TH, address(0));
        registry.revokeKey(VN_KEY_2);
        registry.markCompromised(VN_KEY_2, START);
        registry.rotateAdmin(address(0xA9));
        vm.stopPrank();
        vm.prank(TH_ADMIN);
        uint32 proposal = registry.propose(IMemberRegistry.ProposalKind.Reinstate, VN, address(0));
        vm.prank(SG_ADMIN);
        registry.vote(proposal);
        assert(registry.mayWrite(VN_KEY, ISSUING) && !registry.mayWrite(VN_KEY_2, 0));
    }
}
