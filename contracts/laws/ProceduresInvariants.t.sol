// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CertificateRegistry} from "../CertificateRegistry.sol";
import {OriginProcedures} from "../OriginProcedures.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IOriginProcedures} from "../interfaces/IOriginProcedures.sol";
import {Vm} from "./Base.sol";
import {ProceduresBase} from "./ProceduresBase.sol";

/// @dev Keys of three members that do anything at all, refused or not, and what was seen of it from outside.
contract ProceduresHandler {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    CertificateRegistry private immutable _registry;
    OriginProcedures private immutable _procedures;
    address[] private _accounts;
    address[] private _admins;
    bytes32[] private _ids;
    mapping(uint32 caseId => bytes32 hash) public endOf;
    mapping(bytes2 member => mapping(bytes32 code => bytes32[] hashes)) private _exporters;

    constructor(
        CertificateRegistry registry,
        OriginProcedures procedures,
        address[] memory accounts,
        address[] memory admins,
        bytes32[] memory ids
    ) {
        _registry = registry;
        _procedures = procedures;
        (_accounts, _admins, _ids) = (accounts, admins, ids);
    }

    function versionsOf(bytes2 member, bytes32 code) external view returns (bytes32[] memory) {
        return _exporters[member][code];
    }

    function pass(uint24 time) external {
        vm.warp(block.timestamp + time);
    }

    function receiveProof(uint256 who, uint256 which) external {
        _write(_account(who), abi.encodeCall(IOriginProcedures.receiveProof, (_id(which))), 0);
    }

    function decide(uint256 who, uint256 which, uint8 granted, uint8 usedUp, uint8 refused, uint24 ago, bool late)
        external
    {
        IOriginProcedures.Decision memory decision;
        decision.id = _id(which);
        decision.declaration = bytes32(1 + which / 8 % 2);
        (decision.granted, decision.usedUp) = (granted, usedUp & granted);
        decision.refused = refused & ~granted;
        decision.presentedAt = uint48(which % 3 == 0 ? block.timestamp - ago : 1_900_000_000);
        (decision.late, decision.statement) = (late ? 1 : 0, "why");
        IOriginProcedures.Use memory use = _procedures.useOf(decision.id);
        if (_write(_account(who), abi.encodeCall(IOriginProcedures.decide, (decision)), 0)) {
            require(granted & (use.denied | use.suspended | use.usedUp) == 0, "granted what was not free");
            bool split = _procedures.splitUseAllowed(_registry.entryOf(decision.id).importing);
            require(split || granted & use.granted == 0, "granted twice");
            require(granted == 0 || _registry.entryOf(decision.id).endedAt == 0, "granted what was withdrawn");
        }
    }

    function clarify(uint256 who, uint256 which, uint8 lines) external {
        _write(_account(who), abi.encodeCall(IOriginProcedures.clarify, (_id(which), lines, "why")), 0);
    }

    function setSplitUse(uint256 who, bool allowed) external {
        _write(_account(who), abi.encodeCall(IOriginProcedures.setSplitUse, (allowed)), 0);
    }

    function openCase(uint256 who, uint256 which, uint8 lines, uint8 suspended, uint24 due) external {
        IOriginProcedures.Opening memory opening;
        (opening.id, opening.about) = (_id(which), which % 4 == 3 ? _id(which / 4) : _id(which));
        (opening.lines, opening.ground) = (uint64(1) << lines % 6, 1);
        if (lines > 127) opening.lines |= 64;
        opening.suspended = opening.lines & suspended;
        opening.due = uint48(block.timestamp + 29 days + due % 152 days);
        (opening.concludeDue, opening.rules, opening.statement) = (opening.due, "rules", "why");
        _write(_account(who), abi.encodeCall(IOriginProcedures.openCase, (opening)), 0);
    }

    function takeStep(uint256 who, uint32 number, uint8 kind, uint24 due, bool wrong) external {
        uint32 caseId = number % (_procedures.caseCount() + 1);
        IOriginProcedures.Case memory record = _procedures.caseOf(caseId);
        uint8 ahead = wrong ? kind : uint8(record.step) + 1 + kind % 3;
        IOriginProcedures.Step step = IOriginProcedures.Step(ahead % 13);
        address account = wrong ? _account(who) : _side(record, step);
        uint48 next = due % 2 == 0 ? 0 : uint48(block.timestamp + 29 days + due % 152 days);
        _write(account, abi.encodeCall(IOriginProcedures.takeStep, (caseId, step, next, 0, "why")), 0);
    }

    function setSuspension(uint256 who, uint32 number, uint8 suspended) external {
        uint32 caseId = number % (_procedures.caseCount() + 1);
        uint64 lines = _procedures.caseOf(caseId).lines & suspended;
        _write(_account(who), abi.encodeCall(IOriginProcedures.setSuspension, (caseId, lines, "why")), 0);
    }

    function conclude(uint256 who, uint32 number, uint8 denied) external {
        uint32 caseId = number % (_procedures.caseCount() + 1);
        uint64 lines = _procedures.caseOf(caseId).lines;
        uint64 no = lines & denied;
        if (_write(_account(who), abi.encodeCall(IOriginProcedures.conclude, (caseId, lines & ~no, no, "why")), no)) {
            require(endOf[caseId] == 0, "concluded twice");
            endOf[caseId] = keccak256(abi.encode(_procedures.caseOf(caseId)));
        }
    }

    function recordExporter(uint256 who, uint8 number, uint8 status, uint24 ahead, bool wrong) external {
        address account = who % 8 == 0 ? _account(who / 8) : _accounts[4 + who % 2];
        bytes2 member = _registry.keyOf(account).member;
        bytes32 code = bytes32(bytes1(0x41 + number % 2));
        uint16 version = uint16(_exporters[member][code].length + (wrong ? 2 : 1));
        IOriginProcedures.ExporterStatus next = IOriginProcedures.ExporterStatus(version == 1 ? 1 : status % 4);
        uint48 from = ahead % 2 == 0 ? 0 : uint48(block.timestamp + ahead);
        bytes memory said = abi.encodeCall(IOriginProcedures.recordExporter, (code, version, next, from, 0, "why"));
        if (_write(account, said, 0)) {
            require(_registry.mayWrite(account, 2), "recorded without the role");
            _exporters[member][code].push(keccak256(abi.encode(_procedures.exporterOf(member, code)[version - 1])));
        }
    }

    function cancel(uint256 which, uint8 seldom) external {
        if (seldom % 16 != 0) return;
        vm.prank(_accounts[0]);
        try _registry.cancel(_id(which), 1) {} catch {}
    }

    function suspend(uint256 admin, uint256 voter, bool back) external {
        IMemberRegistry.ProposalKind kind =
            back ? IMemberRegistry.ProposalKind.Reinstate : IMemberRegistry.ProposalKind.Suspend;
        vm.prank(_admins[admin % _admins.length]);
        bytes2 member = voter % 2 == 0 ? bytes2("TH") : bytes2("VN");
        try _registry.propose(kind, member, address(0)) returns (uint32 proposal) {
            vm.prank(_admins[voter % _admins.length]);
            try _registry.vote(proposal) {} catch {}
        } catch {}
    }

    /// @dev Does something, and looks whom it touched: uses are their importers', and granted lines go by denial only.
    function _write(address account, bytes memory said, uint64 denied) private returns (bool done) {
        IOriginProcedures.Use[] memory uses = new IOriginProcedures.Use[](_ids.length);
        for (uint256 i = 0; i < _ids.length; ++i) {
            uses[i] = _procedures.useOf(_ids[i]);
        }
        vm.prank(account);
        (done,) = address(_procedures).call(said);
        for (uint256 i = 0; i < _ids.length; ++i) {
            IOriginProcedures.Use memory later = _procedures.useOf(_ids[i]);
            bytes2 importing = _registry.entryOf(_ids[i]).importing;
            bool may = _registry.mayWrite(account, 4) && _registry.keyOf(account).member == importing;
            bool same = keccak256(abi.encode(later)) == keccak256(abi.encode(uses[i]));
            require(same || (done && may), "another member's certificate was touched");
            require(uses[i].granted & ~later.granted & ~denied == 0, "a granted line is gone");
            require(uses[i].receivedAt == 0 || later.receivedAt == uses[i].receivedAt, "received twice");
        }
    }

    function _side(IOriginProcedures.Case memory record, IOriginProcedures.Step step) private view returns (address) {
        bool asking = step == IOriginProcedures.Step.AskedAgain || step == IOriginProcedures.Step.VisitNotified
            || step == IOriginProcedures.Step.Visited || step == IOriginProcedures.Step.Determined;
        if (asking) return record.importing == "TH" ? _accounts[2] : _accounts[3];
        return record.exporting == "VN" ? _accounts[0] : _accounts[1];
    }

    function _account(uint256 who) private view returns (address) {
        return who % 2 == 0 ? _accounts[2] : _accounts[who / 2 % _accounts.length];
    }

    function _id(uint256 which) private view returns (bytes32) {
        return _ids[which % _ids.length];
    }
}

