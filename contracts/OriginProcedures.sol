// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CertifiedExporters} from "./CertifiedExporters.sol";
import {ImportDecisions} from "./ImportDecisions.sol";
import {ProofUse} from "./ProofUse.sol";
import {VerificationCases} from "./VerificationCases.sol";
import {ICertificateRegistry} from "./interfaces/ICertificateRegistry.sol";

/// @title OriginProcedures
/// @notice See `IOriginProcedures`.
/// @dev One contract, because decisions and cases look at the same lines.
contract OriginProcedures is ImportDecisions, VerificationCases, CertifiedExporters {
    /// @notice Refers to the certificates and members of a ledger, for good.
    /// @param certificates The registry that says which certificates there are and who may write.
    constructor(ICertificateRegistry certificates) ProofUse(certificates) {}
}
