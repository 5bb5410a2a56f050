# ruff: noqa: D401 (the docstring of a rule is the rule, not what its function does)
"""RCEP: what Chapter 3 and Annex 3B demand of a proof of origin.

Where the text asks the same as ATIGA's, the rule is ATIGA's with the article it stands in here.
"""

from collections.abc import Iterator
from dataclasses import fields
from typing import Final

from ledger.certificate import Endorsements
from ledger.rules import atiga_dates, atiga_goods, atiga_origin, atiga_parties, atiga_special
from ledger.rules.base import Breach, Case, Rule, refusal, softened, under, warning
from ledger.rules.criterion import parse_rcep_criterion
from ledger.scheme_shapes import outside_name

_TICKS: Final = {field.name: outside_name(field.name) for field in fields(Endorsements)}
"""Ticks and their names in documents."""


@refusal("RCEP-3B-CRITERION", "RCEP Annex 3B, 1(f) and 2(g); form, box 10")
def criterion_grammar(case: Case) -> Iterator[Breach]:
    """The origin criterion is WO, PE, CTC, RVC or CR, followed by ACU, DMI or both where they apply."""
    for item in case.certificate.items:
        if parse_rcep_criterion(item.criterion) is None:
            yield f"/items/{item.number}/criterion", "write WO, PE, CTC, RVC or CR, then ACU, DMI or ACU DMI"


@refusal("RCEP-3.7-DE-MINIMIS", "RCEP Article 3.7")
def de_minimis(case: Case) -> Iterator[Breach]:
    """DMI forgives a missed change of tariff classification, so it goes with CTC only."""
    for item, criterion in case.criteria:
        if "DMI" in criterion.marks and not criterion.uses_tariff_shift:
            yield f"/items/{item.number}/criterion", "take DMI out: the line does not rest on CTC"


@refusal("RCEP-TICKS", "RCEP form, box 17; Article 3.18 for declarations")
def ticks(case: Case) -> Iterator[Breach]:
    """Only the ticks that the form has are set; accumulation and de minimis are told with the criterion."""
    for name, outside in _TICKS.items():
        if getattr(case.certificate.endorsements, name) and name not in case.edition.ticks:
            yield f"/endorsements/{outside}", "remove the tick: a proof of this kind has none of the name"


@refusal("RCEP-2.6-PARTY", "RCEP Article 2.6 and Annex 3B, 1(i) and 2(i)")
def origin_is_a_party(case: Case) -> Iterator[Breach]:
    """The RCEP country of origin is a party to RCEP."""
    for item in case.certificate.items:
        if item.origin_country not in case.edition.parties:
            yield f"/items/{item.number}/originCountry", "name a party to RCEP as the country of origin"


@warning("RCEP-2.6-ELSEWHERE", "RCEP Article 2.6")
def origin_elsewhere(case: Case) -> Iterator[Breach]:
    """A country of origin other than the exporting party rests on an original proof or on Article 2.6.6."""
    certificate = case.certificate
    for item in certificate.items:
        elsewhere = item.origin_country != certificate.exporting_member
        if elsewhere and not certificate.originals and item.tariff_differential is None:
            yield (
                f"/items/{item.number}/originCountry",
                "check the origin: neither an original proof nor paragraph 2.6.6(a) or (b) is named",
            )


