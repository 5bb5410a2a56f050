// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMemberRegistry} from "./IMemberRegistry.sol";

/// @title Authorised operators and their mutual recognition
/// @notice What each member says of the economic operators it has authorised, under which arrangements members
/// recognise each other's operators, and whether a member recognises an operator at a given time.
/// @dev Beside the ledger of members, to which it refers. Every write is made by a key with the role AEO and speaks
/// for that key's member. Nothing is overwritten: each record says from when it holds (`effectiveFrom`) and since when
/// the ledger has known it (`recordedAt`), and what holds is what was recorded last of that which has begun. Times are
/// seconds since 1970, UTC; 0 means "not yet" or "without end". Programmes, arrangements and recognitions count from 1
/// in the order in which they came, versions from 1 without gaps. Views answer with empty structs and never revert.
///
/// An operator's code is its key: its ASCII characters, then zeros. It is the member that grants the status (ISO 3166
/// alpha-2), then 1 to 15 capital letters and digits. Names and addresses are never on the ledger.
interface IRecognitionRegistry {
    /// @notice What the granting member says of an operator. Expiry is not said but computed.
    enum OperatorStatus {
        // Value 0: nothing.
        None,
        // Value 1: it is authorised.
        Certified,
        // Value 2: its authorisation is suspended.
        Suspended,
        // Value 3: its authorisation was taken away; `until` is the time before which it may not apply again.
        Revoked,
        // Value 4: it gave its authorisation back.
        Surrendered,
        // Value 5: its authorisation is void from the start, which is `effectiveFrom`.
        Annulled
    }

    /// @notice Why a status changed.
    enum Ground {
        // Value 0: nothing is said.
        None,
        // Value 1: there are enough grounds for revocation, but not all the facts yet.
        SuspectedBreach,
        // Value 2: a condition is not met, and there is time to cure that.
        ConditionsUnmet,
        // Value 3: the operator asks for it.
        AtRequest,
        // Value 4: what led to the suspension is mended.
        Cured,
        // Value 5: the operator has seriously infringed the law.
        SeriousInfringement,
        // Value 6: the time to cure is over.
        NotCured,
        // Value 7: the status was granted on false or incomplete information.
        FalseInformation,
        // Value 8: a court or an appeal has lifted the decision.
        AppealUpheld,
        // Value 9: the operator has ceased to trade.
        Ceased,
        // Value 10: something else.
        Other
    }

    /// @notice What a programme looks at.
    enum ProgrammeKind {
        // Value 0: nothing.
        None,
        // Value 1: security and compliance, as the WCO SAFE Framework asks; the only kind that others recognise.
        SafeAeo,
        // Value 2: compliance alone, as of authorised operators under Art. 7.7 of the WTO TFA.
        Compliance
    }

    /// @notice How many members an arrangement is open to.
    enum ArrangementKind {
        // Value 0: nothing.
        None,
        // Value 1: all.
        Plurilateral,
        // Value 2: two.
        Bilateral
    }

    /// @notice How far a member is with an arrangement.
    enum ParticipationState {
        // Value 0: nothing.
        None,
        // Value 1: the programmes are being compared.
        Comparing,
        // Value 2: validations are carried out together.
        JointValidation,
        // Value 3: it is signed.
        Signed,
        // Value 4: it is tried out.
        Pilot,
        // Value 5: it is in force, the only state in which benefits flow.
        InForce,
        // Value 6: it is suspended.
        Suspended,
        // Value 7: the member has left it.
        Withdrawn
    }

