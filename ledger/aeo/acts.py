"""The life cycle of an authorisation, as tables: stages, acts, what is allowed when, on which ground.

    SUBMITTED ⇄ RETURNED; SUBMITTED → ACCEPTED → DESK_VALIDATION → FIELD_VALIDATION → CERTIFIED | REJECTED,
    with REMEDIATION between validations, and WITHDRAWN from every stage before the decision;
    CERTIFIED ⇄ SUSPENDED; both → REVOKED | SURRENDERED | ANNULLED; CERTIFIED → EXPIRED by time alone.

Sources: the steps of certification, Customs and Excise of Indonesia (aeo.beacukai.go.id,
"Bagaimana sih proses sertifikasinya") and its FAQ; grounds of suspension, EU AEO guidelines part 5 section IV
(Agencia Tributaria); annulment and revocation, Regulation (EU) No 952/2013 Art. 27 and 28; amendments,
Finnish Customs, "Maintenance of AEO authorisations".
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ledger.operators import Ground, OperatorStatus


class Stage(StrEnum):
    """Where an operator's case is."""

    UNKNOWN = "unknown"
    """Nothing is on file."""
    SUBMITTED = "submitted"
    RETURNED = "returned"
    """Incomplete; the applicant is to complete it."""
    ACCEPTED = "accepted"
    """Complete; the time for the decision runs."""
    DESK_VALIDATION = "desk-validation"
    FIELD_VALIDATION = "field-validation"
    REMEDIATION = "remediation"
    """The applicant improves what a validation found."""
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CERTIFIED = "certified"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SURRENDERED = "surrendered"
    ANNULLED = "annulled"


class Act(StrEnum):
    """What an authority does about an operator; the words of the command line and the API."""

    APPLY = "apply"
    RETURN = "return"
    RESUBMIT = "resubmit"
    ACCEPT = "accept"
    BEGIN_DESK_VALIDATION = "desk-validation"
    BEGIN_FIELD_VALIDATION = "field-validation"
    ORDER_REMEDIATION = "remediation"
    CERTIFY = "certify"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    AMEND = "amend"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    RENEW = "renew"
    SURRENDER = "surrender"
    REVOKE = "revoke"
    ANNUL = "annul"
    CONSENT = "consent"
    """The operator gives or withdraws its consent to publication and to exchange."""
    ENTER = "enter"
    """An authorisation of before, taken over from a national list."""


_APPLYING: Final = (Act.WITHDRAW, Act.CONSENT)
_ENDING: Final = (Act.SURRENDER, Act.REVOKE, Act.ANNUL)
ALLOWED: Final[Mapping[Stage, tuple[Act, ...]]] = {
    Stage.UNKNOWN: (Act.APPLY, Act.ENTER),
    Stage.SUBMITTED: (Act.ACCEPT, Act.RETURN, *_APPLYING),
    Stage.RETURNED: (Act.RESUBMIT, *_APPLYING),
    Stage.ACCEPTED: (Act.BEGIN_DESK_VALIDATION, Act.REJECT, *_APPLYING),
    Stage.DESK_VALIDATION: (Act.BEGIN_FIELD_VALIDATION, Act.ORDER_REMEDIATION, Act.REJECT, *_APPLYING),
    Stage.FIELD_VALIDATION: (Act.CERTIFY, Act.ORDER_REMEDIATION, Act.REJECT, *_APPLYING),
    Stage.REMEDIATION: (Act.BEGIN_DESK_VALIDATION, Act.BEGIN_FIELD_VALIDATION, Act.REJECT, *_APPLYING),
    Stage.REJECTED: (Act.APPLY, Act.ENTER),
    Stage.WITHDRAWN: (Act.APPLY, Act.ENTER),
    Stage.CERTIFIED: (Act.AMEND, Act.SUSPEND, Act.RENEW, *_ENDING, Act.CONSENT),
    Stage.SUSPENDED: (Act.REINSTATE, Act.SUSPEND, Act.AMEND, *_ENDING, Act.CONSENT),
    Stage.EXPIRED: (Act.RENEW, Act.APPLY, Act.SUSPEND, *_ENDING, Act.CONSENT),
    Stage.REVOKED: (Act.APPLY, Act.REINSTATE, Act.ANNUL, Act.CONSENT),
    Stage.SURRENDERED: (Act.APPLY, Act.ANNUL, Act.CONSENT),
    Stage.ANNULLED: (Act.APPLY, Act.REINSTATE, Act.CONSENT),
}
"""What is allowed in each stage."""

APPLYING: Final = frozenset(
    {
        Stage.SUBMITTED,
        Stage.RETURNED,
        Stage.ACCEPTED,
        Stage.DESK_VALIDATION,
        Stage.FIELD_VALIDATION,
        Stage.REMEDIATION,
    }
)
"""Stages before the decision, which only this archive knows of."""

