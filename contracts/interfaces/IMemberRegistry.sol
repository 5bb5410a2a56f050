// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who may write on the ledger
/// @notice The customs administrations (members) that share the ledger, the authorities each of them names, and the
/// keys with which those authorities sign. Members decide about membership by vote; everything below a member is that
/// member's own business.
/// @dev The ledger has no owner and no upgrade switch. Times are block timestamps in seconds since 1970; 0 means "not
/// yet". Ids of authorities, keys and proposals count from 1. Views answer with empty structs and never revert.
interface IMemberRegistry {
    /// @notice What members can be asked to vote on.
    enum ProposalKind {
        // Value 0: let a new member in, with its first administrator.
        Admit,
        // Value 1: stop a member and all its keys from writing.
        Suspend,
        // Value 2: let a suspended member write again.
        Reinstate,
        // Value 3: give a member a new administrator, when its own key is lost or stolen.
        ReplaceAdmin
    }

    /// @notice A member that is there from the first block.
    struct Founder {
        // The member's ISO 3166 alpha-2 code in capitals, such as "TH".
        bytes2 member;
        // The account that administers it.
        address admin;
    }

    /// @notice A customs administration admitted to the ledger.
    struct Member {
        // slot 0
        // The account that manages the member's authorities and keys, and casts its vote.
        address admin;
        // When it was admitted.
        uint48 admittedAt;
        // Its place in `members()`, and its bit in the votes of a proposal.
        uint8 index;
        // Whether the other members have suspended it.
        bool suspended;
    }

    /// @notice A body of a member that signs: a ministry, a chamber of commerce, a customs office.
    /// @dev Its name and web domain are in the event `AuthorityAdded`.
    struct Authority {
        // slot 0
        // The member it belongs to.
        bytes2 member;
        // What its keys may do: a sum of ISSUING = 1, COMPETENT = 2, CUSTOMS = 4, AEO = 8.
        uint8 roles;
        // When it was added.
        uint48 since;
        // When its member withdrew it, 0 while it acts.
        uint48 withdrawnAt;
    }

    /// @notice An account with which an authority signs.
    /// @dev Everything that a write must know of its sender is in this one slot, so `suspended` is copied from the
    /// member and `member` and `roles` from the authority.
    struct Key {
        // slot 0
        // Its number, which certificates refer to.
        uint32 id;
        // The authority that signs with it.
        uint32 authority;
        // The member of that authority.
        bytes2 member;
        // The roles of that authority.
        uint8 roles;
        // Whether its member is suspended (kept for keys that are not revoked).
        bool suspended;
        // When it was added.
        uint48 since;
        // When it was revoked, 0 while it lives. What it signed before stays good.
        uint48 revokedAt;
        // The time since when it may have been in the wrong hands, 0 when it never was. What it signed at or after
        // this time must not be relied on.
        uint48 compromisedFrom;
    }

    /// @notice A question put to the members' vote.
    struct Proposal {
        // slot 0
        // What is to be done.
        ProposalKind kind;
        // The member it is done to.
        bytes2 member;
        // The new administrator, for Admit and ReplaceAdmin; zero otherwise.
        address admin;
        // When it was proposed. It lapses 90 days later.
        uint48 proposedAt;
        // slot 1
        // When it was carried out, 0 while it is open.
        uint48 enactedAt;
        // slot 2
        // One bit for each member that agreed, at the member's index.
        uint256 votes;
    }

    /// @notice A member was admitted, by vote or as a founder.
    /// @param member The member's code.
    /// @param admin Its administrator.
    event MemberAdmitted(bytes2 indexed member, address admin);

    /// @notice A member was suspended by vote; its keys cannot write from now on.
    /// @param member The member's code.
    event MemberSuspended(bytes2 indexed member);

    /// @notice A suspended member was reinstated by vote; its live keys can write again.
    /// @param member The member's code.
    event MemberReinstated(bytes2 indexed member);

    /// @notice A member has another administrator, by its own doing or by vote.
    /// @param member The member's code.
    /// @param previous The administrator until now.
    /// @param admin The administrator from now on.
    event AdminReplaced(bytes2 indexed member, address previous, address admin);

    /// @notice A member named an authority that signs for it.
    /// @param authority The number given to the authority.
    /// @param member The member it belongs to.
    /// @param roles What its keys may do, a sum of role bits.
    /// @param name Its name, as printed on certificates.
    /// @param domain A web domain it controls, by which others can make sure of it.
    event AuthorityAdded(uint32 indexed authority, bytes2 indexed member, uint8 roles, string name, string domain);