    /// @notice Why an operator is recognised or not. Of several arrangements the highest value came nearest.
    enum Reason {
        // Value 0: it is recognised.
        Recognised,
        // Value 1: the ledger does not know it.
        NotFound,
        // Value 2: the key that signed its status was in the wrong hands by then.
        SignerCompromised,
        // Value 3: nothing that is recorded of it had begun.
        NotYetEffective,
        // Value 4: its authorisation was suspended.
        Suspended,
        // Value 5: its authorisation was revoked.
        Revoked,
        // Value 6: it had given its authorisation back.
        Surrendered,
        // Value 7: its authorisation was void.
        Annulled,
        // Value 8: its authorisation was over.
        Expired,
        // Value 9: it is not authorised in this role.
        RoleNotHeld,
        // Value 10: it does not consent to the exchange of its data.
        NoConsent,
        // Value 11: there was no arrangement between host and home.
        NoArrangement,
        // Value 12: the host did not take part.
        HostNotParticipating,
        // Value 13: its home did not take part.
        HomeNotParticipating,
        // Value 14: host or home had suspended the arrangement.
        ArrangementSuspended,
        // Value 15: the host does not recognise its programme.
        ProgrammeNotRecognised,
        // Value 16: the host recognises higher levels of its programme only.
        LevelTooLow,
        // Value 17: the host does not recognise its programme in this role.
        RoleNotCovered,
        // Value 18: the host does not recognise its programme in this direction.
        DirectionNotCovered,
        // Value 19: the host recognised it later only.
        NotYetRecognised,
        // Value 20: the host recognised it earlier only.
        NoLongerRecognised
    }

    /// @notice A status to be recorded. It says all; nothing is inherited from what was recorded before.
    struct StatusWrite {
        // The operator's code.
        bytes32 operator;
        // The version that it is to become.
        uint16 version;
        // What is said of the operator.
        OperatorStatus status;
        // The level of its authorisation, from 1.
        uint8 level;
        // In which functions it is authorised, a sum of IMP = 1, EXP = 2, MFR = 4, BRK = 8, CAR = 16, FWD = 32,
        // WHS = 64, TRM = 128, LOG = 256, OTH = 512.
        uint16 roles;
        // The number of the programme.
        uint16 programme;
        // Why the status changed.
        Ground ground;
        // What it agrees to, a sum of PUBLICATION = 1, EXCHANGE = 2.
        uint8 consent;
        // From when this holds.
        uint48 effectiveFrom;
        // The last second in which it holds, 0 without end; of a revocation, until when it may not apply again.
        uint48 until;
        // The hash of the operator's record.
        bytes32 recordHash;
    }

    /// @notice A status as it was recorded.
    /// @dev Its `recordHash` is in the event `StatusRecorded`.
    struct Change {
        // slot 0
        // What is said of the operator.
        OperatorStatus status;
        // The level of its authorisation, from 1.
        uint8 level;
        // In which functions it is authorised, a sum of role bits.
        uint16 roles;
        // The number of the programme.
        uint16 programme;
        // Why the status changed.
        Ground ground;
        // What it agrees to, a sum of PUBLICATION = 1, EXCHANGE = 2.
        uint8 consent;
        // Its place among the operator's changes, from 1.
        uint16 version;
        // The number of the key that recorded it.
        uint32 key;
        // From when this holds.
        uint48 effectiveFrom;
        // The last second in which it holds, 0 without end; of a revocation, until when it may not apply again.
        uint48 until;
        // When it was recorded.
        uint48 recordedAt;
    }

    /// @notice A national programme.
    /// @dev Its code and name are in the event `ProgrammeDeclared`.
    struct Programme {
        // slot 0
        // The member whose programme it is.
        bytes2 member;
        // What it looks at.
        ProgrammeKind kind;
        // How many levels it has.
        uint8 levels;
        // When it was declared.
        uint48 since;
        // The number of the key that declared it.
        uint32 key;
    }

    /// @notice A text on mutual recognition.
    /// @dev Its code, title and hash are in the event `ArrangementDeclared`.
    struct Arrangement {
        // slot 0
        // How many members it is open to.
        ArrangementKind kind;
        // The member that declared it; of a bilateral one, a party.
        bytes2 member;
        // The other party of a bilateral one, zero of others.
        bytes2 other;
        // When it was declared.
        uint48 since;
        // The number of the key that declared it.
        uint32 key;
    }

    /// @notice How far a member is with an arrangement from some time on.
    struct Participation {
        // slot 0
        // How far it is.
        ParticipationState state;
        // Its place among what the member said of this arrangement, from 1.
        uint16 version;
        // The number of the key that recorded it.
        uint32 key;
        // From when this holds.
        uint48 effectiveFrom;
        // When it was recorded.
        uint48 recordedAt;
    }

