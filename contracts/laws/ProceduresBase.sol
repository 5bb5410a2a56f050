// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OriginProcedures} from "../OriginProcedures.sol";
import {ICertificateRegistry} from "../interfaces/ICertificateRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IOriginProcedures} from "../interfaces/IOriginProcedures.sol";
import {Base} from "./Base.sol";

/// @dev The ledger of `Base` with customs of MY (key 6) and competent authorities of VN and TH (7, 8), a certificate
/// from VN to TH, and one from TH to MY that is based on it.
abstract contract ProceduresBase is Base {
    uint8 internal constant COMPETENT = 2;
    uint48 internal constant SHORTEST = 29 days;
    uint48 internal constant LONGEST = 181 days;
    uint48 internal constant UNTIL = START + 300 days;
    bytes32 internal constant SAID = keccak256("statement");
    bytes32 internal constant RULES = keccak256("rules");
    bytes32 internal constant DECLARATION = keccak256("declaration");
    bytes32 internal constant ANOTHER = keccak256("another declaration");

    address internal constant MY_CUSTOMS = address(0xD1);
    address internal constant VN_COMPETENT = address(0xD2);
    address internal constant TH_COMPETENT = address(0xD3);

    OriginProcedures internal procedures;
    bytes32 internal id;
    bytes32 internal child;

    function setUp() public virtual override {
        super.setUp();
        procedures = new OriginProcedures(registry);
        _addKey(MY_ADMIN, _addAuthority(MY_ADMIN, CUSTOMS), MY_CUSTOMS);
        _addKey(VN_ADMIN, _addAuthority(VN_ADMIN, COMPETENT), VN_COMPETENT);
        _addKey(TH_ADMIN, _addAuthority(TH_ADMIN, COMPETENT), TH_COMPETENT);
        id = _issue(1);
        vm.prank(TH_KEY);
        child = registry.issue(_child(2, id));
    }

    /// @dev A sound decision under the first declaration, presented now and in time.
    function _decision(uint64 granted, uint64 refused)
        internal
        view
        returns (IOriginProcedures.Decision memory decision)
    {
        (decision.id, decision.declaration, decision.statement) = (id, DECLARATION, SAID);
        (decision.granted, decision.refused) = (granted, refused);
        decision.presentedAt = START;
    }

    function _decide(IOriginProcedures.Decision memory decision) internal {
        vm.prank(TH_CUSTOMS);
        procedures.decide(decision);
    }

    /// @dev A sound case of TH against VN, its reply due in 90 days.
    function _opening(uint64 lines, uint64 suspended) internal view returns (IOriginProcedures.Opening memory opening) {
        (opening.id, opening.about, opening.rules, opening.statement) = (id, id, RULES, SAID);
        (opening.lines, opening.suspended, opening.ground) = (lines, suspended, 2);
        (opening.due, opening.concludeDue) = (_in(90 days), _in(180 days));
    }

    function _open(uint64 lines, uint64 suspended) internal returns (uint32) {
        vm.prank(TH_CUSTOMS);
        return procedures.openCase(_opening(lines, suspended));
    }

    function _step(uint32 caseId, IOriginProcedures.Step step) internal {
        vm.prank(_isAsking(step) ? TH_CUSTOMS : VN_KEY);
        procedures.takeStep(caseId, step, _in(90 days), 0, SAID);
    }

    function _conclude(uint32 caseId, uint64 confirmed, uint64 denied) internal {
        vm.prank(TH_CUSTOMS);
        procedures.conclude(caseId, confirmed, denied, SAID);
    }

    /// @dev A case that ends at once, its lines denied.
    function _deny(uint64 lines) internal {
        uint32 caseId = _open(lines, 0);
        _step(caseId, IOriginProcedures.Step.Replied);
        _conclude(caseId, 0, lines);
    }

    function _isAsking(IOriginProcedures.Step step) internal pure returns (bool) {
        return step == IOriginProcedures.Step.AskedAgain || step == IOriginProcedures.Step.VisitNotified
            || step == IOriginProcedures.Step.Visited || step == IOriginProcedures.Step.Determined;
    }

    function _in(uint48 time) internal view returns (uint48) {
        return uint48(block.timestamp) + time;
    }

    function _unauthorised(address account, uint8 role) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IMemberRegistry.NotAuthorised.selector, account, role);
    }

    function _unknown(bytes32 certificate) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ICertificateRegistry.CertificateUnknown.selector, certificate);
    }

    function _notImporting() internal view returns (bytes memory) {
        return abi.encodeWithSelector(IOriginProcedures.NotTheImportingMember.selector, id, TH, MY);
    }

    function _withLines(bytes4 selector, uint64 lines) internal view returns (bytes memory) {
        return abi.encodeWithSelector(selector, id, lines);
    }
}