/// @dev What stays true whatever several members do.
contract ProceduresInvariants is ProceduresBase {
    ProceduresHandler internal handler;
    bytes32[] internal ids;

    function setUp() public override {
        super.setUp();
        ids = [id, child, _issue(3)];
        address[] memory accounts = new address[](6);
        (accounts[0], accounts[1], accounts[2]) = (VN_KEY, TH_KEY, TH_CUSTOMS);
        (accounts[3], accounts[4], accounts[5]) = (MY_CUSTOMS, VN_COMPETENT, TH_COMPETENT);
        address[] memory admins = new address[](4);
        (admins[0], admins[1], admins[2], admins[3]) = (VN_ADMIN, TH_ADMIN, MY_ADMIN, SG_ADMIN);
        handler = new ProceduresHandler(registry, procedures, accounts, admins, ids);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Each line is in one open case at most, and the use says which lines are in one.
    function invariant_lines_in_question_are_those_of_open_cases() public view {
        for (uint256 i = 0; i < ids.length; ++i) {
            (uint64 questioned, uint64 suspended) = (0, 0);
            for (uint32 number = 1; number <= procedures.caseCount(); ++number) {
                IOriginProcedures.Case memory record = procedures.caseOf(number);
                if (record.id != ids[i] || record.step == IOriginProcedures.Step.Concluded) continue;
                assert(record.lines != 0 && questioned & record.lines == 0);
                questioned |= record.lines;
                suspended |= record.suspended;
            }
            IOriginProcedures.Use memory use = procedures.useOf(ids[i]);
            assert(use.questioned == questioned && use.suspended == suspended && suspended & ~questioned == 0);
        }
    }

    /// @dev What is used up is granted, what is denied is not, and a decision is a receipt.
    function invariant_a_use_holds_in_itself() public view {
        for (uint256 i = 0; i < ids.length; ++i) {
            IOriginProcedures.Use memory use = procedures.useOf(ids[i]);
            assert(use.usedUp & ~use.granted == 0 && use.denied & use.granted == 0);
            assert((use.decidedAt == 0) == (use.declarations == 0));
            assert(use.decidedAt == 0 || (use.receivedAt != 0 && use.receivedAt <= use.decidedAt));
        }
    }

    /// @dev What is granted is so under some declaration, and each was counted once.
    function invariant_a_use_is_that_of_its_claims() public view {
        for (uint256 i = 0; i < ids.length; ++i) {
            IOriginProcedures.Use memory use = procedures.useOf(ids[i]);
            IOriginProcedures.Claim memory one = procedures.claimOf(ids[i], bytes32(uint256(1)));
            IOriginProcedures.Claim memory two = procedures.claimOf(ids[i], bytes32(uint256(2)));
            assert(use.granted & ~(one.granted | two.granted) == 0);
            assert((one.granted | two.granted) & ~(use.granted | use.denied | use.refused) == 0);
            assert(one.granted & one.refused == 0 && two.granted & two.refused == 0);
            assert(use.declarations == (one.decidedAt == 0 ? 0 : 1) + (two.decidedAt == 0 ? 0 : 1));
        }
    }

    function invariant_a_concluded_case_says_all_of_its_lines_for_good() public view {
        for (uint32 number = 1; number <= procedures.caseCount(); ++number) {
            IOriginProcedures.Case memory record = procedures.caseOf(number);
            bytes32 end = handler.endOf(number);
            assert((end != 0) == (record.step == IOriginProcedures.Step.Concluded));
            assert(end == 0 || keccak256(abi.encode(record)) == end);
            assert(record.confirmed & record.denied == 0);
            assert(record.confirmed | record.denied == (end == 0 ? 0 : record.lines));
            assert(record.suspended & ~record.lines == 0 && record.steppedAt >= record.openedAt);
        }
    }

    function invariant_what_was_recorded_of_an_exporter_is_kept_in_order() public view {
        bytes2[2] memory codes = [VN, TH];
        for (uint256 i = 0; i < 4; ++i) {
            bytes32 code = bytes32(bytes1(uint8(0x41 + i % 2)));
            IOriginProcedures.ExporterVersion[] memory versions = procedures.exporterOf(codes[i / 2], code);
            bytes32[] memory noted = handler.versionsOf(codes[i / 2], code);
            assert(versions.length == noted.length);
            for (uint256 j = 0; j < noted.length; ++j) {
                assert(keccak256(abi.encode(versions[j])) == noted[j] && versions[j].version == j + 1);
                assert(registry.keyOf(registry.accountOf(versions[j].key)).member == codes[i / 2]);
            }
        }
    }
}
