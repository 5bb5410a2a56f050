// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICertificateRegistry} from "../interfaces/ICertificateRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {Base} from "./Base.sol";

/// @dev See CertificateRegistry.tree.
contract IssueTest is Base {
    function _refuses(ICertificateRegistry.Terms memory terms, bytes memory reason) internal {
        _refused(VN_KEY, reason);
        registry.issue(terms);
    }

    function testFuzz_an_entry_says_what_was_issued(uint256 seed, uint8 scheme, uint48 validFor) public {
        ICertificateRegistry.Terms memory terms = _terms(seed);
        terms.scheme = scheme == 0 ? 1 : scheme;
        terms.validUntil = START + (validFor >> 1);
        vm.prank(VN_KEY_2);
        bytes32 id = registry.issue(terms);
        ICertificateRegistry.Entry memory entry = registry.entryOf(id);
        assert(id == _pair(terms.documentHash, keccak256(abi.encode(terms))) && id == registry.idOf(terms));
        assert(entry.key == 5 && entry.exporting == VN && entry.importing == TH && entry.scheme == terms.scheme);
        assert(entry.issuedAt == START && entry.validUntil == terms.validUntil);
        assert(entry.endedAt == 0 && entry.reason == 0);
        assert(registry.holderOf(VN, terms.referenceKey) == id && registry.isIssued(id) && !registry.isRevoked(id));
    }

    function testFuzz_only_live_issuing_keys_write(address account) public {
        vm.assume(account != VN_KEY && account != VN_KEY_2 && account != TH_KEY && account != MY_KEY);
        bytes memory reason = abi.encodeWithSelector(IMemberRegistry.NotAuthorised.selector, account, ISSUING);
        bytes32 id = _issue(1);
        _refused(account, reason);
        registry.issue(_terms(2));
        _refused(account, reason);
        registry.anchor(keccak256("root"), 1, START);
        _refused(account, reason);
        registry.cancel(id, 1);
        _refused(account, reason);
        registry.replace(id, _terms(2));
    }

    function test_revoked_and_suspended_keys_write_no_more() public {
        vm.prank(VN_ADMIN);
        registry.revokeKey(VN_KEY);
        _refuses(_terms(1), abi.encodeWithSelector(IMemberRegistry.NotAuthorised.selector, VN_KEY, ISSUING));
        _suspend(VN, [TH_ADMIN, MY_ADMIN, SG_ADMIN]);
        _refused(VN_KEY_2, abi.encodeWithSelector(IMemberRegistry.NotAuthorised.selector, VN_KEY_2, ISSUING));
        registry.issue(_terms(1));
    }

    function test_each_rule_of_the_terms() public {
        ICertificateRegistry.Terms memory terms = _terms(1);
        terms.exporting = TH;
        _refuses(terms, abi.encodeWithSelector(ICertificateRegistry.NotYourMember.selector, TH, VN));
        terms = _terms(1);
        terms.importing = VN;
        _refuses(terms, abi.encodeWithSelector(ICertificateRegistry.ImportingMemberInvalid.selector, VN));
        terms.importing = 0;
        _refuses(terms, abi.encodeWithSelector(ICertificateRegistry.ImportingMemberInvalid.selector, bytes2(0)));
        terms = _terms(1);
        terms.documentHash = 0;
        _refuses(terms, abi.encodeWithSelector(ICertificateRegistry.DocumentHashMissing.selector));
        terms = _terms(1);
        terms.referenceKey = 0;
        _refuses(terms, abi.encodeWithSelector(ICertificateRegistry.ReferenceKeyMissing.selector));
        terms = _terms(1);
        terms.scheme = 0;
        _refuses(terms, abi.encodeWithSelector(ICertificateRegistry.SchemeMissing.selector));
    }

    function testFuzz_the_dates_fit(uint48 issuedOn, uint48 validUntil) public {
        ICertificateRegistry.Terms memory terms = _terms(1);
        (terms.issuedOn, terms.validUntil) = (issuedOn, validUntil);
        if (issuedOn > validUntil) {
            _refuses(
                terms,
                abi.encodeWithSelector(ICertificateRegistry.ValidityInvalid.selector, issuedOn, validUntil)
            );
        } else if (issuedOn > START + 1 days) {
            _refuses(terms, abi.encodeWithSelector(ICertificateRegistry.PostDated.selector, issuedOn, START));
        } else if (validUntil < START) {
            _refuses(terms, abi.encodeWithSelector(ICertificateRegistry.AlreadyExpired.selector, validUntil, START));
        } else {
            vm.prank(VN_KEY);
            registry.issue(terms);
        }
    }

    function test_the_limits_of_the_dates() public {
        ICertificateRegistry.Terms memory terms = _terms(1);
        (terms.issuedOn, terms.validUntil) = (START + 1 days, START + 1 days);
        vm.prank(VN_KEY);
        registry.issue(terms);
        terms = _terms(2);
        (terms.issuedOn, terms.validUntil) = (START, START);
        vm.prank(VN_KEY);
        registry.issue(terms);
        terms = _terms(3);
        terms.issuedOn = START + 1 days + 1;
        _refuses(terms, abi.encodeWithSelector(ICertificateRegistry.PostDated.selector, terms.issuedOn, START));
        terms = _terms(4);
        terms.validUntil = START - 1;
        _refuses(terms, abi.encodeWithSelector(ICertificateRegistry.AlreadyExpired.selector, START - 1, START));
    }

    function test_nothing_is_issued_twice() public {
        bytes32 id = _issue(1);
        _refuses(_terms(1), abi.encodeWithSelector(ICertificateRegistry.CertificateAlreadyIssued.selector, id));
        ICertificateRegistry.Terms memory terms = _terms(2);
        terms.referenceKey = _terms(1).referenceKey;
        bytes memory used =
            abi.encodeWithSelector(ICertificateRegistry.ReferenceAlreadyUsed.selector, terms.referenceKey, id);
        _refuses(terms, used);
        vm.prank(VN_KEY);
        registry.cancel(id, 1);
        _refuses(terms, used);
    }

    function testFuzz_nobody_takes_up_anothers_reference(uint256 seed) public {
        ICertificateRegistry.Terms memory terms = _terms(seed);
        terms.exporting = TH;
        terms.importing = VN;
        vm.prank(TH_KEY);
        bytes32 foreign = registry.issue(terms);
        bytes32 id = _issue(seed);
        assert(registry.holderOf(VN, terms.referenceKey) == id && registry.holderOf(TH, terms.referenceKey) == foreign);
    }
}

