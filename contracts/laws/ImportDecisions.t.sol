// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OriginProcedures} from "../OriginProcedures.sol";
import {ICertificateRegistry} from "../interfaces/ICertificateRegistry.sol";
import {IOriginProcedures} from "../interfaces/IOriginProcedures.sol";
import {ProceduresBase} from "./ProceduresBase.sol";

/// @dev See OriginProcedures.tree: the constructor, receipts, answers to refusals, and the switch of members.
contract ReceiptTest is ProceduresBase {
    function test_it_refers_to_a_contract_for_good() public {
        assert(address(procedures.certificateRegistry()) == address(registry));
        vm.expectRevert(abi.encodeWithSelector(IOriginProcedures.CertificatesInvalid.selector, STRANGER));
        new OriginProcedures(ICertificateRegistry(STRANGER));
    }

    function testFuzz_only_live_keys_with_the_role_write(address account) public {
        vm.assume(account != TH_CUSTOMS && account != MY_CUSTOMS);
        bytes memory reason = _unauthorised(account, CUSTOMS);
        IOriginProcedures.Decision memory decision = _decision(1, 0);
        IOriginProcedures.Opening memory opening = _opening(1, 0);
        _refused(account, reason);
        procedures.receiveProof(id);
        _refused(account, reason);
        procedures.decide(decision);
        _refused(account, reason);
        procedures.setSplitUse(false);
        _refused(account, reason);
        procedures.openCase(opening);
        _refused(account, reason);
        procedures.setSuspension(1, 0, SAID);
        _refused(account, reason);
        procedures.conclude(1, 1, 0, SAID);
        if (account == VN_KEY || account == VN_KEY_2 || account == TH_KEY || account == MY_KEY) return;
        _refused(account, _unauthorised(account, ISSUING));
        procedures.clarify(id, 1, SAID);
    }

    function test_revoked_keys_and_keys_of_suspended_members_write_no_more() public {
        uint32 caseId = _open(1, 0);
        _suspend(TH, [VN_ADMIN, MY_ADMIN, SG_ADMIN]);
        bytes memory reason = _unauthorised(TH_CUSTOMS, CUSTOMS);
        IOriginProcedures.Decision memory decision = _decision(2, 0);
        _refused(TH_CUSTOMS, reason);
        procedures.receiveProof(id);
        _refused(TH_CUSTOMS, reason);
        procedures.decide(decision);
        _refused(TH_CUSTOMS, reason);
        procedures.conclude(caseId, 1, 0, SAID);
        _refused(TH_COMPETENT, _unauthorised(TH_COMPETENT, COMPETENT));
        procedures.recordExporter("CE1", 1, IOriginProcedures.ExporterStatus.Authorised, 0, 0, SAID);
        vm.prank(VN_ADMIN);
        registry.revokeKey(VN_KEY);
        _refused(VN_KEY, _unauthorised(VN_KEY, ISSUING));
        procedures.takeStep(caseId, IOriginProcedures.Step.Replied, 0, 0, SAID);
        _refused(VN_KEY, _unauthorised(VN_KEY, ISSUING));
        procedures.clarify(id, 1, SAID);
    }

    function testFuzz_nothing_is_recorded_of_what_is_not_there(bytes32 other, bytes32 declaration) public view {
        vm.assume(other != id);
        IOriginProcedures.Use memory none;
        IOriginProcedures.Claim memory unclaimed;
        assert(keccak256(abi.encode(procedures.useOf(other))) == keccak256(abi.encode(none)));
        assert(keccak256(abi.encode(procedures.claimOf(other, declaration))) == keccak256(abi.encode(unclaimed)));
        assert(procedures.splitUseAllowed(bytes2(other)));
    }

    function test_a_receipt_is_confirmed_once_by_the_importing_member() public {
        _refused(TH_CUSTOMS, _unknown("no certificate"));
        procedures.receiveProof("no certificate");
        _refused(MY_CUSTOMS, _notImporting());
        procedures.receiveProof(id);
        vm.warp(START + 9);
        vm.expectEmit();
        emit IOriginProcedures.ProofReceived(id, 4);
        vm.prank(TH_CUSTOMS);
        procedures.receiveProof(id);
        assert(procedures.useOf(id).receivedAt == START + 9 && procedures.useOf(id).decidedAt == 0);
        _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.AlreadyReceived.selector, id, START + 9));
        procedures.receiveProof(id);
    }

    function test_a_decision_counts_as_a_receipt() public {
        vm.warp(START + 9);
        _decide(_decision(1, 0));
        assert(procedures.useOf(id).receivedAt == START + 9);
        _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.AlreadyReceived.selector, id, START + 9));
        procedures.receiveProof(id);
    }

    function test_a_decision_leaves_the_receipt_as_it_was() public {
        vm.prank(TH_CUSTOMS);
        procedures.receiveProof(id);
        vm.warp(START + 9);
        _decide(_decision(1, 0));
        assert(procedures.useOf(id).receivedAt == START && procedures.useOf(id).decidedAt == START + 9);
    }

    function test_the_issuer_answers_refusals() public {
        _decide(_decision(1, 6));
        _refused(VN_KEY, _unknown("no certificate"));
        procedures.clarify("no certificate", 2, SAID);
        _refused(
            TH_KEY, abi.encodeWithSelector(ICertificateRegistry.NotYourCertificate.selector, id, VN, TH)
        );
        procedures.clarify(id, 2, SAID);
        _refused(VN_KEY, abi.encodeWithSelector(IOriginProcedures.LinesMissing.selector));
        procedures.clarify(id, 0, SAID);
        _refused(VN_KEY, _withLines(IOriginProcedures.LinesNotRefused.selector, 9));
        procedures.clarify(id, 11, SAID);
        _refused(VN_KEY, abi.encodeWithSelector(IOriginProcedures.StatementMissing.selector));
        procedures.clarify(id, 2, 0);
        vm.expectEmit();
        emit IOriginProcedures.RefusalClarified(id, 1, 2, SAID);
        vm.prank(VN_KEY);
        procedures.clarify(id, 2, SAID);
        assert(procedures.useOf(id).refused == 6);
    }

    function test_a_member_says_whether_lines_are_split() public {
        assert(procedures.splitUseAllowed(TH));
        _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.SplitUseUnchanged.selector, TH));
        procedures.setSplitUse(true);
        vm.expectEmit();
        emit IOriginProcedures.SplitUseSet(TH, false, 4);
        vm.prank(TH_CUSTOMS);
        procedures.setSplitUse(false);
        assert(!procedures.splitUseAllowed(TH) && procedures.splitUseAllowed(MY));
        _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.SplitUseUnchanged.selector, TH));
        procedures.setSplitUse(false);
        vm.prank(TH_CUSTOMS);
        procedures.setSplitUse(true);
        assert(procedures.splitUseAllowed(TH));
    }
}

