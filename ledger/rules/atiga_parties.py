# ruff: noqa: D401 (the docstring of a rule is the rule, not what its function does)
"""ATIGA: who issues, who imports, and whether the boxes agree about it."""

from collections.abc import Iterator
from datetime import date, timedelta

from ledger.rules.base import Breach, Case, refusal, warning

_A_DAY = timedelta(days=1)


def _members(case: Case) -> tuple[tuple[str, str], ...]:
    exporting, importing = case.certificate.exporting_member, case.certificate.importing_member
    return ("/exportingMember", exporting), ("/importingMember", importing)


@refusal("ATIGA-PARTY", "ATIGA, parties to the agreement")
def party(case: Case) -> Iterator[Breach]:
    """Exporting and importing member are parties to ATIGA."""
    for pointer, member in _members(case):
        if member not in case.edition.parties and member not in case.edition.acceding:
            yield pointer, "name a party to the agreement"


@warning("ATIGA-PARTY-ACCEDING", "ATIGA, parties to the agreement")
def party_acceding(case: Case) -> Iterator[Breach]:
    """ATIGA is known to be in force for both members on the day of issue."""
    for pointer, member in _members(case):
        since = case.edition.in_force.get(member, date.min)
        if member in case.edition.acceding or case.certificate.issued_on < since:
            yield pointer, "make sure that the agreement is in force for this member on the day of issue"


@refusal("ATIGA-SAME-MEMBER", "Form D, top right and box 11")
def same_member(case: Case) -> Iterator[Breach]:
    """The importing member is another one than the exporting member."""
    if case.certificate.importing_member == case.certificate.exporting_member:
        yield "/importingMember", "name another member than the exporting one"


@refusal("ATIGA-BOX11-IMPORTING", "Form D, box 11")
def declared_importing(case: Case) -> Iterator[Breach]:
    """The importing country that the exporter declares is the member the certificate is addressed to."""
    declared = case.certificate.declaration
    if declared and declared.importing_country != case.certificate.importing_member:
        yield "/declaration/importingCountry", "declare the importing member of this certificate"


@refusal("ATIGA-BOX12-DATE", "Form D, box 12")
def certified_on(case: Case) -> Iterator[Breach]:
    """The date of issue is the date in box 12."""
    certified = case.certificate.certification
    if certified and certified.date != case.certificate.issued_on:
        yield "/certification/date", "certify on the date of issue"


@refusal("ATIGA-BOX12-FUTURE", "Form D, box 12")
def not_in_the_future(case: Case) -> Iterator[Breach]:
    """The date of issue is not in the future (a day is allowed: clocks here are in UTC)."""
    if case.certificate.issued_on > case.on + _A_DAY:
        yield "/issuedOn", "issue the certificate today, not on a later date"


@warning("ATIGA-BOX1-COUNTRY", "Form D, box 1")
def exporter_country(case: Case) -> Iterator[Breach]:
    """The exporter is in the exporting member."""
    if case.certificate.exporter.country != case.certificate.exporting_member:
        yield "/exporter/country", "check the exporter: it is not in the exporting member"


@warning("ATIGA-BOX2-COUNTRY", "Form D, box 2")
def consignee_country(case: Case) -> Iterator[Breach]:
    """The consignee is in the importing member."""
    consignee = case.certificate.consignee
    if consignee and consignee.country != case.certificate.importing_member:
        yield "/consignee/country", "check the consignee: it is not in the importing member"


@warning("ATIGA-BOX11-DATE", "Form D, boxes 11 and 12")
def declared_before_certified(case: Case) -> Iterator[Breach]:
    """The exporter declares no later than the authority certifies."""
    declared = case.certificate.declaration
    if declared and declared.date > case.certificate.issued_on:
        yield "/declaration/date", "check the dates: the declaration is later than the certification"


@warning("ATIGA-BOX11-PRODUCTION", "Form D, box 11")
def country_of_production(case: Case) -> Iterator[Breach]:
    """The country of production declared in box 11 is the origin of a goods line."""
    origins = {item.origin_country for item in case.certificate.items}
    declared = case.certificate.declaration
    if declared and declared.country_of_production not in origins:
        yield "/declaration/countryOfProduction", "check box 11: no goods line originates there"


@warning("ATIGA-ORIGIN-COUNTRY", "Form D, box 11; OCP Rule 11")
def origin_country(case: Case) -> Iterator[Breach]:
    """Goods originate in the exporting member; in a back-to-back proof, where an original was issued."""
    expected = {original.exporting_member for original in case.certificate.originals}
    expected = expected or {case.certificate.exporting_member}
    for item in case.certificate.items:
        if item.origin_country not in expected:
            yield (
                f"/items/{item.number}/originCountry",
                "check the origin: this country issued no proof for it",
            )


RULES = (
    party,
    party_acceding,
    same_member,
    declared_importing,
    certified_on,
    not_in_the_future,
    exporter_country,
    consignee_country,
    declared_before_certified,
    country_of_production,
    origin_country,
)
