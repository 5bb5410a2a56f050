// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RecognitionRegistry} from "../RecognitionRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IRecognitionRegistry} from "../interfaces/IRecognitionRegistry.sol";
import {RecognitionBase} from "./RecognitionBase.sol";

/// @dev See RecognitionRegistry.tree.
contract StatusTest is RecognitionBase {
    bytes32 internal operator = _code("VN0101234567");

    function _refuses(IRecognitionRegistry.StatusWrite memory write, bytes memory reason) internal {
        _refused(VN_AEO, reason);
        recognition.record(_batch(write));
    }

    function _reason(bytes4 selector) internal view returns (bytes memory) {
        return abi.encodeWithSelector(selector, operator);
    }

    function test_it_refers_to_a_contract_for_good() public {
        assert(address(recognition.memberRegistry()) == address(registry));
        vm.expectRevert(abi.encodeWithSelector(IRecognitionRegistry.MembersInvalid.selector, STRANGER));
        new RecognitionRegistry(IMemberRegistry(STRANGER));
    }

    function testFuzz_a_change_says_what_was_recorded(
        uint8 level,
        uint16 roles,
        uint8 consent,
        uint8 ground,
        uint48 from,
        uint48 until
    ) public {
        IRecognitionRegistry.StatusWrite memory write = _first(operator);
        write.level = 1 + level % 3;
        write.roles = 1 + roles % 1023;
        write.consent = EXCHANGE | (consent & 1);
        write.ground = IRecognitionRegistry.Ground(ground % 11);
        write.effectiveFrom = 1 + from % (START + NOTICE);
        write.until = until > write.effectiveFrom ? until : 0;
        _record(write);
        IRecognitionRegistry.Change[] memory changes = recognition.statusesOf(operator);
        assert(changes.length == 1);
        IRecognitionRegistry.Change memory change = changes[0];
        assert(change.status == write.status && change.level == write.level && change.roles == write.roles);
        assert(change.programme == VN_PROGRAMME && change.ground == write.ground && change.consent == write.consent);
        assert(change.version == 1 && change.key == 6 && change.recordedAt == START);
        assert(change.effectiveFrom == write.effectiveFrom && change.until == write.until);
    }

    function testFuzz_only_live_aeo_keys_write(address account) public {
        vm.assume(account != VN_AEO && account != TH_AEO && account != MY_AEO);
        bytes memory reason = abi.encodeWithSelector(IMemberRegistry.NotAuthorised.selector, account, AEO);
        IRecognitionRegistry.StatusWrite[] memory writes = _batch(_first(operator));
        IRecognitionRegistry.RecognitionTerms memory terms;
        _refused(account, reason);
        recognition.record(writes);
        _refused(account, reason);
        recognition.declareProgramme("A", "A", IRecognitionRegistry.ProgrammeKind.SafeAeo, 1);
        _refused(account, reason);
        recognition.declareArrangement(IRecognitionRegistry.ArrangementKind.Plurilateral, 0, "A", "A", 0);
        _refused(account, reason);
        recognition.participate(1, 1, IRecognitionRegistry.ParticipationState.InForce, START);
        _refused(account, reason);
        recognition.addRecognition(terms);
        _refused(account, reason);
        recognition.endRecognition(1, START);
    }

    function test_revoked_and_suspended_keys_write_no_more() public {
        _addKey(VN_ADMIN, registry.keyOf(VN_AEO).authority, address(0xD4));
        vm.prank(VN_ADMIN);
        registry.revokeKey(VN_AEO);
        _refuses(_first(operator), abi.encodeWithSelector(IMemberRegistry.NotAuthorised.selector, VN_AEO, AEO));
        _suspend(VN, [TH_ADMIN, MY_ADMIN, SG_ADMIN]);
        _refused(address(0xD4), abi.encodeWithSelector(IMemberRegistry.NotAuthorised.selector, address(0xD4), AEO));
        recognition.record(_batch(_first(operator)));
    }

    function test_something_must_be_recorded() public {
        _refused(VN_AEO, abi.encodeWithSelector(IRecognitionRegistry.NothingToRecord.selector));
        recognition.record(new IRecognitionRegistry.StatusWrite[](0));
    }

    function testFuzz_versions_count_without_gaps(uint16 version) public {
        vm.assume(version != 2);
        IRecognitionRegistry.StatusWrite memory write = _first(operator);
        write.version = version;
        if (version != 1) {
            bytes4 selector = IRecognitionRegistry.VersionOutOfTurn.selector;
            _refuses(write, abi.encodeWithSelector(selector, operator, version, uint16(1)));
        }
        _record(_first(operator));
        _refuses(
            write,
            abi.encodeWithSelector(IRecognitionRegistry.VersionOutOfTurn.selector, operator, version, uint16(2))
        );
    }

    /// @dev Codes of VN with few characters that do not fit, so that many are sound.
    function testFuzz_codes_are_capitals_and_digits(bytes32 seed, uint256 length) public {
        bytes memory signs = bytes(unicode"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789[/\x00a");
        bytes memory code = new bytes(32);
        (code[0], code[1]) = ("V", "N");
        for (uint256 i = 2; i < length % 20; ++i) {
            code[i] = signs[uint8(seed[i]) % (uint8(seed[0]) % 2 == 0 ? 36 : 40)];
        }
        IRecognitionRegistry.StatusWrite memory write = _first(bytes32(code));
        if (_looksLikeACode(write.operator)) {
            _record(write);
        } else {
            _refuses(write, _reasonOf(write.operator));
        }
    }

    function _reasonOf(bytes32 code) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRecognitionRegistry.OperatorCodeInvalid.selector, code);
    }

    /// @dev The rule once more, in other words.
    function _looksLikeACode(bytes32 code) private pure returns (bool) {
        uint256 length = 32;
        while (length > 0 && code[length - 1] == 0) --length;
        if (length < 3 || length > 17) return false;
        for (uint256 i = 0; i < length; ++i) {
            bool letter = code[i] >= "A" && code[i] <= "Z";
            bool digit = code[i] >= "0" && code[i] <= "9";
            if (!letter && (i < 2 || !digit)) return false;
        }
        return true;
    }

    function test_the_limits_of_codes() public {
        string[10] memory bad = [
            "",
            "V",
            "VN",
            "V1A",
            "1NA",
            "vnA",
            "VN0123456789abcdef",
            "VN01234567890ABCDE",
            "VN 1",
            "VN[1"
        ];
        for (uint256 i = 0; i < bad.length; ++i) {
            bytes32 code = _code(bad[i]);
            _refuses(_first(code), _reasonOf(code));
        }
        bytes32[4] memory gaps =
            [bytes32("VN1") | bytes32(uint256(1)), bytes32("VN1\x001"), bytes32("VN\x001"), bytes32("VN/:@[")];
        for (uint256 i = 0; i < gaps.length; ++i) {
            _refuses(_first(gaps[i]), _reasonOf(gaps[i]));
        }
        _record(_first(_code("VN0")));
        _record(_first(_code("VNZ")));
        _record(_first(_code("VN09AZ56789ABCDEF")));
    }

    function test_nobody_speaks_for_anothers_operator() public {
        _record(_first(operator));
        IRecognitionRegistry.StatusWrite memory write =
            _then(operator, 2, IRecognitionRegistry.OperatorStatus.Revoked);
        write.programme = TH_PROGRAMME;
        _refused(TH_AEO, abi.encodeWithSelector(IRecognitionRegistry.OperatorNotYours.selector, operator, TH));
        recognition.record(_batch(write));
        (write.operator, write.version) = (_code("XX1"), 1);
        _refused(TH_AEO, abi.encodeWithSelector(IRecognitionRegistry.OperatorNotYours.selector, write.operator, TH));
        recognition.record(_batch(write));
    }

    function test_an_operator_comes_onto_the_ledger_by_its_consent() public {
        IRecognitionRegistry.StatusWrite memory write = _first(operator);
        write.consent = 0;
        _refuses(write, _reason(IRecognitionRegistry.ConsentMissing.selector));
        write.consent = PUBLICATION;
        _refuses(write, _reason(IRecognitionRegistry.ConsentMissing.selector));
        write.consent = 4;
        _refuses(write, _reason(IRecognitionRegistry.ConsentMissing.selector));
        write.consent = 6;
        _refuses(
            write, abi.encodeWithSelector(IRecognitionRegistry.ConsentInvalid.selector, operator, write.consent)
        );
        write.consent = EXCHANGE;
        _record(write);
        (write.version, write.consent) = (2, 0);
        _record(write);
        (write.version, write.consent) = (3, 4);
        _refuses(
            write, abi.encodeWithSelector(IRecognitionRegistry.ConsentInvalid.selector, operator, write.consent)
        );
    }

    function test_each_status_may_follow_each_but_for_a_suspension_of_what_ended() public {
        IRecognitionRegistry.OperatorStatus none = IRecognitionRegistry.OperatorStatus.None;
        for (uint8 first = 0; first <= 5; ++first) {
            IRecognitionRegistry.OperatorStatus status = IRecognitionRegistry.OperatorStatus(first);
            if (status == IRecognitionRegistry.OperatorStatus.Certified) continue;
            _refuses(
                _then(operator, 1, status),
                abi.encodeWithSelector(IRecognitionRegistry.StatusInvalid.selector, operator, status)
            );
        }
        _record(_first(operator));
        uint16 version = 1;
        for (uint8 from = 1; from <= 5; ++from) {
            for (uint8 to = 1; to <= 5; ++to) {
                if (from > 2 && to == 2) {
                    _goes(++version, from);
                    _refuses(
                        _then(operator, version + 1, IRecognitionRegistry.OperatorStatus(to)),
                        abi.encodeWithSelector(
                            IRecognitionRegistry.StatusNotAllowed.selector, operator, from, to
                        )
                    );
                    _goes(++version, 1);
                } else {
                    _goes(++version, from);
                    _goes(++version, to);
                    _goes(++version, 1);
                }
            }
        }
        _refuses(
            _then(operator, version + 1, none),
            abi.encodeWithSelector(IRecognitionRegistry.StatusInvalid.selector, operator, none)
        );
    }

    function _goes(uint16 version, uint8 status) private {
        _record(_then(operator, version, IRecognitionRegistry.OperatorStatus(status)));
    }

    function testFuzz_roles_exist(uint16 roles) public {
        IRecognitionRegistry.StatusWrite memory write = _first(operator);
        write.roles = roles;
        if (roles == 0 || roles > 1023) {
            _refuses(
                write,
                abi.encodeWithSelector(IRecognitionRegistry.OperatorRolesInvalid.selector, operator, roles)
            );
        } else {
            _record(write);
        }
    }

    function testFuzz_programme_and_level_are_the_members(uint16 programme, uint8 level) public {
        IRecognitionRegistry.StatusWrite memory write = _first(operator);
        (write.programme, write.level) = (programme % 5, level);
        if (write.programme != VN_PROGRAMME) {
            _refuses(
                write,
                abi.encodeWithSelector(IRecognitionRegistry.ProgrammeNotOfMember.selector, write.programme, VN)
            );
        }
        write.programme = VN_PROGRAMME;
        if (level == 0 || level > 3) {
            bytes4 selector = IRecognitionRegistry.LevelInvalid.selector;
            _refuses(write, abi.encodeWithSelector(selector, operator, level, uint8(3)));
        } else {
            _record(write);
        }
    }

    function testFuzz_the_dates_fit(uint48 from, uint48 until) public {
        IRecognitionRegistry.StatusWrite memory write = _first(operator);
        (write.effectiveFrom, write.until) = (from, until);
        if (from == 0 || from > START + NOTICE) {
            bytes4 selector = IRecognitionRegistry.EffectiveDateInvalid.selector;
            _refuses(write, abi.encodeWithSelector(selector, operator, from, START + NOTICE));
        } else if (until != 0 && until <= from) {
            _refuses(write, abi.encodeWithSelector(IRecognitionRegistry.UntilInvalid.selector, operator, from, until));
        } else {
            _record(write);
        }
    }

    function test_the_limits_of_the_dates() public {
        IRecognitionRegistry.StatusWrite memory write = _first(operator);
        write.effectiveFrom = 0;
        bytes4 selector = IRecognitionRegistry.EffectiveDateInvalid.selector;
        _refuses(write, abi.encodeWithSelector(selector, operator, uint48(0), START + NOTICE));
        write.effectiveFrom = START + NOTICE + 1;
        _refuses(write, abi.encodeWithSelector(selector, operator, write.effectiveFrom, START + NOTICE));
        write.effectiveFrom = START + NOTICE;
        write.until = write.effectiveFrom;
        _refuses(
            write,
            abi.encodeWithSelector(
                IRecognitionRegistry.UntilInvalid.selector, operator, write.effectiveFrom, write.until
            )
        );
        write.until = write.effectiveFrom + 1;
        _record(write);
        write = _first(_code("VN2"));
        write.effectiveFrom = 1;
        _record(write);
    }

    function test_a_revoked_operator_comes_back_when_it_may_or_by_an_appeal() public {
        _record(_first(operator));
        IRecognitionRegistry.StatusWrite memory revoked =
            _then(operator, 2, IRecognitionRegistry.OperatorStatus.Revoked);
        revoked.until = START + 300 days;
        _record(revoked);
        IRecognitionRegistry.StatusWrite memory again =
            _then(operator, 3, IRecognitionRegistry.OperatorStatus.Certified);
        again.effectiveFrom = revoked.until - 1;
        _refuses(
            again,
            abi.encodeWithSelector(
                IRecognitionRegistry.ReapplicationTooEarly.selector, operator, revoked.until
            )
        );
        again.ground = IRecognitionRegistry.Ground.AppealUpheld;
        _record(again);
        revoked.version = 4;
        _record(revoked);
        (again.version, again.ground, again.effectiveFrom) = (5, IRecognitionRegistry.Ground.None, revoked.until);
        _record(again);
    }

    function test_no_other_end_shortens_a_revocation() public {
        _record(_first(operator));
        IRecognitionRegistry.StatusWrite memory revoked =
            _then(operator, 2, IRecognitionRegistry.OperatorStatus.Revoked);
        revoked.until = START + 300 days;
        _record(revoked);
        bytes memory reason =
            abi.encodeWithSelector(IRecognitionRegistry.ReapplicationTooEarly.selector, operator, revoked.until);
        for (uint8 status = 3; status <= 5; ++status) {
            IRecognitionRegistry.StatusWrite memory end =
                _then(operator, 3, IRecognitionRegistry.OperatorStatus(status));
            end.until = 0;
            _refuses(end, reason);
            end.until = revoked.until - 1;
            _refuses(end, reason);
        }
        IRecognitionRegistry.StatusWrite memory annulled =
            _then(operator, 3, IRecognitionRegistry.OperatorStatus.Annulled);
        annulled.until = revoked.until;
        _record(annulled);
        IRecognitionRegistry.StatusWrite memory again =
            _then(operator, 4, IRecognitionRegistry.OperatorStatus.Certified);
        again.effectiveFrom = revoked.until - 1;
        _refuses(again, reason);
        again.effectiveFrom = revoked.until;
        _record(again);
    }

    function test_the_record_has_a_hash() public {
        IRecognitionRegistry.StatusWrite memory write = _first(operator);
        write.recordHash = 0;
        _refuses(write, _reason(IRecognitionRegistry.RecordHashMissing.selector));
    }

    function test_all_are_recorded_or_none() public {
        IRecognitionRegistry.StatusWrite[] memory writes = new IRecognitionRegistry.StatusWrite[](3);
        writes[0] = _first(operator);
        writes[1] = _then(operator, 2, IRecognitionRegistry.OperatorStatus.Suspended);
        writes[2] = _first(_code("TH1"));
        _refused(VN_AEO, abi.encodeWithSelector(IRecognitionRegistry.OperatorNotYours.selector, _code("TH1"), VN));
        recognition.record(writes);
        assert(recognition.statusesOf(operator).length == 0);
        writes[2] = _first(_code("VN1"));
        vm.prank(VN_AEO);
        recognition.record(writes);
        assert(recognition.statusesOf(operator).length == 2 && recognition.statusesOf(_code("VN1")).length == 1);
    }

    function test_a_late_suspension_speaks_for_the_days_before_but_not_for_what_was_known_then() public {
        _record(_first(operator));
        vm.warp(START + 10 days);
        IRecognitionRegistry.StatusWrite memory write =
            _then(operator, 2, IRecognitionRegistry.OperatorStatus.Suspended);
        write.effectiveFrom = START + 4 days;
        _record(write);
        assert(_versionAt(START + 4 days - 1, FOREVER) == 1);
        assert(_versionAt(START + 4 days, FOREVER) == 2);
        assert(_versionAt(START + 9 days, START + 10 days) == 2);
        assert(_versionAt(START + 9 days, START + 10 days - 1) == 1);
        assert(_versionAt(START - 1, FOREVER) == 0);
        assert(_versionAt(START, START - 1) == 0);
        IRecognitionRegistry.Change[] memory changes = recognition.statusesOf(operator);
        assert(changes.length == 2 && changes[0].version == 1 && changes[1].version == 2);
        assert(changes[0].status == IRecognitionRegistry.OperatorStatus.Certified && changes[0].recordedAt == START);
        assert(changes[1].recordedAt == START + 10 days && changes[1].effectiveFrom == START + 4 days);
    }

    function _versionAt(uint48 moment, uint48 known) private view returns (uint16) {
        return recognition.statusAt(operator, moment, known).version;
    }
}

