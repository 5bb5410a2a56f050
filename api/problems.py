"""Every kind of problem the API answers with (RFC 9457), in one table; see `docs/reference/problems.md`.

A problem's `type` is `/problems/<code>`, relative to the service and never changed once given out.  Errors of
the contracts are problems of the same name: `ReferenceAlreadyUsed` is `/problems/reference-already-used`.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from ledger import (
    errors,
    exporter_refused,
    outgoing,
    procedures_refusals,
    recognition_refusals,
    refusals,
    watch_port,
)
from ledger.aeo import refused
from ledger.checking_refused import CaseStepNotAllowed, CheckMalformed, NotAnOriginalOf
from ledger.deciding_asked import DecisionRefused
from ledger.kept_copies import CopyIncomplete
from ledger.kept_port import NotKept
from ledger.paper import PaperNotPossible
from ledger.procedures_port import ProceduresNotNamed
from ledger.receiving import NotReceivable
from ledger.recognition_port import RecognitionNotNamed
from ledger.statement_exchange import StatementNotHeld, StatementNotOnLedger
from ledger.statements import StatementMalformed
from ledger.true_copies import TrueCopyTooLate


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem."""

    code: str
    status: int
    title: str
    advice: str
    """What the caller does about it."""

    @property
    def uri(self) -> str:
        """The `type` of RFC 9457."""
        return f"/problems/{self.code}"


_OWN = (
    ProblemType(
        "sent-from-elsewhere",
        403,
        "Another site sent this request",
        "Open the page of this service itself and send its form again.",
    ),
    ProblemType(
        "desk-not-yours",
        403,
        "This desk is not yours",
        "Log in as an officer of this desk, or have whoever runs the service enrol you for it.",
    ),
    ProblemType(
        "officer-unknown",
        403,
        "Nobody has enrolled you here",
        "Send what the page says of you to whoever runs this service: they enrol officers.",
    ),
    ProblemType(
        "login-over",
        403,
        "This login cannot go on",
        "Begin to log in again: this login was begun in another browser, took over ten minutes, or was used.",
    ),
    ProblemType(
        "login-refused",
        403,
        "The identity provider did not let you in",
        "Begin to log in again; if that fails too, ask whoever runs the identity provider.",
    ),
    ProblemType(
        "identity-not-proven",
        403,
        "Who you are is not proven",
        "Tell whoever runs this service: the ID token does not fit its issuer, client id, clock or keys.",
    ),
    ProblemType(
        "provider-unavailable",
        503,
        "The identity provider does not answer as it must",
        "Try again in a minute; verifying needs no login. If it lasts, tell whoever runs this service.",
    ),
    ProblemType(
        "malformed-json",
        400,
        "The body is not JSON",
        "Send one JSON value in UTF-8, nested at most 32 levels deep.",
    ),
    ProblemType(
        "idempotency-key-missing",
        400,
        "The Idempotency-Key header is missing or unusable",
        "Send an Idempotency-Key of 1 to 255 visible ASCII characters, a new one for each new request.",
    ),
    ProblemType(
        "unauthenticated",
        401,
        "No valid API key",
        "Send `Authorization: Bearer <API key>`, with a key of your authority that is not revoked.",
    ),
    ProblemType(
        "scope-missing",
        403,
        "The API key may not do this",
        "Use an API key with the scope that the operation needs.",
    ),
    ProblemType(
        "authority-withdrawn",
        403,
        "The authority is no longer on the ledger",
        "Ask your member's administrator: the authority of this API key was withdrawn.",
    ),
    ProblemType(
        "authority-role-missing",
        403,
        "The authority has not the role for this",
        "Use an API key of an authority with the role: AEO, competent, or for lists customs.",
    ),
    ProblemType("not-found", 404, "Nothing is at this address", "Check the path against /openapi.json."),
    ProblemType(
        "certificate-not-found",
        404,
        "No such certificate for you",
        "Check the id; only authorities of the exporting and the importing member see a certificate.",
    ),
    ProblemType(
        "certificate-pending",
        409,
        "The certificate is not on the chain yet",
        "Ask again after the seconds named in Retry-After; until then its envelope may still change.",
    ),
    ProblemType(
        "api-key-not-found", 404, "No such API key", "List your authority's keys with GET /v1/api-keys."
    ),
    ProblemType(
        "rule-set-not-found",
        404,
        "No rule set covers that day",
        "List the rule sets with GET /v1/rules; name a date of issue that one of them covers.",
    ),
    ProblemType(
        "true-copy-not-found",
        404,
        "No such certified true copy for you",
        "Give it out first (POST /v1/certificates/{id}/true-copies) and use the number in the answer.",
    ),
    ProblemType("member-not-found", 404, "No such member", "List the members with GET /v1/members."),
    ProblemType("authority-not-found", 404, "No such authority", "List them with GET /v1/authorities."),
    ProblemType(
        "method-not-allowed",
        405,
        "The address does not take this method",
        "Use one of the methods named in the Allow header.",
    ),
    ProblemType(
        "request-timeout",
        408,
        "The body did not arrive",
        "Send the body without long pauses; the rows that arrived are accepted, the same request goes on.",
    ),
    ProblemType(
        "idempotency-in-flight",
        409,
        "The same request is being carried out",
        "Repeat the request after the seconds named in Retry-After.",
    ),
    ProblemType(
        "payload-too-large",
        413,
        "The body is too large",
        "Send a smaller body; one request carries one document.",
    ),
    ProblemType(
        "unsupported-media-type",
        415,
        "The body is not sent as JSON",
        "Send `Content-Type: application/json`, for rows `application/x-ndjson`, without content encoding.",
    ),
    ProblemType(
        "unsafe-json",
        422,
        "The body is JSON that two readers may read differently",
        "Remove duplicate keys; write fractions and large numbers as strings.",
    ),
    ProblemType(
        "invalid-request", 422, "The request is not as documented", "Correct the places named in `errors`."
    ),
    ProblemType(
        "idempotency-key-reused",
        422,
        "The Idempotency-Key belongs to another request",
        "Use a new Idempotency-Key for a request that differs in address or body.",
    ),
    ProblemType(
        "account-not-yours",
        422,
        "The account does not write for your authority",
        "Name a live key of your authority; GET /v1/authorities/{id} lists them.",
    ),
    ProblemType(
        "too-many-streams",
        429,
        "The authority listens in as many streams as it may",
        "Close a stream, or ask for pages with `Accept: application/json`.",
    ),
    ProblemType(
        "rate-limited", 429, "Too many questions", "Wait for the seconds named in Retry-After, then go on."
    ),
    ProblemType(
        "internal",
        500,
        "The service failed",
        "Tell its operator the request_id; it names the entry in the log.",
    ),
    ProblemType(
        "not-ready",
        503,
        "The service is not ready",
        "See `checks` for the part that fails; ask again in a moment.",
    ),
)

