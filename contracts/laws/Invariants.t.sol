// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {CertificateRegistry} from "../CertificateRegistry.sol";
import {ICertificateRegistry} from "../interfaces/ICertificateRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {Base, Vm} from "./Base.sol";

/// @dev Three members that do anything at all, refused or not, and what was seen of it from outside.
contract Handler {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    CertificateRegistry private immutable _registry;
    address[] private _accounts;
    address[] private _admins;
    bytes32[] public ids;
    mapping(bytes32 id => uint256 count) public timesIssued;
    mapping(bytes32 id => bytes32 referenceKey) public referenceOf;
    mapping(bytes32 id => address account) public endedBy;
    mapping(bytes32 id => ICertificateRegistry.Entry ended) private _ended;
    bytes32[] public roots;
    mapping(bytes32 root => bytes2 member) public anchoredBy;
    mapping(bytes32 root => ICertificateRegistry.Anchor anchored) private _anchored;

    struct Observation {
        bytes32 id;
        uint48 moment;
        ICertificateRegistry.Standing standing;
    }

    Observation[] public observations;
    uint256 public issued;
    uint256 public ended;

    constructor(CertificateRegistry registry, address[] memory accounts, address[] memory admins) {
        _registry = registry;
        _accounts = accounts;
        _admins = admins;
    }

    function count() external view returns (uint256) {
        return ids.length;
    }

    function observationCount() external view returns (uint256) {
        return observations.length;
    }

    function endedEntry(bytes32 id) external view returns (ICertificateRegistry.Entry memory) {
        return _ended[id];
    }

    function rootCount() external view returns (uint256) {
        return roots.length;
    }

    function anchored(bytes32 root) external view returns (ICertificateRegistry.Anchor memory) {
        return _anchored[root];
    }

    function pass(uint24 time) external {
        vm.warp(block.timestamp + time);
    }

    /// @dev Notes how a certificate stood one second ago, for good.
    function observe(uint256 which) external {
        if (ids.length == 0) return;
        bytes32 id = ids[which % ids.length];
        uint48 moment = uint48(block.timestamp - 1);
        ICertificateRegistry.Standing standing = _registry.standingOf(id, moment);
        if (standing == ICertificateRegistry.Standing.Unknown) return;
        observations.push(Observation({id: id, moment: moment, standing: standing}));
    }

    function issue(uint256 who, uint8 number, uint8 from, uint8 to, uint24 life, uint256 parent) external {
        vm.prank(_accounts[who % _accounts.length]);
        try _registry.issue(_terms(number, from, to, life, parent)) returns (bytes32 id) {
            _note(id, _terms(number, from, to, life, parent).referenceKey);
        } catch {}
    }

    function batch(uint256 who, uint256 enterer, uint8 number, uint8 from, uint8 to, uint24 life) external {
        ICertificateRegistry.Terms memory terms = _terms(number, from, to, life, 0);
        address account = _accounts[who % _accounts.length];
        bytes2 member = _registry.keyOf(account).member;
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = bytes32(member);
        bytes32 root = _anchor(account, member, _registry.idOf(terms), 1, terms.validUntil);
        vm.prank(_accounts[enterer % _accounts.length]);
        try _registry.enter(terms, root, proof) returns (bytes32 id) {
            _note(id, terms.referenceKey);
        } catch {}
    }

    /// @dev Somebody anchors what is on the ledger already: an id, or the root of a batch of whichever member.
    function copy(uint256 who, uint256 which, bool ofBatch, uint32 size, uint24 life) external {
        uint256 known = ofBatch ? roots.length : ids.length;
        if (known == 0) return;
        bytes32 tree = ofBatch ? roots[which % known] : ids[which % known];
        address account = _accounts[who % _accounts.length];
        _anchor(account, _registry.keyOf(account).member, tree, size, uint48(block.timestamp) + life);
    }

    function cancel(uint256 who, uint256 which, uint8 reason) external {
        if (ids.length == 0) return;
        bytes32 id = ids[which % ids.length];
        address account = _accounts[who % _accounts.length];
        vm.prank(account);
        try _registry.cancel(id, reason % 9) {
            _noteEnd(id, account);
        } catch {}
    }

    function replace(uint256 who, uint256 which, uint8 number, uint8 from, uint8 to, uint24 life) external {
        if (ids.length == 0) return;
        bytes32 id = ids[which % ids.length];
        address account = _accounts[who % _accounts.length];
        ICertificateRegistry.Terms memory terms = _terms(number, from, to, life, 0);
        vm.prank(account);
        try _registry.replace(id, terms) returns (bytes32 next) {
            _noteEnd(id, account);
            _note(next, terms.referenceKey);
        } catch {}
    }

    function suspend(uint256 admin, uint256 voter, uint8 member, bool back) external {
        IMemberRegistry.ProposalKind kind =
            back ? IMemberRegistry.ProposalKind.Reinstate : IMemberRegistry.ProposalKind.Suspend;
        vm.prank(_admins[admin % _admins.length]);
        try _registry.propose(kind, _member(member), address(0)) returns (uint32 proposal) {
            vm.prank(_admins[voter % _admins.length]);
            try _registry.vote(proposal) {} catch {}
        } catch {}
    }

    function compromise(uint256 admin, uint256 which, uint24 ago) external {
        if (which % 8 != 0) return;
        vm.prank(_admins[admin % _admins.length]);
        try _registry.markCompromised(_accounts[(which >> 3) % _accounts.length], uint48(block.timestamp - ago)) {}
            catch {}
    }

    function _anchor(address account, bytes2 member, bytes32 tree, uint32 size, uint48 validUntil)
        private
        returns (bytes32 root)
    {
        root = Hashes.commutativeKeccak256(tree, bytes32(member));
        vm.prank(account);
        try _registry.anchor(tree, size, validUntil) {
            require(anchoredBy[root] == 0, "anchored twice");
            roots.push(root);
            anchoredBy[root] = member;
            _anchored[root] = _registry.anchorOf(root);
        } catch {}
    }

    function _note(bytes32 id, bytes32 referenceKey) private {
        ++issued;
        if (timesIssued[id]++ == 0) ids.push(id);
        referenceOf[id] = referenceKey;
    }

    function _noteEnd(bytes32 id, address account) private {
        ++ended;
        require(endedBy[id] == address(0), "ended twice");
        endedBy[id] = account;
        _ended[id] = _registry.entryOf(id);
    }

    function _member(uint8 index) private pure returns (bytes2) {
        return [bytes2("VN"), bytes2("TH"), bytes2("MY")][index % 3];
    }

    /// @dev Few references on purpose, so that they meet.
    function _terms(uint8 number, uint8 from, uint8 to, uint24 life, uint256 parent)
        private
        view
        returns (ICertificateRegistry.Terms memory terms)
    {
        terms.documentHash = keccak256(abi.encode(number, life));
        terms.referenceKey = keccak256(abi.encode(number % 32));
        terms.exporting = _member(from);
        terms.importing = _member(to);
        terms.issuedOn = uint48(block.timestamp - 1 days);
        terms.validUntil = uint48(block.timestamp) + life;
        terms.scheme = 1;
        if (parent % 3 == 1 && ids.length != 0) {
            terms.parents = new bytes32[](1);
            terms.parents[0] = ids[(parent / 3) % ids.length];
        }
    }
}

