// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMemberRegistry} from "./IMemberRegistry.sol";

/// @title Certificates of origin
/// @notice What the ledger knows of each certificate of origin: who issued it, to whom it is addressed, how long it
/// can be presented, and whether it was cancelled or replaced. The document itself stays with its holders; the ledger
/// has its hash only.
/// @dev Times are seconds since 1970, UTC; 0 means "not yet". `issuedOn` is 00:00:00 of the date in box 12 and
/// `validUntil` is 23:59:59 of the last day of validity. Standing is computed from times and never stored. Views
/// answer with empty structs and never revert.
interface ICertificateRegistry {
    /// @notice How a certificate stands at a given time.
    enum Standing {
        // Value 0: the ledger had no entry for it at that time.
        Unknown,
        // Value 1: it can be presented.
        Valid,
        // Value 2: its validity was over.
        Expired,
        // Value 3: its issuing member had cancelled it.
        Cancelled,
        // Value 4: its issuing member had replaced it by another one.
        Replaced
    }

    /// @notice What the ledger must know of a certificate when it is issued.
    struct Terms {
        // The hash over all salted fields of the document.
        bytes32 documentHash;
        // The hash of scheme, exporting member, issuing office and reference number. No two certificates share it.
        bytes32 referenceKey;
        // The member whose authority issues it.
        bytes2 exporting;
        // The member to whose customs it is addressed.
        bytes2 importing;
        // The date of issue, box 12.
        uint48 issuedOn;
        // The last second in which it can be presented.
        uint48 validUntil;
        // The number of the scheme under which it is issued, from 1.
        uint8 scheme;
        // Ids of the certificates it is based on when it is issued back-to-back, strictly ascending.
        bytes32[] parents;
    }

    /// @notice A certificate on the ledger.
    struct Entry {
        // slot 0
        // The number of the key that issued it.
        uint32 key;
        // The member whose authority issued it.
        bytes2 exporting;
        // The member to whose customs it is addressed.
        bytes2 importing;
        // The number of the scheme under which it was issued.
        uint8 scheme;
        // When it was issued here; for one from a batch, when the batch was anchored.
        uint48 issuedAt;
        // The last second in which it can be presented.
        uint48 validUntil;
        // When it was cancelled or replaced, 0 while neither.
        uint48 endedAt;
        // Why: 0 not ended, 1 to 7 the reason of cancellation, 255 replaced.
        uint8 reason;
    }

    /// @notice A batch of certificates, recorded under its root: the root of the tree over their ids, joined with the
    /// member that anchored it.
    struct Anchor {
        // slot 0
        // The number of the key that anchored it.
        uint32 key;
        // The member of that key; all certificates of the batch are its own.
        bytes2 exporting;
        // How many certificates there are in the batch, as the issuer says.
        uint32 size;
        // When it was anchored.
        uint48 anchoredAt;
        // Until when certificates of the batch can be presented at most.
        uint48 validUntil;
    }

    /// @notice All that a verifier must know of a document, read from one block.
    struct Evidence {
        // The number of the block that answered.
        uint256 blockNumber;
        // The time of the block that answered.
        uint256 blockTime;
        // The certificate, empty when not entered.
        Entry entry;
        // The batch, empty when not anchored.
        Anchor anchor;
        // The id that holds the reference number with the entry's or batch's member, zero when it is free.
        bytes32 holder;
        // The id that replaced the certificate, zero when none did.
        bytes32 replacement;
        // The account that signed the certificate, or the batch when the certificate is not entered.
        address account;
        // The key of that account, as it is now.
        IMemberRegistry.Key key;
    }

    /// @notice A certificate is on the ledger.
    /// @param id The certificate.
    /// @param referenceKey The hash of its reference number.
    /// @param importing The member it is addressed to.
    /// @param exporting The member that issued it.
    /// @param key The number of the key that issued it.
    /// @param scheme The number of the scheme.
    /// @param issuedOn The date of issue.
    /// @param validUntil The last second in which it can be presented.
    event CertificateIssued(
        bytes32 indexed id,
        bytes32 indexed referenceKey,
        bytes2 indexed importing,
        bytes2 exporting,
        uint32 key,
        uint8 scheme,
        uint48 issuedOn,
        uint48 validUntil
    );

