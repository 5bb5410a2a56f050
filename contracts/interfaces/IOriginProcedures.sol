// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICertificateRegistry} from "./ICertificateRegistry.sol";

/// @title What becomes of proofs of origin after their issue
/// @notice Which goods lines of a certificate customs of the importing member has granted or refused preference, how a
/// line is verified with the member that issued it, and which exporters may make out declarations of origin themselves.
/// @dev Beside the ledger of certificates, to which it refers. Goods lines are bits of 64: bit 0 is line 1. Times are
/// seconds since 1970, UTC; 0 means "not yet" or "without end". What is said at length stands in statements, of which
/// the ledger has the hash only. Cases count from 1 in the order in which they came, versions from 1 without gaps.
/// Views answer with empty structs and never revert. "Rule" is one of the Operational Certification Procedure of the
/// ASEAN Trade in Goods Agreement (Annex 8).
interface IOriginProcedures {
    /// @notice What was done last in a verification case, which is also how far it is.
    enum Step {
        // Value 0: nothing.
        None,
        // Value 1: customs of the importing member asks.
        Opened,
        // Value 2: the issuer has received the request.
        Acknowledged,
        // Value 3: the issuer has replied.
        Replied,
        // Value 4: customs asks for more.
        AskedAgain,
        // Value 5: customs has given notice of a verification visit.
        VisitNotified,
        // Value 6: the exporter consents to the visit, as the issuer says.
        VisitConsented,
        // Value 7: the exporter does not consent.
        VisitDeclined,
        // Value 8: the issuer has put the visit off.
        VisitPostponed,
        // Value 9: the visit has taken place.
        Visited,
        // Value 10: customs has sent its determination for comments.
        Determined,
        // Value 11: the issuer has commented on it.
        Commented,
        // Value 12: each line is confirmed or denied; there is no way on.
        Concluded
    }

    /// @notice How an exporter's authorisation stands.
    enum ExporterStatus {
        // Value 0: nothing.
        None,
        // Value 1: it may make out declarations.
        Authorised,
        // Value 2: its authorisation is suspended.
        Suspended,
        // Value 3: its authorisation was taken away for good.
        Withdrawn
    }

    /// @notice A decision on goods lines of one certificate under one import declaration.
    struct Decision {
        // The certificate.
        bytes32 id;
        // The hash of the declaration's number, made with the certificate's id.
        bytes32 declaration;
        // Lines that are granted preference.
        uint64 granted;
        // Those of them whose certified quantity is drawn down by this.
        uint64 usedUp;
        // Lines that are refused.
        uint64 refused;
        // When the proof was presented.
        uint48 presentedAt;
        // Why it is accepted after its validity: 0 it was in time, 1 force majeure, 2 other causes beyond control,
        // 3 the goods were imported in time (Rule 14).
        uint8 late;
        // The hash of the statement with quantities and reasons.
        bytes32 statement;
    }

    /// @notice What customs has made of a certificate, under all declarations together.
    struct Use {
        // slot 0
        // Lines granted under some declaration and not denied since.
        uint64 granted;
        // Lines whose newest decision is a refusal.
        uint64 refused;
        // Granted lines whose certified quantity is drawn down.
        uint64 usedUp;
        // Lines of open cases.
        uint64 questioned;
        // slot 1
        // Lines of open cases that are given no preference meanwhile.
        uint64 suspended;
        // Lines that a case found not to originate, and no later one confirmed.
        uint64 denied;
        // When customs first confirmed that it has the proof, or decided on it.
        uint48 receivedAt;
        // When it decided last.
        uint48 decidedAt;
        // Under how many declarations it decided.
        uint32 declarations;
    }

    /// @notice What was decided on one certificate under one declaration.
    struct Claim {
        // slot 0
        // Lines that were granted.
        uint64 granted;
        // Lines whose newest decision is a refusal.
        uint64 refused;
        // When the proof was presented.
        uint48 presentedAt;
        // The newest decision.
        uint48 decidedAt;
    }

