"""What a list says of an operator, field by field, and under which words."""

from collections.abc import Mapping
from typing import Final

from ledger.aeo.words import ROLE_WORDS
from ledger.operators import Consent, Ground, OperatorRole, OperatorStatus

EXPIRED: Final = "expired"
"""A status that lists have and the ledger computes: certified, with a last day that is over."""
ON_RECORDING: Final = "on-recording"
"""Instead of a first day: from the moment it is recorded."""
UNLIMITED: Final = "unlimited"
"""Instead of a last day."""

NEEDED: Final = (
    "code",
    "name",
    "address",
    "national_id",
    "programme",
    "level",
    "roles",
    "status",
    "effective",
    "until",
    "consent",
)
"""Fields that every list states, in a column or for all rows."""
OPTIONAL: Final = ("country", "ground", "apply_from")
"""Country of the address (the member's own unless told), why a status changed, when it may apply again."""
FIELDS: Final = (*NEEDED, *OPTIONAL)
DAYS: Final = ("effective", "until", "apply_from")
CODED: Final = ("status", "roles", "consent", "ground", "level", "programme", "country", *DAYS)
"""Fields whose cells a table of values may translate."""

STATUSES: Final[Mapping[str, OperatorStatus]] = {status.name.lower(): status for status in OperatorStatus}
GROUNDS: Final[Mapping[str, Ground]] = {ground.name.lower().replace("_", "-"): ground for ground in Ground}
CONSENTS: Final[Mapping[str, Consent]] = {
    "exchange": Consent.EXCHANGE,
    "publication": Consent.PUBLICATION,
    "both": Consent.EXCHANGE | Consent.PUBLICATION,
    "none": Consent(0),
}
ROLES: Final[Mapping[str, OperatorRole]] = {
    **{str(role.name).lower(): role for role in ROLE_WORDS},
    **{word: role for role, word in ROLE_WORDS.items()},
}
