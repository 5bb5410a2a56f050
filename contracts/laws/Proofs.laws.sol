// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {CertificateRegistry} from "../CertificateRegistry.sol";
import {ICertificateRegistry} from "../interfaces/ICertificateRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {Vm} from "./Base.sol";

/// @dev What halmos adds to the cheat codes.
interface Svm {
    function enableSymbolicStorage(address account) external;
    function createUint256(string memory name) external returns (uint256);
    function createBytes32(string memory name) external returns (bytes32);
    function createAddress(string memory name) external returns (address);
}

/// @dev Laws proved for one call of any kind, by anybody, at any time, from any storage whatever: so they hold after
/// any number of calls. Loops are unrolled as often as the command says; parents and proofs have one element at most.
/// One check for each function: halmos is done in a second where one check for all takes minutes.
abstract contract Proofs {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    Svm internal constant svm = Svm(0xF3993A62377BCd56AE39D773740A5390411E8BC9);

    CertificateRegistry internal registry;

    function setUp() public {
        IMemberRegistry.Founder[] memory founders = new IMemberRegistry.Founder[](1);
        founders[0] = IMemberRegistry.Founder({member: "VN", admin: address(0xA1)});
        registry = new CertificateRegistry(founders);
        svm.enableSymbolicStorage(address(registry));
        vm.warp(uint48(svm.createUint256("now")));
        vm.assume(block.timestamp != 0);
    }

    function _anyTerms(bool child) internal returns (ICertificateRegistry.Terms memory terms) {
        terms.documentHash = svm.createBytes32("documentHash");
        terms.referenceKey = svm.createBytes32("referenceKey");
        terms.exporting = bytes2(svm.createBytes32("exporting"));
        terms.importing = bytes2(svm.createBytes32("importing"));
        terms.issuedOn = uint48(svm.createUint256("issuedOn"));
        terms.validUntil = uint48(svm.createUint256("validUntil"));
        terms.scheme = uint8(svm.createUint256("scheme"));
        terms.parents = new bytes32[](child ? 1 : 0);
        if (child) terms.parents[0] = svm.createBytes32("parent");
    }

    /// @dev Any call that writes certificates.
    function _anyWrite(uint8 choice, bool child) internal {
        bytes32 id = svm.createBytes32("target");
        if (choice == 0) {
            registry.issue(_anyTerms(child));
        } else if (choice == 1) {
            registry.anchor(id, uint32(svm.createUint256("size")), uint48(svm.createUint256("until")));
        } else if (choice == 2) {
            bytes32[] memory proof = new bytes32[](1);
            proof[0] = svm.createBytes32("sibling");
            registry.enter(_anyTerms(child), id, proof);
        } else if (choice == 3) {
            registry.cancel(id, uint8(svm.createUint256("reason")));
        } else {
            registry.replace(id, _anyTerms(child));
        }
    }

    /// @dev Any call that writes members.
    function _anyMemberWrite(uint8 choice) internal {
        address account = svm.createAddress("account");
        uint32 number = uint32(svm.createUint256("number"));
        bytes2 member = bytes2(svm.createBytes32("member"));
        if (choice == 0) registry.addKey(number, account);
        else if (choice == 1) registry.rotateKey(svm.createAddress("retiring"), account);
        else if (choice == 2) registry.revokeKey(account);
        else if (choice == 3) registry.markCompromised(account, uint48(svm.createUint256("from")));
        else if (choice == 4) registry.withdrawAuthority(number);
        else if (choice == 5) registry.addAuthority(uint8(number), "name", "domain");
        else if (choice == 6) registry.rotateAdmin(account);
        else if (choice == 7) registry.vote(number);
        else if (choice == 8) registry.enact(number);
        else registry.propose(IMemberRegistry.ProposalKind(uint8(number) % 4), member, account);
    }

    function _same(ICertificateRegistry.Entry memory a, ICertificateRegistry.Entry memory b)
        internal
        pure
        returns (bool)
    {
        return a.key == b.key && a.exporting == b.exporting && a.importing == b.importing && a.scheme == b.scheme
            && a.issuedAt == b.issuedAt && a.validUntil == b.validUntil && a.endedAt == b.endedAt
            && a.reason == b.reason;
    }
}

