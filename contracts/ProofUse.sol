// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICertificateRegistry} from "./interfaces/ICertificateRegistry.sol";
import {IMemberRegistry} from "./interfaces/IMemberRegistry.sol";
import {IOriginProcedures} from "./interfaces/IOriginProcedures.sol";

/// @title ProofUse
/// @notice What decisions, cases and exporters share: who may write, the certificates, and the use made of them.
/// @dev The registry of certificates is asked by calls: it is that of members too.
abstract contract ProofUse is IOriginProcedures {
    /// @dev Issues certificates, and answers for them.
    uint8 internal constant ROLE_ISSUING = 1;
    /// @dev Authorises exporters.
    uint8 internal constant ROLE_COMPETENT = 2;
    /// @dev Decides at import, and asks.
    uint8 internal constant ROLE_CUSTOMS = 4;

    ICertificateRegistry internal immutable _certificates;

    mapping(bytes32 id => Use record) internal _uses;

    /// @notice Refers to the certificates and members of a ledger, for good.
    /// @dev Requirements: there must be a contract at the address.
    /// @param certificates The registry that says which certificates there are and who may write.
    constructor(ICertificateRegistry certificates) {
        if (address(certificates).code.length == 0) revert CertificatesInvalid(address(certificates));
        _certificates = certificates;
    }

    /// @inheritdoc IOriginProcedures
    function certificateRegistry() external view returns (ICertificateRegistry) {
        return _certificates;
    }

    /// @inheritdoc IOriginProcedures
    function useOf(bytes32 id) external view returns (Use memory) {
        return _uses[id];
    }

    /// @dev The registry as that of members.
    function _members() internal view returns (IMemberRegistry) {
        return IMemberRegistry(address(_certificates));
    }

    /// @dev The sender's key and member; reverts with `NotAuthorised` unless it may write with this role.
    function _requireRole(uint8 role) internal view returns (uint32 keyId, bytes2 member) {
        IMemberRegistry.Key memory key = _members().keyOf(msg.sender);
        bool live = key.since != 0 && key.revokedAt == 0 && !key.suspended;
        if (!live || key.roles & role == 0) revert IMemberRegistry.NotAuthorised(msg.sender, role);
        return (key.id, key.member);
    }

    /// @dev The entry, which must be there.
    function _requireEntry(bytes32 id) internal view returns (ICertificateRegistry.Entry memory entry) {
        entry = _certificates.entryOf(id);
        if (entry.issuedAt == 0) revert ICertificateRegistry.CertificateUnknown(id);
    }

    /// @dev The entry, which must be addressed to the member of the sender, a customs key.
    function _requireImporting(bytes32 id)
        internal
        view
        returns (uint32 keyId, ICertificateRegistry.Entry memory entry)
    {
        bytes2 member;
        (keyId, member) = _requireRole(ROLE_CUSTOMS);
        entry = _requireEntry(id);
        if (entry.importing != member) revert NotTheImportingMember(id, entry.importing, member);
    }

    /// @dev What is done must be told somewhere.
    function _requireStatement(bytes32 statement) internal pure {
        if (statement == 0) revert StatementMissing();
    }

    /// @dev The block's time. It fits: 48 bits last for millions of years.
    function _now() internal view returns (uint48) {
        return uint48(block.timestamp);
    }
}
