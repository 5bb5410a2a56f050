"""Lists of an issuing desk page by page, and what is found in them by reference or consignee.

Names of consignees stand in the documents only, so they are looked for in these, the newest first, and so
many at a time; a reference number is found at once, however old it is.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

import orjson

from api.dependencies import Caller
from api.services import Services
from ledger.archive.drafts import Place
from ledger.drafts import Draft
from ledger.ports import Filing
from ledger.terms import normalised

SHOWN: Final = 25
"""Drafts, or certificates, on a page."""
LOOKED_THROUGH: Final = 5000
"""Certificates that are looked through for one page."""
LONGEST_WORDS: Final = 100
_WINDOW: Final = 500
_MOST_NAMED: Final = 20
"""Certificates of one number, which offices give each for itself, that are shown first."""
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_PLACE: Final = re.compile("([0-9]{1,18})-([0-9a-f]{16})")
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Listed(Generic[_Item]):
    """A page of a list."""

    found: Sequence[_Item]
    more: str = ""
    """Where it goes on, or nothing."""
    looked: int = 0
    """How many were looked through when it stopped before the end, without a full page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; nothing finds everything."""

    words: str

    @property
    def reference(self) -> str:
        """It as a reference number."""
        return normalised(self.words)

    def suits(self, document: Mapping[str, Any]) -> bool:
        """Whether it stands in the reference or in the consignee's name of a document, as far as written."""
        if not self.words:
            return True
        consignee = document.get("consignee")
        name = consignee.get("name", "") if isinstance(consignee, Mapping) else ""
        number = str(document.get("reference", ""))
        return _plain(self.words) in _plain(name) or bool(
            self.reference and self.reference in normalised(number)
        )


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def drafts_listed(caller: Caller, services: Services, wanted: Wanted, after: str = "") -> Listed[Draft]:
    """Return drafts of the caller's authority, last written first, behind a place."""
    drafts, found, place = services.rooms.drafts, list[Draft](), _place(after)
    while True:
        window = drafts.drafts(caller.authority, after=place, limit=_WINDOW)
        found += [one for one in window if wanted.suits(one.document)]
        if len(found) > SHOWN:
            last = found[SHOWN - 1]
            return Listed(found[:SHOWN], f"{(last.updated_at - _EPOCH) // _MICROSECOND}-{last.id}")
        if len(window) < _WINDOW:
            return Listed(found)
        place = (window[-1].updated_at, window[-1].id)


_MICROSECOND: Final = timedelta(microseconds=1)


def _place(written: str) -> Place | None:
    match = _PLACE.fullmatch(written)
    return (_EPOCH + int(match[1]) * _MICROSECOND, match[2]) if match else None


def certificates_listed(
    caller: Caller, services: Services, wanted: Wanted, before: bytes | None, shown: int
) -> Listed[Filing]:
    """Return certificates of the caller's authority, the newest first, before one.

    Those that have exactly the number that is looked for are all on the first page.
    Raises `CertificateNotFiled` when the authority has not filed the one named.
    """
    archive = services.rooms.certificates
    exact = archive.find_number(caller.member, wanted.reference) if wanted.reference else ()
    named = {one.id: one for one in exact[:_MOST_NAMED] if one.authority == caller.authority}
    found = [] if before else list(reversed(named.values()))
    step = _WINDOW if wanted.words else shown + 1

    def window(place: bytes | None) -> Sequence[Filing]:
        return archive.newest(caller.authority, before=place, limit=step)

    for looked, filing in enumerate(_through(window, before, step), start=1):
        if filing.id not in named and wanted.suits(orjson.loads(filing.document)):
            found.append(filing)
        if len(found) > shown:
            return Listed(found[:shown], f"0x{found[shown - 1].id.hex()}")
        if looked == LOOKED_THROUGH:
            return Listed(found, f"0x{filing.id.hex()}", looked)
    return Listed(found)


def _through(
    window: Callable[[bytes | None], Sequence[Filing]], place: bytes | None, step: int
) -> Iterator[Filing]:
    while filings := window(place):
        yield from filings
        if len(filings) < step:
            return
        place = filings[-1].id
