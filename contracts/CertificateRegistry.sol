// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {MemberRegistry} from "./MemberRegistry.sol";
import {ICertificateRegistry} from "./interfaces/ICertificateRegistry.sol";

/// @title CertificateRegistry
/// @notice See `ICertificateRegistry`.
/// @dev Inherits the members instead of calling them: one storage slot then tells all about a write's sender. Terms are
/// decoded to memory once, because every look at a struct in calldata checks it anew.
contract CertificateRegistry is ICertificateRegistry, MemberRegistry {
    /// @dev Any live key, whatever its roles.
    uint8 private constant ANY_ROLE = 0;
    /// @dev Reasons of cancellation go from 1 to this.
    uint8 private constant LAST_REASON = 7;
    /// @dev The reason kept for entries that were replaced.
    uint8 private constant REASON_REPLACED = 255;
    /// @dev Bounds the work of `issue`.
    uint256 private constant MAX_PARENTS = 32;
    /// @dev How far ahead of the block a date of issue may be: it is midnight of a day that begins earlier in the east.
    uint48 private constant MAX_POST_DATING = 1 days;

    mapping(bytes32 id => Entry entry) private _entries;
    mapping(bytes32 root => Anchor batch) private _anchors;
    /// @dev By member, so that nobody can take up another member's reference numbers.
    mapping(bytes2 exporting => mapping(bytes32 referenceKey => bytes32 id)) private _holders;
    mapping(bytes32 id => bytes32 replacement) private _replacements;

    /// @notice Founds the ledger with its first members.
    /// @param founders The first members and their administrators.
    constructor(Founder[] memory founders) MemberRegistry(founders) {}

    // ------------------------------------------------------------------------------------------ writes

    /// @inheritdoc ICertificateRegistry
    function issue(Terms memory terms) external returns (bytes32 id) {
        // Check: an issuing key signs.
        (uint32 keyId, bytes2 member) = _requireRole(ROLE_ISSUING);

        // Check, effect: all rules of an entry.
        id = _idOf(terms);
        _register(id, terms, keyId, member, _now());
    }

    /// @inheritdoc ICertificateRegistry
    function anchor(bytes32 tree, uint32 size, uint48 validUntil) external {
        // Check: an issuing key commits a new batch of its own member that is still of use.
        (uint32 keyId, bytes2 member) = _requireRole(ROLE_ISSUING);
        if (tree == 0) revert RootMissing();
        if (size == 0) revert BatchSizeInvalid(size);
        uint48 moment = _now();
        if (validUntil < moment) revert AlreadyExpired(validUntil, moment);
        bytes32 root = Hashes.commutativeKeccak256(tree, bytes32(member));
        Anchor storage batch = _anchors[root];
        if (batch.anchoredAt != 0) revert RootAlreadyAnchored(root);

        // Effect: write it down.
        batch.key = keyId;
        batch.exporting = member;
        batch.size = size;
        batch.anchoredAt = moment;
        batch.validUntil = validUntil;
        emit RootAnchored(root, keyId, size, validUntil);
    }

    /// @inheritdoc ICertificateRegistry
    function enter(Terms memory terms, bytes32 root, bytes32[] calldata proof) external returns (bytes32 id) {
        // Check: some member asks, the batch was signed by its issuer, and the certificate is part of it.
        _requireRole(ANY_ROLE);
        Anchor memory batch = _anchors[root];
        if (batch.anchoredAt == 0) revert RootUnknown(root);
        uint48 compromisedFrom = _compromisedFrom(batch.key, batch.anchoredAt);
        if (compromisedFrom != 0) revert AnchorIssuerCompromised(root, compromisedFrom);
        id = _idOf(terms);
        if (!MerkleProof.verifyCalldata(proof, root, id)) revert ProofInvalid(id, root);
        if (batch.validUntil < terms.validUntil) {
            revert AnchorExpiresEarlier(root, batch.validUntil, terms.validUntil);
        }

        // Check, effect: all rules of an entry, as of the time of the batch.
        _register(id, terms, batch.key, batch.exporting, batch.anchoredAt);
        emit CertificateEntered(id, root, batch.anchoredAt);
    }

    /// @inheritdoc ICertificateRegistry
    function cancel(bytes32 id, uint8 reason) external {
        // Check: an issuing key of the same member, and a certificate that has not ended.
        (uint32 keyId, bytes2 member) = _requireRole(ROLE_ISSUING);
        if (reason == 0 || reason > LAST_REASON) revert ReasonInvalid(reason);
        Entry memory entry = _requireOwnEntry(id, member);
        if (entry.endedAt != 0) revert CertificateNotLive(id, _standing(entry, _now()));

        // Effect: end it.
        _end(id, reason);
        emit CertificateCancelled(id, keyId, reason);
    }

    /// @inheritdoc ICertificateRegistry
    function replace(bytes32 id, Terms memory terms) external returns (bytes32 replacement) {
        // Check: an issuing key of the same member, and a certificate that is valid.
        (uint32 keyId, bytes2 member) = _requireRole(ROLE_ISSUING);
        Standing standing = _standing(_requireOwnEntry(id, member), _now());
        if (standing != Standing.Valid) revert CertificateNotLive(id, standing);

        // Effect: end the old one first, so that the new one cannot be based on it.
        _end(id, REASON_REPLACED);

        // Check, effect: all rules of an entry for the new one.
        replacement = _idOf(terms);
        _register(replacement, terms, keyId, member, _now());
        _replacements[id] = replacement;
        emit CertificateReplaced(id, replacement, keyId);
    }

    // ------------------------------------------------------------------------------------------- views

    /// @inheritdoc ICertificateRegistry
    function entryOf(bytes32 id) external view returns (Entry memory) {
        return _entries[id];
    }

    /// @inheritdoc ICertificateRegistry
    function anchorOf(bytes32 root) external view returns (Anchor memory) {
        return _anchors[root];
    }

    /// @inheritdoc ICertificateRegistry
    function holderOf(bytes2 exporting, bytes32 referenceKey) external view returns (bytes32 id) {
        return _holders[exporting][referenceKey];
    }

    /// @inheritdoc ICertificateRegistry
    function replacementOf(bytes32 id) external view returns (bytes32 replacement) {
        return _replacements[id];
    }

    /// @inheritdoc ICertificateRegistry
    function standingOf(bytes32 id, uint48 moment) external view returns (Standing) {
        return _standing(_entries[id], moment);
    }

    /// @inheritdoc ICertificateRegistry
    function idOf(Terms memory terms) external pure returns (bytes32 id) {
        return _idOf(terms);
    }

    /// @inheritdoc ICertificateRegistry
    function evidenceOf(bytes32 id, bytes32 root, bytes32 referenceKey)
        external
        view
        returns (Evidence memory evidence)
    {
        evidence.blockNumber = block.number;
        evidence.blockTime = block.timestamp;
        evidence.entry = _entries[id];
        evidence.anchor = _anchors[root];
        evidence.replacement = _replacements[id];
        (uint32 keyId, bytes2 exporting) = evidence.entry.issuedAt != 0
            ? (evidence.entry.key, evidence.entry.exporting)
            : (evidence.anchor.key, evidence.anchor.exporting);
        evidence.holder = _holders[exporting][referenceKey];
        (evidence.account, evidence.key) = _signer(keyId);
    }

    /// @inheritdoc ICertificateRegistry
    function isIssued(bytes32 hash) external view returns (bool) {
        return _entries[hash].issuedAt != 0 || _anchors[hash].anchoredAt != 0;
    }

    /// @inheritdoc ICertificateRegistry
    function isRevoked(bytes32 hash) external view returns (bool) {
        Entry memory entry = _entries[hash];
        if (entry.issuedAt != 0) {
            return _standing(entry, _now()) != Standing.Valid || _compromisedFrom(entry.key, entry.issuedAt) != 0;
        }
        Anchor memory batch = _anchors[hash];
        if (batch.anchoredAt == 0) return false;
        return batch.validUntil < _now() || _compromisedFrom(batch.key, batch.anchoredAt) != 0;
    }

    // ------------------------------------------------------------------------------------------- rules

    /// @dev Writes an entry after checking all rules there are about one. `keyId` and `member` sign it at `moment`.
    function _register(bytes32 id, Terms memory terms, uint32 keyId, bytes2 member, uint48 moment) private {
        // Check: the terms hold in themselves, are new, and rest on good originals.
        _requireSound(terms, member, moment);
        Entry storage entry = _entries[id];
        if (entry.issuedAt != 0) revert CertificateAlreadyIssued(id);
        bytes32 holder = _holders[member][terms.referenceKey];
        if (holder != 0) revert ReferenceAlreadyUsed(terms.referenceKey, holder);
        _requireParents(terms, moment);

        // Effect: take the reference and write the entry.
        _holders[member][terms.referenceKey] = id;
        _write(entry, keyId, member, terms.importing, terms.scheme, moment, terms.validUntil);
        emit CertificateIssued(
            id,
            terms.referenceKey,
            terms.importing,
            member,
            keyId,
            terms.scheme,
            terms.issuedOn,
            terms.validUntil
        );
        for (uint256 i = 0; i < terms.parents.length; ++i) {
            emit ParentLinked(terms.parents[i], id);
        }
    }

    /// @dev Fills a fresh entry. Values stand on the stack and fields side by side, so that the slot is written once.
    function _write(
        Entry storage entry,
        uint32 keyId,
        bytes2 member,
        bytes2 importing,
        uint8 scheme,
        uint48 moment,
        uint48 validUntil
    ) private {
        entry.key = keyId;
        entry.exporting = member;
        entry.importing = importing;
        entry.scheme = scheme;
        entry.issuedAt = moment;
        entry.validUntil = validUntil;
    }

    /// @dev What can be said about the terms without looking at other entries.
    function _requireSound(Terms memory terms, bytes2 member, uint48 moment) private pure {
        if (terms.exporting != member) revert NotYourMember(terms.exporting, member);
        if (terms.importing == 0 || terms.importing == member) revert ImportingMemberInvalid(terms.importing);
        if (terms.documentHash == 0) revert DocumentHashMissing();
        if (terms.referenceKey == 0) revert ReferenceKeyMissing();
        if (terms.scheme == 0) revert SchemeMissing();
        (uint48 issuedOn, uint48 validUntil) = (terms.issuedOn, terms.validUntil);
        if (issuedOn > validUntil) revert ValidityInvalid(issuedOn, validUntil);
        if (issuedOn > moment + MAX_POST_DATING) revert PostDated(issuedOn, moment);
        if (validUntil < moment) revert AlreadyExpired(validUntil, moment);
    }

    /// @dev The originals of a back-to-back certificate (ATIGA OCP Rule 11). Ascending ids keep out duplicates.
    function _requireParents(Terms memory terms, uint48 moment) private view {
        bytes32[] memory parents = terms.parents;
        if (parents.length > MAX_PARENTS) revert TooManyParents(parents.length, MAX_PARENTS);
        for (uint256 i = 0; i < parents.length; ++i) {
            if (i > 0 && parents[i] <= parents[i - 1]) revert ParentsNotSorted();
            _requireParent(parents[i], terms, moment);
        }
    }

    /// @dev One original: live at that time, addressed to the member that issues now, and lasting as long.
    function _requireParent(bytes32 parent, Terms memory terms, uint48 moment) private view {
        Entry memory entry = _entries[parent];
        if (entry.issuedAt == 0) revert ParentUnknown(parent);
        Standing standing = _standing(entry, moment);
        if (standing != Standing.Valid) revert ParentNotLive(parent, standing);
        if (entry.importing != terms.exporting) {
            revert ParentNotAddressedHere(parent, entry.importing, terms.exporting);
        }
        if (entry.validUntil < terms.validUntil) {
            revert ParentExpiresEarlier(parent, entry.validUntil, terms.validUntil);
        }
        uint48 compromisedFrom = _compromisedFrom(entry.key, entry.issuedAt);
        if (compromisedFrom != 0) revert ParentIssuerCompromised(parent, compromisedFrom);
    }

    /// @dev The entry, which must have been issued by this member.
    function _requireOwnEntry(bytes32 id, bytes2 member) private view returns (Entry memory entry) {
        entry = _entries[id];
        if (entry.issuedAt == 0) revert CertificateUnknown(id);
        if (entry.exporting != member) revert NotYourCertificate(id, entry.exporting, member);
    }

    /// @dev Ends an entry; there is no way back, for nothing ever clears `endedAt`.
    function _end(bytes32 id, uint8 reason) private {
        Entry storage entry = _entries[id];
        entry.endedAt = _now();
        entry.reason = reason;
    }

    /// @dev The one place that says how an entry stands at a time.
    function _standing(Entry memory entry, uint48 moment) private pure returns (Standing) {
        if (entry.issuedAt == 0 || moment < entry.issuedAt) return Standing.Unknown;
        if (entry.endedAt != 0 && entry.endedAt <= moment) {
            return entry.reason == REASON_REPLACED ? Standing.Replaced : Standing.Cancelled;
        }
        return entry.validUntil < moment ? Standing.Expired : Standing.Valid;
    }

    /// @dev Since when a key is compromised, if that covers what it signed at `moment`; 0 otherwise.
    function _compromisedFrom(uint32 keyId, uint48 moment) private view returns (uint48) {
        (, Key memory key) = _signer(keyId);
        return key.compromisedFrom <= moment ? key.compromisedFrom : 0;
    }

    /// @dev The same pair hash as in Merkle trees, so a proof can start at the document's hash.
    function _idOf(Terms memory terms) private pure returns (bytes32) {
        return Hashes.commutativeKeccak256(terms.documentHash, keccak256(abi.encode(terms)));
    }
}
