// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMemberRegistry} from "./interfaces/IMemberRegistry.sol";
import {IRecognitionRegistry} from "./interfaces/IRecognitionRegistry.sol";

/// @title RecognitionRegistry
/// @notice See `IRecognitionRegistry`.
/// @dev Asks the registry of members by a call: once for each write, whose sender it is, and in answers for each key
/// that signed what the answer rests on. What is latest stays in its slot, and moves aside when something follows it.
contract RecognitionRegistry is IRecognitionRegistry {
    /// @dev Speaks of operators and of their recognition.
    uint8 private constant ROLE_AEO = 8;
    /// @dev The bit of consent to the exchange of data with partners.
    uint8 private constant EXCHANGE = 2;
    /// @dev All bits of consent: PUBLICATION = 1, EXCHANGE = 2.
    uint8 private constant ALL_CONSENTS = 3;
    /// @dev All bits of operators' roles, from IMP = 1 to OTH = 512.
    uint16 private constant ALL_OPERATOR_ROLES = 1023;
    /// @dev Both directions: IMPORT = 1, EXPORT = 2.
    uint8 private constant BOTH_DIRECTIONS = 3;
    /// @dev Levels of a programme.
    uint8 private constant MAX_LEVELS = 9;
    /// @dev That one member declares; bounds the walk over arrangements in answers, and takes room from nobody else.
    uint16 private constant MAX_ARRANGEMENTS = 16;
    /// @dev For each grantor and partner; bounds the walk over recognitions in answers.
    uint256 private constant MAX_RECOGNITIONS = 64;
    /// @dev Characters of an operator's code at most, its member's included.
    uint256 private constant MAX_CODE = 17;
    /// @dev One bit for each ASCII character: 26 from A on, and with them 10 from 0 on.
    uint256 private constant LETTERS = ((1 << 26) - 1) << 65;
    uint256 private constant SIGNS = LETTERS | (((1 << 10) - 1) << 48);
    /// @dev How far ahead of the block something may begin.
    uint48 private constant MAX_NOTICE = 366 days;

    /// @dev What is asked, as one value; `home` is the operator's member.
    struct Question {
        bytes2 home;
        bytes2 host;
        uint16 role;
        uint8 direction;
        uint48 moment;
        uint48 known;
    }

    IMemberRegistry private immutable _members;

    mapping(bytes32 operator => Change change) private _latest;
    mapping(bytes32 operator => mapping(uint16 version => Change change)) private _earlier;
    mapping(uint16 programme => Programme record) private _programmes;
    mapping(bytes2 member => mapping(bytes32 codeHash => uint16 programme)) private _programmeOfCode;
    mapping(uint16 arrangement => Arrangement record) private _arrangements;
    mapping(bytes32 codeHash => uint16 arrangement) private _arrangementOfCode;
    mapping(bytes2 member => uint16 arrangements) private _declaredBy;
    mapping(uint16 arrangement => mapping(bytes2 member => Participation record)) private _participations;
    mapping(uint16 arrangement => mapping(bytes2 member => mapping(uint16 version => Participation record)))
        private _earlierParticipations;
    mapping(uint32 recognition => Recognition record) private _recognitions;
    mapping(bytes2 grantor => mapping(bytes2 partner => uint32[] recognitions)) private _matrix;
    uint16 private _programmeCount;
    uint16 private _arrangementCount;
    uint32 private _recognitionCount;

    /// @notice Refers to the members of a ledger, for good.
    /// @dev Requirements: there must be a contract at the address.
    /// @param members The registry that says who may write here.
    constructor(IMemberRegistry members) {
        if (address(members).code.length == 0) revert MembersInvalid(address(members));
        _members = members;
    }

    // ------------------------------------------------------------------------------------------ writes

    /// @inheritdoc IRecognitionRegistry
    function record(StatusWrite[] calldata writes) external {
        // Check: an AEO key records something.
        (uint32 keyId, bytes2 member) = _requireAeo();
        if (writes.length == 0) revert NothingToRecord();

        // Check, effect: one after the other, or none.
        for (uint256 i = 0; i < writes.length; ++i) {
            _record(writes[i], keyId, member);
        }
    }

    /// @inheritdoc IRecognitionRegistry
    function declareProgramme(string memory code, string memory name, ProgrammeKind kind, uint8 levels)
        external
        returns (uint16 programme)
    {
        // Check: an AEO key names something complete and new.
        (uint32 keyId, bytes2 member) = _requireAeo();
        if (bytes(code).length == 0) revert ProgrammeCodeMissing();
        if (bytes(name).length == 0) revert ProgrammeNameMissing();
        if (kind == ProgrammeKind.None) revert ProgrammeKindInvalid(uint8(kind));
        if (levels == 0 || levels > MAX_LEVELS) revert LevelsInvalid(levels);
        bytes32 codeHash = keccak256(bytes(code));
        uint16 known = _programmeOfCode[member][codeHash];
        if (known != 0) revert ProgrammeAlreadyDeclared(known);

        // Effect: take the code and write it down.
        programme = ++_programmeCount;
        _programmeOfCode[member][codeHash] = programme;
        _programmes[programme] =
            Programme({member: member, kind: kind, levels: levels, since: _now(), key: keyId});
        emit ProgrammeDeclared(programme, member, kind, levels, keyId, code, name);
    }

    /// @inheritdoc IRecognitionRegistry
    function declareArrangement(
        ArrangementKind kind,
        bytes2 other,
        string memory code,
        string memory title,
        bytes32 textHash
    ) external returns (uint16 arrangement) {
        // Check: an AEO key names something complete and new.
        (uint32 keyId, bytes2 member) = _requireAeo();
        if (bytes(code).length == 0) revert ArrangementCodeMissing();
        if (bytes(title).length == 0) revert ArrangementTitleMissing();
        _requireParties(kind, member, other);
        bytes32 codeHash = keccak256(bytes(code));
        uint16 known = _arrangementOfCode[codeHash];
        if (known != 0) revert ArrangementAlreadyDeclared(known);
        if (_declaredBy[member] >= MAX_ARRANGEMENTS) revert TooManyArrangements(MAX_ARRANGEMENTS);

        // Effect: take the code and write it down.
        arrangement = ++_arrangementCount;
        ++_declaredBy[member];
        _arrangementOfCode[codeHash] = arrangement;
        _arrangements[arrangement] = Arrangement({kind: kind, member: member, other: other, since: _now(), key: keyId});
        emit ArrangementDeclared(arrangement, member, kind, other, keyId, textHash, code, title);
    }

    /// @inheritdoc IRecognitionRegistry
    function participate(uint16 arrangement, uint16 version, ParticipationState state, uint48 effectiveFrom) external {
        // Check: an AEO key of a party says what comes next.
        (uint32 keyId, bytes2 member) = _requireAeo();
        _requireParty(arrangement, member);
        if (state == ParticipationState.None) revert ParticipationStateInvalid(uint8(state));
        Participation storage latest = _participations[arrangement][member];
        uint16 expected = latest.version + 1;
        if (version != expected) revert ParticipationOutOfTurn(arrangement, version, expected);
        uint48 moment = _now();
        if (effectiveFrom == 0 || effectiveFrom > moment + MAX_NOTICE) {
            revert ParticipationDateInvalid(arrangement, effectiveFrom, moment + MAX_NOTICE);
        }

        // Effect: set aside what was latest, and write this down.
        if (version > 1) _earlierParticipations[arrangement][member][version - 1] = latest;
        Participation memory participation = Participation({
            state: state, version: version, key: keyId, effectiveFrom: effectiveFrom, recordedAt: moment
        });
        _participations[arrangement][member] = participation;
        emit ParticipationRecorded(arrangement, member, participation);
    }

    /// @inheritdoc IRecognitionRegistry
    function addRecognition(RecognitionTerms calldata terms) external returns (uint32 recognition) {
        // Check: an AEO key of a party recognises what a partner can offer, once.
        (uint32 keyId, bytes2 member) = _requireAeo();
        _requireRecognisable(terms, member);
        uint32[] storage row = _matrix[member][terms.partner];
        _requireNew(terms, row);
        if (row.length >= MAX_RECOGNITIONS) revert TooManyRecognitions(MAX_RECOGNITIONS);

        // Effect: write it down.
        recognition = ++_recognitionCount;
        Recognition storage added = _recognitions[recognition];
        added.terms = terms;
        added.grantor = member;
        added.key = keyId;
        added.recordedAt = _now();
        _matrix[member][terms.partner].push(recognition);
        emit RecognitionAdded(recognition, member, terms.partner, keyId, terms);
    }

    /// @inheritdoc IRecognitionRegistry
    function endRecognition(uint32 recognition, uint48 endedFrom) external {
        // Check: an AEO key ends what its member recognises.
        (uint32 keyId, bytes2 member) = _requireAeo();
        Recognition storage ending = _recognitions[recognition];
        if (ending.recordedAt == 0) revert RecognitionUnknown(recognition);
        if (ending.grantor != member) revert RecognitionNotYours(recognition, member);
        if (ending.endedFrom != 0) revert RecognitionAlreadyEnded(recognition, ending.endedFrom);
        if (endedFrom == 0) revert EndDateInvalid(recognition, endedFrom);

        // Effect: end it.
        ending.endedFrom = endedFrom;
        ending.endRecordedAt = _now();
        ending.endKey = keyId;
        emit RecognitionEnded(recognition, keyId, endedFrom);
    }

    // ------------------------------------------------------------------------------------------- views

    /// @inheritdoc IRecognitionRegistry
    function memberRegistry() external view returns (IMemberRegistry) {
        return _members;
    }

    /// @inheritdoc IRecognitionRegistry
    function statusesOf(bytes32 operator) external view returns (Change[] memory) {
        uint16 count = _latest[operator].version;
        Change[] memory changes = new Change[](count);
        for (uint16 version = 1; version <= count; ++version) {
            changes[version - 1] = _change(operator, version, count);
        }
        return changes;
    }

    /// @inheritdoc IRecognitionRegistry
    function statusAt(bytes32 operator, uint48 moment, uint48 known) external view returns (Change memory) {
        return _statusAt(operator, moment, known);
    }

    /// @inheritdoc IRecognitionRegistry
    function programmeOf(uint16 programme) external view returns (Programme memory) {
        return _programmes[programme];
    }

    /// @inheritdoc IRecognitionRegistry
    function programmeCount() external view returns (uint16) {
        return _programmeCount;
    }

    /// @inheritdoc IRecognitionRegistry
    function arrangementOf(uint16 arrangement) external view returns (Arrangement memory) {
        return _arrangements[arrangement];
    }

    /// @inheritdoc IRecognitionRegistry
    function arrangementCount() external view returns (uint16) {
        return _arrangementCount;
    }

    /// @inheritdoc IRecognitionRegistry
    function participationsOf(uint16 arrangement, bytes2 member) external view returns (Participation[] memory) {
        uint16 count = _participations[arrangement][member].version;
        Participation[] memory participations = new Participation[](count);
        for (uint16 version = 1; version <= count; ++version) {
            participations[version - 1] = _participation(arrangement, member, version, count);
        }
        return participations;
    }

    /// @inheritdoc IRecognitionRegistry
    function recognitionOf(uint32 recognition) external view returns (Recognition memory) {
        return _recognitions[recognition];
    }

    /// @inheritdoc IRecognitionRegistry
    function recognitionCount() external view returns (uint32) {
        return _recognitionCount;
    }

    /// @inheritdoc IRecognitionRegistry
    function recognitionsOf(bytes2 grantor, bytes2 partner) external view returns (uint32[] memory) {
        return _matrix[grantor][partner];
    }

    /// @inheritdoc IRecognitionRegistry
    function recognise(bytes32 operator, bytes2 host, uint16 role, uint8 direction, uint48 moment)
        external
        view
        returns (Answer memory)
    {
        return _recognise(operator, Question(bytes2(operator), host, role, direction, moment, type(uint48).max));
    }

    /// @inheritdoc IRecognitionRegistry
    function recogniseAsKnown(
        bytes32 operator,
        bytes2 host,
        uint16 role,
        uint8 direction,
        uint48 moment,
        uint48 known
    ) external view returns (Answer memory) {
        return _recognise(operator, Question(bytes2(operator), host, role, direction, moment, known));
    }

    // ------------------------------------------------------------------------------------ who may write

    /// @dev The sender's key and member; reverts with `NotAuthorised` unless it may write with the role AEO.
    function _requireAeo() private view returns (uint32 keyId, bytes2 member) {
        IMemberRegistry.Key memory key = _members.keyOf(msg.sender);
        bool live = key.since != 0 && key.revokedAt == 0 && !key.suspended;
        if (!live || key.roles & ROLE_AEO == 0) revert IMemberRegistry.NotAuthorised(msg.sender, ROLE_AEO);
        return (key.id, key.member);
    }

    /// @dev Whether a code is that of a member of the ledger, active or not, other than this one.
    function _isOther(bytes2 code, bytes2 member) private view returns (bool) {
        return code != member && _members.memberOf(code).admittedAt != 0;
    }

    /// @dev An arrangement of two members names the other one, one that is open to all names none.
    function _requireParties(ArrangementKind kind, bytes2 member, bytes2 other) private view {
        if (kind == ArrangementKind.None) revert ArrangementKindInvalid(uint8(kind));
        bool fits = kind == ArrangementKind.Bilateral ? _isOther(other, member) : other == 0;
        if (!fits) revert OtherPartyInvalid(other);
    }

    /// @dev Whether a member can be with an arrangement: anybody, or one of two.
    function _isParty(Arrangement memory text, bytes2 member) private pure returns (bool) {
        return text.kind == ArrangementKind.Plurilateral || text.member == member || text.other == member;
    }

    /// @dev The arrangement, which must be open to this member.
    function _requireParty(uint16 arrangement, bytes2 member) private view returns (Arrangement memory found) {
        found = _arrangements[arrangement];
        if (found.since == 0) revert ArrangementUnknown(arrangement);
        if (!_isParty(found, member)) revert NotAParty(arrangement, member);
    }

    /// @dev What must be known of a programme, which must be this member's; a member's code is never zero.
    function _requireProgramme(uint16 programme, bytes2 member)
        private
        view
        returns (uint8 levels, ProgrammeKind kind)
    {
        Programme storage found = _programmes[programme];
        bytes2 owner;
        (owner, levels, kind) = (found.member, found.levels, found.kind);
        if (owner != member) revert ProgrammeNotOfMember(programme, member);
    }

    // ----------------------------------------------------------------------------------------- statuses

    /// @dev Writes a status after checking all rules there are about one.
    function _record(StatusWrite calldata write, uint32 keyId, bytes2 member) private {
        // Check: it is the next thing to say of an operator of this member, and holds in itself.
        bytes32 operator = write.operator;
        Change memory change = _changeOf(write, keyId);
        Change storage latest = _latest[operator];
        uint16 version = _requireNext(operator, change, latest, member);
        if (write.recordHash == 0) revert RecordHashMissing(operator);

        // Effect: set aside what was latest, and write this down.
        if (version != 0) _earlier[operator][version] = latest;
        _write(latest, change);
        emit StatusRecorded(operator, member, change, write.recordHash);
    }

    /// @dev What is to be recorded, out of calldata once: every look at a struct there checks it anew.
    function _changeOf(StatusWrite calldata write, uint32 keyId) private view returns (Change memory) {
        return Change({
            status: write.status,
            level: write.level,
            roles: write.roles,
            programme: write.programme,
            ground: write.ground,
            consent: write.consent,
            version: write.version,
            key: keyId,
            effectiveFrom: write.effectiveFrom,
            until: write.until,
            recordedAt: _now()
        });
    }

    /// @dev Fills a slot. Fields stand side by side, so that the slot is not written once for each.
    function _write(Change storage slot, Change memory change) private {
        (OperatorStatus status, Ground ground) = (change.status, change.ground);
        slot.status = status;
        slot.ground = ground;
        slot.level = change.level;
        slot.roles = change.roles;
        slot.programme = change.programme;
        slot.consent = change.consent;
        slot.version = change.version;
        slot.key = change.key;
        slot.effectiveFrom = change.effectiveFrom;
        slot.until = change.until;
        slot.recordedAt = change.recordedAt;
    }

    /// @dev Checks all rules there are about a change; returns the version of the one before, 0 when there is none.
    function _requireNext(bytes32 operator, Change memory change, Change storage latest, bytes2 member)
        private
        view
        returns (uint16 version)
    {
        OperatorStatus previous;
        uint48 until;
        (version, previous, until) = (latest.version, latest.status, latest.until);
        if (change.version != version + 1) revert VersionOutOfTurn(operator, change.version, version + 1);
        if (!_isCode(operator)) revert OperatorCodeInvalid(operator);
        if (bytes2(operator) != member) revert OperatorNotYours(operator, member);
        _requireSound(operator, change, previous);
        _requireLevel(operator, change, member);
        _requireDates(operator, change);
        if (previous > OperatorStatus.Suspended && change.ground != Ground.AppealUpheld) {
            // It comes back at a time after which it could apply, and no other end shortens that time.
            uint48 free = change.status == OperatorStatus.Certified ? change.effectiveFrom : change.until;
            if (free < until) revert ReapplicationTooEarly(operator, until);
        }
    }

    /// @dev Whether a code is two capital letters, then 1 to 15 capital letters and digits, then zeros.
    function _isCode(bytes32 code) private pure returns (bool) {
        if ((LETTERS >> uint8(code[0])) & (LETTERS >> uint8(code[1])) & 1 == 0) return false;
        if (code[2] == 0 || code[MAX_CODE] != 0) return false;
        for (uint256 rest = uint256(code << 16); rest != 0; rest <<= 8) {
            if ((SIGNS >> (rest >> 248)) & 1 == 0) return false;
        }
        return true;
    }

    /// @dev What a change can say after another one (None before the first).
    function _requireSound(bytes32 operator, Change memory change, OperatorStatus previous) private pure {
        bool first = previous == OperatorStatus.None;
        (uint8 consent, OperatorStatus status) = (change.consent, change.status);
        if (first && consent & EXCHANGE == 0) revert ConsentMissing(operator);
        if (consent > ALL_CONSENTS) revert ConsentInvalid(operator, consent);
        bool possible = first ? status == OperatorStatus.Certified : status != OperatorStatus.None;
        if (!possible) revert StatusInvalid(operator, status);
        if (status == OperatorStatus.Suspended && previous > OperatorStatus.Suspended) {
            revert StatusNotAllowed(operator, previous, status);
        }
        if (!_areRoles(change.roles)) revert OperatorRolesInvalid(operator, change.roles);
    }

    /// @dev The programme is the member's and has the level.
    function _requireLevel(bytes32 operator, Change memory change, bytes2 member) private view {
        (uint8 highest,) = _requireProgramme(change.programme, member);
        if (change.level == 0 || change.level > highest) revert LevelInvalid(operator, change.level, highest);
    }

    /// @dev It begins at a time that can be foreseen, and ends later, if ever.
    function _requireDates(bytes32 operator, Change memory change) private pure {
        (uint48 effectiveFrom, uint48 until, uint48 latest) =
            (change.effectiveFrom, change.until, change.recordedAt + MAX_NOTICE);
        if (effectiveFrom == 0 || effectiveFrom > latest) revert EffectiveDateInvalid(operator, effectiveFrom, latest);
        if (until != 0 && until <= effectiveFrom) revert UntilInvalid(operator, effectiveFrom, until);
    }

    /// @dev Whether this is a sum of roles of operators, and not 0.
    function _areRoles(uint16 roles) private pure returns (bool) {
        return roles != 0 && roles <= ALL_OPERATOR_ROLES;
    }

    // -------------------------------------------------------------------------------------- recognitions

    /// @dev What can be recognised by this member.
    function _requireRecognisable(RecognitionTerms calldata terms, bytes2 member) private view {
        Arrangement memory arrangement = _requireParty(terms.arrangement, member);
        bytes2 partner = terms.partner;
        if (!_isOther(partner, member) || !_isParty(arrangement, partner)) revert PartnerInvalid(partner);
        (uint8 highest, ProgrammeKind kind) = _requireProgramme(terms.programme, partner);
        if (kind != ProgrammeKind.SafeAeo) revert ProgrammeNotRecognisable(terms.programme);
        if (terms.minLevel == 0 || terms.minLevel > highest) revert MinLevelInvalid(terms.minLevel, highest);
        if (!_areRoles(terms.roles)) revert RecognisedRolesInvalid(terms.roles);
        if (terms.directions == 0 || terms.directions > BOTH_DIRECTIONS) revert DirectionsInvalid(terms.directions);
        (uint48 effectiveFrom, uint48 until) = (terms.effectiveFrom, terms.until);
        if (effectiveFrom == 0 || (until != 0 && until <= effectiveFrom)) {
            revert RecognitionDatesInvalid(effectiveFrom, until);
        }
    }

    /// @dev The same terms may only be there when they were ended.
    function _requireNew(RecognitionTerms calldata terms, uint32[] storage row) private view {
        bytes32 hash = keccak256(abi.encode(terms));
        for (uint256 i = 0; i < row.length; ++i) {
            Recognition storage other = _recognitions[row[i]];
            if (other.endedFrom == 0 && keccak256(abi.encode(other.terms)) == hash) {
                revert RecognitionAlreadyAdded(row[i]);
            }
        }
    }

    // ------------------------------------------------------------------------------------------ answers

    /// @dev The change of a version, given how many there are.
    function _change(bytes32 operator, uint16 version, uint16 count) private view returns (Change memory) {
        return version == count ? _latest[operator] : _earlier[operator][version];
    }

    /// @dev The participation of a version, given how many there are.
    function _participation(uint16 arrangement, bytes2 member, uint16 version, uint16 count)
        private
        view
        returns (Participation memory)
    {
        return version == count
            ? _participations[arrangement][member]
            : _earlierParticipations[arrangement][member][version];
    }

    /// @dev What was recorded last of what was known and had begun.
    function _statusAt(bytes32 operator, uint48 moment, uint48 known) private view returns (Change memory change) {
        uint16 count = _latest[operator].version;
        for (uint16 version = count; version > 0; --version) {
            change = _change(operator, version, count);
            if (change.recordedAt <= known && change.effectiveFrom <= moment) return change;
        }
        delete change;
    }

    /// @dev How far a member is; None also when a compromised key says so.
    function _stateAt(uint16 arrangement, bytes2 member, uint48 moment, uint48 known)
        private
        view
        returns (ParticipationState)
    {
        uint16 count = _participations[arrangement][member].version;
        for (uint16 version = count; version > 0; --version) {
            Participation memory found = _participation(arrangement, member, version, count);
            if (found.recordedAt <= known && found.effectiveFrom <= moment) {
                return _isCompromised(found.key, found.recordedAt) ? ParticipationState.None : found.state;
            }
        }
        return ParticipationState.None;
    }

    /// @dev Whether what a key signed at a time is not to be relied on.
    function _isCompromised(uint32 keyId, uint48 signedAt) private view returns (bool) {
        uint48 since = _members.keyOf(_members.accountOf(keyId)).compromisedFrom;
        return since != 0 && since <= signedAt;
    }

    /// @dev First what the operator's own status says, then what host and home agreed.
    function _recognise(bytes32 operator, Question memory question) private view returns (Answer memory answer) {
        answer.change = _statusAt(operator, question.moment, question.known);
        answer.reason = _own(operator, answer.change, question);
        if (answer.reason != Reason.Recognised || question.host == question.home) return answer;
        if (answer.change.consent & EXCHANGE == 0) {
            answer.reason = Reason.NoConsent;
            return answer;
        }
        _seekAbroad(answer, question);
    }

    /// @dev What the operator's own status says.
    function _own(bytes32 operator, Change memory change, Question memory question) private view returns (Reason) {
        if (change.version == 0) {
            uint16 count = _latest[operator].version;
            if (count == 0 || _change(operator, 1, count).recordedAt > question.known) return Reason.NotFound;
            return Reason.NotYetEffective;
        }
        if (_isCompromised(change.key, change.recordedAt)) return Reason.SignerCompromised;
        if (change.status == OperatorStatus.Suspended) return Reason.Suspended;
        if (change.status == OperatorStatus.Revoked) return Reason.Revoked;
        if (change.status == OperatorStatus.Surrendered) return Reason.Surrendered;
        if (change.status == OperatorStatus.Annulled) return Reason.Annulled;
        if (change.until != 0 && change.until < question.moment) return Reason.Expired;
        return _includes(change.roles, question.role) ? Reason.Recognised : Reason.RoleNotHeld;
    }

    /// @dev The best that any arrangement says, the first of equals.
    function _seekAbroad(Answer memory answer, Question memory question) private view {
        answer.reason = Reason.NoArrangement;
        uint16 count = _arrangementCount;
        for (uint16 arrangement = 1; arrangement <= count; ++arrangement) {
            Arrangement memory text = _arrangements[arrangement];
            if (!_isParty(text, question.host) || !_isParty(text, question.home)) continue;
            Reason reason = _both(arrangement, question);
            if (reason == Reason.Recognised) {
                _note(answer, Reason.ProgrammeNotRecognised, 0, arrangement);
                _seekUnder(arrangement, answer, question);
            } else {
                _note(answer, reason, 0, arrangement);
            }
            if (answer.reason == Reason.Recognised) return;
        }
    }

    /// @dev The best that any recognition under an arrangement says, the first of equals.
    function _seekUnder(uint16 arrangement, Answer memory answer, Question memory question) private view {
        uint32[] memory row = _matrix[question.host][question.home];
        for (uint256 i = 0; i < row.length; ++i) {
            Recognition memory found = _recognitions[row[i]];
            if (found.terms.arrangement != arrangement || found.recordedAt > question.known) continue;
            if (_isCompromised(found.key, found.recordedAt)) continue;
            _note(answer, _covered(found, answer.change, question), row[i], arrangement);
            if (answer.reason == Reason.Recognised) return;
        }
    }

    /// @dev Takes what came nearer than anything before.
    function _note(Answer memory answer, Reason reason, uint32 recognition, uint16 arrangement) private pure {
        if (reason != Reason.Recognised && reason <= answer.reason) return;
        (answer.reason, answer.recognition, answer.arrangement) = (reason, recognition, arrangement);
    }

    /// @dev Whether benefits flow between host and home under an arrangement.
    function _both(uint16 arrangement, Question memory question) private view returns (Reason) {
        ParticipationState host = _stateAt(arrangement, question.host, question.moment, question.known);
        ParticipationState home = _stateAt(arrangement, question.home, question.moment, question.known);
        if (host == ParticipationState.None && home == ParticipationState.None) return Reason.NoArrangement;
        if (!_flows(host)) return Reason.HostNotParticipating;
        if (!_flows(home)) return Reason.HomeNotParticipating;
        bool suspended = host == ParticipationState.Suspended || home == ParticipationState.Suspended;
        return suspended ? Reason.ArrangementSuspended : Reason.Recognised;
    }

    /// @dev Whether a member is with an arrangement, be it suspended.
    function _flows(ParticipationState state) private pure returns (bool) {
        return state == ParticipationState.InForce || state == ParticipationState.Suspended;
    }

    /// @dev Whether a recognition covers an operator of its partner.
    function _covered(Recognition memory found, Change memory change, Question memory question)
        private
        pure
        returns (Reason)
    {
        RecognitionTerms memory terms = found.terms;
        if (terms.programme != change.programme) return Reason.ProgrammeNotRecognised;
        if (change.level < terms.minLevel) return Reason.LevelTooLow;
        if (!_includes(terms.roles, question.role)) return Reason.RoleNotCovered;
        if (!_includes(terms.directions, question.direction)) return Reason.DirectionNotCovered;
        if (question.moment < terms.effectiveFrom) return Reason.NotYetRecognised;
        if (terms.until != 0 && terms.until < question.moment) return Reason.NoLongerRecognised;
        bool ended = found.endedFrom != 0 && found.endRecordedAt <= question.known && found.endedFrom <= question.moment;
        return ended ? Reason.NoLongerRecognised : Reason.Recognised;
    }

    /// @dev Whether a sum of bits includes all of these, which are some.
    function _includes(uint16 sum, uint16 bits) private pure returns (bool) {
        return bits != 0 && sum & bits == bits;
    }

    /// @dev The block's time. It fits: 48 bits last for millions of years.
    function _now() private view returns (uint48) {
        return uint48(block.timestamp);
    }
}
