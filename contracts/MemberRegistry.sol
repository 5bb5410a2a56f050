// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMemberRegistry} from "./interfaces/IMemberRegistry.sol";

/// @title MemberRegistry
/// @notice See `IMemberRegistry`.
/// @dev Complete on its own. Registries that inherit it learn all about a write's sender from one storage slot.
contract MemberRegistry is IMemberRegistry {
    /// @dev Issues, cancels and replaces certificates of origin.
    uint8 internal constant ROLE_ISSUING = 1;
    /// @dev All role bits: ISSUING = 1, COMPETENT = 2, CUSTOMS = 4, AEO = 8.
    uint8 private constant ALL_ROLES = 15;
    /// @dev As many as a bitmap of votes has bits.
    uint256 private constant MAX_MEMBERS = 256;
    /// @dev Live keys per member; bounds the walks over `_liveKeys`.
    uint256 private constant MAX_LIVE_KEYS = 64;
    /// @dev How long a proposal may be voted on.
    uint48 private constant VOTING_PERIOD = 90 days;

    mapping(bytes2 code => Member member) private _members;
    mapping(address admin => bytes2 code) private _memberOfAdmin;
    mapping(uint32 authority => Authority record) private _authorities;
    mapping(address account => Key key) private _keys;
    mapping(uint32 keyId => address account) private _accounts;
    mapping(bytes2 code => address[] accounts) private _liveKeys;
    mapping(uint32 proposal => Proposal record) private _proposals;
    bytes2[] private _codes;
    /// @dev The bit at `Member.index` is set while the member is active.
    uint256 private _activeMembers;
    uint32 private _authorityCount;
    uint32 private _keyCount;
    uint32 private _proposalCount;

    /// @notice Founds the ledger with its first members.
    /// @dev Requirements: at least one founder; codes and administrators as for `propose` with Admit.
    /// @param founders The first members and their administrators.
    constructor(Founder[] memory founders) {
        // Check: somebody must be able to act.
        if (founders.length == 0) revert LastActiveMember(0);
        for (uint256 i = 0; i < founders.length; ++i) {
            _requireAdmissible(founders[i].member, founders[i].admin);
            _admit(founders[i].member, founders[i].admin);
        }
    }

    // ------------------------------------------------------------------------------------------- votes

    /// @inheritdoc IMemberRegistry
    function propose(ProposalKind kind, bytes2 member, address admin) external returns (uint32 proposal) {
        // Check: an active member proposes something possible.
        bytes2 proposer = _requireActiveAdmin();
        _requirePossible(kind, member, admin);

        // Effect: write the question down.
        proposal = ++_proposalCount;
        Proposal storage record = _proposals[proposal];
        record.kind = kind;
        record.member = member;
        record.admin = admin;
        record.proposedAt = _now();
        emit ProposalMade(proposal, member, kind, admin, proposer);

        // Effect: the proposer agrees.
        _cast(proposal, record, proposer);
    }

    /// @inheritdoc IMemberRegistry
    function vote(uint32 proposal) external {
        // Check: an active member votes on an open proposal, once.
        bytes2 voter = _requireActiveAdmin();
        Proposal storage record = _requireOpen(proposal);
        if (record.votes & _bitOf(voter) != 0) revert AlreadyVoted(proposal, voter);

        // Effect: count it, and act when it decides.
        _cast(proposal, record, voter);
    }

    /// @inheritdoc IMemberRegistry
    function enact(uint32 proposal) external {
        // Check: an administrator asks, and the votes are there.
        _requireAdmin();
        Proposal storage record = _requireOpen(proposal);
        (uint256 votes, uint256 needed) = _tally(record.votes);
        if (votes < needed) revert VotesMissing(proposal, votes, needed);

        // Effect: do it.
        _enact(proposal, record);
    }

    // ------------------------------------------------------------------------- a member's own business

    /// @inheritdoc IMemberRegistry
    function rotateAdmin(address admin) external {
        // Check: a member's administrator hands over to a free account.
        bytes2 member = _requireAdmin();
        _requireFreeAdmin(admin);

        // Effect: hand over.
        _replaceAdmin(member, admin);
    }

    /// @inheritdoc IMemberRegistry
    function addAuthority(uint8 roles, string calldata name, string calldata domain)
        external
        returns (uint32 authority)
    {
        // Check: an active member names a complete authority.
        bytes2 member = _requireActiveAdmin();
        if (roles == 0 || roles > ALL_ROLES) revert RolesInvalid(roles);
        if (bytes(name).length == 0) revert NameMissing();
        if (bytes(domain).length == 0) revert DomainMissing();

        // Effect: write it down.
        authority = ++_authorityCount;
        _authorities[authority] = Authority({member: member, roles: roles, since: _now(), withdrawnAt: 0});
        emit AuthorityAdded(authority, member, roles, name, domain);
    }

    /// @inheritdoc IMemberRegistry
    function withdrawAuthority(uint32 authority) external {
        // Check: the authority acts for the sender's member.
        bytes2 member = _requireAdmin();
        _requireOwnAuthority(authority, member);

        // Effect: revoke its keys, last first because revoking moves the last one into the gap.
        address[] storage live = _liveKeys[member];
        for (uint256 i = live.length; i > 0; --i) {
            address account = live[i - 1];
            if (_keys[account].authority == authority) _revoke(account, member);
        }

        // Effect: withdraw it.
        _authorities[authority].withdrawnAt = _now();
        emit AuthorityWithdrawn(authority);
    }

    /// @inheritdoc IMemberRegistry
    function addKey(uint32 authority, address account) external {
        // Check: an active member gives its own authority a new account.
        bytes2 member = _requireActiveAdmin();
        Authority memory record = _requireOwnAuthority(authority, member);
        _requireFreeKey(account);
        if (_liveKeys[member].length >= MAX_LIVE_KEYS) revert TooManyKeys(member, MAX_LIVE_KEYS);

        // Effect: write it down.
        _addKey(account, authority, member, record.roles);
    }

    /// @inheritdoc IMemberRegistry
    function rotateKey(address retiring, address account) external {
        // Check: an active member replaces its own live key by a new account.
        bytes2 member = _requireActiveAdmin();
        Key memory key = _requireOwnLiveKey(retiring, member);
        _requireFreeKey(account);

        // Effect: one goes, one comes. The authority of a live key is never a withdrawn one.
        _revoke(retiring, member);
        _addKey(account, key.authority, member, key.roles);
    }

    /// @inheritdoc IMemberRegistry
    function revokeKey(address account) external {
        // Check: the key is the sender's and lives.
        bytes2 member = _requireAdmin();
        _requireOwnLiveKey(account, member);

        // Effect: revoke it.
        _revoke(account, member);
    }

    /// @inheritdoc IMemberRegistry
    function markCompromised(address account, uint48 from) external {
        // Check: the key is the sender's, and the time is past and earlier than any reported before.
        bytes2 member = _requireAdmin();
        Key memory key = _requireOwnKey(account, member);
        uint48 latest = key.compromisedFrom == 0 ? _now() : key.compromisedFrom - 1;
        if (from == 0 || from > latest) revert CompromiseDateInvalid(account, from, latest);

        // Effect: stop it, and mark what it signed.
        if (key.revokedAt == 0) _revoke(account, member);
        _keys[account].compromisedFrom = from;
        emit KeyCompromised(account, from);
    }

    // ------------------------------------------------------------------------------------------- views

    /// @inheritdoc IMemberRegistry
    function memberOf(bytes2 member) external view returns (Member memory) {
        return _members[member];
    }

    /// @inheritdoc IMemberRegistry
    function members() external view returns (bytes2[] memory) {
        return _codes;
    }

    /// @inheritdoc IMemberRegistry
    function adminOf(address account) external view returns (bytes2 member) {
        return _memberOfAdmin[account];
    }

    /// @inheritdoc IMemberRegistry
    function authorityOf(uint32 authority) external view returns (Authority memory) {
        return _authorities[authority];
    }

    /// @inheritdoc IMemberRegistry
    function authorityCount() external view returns (uint32) {
        return _authorityCount;
    }

    /// @inheritdoc IMemberRegistry
    function keyOf(address account) external view returns (Key memory) {
        return _keys[account];
    }

    /// @inheritdoc IMemberRegistry
    function accountOf(uint32 keyId) external view returns (address) {
        return _accounts[keyId];
    }

    /// @inheritdoc IMemberRegistry
    function keysOf(uint32 authority) external view returns (address[] memory) {
        address[] storage live = _liveKeys[_authorities[authority].member];
        address[] memory found = new address[](live.length);
        uint256 count = 0;
        for (uint256 i = 0; i < live.length; ++i) {
            if (_keys[live[i]].authority == authority) found[count++] = live[i];
        }
        address[] memory accounts = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            accounts[i] = found[i];
        }
        return accounts;
    }

    /// @inheritdoc IMemberRegistry
    function mayWrite(address account, uint8 role) external view returns (bool) {
        return _mayWrite(_keys[account], role);
    }

    /// @inheritdoc IMemberRegistry
    function proposalOf(uint32 proposal) external view returns (Proposal memory) {
        return _proposals[proposal];
    }

    /// @inheritdoc IMemberRegistry
    function proposalCount() external view returns (uint32) {
        return _proposalCount;
    }

    /// @inheritdoc IMemberRegistry
    function tallyOf(uint32 proposal) external view returns (uint256 votes, uint256 needed) {
        Proposal storage record = _proposals[proposal];
        if (record.proposedAt == 0) return (0, 0);
        return _tally(record.votes);
    }

    // -------------------------------------------------------------------------- for inheriting registries

    /// @dev The sender's key and member; reverts with `NotAuthorised` unless it may write with this role (0: with any).
    function _requireRole(uint8 role) internal view returns (uint32 keyId, bytes2 member) {
        Key storage key = _keys[msg.sender];
        if (!_mayWrite(key, role)) revert NotAuthorised(msg.sender, role);
        return (key.id, key.member);
    }

    /// @dev The account and the key behind the number that an entry carries; empty for number 0.
    function _signer(uint32 keyId) internal view returns (address account, Key memory key) {
        account = _accounts[keyId];
        key = _keys[account];
    }

    /// @dev The block's time. It fits: 48 bits last for millions of years.
    function _now() internal view returns (uint48) {
        return uint48(block.timestamp);
    }

    // ------------------------------------------------------------------------------------------ checks

    /// @dev The one place that says when a key may write. Fields are read side by side, so that the slot is read once.
    function _mayWrite(Key storage key, uint8 role) private view returns (bool) {
        (uint48 since, uint48 revokedAt, bool suspended, uint8 roles) =
            (key.since, key.revokedAt, key.suspended, key.roles);
        return since != 0 && revokedAt == 0 && !suspended && roles & role == role;
    }

    /// @dev The member that the sender administers, suspended or not.
    function _requireAdmin() private view returns (bytes2 member) {
        member = _memberOfAdmin[msg.sender];
        if (member == 0) revert NotAnAdmin(msg.sender);
    }

    /// @dev The active member that the sender administers.
    function _requireActiveAdmin() private view returns (bytes2 member) {
        member = _requireAdmin();
        if (_members[member].suspended) revert MemberNotActive(member);
    }

    /// @dev Checks a proposal when it is made and again when it is enacted, for the ledger may have changed.
    function _requirePossible(ProposalKind kind, bytes2 member, address admin) private view {
        if (kind == ProposalKind.Admit) {
            _requireAdmissible(member, admin);
            return;
        }
        Member memory record = _members[member];
        if (record.admittedAt == 0) revert MemberUnknown(member);
        if (kind == ProposalKind.ReplaceAdmin) {
            _requireFreeAdmin(admin);
            return;
        }
        if (admin != address(0)) revert AdminInvalid(admin);
        if (kind == ProposalKind.Reinstate) {
            if (!record.suspended) revert MemberNotSuspended(member);
            return;
        }
        if (record.suspended) revert MemberNotActive(member);
        if (_activeMembers == 1 << record.index) revert LastActiveMember(member);
    }

    /// @dev Whether a member can be let in under this code and administrator.
    function _requireAdmissible(bytes2 member, address admin) private view {
        if (!_isCapital(member[0]) || !_isCapital(member[1])) revert MemberCodeInvalid(member);
        if (_members[member].admittedAt != 0) revert MemberAlreadyKnown(member);
        if (_codes.length >= MAX_MEMBERS) revert TooManyMembers(MAX_MEMBERS);
        _requireFreeAdmin(admin);
    }

    /// @dev An administrator is never a key and never administers two members.
    function _requireFreeAdmin(address admin) private view {
        if (admin == address(0) || _keys[admin].since != 0) revert AdminInvalid(admin);
        if (_memberOfAdmin[admin] != 0) revert AdminInUse(admin);
    }

    /// @dev A key is an account that never was one and administers nothing.
    function _requireFreeKey(address account) private view {
        if (account == address(0) || _memberOfAdmin[account] != 0) revert KeyInvalid(account);
        if (_keys[account].since != 0) revert KeyAlreadyKnown(account);
    }

    /// @dev The authority, which must act for this member.
    function _requireOwnAuthority(uint32 authority, bytes2 member) private view returns (Authority memory record) {
        record = _authorities[authority];
        if (record.since == 0) revert AuthorityUnknown(authority);
        if (record.member != member) revert AuthorityNotYours(authority, member);
        if (record.withdrawnAt != 0) revert AuthorityAlreadyWithdrawn(authority, record.withdrawnAt);
    }

    /// @dev The key, live or not, which must be this member's.
    function _requireOwnKey(address account, bytes2 member) private view returns (Key memory key) {
        key = _keys[account];
        if (key.since == 0) revert KeyUnknown(account);
        if (key.member != member) revert KeyNotYours(account, member);
    }

    /// @dev The key, which must be this member's and live.
    function _requireOwnLiveKey(address account, bytes2 member) private view returns (Key memory key) {
        key = _requireOwnKey(account, member);
        if (key.revokedAt != 0) revert KeyAlreadyRevoked(account, key.revokedAt);
    }

    /// @dev The proposal, which must be known, not carried out and not lapsed.
    function _requireOpen(uint32 proposal) private view returns (Proposal storage record) {
        record = _proposals[proposal];
        if (record.proposedAt == 0) revert ProposalUnknown(proposal);
        if (record.enactedAt != 0) revert ProposalAlreadyEnacted(proposal, record.enactedAt);
        uint48 lapsesAt = record.proposedAt + VOTING_PERIOD;
        if (_now() >= lapsesAt) revert ProposalLapsed(proposal, lapsesAt);
    }

    /// @dev How many active members agreed, and how many are more than half of them.
    function _tally(uint256 votes) private view returns (uint256 given, uint256 needed) {
        uint256 active = _activeMembers;
        return (_countBits(votes & active), _countBits(active) / 2 + 1);
    }

    /// @dev The member's bit in the votes of a proposal.
    function _bitOf(bytes2 member) private view returns (uint256) {
        return 1 << _members[member].index;
    }

    /// @dev Whether a byte is one of the letters A to Z.
    function _isCapital(bytes1 letter) private pure returns (bool) {
        return letter >= "A" && letter <= "Z";
    }

    /// @dev How many bits are set. Each turn clears the lowest one, so there are as many turns as bits.
    function _countBits(uint256 bitmap) private pure returns (uint256 count) {
        while (bitmap != 0) {
            bitmap &= bitmap - 1;
            ++count;
        }
    }

    // ----------------------------------------------------------------------------------------- effects

    /// @dev Counts a member's agreement and carries the proposal out when that decides it.
    function _cast(uint32 proposal, Proposal storage record, bytes2 voter) private {
        record.votes |= _bitOf(voter);
        emit VoteCast(proposal, voter);
        (uint256 votes, uint256 needed) = _tally(record.votes);
        if (votes >= needed) _enact(proposal, record);
    }

    /// @dev Carries a proposal out, provided it is still possible.
    function _enact(uint32 proposal, Proposal storage record) private {
        (ProposalKind kind, bytes2 member, address admin) = (record.kind, record.member, record.admin);
        _requirePossible(kind, member, admin);
        record.enactedAt = _now();
        if (kind == ProposalKind.Admit) _admit(member, admin);
        else if (kind == ProposalKind.ReplaceAdmin) _replaceAdmin(member, admin);
        else _setSuspended(member, kind == ProposalKind.Suspend);
        emit ProposalEnacted(proposal);
    }

    /// @dev Lets a member in. There is room, so its place fits into eight bits.
    function _admit(bytes2 member, address admin) private {
        uint8 index = uint8(_codes.length);
        _members[member] = Member({admin: admin, admittedAt: _now(), index: index, suspended: false});
        _memberOfAdmin[admin] = member;
        _codes.push(member);
        _activeMembers |= 1 << index;
        emit MemberAdmitted(member, admin);
    }

    /// @dev Suspends or reinstates a member, and tells its live keys.
    function _setSuspended(bytes2 member, bool suspended) private {
        _members[member].suspended = suspended;
        _activeMembers ^= _bitOf(member);
        address[] storage live = _liveKeys[member];
        for (uint256 i = 0; i < live.length; ++i) {
            _keys[live[i]].suspended = suspended;
        }
        if (suspended) emit MemberSuspended(member);
        else emit MemberReinstated(member);
    }

    /// @dev Hands a member over to another administrator.
    function _replaceAdmin(bytes2 member, address admin) private {
        address previous = _members[member].admin;
        delete _memberOfAdmin[previous];
        _members[member].admin = admin;
        _memberOfAdmin[admin] = member;
        emit AdminReplaced(member, previous, admin);
    }

    /// @dev Adds a key of an active member's acting authority.
    function _addKey(address account, uint32 authority, bytes2 member, uint8 roles) private {
        uint32 id = ++_keyCount;
        Key storage key = _keys[account];
        key.id = id;
        key.authority = authority;
        key.member = member;
        key.roles = roles;
        key.since = _now();
        _accounts[id] = account;
        _liveKeys[member].push(account);
        emit KeyAdded(account, authority, id);
    }

    /// @dev Revokes a live key: the last live one takes its place in the list.
    function _revoke(address account, bytes2 member) private {
        _keys[account].revokedAt = _now();
        address[] storage live = _liveKeys[member];
        uint256 last = live.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            if (live[i] == account) {
                live[i] = live[last];
                break;
            }
        }
        live.pop();
        emit KeyRevoked(account);
    }
}