    /// @notice Which operators of a partner a member recognises.
    struct RecognitionTerms {
        // slot 0
        // The number of the arrangement on which this rests.
        uint16 arrangement;
        // The member whose operators are recognised.
        bytes2 partner;
        // The number of the partner's programme.
        uint16 programme;
        // The lowest level of it that is recognised.
        uint8 minLevel;
        // In which functions, a sum of role bits.
        uint16 roles;
        // Which way the goods go, as the recognising member sees it: a sum of IMPORT = 1, EXPORT = 2.
        uint8 directions;
        // From when this holds.
        uint48 effectiveFrom;
        // The last second in which it holds, 0 without end.
        uint48 until;
    }

    /// @notice A recognition as it was recorded.
    struct Recognition {
        // slot 0
        // Which operators it covers.
        RecognitionTerms terms;
        // slot 1
        // The member that recognises.
        bytes2 grantor;
        // The number of the key that added it.
        uint32 key;
        // When it was added.
        uint48 recordedAt;
        // From when it was ended, 0 when it was not.
        uint48 endedFrom;
        // When that was recorded.
        uint48 endRecordedAt;
        // The number of the key that ended it.
        uint32 endKey;
    }

    /// @notice Whether an operator is recognised, why, and by what.
    struct Answer {
        // Recognised, or what stands in the way.
        Reason reason;
        // The status that applies, empty when none does.
        Change change;
        // The number of the recognition that decided, 0 when none did.
        uint32 recognition;
        // The number of the arrangement that decided, 0 when none did.
        uint16 arrangement;
    }

    /// @notice A member said how an operator stands.
    /// @param operator The operator's code.
    /// @param member The member that granted the status.
    /// @param change What was recorded.
    /// @param recordHash The hash of the operator's record.
    event StatusRecorded(bytes32 indexed operator, bytes2 indexed member, Change change, bytes32 recordHash);

    /// @notice A member named a programme.
    /// @param programme The number given to it.
    /// @param member The member whose programme it is.
    /// @param kind What it looks at.
    /// @param levels How many levels it has.
    /// @param key The number of the key that declared it.
    /// @param code Its short name, unique in the member.
    /// @param name Its name.
    event ProgrammeDeclared(
        uint16 indexed programme,
        bytes2 indexed member,
        ProgrammeKind kind,
        uint8 levels,
        uint32 key,
        string code,
        string name
    );

    /// @notice A member named a text on mutual recognition.
    /// @param arrangement The number given to it.
    /// @param member The member that declared it.
    /// @param kind How many members it is open to.
    /// @param other The other party of a bilateral one, zero of others.
    /// @param key The number of the key that declared it.
    /// @param textHash The hash of its text, zero where that is not at hand.
    /// @param code Its short name, unique on the ledger.
    /// @param title Its title.
    event ArrangementDeclared(
        uint16 indexed arrangement,
        bytes2 indexed member,
        ArrangementKind kind,
        bytes2 other,
        uint32 key,
        bytes32 textHash,
        string code,
        string title
    );

    /// @notice A member said how far it is with an arrangement.
    /// @param arrangement The number of the arrangement.
    /// @param member The member.
    /// @param participation What was recorded.
    event ParticipationRecorded(
        uint16 indexed arrangement, bytes2 indexed member, Participation participation
    );

    /// @notice A member recognises operators of a partner.
    /// @param recognition The number given to it.
    /// @param grantor The member that recognises.
    /// @param partner The member whose operators are recognised.
    /// @param key The number of the key that added it.
    /// @param terms Which operators it covers.
    event RecognitionAdded(
        uint32 indexed recognition,
        bytes2 indexed grantor,
        bytes2 indexed partner,
        uint32 key,
        RecognitionTerms terms
    );

    /// @notice A member ended a recognition.
    /// @param recognition The number of the recognition.
    /// @param key The number of the key that ended it.
    /// @param endedFrom From when it is over.
    event RecognitionEnded(uint32 indexed recognition, uint32 key, uint48 endedFrom);

    /// @notice There is no contract at the address given for the registry of members.
    /// @param members The address given.
    error MembersInvalid(address members);