    /// @notice A verification case to be opened.
    struct Opening {
        // The certificate whose lines are in question.
        bytes32 id;
        // The certificate whose issuer is asked: the same, or an original behind it.
        bytes32 about;
        // The lines.
        uint64 lines;
        // Those of them that are given no preference meanwhile.
        uint64 suspended;
        // Why: 1 at random, 2 on reasonable doubt (Rule 18).
        uint8 ground;
        // When the reply is due.
        uint48 due;
        // When the whole case must be concluded.
        uint48 concludeDue;
        // The hash of the rule set whose clocks hold.
        bytes32 rules;
        // The hash of the statement that asks.
        bytes32 statement;
    }

    /// @notice A verification case.
    struct Case {
        // slot 0
        // The certificate whose lines are in question.
        bytes32 id;
        // slot 1
        // The certificate whose issuer is asked.
        bytes32 about;
        // slot 2
        // The lines.
        uint64 lines;
        // Those of them that are given no preference meanwhile; none once it is concluded.
        uint64 suspended;
        // Lines found not to originate.
        uint64 denied;
        // The member that asks.
        bytes2 importing;
        // The member that is asked.
        bytes2 exporting;
        // Why: 1 at random, 2 on reasonable doubt.
        uint8 ground;
        // What was done last.
        Step step;
        // Whether the visit was put off.
        bool postponed;
        // slot 3
        // Lines found to originate.
        uint64 confirmed;
        // When it was opened.
        uint48 openedAt;
        // When the last step was taken.
        uint48 steppedAt;
        // When the next step is due.
        uint48 due;
        // When the whole case must be concluded.
        uint48 concludeDue;
    }

    /// @notice One thing recorded of an exporter.
    struct ExporterVersion {
        // slot 0
        // Its place among what was recorded of the exporter, from 1.
        uint16 version;
        // How its authorisation stands.
        ExporterStatus status;
        // The number of the key that recorded it.
        uint32 key;
        // From when this holds.
        uint48 effectiveFrom;
        // The last second of the authorisation, 0 without end.
        uint48 until;
        // When it was recorded.
        uint48 recordedAt;
        // slot 1
        // The hash of the exporter's record.
        bytes32 recordHash;
    }

    /// @notice Customs confirmed that it has a proof.
    /// @param id The certificate.
    /// @param key The number of the key that confirmed it.
    event ProofReceived(bytes32 indexed id, uint32 indexed key);

    /// @notice Customs decided on goods lines.
    /// @param id The certificate.
    /// @param declaration The hash of the declaration's number.
    /// @param key The number of the key that decided.
    /// @param granted Lines that are granted preference.
    /// @param usedUp Those of them whose certified quantity is drawn down.
    /// @param refused Lines that are refused.
    /// @param presentedAt When the proof was presented.
    /// @param late Why it is accepted after its validity, 0 when it was in time.
    /// @param statement The hash of the statement with quantities and reasons.
    event Decided(
        bytes32 indexed id,
        bytes32 indexed declaration,
        uint32 indexed key,
        uint64 granted,
        uint64 usedUp,
        uint64 refused,
        uint48 presentedAt,
        uint8 late,
        bytes32 statement
    );

    /// @notice The issuing member answered a refusal.
    /// @param id The certificate.
    /// @param key The number of the key that answered.
    /// @param lines The refused lines it speaks of.
    /// @param statement The hash of the answer.
    event RefusalClarified(bytes32 indexed id, uint32 indexed key, uint64 lines, bytes32 statement);

    /// @notice A member said whether a line may be granted under several declarations.
    /// @param member The importing member.
    /// @param allowed Whether it may.
    /// @param key The number of the key that said so.
    event SplitUseSet(bytes2 indexed member, bool allowed, uint32 key);