/// @dev See RecognitionRegistry.tree.
contract TermsTest is RecognitionBase {
    uint16 internal all;
    uint16 internal two;

    function setUp() public override {
        super.setUp();
        all = _declare(IRecognitionRegistry.ArrangementKind.Plurilateral, 0, "ALL");
        two = _declare(IRecognitionRegistry.ArrangementKind.Bilateral, TH, "TWO");
    }

    function _declare(IRecognitionRegistry.ArrangementKind kind, bytes2 other, string memory code)
        internal
        returns (uint16)
    {
        vm.prank(VN_AEO);
        return recognition.declareArrangement(kind, other, code, "Title", keccak256("text"));
    }

    function test_programmes_are_numbered() public {
        vm.prank(VN_AEO);
        uint16 number = recognition.declareProgramme("AO", "Name", IRecognitionRegistry.ProgrammeKind.Compliance, 9);
        assert(number == 4 && recognition.programmeCount() == 4);
        IRecognitionRegistry.Programme memory programme = recognition.programmeOf(4);
        assert(programme.member == VN && programme.kind == IRecognitionRegistry.ProgrammeKind.Compliance);
        assert(programme.levels == 9 && programme.since == START && programme.key == 6);
        assert(recognition.programmeOf(5).since == 0);
    }

    function test_each_rule_of_programmes() public {
        IRecognitionRegistry.ProgrammeKind kind = IRecognitionRegistry.ProgrammeKind.SafeAeo;
        _refused(VN_AEO, abi.encodeWithSelector(IRecognitionRegistry.ProgrammeCodeMissing.selector));
        recognition.declareProgramme("", "Name", kind, 1);
        _refused(VN_AEO, abi.encodeWithSelector(IRecognitionRegistry.ProgrammeNameMissing.selector));
        recognition.declareProgramme("A", "", kind, 1);
        _refused(VN_AEO, abi.encodeWithSelector(IRecognitionRegistry.ProgrammeKindInvalid.selector, uint8(0)));
        recognition.declareProgramme("A", "Name", IRecognitionRegistry.ProgrammeKind.None, 1);
        _refused(VN_AEO, abi.encodeWithSelector(IRecognitionRegistry.LevelsInvalid.selector, uint8(0)));
        recognition.declareProgramme("A", "Name", kind, 0);
        _refused(VN_AEO, abi.encodeWithSelector(IRecognitionRegistry.LevelsInvalid.selector, uint8(10)));
        recognition.declareProgramme("A", "Name", kind, 10);
        _refused(VN_AEO, abi.encodeWithSelector(IRecognitionRegistry.ProgrammeAlreadyDeclared.selector, VN_PROGRAMME));
        recognition.declareProgramme("AEO", "Name", kind, 1);
    }

    function test_arrangements_are_numbered() public view {
        assert(all == 1 && two == 2 && recognition.arrangementCount() == 2);
        IRecognitionRegistry.Arrangement memory open = recognition.arrangementOf(all);
        assert(open.kind == IRecognitionRegistry.ArrangementKind.Plurilateral && open.member == VN && open.other == 0);
        IRecognitionRegistry.Arrangement memory closed = recognition.arrangementOf(two);
        assert(closed.kind == IRecognitionRegistry.ArrangementKind.Bilateral && closed.other == TH);
        assert(closed.since == START && closed.key == 6 && recognition.arrangementOf(3).since == 0);
    }

    function _refusesArrangement(
        IRecognitionRegistry.ArrangementKind kind,
        bytes2 other,
        string memory code,
        string memory title,
        bytes memory reason
    ) private {
        _refused(VN_AEO, reason);
        recognition.declareArrangement(kind, other, code, title, 0);
    }

    function test_each_rule_of_arrangements() public {
        IRecognitionRegistry.ArrangementKind open = IRecognitionRegistry.ArrangementKind.Plurilateral;
        IRecognitionRegistry.ArrangementKind closed = IRecognitionRegistry.ArrangementKind.Bilateral;
        _refusesArrangement(
            open, 0, "", "T", abi.encodeWithSelector(IRecognitionRegistry.ArrangementCodeMissing.selector)
        );
        _refusesArrangement(
            open, 0, "A", "", abi.encodeWithSelector(IRecognitionRegistry.ArrangementTitleMissing.selector)
        );
        bytes memory reason = abi.encodeWithSelector(IRecognitionRegistry.ArrangementKindInvalid.selector, uint8(0));
        _refusesArrangement(IRecognitionRegistry.ArrangementKind.None, 0, "A", "T", reason);
        bytes2[3] memory others = [bytes2(0), VN, bytes2("XX")];
        for (uint256 i = 0; i < others.length; ++i) {
            reason = abi.encodeWithSelector(IRecognitionRegistry.OtherPartyInvalid.selector, others[i]);
            _refusesArrangement(closed, others[i], "A", "T", reason);
        }
        reason = abi.encodeWithSelector(IRecognitionRegistry.OtherPartyInvalid.selector, TH);
        _refusesArrangement(open, TH, "A", "T", reason);
        _refused(TH_AEO, abi.encodeWithSelector(IRecognitionRegistry.ArrangementAlreadyDeclared.selector, all));
        recognition.declareArrangement(open, 0, "ALL", "T", 0);
        for (uint256 i = 2; i < 16; ++i) {
            _declare(open, 0, string(abi.encode(i)));
        }
        reason = abi.encodeWithSelector(IRecognitionRegistry.TooManyArrangements.selector, uint256(16));
        _refusesArrangement(open, 0, "A", "T", reason);
        vm.prank(TH_AEO);
        recognition.declareArrangement(open, 0, "A", "T", 0);
    }

    function _participate(uint16 arrangement, uint16 version, uint8 state, uint48 from) private {
        recognition.participate(arrangement, version, IRecognitionRegistry.ParticipationState(state), from);
    }

    function test_participations_are_kept() public {
        vm.prank(TH_AEO);
        _participate(two, 1, 3, START + 5 days);
        vm.warp(START + 1 days);
        vm.prank(TH_AEO);
        _participate(two, 2, 5, START + 1 days);
        IRecognitionRegistry.Participation[] memory said = recognition.participationsOf(two, TH);
        assert(said.length == 2 && said[0].version == 1 && said[1].version == 2);
        assert(said[0].state == IRecognitionRegistry.ParticipationState.Signed && said[0].recordedAt == START);
        assert(said[0].effectiveFrom == START + 5 days && said[0].key == 7);
        assert(said[1].state == IRecognitionRegistry.ParticipationState.InForce);
        assert(said[1].recordedAt == START + 1 days);
        assert(recognition.participationsOf(two, VN).length == 0);
    }

    function test_each_rule_of_participations() public {
        _refused(MY_AEO, abi.encodeWithSelector(IRecognitionRegistry.ArrangementUnknown.selector, uint16(3)));
        _participate(3, 1, 5, START);
        _refused(MY_AEO, abi.encodeWithSelector(IRecognitionRegistry.NotAParty.selector, two, MY));
        _participate(two, 1, 5, START);
        bytes4 selector = IRecognitionRegistry.ParticipationStateInvalid.selector;
        _refused(MY_AEO, abi.encodeWithSelector(selector, uint8(0)));
        _participate(all, 1, 0, START);
        selector = IRecognitionRegistry.ParticipationOutOfTurn.selector;
        _refused(MY_AEO, abi.encodeWithSelector(selector, all, uint16(2), uint16(1)));
        _participate(all, 2, 5, START);
        selector = IRecognitionRegistry.ParticipationDateInvalid.selector;
        _refused(MY_AEO, abi.encodeWithSelector(selector, all, uint48(0), START + NOTICE));
        _participate(all, 1, 5, 0);
        _refused(MY_AEO, abi.encodeWithSelector(selector, all, START + NOTICE + 1, START + NOTICE));
        _participate(all, 1, 5, START + NOTICE + 1);
        vm.prank(MY_AEO);
        _participate(all, 1, 5, START + NOTICE);
        selector = IRecognitionRegistry.ParticipationOutOfTurn.selector;
        _refused(MY_AEO, abi.encodeWithSelector(selector, all, uint16(1), uint16(2)));
        _participate(all, 1, 5, START);
    }

    /// @dev Sound terms by which VN recognises operators of TH.
    function _terms() internal view returns (IRecognitionRegistry.RecognitionTerms memory terms) {
        terms.arrangement = two;
        terms.partner = TH;
        terms.programme = TH_PROGRAMME;
        terms.minLevel = 1;
        terms.roles = IMP | EXP;
        terms.directions = IMPORT | EXPORT;
        terms.effectiveFrom = START;
        terms.until = START + 365 days;
    }

    function _add(IRecognitionRegistry.RecognitionTerms memory terms) private returns (uint32) {
        vm.prank(VN_AEO);
        return recognition.addRecognition(terms);
    }

    function _refuses(IRecognitionRegistry.RecognitionTerms memory terms, bytes memory reason) private {
        _refused(VN_AEO, reason);
        recognition.addRecognition(terms);
    }

    function test_recognitions_are_kept_and_ended_once() public {
        assert(_add(_terms()) == 1 && recognition.recognitionCount() == 1);
        vm.warp(START + 1 days);
        vm.prank(VN_AEO);
        recognition.endRecognition(1, START - 3 days);
        IRecognitionRegistry.Recognition memory found = recognition.recognitionOf(1);
        assert(keccak256(abi.encode(found.terms)) == keccak256(abi.encode(_terms())));
        assert(found.grantor == VN && found.key == 6 && found.recordedAt == START);
        assert(found.endedFrom == START - 3 days && found.endRecordedAt == START + 1 days && found.endKey == 6);
        assert(_add(_terms()) == 2 && recognition.recognitionOf(2).endedFrom == 0);
        uint32[] memory row = recognition.recognitionsOf(VN, TH);
        assert(row.length == 2 && row[0] == 1 && row[1] == 2 && recognition.recognitionsOf(TH, VN).length == 0);
    }

    function test_each_rule_of_who_is_recognised() public {
        IRecognitionRegistry.RecognitionTerms memory terms = _terms();
        terms.arrangement = 3;
        _refuses(terms, abi.encodeWithSelector(IRecognitionRegistry.ArrangementUnknown.selector, uint16(3)));
        _refused(MY_AEO, abi.encodeWithSelector(IRecognitionRegistry.NotAParty.selector, two, MY));
        recognition.addRecognition(_terms());
        bytes2[4] memory partners = [VN, bytes2("XX"), bytes2(0), MY];
        for (uint256 i = 0; i < partners.length; ++i) {
            terms = _terms();
            terms.partner = partners[i];
            _refuses(terms, abi.encodeWithSelector(IRecognitionRegistry.PartnerInvalid.selector, partners[i]));
        }
        uint16[3] memory programmes = [VN_PROGRAMME, 0, 4];
        for (uint256 i = 0; i < programmes.length; ++i) {
            terms = _terms();
            terms.programme = programmes[i];
            bytes4 selector = IRecognitionRegistry.ProgrammeNotOfMember.selector;
            _refuses(terms, abi.encodeWithSelector(selector, programmes[i], TH));
        }
        terms.programme = TH_COMPLIANCE;
        _refuses(
            terms, abi.encodeWithSelector(IRecognitionRegistry.ProgrammeNotRecognisable.selector, TH_COMPLIANCE)
        );
    }

    function testFuzz_what_is_recognised_exists(
        uint8 minLevel,
        uint16 roles,
        uint8 directions,
        uint48 from,
        uint48 until
    ) public {
        IRecognitionRegistry.RecognitionTerms memory terms = _terms();
        terms.minLevel = minLevel;
        if (minLevel != 1) {
            bytes4 selector = IRecognitionRegistry.MinLevelInvalid.selector;
            _refuses(terms, abi.encodeWithSelector(selector, minLevel, uint8(1)));
        }
        (terms.minLevel, terms.roles) = (1, roles);
        if (roles == 0 || roles > 1023) {
            _refuses(terms, abi.encodeWithSelector(IRecognitionRegistry.RecognisedRolesInvalid.selector, roles));
        }
        (terms.roles, terms.directions) = (IMP, directions);
        if (directions == 0 || directions > 3) {
            _refuses(terms, abi.encodeWithSelector(IRecognitionRegistry.DirectionsInvalid.selector, directions));
        }
        (terms.directions, terms.effectiveFrom, terms.until) = (IMPORT, from, until);
        if (from == 0 || (until != 0 && until <= from)) {
            _refuses(
                terms, abi.encodeWithSelector(IRecognitionRegistry.RecognitionDatesInvalid.selector, from, until)
            );
        } else {
            _add(terms);
        }
    }

    function test_the_limits_of_a_recognitions_dates() public {
        IRecognitionRegistry.RecognitionTerms memory terms = _terms();
        bytes4 selector = IRecognitionRegistry.RecognitionDatesInvalid.selector;
        (terms.effectiveFrom, terms.until) = (0, 0);
        _refuses(terms, abi.encodeWithSelector(selector, uint48(0), uint48(0)));
        (terms.effectiveFrom, terms.until) = (START, START);
        _refuses(terms, abi.encodeWithSelector(selector, START, START));
        (terms.effectiveFrom, terms.until) = (1, 2);
        _add(terms);
        (terms.effectiveFrom, terms.until) = (FOREVER, 0);
        _add(terms);
    }

    function test_the_same_is_recognised_once_until_it_is_ended() public {
        _add(_terms());
        IRecognitionRegistry.RecognitionTerms memory terms = _terms();
        terms.arrangement = all;
        _add(terms);
        _refuses(terms, abi.encodeWithSelector(IRecognitionRegistry.RecognitionAlreadyAdded.selector, uint32(2)));
        _refuses(_terms(), abi.encodeWithSelector(IRecognitionRegistry.RecognitionAlreadyAdded.selector, uint32(1)));
        for (uint48 i = 2; i < 64; ++i) {
            terms.until = START + i;
            _add(terms);
        }
        vm.prank(VN_AEO);
        recognition.endRecognition(1, START);
        _refuses(_terms(), abi.encodeWithSelector(IRecognitionRegistry.TooManyRecognitions.selector, uint256(64)));
    }

    function test_each_rule_of_an_end() public {
        _add(_terms());
        _refused(VN_AEO, abi.encodeWithSelector(IRecognitionRegistry.RecognitionUnknown.selector, uint32(2)));
        recognition.endRecognition(2, START);
        _refused(TH_AEO, abi.encodeWithSelector(IRecognitionRegistry.RecognitionNotYours.selector, uint32(1), TH));
        recognition.endRecognition(1, START);
        _refused(VN_AEO, abi.encodeWithSelector(IRecognitionRegistry.EndDateInvalid.selector, uint32(1), uint48(0)));
        recognition.endRecognition(1, 0);
        vm.prank(VN_AEO);
        recognition.endRecognition(1, START + 900 days);
        _refused(
            VN_AEO,
            abi.encodeWithSelector(
                IRecognitionRegistry.RecognitionAlreadyEnded.selector, uint32(1), START + 900 days
            )
        );
        recognition.endRecognition(1, START);
    }
}