/// @dev See CertificateRegistry.tree.
contract ParentsTest is Base {
    bytes32 internal parent;

    function setUp() public override {
        super.setUp();
        parent = _issue(1);
    }

    function _refuses(ICertificateRegistry.Terms memory terms, bytes memory reason) internal {
        _refused(TH_KEY, reason);
        registry.issue(terms);
    }

    function test_a_child_rests_on_a_live_parent() public {
        vm.prank(TH_KEY);
        assert(registry.isIssued(registry.issue(_child(2, parent))));
        _refuses(
            _child(3, keccak256("?")),
            abi.encodeWithSelector(ICertificateRegistry.ParentUnknown.selector, keccak256("?"))
        );
        vm.prank(VN_KEY);
        registry.cancel(parent, 1);
        _refuses(
            _child(4, parent),
            abi.encodeWithSelector(
                ICertificateRegistry.ParentNotLive.selector, parent, ICertificateRegistry.Standing.Cancelled
            )
        );
    }

    function test_a_parent_must_be_addressed_to_the_issuing_member() public {
        ICertificateRegistry.Terms memory terms = _child(2, parent);
        (terms.exporting, terms.importing) = (MY, SG);
        _refused(
            MY_KEY,
            abi.encodeWithSelector(ICertificateRegistry.ParentNotAddressedHere.selector, parent, TH, MY)
        );
        registry.issue(terms);
    }

    function test_a_parent_must_last_as_long() public {
        ICertificateRegistry.Terms memory terms = _child(2, parent);
        uint48 end = terms.validUntil;
        terms.validUntil = end + 1;
        _refuses(
            terms,
            abi.encodeWithSelector(ICertificateRegistry.ParentExpiresEarlier.selector, parent, end, end + 1)
        );
    }

    function test_a_parent_must_not_be_signed_by_a_stolen_key() public {
        vm.prank(VN_ADMIN);
        registry.markCompromised(VN_KEY, START);
        _refuses(
            _child(2, parent),
            abi.encodeWithSelector(ICertificateRegistry.ParentIssuerCompromised.selector, parent, START)
        );
        assert(registry.isRevoked(parent));
    }

    function test_a_parent_signed_before_the_theft_is_good() public {
        vm.warp(START + 2);
        vm.prank(VN_ADMIN);
        registry.markCompromised(VN_KEY, START + 1);
        vm.prank(TH_KEY);
        registry.issue(_child(2, parent));
        assert(!registry.isRevoked(parent));
    }

    function test_parents_come_in_order_and_at_most_32() public {
        ICertificateRegistry.Terms memory terms = _child(2, parent);
        terms.parents = new bytes32[](2);
        (terms.parents[0], terms.parents[1]) = (parent, parent);
        _refuses(terms, abi.encodeWithSelector(ICertificateRegistry.ParentsNotSorted.selector));
        terms.parents = new bytes32[](33);
        _refuses(
            terms,
            abi.encodeWithSelector(ICertificateRegistry.TooManyParents.selector, uint256(33), uint256(32))
        );
    }
}

