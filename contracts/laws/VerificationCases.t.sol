// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICertificateRegistry} from "../interfaces/ICertificateRegistry.sol";
import {IOriginProcedures} from "../interfaces/IOriginProcedures.sol";
import {ProceduresBase} from "./ProceduresBase.sol";

/// @dev See OriginProcedures.tree: how a case is opened, suspends, and ends.
contract CaseTest is ProceduresBase {
    function _refuses(IOriginProcedures.Opening memory opening, bytes memory reason) internal {
        _refused(TH_CUSTOMS, reason);
        procedures.openCase(opening);
    }

    function _dueInvalid(uint48 due, uint48 earliest, uint48 latest) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IOriginProcedures.DueInvalid.selector, due, earliest, latest);
    }

    function testFuzz_a_case_says_what_was_asked(uint64 lines, uint64 suspended, bool random, uint48 due, uint48 end)
        public
    {
        vm.assume(lines != 0);
        IOriginProcedures.Opening memory opening = _opening(lines, suspended & lines);
        opening.ground = random ? 1 : 2;
        opening.due = START + SHORTEST + due % (LONGEST - SHORTEST + 1);
        opening.concludeDue = opening.due + end % (START + LONGEST - opening.due + 1);
        vm.expectEmit();
        emit IOriginProcedures.CaseOpened(
            id,
            id,
            1,
            4,
            TH,
            VN,
            lines,
            opening.suspended,
            opening.ground,
            opening.due,
            opening.concludeDue,
            RULES,
            SAID
        );
        vm.prank(TH_CUSTOMS);
        assert(procedures.openCase(opening) == 1 && procedures.caseCount() == 1);
        IOriginProcedures.Case memory expected = IOriginProcedures.Case({
            id: id,
            about: id,
            lines: lines,
            suspended: opening.suspended,
            denied: 0,
            importing: TH,
            exporting: VN,
            ground: opening.ground,
            step: IOriginProcedures.Step.Opened,
            postponed: false,
            confirmed: 0,
            openedAt: START,
            steppedAt: START,
            due: opening.due,
            concludeDue: opening.concludeDue
        });
        assert(keccak256(abi.encode(procedures.caseOf(1))) == keccak256(abi.encode(expected)));
        IOriginProcedures.Use memory use = procedures.useOf(id);
        assert(use.questioned == lines && use.suspended == opening.suspended);
        assert(use.granted | use.refused | use.usedUp | use.denied == 0 && use.receivedAt == 0);
    }

    function testFuzz_nothing_is_known_of_other_cases(uint32 number) public {
        _open(1, 0);
        vm.assume(number != 1);
        IOriginProcedures.Case memory none;
        assert(keccak256(abi.encode(procedures.caseOf(number))) == keccak256(abi.encode(none)));
        bytes memory reason = abi.encodeWithSelector(IOriginProcedures.CaseUnknown.selector, number);
        _refused(VN_KEY, reason);
        procedures.takeStep(number, IOriginProcedures.Step.Replied, 0, 0, SAID);
        _refused(TH_CUSTOMS, reason);
        procedures.setSuspension(number, 1, SAID);
        _refused(TH_CUSTOMS, reason);
        procedures.conclude(number, 1, 0, SAID);
    }

    function test_customs_asks_about_what_is_addressed_to_it() public {
        IOriginProcedures.Opening memory opening = _opening(1, 0);
        _refused(MY_CUSTOMS, _notImporting());
        procedures.openCase(opening);
        opening.id = "no certificate";
        _refuses(opening, _unknown("no certificate"));
    }

    function test_an_original_may_be_behind_what_was_presented() public {
        IOriginProcedures.Opening memory opening = _opening(1, 0);
        (opening.id, opening.about) = (child, "no certificate");
        _refused(MY_CUSTOMS, _unknown("no certificate"));
        procedures.openCase(opening);
        ICertificateRegistry.Terms memory terms = _terms(3);
        terms.importing = MY;
        vm.prank(VN_KEY);
        opening.about = registry.issue(terms);
        _refused(
            MY_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.NotBehind.selector, child, opening.about)
        );
        procedures.openCase(opening);
        opening.about = id;
        vm.prank(MY_CUSTOMS);
        uint32 caseId = procedures.openCase(opening);
        IOriginProcedures.Case memory record = procedures.caseOf(caseId);
        assert(record.id == child && record.about == id && record.importing == MY && record.exporting == VN);
        assert(procedures.useOf(child).questioned == 1 && procedures.useOf(id).questioned == 0);
        vm.prank(VN_KEY);
        procedures.takeStep(caseId, IOriginProcedures.Step.Replied, 0, 0, SAID);
    }

    function test_a_case_says_something_complete() public {
        IOriginProcedures.Opening memory opening = _opening(0, 0);
        (opening.rules, opening.statement) = (0, 0);
        opening.ground = 0;
        _refuses(opening, abi.encodeWithSelector(IOriginProcedures.LinesMissing.selector));
        (opening.lines, opening.suspended) = (6, 11);
        _refuses(
            opening, abi.encodeWithSelector(IOriginProcedures.LinesNotOfCase.selector, uint32(0), uint64(9))
        );
        opening.suspended = 2;
        _refuses(opening, abi.encodeWithSelector(IOriginProcedures.CaseGroundInvalid.selector, uint8(0)));
        opening.ground = 3;
        _refuses(opening, abi.encodeWithSelector(IOriginProcedures.CaseGroundInvalid.selector, uint8(3)));
        opening.ground = 1;
        _refuses(opening, abi.encodeWithSelector(IOriginProcedures.RulesMissing.selector));
        opening.rules = RULES;
        _refuses(opening, abi.encodeWithSelector(IOriginProcedures.StatementMissing.selector));
    }

    function test_a_line_is_in_one_open_case_at_most() public {
        uint32 caseId = _open(3, 0);
        _refuses(_opening(6, 0), _withLines(IOriginProcedures.LinesInQuestion.selector, 2));
        _open(4, 4);
        assert(procedures.useOf(id).questioned == 7 && procedures.useOf(id).suspended == 4);
        _conclude(caseId, 3, 0);
        assert(procedures.useOf(id).questioned == 4 && procedures.useOf(id).suspended == 4);
        assert(_open(2, 2) == 3);
        assert(procedures.useOf(id).questioned == 6 && procedures.useOf(id).suspended == 6);
    }

    function test_the_reply_is_due_neither_too_early_nor_too_late() public {
        IOriginProcedures.Opening memory opening = _opening(1, 0);
        uint48 latest = START + LONGEST;
        uint48[2] memory bad = [START + SHORTEST - 1, latest + 1];
        for (uint256 i = 0; i < 2; ++i) {
            opening.due = bad[i];
            _refuses(opening, _dueInvalid(bad[i], START + SHORTEST, latest));
        }
        opening.due = START + SHORTEST;
        bad[0] = START + SHORTEST - 1;
        for (uint256 i = 0; i < 2; ++i) {
            opening.concludeDue = bad[i];
            _refuses(opening, _dueInvalid(bad[i], START + SHORTEST, latest));
        }
        opening.concludeDue = START + SHORTEST;
        vm.prank(TH_CUSTOMS);
        procedures.openCase(opening);
        (opening.lines, opening.due, opening.concludeDue) = (2, latest, latest);
        vm.prank(TH_CUSTOMS);
        procedures.openCase(opening);
    }

    function test_customs_says_which_lines_of_its_case_are_suspended() public {
        _open(8, 8);
        uint32 caseId = _open(3, 2);
        bytes memory notYours = abi.encodeWithSelector(IOriginProcedures.CaseNotYours.selector, caseId, TH);
        _refused(MY_CUSTOMS, notYours);
        procedures.setSuspension(caseId, 1, SAID);
        _refused(
            TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.LinesNotOfCase.selector, caseId, uint64(12))
        );
        procedures.setSuspension(caseId, 13, SAID);
        _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.SuspensionUnchanged.selector, caseId));
        procedures.setSuspension(caseId, 2, SAID);
        _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.StatementMissing.selector));
        procedures.setSuspension(caseId, 1, 0);
        vm.expectEmit();
        emit IOriginProcedures.SuspensionSet(id, id, caseId, 4, 1, SAID);
        vm.prank(TH_CUSTOMS);
        procedures.setSuspension(caseId, 1, SAID);
        assert(procedures.useOf(id).suspended == 9 && procedures.caseOf(caseId).suspended == 1);
        vm.prank(TH_CUSTOMS);
        procedures.setSuspension(caseId, 0, SAID);
        assert(procedures.useOf(id).suspended == 8 && procedures.useOf(id).questioned == 11);
    }

    function test_customs_concludes_its_case_for_each_line() public {
        uint32 caseId = _open(7, 5);
        bytes memory notYours = abi.encodeWithSelector(IOriginProcedures.CaseNotYours.selector, caseId, TH);
        _refused(MY_CUSTOMS, notYours);
        procedures.conclude(caseId, 7, 0, SAID);
        _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.LinesOverlap.selector, uint64(2)));
        procedures.conclude(caseId, 3, 14, SAID);
        _refused(
            TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.LinesNotOfCase.selector, caseId, uint64(24))
        );
        procedures.conclude(caseId, 17, 8, SAID);
        _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.LinesLeft.selector, caseId, uint64(5)));
        procedures.conclude(caseId, 0, 2, SAID);
        _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.StepNotDue.selector, caseId, START + 90 days));
        procedures.conclude(caseId, 5, 2, 0);
        _step(caseId, IOriginProcedures.Step.Replied);
        _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.StatementMissing.selector));
        procedures.conclude(caseId, 5, 2, 0);
        vm.warp(START + 5);
        vm.expectEmit();
        emit IOriginProcedures.CaseConcluded(id, id, caseId, 4, 5, 2, SAID);
        _conclude(caseId, 5, 2);
        IOriginProcedures.Case memory record = procedures.caseOf(caseId);
        assert(record.confirmed == 5 && record.denied == 2 && record.lines == 7 && record.suspended == 0);
        assert(record.step == IOriginProcedures.Step.Concluded && record.steppedAt == START + 5);
        IOriginProcedures.Use memory use = procedures.useOf(id);
        assert(use.questioned | use.suspended == 0 && use.denied == 2 && use.refused == 2);
        assert(use.receivedAt == 0 && use.decidedAt == 0 && use.declarations == 0);
    }

    function test_lines_are_denied_unheard_only_when_the_answer_is_overdue() public {
        uint32 caseId = _open(1, 0);
        vm.warp(START + 90 days);
        _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.StepNotDue.selector, caseId, START + 90 days));
        procedures.conclude(caseId, 0, 1, SAID);
        vm.warp(START + 90 days + 1);
        _conclude(caseId, 0, 1);
    }

    function test_nothing_is_done_in_a_case_that_is_concluded() public {
        uint32 caseId = _open(1, 1);
        _conclude(caseId, 1, 0);
        IOriginProcedures.Step last = IOriginProcedures.Step.Concluded;
        bytes memory over = abi.encodeWithSelector(IOriginProcedures.StepOutOfTurn.selector, caseId, last, last);
        _refused(TH_CUSTOMS, over);
        procedures.setSuspension(caseId, 1, SAID);
        _refused(TH_CUSTOMS, over);
        procedures.conclude(caseId, 1, 0, SAID);
    }
}

