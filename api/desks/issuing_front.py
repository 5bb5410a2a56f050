"""An authority's certificates as the front of its desk lists them: how each stands, what came back."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson

from api.dependencies import Caller
from api.services import Services
from ledger.errors import ReplicaNeeded, Unavailable
from ledger.facts import Standing
from ledger.origin.use_told import sentences
from ledger.ports import Filing, FilingState, Ledger
from ledger.procedures_port import ProceduresNotNamed
from ledger.said import Said, said

MOST_ROWS: Final = 5000
"""Certificates in a file for spreadsheets."""
_STANDINGS: Final[Mapping[Standing, tuple[str, Said]]] = {
    Standing.VALID: ("good", said("Valid")),
    Standing.EXPIRED: ("care", said("Expired")),
    Standing.CANCELLED: ("stop", said("Cancelled")),
    Standing.REPLACED: ("care", said("Replaced")),
    Standing.UNKNOWN: ("wait", said("Not on the ledger yet")),
}
_ON_ITS_WAY: Final = ("wait", said("Accepted, on its way to the ledger"))
_REFUSED: Final = ("stop", said("Refused by the ledger"))
_NOBODY: Final = ("wait", said("Cannot be checked now"))
_NOTHING: Final = said("Nothing yet")


@dataclass(frozen=True, slots=True)
class Row:
    """A certificate in the list."""

    id: str
    reference: str
    """As it was written."""
    consignee: str
    importing: str
    issued_on: str
    filed_at: datetime
    tone: str
    word: Said
    back: tuple[str, ...]
    """What importing customs has made of it."""
    may_change: bool
    """Whether it is in force, so that it can be cancelled or replaced."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How many certificates of the member nobody has reported back on, by importing member."""

    counts: Sequence[tuple[str, int]]

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(count for _, count in self.counts)


def rows(filings: Sequence[Filing], ledger: Ledger) -> Iterator[Row]:
    """Yield the certificates as the list shows them."""
    for filing in filings:
        document = orjson.loads(filing.document)
        tone, word, live = standing_of(filing, ledger)
        yield Row(
            id=f"0x{filing.id.hex()}",
            reference=document["reference"],
            consignee=document.get("consignee", {}).get("name", ""),
            importing=filing.terms.importing,
            issued_on=filing.terms.issued_on.isoformat(),
            filed_at=filing.filed_at,
            tone=tone,
            word=word,
            back=tuple(_back(filing, ledger)),
            may_change=live,
        )


def table(filings: Sequence[Filing], ledger: Ledger) -> Iterator[Sequence[object]]:
    """Yield the same as rows of a file."""
    for row in rows(filings, ledger):
        yield (
            row.reference,
            row.id,
            row.importing,
            row.consignee,
            row.issued_on,
            str(row.word),
            " ".join(map(str, row.back)),
        )


COLUMNS: Final = ("Reference", "Id", "Importing member", "Consignee", "Issued on", "State", "Came back")


def silence(caller: Caller, services: Services) -> Silence | None:
    """Return on how many certificates nobody has reported; None where no replica of the ledger is kept."""
    with suppress(ReplicaNeeded, Unavailable):
        head = services.rooms.replica.head()
        if head is None or head.block is None:
            return None
        counts = services.rooms.replica.unreported_counts(caller.member)
        return Silence(sorted(counts.items(), key=lambda one: -one[1]))
    return None


def standing_of(filing: Filing, ledger: Ledger) -> tuple[str, Said, bool]:
    """Return tone and words of how a certificate stands, and whether it is in force."""
    if filing.state is FilingState.REFUSED:
        return *_REFUSED, False
    if filing.state is FilingState.ACCEPTED:
        return *_ON_ITS_WAY, False
    try:
        found = ledger.registry.evidence(filing.id, filing.root, filing.terms.reference_key)
    except Unavailable:
        return *_NOBODY, True
    at = max(found.as_of.time, ledger.clock())
    if found.entry is not None:
        standing = found.entry.standing_at(at)
    else:
        standing = Standing.VALID if found.anchor is not None else Standing.UNKNOWN
        if standing is Standing.VALID and at.date() > filing.terms.valid_until:
            standing = Standing.EXPIRED
    return *_STANDINGS[standing], standing in {Standing.VALID, Standing.EXPIRED}


def _back(filing: Filing, ledger: Ledger) -> Sequence[str]:
    if filing.state is not FilingState.RECORDED:
        return ()
    try:
        return tuple(sentences(ledger.procedures.use(filing.id))) or (_NOTHING,)
    except ProceduresNotNamed:
        return ()
    except Unavailable:
        return (_NOBODY[1],)