/// @dev What certificates promise.
contract CertificateProofs is Proofs {
    /// @dev Nothing brings a cancelled or replaced certificate back, or changes what is known of it.
    function _what_ended_stays_ended(address caller, bytes32 id, uint8 choice, bool child) private {
        ICertificateRegistry.Entry memory entry = registry.entryOf(id);
        vm.assume(entry.issuedAt != 0 && entry.endedAt != 0 && entry.endedAt <= block.timestamp);
        vm.prank(caller);
        _anyWrite(choice, child);
        assert(_same(registry.entryOf(id), entry));
    }

    /// @dev A reference number that is taken is taken for good, by the same certificate.
    function _a_reference_never_points_elsewhere(address caller, bytes32 referenceKey, uint8 choice, bool child)
        private
    {
        bytes2 exporting = bytes2(svm.createBytes32("exporting"));
        bytes32 holder = registry.holderOf(exporting, referenceKey);
        vm.assume(holder != 0);
        vm.prank(caller);
        _anyWrite(choice, child);
        assert(registry.holderOf(exporting, referenceKey) == holder);
    }

    /// @dev An entry is changed by a live issuing key of the member that issued it, and only ended.
    function _only_its_issuer_changes_an_entry(address caller, bytes32 id, uint8 choice, bool child) private {
        ICertificateRegistry.Entry memory entry = registry.entryOf(id);
        vm.assume(entry.issuedAt != 0);
        bool may = registry.mayWrite(caller, 1) && registry.keyOf(caller).member == entry.exporting;
        vm.prank(caller);
        _anyWrite(choice, child);
        ICertificateRegistry.Entry memory later = registry.entryOf(id);
        assert(may || _same(later, entry));
        (later.endedAt, later.reason) = (entry.endedAt, entry.reason);
        assert(_same(later, entry));
    }

    /// @dev What is recorded of a batch never changes, by whatever write.
    function _a_batch_is_fixed(address caller, bytes32 root, uint8 choice) private {
        ICertificateRegistry.Anchor memory batch = registry.anchorOf(root);
        vm.assume(batch.anchoredAt != 0);
        vm.prank(caller);
        _anyWrite(choice, false);
        ICertificateRegistry.Anchor memory later = registry.anchorOf(root);
        assert(later.key == batch.key && later.exporting == batch.exporting && later.size == batch.size);
        assert(later.anchoredAt == batch.anchoredAt && later.validUntil == batch.validUntil);
    }

    /// @dev A new entry carries the key and member of its signer: the caller, or whoever anchored its batch.
    function _a_new_entry_names_its_signer(address caller, bytes32 id, uint8 choice, bool child) private {
        vm.assume(choice != 2 && registry.entryOf(id).issuedAt == 0);
        IMemberRegistry.Key memory key = registry.keyOf(caller);
        bool may = registry.mayWrite(caller, 1);
        vm.prank(caller);
        _anyWrite(choice, child);
        ICertificateRegistry.Entry memory entry = registry.entryOf(id);
        assert(entry.issuedAt == 0 || (may && entry.exporting == key.member && entry.key == key.id));
    }

    function check_issue_ended_stays_ended(address caller, bytes32 it) public {
        _what_ended_stays_ended(caller, it, 0, false);
    }

    function check_issue_with_parent_ended_stays_ended(address caller, bytes32 it) public {
        _what_ended_stays_ended(caller, it, 0, true);
    }

    function check_anchor_ended_stays_ended(address caller, bytes32 it) public {
        _what_ended_stays_ended(caller, it, 1, false);
    }

    function check_enter_ended_stays_ended(address caller, bytes32 it) public {
        _what_ended_stays_ended(caller, it, 2, false);
    }

    function check_cancel_ended_stays_ended(address caller, bytes32 it) public {
        _what_ended_stays_ended(caller, it, 3, false);
    }

    function check_replace_ended_stays_ended(address caller, bytes32 it) public {
        _what_ended_stays_ended(caller, it, 4, false);
    }

    function check_issue_reference_is_fixed(address caller, bytes32 it) public {
        _a_reference_never_points_elsewhere(caller, it, 0, false);
    }

    function check_issue_with_parent_reference_is_fixed(address caller, bytes32 it) public {
        _a_reference_never_points_elsewhere(caller, it, 0, true);
    }

    function check_anchor_reference_is_fixed(address caller, bytes32 it) public {
        _a_reference_never_points_elsewhere(caller, it, 1, false);
    }

    function check_enter_reference_is_fixed(address caller, bytes32 it) public {
        _a_reference_never_points_elsewhere(caller, it, 2, false);
    }

    function check_cancel_reference_is_fixed(address caller, bytes32 it) public {
        _a_reference_never_points_elsewhere(caller, it, 3, false);
    }

    function check_replace_reference_is_fixed(address caller, bytes32 it) public {
        _a_reference_never_points_elsewhere(caller, it, 4, false);
    }

    function check_issue_only_its_issuer_changes(address caller, bytes32 it) public {
        _only_its_issuer_changes_an_entry(caller, it, 0, false);
    }

    function check_anchor_only_its_issuer_changes(address caller, bytes32 it) public {
        _only_its_issuer_changes_an_entry(caller, it, 1, false);
    }

    function check_enter_only_its_issuer_changes(address caller, bytes32 it) public {
        _only_its_issuer_changes_an_entry(caller, it, 2, false);
    }

    function check_cancel_only_its_issuer_changes(address caller, bytes32 it) public {
        _only_its_issuer_changes_an_entry(caller, it, 3, false);
    }

    function check_replace_only_its_issuer_changes(address caller, bytes32 it) public {
        _only_its_issuer_changes_an_entry(caller, it, 4, false);
    }

    function check_issue_batch_is_fixed(address caller, bytes32 it) public {
        _a_batch_is_fixed(caller, it, 0);
    }

    function check_anchor_batch_is_fixed(address caller, bytes32 it) public {
        _a_batch_is_fixed(caller, it, 1);
    }

    function check_enter_batch_is_fixed(address caller, bytes32 it) public {
        _a_batch_is_fixed(caller, it, 2);
    }

    function check_cancel_batch_is_fixed(address caller, bytes32 it) public {
        _a_batch_is_fixed(caller, it, 3);
    }

    function check_replace_batch_is_fixed(address caller, bytes32 it) public {
        _a_batch_is_fixed(caller, it, 4);
    }

    /// @dev No other member can take a batch's place: what it anchors is never under the root of this tree and this
    /// member. A tree whose root is a member's code does not exist, for nobody finds its preimage.
    function check_anchor_keeps_out_of_other_members_batches(address caller, bytes32 tree, bytes2 member) public {
        bytes2 own = registry.keyOf(caller).member;
        vm.assume(own != member && tree != bytes32(own));
        bytes32 root = Hashes.commutativeKeccak256(tree, bytes32(member));
        bool anchored = registry.isIssued(root);
        vm.prank(caller);
        _anyWrite(1, false);
        assert(registry.isIssued(root) == anchored);
    }

    function check_issue_new_entry_names_signer(address caller, bytes32 it) public {
        _a_new_entry_names_its_signer(caller, it, 0, false);
    }

    function check_anchor_new_entry_names_signer(address caller, bytes32 it) public {
        _a_new_entry_names_its_signer(caller, it, 1, false);
    }

    function check_cancel_new_entry_names_signer(address caller, bytes32 it) public {
        _a_new_entry_names_its_signer(caller, it, 3, false);
    }

    function check_replace_new_entry_names_signer(address caller, bytes32 it) public {
        _a_new_entry_names_its_signer(caller, it, 4, false);
    }
}