    /// @notice There are no statuses to record.
    error NothingToRecord();

    /// @notice The version to be recorded is not the next one: something else was recorded in between.
    /// @param operator The operator's code.
    /// @param version The version given.
    /// @param expected The version that comes next.
    error VersionOutOfTurn(bytes32 operator, uint16 version, uint16 expected);

    /// @notice An operator's code is two capital letters, then 1 to 15 capital letters and digits, then zeros.
    /// @param operator The code given.
    error OperatorCodeInvalid(bytes32 operator);

    /// @notice The operator's code names another member.
    /// @param operator The operator's code.
    /// @param member The sender's member.
    error OperatorNotYours(bytes32 operator, bytes2 member);

    /// @notice An operator comes onto the ledger only when it consents to the exchange of its data.
    /// @param operator The operator's code.
    error ConsentMissing(bytes32 operator);

    /// @notice There is no such consent.
    /// @param operator The operator's code.
    /// @param consent The sum given.
    error ConsentInvalid(bytes32 operator, uint8 consent);

    /// @notice This status cannot be recorded: it is none, or the first one and not Certified.
    /// @param operator The operator's code.
    /// @param status The status given.
    error StatusInvalid(bytes32 operator, OperatorStatus status);

    /// @notice What has ended cannot be suspended.
    /// @param operator The operator's code.
    /// @param from The status that was recorded last.
    /// @param to The status given.
    error StatusNotAllowed(bytes32 operator, OperatorStatus from, OperatorStatus to);

    /// @notice An operator needs at least one role, and only roles that exist.
    /// @param operator The operator's code.
    /// @param roles The sum of role bits given.
    error OperatorRolesInvalid(bytes32 operator, uint16 roles);

    /// @notice There is no programme of this member with this number.
    /// @param programme The number given.
    /// @param member The member whose programme it should be.
    error ProgrammeNotOfMember(uint16 programme, bytes2 member);

    /// @notice The programme has no such level.
    /// @param operator The operator's code.
    /// @param level The level given.
    /// @param highest The programme's highest level; the lowest is 1.
    error LevelInvalid(bytes32 operator, uint8 level, uint8 highest);

    /// @notice A status needs a time from which it holds, at most 366 days ahead.
    /// @param operator The operator's code.
    /// @param effectiveFrom The time given.
    /// @param latest The latest time that would be accepted.
    error EffectiveDateInvalid(bytes32 operator, uint48 effectiveFrom, uint48 latest);

    /// @notice A status would end before it begins.
    /// @param operator The operator's code.
    /// @param effectiveFrom From when it would hold.
    /// @param until The last second in which it would.
    error UntilInvalid(bytes32 operator, uint48 effectiveFrom, uint48 until);

    /// @notice A revoked operator may not come back yet, nor may another end shorten that time; only an appeal (ground
    /// AppealUpheld) brings it back earlier.
    /// @param operator The operator's code.
    /// @param until The time before which it may not.
    error ReapplicationTooEarly(bytes32 operator, uint48 until);

    /// @notice A status needs the hash of the operator's record.
    /// @param operator The operator's code.
    error RecordHashMissing(bytes32 operator);

    /// @notice A programme needs a code.
    error ProgrammeCodeMissing();

    /// @notice A programme needs a name.
    error ProgrammeNameMissing();

    /// @notice There is no such kind of programme.
    /// @param kind The kind given.
    error ProgrammeKindInvalid(uint8 kind);

    /// @notice A programme has 1 to 9 levels.
    /// @param levels The number given.
    error LevelsInvalid(uint8 levels);

    /// @notice The member has declared a programme with this code.
    /// @param programme The number of that programme.
    error ProgrammeAlreadyDeclared(uint16 programme);

    /// @notice An arrangement needs a code.
    error ArrangementCodeMissing();

    /// @notice An arrangement needs a title.
    error ArrangementTitleMissing();

    /// @notice There is no such kind of arrangement.
    /// @param kind The kind given.
    error ArrangementKindInvalid(uint8 kind);

    /// @notice A bilateral arrangement names another member of the ledger, others name none.
    /// @param other The member given.
    error OtherPartyInvalid(bytes2 other);

