"""What a text or a code in a certificate may look like, whatever the scheme.

Each check takes a value and returns None, or the code of the rule it breaks and what that rule wants.  No
message repeats the value.

Why invisible characters are refused: two certificates that print alike must not be two certificates, and a
right-to-left override can make a quantity read backwards on an officer's screen (CVE-2021-42574 did it to
source code).  This also refuses the zero-width spaces that some Khmer, Thai and Burmese keyboards put
between words.
"""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypeAlias

from ledger.codes.countries import COUNTRIES

Fault: TypeAlias = tuple[str, str] | None
"""Rule code and what the rule wants, or nothing."""

Check: TypeAlias = Callable[[Any], Fault]

DECIMAL_PATTERN: Final = r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$"
COUNT_PATTERN: Final = r"^(0|[1-9][0-9]{0,8})$"
COUNTRY_PATTERN: Final = r"^[A-Z]{2}$"
CURRENCY_PATTERN: Final = r"^[A-Z]{3}$"
LOCODE_PATTERN: Final = r"^[A-Z]{2}[A-Z2-9]{3}$"
UNIT_PATTERN: Final = r"^[A-Z0-9]{2,3}$"
PACKAGE_PATTERN: Final = r"^[A-Z0-9]{2}$"
HS_PATTERN: Final = r"^([0-9]{6}|[0-9]{8})$"
EXPORTER_PATTERN: Final = r"^[A-Z0-9./-]{1,32}$"
"""Authorisation codes of exporters, as the contract takes them."""
PRINTABLE_PATTERN: Final = r"^[!-~]([ -~]*[!-~])?$"
ID_PATTERN: Final = r"^0x[0-9a-f]{64}$"
ID_BYTES: Final = 32

_PLAIN = re.compile(PRINTABLE_PATTERN)
_TELLING = re.compile("[0-9A-Za-z]")
# A superset of what is refused, in one pass; only a match is worth a look at each character.
_SUSPECT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ud800-\uf8ff\ufeff\ufff9-\ufffb\U00010000-\U0010ffff]"
)
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED_CATEGORIES = {
    "Cc": (
        "text.control",
        "remove control characters; only line breaks are allowed, and only in longer texts",
    ),
    "Cf": ("text.invisible", "remove zero-width and other invisible characters"),
    "Co": ("text.private-use", "use no private-use characters; they look different on every machine"),
    "Cs": ("text.surrogate", "use complete Unicode characters; half of a surrogate pair is none"),
    "Zl": ("text.control", "use plain line breaks instead of Unicode line separators"),
    "Zp": ("text.control", "use plain line breaks instead of Unicode paragraph separators"),
}


def _character_fault(value: str) -> Fault:
    for character in value if _SUSPECT.search(value) else "":
        if character in _BIDI:
            return "text.bidi", "remove characters that change the direction of writing"
        fault = _REFUSED_CATEGORIES.get(unicodedata.category(character))
        if fault:
            return fault
    return None


def text(limit: int, *, lines: bool = False) -> Check:
    """Return the check for a text of 1 to `limit` characters; `lines` allows line breaks."""

    def check(value: str) -> Fault:
        if len(value) > limit:
            return "text.too-long", f"use at most {limit} characters"
        if not value or value != value.strip():
            return "text.padded", "write something here, without white space at the beginning and end"
        shown = value.replace("\n", "") if lines else value
        # What Python calls printable has no character of a refused category.
        fault = None if shown.isprintable() else _character_fault(shown)
        if fault is None and not unicodedata.is_normalized("NFC", value):
            return "text.not-nfc", "write the text in Unicode normalisation form C"
        return fault

    return check


def printable(limit: int) -> Check:
    """Return the check for an identifier: printable ASCII with a letter or digit in it."""

    def check(value: str) -> Fault:
        if len(value) > limit:
            return "text.too-long", f"use at most {limit} characters"
        if not _PLAIN.fullmatch(value) or not _TELLING.search(value):
            return (
                "text.not-printable",
                "use printable ASCII with at least one letter or digit, no outer spaces",
            )
        return None

    return check


def shaped(pattern: str, rule: str, wanted: str) -> Check:
    """Return the check that a code matches a pattern."""
    compiled = re.compile(pattern)

    def check(value: str) -> Fault:
        # fullmatch, because `$` alone lets a trailing line break through.
        return None if compiled.fullmatch(value) else (rule, wanted)

    return check


def country(value: str) -> Fault:
    """Check an ISO 3166 alpha-2 country code."""
    return None if value in COUNTRIES else ("code.country", "use an ISO 3166 alpha-2 country code")


_DECIMAL = re.compile(DECIMAL_PATTERN)


def positive(value: Decimal) -> Fault:
    """Check a quantity, weight or amount: above zero, at most 15 digits before and 6 after the point."""
    if _DECIMAL.fullmatch(str(value)) and value > 0:
        return None  # written without an exponent, so this is how it is written below
    if not value.is_finite() or value <= 0:
        return "number.not-positive", "use a number above zero"
    if not _DECIMAL.fullmatch(format(value, "f")):
        return "number.too-precise", "use at most 15 digits before and 6 after the decimal point"
    return None


def whole(low: int, high: int) -> Check:
    """Return the check for a whole number in a range, ends included."""

    def check(value: int) -> Fault:
        return None if low <= value <= high else ("number.out-of-range", f"use a number from {low} to {high}")

    return check


def ledger_id(value: bytes) -> Fault:
    """Check the 32 bytes of a certificate's id."""
    return None if len(value) == ID_BYTES else ("code.id", "use the 32 bytes of the certificate's id")
