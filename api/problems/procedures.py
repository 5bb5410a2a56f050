"""Problems of what becomes of a certificate: cases, decisions, statements, receipts, papers."""

from typing import Final

from api.problems.kind import ProblemType
from ledger import errors
from ledger.checking_refused import CaseStepNotAllowed, CheckMalformed, NotAnOriginalOf
from ledger.deciding_asked import DecisionRefused
from ledger.errors import LedgerError
from ledger.kept_copies import CopyIncomplete
from ledger.kept_port import NotKept
from ledger.paper import PaperNotPossible
from ledger.receiving import NotReceivable
from ledger.statement_exchange import StatementNotHeld, StatementNotOnLedger
from ledger.statements import StatementMalformed
from ledger.true_copies import TrueCopyTooLate

OF_PROCEDURES: Final[dict[type[LedgerError], ProblemType]] = {
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
}