    /// @notice An arrangement with this code is on the ledger.
    /// @param arrangement The number of that arrangement.
    error ArrangementAlreadyDeclared(uint16 arrangement);

    /// @notice The member has declared as many arrangements as it may.
    /// @param most How many that is.
    error TooManyArrangements(uint256 most);

    /// @notice There is no arrangement with this number.
    /// @param arrangement The number given.
    error ArrangementUnknown(uint16 arrangement);

    /// @notice The sender's member is not a party of this bilateral arrangement.
    /// @param arrangement The number of the arrangement.
    /// @param member The sender's member.
    error NotAParty(uint16 arrangement, bytes2 member);

    /// @notice There is no such state of a participation.
    /// @param state The state given.
    error ParticipationStateInvalid(uint8 state);

    /// @notice The version to be recorded is not the next one: something else was recorded in between.
    /// @param arrangement The number of the arrangement.
    /// @param version The version given.
    /// @param expected The version that comes next.
    error ParticipationOutOfTurn(uint16 arrangement, uint16 version, uint16 expected);

    /// @notice A participation needs a time from which it holds, at most 366 days ahead.
    /// @param arrangement The number of the arrangement.
    /// @param effectiveFrom The time given.
    /// @param latest The latest time that would be accepted.
    error ParticipationDateInvalid(uint16 arrangement, uint48 effectiveFrom, uint48 latest);

    /// @notice The partner must be another member of the ledger, and of a bilateral arrangement its other party.
    /// @param partner The member given.
    error PartnerInvalid(bytes2 partner);

    /// @notice Programmes that look at compliance alone are recognised by nobody.
    /// @param programme The number of the programme.
    error ProgrammeNotRecognisable(uint16 programme);

    /// @notice The programme has no such level.
    /// @param minLevel The level given.
    /// @param highest The programme's highest level; the lowest is 1.
    error MinLevelInvalid(uint8 minLevel, uint8 highest);

    /// @notice A recognition covers at least one role, and only roles that exist.
    /// @param roles The sum of role bits given.
    error RecognisedRolesInvalid(uint16 roles);

    /// @notice A recognition covers import, export or both.
    /// @param directions The sum given.
    error DirectionsInvalid(uint8 directions);

    /// @notice A recognition needs a time from which it holds, and ends after it, if ever.
    /// @param effectiveFrom From when it would hold.
    /// @param until The last second in which it would.
    error RecognitionDatesInvalid(uint48 effectiveFrom, uint48 until);

    /// @notice The member has added a recognition with the same terms, and not ended it.
    /// @param recognition The number of that recognition.
    error RecognitionAlreadyAdded(uint32 recognition);

    /// @notice No more recognitions of this partner fit, ended ones included.
    /// @param most How many there can be for each grantor and partner.
    error TooManyRecognitions(uint256 most);

    /// @notice There is no recognition with this number.
    /// @param recognition The number given.
    error RecognitionUnknown(uint32 recognition);

    /// @notice The recognition is another member's.
    /// @param recognition The number of the recognition.
    /// @param member The sender's member.
    error RecognitionNotYours(uint32 recognition, bytes2 member);

    /// @notice The recognition was ended before.
    /// @param recognition The number of the recognition.
    /// @param endedFrom From when.
    error RecognitionAlreadyEnded(uint32 recognition, uint48 endedFrom);

    /// @notice A recognition ends from a time on, which is not 0.
    /// @param recognition The number of the recognition.
    /// @param endedFrom The time given.
    error EndDateInvalid(uint32 recognition, uint48 endedFrom);

    /// @notice Records how operators of the sender's member stand, all or none, one after the other.
    /// @dev Emits `StatusRecorded` for each. The rules are looked at in this order.
    ///
    /// Requirements:
    /// - The sender must be a live key with the role AEO.
    /// - There must be something to record, and for each:
    /// - `version` must be one more than that of the operator's latest change, 1 when there is none.
    /// - `operator` must be a code of the sender's member.
    /// - `consent` must be a sum of consents, which for version 1 includes EXCHANGE.
    /// - `status` must not be None, nor other than Certified for version 1, nor Suspended after Revoked, Surrendered or
    ///   Annulled.
    /// - `roles` must be a sum of role bits, and not 0.
    /// - `programme` must be the member's, and `level` one of its levels.
    /// - `effectiveFrom` must not be 0, nor more than 366 days ahead; `until` must be 0 or later.
    /// - After an end with an `until`, such as a revocation, Certified must not begin before it, and another end must not
    ///   have an earlier one, but with the ground AppealUpheld.
    /// - `recordHash` must not be zero.
    /// @param writes What is to be recorded.
    function record(StatusWrite[] calldata writes) external;