/// @dev What stays true whatever several members do.
contract Invariants is Base {
    Handler internal handler;

    function setUp() public override {
        super.setUp();
        address[] memory accounts = new address[](5);
        (accounts[0], accounts[1], accounts[2]) = (VN_KEY, TH_KEY, MY_KEY);
        (accounts[3], accounts[4]) = (TH_CUSTOMS, VN_KEY_2);
        address[] memory admins = new address[](4);
        (admins[0], admins[1], admins[2], admins[3]) = (VN_ADMIN, TH_ADMIN, MY_ADMIN, SG_ADMIN);
        handler = new Handler(registry, accounts, admins);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_a_certificate_is_issued_once_and_holds_its_reference_alone() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            bytes32 id = handler.ids(i);
            assert(handler.timesIssued(id) == 1);
            assert(registry.holderOf(registry.entryOf(id).exporting, handler.referenceOf(id)) == id);
        }
    }

    function invariant_what_ended_stays_ended_by_its_own_member() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            bytes32 id = handler.ids(i);
            ICertificateRegistry.Entry memory entry = registry.entryOf(id);
            address account = handler.endedBy(id);
            assert((entry.endedAt != 0) == (account != address(0)));
            assert((entry.reason == 255) == (registry.replacementOf(id) != 0));
            if (account == address(0)) continue;
            assert(keccak256(abi.encode(entry)) == keccak256(abi.encode(handler.endedEntry(id))));
            IMemberRegistry.Key memory key = registry.keyOf(account);
            assert(key.member == entry.exporting && key.roles & ISSUING != 0);
            assert(key.revokedAt == 0 || key.revokedAt >= entry.endedAt);
        }
    }

    function invariant_what_a_member_anchored_is_changed_by_nobody() public view {
        for (uint256 i = 0; i < handler.rootCount(); ++i) {
            bytes32 root = handler.roots(i);
            ICertificateRegistry.Anchor memory batch = registry.anchorOf(root);
            assert(batch.exporting == handler.anchoredBy(root));
            assert(keccak256(abi.encode(batch)) == keccak256(abi.encode(handler.anchored(root))));
        }
    }

    function invariant_the_past_does_not_change() public view {
        for (uint256 i = 0; i < handler.observationCount(); ++i) {
            (bytes32 id, uint48 moment, ICertificateRegistry.Standing standing) = handler.observations(i);
            assert(registry.standingOf(id, moment) == standing);
        }
    }

    function invariant_someone_can_always_vote() public view {
        uint256 active = 0;
        bytes2[] memory members = registry.members();
        for (uint256 i = 0; i < members.length; ++i) {
            IMemberRegistry.Member memory member = registry.memberOf(members[i]);
            assert(registry.adminOf(member.admin) == members[i] && registry.keyOf(member.admin).since == 0);
            if (!member.suspended) ++active;
        }
        assert(active >= 1);
    }
}