    /// @notice Customs opened a verification case.
    /// @param id The certificate whose lines are in question.
    /// @param about The certificate whose issuer is asked.
    /// @param caseId The number given to the case.
    /// @param key The number of the key that opened it.
    /// @param importing The member that asks.
    /// @param exporting The member that is asked.
    /// @param lines The lines.
    /// @param suspended Those of them that are given no preference meanwhile.
    /// @param ground Why: 1 at random, 2 on reasonable doubt.
    /// @param due When the reply is due.
    /// @param concludeDue When the whole case must be concluded.
    /// @param rules The hash of the rule set whose clocks hold.
    /// @param statement The hash of the statement that asks.
    event CaseOpened(
        bytes32 indexed id,
        bytes32 indexed about,
        uint32 indexed caseId,
        uint32 key,
        bytes2 importing,
        bytes2 exporting,
        uint64 lines,
        uint64 suspended,
        uint8 ground,
        uint48 due,
        uint48 concludeDue,
        bytes32 rules,
        bytes32 statement
    );

    /// @notice A step was taken in a verification case.
    /// @param id The certificate whose lines are in question.
    /// @param about The certificate whose issuer is asked.
    /// @param caseId The case.
    /// @param key The number of the key that took it.
    /// @param step The step.
    /// @param due When the next one is due.
    /// @param concludeDue When the whole case must be concluded.
    /// @param statement The hash of the statement that goes with it.
    event CaseStepped(
        bytes32 indexed id,
        bytes32 indexed about,
        uint32 indexed caseId,
        uint32 key,
        Step step,
        uint48 due,
        uint48 concludeDue,
        bytes32 statement
    );

    /// @notice Customs said which lines of a case are given no preference meanwhile.
    /// @param id The certificate whose lines are in question.
    /// @param about The certificate whose issuer is asked.
    /// @param caseId The case.
    /// @param key The number of the key that said so.
    /// @param suspended The lines.
    /// @param statement The hash of the statement that says why.
    event SuspensionSet(
        bytes32 indexed id,
        bytes32 indexed about,
        uint32 indexed caseId,
        uint32 key,
        uint64 suspended,
        bytes32 statement
    );

    /// @notice Customs concluded a verification case.
    /// @param id The certificate whose lines were in question.
    /// @param about The certificate whose issuer was asked.
    /// @param caseId The case.
    /// @param key The number of the key that concluded it.
    /// @param confirmed Lines found to originate.
    /// @param denied Lines found not to originate.
    /// @param statement The hash of the written determination.
    event CaseConcluded(
        bytes32 indexed id,
        bytes32 indexed about,
        uint32 indexed caseId,
        uint32 key,
        uint64 confirmed,
        uint64 denied,
        bytes32 statement
    );

    /// @notice A competent authority said how an exporter's authorisation stands.
    /// @param member The member of that authority.
    /// @param code The exporter's code.
    /// @param version Its place among what was recorded of the exporter.
    /// @param status How the authorisation stands.
    /// @param key The number of the key that recorded it.
    /// @param effectiveFrom From when this holds.
    /// @param until The last second of the authorisation, 0 without end.
    /// @param recordHash The hash of the exporter's record.
    event ExporterRecorded(
        bytes2 indexed member,
        bytes32 indexed code,
        uint16 version,
        ExporterStatus status,
        uint32 key,
        uint48 effectiveFrom,
        uint48 until,
        bytes32 recordHash
    );

    /// @notice There is no contract where the ledger of certificates should be.
    /// @param certificates The address given.
    error CertificatesInvalid(address certificates);

    /// @notice Only the member that a certificate is addressed to decides what becomes of it.
    /// @param id The certificate.
    /// @param importing The member it is addressed to.
    /// @param member The sender's member.
    error NotTheImportingMember(bytes32 id, bytes2 importing, bytes2 member);

    /// @notice The receipt was confirmed before.
    /// @param id The certificate.
    /// @param receivedAt When.
    error AlreadyReceived(bytes32 id, uint48 receivedAt);

    /// @notice The hash of the statement is missing.
    error StatementMissing();

