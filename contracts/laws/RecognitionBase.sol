// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RecognitionRegistry} from "../RecognitionRegistry.sol";
import {IRecognitionRegistry} from "../interfaces/IRecognitionRegistry.sol";
import {Base} from "./Base.sol";

/// @dev The ledger of `Base` with an AEO key of VN, TH and MY each (6, 7, 8), and programmes of VN (1, with three
/// levels) and TH (2), and one of TH that looks at compliance alone (3).
abstract contract RecognitionBase is Base {
    uint8 internal constant AEO = 8;
    uint8 internal constant PUBLICATION = 1;
    uint8 internal constant EXCHANGE = 2;
    uint16 internal constant IMP = 1;
    uint16 internal constant EXP = 2;
    uint8 internal constant IMPORT = 1;
    uint8 internal constant EXPORT = 2;
    uint48 internal constant FOREVER = type(uint48).max;
    uint48 internal constant NOTICE = 366 days;

    address internal constant VN_AEO = address(0xD1);
    address internal constant TH_AEO = address(0xD2);
    address internal constant MY_AEO = address(0xD3);

    uint16 internal constant VN_PROGRAMME = 1;
    uint16 internal constant TH_PROGRAMME = 2;
    uint16 internal constant TH_COMPLIANCE = 3;

    RecognitionRegistry internal recognition;

    function setUp() public virtual override {
        super.setUp();
        recognition = new RecognitionRegistry(registry);
        _addKey(VN_ADMIN, _addAuthority(VN_ADMIN, AEO), VN_AEO);
        _addKey(TH_ADMIN, _addAuthority(TH_ADMIN, AEO), TH_AEO);
        _addKey(MY_ADMIN, _addAuthority(MY_ADMIN, AEO | CUSTOMS), MY_AEO);
        vm.prank(VN_AEO);
        recognition.declareProgramme("AEO", "Doanh nghiep uu tien", IRecognitionRegistry.ProgrammeKind.SafeAeo, 3);
        vm.prank(TH_AEO);
        recognition.declareProgramme("AEO", "Thai AEO", IRecognitionRegistry.ProgrammeKind.SafeAeo, 1);
        vm.prank(TH_AEO);
        recognition.declareProgramme("AO", "Authorised", IRecognitionRegistry.ProgrammeKind.Compliance, 1);
    }

    /// @dev The code of an operator, as text.
    function _code(string memory text) internal pure returns (bytes32 code) {
        bytes memory signs = bytes(text);
        for (uint256 i = 0; i < signs.length; ++i) {
            code |= bytes32(signs[i]) >> (8 * i);
        }
    }

    /// @dev A sound first status of an operator of VN, from now on without end.
    function _first(bytes32 operator) internal view returns (IRecognitionRegistry.StatusWrite memory write) {
        write.operator = operator;
        write.version = 1;
        write.status = IRecognitionRegistry.OperatorStatus.Certified;
        write.level = 2;
        write.roles = IMP | EXP;
        write.programme = VN_PROGRAMME;
        write.consent = PUBLICATION | EXCHANGE;
        write.effectiveFrom = uint48(block.timestamp);
        write.recordHash = keccak256(abi.encode("record", operator));
    }

    /// @dev The same said again with another status, as the version given.
    function _then(bytes32 operator, uint16 version, IRecognitionRegistry.OperatorStatus status)
        internal
        view
        returns (IRecognitionRegistry.StatusWrite memory write)
    {
        write = _first(operator);
        (write.version, write.status) = (version, status);
    }

    function _batch(IRecognitionRegistry.StatusWrite memory write)
        internal
        pure
        returns (IRecognitionRegistry.StatusWrite[] memory writes)
    {
        writes = new IRecognitionRegistry.StatusWrite[](1);
        writes[0] = write;
    }

    function _record(IRecognitionRegistry.StatusWrite memory write) internal {
        vm.prank(VN_AEO);
        recognition.record(_batch(write));
    }
}
