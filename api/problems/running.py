"""Problems of the service at work: keys, the chain, the archive."""

from typing import Final

from api.problems.kind import ProblemType
from ledger import errors
from ledger.errors import LedgerError

OF_RUNNING: Final[dict[type[LedgerError], ProblemType]] = {
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