/// @dev See CertificateRegistry.tree.
contract BatchTest is Base {
    bytes32 internal sibling = keccak256("sibling");

    function _anchor(uint256 seed) internal returns (bytes32 root, bytes32[] memory proof) {
        bytes32 tree = _pair(registry.idOf(_terms(seed)), sibling);
        root = _rootOf(tree, VN);
        proof = new bytes32[](2);
        (proof[0], proof[1]) = (sibling, bytes32(VN));
        vm.prank(VN_KEY);
        registry.anchor(tree, 2, START + 300 days);
    }

    /// @dev A batch of one: its tree is the id, its proof the member.
    function _anchorAlone(address account, bytes2 member, ICertificateRegistry.Terms memory terms, uint48 until)
        internal
        returns (bytes32 root, bytes32[] memory proof)
    {
        bytes32 tree = registry.idOf(terms);
        root = _rootOf(tree, member);
        proof = new bytes32[](1);
        proof[0] = bytes32(member);
        vm.prank(account);
        registry.anchor(tree, 1, until);
    }

    function test_an_anchor_is_sound_and_new() public {
        (bytes32 root,) = _anchor(1);
        bytes32 tree = _pair(registry.idOf(_terms(1)), sibling);
        assert(registry.anchorOf(root).size == 2 && registry.anchorOf(root).exporting == VN);
        assert(registry.isIssued(root) && !registry.isRevoked(root));
        assert(!registry.isIssued(tree) && registry.anchorOf(tree).anchoredAt == 0);
        vm.startPrank(VN_KEY_2);
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.RootAlreadyAnchored.selector, root));
        registry.anchor(tree, 2, START);
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.RootMissing.selector));
        registry.anchor(0, 2, START);
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.BatchSizeInvalid.selector, uint32(0)));
        registry.anchor(sibling, 0, START);
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.AlreadyExpired.selector, START - 1, START));
        registry.anchor(sibling, 2, START - 1);
        vm.warp(START + 300 days + 1);
        assert(registry.isRevoked(root));
    }

    function testFuzz_an_entered_certificate_counts_from_the_batch(uint24 later) public {
        (bytes32 root, bytes32[] memory proof) = _anchor(1);
        vm.warp(uint256(START) + later);
        vm.prank(TH_CUSTOMS);
        bytes32 id = registry.enter(_terms(1), root, proof);
        assert(registry.entryOf(id).issuedAt == START && registry.entryOf(id).key == 1);
        assert(registry.standingOf(id, START) == ICertificateRegistry.Standing.Valid);
        _refused(TH_CUSTOMS, abi.encodeWithSelector(ICertificateRegistry.CertificateAlreadyIssued.selector, id));
        registry.enter(_terms(1), root, proof);
    }

    function test_what_is_not_of_the_batch_stays_out() public {
        (bytes32 root, bytes32[] memory proof) = _anchor(1);
        bytes32 id = registry.idOf(_terms(2));
        bytes32 tree = _pair(registry.idOf(_terms(1)), sibling);
        _refused(STRANGER, abi.encodeWithSelector(IMemberRegistry.NotAuthorised.selector, STRANGER, uint8(0)));
        registry.enter(_terms(1), root, proof);
        vm.startPrank(TH_CUSTOMS);
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.RootUnknown.selector, tree));
        registry.enter(_terms(1), tree, proof);
        vm.expectRevert(abi.encodeWithSelector(ICertificateRegistry.ProofInvalid.selector, id, root));
        registry.enter(_terms(2), root, proof);
    }

    function test_a_batch_binds_member_and_validity() public {
        ICertificateRegistry.Terms memory terms = _terms(1);
        (bytes32 root, bytes32[] memory proof) = _anchorAlone(TH_KEY, TH, terms, START + 300 days);
        _refused(TH_CUSTOMS, abi.encodeWithSelector(ICertificateRegistry.NotYourMember.selector, VN, TH));
        registry.enter(terms, root, proof);
        terms = _terms(2);
        (root, proof) = _anchorAlone(VN_KEY, VN, terms, START + 1 days);
        _refused(
            TH_CUSTOMS,
            abi.encodeWithSelector(
                ICertificateRegistry.AnchorExpiresEarlier.selector, root, START + 1 days, START + 300 days
            )
        );
        registry.enter(terms, root, proof);
    }

    /// @dev TH sees VN's transaction waiting and sends the same before it, with whatever size and validity.
    function testFuzz_a_copy_sent_first_does_not_block_the_victim(uint32 size, uint24 validFor) public {
        bytes32 tree = _pair(registry.idOf(_terms(1)), sibling);
        vm.prank(TH_KEY);
        registry.anchor(tree, size == 0 ? 1 : size, START + validFor);
        (bytes32 root, bytes32[] memory proof) = _anchor(1);
        assert(registry.anchorOf(root).size == 2 && registry.anchorOf(root).validUntil == START + 300 days);
        vm.warp(uint256(START) + validFor + 1);
        assert(!registry.isRevoked(root));
        vm.prank(TH_CUSTOMS);
        assert(registry.entryOf(registry.enter(_terms(1), root, proof)).exporting == VN);
    }

    /// @dev Verifiers ask isRevoked of every node on the way; another member anchors each of them, soon over.
    function test_no_node_of_a_batch_is_revoked_by_another_member() public {
        (bytes32 root,) = _anchor(1);
        bytes32 id = registry.idOf(_terms(1));
        bytes32[4] memory nodes = [id, sibling, _pair(id, sibling), root];
        vm.startPrank(TH_KEY);
        for (uint256 i = 0; i < 4; ++i) {
            registry.anchor(nodes[i], 1, START);
        }
        vm.warp(START + 1);
        for (uint256 i = 0; i < 4; ++i) {
            assert(!registry.isRevoked(nodes[i]) && registry.isIssued(nodes[i]) == (i == 3));
        }
    }

    function testFuzz_nothing_is_entered_from_a_batch_signed_by_a_stolen_key(uint8 before) public {
        vm.warp(START + 256);
        (bytes32 root, bytes32[] memory proof) = _anchor(1);
        vm.prank(VN_ADMIN);
        registry.markCompromised(VN_KEY, START + 256 - before);
        _refused(
            TH_CUSTOMS,
            abi.encodeWithSelector(
                ICertificateRegistry.AnchorIssuerCompromised.selector, root, START + 256 - before
            )
        );
        registry.enter(_terms(1), root, proof);
        assert(registry.holderOf(VN, _terms(1).referenceKey) == 0 && registry.isRevoked(root));
    }

    function test_a_batch_signed_before_the_theft_is_good() public {
        (bytes32 root, bytes32[] memory proof) = _anchor(1);
        vm.warp(START + 1);
        vm.prank(VN_ADMIN);
        registry.markCompromised(VN_KEY, START + 1);
        vm.prank(TH_CUSTOMS);
        registry.enter(_terms(1), root, proof);
        assert(!registry.isRevoked(root));
    }
}