    /// @notice The certificate just issued came out of a batch.
    /// @param id The certificate.
    /// @param root The batch.
    /// @param issuedAt When the batch was anchored, which is when the certificate counts as issued.
    event CertificateEntered(bytes32 indexed id, bytes32 indexed root, uint48 issuedAt);

    /// @notice A certificate was issued on the strength of another one.
    /// @param parent The original certificate.
    /// @param id The certificate based on it.
    event ParentLinked(bytes32 indexed parent, bytes32 indexed id);

    /// @notice A batch of certificates was anchored.
    /// @param root The batch: the root of the tree over their ids, joined with the member.
    /// @param key The number of the key that anchored it.
    /// @param size How many certificates there are in it, as the issuer says.
    /// @param validUntil Until when they can be presented at most.
    event RootAnchored(bytes32 indexed root, uint32 key, uint32 size, uint48 validUntil);

    /// @notice A certificate was cancelled by its issuing member.
    /// @param id The certificate.
    /// @param key The number of the key that cancelled it.
    /// @param reason Why, 1 to 7.
    event CertificateCancelled(bytes32 indexed id, uint32 indexed key, uint8 reason);

    /// @notice A certificate was replaced by its issuing member.
    /// @param id The certificate that ended.
    /// @param replacement The certificate that took its place.
    /// @param key The number of the key that replaced it.
    event CertificateReplaced(bytes32 indexed id, bytes32 indexed replacement, uint32 indexed key);

    /// @notice A member issues its own certificates only.
    /// @param exporting The member named in the terms.
    /// @param member The member that signs.
    error NotYourMember(bytes2 exporting, bytes2 member);

    /// @notice A certificate must be addressed to another member.
    /// @param importing The member named in the terms.
    error ImportingMemberInvalid(bytes2 importing);

    /// @notice The hash of the document is missing.
    error DocumentHashMissing();

    /// @notice The hash of the reference number is missing.
    error ReferenceKeyMissing();

    /// @notice The scheme is missing.
    error SchemeMissing();

    /// @notice The certificate would expire before its date of issue.
    /// @param issuedOn The date of issue.
    /// @param validUntil The end of its validity.
    error ValidityInvalid(uint48 issuedOn, uint48 validUntil);

    /// @notice The date of issue is more than a day after the time of issue.
    /// @param issuedOn The date of issue.
    /// @param moment The time of issue.
    error PostDated(uint48 issuedOn, uint48 moment);

    /// @notice The validity ended before the time of issue.
    /// @param validUntil The end of validity.
    /// @param moment The time of issue.
    error AlreadyExpired(uint48 validUntil, uint48 moment);

    /// @notice The certificate is on the ledger.
    /// @param id The certificate.
    error CertificateAlreadyIssued(bytes32 id);

    /// @notice Another certificate of the member has this reference number.
    /// @param referenceKey The hash of the reference number.
    /// @param holder The certificate that has it.
    error ReferenceAlreadyUsed(bytes32 referenceKey, bytes32 holder);

    /// @notice The original certificates must be given in strictly ascending order of their ids.
    error ParentsNotSorted();

    /// @notice A certificate is based on too many others.
    /// @param given How many were given.
    /// @param limit How many there can be.
    error TooManyParents(uint256 given, uint256 limit);

    /// @notice An original certificate is not on the ledger; enter it first if it is part of a batch.
    /// @param parent The id given.
    error ParentUnknown(bytes32 parent);

    /// @notice An original certificate was not valid at the time of issue.
    /// @param parent The original certificate.
    /// @param standing How it stood.
    error ParentNotLive(bytes32 parent, Standing standing);

    /// @notice An original certificate is addressed to another member than the one that issues now.
    /// @param parent The original certificate.
    /// @param importing The member it is addressed to.
    /// @param exporting The member that issues now.
    error ParentNotAddressedHere(bytes32 parent, bytes2 importing, bytes2 exporting);

    /// @notice An original certificate expires before the one based on it would.
    /// @param parent The original certificate.
    /// @param parentValidUntil When the original expires.
    /// @param validUntil When the new one would.
    error ParentExpiresEarlier(bytes32 parent, uint48 parentValidUntil, uint48 validUntil);

    /// @notice The key that issued an original certificate was in the wrong hands at that time.
    /// @param parent The original certificate.
    /// @param compromisedFrom The time since when the key is compromised.
    error ParentIssuerCompromised(bytes32 parent, uint48 compromisedFrom);