    /// @notice The hash of the declaration's number is missing.
    error DeclarationMissing();

    /// @notice No line is granted or refused.
    error NothingDecided();

    /// @notice Lines stand in both lists.
    /// @param lines Those lines.
    error LinesOverlap(uint64 lines);

    /// @notice Only lines that are granted now can be used up by it.
    /// @param lines The lines that are not.
    error UsedUpNotGranted(uint64 lines);

    /// @notice The proof was presented at some time that is not in the future.
    /// @param presentedAt The time given.
    /// @param moment The time of the block.
    error PresentationDateInvalid(uint48 presentedAt, uint48 moment);

    /// @notice Under one declaration a proof is presented once.
    /// @param id The certificate.
    /// @param presentedAt When it was presented, as was said before.
    error PresentedOtherwise(bytes32 id, uint48 presentedAt);

    /// @notice There is no such ground.
    /// @param late The ground given.
    error LateGroundInvalid(uint8 late);

    /// @notice The proof was presented after its validity, and no ground is given.
    /// @param validUntil The last second in which it could be presented.
    /// @param presentedAt When it was presented.
    error PresentedLate(uint48 validUntil, uint48 presentedAt);

    /// @notice The proof was presented in time, yet a ground is given why it was not.
    /// @param validUntil The last second in which it could be presented.
    /// @param presentedAt When it was presented.
    error NotLate(uint48 validUntil, uint48 presentedAt);

    /// @notice The key that issued the certificate was in the wrong hands at that time.
    /// @param id The certificate.
    /// @param compromisedFrom The time since when the key is compromised.
    error IssuerCompromised(bytes32 id, uint48 compromisedFrom);

    /// @notice Lines are granted under this declaration already.
    /// @param id The certificate.
    /// @param lines Those lines.
    error LinesAlreadyGranted(bytes32 id, uint64 lines);

    /// @notice Lines are granted under another declaration, and the member allows one only.
    /// @param id The certificate.
    /// @param lines Those lines.
    /// @param member The importing member.
    error SplitUseRefused(bytes32 id, uint64 lines, bytes2 member);

    /// @notice The certified quantity of lines is drawn down.
    /// @param id The certificate.
    /// @param lines Those lines.
    error LinesUsedUp(bytes32 id, uint64 lines);

    /// @notice Lines are given no preference while a case is open.
    /// @param id The certificate.
    /// @param lines Those lines.
    error LinesSuspended(bytes32 id, uint64 lines);

    /// @notice A case found that lines do not originate.
    /// @param id The certificate.
    /// @param lines Those lines.
    error LinesDenied(bytes32 id, uint64 lines);

    /// @notice Lines are not refused.
    /// @param id The certificate.
    /// @param lines Those lines.
    error LinesNotRefused(bytes32 id, uint64 lines);

    /// @notice The member has said so before.
    /// @param member The member.
    error SplitUseUnchanged(bytes2 member);

    /// @notice No line is named.
    error LinesMissing();

    /// @notice Lines are not in question in the case.
    /// @param caseId The case; 0 while it is being opened.
    /// @param lines Those lines.
    error LinesNotOfCase(uint32 caseId, uint64 lines);

    /// @notice Lines are in question in an open case already.
    /// @param id The certificate.
    /// @param lines Those lines.
    error LinesInQuestion(bytes32 id, uint64 lines);

    /// @notice A certificate cannot be an original behind another one, for it is not addressed to the member that
    /// issued the other one.
    /// @param id The certificate presented.
    /// @param about The certificate that should be behind it.
    error NotBehind(bytes32 id, bytes32 about);

    /// @notice There is no such ground.
    /// @param ground The ground given.
    error CaseGroundInvalid(uint8 ground);

    /// @notice The hash of the rule set is missing.
    error RulesMissing();

    /// @notice Something is due too early or too late.
    /// @param due The time given.
    /// @param earliest The earliest there can be.
    /// @param latest The latest there can be.
    error DueInvalid(uint48 due, uint48 earliest, uint48 latest);