    /// @notice A member withdrew an authority; its live keys were revoked with it.
    /// @param authority The number of the authority.
    event AuthorityWithdrawn(uint32 indexed authority);

    /// @notice An authority got a key.
    /// @param account The key's account.
    /// @param authority The number of the authority.
    /// @param id The number given to the key.
    event KeyAdded(address indexed account, uint32 indexed authority, uint32 id);

    /// @notice A key was revoked; it signs nothing from now on, and what it signed stays good.
    /// @param account The key's account.
    event KeyRevoked(address indexed account);

    /// @notice A key is reported stolen; what it signed at or after the given time must not be relied on.
    /// @param account The key's account.
    /// @param from The time since when it may have been in the wrong hands.
    event KeyCompromised(address indexed account, uint48 from);

    /// @notice A question was put to the members.
    /// @param proposal The number given to the proposal.
    /// @param member The member it is about.
    /// @param kind What is to be done.
    /// @param admin The proposed administrator, or zero.
    /// @param proposer The member that proposed it, which has thereby voted for it.
    event ProposalMade(
        uint32 indexed proposal, bytes2 indexed member, ProposalKind kind, address admin, bytes2 proposer
    );

    /// @notice A member agreed to a proposal.
    /// @param proposal The number of the proposal.
    /// @param voter The member that agreed.
    event VoteCast(uint32 indexed proposal, bytes2 indexed voter);

    /// @notice A proposal had more than half of the active members behind it and was carried out.
    /// @param proposal The number of the proposal.
    event ProposalEnacted(uint32 indexed proposal);

    /// @notice The sender administers no member.
    /// @param account The sender.
    error NotAnAdmin(address account);

    /// @notice There is no member with this code.
    /// @param member The code asked for.
    error MemberUnknown(bytes2 member);

    /// @notice There is a member with this code already.
    /// @param member The code given.
    error MemberAlreadyKnown(bytes2 member);

    /// @notice A member's code must be two capital letters.
    /// @param member The code given.
    error MemberCodeInvalid(bytes2 member);

    /// @notice The member is suspended, so this is not open to it, or cannot be done to it again.
    /// @param member The suspended member.
    error MemberNotActive(bytes2 member);

    /// @notice The member is not suspended, so it cannot be reinstated.
    /// @param member The active member.
    error MemberNotSuspended(bytes2 member);

    /// @notice The ledger must keep at least one active member.
    /// @param member The last active member; zero when no founder was given.
    error LastActiveMember(bytes2 member);

    /// @notice No more members fit.
    /// @param limit How many there can be.
    error TooManyMembers(uint256 limit);

    /// @notice This account cannot be the administrator: it is missing, superfluous, or a key of an authority.
    /// @param admin The account given.
    error AdminInvalid(address admin);

    /// @notice This account administers a member already.
    /// @param admin The account given.
    error AdminInUse(address admin);

    /// @notice There is no authority with this number.
    /// @param authority The number asked for.
    error AuthorityUnknown(uint32 authority);

    /// @notice The authority belongs to another member.
    /// @param authority The number of the authority.
    /// @param member The sender's member.
    error AuthorityNotYours(uint32 authority, bytes2 member);

    /// @notice The authority was withdrawn.
    /// @param authority The number of the authority.
    /// @param withdrawnAt When it was withdrawn.
    error AuthorityAlreadyWithdrawn(uint32 authority, uint48 withdrawnAt);

    /// @notice An authority needs at least one role, and only roles that exist.
    /// @param roles The sum of role bits given.
    error RolesInvalid(uint8 roles);

    /// @notice An authority needs a name.
    error NameMissing();

    /// @notice An authority needs a web domain.
    error DomainMissing();

    /// @notice This account cannot be a key: it is zero or administers a member.
    /// @param account The account given.
    error KeyInvalid(address account);

    /// @notice This account is or was a key; an account is used once.
    /// @param account The account given.
    error KeyAlreadyKnown(address account);

    /// @notice This account never was a key.
    /// @param account The account given.
    error KeyUnknown(address account);

    /// @notice The key belongs to another member.
    /// @param account The key's account.
    /// @param member The sender's member.
    error KeyNotYours(address account, bytes2 member);

    /// @notice The key was revoked.
    /// @param account The key's account.
    /// @param revokedAt When it was revoked.
    error KeyAlreadyRevoked(address account, uint48 revokedAt);

