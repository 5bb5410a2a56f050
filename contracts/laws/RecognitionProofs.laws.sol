// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberRegistry} from "../MemberRegistry.sol";
import {RecognitionRegistry} from "../RecognitionRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IRecognitionRegistry} from "../interfaces/IRecognitionRegistry.sol";
import {Vm} from "./Base.sol";
import {Svm} from "./Proofs.laws.sol";

/// @dev Laws proved for one call of any kind, by anybody, at any time, from any storage of both registries. Operators
/// have two changes at most before it, and codes four characters, unless a law says otherwise.
contract RecognitionProofs {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    Svm internal constant svm = Svm(0xF3993A62377BCd56AE39D773740A5390411E8BC9);
    uint48 internal constant FOREVER = type(uint48).max;

    MemberRegistry internal registry;
    RecognitionRegistry internal recognition;

    function setUp() public {
        IMemberRegistry.Founder[] memory founders = new IMemberRegistry.Founder[](1);
        founders[0] = IMemberRegistry.Founder({member: "VN", admin: address(0xA1)});
        registry = new MemberRegistry(founders);
        recognition = new RecognitionRegistry(registry);
        svm.enableSymbolicStorage(address(registry));
        svm.enableSymbolicStorage(address(recognition));
        vm.warp(uint48(svm.createUint256("now")));
        vm.assume(block.timestamp != 0);
    }

    function _anyStatus() private returns (IRecognitionRegistry.StatusWrite[] memory writes) {
        writes = new IRecognitionRegistry.StatusWrite[](1);
        IRecognitionRegistry.StatusWrite memory write = writes[0];
        write.operator = svm.createBytes32("operator");
        write.version = uint16(svm.createUint256("version"));
        write.status = IRecognitionRegistry.OperatorStatus(uint8(svm.createUint256("status")) % 6);
        write.level = uint8(svm.createUint256("level"));
        write.roles = uint16(svm.createUint256("roles"));
        write.programme = uint16(svm.createUint256("programme"));
        write.ground = IRecognitionRegistry.Ground(uint8(svm.createUint256("ground")) % 11);
        write.consent = uint8(svm.createUint256("consent"));
        write.effectiveFrom = uint48(svm.createUint256("effectiveFrom"));
        write.until = uint48(svm.createUint256("until"));
        write.recordHash = svm.createBytes32("recordHash");
    }

    function _anyTerms() private returns (IRecognitionRegistry.RecognitionTerms memory terms) {
        terms.arrangement = uint16(svm.createUint256("arrangement"));
        terms.partner = bytes2(svm.createBytes32("partner"));
        terms.programme = uint16(svm.createUint256("programme"));
        terms.minLevel = uint8(svm.createUint256("minLevel"));
        terms.roles = uint16(svm.createUint256("roles"));
        terms.directions = uint8(svm.createUint256("directions"));
        terms.effectiveFrom = uint48(svm.createUint256("effectiveFrom"));
        terms.until = uint48(svm.createUint256("until"));
    }

    /// @dev Any call that writes.
    function _anyWrite(uint8 choice) private {
        uint48 moment = uint48(svm.createUint256("moment"));
        uint16 number = uint16(svm.createUint256("number"));
        uint8 kind = uint8(svm.createUint256("kind"));
        if (choice == 0) {
            recognition.record(_anyStatus());
        } else if (choice == 1) {
            recognition.declareProgramme("code", "name", IRecognitionRegistry.ProgrammeKind(kind % 3), uint8(number));
        } else if (choice == 2) {
            bytes2 other = bytes2(svm.createBytes32("other"));
            IRecognitionRegistry.ArrangementKind kindOf = IRecognitionRegistry.ArrangementKind(kind % 3);
            recognition.declareArrangement(kindOf, other, "code", "title", svm.createBytes32("textHash"));
        } else if (choice == 3) {
            uint16 version = uint16(svm.createUint256("version"));
            recognition.participate(number, version, IRecognitionRegistry.ParticipationState(kind % 8), moment);
        } else if (choice == 4) {
            recognition.addRecognition(_anyTerms());
        } else {
            recognition.endRecognition(number, moment);
        }
    }

    function _same(IRecognitionRegistry.Change memory a, IRecognitionRegistry.Change memory b)
        private
        pure
        returns (bool)
    {
        return a.status == b.status && a.level == b.level && a.roles == b.roles && a.programme == b.programme
            && a.ground == b.ground && a.consent == b.consent && a.version == b.version && a.key == b.key
            && a.effectiveFrom == b.effectiveFrom && a.until == b.until && a.recordedAt == b.recordedAt;
    }

    /// @dev Whoever gets a status recorded is a live AEO key of the operator's member.
    function check_record_only_its_member_records_a_status(address caller) public {
        IRecognitionRegistry.StatusWrite[] memory writes = _anyStatus();
        vm.prank(caller);
        recognition.record(writes);
        assert(registry.mayWrite(caller, 8) && registry.keyOf(caller).member == bytes2(writes[0].operator));
    }

    /// @dev Nothing but `record` touches what is said of operators.
    function _leaves_statuses_alone(address caller, bytes32 operator, uint8 choice) private {
        IRecognitionRegistry.Change memory change = recognition.statusAt(operator, FOREVER, FOREVER);
        vm.assume(change.version == 1);
        vm.prank(caller);
        _anyWrite(choice);
        assert(_same(recognition.statusAt(operator, FOREVER, FOREVER), change));
    }

    function check_declareProgramme_leaves_statuses_alone(address caller, bytes32 operator) public {
        _leaves_statuses_alone(caller, operator, 1);
    }

    function check_declareArrangement_leaves_statuses_alone(address caller, bytes32 operator) public {
        _leaves_statuses_alone(caller, operator, 2);
    }

    function check_participate_leaves_statuses_alone(address caller, bytes32 operator) public {
        _leaves_statuses_alone(caller, operator, 3);
    }

    function check_addRecognition_leaves_statuses_alone(address caller, bytes32 operator) public {
        _leaves_statuses_alone(caller, operator, 4);
    }

    function check_endRecognition_leaves_statuses_alone(address caller, bytes32 operator) public {
        _leaves_statuses_alone(caller, operator, 5);
    }

    /// @dev What the ledger knew of an operator at a past moment stays when another status follows.
    function check_record_what_was_known_does_not_change(address caller, uint8 status, uint48 known) public {
        IRecognitionRegistry.Change memory change = recognition.statusAt("VN1", FOREVER, FOREVER);
        vm.assume(change.version == 1 && change.recordedAt <= known && known < block.timestamp);
        IRecognitionRegistry.StatusWrite[] memory writes = new IRecognitionRegistry.StatusWrite[](1);
        writes[0].operator = "VN1";
        writes[0].status = IRecognitionRegistry.OperatorStatus(1 + status % 5);
        (writes[0].version, writes[0].level, writes[0].roles, writes[0].programme) = (2, 1, 1, 1);
        (writes[0].effectiveFrom, writes[0].recordHash) = (1, bytes32(uint256(1)));
        vm.prank(caller);
        recognition.record(writes);
        assert(_same(recognition.statusAt("VN1", FOREVER, known), change));
    }
}