_OF_ERRORS: dict[type[errors.LedgerError], ProblemType] = {
    errors.CertificateMalformed: ProblemType(
        "certificate-malformed",
        422,
        "The document is not a certificate",
        "Correct the places named in `errors`.",
    ),
    errors.CertificateRefused: ProblemType(
        "certificate-refused",
        422,
        "A rule of the scheme speaks against the certificate",
        "Correct the places named in `errors`; each names its rule and source.",
    ),
    errors.EnvelopeMalformed: ProblemType(
        "envelope-malformed",
        422,
        "The document is not an envelope",
        "Send the envelope as it was handed out, whole.",
    ),
    errors.FieldNotRedactable: ProblemType(
        "field-not-redactable",
        422,
        "The field cannot be hidden",
        "Choose fields that do not bind the certificate.",
    ),
    errors.OperatorCodeMalformed: ProblemType(
        "operator-code-malformed",
        422,
        "The text is no operator code",
        "Write the granting country's two letters and its number; `errors` names the rule broken.",
    ),
    errors.OperatorCodeAmbiguous: ProblemType(
        "operator-code-ambiguous",
        422,
        "The operator code can be read in several ways",
        "Write one of the codes named in `candidates`.",
    ),
    errors.QuestionMalformed: ProblemType(
        "question-malformed",
        422,
        "The question is not as it must be asked",
        "Correct the parameter named in `errors`.",
    ),
    watch_port.WatchUnknown: ProblemType(
        "watch-not-found", 404, "No such watch for you", "List your authority's watches with GET /v1/watches."
    ),
    watch_port.DeliveryUnknown: ProblemType(
        "delivery-not-found",
        404,
        "No such delivery",
        "List the watch's deliveries; old ones, and those of operators that withdrew consent, are gone.",
    ),
    watch_port.WatchMalformed: ProblemType(
        "watch-malformed", 422, "The watch is not as it must be", "Correct the places named in `errors`."
    ),
    watch_port.WatchDisabled: ProblemType(
        "watch-disabled", 409, "The watch is disabled", "Repair its receiver, then resume the watch."
    ),
    watch_port.TooManyWatches: ProblemType(
        "too-many-watches",
        409,
        "The authority has as many watches as it may",
        "Remove a watch, or name more operators in one.",
    ),
    outgoing.TargetRefused: ProblemType(
        "target-refused",
        422,
        "Nothing is sent to this address",
        "Name a public https address; see `detail`.",
    ),
    errors.ReplicaNeeded: ProblemType(
        "replica-needed",
        409,
        "The service keeps no replica",
        "Ask a service that keeps a replica of the ledger; lists of operators are answered from it.",
    ),
    errors.ProofMalformed: ProblemType(
        "proof-malformed",
        422,
        "The document is not a proof of recognition",
        "Send the file as it was handed out, whole.",
    ),
    errors.ProofNotOffered: ProblemType(
        "proof-not-offered",
        409,
        "The service cannot sign the answer",
        "Ask a service that holds the key of an AEO or customs authority.",
    ),
    RecognitionNotNamed: ProblemType(
        "recognition-not-named",
        404,
        "The ledger keeps no operators here",
        "Ask a service whose chain profile names the recognition registry.",
    ),
    ProceduresNotNamed: ProblemType(
        "procedures-not-named",
        404,
        "The ledger keeps no procedures here",
        "Ask a service whose chain profile names the contract of procedures.",
    ),
    CheckMalformed: ProblemType(
        "check-malformed",
        422,
        "What is said in the case is not as it must be",
        "Correct the places named in `errors`.",
    ),
    CaseStepNotAllowed: ProblemType(
        "case-step-not-allowed",
        409,
        "The step is not for you to take now",
        "See `due` for which step is due, by whom and until when, and `allowed` for what you may do.",
    ),
    NotAnOriginalOf: ProblemType(
        "not-an-original-of",
        422,
        "The certificate to ask about is not behind the one presented",
        "Name one of the originals of the certificate in `about`, or leave it out.",
    ),
    DecisionRefused: ProblemType(
        "decision-refused",
        422,
        "Rules speak against the decision, and nothing of it was done",
        "Correct the places named in `errors`, each with its rule; without them the rest can be decided.",
    ),
    StatementMalformed: ProblemType(
        "statement-malformed",
        422,
        "The statement is none, or not what the ledger recorded",
        "Correct the places named in `errors`, or ask for the statement as it was made.",
    ),
    StatementNotOnLedger: ProblemType(
        "statement-not-on-ledger",
        409,
        "The ledger does not name this statement",
        "Ask for the statement that was recorded, or send it again once it is.",
    ),
    StatementNotHeld: ProblemType(
        "statement-not-found",
        404,
        "No such statement for you",
        "Ask the other side for it; only members that the certificate concerns see a statement.",
    ),
    NotKept: ProblemType(
        "not-kept",
        409,
        "No copy of the certificate is kept here",
        "Receive its envelope first (POST /v1/receipts), one in which nothing is hidden.",
    ),
    CopyIncomplete: ProblemType(
        "copy-incomplete",
        422,
        "The copy does not show all it must",
        "Ask for a copy in which nothing is hidden; the places missing are named in `errors`.",
    ),
    NotReceivable: ProblemType(
        "not-receivable",
        409,
        "The copy is not of a certificate that can be received",
        "Verify it (POST /v1/verifications) and do what the verdict says.",
    ),
    PaperNotPossible: ProblemType(
        "paper-not-possible",
        422,
        "The certificate cannot be put on paper",
        "Hand out the envelope itself (GET /v1/certificates/{id}/envelope); `detail` says why.",
    ),
    TrueCopyTooLate: ProblemType(
        "true-copy-too-late",
        409,
        "It is too late for a certified true copy",
        "Issue a new certificate; a true copy is given out within a year (ATIGA OCP Rule 12).",
    ),
    errors.ReferenceAmbiguous: ProblemType(
        "reference-ambiguous",
        422,
        "Several offices gave out this reference",
        "Name the issuing office as well: `issuingOffice`.",
    ),
    errors.ReferenceAlreadyFiled: ProblemType(
        "reference-already-filed",
        409,
        "The reference is taken",
        "Cancel or replace the certificate that holds it, or use a new reference.",
    ),
    refused.OperatorMalformed: ProblemType(
        "operator-malformed",
        422,
        "What is said of the operator is not as it must be",
        "Correct the places named in `errors`.",
    ),
    refused.OperatorNotOnFile: ProblemType(
        "operator-not-on-file",
        404,
        "Nothing is on file of the operator",
        "Check the code; an operator's case begins with its application.",
    ),
    refused.ActNotAllowed: ProblemType(
        "act-not-allowed",
        409,
        "The case is not in a stage for this",
        "See `stage` and `allowed` for where the case is and what is allowed there.",
    ),
    refused.ReapplicationEarly: ProblemType(
        "reapplication-early",
        409,
        "A revoked operator may not apply again yet",
        "Wait until the day named in `detail`.",
    ),
    refused.CaseMovedOn: ProblemType(
        "case-moved-on",
        409,
        "Somebody else acted on the operator at the same time",
        "Look at the case again; nothing of this request was done.",
    ),
    exporter_refused.ExporterMalformed: ProblemType(
        "exporter-malformed",
        422,
        "What is said of the exporter is not as it must be",
        "Correct the places named in `errors`.",
    ),
    exporter_refused.ExporterUnknown: ProblemType(
        "exporter-not-found",
        404,
        "No such exporter",
        "Check member and code; neither the ledger nor this archive knows them.",
    ),
    exporter_refused.ExporterActNotAllowed: ProblemType(
        "exporter-act-not-allowed",
        409,
        "The authorisation does not allow this as it stands",
        "See `allowed` for what is allowed now.",
    ),
    exporter_refused.ExporterMovedOn: ProblemType(
        "exporter-moved-on",
        409,
        "Somebody else acted on the exporter at the same time",
        "Look at the exporter again; nothing of this request was done.",
    ),
    exporter_refused.ExporterRecordNotHeld: ProblemType(
        "exporter-record-not-held",
        404,
        "The exporter's record is not in this archive",
        "Ask its competent authority for the record, and send it to POST /v1/exporters/records.",
    ),
    exporter_refused.ExporterRecordNotNamed: ProblemType(
        "exporter-record-not-named",
        422,
        "The ledger names no such record",
        "Ask the exporter's competent authority for the record that its newest version names.",
    ),
    refused.RecordNotHeld: ProblemType(
        "record-not-held",
        404,
        "The operator's record is not in this archive",
        "Ask the authority that keeps the record for it, and take it in.",
    ),
    refused.RecordNotOnLedger: ProblemType(
        "record-not-on-ledger",
        409,
        "The ledger does not name this record",
        "Ask for the record as it was exported; nothing in it may differ.",
    ),
    errors.KeyNotHeld: ProblemType(
        "key-not-held",
        500,
        "The service has no signer for your account",
        "Ask the operator of the service to load the key of your account.",
    ),
    errors.DevelopmentKeyRefused: ProblemType(
        "development-key-refused",
        500,
        "The service was given a publicly known key",
        "Ask the operator of the service to give your authority a key of its own.",
    ),
    errors.SignerMisbehaved: ProblemType(
        "signer-misbehaved",
        500,
        "The signer signed something else",
        "Ask the operator of the service to look at its signing service; nothing was sent.",
    ),
    errors.LedgerMismatch: ProblemType(
        "ledger-mismatch",
        500,
        "The service is connected to another ledger",
        "Ask the operator of the service to check its chain profile.",
    ),
    errors.ChainUnreachable: ProblemType(
        "chain-unreachable",
        503,
        "The chain does not answer",
        "Repeat the request, with the same Idempotency-Key, after the seconds named in Retry-After.",
    ),
    errors.SubmitterStopped: ProblemType(
        "submitter-stopped",
        503,
        "An alarm keeps your key from submitting",
        "Ask the operator of the service to look at the alarm; nothing accepted is lost.",
    ),
    errors.Overloaded: ProblemType(
        "overloaded",
        503,
        "Too much waits for the chain",
        "Repeat the request, with the same Idempotency-Key, after the seconds named in Retry-After.",
    ),
    errors.ClockSkewed: ProblemType(
        "clock-skewed",
        503,
        "The clock of the service is wrong",
        "Ask the operator of the service to set its clock; nothing was accepted.",
    ),
    errors.NotRecordedYet: ProblemType(
        "not-recorded-yet",
        503,
        "Accepted, and not on the chain yet",
        "Repeat the request after the seconds named in Retry-After; it says how far it is.",
    ),
    errors.NodesDisagree: ProblemType(
        "nodes-disagree",
        503,
        "Two nodes say different things",
        "Repeat the request later; the operator of the service looks at its nodes.",
    ),
    errors.SubmitterBusy: ProblemType(
        "submitter-busy",
        409,
        "Another process submits for the key",
        "Ask the operator of the service to run one submitter for each key.",
    ),
    errors.NotConfirmed: ProblemType(
        "not-confirmed",
        503,
        "Accepted, but not confirmed by the chain in time",
        "Repeat the request, with the same Idempotency-Key, after the seconds named in Retry-After.",
    ),
    errors.SignerUnavailable: ProblemType(
        "signer-unavailable",
        503,
        "The signing service does not sign",
        "Repeat the request, with the same Idempotency-Key, after the seconds named in Retry-After.",
    ),
    errors.ArchiveUnavailable: ProblemType(
        "archive-unavailable",
        503,
        "The archive does not answer",
        "Repeat the request, with the same Idempotency-Key, after the seconds named in Retry-After.",
    ),
    errors.Unavailable: ProblemType(
        "unavailable", 503, "A part of the service does not answer", "Repeat the request after a few seconds."
    ),
    errors.Refused: ProblemType(
        "refused", 409, "The ledger refuses this", "See `detail`; repeating will not help."
    ),
}

