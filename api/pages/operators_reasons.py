"""Why an operator is recognised or not, explained: what each reason means, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.operators import Reason
from ledger.said import said


@dataclass(frozen=True, slots=True)
class Explained:
    """One reason."""

    title: str
    meaning: str
    advice: str


_WITHOUT: Final = said("Declare without the code until it applies; ask customs there from when it does.")
_ASK: Final = said("Do not use the code. Ask your partner, or the AEO authority that authorised it.")
REASONS: Final[Mapping[Reason, Explained]] = {
    Reason.RECOGNISED: Explained(
        said("It is recognised"),
        said("Its member has authorised it, and the member asked about recognises that for this role."),
        said("See that name and code are your partner's, and write the code into the declaration."),
    ),
    Reason.NOT_FOUND: Explained(
        said("No operator has this code"),
        said("Nothing was ever recorded under this code. It may be misread, invented, or kept elsewhere."),
        said("Compare the code with your partner's certificate of authorisation, letter by letter."),
    ),
    Reason.SIGNER_COMPROMISED: Explained(
        said("Its status is not to be relied on"),
        said("What was recorded last is signed with a key that was in the wrong hands."),
        said("Ask the AEO authority that authorised it; it records the status anew."),
    ),
    Reason.NOT_YET_EFFECTIVE: Explained(
        said("Its authorisation has not begun"),
        said("It is authorised from a later day on than the one asked about."),
        said("Ask again for a day on which it has begun."),
    ),
    Reason.SUSPENDED: Explained(
        said("Its authorisation is suspended"),
        said("It has no benefits anywhere while the suspension lasts. That is no finding against it yet."),
        _ASK,
    ),
    Reason.REVOKED: Explained(
        said("Its authorisation was revoked"),
        said("The authority has taken the authorisation away."),
        _ASK,
    ),
    Reason.SURRENDERED: Explained(
        said("It has given its authorisation back"),
        said("It was authorised, and ended that itself."),
        _ASK,
    ),
    Reason.ANNULLED: Explained(
        said("Its authorisation is void from the start"),
        said("The authorisation was granted on false or incomplete information: it never counted."),
        _ASK,
    ),
    Reason.EXPIRED: Explained(
        said("Its authorisation has expired"),
        said("The last day of the authorisation lies before the day asked about."),
        said("Ask your partner whether it was renewed; what is renewed is recorded here."),
    ),
    Reason.ROLE_NOT_HELD: Explained(
        said("It is not authorised in this role"),
        said("It is authorised for something else, such as an importer that you ask about as exporter."),
        said("Ask in the role that your partner has in the consignment, or in any role."),
    ),
    Reason.NO_CONSENT: Explained(
        said("Its status is not told"),
        said("The operator does not agree that its status is exchanged. Whether it has any is not said."),
        said("Ask your partner to agree to the exchange, at the authority that authorised it."),
    ),
    Reason.NO_ARRANGEMENT: Explained(
        said("There is no arrangement between the two members"),
        said("Neither an arrangement of many members nor one of the two alone binds both."),
        _WITHOUT,
    ),
    Reason.HOST_NOT_PARTICIPATING: Explained(
        said("The member there does not apply the arrangement"),
        said("It has not brought the arrangement into force for itself by the day asked about."),
        _WITHOUT,
    ),
    Reason.HOME_NOT_PARTICIPATING: Explained(
        said("The operator's own member does not apply the arrangement"),
        said("It has not brought the arrangement into force for itself by the day asked about."),
        _WITHOUT,
    ),
    Reason.ARRANGEMENT_SUSPENDED: Explained(
        said("The arrangement is suspended"),
        said("One of the two members has suspended its part. No benefits flow meanwhile."),
        _WITHOUT,
    ),
    Reason.PROGRAMME_NOT_RECOGNISED: Explained(
        said("Its programme is not recognised there"),
        said("The member recognises another programme of that country, or none of them."),
        _WITHOUT,
    ),
    Reason.LEVEL_TOO_LOW: Explained(
        said("Its level is too low there"),
        said("The member recognises the programme from a higher level on only."),
        _WITHOUT,
    ),
    Reason.ROLE_NOT_COVERED: Explained(
        said("Its role is not covered there"),
        said("The member recognises operators of that country in other roles only."),
        _WITHOUT,
    ),
    Reason.DIRECTION_NOT_COVERED: Explained(
        said("This direction is not covered there"),
        said("The member recognises the operator for goods that go the other way."),
        said("Ask for the direction in which the goods go, as customs there sees it."),
    ),
    Reason.NOT_YET_RECOGNISED: Explained(
        said("The recognition has not begun"),
        said("The member has granted the recognition from a later day on than the one asked about."),
        _WITHOUT,
    ),
    Reason.NO_LONGER_RECOGNISED: Explained(
        said("The recognition has ended"),
        said("The member has ended the recognition, or its time is over."),
        _WITHOUT,
    ),
}
