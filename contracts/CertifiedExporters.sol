// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ProofUse} from "./ProofUse.sol";
import {IOriginProcedures} from "./interfaces/IOriginProcedures.sol";

/// @title CertifiedExporters
/// @notice See `IOriginProcedures`: exporters that may make out declarations of origin themselves.
abstract contract CertifiedExporters is ProofUse {
    /// @dev Of one exporter; bounds the walk over them in answers.
    uint16 private constant MAX_VERSIONS = 64;
    /// @dev How far ahead of the block a status may begin.
    uint48 private constant MAX_NOTICE = 366 days;
    /// @dev One bit for each ASCII character: 26 from A on, 10 from 0 on, and - . /
    uint256 private constant SIGNS = (((1 << 26) - 1) << 65) | (((1 << 10) - 1) << 48) | (7 << 45);

    mapping(bytes2 member => mapping(bytes32 code => ExporterVersion[] versions)) private _exporters;

    /// @inheritdoc IOriginProcedures
    function recordExporter(
        bytes32 code,
        uint16 version,
        ExporterStatus status,
        uint48 effectiveFrom,
        uint48 until,
        bytes32 recordHash
    ) external {
        // Check: a competent authority says what comes next of an exporter.
        (uint32 keyId, bytes2 member) = _requireRole(ROLE_COMPETENT);
        if (!_isCode(code)) revert ExporterCodeInvalid(code);
        ExporterVersion[] storage versions = _exporters[member][code];
        uint48 moment = _now();
        ExporterVersion memory next = ExporterVersion({
            version: version,
            status: status,
            key: keyId,
            effectiveFrom: effectiveFrom == 0 ? moment : effectiveFrom,
            until: until,
            recordedAt: moment,
            recordHash: recordHash
        });
        _requireNext(code, next, versions);

        // Effect: write it down.
        versions.push(next);
        emit ExporterRecorded(member, code, version, status, keyId, next.effectiveFrom, until, recordHash);
    }

    /// @inheritdoc IOriginProcedures
    function exporterOf(bytes2 member, bytes32 code) external view returns (ExporterVersion[] memory) {
        return _exporters[member][code];
    }

    /// @inheritdoc IOriginProcedures
    function exporterAt(bytes2 member, bytes32 code, uint48 moment)
        external
        view
        returns (ExporterVersion memory version)
    {
        ExporterVersion[] storage versions = _exporters[member][code];
        for (uint256 i = versions.length; i > 0; --i) {
            if (versions[i - 1].effectiveFrom <= moment) return versions[i - 1];
        }
    }

    /// @dev All rules there are about a version.
    function _requireNext(bytes32 code, ExporterVersion memory next, ExporterVersion[] storage versions) private view {
        // The length fits, for there are at most `MAX_VERSIONS`.
        uint16 count = uint16(versions.length);
        if (next.version != count + 1) revert ExporterVersionOutOfTurn(code, next.version, count + 1);
        // The last place is kept, so that an authorisation can always be taken away.
        bool room = count + 1 < MAX_VERSIONS || (count + 1 == MAX_VERSIONS && next.status == ExporterStatus.Withdrawn);
        if (!room) revert TooManyVersions(code, MAX_VERSIONS);
        bool follows = count == 0 ? next.status == ExporterStatus.Authorised : _follows(next, versions[count - 1]);
        if (!follows) revert ExporterStatusInvalid(code, next.status);
        if (next.recordHash == 0) revert RecordMissing(code);
        uint48 earliest = count == 0 ? 1 : next.recordedAt;
        if (next.effectiveFrom < earliest || next.effectiveFrom > next.recordedAt + MAX_NOTICE) {
            revert ExporterDateInvalid(code, next.effectiveFrom, earliest);
        }
        if (next.until != 0 && next.until <= next.effectiveFrom) revert ExporterValidityInvalid(code, next.until);
    }

    /// @dev Nothing comes after a withdrawal but the same from an earlier time on.
    function _follows(ExporterVersion memory next, ExporterVersion storage last) private view returns (bool) {
        if (last.status != ExporterStatus.Withdrawn) return next.status != ExporterStatus.None;
        return next.status == ExporterStatus.Withdrawn && next.effectiveFrom < last.effectiveFrom;
    }

    /// @dev Whether a code is one or more of the signs, then zeros.
    function _isCode(bytes32 code) private pure returns (bool) {
        if (code == 0) return false;
        for (uint256 rest = uint256(code); rest != 0; rest <<= 8) {
            if ((SIGNS >> (rest >> 248)) & 1 == 0) return false;
        }
        return true;
    }
}
