// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CertificateRegistry} from "../CertificateRegistry.sol";
import {OriginProcedures} from "../OriginProcedures.sol";
import {IMemberRegistry} from "../interfaces/IMemberRegistry.sol";
import {IOriginProcedures} from "../interfaces/IOriginProcedures.sol";
import {Vm} from "./Base.sol";
import {Svm} from "./Proofs.laws.sol";

/// @dev Laws proved for one call of any kind, by anybody, at any time, from any storage of both registries. Exporters
/// have two versions at most before it, and a code of one character.
contract ProceduresProofs {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    Svm internal constant svm = Svm(0xF3993A62377BCd56AE39D773740A5390411E8BC9);
    uint8 internal constant ISSUING = 1;
    uint8 internal constant COMPETENT = 2;
    uint8 internal constant CUSTOMS = 4;

    CertificateRegistry internal registry;
    OriginProcedures internal procedures;

    function setUp() public {
        IMemberRegistry.Founder[] memory founders = new IMemberRegistry.Founder[](1);
        founders[0] = IMemberRegistry.Founder({member: "VN", admin: address(0xA1)});
        registry = new CertificateRegistry(founders);
        procedures = new OriginProcedures(registry);
        svm.enableSymbolicStorage(address(registry));
        svm.enableSymbolicStorage(address(procedures));
        vm.warp(uint48(svm.createUint256("now")));
        vm.assume(block.timestamp != 0);
    }

    function _anyLines(string memory name) private returns (uint64) {
        return uint64(svm.createUint256(name));
    }

    function _anyTime(string memory name) private returns (uint48) {
        return uint48(svm.createUint256(name));
    }

    function _anyDecision() private returns (IOriginProcedures.Decision memory decision) {
        decision.id = svm.createBytes32("target");
        decision.declaration = svm.createBytes32("declaration");
        decision.granted = _anyLines("granted");
        decision.usedUp = _anyLines("usedUp");
        decision.refused = _anyLines("refused");
        decision.presentedAt = _anyTime("presentedAt");
        decision.late = uint8(svm.createUint256("late"));
        decision.statement = svm.createBytes32("statement");
    }

    function _anyOpening() private returns (IOriginProcedures.Opening memory opening) {
        opening.id = svm.createBytes32("target");
        opening.about = svm.createBytes32("about");
        opening.lines = _anyLines("lines");
        opening.suspended = _anyLines("suspended");
        opening.ground = uint8(svm.createUint256("ground"));
        opening.due = _anyTime("due");
        opening.concludeDue = _anyTime("concludeDue");
        opening.rules = svm.createBytes32("rules");
        opening.statement = svm.createBytes32("statement");
    }

    function _anyStep() private returns (IOriginProcedures.Step) {
        uint8 step = uint8(svm.createUint256("step"));
        vm.assume(step < 13);
        return IOriginProcedures.Step(step);
    }

    function _record() private {
        IOriginProcedures.ExporterStatus status =
            IOriginProcedures.ExporterStatus(uint8(svm.createUint256("status")) % 4);
        uint16 version = uint16(svm.createUint256("version"));
        bytes32 hash = svm.createBytes32("recordHash");
        procedures.recordExporter("A", version, status, _anyTime("effectiveFrom"), _anyTime("until"), hash);
    }

    /// @dev Any call that writes but a step, whose law stands alone; cases are touched by the last three.
    function _anyWrite(address caller, uint8 choice, uint32 caseId) private {
        bytes32 id = svm.createBytes32("target");
        bytes32 statement = svm.createBytes32("statement");
        vm.startPrank(caller);
        if (choice == 0) procedures.receiveProof(id);
        else if (choice == 1) procedures.decide(_anyDecision());
        else if (choice == 2) procedures.clarify(id, _anyLines("lines"), statement);
        else if (choice == 3) procedures.setSplitUse(svm.createUint256("allowed") % 2 == 0);
        else if (choice == 4) _record();
        else if (choice == 5) procedures.openCase(_anyOpening());
        else if (choice == 6) procedures.setSuspension(caseId, _anyLines("suspended"), statement);
        else procedures.conclude(caseId, _anyLines("confirmed"), _anyLines("denied"), statement);
        vm.stopPrank();
    }

    /// @dev Differences are joined bit by bit, for every `&&` would double what halmos follows.
    function _same(IOriginProcedures.Use memory a, IOriginProcedures.Use memory b) private pure returns (bool) {
        uint64 lines = (a.granted ^ b.granted) | (a.refused ^ b.refused) | (a.usedUp ^ b.usedUp)
            | (a.questioned ^ b.questioned) | (a.suspended ^ b.suspended) | (a.denied ^ b.denied);
        uint48 times = (a.receivedAt ^ b.receivedAt) | (a.decidedAt ^ b.decidedAt);
        return lines | times | (a.declarations ^ b.declarations) == 0;
    }

    function _same(IOriginProcedures.Claim memory a, IOriginProcedures.Claim memory b) private pure returns (bool) {
        uint48 times = (a.presentedAt ^ b.presentedAt) | (a.decidedAt ^ b.decidedAt);
        return (a.granted ^ b.granted) | (a.refused ^ b.refused) | times == 0;
    }

    /// @dev Who and what a case is about.
    function _alike(IOriginProcedures.Case memory a, IOriginProcedures.Case memory b) private pure returns (bool) {
        bytes32 texts = (a.id ^ b.id) | (a.about ^ b.about) | (a.importing ^ b.importing) | (a.exporting ^ b.exporting);
        return uint256(texts) | (a.lines ^ b.lines) | (a.ground ^ b.ground) | (a.openedAt ^ b.openedAt) == 0;
    }

    /// @dev How far a case is.
    function _unmoved(IOriginProcedures.Case memory a, IOriginProcedures.Case memory b) private pure returns (bool) {
        uint64 lines = (a.suspended ^ b.suspended) | (a.denied ^ b.denied) | (a.confirmed ^ b.confirmed);
        uint48 times = (a.steppedAt ^ b.steppedAt) | (a.due ^ b.due) | (a.concludeDue ^ b.concludeDue);
        return lines | times | (uint8(a.step) ^ uint8(b.step)) == 0 && a.postponed == b.postponed;
    }

    function _may(address caller, uint8 role, bytes2 member) private view returns (bool) {
        return registry.mayWrite(caller, role) && registry.keyOf(caller).member == member;
    }

    // --------------------------------------------------------------------------------- use and claims

    /// @dev Only a live customs key of the member that a certificate is addressed to changes its use. Of cases it is
    /// assumed what `openCase` leaves behind: they belong to that member.
    function _only_its_importer_changes_the_use(address caller, bytes32 id, uint8 choice) private {
        uint32 caseId = uint32(svm.createUint256("case"));
        IOriginProcedures.Case memory record = procedures.caseOf(caseId);
        vm.assume(choice < 6 || record.importing == registry.entryOf(record.id).importing);
        IOriginProcedures.Use memory use = procedures.useOf(id);
        _anyWrite(caller, choice, caseId);
        assert(_same(procedures.useOf(id), use) || _may(caller, CUSTOMS, registry.entryOf(id).importing));
    }

    function check_receiveProof_only_its_importer_changes_the_use(address caller, bytes32 id) public {
        _only_its_importer_changes_the_use(caller, id, 0);
    }

    function check_openCase_only_its_importer_changes_the_use(address caller, bytes32 id) public {
        _only_its_importer_changes_the_use(caller, id, 5);
    }

    function check_setSuspension_only_its_importer_changes_the_use(address caller, bytes32 id) public {
        _only_its_importer_changes_the_use(caller, id, 6);
    }

    function check_conclude_only_its_importer_changes_the_use(address caller, bytes32 id) public {
        _only_its_importer_changes_the_use(caller, id, 7);
    }

    /// @dev Answers, switches and exporters leave all use and claims alone, whoever makes them.
    function _leaves_lines_alone(address caller, bytes32 id, uint8 choice) private {
        bytes32 declaration = svm.createBytes32("claimed");
        IOriginProcedures.Use memory use = procedures.useOf(id);
        IOriginProcedures.Claim memory claim = procedures.claimOf(id, declaration);
        _anyWrite(caller, choice, uint32(svm.createUint256("case")));
        assert(_same(procedures.useOf(id), use) && _same(procedures.claimOf(id, declaration), claim));
    }

    function check_clarify_leaves_lines_alone(address caller, bytes32 id) public {
        _leaves_lines_alone(caller, id, 2);
    }

    function check_setSplitUse_leaves_lines_alone(address caller, bytes32 id) public {
        _leaves_lines_alone(caller, id, 3);
    }

    function check_recordExporter_leaves_lines_alone(address caller, bytes32 id) public {
        _leaves_lines_alone(caller, id, 4);
    }

    /// @dev A decision is made by the importing member, and touches one certificate. It says nothing of lines that it
    /// does not name, and grants none that is denied, suspended or used up; what was granted or used up stays so. To
    /// keep the number of ways small, a receipt is there; and a claim has both times or none, as `decide` leaves it.
    function check_decide_touches_its_own_lines_only(address caller, bytes32 other) public {
        IOriginProcedures.Decision memory decision = _anyDecision();
        vm.assume(other != decision.id);
        IOriginProcedures.Use memory untouched = procedures.useOf(other);
        IOriginProcedures.Use memory use = procedures.useOf(decision.id);
        IOriginProcedures.Claim memory claim = procedures.claimOf(decision.id, decision.declaration);
        vm.assume(use.receivedAt != 0 && (claim.presentedAt == 0) == (claim.decidedAt == 0));
        vm.prank(caller);
        procedures.decide(decision);
        IOriginProcedures.Use memory later = procedures.useOf(decision.id);
        IOriginProcedures.Claim memory claimed = procedures.claimOf(decision.id, decision.declaration);
        uint64 wrong = (claimed.granted ^ claim.granted) | (claimed.refused ^ claim.refused);
        wrong = (wrong | (later.refused ^ use.refused)) & ~(decision.granted | decision.refused);
        wrong |= (later.granted ^ (use.granted | decision.granted)) | (later.usedUp ^ (use.usedUp | decision.usedUp));
        wrong |= (later.questioned ^ use.questioned) | (later.suspended ^ use.suspended) | (later.denied ^ use.denied);
        wrong |= decision.granted & (use.denied | use.suspended | use.usedUp);
        assert(wrong == 0 && _same(procedures.useOf(other), untouched));
        assert(_may(caller, CUSTOMS, registry.entryOf(decision.id).importing));
    }

    /// @dev However a case ends, it says nothing of lines that are not in it; a denial takes back what was granted.
    function check_conclude_touches_its_own_lines_only(address caller, uint64 confirmed, uint64 denied) public {
        IOriginProcedures.Case memory record = procedures.caseOf(1);
        IOriginProcedures.Use memory use = procedures.useOf(record.id);
        vm.prank(caller);
        procedures.conclude(1, confirmed, denied, svm.createBytes32("statement"));
        IOriginProcedures.Use memory later = procedures.useOf(record.id);
        uint64 wrong = (later.granted ^ (use.granted & ~denied)) | (later.usedUp ^ (use.usedUp & ~denied))
            | (later.denied ^ ((use.denied & ~confirmed) | denied)) | (later.refused ^ (use.refused | denied));
        wrong |= (later.questioned ^ (use.questioned & ~record.lines));
        wrong |= (later.suspended ^ (use.suspended & ~record.lines));
        assert(wrong | ((confirmed | denied) ^ record.lines) | (confirmed & denied) == 0);
    }

    // ------------------------------------------------------------------------------------------- cases

    /// @dev A case that is concluded never changes, and of any other only what it has come to; but for steps, it is the
    /// member that asks that changes it.
    function _only_who_asks_changes_a_case(address caller, uint8 choice) private {
        uint32 caseId = uint32(svm.createUint256("observed"));
        IOriginProcedures.Case memory record = procedures.caseOf(caseId);
        vm.assume(record.step != IOriginProcedures.Step.None);
        vm.assume(choice != 5 || caseId <= procedures.caseCount());
        _anyWrite(caller, choice, uint32(svm.createUint256("case")));
        IOriginProcedures.Case memory later = procedures.caseOf(caseId);
        assert(_alike(later, record));
        if (_unmoved(later, record)) return;
        assert(choice != 5 && record.step != IOriginProcedures.Step.Concluded);
        assert(_may(caller, CUSTOMS, record.importing));
    }

    function _isAsking(IOriginProcedures.Step step) private pure returns (bool) {
        return step == IOriginProcedures.Step.AskedAgain || step == IOriginProcedures.Step.VisitNotified
            || step == IOriginProcedures.Step.Visited || step == IOriginProcedures.Step.Determined;
    }

    function check_openCase_only_who_asks_changes_a_case(address caller) public {
        _only_who_asks_changes_a_case(caller, 5);
    }

    function check_setSuspension_only_who_asks_changes_a_case(address caller) public {
        _only_who_asks_changes_a_case(caller, 6);
    }

    function check_conclude_only_who_asks_changes_a_case(address caller) public {
        _only_who_asks_changes_a_case(caller, 7);
    }

    /// @dev A new case belongs to the member that the certificate is addressed to, and asks who issued what is behind.
    function check_openCase_belongs_to_the_importing_member(address caller) public {
        IOriginProcedures.Opening memory opening = _anyOpening();
        vm.prank(caller);
        uint32 caseId = procedures.openCase(opening);
        IOriginProcedures.Case memory record = procedures.caseOf(caseId);
        assert(record.importing == registry.entryOf(opening.id).importing && record.id == opening.id);
        assert(record.exporting == registry.entryOf(opening.about).exporting);
        assert(_may(caller, CUSTOMS, record.importing));
    }

    /// @dev A step is taken by its side, in an open case, and says nothing of lines. Where customs then waits for the
    /// other side, it waits for as long as the shortest clock.
    function check_takeStep_is_for_the_side_that_takes_it(address caller, bytes32 id) public {
        IOriginProcedures.Step step = _anyStep();
        IOriginProcedures.Use memory use = procedures.useOf(id);
        IOriginProcedures.Case memory record = procedures.caseOf(1);
        vm.prank(caller);
        procedures.takeStep(1, step, _anyTime("due"), _anyTime("end"), svm.createBytes32("statement"));
        IOriginProcedures.Case memory later = procedures.caseOf(1);
        assert(_same(procedures.useOf(id), use) && _alike(later, record) && later.step == step);
        assert(record.step != IOriginProcedures.Step.Concluded && record.step != IOriginProcedures.Step.None);
        bool asking = _isAsking(step);
        assert(!asking || step == IOriginProcedures.Step.Visited || later.due >= block.timestamp + 29 days);
        assert(asking ? _may(caller, CUSTOMS, record.importing) : _may(caller, ISSUING, record.exporting));
    }

    // --------------------------------------------------------------------------------------- exporters

    /// @dev A competent authority speaks for its own member: what another one recorded last stays.
    function check_recordExporter_only_its_member_records(address caller, bytes2 member) public {
        vm.assume(registry.keyOf(caller).member != member);
        IOriginProcedures.ExporterVersion memory found = procedures.exporterAt(member, "A", type(uint48).max);
        vm.startPrank(caller);
        _record();
        vm.stopPrank();
        assert(registry.mayWrite(caller, COMPETENT));
        IOriginProcedures.ExporterVersion memory later = procedures.exporterAt(member, "A", type(uint48).max);
        uint48 times = (later.effectiveFrom ^ found.effectiveFrom) | (later.until ^ found.until)
            | (later.recordedAt ^ found.recordedAt) | (later.key ^ found.key) | (later.version ^ found.version);
        assert(times == 0 && later.recordHash == found.recordHash && later.status == found.status);
    }
}
