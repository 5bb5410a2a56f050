"""ATIGA: tariff codes, units, packages and places.  All are warnings.

An HS mismatch alone ends no preference (Rule 16.2), different units count as a minor discrepancy, and the
code lists here are extracts.
"""

from collections.abc import Iterator
from decimal import Decimal

from ledger.certificate import Measure
from ledger.codes import hs, lists
from ledger.codes.countries import CURRENCIES
from ledger.rules.base import Breach, Case, warning

_WANTED_DIGITS = {
    6: "give the six digits of the Harmonized System",
    8: "give the eight digits of the importing state's AHTN",
}


def _kilograms(measure: Measure | None) -> Decimal | None:
    """Return a weight in kilograms; None for no weight."""
    factor = lists.mass_units().get(measure.unit) if measure else None
    return measure.value * factor if measure and factor else None


@warning("ATIGA-BOX7-HS-LEVEL", "Form D, overleaf notes on box 7")
def hs_level(case: Case) -> Iterator[Breach]:
    """Box 7 has the AHTN code of the importing state, eight digits."""
    for item in case.certificate.items:
        if len(item.hs_code) not in case.edition.hs_digits:
            yield f"/items/{item.number}/hsCode", _WANTED_DIGITS[max(case.edition.hs_digits)]


@warning("ATIGA-BOX7-HS-EDITION", "Transposition of HS 2022, 1 April 2023")
def hs_edition(case: Case) -> Iterator[Breach]:
    """Box 7 uses the edition of the tariff in use on the day of issue."""
    used = hs.in_use(case.edition.hs_editions, case.certificate.issued_on)
    for item in case.certificate.items if used else ():
        if item.hs_edition not in used:
            yield (
                f"/items/{item.number}/hsEdition",
                "check the edition: another one is in use on the day of issue",
            )


@warning("ATIGA-BOX7-HS-HEADING", "Harmonized System, nomenclature")
def hs_heading(case: Case) -> Iterator[Breach]:
    """Headings exist in the edition they are taken from."""
    for item in case.certificate.items:
        if not hs.is_known(item.hs_code, item.hs_edition):
            yield f"/items/{item.number}/hsCode", "check the code: its edition has no such heading"


@warning("ATIGA-BOX7-PACKAGES", "UN/ECE Recommendation 21")
def package_kind(case: Case) -> Iterator[Breach]:
    """Kinds of package are known Recommendation 21 codes."""
    for item in case.certificate.items:
        if item.packages and item.packages.kind not in lists.packages():
            yield (
                f"/items/{item.number}/packages/kind",
                "check the code: this kind of package is not known here",
            )


@warning("ATIGA-BOX7-COUNT", "Form D, box 7")
def package_count(case: Case) -> Iterator[Breach]:
    """There is at least one package, unless the goods are in bulk."""
    for item in case.certificate.items:
        if item.packages and item.packages.count == 0 and item.packages.kind not in lists.BULK:
            yield f"/items/{item.number}/packages/count", "give the number of packages; only bulk has none"


@warning("ATIGA-BOX9-UNIT", "UN/ECE Recommendation 20; minor discrepancies")
def unit(case: Case) -> Iterator[Breach]:
    """Units of quantity are known Recommendation 20 codes."""
    for item in case.certificate.items:
        if item.quantity.unit not in lists.units():
            yield f"/items/{item.number}/quantity/unit", "check the code: this unit is not known here"


@warning("ATIGA-BOX9-WEIGHT-UNIT", "Form D, box 9")
def weight_unit(case: Case) -> Iterator[Breach]:
    """Gross weight is in a unit of mass."""
    for item in case.certificate.items:
        if item.gross_weight and item.gross_weight.unit not in lists.mass_units():
            yield f"/items/{item.number}/grossWeight/unit", "give the weight in a unit of mass, such as KGM"


@warning("ATIGA-BOX9-WEIGHT", "Form D, box 9")
def weight(case: Case) -> Iterator[Breach]:
    """Gross weight is not below a quantity that is itself a weight."""
    for item in case.certificate.items:
        gross, net = _kilograms(item.gross_weight), _kilograms(item.quantity)
        if gross is not None and net is not None and gross < net:
            yield f"/items/{item.number}/grossWeight/value", "check the weights: gross is less than net"


@warning("ATIGA-BOX9-CURRENCY", "ISO 4217")
def currency(case: Case) -> Iterator[Breach]:
    """FOB prices are in a currency of ISO 4217."""
    for item in case.certificate.items:
        if item.fob and item.fob.currency not in CURRENCIES:
            yield f"/items/{item.number}/fob/currency", "check the currency: ISO 4217 has no such code"


@warning("ATIGA-BOX3-PLACE", "UN/LOCODE")
def place(case: Case) -> Iterator[Breach]:
    """Ports of loading and discharge are known UN/LOCODEs."""
    transport = case.certificate.transport
    ports = ("portOfLoading", transport.port_of_loading), ("portOfDischarge", transport.port_of_discharge)
    for name, port in ports:
        if port and port not in lists.places():
            yield f"/transport/{name}", "check the code: this place is not known here"


RULES = (
    hs_level,
    hs_edition,
    hs_heading,
    package_kind,
    package_count,
    unit,
    weight_unit,
    weight,
    currency,
    place,
)