    /// @notice There is no such case.
    /// @param caseId The number given.
    error CaseUnknown(uint32 caseId);

    /// @notice This is for another member to do.
    /// @param caseId The case.
    /// @param member The member that can do it.
    error CaseNotYours(uint32 caseId, bytes2 member);

    /// @notice The step does not follow on what was done last.
    /// @param caseId The case.
    /// @param step The step asked for; `Concluded` also for what is no step and can be done in open cases only.
    /// @param last What was done last.
    error StepOutOfTurn(uint32 caseId, Step step, Step last);

    /// @notice This can be done only once what was due is overdue.
    /// @param caseId The case.
    /// @param due When it is due.
    error StepNotDue(uint32 caseId, uint48 due);

    /// @notice Lines of a case are neither confirmed nor denied.
    /// @param caseId The case.
    /// @param lines Those lines.
    error LinesLeft(uint32 caseId, uint64 lines);

    /// @notice The same lines are given no preference already.
    /// @param caseId The case.
    error SuspensionUnchanged(uint32 caseId);

    /// @notice A code is 1 to 32 characters of A to Z, 0 to 9, hyphen, slash and full stop, then zeros.
    /// @param code The code given.
    error ExporterCodeInvalid(bytes32 code);

    /// @notice Another version comes next.
    /// @param code The exporter.
    /// @param version The version given.
    /// @param expected The version that comes next.
    error ExporterVersionOutOfTurn(bytes32 code, uint16 version, uint16 expected);

    /// @notice The exporter cannot come to stand like this.
    /// @param code The exporter.
    /// @param status The status given.
    error ExporterStatusInvalid(bytes32 code, ExporterStatus status);

    /// @notice A status begins too early or is announced too early.
    /// @param code The exporter.
    /// @param effectiveFrom From when it should hold.
    /// @param earliest The earliest there can be; the latest is 366 days after the time of the block.
    error ExporterDateInvalid(bytes32 code, uint48 effectiveFrom, uint48 earliest);

    /// @notice The authorisation would end before it begins.
    /// @param code The exporter.
    /// @param until The end given.
    error ExporterValidityInvalid(bytes32 code, uint48 until);

    /// @notice The hash of the exporter's record is missing.
    /// @param code The exporter.
    error RecordMissing(bytes32 code);

    /// @notice As many versions as there can be; the last of them can only withdraw the authorisation.
    /// @param code The exporter.
    /// @param most How many there can be.
    error TooManyVersions(bytes32 code, uint16 most);

    /// @notice Confirms that customs has a proof, from when its time to decide runs.
    /// @dev Emits `ProofReceived`.
    ///
    /// Requirements, in this order:
    /// - The sender must be a live CUSTOMS key of the member that the certificate is addressed to.
    /// - Neither a receipt nor a decision may be there.
    /// @param id The certificate.
    function receiveProof(bytes32 id) external;

    /// @notice Grants or refuses preference for goods lines under one import declaration.
    /// @dev Emits `Decided`. It counts as a receipt when none was confirmed.
    ///
    /// Whether the certificate was still valid is judged at the time when it was presented, and whether it was
    /// cancelled or replaced at the time of the block: what was withdrawn meanwhile is not granted any more.
    ///
    /// Requirements, in this order:
    /// - The sender must be a live CUSTOMS key of the member that the certificate is addressed to.
    /// - Declaration and statement must not be zero; some line must be granted or refused, and none both; lines used up
    ///   must be granted by this decision.
    /// - It was presented, not in the future, and under this declaration at no other time; `late` is at most 3.
    /// - No line may be granted under this declaration already, unless it is granted anew after it was denied.
    /// - If a line is granted: the certificate must be neither cancelled nor replaced now, nor issued by a key that was
    ///   compromised at that time; a ground must be given if it was presented late and only then; and the granted lines
    ///   must not be denied, suspended, used up, nor, if the member forbids that, granted under another declaration.
    /// @param decision The decision.
    function decide(Decision calldata decision) external;

