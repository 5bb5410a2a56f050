# ruff: noqa: D401 (the docstring of a rule is the rule, not what its function does)
"""ATIGA: validity, retroactive issue and replacement."""

from collections.abc import Iterator
from datetime import timedelta

from ledger.rules.base import Breach, Case, Topic, refusal, warning
from ledger.rules.calendar import anniversary, last_valid_day
from ledger.terms import normalised

_LATE_BEYOND_DOUBT = 3
"""Days after shipment that neither text lets pass."""


@refusal("ATIGA-R14-VALIDITY", "OCP Rule 14(a); Rule 11 for back-to-back")
def validity(case: Case) -> Iterator[Breach]:
    """Validity is twelve months, to the anniversary of issue minus one day; at most that if back-to-back."""
    certificate = case.certificate
    last = last_valid_day(certificate.issued_on, case.edition.validity_years)
    if certificate.endorsements.back_to_back or certificate.originals:
        kept = certificate.issued_on <= certificate.valid_until <= last
    else:
        kept = certificate.valid_until == last
    if not kept:
        yield "/validUntil", "let validity end on the anniversary of the date of issue minus one day"


@refusal("ATIGA-R10-ONE-YEAR", "OCP Rule 10.2")
def within_a_year_of_shipment(case: Case) -> Iterator[Breach]:
    """A certificate is issued no later than one year after shipment."""
    departure = case.certificate.transport.departure_date
    if departure and case.certificate.issued_on > anniversary(departure, case.edition.retroactive_years):
        yield "/issuedOn", "no certificate can be issued for a shipment of more than a year ago"


@warning("ATIGA-R10-TICK-MISSING", "OCP Rule 10; Form D, box 13")
def retroactive_tick_missing(case: Case) -> Iterator[Breach]:
    """A certificate issued after shipment (2020 text: over 3 days after) is ticked Issued Retroactively."""
    certificate, departure = case.certificate, case.certificate.transport.departure_date
    if certificate.endorsements.issued_retroactively or departure is None:
        return
    late = (certificate.issued_on - departure).days
    if late > _LATE_BEYOND_DOUBT:
        yield (
            "/endorsements/issuedRetroactively",
            "tick Issued Retroactively: the goods left before the issue",
        )
    elif late > case.edition.grace_days:
        message = "tick Issued Retroactively: the three days of the 2020 text are no longer in the rule"
        yield "/endorsements/issuedRetroactively", message


@warning("ATIGA-R10-TICK-SUPERFLUOUS", "OCP Rule 10; Form D, box 13", Topic.RETROACTIVE)
def retroactive_tick_superfluous(case: Case) -> Iterator[Breach]:
    """A certificate issued up to the day of shipment is not ticked Issued Retroactively."""
    certificate, departure = case.certificate, case.certificate.transport.departure_date
    if departure is None or not certificate.endorsements.issued_retroactively:
        return
    if certificate.issued_on <= departure + timedelta(days=case.edition.grace_days):
        yield "/endorsements/issuedRetroactively", "remove the tick: the certificate is not issued late"


@warning("ATIGA-R10-DEPARTURE-UNKNOWN", "OCP Rule 10.2; Form D, box 3", Topic.RETROACTIVE)
def retroactive_without_departure(case: Case) -> Iterator[Breach]:
    """A certificate issued retroactively names the day of shipment, from which its one year counts."""
    certificate = case.certificate
    if certificate.endorsements.issued_retroactively and certificate.transport.departure_date is None:
        yield "/transport/departureDate", "give the day of shipment; the one-year limit counts from it"


@refusal("ATIGA-R29-ONE-YEAR", "OCP Rule 29.1", Topic.REPLACEMENT)
def replaced_within_a_year(case: Case) -> Iterator[Breach]:
    """A replacement is issued within one year of the certificate it replaces, and not before it."""
    replaced, issued_on = case.certificate.replaces, case.certificate.issued_on
    if replaced is None:
        return
    last = anniversary(replaced.issued_on, case.edition.replaceable_years)
    if not replaced.issued_on <= issued_on <= last:
        yield "/replaces/issuedOn", "replace only a certificate issued earlier, within the last year"


@refusal("ATIGA-R29-REFERENCE", "OCP Rules 7.3 and 29.4", Topic.REPLACEMENT)
def replaced_reference(case: Case) -> Iterator[Breach]:
    """A replacement has a reference number of its own."""
    replaced = case.certificate.replaces
    if replaced and normalised(replaced.reference) == normalised(case.certificate.reference):
        yield "/reference", "give the replacement a new reference number"


RULES = (
    validity,
    within_a_year_of_shipment,
    retroactive_tick_missing,
    retroactive_tick_superfluous,
    retroactive_without_departure,
    replaced_within_a_year,
    replaced_reference,
)