/// @dev A law proved for every question about an operator of VN to whom TH owes an answer.
contract AnswerProofs {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    RecognitionRegistry internal recognition;

    function setUp() public {
        IMemberRegistry.Founder[] memory founders = new IMemberRegistry.Founder[](2);
        founders[0] = IMemberRegistry.Founder({member: "VN", admin: address(0xA1)});
        founders[1] = IMemberRegistry.Founder({member: "TH", admin: address(0xA2)});
        vm.warp(1_900_000_000);
        MemberRegistry registry = new MemberRegistry(founders);
        recognition = new RecognitionRegistry(registry);
        for (uint8 i = 1; i <= 2; ++i) {
            vm.startPrank(address(uint160(0xA0 + i)));
            registry.addKey(registry.addAuthority(8, "name", "domain"), address(uint160(0xD0 + i)));
            vm.stopPrank();
        }
        _say();
    }

    function _say() private {
        IRecognitionRegistry.StatusWrite[] memory writes = new IRecognitionRegistry.StatusWrite[](1);
        writes[0].operator = "VN1";
        writes[0].status = IRecognitionRegistry.OperatorStatus.Certified;
        (writes[0].version, writes[0].level, writes[0].roles, writes[0].programme) = (1, 1, 3, 1);
        (writes[0].consent, writes[0].effectiveFrom) = (2, 1_900_000_000);
        (writes[0].until, writes[0].recordHash) = (1_990_000_000, bytes32(uint256(1)));
        vm.startPrank(address(0xD1));
        recognition.declareProgramme("code", "name", IRecognitionRegistry.ProgrammeKind.SafeAeo, 1);
        recognition.declareArrangement(IRecognitionRegistry.ArrangementKind.Plurilateral, 0, "code", "title", 0);
        recognition.record(writes);
        recognition.participate(1, 1, IRecognitionRegistry.ParticipationState.InForce, 1_910_000_000);
        vm.stopPrank();
        vm.startPrank(address(0xD2));
        recognition.participate(1, 1, IRecognitionRegistry.ParticipationState.InForce, 1_920_000_000);
        recognition.addRecognition(
            IRecognitionRegistry.RecognitionTerms(1, "VN", 1, 1, 1, 1, 1_930_000_000, 1_980_000_000)
        );
        vm.stopPrank();
    }

    /// @dev There is an answer, and it says Recognised only where everything holds.
    function check_recognise_answers_every_question(uint16 role, uint8 direction, uint48 moment, uint48 known)
        public
        view
    {
        (bool answered, bytes memory said) = address(recognition).staticcall(
            abi.encodeCall(recognition.recogniseAsKnown, ("VN1", "TH", role, direction, moment, known))
        );
        assert(answered);
        bool holds = role == 1 && direction == 1 && known >= 1_900_000_000 && moment >= 1_930_000_000
            && moment <= 1_980_000_000;
        IRecognitionRegistry.Answer memory answer = abi.decode(said, (IRecognitionRegistry.Answer));
        assert((answer.reason == IRecognitionRegistry.Reason.Recognised) == holds);
    }
}