    /// @notice Names a programme of the sender's member.
    /// @dev Emits `ProgrammeDeclared`, which alone keeps code and name.
    ///
    /// Requirements:
    /// - The sender must be a live key with the role AEO.
    /// - Code and name must not be empty, `kind` not None, and `levels` 1 to 9.
    /// - The member must not have declared a programme with this code.
    /// @param code Its short name, unique in the member.
    /// @param name Its name.
    /// @param kind What it looks at.
    /// @param levels How many levels it has.
    /// @return programme The number given to it.
    function declareProgramme(string calldata code, string calldata name, ProgrammeKind kind, uint8 levels)
        external
        returns (uint16 programme);

    /// @notice Names a text on mutual recognition.
    /// @dev Emits `ArrangementDeclared`, which alone keeps code, title and hash.
    ///
    /// Requirements:
    /// - The sender must be a live key with the role AEO.
    /// - Code and title must not be empty, and `kind` not None.
    /// - `other` must be another member of the ledger for a bilateral arrangement, and zero for others.
    /// - There must be no arrangement with this code, and fewer than 16 that the member has declared.
    /// @param kind How many members it is open to.
    /// @param other The other party of a bilateral one; the sender's member is the one.
    /// @param code Its short name, unique on the ledger.
    /// @param title Its title.
    /// @param textHash The hash of its text, zero where that is not at hand.
    /// @return arrangement The number given to it.
    function declareArrangement(
        ArrangementKind kind,
        bytes2 other,
        string calldata code,
        string calldata title,
        bytes32 textHash
    ) external returns (uint16 arrangement);

    /// @notice Says how far the sender's member is with an arrangement.
    /// @dev Emits `ParticipationRecorded`.
    ///
    /// Requirements:
    /// - The sender must be a live key with the role AEO.
    /// - The arrangement must be known, and the member a party when it is bilateral.
    /// - `state` must not be None.
    /// - `version` must be one more than that of what the member said last of this arrangement.
    /// - `effectiveFrom` must not be 0, nor more than 366 days ahead.
    /// @param arrangement The number of the arrangement.
    /// @param version The version that this is to become.
    /// @param state How far the member is.
    /// @param effectiveFrom From when this holds.
    function participate(uint16 arrangement, uint16 version, ParticipationState state, uint48 effectiveFrom) external;

    /// @notice Recognises operators of a partner, in the name of the sender's member.
    /// @dev Emits `RecognitionAdded`. It counts while the arrangement is in force for both.
    ///
    /// Requirements:
    /// - The sender must be a live key with the role AEO.
    /// - The arrangement must be known, and the member a party when it is bilateral.
    /// - The partner must be another member of the ledger, and a party when it is bilateral.
    /// - The programme must be the partner's and of kind SafeAeo, and `minLevel` one of its levels.
    /// - `roles` must be a sum of role bits, and `directions` of directions, neither 0.
    /// - `effectiveFrom` must not be 0; `until` must be 0 or later.
    /// - The member must not have added the same terms, but when it ended them, and fewer than 64 of this partner.
    /// @param terms Which operators are recognised.
    /// @return recognition The number given to it.
    function addRecognition(RecognitionTerms calldata terms) external returns (uint32 recognition);

    /// @notice Ends a recognition of the sender's member.
    /// @dev Emits `RecognitionEnded`.
    ///
    /// Requirements:
    /// - The sender must be a live key with the role AEO.
    /// - The recognition must be known, the member's own, and not ended before.
    /// - `endedFrom` must not be 0. It may be past or to come.
    /// @param recognition The number of the recognition.
    /// @param endedFrom From when it is over.
    function endRecognition(uint32 recognition, uint48 endedFrom) external;

