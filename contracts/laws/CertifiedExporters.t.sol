// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOriginProcedures} from "../interfaces/IOriginProcedures.sol";
import {ProceduresBase} from "./ProceduresBase.sol";

/// @dev See OriginProcedures.tree: exporters.
contract ExporterTest is ProceduresBase {
    bytes32 internal constant CODE = "VN/CE-2026.001";
    uint48 internal constant NOTICE = 366 days;
    IOriginProcedures.ExporterStatus internal constant AUTHORISED = IOriginProcedures.ExporterStatus.Authorised;
    IOriginProcedures.ExporterStatus internal constant SUSPENDED = IOriginProcedures.ExporterStatus.Suspended;
    IOriginProcedures.ExporterStatus internal constant WITHDRAWN = IOriginProcedures.ExporterStatus.Withdrawn;

    function _record(uint16 version, IOriginProcedures.ExporterStatus status, uint48 from) internal {
        vm.prank(VN_COMPETENT);
        procedures.recordExporter(CODE, version, status, from, 0, SAID);
    }

    function _refusesStatus(uint16 version, IOriginProcedures.ExporterStatus status, uint48 from) internal {
        _refused(
            VN_COMPETENT, abi.encodeWithSelector(IOriginProcedures.ExporterStatusInvalid.selector, CODE, status)
        );
        procedures.recordExporter(CODE, version, status, from, 0, SAID);
    }

    function _refusesDate(uint16 version, uint48 from, uint48 earliest) internal {
        _refused(
            VN_COMPETENT,
            abi.encodeWithSelector(IOriginProcedures.ExporterDateInvalid.selector, CODE, from, earliest)
        );
        procedures.recordExporter(CODE, version, AUTHORISED, from, 0, SAID);
    }

    function testFuzz_a_version_says_what_was_recorded(uint48 from, uint48 until, bytes32 hash) public {
        vm.assume(hash != 0);
        from = from % (START + NOTICE + 1);
        uint48 begins = from == 0 ? START : from;
        if (until <= begins) until = 0;
        vm.expectEmit();
        emit IOriginProcedures.ExporterRecorded(VN, CODE, 1, AUTHORISED, 7, begins, until, hash);
        vm.prank(VN_COMPETENT);
        procedures.recordExporter(CODE, 1, AUTHORISED, from, until, hash);
        IOriginProcedures.ExporterVersion[] memory versions = procedures.exporterOf(VN, CODE);
        assert(versions.length == 1);
        IOriginProcedures.ExporterVersion memory found = versions[0];
        assert(found.version == 1 && found.status == AUTHORISED && found.key == 7 && found.recordHash == hash);
        assert(found.effectiveFrom == begins && found.until == until && found.recordedAt == START);
        assert(procedures.exporterOf(TH, CODE).length == 0);
    }

    function testFuzz_only_competent_authorities_record_exporters(address account) public {
        vm.assume(account != VN_COMPETENT && account != TH_COMPETENT);
        _refused(account, _unauthorised(account, COMPETENT));
        procedures.recordExporter(CODE, 1, AUTHORISED, 0, 0, SAID);
    }

    function test_members_have_codes_of_their_own() public {
        _record(1, AUTHORISED, 0);
        vm.prank(TH_COMPETENT);
        procedures.recordExporter(CODE, 1, AUTHORISED, 0, 0, SAID);
        assert(procedures.exporterOf(TH, CODE)[0].key == 8 && procedures.exporterOf(VN, CODE).length == 1);
    }

    /// @dev Codes with few characters that do not fit, so that many are sound.
    function testFuzz_codes_are_capitals_digits_and_three_signs(bytes32 seed, uint256 length) public {
        bytes memory signs = bytes(unicode"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./[@:,\x00a");
        bytes memory text = new bytes(32);
        for (uint256 i = 0; i < length % 33; ++i) {
            text[i] = signs[uint8(seed[i]) % (uint8(seed[0]) % 2 == 0 ? 39 : 45)];
        }
        bytes32 code = bytes32(text);
        if (_looksLikeACode(code)) vm.prank(VN_COMPETENT);
        else _refusesCode(code);
        procedures.recordExporter(code, 1, AUTHORISED, 0, 0, SAID);
    }

    function _refusesCode(bytes32 code) private {
        _refused(VN_COMPETENT, abi.encodeWithSelector(IOriginProcedures.ExporterCodeInvalid.selector, code));
    }

    /// @dev The rule once more, in other words.
    function _looksLikeACode(bytes32 code) private pure returns (bool) {
        uint256 length = 32;
        while (length > 0 && code[length - 1] == 0) --length;
        for (uint256 i = 0; i < length; ++i) {
            bool letter = code[i] >= "A" && code[i] <= "Z";
            bool digit = code[i] >= "0" && code[i] <= "9";
            if (!letter && !digit && code[i] != "-" && code[i] != "." && code[i] != "/") return false;
        }
        return length != 0;
    }

    function test_the_limits_of_codes() public {
        bytes32[6] memory bad =
            [bytes32(0), "vn", "VN 1", "VN[1", "V\x001", bytes32(uint256(uint160(bytes20("A"))))];
        for (uint256 i = 0; i < bad.length; ++i) {
            _refusesCode(bad[i]);
            procedures.recordExporter(bad[i], 1, AUTHORISED, 0, 0, SAID);
        }
        bytes32[3] memory good = [bytes32("A"), "-./09AZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"];
        for (uint256 i = 0; i < good.length; ++i) {
            vm.prank(VN_COMPETENT);
            procedures.recordExporter(good[i], 1, AUTHORISED, 0, 0, SAID);
        }
    }

    function testFuzz_versions_count_without_gaps(uint16 version) public {
        vm.assume(version != 2);
        bytes4 selector = IOriginProcedures.ExporterVersionOutOfTurn.selector;
        if (version != 1) {
            _refused(VN_COMPETENT, abi.encodeWithSelector(selector, CODE, version, uint16(1)));
            procedures.recordExporter(CODE, version, AUTHORISED, 0, 0, SAID);
        }
        _record(1, AUTHORISED, 0);
        _refused(VN_COMPETENT, abi.encodeWithSelector(selector, CODE, version, uint16(2)));
        procedures.recordExporter(CODE, version, SUSPENDED, 0, 0, SAID);
    }

    function test_the_last_place_is_kept_for_the_withdrawal() public {
        for (uint16 version = 1; version < 64; ++version) {
            _record(version, version % 2 == 1 ? AUTHORISED : SUSPENDED, 0);
        }
        bytes memory full = abi.encodeWithSelector(IOriginProcedures.TooManyVersions.selector, CODE, uint16(64));
        _refused(VN_COMPETENT, full);
        procedures.recordExporter(CODE, 64, SUSPENDED, 0, 0, SAID);
        _record(64, WITHDRAWN, _in(1 days));
        _refused(VN_COMPETENT, full);
        procedures.recordExporter(CODE, 65, WITHDRAWN, 0, 0, SAID);
        assert(procedures.exporterOf(VN, CODE).length == 64);
        assert(procedures.exporterAt(VN, CODE, _in(1 days)).status == WITHDRAWN);
    }

    function test_the_first_status_authorises_and_nothing_follows_a_withdrawal() public {
        _refusesStatus(1, IOriginProcedures.ExporterStatus.None, 0);
        _refusesStatus(1, SUSPENDED, 0);
        _refusesStatus(1, WITHDRAWN, 0);
        _record(1, AUTHORISED, 0);
        _refusesStatus(2, IOriginProcedures.ExporterStatus.None, 0);
        _record(2, SUSPENDED, 0);
        _record(3, SUSPENDED, 0);
        _record(4, AUTHORISED, 0);
        _record(5, WITHDRAWN, 0);
        for (uint8 status = 0; status < 4; ++status) {
            _refusesStatus(6, IOriginProcedures.ExporterStatus(status), 0);
        }
    }

    function test_a_withdrawal_that_was_announced_can_only_come_earlier() public {
        _record(1, AUTHORISED, 0);
        _record(2, WITHDRAWN, _in(30 days));
        _refusesStatus(3, AUTHORISED, 0);
        _refusesStatus(3, SUSPENDED, 0);
        _refusesStatus(3, WITHDRAWN, _in(30 days));
        _record(3, WITHDRAWN, _in(10 days));
        _record(4, WITHDRAWN, 0);
        _refusesStatus(5, WITHDRAWN, 0);
        assert(procedures.exporterAt(VN, CODE, START).status == WITHDRAWN);
    }

    function test_there_is_a_record() public {
        _refused(VN_COMPETENT, abi.encodeWithSelector(IOriginProcedures.RecordMissing.selector, CODE));
        procedures.recordExporter(CODE, 1, AUTHORISED, 0, 0, 0);
    }

    function test_only_the_first_status_speaks_for_the_past_and_none_for_long_ahead() public {
        _refusesDate(1, START + NOTICE + 1, 1);
        _record(1, AUTHORISED, 1);
        _refusesDate(2, START - 1, START);
        _refusesDate(2, START + NOTICE + 1, START);
        _record(2, AUTHORISED, START + NOTICE);
        _record(3, AUTHORISED, START);
    }

    function testFuzz_an_authorisation_begins_before_it_ends(uint48 from, uint48 until) public {
        from = 1 + from % (START + NOTICE);
        until = 1 + until % from;
        _refused(
            VN_COMPETENT, abi.encodeWithSelector(IOriginProcedures.ExporterValidityInvalid.selector, CODE, until)
        );
        procedures.recordExporter(CODE, 1, AUTHORISED, from, until, SAID);
    }

    function test_what_was_recorded_last_of_what_has_begun_holds() public {
        _record(1, AUTHORISED, START - 100);
        _record(2, SUSPENDED, START + 50);
        _record(3, AUTHORISED, START + 80);
        _record(4, SUSPENDED, START + 70);
        assert(procedures.exporterAt(VN, CODE, START - 101).version == 0);
        assert(procedures.exporterAt(VN, CODE, START - 100).version == 1);
        assert(procedures.exporterAt(VN, CODE, START + 49).version == 1);
        assert(procedures.exporterAt(VN, CODE, START + 50).version == 2);
        assert(procedures.exporterAt(VN, CODE, START + 70).version == 4);
        assert(procedures.exporterAt(VN, CODE, START + 80).version == 4);
        assert(procedures.exporterAt(TH, CODE, START + 80).version == 0);
    }
}