/// @dev See CertificateRegistry.tree.
contract EndTest is Base {
    function testFuzz_standing_over_time(uint48 moment, uint24 issuedFor, bool replaced) public {
        bytes32 id = _issue(1);
        uint48 endedAt = START + issuedFor;
        vm.warp(endedAt);
        vm.startPrank(VN_KEY);
        if (replaced && endedAt <= START + 300 days) registry.replace(id, _terms(2));
        else registry.cancel(id, 7);
        replaced = registry.replacementOf(id) != 0;
        ICertificateRegistry.Standing standing = registry.standingOf(id, moment);
        if (moment < START) assert(standing == ICertificateRegistry.Standing.Unknown);
        else if (moment >= endedAt && replaced) assert(standing == ICertificateRegistry.Standing.Replaced);
        else if (moment >= endedAt) assert(standing == ICertificateRegistry.Standing.Cancelled);
        else if (moment > START + 300 days) assert(standing == ICertificateRegistry.Standing.Expired);
        else assert(standing == ICertificateRegistry.Standing.Valid);
        assert(registry.isRevoked(id));
    }

    function test_cancelling_is_for_the_issuing_member() public {
        bytes32 id = _issue(1);
        bytes32 unknown = keccak256("?");
        _refused(
            TH_KEY, abi.encodeWithSelector(ICertificateRegistry.NotYourCertificate.selector, id, VN, TH)
        );
        registry.cancel(id, 1);
        _refused(VN_KEY, abi.encodeWithSelector(ICertificateRegistry.CertificateUnknown.selector, unknown));
        registry.cancel(unknown, 1);
        _refused(VN_KEY, abi.encodeWithSelector(ICertificateRegistry.ReasonInvalid.selector, uint8(0)));
        registry.cancel(id, 0);
        _refused(VN_KEY, abi.encodeWithSelector(ICertificateRegistry.ReasonInvalid.selector, uint8(8)));
        registry.cancel(id, 8);
        vm.prank(VN_KEY_2);
        registry.cancel(id, 3);
        assert(registry.entryOf(id).reason == 3 && registry.entryOf(id).endedAt == START);
        bytes memory ended = abi.encodeWithSelector(
            ICertificateRegistry.CertificateNotLive.selector, id, ICertificateRegistry.Standing.Cancelled
        );
        _refused(VN_KEY, ended);
        registry.cancel(id, 1);
        _refused(VN_KEY, ended);
        registry.replace(id, _terms(2));
    }

    function test_an_expired_certificate_is_cancelled_but_not_replaced() public {
        bytes32 id = _issue(1);
        vm.warp(START + 300 days + 1);
        ICertificateRegistry.Terms memory terms = _terms(2);
        terms.validUntil += 300 days;
        _refused(
            VN_KEY,
            abi.encodeWithSelector(
                ICertificateRegistry.CertificateNotLive.selector, id, ICertificateRegistry.Standing.Expired
            )
        );
        registry.replace(id, terms);
        vm.prank(VN_KEY);
        registry.cancel(id, 1);
    }

    function test_a_replacement_is_all_or_nothing() public {
        bytes32 id = _issue(1);
        _refused(
            VN_KEY,
            abi.encodeWithSelector(
                ICertificateRegistry.ReferenceAlreadyUsed.selector, _terms(1).referenceKey, id
            )
        );
        ICertificateRegistry.Terms memory terms = _terms(2);
        terms.referenceKey = _terms(1).referenceKey;
        registry.replace(id, terms);
        assert(registry.entryOf(id).endedAt == 0);
        _refused(TH_KEY, abi.encodeWithSelector(ICertificateRegistry.NotYourCertificate.selector, id, VN, TH));
        registry.replace(id, _child(2, id));
        vm.prank(VN_KEY);
        bytes32 next = registry.replace(id, _terms(2));
        assert(registry.replacementOf(id) == next && registry.entryOf(id).reason == 255);
        assert(registry.standingOf(id, START) == ICertificateRegistry.Standing.Replaced);
        assert(registry.standingOf(next, START) == ICertificateRegistry.Standing.Valid);
    }

    function test_evidence_is_all_there_is() public {
        bytes32 id = _issue(1);
        bytes32 root = _rootOf(keccak256("tree"), TH);
        vm.prank(TH_KEY);
        registry.anchor(keccak256("tree"), 9, START);
        ICertificateRegistry.Evidence memory evidence = registry.evidenceOf(id, root, _terms(1).referenceKey);
        assert(evidence.blockTime == START && evidence.blockNumber == block.number);
        assert(evidence.entry.key == 1 && evidence.anchor.size == 9 && evidence.holder == id);
        assert(evidence.account == VN_KEY && evidence.key.member == VN && evidence.replacement == 0);
        evidence = registry.evidenceOf(0, root, 0);
        assert(evidence.account == TH_KEY && evidence.entry.issuedAt == 0 && evidence.holder == 0);
        evidence = registry.evidenceOf(0, 0, 0);
        assert(evidence.account == address(0) && evidence.key.since == 0);
        assert(!registry.isIssued(0) && !registry.isRevoked(0));
    }
}