    /// @notice The registry that says who may write here.
    /// @return The ledger's registry of members.
    function memberRegistry() external view returns (IMemberRegistry);

    /// @notice All that was ever recorded of an operator.
    /// @param operator The operator's code.
    /// @return Its changes, oldest first; none when it is unknown.
    function statusesOf(bytes32 operator) external view returns (Change[] memory);

    /// @notice How an operator stood at a time, as the ledger knew it at another time.
    /// @dev The change that was recorded last of those recorded by `known` and begun by `moment`.
    /// @param operator The operator's code.
    /// @param moment The time asked about.
    /// @param known What was recorded later is left out.
    /// @return The change that applies, empty when none does.
    function statusAt(bytes32 operator, uint48 moment, uint48 known) external view returns (Change memory);

    /// @notice The programme with a number.
    /// @param programme The number of the programme.
    /// @return The programme, empty when unknown.
    function programmeOf(uint16 programme) external view returns (Programme memory);

    /// @notice How many programmes there are; the last one's number.
    /// @return The count.
    function programmeCount() external view returns (uint16);

    /// @notice The arrangement with a number.
    /// @param arrangement The number of the arrangement.
    /// @return The arrangement, empty when unknown.
    function arrangementOf(uint16 arrangement) external view returns (Arrangement memory);

    /// @notice How many arrangements there are; the last one's number.
    /// @return The count.
    function arrangementCount() external view returns (uint16);

    /// @notice All that a member ever said of an arrangement.
    /// @param arrangement The number of the arrangement.
    /// @param member The member's code.
    /// @return Its participations, oldest first; none when it said nothing.
    function participationsOf(uint16 arrangement, bytes2 member) external view returns (Participation[] memory);

    /// @notice The recognition with a number.
    /// @param recognition The number of the recognition.
    /// @return The recognition, empty when unknown.
    function recognitionOf(uint32 recognition) external view returns (Recognition memory);

    /// @notice How many recognitions there are; the last one's number.
    /// @return The count, ended ones included.
    function recognitionCount() external view returns (uint32);

    /// @notice The recognitions that a member added for a partner.
    /// @param grantor The member that recognises.
    /// @param partner The member whose operators are recognised.
    /// @return Their numbers, ascending, ended ones included.
    function recognitionsOf(bytes2 grantor, bytes2 partner) external view returns (uint32[] memory);

    /// @notice Whether a member recognises an operator at a time, as far as the ledger knows now.
    /// @dev See `recogniseAsKnown`.
    /// @param operator The operator's code.
    /// @param host The member that is asked to recognise it.
    /// @param role The role in which it acts, a role bit.
    /// @param direction Which way the goods go, as the host sees it: IMPORT = 1 or EXPORT = 2.
    /// @param moment The time asked about.
    /// @return Whether, why, and by what.
    function recognise(bytes32 operator, bytes2 host, uint16 role, uint8 direction, uint48 moment)
        external
        view
        returns (Answer memory);

    /// @notice Whether a member recognises an operator at a time, as far as the ledger knew at another time.
    /// @dev What a compromised key recorded since then does not count, whenever that became known. Steps:
    /// 1. The operator must be known, and the status that applies be Certified, not over, and include the role.
    /// 2. In its own member nothing else is asked. Elsewhere it must consent to the exchange of its data.
    /// 3. Some arrangement must be in force for host and home, and a recognition of the host under it cover programme,
    ///    level, role, direction and time. The answer is that of what came nearest, the first of equals.
    /// @param operator The operator's code.
    /// @param host The member that is asked to recognise it.
    /// @param role The role in which it acts, a role bit.
    /// @param direction Which way the goods go, as the host sees it: IMPORT = 1 or EXPORT = 2.
    /// @param moment The time asked about.
    /// @param known What was recorded later is left out.
    /// @return Whether, why, and by what.
    function recogniseAsKnown(
        bytes32 operator,
        bytes2 host,
        uint16 role,
        uint8 direction,
        uint48 moment,
        uint48 known
    ) external view returns (Answer memory);
}
