"""What somebody may mean who types something into the one search box of the ledger.

Pure: a text comes in, and out come the kinds of things that it can name, likeliest first.  Whether there are
such things is looked up after.  A reference number is never looked up by itself, so that numbers cannot be
tried out: it leads to the question that asks for member and date as well.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from api.pages.links import certificate_at
from ledger.aeo.codes import parse_operator_code
from ledger.codes.members import NAMES
from ledger.errors import OperatorCodeAmbiguous, OperatorCodeMalformed

LONGEST: Final = 300
"""Characters that are looked at; a link of a QR code has fewer."""
_LONGEST_REFERENCE: Final = 84
_HASH: Final = re.compile("(?:0x)?([0-9a-f]{64})", re.IGNORECASE)
_TOKEN: Final = re.compile("(?:.*/)?([A-Za-z0-9_-]{43})(?:[?#].*)?")
_LINK: Final = re.compile("https?://|/")
_BLOCK: Final = re.compile("#?([0-9]{1,15})")
_REFERENCE: Final = re.compile(r"(?=.*[0-9])[\w /.,:()\-]+")
_LETTERS: Final = re.compile(r"[^\W\d_]")
_FEWEST_LETTERS: Final = 3
"""Of a name; fewer would be found everywhere."""


class Kind(StrEnum):
    """What can be searched for."""

    CERTIFICATE = "certificate"
    TRANSACTION = "transaction"
    MEMBER = "member"
    OPERATOR = "operator"
    REFERENCE = "reference"
    BLOCK = "block"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that a text can name."""

    kind: Kind
    value: str
    """As it is looked up: an id or hash with 0x, a code, a number, or a part of a name."""


def read(text: str) -> tuple[Wanted, ...]:
    """Return what a text can name, nothing for one that names nothing; never raises."""
    asked = " ".join(unicodedata.normalize("NFKC", text[:LONGEST]).split())
    certain = tuple(_hashes(asked))
    return certain or tuple(dict.fromkeys(_names(asked)))


def _hashes(asked: str) -> Iterator[Wanted]:
    """Yield what only a hash can be: a certificate, also as the link in its QR code, or a transaction."""
    link = bool(_LINK.match(asked))
    last = asked.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2] if link else asked
    if found := _HASH.fullmatch(last):
        yield Wanted(Kind.CERTIFICATE, f"0x{found[1].lower()}")
        if not link:
            yield Wanted(Kind.TRANSACTION, f"0x{found[1].lower()}")
    elif (token := _TOKEN.fullmatch(last)) and (certificate := certificate_at(token[1])):
        yield Wanted(Kind.CERTIFICATE, f"0x{certificate.hex()}")


def _names(asked: str) -> Iterator[Wanted]:
    """Yield what people call things."""
    for code in members_called(asked):
        yield Wanted(Kind.MEMBER, code)
    if number := _BLOCK.fullmatch(asked):
        yield Wanted(Kind.BLOCK, str(int(number[1])))
    for operator in _operators(asked):
        yield Wanted(Kind.OPERATOR, operator)
    if len(asked) <= _LONGEST_REFERENCE and _REFERENCE.fullmatch(asked):
        yield Wanted(Kind.REFERENCE, asked)
    if len(_LETTERS.findall(asked)) >= _FEWEST_LETTERS:
        yield Wanted(Kind.AUTHORITY, asked)


def members_called(asked: str) -> list[str]:
    """Return the codes of the members that a text is the code of, or the beginning of the name."""
    wanted = _bare(asked)
    if len(wanted) == 2:  # noqa: PLR2004 - ISO 3166 alpha-2
        return [wanted.upper()] if wanted.upper() in NAMES else []
    if len(wanted) < _FEWEST_LETTERS:
        return []
    return [code for code, name in NAMES.items() if _bare(name).startswith(wanted)]


def _operators(asked: str) -> tuple[str, ...]:
    """Return the codes of operators that a text can be; a word without a number is none."""
    if not any(character.isdigit() for character in asked):
        return ()
    try:
        return (str(parse_operator_code(asked)),)
    except OperatorCodeAmbiguous as several:
        return tuple(map(str, several.candidates))
    except OperatorCodeMalformed:
        return ()


def _bare(text: str) -> str:
    """Return the letters of a name, without marks and signs, in small."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in apart if character.isalpha())