/// @dev What members promise.
contract MemberProofs is Proofs {
    /// @dev Nobody but a member's administrator makes a key of that member live, by whatever call, votes included.
    function _only_its_admin_gives_keys(address caller, address account, uint8 choice) private {
        IMemberRegistry.Key memory key = registry.keyOf(account);
        bytes2 callerMember = registry.adminOf(caller);
        vm.prank(caller);
        _anyMemberWrite(choice);
        IMemberRegistry.Key memory later = registry.keyOf(account);
        bool gained = later.since != 0 && later.revokedAt == 0 && (key.since == 0 || key.revokedAt != 0);
        assert(!gained || later.member == callerMember);
        assert(key.since == 0 || (later.member == key.member && later.roles == key.roles && later.id == key.id));
    }

    /// @dev Without a vote, nobody but a member's administrator lets one of its keys write.
    function _only_its_admin_gives_writers(address caller, address account, uint8 role, uint8 choice) private {
        bool could = registry.mayWrite(account, role);
        bytes2 callerMember = registry.adminOf(caller);
        vm.prank(caller);
        _anyMemberWrite(choice);
        assert(could || !registry.mayWrite(account, role) || registry.keyOf(account).member == callerMember);
    }

    /// @dev A revoked key never lives again, and what it is compromised from only moves back.
    function _a_revoked_key_stays_revoked(address caller, address account, uint8 choice) private {
        IMemberRegistry.Key memory key = registry.keyOf(account);
        vm.assume(key.since != 0 && key.revokedAt != 0);
        vm.prank(caller);
        _anyMemberWrite(choice);
        IMemberRegistry.Key memory later = registry.keyOf(account);
        assert(later.revokedAt != 0);
        assert(key.compromisedFrom == 0 || (later.compromisedFrom != 0 && later.compromisedFrom <= key.compromisedFrom));
    }

    function check_addKey_only_its_admin_gives_keys(address caller, address account) public {
        _only_its_admin_gives_keys(caller, account, 0);
    }

    function check_addKey_only_its_admin_gives_writers(address caller, address account, uint8 role) public {
        _only_its_admin_gives_writers(caller, account, role, 0);
    }

    function check_addKey_a_revoked_key_stays_revoked(address caller, address account) public {
        _a_revoked_key_stays_revoked(caller, account, 0);
    }

    function check_rotateKey_only_its_admin_gives_keys(address caller, address account) public {
        _only_its_admin_gives_keys(caller, account, 1);
    }

    function check_rotateKey_only_its_admin_gives_writers(address caller, address account, uint8 role) public {
        _only_its_admin_gives_writers(caller, account, role, 1);
    }

    function check_rotateKey_a_revoked_key_stays_revoked(address caller, address account) public {
        _a_revoked_key_stays_revoked(caller, account, 1);
    }

    function check_revokeKey_only_its_admin_gives_keys(address caller, address account) public {
        _only_its_admin_gives_keys(caller, account, 2);
    }

    function check_revokeKey_only_its_admin_gives_writers(address caller, address account, uint8 role) public {
        _only_its_admin_gives_writers(caller, account, role, 2);
    }

    function check_revokeKey_a_revoked_key_stays_revoked(address caller, address account) public {
        _a_revoked_key_stays_revoked(caller, account, 2);
    }

    function check_markCompromised_only_its_admin_gives_keys(address caller, address account) public {
        _only_its_admin_gives_keys(caller, account, 3);
    }

    function check_markCompromised_only_its_admin_gives_writers(address caller, address account, uint8 role) public {
        _only_its_admin_gives_writers(caller, account, role, 3);
    }

    function check_markCompromised_a_revoked_key_stays_revoked(address caller, address account) public {
        _a_revoked_key_stays_revoked(caller, account, 3);
    }

    function check_withdrawAuthority_only_its_admin_gives_keys(address caller, address account) public {
        _only_its_admin_gives_keys(caller, account, 4);
    }

    function check_withdrawAuthority_only_its_admin_gives_writers(address caller, address account, uint8 role) public {
        _only_its_admin_gives_writers(caller, account, role, 4);
    }

    function check_withdrawAuthority_a_revoked_key_stays_revoked(address caller, address account) public {
        _a_revoked_key_stays_revoked(caller, account, 4);
    }

    function check_addAuthority_only_its_admin_gives_keys(address caller, address account) public {
        _only_its_admin_gives_keys(caller, account, 5);
    }

    function check_addAuthority_only_its_admin_gives_writers(address caller, address account, uint8 role) public {
        _only_its_admin_gives_writers(caller, account, role, 5);
    }

    function check_addAuthority_a_revoked_key_stays_revoked(address caller, address account) public {
        _a_revoked_key_stays_revoked(caller, account, 5);
    }

    function check_rotateAdmin_only_its_admin_gives_keys(address caller, address account) public {
        _only_its_admin_gives_keys(caller, account, 6);
    }

    function check_rotateAdmin_only_its_admin_gives_writers(address caller, address account, uint8 role) public {
        _only_its_admin_gives_writers(caller, account, role, 6);
    }

    function check_rotateAdmin_a_revoked_key_stays_revoked(address caller, address account) public {
        _a_revoked_key_stays_revoked(caller, account, 6);
    }

    function check_vote_only_its_admin_gives_keys(address caller, address account) public {
        _only_its_admin_gives_keys(caller, account, 7);
    }

    function check_vote_a_revoked_key_stays_revoked(address caller, address account) public {
        _a_revoked_key_stays_revoked(caller, account, 7);
    }

    function check_enact_only_its_admin_gives_keys(address caller, address account) public {
        _only_its_admin_gives_keys(caller, account, 8);
    }

    function check_enact_a_revoked_key_stays_revoked(address caller, address account) public {
        _a_revoked_key_stays_revoked(caller, account, 8);
    }

    function check_propose_only_its_admin_gives_keys(address caller, address account) public {
        _only_its_admin_gives_keys(caller, account, 9);
    }

    function check_propose_a_revoked_key_stays_revoked(address caller, address account) public {
        _a_revoked_key_stays_revoked(caller, account, 9);
    }
}