_COMMON: Final = (
    under(
        "RCEP-PARTY",
        "RCEP, parties to the agreement",
        atiga_parties.party,
        "Exporting and importing member are parties to RCEP.",
    ),
    under(
        "RCEP-PARTY-IN-FORCE",
        "RCEP Article 20.6",
        atiga_parties.party_acceding,
        "RCEP is known to be in force for both members on the day of issue.",
    ),
    under("RCEP-SAME-MEMBER", "RCEP Article 3.16", atiga_parties.same_member),
    under("RCEP-3.16-FUTURE", "RCEP Article 3.16", atiga_parties.not_in_the_future),
    under("RCEP-3B-EXPORTER", "RCEP Annex 3B, 1(a) and 2(a)", atiga_parties.exporter_country),
    under("RCEP-3B-CONSIGNEE", "RCEP Annex 3B, 1(c) and 2(c)", atiga_parties.consignee_country),
    under(
        "RCEP-3.16-VALIDITY",
        "RCEP Article 3.16; Article 3.19.1(b) for back-to-back",
        atiga_dates.validity,
        "Validity is one year, to the anniversary of issue minus one day; at most that if back-to-back.",
    ),
    criterion_grammar,
    de_minimis,
    ticks,
    origin_is_a_party,
    origin_elsewhere,
    under(
        "RCEP-3B-FOB",
        "RCEP Annex 3B, 1(k) and 2(j)",
        atiga_origin.fob_price,
        "The FOB value is given where the criterion is RVC.",
    ),
)
_SPECIAL: Final = (
    under("RCEP-3.20-INVOICER", "RCEP Article 3.20; form, box 17", softened(atiga_special.invoicer_missing)),
    under("RCEP-3.20-TICK", "RCEP Article 3.20; form, box 17", softened(atiga_special.invoicer_tick)),
    under("RCEP-3.19-ORIGINALS", "RCEP Article 3.19.1(a) and (f)", atiga_special.originals_missing),
    under("RCEP-3.19-TICK", "RCEP Article 3.19; form, box 17", atiga_special.originals_tick),
    under(
        "RCEP-3.19-EXPIRY",
        "RCEP Article 3.19.1(b)",
        atiga_special.outlives_originals,
        "A back-to-back proof is valid no longer than the original that expires first.",
    ),
    under(
        "RCEP-3.19-LATER",
        "RCEP Article 3.19.1(a)",
        atiga_special.original_later,
        "An original is issued before, or on the day of, the back-to-back proof that rests on it.",
    ),
    under(
        "RCEP-3.19-OWN",
        "RCEP Article 3.19.1, intermediate Party",
        atiga_special.original_of_own,
        "An original comes from another party than the one that issues the back-to-back proof.",
    ),
    under(
        "RCEP-3.19-LINE",
        "RCEP Annex 3B, 1(m) and 2(l)",
        atiga_special.line_original_unlisted,
        "An original that a goods line draws on is listed in the proof, with the same particulars.",
    ),
    under(
        "RCEP-3.19-UNLINKED",
        "RCEP Article 3.19.1(e)",
        atiga_special.line_without_original,
        "Each goods line of a back-to-back proof names the line of an original that it re-exports.",
    ),
    under(
        "RCEP-3.19-RETURN",
        "RCEP Article 3.19",
        atiga_special.original_returns,
        "Goods under a back-to-back proof do not go back to the party that issued the original.",
    ),
)
_GOODS: Final = (
    under(
        "RCEP-3B-HS-LEVEL",
        "RCEP Annex 3B, 1(d) and 2(d)",
        atiga_goods.hs_level,
        "Tariff codes have the six digits of the Harmonized System.",
    ),
    under(
        "RCEP-3.34-HS-EDITION",
        "RCEP Article 3.34",
        atiga_goods.hs_edition,
        "The edition of the tariff is the one in use on the day of issue.",
    ),
    under("RCEP-3B-HS-HEADING", "Harmonized System, nomenclature", atiga_goods.hs_heading),
    under("RCEP-BOX8-PACKAGES", "UN/ECE Recommendation 21", atiga_goods.package_kind),
    under("RCEP-BOX8-COUNT", "RCEP form, box 8", atiga_goods.package_count),
    under("RCEP-3B-UNIT", "UN/ECE Recommendation 20; Article 3.26", atiga_goods.unit),
    under("RCEP-BOX12-WEIGHT-UNIT", "RCEP form, box 12", atiga_goods.weight_unit),
    under("RCEP-BOX12-WEIGHT", "RCEP form, box 12", atiga_goods.weight),
    under("RCEP-BOX12-CURRENCY", "ISO 4217", atiga_goods.currency),
    under("RCEP-BOX4-PLACE", "UN/LOCODE", atiga_goods.place),
)
_ISSUED: Final[tuple[Rule, ...]] = (
    under("RCEP-BOX15-IMPORTING", "RCEP form, box 15", atiga_parties.declared_importing),
    under(
        "RCEP-BOX16-DATE",
        "RCEP form, box 16",
        atiga_parties.certified_on,
        "The date of issue is the date in box 16.",
    ),
    under(
        "RCEP-BOX15-DATE",
        "RCEP form, boxes 15 and 16",
        atiga_parties.declared_before_certified,
    ),
    under("RCEP-3.17-ONE-YEAR", "RCEP Article 3.17.8", atiga_dates.within_a_year_of_shipment),
    under(
        "RCEP-3.17-TICK-MISSING",
        "RCEP Article 3.17.8; form, box 17",
        atiga_dates.retroactive_tick_missing,
        "A certificate issued after shipment is ticked Issued Retroactively.",
    ),
    under(
        "RCEP-3.17-TICK-SUPERFLUOUS",
        "RCEP Article 3.17.8; form, box 17",
        atiga_dates.retroactive_tick_superfluous,
    ),
    under(
        "RCEP-3.17-DEPARTURE-UNKNOWN",
        "RCEP Article 3.17.8; form, box 4",
        atiga_dates.retroactive_without_departure,
    ),
    under("RCEP-3.17-REFERENCE", "RCEP Article 3.17.3(b) and 3.17.5(a)", atiga_dates.replaced_reference),
)

OF_CERTIFICATES: Final = (*_COMMON, *_ISSUED, *_SPECIAL, *_GOODS)
OF_DECLARATIONS: Final = (*_COMMON, *_SPECIAL, *_GOODS)
