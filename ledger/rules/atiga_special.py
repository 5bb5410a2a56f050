# ruff: noqa: D401 (the docstring of a rule is the rule, not what its function does)
"""ATIGA: third-country invoicing, exhibitions and back-to-back proofs."""

from collections.abc import Iterator

from ledger.certificate import Original
from ledger.rules.base import Breach, Case, Topic, refusal, warning
from ledger.rules.calendar import last_valid_day


@refusal("ATIGA-R23-INVOICER", "OCP Rule 23; Form D, box 7", Topic.INVOICER)
def invoicer_missing(case: Case) -> Iterator[Breach]:
    """The tick Third Country Invoicing goes with name and country of the company that invoices."""
    certificate = case.certificate
    if certificate.endorsements.third_country_invoicing and certificate.third_country_invoicer is None:
        yield "/thirdCountryInvoicer", "name the company that issues the invoice and its country"


@refusal("ATIGA-R23-TICK", "OCP Rule 23; Form D, box 13", Topic.INVOICER)
def invoicer_tick(case: Case) -> Iterator[Breach]:
    """A third-country invoicer goes with the tick Third Country Invoicing."""
    certificate = case.certificate
    if certificate.third_country_invoicer and not certificate.endorsements.third_country_invoicing:
        yield "/endorsements/thirdCountryInvoicing", "tick Third Country Invoicing, or take the invoicer out"


@warning("ATIGA-R23-COUNTRY", "OCP Rule 23", Topic.INVOICER)
def invoicer_country(case: Case) -> Iterator[Breach]:
    """The third-country invoicer is in another country than the exporting member."""
    invoicer = case.certificate.third_country_invoicer
    if invoicer and invoicer.country == case.certificate.exporting_member:
        yield "/thirdCountryInvoicer/country", "check the invoicer: it is in the exporting member"


@refusal("ATIGA-R22-EXHIBITION", "OCP Rule 22; Form D, box 2", Topic.EXHIBITION)
def exhibition_missing(case: Case) -> Iterator[Breach]:
    """The tick Exhibition goes with name and address of the exhibition."""
    if case.certificate.endorsements.exhibition and case.certificate.exhibition is None:
        yield "/exhibition", "give name and address of the exhibition"


@refusal("ATIGA-R22-TICK", "OCP Rule 22; Form D, box 13", Topic.EXHIBITION)
def exhibition_tick(case: Case) -> Iterator[Breach]:
    """An exhibition goes with the tick Exhibition."""
    if case.certificate.exhibition and not case.certificate.endorsements.exhibition:
        yield "/endorsements/exhibition", "tick Exhibition, or take the exhibition out"


@refusal("ATIGA-R11-ORIGINALS", "OCP Rule 11; Form D, box 7", Topic.BACK_TO_BACK)
def originals_missing(case: Case) -> Iterator[Breach]:
    """The tick Back-to-Back CO goes with reference and date of each original proof."""
    if case.certificate.endorsements.back_to_back and not case.certificate.originals:
        yield "/originals", "name the original proofs of origin"


@refusal("ATIGA-R11-TICK", "OCP Rule 11; Form D, box 13", Topic.BACK_TO_BACK)
def originals_tick(case: Case) -> Iterator[Breach]:
    """Original proofs go with the tick Back-to-Back CO."""
    if case.certificate.originals and not case.certificate.endorsements.back_to_back:
        yield "/endorsements/backToBack", "tick Back-to-Back CO, or take the originals out"


def _originals(case: Case) -> Iterator[tuple[str, Original]]:
    for number, original in enumerate(case.certificate.originals, 1):
        yield f"/originals/{number}", original


@refusal("ATIGA-R11-EXPIRY", "OCP Rule 11", Topic.BACK_TO_BACK)
def outlives_originals(case: Case) -> Iterator[Breach]:
    """A back-to-back certificate is valid no longer than the original that expires first."""
    years = case.edition.validity_years
    ends = [last_valid_day(original.issued_on, years) for original in case.certificate.originals]
    if ends and case.certificate.valid_until > min(ends):
        yield "/validUntil", "let validity end with the original that expires first"


@refusal("ATIGA-R11-LATER", "OCP Rule 11", Topic.BACK_TO_BACK)
def original_later(case: Case) -> Iterator[Breach]:
    """An original is issued before, or on the day of, the back-to-back certificate that rests on it."""
    for pointer, original in _originals(case):
        if original.issued_on > case.certificate.issued_on:
            yield f"{pointer}/issuedOn", "name an original issued earlier than this certificate"


@refusal("ATIGA-R11-OWN", "OCP Rule 11", Topic.BACK_TO_BACK)
def original_of_own(case: Case) -> Iterator[Breach]:
    """An original comes from another member than the one that issues the back-to-back certificate."""
    for pointer, original in _originals(case):
        if original.exporting_member == case.certificate.exporting_member:
            yield f"{pointer}/exportingMember", "name an original that another member issued"


@refusal("ATIGA-R11-LINE", "OCP Rule 11; Form D, box 7", Topic.BACK_TO_BACK)
def line_original_unlisted(case: Case) -> Iterator[Breach]:
    """An original that a goods line draws on is listed in the certificate, with the same particulars."""
    originals = case.certificate.originals
    listed = {(one.certificate, one.reference, one.issued_on) for one in originals}
    for item in case.certificate.items:
        for number, drawn in enumerate(item.originals, 1):
            if (drawn.certificate, drawn.reference, drawn.issued_on) not in listed:
                message = "list this original, or correct its particulars"
                yield f"/items/{item.number}/originals/{number}", message


@warning("ATIGA-R11-UNLINKED", "OCP Rule 11, on re-exported quantities", Topic.BACK_TO_BACK)
def line_without_original(case: Case) -> Iterator[Breach]:
    """Each goods line of a back-to-back certificate names the line of an original that it re-exports."""
    for item in case.certificate.items if case.certificate.originals else ():
        if not item.originals:
            yield f"/items/{item.number}/originals", "name the line re-exported: quantities are summed by it"


@warning("ATIGA-R11-RETURN", "OCP Rule 11", Topic.BACK_TO_BACK)
def original_returns(case: Case) -> Iterator[Breach]:
    """Goods under a back-to-back certificate do not go back to the member that issued the original."""
    for pointer, original in _originals(case):
        if original.exporting_member == case.certificate.importing_member:
            yield f"{pointer}/exportingMember", "check the route: these goods go back to where they came from"


@warning("ATIGA-R11-CONSOLIDATION", "OCP Rule 11, text of 2020", Topic.BACK_TO_BACK)
def several_originals(case: Case) -> Iterator[Breach]:
    """Before the 2021 text a back-to-back certificate rests on one original only."""
    if len(case.certificate.originals) > case.edition.originals:
        yield "/originals", "several originals in one certificate are provided for since 1 May 2022 only"


RULES = (
    invoicer_missing,
    invoicer_tick,
    invoicer_country,
    exhibition_missing,
    exhibition_tick,
    originals_missing,
    originals_tick,
    outlives_originals,
    original_later,
    original_of_own,
    line_original_unlisted,
    line_without_original,
    original_returns,
)
RULES_2020_ONLY = (several_originals,)
