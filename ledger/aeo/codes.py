"""Reading an operator code as people and declarations write it: one canonical form, and never a guess.

Canonical is the granting country's two letters (ISO 3166) and the national part: `SG1234567890AB`.  How the
countries write theirs is data, `data/operator_codes.json`, with the source of each format.

1. White space, dashes, dots, slashes, underscores and brackets separate and are dropped; letters become
   capitals, and full-width characters, which East Asian keyboards write, the usual ones.
2. `AEO` at the beginning is a prefix, so that no code of the United Arab Emirates (AE) may go on with O.
3. The two letters that follow are the country, and the rest has its format.
4. A code without a country is read only where the caller knows the granting member.  Where the text could
   also be another country's, or without a member anybody's, it is refused with the candidates.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ledger.codes.countries import COUNTRIES
from ledger.errors import OperatorCodeAmbiguous, OperatorCodeMalformed
from ledger.operators import OperatorCode

LONGEST: Final = 64
"""Characters that a spelling may have, separators included."""

_PREFIX: Final = "AEO"
_CODE = re.compile("[A-Z]{2}[A-Z0-9]{1,15}")
_SEPARATORS = re.compile(r"[ \-./_<>()\[\]]+")


@dataclass(frozen=True, slots=True)
class NationalFormat:
    """How a country writes the national part of its codes."""

    pattern: re.Pattern[str]
    words: str
    source: str
    published: bool
    """False where the country's own format is not known, so that anything of the right length passes."""

    def fits(self, national: str) -> bool:
        """Whether a national part has this format."""
        return self.pattern.fullmatch(national) is not None


@cache
def format_of(country: str) -> NationalFormat:
    """Return how a country writes its codes."""
    table = _table()
    row = table["countries"].get(country)
    kept = row or table["general"]
    published = "general" not in kept and kept is row
    return NationalFormat(re.compile(kept["national"]), kept["words"], kept["source"], published)


def parse_operator_code(text: str, *, member: str | None = None) -> OperatorCode:
    """Return the canonical code of a text; `member` says whose it is known to be.

    Raises `OperatorCodeMalformed`, or `OperatorCodeAmbiguous` with the candidates.
    """
    if member is not None and member not in COUNTRIES:
        raise OperatorCodeMalformed("operator.country", "name the granting member by its ISO 3166 code")
    pieces = _pieces(text)
    bare = "".join(pieces)
    if member is None:
        return _with_country(bare, pieces)
    if bare.startswith(member):
        return _of(member, bare[2:], pieces)
    foreign = _named(bare)
    own = OperatorCode(member + bare) if format_of(member).fits(bare) else None
    if own and foreign:
        raise OperatorCodeAmbiguous((own, foreign))
    if foreign:
        message = f"the code names {foreign[:2]} as its country, and one of {member} is wanted"
        raise OperatorCodeMalformed("operator.other-member", message)
    return _of(member, bare, pieces)


def _with_country(bare: str, pieces: Sequence[str]) -> OperatorCode:
    """Read a code that must name its country itself."""
    if bare[:2] in COUNTRIES:
        return _of(bare[:2], bare[2:], pieces)
    formats = {country: format_of(country) for country in sorted(_table()["countries"])}
    fitting = [country for country, kept in formats.items() if kept.published and kept.fits(bare)]
    if fitting:
        raise OperatorCodeAmbiguous(tuple(OperatorCode(country + bare) for country in fitting))
    raise OperatorCodeMalformed("operator.country", "write the granting country's two letters first")


def _of(country: str, national: str, pieces: Sequence[str]) -> OperatorCode:
    """Return a country's code with this national part; raises `OperatorCodeMalformed`."""
    kept = format_of(country)
    if not kept.fits(national):
        message = f"a code of {country} has {kept.words} after {country}"
        raise OperatorCodeMalformed("operator.format", message)
    if not kept.published and _several(pieces):
        raise OperatorCodeMalformed("operator.several", "write one code; this reads like several")
    return OperatorCode(country + national)


def _named(bare: str) -> OperatorCode | None:
    """Return the code that a text is when its first two letters are its country."""
    fits = bare[:2] in COUNTRIES and format_of(bare[:2]).fits(bare[2:])
    return OperatorCode(bare) if fits else None


def _pieces(text: str) -> list[str]:
    """Return the parts of a text between separators, in capitals, without the prefix or what is empty."""
    if len(text) > LONGEST:
        raise OperatorCodeMalformed("operator.too-long", f"write at most {LONGEST} characters")
    plain = "".join(map(_usual, text.strip()))
    if not plain.isascii():
        raise OperatorCodeMalformed("operator.characters", "use the letters A to Z and the digits 0 to 9")
    pieces = [piece for piece in _SEPARATORS.split(plain.upper()) if piece]
    if not all(piece.isalnum() for piece in pieces):
        raise OperatorCodeMalformed("operator.characters", "use the letters A to Z and the digits 0 to 9")
    if pieces and pieces[0].startswith(_PREFIX):
        rest = pieces[0].removeprefix(_PREFIX)
        pieces = [rest, *pieces[1:]] if rest else pieces[1:]
    if not pieces:
        raise OperatorCodeMalformed(
            "operator.empty", "write a code: the country's two letters and its number"
        )
    return pieces


def _usual(character: str) -> str:
    """Return the usual form of a full-width character, a dash or a space; nothing else is converted.

    A superscript is a footnote and no digit, so this is less than Unicode's compatibility forms.
    """
    if "\uff01" <= character <= "\uff5e":
        return unicodedata.normalize("NFKC", character)
    category = unicodedata.category(character)
    return {"Zs": " ", "Pd": "-"}.get(category, character)


def _several(pieces: Sequence[str]) -> bool:
    """Whether a later part of a text looks like the beginning of a second code.

    `AEO` right after the country begins none: in `TH-AEO-1177` it belongs to the number.
    """
    bare = len(pieces[0]) == len("TH")
    later = pieces[2:] if bare and pieces[1:2] == [_PREFIX] else pieces[1:]
    return any(piece.startswith(_PREFIX) or piece[:2] in COUNTRIES for piece in later)


@cache
def _table() -> Mapping[str, Any]:
    text = files("ledger.aeo").joinpath("data", "operator_codes.json").read_text("utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table
