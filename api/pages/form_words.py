"""Short titles for the boxes of Form D and of the RCEP form, in the visitor's language.

Which boxes and tick-boxes a form has, and in what order, stands in `ledger.paper.form` with the words that
are printed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.paper import form as printed
from ledger.said import said


@dataclass(frozen=True, slots=True)
class Form:
    """What is printed on a form, and in which box what goes."""

    name: str
    agreement: str
    numbers: Mapping[str, str]
    """Number of the box by what goes there."""
    columns: tuple[str, ...]
    """Of the goods lines, but for their number."""
    ticks: tuple[tuple[str, str], ...]
    """Field of `endorsements`, and what is printed beside its tick."""


TITLES: Final[Mapping[str, str]] = {
    "exporter": said("Goods consigned from"),
    "consignee": said("Goods consigned to"),
    "producer": said("Producer"),
    "transport": said("Means of transport and route"),
    "official": said("For official use"),
    "item": said("Item"),
    "marks": said("Marks and numbers on packages"),
    "goods": said("Packages and description of goods"),
    "hs": said("HS code"),
    "criterion": said("Origin criterion"),
    "origin": said("RCEP country of origin"),
    "quantity": said("Gross weight or other quantity, and value (FOB)"),
    "invoices": said("Number and date of invoices"),
    "remarks": said("Remarks"),
    "declaration": said("Declaration by the exporter"),
    "certification": said("Certification"),
    "ticks": said("Where it applies"),
}
"""Title of each box, in short."""

_TICKS: Final[Mapping[str, str]] = {
    "thirdCountryInvoicing": said("Third-country invoicing"),
    "accumulation": said("Accumulation"),
    "backToBack": said("Back-to-back certificate of origin"),
    "partialCumulation": said("Partial cumulation"),
    "exhibition": said("Exhibition"),
    "deMinimis": said("De minimis"),
    "issuedRetroactively": said("Issued retroactively"),
}


def _made(form: printed.Form, name: str, agreement: str) -> Form:
    return Form(
        name=name,
        agreement=agreement,
        numbers={box: form.number(box) for box in form.boxes},
        columns=tuple(column for column in form.widths if column != "item"),
        ticks=tuple((field, _TICKS[field]) for field in form.endorsements),
    )


FORM_D: Final = _made(printed.FORM_D, said("Form D"), said("ASEAN Trade in Goods Agreement"))
RCEP_FORM: Final = _made(
    printed.RCEP, said("RCEP form"), said("Regional Comprehensive Economic Partnership Agreement")
)

DECLARATIONS: Final = frozenset({"ATIGA-OD", "RCEP-DO"})
"""Schemes that are made out on no form."""


def form_of(scheme: str) -> Form:
    """Return the form of a scheme; one that is not known here is read as Form D, as everywhere."""
    return RCEP_FORM if scheme == "RCEP-CO" else FORM_D
