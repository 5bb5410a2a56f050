"""What the AEO desk calls acts, stages, grounds and the rest, in words that pages say in every language."""

from collections.abc import Mapping
from typing import Final

from ledger.aeo.acts import Act, Stage
from ledger.operators import Ground
from ledger.said import said

STAGES: Final[Mapping[Stage, str]] = {
    Stage.UNKNOWN: said("Nothing on file"),
    Stage.SUBMITTED: said("Applied"),
    Stage.RETURNED: said("Returned as incomplete"),
    Stage.ACCEPTED: said("Accepted for validation"),
    Stage.DESK_VALIDATION: said("Desk validation"),
    Stage.FIELD_VALIDATION: said("Field validation"),
    Stage.REMEDIATION: said("Improving"),
    Stage.REJECTED: said("Rejected"),
    Stage.WITHDRAWN: said("Withdrawn"),
    Stage.CERTIFIED: said("Authorised"),
    Stage.SUSPENDED: said("Suspended"),
    Stage.EXPIRED: said("Expired"),
    Stage.REVOKED: said("Revoked"),
    Stage.SURRENDERED: said("Given back"),
    Stage.ANNULLED: said("Void from the start"),
}
TONES: Final[Mapping[Stage, str]] = {
    Stage.CERTIFIED: "good",
    Stage.SUSPENDED: "stop",
    Stage.REVOKED: "stop",
    Stage.ANNULLED: "stop",
    Stage.EXPIRED: "care",
    Stage.SURRENDERED: "care",
    Stage.REJECTED: "care",
    Stage.WITHDRAWN: "care",
}
"""Colour and icon; a case before its decision waits."""
ACTS: Final[Mapping[Act, str]] = {
    Act.APPLY: said("Take in an application"),
    Act.RETURN: said("Return the application as incomplete"),
    Act.RESUBMIT: said("Take in the completed application"),
    Act.ACCEPT: said("Accept the application as complete"),
    Act.BEGIN_DESK_VALIDATION: said("Begin the desk validation"),
    Act.BEGIN_FIELD_VALIDATION: said("Begin the field validation"),
    Act.ORDER_REMEDIATION: said("Order improvements"),
    Act.CERTIFY: said("Authorise"),
    Act.REJECT: said("Reject the application"),
    Act.WITHDRAW: said("Record that the application was withdrawn"),
    Act.AMEND: said("Amend the particulars"),
    Act.SUSPEND: said("Suspend"),
    Act.REINSTATE: said("Lift the suspension or end"),
    Act.RENEW: said("Set another end of validity"),
    Act.SURRENDER: said("Record that it gave the authorisation back"),
    Act.REVOKE: said("Revoke"),
    Act.ANNUL: said("Annul from the start"),
    Act.CONSENT: said("Change what it agrees to"),
    Act.ENTER: said("Take over from a national list"),
}
"""What an officer can do."""
HAPPENED: Final[Mapping[Act, str]] = {
    Act.APPLY: said("Applied"),
    Act.RETURN: said("Returned as incomplete"),
    Act.RESUBMIT: said("Completed"),
    Act.ACCEPT: said("Accepted for validation"),
    Act.BEGIN_DESK_VALIDATION: said("Desk validation begun"),
    Act.BEGIN_FIELD_VALIDATION: said("Field validation begun"),
    Act.ORDER_REMEDIATION: said("Improvements ordered"),
    Act.CERTIFY: said("Authorised"),
    Act.REJECT: said("Rejected"),
    Act.WITHDRAW: said("Withdrawn"),
    Act.AMEND: said("Particulars amended"),
    Act.SUSPEND: said("Suspended"),
    Act.REINSTATE: said("Authorised again"),
    Act.RENEW: said("End of validity set"),
    Act.SURRENDER: said("Given back"),
    Act.REVOKE: said("Revoked"),
    Act.ANNUL: said("Annulled from the start"),
    Act.CONSENT: said("Consent changed"),
    Act.ENTER: said("Taken over from a national list"),
}
"""What was done."""
HINTS: Final[Mapping[Act, str]] = {
    Act.CERTIFY: said("Goes to the ledger: partners see it at once."),
    Act.SUSPEND: said("Goes to the ledger: it has no benefits anywhere while it lasts."),
    Act.REINSTATE: said("Goes to the ledger: it is authorised again from the day you name."),
    Act.RENEW: said("Goes to the ledger: the authorisation then ends on another day, or never."),
    Act.AMEND: said("Goes to the ledger as the hash of a new record; the record itself stays here."),
    Act.SURRENDER: said("Goes to the ledger: afterwards only a new application leads back."),
    Act.REVOKE: said("Goes to the ledger: it may not apply again for three years, unless you say otherwise."),
    Act.ANNUL: said("Goes to the ledger: it was never authorised, from the first day on."),
    Act.CONSENT: said("Goes to the ledger: a withdrawal counts at once, also for days before."),
}
"""What an act brings about; the others stay in this archive."""
GROUNDS: Final[Mapping[Ground, str]] = {
    Ground.NONE: said("None"),
    Ground.SUSPECTED_BREACH: said("A breach is suspected"),
    Ground.CONDITIONS_UNMET: said("Conditions are not met"),
    Ground.AT_REQUEST: said("At the operator's request"),
    Ground.CURED: said("What led to it is mended"),
    Ground.SERIOUS_INFRINGEMENT: said("Serious infringement"),
    Ground.NOT_CURED: said("Not mended in time"),
    Ground.FALSE_INFORMATION: said("False information"),
    Ground.APPEAL_UPHELD: said("An appeal was upheld"),
    Ground.CEASED: said("It has ceased to trade"),
    Ground.OTHER: said("Other"),
}
UNTIL: Final[Mapping[Act, tuple[str, str]]] = {
    Act.SUSPEND: (said("Suspended until (optional)"), said("Its last day; without one until it is lifted.")),
    Act.REVOKE: (said("May apply again from (optional)"), said("Without a day: three years on.")),
    Act.CERTIFY: (said("End of validity (optional)"), said("Its last day; without one it has no end.")),
    Act.RENEW: (said("End of validity (optional)"), said("Its last day; without one it has no end.")),
}
"""What the end means that an act is given: label and hint."""
CONSENTS: Final[Mapping[str, str]] = {
    "publication": said("that its name is shown to anybody"),
    "exchange": said("that its status is exchanged with partners"),
}
"""What an operator may agree to, by the API's words."""
EVENT_STATES: Final[Mapping[str, str]] = {
    "filed": said("kept here"),
    "accepted": said("on its way to the ledger"),
    "recorded": said("on the ledger"),
    "refused": said("refused by the ledger"),
}
HOW_FAR: Final[Mapping[str, str]] = {
    "comparing": said("comparing programmes"),
    "joint-validation": said("validating together"),
    "signed": said("signed"),
    "pilot": said("pilot"),
    "in-force": said("in force"),
    "suspended": said("suspended"),
    "withdrawn": said("withdrawn"),
}
"""How far a member is with an arrangement, by the wire's words."""
