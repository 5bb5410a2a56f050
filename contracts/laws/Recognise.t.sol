// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRecognitionRegistry} from "../interfaces/IRecognitionRegistry.sol";
import {RecognitionBase} from "./RecognitionBase.sol";

/// @dev See RecognitionRegistry.tree. TH recognises programme 1 of VN under arrangement 1, which is in force for both:
/// from level 2, importers and exporters, on import, for a year from START.
contract RecogniseTest is RecognitionBase {
    bytes32 internal operator = _code("VN0101234567");

    function setUp() public override {
        super.setUp();
        _declare();
        _participate(VN_AEO, 1, 1, 5);
        _participate(TH_AEO, 1, 1, 5);
        _add(_terms());
        _record(_first(operator));
    }

    function _declare() private returns (uint16) {
        bytes memory code = abi.encode(recognition.arrangementCount());
        vm.prank(VN_AEO);
        return recognition.declareArrangement(
            IRecognitionRegistry.ArrangementKind.Plurilateral, 0, string(code), "Title", 0
        );
    }

    function _participate(address account, uint16 arrangement, uint16 version, uint8 state) private {
        vm.prank(account);
        recognition.participate(
            arrangement, version, IRecognitionRegistry.ParticipationState(state), uint48(block.timestamp)
        );
    }

    function _terms() private pure returns (IRecognitionRegistry.RecognitionTerms memory terms) {
        terms.arrangement = 1;
        terms.partner = VN;
        terms.programme = VN_PROGRAMME;
        terms.minLevel = 2;
        terms.roles = IMP | EXP;
        terms.directions = IMPORT;
        terms.effectiveFrom = START;
        terms.until = START + 365 days;
    }

    function _add(IRecognitionRegistry.RecognitionTerms memory terms) private returns (uint32) {
        vm.prank(TH_AEO);
        return recognition.addRecognition(terms);
    }

    function _end(uint32 number, uint48 endedFrom) private {
        vm.prank(TH_AEO);
        recognition.endRecognition(number, endedFrom);
    }

    function _compromise(address admin, address account, uint48 from) private {
        vm.prank(admin);
        registry.markCompromised(account, from);
    }

    /// @dev Whether TH recognises the operator as an exporter whose goods it imports, now.
    function _now() private view returns (IRecognitionRegistry.Answer memory) {
        return recognition.recognise(operator, TH, EXP, IMPORT, uint48(block.timestamp));
    }

    function _says(IRecognitionRegistry.Answer memory answer, IRecognitionRegistry.Reason reason) private pure {
        assert(answer.reason == reason && answer.recognition == 0 && answer.arrangement == 0);
    }

    /// @dev What the answer is, and that an arrangement decided, and which recognition (0 for none).
    function _says(
        IRecognitionRegistry.Answer memory answer,
        IRecognitionRegistry.Reason reason,
        uint16 arrangement,
        uint32 number
    ) private pure {
        assert(answer.reason == reason && answer.recognition == number && answer.arrangement == arrangement);
        assert(answer.change.version != 0);
    }

    function test_an_operator_is_recognised_by_a_recognition_under_an_arrangement() public view {
        _says(_now(), IRecognitionRegistry.Reason.Recognised, 1, 1);
        IRecognitionRegistry.Change[] memory changes = recognition.statusesOf(operator);
        assert(keccak256(abi.encode(_now().change)) == keccak256(abi.encode(changes[0])));
    }

    function test_an_operator_is_found_when_it_was_known() public view {
        IRecognitionRegistry.Answer memory answer = recognition.recognise(_code("VN9"), TH, EXP, IMPORT, START);
        _says(answer, IRecognitionRegistry.Reason.NotFound);
        answer = recognition.recogniseAsKnown(operator, TH, EXP, IMPORT, START, START - 1);
        _says(answer, IRecognitionRegistry.Reason.NotFound);
        assert(answer.change.version == 0);
        answer = recognition.recogniseAsKnown(operator, TH, EXP, IMPORT, START - 1, START);
        _says(answer, IRecognitionRegistry.Reason.NotYetEffective);
        assert(answer.change.version == 0);
        answer = recognition.recogniseAsKnown(operator, TH, EXP, IMPORT, START, START);
        _says(answer, IRecognitionRegistry.Reason.Recognised, 1, 1);
    }

    function test_an_operator_that_is_not_certified_is_not_recognised_even_at_home() public {
        uint8[4] memory statuses = [2, 3, 4, 5];
        for (uint16 i = 0; i < 4; ++i) {
            _record(_then(operator, 2 * i + 2, IRecognitionRegistry.OperatorStatus(statuses[i])));
            _says(_now(), IRecognitionRegistry.Reason(statuses[i] + 2));
            assert(_now().change.version == 2 * i + 2);
            _says(recognition.recognise(operator, VN, EXP, IMPORT, START), IRecognitionRegistry.Reason(statuses[i] + 2));
            _record(_then(operator, 2 * i + 3, IRecognitionRegistry.OperatorStatus.Certified));
        }
    }

    function test_a_suspension_ends_when_a_later_change_begins() public {
        IRecognitionRegistry.StatusWrite[] memory writes = new IRecognitionRegistry.StatusWrite[](2);
        writes[0] = _then(operator, 2, IRecognitionRegistry.OperatorStatus.Suspended);
        writes[1] = _then(operator, 3, IRecognitionRegistry.OperatorStatus.Certified);
        writes[1].effectiveFrom = START + 30 days;
        vm.prank(VN_AEO);
        recognition.record(writes);
        _says(_now(), IRecognitionRegistry.Reason.Suspended);
        vm.warp(START + 30 days);
        _says(_now(), IRecognitionRegistry.Reason.Recognised, 1, 1);
    }

    function test_validity_ends_inclusively() public {
        IRecognitionRegistry.StatusWrite memory write =
            _then(operator, 2, IRecognitionRegistry.OperatorStatus.Certified);
        write.until = START + 10 days;
        _record(write);
        vm.warp(write.until);
        _says(_now(), IRecognitionRegistry.Reason.Recognised, 1, 1);
        vm.warp(write.until + 1);
        _says(_now(), IRecognitionRegistry.Reason.Expired);
    }

    function testFuzz_a_role_must_be_held(uint16 role) public view {
        IRecognitionRegistry.Answer memory answer = recognition.recognise(operator, VN, role, EXPORT, START);
        bool held = role != 0 && role & ~(IMP | EXP) == 0;
        _says(answer, held ? IRecognitionRegistry.Reason.Recognised : IRecognitionRegistry.Reason.RoleNotHeld);
    }

    function test_what_a_stolen_key_said_of_an_operator_counts_no_more() public {
        vm.warp(START + 1);
        _compromise(VN_ADMIN, VN_AEO, START + 1);
        _says(_now(), IRecognitionRegistry.Reason.Recognised, 1, 1);
        _compromise(VN_ADMIN, VN_AEO, START);
        _says(_now(), IRecognitionRegistry.Reason.SignerCompromised);
        assert(_now().change.version == 1);
    }

    function test_what_a_stolen_key_said_of_terms_is_as_if_it_was_not_there() public {
        _addKey(TH_ADMIN, registry.keyOf(TH_AEO).authority, address(0xD4));
        vm.warp(START + 1);
        _participate(address(0xD4), 1, 2, 5);
        IRecognitionRegistry.RecognitionTerms memory terms = _terms();
        terms.minLevel = 1;
        vm.prank(address(0xD4));
        recognition.addRecognition(terms);
        _compromise(TH_ADMIN, TH_AEO, START);
        _says(_now(), IRecognitionRegistry.Reason.Recognised, 1, 2);
        _compromise(TH_ADMIN, address(0xD4), START + 1);
        _says(_now(), IRecognitionRegistry.Reason.HostNotParticipating, 1, 0);
    }

    function test_only_who_consents_is_recognised_abroad() public {
        IRecognitionRegistry.StatusWrite memory write =
            _then(operator, 2, IRecognitionRegistry.OperatorStatus.Certified);
        write.consent = PUBLICATION;
        _record(write);
        _says(_now(), IRecognitionRegistry.Reason.NoConsent);
        _says(recognition.recognise(operator, VN, EXP, EXPORT, START), IRecognitionRegistry.Reason.Recognised);
    }

    function test_members_without_arrangement_recognise_nobody() public {
        _participate(VN_AEO, 1, 2, 7);
        IRecognitionRegistry.Answer memory answer = recognition.recognise(operator, SG, EXP, IMPORT, START);
        _says(answer, IRecognitionRegistry.Reason.HostNotParticipating, 1, 0);
        answer = recognition.recogniseAsKnown(operator, TH, EXP, IMPORT, START, START);
        _says(answer, IRecognitionRegistry.Reason.HomeNotParticipating, 1, 0);
        IRecognitionRegistry.StatusWrite memory write = _first(_code("MY1"));
        write.programme = 4;
        vm.prank(MY_AEO);
        recognition.declareProgramme("AEO", "Name", IRecognitionRegistry.ProgrammeKind.SafeAeo, 2);
        vm.prank(MY_AEO);
        recognition.record(_batch(write));
        answer = recognition.recognise(write.operator, SG, EXP, IMPORT, START);
        _says(answer, IRecognitionRegistry.Reason.NoArrangement);
        answer = recognition.recognise(write.operator, bytes2("XX"), EXP, IMPORT, START);
        _says(answer, IRecognitionRegistry.Reason.NoArrangement);
        answer = recognition.recognise(write.operator, TH, EXP, IMPORT, START);
        _says(answer, IRecognitionRegistry.Reason.HomeNotParticipating, 1, 0);
    }

    function test_benefits_flow_only_while_it_is_in_force_for_both() public {
        for (uint8 host = 1; host <= 7; ++host) {
            for (uint8 home = 1; home <= 7; ++home) {
                _participate(TH_AEO, 1, _next(TH), host);
                _participate(VN_AEO, 1, _next(VN), home);
                IRecognitionRegistry.Reason reason;
                if (host != 5 && host != 6) reason = IRecognitionRegistry.Reason.HostNotParticipating;
                else if (home != 5 && home != 6) reason = IRecognitionRegistry.Reason.HomeNotParticipating;
                else if (host == 6 || home == 6) reason = IRecognitionRegistry.Reason.ArrangementSuspended;
                _says(_now(), reason, 1, reason == IRecognitionRegistry.Reason.Recognised ? 1 : 0);
            }
        }
    }

    function _next(bytes2 member) private view returns (uint16) {
        return uint16(recognition.participationsOf(1, member).length + 1);
    }

    function test_a_withdrawal_recorded_late_speaks_for_the_days_before() public {
        vm.warp(START + 10 days);
        vm.prank(TH_AEO);
        recognition.participate(1, 2, IRecognitionRegistry.ParticipationState.Withdrawn, START + 5 days);
        _says(
            recognition.recognise(operator, TH, EXP, IMPORT, START + 5 days),
            IRecognitionRegistry.Reason.HostNotParticipating,
            1,
            0
        );
        _says(
            recognition.recognise(operator, TH, EXP, IMPORT, START + 5 days - 1),
            IRecognitionRegistry.Reason.Recognised,
            1,
            1
        );
        _says(
            recognition.recogniseAsKnown(operator, TH, EXP, IMPORT, START + 9 days, START + 10 days - 1),
            IRecognitionRegistry.Reason.Recognised,
            1,
            1
        );
    }

    function test_what_a_recognition_leaves_out_is_not_recognised() public {
        _end(1, START);
        _says(_now(), IRecognitionRegistry.Reason.NoLongerRecognised, 1, 1);
        vm.prank(VN_AEO);
        recognition.declareProgramme("TWO", "Name", IRecognitionRegistry.ProgrammeKind.SafeAeo, 3);
        _reaches(IRecognitionRegistry.Reason.ProgrammeNotRecognised, 0, _other(4, 2, IMP | EXP, IMPORT, START));
        _reaches(IRecognitionRegistry.Reason.LevelTooLow, 1, _other(1, 3, IMP | EXP, IMPORT, START));
        _reaches(IRecognitionRegistry.Reason.RoleNotCovered, 1, _other(1, 2, IMP, IMPORT, START));
        _reaches(IRecognitionRegistry.Reason.DirectionNotCovered, 1, _other(1, 2, EXP, EXPORT, START));
        _reaches(IRecognitionRegistry.Reason.NotYetRecognised, 1, _other(1, 2, EXP, IMPORT, START + 1));
        _reaches(IRecognitionRegistry.Reason.Recognised, 1, _other(1, 2, EXP, IMPORT, START));
    }

    function _other(uint16 programme, uint8 minLevel, uint16 roles, uint8 directions, uint48 from)
        private
        pure
        returns (IRecognitionRegistry.RecognitionTerms memory terms)
    {
        terms = _terms();
        (terms.programme, terms.minLevel, terms.roles) = (programme, minLevel, roles);
        (terms.directions, terms.effectiveFrom) = (directions, from);
    }

    /// @dev On a ledger on which these are all that MY recognises, the answer of MY is so, by that recognition or none.
    function _reaches(
        IRecognitionRegistry.Reason reason,
        uint32 decides,
        IRecognitionRegistry.RecognitionTerms memory terms
    ) private {
        if (recognition.participationsOf(1, MY).length == 0) _participate(MY_AEO, 1, 1, 5);
        vm.prank(MY_AEO);
        uint32 number = recognition.addRecognition(terms);
        IRecognitionRegistry.Answer memory answer = recognition.recognise(operator, MY, EXP, IMPORT, START);
        _says(answer, reason, 1, decides * number);
    }

    function test_of_several_the_nearest_decides_and_the_first_of_equals() public {
        _end(1, START);
        uint32 far = _add(_other(1, 3, IMP | EXP, IMPORT, START));
        _says(_now(), IRecognitionRegistry.Reason.NoLongerRecognised, 1, 1);
        uint32 first = _add(_other(1, 2, EXP, IMPORT, START + 7 days));
        uint32 second = _add(_other(1, 2, EXP, IMPORT, START + 8 days));
        _says(_now(), IRecognitionRegistry.Reason.NoLongerRecognised, 1, 1);
        IRecognitionRegistry.Answer memory answer = recognition.recogniseAsKnown(operator, TH, EXP, IMPORT, START, 0);
        _says(answer, IRecognitionRegistry.Reason.NotFound);
        vm.warp(START + 8 days);
        assert(far == 2 && first == 3 && second == 4);
        _says(_now(), IRecognitionRegistry.Reason.Recognised, 1, first);
        _end(first, START);
        _says(_now(), IRecognitionRegistry.Reason.Recognised, 1, second);
        _end(second, START);
        _says(_now(), IRecognitionRegistry.Reason.NoLongerRecognised, 1, 1);
    }

    function test_of_several_arrangements_the_nearest_decides_and_the_first_of_equals() public {
        uint16 two = _declare();
        uint16 three = _declare();
        _participate(VN_AEO, two, 1, 5);
        _participate(TH_AEO, two, 1, 6);
        _participate(VN_AEO, three, 1, 5);
        _participate(TH_AEO, three, 1, 6);
        _participate(TH_AEO, 1, 2, 7);
        _says(_now(), IRecognitionRegistry.Reason.ArrangementSuspended, two, 0);
        _participate(TH_AEO, three, 2, 5);
        _says(_now(), IRecognitionRegistry.Reason.ProgrammeNotRecognised, three, 0);
        IRecognitionRegistry.RecognitionTerms memory terms = _terms();
        terms.arrangement = three;
        terms.directions = EXPORT;
        uint32 number = _add(terms);
        _says(_now(), IRecognitionRegistry.Reason.DirectionNotCovered, three, number);
        _says(recognition.recognise(operator, TH, EXP, EXPORT, START), IRecognitionRegistry.Reason.Recognised, three, 2);
        _participate(TH_AEO, 1, 3, 5);
        _says(_now(), IRecognitionRegistry.Reason.Recognised, 1, 1);
    }

    function test_a_recognition_ends_by_its_term_and_by_its_grantors_word() public {
        vm.warp(START + 365 days);
        _says(_now(), IRecognitionRegistry.Reason.Recognised, 1, 1);
        vm.warp(START + 365 days + 1);
        _says(_now(), IRecognitionRegistry.Reason.NoLongerRecognised, 1, 1);
        _end(1, START + 10 days);
        uint48 ended = uint48(block.timestamp);
        _says(_at(START + 10 days, ended), IRecognitionRegistry.Reason.NoLongerRecognised, 1, 1);
        _says(_at(START + 10 days - 1, ended), IRecognitionRegistry.Reason.Recognised, 1, 1);
        _says(_at(START + 10 days, ended - 1), IRecognitionRegistry.Reason.Recognised, 1, 1);
    }

    function _at(uint48 moment, uint48 known) private view returns (IRecognitionRegistry.Answer memory) {
        return recognition.recogniseAsKnown(operator, TH, EXP, IMPORT, moment, known);
    }

    function test_what_was_recorded_later_was_not_known_then() public {
        vm.warp(START + 1 days);
        uint32 second = _add(_other(1, 1, EXP, IMPORT | EXPORT, START));
        IRecognitionRegistry.Answer memory answer = recognition.recognise(operator, TH, EXP, EXPORT, START);
        _says(answer, IRecognitionRegistry.Reason.Recognised, 1, second);
        answer = recognition.recogniseAsKnown(operator, TH, EXP, EXPORT, START, START + 1 days - 1);
        _says(answer, IRecognitionRegistry.Reason.DirectionNotCovered, 1, 1);
    }

    /// @dev Anything may be asked.
    function testFuzz_answers_never_revert(
        bytes32 code,
        bytes2 host,
        uint16 role,
        uint8 direction,
        uint48 moment,
        uint48 known
    ) public view {
        recognition.recogniseAsKnown(code, host, role, direction, moment, known);
        recognition.recogniseAsKnown(operator, host, role, direction, moment, known);
        recognition.recogniseAsKnown(operator, TH, role, direction, moment, known);
        recognition.statusAt(code, moment, known);
        assert(recognition.statusesOf(code).length <= 1);
        assert(recognition.participationsOf(role, host).length <= 1);
        assert(recognition.recognitionsOf(host, VN).length <= 1);
        recognition.recognitionOf(role);
        recognition.programmeOf(role);
        recognition.arrangementOf(role);
    }
}
