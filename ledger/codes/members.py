"""English names of states, for sentences and answers; the ledger itself knows them by their codes alone.

Which states are members is on the ledger.  These are the names of those of ASEAN, and of some with which they
have arrangements, as ASEAN and the WCO write them.
"""

from typing import Final

NAMES: Final = {
    "BN": "Brunei Darussalam",
    "ID": "Indonesia",
    "KH": "Cambodia",
    "LA": "Lao PDR",
    "MM": "Myanmar",
    "MY": "Malaysia",
    "PH": "Philippines",
    "SG": "Singapore",
    "TH": "Thailand",
    "TL": "Timor-Leste",
    "VN": "Viet Nam",
}
"""Members of ASEAN, by ISO 3166 code."""
_PARTNERS: Final = {
    "AU": "Australia",
    "CA": "Canada",
    "CN": "China",
    "HK": "Hong Kong, China",
    "IN": "India",
    "JP": "Japan",
    "KR": "Korea",
    "NZ": "New Zealand",
    "US": "United States of America",
}


def name_of(code: str) -> str:
    """Return the English name of a state, or its code where the name is not known here."""
    return NAMES.get(code) or _PARTNERS.get(code) or code


class Called(str):
    """A state's name and code as sentences have it, with the code alone for whoever says it otherwise."""

    __slots__ = ("code",)

    code: str


def called(code: str) -> Called:
    """Return name and code, as sentences have it: `Singapore (SG)`."""
    name = name_of(code)
    found = Called(f"{name} ({code})" if name != code else code)
    found.code = code
    return found