    /// @notice The member has as many live keys as it can have; revoke one first.
    /// @param member The sender's member.
    /// @param limit How many live keys a member can have.
    error TooManyKeys(bytes2 member, uint256 limit);

    /// @notice The time since when a key is compromised may be in the past, and may later only be moved back.
    /// @param account The key's account.
    /// @param from The time given.
    /// @param latest The latest time that would be accepted.
    error CompromiseDateInvalid(address account, uint48 from, uint48 latest);

    /// @notice There is no proposal with this number.
    /// @param proposal The number asked for.
    error ProposalUnknown(uint32 proposal);

    /// @notice The proposal was carried out already.
    /// @param proposal The number of the proposal.
    /// @param enactedAt When it was carried out.
    error ProposalAlreadyEnacted(uint32 proposal, uint48 enactedAt);

    /// @notice The proposal was open for too long; propose anew.
    /// @param proposal The number of the proposal.
    /// @param lapsedAt When it lapsed.
    error ProposalLapsed(uint32 proposal, uint48 lapsedAt);

    /// @notice Each member votes once.
    /// @param proposal The number of the proposal.
    /// @param member The sender's member.
    error AlreadyVoted(uint32 proposal, bytes2 member);

    /// @notice Not enough of the active members agreed yet.
    /// @param proposal The number of the proposal.
    /// @param votes How many active members agreed.
    /// @param needed How many must.
    error VotesMissing(uint32 proposal, uint256 votes, uint256 needed);

    /// @notice The sender's key does not exist, was revoked, belongs to a suspended member, or lacks the role.
    /// @param account The sender.
    /// @param role The role it would need, 0 when any live key would do.
    error NotAuthorised(address account, uint8 role);

    /// @notice Puts a question to the members; the proposer's own vote is cast with it.
    /// @dev Enacts at once when that vote is enough. Emits `ProposalMade`, `VoteCast`, and the events of enactment.
    ///
    /// Requirements:
    /// - The sender must administer an active member.
    /// - Admit: `member` must be two capital letters and new, `admin` free, and there must be room.
    /// - Suspend: `member` must be active and not the last one; `admin` must be zero.
    /// - Reinstate: `member` must be suspended; `admin` must be zero.
    /// - ReplaceAdmin: `member` must be known, `admin` free.
    /// - "Free": not zero, never a key, and not an administrator.
    /// @param kind What is to be done.
    /// @param member The member it is done to.
    /// @param admin The new administrator, for Admit and ReplaceAdmin.
    /// @return proposal The number given to the proposal.
    function propose(ProposalKind kind, bytes2 member, address admin) external returns (uint32 proposal);

    /// @notice Agrees to a proposal, and carries it out when more than half of the active members agree.
    /// @dev Votes of members suspended in the meantime do not count. Emits `VoteCast`, and the events of enactment.
    ///
    /// Requirements:
    /// - The sender must administer an active member that has not voted on it.
    /// - The proposal must be open and younger than 90 days.
    /// - When this vote is decisive, what is proposed must still be possible (see `propose`).
    /// @param proposal The number of the proposal.
    function vote(uint32 proposal) external;

    /// @notice Carries out a proposal that has enough votes because fewer members are active than when it was voted on.
    /// @dev Emits `ProposalEnacted` after the event of what was done.
    ///
    /// Requirements:
    /// - The sender must administer a member.
    /// - The proposal must be open, younger than 90 days, have the votes, and still be possible (see `propose`).
    /// @param proposal The number of the proposal.
    function enact(uint32 proposal) external;

    /// @notice Hands the administration of the sender's member to another account.
    /// @dev Open to suspended members. Emits `AdminReplaced`.
    ///
    /// Requirements:
    /// - The sender must administer a member.
    /// - `admin` must not be zero, must never have been a key, and must not administer a member.
    /// @param admin The new administrator.
    function rotateAdmin(address admin) external;

    /// @notice Names an authority of the sender's member.
    /// @dev Emits `AuthorityAdded`, which alone keeps name and domain.
    ///
    /// Requirements:
    /// - The sender must administer an active member.
    /// - `roles` must be a sum of role bits, and not 0. Name and domain must not be empty.
    /// @param roles What its keys may do.
    /// @param name Its name, as printed on certificates.
    /// @param domain A web domain it controls.
    /// @return authority The number given to the authority.
    function addAuthority(uint8 roles, string calldata name, string calldata domain)
        external
        returns (uint32 authority);

