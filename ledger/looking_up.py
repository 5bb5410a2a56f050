"""The secured look-up for authorities of other members (RCEP Articles 3.17.7 and 3.21.5).

A Party that shows the other Parties, on a secured website, six particulars of each certificate of origin need
not circulate specimens of signatures and seals: number, HS code, description, quantity, date of issue and
name of the exporter.  The issuing side's service answers with these, and with how the certificate stands on
the ledger, from its archive; nothing else leaves it.  Of approved exporters it tells name, address, code,
dates and the chapters of their goods.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from ledger.declared import not_authorised
from ledger.exporter_acts import ExporterFile
from ledger.exporter_records import ExporterRecord, ExporterScheme
from ledger.exporters import file_of, newest_record
from ledger.ports import Filing, FilingState, Ledger
from ledger.terms import Scheme, normalised
from ledger.verdict import VerdictCode
from ledger.verifying import verify_filing

OPEN_TO_ALL: Final = frozenset({Scheme.RCEP_CO, Scheme.RCEP_DECLARATION})
"""Schemes of which any member may look a number up; others only the two that a certificate names."""
_CHAPTER: Final = 2


@dataclass(frozen=True, slots=True)
class LineShown:
    """One goods line."""

    hs_code: str
    description: str
    quantity: str
    unit: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a member is shown of a certificate: the six particulars, and how it stands."""

    number: str
    issued_on: date
    exporter: str
    lines: tuple[LineShown, ...]
    standing: VerdictCode


@dataclass(frozen=True, slots=True)
class ApprovedShown:
    """What a member is shown of an approved exporter."""

    member: str
    code: str
    name: str
    address: str
    issued_on: date
    expires_on: date | None
    chapters: tuple[str, ...]
    """Chapters of the Harmonized System, two digits each."""
    authorised: bool
    """Whether it may make out declarations now."""


def look_up(number: str, ledger: Ledger, *, asking: str, issued_on: date | None = None) -> Sequence[Shown]:
    """Return what a member may see of the certificates with a number that were issued here.

    Several offices may have given the number out.  Of what is not on the ledger yet, others see nothing.
    """
    wanted = normalised(number)
    return [
        _shown(filing, ledger)
        for member in ledger.members.members()
        for filing in ledger.archive.find_number(member.code, wanted)
        if _open_to(asking, filing) and issued_on in {None, filing.terms.issued_on}
    ]


def look_exporter_up(code: str, ledger: Ledger) -> Sequence[ApprovedShown]:
    """Return what a member may see of approved exporters with a code, as far as their records are here.

    The ledger has named each record, so it is the authority's word, whichever service keeps it.
    """
    return [
        _approved(file, record, ledger)
        for file in _with_code(code, ledger)
        if (record := newest_record(file, ledger)) and record.scheme is ExporterScheme.RCEP
    ]


def _open_to(asking: str, filing: Filing) -> bool:
    terms = filing.terms
    if asking == terms.exporting:
        return True
    party = terms.scheme in OPEN_TO_ALL or asking == terms.importing
    return party and filing.state is FilingState.RECORDED


def _shown(filing: Filing, ledger: Ledger) -> Shown:
    document: Mapping[str, Any] = orjson.loads(filing.document)
    items = sorted(document["items"].items(), key=lambda row: int(row[0]))
    return Shown(
        number=document["reference"],
        issued_on=filing.terms.issued_on,
        exporter=document["exporter"]["name"],
        lines=tuple(
            LineShown(
                item["hsCode"], item["description"], item["quantity"]["value"], item["quantity"]["unit"]
            )
            for _, item in items
        ),
        standing=verify_filing(filing, ledger).code,
    )


def _with_code(code: str, ledger: Ledger) -> Iterator[ExporterFile]:
    """Yield the exporters of any member that the ledger knows under a code."""
    for member in ledger.members.members():
        file = file_of(member.code, code, ledger)
        if file.newest is not None:
            yield file


def _approved(file: ExporterFile, record: ExporterRecord, ledger: Ledger) -> ApprovedShown:
    return ApprovedShown(
        member=record.member,
        code=record.code,
        name=record.name,
        address=record.address,
        issued_on=record.issued_on,
        expires_on=record.expires_on,
        chapters=tuple(sorted({product.hs_code[:_CHAPTER] for product in record.products})),
        authorised=not not_authorised(file.held, file.present(ledger.clock()), ledger)
        and file.stopped() is None,
    )