LEADS_TO: Final[Mapping[Act, Stage]] = {
    Act.APPLY: Stage.SUBMITTED,
    Act.RETURN: Stage.RETURNED,
    Act.RESUBMIT: Stage.SUBMITTED,
    Act.ACCEPT: Stage.ACCEPTED,
    Act.BEGIN_DESK_VALIDATION: Stage.DESK_VALIDATION,
    Act.BEGIN_FIELD_VALIDATION: Stage.FIELD_VALIDATION,
    Act.ORDER_REMEDIATION: Stage.REMEDIATION,
    Act.REJECT: Stage.REJECTED,
    Act.WITHDRAW: Stage.WITHDRAWN,
    Act.CERTIFY: Stage.CERTIFIED,
    Act.REINSTATE: Stage.CERTIFIED,
    Act.ENTER: Stage.CERTIFIED,
    Act.SUSPEND: Stage.SUSPENDED,
    Act.SURRENDER: Stage.SURRENDERED,
    Act.REVOKE: Stage.REVOKED,
    Act.ANNUL: Stage.ANNULLED,
}
"""Where an act leads; those left out change what an authorisation says and leave it where it is."""

STATUS_OF: Final[Mapping[Act, OperatorStatus]] = {
    Act.CERTIFY: OperatorStatus.CERTIFIED,
    Act.REINSTATE: OperatorStatus.CERTIFIED,
    Act.ENTER: OperatorStatus.CERTIFIED,
    Act.SUSPEND: OperatorStatus.SUSPENDED,
    Act.SURRENDER: OperatorStatus.SURRENDERED,
    Act.REVOKE: OperatorStatus.REVOKED,
    Act.ANNUL: OperatorStatus.ANNULLED,
}
"""The status that an act writes to the ledger."""

RESTATING: Final = frozenset({Act.AMEND, Act.RENEW, Act.CONSENT})
"""Acts that write the status that holds once more, saying something else of the operator."""

STAGE_OF: Final[Mapping[OperatorStatus, Stage]] = {
    OperatorStatus.CERTIFIED: Stage.CERTIFIED,
    OperatorStatus.SUSPENDED: Stage.SUSPENDED,
    OperatorStatus.REVOKED: Stage.REVOKED,
    OperatorStatus.SURRENDERED: Stage.SURRENDERED,
    OperatorStatus.ANNULLED: Stage.ANNULLED,
}

GROUNDS: Final[Mapping[Act, tuple[Ground, ...]]] = {
    Act.SUSPEND: (Ground.SUSPECTED_BREACH, Ground.CONDITIONS_UNMET, Ground.AT_REQUEST, Ground.OTHER),
    Act.REINSTATE: (Ground.CURED, Ground.AT_REQUEST, Ground.APPEAL_UPHELD, Ground.OTHER),
    Act.CERTIFY: (Ground.NONE, Ground.APPEAL_UPHELD),
    Act.SURRENDER: (Ground.AT_REQUEST, Ground.CEASED),
    Act.REVOKE: (
        Ground.SERIOUS_INFRINGEMENT,
        Ground.NOT_CURED,
        Ground.CONDITIONS_UNMET,
        Ground.CEASED,
        Ground.OTHER,
    ),
    Act.ANNUL: (Ground.FALSE_INFORMATION, Ground.OTHER),
    Act.CONSENT: (Ground.AT_REQUEST,),
}
"""The grounds an act may rest on; of those left out none is asked."""

ASSUMED: Final[Mapping[Act, Ground]] = {
    Act.REINSTATE: Ground.CURED,
    Act.CERTIFY: Ground.NONE,
    Act.SURRENDER: Ground.AT_REQUEST,
    Act.ANNUL: Ground.FALSE_INFORMATION,
    Act.CONSENT: Ground.AT_REQUEST,
}
"""The ground where none is given; suspending and revoking must be given one."""

_PARTICULARS: Final = ("name", "address", "country", "national_id", "programme", "level", "roles")
TAKES: Final[Mapping[Act, tuple[str, ...]]] = {
    Act.APPLY: (*_PARTICULARS, "consent", "procedure"),
    Act.RESUBMIT: (*_PARTICULARS, "consent"),
    Act.CERTIFY: ("level", "roles", "until"),
    Act.AMEND: _PARTICULARS,
    Act.SUSPEND: ("until",),
    Act.RENEW: ("until",),
    Act.REVOKE: ("until",),
    Act.CONSENT: ("consent",),
    Act.ENTER: (*_PARTICULARS, "consent", "until"),
}
"""What an act may be given besides when, by whom, why and on which evidence."""
NEEDS: Final[Mapping[Act, tuple[str, ...]]] = {
    Act.APPLY: (*_PARTICULARS, "consent"),
    Act.CONSENT: ("consent",),
    Act.ENTER: (*_PARTICULARS, "consent"),
}
"""What an act must be given."""
