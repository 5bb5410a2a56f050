"""Problems of operators, exporters and their records."""

from typing import Final

from api.problems.kind import ProblemType
from ledger import exporter_refused
from ledger.aeo import refused
from ledger.errors import LedgerError

OF_OPERATORS: Final[dict[type[LedgerError], ProblemType]] = {
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
}