    /// @notice Answers the refusal of lines, which customs must then consider (Rules 13 and 30).
    /// @dev Emits `RefusalClarified`.
    ///
    /// Requirements, in this order:
    /// - The sender must be a live ISSUING key of the member that issued the certificate.
    /// - Some line must be named, and all of them be refused; the statement must not be zero.
    /// @param id The certificate.
    /// @param lines The lines.
    /// @param statement The hash of the answer.
    function clarify(bytes32 id, uint64 lines, bytes32 statement) external;

    /// @notice Says whether customs of a member grants one line under several declarations; at first it does.
    /// @dev Emits `SplitUseSet`.
    ///
    /// Requirements: the sender must be a live CUSTOMS key, and its member not have said so last.
    /// @param allowed Whether it does.
    function setSplitUse(bool allowed) external;

    /// @notice Asks the issuer of a certificate, or of an original behind it, whether lines originate.
    /// @dev Emits `CaseOpened`.
    ///
    /// Requirements, in this order:
    /// - The sender must be a live CUSTOMS key of the member that the certificate is addressed to.
    /// - `about` must be an entry; another certificate must be addressed to the member that issued this one.
    /// - Some line must be in question, and suspended lines be among them; `ground` is 1 or 2; rules and statement must
    ///   not be zero.
    /// - No line may be in question in another open case.
    /// - The reply must be due in 29 to 181 days, and the whole case not before that and in 181 days at most.
    /// @param opening The case.
    /// @return caseId The number given to it.
    function openCase(Opening calldata opening) external returns (uint32 caseId);

    /// @notice Takes a step in a verification case.
    /// @dev Emits `CaseStepped`. Who takes which step after which, the asking side being customs of the importing
    /// member, and the asked side an issuing authority of the member that is asked:
    ///
    /// - Acknowledged, by the asked side, after Opened;
    /// - Replied, by the asked side, after Opened, Acknowledged or AskedAgain;
    /// - AskedAgain, by the asking side, after Replied;
    /// - VisitNotified, by the asking side, after Replied, and once the reply is overdue after Opened, Acknowledged or
    ///   AskedAgain;
    /// - VisitConsented and VisitDeclined, by the asked side, after VisitNotified or VisitPostponed;
    /// - VisitPostponed, by the asked side, after VisitNotified, which can only be once;
    /// - Visited, by the asking side, after VisitConsented;
    /// - Determined, by the asking side, after Replied or Visited;
    /// - Commented, by the asked side, after Determined.
    ///
    /// Requirements, in this order:
    /// - There must be such a case, and the step be one of these.
    /// - The sender must be a live key, CUSTOMS or ISSUING, of the side that takes the step.
    /// - The step must follow on what was done last, and what was due be overdue if it asks for that.
    /// - The statement must not be zero.
    /// - `due`, then `concludeDue`, lies 29 to 181 days ahead when the asking side gives it, and now to 181 days ahead
    ///   when the asked side does. Where the asking side then waits for the asked one (after AskedAgain, VisitNotified
    ///   and Determined) that holds also of the time that stands for `due` when it is 0.
    /// @param caseId The case.
    /// @param step The step.
    /// @param due When the next step is due, 0 for when the whole case is.
    /// @param concludeDue When the whole case must be concluded, 0 for as before.
    /// @param statement The hash of the statement that goes with it.
    function takeStep(uint32 caseId, Step step, uint48 due, uint48 concludeDue, bytes32 statement) external;

    /// @notice Says which lines of an open case are given no preference meanwhile.
    /// @dev Emits `SuspensionSet`.
    ///
    /// Requirements, in this order:
    /// - The sender must be a live CUSTOMS key of the member that asks; the case must be known and open.
    /// - The lines must be of the case, and not just those that are suspended; the statement must not be zero.
    /// @param caseId The case.
    /// @param suspended The lines.
    /// @param statement The hash of the statement that says why.
    function setSuspension(uint32 caseId, uint64 suspended, bytes32 statement) external;

