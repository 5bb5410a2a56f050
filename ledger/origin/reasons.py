"""Why customs refuses preference for a goods line, and why it takes a late proof: codes, words and rules.

OCP is the Operational Certification Procedure of ATIGA, Annex 8.  A reason tells the issuing authority what
to clarify (OCP Rules 13.2 to 13.4, 30.3 and 30.4), so there is no code without a rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.facts import Reason
from ledger.origin.facts import LateGround
from ledger.said import said


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """One reason."""

    code: str
    words: str
    rule: str
    """Where the procedures have it."""


REASONS: Final[Mapping[str, RefusalReason]] = {
    one.code: one
    for one in (
        RefusalReason(
            "ORIGIN-DOUBTED",
            said("There is reasonable doubt about the origin of the goods"),
            "ATIGA OCP Rule 18(a)",
        ),
        RefusalReason(
            "CRITERION-NOT-MET",
            said("The goods do not meet the origin criterion that is claimed"),
            "ATIGA Articles 26 to 30; OCP Rule 16.1",
        ),
        RefusalReason(
            "CRITERION-WRONG",
            said("The origin criterion is not one that the product's rule allows"),
            "ATIGA Article 28 and Annex 3; OCP Rule 16.1",
        ),
        RefusalReason(
            "PC-NO-PREFERENCE",
            said("Partial cumulation counts for later cumulation and gives no preference"),
            "ATIGA Annex 6(c)",
        ),
        RefusalReason(
            "PARTICULARS-DIFFER",
            said("The particulars differ from the goods or from the documents presented with them"),
            "ATIGA OCP Rule 16.1",
        ),
        RefusalReason(
            "QUANTITY-EXCEEDED",
            said("More was imported than the line certifies"),
            "ATIGA OCP Rules 16.1 and 16.3",
        ),
        RefusalReason(
            "EXPIRED", said("Presented after its validity, on no ground that excuses it"), "ATIGA OCP Rule 14"
        ),
        RefusalReason("CANCELLED", said("The proof was cancelled or replaced before"), "ATIGA OCP Rule 29.4"),
        RefusalReason(
            "NOT-AUTHENTIC",
            said("Signature or seal are not of those authorised to issue"),
            "ATIGA OCP Rules 2 and 13.1",
        ),
        RefusalReason(
            "CE-NOT-LISTED",
            said("Exporter, signatory or product is not listed as certified on the day"),
            "ATIGA OCP Rule 2.6",
        ),
        RefusalReason(
            "WRONG-STATE", said("It is made out to another importing state"), "ATIGA OCP Rules 1 and 13.1"
        ),
        RefusalReason(
            "CONSIGNEE-DIFFERS",
            said("The consignee is not the importer, and no invoice explains it"),
            "ATIGA OCP Rule 13.1",
        ),
        RefusalReason(
            "NOT-CONSIGNED-DIRECTLY",
            said("The goods were not consigned directly from the exporting member"),
            "ATIGA Article 32; OCP Rule 21",
        ),
        RefusalReason(
            "DOCUMENTS-MISSING",
            said("Documents that must come with the proof are missing"),
            "ATIGA OCP Rules 13.1 and 21",
        ),
        RefusalReason(
            "ORIGINAL-NOT-COVERED",
            said("The original behind a back-to-back proof does not cover the goods"),
            "ATIGA OCP Rule 11; RCEP Article 3.19",
        ),
        RefusalReason(
            "REPLY-MISSING",
            said("The issuer did not reply to a verification in time"),
            "ATIGA OCP Rule 18(b) and (d)",
        ),
        RefusalReason(
            "VISIT-DECLINED",
            said("The exporter did not consent to a verification visit"),
            "ATIGA OCP Rule 19.5",
        ),
    )
}
"""By code."""

ENDED_WORDS: Final[Mapping[Reason, str]] = {
    Reason.ISSUED_IN_ERROR: said("issued in error"),
    Reason.PARTICULARS_WRONG: said("particulars wrong"),
    Reason.GOODS_NOT_SHIPPED: said("goods not shipped"),
    Reason.ORIGIN_NOT_MET: said("origin not met"),
    Reason.OBTAINED_BY_FRAUD: said("obtained by fraud"),
    Reason.AT_REQUEST_OF_EXPORTER: said("at request of exporter"),
    Reason.OTHER: said("other"),
    Reason.REPLACED: said("replaced"),
}
"""Why a certificate was cancelled, in words."""

LATE_WORDS: Final[Mapping[LateGround, str]] = {
    LateGround.NONE: "",
    LateGround.FORCE_MAJEURE: "force-majeure",
    LateGround.BEYOND_CONTROL: "beyond-control",
    LateGround.IMPORTED_IN_TIME: "imported-in-time",
}
"""How documents name the grounds of late presentation."""

LATE_TOLD: Final[Mapping[LateGround, str]] = {
    LateGround.NONE: "",
    LateGround.FORCE_MAJEURE: said(", presented late (force majeure)"),
    LateGround.BEYOND_CONTROL: said(", presented late (beyond control)"),
    LateGround.IMPORTED_IN_TIME: said(", presented late (imported in time)"),
}
"""How sentences about a decision end by them."""