_CONTRACT_STATUS = {
    refusals.NotAuthorised: 403,
    refusals.NotYourMember: 403,
    refusals.NotYourCertificate: 403,
    refusals.AuthorityNotYours: 403,
    refusals.KeyNotYours: 403,
    refusals.NotAnAdmin: 403,
    recognition_refusals.OperatorNotYours: 403,
    recognition_refusals.LevelInvalid: 422,
    recognition_refusals.NotAParty: 403,
    recognition_refusals.RecognitionNotYours: 403,
    recognition_refusals.ArrangementUnknown: 404,
    recognition_refusals.RecognitionUnknown: 404,
    recognition_refusals.OtherPartyInvalid: 422,
    recognition_refusals.ParticipationDateInvalid: 422,
    recognition_refusals.PartnerInvalid: 422,
    recognition_refusals.MinLevelInvalid: 422,
    recognition_refusals.RecognitionDatesInvalid: 422,
    recognition_refusals.EndDateInvalid: 422,
    procedures_refusals.NotTheImportingMember: 403,
    procedures_refusals.CaseNotYours: 403,
    procedures_refusals.CaseUnknown: 404,
    procedures_refusals.NothingDecided: 422,
    procedures_refusals.LinesMissing: 422,
    procedures_refusals.LinesOverlap: 422,
    procedures_refusals.LinesNotOfCase: 422,
    procedures_refusals.LinesLeft: 422,
    procedures_refusals.UsedUpNotGranted: 422,
    procedures_refusals.PresentationDateInvalid: 422,
    procedures_refusals.LateGroundInvalid: 422,
    procedures_refusals.PresentedLate: 422,
    procedures_refusals.NotLate: 422,
    procedures_refusals.CaseGroundInvalid: 422,
    procedures_refusals.DueInvalid: 422,
    procedures_refusals.ExporterCodeInvalid: 422,
    procedures_refusals.ExporterDateInvalid: 422,
    procedures_refusals.ExporterValidityInvalid: 422,
    refusals.CertificateUnknown: 404,
    refusals.ImportingMemberInvalid: 422,
    refusals.ValidityInvalid: 422,
    refusals.PostDated: 422,
    refusals.AlreadyExpired: 422,
    refusals.ReasonInvalid: 422,
}
"""Where a refusal of the contracts is not simply in conflict (409) with what the ledger holds."""