    /// @notice Concludes a case. Denied lines are granted no more, under any declaration, until a later case confirms
    /// them; what they had been used up is taken back.
    /// @dev Emits `CaseConcluded`.
    ///
    /// Requirements, in this order:
    /// - The sender must be a live CUSTOMS key of the member that asks; the case must be known and open.
    /// - Each line of the case, and no other, must be confirmed or denied, and not both.
    /// - If a line is denied, the issuer has had its say: the last step was Replied, VisitDeclined, Visited or
    ///   Commented, or what was due is overdue.
    /// - The statement must not be zero.
    /// @param caseId The case.
    /// @param confirmed Lines found to originate.
    /// @param denied Lines found not to originate.
    /// @param statement The hash of the written determination.
    function conclude(uint32 caseId, uint64 confirmed, uint64 denied, bytes32 statement) external;

    /// @notice Records how the authorisation of an exporter of the sender's member stands.
    /// @dev Emits `ExporterRecorded`. What holds at a time is what was recorded last of that which has begun.
    ///
    /// Requirements, in this order:
    /// - The sender must be a live COMPETENT key.
    /// - The code must be one; `version` must be the next one and at most 64, and the 64th withdraw.
    /// - The first status must be Authorised, and none may be None. After Withdrawn there can only be Withdrawn from an
    ///   earlier time on: fraud that is found cannot wait until an announced withdrawal begins.
    /// - The hash of the record must not be zero.
    /// - The first version may begin at any time in the past, another one not before the time of the block, and none
    ///   more than 366 days after it; it must begin before it ends.
    /// @param code The exporter's code, left-aligned.
    /// @param version The version it is to become.
    /// @param status How the authorisation stands.
    /// @param effectiveFrom From when, 0 for the time of the block.
    /// @param until The last second of the authorisation, 0 without end.
    /// @param recordHash The hash of the exporter's record.
    function recordExporter(
        bytes32 code,
        uint16 version,
        ExporterStatus status,
        uint48 effectiveFrom,
        uint48 until,
        bytes32 recordHash
    ) external;

    /// @notice The ledger of certificates, and of the members who may write here.
    /// @return Its address.
    function certificateRegistry() external view returns (ICertificateRegistry);

    /// @notice What customs has made of a certificate.
    /// @param id The certificate.
    /// @return Its use, empty when nothing is recorded.
    function useOf(bytes32 id) external view returns (Use memory);

    /// @notice What was decided on a certificate under a declaration.
    /// @param id The certificate.
    /// @param declaration The hash of the declaration's number.
    /// @return The claim, empty when there is none.
    function claimOf(bytes32 id, bytes32 declaration) external view returns (Claim memory);

    /// @notice Whether customs of a member grants one line under several declarations.
    /// @param member The member.
    /// @return True unless it said that it does not.
    function splitUseAllowed(bytes2 member) external view returns (bool);

    /// @notice A verification case.
    /// @param caseId Its number.
    /// @return The case, empty when unknown.
    function caseOf(uint32 caseId) external view returns (Case memory);

    /// @notice How many cases there are.
    /// @return Their number, which is that of the last one.
    function caseCount() external view returns (uint32);

    /// @notice What is recorded of an exporter.
    /// @param member The member that authorised it.
    /// @param code Its code.
    /// @return Its versions, the oldest first.
    function exporterOf(bytes2 member, bytes32 code) external view returns (ExporterVersion[] memory);

    /// @notice How an exporter stands at a time: what was recorded last of that which has begun.
    /// @dev Says nothing of `until` nor of the key that recorded it.
    /// @param member The member that authorised it.
    /// @param code Its code.
    /// @param moment The time.
    /// @return That version, empty when nothing has begun.
    function exporterAt(bytes2 member, bytes32 code, uint48 moment) external view returns (ExporterVersion memory);
}
