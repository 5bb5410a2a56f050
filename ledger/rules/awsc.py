# ruff: noqa: D401 (the docstring of a rule is the rule, not what its function does)
"""ATIGA: origin declarations made out by certified exporters (OCP Rules 12A and 12B).

What the rules on Form D say of goods, origin and back-to-back proofs holds for them, too; what a declaration
must contain is its shape (`ledger.scheme_shapes`).  Whether the exporter, the signatory and the goods are
authorised is looked up by `ledger.declared`, for it is no question of the document alone.
"""

from collections.abc import Iterator

from ledger.rules import atiga_dates, atiga_goods, atiga_origin, atiga_parties, atiga_special
from ledger.rules.base import Breach, Case, refusal, under


@refusal("AWSC-R12B-DATE", "OCP Rule 12B.6")
def made_out_on(case: Case) -> Iterator[Breach]:
    """The date of a declaration is the date of the document it is made out on."""
    authorisation = case.certificate.authorisation
    if authorisation and authorisation.document_date not in {None, case.certificate.issued_on}:
        yield "/issuedOn", "date the declaration as the document it is made out on"


RULES = (
    atiga_parties.party,
    atiga_parties.party_acceding,
    atiga_parties.same_member,
    under(
        "AWSC-R12B-FUTURE",
        "OCP Rule 12B.6",
        atiga_parties.not_in_the_future,
        "A declaration is not made out in the future (a day is allowed: clocks here are in UTC).",
    ),
    made_out_on,
    under("AWSC-R12A-COUNTRY", "OCP Rule 12A", atiga_parties.exporter_country),
    under(
        "AWSC-R14-VALIDITY",
        "OCP Rule 14(a); Rule 11 for back-to-back",
        atiga_dates.validity,
        "Validity is twelve months from the making out; at most that if back-to-back.",
    ),
    *atiga_origin.RULES,
    *atiga_special.RULES,
    atiga_parties.origin_country,
    atiga_goods.hs_edition,
    atiga_goods.hs_heading,
    atiga_goods.package_kind,
    atiga_goods.unit,
    atiga_goods.weight_unit,
    atiga_goods.weight,
    atiga_goods.currency,
    atiga_goods.place,
)