def _of_contract(refusal: type[refusals.ContractRefusal]) -> ProblemType:
    """Return the problem of the same name, with the refusal's sentence as advice."""
    words = re.findall("[A-Z][a-z]*", refusal.__name__)
    sentence = re.sub(r"\{(\w+?)_?\}", r"(\1)", (refusal.__doc__ or "").strip())
    status = _CONTRACT_STATUS.get(refusal, HTTPStatus.CONFLICT.value)
    return ProblemType("-".join(words).lower(), status, " ".join(words).capitalize(), sentence)


_OF_ERRORS |= {refusal: _of_contract(refusal) for refusal in refusals.ContractRefusal.__subclasses__()}

PROBLEMS = {problem.code: problem for problem in (*_OWN, *_OF_ERRORS.values())}
"""Every problem by its code."""


def problem_of(error: errors.LedgerError) -> ProblemType:
    """Return the problem that an error of the ledger is: that of its nearest class in the table."""
    if isinstance(error, errors.InputMalformed):
        unreadable = error.rule in {"json.syntax", "json.utf-8", "json.depth"}
        return PROBLEMS["malformed-json" if unreadable else "unsafe-json"]
    if isinstance(error, errors.CertificateNotFiled):
        return PROBLEMS["certificate-not-found"]
    found = next((_OF_ERRORS[kind] for kind in type(error).__mro__ if kind in _OF_ERRORS), None)
    return found or PROBLEMS["internal"]