    /// @notice Withdraws an authority of the sender's member and revokes its keys.
    /// @dev Open to suspended members. Emits `KeyRevoked` for each live key, then `AuthorityWithdrawn`.
    ///
    /// Requirements:
    /// - The sender must administer the authority's member.
    /// - The authority must not have been withdrawn.
    /// @param authority The number of the authority.
    function withdrawAuthority(uint32 authority) external;

    /// @notice Gives an authority of the sender's member a key.
    /// @dev Emits `KeyAdded`.
    ///
    /// Requirements:
    /// - The sender must administer the authority's member, which must be active.
    /// - The authority must not have been withdrawn.
    /// - `account` must not be zero, must never have been a key, and must not administer a member.
    /// - The member must have fewer than 64 live keys.
    /// @param authority The number of the authority.
    /// @param account The account of the new key.
    function addKey(uint32 authority, address account) external;

    /// @notice Replaces a key of the sender's member by a new one of the same authority.
    /// @dev Emits `KeyRevoked` and `KeyAdded`.
    ///
    /// Requirements:
    /// - The sender must administer the key's member, which must be active.
    /// - `retiring` must be a live key.
    /// - `account` must not be zero, must never have been a key, and must not administer a member.
    /// @param retiring The key that goes.
    /// @param account The key that comes.
    function rotateKey(address retiring, address account) external;

    /// @notice Revokes a key of the sender's member. What it signed stays good.
    /// @dev Open to suspended members. Emits `KeyRevoked`.
    ///
    /// Requirements:
    /// - The sender must administer the key's member.
    /// - `account` must be a live key.
    /// @param account The key that goes.
    function revokeKey(address account) external;

    /// @notice Reports that a key of the sender's member was in the wrong hands since a given time, and revokes it.
    /// @dev Open to suspended members, and for keys revoked before. Emits `KeyRevoked` when the key was live, then
    /// `KeyCompromised`.
    ///
    /// Requirements:
    /// - The sender must administer the key's member.
    /// - `from` must not be 0 nor in the future, and must be earlier than what was reported before.
    /// @param account The stolen key.
    /// @param from The time since when nothing it signed must be relied on.
    function markCompromised(address account, uint48 from) external;

    /// @notice The member with a code.
    /// @param member The member's code.
    /// @return The member, empty when unknown.
    function memberOf(bytes2 member) external view returns (Member memory);

    /// @notice All members, suspended ones too, in the order in which they came.
    /// @return The members' codes.
    function members() external view returns (bytes2[] memory);

    /// @notice The member that an account administers.
    /// @param account The account.
    /// @return member The member's code, zero when it administers none.
    function adminOf(address account) external view returns (bytes2 member);

    /// @notice The authority with a number.
    /// @param authority The number of the authority.
    /// @return The authority, empty when unknown.
    function authorityOf(uint32 authority) external view returns (Authority memory);

    /// @notice How many authorities there have been; the last one's number.
    /// @return The count, withdrawn ones included.
    function authorityCount() external view returns (uint32);

    /// @notice The key of an account.
    /// @param account The account.
    /// @return The key, empty when the account never was one.
    function keyOf(address account) external view returns (Key memory);

    /// @notice The account of a key's number.
    /// @param keyId The number of the key.
    /// @return The account, zero when unknown.
    function accountOf(uint32 keyId) external view returns (address);

    /// @notice The live keys of an authority.
    /// @param authority The number of the authority.
    /// @return The accounts that are not revoked, in no particular order.
    function keysOf(uint32 authority) external view returns (address[] memory);

    /// @notice Whether an account may write now.
    /// @param account The account.
    /// @param role The role bits it needs, all of them; 0 asks for any live key.
    /// @return True when its key is live, its member active, and the roles its own.
    function mayWrite(address account, uint8 role) external view returns (bool);

    /// @notice The proposal with a number.
    /// @param proposal The number of the proposal.
    /// @return The proposal, empty when unknown.
    function proposalOf(uint32 proposal) external view returns (Proposal memory);

    /// @notice How many proposals there have been; the last one's number.
    /// @return The count.
    function proposalCount() external view returns (uint32);

    /// @notice How the vote on a proposal stands among the members active now.
    /// @param proposal The number of the proposal.
    /// @return votes How many active members agreed; 0 when the proposal is unknown.
    /// @return needed How many must; 0 when the proposal is unknown.
    function tallyOf(uint32 proposal) external view returns (uint256 votes, uint256 needed);
}
