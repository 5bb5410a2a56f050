// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ProofUse} from "./ProofUse.sol";
import {ICertificateRegistry} from "./interfaces/ICertificateRegistry.sol";
import {IOriginProcedures} from "./interfaces/IOriginProcedures.sol";

/// @title VerificationCases
/// @notice See `IOriginProcedures`: questions to issuers, their clocks, and how they end.
/// @dev Sets of steps are bits: bit n is the step with value n.
abstract contract VerificationCases is ProofUse {
    /// @dev Grounds of a case go from 1 to this.
    uint8 private constant LAST_GROUND = 2;
    /// @dev What the asking side leaves the asked one; a day below the shortest time in the procedures.
    uint48 private constant SHORTEST_CLOCK = 29 days;
    /// @dev How far ahead something can be due; a day above the longest time in the procedures.
    uint48 private constant LONGEST_CLOCK = 181 days;

    uint256 private constant OPENED = 1 << uint8(Step.Opened);
    uint256 private constant REPLIED = 1 << uint8(Step.Replied);
    uint256 private constant VISITED = 1 << uint8(Step.Visited);
    /// @dev After these a reply is due.
    uint256 private constant AWAITING_REPLY =
        OPENED | (1 << uint8(Step.Acknowledged)) | (1 << uint8(Step.AskedAgain));
    /// @dev After these the exporter's consent is due.
    uint256 private constant AWAITING_CONSENT = (1 << uint8(Step.VisitNotified)) | (1 << uint8(Step.VisitPostponed));
    /// @dev Taken by customs of the importing member.
    uint256 private constant ASKING = (1 << uint8(Step.AskedAgain)) | (1 << uint8(Step.VisitNotified)) | VISITED
        | (1 << uint8(Step.Determined));
    /// @dev After these lines can be denied at once.
    uint256 private constant CONCLUSIVE =
        REPLIED | (1 << uint8(Step.VisitDeclined)) | VISITED | (1 << uint8(Step.Commented));

    mapping(uint32 caseId => Case record) private _cases;
    uint32 private _caseCount;

    // ------------------------------------------------------------------------------------------ writes

    /// @inheritdoc IOriginProcedures
    function openCase(Opening memory opening) external returns (uint32 caseId) {
        // Check: customs of the importing member asks the right one about something, with time to reply.
        (uint32 keyId, ICertificateRegistry.Entry memory entry) = _requireImporting(opening.id);
        bytes2 exporting = _requireBehind(opening.id, opening.about, entry.exporting);
        _requireSound(opening);
        Use storage use = _uses[opening.id];
        uint64 questioned = use.questioned;
        if (opening.lines & questioned != 0) revert LinesInQuestion(opening.id, opening.lines & questioned);
        uint48 moment = _now();
        _requireDue(opening.due, moment + SHORTEST_CLOCK, moment);
        _requireDue(opening.concludeDue, opening.due, moment);

        // Effect: write it down, and put the lines in question.
        caseId = ++_caseCount;
        Case memory record = Case({
            id: opening.id,
            about: opening.about,
            lines: opening.lines,
            suspended: opening.suspended,
            denied: 0,
            importing: entry.importing,
            exporting: exporting,
            ground: opening.ground,
            step: Step.Opened,
            postponed: false,
            confirmed: 0,
            openedAt: moment,
            steppedAt: moment,
            due: opening.due,
            concludeDue: opening.concludeDue
        });
        _cases[caseId] = record;
        use.questioned = questioned | opening.lines;
        use.suspended |= opening.suspended;
        _report(caseId, keyId, record, opening);
    }

    /// @inheritdoc IOriginProcedures
    function takeStep(uint32 caseId, Step step, uint48 due, uint48 concludeDue, bytes32 statement) external {
        // Check: the side whose turn it is takes a step that follows, with time for the next one.
        Case memory record = _requireCase(caseId);
        uint32 keyId = _requireTurn(caseId, record, step);
        _requireStatement(statement);
        (due, concludeDue) = _clocks(step, due, concludeDue, record.concludeDue);

        // Effect: write it down. A visit is put off once, for nothing leads back to before its notice.
        Case storage slot = _cases[caseId];
        slot.step = step;
        if (step == Step.VisitPostponed) slot.postponed = true;
        slot.steppedAt = _now();
        slot.due = due;
        slot.concludeDue = concludeDue;
        emit CaseStepped(record.id, record.about, caseId, keyId, step, due, concludeDue, statement);
    }

    /// @inheritdoc IOriginProcedures
    function setSuspension(uint32 caseId, uint64 suspended, bytes32 statement) external {
        // Check: customs that asks says something new of lines in question.
        (uint32 keyId, Case memory record) = _requireAsking(caseId);
        _requireOfCase(caseId, suspended, record.lines);
        if (suspended == record.suspended) revert SuspensionUnchanged(caseId);
        _requireStatement(statement);

        // Effect: write it down; no other open case has these lines.
        _cases[caseId].suspended = suspended;
        Use storage use = _uses[record.id];
        use.suspended = (use.suspended & ~record.lines) | suspended;
        emit SuspensionSet(record.id, record.about, caseId, keyId, suspended, statement);
    }

    /// @inheritdoc IOriginProcedures
    function conclude(uint32 caseId, uint64 confirmed, uint64 denied, bytes32 statement) external {
        // Check: customs that asks says of each line how it is, against the issuer only after hearing it.
        (uint32 keyId, Case memory record) = _requireAsking(caseId);
        if (confirmed & denied != 0) revert LinesOverlap(confirmed & denied);
        _requireOfCase(caseId, confirmed | denied, record.lines);
        uint64 left = record.lines & ~(confirmed | denied);
        if (left != 0) revert LinesLeft(caseId, left);
        bool heard = denied == 0 || _isIn(record.step, CONCLUSIVE);
        if (!heard && _now() <= record.due) revert StepNotDue(caseId, record.due);
        _requireStatement(statement);

        // Effect: end it.
        Case storage slot = _cases[caseId];
        slot.step = Step.Concluded;
        slot.suspended = 0;
        slot.denied = denied;
        slot.confirmed = confirmed;
        slot.steppedAt = _now();

        // Effect: its lines are in question no more, and those denied as if never granted.
        Use memory use = _uses[record.id];
        use.granted &= ~denied;
        use.refused |= denied;
        use.usedUp &= ~denied;
        use.questioned &= ~record.lines;
        use.suspended &= ~record.lines;
        use.denied = (use.denied & ~confirmed) | denied;
        _uses[record.id] = use;
        emit CaseConcluded(record.id, record.about, caseId, keyId, confirmed, denied, statement);
    }

    // ------------------------------------------------------------------------------------------- views

    /// @inheritdoc IOriginProcedures
    function caseOf(uint32 caseId) external view returns (Case memory) {
        return _cases[caseId];
    }

    /// @inheritdoc IOriginProcedures
    function caseCount() external view returns (uint32) {
        return _caseCount;
    }

    // ----------------------------------------------------------------------------------- opening a case

    /// @dev The member to be asked: that of the certificate, or of one addressed to it (Rule 11).
    function _requireBehind(bytes32 id, bytes32 about, bytes2 exporting) private view returns (bytes2) {
        if (about == id) return exporting;
        ICertificateRegistry.Entry memory behind = _requireEntry(about);
        if (behind.importing != exporting) revert NotBehind(id, about);
        return behind.exporting;
    }

    /// @dev What can be said about a case without looking at others.
    function _requireSound(Opening memory opening) private pure {
        if (opening.lines == 0) revert LinesMissing();
        _requireOfCase(0, opening.suspended, opening.lines);
        if (opening.ground == 0 || opening.ground > LAST_GROUND) revert CaseGroundInvalid(opening.ground);
        if (opening.rules == 0) revert RulesMissing();
        _requireStatement(opening.statement);
    }

    /// @dev Tells the case. What is looked at last is on top of the stack, which has no room for more.
    function _report(uint32 caseId, uint32 keyId, Case memory record, Opening memory opening) private {
        emit CaseOpened(
            opening.id,
            opening.about,
            caseId,
            keyId,
            record.importing,
            record.exporting,
            opening.lines,
            opening.suspended,
            opening.ground,
            opening.due,
            opening.concludeDue,
            opening.rules,
            opening.statement
        );
    }

    // -------------------------------------------------------------------------------------- in any case

    /// @dev The case, which must be there.
    function _requireCase(uint32 caseId) private view returns (Case memory record) {
        record = _cases[caseId];
        if (record.step == Step.None) revert CaseUnknown(caseId);
    }

    /// @dev The case, which must be open, and the sender a customs key of the member that asks.
    function _requireAsking(uint32 caseId) private view returns (uint32 keyId, Case memory record) {
        bytes2 member;
        (keyId, member) = _requireRole(ROLE_CUSTOMS);
        record = _requireCase(caseId);
        if (record.importing != member) revert CaseNotYours(caseId, record.importing);
        if (record.step == Step.Concluded) revert StepOutOfTurn(caseId, Step.Concluded, Step.Concluded);
    }

    /// @dev Lines must be among those in question.
    function _requireOfCase(uint32 caseId, uint64 lines, uint64 questioned) private pure {
        uint64 others = lines & ~questioned;
        if (others != 0) revert LinesNotOfCase(caseId, others);
    }

    /// @dev Something due must lie between some time and the longest clock.
    function _requireDue(uint48 due, uint48 earliest, uint48 moment) private pure {
        uint48 latest = moment + LONGEST_CLOCK;
        if (due < earliest || due > latest) revert DueInvalid(due, earliest, latest);
    }

    /// @dev Whether a step is in a set of steps.
    function _isIn(Step step, uint256 steps) private pure returns (bool) {
        return (steps >> uint8(step)) & 1 != 0;
    }

    // ------------------------------------------------------------------------------------------- steps

    /// @dev The sender's key, which must be of the side that takes the step, and the step must follow.
    function _requireTurn(uint32 caseId, Case memory record, Step step) private view returns (uint32 keyId) {
        (uint256 before, uint256 overdue) = _order(step);
        if (before == 0) revert StepOutOfTurn(caseId, step, record.step);
        bool asking = _isIn(step, ASKING);
        bytes2 turn = asking ? record.importing : record.exporting;
        bytes2 member;
        (keyId, member) = _requireRole(asking ? ROLE_CUSTOMS : ROLE_ISSUING);
        if (member != turn) revert CaseNotYours(caseId, turn);
        if (_isIn(record.step, before)) return keyId;
        if (!_isIn(record.step, overdue)) revert StepOutOfTurn(caseId, step, record.step);
        if (_now() <= record.due) revert StepNotDue(caseId, record.due);
    }

    /// @dev After which steps a step can be taken, and after which once what was due then is overdue (Rules 18, 19).
    function _order(Step step) private pure returns (uint256 before, uint256 overdue) {
        if (step == Step.Acknowledged) return (OPENED, 0);
        if (step == Step.Replied) return (AWAITING_REPLY, 0);
        if (step == Step.AskedAgain) return (REPLIED, 0);
        if (step == Step.VisitNotified) return (REPLIED, AWAITING_REPLY);
        if (step == Step.VisitConsented || step == Step.VisitDeclined) return (AWAITING_CONSENT, 0);
        if (step == Step.VisitPostponed) return (1 << uint8(Step.VisitNotified), 0);
        if (step == Step.Visited) return (1 << uint8(Step.VisitConsented), 0);
        if (step == Step.Determined) return (REPLIED | VISITED, 0);
        if (step == Step.Commented) return (1 << uint8(Step.Determined), 0);
        return (0, 0);
    }

    /// @dev When the next step and the whole case are due. Whoever asks cannot leave the other side less than the
    /// shortest clock, neither outright nor by saying nothing or by moving the end of the case forward.
    function _clocks(Step step, uint48 due, uint48 concludeDue, uint48 before)
        private
        view
        returns (uint48 nextDue, uint48 wholeDue)
    {
        uint48 moment = _now();
        bool asking = _isIn(step, ASKING);
        uint48 earliest = asking ? moment + SHORTEST_CLOCK : moment;
        wholeDue = concludeDue == 0 ? before : concludeDue;
        nextDue = due == 0 ? wholeDue : due;
        if (due != 0 || (asking && step != Step.Visited)) _requireDue(nextDue, earliest, moment);
        if (concludeDue != 0) _requireDue(concludeDue, earliest, moment);
    }
}
