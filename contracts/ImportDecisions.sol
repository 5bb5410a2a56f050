// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ProofUse} from "./ProofUse.sol";
import {ICertificateRegistry} from "./interfaces/ICertificateRegistry.sol";
import {IOriginProcedures} from "./interfaces/IOriginProcedures.sol";

/// @title ImportDecisions
/// @notice See `IOriginProcedures`: receipts, decisions on goods lines, answers to refusals.
abstract contract ImportDecisions is ProofUse {
    /// @dev Grounds for late presentation go from 1 to this.
    uint8 private constant LAST_LATE_GROUND = 3;
    /// @dev The reason in entries that were replaced.
    uint8 private constant REASON_REPLACED = 255;

    mapping(bytes32 id => mapping(bytes32 declaration => Claim record)) private _claims;
    /// @dev Of members that do not grant one line under several declarations.
    mapping(bytes2 member => bool refused) private _splitUseRefused;

    // ------------------------------------------------------------------------------------------ writes

    /// @inheritdoc IOriginProcedures
    function receiveProof(bytes32 id) external {
        // Check: customs of the importing member has it, and has not said so before.
        (uint32 keyId,) = _requireImporting(id);
        Use storage use = _uses[id];
        uint48 before = use.receivedAt;
        if (before != 0) revert AlreadyReceived(id, before);

        // Effect: write it down.
        use.receivedAt = _now();
        emit ProofReceived(id, keyId);
    }

    /// @inheritdoc IOriginProcedures
    function decide(Decision memory decision) external {
        // Check: customs of the importing member says something complete.
        (uint32 keyId, ICertificateRegistry.Entry memory entry) = _requireImporting(decision.id);
        uint48 moment = _now();
        _requireSound(decision, moment);

        // Check: it goes with what was said under this declaration, and what is granted can be.
        Claim memory claim = _claims[decision.id][decision.declaration];
        Use memory use = _uses[decision.id];
        _requireNew(decision, claim, use);
        if (decision.granted != 0) {
            _requireGood(decision.id, entry);
            _requireTimely(decision, entry.validUntil);
            _requireFree(decision, use, entry.importing);
        }

        // Effect: write it down, for this declaration and for all.
        if (claim.decidedAt == 0) ++use.declarations;
        if (use.receivedAt == 0) use.receivedAt = moment;
        claim.granted |= decision.granted;
        claim.refused = (claim.refused | decision.refused) & ~decision.granted;
        claim.presentedAt = decision.presentedAt;
        claim.decidedAt = moment;
        use.granted |= decision.granted;
        use.refused = (use.refused | decision.refused) & ~decision.granted;
        use.usedUp |= decision.usedUp;
        use.decidedAt = moment;
        _claims[decision.id][decision.declaration] = claim;
        _uses[decision.id] = use;
        _report(decision, keyId);
    }

    /// @inheritdoc IOriginProcedures
    function clarify(bytes32 id, uint64 lines, bytes32 statement) external {
        // Check: the issuing member answers a refusal.
        (uint32 keyId, bytes2 member) = _requireRole(ROLE_ISSUING);
        bytes2 exporting = _requireEntry(id).exporting;
        if (exporting != member) revert ICertificateRegistry.NotYourCertificate(id, exporting, member);
        if (lines == 0) revert LinesMissing();
        uint64 others = lines & ~_uses[id].refused;
        if (others != 0) revert LinesNotRefused(id, others);
        _requireStatement(statement);

        // Effect: the ledger tells it; nothing is decided by it.
        emit RefusalClarified(id, keyId, lines, statement);
    }

    /// @inheritdoc IOriginProcedures
    function setSplitUse(bool allowed) external {
        // Check: customs says something new.
        (uint32 keyId, bytes2 member) = _requireRole(ROLE_CUSTOMS);
        if (_splitUseRefused[member] != allowed) revert SplitUseUnchanged(member);

        // Effect: write it down.
        _splitUseRefused[member] = !allowed;
        emit SplitUseSet(member, allowed, keyId);
    }

    // ------------------------------------------------------------------------------------------- views

    /// @inheritdoc IOriginProcedures
    function claimOf(bytes32 id, bytes32 declaration) external view returns (Claim memory) {
        return _claims[id][declaration];
    }

    /// @inheritdoc IOriginProcedures
    function splitUseAllowed(bytes2 member) external view returns (bool) {
        return !_splitUseRefused[member];
    }

    // ------------------------------------------------------------------------------------------- rules

    /// @dev What can be said about a decision without looking at others.
    function _requireSound(Decision memory decision, uint48 moment) private pure {
        (uint64 granted, uint64 refused) = (decision.granted, decision.refused);
        if (decision.declaration == 0) revert DeclarationMissing();
        _requireStatement(decision.statement);
        if (granted | refused == 0) revert NothingDecided();
        if (granted & refused != 0) revert LinesOverlap(granted & refused);
        uint64 others = decision.usedUp & ~granted;
        if (others != 0) revert UsedUpNotGranted(others);
        uint48 presentedAt = decision.presentedAt;
        if (presentedAt == 0 || presentedAt > moment) revert PresentationDateInvalid(presentedAt, moment);
        if (decision.late > LAST_LATE_GROUND) revert LateGroundInvalid(decision.late);
    }

    /// @dev A line is granted once under a declaration; again only when a case had denied it.
    function _requireNew(Decision memory decision, Claim memory claim, Use memory use) private pure {
        if (claim.presentedAt != 0 && claim.presentedAt != decision.presentedAt) {
            revert PresentedOtherwise(decision.id, claim.presentedAt);
        }
        uint64 again = claim.granted & (decision.refused | (decision.granted & use.granted));
        if (again != 0) revert LinesAlreadyGranted(decision.id, again);
    }

    /// @dev The certificate was not withdrawn, and its issuer was itself when it issued.
    function _requireGood(bytes32 id, ICertificateRegistry.Entry memory entry) private view {
        if (entry.endedAt != 0) {
            bool replaced = entry.reason == REASON_REPLACED;
            revert ICertificateRegistry.CertificateNotLive(
                id, replaced ? ICertificateRegistry.Standing.Replaced : ICertificateRegistry.Standing.Cancelled
            );
        }
        uint48 since = _members().keyOf(_members().accountOf(entry.key)).compromisedFrom;
        if (since != 0 && since <= entry.issuedAt) revert IssuerCompromised(id, since);
    }

    /// @dev Presented within its validity, or for a reason not (Rule 14).
    function _requireTimely(Decision memory decision, uint48 validUntil) private pure {
        bool late = decision.presentedAt > validUntil;
        if (late && decision.late == 0) revert PresentedLate(validUntil, decision.presentedAt);
        if (!late && decision.late != 0) revert NotLate(validUntil, decision.presentedAt);
    }

    /// @dev Nothing stands in the way of the granted lines; one that is granted now is so under another declaration.
    function _requireFree(Decision memory decision, Use memory use, bytes2 member) private view {
        (bytes32 id, uint64 granted) = (decision.id, decision.granted);
        if (granted & use.denied != 0) revert LinesDenied(id, granted & use.denied);
        if (granted & use.suspended != 0) revert LinesSuspended(id, granted & use.suspended);
        if (granted & use.usedUp != 0) revert LinesUsedUp(id, granted & use.usedUp);
        uint64 split = granted & use.granted;
        if (split != 0 && _splitUseRefused[member]) revert SplitUseRefused(id, split, member);
    }

    /// @dev Tells the decision.
    function _report(Decision memory decision, uint32 keyId) private {
        emit Decided(
            decision.id,
            decision.declaration,
            keyId,
            decision.granted,
            decision.usedUp,
            decision.refused,
            decision.presentedAt,
            decision.late,
            decision.statement
        );
    }
}
