"""Problems of what is asked: documents, codes, questions, watches, proofs of recognition."""

from typing import Final

from api.problems.kind import ProblemType
from ledger import errors, outgoing, watch_port
from ledger.errors import LedgerError
from ledger.procedures_port import ProceduresNotNamed
from ledger.recognition_port import RecognitionNotNamed

OF_QUESTIONS: Final[dict[type[LedgerError], ProblemType]] = {
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
}
