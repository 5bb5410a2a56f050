// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CertificateRegistry} from "../CertificateRegistry.sol";
import {ICertificateRegistry} from "../interfaces/ICertificateRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";

/// @dev The few cheat codes the laws need.
interface Vm {
    function prank(address sender) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function warp(uint256 time) external;
    function assume(bool condition) external pure;
    function expectRevert(bytes calldata reason) external;
    function expectEmit() external;
    function lastCallGas() external view returns (Gas memory);

    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }
}

/// @dev A ledger of four members, with two issuing keys of VN, one of TH, one of MY and a customs key of TH.
abstract contract Base {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    uint48 internal constant START = 1_900_000_000;
    bytes2 internal constant VN = "VN";
    bytes2 internal constant TH = "TH";
    bytes2 internal constant MY = "MY";
    bytes2 internal constant SG = "SG";
    uint8 internal constant ISSUING = 1;
    uint8 internal constant CUSTOMS = 4;

    address internal constant VN_ADMIN = address(0xA1);
    address internal constant TH_ADMIN = address(0xA2);
    address internal constant MY_ADMIN = address(0xA3);
    address internal constant SG_ADMIN = address(0xA4);
    address internal constant VN_KEY = address(0xB1);
    address internal constant TH_KEY = address(0xB2);
    address internal constant MY_KEY = address(0xB3);
    address internal constant TH_CUSTOMS = address(0xB4);
    address internal constant VN_KEY_2 = address(0xB5);
    address internal constant STRANGER = address(0xC1);

    CertificateRegistry internal registry;

    function setUp() public virtual {
        vm.warp(START);
        registry = new CertificateRegistry(_founders());
        _addAuthority(VN_ADMIN, ISSUING); // 1
        _addAuthority(TH_ADMIN, ISSUING); // 2
        _addAuthority(MY_ADMIN, ISSUING); // 3
        _addAuthority(TH_ADMIN, CUSTOMS); // 4
        _addKey(VN_ADMIN, 1, VN_KEY);
        _addKey(TH_ADMIN, 2, TH_KEY);
        _addKey(MY_ADMIN, 3, MY_KEY);
        _addKey(TH_ADMIN, 4, TH_CUSTOMS);
        _addKey(VN_ADMIN, 1, VN_KEY_2);
    }

    function _founders() internal pure returns (IMemberRegistry.Founder[] memory founders) {
        founders = new IMemberRegistry.Founder[](4);
        founders[0] = IMemberRegistry.Founder({member: VN, admin: VN_ADMIN});
        founders[1] = IMemberRegistry.Founder({member: TH, admin: TH_ADMIN});
        founders[2] = IMemberRegistry.Founder({member: MY, admin: MY_ADMIN});
        founders[3] = IMemberRegistry.Founder({member: SG, admin: SG_ADMIN});
    }

    function _addAuthority(address admin, uint8 roles) internal returns (uint32) {
        vm.prank(admin);
        return registry.addAuthority(roles, "Authority", "authority.example");
    }

    function _addKey(address admin, uint32 authority, address account) internal {
        vm.prank(admin);
        registry.addKey(authority, account);
    }

    /// @dev Sound terms from VN to TH, different for each seed, valid for 300 days.
    function _terms(uint256 seed) internal pure returns (ICertificateRegistry.Terms memory terms) {
        terms.documentHash = keccak256(abi.encode("document", seed));
        terms.referenceKey = keccak256(abi.encode("reference", seed));
        terms.exporting = VN;
        terms.importing = TH;
        terms.issuedOn = START - 1 days;
        terms.validUntil = START + 300 days;
        terms.scheme = 1;
        terms.parents = new bytes32[](0);
    }

    /// @dev Sound terms from TH to MY, based on one certificate.
    function _child(uint256 seed, bytes32 parent) internal pure returns (ICertificateRegistry.Terms memory terms) {
        terms = _terms(seed);
        terms.exporting = TH;
        terms.importing = MY;
        terms.parents = new bytes32[](1);
        terms.parents[0] = parent;
    }

    function _issue(uint256 seed) internal returns (bytes32) {
        vm.prank(VN_KEY);
        return registry.issue(_terms(seed));
    }

    /// @dev Expects the next call, by this account, to be refused so.
    function _refused(address account, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(account);
    }

    /// @dev The suspension of a member, with the votes of these admins.
    function _suspend(bytes2 member, address[3] memory admins) internal returns (uint32 proposal) {
        vm.prank(admins[0]);
        proposal = registry.propose(IMemberRegistry.ProposalKind.Suspend, member, address(0));
        vm.prank(admins[1]);
        registry.vote(proposal);
        vm.prank(admins[2]);
        registry.vote(proposal);
    }

    /// @dev The root under which a member's batch is recorded, given the root of its tree.
    function _rootOf(bytes32 tree, bytes2 member) internal pure returns (bytes32) {
        return _pair(tree, bytes32(member));
    }

    function _pair(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return left < right ? keccak256(abi.encode(left, right)) : keccak256(abi.encode(right, left));
    }
}