    /// @notice The certificate is not on the ledger; enter it first if it is part of a batch.
    /// @param id The id given.
    error CertificateUnknown(bytes32 id);

    /// @notice The certificate is past what was asked for.
    /// @param id The certificate.
    /// @param standing How it stands now.
    error CertificateNotLive(bytes32 id, Standing standing);

    /// @notice Only the member that issued a certificate can end it.
    /// @param id The certificate.
    /// @param exporting The member that issued it.
    /// @param member The sender's member.
    error NotYourCertificate(bytes32 id, bytes2 exporting, bytes2 member);

    /// @notice There is no such reason of cancellation.
    /// @param reason The reason given.
    error ReasonInvalid(uint8 reason);

    /// @notice The sender's member has anchored this batch before.
    /// @param root The batch.
    error RootAlreadyAnchored(bytes32 root);

    /// @notice The root of the tree is missing.
    error RootMissing();

    /// @notice There is no such batch on the ledger.
    /// @param root The root given; the root of a tree alone is none.
    error RootUnknown(bytes32 root);

    /// @notice The key that anchored the batch was in the wrong hands at that time.
    /// @param root The batch.
    /// @param compromisedFrom The time since when the key is compromised.
    error AnchorIssuerCompromised(bytes32 root, uint48 compromisedFrom);

    /// @notice A batch has at least one certificate.
    /// @param size The size given.
    error BatchSizeInvalid(uint32 size);

    /// @notice The proof does not show that the certificate is part of the batch.
    /// @param id The certificate.
    /// @param root The batch.
    error ProofInvalid(bytes32 id, bytes32 root);

    /// @notice The certificate would be valid for longer than its batch.
    /// @param root The batch.
    /// @param anchorValidUntil When the batch expires.
    /// @param validUntil When the certificate would.
    error AnchorExpiresEarlier(bytes32 root, uint48 anchorValidUntil, uint48 validUntil);

    /// @notice Issues a certificate.
    /// @dev Emits `CertificateIssued`, and `ParentLinked` for each parent.
    ///
    /// Requirements:
    /// - The sender must be a live ISSUING key of `terms.exporting`.
    /// - `terms.importing` must be another member; hash, reference key and scheme must not be zero.
    /// - It must not be dated more than a day ahead, nor have expired before its date or before now.
    /// - Neither the certificate nor, for this member, its reference must be on the ledger.
    /// - At most 32 parents, strictly ascending; each must be an entry that is valid now, addressed to
    ///   `terms.exporting`, not expiring before this one, and issued by a key not compromised at that time.
    /// @param terms What the ledger must know of it.
    /// @return id The certificate's id, `idOf(terms)`.
    function issue(Terms calldata terms) external returns (bytes32 id);

    /// @notice Commits a batch of certificates of the sender's member in one write.
    /// @dev The batch is recorded under its root, keccak-256 over the sorted pair of `tree` and `bytes32(member)`: the
    /// sender's member, its two letters first and zeros after them. So what one member anchors never meets what another
    /// one does: nobody can take a batch by copying a transaction that waits, nor make certificates read as revoked by
    /// anchoring an inner node of their tree with a short validity. A certificate's proof is the one in the tree and,
    /// as the last sibling, `bytes32(member)`.
    ///
    /// Nothing of a certificate in the batch is checked before `enter`. Emits `RootAnchored` with the batch's root.
    ///
    /// Requirements:
    /// - The sender must be a live ISSUING key.
    /// - `tree` must not be zero nor anchored by the same member, `size` not 0, and `validUntil` not in the past.
    /// @param tree The root of the Merkle tree over the ids of the certificates (sorted pairs, keccak-256).
    /// @param size How many there are.
    /// @param validUntil Until when they can be presented at most.
    function anchor(bytes32 tree, uint32 size, uint48 validUntil) external;