/// @dev See OriginProcedures.tree: decisions.
contract DecisionTest is ProceduresBase {
    function _refuses(IOriginProcedures.Decision memory decision, bytes memory reason) internal {
        _refused(TH_CUSTOMS, reason);
        procedures.decide(decision);
    }

    function testFuzz_a_decision_is_kept_for_its_declaration_and_for_all(
        uint64 granted,
        uint64 usedUp,
        uint64 refused,
        uint48 presentedAt,
        uint24 later
    ) public {
        vm.assume(granted | refused != 0);
        vm.warp(START + later);
        IOriginProcedures.Decision memory decision = _decision(granted, refused & ~granted);
        decision.usedUp = usedUp & granted;
        decision.presentedAt = 1 + presentedAt % (START + later);
        bool late = decision.granted != 0 && decision.presentedAt > UNTIL;
        if (late) decision.late = 1;
        if (decision.granted | decision.refused == 0) return;
        vm.expectEmit();
        emit IOriginProcedures.Decided(
            id,
            DECLARATION,
            4,
            granted,
            decision.usedUp,
            decision.refused,
            decision.presentedAt,
            decision.late,
            SAID
        );
        _decide(decision);
        IOriginProcedures.Claim memory claim = procedures.claimOf(id, DECLARATION);
        assert(claim.granted == granted && claim.refused == decision.refused);
        assert(claim.presentedAt == decision.presentedAt && claim.decidedAt == START + later);
        IOriginProcedures.Use memory use = procedures.useOf(id);
        assert(use.granted == granted && use.refused == decision.refused && use.usedUp == decision.usedUp);
        assert(use.questioned | use.suspended | use.denied == 0 && use.declarations == 1);
        assert(use.receivedAt == START + later && use.decidedAt == START + later);
    }

    function test_only_customs_of_the_importing_member_decides() public {
        IOriginProcedures.Decision memory decision = _decision(1, 0);
        _refused(MY_CUSTOMS, _notImporting());
        procedures.decide(decision);
        decision.id = "no certificate";
        _refuses(decision, _unknown("no certificate"));
        assert(procedures.useOf(id).declarations == 0);
    }

    function test_a_decision_says_something_complete() public {
        IOriginProcedures.Decision memory decision = _decision(0, 0);
        decision.declaration = 0;
        _refuses(decision, abi.encodeWithSelector(IOriginProcedures.DeclarationMissing.selector));
        (decision.declaration, decision.statement) = (DECLARATION, 0);
        _refuses(decision, abi.encodeWithSelector(IOriginProcedures.StatementMissing.selector));
        decision.statement = SAID;
        _refuses(decision, abi.encodeWithSelector(IOriginProcedures.NothingDecided.selector));
        (decision.granted, decision.refused) = (7, 12);
        _refuses(decision, abi.encodeWithSelector(IOriginProcedures.LinesOverlap.selector, uint64(4)));
        (decision.refused, decision.usedUp) = (8, 9);
        _refuses(decision, abi.encodeWithSelector(IOriginProcedures.UsedUpNotGranted.selector, uint64(8)));
    }

    function test_a_proof_was_presented_at_some_time_and_for_a_known_ground_late() public {
        IOriginProcedures.Decision memory decision = _decision(0, 1);
        decision.presentedAt = 0;
        _refuses(
            decision, abi.encodeWithSelector(IOriginProcedures.PresentationDateInvalid.selector, uint48(0), START)
        );
        decision.presentedAt = START + 1;
        _refuses(
            decision, abi.encodeWithSelector(IOriginProcedures.PresentationDateInvalid.selector, START + 1, START)
        );
        (decision.presentedAt, decision.late) = (START, 4);
        _refuses(decision, abi.encodeWithSelector(IOriginProcedures.LateGroundInvalid.selector, uint8(4)));
        decision.late = 3;
        _decide(decision);
        (decision.presentedAt, decision.refused) = (START - 1, 2);
        _refuses(decision, abi.encodeWithSelector(IOriginProcedures.PresentedOtherwise.selector, id, START));
        decision.declaration = ANOTHER;
        _decide(decision);
    }

    function test_a_line_is_granted_once_under_a_declaration() public {
        _decide(_decision(3, 4));
        _refuses(_decision(1, 0), _withLines(IOriginProcedures.LinesAlreadyGranted.selector, 1));
        _refuses(_decision(8, 2), _withLines(IOriginProcedures.LinesAlreadyGranted.selector, 2));
        _decide(_decision(4, 8));
        IOriginProcedures.Claim memory claim = procedures.claimOf(id, DECLARATION);
        assert(claim.granted == 7 && claim.refused == 8);
        IOriginProcedures.Use memory use = procedures.useOf(id);
        assert(use.granted == 7 && use.refused == 8 && use.declarations == 1);
    }

    function test_what_was_withdrawn_is_granted_no_more_but_can_be_refused() public {
        vm.prank(VN_KEY);
        bytes32 other = registry.replace(id, _terms(9));
        ICertificateRegistry.Standing standing = ICertificateRegistry.Standing.Replaced;
        bytes4 selector = ICertificateRegistry.CertificateNotLive.selector;
        _refuses(_decision(1, 0), abi.encodeWithSelector(selector, id, standing));
        _decide(_decision(0, 1));
        vm.prank(VN_KEY);
        registry.cancel(other, 1);
        IOriginProcedures.Decision memory decision = _decision(1, 0);
        decision.id = other;
        standing = ICertificateRegistry.Standing.Cancelled;
        _refuses(decision, abi.encodeWithSelector(selector, other, standing));
    }

    function testFuzz_what_a_stolen_key_issued_is_granted_no_more_but_can_be_refused(uint48 from) public {
        from = 1 + from % START;
        vm.prank(VN_ADMIN);
        registry.markCompromised(VN_KEY, from);
        _refuses(_decision(1, 0), abi.encodeWithSelector(IOriginProcedures.IssuerCompromised.selector, id, from));
        _decide(_decision(0, 1));
    }

    function test_what_a_key_issued_before_it_was_stolen_can_be_granted() public {
        vm.warp(START + 1);
        vm.prank(VN_ADMIN);
        registry.markCompromised(VN_KEY, START + 1);
        _decide(_decision(1, 0));
    }

    function test_validity_is_judged_when_the_proof_was_presented() public {
        vm.warp(UNTIL + 1 days);
        _decide(_decision(1, 0));
        IOriginProcedures.Decision memory decision = _decision(2, 0);
        (decision.declaration, decision.presentedAt) = (ANOTHER, UNTIL);
        _decide(decision);
        (decision.declaration, decision.presentedAt) = (keccak256("third"), UNTIL + 1);
        _refuses(decision, abi.encodeWithSelector(IOriginProcedures.PresentedLate.selector, UNTIL, UNTIL + 1));
        decision.late = 2;
        _decide(decision);
        (decision.declaration, decision.presentedAt) = (keccak256("fourth"), UNTIL);
        _refuses(decision, abi.encodeWithSelector(IOriginProcedures.NotLate.selector, UNTIL, UNTIL));
    }

    function test_lines_that_are_used_up_are_granted_no_more() public {
        IOriginProcedures.Decision memory decision = _decision(3, 0);
        decision.usedUp = 2;
        _decide(decision);
        (decision.declaration, decision.usedUp) = (ANOTHER, 0);
        _refuses(decision, _withLines(IOriginProcedures.LinesUsedUp.selector, 2));
        decision.granted = 5;
        _decide(decision);
        assert(procedures.useOf(id).granted == 7 && procedures.useOf(id).declarations == 2);
    }

    function test_where_lines_are_not_split_each_is_granted_under_one_declaration() public {
        _decide(_decision(1, 0));
        vm.prank(TH_CUSTOMS);
        procedures.setSplitUse(false);
        IOriginProcedures.Decision memory decision = _decision(3, 0);
        decision.declaration = ANOTHER;
        _refuses(
            decision, abi.encodeWithSelector(IOriginProcedures.SplitUseRefused.selector, id, uint64(1), TH)
        );
        decision.granted = 2;
        _decide(decision);
    }

    function test_suspended_lines_are_not_granted_while_the_case_is_open() public {
        uint32 caseId = _open(3, 2);
        _refuses(_decision(7, 0), _withLines(IOriginProcedures.LinesSuspended.selector, 2));
        _decide(_decision(5, 2));
        _conclude(caseId, 3, 0);
        _decide(_decision(2, 0));
    }

    function test_denied_lines_are_granted_again_only_after_a_case_confirmed_them() public {
        IOriginProcedures.Decision memory decision = _decision(3, 0);
        decision.usedUp = 2;
        _decide(decision);
        _deny(6);
        IOriginProcedures.Use memory use = procedures.useOf(id);
        assert(use.granted == 1 && use.usedUp == 0 && use.refused == 6 && use.denied == 6);
        decision = _decision(6, 0);
        _refuses(decision, _withLines(IOriginProcedures.LinesDenied.selector, 6));
        decision.declaration = ANOTHER;
        _refuses(decision, _withLines(IOriginProcedures.LinesDenied.selector, 6));
        _conclude(_open(2, 0), 2, 0);
        use = procedures.useOf(id);
        assert(use.granted == 1 && use.refused == 6 && use.denied == 4);
        _refuses(_decision(0, 2), _withLines(IOriginProcedures.LinesAlreadyGranted.selector, 2));
        decision = _decision(2, 0);
        decision.usedUp = 2;
        _decide(decision);
        use = procedures.useOf(id);
        assert(use.granted == 3 && use.usedUp == 2 && use.refused == 4 && use.declarations == 1);
        _refuses(_decision(2, 0), _withLines(IOriginProcedures.LinesAlreadyGranted.selector, 2));
    }
}