/// @dev See OriginProcedures.tree: steps.
contract StepTest is ProceduresBase {
    IOriginProcedures.Step internal constant REPLIED = IOriginProcedures.Step.Replied;

    function _outOfTurn(uint32 caseId, uint8 step, uint8 last) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IOriginProcedures.StepOutOfTurn.selector, caseId, step, last);
    }

    function _take(uint32 caseId, uint8 step) internal {
        _step(caseId, IOriginProcedures.Step(step));
    }

    /// @dev The steps that lead to each step, one hexadecimal digit for each.
    function _way(uint8 last) internal pure returns (uint256) {
        return [0, 0, 0x2, 0x3, 0x43, 0x53, 0x653, 0x753, 0x853, 0x9653, 0xa3, 0xba3][last];
    }

    /// @dev A case that has come to a step.
    function _caseAt(uint8 last) internal returns (uint32 caseId) {
        caseId = _open(1, 0);
        for (uint256 way = _way(last); way != 0; way >>= 4) {
            _take(caseId, uint8(way & 15));
        }
        assert(uint8(procedures.caseOf(caseId).step) == last);
    }

    /// @dev The steps that may follow each step, one bit for each; then those that may once it is overdue.
    function _following(uint8 last) internal pure returns (uint16 following, uint16 overdue) {
        uint16 notified = 1 << 5;
        if (last == 1) return ((1 << 2) | (1 << 3), notified);
        if (last == 2 || last == 4) return (1 << 3, notified);
        if (last == 3) return ((1 << 4) | notified | (1 << 10), 0);
        if (last == 5) return ((1 << 6) | (1 << 7) | (1 << 8), 0);
        if (last == 6) return (1 << 9, 0);
        if (last == 8) return ((1 << 6) | (1 << 7), 0);
        if (last == 9) return (1 << 10, 0);
        if (last == 10) return (1 << 11, 0);
        return (0, 0);
    }

    function test_each_step_follows_those_it_may_follow() public {
        for (uint8 last = 1; last < 12; ++last) {
            for (uint8 step = 0; step <= 12; ++step) {
                uint32 caseId = _caseAt(last);
                (uint16 following, uint16 overdue) = _following(last);
                uint48 due = procedures.caseOf(caseId).due;
                bool isStep = step > 1 && step < 12;
                address account = isStep && !_isAsking(IOriginProcedures.Step(step)) ? VN_KEY : TH_CUSTOMS;
                if ((following | overdue) >> step & 1 == 0) {
                    _refused(account, _outOfTurn(caseId, step, last));
                } else if (overdue >> step & 1 == 1) {
                    _refused(account, abi.encodeWithSelector(IOriginProcedures.StepNotDue.selector, caseId, due));
                } else {
                    vm.prank(account);
                }
                procedures.takeStep(caseId, IOriginProcedures.Step(step), START + 90 days, 0, SAID);
                _conclude(caseId, 1, 0);
            }
        }
    }

    function test_customs_gives_notice_of_a_visit_when_a_reply_is_overdue() public {
        uint8[3] memory awaiting = [1, 2, 4];
        uint48 begin = START;
        for (uint256 i = 0; i < 3; ++i) {
            uint32 caseId = _caseAt(awaiting[i]);
            uint48 due = procedures.caseOf(caseId).due;
            assert(due == begin + 90 days);
            vm.warp(due);
            _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.StepNotDue.selector, caseId, due));
            procedures.takeStep(caseId, IOriginProcedures.Step.VisitNotified, 0, 0, SAID);
            begin = due + 1;
            vm.warp(begin);
            _take(caseId, 5);
            _conclude(caseId, 1, 0);
        }
    }

    function test_a_concluded_case_takes_no_step() public {
        uint32 caseId = _open(1, 0);
        _conclude(caseId, 1, 0);
        for (uint8 step = 0; step <= 12; ++step) {
            bool asked = step > 1 && step < 12 && !_isAsking(IOriginProcedures.Step(step));
            _refused(asked ? VN_KEY : TH_CUSTOMS, _outOfTurn(caseId, step, 12));
            procedures.takeStep(caseId, IOriginProcedures.Step(step), 0, 0, SAID);
        }
    }

    function test_lines_are_denied_at_once_after_some_steps_only() public {
        uint16 conclusive = (1 << 3) | (1 << 7) | (1 << 9) | (1 << 11);
        for (uint8 last = 1; last < 12; ++last) {
            uint32 caseId = _caseAt(last);
            if (conclusive >> last & 1 == 0) {
                uint48 due = procedures.caseOf(caseId).due;
                _refused(TH_CUSTOMS, abi.encodeWithSelector(IOriginProcedures.StepNotDue.selector, caseId, due));
                procedures.conclude(caseId, 0, 1, SAID);
                _conclude(caseId, 1, 0);
            } else {
                _conclude(caseId, 0, 1);
            }
        }
    }

    function testFuzz_each_step_is_for_one_side(address account) public {
        vm.assume(account != VN_KEY && account != VN_KEY_2 && account != TH_KEY && account != MY_KEY);
        uint32 caseId = _open(1, 0);
        _refused(account, _unauthorised(account, ISSUING));
        procedures.takeStep(caseId, REPLIED, 0, 0, SAID);
        bytes memory notYours = abi.encodeWithSelector(IOriginProcedures.CaseNotYours.selector, caseId, VN);
        _refused(TH_KEY, notYours);
        procedures.takeStep(caseId, REPLIED, 0, 0, SAID);
        _take(caseId, 3);
        vm.assume(account != TH_CUSTOMS && account != MY_CUSTOMS);
        _refused(account, _unauthorised(account, CUSTOMS));
        procedures.takeStep(caseId, IOriginProcedures.Step.AskedAgain, 0, 0, SAID);
        notYours = abi.encodeWithSelector(IOriginProcedures.CaseNotYours.selector, caseId, TH);
        _refused(MY_CUSTOMS, notYours);
        procedures.takeStep(caseId, IOriginProcedures.Step.AskedAgain, 0, 0, SAID);
    }

    function test_a_step_says_why() public {
        uint32 caseId = _open(1, 0);
        _refused(VN_KEY, abi.encodeWithSelector(IOriginProcedures.StatementMissing.selector));
        procedures.takeStep(caseId, REPLIED, 0, 0, 0);
    }

    function testFuzz_a_step_sets_the_clocks(uint24 later, uint48 due, uint48 concludeDue, bool whole, bool kept) public {
        uint32 caseId = _open(1, 0);
        vm.warp(START + later);
        due = whole ? 0 : _in(due % (LONGEST + 1));
        concludeDue = kept ? 0 : _in(concludeDue % (LONGEST + 1));
        uint48 end = kept ? START + 180 days : concludeDue;
        uint48 next = whole ? end : due;
        vm.expectEmit();
        emit IOriginProcedures.CaseStepped(id, id, caseId, 1, REPLIED, next, end, SAID);
        vm.prank(VN_KEY);
        procedures.takeStep(caseId, REPLIED, due, concludeDue, SAID);
        IOriginProcedures.Case memory record = procedures.caseOf(caseId);
        assert(record.step == REPLIED && record.steppedAt == START + later && record.openedAt == START);
        assert(record.due == next && record.concludeDue == end && !record.postponed);
    }

    /// @dev One step with clocks that do not fit, then the refusal that it meets.
    function _misses(uint32 caseId, uint8 step, uint48[2] memory clocks, uint48 wrong, uint48 earliest) internal {
        bytes4 selector = IOriginProcedures.DueInvalid.selector;
        address account = _isAsking(IOriginProcedures.Step(step)) ? TH_CUSTOMS : VN_KEY;
        _refused(account, abi.encodeWithSelector(selector, wrong, earliest, _in(LONGEST)));
        procedures.takeStep(caseId, IOriginProcedures.Step(step), clocks[0], clocks[1], SAID);
    }

    function test_who_asks_leaves_time_to_answer() public {
        uint48 least = START + SHORTEST;
        uint48 most = START + LONGEST;
        uint8[4] memory steps = [4, 5, 10, 9];
        uint8[4] memory before = [3, 3, 3, 6];
        for (uint256 i = 0; i < 4; ++i) {
            uint32 caseId = _caseAt(before[i]);
            _misses(caseId, steps[i], [least - 1, 0], least - 1, least);
            _misses(caseId, steps[i], [most + 1, 0], most + 1, least);
            _misses(caseId, steps[i], [least, least - 1], least - 1, least);
            _misses(caseId, steps[i], [least, most + 1], most + 1, least);
            _misses(caseId, steps[i], [0, least - 1], least - 1, least);
            vm.prank(TH_CUSTOMS);
            procedures.takeStep(caseId, IOriginProcedures.Step(steps[i]), least, most, SAID);
            _conclude(caseId, 1, 0);
        }
    }

    function test_who_asks_cannot_shorten_the_time_by_naming_none() public {
        uint32 caseId = _caseAt(3);
        vm.warp(START + 180 days - SHORTEST + 1);
        uint48 end = START + 180 days;
        uint8[3] memory steps = [4, 5, 10];
        for (uint256 i = 0; i < 3; ++i) {
            _misses(caseId, steps[i], [uint48(0), 0], end, end + 1);
        }
        vm.warp(START + 180 days - SHORTEST);
        vm.prank(TH_CUSTOMS);
        procedures.takeStep(caseId, IOriginProcedures.Step.Determined, 0, 0, SAID);
        assert(procedures.caseOf(caseId).due == end);
    }

    function test_after_a_visit_it_is_customs_that_is_due() public {
        uint32 caseId = _caseAt(6);
        vm.warp(START + 200 days);
        vm.prank(TH_CUSTOMS);
        procedures.takeStep(caseId, IOriginProcedures.Step.Visited, 0, 0, SAID);
        assert(procedures.caseOf(caseId).due == START + 180 days);
    }

    function test_who_is_asked_sets_its_clock_within_the_longest() public {
        uint32 caseId = _open(1, 0);
        uint48 most = START + LONGEST;
        _misses(caseId, 2, [START - 1, 0], START - 1, START);
        _misses(caseId, 2, [most + 1, 0], most + 1, START);
        _misses(caseId, 2, [START, START - 1], START - 1, START);
        _misses(caseId, 2, [0, most + 1], most + 1, START);
        vm.prank(VN_KEY);
        procedures.takeStep(caseId, IOriginProcedures.Step.Acknowledged, START, most, SAID);
        vm.prank(VN_KEY);
        procedures.takeStep(caseId, REPLIED, most, START, SAID);
    }

    function test_a_visit_that_was_put_off_stays_so() public {
        uint32 caseId = _caseAt(8);
        assert(procedures.caseOf(caseId).postponed);
        _take(caseId, 6);
        _take(caseId, 9);
        _conclude(caseId, 0, 1);
        assert(procedures.caseOf(caseId).postponed);
    }

    function test_a_step_leaves_lines_alone() public {
        uint32 caseId = _open(3, 2);
        bytes32 use = keccak256(abi.encode(procedures.useOf(id)));
        _take(caseId, 3);
        _take(caseId, 5);
        assert(keccak256(abi.encode(procedures.useOf(id))) == use && procedures.caseOf(caseId).lines == 3);
    }
}