    /// @notice Writes a certificate of a batch out, as if it had been issued when the batch was anchored.
    /// @dev Emits `CertificateIssued`, `ParentLinked` for each parent, and `CertificateEntered`.
    ///
    /// Requirements:
    /// - The sender must be a live key of any member, with any role.
    /// - The batch must be anchored, and by a key not compromised at that time: what a thief has anchored takes no
    ///   references.
    /// - The proof must lead from the id to the batch's root, and the batch not expire before the certificate.
    /// - All else as for `issue`, by the key and at the time of the batch.
    /// @param terms What the ledger must know of it.
    /// @param root The batch.
    /// @param proof The siblings on the way from the id to the root, bottom-up; the last one is `bytes32(member)`.
    /// @return id The certificate's id, `idOf(terms)`.
    function enter(Terms calldata terms, bytes32 root, bytes32[] calldata proof) external returns (bytes32 id);

    /// @notice Cancels a certificate for good.
    /// @dev Emits `CertificateCancelled`.
    ///
    /// Requirements:
    /// - The sender must be a live ISSUING key of the member that issued it.
    /// - It must be on the ledger, and neither cancelled nor replaced; it may have expired.
    /// - `reason` must be 1 to 7.
    /// @param id The certificate.
    /// @param reason Why.
    function cancel(bytes32 id, uint8 reason) external;

    /// @notice Ends a certificate and issues another one in its place.
    /// @dev Emits what `issue` emits, then `CertificateReplaced`.
    ///
    /// Requirements:
    /// - The sender must be a live ISSUING key of the member that issued it.
    /// - It must be valid now.
    /// - For the new one, all as for `issue`; it has a reference number of its own.
    /// @param id The certificate that ends.
    /// @param terms What the ledger must know of the new one.
    /// @return replacement The new one's id, `idOf(terms)`.
    function replace(bytes32 id, Terms calldata terms) external returns (bytes32 replacement);

    /// @notice What the ledger knows of a certificate.
    /// @param id The certificate.
    /// @return The entry, empty when unknown.
    function entryOf(bytes32 id) external view returns (Entry memory);

    /// @notice What the ledger knows of a batch.
    /// @param root The batch.
    /// @return The anchor, empty when unknown.
    function anchorOf(bytes32 root) external view returns (Anchor memory);

    /// @notice The certificate that has a reference number.
    /// @dev Members number their own certificates: what one takes stays free for every other, who could guess it.
    /// @param exporting The member that gave the number out.
    /// @param referenceKey The hash of the reference number.
    /// @return id The certificate, zero when the number is free.
    function holderOf(bytes2 exporting, bytes32 referenceKey) external view returns (bytes32 id);

    /// @notice The certificate that took another one's place.
    /// @param id The certificate that ended.
    /// @return replacement The one that replaced it, zero when none did.
    function replacementOf(bytes32 id) external view returns (bytes32 replacement);

    /// @notice How a certificate stood, or will stand if nothing happens, at a given time.
    /// @dev For a time before the current block the answer never changes, but for one case: a certificate of a batch
    /// is unknown until it is entered, and then known since the batch was anchored. Does not look at the signer's key;
    /// see `isRevoked` and `evidenceOf` for that.
    /// @param id The certificate.
    /// @param moment The time.
    /// @return How it stands at that time.
    function standingOf(bytes32 id, uint48 moment) external view returns (Standing);

    /// @notice The id of a certificate.
    /// @dev keccak-256 over the sorted pair of `documentHash` and `keccak256(abi.encode(terms))`.
    /// @param terms What the ledger must know of it.
    /// @return id The id.
    function idOf(Terms calldata terms) external pure returns (bytes32 id);

    /// @notice All that a verifier must know of a document, read from one block.
    /// @param id The certificate.
    /// @param root The batch it came in; zero when it came alone.
    /// @param referenceKey The hash of its reference number.
    /// @return The evidence.
    function evidenceOf(bytes32 id, bytes32 root, bytes32 referenceKey) external view returns (Evidence memory);

    /// @notice Whether the ledger knows a certificate or a batch, in the words of OpenAttestation's verifiers.
    /// @param hash An id or a root.
    /// @return True when there is an entry or an anchor.
    function isIssued(bytes32 hash) external view returns (bool);

    /// @notice Whether a certificate or a batch must not be relied on, in the words of OpenAttestation's verifiers.
    /// @dev Expired, cancelled, replaced, or signed at or after the time since when its key is compromised. Verifiers
    /// ask for every node from a document up to its root; no other member can put anything under one of them. Of a hash
    /// that is both an id and a root, the entry decides.
    /// @param hash An id or a root.
    /// @return True when it must not be relied on; false when unknown.
    function isRevoked(bytes32 hash) external view returns (bool);
}
