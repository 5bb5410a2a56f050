// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CertificateRegistry} from "../CertificateRegistry.sol";
import {RecognitionRegistry} from "../RecognitionRegistry.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IRecognitionRegistry} from "../interfaces/IRecognitionRegistry.sol";
import {Vm} from "./Base.sol";
import {RecognitionBase} from "./RecognitionBase.sol";

/// @dev Three members that say anything at all, refused or not, and what was seen of it from outside.
contract RecognitionHandler {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    CertificateRegistry private immutable _registry;
    RecognitionRegistry private immutable _recognition;
    address[] private _accounts;
    address[] private _admins;
    bytes32[] public operators;
    mapping(bytes32 operator => bytes32[] hashes) private _changes;
    mapping(uint16 arrangement => mapping(bytes2 member => bytes32[] hashes)) private _participations;
    mapping(uint32 recognition => bytes2 grantor) public grantorOf;
    mapping(uint32 recognition => bytes32 hash) public termsOf;
    mapping(uint32 recognition => bytes32 hash) public endOf;

    struct Observation {
        bytes32 operator;
        uint48 moment;
        uint48 known;
        bytes32 change;
    }

    Observation[] public observations;

    constructor(
        CertificateRegistry registry,
        RecognitionRegistry recognition,
        address[] memory accounts,
        address[] memory admins
    ) {
        _registry = registry;
        _recognition = recognition;
        _accounts = accounts;
        _admins = admins;
    }

    function operatorCount() external view returns (uint256) {
        return operators.length;
    }

    function changesOf(bytes32 operator) external view returns (bytes32[] memory) {
        return _changes[operator];
    }

    function participationsOf(uint16 arrangement, bytes2 member) external view returns (bytes32[] memory) {
        return _participations[arrangement][member];
    }

    function observationCount() external view returns (uint256) {
        return observations.length;
    }

    function pass(uint24 time) external {
        vm.warp(block.timestamp + time);
    }

    /// @dev Notes how an operator stood as far as the ledger knew one second ago, for good.
    function observe(uint256 which, uint24 ago) external {
        if (operators.length == 0) return;
        bytes32 operator = operators[which % operators.length];
        (uint48 moment, uint48 known) = (uint48(block.timestamp - ago), uint48(block.timestamp - 1));
        bytes32 change = keccak256(abi.encode(_recognition.statusAt(operator, moment, known)));
        observations.push(Observation({operator: operator, moment: moment, known: known, change: change}));
    }

    function record(uint256 who, uint8 number, uint8 from, uint8 status, uint24 ago, uint24 life, bool wrong) external {
        address account = _accounts[who % _accounts.length];
        bytes2 member = from % 4 == 0 ? _member(from / 4) : _registry.keyOf(account).member;
        IRecognitionRegistry.StatusWrite memory write;
        write.operator = bytes32(member) | (bytes32(bytes1(0x41 + number % 4)) >> 16);
        write.version = uint16(_changes[write.operator].length + (wrong ? 2 : 1));
        write.status = IRecognitionRegistry.OperatorStatus(write.version == 1 ? 1 : status % 6);
        (write.level, write.roles, write.consent) = (1, uint16(number) + 1, 2 + (status & 1));
        write.programme = _programmeOf(member);
        write.effectiveFrom = uint48(block.timestamp - ago);
        write.until = life % 2 == 0 ? 0 : write.effectiveFrom + life;
        write.recordHash = keccak256(abi.encode(write));
        IRecognitionRegistry.StatusWrite[] memory writes = new IRecognitionRegistry.StatusWrite[](1);
        writes[0] = write;
        vm.prank(account);
        try _recognition.record(writes) {
            require(_mayHaveWritten(account, bytes2(write.operator)), "written for another member");
            if (write.version == 1) operators.push(write.operator);
            IRecognitionRegistry.Change memory change =
                _recognition.statusAt(write.operator, type(uint48).max, type(uint48).max);
            require(change.version == write.version && change.recordedAt == block.timestamp, "not recorded last");
            _changes[write.operator].push(keccak256(abi.encode(change)));
        } catch {}
    }

    function declare(uint256 who, uint8 code, bool closed, uint8 other) external {
        vm.prank(_accounts[who % _accounts.length]);
        IRecognitionRegistry.ArrangementKind kind = closed
            ? IRecognitionRegistry.ArrangementKind.Bilateral
            : IRecognitionRegistry.ArrangementKind.Plurilateral;
        try _recognition.declareArrangement(
            kind, closed ? _member(other) : bytes2(0), string(abi.encode(code % 4)), "T", 0
        ) {}
            catch {}
    }

    function participate(uint256 who, uint8 arrangement, uint8 state, uint24 ago, bool wrong) external {
        address account = _accounts[who % _accounts.length];
        bytes2 member = _registry.keyOf(account).member;
        uint16 number = arrangement % 4;
        uint16 version = uint16(_participations[number][member].length + (wrong ? 2 : 1));
        vm.prank(account);
        try _recognition.participate(
            number, version, IRecognitionRegistry.ParticipationState(state % 8), uint48(block.timestamp - ago)
        ) {
            require(_mayHaveWritten(account, member), "written without the role");
            IRecognitionRegistry.Participation[] memory said = _recognition.participationsOf(number, member);
            require(said.length == version, "not counted");
            _participations[number][member].push(keccak256(abi.encode(said[version - 1])));
        } catch {}
    }

    function add(uint256 who, uint8 arrangement, uint8 partner, uint8 roles, uint24 life) external {
        IRecognitionRegistry.RecognitionTerms memory terms;
        (terms.arrangement, terms.partner) = (arrangement % 4, _member(partner));
        terms.programme = _programmeOf(terms.partner);
        (terms.minLevel, terms.roles, terms.directions) = (1, roles, 3);
        (terms.effectiveFrom, terms.until) = (1, life);
        address account = _accounts[who % _accounts.length];
        vm.prank(account);
        try _recognition.addRecognition(terms) returns (uint32 number) {
            require(grantorOf[number] == 0, "numbered twice");
            grantorOf[number] = _registry.keyOf(account).member;
            termsOf[number] = keccak256(abi.encode(terms));
        } catch {}
    }

    function end(uint256 who, uint8 which, uint24 ago) external {
        uint32 number = 1 + uint32(which) % (_recognition.recognitionCount() + 1);
        address account = _accounts[who % _accounts.length];
        vm.prank(account);
        try _recognition.endRecognition(number, uint48(block.timestamp - ago)) {
            require(_mayHaveWritten(account, grantorOf[number]) && endOf[number] == 0, "ended by another, or twice");
            endOf[number] = keccak256(abi.encode(_recognition.recognitionOf(number)));
        } catch {}
    }

    function compromise(uint256 admin, uint256 which, uint24 ago) external {
        if (which % 16 != 0) return;
        vm.prank(_admins[admin % _admins.length]);
        try _registry.markCompromised(_accounts[(which >> 4) % _accounts.length], uint48(block.timestamp - ago)) {}
            catch {}
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

    function _mayHaveWritten(address account, bytes2 member) private view returns (bool) {
        return _registry.mayWrite(account, 8) && _registry.keyOf(account).member == member;
    }

    function _programmeOf(bytes2 member) private pure returns (uint16) {
        return member == "VN" ? 1 : member == "TH" ? 2 : 4;
    }

    function _member(uint8 index) private pure returns (bytes2) {
        return [bytes2("VN"), bytes2("TH"), bytes2("MY")][index % 3];
    }
}

/// @dev What stays true whatever several members say.
contract RecognitionInvariants is RecognitionBase {
    RecognitionHandler internal handler;

    function setUp() public override {
        super.setUp();
        vm.prank(MY_AEO);
        recognition.declareProgramme("AEO", "Name", IRecognitionRegistry.ProgrammeKind.SafeAeo, 2);
        address[] memory accounts = new address[](6);
        (accounts[0], accounts[1], accounts[2]) = (VN_AEO, TH_AEO, MY_AEO);
        (accounts[3], accounts[4], accounts[5]) = (TH_CUSTOMS, VN_KEY, address(0xD4));
        _addKey(VN_ADMIN, registry.keyOf(VN_AEO).authority, address(0xD4));
        address[] memory admins = new address[](4);
        (admins[0], admins[1], admins[2], admins[3]) = (VN_ADMIN, TH_ADMIN, MY_ADMIN, SG_ADMIN);
        handler = new RecognitionHandler(registry, recognition, accounts, admins);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Versions count from 1, the key is the member's own, and what was recorded is there as it was.
    function invariant_what_was_recorded_of_an_operator_is_kept_in_order() public view {
        for (uint256 i = 0; i < handler.operatorCount(); ++i) {
            bytes32 operator = handler.operators(i);
            IRecognitionRegistry.Change[] memory changes = recognition.statusesOf(operator);
            bytes32[] memory noted = handler.changesOf(operator);
            assert(changes.length == noted.length && noted.length != 0);
            for (uint256 j = 0; j < noted.length; ++j) {
                assert(keccak256(abi.encode(changes[j])) == noted[j] && changes[j].version == j + 1);
                assert(j == 0 || changes[j].recordedAt >= changes[j - 1].recordedAt);
                IMemberRegistry.Key memory key = registry.keyOf(registry.accountOf(changes[j].key));
                assert(key.member == bytes2(operator) && key.roles & AEO != 0);
                assert(key.revokedAt == 0 || key.revokedAt >= changes[j].recordedAt);
            }
        }
    }

    function invariant_what_a_member_said_of_an_arrangement_is_kept_in_order() public view {
        bytes2[3] memory codes = [VN, TH, MY];
        for (uint16 number = 0; number < 4; ++number) {
            for (uint256 i = 0; i < 3; ++i) {
                IRecognitionRegistry.Participation[] memory said = recognition.participationsOf(number, codes[i]);
                bytes32[] memory noted = handler.participationsOf(number, codes[i]);
                assert(said.length == noted.length);
                for (uint256 j = 0; j < noted.length; ++j) {
                    assert(keccak256(abi.encode(said[j])) == noted[j] && said[j].version == j + 1);
                }
            }
        }
    }

    function invariant_a_recognition_is_its_grantors_and_only_ends() public view {
        for (uint32 number = 1; number <= recognition.recognitionCount(); ++number) {
            IRecognitionRegistry.Recognition memory found = recognition.recognitionOf(number);
            assert(found.grantor == handler.grantorOf(number) && found.grantor != 0);
            assert(keccak256(abi.encode(found.terms)) == handler.termsOf(number));
            bytes32 end = handler.endOf(number);
            assert((end != 0) == (found.endedFrom != 0));
            assert(end == 0 || keccak256(abi.encode(found)) == end);
        }
    }

    function invariant_what_was_known_does_not_change() public view {
        for (uint256 i = 0; i < handler.observationCount(); ++i) {
            (bytes32 operator, uint48 moment, uint48 known, bytes32 change) = handler.observations(i);
            assert(keccak256(abi.encode(recognition.statusAt(operator, moment, known))) == change);
        }
    }

    function invariant_answers_never_revert() public view {
        bytes2[3] memory codes = [VN, TH, MY];
        for (uint256 i = 0; i < handler.operatorCount(); ++i) {
            for (uint256 j = 0; j < 3; ++j) {
                recognition.recognise(handler.operators(i), codes[j], IMP, IMPORT, uint48(block.timestamp));
            }
        }
    }
}
